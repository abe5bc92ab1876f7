"""Units of comparison: where sentences and speaker turns lie in a text, and which of them a passage marks."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.qualitative.spans import overlaps

if TYPE_CHECKING:
    import pandas as pd

UNITS = ("character", "sentence", "turn", "segment", "document")

# A line that begins with a short name and a colon, after a time stamp or not: "E:", "Directora 2:", "[00:03] Ana:".
SPEAKER = r"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?\s*)?[^\W\d_][^:\n.?!¿¡]{0,30}:(?=\s|$)"

_END = re.compile(r"""[.!?…]+["'»”’)\]]*(?=\s)|\n""")
# A full stop after one of these ends no sentence (English and Spanish).
_SHORT = frozenset(
    plain(word)
    for word in re.findall(
        r"\w+",
        "sr sra srta sres dr dra dn dña prof profa lic ing ud uds vd ej pág págs p pp art núm vol fig cap "
        "mr mrs ms st vs eg ie cf approx dept",
    )
)


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, blanks at its ends left out; end exclusive.

    A sentence ends at a line break, or at . ! ? or … (with closing quotes or brackets) before a blank, unless
    the next letter is small, or the full stop belongs to a single letter or a known short form (Sr., p. ej.).
    """
    ends = [m.end() for m in _END.finditer(text) if m.group() == "\n" or not _goes_on(text, m)]
    return _trimmed(text, [0, *ends, len(text)])


def turns(text: str, speaker: str = SPEAKER) -> list[tuple[int, int]]:
    """(start, end) of each speaker turn: from a line that begins with ``speaker`` to the next such line.

    Text before the first speaker is a turn of its own. Empty where no line begins with a speaker.
    """
    starts = [m.start() for m in re.finditer(rf"(?m)^[ \t]*(?:{speaker})", text)]
    return _trimmed(text, [0, *starts, len(text)]) if starts else []


def unit_table(documents: pd.DataFrame, unit: str, speaker: str = SPEAKER) -> pd.DataFrame:
    """Columns document, unit (number from 0 within the document), start, end, for sentence and turn.

    Raises ``InputFaults`` for texts without any speaker, and ``ValueError`` for another unit.
    """
    import pandas as pd

    if unit not in ("sentence", "turn"):
        raise ValueError(f"{unit!r} is not cut out of the text")
    rows: list[tuple[str, int, int, int]] = []
    faults: list[Fault] = []
    for document, name, text in documents[["document", "name", "text"]].itertuples(index=False, name=None):
        found = sentences(text) if unit == "sentence" else turns(text, speaker)
        if text.strip() and not found:
            allowed = "lines such as 'Directora: ...', or another unit of comparison"
            faults.append(Fault(str(name), "", "", "no line that begins with a speaker and a colon", allowed))
        rows += [(document, number, start, end) for number, (start, end) in enumerate(found)]
    if faults:
        raise InputFaults(faults)
    return pd.DataFrame(rows, columns=["document", "unit", "start", "end"])


def marked_units(marks: pd.DataFrame, units: pd.DataFrame, min_share: float) -> pd.DataFrame:
    """The units that merged passages mark, as passages on the line of units.

    ``marks``: doc, code, coder (numbers), start, end in characters. ``units``: doc (number), unit, start, end,
    sorted. A unit is marked when its marked characters are more than none and at least ``min_share`` of it.
    """
    start, end, number = (units[c].to_numpy(dtype=np.int64) for c in ("start", "end", "unit"))
    own = [marks[c].to_numpy(dtype=np.int64) for c in ("doc", "start", "end")]
    of_mark, of_unit, shared = overlaps(
        own[0], own[1], own[2], units["doc"].to_numpy(dtype=np.int64), start, end
    )
    keys = ["doc", "code", "coder"]
    touched = marks[keys].iloc[of_mark].assign(row=of_unit, shared=shared)
    covered = touched.groupby([*keys, "row"], sort=True)["shared"].sum().reset_index()
    whole = (end - start)[covered["row"].to_numpy(dtype=np.int64)]
    covered = covered.loc[covered["shared"].to_numpy() >= min_share * whole]
    marked = number[covered["row"].to_numpy(dtype=np.int64)]
    return covered[keys].reset_index(drop=True).assign(start=marked, end=marked + 1)


def _goes_on(text: str, found: re.Match[str]) -> bool:
    rest = text[found.end() : found.end() + 40].lstrip(" \t\u00a0\"'«“‘(¿¡[")
    if rest[:1].islower():
        return True
    if found.group() != ".":
        return False
    word = re.search(r"[^\W\d_]+$", text[max(0, found.start() - 12) : found.start()])
    return word is not None and (len(word.group()) == 1 or plain(word.group()) in _SHORT)


def _trimmed(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    parts = []
    for start, end in pairwise(cuts):
        part = text[start:end]
        if part.strip():
            left = len(part) - len(part.lstrip())
            parts.append((start + left, start + len(part.rstrip())))
    return parts
