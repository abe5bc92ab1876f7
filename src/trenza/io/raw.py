"""Readers of raw files. Nothing is interpreted here: values come as they stand, with their row numbers.

The frame's index is the row as a user finds it: line of the table with the header as row 1 for CSV,
observation number + 1 for Stata.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults

if TYPE_CHECKING:
    import pandas as pd

READABLE = (".csv", ".dta")
DELIMITERS = ",;|\t"


def read_raw(path: Path, shown_as: str) -> pd.DataFrame:
    """Read a CSV (any of , ; | tab; UTF-8 or Latin-1) or Stata file as it stands.

    ``shown_as`` is the file's name in messages. CSV values are text, blank cells are missing; Stata values
    keep their numbers and lose their value labels. Raises ``InputFaults`` for a file that is empty, of
    another kind, or has rows longer or shorter than its header.
    """
    if path.suffix.lower() not in READABLE:
        raise InputFaults([Fault(shown_as, "", "", path.suffix or "no ending", " or ".join(READABLE))])
    return _read_stata(path, shown_as) if path.suffix.lower() == ".dta" else _read_csv(path, shown_as)


def read_all(paths: Mapping[str, Path], shown_as: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Read every file by its source id; raises one ``InputFaults`` for all that cannot be read."""
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for sid, path in paths.items():
        try:
            frames[sid] = read_raw(path, shown_as[sid])
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    return frames


def _read_stata(path: Path, shown_as: str) -> pd.DataFrame:
    import pandas as pd

    try:
        frame = pd.read_stata(path, convert_categoricals=False, preserve_dtypes=False)
    except Exception as error:  # a file cut short or of another kind can fail the reader at any point
        raise InputFaults(
            [Fault(shown_as, "", "", f"a file that cannot be read ({error})", "Stata")]
        ) from error
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _read_csv(path: Path, shown_as: str) -> pd.DataFrame:
    import pandas as pd

    rows = read_csv_rows(path, shown_as)
    header = rows[0]
    if len(rows) == 1:
        raise InputFaults([Fault(shown_as, "2", "", "no rows below the header", "at least one row")])
    body = [[cell if cell.strip() else None for cell in row] for row in rows[1:]]
    frame = pd.DataFrame(body, columns=header, dtype="object")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def read_csv_rows(path: Path, shown_as: str) -> list[list[str]]:
    """All rows of a CSV as text, header first, every row as long as the header.

    Raises ``InputFaults`` listing all ragged rows, repeated or blank column names, quotation marks that are
    never closed or swallow rows, or an empty file.
    """
    text = csv_text(path)
    delimiter = max(DELIMITERS, key=text.split("\n", 1)[0].count)
    rows = csv_cells(text, delimiter, shown_as)
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise InputFaults([Fault(shown_as, "1", "", "no header", "a first row with column names")])
    header = [cell.strip() for cell in rows[0]]
    faults = [
        Fault(
            shown_as,
            "1",
            name or f"number {i + 1}",
            "a name that is blank or stands twice",
            "one name a column",
        )
        for i, name in enumerate(header)
        if not name or name in header[:i]
    ]
    body = [(i, row) for i, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    faults += [
        Fault(shown_as, str(i), "", f"{len(row)} cells", f"{len(header)} cells, as in the header")
        for i, row in body
        if len(row) != len(header)
    ]
    faults += [
        Fault(
            shown_as,
            str(i),
            header[k],
            "a quotation mark that swallows whole rows",
            "marks closed in their cell",
        )
        for i, row in body
        for k, cell in enumerate(row[: len(header)])
        if "\n" in cell
        and len(header) > 1
        and any(line.count(delimiter) >= len(header) - 1 for line in cell.split("\n")[1:])
    ]
    # A blank line in the middle would shift every row number after it.
    last = body[-1][0] if body else 1
    faults += [
        Fault(shown_as, str(i), "", "a blank row", "no blank rows between rows")
        for i in sorted(set(range(2, last + 1)) - {i for i, _ in body})
    ]
    if faults:
        raise InputFaults(faults)
    return [header, *(row for _, row in body)]


def csv_text(path: Path) -> str:
    """The text of a CSV file in any encoding that spreadsheets save, without Excel's hint to itself (``sep=;``)."""
    lines = _decoded(path.read_bytes())
    return lines.split("\n", 1)[1] if lines.startswith("sep=") and "\n" in lines else lines


def csv_cells(text: str, delimiter: str, shown_as: str) -> list[list[str]]:
    """Rows of a CSV as they stand, without the blank columns that a spreadsheet leaves at the right edge.

    Raises ``InputFaults`` for quotation marks that are not closed and for cells that are too long.
    """
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        allowed = "each quotation mark closed, cells below 131,072 characters"
        raise InputFaults([Fault(shown_as, "", "", f"a broken CSV ({error})", allowed)]) from error
    width = max((_filled(row) for row in rows), default=0)
    return [row[:width] for row in rows]


def _filled(row: Sequence[str]) -> int:
    """Length of a row without the blank cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return end


def _decoded(data: bytes) -> str:
    """Text of any encoding that spreadsheets save: UTF-8, UTF-16 with its mark, Windows-1252, Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # A few damaged bytes do not make a file of UTF-8 one of Windows: they are shown as such, the rest stays right.
    lossy = data.decode("utf-8-sig", errors="replace")
    if "\ufffd" in lossy and lossy.count("\ufffd") * 10 < sum(c > "\x7f" for c in lossy):
        return lossy
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
