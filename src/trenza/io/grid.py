"""A table as it stands in a file: columns of numbers or text, with the rows and names that a user sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN_TABLE = "a table of a known kind"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# 1.050 may be a thousand and fifty: whoever reads the column has to say.
_UNCLEAR = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Grid:
    """One table as it stands in a file.

    ``header``: column names in the file's order. ``columns``: for each wanted column either numbers (float64,
    NaN = blank) or text (object, None = blank), one entry a row. ``cells``: non-blank cells of every column.
    ``first_row``: the row of the first entry as a spreadsheet shows it.
    """

    file: str
    sheet: str
    header: tuple[str, ...]
    columns: dict[str, NDArray[Any]]
    cells: dict[str, int]
    rows: int
    first_row: int = 2


def refusal(file: str, found: str, allowed: str) -> InputFaults:
    """One fault of a whole file."""
    return InputFaults([Fault(file, "", "", found, allowed)])


def is_number(text: str) -> bool:
    """Whether text is a number with a decimal point."""
    return _NUMBER.fullmatch(text) is not None


def no_table(file: str, headers: Mapping[str, Sequence[str]]) -> InputFaults:
    """No sheet holds a table that is looked for; says what each holds, but never quotes rows of data."""
    parts = []
    for sheet, header in headers.items():
        names = [h[:30] for h in header if h.strip()]
        if any(_NUMBER.fullmatch(n) for n in names):
            told = "a first row that holds data, not column names"
        else:
            told = f"columns {', '.join(names[:8])}" + (
                f" and {len(names) - 8} more" if len(names) > 8 else ""
            )
        parts.append((f"sheet '{sheet}' with " if sheet else "") + (told if names else "nothing"))
    return refusal(file, "; ".join(parts) or "an empty workbook", UNKNOWN_TABLE)


def sound_header(file: str, row: str, header: Sequence[str]) -> None:
    """Raises ``InputFaults`` for names that stand twice, whatever their case."""
    lower = [h.lower() for h in header]
    twice = [h for i, h in enumerate(header) if lower.index(h.lower()) < i]
    if twice:
        raise InputFaults([Fault(file, row, h, "this name twice", "one name a column") for h in twice])


def from_rows(
    shown_as: str,
    sheet: str,
    header: Sequence[str],
    body: Sequence[Sequence[str | float | None]],
    wanted: Callable[[str], bool],
    first_row: int,
    *,
    typed: bool,
) -> Grid:
    """A grid from rows of cells (number, text, or None for blank); columns without name and cells are left out.

    ``typed``: the file says of each cell whether it is a number or text; in a CSV file text that looks like a
    number is one.

    Raises ``InputFaults`` for no rows, names that stand twice, and a column with cells but without a name.
    """
    if not body:
        raise refusal(shown_as, "no rows below the header", "at least one row")
    columns: dict[str, NDArray[Any]] = {}
    cells: dict[str, int] = {}
    names: list[str] = []
    for place, values in enumerate(zip(*body, strict=True)):
        n = sum(v is not None for v in values)
        if not header[place]:
            if n:
                found = f"a column with {n} cells and no name"
                raise InputFaults(
                    [Fault(shown_as, str(first_row - 1), f"number {place + 1}", found, "a name")]
                )
            continue
        names.append(header[place])
        cells[header[place]] = n
        if wanted(header[place]):
            columns[header[place]] = _column(values, typed)
    sound_header(shown_as, str(first_row - 1), names)
    return Grid(shown_as, sheet, tuple(names), columns, cells, len(body), first_row)


def _column(values: Sequence[str | float | None], typed: bool) -> NDArray[Any]:
    """Numbers where every cell that is not blank is one, else text."""
    import numpy as np

    distinct = set(values) - {None}
    text = [v for v in distinct if isinstance(v, str)]
    if text and (typed or not all(_NUMBER.fullmatch(v) and not _UNCLEAR.fullmatch(v) for v in text)):
        return np.array([v if v is None or isinstance(v, str) else f"{v:.15g}" for v in values], dtype=object)
    as_number = {v: float(v) for v in distinct if v is not None} | {None: np.nan}
    return np.array([as_number[v] for v in values], dtype="float64")
