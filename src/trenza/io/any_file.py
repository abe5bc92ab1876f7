"""One table out of any file that school data come in: xlsx, xls, Stata, CSV, told apart by their first bytes.

Nothing is interpreted: a column of numbers stays numbers, any other column is text as the file shows it. Files
made to exhaust the machine, web pages saved as .xls, cut-off and locked files are refused with one message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import InputFaults
from trenza.io.grid import Grid, from_rows, is_number, no_table, refusal
from trenza.io.raw import read_csv_rows
from trenza.io.workbook import read_xls, read_xlsx

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 400_000_000
FORMATS = "an .xlsx or .xls workbook, a Stata .dta file, or a CSV file (; , | or tab)"


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
    kind = kind_of(path, shown_as, FORMATS)
    if kind == "xlsx":
        return read_xlsx(path, shown_as, fits, wanted)
    if kind == "xls":
        return read_xls(path, shown_as, fits, wanted)
    if kind == "stata":
        return _stata(path, shown_as, fits, wanted)
    if kind == "spss":
        raise refusal(shown_as, "a file of another kind", FORMATS)
    return _csv(path, shown_as, fits, wanted)


def kind_of(path: Path, shown_as: str, formats: str) -> str:
    """What a file is by its first bytes, whatever its name: xlsx, xls, stata, spss or csv.

    Raises ``InputFaults`` for what cannot be opened, is too large, a web page, or of another kind; ``formats``
    says which are allowed.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            start = handle.read(4096)
    except OSError as error:
        raise refusal(shown_as, "a file that cannot be opened", "a file that you may read") from error
    if size > MOST_BYTES:
        raise refusal(shown_as, f"a file of {size / 1e6:,.0f} MB", f"at most {MOST_BYTES / 1e6:,.0f} MB")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    # Stata 13 and later begin with a tag, earlier versions with their number and two flags.
    if start.startswith(b"<stata_dta>") or re.match(rb"[\x6c-\x73][\x01\x02]\x01\x00", start):
        return "stata"
    if start.startswith((b"$FL2", b"$FL3")):
        return "spss"
    if re.match(rb"(?is)^(\xef\xbb\xbf)?\s*<(!doctype|html|table|\?xml|meta|head|body)", start):
        found = "a web page or XML with a spreadsheet's name"
        raise refusal(shown_as, found, f"{formats}; open it in a spreadsheet and save it as .xlsx")
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal(shown_as, "a file of another kind", formats)
    return "csv"


def _stata(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    import numpy as np
    import pandas as pd

    try:
        with pd.read_stata(path, convert_categoricals=False, preserve_dtypes=False, iterator=True) as reader:
            frame = reader.read()
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
    return Grid(shown_as, "", header, columns, cells, len(frame))


def _csv(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    try:
        header, *body = read_csv_rows(path, shown_as)
    except InputFaults as error:
        # A fault of the header quotes it; where it is a row of data it must not be quoted.
        if any(f.row == "1" and is_number(f.column) for f in error.faults):
            raise refusal(shown_as, "a first row that holds data", "a first row with column names") from error
        raise
    if not fits(header):
        raise no_table(shown_as, {"": header})
    rows = [[cell if cell.strip() else None for cell in row] for row in body]
    return from_rows(shown_as, "", header, rows, wanted, 2, typed=False)
