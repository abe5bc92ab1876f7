"""Positions of a foreign program turned into code points of a text with LF: what counts as one character.

Programs count characters in code points or in UTF-16 units, and a line break as one or two; some count the mark
(BOM) at the beginning of a file, and the end of a passage is the character after it or its last one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BREAK = re.compile(r"\r\n?")


@dataclass(frozen=True, order=True)
class Rule:
    """How a program counts.

    ``unit``: code point or UTF-16. ``newline``: characters that every line break counts (1 or 2), or 0: as many as
    it has in the file. ``bom``: 1 where the mark at the beginning of a file counts. ``end``: exclusive where the end
    is the character after the passage, else inclusive.
    """

    unit: str = "code point"
    newline: int = 1
    bom: int = 0
    end: str = "exclusive"

    def __str__(self) -> str:
        breaks = f"a line break {self.newline}" if self.newline else "line breaks as they stand"
        mark = ", the mark at the beginning counts" if self.bom else ""
        return f"{self.unit}, {breaks}, end {self.end}{mark}"


RULES = tuple(
    Rule(unit, newline, bom, end)
    for unit in ("code point", "UTF-16")
    for newline in (1, 2, 0)
    for bom in (0, 1)
    for end in ("exclusive", "inclusive")
)


@dataclass(frozen=True)
class Text:
    """A text as its file has it: ``lf`` with every line break as LF and without a mark at the beginning.

    ``wide``: places in ``lf`` of characters outside the Basic Multilingual Plane; ``breaks``: of line breaks;
    ``crlf``: of those that have two characters in the file. ``bom``: whether the file began with a mark.
    """

    lf: str
    wide: NDArray[Any]
    breaks: NDArray[Any]
    crlf: NDArray[Any]
    bom: bool


def text_of(raw: str, *, in_file: bool = True) -> Text:
    """A ``Text`` from the characters of a file; out of a database (not ``in_file``) nothing is a file's mark."""
    import numpy as np

    bom = in_file and raw.startswith("\ufeff")
    raw = raw[1:] if bom else raw
    lf = normalised(raw)
    points = np.frombuffer(lf.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    breaks = np.flatnonzero(points == 10)
    crlf = np.empty(0, dtype=np.intp)
    if "\r\n" in raw:
        kinds = [len(m.group()) for m in re.finditer(r"\r\n|\r|\n", raw)]
        crlf = breaks[np.array(kinds) == 2]
    return Text(lf, np.flatnonzero(points > 0xFFFF), breaks, crlf, bom)


def normalised(text: str) -> str:
    """The text with every line break (CRLF, CR) as LF."""
    return _BREAK.sub("\n", text) if "\r" in text else text


def places(text: Text, rule: Rule, counted: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Places in ``text.lf`` of positions that were counted by ``rule``, and whether each falls between characters.

    One inside a character (half of a pair of UTF-16 units, between CR and LF) is placed before it. Positions
    below 0 or beyond the text keep their distance from it, so that they stay outside.
    """
    import numpy as np

    wide = [text.wide] if rule.unit == "UTF-16" else []
    if rule.newline == 2:
        wide.append(text.breaks)
    elif rule.newline == 0:
        wide.append(text.crlf)
    double = np.sort(np.concatenate(wide)) if wide else np.empty(0, dtype=np.intp)
    counted = counted - (rule.bom if text.bom else 0)
    # The k-th double character begins at its place plus the k double characters before it.
    begins = double + np.arange(double.size)
    before = np.searchsorted(begins, counted, side="left")
    last = begins[np.maximum(before - 1, 0)] if begins.size else counted
    whole = (before == 0) | (last + 1 != counted)
    return counted - before, whole
