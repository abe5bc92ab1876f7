"""A table that a program for qualitative analysis exported, as text cell by cell: CSV or workbook."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import Cell
from trenza.io.any_file import kind_of
from trenza.io.grid import no_table, refusal
from trenza.io.raw import DELIMITERS, csv_text
from trenza.io.survey_workbook import read_workbook

FORMATS = "a CSV file (; , | or tab) or an .xlsx or .xls workbook"


@dataclass(frozen=True)
class Table:
    """Header and rows of text, all equally long; the first row is row ``first_row`` of the file."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int


def read_table_rows(path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: str) -> Table:
    """The table whose header ``fits``; lines above it (a title) are passed over. ``wanted`` says in words what fits.

    Cells may hold line breaks. Raises ``InputFaults`` for what cannot be read, rows longer than the header, and
    where no row is a header that fits.
    """
    kind = kind_of(path, shown_as, FORMATS)
    if kind in ("xlsx", "xls"):
        sheet = read_workbook(path, shown_as, old=kind == "xls")
        return _table(
            [[_shown(c) for c in row] for row in sheet.rows], shown_as, fits, sheet.first_row, wanted
        )
    if kind != "csv":
        raise refusal(shown_as, "a file of another kind", FORMATS)
    text = csv_text(path)
    for delimiter in DELIMITERS:
        rows = _cells(text, delimiter)
        if rows and any(fits(row) for row in rows[:10]):
            return _table(rows, shown_as, fits, 1, wanted)
    first = _cells(text, max(DELIMITERS, key=text.split("\n", 1)[0].count))
    raise _no_table(shown_as, first[0] if first else [], wanted)


def _cells(text: str, delimiter: str) -> list[list[str]]:
    """Rows of a CSV; none where it is broken under this delimiter."""
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(limit)


def _table(
    rows: Sequence[Sequence[str]],
    shown_as: str,
    fits: Callable[[Sequence[str]], bool],
    first: int,
    wanted: str,
) -> Table:
    place = next((i for i, row in enumerate(rows[:10]) if fits([c.strip() for c in row])), None)
    if place is None:
        raise _no_table(shown_as, rows[0] if rows else [], wanted)
    header = tuple(c.strip() for c in rows[place])
    body = [*rows[place + 1 :]]
    while body and not any(c.strip() for c in body[-1]):
        body.pop()
    faults = [
        Fault(shown_as, str(i), "", f"{len(row)} cells", f"{len(header)} cells, as in the header")
        for i, row in enumerate(body, first + place + 1)
        if any(c.strip() for c in row[len(header) :]) or not any(c.strip() for c in row)
    ]
    if not body:
        faults = [Fault(shown_as, "", "", "no rows below the header", "at least one row")]
    if faults:
        raise InputFaults(faults)
    width = len(header)
    padded = tuple(tuple([*row, *[""] * width][:width]) for row in body)
    return Table(header, padded, first + place + 1)


def _no_table(shown_as: str, header: Sequence[str], wanted: str) -> InputFaults:
    """Says what the first row holds, but never quotes a row of data."""
    return refusal(shown_as, no_table(shown_as, {"": header}).faults[0].found, wanted)


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
