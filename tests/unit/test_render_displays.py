"""Joint displays as readers see them: what is declared and cannot be shown says why, in both languages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trenza.contracts.display_tables import (
    BALANCES,
    CHECKS,
    INFERENCES,
    NOT_SHOWN,
    PASSED,
    QUADRANTS,
    SIDES,
    TESTS,
)
from trenza.contracts.tables import CONTRACTS
from trenza.render import language
from trenza.render.context import Context
from trenza.render.figures import draw
from trenza.render.markdown import Paper
from trenza.render.report_displays import section

LISTS = {
    "side_of_zero": SIDES, "theme_is": BALANCES, "quadrant": QUADRANTS, "pillar_check": CHECKS, "test": TESTS, "passed": PASSED,
    "inference": INFERENCES, "not_shown": NOT_SHOWN,
}  # fmt: skip
LABELS = {n: {"en": n.upper(), "es": n.upper()} for n in ("one", "two", "gain")}
STUDY: dict[str, Any] = {
    "labels": LABELS,
    "case_comparison": {"dimensions": [{"id": "strategy", "en": "Strategy", "es": "Estrategia"}]},
    "pillars": [{"id": "p", "en": "Trusting", "es": "Confiar", "links": ["a"]}],
    "process_tests": [{"id": "h", "en": "It worked", "es": "Resultó", "tests": [{"id": "t", "en": "Scores rise", "es": "Suben los puntajes"}]}],
}  # fmt: skip


def frame(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    blank = dict.fromkeys(CONTRACTS[name].names)
    return CONTRACTS[name].check(pd.DataFrame([{**blank, "study": "x", **row} for row in rows]))


def context(lang: str) -> Context:
    theme = {
        "part": "theme",
        "item": "trust",
        "kind": "published",
        "n_cases_total": 2,
        "hindering": 0,
        "ambivalent": 0,
    }
    school = {
        "id": "s", "outcome": "y", "kind": "simulated", "theme_kind": "simulated", "ci_level": 0.95, "shrinkage": 0.5, "n_segments": 2,
        "hindering": 0, "ambivalent": 0, "enabling": 2, "suppressed": False, "side": "undecided", "theme": "enabling", "balance": 1.0,
    }  # fmt: skip
    tables = {
        "case_comparison": frame(
            "case_comparison",
            {"programme": "one", "part": "dimension", "item": "strategy", "words_en": "From below", "words_es": "Desde abajo"},
            {"programme": "one", **theme, "direction": "enabling", "enabling": 2},
            {"programme": "one", "part": "effect", "item": "gain", "direction": "positive", "quality": "before_after", "value": 5.4, "unit": "SIMCE points"},
            {"programme": "two", "part": "dimension", "item": "strategy"},
            {"programme": "two", **theme, "direction": "not_reported", "enabling": 0},
            {"programme": "two", "part": "effect", "item": "not_measured", "direction": "not_measured", "words_en": "Nothing", "words_es": "Nada"},
        ),
        "school_level": frame(
            "school_level",
            {**school, "school": "sim_1", "mode": 1.0, "ci_low": -1, "ci_high": 3, "quadrant": "above_enabling"},
            {**school, "school": "sim_2", "mode": -1.0, "ci_low": -3, "ci_high": 1, "quadrant": "below_enabling"},
        ),
        "pillars": frame(
            "pillars",
            {"pillar": "p", "link": "a", "strand": "quantitative", "item": "compare:t_y", "value": 0.4, "low": 0.1, "high": 0.7, "unit": "SD", "kind": "real", "check": "matched", "call": "agreement"},
            {"pillar": "p", "link": "a", "strand": "qualitative", "item": "trust", "value": 2, "unit": "segments", "kind": "real", "check": "matched", "call": "agreement"},
            {"strand": "qualitative", "item": "time", "value": 1, "unit": "segments", "kind": "real", "check": "not_linked"},
        ),
        "process_tests": frame(
            "process_tests",
            {"hypothesis": "h", "test": "t", "kind": "smoking_gun", "passed": "yes", "passed_by": "declared", "inference": "confirmed", "where": "p. 3", "likelihood_ratio": 4.0, "prior_odds": 1.0, "posterior_odds": 4.0, "posterior": 0.8},
        ),
        "display_notes": frame("display_notes", {"display": "school_level", "id": "s", "reason": "scores_simulated"}),
    }  # fmt: skip
    items = pd.DataFrame({"item": ["y"], "label_en": ["Outcome"], "label_es": ["Resultado"], "unit": [""]})
    codes = pd.DataFrame(
        {"code": ["trust", "time"], "label_en": ["Trust", "Time"], "label_es": ["Confianza", "Tiempo"]}
    )
    return Context(tables, STUDY, items, codes, pd.DataFrame({"link": ["a"]}), lang)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_display_is_told_and_drawn(lang: str) -> None:
    ctx = context(lang)
    drawn = {i: f"{i}.svg" for i in ("case_matrix", "school_quadrants") if draw(i, ctx) is not None}
    assert len(drawn) == 2
    paper = Paper(ctx, drawn)
    section(paper, "x")
    text = paper.text()
    words = {
        "en": ["From below", "not told", "+5.4", "2+", "a made-up school has no interviews", "Trusting", "Trust (2)", "It worked", "4.00", "from 50.0% to 80.0%", "Time"],
        "es": ["Desde abajo", "no se indica", "+5,4", "2+", "una escuela inventada no tiene entrevistas", "Confiar", "Confianza (2)", "Resultó", "4,00", "de 50,0", "Tiempo"],
    }[lang]  # fmt: skip
    for word in words:
        assert word.lower() in text.lower(), word
    assert "None" not in text and "nan" not in text.lower().split()
    assert sorted(paper.shown) == ["case_matrix", "school_quadrants"]


def test_every_word_of_a_closed_list_has_its_text() -> None:
    for key, names in LISTS.items():
        for name in names:
            assert language.has_text("en", f"{key}_{name}"), f"{key}_{name}"


def test_a_simulated_school_is_stamped_and_a_study_without_displays_says_nothing() -> None:
    figure = draw("school_quadrants", context("en"))
    assert figure is not None and any(
        language.text("en", "simulated_stamp") in t.get_text() for t in figure.texts
    )
    nothing = Context({}, {"labels": {}}, pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), "en")
    assert draw("school_quadrants", nothing) is None and draw("case_matrix", nothing) is None
    paper = Paper(nothing, {})
    section(paper, "x")
    assert not paper.text().strip()


def test_numbers_by_theme_leave_blank_rows_out_and_say_how_many_are_shown_of_whom() -> None:
    """70 rows with a number and 5 without, no link, in a study of people: no schools, no dashes."""
    row = {
        "code": "trust",
        "statistic": "mean_with_code",
        "item": "y",
        "unit": "points",
        "kind": "real",
        "n_cases": 3,
    }
    table = frame("theme_statistics", *({**row, "item": f"y{k}", "value": float(k) if k < 70 else None} for k in range(75)))  # fmt: skip
    ctx = context("en")
    people = {**STUDY, "design": {"unit": "person"}}
    paper = Paper(Context({"theme_statistics": table}, people, ctx.items, ctx.codebook, ctx.links, "en"), {})
    section(paper, "x")
    said = paper.text()
    assert "No link joins themes to numbers here" in said and "every number that a link" not in said
    assert "Shown: 60 of 70" in said and "Left out are 5 rows without a number" in said
    assert "| People |" in said and "Schools" not in said and "| \u2013 |" not in said
    linked = Context(
        {"theme_statistics": table.assign(link="a")}, STUDY, ctx.items, ctx.codebook, ctx.links, "en"
    )
    paper = Paper(linked, {})
    section(paper, "x")
    assert "every number that a link" in paper.text() and "| Schools |" in paper.text()
