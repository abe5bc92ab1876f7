"""Cleaning: every row kept, every changed cell in the ledger, every fault listed with its row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.published import read_counts, read_ratings, read_segments, read_summaries
from trenza.questionnaire.records import clean_records
from trenza.questionnaire.typed import as_text, decimals

ITEMS = pd.DataFrame(
    {
        "item": ["joy", "tired", "both"],
        "min": [1, 1, -3],
        "max": [4, 4, 3],
        "reverse": ["no", "yes", "no"],
        "missing_codes": ["9;99", "", ""],
    }
)
COLUMNS: dict[str, dict[str, Any]] = {
    "person": {"from": "ID", "type": "id"},
    "group": {"from": "G", "levels": {"1": "participant", "0": "control"}},
    "joy": {"from": "Q1"},
    "tired": {"from": "Q2"},
    "both": {"difference": ["joy", "tired"]},
}


def raw(rows: list[list[Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ID", "G", "Q1", "Q2"], dtype="object")
    frame.index = pd.RangeIndex(2, len(rows) + 2)
    return frame


def clean(rows: list[list[Any]], **settings: Any) -> Any:
    return clean_records(
        raw(rows), columns=COLUMNS, items=ITEMS, group="group", source="real", file="f.csv", **settings
    )


def test_a_hand_sized_case() -> None:
    done = clean([["a", "1", "4", "1"], ["b", "0", "9", "4"], ["c", None, "2", None]])
    assert done.records["group"].tolist()[:2] == ["participant", "control"]
    assert done.records["joy"].tolist()[0] == 4 and done.records["joy"].isna().tolist() == [
        False,
        True,
        False,
    ]
    assert done.records["tired"].tolist()[:2] == [4, 1]  # reversed: 1 + 4 - x
    assert done.records["both"].tolist()[0] == 0
    assert done.ledger[["row", "column", "rule", "value", "new_value"]].fillna("").values.tolist() == [
        [3, "Q1", "missing code", "9", ""],
        [2, "Q2", "reversed", "1", "4"],
        [3, "Q2", "reversed", "4", "1"],
        [4, "G", "no group: kept, in no comparison", "", ""],
    ]
    counts = dict(zip(done.flow["rule"], done.flow["n"], strict=True))
    assert counts["rows read"] == counts["rows kept"] == 3
    assert (
        counts["group: participant"]
        + counts["group: control"]
        + counts["group unknown: kept, in no comparison"]
        == 3
    )


def test_all_faults_come_at_once_with_their_rows() -> None:
    rows = [["a", "1", "5", "1"], ["a", "2", "x", "2"], [None, "1", "2,5", "0"]]
    with pytest.raises(InputFaults) as caught:
        clean(rows)
    message = str(caught.value)
    for words in ("row 2, column Q1: found '5'" , "row 3, column ID: found 'a' again, as in row 2", "row 3, column G: found '2'", "row 3, column Q1: found 'x'", "row 4, column ID: found a blank", "row 4, column Q1: found '2,5'", "row 4, column Q2: found '0'"):  # fmt: skip
        assert words.replace("'5'", "5").replace("'0'", "0") in message, message
    assert len(caught.value.faults) == 7


def test_out_of_range_may_be_set_missing_and_is_then_in_the_ledger() -> None:
    done = clean([["a", "1", "5", "1"], ["b", "0", "3", "7"]], out_of_range="set_missing")
    assert done.records["joy"].isna().tolist() == [True, False]
    assert done.records["tired"].isna().tolist() == [False, True]
    assert "outside 1 to 4: set to missing" in done.ledger["rule"].tolist()
    assert done.ledger.loc[done.ledger["rule"].str.startswith("outside"), "value"].tolist() == ["5", "7"]


def test_a_decimal_comma_is_read_only_where_it_is_declared() -> None:
    assert clean([["a", "1", "2,5", "1"], ["b", "0", "3", "2"]], decimal=",").records["joy"].tolist() == [
        2.5,
        3,
    ]


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(InputFaults, match="row 1, column Q1: found no such column"):
        clean_records(
            raw([]).drop(columns="Q1"),
            columns=COLUMNS,
            items=ITEMS,
            group="group",
            source="real",
            file="f.csv",
        )


cells = st.sampled_from(["1", "2", "3", "4", "9", "99", None, "0", "5", "-1"])


@given(st.lists(st.tuples(st.sampled_from(["0", "1", None]), cells, cells), max_size=12))
def test_nothing_is_lost(answers: list[tuple[str | None, str | None, str | None]]) -> None:
    """Raw and clean cells differ exactly where the ledger says so."""
    rows = [[f"p{i}", *answer] for i, answer in enumerate(answers)]
    done = clean(rows, out_of_range="set_missing")
    assert len(done.records) == len(rows)
    told = {(r, c) for r, c in zip(done.ledger["row"], done.ledger["column"], strict=True)}
    for number, (row, (_, out)) in enumerate(zip(rows, done.records.iterrows(), strict=True), 2):
        for name, column, value in (("joy", "Q1", row[2]), ("tired", "Q2", row[3])):
            same = (value is None and pd.isna(out[name])) or (value is not None and out[name] == float(value))
            assert same or (number, column) in told
            assert not (same and (number, column) in told and value is None)


def test_texts_and_decimals() -> None:
    assert [as_text(v) for v in (1.0, 1.5, float("nan"), None, " a ", "")] == [
        "1",
        "1.5",
        None,
        None,
        "a",
        None,
    ]
    assert [decimals(t) for t in ("88.70", "48", "0.000", "-.5")] == [2, 0, 3, 1]


SUMMARY = {
    "outcome": "y", "n_participants": "48", "mean_participants": "3.13", "sd_participants": "0.6", "n_control": "49",
    "mean_control": "3.02", "sd_control": "0.61", "printed_difference": "control_minus_participants", "df": "95.997",
    "t": "-0.884", "p_value": "0.378", "where": "Table 2",
}  # fmt: skip


def summaries(**changes: Any) -> pd.DataFrame:
    frame = pd.DataFrame([{**SUMMARY, **changes}], dtype="object")
    frame.index = pd.RangeIndex(2, 3)
    return read_summaries(frame, study="s", source_id="t", source="published", file="t.csv")


def test_a_printed_t_is_turned_to_participants_minus_control() -> None:
    row = summaries().iloc[0]
    assert (row["t"], row["decimals_t"], row["decimals_sd"], row["decimals_mean"]) == (0.884, 3, 2, 2)
    assert summaries(printed_difference="participants_minus_control").iloc[0]["t"] == -0.884


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_participants": "forty"}, "column n_participants: found 'forty'"),
        ({"n_control": "1"}, "column n_control: found 1; allowed: a whole number.*at least 2"),
        ({"sd_control": "-0.61"}, "column sd_control: found -0.61"),
        ({"p_value": "1.2"}, "column p_value: found 1.2; allowed: 0 to 1"),
        ({"mean_control": None}, "column mean_control: found a blank"),
        ({"printed_difference": "other"}, "participants_minus_control"),
    ],
)
def test_bad_summaries(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputFaults, match=words):
        summaries(**changes)


def test_bad_counts_ratings_and_segments() -> None:
    def framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, dtype="object")
        frame.index = pd.RangeIndex(2, len(rows) + 2)
        return frame

    count = {
        "unit": "u",
        "role": "r",
        "gender": "g",
        "municipality": "all",
        "n": "2",
        "printed_as": "cell",
        "where": "T",
    }
    with pytest.raises(InputFaults, match="says all"):
        read_counts(framed([count]), file="c.csv")
    with pytest.raises(InputFaults, match="again, as in row 2"):
        read_counts(framed([{**count, "printed_as": "total"}] * 2), file="c.csv")
    rating = {
        "item": "joy",
        "n": None,
        "mean": "4.2",
        "sd": None,
        "scale_min": "1",
        "scale_max": "4",
        "where": "F",
        "note": None,
    }
    with pytest.raises(InputFaults, match=r"found 4\.2; allowed: 1 to 4"):
        read_ratings(framed([rating]), file="r.csv", items=["joy"])
    segment = {"segment_id": "s1", "case": "I_1", "municipality": "m", "role": "r", "participant": "maybe", "code": "zest", "direction": "up", "text": "t"}  # fmt: skip
    with pytest.raises(InputFaults) as caught:
        read_segments(framed([segment]), study="s", source_id="x", source="real", file="s.csv", codes=["joy"])
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(("cell", "decimal"), [("99", "."), ("99.0", "."), ("99,0", ","), (99.0, ".")])
def test_a_missing_code_is_known_however_it_is_written(cell: Any, decimal: str) -> None:
    done = clean([["a", "1", cell, "1"], ["b", "0", "3", "2"]], decimal=decimal)
    assert done.records["joy"].isna().tolist() == [True, False]
    assert "missing code" in done.ledger["rule"].tolist()


def test_a_code_in_single_precision_is_known() -> None:
    import struct

    (single,) = struct.unpack("f", struct.pack("f", 9.9))
    items = ITEMS.assign(missing_codes=["9.9", "", ""])
    frame = raw([["a", "1", single, "1"]])
    done = clean_records(frame, columns=COLUMNS, items=items, group="group", source="real", file="f")
    assert done.records["joy"].isna().all()


def test_a_computed_column_is_held_to_its_range() -> None:
    items = ITEMS.assign(min=[1, 1, 0], max=[4, 4, 1])
    with pytest.raises(InputFaults, match="column both: found -3; allowed: 0 to 1"):
        clean_records(
            raw([["a", "1", "1", "1"]]), columns=COLUMNS, items=items, group="group", source="real", file="f"
        )


def test_blanks_do_not_make_a_new_school() -> None:
    assert as_text("Colegio  3 ") == as_text("Colegio 3") == "Colegio 3"
    assert as_text(pd.NaT) is None
