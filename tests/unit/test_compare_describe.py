"""Printed counts that add up, distributions that give no one away, ratings on their scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from compare_tables import PUBLISHED, rows

from trenza.compare.describe import check_counts, distribution, rate_items
from trenza.contracts.faults import InputFaults

PLACE = {"study": "cic2019", "source_id": "table1", "source": "published"}
FIGURES = ["n", "n_missing", "mean", "sd", "min", "q25", "median", "q75", "max"]


def table1() -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / "table1_participants.csv")


def spread(frame: pd.DataFrame, outcomes: list[str], min_cell: int | None) -> pd.DataFrame:
    return distribution(frame, **PLACE, outcomes=outcomes, group="group", min_cell=min_cell)


def test_all_sums_of_table1_hold() -> None:
    got = check_counts(table1(), **PLACE)
    assert len(got) == 33 and got["agrees"].all()
    assert got.loc[got["role"] == "all", "computed"].tolist() == [56, 62, 118]


def test_one_changed_cell_moves_exactly_its_totals() -> None:
    frame = table1()
    cell = (
        (frame["role"] == "principal") & (frame["gender"] == "male") & (frame["municipality"] == "southern")
    )
    frame.loc[cell, "n"] += 1
    got = check_counts(frame, **PLACE)
    off = got.loc[~got["agrees"], ["role", "gender", "municipality"]].to_numpy().tolist()
    assert off == [["principal", "male", "all"], ["all", "all", "southern"], ["all", "all", "all"]]
    assert (got["computed"] - got["n"])[~got["agrees"]].tolist() == [1, 1, 1]


def test_a_changed_total_moves_nothing_else() -> None:
    frame = table1()
    frame.loc[frame.index[-1], "n"] = 117
    got = check_counts(frame, **PLACE)
    assert got.index[~got["agrees"]].tolist() == [32]
    assert got.loc[32, "computed"] == 118


def test_units_are_not_mixed() -> None:
    got = check_counts(table1(), **PLACE)
    school = got[(got["unit"] == "school") & (got["printed_as"] == "total")]
    assert school["computed"].tolist() == [22]


def test_counts_faults() -> None:
    frame = table1().astype({"n": object})
    frame.loc[0, "n"] = "eleven"
    frame.loc[1, "n"] = -1
    frame.loc[3, "n"] = 2.5
    frame.loc[4, "printed_as"] = "sum"
    with pytest.raises(InputFaults) as caught:
        check_counts(frame, **PLACE)
    assert len(caught.value.faults) == 4
    assert "column printed_as: found 'sum' for professional / principal / female / southern" in str(
        caught.value
    )
    lonely = table1()
    lonely = lonely[~((lonely["unit"] == "school") & (lonely["printed_as"] == "cell"))]
    with pytest.raises(InputFaults, match="a total without cells: school / school / not_applicable / all"):
        check_counts(lonely, **PLACE)


def test_distribution_by_hand() -> None:
    frame = pd.DataFrame({"group": ["a"] * 5 + ["b"] * 2, "y": [4.0, 1.0, 3.0, 2.0, None, 7.0, None]})
    got = spread(frame, ["y"], None)
    a, b = got.iloc[0], got.iloc[1]
    assert a[FIGURES].tolist() == pytest.approx([4, 1, 2.5, np.sqrt(5 / 3), 1, 1.75, 2.5, 3.25, 4])
    assert b[["n", "n_missing", "mean", "min", "max"]].tolist() == [1, 1, 7, 7, 7]
    assert pd.isna(b["sd"])


def test_distribution_is_pandas_describe() -> None:
    records = rows()
    got = spread(records, ["first", "second"], None)
    for outcome in ("first", "second"):
        oracle = records.groupby("group")[outcome].describe()
        mine = got[got["outcome"] == outcome].set_index("group")
        for ours, theirs in (("mean", "mean"), ("sd", "std"), ("min", "min"), ("q25", "25%"), ("median", "50%"),
                             ("q75", "75%"), ("max", "max")):  # fmt: skip
            assert mine[ours].tolist() == pytest.approx(oracle[theirs].tolist(), rel=1e-12)


def test_rows_without_a_group_are_unknown_and_last() -> None:
    records = rows()
    records.loc[:9, "group"] = None
    got = spread(records, ["first"], None)
    assert got["group"].tolist() == ["control", "participant", "unknown"]
    assert got["n"].tolist() == [31, 13, 10]
    assert spread(rows(), ["first"], None)["group"].tolist() == ["control", "participant"]


def test_empty_cells_are_blank_but_not_suppressed() -> None:
    records = rows()
    records.loc[records["group"] == "control", "first"] = np.nan
    got = spread(records, ["first"], 5).iloc[0]
    assert (got["n"], got["n_missing"], got["suppressed"]) == (0, 31, False)
    assert got[FIGURES[2:]].isna().all()


def sized(sizes: dict[str, int]) -> pd.DataFrame:
    group = np.repeat(list(sizes), list(sizes.values()))
    return pd.DataFrame({"group": group, "y": np.arange(len(group), dtype=float)})


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 9, "b": 4, "c": 7, "d": 30}, ["b", "c"]),  # one small cell takes the next smallest with it
        ({"a": 9, "b": 4, "c": 3, "d": 30}, ["b", "c"]),  # two small cells hide each other
        ({"a": 9, "b": 5}, []),  # the threshold itself may be shown
        ({"a": 9, "b": 1}, ["a", "b"]),
        ({"a": 4}, ["a"]),  # nothing left to take along
        ({"a": 6, "b": 6, "c": 2}, ["a", "c"]),  # a tie falls to the first
    ],
)
def test_suppression(sizes: dict[str, int], hidden: list[str]) -> None:
    got = spread(sized(sizes), ["y"], 5)
    assert got.loc[got["suppressed"], "group"].tolist() == hidden
    assert got.loc[got["suppressed"], FIGURES].isna().all(axis=None)
    shown = got[~got["suppressed"]]
    assert shown[["n", "n_missing", "mean", "sd"]].notna().all(axis=None)
    assert shown[["min", "max"]].isna().all(axis=None)  # one unit's own value is never shown
    # With few units the quartiles are nearly the units' own values.
    assert (shown[["q25", "median", "q75"]].notna().all(axis=1) == (shown["n"] >= 20)).all()


def test_suppression_goes_outcome_by_outcome_and_only_if_asked() -> None:
    frame = sized({"a": 9, "b": 6})
    frame["z"] = frame["y"].where(frame.index < 12)  # leaves 3 of b
    got = spread(frame, ["y", "z"], 5)
    assert got["suppressed"].tolist() == [False, False, True, True]
    assert not spread(frame, ["y", "z"], None)["suppressed"].any()


def test_distribution_faults() -> None:
    records = rows().assign(word="a")
    with pytest.raises(InputFaults) as caught:
        spread(records, ["word", "absent"], None)
    assert len(caught.value.faults) == 2
    records.loc[0, "group"] = None
    records.loc[1, "group"] = "unknown"
    with pytest.raises(InputFaults, match="a level 'unknown' and 1 rows without a group"):
        spread(records, ["first"], None)


def test_figure6_is_ranked_by_its_means() -> None:
    frame = pd.read_csv(PUBLISHED / "figure6_satisfaction.csv")
    got = rate_items(frame, **PLACE).set_index("item")
    assert got["rank"].to_dict() == {
        "expanded_sessions": 5, "school_sessions": 2, "materials": 4, "colleagues": 1, "superiors": 3, "time": 6,
    }  # fmt: skip
    assert got.loc["time", "share_of_range"] == pytest.approx(0.59)
    assert got["n"].isna().all()


def test_equal_means_share_a_rank() -> None:
    frame = pd.read_csv(PUBLISHED / "figure6_satisfaction.csv")
    frame.loc[0, "mean"] = 3.47
    assert rate_items(frame, **PLACE)["rank"].tolist() == [1, 3, 5, 1, 4, 6]


def test_ratings_faults() -> None:
    frame = pd.read_csv(PUBLISHED / "figure6_satisfaction.csv")
    frame.loc[0, "mean"] = 4.2
    frame.loc[1, "scale_max"] = 1
    frame.loc[2, "mean"] = np.nan
    with pytest.raises(InputFaults) as caught:
        rate_items(frame, **PLACE)
    assert len(caught.value.faults) == 3
    assert "found mean 4.2 of item 'expanded_sessions'; allowed: a number from 1.0 to 4.0" in str(
        caught.value
    )
