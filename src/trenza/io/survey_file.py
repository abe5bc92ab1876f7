"""A questionnaire's file as it stands: CSV, .xlsx, .xls, SPSS or Stata, told apart by their first bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.io.any_file import kind_of
from trenza.io.raw import DELIMITERS, csv_cells, csv_text
from trenza.io.survey_statistics import read_statistics
from trenza.io.survey_workbook import read_workbook

FORMATS = "a CSV file (; , | or tab), an .xlsx or .xls workbook, an SPSS .sav or .zsav, or a Stata .dta file"


def read_survey(path: Path, shown_as: str) -> SurveyFile:
    """The table of a questionnaire's file with all its header rows; nothing is interpreted.

    ``shown_as`` is the file's name in messages. In a CSV all cells are text, and its decimal mark is left to whoever
    knows it. Names that stand twice or are blank are legal: the tool that made the file decides what they mean.
    Blank rows at the end are left out.

    Raises ``InputFaults`` with everything that is wrong: a file of another kind, locked, damaged or cut short;
    rows shorter or longer than the header, blank rows between rows, quotation marks that swallow rows, cells
    with an error, several sheets with a table.
    """
    kind = kind_of(path, shown_as, FORMATS)
    if kind in ("spss", "stata"):
        return read_statistics(path, shown_as, kind)
    if kind in ("xlsx", "xls"):
        return read_workbook(path, shown_as, old=kind == "xls")
    return _read_csv(path, shown_as)


def read_surveys(paths: Mapping[str, Path], shown_as: Mapping[str, str]) -> dict[str, SurveyFile]:
    """Read every file by its source id; raises one ``InputFaults`` for all that cannot be read."""
    found: dict[str, SurveyFile] = {}
    faults: list[Fault] = []
    for sid, path in paths.items():
        try:
            found[sid] = read_survey(path, shown_as[sid])
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    return found


def _read_csv(path: Path, shown_as: str) -> SurveyFile:
    text = csv_text(path)
    delimiter = _delimiter(text, shown_as)
    rows = csv_cells(text, delimiter, shown_as)
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise InputFaults([Fault(shown_as, "1", "", "no header", "a first row with column names")])
    width = len(rows[0])
    last = max(i for i, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    faults: list[Fault] = []
    for i, row in enumerate(rows[:last], 1):
        if not any(cell.strip() for cell in row):
            # It would shift the number of every row after it.
            faults.append(Fault(shown_as, str(i), "", "a blank row", "no blank rows between rows"))
        elif len(row) != width:
            allowed = f"{width} cells, as in the header"
            faults.append(Fault(shown_as, str(i), "", f"{len(row)} cells", allowed))
        faults += [
            Fault(
                shown_as,
                str(i),
                f"number {k}",
                "a quotation mark that swallows whole rows",
                "marks closed in their cell",
            )
            for k, cell in enumerate(row, 1)
            if _swallows(cell, delimiter, width)
        ]
    if faults:
        raise InputFaults(faults)
    cells = [[cell if cell.strip() else None for cell in row] for row in rows[:last]]
    return SurveyFile(shown_as, "", cells)


def _swallows(cell: str, delimiter: str, width: int) -> bool:
    """Whether a cell with line breaks is really some rows from one column to the same column further down.

    Then every line break in it stands for one whole row's delimiters. Narrow tables are spared: there a comment
    of two lines with a comma or two looks the same.
    """
    breaks = cell.count("\n")
    return breaks > 0 and width > 3 and cell.count(delimiter) == breaks * (width - 1)


def _delimiter(text: str, shown_as: str) -> str:
    """The delimiter that gives most rows the header's width; of equals the one with most columns.

    Counting in the header alone would be misled by questions that hold commas.
    """
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        try:
            rows = csv_cells(text, delimiter, shown_as)
        except InputFaults:
            continue
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        width = _width(rows)
        if width < 2:
            continue
        found = (widths[width] / widths.total(), width, delimiter)
        if best is None or found[:2] > best[:2]:
            best = found
    return best[2] if best else max(DELIMITERS, key=text.split("\n", 1)[0].count)


def _width(rows: Sequence[Sequence[str]]) -> int:
    return len(rows[0]) if rows else 0
