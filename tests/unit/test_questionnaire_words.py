"""Answer words: no word has two numbers, no neutral point is made up, and variants are one word."""

from __future__ import annotations

from itertools import combinations

import pytest

from trenza.contracts.plain import plain
from trenza.questionnaire.words import AnswerWords, all_sets, known_sets, word_set_faults

SETS = known_sets()
EXPECTED = {
    **{"agree_4": 4, "agree_5": 5, "agree_6": 6, "agree_7": 7, "frequency_4": 4, "frequency_5": 5},
    **{"satisfied_4": 4, "satisfied_5": 5, "extent_4": 4, "extent_5": 5, "relevant_4": 4, "relevant_5": 5},
    **{"yes_no": 2, "yes_no_unsure": 3},
}


def words_of(one: AnswerWords, number: float) -> set[str]:
    return {plain(w) for way in ("en", "es", "other") for w in one.words[number][way]}


def test_the_bundled_sets_are_these() -> None:
    assert {name: len(one.words) for name, one in SETS.items()} == EXPECTED


@pytest.mark.parametrize("name", EXPECTED)
def test_no_word_has_two_numbers_and_every_number_has_a_word_in_both_languages(name: str) -> None:
    one = SETS[name]
    for first, second in combinations(one.words, 2):
        assert not words_of(one, first) & words_of(one, second)
    for number in one.words:
        assert one.shown(number, "en") and one.shown(number, "es")
        assert all(one.number(w) == number for w in words_of(one, number))


@pytest.mark.parametrize("name", [n for n in EXPECTED if n != "yes_no"])
def test_numbers_count_from_one(name: str) -> None:
    assert list(SETS[name].words) == list(range(1, len(SETS[name].words) + 1))


@pytest.mark.parametrize(
    "name", ["agree_4", "agree_6", "satisfied_4", "frequency_4", "extent_4", "relevant_4"]
)
@pytest.mark.parametrize(
    "neutral",
    ["Neutral", "Ni de acuerdo ni en desacuerdo", "Neither agree nor disagree", "Indiferente", "Algo", "3.5"],
)
def test_a_set_without_a_middle_guesses_none(name: str, neutral: str) -> None:
    assert SETS[name].number(neutral) is None


@pytest.mark.parametrize("name", ["agree_6", "agree_7"])
@pytest.mark.parametrize("word", ["Totalmente de acuerdo", "Completely agree", "Totalmente en desacuerdo"])
def test_a_total_agreement_may_stand_above_a_strong_one_and_is_not_guessed(name: str, word: str) -> None:
    assert SETS[name].number(word) is None


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("agree_5", "  MUY   DE\nACUERDO ", 5),
        ("agree_5", "Totalmente  en desacuerdo", 1),
        ("agree_4", "strongly AGREE", 4),
        ("yes_no", "si", 1),
        ("yes_no", "Sí", 1),
        ("satisfied_5", "Muy Satisfecha", 5),
        ("satisfied_4", "poco satisfecho/a", 2),
        ("frequency_5", "rara vez", 2),
        ("agree_5", "TDA", 5),
        ("agree_5", "acuerdísimo", None),
        ("frequency_4", "Rara vez", None),
    ],
)
def test_variants(name: str, text: str, number: float | None) -> None:
    assert SETS[name].number(text) == number


def test_a_studys_own_set_stands_beside_the_bundled_ones() -> None:
    own = {
        "roles": {
            "1": {"en": ["Mine"], "es": ["Mía"], "other": ["A1"]},
            "2": {"en": ["Theirs"], "es": ["Suya"]},
        }
    }
    assert not word_set_faults(own, "study.yaml")
    assert all_sets(own)["roles"].number("a1") == 1 and all_sets(own)["roles"].shown(2, "es") == "Suya"
    assert set(all_sets(own)) == set(EXPECTED) | {"roles"}


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ({"agree_4": {"1": {"en": ["a"], "es": ["b"]}}}, "'agree_4'"),
        (
            {"x": {"1": {"en": ["Sí"], "es": ["b"]}, "2": {"en": ["si "], "es": ["c"]}}},
            "'si' for 1 and for 2",
        ),
        ({"x": {"1": {"en": ["a"], "es": ["b"]}, "1.0": {"en": ["c"], "es": ["d"]}}}, "1 and 1.0"),
        ({"x": {"1": {"en": ["2"], "es": ["b"]}}}, "'2' for 1"),
        ({"x": {"1": {"en": [" "], "es": ["b"]}}}, "a blank word"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(own: dict, found: str) -> None:
    assert [f.found for f in word_set_faults(own, "study.yaml")] == [found]
