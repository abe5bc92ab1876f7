"""Names and places marked by list and by rule; quotations that one person alone can have said."""

from __future__ import annotations

import pandas as pd
import pytest
from agreement_cases import documents
from hypothesis import given
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.qualitative.privacy import marked_names, single_out

LIST = pd.DataFrame([("María José", "Ana"), ("María", "Bea"), ("Lota", None)], columns=["name", "pseudonym"])


def marked(text: str, listed: pd.DataFrame = LIST, keep: tuple[str, ...] = ()) -> str:
    return str(marked_names(documents(d=text), listed, keep)[0]["text"].iloc[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MARIA  JOSÉ y maría de Lota", "Ana y Bea de [NAME]"),
        ("Marías y Lotana", "Marías y Lotana"),
        ("Mari\u0301a vino", "Bea vino"),
        ("La señora Carmen Soto dijo", "La señora [TITLE_AND_NAME] dijo"),
        ("el profe Juan de la Fuente llegó", "el profe [TITLE_AND_NAME] llegó"),
        ("la Escuela Básica F-85 y el liceo", "la Escuela [SCHOOL] y el liceo"),
        ("en la comuna de San Pedro de la Paz hay", "en la comuna de [PLACE] hay"),
        ("a ana.soto@colegio.cl o 12.345.678-k", "a [EMAIL] o [ID_NUMBER]"),
        ("llamar al +56 9 8765 4321 hoy", "llamar al [PHONE] hoy"),
        ("la profesora Jefe entró", "la profesora Jefe entró"),
        ("en 2019 subió 245 puntos, 1.500 niños", "en 2019 subió 245 puntos, 1.500 niños"),
        ("Escuela Arauco", "Escuela [SCHOOL]"),
        ("", ""),
    ],
)
def test_what_is_marked(text: str, expected: str) -> None:
    assert marked(text) == expected


def test_words_to_keep_and_the_table_of_what_was_found() -> None:
    assert marked("Escuela Arauco", keep=("arauco",)) == "Escuela Arauco"
    text = "Vino María, y la señora Soto."
    table = marked_names(documents(d=text), LIST)[1]
    assert [text[r.start : r.end] for r in table.itertuples()] == table["found"].tolist() == ["María", "Soto"]
    assert table["why"].tolist() == ["listed", "title_and_name"]


@given(st.text(alphabet="María José Lota.é\u0301 😀İß\n", max_size=60))
def test_no_listed_name_is_left_and_all_else_is_as_it_was(text: str) -> None:
    after, table = marked_names(documents(d=text), LIST)
    rebuilt, last = [], 0
    for r in table.itertuples():
        rebuilt += [text[last : r.start], r.replaced_by]
        last = r.end
    assert "".join([*rebuilt, text[last:]]) == after["text"].iloc[0]
    again = marked_names(after, LIST.loc[LIST["name"] == "María José"])[1]
    assert not (again["why"] == "listed").any()


def test_a_list_with_blanks_or_repeats_is_refused() -> None:
    listed = pd.DataFrame([("Ana", None), (" ", None), ("ANA", None)], columns=["name", "pseudonym"])
    with pytest.raises(InputFaults) as raised:
        marked("x", listed)
    assert "a blank cell" in str(raised.value) and "as in row 2" in str(raised.value)


PEOPLE = pd.DataFrame(
    [("p1", "head", "s1"), ("p2", "head", "s2"), ("p3", "head", "s3"), ("p4", "teacher", "s1"), ("p5", "teacher", "s1"), ("p6", "teacher", "s1")],
    columns=["person", "role", "school"],
)  # fmt: skip


def test_role_and_school_may_single_out_a_person() -> None:
    said = pd.DataFrame(
        [("q1", "p1", "head", "s1"), ("q2", "p4", "teacher", "s1"), ("q3", "p1", "head", None), ("q4", "p2", None, "s2")],
        columns=["quotation", "person", "role", "school"],
    )  # fmt: skip
    found = single_out(said, PEOPLE, threshold=3).set_index("quotation")
    assert found["n_people"].to_dict() == {"q1": 1, "q2": 3, "q3": 3, "q4": 1}
    assert found["singles_out"].to_dict() == {"q1": True, "q2": False, "q3": False, "q4": True}
    assert found.loc["q1", "enough_without"] == "role;school"
    assert found.loc["q4", "enough_without"] == "school"


def test_what_is_printed_must_be_known_of_the_person() -> None:
    said = pd.DataFrame([("q1", "p1", "teacher", "s1"), ("q2", "px", None, None)], columns=["quotation", "person", "role", "school"])  # fmt: skip
    with pytest.raises(InputFaults) as raised:
        single_out(said, PEOPLE, threshold=3)
    assert "'teacher'" in str(raised.value) and "'px'" in str(raised.value)
    with pytest.raises(InputFaults, match="column school"):
        single_out(said.drop(columns="school"), PEOPLE, threshold=3)
