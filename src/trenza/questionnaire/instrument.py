"""The instrument of a questionnaire: items.csv as items, scales and answer words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.items import is_asked, parts_of
from trenza.questionnaire.words import AnswerWords, all_sets

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("item", "scale", "min", "max", "reverse", "missing_codes", "unit", "stand_in", "label_en", "label_es"),
    *("version", "from", "words", "score", "min_answered", "published"),
)


@dataclass(frozen=True)
class Item:
    """One question: ``low`` and ``high`` are its range, points as answered.

    ``reverse``: scoring turns it round. ``versions``: versions that ask it, empty when all do. ``headers``: names
    of its column in the file, of which one must be there; empty when it is the id. ``words``: id of its set of
    answer words, or blank.
    """

    id: str
    scales: tuple[str, ...]
    low: float
    high: float
    reverse: bool
    missing_codes: tuple[str, ...]
    unit: str
    versions: tuple[str, ...]
    headers: tuple[str, ...]
    words: str
    labels: dict[str, str]
    stand_in: bool


@dataclass(frozen=True)
class Scale:
    """One scale score: ``score`` is mean, sum or percent; ``low``, ``high`` and ``unit`` are those of the score.

    ``min_answered``: share of the items that a person must have answered, or None for the study's share.
    ``published``: column of the file that holds the published score, or blank.
    """

    id: str
    score: str
    low: float
    high: float
    unit: str
    min_answered: float | None
    published: str
    items: tuple[Item, ...]
    labels: dict[str, str]
    stand_in: bool


@dataclass(frozen=True)
class Instrument:
    """The items and scales of one version of a questionnaire, and the sets of answer words by id."""

    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    words: Mapping[str, AnswerWords]


def instrument_of(items: pd.DataFrame, *, answer_words: Mapping[str, Any], version: str = "") -> Instrument:
    """The instrument of one ``version`` (blank: of all), from items.csv as text and the study's answer words.

    A row with a score is a scale. A row without one is an item if it belongs to such a scale or says in ``from``
    where it stands in the file; other rows are outcomes that no questionnaire asks. Items of other versions are
    left out, and with them the scales that have no item in this version.
    """
    rows = rows_of(items)
    scored = {row["item"] for row in rows if row["score"]}
    asked = [
        item for item in (item_of(row) for row in rows if not row["score"]) if _asked(item, scored, version)
    ]
    scales = []
    for row in rows:
        members = tuple(item for item in asked if row["item"] in item.scales)
        if row["score"] and members:
            scales.append(_scale(row, members))
    return Instrument(tuple(asked), tuple(scales), all_sets(answer_words))


def rows_of(items: pd.DataFrame) -> list[dict[str, str]]:
    """Rows of items.csv as stripped text; columns that the file does not have are blank."""
    # Not a number is the only value that differs from itself.
    return [
        {name: "" if (v := row.get(name)) is None or v != v else str(v).strip() for name in COLUMNS}
        for row in items.to_dict("records")
    ]


def _asked(item: Item, scored: set[str], version: str) -> bool:
    part = bool(item.headers) or bool(scored.intersection(item.scales))
    return part and is_asked(item.versions, version)


def item_of(row: Mapping[str, str]) -> Item:
    """The item of one row of items.csv (as ``rows_of`` gives it)."""
    return Item(
        id=row["item"],
        scales=parts_of(row["scale"]),
        low=float(row["min"]),
        high=float(row["max"]),
        reverse=row["reverse"] == "yes",
        missing_codes=parts_of(row["missing_codes"]),
        unit=row["unit"],
        versions=parts_of(row["version"]),
        headers=parts_of(row["from"], "|"),
        words=row["words"],
        labels={"en": row["label_en"], "es": row["label_es"]},
        stand_in=row["stand_in"] == "yes",
    )


def _scale(row: Mapping[str, str], members: tuple[Item, ...]) -> Scale:
    return Scale(
        id=row["item"],
        score=row["score"],
        low=float(row["min"]),
        high=float(row["max"]),
        unit=row["unit"],
        min_answered=float(row["min_answered"]) if row["min_answered"] else None,
        published=row["published"],
        items=members,
        labels={"en": row["label_en"], "es": row["label_es"]},
        stand_in=row["stand_in"] == "yes",
    )
