"""Views of several coders, matrices, co-occurrence, saturation and prevalence: by hand and by a slower route."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from agreement_cases import PLACE, codes, codings, documents
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from trenza.contracts.faults import InputFaults
from trenza.qualitative.co_occurrence import co_occurrence
from trenza.qualitative.coded_matrices import by_school, code_matrix
from trenza.qualitative.coded_passages import passages_in, with_attributes, with_cases, with_codes_above
from trenza.qualitative.matrices import cross
from trenza.qualitative.prevalence import prevalence
from trenza.qualitative.saturation import saturation
from trenza.qualitative.shares import wilson

ROOT = Path(__file__).resolve().parents[2]
SPANS = pd.DataFrame(
    [("ana", "d", 0, 20), ("bea", "d", 20, 40), ("cai", "e", None, None)], columns=["case", "document", "start", "end"]
).astype({"start": "Int64", "end": "Int64"})  # fmt: skip
PASSAGE = st.tuples(
    st.sampled_from(["d", "e"]),
    st.integers(0, 15),
    st.integers(1, 6),
    st.sampled_from("pq"),
    st.sampled_from("AB"),
).map(lambda r: (r[0], r[1], r[1] + r[2], r[3], r[4]))


def cells(table: pd.DataFrame) -> set[tuple[str, str, int]]:
    return {(r.document, r.code, i) for r in table.itertuples() for i in range(int(r.start), int(r.end))}


def test_union_and_consensus_by_hand() -> None:
    rows = [("d", 0, 10, "p", "A"), ("d", 5, 15, "p", "B"), ("d", 8, 12, "p", "A"), ("d", 30, 35, "q", "B"),
            ("e", 0, 5, "p", "A"), ("d", None, None, "q", "A"), ("d", None, None, "q", "B"), ("d", 3, 4, "q", None)]  # fmt: skip
    marks = codings(rows)
    union, both = passages_in(marks, "union"), passages_in(marks, "consensus")
    assert union["segment_id"].tolist() == ["d:0:15", "d:3:4", "d:30:35", "d::", "e:0:5"]
    assert both["segment_id"].tolist() == ["d:5:12", "d::"]
    assert passages_in(marks, "A")["segment_id"].tolist() == ["d:0:12", "d::", "e:0:5"]
    assert len(passages_in(marks.iloc[:0], "consensus")) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGE, min_size=1, max_size=12, unique=True))
def test_views_hold_the_text_that_they_say(rows) -> None:
    marks = codings(rows)
    a, b = (cells(passages_in(marks, c)) for c in "AB")
    several = {d for d in "de" if {r[4] for r in rows if r[0] == d} == {"A", "B"}}
    assert cells(passages_in(marks, "union")) == a | b
    assert cells(passages_in(marks, "consensus")) == {c for c in a & b if c[0] in several}


def test_cases_speak_where_their_span_is() -> None:
    rows = [("d", 0, 10, "p", "A"), ("d", 15, 25, "p", "A"), ("d", 40, 45, "p", "A"), ("e", 3, 4, "q", "A")]
    found = with_cases(passages_in(codings(rows), "union"), SPANS)
    said = [(r.segment_id, None if pd.isna(r.case) else r.case) for r in found.itertuples()]
    assert said == [
        ("d:0:10", "ana"),
        ("d:15:25", "ana"),
        ("d:15:25", "bea"),
        ("d:40:45", None),
        ("e:3:4", "cai"),
    ]
    attributes = pd.DataFrame([("ana", "role", "teacher")], columns=["case", "attribute", "value"])
    assert with_attributes(found, attributes)["role"].tolist()[:2] == ["teacher", "teacher"]
    tree = codes({"f": None, "p": "f", "q": "f"})
    above = with_codes_above(found, tree)
    assert (above["code"] == "f").sum() == len(found)


SEGMENTS = pd.DataFrame(
    [("s1", "k1", "p", "enabling"), ("s1", "k1", "q", "hindering"), ("s2", "k2", "p", "enabling"), ("s3", "k2", "p", "ambivalent"),
     ("s4", "k3", "p", "enabling"), ("s5", "k5", "p", "enabling")],
    columns=["segment_id", "case", "code", "direction"],
)  # fmt: skip
CASES = pd.DataFrame({"case": [f"k{i}" for i in range(1, 7)], "role": ["t", "t", "t", "h", "h", None], "school": ["7", "7", "8", "8", "9", "9"]})  # fmt: skip


def test_a_matrix_by_hand() -> None:
    found = code_matrix(SEGMENTS, CASES, ["role", "school"], **PLACE).set_index(["by", "level", "code"])
    teachers = found.loc[("role", "t", "p")]
    assert teachers[["n_segments", "n_cases", "enabling", "ambivalent", "n_cases_total"]].tolist() == [
        4,
        3,
        3,
        1,
        3,
    ]
    assert teachers["segments"] == "s1;s2;s3;s4"
    assert teachers["share_cases"] == 1
    heads = found.loc[("role", "h", "q")]
    assert heads[["n_segments", "n_cases", "n_cases_total", "share_cases"]].tolist() == [0, 0, 2, 0.0]
    assert pd.isna(heads["segments"])
    wide = by_school(found.reset_index())
    assert wide.to_dict("list") == {"school": ["7", "8", "9"], "p": [3, 1, 1], "q": [1, 0, 0]}
    shuffled = code_matrix(SEGMENTS.iloc[::-1], CASES.iloc[::-1], ["role", "school"], **PLACE)
    assert shuffled.to_csv() == found.reset_index()[shuffled.columns].to_csv()


def test_small_cells_are_withheld_with_one_that_would_give_them_away() -> None:
    many = pd.DataFrame({"case": [f"k{i}" for i in range(30)], "role": ["a"] * 10 + ["b"] * 10 + ["c"] * 10})
    said = pd.DataFrame({"segment_id": [f"s{i}" for i in range(30)], "case": many["case"], "code": "p"})
    said = said.loc[[*range(10), *range(10, 16), 20]]
    found = code_matrix(said, many, ["role"], min_cell=3, **PLACE).set_index("level")
    assert found["suppressed"].to_dict() == {"a": False, "b": True, "c": True}
    withheld = found.loc[found["suppressed"].astype(bool)]
    assert withheld[["n_segments", "n_cases", "share_cases", "ci_low", "segments"]].isna().all(axis=None)
    with pytest.raises(InputFaults, match="a case is one"):
        code_matrix(said, many, ["case"], min_cell=3, **PLACE)


def test_a_matrix_tells_all_faults() -> None:
    with pytest.raises(InputFaults, match="column age") as raised:
        code_matrix(SEGMENTS.drop(columns="code"), CASES, ["age"], **PLACE)
    assert "column code" in str(raised.value)
    with pytest.raises(InputFaults, match="'k5'"):
        code_matrix(SEGMENTS, CASES.iloc[:4], ["role"], **PLACE)


def test_the_bundled_segments_give_the_counts_of_the_older_table() -> None:
    raw = pd.read_csv(ROOT / "data/published/cic2019/segments.csv", dtype="str")
    older = cross(raw.drop(columns="where").assign(study="s", source_id="x", source="published"), study="s", source="published")  # fmt: skip
    # A case here is what says a segment: every segment its own, so that all of them have a base.
    cases = raw.drop_duplicates("segment_id").assign(case=lambda t: t["segment_id"])
    segments = raw.assign(case=raw["segment_id"])
    found = code_matrix(segments, cases, ["role", "municipality"], **{**PLACE, "source": "published"})
    found = found.loc[found["n_segments"] > 0].set_index(["by", "level", "code"]).sort_index()
    older = (
        older.loc[older["by"].isin(["role", "municipality"])].set_index(["by", "level", "code"]).sort_index()
    )
    columns = ["n_segments", "enabling", "hindering", "ambivalent"]
    pd.testing.assert_frame_equal(found[columns], older[columns])


def test_wilson_is_that_of_statsmodels() -> None:
    hits, n = np.array([0, 1, 7, 21, 21, 0]), np.array([21, 21, 21, 21, 40, 0])
    low, high = wilson(hits, n, 0.95)
    for i in range(5):
        expected = proportion_confint(hits[i], n[i], alpha=0.05, method="wilson")
        assert (low[i], high[i]) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(low[5]) and np.isnan(high[5])
    assert low[0] == 0 and high[3] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGE, min_size=1, max_size=12, unique=True))
def test_co_occurrence_against_sets(rows) -> None:
    passages = passages_in(codings(rows), "union")
    found = co_occurrence(passages, **PLACE)
    docs = {c: {r[0] for r in rows if r[3] == c} for c in "pq"}
    if not docs["p"] & docs["q"]:
        assert len(found) == 0
        return
    row = found.iloc[0]
    assert row["n_documents"] == len(docs["p"] & docs["q"])
    assert row["jaccard_documents"] == len(docs["p"] & docs["q"]) / len(docs["p"] | docs["q"])
    text = {c: {(d, i) for d, code, i in cells(passages) if code == c} for c in "pq"}
    assert row["n_characters"] == len(text["p"] & text["q"])
    assert (row["n_overlaps"] > 0) == bool(text["p"] & text["q"])
    assert row["n_overlaps"] == (0 if pd.isna(row["segments"]) else len(row["segments"].split(";")))


def test_saturation_is_the_mean_over_all_orders() -> None:
    held = {"d1": "pq", "d2": "p", "d3": "pr", "d4": "", "d5": "s"}
    rows = [(d, 0, 4, c, "A") for d, cs in held.items() for c in cs]
    passages = passages_in(codings(rows), "union")
    found = saturation(passages, [*held], **PLACE)
    assert found["codes_new"].tolist() == [2, 0, 1, 0, 1]
    assert found["codes_so_far"].tolist() == [2, 2, 3, 3, 4]
    orders = list(permutations(held.values()))
    for step in range(1, 6):
        mean = np.mean([len(set("".join(order[:step]))) for order in orders])
        assert found["codes_expected"].iloc[step - 1] == pytest.approx(mean, abs=1e-12)
    assert found["new_expected"].sum() == pytest.approx(4)
    with pytest.raises(InputFaults) as raised:
        saturation(passages, ["d1", "d1", "d2"], **PLACE)
    assert "'d1'" in str(raised.value) and "no 'd5'" in str(raised.value)


def test_prevalence_carries_who_coded() -> None:
    rows = [("d", 0, 10, "p", "A"), ("d", 5, 15, "p", "B"), ("d", 20, 25, "q", "B"), ("e", 0, 4, "p", "A"), ("g", 0, 4, "q", "B")]  # fmt: skip
    texts = documents(d="x" * 40, e="y" * 10, g="z" * 10)
    table = prevalence(codings(rows), texts, SPANS, **PLACE)
    found = table.set_index(["code", "view", "coder"])
    p = {i[1:]: tuple(r[["n_segments", "n_characters", "n_documents", "n_documents_total"]]) for i, r in found.loc[["p"]].iterrows()}  # fmt: skip
    assert p == {
        ("coder", "A"): (2, 14, 2, 2), ("coder", "B"): (1, 10, 1, 2), ("consensus", np.nan): (1, 5, 1, 1), ("union", np.nan): (2, 19, 2, 3),
    }  # fmt: skip
    union = table.loc[(table["code"] == "p") & (table["view"] == "union")].iloc[0]
    assert (union["n_cases"], union["n_cases_total"]) == (2, 3)
    assert (union["cases_ci_low"], union["cases_ci_high"]) == pytest.approx(
        proportion_confint(2, 3, method="wilson")
    )
    assert union["n_characters_total"] == 60
