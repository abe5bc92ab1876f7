"""Several choices in one cell, with every separator that the tools use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.survey_file import Cell
from trenza.questionnaire.multi_select import chosen

OPTIONS = {"Matemática": "m", "Lenguaje, Comunicación": "lc", "Lenguaje": "l", "Educación Física": "ef"}


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("Matemática;Lenguaje", {"m", "l"}),
        ("matematica, EDUCACION  FISICA", {"m", "ef"}),
        ("Matemática\r\nLenguaje\n", {"m", "l"}),
        ("Lenguaje | Matemática", {"l", "m"}),
        ("Lenguaje, Comunicación, Matemática", {"lc", "m"}),
        ("Lenguaje, Matemática,", {"l", "m"}),
        ("Lenguaje,,Lenguaje", {"l"}),
        ("", set()),
        (None, set()),
        (" ; ", set()),
        ("Lenguaje, Música", None),
        ("Lenguajes", None),
        ("Lenguaje Matemática", None),
        ("Lenguaje; Comunicación", None),
        (3.0, None),
    ],
)
def test_choices_of_a_cell(cell: Cell, ids: set[str] | None) -> None:
    assert chosen(cell, OPTIONS) == ids


def test_codes_between_blanks_as_kobo_has_them() -> None:
    assert chosen("mat len", {"mat": "m", "len": "l"}) == {"m", "l"}
    assert chosen("1 3", {"1": "a", "3": "c"}) == {"a", "c"}
    assert chosen(1.0, {"1": "a", "3": "c"}) == {"a"}
    assert chosen("x", {}) is None


def test_the_longest_option_gives_way_where_the_rest_could_not_be_read() -> None:
    assert chosen("A, B, C", {"A": "a", "A, B": "ab", "B, C": "bc"}) == {"a", "bc"}
    assert chosen("A, B", {"A": "a", "A, B": "ab", "B": "b"}) == {"ab"}
    assert chosen("A," * 20_000, {"A": "a", "A,A": "aa"}) == {"aa"}


WORD = st.from_regex(r"[a-zñáé]{1,8}( [a-z]{1,4})?", fullmatch=True)


@settings(deadline=None)
@given(
    st.lists(WORD, min_size=1, max_size=6, unique=True), st.data(), st.sampled_from([", ", ";", " | ", "\n"])
)
def test_what_was_joined_is_taken_apart(words: list[str], data: st.DataObject, mark: str) -> None:
    options = {
        word: f"id_{i}" for i, word in enumerate({w.translate(str.maketrans("ñáé", "nae")) for w in words})
    }
    picked = data.draw(st.lists(st.sampled_from(sorted(options)), unique=True))
    assert chosen(mark.join(picked), options) == {options[word] for word in picked}


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_cell_ends_in_a_traceback(text: str) -> None:
    found = chosen(text, OPTIONS)
    assert found is None or found <= set(OPTIONS.values())
