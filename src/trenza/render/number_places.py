"""Every number of a finished report: where it stands, in which sentence, and which cells of which files it shows.

The Markdown comes with the marks that ``traced`` left; it leaves without them, and is then what it would have been without a trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trenza.render.traced import COUNTED, MARKED, NUMBER, SECTION_END, Origin, Shown, Source, Trace, bare

STUDY_FILES = ("study.yaml", "items", "codebook", "links")
_HEADING = re.compile(r"^(#+) (.*) \{#([^}]*)\}$")
_FIGURE = re.compile(r'^!\[(.*)\]\(<[^>]*>\)\{#[^ ]* alt="(.*)"\}$')
_POINT = re.compile(r"^(?:- |\d+\. )")
_RUNNING = re.compile(r"^\w+ (\d+)\.")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|[¿¡«“(\[]|\d)")
_VALUE_END = re.compile(r"(?<=[.!?;])\s+")  # alternative texts list values
_NAMED = re.compile(r"`[^`]*`|\{[^{}]*\}|https?://\S+|\]\([^)]*\)|(?<=<)[^<> ]*/[^<> ]*(?=>)")
_ESCAPED = re.compile(r"\\(.)")
_BADGE = re.compile(r"\[([^\]]*)\]\{[^}]*\}")
_REFERENCES = "h-references"


@dataclass(frozen=True)
class NumberPlace:
    """One number as readers see it.

    ``kind`` is cell (one cell of a finished table), aggregate (worked out from several), setting (a file of the study), text (a fixed
    text of the report, a reference, a running number) or derived (counted or reckoned in the report without a trace; ``tables`` then
    holds the tables that its section asked for). ``value`` is what was rounded.
    """

    section: str
    element: str
    sentence: str
    shown: str
    kind: str
    operation: str
    value: Any
    sources: tuple[Origin, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    at: int
    shown: str
    what: Shown | None
    running: bool = False


def sources_of(sources: Iterable[Source]) -> tuple[str, tuple[Origin, ...]]:
    """The operations from the outermost inwards, in words, and the distinct cells in their order."""
    operations: dict[str, None] = {}
    cells: dict[Origin, None] = {}
    stack: list[tuple[Source, bool]] = [(source, False) for source in reversed([*sources])]
    while stack:
        one, counted = stack.pop()
        if isinstance(one, Origin):
            cells[Origin(one.file, one.row, "") if counted else one] = None
            continue
        if one.operation:
            operations[one.operation] = None
        stack += [(part, counted or one.operation == COUNTED) for part in reversed(one.parts)]
    return " of ".join(operations), tuple(cells)


def numbers_of(markdown: str, trace: Trace) -> tuple[str, list[NumberPlace]]:
    """The Markdown without marks, and its numbers in the order of reading."""
    lines: list[str] = []
    places: list[NumberPlace] = []
    for section in _sections(markdown):
        told = _Section(trace)
        for line in section.lines:
            told.read(line)
            lines.append(bare(line))
        told.end()
        places += [_with_tables(p, section.tables) for p in told.places]
    return "\n".join(lines).rstrip("\n") + "\n", places


@dataclass(frozen=True)
class _Lines:
    lines: list[str]
    tables: tuple[str, ...]


def _sections(markdown: str) -> Iterator[_Lines]:
    """The lines of each section and the tables that it asked for, which its last line tells."""
    lines: list[str] = []
    for line in markdown.split("\n"):
        if line.startswith(SECTION_END):
            yield _Lines(lines, tuple(line.removeprefix(SECTION_END).split()))
            lines = []
        else:
            lines.append(line)
    yield _Lines(lines, ())


def _with_tables(place: NumberPlace, tables: tuple[str, ...]) -> NumberPlace:
    if place.kind != "derived":
        return place
    return NumberPlace(**{**place.__dict__, "tables": tables})


class _Section:
    """Reads the lines of one section."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.places: list[NumberPlace] = []
        self.anchor = ""
        self.counts: dict[str, int] = {}
        self.rows: list[str] = []

    def read(self, line: str) -> None:
        """One line."""
        heading, figure = _HEADING.match(line), _FIGURE.match(line)
        if line.startswith("|"):
            self.rows.append(line)
        elif self.rows and line.startswith(": "):
            self._table(line[2:])
        elif heading:
            self.anchor, self.counts = heading[3], {}
            self._put("heading", heading[2])
        elif figure:
            number = _RUNNING.match(bare(figure[1]))
            name = f"figure {number[1]}" if number else "figure"
            self._put(name, figure[1], caption=True)
            self._put(f"{name}, alternative text", figure[2], ends=_VALUE_END)
        elif line and not line.startswith(":::"):
            point = _POINT.match(line)
            self._put(self._next("point" if point else "paragraph"), line[point.end() :] if point else line)

    def end(self) -> None:
        """A table without a caption is read all the same."""
        if self.rows:
            self._table("")

    def _next(self, what: str) -> str:
        self.counts[what] = self.counts.get(what, 0) + 1
        return f"{what} {self.counts[what]}"

    def _table(self, caption: str) -> None:
        number = _RUNNING.match(bare(caption))
        name = f"table {number[1]}" if number else self._next("table without number")
        cells = [[c.strip() for c in re.split(r"(?<!\\)\|", row)[1:-1]] for row in self.rows]
        self.rows = []
        heads = [_plain(c) for c in cells[0]]
        for head in cells[0]:
            self._put(f"{name}, heads", head)
        for row in cells[2:]:
            for head, cell in zip(heads, row, strict=True):
                label = f"{_plain(row[0])} | {head}: {_plain(cell)}"
                self._put(name, cell, sentence=label)
        self._put(f"{name}, caption", caption, caption=True)

    def _put(
        self,
        element: str,
        text: str,
        sentence: str = "",
        caption: bool = False,
        ends: re.Pattern[str] = _SENTENCE_END,
    ) -> None:
        found = list(_numbers(text, self.trace, caption))
        if not found:
            return
        plain, starts = bare(text), [0]
        starts += [m.end() for m in ends.finditer(plain)]
        for one in found:
            start = max(s for s in starts if s <= one.at)
            end = min((s for s in starts if s > one.at), default=len(plain))
            self.places.append(self._place(element, sentence or _plain(plain[start:end]).strip(), one))

    def _place(self, element: str, sentence: str, one: _Found) -> NumberPlace:
        shown = _plain(one.shown)
        if one.what is None:
            text = one.running or self.anchor == _REFERENCES
            operation = "running number" if one.running else ""
            kind = "text" if text else "derived"
            return NumberPlace(self.anchor, element, sentence, shown, kind, operation, None, (), ())
        operation, cells = sources_of(one.what.sources)
        kind = _kind(operation, cells)
        return NumberPlace(self.anchor, element, sentence, shown, kind, operation, one.what.value, cells, ())


def _kind(operation: str, cells: tuple[Origin, ...]) -> str:
    """A cell is shown as it is, in other units or without its sign; words that several rows share are a cell of each."""
    files = {c.file for c in cells}
    if all(f.startswith("text/") for f in files):
        return "text"
    if files <= set(STUDY_FILES):
        return "setting"
    return "cell" if not operation or (len(cells) == 1 and cells[0].column) else "aggregate"


def _numbers(text: str, trace: Trace, caption: bool) -> Iterator[_Found]:
    """Marked numbers, and those between them that nobody marked; places count in the text without marks."""
    at = gone = 0
    for mark in [*MARKED.finditer(text), None]:
        outside = text[at : mark.start()] if mark else text[at:]
        names = [m.span() for m in _NAMED.finditer(outside)]
        for number in NUMBER.finditer(outside):
            if not any(a <= number.start() < b for a, b in names):
                running = caption and at == 0 and outside[: number.end() + 1] == _first_words(outside)
                yield _Found(gone + number.start(), number[0], None, running)
        if mark:
            yield _Found(gone + len(outside), mark[2], trace.told(mark[1]))
            gone += len(outside) + len(mark[2])
            at = mark.end()


def _first_words(caption: str) -> str:
    """``Table 3.`` of a caption."""
    found = _RUNNING.match(caption)
    return found[0] if found else ""


def _plain(markdown: str) -> str:
    """Markdown as plain text."""
    words = _BADGE.sub(r"\1:", bare(markdown)).replace("**", "").replace("\u200b", "")
    return _ESCAPED.sub(r"\1", words)
