"""Cells of one question as numbers, with the reason for every blank: nothing is guessed or changed in silence."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.contracts.plain import plain
from trenza.questionnaire.typed import as_text
from trenza.questionnaire.words import AnswerWords

if TYPE_CHECKING:
    import pandas as pd

    from trenza.questionnaire.export import Column
    from trenza.questionnaire.instrument import Item

_NUMBER = {
    mark: re.compile(rf"[+-]?([0-9]+(\{mark}[0-9]*)?|\{mark}[0-9]+)([eE][+-]?[0-9]+)?") for mark in ".,"
}
# A number before its word: "4 - De acuerdo", "4 = Agree", "(4) agree", "4. Agree", "4 agree".
_NUMBERED = re.compile(r"[(\[]?([+-]?[0-9]+(?:[.,][0-9]+)?)(?:[)\]]\s*[-–—=:]?|\s*[-–—=:.]|\s)\s*(\S.*)")
_STATA_MISSING = re.compile(r"\.[a-z]")


@dataclass(frozen=True)
class Answers:
    """One question's answers by row: ``values`` (points as answered, nan = none), ``reasons`` (blank = answered).

    ``ledger``: cells that became missing, as (row, rule, value). ``faults``: cells that cannot be read.
    """

    values: pd.Series[Any]
    reasons: pd.Series[Any]
    ledger: list[tuple[Any, str, str]]
    faults: list[Fault]


@dataclass(frozen=True)
class Question:
    """What the cells of a column may hold. ``low`` and ``high`` are the range, infinite where any number will do."""

    low: float
    high: float
    codes: tuple[str, ...] = ()
    words: AnswerWords | None = None
    labels: Mapping[float | str, str] = field(default_factory=dict)
    missing: Sequence[float | str | tuple[float, float]] = ()
    decimal: str = "."

    @cached_property
    def whole(self) -> bool:
        """Whether parts of points are no answers: where answers have words or value labels."""
        named = [n for n in self.labels if isinstance(n, int | float) and self.low <= n <= self.high]
        return self.words is not None or any(not self.is_missing(n) for n in named)

    @cached_property
    def allowed(self) -> str:
        """What may stand in a cell, in words."""
        kind = "a whole number" if self.whole else f"a number with decimal mark '{self.decimal}'"
        text = f"{kind} from {self.low:g} to {self.high:g}" if math.isfinite(self.high - self.low) else kind
        if self.words:
            text += (
                f", or a word of {self.words.id} such as '{self.words.shown(min(self.words.words), 'en')}'"
            )
        return text + (f", or a missing code ({', '.join(self.codes)})" if self.codes else "")

    @cached_property
    def _codes(self) -> tuple[set[float], list[tuple[float, float]], set[str]]:
        """Missing numbers in single precision, missing ranges, and missing words."""
        numbers = {_single(n) for code in self.codes if (n := read_number(code, ".")) is not None}
        ranges = [m if isinstance(m, tuple) else (m, m) for m in self.missing if not isinstance(m, str)]
        return numbers, ranges, {plain(m) for m in (*self.codes, *self.missing) if isinstance(m, str)}

    def is_missing(self, number: float) -> bool:
        """Whether a number is a missing code or a user-missing value of SPSS.

        Stata keeps numbers in single precision, so codes are compared in it.
        """
        numbers, ranges, _ = self._codes
        return _single(number) in numbers or any(low <= number <= high for low, high in ranges)

    def is_missing_text(self, text: str) -> bool:
        """Whether text is a missing code, a user-missing value or an extended missing value of Stata (.a to .z)."""
        return plain(text) in self._codes[2] or bool(_STATA_MISSING.fullmatch(text))

    def number_of(self, text: str) -> tuple[float, str]:
        """The number that a cell's text stands for, or what is wrong with it."""
        number = read_number(text, self.decimal)
        found = {number} if number is not None else self._worded(text)
        parts = _NUMBERED.fullmatch(text)
        if not found and parts and (worded := self._worded(parts[2])):
            before = read_number(parts[1], self.decimal)
            if worded != {before}:
                return math.nan, ", whose number and word differ"
            found = worded
        if len(found) > 1:
            return math.nan, ", which stands for two numbers"
        return (found.pop(), "") if found else (math.nan, "")

    def label_faults(self, file: str, column: str) -> list[Fault]:
        """Value labels of the file that give a word another number than the item's set of words."""
        found: list[Fault] = []
        for number, label in self.labels.items():
            meant = self.words.number(label) if self.words else None
            if meant is not None and not isinstance(number, str) and number != meant:
                allowed = f"{meant:g}, as in the set of words {self.words.id if self.words else ''}"
                found.append(Fault(file, "1", column, f"{number:g} labelled '{label}'", allowed))
        return found

    def _worded(self, text: str) -> set[float]:
        texts = {plain(text), plain(self.labels.get(text, text))}
        numbers = {self.words.number(t) for t in texts} if self.words else set()
        labelled = {
            float(n) for n, label in self.labels.items() if not isinstance(n, str) and plain(label) in texts
        }
        return {n for n in numbers if n is not None} | labelled


def question_of(item: Item, column: Column, words: Mapping[str, AnswerWords], decimal: str) -> Question:
    """What the cells of ``item`` in ``column`` may hold; ``words`` are the sets by id."""
    return Question(
        item.low, item.high, item.missing_codes, words.get(item.words), column.labels, column.missing, decimal
    )


def read_answers(
    cells: pd.Series[Any],
    question: Question,
    *,
    file: str,
    column: str,
    out_of_range: str = "stop",
    shown: Callable[[Any], str] = lambda cell: as_text(cell) or "",
) -> Answers:
    """Read every cell of a column; ``shown`` puts a cell into messages and into the ledger.

    A cell is a number, a word of the item's set, a value label, or a number before its own word. Missing codes,
    user-missing values of SPSS and extended missing values of Stata become missing. A number outside the range is
    a fault or, where ``out_of_range`` is ``set_missing``, becomes missing. Everything else is a fault: unknown
    words, a number that contradicts its word, infinite numbers, true and false, times, and parts of points where
    answers have words.
    """
    import pandas as pd

    values: list[float] = []
    reasons: list[str] = []
    ledger: list[tuple[Any, str, str]] = []
    faults = question.label_faults(file, column)
    for row, cell in cells.items():
        number, reason, wrong = _read(cell, question)
        if reason == "out_of_range" and out_of_range == "stop":
            wrong = ", out of range"
        if wrong is not None:
            faults.append(Fault(file, str(row), column, f"'{shown(cell)}'{wrong}", question.allowed))
        elif reason == "out_of_range":
            rule = f"outside {question.low:g} to {question.high:g}: set to missing"
            ledger.append((row, rule, shown(cell)))
        elif reason == "missing_code":
            ledger.append((row, "missing code", shown(cell)))
        values.append(number)
        reasons.append(reason)
    return Answers(
        pd.Series(values, index=cells.index, dtype="float64"),
        pd.Series(reasons, index=cells.index, dtype="object"),
        ledger,
        faults,
    )


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing: no value, not a number, or nothing but white space."""
    return as_text(cell) is None


def read_number(text: str, decimal: str) -> float | None:
    """The finite number that ``text`` is, written with ``decimal`` as its mark; None for anything else."""
    if not _NUMBER[decimal].fullmatch(text):
        return None
    number = float(text.replace(decimal, "."))
    # Adding zero makes -0 an ordinary 0.
    return number + 0.0 if math.isfinite(number) else None


def _read(cell: Any, question: Question) -> tuple[float, str, str | None]:
    """A cell's number, why there is none (a reason of the contract), and what is wrong with it (None: nothing)."""
    text = as_text(cell)
    if text is None:
        return math.nan, "not_answered", None
    if isinstance(cell, bool) or not isinstance(cell, Real | str):
        return math.nan, "", ", which is no number and no text"
    if isinstance(cell, str) and question.is_missing_text(text):
        return math.nan, "missing_code", None
    number, wrong = question.number_of(text) if isinstance(cell, str) else (float(cell) + 0.0, "")
    if wrong or not math.isfinite(number):
        return math.nan, "", wrong
    if question.is_missing(number):
        return math.nan, "missing_code", None
    if not question.low <= number <= question.high:
        return math.nan, "out_of_range", None
    named = question.words.words if question.words else ()
    if question.whole and not number.is_integer() and number not in named:
        return math.nan, "", ", between two answers"
    return number, "", None


def _single(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0]) if abs(number) < 3e38 else number
