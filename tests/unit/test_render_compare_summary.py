"""The comparison on the first page: plain words that claim no more than the section, and why p values differ."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import render_compare as made
from render_demo import context

from trenza.render import language, limits, report_audit, report_baseline, summary_compare
from trenza.render.context import Context
from trenza.render.language import LANGUAGES
from trenza.render.markdown import Paper


def test_the_summary_never_tells_simulated_rows() -> None:
    view = made.view("en", made.simulated())
    assert summary_compare.summary(view) == []
    kinds = [kind for kind, _ in summary_compare.summary(made.view("en"))]
    assert kinds == ["published"]


def rows_of(view: Context) -> pd.Series:
    """The published outcome whose interval leaves zero out."""
    verdicts = view.table("verdicts")
    return verdicts.loc[(verdicts["source"] == "published") & (verdicts["outcome"] == "commitment")].iloc[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_is_in_plain_words_and_gives_amount_range_and_chance(lang: str) -> None:
    view = made.view(lang)
    ((_, said),) = summary_compare.summary(view)
    for term in ("CR2", "Welch", "Holm", " SD", " DE", "interval", "ICC", "CCI"):
        assert term not in said, term
    assert not re.search(r": [A-ZÁÉÍÓÚ][a-z]+ (?:one|en) ", said)
    row = rows_of(view)
    between = ("between {} and {}" if lang == "en" else "entre {} y {}").format(
        view.num(row["ci_low"]), view.num(row["ci_high"])
    )
    assert between in said
    assert ("can arise by chance" if lang == "en" else "puede darse por azar") in said
    assert ("the data do not decide" if lang == "en" else "los datos no deciden") in said
    assert ("standard deviations" if lang == "en" else "desviaciones estándar") in said


def test_the_summary_says_what_chance_among_several_outcomes_can_do() -> None:
    tables = made.published()
    for p_holm, words in (
        (0.01, "This holds after allowing for chance"),
        (0.2, "a difference like this can"),
    ):
        changed = {**tables, "verdicts": tables["verdicts"].assign(p_holm=p_holm)}
        assert words in summary_compare.summary(made.view("en", changed))[0][1]
    # below zero the amounts keep their order, the smaller first
    lower = tables["verdicts"].copy()
    at = lower["outcome"] == "commitment"
    lower.loc[at, ["estimate", "ci_low", "ci_high"]] = [-0.3, -0.5, -0.1]
    said = summary_compare.summary(made.view("en", {**tables, "verdicts": lower}))[0][1]
    assert "participants are lower" in said and "between 0.10 and 0.50" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_several_p_values_of_one_outcome_are_reconciled_once(lang: str) -> None:
    view = made.view(lang)
    (said,) = report_audit.several_p(view, "table2")
    p = language.p_phrase(rows_of(view)["p_value"], lang)
    for part in (p, language.p_phrase(0.03, lang), language.p_phrase(0.15, lang)):
        assert part in said
    assert report_audit.several_p(made.view(lang, made.simulated(), made.audited()), "table2") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_limits_fit_the_design(lang: str) -> None:
    same, apart = context("cic2019", lang), context("ilt2012", lang)
    assert ("Within each school" if lang == "en" else "Dentro de cada escuela") in limits.limit_words(
        same, "self_selection"
    )
    said = limits.limit_words(apart, "self_selection")
    assert (
        "Whole schools were in one group"
        if lang == "en"
        else "Hubo escuelas con participación y escuelas sin ella"
    ) in said
    assert "same in all." in limits.limit_words(context("cic2019", "en"), "few_clusters")


def test_table_1_says_what_adjusts_and_how_many_schools_it_rests_on() -> None:
    view = made.view("en", {"baseline": made.baseline()})
    paper = Paper(view, {})
    report_baseline.baseline(paper)
    report = "\n".join(paper.lines)
    assert "The verdicts do not adjust for these variables" in report
    assert "school intercepts of the verdicts absorb it" in report
    adjust = (view.table("baseline")["band"] == "adjust").any()
    assert ("only such a model meets that condition" in report) == adjust
