"""Cells that hold several choices: which of the question's options they name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trenza.contracts.plain import plain
from trenza.contracts.survey_file import Cell

_BETWEEN = r"\s*[,;|\n][\s,;|]*"


def chosen(cell: Cell, options: Mapping[str, str]) -> set[str] | None:
    """Ids of the options in a cell; ``options`` maps each choice, as the file words it, to its id.

    Choices stand between , ; | or line breaks, or, where no option holds a blank, between blanks (KoboToolbox).
    An option that holds a separator itself is found whole: the longest that lets all of the cell be read is
    taken. Case and accents do not matter. A blank cell is an empty set; None where anything in the cell is no
    option.
    """
    if cell is None:
        return set()
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell)
    between = _BETWEEN if any(" " in word.strip() for word in options) else rf"{_BETWEEN}|\s+"
    words = sorted(((_parts(w, between), key) for w, key in options.items()), key=lambda w: -len(w[0]))
    parts = _parts(text, between)
    # From the end: what is chosen from each part on, None where something there is no option. Words and what
    # stands between them take turns, so a word is followed by one that stands between.
    read: list[set[str] | None] = [None] * len(parts) + [set(), set()]
    for start in range(len(parts) - 1, -1, -2):
        for word, key in words:
            rest = read[start + len(word) + 1] if parts[start : start + len(word)] == word else None
            if rest is not None:
                read[start] = rest | {key}
                break
    return read[0]


def _parts(text: str, between: str) -> list[str]:
    """Words, and between each two the mark that separates them, all in plain letters; empty for blank text."""
    stripped = text.strip(" \t\r\n,;|")
    if not stripped:
        return []
    parts = re.split(f"({between})", stripped)
    return [part.strip()[:1] if i % 2 else plain(part) for i, part in enumerate(parts)]
