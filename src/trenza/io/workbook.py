"""Tables out of .xlsx and .xls workbooks: fast where nothing can be lost by it, else cell by cell."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.database import connection
from trenza.io.grid import Grid, from_rows, no_table, refusal, sound_header
from trenza.io.workbook_xml import SheetFacts, column_number, look_inside

if TYPE_CHECKING:
    from numpy.typing import NDArray

Fits = Callable[[Sequence[str]], bool]
Wanted = Callable[[str], bool]
_NUMBERS = {"DOUBLE", "BIGINT", "INTEGER", '"NULL"'}
_UNNAMED = re.compile(r"__UNNAMED__\d+")  # what fastexcel calls a column without a name


def read_xlsx(path: Path, shown_as: str, fits: Fits, wanted: Wanted) -> Grid:
    """The one visible sheet of an .xlsx whose header fits.

    Through fastexcel where the XML holds nothing that it would guess and every value of the sheet comes
    out; else cell by cell. Raises ``InputFaults`` for errors in cells, formulas without values, two fitting sheets.
    """
    import fastexcel

    # It logs one line for every wholly blank column; those are told in the ledger.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    facts = look_inside(path, shown_as)
    headers: dict[str, Sequence[str]] = {}
    fitting: list[tuple[str, Any, list[str]]] = []
    try:
        reader = fastexcel.read_excel(path)
        for name in [n for n in reader.sheet_names if n in facts]:
            if not facts[name].values:
                continue
            if not facts[name].plain:
                # Its header may stand anywhere: leave all to the careful way.
                return _cell_by_cell(path, shown_as, fits, wanted, facts)
            # Types are guessed from all rows, not from the first thousand.
            sheet = reader.load_sheet(name, schema_sample_rows=None)
            names = [column.name for column in sheet.available_columns()]
            headers[name] = [n.strip() for n in names]
            if fits(headers[name]):
                fitting.append((name, sheet, names))
    except fastexcel.FastExcelError as error:
        raise refusal(
            shown_as, "a workbook that cannot be read", "a whole workbook without a password"
        ) from error
    if not fitting:
        raise no_table(shown_as, headers)
    name, sheet, names = fitting[0]
    _one_sheet(shown_as, [f[0] for f in fitting])
    _no_holes(shown_as, facts[name], headers[name], 0)
    grid = _from_arrow(sheet, names, shown_as, name, wanted)
    if (
        grid is None
        or sum(grid.cells.values()) + sum(not _UNNAMED.fullmatch(n) for n in names) != facts[name].values
    ):
        return _cell_by_cell(path, shown_as, fits, wanted, facts)
    return grid


def read_xls(path: Path, shown_as: str, fits: Fits, wanted: Wanted) -> Grid:
    """The sheet of an old .xls whose header fits, cell by cell. Errors in its cells come as blanks."""
    return _cell_by_cell(path, shown_as, fits, wanted, None)


def _one_sheet(file: str, names: Sequence[str]) -> None:
    if len(names) > 1:
        found = f"the same kind of table on the sheets {', '.join(names)}"
        raise refusal(file, found, "one; hide or delete the others")


def _no_holes(file: str, facts: SheetFacts, header: Sequence[str], first_column: int) -> None:
    """Faults for cells with an error, and for formulas that were saved without their value."""

    def name(letters: str) -> str:
        at = column_number(letters) - 1 - first_column
        return header[at] if 0 <= at < len(header) else letters

    allowed = "a value, or blank"
    faults = [Fault(file, str(r or ""), name(c), f"the error {e}", allowed) for c, r, e in facts.errors]
    if facts.empty_formulas:
        found = f"{facts.empty_formulas} formulas saved without their value"
        faults.append(Fault(file, "", "", found, "values; open the file in a spreadsheet and save it again"))
    if faults:
        raise InputFaults(faults)


def _from_arrow(sheet: Any, names: list[str], shown_as: str, sheet_name: str, wanted: Wanted) -> Grid | None:
    """Columns of a fastexcel sheet as arrays; None where a cell by cell reading could say more."""
    import duckdb
    import numpy as np

    named = [n for n in names if not _UNNAMED.fullmatch(n)]
    header = tuple(n.strip() for n in named)
    sound_header(shown_as, "1", header)
    with connection() as database:
        # DuckDB takes the sheet's Arrow columns over as they are.
        database.register("sheet", sheet)
        quoted = ['"' + n.replace('"', '""') + '"' for n in named]
        try:
            database.execute("CREATE TEMP TABLE cells AS SELECT * FROM sheet")
        except duckdb.Error:
            return None
        kinds = {r[0]: r[1] for r in database.execute("DESCRIBE cells").fetchall()}
        if not {kinds[n] for n in named} <= _NUMBERS | {"VARCHAR"}:
            return None
        text = {n for n in named if kinds[n] == "VARCHAR"}
        # Text such as nan would pass for a number: only what is one counts.
        counts = [
            f"count({_not_blank(q) if n in text else f'CASE WHEN isfinite({q}::DOUBLE) THEN 1 END'})"
            for n, q in zip(named, quoted, strict=True)
        ]
        long = [
            f"coalesce(max(length({q})), 0)" if n in text else "0" for n, q in zip(named, quoted, strict=True)
        ]
        found = database.execute(f"SELECT {', '.join([*counts, *long])}, count(*) FROM cells").fetchall()[0]
        cells, rows = dict(zip(header, found, strict=False)), found[-1]
        if not rows:
            raise refusal(shown_as, "no rows below the header", "at least one row")
        kept = [(n, h, q) for n, h, q in zip(named, header, quoted, strict=True) if wanted(h)]
        # A number turned into text is cut to nine decimals.
        longest = dict(zip(named, found[len(named) :], strict=False))
        cut = [q for n, _, q in kept if longest[n] > 10]
        if any(database.execute(f"SELECT {_any_cut(cut)} FROM cells").fetchall()[0]):
            return None
        shown = [_not_blank(q) if n in text else q for n, _, q in kept]
        taken = database.execute(f"SELECT {', '.join(shown)} FROM cells").fetchnumpy()
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


def _cell_by_cell(
    path: Path, shown_as: str, fits: Fits, wanted: Wanted, facts: dict[str, SheetFacts] | None
) -> Grid:
    """A workbook through calamine, each cell with its own type: slower, and nothing is guessed."""
    import python_calamine

    headers: dict[str, Sequence[str]] = {}
    fitting: list[tuple[str, list[list[Any]], tuple[int, int]]] = []
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in [n for n in book.sheet_names if facts is None or n in facts]:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=True)
            headers[name] = [str(c).strip() for c in rows[0]] if rows else []
            if rows and fits(headers[name]):
                fitting.append((name, rows, sheet.start or (0, 0)))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the library panics, outside Exception, on some damaged files
        allowed = "a whole workbook without a password"
        raise refusal(shown_as, "a workbook that cannot be read", allowed) from error
    if not fitting:
        raise no_table(shown_as, headers)
    _one_sheet(shown_as, [f[0] for f in fitting])
    name, rows, (first_row, first_column) = fitting[0]
    if facts is not None:
        _no_holes(shown_as, facts[name], headers[name], first_column)
    body = [[_shown(cell) for cell in row] for row in rows[1:]]
    return from_rows(shown_as, name, headers[name], body, wanted, first_row + 2, typed=True)


def _shown(cell: Any) -> str | float | None:
    """A cell as number, text or blank; what is neither (a date, true or false) as the text of its value."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell)
    return text if text.strip() else None
