"""Answer words: which number a worded answer stands for, in Spanish and English."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.plain import plain

_FOLDER = Path(__file__).parent / "words"
_WAYS = ("en", "es", "other")


@dataclass(frozen=True)
class AnswerWords:
    """A set of answer words: for each number its words in English and Spanish, and other ways of writing it.

    The first word of a language is the one that figures show.
    """

    id: str
    words: Mapping[float, Mapping[str, tuple[str, ...]]]

    def number(self, text: str) -> float | None:
        """The number that ``text`` stands for; case, accents and blanks make no difference."""
        return self._numbers.get(plain(text))

    @cached_property
    def _numbers(self) -> dict[str, float]:
        return {plain(w): n for n, ways in self.words.items() for way in _WAYS for w in ways.get(way, ())}

    def shown(self, number: float, lang: str) -> str:
        """The word for ``number`` in language ``lang`` (en or es); blank where it has none."""
        return (self.words.get(number, {}).get(lang) or ("",))[0]


@cache
def known_sets() -> Mapping[str, AnswerWords]:
    """The bundled sets by id: one file of ``words/`` each, words of a cell joined by ``|``."""
    sets = {}
    for path in sorted(_FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = {float(row["number"]): {w: _split(row[w]) for w in _WAYS} for row in csv.DictReader(file)}
        sets[path.stem] = AnswerWords(path.stem, rows)
    return sets


def all_sets(answer_words: Mapping[str, Any]) -> dict[str, AnswerWords]:
    """The bundled sets and those of a study (``answer_words`` of study.yaml), by id."""
    own = {
        name: AnswerWords(
            name, {float(n): {w: tuple(ways.get(w, ())) for w in _WAYS} for n, ways in rows.items()}
        )
        for name, rows in answer_words.items()
    }
    return {**known_sets(), **own}


def word_set_faults(answer_words: Mapping[str, Any], file: str) -> list[Fault]:
    """What is wrong with a study's own sets: a bundled set's id, a number twice, a word with two numbers."""
    faults = []
    for name, rows in answer_words.items():
        place = f"answer_words.{name}"
        if name in known_sets():
            faults.append(Fault(file, place, "", f"'{name}'", "an id that no bundled set of words has"))
        first: dict[str, str] = {}
        numbers: dict[float, str] = {}
        for number, ways in rows.items():
            if (same := numbers.setdefault(float(number), number)) != number:
                faults.append(Fault(file, place, "", f"{same} and {number}", "each number once"))
            for word in dict.fromkeys(plain(w) for way in _WAYS for w in ways.get(way, ())):
                if not word:
                    faults.append(Fault(file, f"{place}.{number}", "", "a blank word", "some text"))
                elif _other_number(word, float(number)):
                    faults.append(
                        Fault(file, place, "", f"'{word}' for {number}", "a word that is no other number")
                    )
                elif (other := first.setdefault(word, number)) != number:
                    faults.append(
                        Fault(file, place, "", f"'{word}' for {other} and for {number}", "one number a word")
                    )
    return faults


def _split(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())


def _other_number(word: str, number: float) -> bool:
    try:
        return float(word.replace(",", ".")) != number
    except ValueError:
        return False
