"""Readers of raw files. Nothing is interpreted here: values come as they stand, with their row numbers.

The frame's index is the row as a user finds it: line of the table with the header as row 1 for CSV,
observation number + 1 for Stata.
"""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults

if TYPE_CHECKING:
    import pandas as pd

READABLE = (".csv", ".dta")


def read_raw(path: Path, shown_as: str) -> pd.DataFrame:
    """Read a CSV (any of , ; | tab; UTF-8 or Latin-1) or Stata file as it stands.

    ``shown_as`` is the file's name in messages. CSV values are text, blank cells are missing; Stata values
    keep their numbers and lose their value labels. Raises ``InputFaults`` for a file that is empty, of
    another kind, or has rows longer or shorter than its header.
    """
    if path.suffix.lower() not in READABLE:
        raise InputFaults([Fault(shown_as, "", "", path.suffix or "no ending", " or ".join(READABLE))])
    return _read_stata(path, shown_as) if path.suffix.lower() == ".dta" else _read_csv(path, shown_as)


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
    body = [[cell if cell.strip() else None for cell in row] for row in rows[1:]]
    frame = pd.DataFrame(body, columns=header, dtype="object")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def read_csv_rows(path: Path, shown_as: str) -> list[list[str]]:
    """All rows of a CSV as text, header first, every row as long as the header.

    Raises ``InputFaults`` listing all ragged rows, repeated or blank column names, or an empty file.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = text.split("\n", 1)[0]
    delimiter = max(",;|\t", key=first.count)
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
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
    # A blank line in the middle would shift every row number after it.
    last = body[-1][0] if body else 1
    faults += [
        Fault(shown_as, str(i), "", "a blank row", "no blank rows between rows")
        for i in sorted(set(range(2, last + 1)) - {i for i, _ in body})
    ]
    if faults:
        raise InputFaults(faults)
    return [header, *(row for _, row in body)]
