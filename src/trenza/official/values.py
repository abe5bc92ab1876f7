"""Cells of a grid as numbers or codes; what cannot be read becomes one fault a column, with its first row."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.contracts.plain import plain
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger, as_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NUMBER = {".": re.compile(r"-?(\d+(\.\d*)?|\.\d+)"), ",": re.compile(r"-?(\d+(,\d*)?|,\d+)")}
_OTHER = {".": ",", ",": "."}
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}([.,]\d{3})+")


def build_date(text: str | None) -> str | None:
    """The date that a file gives as YYYYMMDD, as YYYY-MM-DD; None for anything else and for days that never were."""
    if text is None or not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").date().isoformat()
    except ValueError:
        return None


def one_fault(grid: Grid, column: str, where: NDArray[np.bool_], found: str, allowed: str) -> Fault:
    """One fault for all cells of a column that are wrong in one way: names the first row and how many there are."""
    import numpy as np

    rows = np.flatnonzero(where)
    value = quoted(as_text(grid.columns[column][rows[:1]])[0])
    more = f" (and {len(rows) - 1} more cells like it)" if len(rows) > 1 else ""
    return Fault(grid.file, str(int(rows[0]) + grid.first_row), column, f"{found} {value}{more}", allowed)


def quoted(value: str) -> str:
    """A cell as a message may show it: not where it has words, which in a shifted row could name a school."""
    words = (
        value not in ("TRUE", "FALSE") and not value.startswith("#") and sum(c.isalpha() for c in value) > 3
    )
    return f"of {len(value)} characters (not shown, it could name a school)" if words else f"'{value}'"


def numbers(
    grid: Grid,
    column: str,
    ledger: Ledger,
    faults: list[Fault],
    *,
    low: float,
    high: float,
    decimal: str = ".",
    signs: Sequence[str] = (),
    whole: bool = False,
    any_sign: bool = False,
) -> NDArray[np.float64]:
    """A column as float64, NaN = blank; cells outside ``low`` to ``high`` or no numbers are added to ``faults``.

    ``decimal``: the file's decimal mark. ``signs``: text that stands for no value (ledger: ``sign_for_missing``),
    with ``any_sign`` any text does. ``whole``: only whole numbers are allowed, and 1.050 is not one.
    Numbers stored as text are counted in the ledger.
    """
    import numpy as np

    raw = grid.columns[column]
    allowed = f"a {'whole ' if whole else ''}number from {low:g} to {high:g}, or blank"
    if raw.dtype == object:
        values: NDArray[np.float64] = np.full(len(raw), np.nan)
        distinct: dict[str, float | None] = {}
        texts = wrong = commas = 0
        bad = np.zeros(len(raw), dtype=bool)
        comma = np.zeros(len(raw), dtype=bool)
        none = np.zeros(len(raw), dtype=bool)
        for i, cell in enumerate(raw):
            if cell is None:
                continue
            if cell not in distinct:
                text = cell.strip()
                thousands = whole and _THOUSANDS.fullmatch(text)
                number = _NUMBER[decimal].fullmatch(text) and not thousands
                distinct[cell] = float(text.replace(",", ".")) if number else None
            value = distinct[cell]
            if value is not None:
                values[i] = value
                texts += 1
            elif any_sign or cell.strip() in signs:
                none[i] = True
            elif _NUMBER[_OTHER[decimal]].fullmatch(cell.strip()):
                comma[i] = True
                commas += 1
            else:
                bad[i] = True
                wrong += 1
        ledger.column(column, "number_as_text", cells=texts)
        ledger.cells(column, none, "sign_for_missing")
        if commas:
            mark = {".": "a decimal comma,", ",": "a decimal point,"}[decimal]
            right = {".": "a decimal point", ",": "a decimal comma"}[decimal]
            faults.append(one_fault(grid, column, comma, mark, f"{right}, as in the official file"))
        if wrong:
            faults.append(one_fault(grid, column, bad, "text", allowed))
    else:
        values = raw
    with np.errstate(invalid="ignore"):
        outside = (values < low) | (values > high)
    if outside.any():
        faults.append(one_fault(grid, column, outside, "the value", allowed))
    if whole:
        uneven = ~outside & (values != np.floor(values)) & ~np.isnan(values)
        if uneven.any():
            faults.append(one_fault(grid, column, uneven, "the value", allowed))
    return values


def codes(
    grid: Grid,
    column: str,
    table: Mapping[str, Any],
    faults: list[Fault],
    what: str,
) -> NDArray[Any]:
    """A column of words or codes by ``table``, whose keys are plain text (see ``recognise.plain``); None = blank.

    1, '1' and '1.0' are the same code; accents, case and blanks do not matter. A code that is not in the table
    is a fault.
    """
    import numpy as np

    text = as_text(grid.columns[column])
    seen: dict[Any, Any] = {None: None}
    bad: list[str] = []
    for cell in set(text) - {None}:
        key = re.sub(r"^(-?\d+)\.0+$", r"\1", plain(cell))
        if key in table:
            seen[cell] = table[key]
        else:
            seen[cell] = None
            bad.append(cell)
    if bad:
        where = np.isin(text.astype(str), bad)
        faults.append(
            one_fault(grid, column, where, f"the {what}", ", ".join(dict.fromkeys(map(str, table))))
        )
    return np.array([seen[cell] for cell in text], dtype=object)
