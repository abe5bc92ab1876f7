"""Reported kappas computed again, and the list for the consensus meeting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from agreement_cases import PLACE, assigned, codes, codings, documents
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.qualitative.disagreements import disagreements
from trenza.qualitative.kappa_linter import lint_nvivo, lint_qualcoder

TEXT, TREE = documents(d="x" * 10_000), codes({"c": None})


@pytest.mark.parametrize(
    ("rows", "theirs", "cohen"),
    [
        ([("d", 0, 400, "c", "A"), ("d", 200, 500, "c", "B")], 0.376, 0.556),
        ([("d", 0, 5000, "c", "A"), ("d", 2500, 7500, "c", "B")], 0.299, 0.0),
        ([("d", 0, 300, "c", "A"), ("d", 100, 400, "c", "A"), ("d", 0, 0, "c", "B")], 0.500, 0.0),
        ([("d", 0, 400, "c", "A"), ("d", 0, 400, "c", "B")], 1.000, 1.0),
    ],
)
def test_qualcoders_figure_and_cohens_in_the_four_known_cases(rows, theirs: float, cohen: float) -> None:
    """The table of docs/agreement.md: QualCoder's formula run on four cases."""
    reported = pd.DataFrame([("c", "A", "B", theirs)], columns=["code", "coder_a", "coder_b", "kappa"])
    found = lint_qualcoder(codings(rows), TEXT, TREE, reported, **PLACE).iloc[0]
    assert found["tool_formula"] == pytest.approx(theirs, abs=0.0005)
    assert found["kappa"] == pytest.approx(cohen, abs=0.0005)
    exact = reported.assign(kappa=round(float(found["tool_formula"]), 4))
    verdict = lint_qualcoder(codings(rows), TEXT, TREE, exact, **PLACE)["verdict"].iloc[0]
    assert verdict == ("follows" if cohen == 1 else "tool_formula")
    wrong = lint_qualcoder(codings(rows), TEXT, TREE, reported.assign(kappa=0.71), **PLACE)
    assert wrong["verdict"].iloc[0] == "differs"


def test_who_and_what_is_reported_must_be_in_the_project() -> None:
    reported = pd.DataFrame([("k", "A", "Z", 0.5)], columns=["code", "coder_a", "coder_b", "kappa"])
    with pytest.raises(InputFaults) as raised:
        lint_qualcoder(codings([("d", 0, 4, "c", "A")]), TEXT, TREE, reported, **PLACE)
    assert "'k'" in str(raised.value) and "'Z'" in str(raised.value)


def nvivo(tables: dict[tuple[str, str], tuple[int, int, int, int]], decimals: int = 2) -> pd.DataFrame:
    """What NVivo prints of 2x2 tables, by its manual: shares of the file, kappa by expected frequencies."""
    rows = []
    for (node, file), (a, b, c, d) in tables.items():
        n = a + b + c + d
        chance = (a + b) * (a + c) / n + (c + d) * (b + d) / n
        kappa = ((a + d) - chance) / (n - chance) if chance < n else 1.0
        share = [round(100 * x / n, decimals) for x in (a + d, a, d, b + c, b, c)]
        rows.append((node, file, n, round(kappa, 4), share[0], *share[1:]))
    columns = [
        "node",
        "file",
        "size",
        "kappa",
        "agreement",
        "both",
        "neither",
        "disagreement",
        "only_a",
        "only_b",
    ]
    return pd.DataFrame(rows, columns=columns)


TABLES = {
    ("trust", "f1"): (20, 5, 10, 15), ("trust", "f2"): (100, 50, 100, 750), ("climate", "f1"): (0, 0, 0, 50),
    ("climate", "f2"): (300, 20, 10, 670),
}  # fmt: skip


def test_the_tables_are_rebuilt_and_pooled() -> None:
    found = lint_nvivo(nvivo(TABLES), seed=1, **PLACE)
    lint = found["kappa_lint"].set_index(["code", "file"])
    for key, counts in TABLES.items():
        assert tuple(lint.loc[key, ["both", "only_a", "only_b", "neither"]]) == counts
    assert lint["verdict"].to_dict() == {
        ("climate", "f1"): "undefined", ("climate", "f2"): "follows", ("trust", "f1"): "follows", ("trust", "f2"): "follows",
    }  # fmt: skip
    pooled = found["kappa_pooled"].set_index("code")
    trust = pooled.loc["trust"]
    assert tuple(trust[["both", "only_a", "only_b", "neither"]]) == (120, 55, 110, 765)
    # 885 of 1050 agree; chance (175 · 230 + 875 · 820) / 1050 = 721.67.
    assert trust["kappa"] == pytest.approx((885 - 721.0 - 2 / 3) / (1050 - 721.0 - 2 / 3), abs=1e-12)
    assert trust["mean_kappa"] == pytest.approx((0.4 + lint.loc[("trust", "f2"), "reported"]) / 2)
    assert pooled["n_files"].tolist() == [2, 2, 2]
    assert pd.isna(pooled.index[-1])


def test_a_reported_kappa_that_the_percentages_do_not_give() -> None:
    table = nvivo(TABLES)
    table.loc[0, "kappa"] = 0.75
    verdicts = lint_nvivo(table, seed=1, **PLACE)["kappa_lint"].set_index(["code", "file"])["verdict"]
    assert verdicts[("trust", "f1")] == "differs"


@settings(max_examples=80, deadline=None)
@given(st.tuples(*[st.integers(0, 90_000)] * 4).filter(lambda t: sum(t) > 0), st.integers(0, 2))
def test_rounding_never_makes_a_right_kappa_differ(counts: tuple[int, int, int, int], decimals: int) -> None:
    table = nvivo({("n", "f"): counts}, decimals)
    found = lint_nvivo(table, decimals=decimals, seed=1, resamples=2, **PLACE)["kappa_lint"].iloc[0]
    assert found["verdict"] in ("follows", "undefined")
    half = sum(counts) * 0.5 * 10.0**-decimals / 100
    for name, count in zip(("both", "only_a", "only_b"), counts, strict=False):
        assert abs(found[name] - count) <= half + 0.5


def test_every_fault_of_a_comparison_is_told() -> None:
    table = nvivo(TABLES)
    table.loc[0, ["size", "both"]] = [0, 140]
    table = pd.concat([table, table.iloc[[1]]], ignore_index=True)
    with pytest.raises(InputFaults) as raised:
        lint_nvivo(table, seed=1, **PLACE)
    text = str(raised.value)
    for piece in ("row 2, column size", "row 2, column both", "row 2, column agreement", "as in row 3"):
        assert piece in text
    with pytest.raises(InputFaults, match="column only_b: found no such column"):
        lint_nvivo(table.drop(columns="only_b"), seed=1, **PLACE)


def test_the_list_for_the_consensus_meeting() -> None:
    tree = codes({"c": None, "k": None})
    rows = [("d", 0, 10, "c", "A"), ("d", 5, 15, "c", "B"), ("d", 20, 30, "c", "A"), ("d", 25, 40, "k", "B"),
            ("d", 50, 60, "c", "A"), ("d", 50, 60, "c", "B"), ("d", 70, 80, "c", "B"), ("e", 0, 5, "c", "A")]  # fmt: skip
    texts = documents(d="x" * 100, e="y" * 10)
    found = disagreements(codings(rows), texts, tree, **PLACE)
    columns = ["document", "code", "kind", "start_a", "end_a", "start_b", "end_b", "share", "other_codes"]
    shown = [tuple(None if pd.isna(v) else v for v in r) for r in found[columns].to_numpy()]
    assert shown == [
        ("d", "c", "extents_differ", 0, 10, 5, 15, 1 / 3, None),
        ("d", "c", "only_a", 20, 30, None, None, 0.0, "k"),
        ("d", "k", "only_b", None, None, 25, 40, 0.0, "c"),
        ("d", "c", "only_b", None, None, 70, 80, 0.0, None),
    ]
    told = disagreements(codings(rows), texts, tree, assignments=assigned(("e", "B")), **PLACE)
    assert told.loc[told["document"] == "e", "kind"].tolist() == ["only_a"]
    shuffled = codings(rows).sample(frac=1, random_state=2)
    assert disagreements(shuffled, texts, tree, **PLACE).to_csv() == found.to_csv()
    assert len(disagreements(codings(rows[:1]), texts, tree, **PLACE)) == 0
    assert np.isfinite(found["share"]).all()
