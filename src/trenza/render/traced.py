"""Values that know which cell of which file they come from, and the marks that they leave in a text.

While a ``Trace`` is open, tables and settings hand out such values; ``language`` writes a number of theirs between two
characters of Unicode's private use, the first of which says where to look in the trace. ``number_places`` takes them out of the finished
Markdown again. Without an open trace nothing is marked: figures, notebooks and other pages are drawn from plain values.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

CLOSE, SECTION_END = "\ue000", "\ue001"
COUNTED = "number"  # an operation that looks at how many cells there are, and at none of them
_FIRST, _PLANE, _MOST = 0xF0000, 0xFFFE, 2 * 0xFFFE
_OPEN = "[\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
MARKS = re.compile(f"{_OPEN}|{CLOSE}")
MARKED = re.compile(f"({_OPEN})([^{CLOSE}]*){CLOSE}")
# A number in a text; digits that belong to a name (cic2019, 4th) are none.
NUMBER = re.compile(r"(?<![\w.,])[+\u2212-]?\d+(?:[.,]\d+)*(?:\u00a0?%)?(?!\w)")


@dataclass(frozen=True)
class Origin:
    """One cell: the file by its name in the trace, the row counted from 0 (or a key of settings), the column."""

    file: str
    row: int | str
    column: str


@dataclass(frozen=True)
class Worked:
    """What was made of cells in the report: the operation, and the cells or further operations it was applied to."""

    operation: str
    parts: tuple[Origin | Worked, ...]


Source = Origin | Worked


@dataclass(frozen=True)
class Shown:
    """What a mark stands for: where it is from and the value before it was rounded.

    Words that several rows of a column share have one mark, and all these rows as sources: sentences are told once.
    """

    sources: dict[Source, None]
    value: Any


@dataclass
class Trace:
    """All marks of one report, in the order in which they were made, and the tables that were asked for."""

    shown: list[Shown] = field(default_factory=list)
    frames: dict[str, Any] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    places: dict[Any, int] = field(default_factory=dict)

    def opening(self, key: Any, source: Source, value: Any) -> str:
        """The character that opens the mark of what ``key`` names; empty when all of them are used up."""
        place = self.places.setdefault(key, len(self.shown))
        if place >= _MOST:
            return ""
        if place == len(self.shown):
            self.shown.append(Shown({}, value))
        self.shown[place].sources[source] = None
        return chr(_FIRST + place if place < _PLANE else _FIRST + 0x10000 + place - _PLANE)

    def section_end(self) -> str:
        """A line that tells which tables the section asked for; ``number_places`` takes it out."""
        told = f"{SECTION_END}{' '.join(sorted(self.asked))}"
        self.asked.clear()
        return told

    def told(self, opening: str) -> Shown:
        """What the mark that ``opening`` opens stands for."""
        place = ord(opening) - _FIRST
        return self.shown[place if place < _PLANE else place - 0x10000 + _PLANE]


_CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """The open trace, or None."""
    return _CURRENT.get()


@contextmanager
def tracing(trace: Trace | None) -> Iterator[Trace | None]:
    """Values are traced within; with None, nothing is."""
    token = _CURRENT.set(trace)
    try:
        yield trace
    finally:
        _CURRENT.reset(token)


def bare(text: str) -> str:
    """The text as readers see it."""
    return MARKS.sub("", text)


class Marked(str):
    """A text with marks that compares, and looks up, as the text that readers see."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return bare(self) == (bare(other) if isinstance(other, Marked) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(bare(self))


def comparable(text: str) -> str:
    """A text that was put together: one with marks still compares as readers see it."""
    return Marked(text) if _CURRENT.get() is not None and MARKS.search(text) else text


def source_of(value: Any) -> Source | None:
    """Where a value comes from; None for a plain one."""
    return getattr(value, "source", None)


def marked(text: str, value: Any) -> str:
    """The text of a number, marked if its value is traced."""
    source, trace = source_of(value), _CURRENT.get()
    if source is None or trace is None or not any(c.isdigit() for c in text):
        return text
    return _between(trace.opening((source, text), source, value), text)


def _between(opening: str, text: str) -> str:
    return Marked(f"{opening}{text}{CLOSE}") if opening else text


def marked_words(text: str, value: Any) -> str:
    """Words that hold numbers: each number that has no mark yet is marked as one of ``value``."""
    source, trace = source_of(value), _CURRENT.get()
    if source is None or trace is None or not any(c.isdigit() for c in text):
        return str.__str__(text)
    alike: Any = source
    if isinstance(source, Origin) and source.column:
        alike = (source.file, source.column, text)
    found, at = [], 0

    def one(number: re.Match[str]) -> str:
        return _between(trace.opening((alike, at + number.start()), source, value), number[0])

    for there in [*MARKED.finditer(text), None]:
        outside = text[at : there.start()] if there else text[at:]
        found.append(NUMBER.sub(one, outside))
        found.append(there[0] if there else "")
        at = there.end() if there else at
    return Marked("".join(found))


_FIELD = re.compile(r"(\{[^{}]*\})")


def marked_template(template: str, origin: Origin) -> str:
    """A fixed text, the numbers in its own words marked; what stands for ``{fields}`` marks itself."""
    if _CURRENT.get() is None or not any(c.isdigit() for c in template):
        return template
    words = TracedText(template, origin)
    pieces = _FIELD.split(template)
    return Marked("".join(p if p[:1] == "{" else marked_words(p, words) for p in pieces))


def worked(operation: str, values: Iterable[Any], result: Any) -> Any:
    """``result`` as a traced number that was made of ``values``; plain where none of these is traced."""
    parts = tuple(s for s in (source_of(v) for v in values) if s is not None)
    if not parts:
        return result
    return traced(result, Worked(operation, parts))


def part_of(words: Any, number: Any) -> Any:
    """A number that was read out of the words of a cell."""
    return worked("read from", [words], number)


def traced(value: Any, source: Source) -> Any:
    """A value with its source: whole numbers, other numbers and text; anything else as it stands."""
    import numpy as np

    if isinstance(value, bool | np.bool_) or value is None:
        return value
    if isinstance(value, int | np.integer):
        return TracedInt(value, source)
    if isinstance(value, float | np.floating):
        return TracedFloat(value, source)
    return TracedText(value, source) if isinstance(value, str) else value


def plain_number(value: Any) -> Any:
    """The same number without its source."""
    return int(value) if isinstance(value, TracedInt) else float(value) if isinstance(value, TracedFloat) else value  # fmt: skip


def _one(name: str, act: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: worked(name, [self], act(plain_number(self)))


def _two(name: str, act: Callable[[Any, Any], Any], turned: bool = False) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        import numpy as np

        if not isinstance(other, int | float | np.number):
            return NotImplemented
        if name == "plus" and source_of(other) is None and other == 0:
            return self  # where a sum begins
        pair = (other, self) if turned else (self, other)
        # A number that is none of a file is told with the operation: times 100.
        constant = "" if source_of(other) is not None else f" {other:.12g}"
        return worked(name + constant, pair, act(*(plain_number(v) for v in pair)))

    return method


class _Arithmetic:
    """Arithmetic that keeps the sources."""

    __add__, __radd__ = _two("plus", operator.add), _two("plus", operator.add, True)
    __sub__, __rsub__ = _two("minus", operator.sub), _two("taken from", operator.sub, True)
    __mul__, __rmul__ = _two("times", operator.mul), _two("times", operator.mul, True)
    __truediv__, __rtruediv__ = _two("divided by", operator.truediv), _two("dividing", operator.truediv, True)
    __neg__, __abs__ = _one("negative", operator.neg), _one("absolute", operator.abs)


class TracedFloat(_Arithmetic, float):
    """A number of a file."""

    source: Source

    def __new__(cls, value: Any, source: Source) -> TracedFloat:
        """The number with its source."""
        made = super().__new__(cls, value)
        made.source = source
        return made


class TracedInt(_Arithmetic, int):
    """A whole number of a file."""

    source: Source

    def __new__(cls, value: Any, source: Source) -> TracedInt:
        """The number with its source."""
        made = super().__new__(cls, value)
        made.source = source
        return made


class TracedText(str):
    """A text of a file; its pieces are traced too."""

    source: Source

    def __new__(cls, value: Any, source: Source) -> TracedText:
        """The text with its source."""
        made = super().__new__(cls, value)
        made.source = source
        return made

    def __str__(self) -> str:
        return self

    def _own(self, text: str) -> TracedText:
        return TracedText(text, self.source)

    def split(self, *args: Any, **kwargs: Any) -> list[str]:
        """The pieces, each with the source."""
        return [self._own(p) for p in super().split(*args, **kwargs)]

    def partition(self, sep: str) -> tuple[str, str, str]:
        """The three pieces, the outer ones with the source."""
        head, middle, tail = super().partition(sep)
        return self._own(head), middle, self._own(tail)

    def removeprefix(self, prefix: str) -> str:
        """The rest with the source."""
        return self._own(super().removeprefix(prefix))

    def removesuffix(self, suffix: str) -> str:
        """The rest with the source."""
        return self._own(super().removesuffix(suffix))
