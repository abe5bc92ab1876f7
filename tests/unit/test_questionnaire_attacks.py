"""What a hostile or clumsy file must not do: pass in silence, say who somebody is, or end in a traceback."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from clean_cases import CONSENT, GROUP, HEADER, IDS, ITEMS, clean, faults_of, row
from scale_cases import item, scale

from trenza.contracts.faults import InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.questionnaire.answer_tables import answers_table, school_scores_table, told_alone
from trenza.questionnaire.export import _unique, read_export
from trenza.questionnaire.instrument import Instrument
from trenza.questionnaire.people import discreet

ROWS: list[list[Any]] = [
    ["12.345.678-5", "1", "sí", "P", "4", "1", "10", "x"],
    ["11.111.111-1", "1", "sí", "C", "3", "2", "20", "x"],
]


def changed(place: int, *cells: Any) -> list[list[Any]]:
    """The rows with other cells in one column."""
    return [[*r[:place], cell, *r[place + 1 :]] for r, cell in zip(ROWS, cells, strict=True)]


@pytest.mark.parametrize("number", ["1e300", "99999999999999999999", "12345678901234567"])
def test_a_whole_number_that_a_computer_cannot_hold_is_refused(number: str) -> None:
    columns = {**GROUP, "age": {"from": "Comentario", "type": "integer"}}
    found = faults_of(changed(7, number, "40"), columns=columns)
    assert [(r, c) for r, c, _ in found] == [("2", "Comentario")]


def test_a_published_sum_that_equals_a_missing_code_of_the_items_stays() -> None:
    items = [
        row("calm", "mood", 1, 4, missing_codes="8;0;99"),
        row("tense", "mood", 1, 4, missing_codes="8;0;99"),
        row("mood", "mood", 2, 8, score="sum", published="pub"),
    ]
    rows = [[*r, cell] for r, cell in zip([*ROWS, ROWS[0]], ["8", "0", "99"], strict=True)]
    done = clean(rows, header=[*HEADER, "pub"], items=items)
    assert sorted(done.data["published_mood"].dropna()) == [8.0]


def test_two_items_are_never_read_from_one_column() -> None:
    survey = SurveyFile(
        "f.sav", "", [["P", 1.0, 2.0]], 2, ["Grupo", "v1", "v2"], {1: "How calm?", 2: "How tense?"}, {}, {}
    )
    assert read_export(survey, tool="plain").columns[1].text == "How calm?"
    items = [
        row("calm", "mood", 1, 4, from_="calm"),
        row("tense", "mood", 1, 4, from_="Calm"),
        row("mood", "mood", 1, 4, score="mean"),
    ]
    assert ("1", "calm", "the column that calm is read from") in faults_of(ROWS, items=items)


def test_a_first_row_of_data_is_not_quoted() -> None:
    with pytest.raises(InputFaults) as error:
        clean(ROWS, header=["12.345.678-5", "1", "sí", "P", "4", "1", "10", "Ana Soto"], **IDS, **CONSENT)
    assert len(error.value.faults) == 1
    assert "345" not in str(error.value) and "Ana" not in str(error.value)
    with pytest.raises(InputFaults, match="somebody's RUT or e-mail"):
        clean(ROWS, header=["ana@escuela.cl", *HEADER[1:]])


def test_signs_without_width_make_no_other_person_and_no_other_header() -> None:
    person = {"person": {"from": "RUT", "type": "text"}}
    rows = changed(0, "ana@escuela.cl", "ana@escuela.cl\u200b")
    assert faults_of(rows, **person) == [("3", "RUT", "the same person as in row 2")]
    header = [h.replace("tense", "\ufefftense\u200b") for h in HEADER]
    assert clean(ROWS, header=header).data.equals(clean(ROWS).data)
    assert faults_of(changed(4, "4\u200b", "3")) == [("2", "calm", "'4(U+200B)'")]


@pytest.mark.parametrize("cell", ["-", "N/A", "na", "#N/A", "...", "\u200b"])
def test_a_sign_for_no_id_is_not_a_person(cell: str) -> None:
    found = faults_of(
        changed(0, cell, cell), person={"from": "RUT", "type": "text"}, repeated="most_answered"
    )
    assert [r for r, *_ in found] == ["2", "3"]


@pytest.mark.parametrize(
    "cell",
    ["12.345.678-9", "12 345 678-5", "12.345.678", "12345678", "987654321", "RUT 12345678-k", "a@b.cl"],
)
def test_what_looks_like_a_rut_or_a_telephone_number_is_not_shown(cell: str) -> None:
    assert cell not in discreet([])(cell)


@pytest.mark.parametrize("cell", ["5.3333333333", "1234", "120000", "2019", "3,14159265", "De acuerdo"])
def test_numbers_and_words_are_shown(cell: str) -> None:
    assert discreet([])(cell) == cell


def test_a_column_of_names_read_as_answers_shows_no_name() -> None:
    names = [
        f"{first} {last}" for first in ("Ana", "Luis", "Eva") for last in ["Soto", "Rojas", "Vera", "Díaz"]
    ]
    rows = [[*ROWS[0][:3], name, *ROWS[0][4:]] for name in names]
    for how in ({"columns": GROUP}, {"items": [{**ITEMS[0], "from": "Grupo"}, *ITEMS[1:]], "columns": {}}):
        with pytest.raises(InputFaults) as error:
            clean(rows, group=None, **how)
        assert len(error.value.faults) == len(names)
        assert not any(name.split()[0] in str(error.value) for name in names)


def test_words_that_many_people_gave_are_shown() -> None:
    assert faults_of(changed(4, "Algo", "Algo"))[0][2] == "'Algo'"


def test_of_five_thousand_equal_headers_each_is_renamed_once() -> None:
    class Counted(str):
        tried = 0

        def __format__(self, how: str) -> str:
            Counted.tried += 1
            return super().__format__(how)

    assert _unique([Counted("a") for _ in range(5000)])[-1] == "a (5000)"
    assert Counted.tried == 4999
    export = read_export(SurveyFile("f.csv", "", [["a"] * 5000, ["1"] * 5000]), tool="plain")
    assert len({column.name for column in export.columns}) == 5000


def test_the_mean_of_a_small_school_does_not_follow_from_the_mean_of_all() -> None:
    data = pd.DataFrame({"school": ["a"] * 8 + ["b"] * 6 + ["c"], "m": [1.0, 2.0] * 7 + [4.0]})
    shown = school_scores_table(data, (scale("m", [item("q")]),), "school", 5)
    hidden = len(data) - sum(r["n"] for r in shown)
    assert [r["n"] for r in shown] == [8] and hidden == 7
    whole = school_scores_table(data.iloc[:14], (scale("m", [item("q")]),), "school", 5)
    assert [r["n"] for r in whole] == [8, 6]


def test_an_end_of_the_range_is_told_of_all_only_where_no_group_joins_it() -> None:
    question = item("q")
    data = pd.DataFrame(
        {
            "group": ["p"] * 20 + ["c"] * 20,
            "q": [1.0] * 5 + [3.0] * 9 + [5.0] * 6 + [1.0] * 6 + [3.0] * 12 + [5.0] * 2,
        }
    )
    groups = {g: (data["group"] == g).to_numpy() for g in "pc"}
    rows = answers_table(data, Instrument((question,), (scale("s", [question]),), {}), groups, 5)
    alone = told_alone(rows, data, groups)
    # 8 of all people and 6 of the participants answered 5: the 2 of the control group are joined with 4.
    assert ("q", 1.0) in alone and ("q", 5.0) not in alone
    assert np.isfinite([r["share"] for r in rows]).all()


@pytest.mark.parametrize("name", ["teacher", "school", "extra_x"])
def test_an_item_never_takes_the_place_of_who_answered_or_of_a_choice(name: str) -> None:
    items = [
        row(name, "mood", 1, 4, from_="calm"),
        row("tense", "mood", 1, 4),
        row("mood", "mood", 1, 4, score="mean"),
    ]
    columns = {**GROUP, "extra": {"from": "Comentario", "options": {"x": "x"}}}
    found = faults_of(ROWS, items=items, columns=columns, **IDS)
    assert found == [("", "item", f"'{name}'")]
