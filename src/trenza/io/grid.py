"""One table out of any file that school data come in: xlsx, xls, Stata, CSV, told apart by their first bytes.

Nothing is interpreted: a column of numbers stays numbers, any other column is text as the file shows it. Files
made to exhaust the machine, web pages saved as .xls, cut-off and locked files are refused with one message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.raw import read_csv_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 400_000_000
FORMATS = "an .xlsx or .xls workbook, a Stata .dta file, or a CSV file (; , | or tab)"
UNKNOWN_TABLE = "a table of a known kind"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# 1.050 may be a thousand and fifty: whoever reads the column has to say.
_UNCLEAR = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Grid:
    """One table as it stands in a file.

    ``header``: column names in the file's order. ``columns``: for each wanted column either numbers (float64,
    NaN = blank) or text (object, None = blank), one entry a row. ``cells``: non-blank cells of every column.
    ``first_row``: the row of the first entry as a spreadsheet shows it. ``labels``: Stata's value labels.
    """

    file: str
    sheet: str
    header: tuple[str, ...]
    columns: dict[str, NDArray[Any]]
    cells: dict[str, int]
    rows: int
    first_row: int = 2
    labels: dict[str, dict[int, str]] = field(default_factory=dict)


def read_grid(
    path: Path,
    shown_as: str,
    fits: Callable[[Sequence[str]], bool],
    wanted: Callable[[str], bool] = lambda name: True,
) -> Grid:
    """Read the table of the file whose header ``fits``.

    ``shown_as`` is the file's name in messages; columns that are not ``wanted`` are counted and left out.
    Raises ``InputFaults`` where the file cannot be read or no table of it fits.
    """
    from trenza.io.workbook import read_xls, read_xlsx

    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            start = handle.read(4096)
    except OSError as error:
        raise refusal(shown_as, "a file that cannot be opened", "a file that you may read") from error
    if size > MOST_BYTES:
        raise refusal(shown_as, f"a file of {size / 1e6:,.0f} MB", f"at most {MOST_BYTES / 1e6:,.0f} MB")
    if start.startswith(b"PK\x03\x04"):
        return read_xlsx(path, shown_as, fits, wanted)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return read_xls(path, shown_as, fits, wanted)
    # Stata 13 and later begin with a tag, earlier versions with their number and two flags.
    if start.startswith(b"<stata_dta>") or re.match(rb"[\x6c-\x73][\x01\x02]\x01\x00", start):
        return _stata(path, shown_as, fits, wanted)
    if re.match(rb"(?is)^(\xef\xbb\xbf)?\s*<(!doctype|html|table|\?xml|meta|head|body)", start):
        found = "a web page or XML with a spreadsheet's name"
        raise refusal(shown_as, found, f"{FORMATS}; open it in a spreadsheet and save it as .xlsx")
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal(shown_as, "a file of another kind", FORMATS)
    return _csv(path, shown_as, fits, wanted)


def refusal(file: str, found: str, allowed: str) -> InputFaults:
    """One fault of a whole file."""
    return InputFaults([Fault(file, "", "", found, allowed)])


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


def _stata(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    import numpy as np
    import pandas as pd

    try:
        with pd.read_stata(path, convert_categoricals=False, preserve_dtypes=False, iterator=True) as reader:
            frame = reader.read()
            labels = reader.value_labels()
            sets = dict(zip(frame.columns, reader._lbllist, strict=False))
    except Exception as error:  # a file cut short can fail the reader at any point
        raise refusal(shown_as, "a Stata file that is cut short or damaged", "a whole file") from error
    header = tuple(str(c) for c in frame.columns)
    if not fits(header):
        raise no_table(shown_as, {"": header})
    columns: dict[str, NDArray[Any]] = {}
    cells: dict[str, int] = {}
    for name in header:
        series = frame[name]
        if series.dtype.kind in "iuf":
            values: NDArray[Any] = series.to_numpy(dtype="float64")
            cells[name] = int(np.count_nonzero(~np.isnan(values)))
        else:
            values = np.array([v if v is not None and str(v).strip() else None for v in series], dtype=object)
            cells[name] = sum(v is not None for v in values)
        if wanted(name):
            columns[name] = values
    named = {c: labels[s] for c, s in sets.items() if s in labels}
    return Grid(shown_as, "", header, columns, cells, len(frame), 2, named)


def _csv(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    try:
        header, *body = read_csv_rows(path, shown_as)
    except InputFaults as error:
        # A fault of the header quotes it; where it is a row of data it must not be quoted.
        if any(f.row == "1" and _NUMBER.fullmatch(f.column) for f in error.faults):
            raise refusal(shown_as, "a first row that holds data", "a first row with column names") from error
        raise
    if not fits(header):
        raise no_table(shown_as, {"": header})
    rows = [[cell if cell.strip() else None for cell in row] for row in body]
    return from_rows(shown_as, "", header, rows, wanted, 2, typed=False)


def _column(values: Sequence[str | float | None], typed: bool) -> NDArray[Any]:
    """Numbers where every cell that is not blank is one, else text."""
    import numpy as np

    distinct = set(values) - {None}
    text = [v for v in distinct if isinstance(v, str)]
    if text and (typed or not all(_NUMBER.fullmatch(v) and not _UNCLEAR.fullmatch(v) for v in text)):
        return np.array([v if v is None or isinstance(v, str) else f"{v:.15g}" for v in values], dtype=object)
    as_number = {v: float(v) for v in distinct if v is not None} | {None: np.nan}
    return np.array([as_number[v] for v in values], dtype="float64")
