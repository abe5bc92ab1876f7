"""Cells as numbers: what is read, what becomes missing and why, and what stops the run."""

from __future__ import annotations

import datetime
import math
import struct
from typing import Any

import pandas as pd
import pytest

from trenza.questionnaire.answers import Answers, Question, read_answers
from trenza.questionnaire.words import AnswerWords, known_sets

WORDS = known_sets()["agree_4"]
PLAIN = Question(1, 4, ("99", "N/A"))
WORDED = Question(1, 4, ("99", "No responde"), WORDS)
COMMA = Question(0, 100, ("99", "-8.5"), decimal=",")
SAV = Question(
    1, 4, (), None, {1.0: "Nunca", 4.0: "Siempre", 9.0: "No sabe", -1.0: "Nulo"}, (9.0, (-5.0, -1.0), "NS")
)


def read(cells: list[Any], question: Question = PLAIN, **how: Any) -> Answers:
    column = pd.Series(cells, index=range(2, len(cells) + 2), dtype="object")
    return read_answers(column, question, file="f.csv", column="Q", **how)


@pytest.mark.parametrize(
    ("cell", "question", "number"),
    [
        ("3", PLAIN, 3),
        (" 3.0 ", PLAIN, 3),
        (2.5, PLAIN, 2.5),
        ("2.5", PLAIN, 2.5),
        ("+4", PLAIN, 4),
        ("4e0", PLAIN, 4),
        (".5e1", Question(1, 5), 5),
        ("66,5", COMMA, 66.5),
        (66.5, COMMA, 66.5),
        ("Muy  de acuerdo", WORDED, 4),
        ("AGREE", WORDED, 3),
        ("4 - Muy de acuerdo", WORDED, 4),
        ("4 = Strongly agree", WORDED, 4),
        ("(3) agree", WORDED, 3),
        ("[3]: De acuerdo", WORDED, 3),
        ("1. Totalmente en desacuerdo", WORDED, 1),
        ("2 – en desacuerdo", WORDED, 2),
        ("2 En desacuerdo", WORDED, 2),
        ("3", WORDED, 3),
        ("siempre", SAV, 4),
        ("4 siempre", SAV, 4),
        (1.0, SAV, 1),
    ],
)
def test_what_a_cell_says(cell: Any, question: Question, number: float) -> None:
    got = read([cell], question)
    assert (
        got.values.tolist() == [number] and got.reasons.tolist() == [""] and not got.faults and not got.ledger
    )


@pytest.mark.parametrize("cell", [None, "", "   ", "\n\t", "\u00a0", math.nan])
def test_blanks_are_not_answered(cell: Any) -> None:
    got = read([cell])
    assert got.reasons.tolist() == ["not_answered"] and not got.faults and not got.ledger


def single(number: float) -> float:
    return struct.unpack("f", struct.pack("f", number))[0]


@pytest.mark.parametrize(
    ("cell", "question"),
    [
        ("99", PLAIN),
        ("99.0", PLAIN),
        (99.0, PLAIN),
        ("n/a", PLAIN),
        (" N/A ", PLAIN),
        ("99,0", COMMA),
        ("-8,5", COMMA),
        (single(-8.5), COMMA),
        (single(0.1), Question(1, 4, ("0.1",))),
        ("0.1", Question(1, 4, ("0.1",))),
        ("NO RESPONDE", WORDED),
        (".a", PLAIN),
        (".z", PLAIN),
        (9.0, SAV),
        ("No sabe", SAV),
        (-3.0, SAV),
        ("ns", SAV),
    ],
)
def test_missing_codes_however_they_are_written(cell: Any, question: Question) -> None:
    got = read([cell], question)
    assert got.reasons.tolist() == ["missing_code"] and got.values.isna().all() and not got.faults
    assert [(row, rule) for row, rule, _ in got.ledger] == [(2, "missing code")]


@pytest.mark.parametrize(
    ("cell", "question", "found"),
    [
        ("5", PLAIN, "'5', out of range"),
        (0.99, PLAIN, "'0.99', out of range"),
        ("1e2", PLAIN, "'1e2', out of range"),
        ("Agree", PLAIN, "'Agree'"),
        ("agre", WORDED, "'agre'"),
        ("Neutral", WORDED, "'Neutral'"),
        ("3 - Muy de acuerdo", WORDED, "'3 - Muy de acuerdo', whose number and word differ"),
        ("4 - quizás", WORDED, "'4 - quizás'"),
        ("2.5", WORDED, "'2.5', between two answers"),
        (2.5, SAV, "'2.5', between two answers"),
        ("2,5", PLAIN, "'2,5'"),
        ("2.5", COMMA, "'2.5'"),
        ("1.234,5", COMMA, "'1.234,5'"),
        ("nan", PLAIN, "'nan'"),
        ("inf", PLAIN, "'inf'"),
        ("1e400", PLAIN, "'1e400'"),
        (math.inf, PLAIN, "'inf'"),
        (True, PLAIN, "'True', which is no number and no text"),
        ("True", PLAIN, "'True'"),
        (datetime.datetime(2019, 3, 4), PLAIN, "'2019-03-04 00:00:00', which is no number and no text"),
        ("3 %", PLAIN, "'3 %'"),
        ("٣", PLAIN, "'٣'"),
        ("-", PLAIN, "'-'"),
        (".", PLAIN, "'.'"),
    ],
)
def test_everything_else_stops_the_run(cell: Any, question: Question, found: str) -> None:
    got = read([None, cell], question)
    assert [(f.row, f.column, f.found) for f in got.faults] == [("3", "Q", found)]
    assert got.values.isna().all()


def test_set_missing_takes_only_what_is_out_of_range() -> None:
    got = read(["7", "x", "2"], out_of_range="set_missing")
    assert got.ledger == [(2, "outside 1 to 4: set to missing", "7")]
    assert got.reasons.tolist() == ["out_of_range", "", ""] and [f.row for f in got.faults] == ["3"]


def test_a_word_with_a_number_of_its_own_between_two_is_an_answer() -> None:
    half = AnswerWords("half", {1.0: {"en": ("low",)}, 1.5: {"en": ("middle",)}, 2.0: {"en": ("high",)}})
    got = read(["middle", "1.5", 1.25], Question(1, 2, (), half))
    assert got.values.tolist()[:2] == [1.5, 1.5] and [f.row for f in got.faults] == ["4"]


def test_labels_of_missing_values_alone_do_not_make_answers_whole() -> None:
    got = read([2.5], Question(1, 4, ("9",), None, {9.0: "No sabe"}))
    assert got.values.tolist() == [2.5] and not got.faults


def test_value_labels_that_contradict_the_set_of_words_stop_the_run() -> None:
    got = read([1.0], Question(1, 4, (), WORDS, {1.0: "Muy de acuerdo", 4.0: "Muy en desacuerdo"}))
    assert [(f.row, f.found) for f in got.faults] == [
        ("1", "1 labelled 'Muy de acuerdo'"),
        ("1", "4 labelled 'Muy en desacuerdo'"),
    ]


def test_a_label_of_two_numbers_is_no_answer() -> None:
    got = read(["Otro"], Question(1, 4, (), None, {1.0: "Otro", 2.0: "otro"}))
    assert [f.found for f in got.faults] == ["'Otro', which stands for two numbers"]


def test_minus_zero_is_zero() -> None:
    got = read([-0.0, "-0"], Question(0, 4))
    assert [math.copysign(1, v) for v in got.values] == [1, 1]


def test_messages_say_what_is_allowed() -> None:
    allowed = read(["x"], WORDED).faults[0].allowed
    assert allowed == (
        "a whole number from 1 to 4, or a word of agree_4 such as 'Strongly disagree', or a missing code (99, No responde)"
    )
    assert read(["x"], COMMA).faults[0].allowed.startswith("a number with decimal mark ',' from 0 to 100")
