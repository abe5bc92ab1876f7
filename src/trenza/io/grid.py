"""One table out of any file that school data come in: xlsx, xls, Stata, CSV, told apart by their first bytes.

Nothing is interpreted: a column of numbers stays numbers, any other column is text as the file shows it. Files
made to exhaust the machine, web pages saved as .xls, cut-off and locked files are refused with one message.
"""

from __future__ import annotations

import logging
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.database import connection
from trenza.io.raw import read_csv_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

# No official file unpacks to a tenth of this; a file made to fill the memory does to far more.
MOST_UNPACKED_BYTES = 400_000_000
FORMATS = "an .xlsx or .xls workbook, a Stata .dta file, or a CSV file (; , | or tab)"


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
    """Read the first table of the file whose header ``fits``.

    ``shown_as`` is the file's name in messages; columns that are not ``wanted`` are counted and left out.
    Raises ``InputFaults`` where the file cannot be read or no table of it fits.
    """
    with path.open("rb") as handle:
        start = handle.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return _xlsx(path, shown_as, fits, wanted)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook_cell_by_cell(path, shown_as, fits, wanted)
    # Stata 13 and later begin with a tag, earlier versions with their number and two flags.
    if start.startswith(b"<stata_dta>") or re.match(rb"[\x6c-\x73][\x01\x02]\x01\x00", start):
        return _stata(path, shown_as, fits, wanted)
    if re.match(rb"(?is)^(\xef\xbb\xbf)?\s*<(!doctype|html|table|\?xml|meta|head|body)", start):
        found = "a web page or XML with a spreadsheet's name"
        raise _refusal(shown_as, found, f"{FORMATS}; open it in a spreadsheet and save it as .xlsx")
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(shown_as, "a file of another kind", FORMATS)
    return _csv(path, shown_as, fits, wanted)


def _refusal(file: str, found: str, allowed: str) -> InputFaults:
    return InputFaults([Fault(file, "", "", found, allowed)])


def _no_table(file: str, headers: dict[str, Sequence[str]], allowed: str = "") -> InputFaults:
    """No sheet holds a table that is looked for; says what each holds."""
    parts = []
    for sheet, header in headers.items():
        names = ", ".join(str(h) for h in header[:8] if str(h).strip()) or "nothing"
        more = f" and {len(header) - 8} more" if len(header) > 8 else ""
        parts.append((f"sheet '{sheet}' with " if sheet else "columns ") + names + more)
    return _refusal(file, "; ".join(parts) or "an empty workbook", allowed or "a table of a known kind")


def _xlsx(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    """A workbook through fastexcel; cell by cell where that would guess (errors, true/false, dates)."""
    import fastexcel

    # It logs one line for every wholly blank column; those are told in the ledger.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    care, errors = _look_inside(path, shown_as)
    if care and not errors:
        return _workbook_cell_by_cell(path, shown_as, fits, wanted)
    headers: dict[str, Sequence[str]] = {}
    try:
        reader = fastexcel.read_excel(path)
        for name in reader.sheet_names:
            # The library's own list of columns would guess all types a second time.
            names: list[str] = []

            def every(column: Any, seen: list[str] = names) -> bool:
                seen.append(column.name)
                return True

            sheet = reader.load_sheet(name, schema_sample_rows=None, use_columns=every)
            header = tuple(n.strip() for n in names)
            headers[name] = header
            if not fits(header):
                continue
            if errors.get(name):
                raise InputFaults(_error_faults(shown_as, header, errors[name]))
            grid = None if care else _from_sheet(sheet, names, header, shown_as, name, wanted)
            return grid or _workbook_cell_by_cell(path, shown_as, fits, wanted)
    except fastexcel.FastExcelError as error:
        found = f"a workbook that cannot be read ({str(error).splitlines()[0]})"
        raise _refusal(shown_as, found, "a whole workbook without a password") from error
    raise _no_table(shown_as, headers)


def _look_inside(path: Path, shown_as: str) -> tuple[bool, dict[str, list[tuple[str, int, str]]]]:
    """Whether a sheet has to be read cell by cell, and all cells with an error by sheet: column letters, row, error.

    Cell by cell: where there are true and false, which would be read as numbers, or where a table does not begin
    in row 1. Errors are looked for here because the libraries that read workbooks give them as blanks.
    Refuses what is no workbook, is damaged, or would unpack to more than ``MOST_UNPACKED_BYTES``.
    """
    care = False
    errors: dict[str, list[tuple[str, int, str]]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            names = {i.filename for i in archive.infolist()}
            unpacked = sum(i.file_size for i in archive.infolist())
            if unpacked > MOST_UNPACKED_BYTES:
                found = f"a workbook that unpacks to {unpacked / 1e6:,.0f} MB"
                raise _refusal(shown_as, found, f"at most {MOST_UNPACKED_BYTES / 1e6:,.0f} MB")
            if "xl/workbook.xml" not in names:
                raise _refusal(shown_as, "a zip archive that is no .xlsx workbook", FORMATS)
            for sheet, part in _sheet_parts(archive, names):
                xml = archive.read(part)
                first = re.search(rb"<row\b[^>]*?\br=\"(\d+)\"", xml)
                care = care or b't="b"' in xml or bool(first and first[1] != b"1")
                if b't="e"' in xml:
                    cell = rb"<c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"([A-Z]+)(\d+)\"[^>]*>(?:<f[^>]*>.*?</f>)?<v>(.*?)</v>"
                    found_cells = re.findall(cell, xml)
                    errors[sheet] = [(c.decode(), int(r), v.decode()) for c, r, v in found_cells]
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, OSError, ValueError) as error:
        found = f"a workbook that is cut short or damaged ({error})"
        raise _refusal(shown_as, found, "a whole file; fetch it again") from error
    return care, errors


def _sheet_parts(archive: zipfile.ZipFile, names: set[str]) -> list[tuple[str, str]]:
    """Name and file of every sheet, as the workbook's own two lists give them."""
    if "xl/_rels/workbook.xml.rels" not in names:
        return [("", n) for n in sorted(names) if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)]
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    found = []
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            target = targets.get(key, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                found.append((element.get("name", ""), part))
    return found


def _error_faults(file: str, header: Sequence[str], cells: Sequence[tuple[str, int, str]]) -> list[Fault]:
    """One fault for each cell with an error, with the column's name where it has one."""

    def name(letters: str) -> str:
        place = 0
        for letter in letters:
            place = place * 26 + ord(letter) - 64
        return header[place - 1] if place <= len(header) else letters

    return [
        Fault(file, str(row), name(c), f"the error {error}", "a value, or blank") for c, row, error in cells
    ]


def _from_sheet(
    sheet: Any,
    names: list[str],
    header: tuple[str, ...],
    shown_as: str,
    sheet_name: str,
    wanted: Callable[[str], bool],
) -> Grid | None:
    """Columns of a fastexcel sheet as arrays; None where its text form has cut a number's digits."""
    import duckdb
    import numpy as np

    with connection() as database:
        # DuckDB takes the sheet's Arrow columns over as they are.
        database.register("sheet", sheet)
        quoted = ['"' + n.replace('"', '""') + '"' for n in names]
        kept = [(n, h, q) for n, h, q in zip(names, header, quoted, strict=True) if wanted(h)]
        try:
            database.execute("CREATE TEMP TABLE cells AS SELECT * FROM sheet")
        except duckdb.Error:
            # Names that differ in case only, or kinds of cells that it does not know.
            return None
        kinds = {r[0]: r[1] for r in database.execute("DESCRIBE cells").fetchall()}
        if not set(kinds.values()) <= {"VARCHAR", "DOUBLE", "BIGINT", '"NULL"', "INTEGER"}:
            return None
        text = {n for n in names if kinds[n] == "VARCHAR"}
        counts = [f"count({_not_blank(q) if n in text else q})" for n, q in zip(names, quoted, strict=True)]
        long = [
            f"coalesce(max(length({q})), 0)" if n in text else "0" for n, q in zip(names, quoted, strict=True)
        ]
        found = database.execute(f"SELECT {', '.join([*counts, *long])}, count(*) FROM cells").fetchall()[0]
        cells, rows = dict(zip(header, found, strict=False)), found[-1]
        # A number turned into text is cut to nine decimals.
        cut = [q for q, most in zip(quoted, found[len(names) :], strict=False) if most > 10]
        if any(database.execute(f"SELECT {_any_cut(cut)} FROM cells").fetchall()[0]):
            return None
        shown = [_not_blank(q) if n in text else q for n, _, q in kept]
        taken = database.execute(f"SELECT {', '.join(shown)} FROM cells").fetchnumpy()
        database.execute("DROP TABLE cells")
    columns: dict[str, NDArray[Any]] = {}
    for (_, head, _), values in zip(kept, taken.values(), strict=True):
        mask = np.ma.getmaskarray(values)
        plain = np.ma.getdata(values)
        if plain.dtype == object:
            columns[head] = np.where(mask, np.array(None, dtype=object), plain)
        else:
            columns[head] = np.where(mask, np.nan, plain.astype("float64"))
    return Grid(shown_as, sheet_name, header, columns, cells, rows)


def _any_cut(columns: Sequence[str]) -> str:
    """SQL: for each column, whether any text in it ends in nine decimals."""
    return ", ".join(f"bool_or(regexp_matches({q}, '\\.[0-9]{{9}}$'))" for q in columns) or "false"


def _not_blank(column: str) -> str:
    """SQL: the text of a column, null where it holds blanks only."""
    return f"CASE WHEN trim({column}) <> '' THEN {column} END"


def _workbook_cell_by_cell(
    path: Path, shown_as: str, fits: Callable[[Sequence[str]], bool], wanted: Callable[[str], bool]
) -> Grid:
    """A workbook through calamine, each cell with its own type: slower, and nothing is guessed."""
    import python_calamine

    headers: dict[str, Sequence[str]] = {}
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=True)
            header = tuple(str(c).strip() for c in rows[0]) if rows else ()
            headers[name] = header
            if rows and fits(header):
                first = (sheet.start or (0, 0))[0]
                body = [[_shown(cell) for cell in row] for row in rows[1:]]
                return _grid(shown_as, name, header, body, wanted, first + 2)
    except (python_calamine.CalamineError, OSError) as error:
        found = f"a workbook that cannot be read ({str(error).splitlines()[0] if str(error) else 'damaged'})"
        raise _refusal(shown_as, found, "a whole workbook without a password") from error
    raise _no_table(shown_as, headers)


def _shown(cell: Any) -> str | float | None:
    """A cell as number, text or blank; what is neither (a date, true or false) as the text of its value."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell)
    return text if text.strip() else None


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
        raise _refusal(shown_as, f"a file that cannot be read ({error})", "a whole Stata file") from error
    header = tuple(str(c) for c in frame.columns)
    if not fits(header):
        raise _no_table(shown_as, {"": header})
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
    header, *body = read_csv_rows(path, shown_as)
    if not fits(header):
        raise _no_table(shown_as, {"": header})
    rows = [[cell if cell.strip() else None for cell in row] for row in body]
    return _grid(shown_as, "", tuple(header), rows, wanted, 2)


def _grid(
    shown_as: str,
    sheet: str,
    header: tuple[str, ...],
    body: Sequence[Sequence[str | float | None]],
    wanted: Callable[[str], bool],
    first_row: int,
) -> Grid:
    """A grid from rows of cells."""
    twice = sorted({h for h in header if h and header.count(h) > 1})
    if twice:
        raise InputFaults(
            [Fault(shown_as, str(first_row - 1), h, "this name twice", "one name a column") for h in twice]
        )
    columns: dict[str, NDArray[Any]] = {}
    cells: dict[str, int] = {}
    for name, values in zip(header, zip(*body, strict=True) if body else [()] * len(header), strict=True):
        cells[name] = sum(v is not None for v in values)
        if wanted(name):
            columns[name] = _column(values)
    return Grid(shown_as, sheet, header, columns, cells, len(body), first_row)


def _column(values: Sequence[str | float | None]) -> NDArray[Any]:
    """Numbers where every cell that is not blank is a number with a decimal point, else text."""
    import numpy as np

    distinct = set(values) - {None}
    number = re.compile(r"-?\d+(\.\d+)?")
    if any(isinstance(v, str) and not number.fullmatch(v) for v in distinct):
        return np.array([v if v is None or isinstance(v, str) else f"{v:.15g}" for v in values], dtype=object)
    as_number = {v: float(v) for v in distinct if v is not None} | {None: np.nan}
    return np.array([as_number[v] for v in values], dtype="float64")
