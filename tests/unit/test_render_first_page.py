"""The first page: at most 350 words and one picture, plain words, no finding from simulated rows."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from render_demo import context

from trenza.render.context import Context
from trenza.render.figures_first_page import picture_lines
from trenza.render.first_page import first_page, within
from trenza.render.markdown import Paper

JARGON = r"(?i)\b(confidence|intervalo? de confianza|p value|valor p|SD|hedges|standard deviation|desviación|null|regression|alpha|kappa|Holm|MDES|significan\w+)\b"


@cache
def page(study: str, lang: str) -> str:
    paper = Paper(context(study, lang), {"first_page": "first_page.svg", "ratings": "ratings.svg"})
    first_page(paper, study)
    return paper.text()


def visible(text: str) -> str:
    """What a reader sees of the page without its picture."""
    return re.sub(r"^(:::.*|!\[.*|#+ )|\{#[^}]*\}|\\", "", text, flags=re.M)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_one_page_in_plain_words_with_one_picture(study: str, lang: str) -> None:
    said = page(study, lang)
    assert len(visible(said).split()) <= 350
    assert not re.search(JARGON, visible(said)), re.search(JARGON, visible(said))
    assert said.count("![") == 1 and re.findall(r"\{#(h-page[a-z-]*)", said) == [
        "h-page", "h-page-done", "h-page-found", "h-page-sure", "h-page-not",
    ]  # fmt: skip
    assert "[" not in visible(said)  # no intervals in brackets


def test_what_the_numbers_do_not_decide_is_told_as_that() -> None:
    said = page("cic2019", "en")
    assert "higher on 1 of 5 measures: Commitment" in said and "On 4 of 5 the numbers do not decide" in said
    assert "Not very." in said and "nobody was assigned by lot" in said
    assert [x.decided for x in picture_lines(context("cic2019", "en"))].count(True) == 1


def test_strands_that_agree_against_a_statement_do_not_bear_it_out() -> None:
    view = context("cic2019", "en")
    calls = view.table("convergence")
    turned = calls.assign(
        quantitative_side=calls["quantitative_side"].where(calls["link"] != "commitment", "opposes"),
        qualitative_side=calls["qualitative_side"].where(calls["link"] != "commitment", "opposes"),
    )
    paper = Paper(replace(view, tables={**view.tables, "convergence": turned}), {})
    first_page(paper, "cic2019")
    said = paper.text()
    assert "Both bear out 0. Both speak against 1: Participants practise their profession more openly" in said
    assert "Both bear out 1: Participants practise their profession more openly" in page("cic2019", "en")


def test_a_rise_of_schools_chosen_for_low_scores_is_no_effect() -> None:
    said = page("p900", "en")
    assert "not the work of the programme" in said and "all of the rise is due to the programme" in said


@pytest.mark.parametrize("lang", ["en", "es"])
def test_simulated_rows_alone_hold_no_finding_and_no_picture(lang: str) -> None:
    sources = {"rows_simulated": {"kind": "simulated", "holds": "records"}}
    study = {"summary": {"en": "S.", "es": "S."}, "sources": sources, "design": {"group": "g", "limits": []}}
    nothing = pd.DataFrame()
    paper = Paper(Context({}, study, nothing, nothing, nothing, lang), {"first_page": "x.svg"})
    first_page(paper, "s")
    said = paper.text()
    assert ("nothing. Every number" if lang == "en" else "nada. Todos los números") in said
    assert ("about the real programme" if lang == "en" else "sobre el programa real") in said
    assert "![" not in said and not re.search(r"\d", said)


def test_a_part_keeps_its_first_sentence_and_what_fits() -> None:
    assert within(["a b c", "d e f g", "h"], 4) == ["a b c", "h"]
    assert within(["a b c d e"], 2) == ["a b c d e"]
