"""Shares printed without counts: known counts, brute force, and every fault with its row."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.shares import read_shares

COLUMNS = ["item", "printed", "relation", "tolerance", "n", "n_min", "where"]


def read(*rows: list[Any]) -> pd.DataFrame:
    raw = pd.DataFrame([*rows], columns=COLUMNS, dtype="object")
    raw.index = pd.RangeIndex(2, len(rows) + 2)
    items = ["development", "improvement", "role_3"]
    return read_shares(raw, study="s", source_id="f", source="published", file="f.csv", items=items)


def counts(found: pd.DataFrame) -> dict[tuple[str, int], str | None]:
    return {
        (i, int(n)): None if pd.isna(c) else c
        for i, n, c in zip(found["item"], found["n"], found["counts"], strict=True)
    }


def test_what_the_blackwell_shares_can_be() -> None:
    # Two of the 26 shares are printed as about, others as over 90 %; 15 teachers were asked. 10/15 = 66.7 %,
    # 11/15 = 73.3 % (no 75), 14/15 = 93.3 %; of 12 who answered, 8 are 66.7 % and 9 are 75 %.
    found = read(
        ["development", "66", "about", "1", "15", "12", "Figure 3"],
        ["improvement", "75", "about", "1", "15", "12", None],
        ["role_3", "90", "over", "0", "15", "12", "Figure 4"],
    )
    CONTRACTS["shares"].check(found)
    known = counts(found)
    assert [known["development", n] for n in (15, 14, 13, 12)] == ["10", None, None, "8"]
    assert [known["improvement", n] for n in (15, 14, 13, 12)] == [None, None, None, "9"]
    assert [known["role_3", n] for n in (15, 14, 13, 12)] == ["14;15", "13;14", "12;13", "11;12"]
    assert found["n"].tolist() == [15, 14, 13, 12] * 3
    first, last = found.iloc[0], found.iloc[-1]
    assert (first["printed"], first["low"], first["high"]) == (0.66, 0.65, 0.67)
    assert (last["printed"], last["low"], last["high"]) == (0.9, 0.9, 1.0)


def test_without_a_tolerance_a_figure_is_rounded_and_no_more() -> None:
    # 10 of 15 is 66.67 %, which nobody rounds to 66; a blank n_min is n.
    assert counts(read(["development", "66", "about", None, "15", None, None])) == {("development", 15): None}
    assert counts(read(["development", "67", "about", None, "15", None, None])) == {("development", 15): "10"}
    assert counts(read(["development", "66.7", "about", None, "3", None, None])) == {("development", 3): "2"}


def test_over_is_more_than() -> None:
    assert counts(read(["role_3", "90", "over", None, "10", None, None])) == {("role_3", 10): "10"}
    assert counts(read(["role_3", "100", "over", None, "10", None, None])) == {("role_3", 10): None}


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 2), st.booleans())
def test_the_true_count_is_always_among_those_that_fit(count: int, n: int, places: int, up: bool) -> None:
    count = min(count, n)
    exact = Decimal(count) * 100 / Decimal(n)
    printed = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP if up else ROUND_HALF_DOWN)
    found = read(["role_3", str(printed), "about", None, str(n), None, None])
    fit = [int(c) for c in str(found["counts"].iloc[0]).split(";")]
    assert count in fit
    half = Decimal("0.5").scaleb(-places)
    assert fit == [c for c in range(n + 1) if abs(Decimal(c) * 100 / Decimal(n) - printed) <= half]


@pytest.mark.parametrize(
    ("change", "column", "allowed"),
    [
        ({"item": "unknown"}, "item", "development, improvement, role_3"),
        ({"printed": "120"}, "printed", "0 to 100 percent"),
        ({"printed": "a lot"}, "printed", "a number"),
        ({"relation": "under"}, "relation", "about, over"),
        ({"tolerance": "0.2"}, "tolerance", "at least 0.5, which rounding alone allows"),
        ({"relation": "over", "tolerance": "1"}, "tolerance", "a blank or 0"),
        ({"n": "0", "n_min": ""}, "n", "at least 1"),
        ({"n": "14.5"}, "n", "a whole number"),
        ({"n_min": "16"}, "n_min", "at most n, 15"),
    ],
)
def test_every_fault_names_its_row_and_column(change: dict[str, str], column: str, allowed: str) -> None:
    good = dict(zip(COLUMNS, ["development", "66", "about", "1", "15", "12", None], strict=True))
    with pytest.raises(InputFaults) as error:
        read(["role_3", "90", "over", None, "15", "12", None], [*{**good, **change}.values()])
    assert [(f.row, f.column) for f in error.value.faults] == [("3", column)]
    assert allowed in error.value.faults[0].allowed


def test_an_item_twice_and_a_missing_column_are_faults() -> None:
    row = ["role_3", "90", "over", None, "15", "12", None]
    with pytest.raises(InputFaults, match="again"):
        read(row, row)
    raw = pd.DataFrame([row[:-1]], columns=COLUMNS[:-1])
    with pytest.raises(InputFaults, match="column where: found no such column"):
        read_shares(raw, study="s", source_id="f", source="published", file="f.csv", items=["role_3"])
