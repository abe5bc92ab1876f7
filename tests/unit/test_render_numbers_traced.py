"""Every number of a result's sentence or table is traced to cells, and tracing changes no letter of the report."""

from __future__ import annotations

import pytest
from render_demo import context
from render_lost import lost_numbers
from render_questionnaire import questionnaire_context
from render_schools import school_context, school_tables

from trenza.render.figures import FIGURES
from trenza.render.number_places import NumberPlace
from trenza.render.report import report_markdown, traced_report
from trenza.render.traced import MARKS


@pytest.fixture(scope="module")
def traced() -> tuple[str, list[NumberPlace]]:
    view = context("p900", "en")
    return traced_report("p900", view.study, view.tables, view.items, view.codebook, view.links, "en", {})


def test_no_number_of_a_sentence_or_table_is_without_its_cells(traced: tuple[str, list[NumberPlace]]) -> None:
    text, numbers = traced
    assert not MARKS.search(text)
    lost = [(n.section, n.element, n.shown, n.sentence) for n in numbers if n.kind == "derived"]
    assert not lost
    shares = {k: sum(n.kind == k for n in numbers) / len(numbers) for k in ("cell", "aggregate")}
    assert shares["cell"] > 0.5 and all(n.sources for n in numbers if n.kind in shares)


def test_the_report_is_the_same_letter_by_letter_without_a_trace(
    traced: tuple[str, list[NumberPlace]],
) -> None:
    """But for the example of how to follow a number, which needs one."""
    view = context("p900", "en")
    plain = report_markdown("p900", view.study, view.tables, view.items, view.codebook, view.links, "en", {})
    told = [line for line in traced[0].split("\n") if not line.startswith("For example, the number ")]
    text = "\n".join(told).replace("\n\n\n", "\n\n")
    assert text == plain.replace("\n\n\n", "\n\n")


def test_no_number_about_official_files_is_without_its_cells() -> None:
    """Of one test of the toy study, with the alternative texts of its figures."""
    tables = {n: t for n, t in school_tables().items() if {"grade", "subject"} <= set(t.columns)}
    one = {n: t.loc[(t["grade"] == "4b") & (t["subject"] == "lect")] for n, t in tables.items()}
    drawn = [i for i in FIGURES if i.startswith("school_") and i != "school_quadrants"]
    assert lost_numbers(school_context("es", **one), *drawn) == []


def test_no_number_about_questionnaires_is_without_its_cells() -> None:
    assert lost_numbers(questionnaire_context("en"), "questionnaire_") == []
