"""The grammar of links.csv and the checks of its rows."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.triangulate.levels import Joins
from trenza.triangulate.links import (
    Expectation,
    Known,
    NamedCode,
    check_links,
    parse_code,
    parse_expects,
    split_codes,
    split_findings,
)

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = {"compare:teachers_commitment", "model:teachers_commitment", "describe:time"}
CODES = {"trust", "refinement"}
GOOD = {
    "link": "one", "proposition_en": "It is so", "proposition_es": "Es así",
    "finding": "compare:teachers_commitment", "expects": "higher", "codes": "trust;refinement",
    "code_expects": "enabling", "level": "study", "rationale_en": "Since it is", "rationale_es": "Porque es",
}  # fmt: skip


def places(*rows: dict[str, str]) -> list[tuple[str, str]]:
    return [(f.row, f.column) for f in check_links(rows, FINDINGS, CODES, "links.csv")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("higher", Expectation("higher")),
        ("lower", Expectation("lower")),
        ("no_difference", Expectation("no_difference")),
        ("highest", Expectation("highest")),
        ("lowest", Expectation("lowest")),
        ("at_least 3", Expectation("at_least", 3.0)),
        ("at_most -2.5", Expectation("at_most", -2.5)),
        ("at_least", None),
        ("at_least three", None),
        ("at_least 3,5", None),
        ("at_least nan", None),
        ("at_least  3", None),
        ("higher 3", None),
        ("Higher", None),
        ("", None),
    ],
)
def test_grammar_of_expects(text: str, expected: Expectation | None) -> None:
    assert parse_expects(text) == expected


@given(st.decimals(-1000, 1000, places=2))
def test_a_bound_is_read_as_it_is_written(bound: object) -> None:
    parsed = parse_expects(f"at_least {bound}")
    assert parsed is not None
    assert parsed.bound == float(str(bound))


@given(st.text(max_size=30))
def test_any_text_at_all_is_a_fault_and_never_an_error(text: str) -> None:
    for column in GOOD:
        for fault in check_links([{**GOOD, column: text}], FINDINGS, CODES, "f"):
            assert fault.row == "2"
            assert fault.found
            assert fault.allowed


def test_codes_are_split_in_their_order() -> None:
    assert split_codes("b; a;c") == ["b", "a", "c"]


def test_the_shipped_links_are_right() -> None:
    folder = ROOT / "config" / "studies" / "cic2019"
    with (folder / "links.csv").open(encoding="utf-8", newline="") as handle:
        links = list(csv.DictReader(handle))
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as handle:
        codes = {r["code"] for r in csv.DictReader(handle) if r["codable"] == "yes"}
    outcomes = ("collaboration", "comfort", "commitment", "leadership", "community")
    findings = {f"compare:teachers_{o}" for o in outcomes} | {
        f"describe:{i}" for i in ("time", "superiors", "materials")
    }
    assert check_links(links, findings, codes, "links.csv") == []
    assert check_links([], findings, codes, "links.csv") == []


def test_all_mistakes_of_all_rows_come_at_once() -> None:
    assert places(
        GOOD,
        {**GOOD, "link": "one"},
        {**GOOD, "link": "Two"},
        {**GOOD, "link": "three", "finding": "compare:teachers_committment"},
        {**GOOD, "link": "four", "finding": "effects:teachers_commitment"},
        {**GOOD, "link": "five", "finding": "describe:time", "expects": "higher"},
        {**GOOD, "link": "six", "expects": "lowest"},
        {**GOOD, "link": "seven", "expects": "rather higher"},
        {**GOOD, "link": "eight", "codes": "trust;nowhere;folder;trust"},
        {**GOOD, "link": "nine", "codes": ""},
        {**GOOD, "link": "ten", "code_expects": "good"},
        {**GOOD, "link": "eleven", "proposition_es": " ", "rationale_en": ""},
        {**GOOD, "link": "twelve", "finding": "describe:time", "expects": "at_least 3"},
        {**GOOD, "link": "thirteen", "finding": "model:teachers_commitment", "expects": "at_most 3"},
    ) == [
        ("3", "link"),
        ("4", "link"),
        ("5", "finding"),
        ("6", "finding"),
        ("7", "expects"),
        ("8", "expects"),
        ("9", "expects"),
        ("10", "codes"),
        ("10", "codes"),
        ("10", "codes"),
        ("11", "codes"),
        ("12", "code_expects"),
        ("13", "proposition_es"),
        ("13", "rationale_en"),
        ("15", "expects"),
    ]


JOINS = Joins(frozenset({"teacher", "principal"}), "teacher", frozenset({"model:teachers_commitment"}))


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"level": "planet"}, "level", "study, role, school, person"),
        ({"level": "person"}, "level", "name a school and a role"),
        ({"level": "school"}, "level", "compare:teachers_commitment: no source of records or answers"),
        ({"level": "role", "roles": "teacher;cook"}, "roles", "roles of the segments: principal, teacher"),
        ({"level": "study", "roles": "teacher"}, "roles", "blank: roles belong to level role"),
        ({"level": "role", "codes": "Clima = hindering"}, "level", "segments typed with their role"),
        ({"level": "school", "codes": "Clima"}, "level", "segments typed with their school"),
    ],
)
def test_levels_that_cannot_be_joined_are_refused_with_the_reason(
    cells: dict[str, str], column: str, said: str
) -> None:
    known = Known(CODES, frozenset({"Clima"}))
    (fault,) = check_links([{**GOOD, **cells}], FINDINGS, known, "links.csv", JOINS)
    assert (fault.row, fault.column) == ("2", column)
    assert said in fault.allowed


def test_levels_that_can_be_joined() -> None:
    rows = [
        {**GOOD, "level": "role"},
        {**GOOD, "link": "two", "level": "role", "roles": "teacher; principal"},
        {**GOOD, "link": "three", "level": "school", "finding": "model:teachers_commitment"},
    ]
    assert check_links(rows, FINDINGS, CODES, "f", JOINS) == []
    (fault,) = check_links(rows[:1], FINDINGS, CODES, "f", Joins(frozenset({"principal"}), "teacher"))
    assert fault.column == "roles" and "the unit of the design" in fault.found
    (none,) = check_links(rows[:1], FINDINGS, CODES, "f", Joins())
    assert "a source that holds segments" in none.allowed


def test_several_findings_of_a_link() -> None:
    both = "compare:teachers_commitment; model:teachers_commitment"
    assert places({**GOOD, "finding": both}) == []
    assert places({**GOOD, "finding": f"{both};describe:time", "expects": "higher;lower;lowest"}) == []
    assert places({**GOOD, "finding": f"{both};describe:time"}) == [("2", "expects")]
    assert places({**GOOD, "finding": both, "expects": "higher;lower;lowest"}) == [("2", "expects")]
    assert places({**GOOD, "finding": "compare:teachers_commitment;compare:nowhere"}) == [("2", "finding")]
    assert places({**GOOD, "finding": "describe:time;describe:time", "expects": "lowest"}) == [
        ("2", "finding")
    ]
    assert split_findings("a; b", "higher") == [("a", "higher"), ("b", "higher")]


def test_codes_of_coded_projects_may_say_what_their_presence_means() -> None:
    known = Known({"trust"}, {"Falta de tiempo", "c1"}, {"Clima"})

    def found(codes: str) -> list[str]:
        return [f.found for f in check_links([{**GOOD, "codes": codes}], FINDINGS, known, "f")]

    assert found("trust; Falta de tiempo = hindering; c1") == []
    assert found("Clima") == ["'Clima', the name of several codes of the project"]
    assert found("trust = enabling") == [
        "'trust = enabling': the segments of this code have directions of their own"
    ]
    assert found("c1 = bad") == ["'c1 = bad'"]
    assert parse_code("a = b = ambivalent") == NamedCode("a = b", "ambivalent")


def test_allowed_findings_are_named() -> None:
    (fault,) = check_links([{**GOOD, "finding": "compare:x"}], FINDINGS, CODES, "f")
    assert fault.allowed == "compare:teachers_commitment"
    (none,) = check_links([{**GOOD, "finding": "compare:x"}], set(), CODES, "f")
    assert none.allowed == "nothing: the study has no compare finding that is not simulated"


def test_a_comma_outside_quotes_is_found() -> None:
    text = ",".join(GOOD) + "\n" + ",".join(GOOD.values()) + ", as one can see\n"
    (fault,) = check_links(list(csv.DictReader(StringIO(text))), FINDINGS, CODES, "f")
    assert fault.found == "more cells than the header"


def test_a_row_that_stops_early_has_blank_cells() -> None:
    text = ",".join(GOOD) + "\n" + ",".join([*GOOD.values()][:-2]) + "\n"
    faults = check_links(list(csv.DictReader(StringIO(text))), FINDINGS, CODES, "f")
    assert [f.column for f in faults] == ["rationale_en", "rationale_es"]


def test_missing_columns_of_links() -> None:
    short = {k: v for k, v in GOOD.items() if k not in ("level", "codes")}
    assert places(short) == [("1", "codes"), ("1", "level")]
