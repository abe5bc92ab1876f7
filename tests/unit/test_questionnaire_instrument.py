"""items.csv as an instrument: versions, scales, and everything that can be wrong between its rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from clean_cases import ITEMS, row

from trenza.contracts.faults import InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.questionnaire.export import Column, Export, read_export
from trenza.questionnaire.headers import find_column
from trenza.questionnaire.instrument import instrument_of
from trenza.questionnaire.instrument_check import check_instrument

VERSIONS = [
    row("goals", "lead", 1, 4, version="leader; teacher", from_="G1 | G2"),
    row("visits", "lead;work", 1, 4, version="teacher", reverse="yes"),
    row("budget", "lead", 1, 4, version="leader", missing_codes="8; 9 ;n/a"),
    row("own", "alone", 0, 10, from_="Own question"),
    row("gain", "reading", -100, 100),
    row("lead", "lead", 1, 4, score="mean", min_answered="0.75", published="Lead score"),
    row("work", "work", 1, 4, score="mean"),
]


def test_versions_share_a_scale_and_have_items_of_their_own() -> None:
    frame = pd.DataFrame(VERSIONS)
    leader, teacher = (instrument_of(frame, answer_words={}, version=v) for v in ("leader", "teacher"))
    assert [i.id for i in leader.items] == ["goals", "budget", "own"]
    assert [i.id for i in teacher.items] == ["goals", "visits", "own"]
    assert [(s.id, [i.id for i in s.items]) for s in leader.scales] == [("lead", ["goals", "budget"])]
    assert [(s.id, [i.id for i in s.items]) for s in teacher.scales] == [
        ("lead", ["goals", "visits"]),
        ("work", ["visits"]),
    ]
    assert [i.id for i in instrument_of(frame, answer_words={}).items] == ["goals", "visits", "budget", "own"]


def test_cells_are_taken_apart() -> None:
    made = instrument_of(pd.DataFrame(VERSIONS), answer_words={})
    goals, visits, budget, _ = made.items
    assert goals.headers == ("G1", "G2") and goals.versions == ("leader", "teacher") and not goals.reverse
    assert visits.scales == ("lead", "work") and visits.reverse and visits.headers == ()
    assert budget.missing_codes == ("8", "9", "n/a") and (budget.low, budget.high) == (1, 4)
    assert made.scales[0].min_answered == 0.75 and made.scales[0].published == "Lead score"
    assert made.scales[1].min_answered is None and made.scales[1].published == ""


def test_an_items_csv_without_the_optional_columns_is_no_instrument() -> None:
    old = [
        {k: r[k] for k in ("item", "scale", "min", "max", "reverse", "missing_codes", "unit", "stand_in")}
        for r in VERSIONS
    ]
    old = [{**r, "label_en": "a", "label_es": "b"} for r in old]
    assert instrument_of(pd.DataFrame(old), answer_words={}).items == ()
    assert check_instrument(old, {}, "items.csv") == []


@pytest.mark.parametrize("items", [ITEMS, VERSIONS])
def test_these_instruments_are_right(items: list[dict[str, str]]) -> None:
    assert check_instrument(items, {}, "items.csv") == []


def scale(**more: str) -> dict[str, str]:
    return row("s", "s", 1, 4, **{"score": "mean", **more})


A, B = row("a", "s", 1, 4), row("b", "s", 1, 4)
WRONG: list[tuple[list[dict[str, str]], str, str, str]] = [
    ([scale()], "2", "item", "scale s without items"),
    ([A, scale(reverse="yes")], "3", "reverse", "yes in the row of a scale"),
    ([A, scale(missing_codes="9")], "3", "missing_codes", "'9' in the row of a scale"),
    ([A, scale(words="agree_4")], "3", "words", "'agree_4' in the row of a scale"),
    ([A, scale(from_="S")], "3", "from", "'S' in the row of a scale"),
    ([A, scale(version="leader")], "3", "version", "leader"),
    ([A, row("b", "s", 1, 5), scale()], "4", "score", "mean of items of 1 to 4, 1 to 5"),
    (
        [A, row("b", "s", 1, 5), row("s", "s", 2, 9, score="sum")],
        "4",
        "score",
        "sum of items of 1 to 4, 1 to 5",
    ),
    ([A, B, row("s", "s", 1, 4, score="sum")], "4", "min", "1 to 4"),
    ([A, B, row("s", "s", 0, 100, score="mean")], "4", "min", "0 to 100"),
    ([A, B, row("s", "s", 1, 4, score="percent")], "4", "min", "1 to 4"),
    (
        [{**A, "version": "x;y"}, {**B, "version": "x"}, row("s", "s", 2, 8, score="sum")],
        "4",
        "score",
        "sum of 1 and 2 items by version",
    ),
    ([{**A, "words": "agre_4"}, scale()], "2", "words", "'agre_4'"),
    ([{**A, "words": "agree_5"}, scale()], "2", "words", "agree_5 with 1, 2, 3, 4, 5"),
    ([{**A, "missing_codes": "9;4.0"}, scale()], "2", "missing_codes", "4.0"),
    (
        [{**A, "missing_codes": "de acuerdo", "words": "agree_4"}, scale()],
        "2",
        "missing_codes",
        "'de acuerdo'",
    ),
    ([A, {**B, "from": "x|Á"}, scale()], "3", "from", "'a'"),
    ([{**A, "from": "Q1", "version": "x"}, {**B, "from": "q1 "}, scale()], "3", "from", "'q1'"),
    ([{**A, "scale": "s;t"}, scale()], "2", "scale", "t"),
    ([{**A, "published": "S"}, scale()], "2", "published", "'S' without a score"),
    ([{**A, "min_answered": "0.5"}, scale()], "2", "min_answered", "'0.5' without a score"),
    ([row("seconds", "s", 1, 4), scale()], "2", "item", "'seconds'"),
    ([row("flag_speed", "s", 1, 4), scale()], "2", "item", "'flag_speed'"),
]


@pytest.mark.parametrize(("items", "at", "column", "found"), WRONG, ids=[w[3] for w in WRONG])
def test_each_mistake_is_found_at_its_place(
    items: list[dict[str, str]], at: str, column: str, found: str
) -> None:
    faults = check_instrument(items, {}, "items.csv")
    assert [(f.row, f.column, f.found) for f in faults] == [(at, column, found)]


def test_what_is_legal() -> None:
    mixed = [A, row("p", "t", 0, 10), row("t", "t", 0, 100, score="percent", unit="%"), scale()]
    assert check_instrument(mixed, {}, "items.csv") == []  # a 1-4 mean beside a 0-100 score
    apart = [{**A, "from": "Q1", "version": "x"}, {**B, "from": "Q1", "version": "y"}, scale()]
    assert check_instrument(apart, {}, "items.csv") == []
    own = {"mine": {"1": {"en": ["a"], "es": ["b"]}, "2": {"en": ["c"], "es": ["d"]}}}
    assert check_instrument([{**A, "words": "mine"}, scale()], own, "items.csv") == []


def export(header: list[str], texts: list[str] | None = None) -> Export:
    made = read_export(SurveyFile("f.csv", "", [header, ["1"] * len(header)]), tool="plain")
    if texts is None:
        return made
    columns = tuple(Column(c.name, t) for c, t in zip(made.columns, texts, strict=True))
    return Export(made.file, made.tool, columns, made.frame)


@pytest.mark.parametrize(
    ("header", "texts", "wanted", "name"),
    [
        (["q1", "Q1"], None, ["q1"], "q1"),  # as it stands before near matches
        (["Satisfacción\n  laboral", "b"], None, ["satisfaccion laboral"], "Satisfacción\n  laboral"),
        (["q1", "q2"], ["How calm?", "How tense?"], ["how TENSE?"], "q2"),
        (["q1", "q2"], ["q2", "x"], ["q2"], "q2"),  # a name before a text
        (["q1", "q2"], None, ["old name", "Q2"], "q2"),
    ],
)
def test_headers_find_their_column(header: Any, texts: Any, wanted: list[str], name: str) -> None:
    assert find_column(export(header, texts), wanted, wanted_by="x").name == name


@pytest.mark.parametrize(
    ("header", "texts", "wanted", "found"),
    [
        (["Q 1", "q  1"], None, ["q 1"], "'q 1' fits 'Q 1', 'q  1'"),
        (["a", "b"], ["Same?", "same?"], ["Same?"], "'Same?' fits 'a', 'b'"),
        (["a", "b"], None, ["a", "B"], "'a' or 'B' fits 'a', 'b'"),
        (["a", "b"], None, ["c"], "no column 'c'"),
    ],
)
def test_headers_that_fit_two_columns_or_none(header: Any, texts: Any, wanted: list[str], found: str) -> None:
    with pytest.raises(InputFaults) as error:
        find_column(export(header, texts), wanted, wanted_by="x")
    (fault,) = error.value.faults
    assert (fault.row, fault.column) == ("1", "x") and fault.found.replace("\n", " ") == found


def test_a_long_header_is_not_listed_whole() -> None:
    with pytest.raises(InputFaults) as error:
        find_column(export([f"question {n}" for n in range(200)]), ["questoin 17"], wanted_by="x")
    assert "question 17" in str(error.value) and len(str(error.value)) < 500
