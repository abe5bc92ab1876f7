"""Turning text into numbers and levels, one column at a time, collecting every fault with its row."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = {
    ".": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?"),
}


def as_text(value: Any) -> str | None:
    """A raw cell as the text a user would type: 1.0 from a Stata file is ``1``; missing is ``None``.

    Runs of white space become one blank, so that ``Colegio  3`` is no other school than ``Colegio 3``.
    """
    # Not a number and not a time are the only values that differ from themselves.
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = " ".join(str(value).split())
    return text or None


def decimals(text: str) -> int:
    """Number of decimals that a printed figure shows: ``88.70`` has 2."""
    return len(text.partition(".")[2])


class ColumnReader:
    """Reads typed columns out of one raw frame and remembers every fault on the way."""

    def __init__(self, raw: pd.DataFrame, file: str, decimal: str = ".") -> None:
        self.raw = raw
        self.file = file
        self.decimal = decimal
        self.faults: list[Fault] = []

    def fault(self, row: Any, column: str, found: str, allowed: str) -> None:
        """Remember one fault."""
        self.faults.append(Fault(self.file, str(row), column, found, allowed))

    def require(self, columns: Sequence[str]) -> bool:
        """Whether all ``columns`` are there; a missing one is a fault of the header."""
        missing = [c for c in columns if c not in self.raw.columns]
        for column in missing:
            self.fault(
                "1",
                column,
                "no such column",
                f"this column; the file has {', '.join(map(str, self.raw.columns))}",
            )
        return not missing

    def text(self, column: str, *, blank: bool = False, allowed: Sequence[str] = ()) -> pd.Series[Any]:
        """The column as text; blanks and values outside ``allowed`` are faults unless permitted."""
        series = self.raw[column].map(as_text).astype("object")
        for row, value in series.items():
            if value is None or value != value:
                if not blank:
                    self.fault(row, column, "a blank", ", ".join(allowed) or "some text")
            elif allowed and value not in allowed:
                self.fault(row, column, f"'{value}'", ", ".join(allowed))
        return series

    def number(
        self,
        column: str,
        *,
        blank: bool = False,
        whole: bool = False,
        low: float | None = None,
        missing: Sequence[str] = (),
    ) -> pd.Series[Any]:
        """The column as floats; text that is no number is a fault, ``missing`` codes become missing."""
        kind = "a whole number" if whole else f"a number with decimal mark '{self.decimal}'"
        bound = "" if low is None else f", at least {low:g}"

        def parse(row: Any, value: Any) -> float:
            text = as_text(value)
            if text is None or self.is_code(value, missing):
                if text is None and not blank:
                    self.fault(row, column, "a blank", kind + bound)
                return math.nan
            if isinstance(value, int | float):
                number = float(value)
            elif _NUMBER[self.decimal].fullmatch(text):
                number = float(text.replace(",", "."))
            else:
                self.fault(row, column, f"'{text}'", kind + bound)
                return math.nan
            if (whole and not number.is_integer()) or (low is not None and number < low):
                self.fault(row, column, text, kind + bound)
            return number

        raw = self.raw[column]
        return raw.__class__([parse(r, v) for r, v in raw.items()], index=raw.index, dtype="float64")

    def is_code(self, value: Any, codes: Sequence[str]) -> bool:
        """Whether a raw cell is one of the missing codes, however it is written: 99, 99.0, 99,0.

        Stata keeps numbers in single precision, so a code is compared in it too.
        """
        text = as_text(value)
        if text is None or text in codes:
            return text is not None
        number = _plain_number(text.replace(self.decimal, "."))
        wanted = [c for c in (_plain_number(code) for code in codes) if c is not None]
        return number is not None and any(_single(number) == _single(code) for code in wanted)

    def levels(self, column: str, levels: Mapping[str, str]) -> pd.Series[Any]:
        """The column with the file's values replaced by the study's levels; unknown values are faults."""
        series = self.raw[column].map(as_text).astype("object")
        for row, value in series.items():
            if value is not None and value == value and value not in levels:
                self.fault(row, column, f"'{value}'", ", ".join(levels) + " or blank")
        return series.map(lambda v: levels.get(v) if isinstance(v, str) else None).astype("object")


def _plain_number(text: str) -> float | None:
    return float(text) if _NUMBER["."].fullmatch(text) else None


def _single(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0]) if abs(number) < 3e38 else number


def refuse_repeats(reader: ColumnReader, keys: list[str]) -> None:
    """A fault for every row whose cells in ``keys`` stand in an earlier row."""
    seen: dict[tuple[str | None, ...], object] = {}
    for row, values in zip(reader.raw.index, reader.raw[keys].itertuples(index=False), strict=True):
        key = tuple(as_text(v) for v in values)
        if key in seen:
            reader.fault(
                row, keys[0], f"'{' / '.join(str(k) for k in key)}' again, as in row {seen[key]}", "each once"
            )
        seen.setdefault(key, row)
