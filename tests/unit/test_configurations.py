"""Fuzzy-set QCA: calibration and minimisation by hand, by brute force, on Lipset's countries, and beside setqca."""

from __future__ import annotations

import csv
import itertools
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.configurations.fuzzy_sets import calibrate, consistency, coverage, membership, pri
from trenza.configurations.minimise import Implicant, all_rows, assumed, covers, easy, minimal_sums
from trenza.configurations.places import qca_places
from trenza.configurations.solve import Cuts, analyse, expression, fit_of, qca_tables
from trenza.configurations.study import qca_study
from trenza.contracts.study_displays import check_qca
from trenza.contracts.tables import CONTRACTS
from trenza.triangulate.qca_cases import qca_cases

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "qca_setqca.csv"

# Ragin 2009 in Rihoux & Ragin, Configurational Comparative Methods, chapter 5 (data LF of the R package QCA): development,
# urbanisation, literacy, industry, stability of government, and survival of democracy between the wars.
NAMES = ("DEV", "URB", "LIT", "IND", "STB")
LIPSET = """
AU .81 .12 .99 .73 .43 .05|BE .99 .89 .98 1 .98 .95|CZ .58 .98 .98 .90 .91 .89|EE .16 .07 .98 .01 .91 .12|FI .58 .03 .99 .08 .58 .77
FR .98 .03 .99 .81 .95 .95|DE .89 .79 .99 .96 .31 .05|GR .04 .09 .13 .36 .43 .06|HU .07 .16 .88 .07 .13 .42|IE .72 .05 .98 .01 .95 .92
IT .34 .10 .41 .47 .58 .05|NL .98 1 .99 .94 .99 .95|PL .02 .17 .59 0 0 .12|PT .01 .02 .01 .11 .01 .05|RO .01 .03 .17 0 .84 .21
ES .03 .30 .09 .21 .20 .06|SE .95 .13 .99 .67 .91 .95|UK .98 .99 .99 1 .98 .95
""".strip().replace("\n", "|")  # fmt: skip
CASES = [line.split() for line in LIPSET.split("|")]
MEMBERSHIPS = np.array([[float(v) for v in case[1:]] for case in CASES])
LOG_19 = math.log(19)


def lipset(cut: float = 0.8, least_pri: float = 0.0) -> Any:
    cuts, helps = Cuts(cut, least_pri, 1), dict.fromkeys(range(5), 1)
    return analyse(MEMBERSHIPS[:, :5], MEMBERSHIPS[:, 5], cuts, helps, [c[0] for c in CASES])


# --- calibration and measures ---------------------------------------------------------------------------------------


def test_anchors_have_the_memberships_that_they_stand_for() -> None:
    assert calibrate(np.array([2.0, 5.0, 6.0]), 2, 5, 6) == pytest.approx([0.05, 0.5, 0.95])
    # Half way from crossover to full in: log odds ln(19) / 2, so odds of the square root of 19.
    assert calibrate(np.array([5.5]), 2, 5, 6)[0] == pytest.approx(math.sqrt(19) / (1 + math.sqrt(19)))
    # The set of low values is the negation of that of high ones.
    raw = np.array([1.0, 3.0, 5.2, 9.0])
    assert calibrate(raw, 6, 5, 2) == pytest.approx(1 - calibrate(raw, 2, 5, 6))
    assert np.isnan(calibrate(np.array([math.nan]), 2, 5, 6)[0])


def test_measures_of_two_cases_by_hand() -> None:
    x, y = np.array([0.8, 0.4]), np.array([0.6, 0.5])
    assert consistency(x, y) == pytest.approx((0.6 + 0.4) / 1.2)
    assert coverage(x, y) == pytest.approx((0.6 + 0.4) / 1.1)
    # Part of y and of not y: min(x, y, 1 - y) = 0.4 and 0.4.
    assert pri(x, y) == pytest.approx((1.0 - 0.8) / (1.2 - 0.8))
    sets = np.array([[0.9, 0.3], [0.2, 0.4]])
    assert membership(sets, (1, 0)) == pytest.approx([0.7, 0.2])
    assert membership(sets, (None, 1)) == pytest.approx([0.3, 0.4])
    assert math.isnan(consistency(np.zeros(2), y))


# --- minimisation ---------------------------------------------------------------------------------------------------


def shortest_by_trying(wanted: list[Implicant], free: list[Implicant], k: int) -> set[frozenset[Implicant]]:
    """Every shortest sum, found by trying all sums of all implicants that stay inside."""
    inside = {*wanted, *free}
    every = [p for p in itertools.product((0, 1, None), repeat=k)
             if {r for r in all_rows(k) if covers(p, r)} <= inside]  # fmt: skip
    for size in range(1, len(wanted) + 1):
        able = [
            s
            for s in itertools.combinations(every, size)
            if all(any(covers(p, r) for p in s) for r in wanted)
        ]
        if able:
            least = min(sum(t is not None for p in s for t in p) for s in able)
            return {frozenset(s) for s in able if sum(t is not None for p in s for t in p) == least}
    return set()  # fmt: skip


def test_minimal_sums_are_those_found_by_trying_all() -> None:
    rng = random.Random(3)
    for _ in range(40):
        kinds = {row: rng.choice(["yes", "no", "free"]) for row in all_rows(3)}
        wanted = [row for row, kind in kinds.items() if kind == "yes"]
        free = [row for row, kind in kinds.items() if kind == "free"]
        assert {frozenset(s) for s in minimal_sums(wanted, free)} == shortest_by_trying(wanted, free, 3)


def test_ties_are_all_returned_and_the_order_of_rows_changes_nothing() -> None:
    # The cyclic function of three conditions has two shortest sums.
    wanted: list[Implicant] = [(0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 1, 0), (1, 0, 0), (1, 0, 1)]
    found = minimal_sums(wanted)
    assert len(found) == 2 and all(len(s) == 3 for s in found)
    assert minimal_sums(wanted[::-1]) == found
    assert minimal_sums([]) == [] and expression(minimal_sums(all_rows(2))[0], ("a", "b")) == "1"


def test_an_easy_counterfactual_changes_only_in_the_expected_direction() -> None:
    seen: list[Implicant] = [(1, 0)]
    assert easy([(1, 1), (0, 0)], seen, {0: 1, 1: 1}) == {(1, 1)}
    assert easy([(1, 1)], seen, {0: 1}) == set()  # no expectation excuses no change
    assert easy([(0, 0)], seen, {0: 0}) == {(0, 0)}


# --- Lipset ---------------------------------------------------------------------------------------------------------


def test_lipset_has_the_published_solutions() -> None:
    """As the R package QCA gives them, and Ragin 2009 for the parsimonious one."""
    found = lipset()
    said = {kind: [expression(s, NAMES) for s in sums] for kind, sums in found.sums.items()}
    assert said == {
        "complex": ["DEV*URB*LIT*IND*STB + DEV*~URB*LIT*~IND*STB"],
        "intermediate": ["DEV*URB*LIT*STB + DEV*LIT*~IND*STB"],
        "parsimonious": ["DEV*~IND + URB*STB"],
    }
    fit = fit_of(found.sums["intermediate"][0], found)
    assert [round(fit[c], 3) for c in ("consistency", "pri", "coverage")] == [0.866, 0.839, 0.660]
    table = found.table
    all_present = table[[b == (1, 1, 1, 1, 1) for b in table["bits"]]].iloc[0]
    assert [round(all_present[c], 3) for c in ("consistency", "pri")] == [0.904, 0.886]
    assert all_present["cases"] == "BE;CZ;NL;UK" and table["n"].sum() == 18
    # Twelve simplifying assumptions, one of them easy.
    free = list(table.loc[table["result"] == "remainder", "bits"])
    simple = assumed(found.sums["parsimonious"], free)
    positive = list(table.loc[table["result"] == "sufficient", "bits"])
    assert (len(simple), len(easy(simple, positive, dict.fromkeys(range(5), 1)))) == (12, 1)


def entry(**other: Any) -> dict[str, Any]:
    anchors = [
        -LOG_19,
        0.0,
        LOG_19,
    ]  # raw values are log odds, so that calibration gives the memberships back
    conditions = [
        {"id": n.lower(), "code": n.lower(), "anchors": anchors, "expected": "present"} for n in NAMES
    ]
    return {
        "id": "lf", "conditions": conditions, "outcome": {"code": "surv", "anchors": anchors}, "min_cases": 12, "consistency": 0.8,
        "pri": 0.0, "row_cases": 1, "shifts": [0], "consistency_cuts": [0.8, 0.85], **other,
    }  # fmt: skip


def raw_lipset() -> pd.DataFrame:
    inside = np.clip(MEMBERSHIPS, 1e-9, 1 - 1e-9)
    table = pd.DataFrame(np.log(inside / (1 - inside)), columns=[*(n.lower() for n in NAMES), "outcome"])
    return table.assign(case=[c[0] for c in CASES])


def read_from() -> dict[str, pd.DataFrame]:
    """Themes of all conditions but industry, whose own are below its code; the outcome in printed themes by case."""
    paths = {**{n.lower(): n.lower() for n in NAMES}, "mines": "ind/mines", "surv": "surv"}
    said = [*(n.lower() for n in NAMES if n != "IND"), "mines"]
    return {
        "codes": frame("codes", *({"code": c, "path": p} for c, p in paths.items())),
        "segments": frame("segments", *({"code": c} for c in said)),
        "case_themes": frame("case_themes", {"code": "surv"}, {"code": "urb"}),
        "modes": frame("modes", {"id": "m_y"}),
    }


def test_places_lead_to_outcome_and_themes() -> None:
    found = qca_places(entry(), study="x", **read_from())
    assert (found["file"], found["row"]) == ("results/x/qualitative/case_themes.table.csv", "code=surv")
    assert (
        found["theme_file"]
        == "results/x/qualitative/segments.table.csv;results/x/qualitative/case_themes.table.csv"
    )
    assert found["theme_row"] == "code=dev|code=lit|code=mines|code=stb|code=urb"
    score = {"finding": "m_y", "group": "school", "term": "Intercept"}
    scored = qca_places(entry(outcome=score), study="x", **read_from())
    assert scored["file"] == "results/x/model/modes.table.csv"
    assert scored["row"] == "id=m_y;group=school;term=Intercept"
    gone = qca_places(entry(outcome=score | {"finding": "m_z"}), study="x", **read_from())
    assert gone["file"] is None and gone["row"] is None


def test_tables_hold_solutions_parts_and_how_far_they_hold() -> None:
    found = qca_tables(
        raw_lipset(),
        entry(),
        study="x",
        source="published",
        places=qca_places(entry(), study="x", **read_from()),
    )
    solutions = found["qca_solutions"].set_index(["solution", "part"])
    assert solutions.loc[("parsimonious", 0), "expression"] == "dev*~ind + urb*stb"
    assert solutions.loc[("parsimonious", 2), "expression"] == "urb*stb"
    assert set(found["qca_robustness"]["row"]) == set(found["qca_truth"]["row"]) == {"code=surv"}
    # The rows that a solution names are there.
    (told,) = set(found["qca_solutions"]["row"])
    column, _, value = told.partition(";")[2].partition("=")
    assert told.startswith("id=lf;") and (found["qca_truth"][column] == value).any()
    # What either part alone covers and what both cover sum up to the whole.
    whole, one, two = (solutions.loc[("parsimonious", p), "coverage"] for p in range(3))
    assert solutions.loc[("parsimonious", 1), "unique_coverage"] == pytest.approx(whole - two)
    assert solutions.loc[("parsimonious", 2), "unique_coverage"] == pytest.approx(whole - one)
    # At a cut of 0.85 only one row is left (0.804 and 0.904), so that solutions change.
    robust = found["qca_robustness"].set_index(["consistency_cut", "solution"])
    assert robust["same"].to_dict() == {
        (c, s): c == 0.8 for c in (0.8, 0.85) for s in ("complex", "intermediate", "parsimonious")
    }
    assert robust.loc[(0.85, "parsimonious"), "expressions"] == "urb*stb"
    shuffled = qca_tables(
        raw_lipset().sample(frac=1, random_state=1).sort_values("case"),
        entry(),
        study="x",
        source="published",
        places={},
    )
    pd.testing.assert_frame_equal(shuffled["qca_solutions"], found["qca_solutions"])  # fmt: skip


def test_few_cases_are_a_note_and_real_ones_have_no_names() -> None:
    few = raw_lipset().head(11)
    found = qca_study([entry()], {"lf": (few, {"published"})}, read_from(), study="x", min_cell=5)
    (note,) = found["display_notes"].to_dict("records")
    assert (note["reason"], note["n"], note["needed"]) == ("too_few_cases", 11, 12)
    assert all(found[name].empty for name in ("qca_truth", "qca_solutions", "qca_robustness"))
    real = qca_study([entry()], {"lf": (raw_lipset(), {"real"})}, read_from(), study="x", min_cell=3)[
        "qca_truth"
    ]
    assert real["cases"].isna().all()
    shown = real["n"].dropna()
    assert set(shown[shown > 0]) <= {3, 4} and real["n"].isna().any()
    nothing = qca_study(
        [entry(pri=1.0)], {"lf": (raw_lipset(), {"published"})}, read_from(), study="x", min_cell=5
    )
    assert nothing["display_notes"]["reason"].tolist() == ["no_sufficient_row"]
    assert len(nothing["qca_truth"]) == 32 and nothing["qca_solutions"].empty


# --- beside setqca --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    list(csv.DictReader(ORACLE.read_text(encoding="utf-8").splitlines())),
    ids=lambda r: r["complex"] or "none",
)
def test_truth_tables_and_solutions_equal_those_of_setqca(row: dict[str, str]) -> None:
    data = np.array([[float(v) for v in case.split()] for case in row["data"].split("|")])
    found = analyse(
        data[:, :3], data[:, 3], Cuts(float(row["consistency"]), 0.0, 1), dict.fromkeys(range(3), 1)
    )

    def parts(text: str) -> set[frozenset[str]]:
        return {frozenset(model.split(" + ")) for model in text.split(";")} if text else set()

    for kind in ("complex", "intermediate", "parsimonious"):
        said = {frozenset(expression([p], "abc") for p in s) for s in found.sums[kind]}
        assert said == parts(row[kind]), kind
    rows = {r["bits"]: r for r in found.table.to_dict("records")}
    for cell in row["fit"].split("|"):
        bits, held, reduced = cell.split(":")
        ours = rows[tuple(int(b) for b in bits)]
        assert ours["consistency"] == pytest.approx(float(held), abs=1e-9)
        assert ours["pri"] == pytest.approx(float(reduced), abs=1e-9)  # fmt: skip


# --- where cases come from ------------------------------------------------------------------------------------------


def frame(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [dict.fromkeys(CONTRACTS[name].names) | row for row in rows], columns=CONTRACTS[name].names
    )


def named(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    return frame(name, *rows).assign(name=[row["name"] for row in rows])


def test_a_case_needs_every_condition_and_the_outcome() -> None:
    said = [
        ("A", "trust", "enabling"),
        ("A", "trust", "hindering"),
        ("A", "trust", "enabling"),
        ("B", "trust", "hindering"),
        ("C", "time", "enabling"),
    ]
    segments = frame(
        "segments", *({"case": c, "code": k, "direction": d, "source": "published"} for c, k, d in said)
    )
    themes = frame(
        "case_themes",
        *({"case": c, "code": "time", "direction": "ambivalent", "source": "published"} for c in "AB"),
    )
    modes = named(
        "modes",
        *(
            {"id": "m_y", "group": "school", "term": "Intercept", "name": s, "mode": m, "source": "real"}
            for s, m in (("A", 1.5), ("B", -2.0), ("C", 0.0))
        ),
    )
    codes = frame("codes", {"code": "trust", "path": "trust"}, {"code": "time", "path": "time"})
    wanted = {
        "conditions": [{"id": "t", "code": "trust"}, {"id": "h", "code": "time"}],
        "outcome": {"finding": "m_y", "group": "school", "term": "Intercept"},
    }
    cases, kinds = qca_cases(wanted, modes=modes, codes=codes, segments=segments, case_themes=themes)
    assert cases["case"].tolist() == ["A", "B"] and kinds == {"published", "real"}
    assert cases["t"].tolist() == pytest.approx([1 / 3, -1]) and cases["h"].tolist() == [0, 0]
    assert cases["outcome"].tolist() == [1.5, -2.0]
    # Simulated scores are not set against true themes.
    none, _ = qca_cases(
        wanted, modes=modes.assign(source="simulated"), codes=codes, segments=segments, case_themes=themes
    )
    assert none.empty  # fmt: skip


def test_mistakes_about_a_qca_are_told_in_words() -> None:
    good = entry(outcome={"finding": "m_y", "anchors": [0, 1, 2]}, shifts=[-0.1, 0.1])
    codes = {n.lower() for n in NAMES}
    assert not check_qca([good], {"m_y"}, codes, "study.yaml")
    bad = entry(outcome={"code": "gone", "anchors": [0, 3, 2]}, shifts=[-0.1, 0.1])
    bad["conditions"] = [{"id": "outcome", "code": "dev", "anchors": [0, 0.1, 2]}] * 2
    found = "\n".join(str(f) for f in check_qca([bad, bad], {"m_y"}, codes, "study.yaml"))
    for words in ("'gone'", "[0, 3, 2]", "[0, 0.1, 2]", "also when shifted", "a second time", "another id"):
        assert words in found, words
