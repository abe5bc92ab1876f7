"""Cells as numbers, codes and dates, and the ledger of what was done to them, on columns made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import Fault
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger
from trenza.official.values import build_date, codes, numbers


def grid_of(*cells: Any) -> Grid:
    """One column: numbers where all cells are, else text; it begins in row 2."""
    text = any(isinstance(c, str) for c in cells)
    values = np.array(cells, dtype=object) if text else np.array(cells, dtype="float64")
    return Grid("a.xlsx", "", ("x",), {"x": values}, {"x": len(cells)}, len(cells))


def read(*cells: Any, **how: Any) -> tuple[list[float], list[Fault], pd.DataFrame]:
    grid, faults = grid_of(*cells), list[Fault]()
    ledger = Ledger(grid)
    found = numbers(grid, "x", ledger, faults, low=0, high=5000, **how)
    return found.tolist(), faults, ledger.frame()


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1.050", "text '1.050'"),
        ("1,050", "a decimal comma, '1,050'"),
        ("12.7", "the value '12.7'"),
        (12.7, "the value '12.7'"),
        (5001, "the value '5001'"),
        ("-1", "the value '-1'"),
        ("xyz", "text 'xyz'"),
    ],
)
def test_a_column_of_whole_numbers_says_so(cell: Any, found: str) -> None:
    _, faults, _ = read("3" if isinstance(cell, str) else 3, cell, whole=True)
    (fault,) = faults
    assert (fault.row, fault.column, fault.found) == ("3", "x", found)
    comma = found.startswith("a decimal comma")
    expected = (
        "a decimal point, as in the official file" if comma else "a whole number from 0 to 5000, or blank"
    )
    assert fault.allowed == expected


def test_a_column_of_any_numbers_does_not_ask_for_whole_ones() -> None:
    values, faults, ledger = read("1.050", "12.7", None)
    assert values[:2] == [1.05, 12.7] and np.isnan(values[2]) and not faults
    assert ledger[["rule", "cells"]].values.tolist() == [["number_as_text", 2]]
    _, (fault,), _ = read("1.050", "xyz")
    assert fault.allowed == "a number from 0 to 5000, or blank"


def test_codes_by_the_table_blank_for_blank_and_a_fault_for_the_rest() -> None:
    faults: list[Fault] = []
    table = {"1": "one", "dos": "two"}
    assert codes(grid_of("1", "1.0", " DOS ", None), "x", table, faults, "code").tolist() == [
        "one", "one", "two", None
    ]  # fmt: skip
    assert codes(grid_of(1, np.nan), "x", table, faults, "code").tolist() == ["one", None] and not faults
    assert codes(grid_of("1", "3", "3"), "x", table, faults, "code").tolist() == ["one", None, None]
    assert [str(f) for f in faults] == [
        "a.xlsx, row 3, column x: found the code '3' (and 1 more cells like it); allowed: 1, dos"
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20240528", "2024-05-28"),
        ("20240229", "2024-02-29"),  # a leap year
        ("20230229", None),
        ("20199999", None),
        ("00000000", None),
        ("2024052", None),
        ("202405281", None),
        ("2024-05-28", None),
        ("20240528, 20240529", None),  # two dates in one file
        ("２０２４０５２８", None),  # digits that are not ours
        ("", None),
        (None, None),
    ],
)
def test_a_build_date_is_a_day_that_was(text: str | None, date: str | None) -> None:
    assert build_date(text) == date


def test_the_ledger_takes_one_new_value_or_one_a_row_of_the_grid() -> None:
    grid = grid_of("225*", "231", "301*", None)
    ledger = Ledger(grid)
    starred = np.array([True, False, True, False])
    ledger.cells("x", starred, "typographic_mark", np.array(["225", "231", "301", None], dtype=object))
    ledger.cells("x", ~starred, "value_of_the_file", "7")
    ledger.cells("x", starred, "zero_score")
    ledger.column("x", "not_carried")
    ledger.cells("x", np.zeros(4, dtype=bool), "zero_score", np.array(["1", "2", "3", "4"], dtype=object))
    rows = ledger.frame()
    assert rows["row"].fillna(0).tolist() == [2, 4, 3, 5, 2, 4, 0]
    assert rows["value"].fillna("").tolist() == ["225*", "301*", "231", "", "225*", "301*", ""]
    assert rows["new_value"].fillna("").tolist() == ["225", "301", "7", "7", "", "", ""]
    assert rows["cells"].tolist() == [1, 1, 1, 1, 1, 1, 4]
