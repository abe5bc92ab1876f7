"""Counts over segments: by hand, by another route, and as properties."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import DIRECTIONS, empty
from trenza.qualitative.matrices import BY, check_segments, code_tree, count_codes, cross

ROOT = Path(__file__).resolve().parents[2]
BOOK = pd.DataFrame(
    [("top", None, "no"), ("left", "top", "yes"), ("leaf", "left", "yes"), ("right", "top", "yes")],
    columns=["code", "parent", "codable"],
)
COLUMNS = ["segment_id", "case", "municipality", "role", "participant", "code", "direction", "text"]


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / path, dtype="str")


def cic_segments() -> pd.DataFrame:
    raw = read("data/published/cic2019/segments.csv").drop(columns="where")
    return raw.assign(study="cic2019", source_id="segments", source="published")


def segment(
    name: str, code: str, direction: str = "enabling", case: str = "A", **more: str
) -> dict[str, str]:
    told = {"municipality": "m", "role": "teacher", "participant": "yes", "text": "said"}
    return {**told, "segment_id": name, "case": case, "code": code, "direction": direction, **more}


def frame(*segments: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(segments, columns=COLUMNS)


def test_tree_of_a_small_codebook() -> None:
    tree = code_tree(BOOK)
    assert tree["path"].tolist() == ["top", "top/left", "top/left/leaf", "top/right"]
    assert tree["depth"].tolist() == [0, 1, 2, 1]
    assert tree["codable"].tolist() == [False, True, True, True]
    assert tree["parent"].isna().tolist() == [True, False, False, False]


def test_counts_of_a_hand_sized_case() -> None:
    segments = frame(
        segment("s1", "left", "enabling", "A"),
        segment("s1", "leaf", "hindering", "A"),  # the same segment under two codes
        segment("s2", "leaf", "hindering", "B"),
        segment("s3", "right", "ambivalent", "A"),
        segment("s4", "leaf", "enabling", "B"),
    )
    before = segments.copy(deep=True)
    counts = count_codes(segments, BOOK, study="x", source="real").set_index("code")
    pd.testing.assert_frame_equal(segments, before)
    assert counts["n_segments"].tolist() == [0, 1, 3, 1]
    assert counts["n_cases"].tolist() == [0, 1, 2, 1]
    assert counts.loc["leaf", ["enabling", "hindering", "ambivalent"]].tolist() == [1, 2, 0]
    # s1 stands under left and leaf: left holds 3 different segments, not 4.
    assert counts["n_segments_below"].to_dict() == {"top": 4, "left": 3, "leaf": 3, "right": 1}
    assert counts["n_cases_total"].eq(2).all()
    assert counts["source"].eq("real").all()


def test_equal_names_in_two_sources_are_two_segments() -> None:
    segments = frame(segment("s1", "left", case="A"), segment("s1", "leaf", case="B"))
    counts = count_codes(segments.assign(source_id=["one", "two"]), BOOK, study="x", source="real")
    assert counts.set_index("code").loc["top", "n_segments_below"] == 2


def test_the_published_segments_against_what_the_paper_s_record_says() -> None:
    segments = cic_segments()
    book = read("config/studies/cic2019/codebook.csv")
    assert check_segments(segments, book, "segments.csv") == []
    counts = count_codes(segments, book, study="cic2019", source="published").set_index("code")
    assert counts.index.tolist()[:3] == ["cic_project", "joint_planning", "observation"]
    assert counts["n_segments"].sum() == 20
    assert counts.loc[counts["depth"] == 0, "n_segments_below"].to_dict() == {
        "cic_project": 9, "implementation": 11, "synthesis": 0,
    }  # fmt: skip
    assert counts.loc["joint_planning", ["n_segments", "n_cases", *DIRECTIONS]].tolist() == [2, 2, 1, 1, 0]
    assert counts["n_cases_total"].eq(9).all()  # II_4 II_2 I_1 I_5 II_7 I_8 II_5 I_7 II_6
    # Another route: a cross-tabulation of the raw file.
    table = pd.crosstab(segments["code"], segments["direction"])
    for code in table.index:
        assert counts.loc[code, list(DIRECTIONS)].tolist() == table.loc[code, list(DIRECTIONS)].tolist()


def test_cells_of_the_published_segments() -> None:
    segments = cic_segments()
    cells = cross(segments, study="cic2019", source="published")
    assert cells["by"].drop_duplicates().tolist() == [*BY]
    assert cells["n_segments"].min() > 0
    for by in BY:
        table = pd.crosstab(segments[by], segments["code"])
        part = cells[cells["by"] == by]
        assert len(part) == (table > 0).sum().sum()
        for row in part.itertuples():
            assert row.n_segments == table.loc[row.level, row.code]
    seen = cells[(cells["by"] == "participant") & (cells["level"] == "no")]
    assert dict(zip(seen["code"], seen["n_segments"], strict=True)) == {
        "joint_planning": 2,
        "time_shortage": 1,
    }


def test_cells_do_not_depend_on_the_order_of_segments() -> None:
    segments = cic_segments()
    once = cross(segments, study="s", source="published")
    pd.testing.assert_frame_equal(once, cross(segments.iloc[::-1], study="s", source="published"))


def test_cross_takes_only_what_the_contract_knows() -> None:
    assert cross(cic_segments(), study="s", source="published", by=("role",))["by"].eq("role").all()
    with pytest.raises(ValueError, match="text"):
        cross(cic_segments(), study="s", source="published", by=("text",))


def test_no_segments_and_no_codebook() -> None:
    nothing = empty("segments")
    book = read("config/studies/p900/codebook.csv")
    assert check_segments(nothing, book, "f") == []
    assert count_codes(nothing, book, study="p900", source="real").empty
    assert cross(nothing, study="p900", source="real").empty
    assert cross(nothing, study="p900", source="real", by=()).empty
    counts = count_codes(nothing, BOOK, study="x", source="real")
    assert counts["n_segments_below"].tolist() == [0, 0, 0, 0]
    assert counts["n_cases_total"].eq(0).all()


def test_every_mistake_of_segments_is_listed_at_its_line() -> None:
    segments = frame(
        segment("s1", "left"),
        segment("s2", "nowhere"),
        segment("s3", "top"),
        segment("s4", "left", "sideways"),
        segment("s1", "left"),
        segment("s5", "left", case=" "),
        segment("s6", "left", role=""),
        segment("s7", "left", participant="perhaps"),
        segment("s1", "leaf", case="B"),
    )
    faults = check_segments(segments, BOOK, "segments.csv")
    assert [(f.row, f.column) for f in faults] == [
        ("3", "code"),
        ("4", "code"),
        ("5", "direction"),
        ("6", "segment_id"),
        ("7", "case"),
        ("8", "role"),
        ("9", "participant"),
        ("10", "case"),
    ]
    assert "folder" in faults[1].found
    assert faults[1].allowed == "left, leaf, right"
    with pytest.raises(InputFaults, match="8 faults"):
        count_codes(segments, BOOK, study="x", source="real")


def test_rows_of_a_raw_reader_are_kept() -> None:
    segments = frame(segment("s1", "left"), segment("s2", "nowhere"))
    segments.index = pd.Index([2, 3])
    assert [f.row for f in check_segments(segments, BOOK, "f")] == ["3"]


def test_missing_columns_of_segments() -> None:
    faults = check_segments(frame().drop(columns=["role", "code"]), BOOK, "f")
    assert [(f.row, f.column) for f in faults] == [("1", "role"), ("1", "code")]


coded = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["left", "leaf", "right"]),
        st.sampled_from(DIRECTIONS),
    ),
    unique_by=lambda t: (t[0], t[1]),
    max_size=15,
)


@settings(deadline=None, max_examples=25)
@given(coded)
def test_counts_add_up(drawn: list[tuple[int, str, str]]) -> None:
    segments = frame(*(segment(f"s{i}", code, d, case=f"k{i % 3}") for i, code, d in drawn))
    counts = count_codes(segments, BOOK, study="x", source="real")
    assert counts["n_segments"].sum() == len(drawn)
    assert (counts[list(DIRECTIONS)].sum(axis=1) == counts["n_segments"]).all()
    assert (counts["n_segments_below"] >= counts["n_segments"]).all()
    assert (counts["n_cases"] <= counts["n_cases_total"]).all()
    # The root holds every different segment once.
    assert counts.loc[0, "n_segments_below"] == len({i for i, _, _ in drawn})
    cells = cross(segments, study="x", source="real")
    own = counts.set_index("code")["n_segments"]
    for _, part in cells.groupby("by"):
        assert (part.groupby("code")["n_segments"].sum() == own[own > 0].sort_index()).all()
