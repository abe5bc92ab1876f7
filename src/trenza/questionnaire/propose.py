"""Which column of an export belongs to which item of items.csv: a proposal that the analyst confirms.

Evidence is the name and the text of a column beside the item's id, ``from`` and labels; answers are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from trenza.contracts.items import parts_of
from trenza.contracts.plain import plain
from trenza.questionnaire.export import Column, Export
from trenza.questionnaire.instrument import rows_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("item", "label", "column", "text", "sure", "why")
SURE = ("certain", "likely", "unsure", "none")
# Likeness of two texts, 0 to 1, from which a pair is worth looking at, and from which it is likely. They sort
# proposals for a person's eye and decide nothing.
_WORTH, _LIKELY = 0.6, 0.85
# A rival that is nearly as good leaves a pair unsure.
_AHEAD = 0.05
# Same name or text is more than any likeness; the rest of such a pair is told apart by it.
_SAME, _SAME_PART = 3.0, 2.0


@dataclass(frozen=True)
class _Pair:
    """One item and one column by their places: how good they are together, and why."""

    score: float
    item: int
    column: int
    why: str


def propose(export: Export, items: pd.DataFrame) -> pd.DataFrame:
    """A column for each item of items.csv, and the questions that are left over.

    ``items``: items.csv as text; rows with a score are scales and have no column. Returns one row an item, in
    their order, then one for each column of the export that no item got and that is a question, with ``COLUMNS``:
    ``sure`` is one of ``SURE``, ``why`` says what it rests on. No column is proposed twice.
    """
    import pandas as pd

    rows = [row for row in rows_of(items) if not row["score"]]
    asked = [c for c in export.columns if not c.own]
    pairs = [p for i, row in enumerate(rows) for p in _pairs(i, row, asked)]
    given = _one_to_one(pairs)
    out: list[tuple[str, ...]] = []
    for i, row in enumerate(rows):
        label = row["label_es"] or row["label_en"]
        if i not in given:
            out.append((row["item"], label, "", "", "none", "no column is like it"))
            continue
        pair = given[i]
        column = asked[pair.column]
        sure, why = _sure(pair, pairs, asked, rows)
        out.append((row["item"], label, column.name, column.text, sure, why))
    used = {pair.column for pair in given.values()}
    for k, column in enumerate(asked):
        if k not in used:
            out.append(("", "", column.name, column.text, "none", "no item is like it"))
    return pd.DataFrame(out, columns=list(COLUMNS))


def as_from(name: str) -> str:
    """A column's name as it stands in ``from``: in one line; blank where its | would be taken for an "or"."""
    return "" if "|" in name else " ".join(name.split())


def _pairs(place: int, row: dict[str, str], columns: Sequence[Column]) -> list[_Pair]:
    """The columns that are worth looking at for one item."""
    headers = parts_of(row["from"], "|") or (row["item"],)
    labels = [label for label in (row["label_es"], row["label_en"]) if label]
    found = []
    for k, column in enumerate(columns):
        texts = [t for t in (column.text, column.name) if t]
        score, why = _likeness(headers, labels, column.name, texts)
        if score >= _WORTH:
            found.append(_Pair(score, place, k, why))
    return found


def _likeness(
    headers: Sequence[str], labels: Sequence[str], name: str, texts: Sequence[str]
) -> tuple[float, str]:
    # A header that stands several times has a number of ours behind it: then it is not the same name.
    if name in headers:
        return _SAME + 1, "same name"
    wanted = {plain(h) for h in headers} | {plain(label) for label in labels}
    if plain(name) in wanted:
        return _SAME, "same name but for case and accents"
    if any(plain(text) in wanted for text in texts):
        return _SAME, "same text"
    ids = {_letters(h) for h in headers}
    if {_letters(name), *(_letters(code) for text in texts for code in _codes(text))} & ids:
        return _SAME_PART + 0.5, "same code"
    parts = {part for text in texts for part in _parts(text)}
    ours = {part for label in [*labels, *headers] for part in _parts(label)}
    if parts & ours:
        return _SAME_PART, "same text but for numbering or what stands around it"
    best = max((_ratio(a, b) for a in ours for b in parts), default=0.0)
    return best, "similar text"


def _codes(text: str) -> list[str]:
    """Codes in brackets, at the beginning, or after the last stroke of a group: ``... [P03]``, ``P03. ...``."""
    codes = re.findall(r"[\[(]\s*([A-Za-z]+[\w.-]*\d[\w.-]*)\s*[\])]", text)
    codes += re.findall(r"^\s*([A-Za-z]+[A-Za-z_]*\d+[\w-]*)\s*[.:)]", text)
    return codes + ([text.rpartition("/")[2]] if "/" in text and " " not in text else [])


def _parts(text: str) -> set[str]:
    """What of a text can be the question itself: all of it, what stands in brackets, and what follows a dash.

    Google Forms and LimeSurvey put the row of a matrix into brackets, Qualtrics behind a dash. Numbering at the
    beginning and stops at the end are left out.
    """
    found = {text, *re.findall(r"\[([^\[\]]+)\]\s*$", text)}
    if " - " in text:
        found.add(text.rpartition(" - ")[2])
    plains = {re.sub(r"^\W*\d+\s*[.):-]*\s+", "", plain(part)).strip(" .:;,¿?¡!\"'()") for part in found}
    return {part for part in plains if len(part) > 2}


def _letters(name: str) -> str:
    """A name as an id: letters and digits, anything else one stroke."""
    return re.sub(r"[^a-z0-9]+", "_", plain(name)).strip("_")


def _ratio(a: str, b: str) -> float:
    """How alike two texts are, 0 to 1; 0 below what is worth looking at."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.real_quick_ratio() < _WORTH or matcher.quick_ratio() < _WORTH:
        return 0.0
    return matcher.ratio()


def _one_to_one(pairs: Sequence[_Pair]) -> dict[int, _Pair]:
    """The best pairs of which no two share an item or a column, by item."""
    items: dict[int, _Pair] = {}
    columns: set[int] = set()
    for pair in sorted(pairs, key=lambda p: (-p.score, p.item, p.column)):
        if pair.item not in items and pair.column not in columns:
            items[pair.item] = pair
            columns.add(pair.column)
    return items


def _sure(
    pair: _Pair, pairs: Sequence[_Pair], columns: Sequence[Column], rows: Sequence[dict[str, str]]
) -> tuple[str, str]:
    """How sure a pair is, and why; a rival for the same item or column makes it unsure."""
    near = [p for p in pairs if p is not pair and p.score > pair.score - _AHEAD]
    rivals = [f"column '{columns[p.column].name}'" for p in near if p.item == pair.item]
    rivals += [f"item '{rows[p.item]['item']}'" for p in near if p.column == pair.column]
    if rivals:
        return "unsure", f"{pair.why}; as good: {', '.join(rivals[:3])}"
    if pair.score >= _SAME:
        return "certain", pair.why
    if pair.score >= _SAME_PART:
        return "likely", pair.why
    return ("likely" if pair.score >= _LIKELY else "unsure"), f"{pair.why} ({pair.score:.0%})"
