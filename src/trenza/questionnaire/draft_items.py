"""A first items.csv for an export that has none: ids from the headers, ranges guessed from the answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from trenza.contracts.plain import plain
from trenza.contracts.survey_file import Cell
from trenza.questionnaire.export import Column, Export
from trenza.questionnaire.instrument import COLUMNS
from trenza.questionnaire.propose import as_from
from trenza.questionnaire.words import AnswerWords, known_sets

if TYPE_CHECKING:
    import pandas as pd

# More different numbers than this are no rating scale.
_MOST_POINTS = 11
_LONGEST_ID = 30


def draft_items(export: Export) -> pd.DataFrame:
    """One row for each question of the export, with the columns of items.csv and ``why``.

    Nothing in it is known: ``stand_in`` is yes throughout, and ``why`` says what the range rests on. A column whose
    answers are no scale has no range; the analyst deletes its row or gives one. Answers of single people are not
    quoted: only the ends of ranges of few points.
    """
    import pandas as pd

    gone = {row for row, _ in export.left_out}
    rows: list[dict[str, str]] = []
    taken: set[str] = set()
    for column in export.columns:
        if column.own:
            continue
        cells = [cell for row, cell in export.frame[column.name].items() if row not in gone]
        low, high, words, why = _range(column, cells)
        if not as_from(column.name):
            why = f"{why}; the header holds |: rename it in the file and here"
        label = " ".join((column.text or column.name).split())
        name = _id(column, taken)
        taken.add(name)
        row = dict.fromkeys(COLUMNS, "")
        row |= {"item": name, "min": low, "max": high, "reverse": "no", "unit": "points", "stand_in": "yes"}
        row |= {
            "label_en": label,
            "label_es": label,
            "from": as_from(column.name),
            "words": words,
            "why": why,
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=[*COLUMNS, "why"])


def _id(column: Column, taken: Collection[str]) -> str:
    """An id of the header: its code, or its first words."""
    base = re.sub(r"[^a-z0-9]+", "_", plain(column.name)).strip("_")
    base = (
        re.sub(r"_?[^_]*$", "", base[: _LONGEST_ID + 1]) or base[:_LONGEST_ID]
        if len(base) > _LONGEST_ID
        else base
    )
    if not base or not base[0].isalpha():
        base = f"q_{base}".rstrip("_")
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _range(column: Column, cells: Sequence[Cell]) -> tuple[str, str, str, str]:
    """Lowest and highest value, id of the answer words, and what they rest on; blank where nothing is known."""
    answers = {cell for cell in cells if cell is not None}
    declared = [v for v in column.labels if isinstance(v, float) and not _missing(v, column)]
    if len(declared) > 1:
        return _span(declared, "", "the file's value labels")
    if not answers:
        return "", "", "", "no answers"
    fitting = [words for words in known_sets().values() if _all_words(answers, words)]
    if fitting:
        why = f"guess: all answers are words of {' and of '.join(words.id for words in fitting)}"
        return _span(fitting[0].words, fitting[0].id, why)
    numbers = [_number(cell) for cell in answers if not _missing(cell, column)]
    whole = [n for n in numbers if n is not None]
    if not whole or len(whole) < len(numbers):
        return "", "", "", "answers that are no numbers and no known words: an item?"
    if len(set(whole)) <= _MOST_POINTS and all(n == int(n) and abs(n) <= _MOST_POINTS for n in whole):
        return _span(whole, "", "guess: lowest and highest answer seen")
    if all(0 <= n <= 100 for n in whole):
        return "0", "100", "", "guess: many numbers from 0 to 100"
    return "", "", "", "numbers that are no rating: an item?"


def _span(values: Iterable[float], words: str, why: str) -> tuple[str, str, str, str]:
    low, high = min(values), max(values)
    return f"{low:g}", f"{high:g}", words, why


def _all_words(answers: Collection[Cell], words: AnswerWords) -> bool:
    return all(isinstance(a, str) and words.number(a) is not None for a in answers)


def _missing(cell: Cell, column: Column) -> bool:
    """Whether the file itself says that a value is a missing one."""
    for m in column.missing:
        if isinstance(m, tuple):
            if isinstance(cell, float) and m[0] <= cell <= m[1]:
                return True
        elif cell == m:
            return True
    return isinstance(cell, str) and re.fullmatch(r"\.[a-z]", cell) is not None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, float):
        return cell
    if isinstance(cell, str) and re.fullmatch(r"-?(0|[1-9]\d*)([.,]\d+)?", cell.strip()):
        return float(cell.strip().replace(",", "."))
    return None
