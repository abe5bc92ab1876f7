"""Ids: check digits, one way of writing, no value in any message; and people who answered more than once."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.questionnaire.people import (
    check_digit,
    discreet,
    identifier,
    read_identifiers,
    repeated,
    repeated_rows,
)


# Public bodies' RUTs as they print them: Servicio de Impuestos Internos, Universidad de Chile, Pontificia Universidad
# Católica de Chile; and the worked example of 12.678.579, whose sum of products is 190 and remainder 3.
@pytest.mark.parametrize(
    ("number", "digit"), [(60803000, "K"), (60910000, "1"), (81698900, "0"), (12678579, "8"), (12345678, "5")]
)
def test_known_check_digits(number: int, digit: str) -> None:
    assert check_digit(number) == digit


def test_the_digit_finds_every_wrong_digit_and_every_swap_of_neighbours() -> None:
    # What a modulus of 11 with these weights must do: each weight, and each difference of neighbouring weights, is
    # prime to 11.
    for number in (12345678, 9876543, 60803000, 21212121):
        text = str(number)
        for place, digit in itertools.product(range(len(text)), "0123456789"):
            other = text[:place] + digit + text[place + 1 :]
            assert (check_digit(int(other)) == check_digit(number)) == (other == text)
        for place in range(len(text) - 1):
            swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            assert (check_digit(int(swapped)) == check_digit(number)) == (swapped == text)


@pytest.mark.parametrize(
    "cell",
    [
        "60.803.000-K",
        "60803000-k",
        "60803000K",
        " 60.803.000 - k ",
        "60.803.000‑K",
        "６０８０３０００-K",
        "060803000-K",
    ],
)
def test_a_rut_has_one_way_of_writing(cell: str) -> None:
    assert identifier(cell, "rut") == ("60803000-K", "")


def test_a_rut_that_a_spreadsheet_took_for_a_number() -> None:
    assert identifier(123456785.0, "rut") == ("12345678-5", "")


@pytest.mark.parametrize(
    ("cell", "kind", "wrong"),
    [
        ("12.345.678-6", "rut", "a RUT whose check digit does not fit"),
        ("12345678-K", "rut", "a RUT whose check digit does not fit"),
        ("0000000-0", "rut", "a RUT whose check digit does not fit"),
        ("12.34.5678-5", "rut", "a cell that is no RUT"),
        ("Ana", "rut", "a cell that is no RUT"),
        ("1-9", "rut", "a cell that is no RUT"),
        (True, "rut", "a cell that is no id"),
        (12345.5, "rut", "a cell that is no id"),
        (float("inf"), "rut", "a cell that is no id"),
        (datetime.datetime(2020, 1, 1), "text", "a cell that is no id"),
        ("10-9", "rbd", "an RBD whose check digit does not fit"),
        ("123456", "rbd", "a cell that is no RBD"),
        ("0", "rbd", "an RBD whose check digit does not fit"),
        ("Liceo 1", "rbd", "a cell that is no RBD"),
    ],
)
def test_what_is_no_id(cell: Any, kind: str, wrong: str) -> None:
    assert identifier(cell, kind) == (None, wrong)


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("10", "rbd", "10"),
        (10.0, "rbd", "10"),
        ("10-8", "rbd", "10"),
        ("10.000", "rbd", "10000"),
        ("Ana  PÉREZ ", "text", "ana pérez"),
        ("Ana\u00a0Pe\u0301rez", "text", "ana pérez"),
        (7.0, "text", "7"),
        ("  ", "text", None),
        (None, "rut", None),
    ],
)
def test_other_ids(cell: Any, kind: str, value: str | None) -> None:
    assert identifier(cell, kind) == (value, "")


@given(st.integers(100_000, 999_999_999))
def test_every_way_of_writing_a_rut_is_one_person(number: int) -> None:
    digit = check_digit(number)
    grouped = f"{number:,}".replace(",", ".")
    assert {
        identifier(f"{n}{mark}{d}", "rut")
        for n in (number, grouped)
        for mark in ("", "-")
        for d in (digit, digit.lower())
    } == {(f"{number}-{digit}", "")}


def test_faults_say_the_row_and_never_the_cell() -> None:
    cells = pd.Series(["12345678-5", None, "Juan Soto", "11.111.111-2"], index=[2, 3, 4, 5], dtype="object")
    read = read_identifiers(cells, "rut", file="f.csv", column="RUT", blank=False)
    assert [(f.row, f.found) for f in read.faults] == [
        ("3", "a blank"),
        ("4", "a cell that is no RUT"),
        ("5", "a RUT whose check digit does not fit"),
    ]
    assert not read_identifiers(cells.loc[[2, 3]], "rut", file="f", column="R", blank=True).faults


@pytest.mark.parametrize(
    "cell",
    [
        "12.345.678-5",
        "123456785",
        "mi rut es 12345678-5",
        "ana@x.cl",
        "ANA  soto",
        "Ana-Soto",
        "76.543",
        "76543-",
    ],
)
def test_what_may_be_an_id_is_not_shown(cell: str) -> None:
    show = discreet([pd.Series(["Ana Soto", None, 76543.0], dtype="object")])
    assert show(cell) == "(not shown: it may be an id)"


def test_a_rut_without_its_check_digit_is_not_shown_either() -> None:
    show = discreet([pd.Series(["60.803.000-K"], dtype="object")])
    assert show("60803000") == show(60803000.0) == "(not shown: it may be an id)"


def test_answers_are_shown_and_long_texts_are_not() -> None:
    show = discreet([pd.Series(["12", "99"], dtype="object")])
    assert show("99") == "99" and show("Muy satisfech@") == "Muy satisfech@" and show(7.0) == "7"
    assert show("x" * 41) == "(text of 41 signs)"


PEOPLE = pd.Series(["a", "b", "a", None, "a", None], index=[2, 3, 4, 5, 6, 7], dtype="object")
TIMES = {2: datetime.datetime(2020, 1, 3), 4: datetime.datetime(2020, 1, 1), 6: datetime.datetime(2020, 1, 3)}


@pytest.mark.parametrize(
    ("rule", "stays"), [("first_submitted", 4), ("last_submitted", 6), ("most_answered", 2)]
)
def test_one_row_a_person_stays(rule: str, stays: int) -> None:
    answered = pd.Series({2: 5, 3: 1, 4: 3, 5: 0, 6: 4, 7: 0})
    content = {2: "z", 4: "y", 6: "x", 3: "", 5: "", 7: ""}
    out = repeated(PEOPLE, rule=rule, answered=answered, times=TIMES, content=content)
    assert out == {row: stays for row in (2, 4, 6) if row != stays}
    assert repeated_rows(PEOPLE) == {4: 2, 6: 2}


@given(st.permutations([2, 4, 6]))
def test_ties_go_by_what_rows_say_and_not_by_their_order(order: list[int]) -> None:
    same = dict.fromkeys(order, datetime.datetime(2020, 1, 1))
    people = pd.Series("a", index=order, dtype="object")
    content = {2: "m", 4: "a", 6: "z"}
    for rule in ("first_submitted", "last_submitted", "most_answered"):
        out = repeated(people, rule=rule, answered=pd.Series(1, index=order), times=same, content=content)
        assert set(out.values()) == {4}
