"""A questionnaire in a workbook: the one sheet that holds a table, cell by cell, each with its own type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import Cell, SurveyFile
from trenza.io.grid import refusal
from trenza.io.survey_cell import cell_of
from trenza.io.workbook_xml import SheetFacts, column_number, look_inside, percents

# Columns of the sheets in which KoboToolbox puts groups that repeat: their rows are no people.
_REPEATS = {"_parent_index", "_parent_table_name"}


def read_workbook(path: Path, shown_as: str, *, old: bool) -> SurveyFile:
    """The table of an .xlsx or (``old``) .xls workbook: numbers, times and text as the cells have them.

    Hidden sheets, blank ones and KoboToolbox's sheets of repeated groups do not count. Raises ``InputFaults`` for
    what cannot be read, cells with an error, numbers that an .xlsx shows as percent, blank rows between rows, no
    table, and a table on several sheets.
    """
    facts = None if old else look_inside(path, shown_as)
    tables: list[tuple[str, list[list[Cell]], tuple[int, int]]] = []
    faults: list[Fault] = []
    for name, raw, start in _sheets(path, shown_as, facts):
        rows = [[cell_of(value) for value in row] for row in raw]
        while rows and not any(cell is not None for cell in rows[-1]):
            rows.pop()
        if rows and not _REPEATS & {str(cell).strip() for cell in rows[0]}:
            tables.append((name, rows, start))
            if facts is not None:
                faults += _holes(shown_as, facts[name], rows[0], start[1])
    if not tables:
        raise refusal(shown_as, "an empty workbook", "a sheet with a table")
    # A title or a note beside the answers is no table.
    full = [t for t in tables if len(t[1]) > 1 and len(t[1][0]) > 1] or tables
    if len(full) > 1:
        found = f"a table on each of the sheets {', '.join(t[0] for t in full)}"
        raise InputFaults(
            [*faults, Fault(shown_as, "", "", found, "one table; hide or delete the other sheets")]
        )
    name, rows, (above, left) = full[0]
    faults += [
        Fault(shown_as, str(i), "", "a blank row", "no blank rows between rows")
        for i, row in enumerate(rows, above + 1)
        if not any(cell is not None for cell in row)
    ]
    if facts is not None:
        faults += [
            Fault(
                shown_as,
                str(row),
                _name(rows[0], place - left),
                "numbers that the sheet shows as percent",
                "numbers in a format without %, or text",
            )
            for place, row in percents(path, shown_as, name).items()
        ]
    if faults:
        raise InputFaults(faults)
    width = max(len(row) - _blanks_at_end(row) for row in rows)
    return SurveyFile(shown_as, name, [row[:width] for row in rows], above + 1)


def _sheets(
    path: Path, shown_as: str, facts: dict[str, SheetFacts] | None
) -> list[tuple[str, list[list[Any]], tuple[int, int]]]:
    """Name, cells and place of the first cell of every visible sheet."""
    import python_calamine

    visible = python_calamine.SheetVisibleEnum.Visible
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = [
            s.name
            for s in book.sheets_metadata
            if s.typ == python_calamine.SheetTypeEnum.WorkSheet
            and (s.visible == visible if facts is None else s.name in facts)
        ]
        sheets = [(name, book.get_sheet_by_name(name)) for name in names]
        return [(n, s.to_python(skip_empty_area=True), s.start or (0, 0)) for n, s in sheets]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the library panics, outside Exception, on some damaged files
        allowed = "a whole workbook without a password"
        raise refusal(shown_as, "a workbook that cannot be read", allowed) from error


def _holes(file: str, facts: SheetFacts, header: Sequence[Cell], first_column: int) -> list[Fault]:
    """Faults for cells with an error, and for formulas that were saved without their value."""
    faults = []
    for letters, row, error in facts.errors:
        name = _name(header, column_number(letters) - 1 - first_column)
        faults.append(Fault(file, str(row or ""), name, f"the error {error}", "a value, or blank"))
    if facts.empty_formulas:
        found = f"{facts.empty_formulas} formulas saved without their value"
        faults.append(Fault(file, "", "", found, "values; open the file in a spreadsheet and save it again"))
    return faults


def _name(header: Sequence[Cell], place: int) -> str:
    """The name of the column at a place of the table (0 = first), or its number where it has none."""
    name = header[place] if 0 <= place < len(header) else None
    return f"number {place + 1}" if name is None else str(name)


def _blanks_at_end(row: Sequence[Cell]) -> int:
    """How many cells at the end of a row are blank."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return len(row) - end
