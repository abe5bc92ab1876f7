"""Panels for readers: the estimate that the design calls for, the naive one beside it, pictures and words in both languages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from panel_cases import SIMULATED, design, simulated
from render_frames import result
from render_lost import lost_numbers

from trenza.contracts.tables import CONTRACTS
from trenza.effects.panel import Resampling, panel_tables
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_choices import choice_tables
from trenza.effects.panel_placebos import PlaceboOutcome
from trenza.render import (
    figures_panels,
    figures_panels_choices,
    language,
    panels,
    sentences_panel_balance,
    sentences_panel_choices,
    sentences_panels,
)
from trenza.render.alternatives import alt
from trenza.render.context import Context
from trenza.render.figures import draw
from trenza.render.language import LANGUAGES
from trenza.render.markdown import stem
from trenza.render.report import report_markdown

WRONG = ("no effect of the", "had no effect", "sin efecto alguno", "no tuvo efecto")
ITEMS = pd.DataFrame(
    {
        "item": ["score"],
        "scale": ["simce"],
        "unit": ["points"],
        "label_en": ["Score"],
        "label_es": ["Puntaje"],
    }
)


@cache
def tables(source: str, cutoff: bool) -> dict[str, pd.DataFrame]:
    """A staggered programme, or one start with two tests and a cut-off beside it."""
    late = {
        "baseline_years": (2003,),
        "outcome_years": (2004,),
        "assignment": "school",
        "chosen_by": "cutoff",
    }
    changes: dict[str, Any] = late if cutoff else {**SIMULATED, "pool": "not_yet"}
    frame = (
        simulated(2, starts=(2004,))
        if cutoff
        else simulated(1, clusters=16, schools=3, treated=9, growth=3.0)
    )
    chosen = design(**changes)
    shared: dict[str, Any] = {
        "study": "made", "source": source, "ci_level": 0.95,
        "estimators": ["gain", "ancova", "group_time"] if cutoff else ["gain", "weighting", "two_way", "group_time"],
    }  # fmt: skip
    found = panel_tables(chosen, frame, resampling=Resampling(99, 19, 1), **shared)
    eighth = frame.assign(score=frame["score"] * 0.5)  # keeps half of the effect, so that it shows
    placebo = PlaceboOutcome("eighth", chosen, check_panel(chosen, eighth, study="made", source=source)[0])
    found |= choice_tables(chosen, frame, found["panel_effects"], **shared, placebo_outcomes=[placebo])
    if cutoff:
        rows = [
            result(study="made", id="cut", source=source, outcome="gain", term=term, n=40, estimate=e, ci_low=e - 2, ci_high=e + 2, p_value=0.2)
            for term, e in (("wald_no_running_variable", 5.09), ("fuzzy_rd_linear", 0.5))
        ]  # fmt: skip
        names = CONTRACTS["discontinuity"].names
        found = found | {"discontinuity": pd.DataFrame(rows).reindex(columns=names)}
    return found


def view(lang: str, source: str = "real", cutoff: bool = False) -> Context:
    entry: dict[str, Any] = {
        "id": "made", "source": "rows", "outcome": "score", "assignment": "school" if cutoff else "commune",
        "pool": "never" if cutoff else "not_yet", "chosen_by": "cutoff" if cutoff else "other",
        "discontinuities": ["cut"] if cutoff else [], "estimand": {"en": "the mean effect", "es": "el efecto medio"},
    }  # fmt: skip
    study: dict[str, Any] = {
        "title": {"en": "T", "es": "T"}, "summary": {"en": "S", "es": "S"}, "design": {"unit": "school", "limits": []},
        "sources": {}, "panels": [entry], "discontinuities": [{"id": "cut", "running": "distance", "outcome": "gain", "cutoff": 0, "eligible": "below", "bandwidth": 5}] if cutoff else [],
    }  # fmt: skip
    nothing = pd.DataFrame({"item": [], "code": [], "link": []})
    return Context(tables(source, cutoff), study, ITEMS, nothing, nothing, lang)


def section(ctx: Context) -> str:
    text = report_markdown(
        "made", ctx.study, ctx.tables, ctx.items, ctx.codebook, ctx.links, ctx.lang, dict.fromkeys(figures_panels.PAGE_FIGURES, "x.svg")
    )  # fmt: skip
    start = text.index("{#h-panels}")
    return text[start : text.index("\n## ", start)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_names_estimand_called_for_naive_power_and_trends(lang: str) -> None:
    ctx = view(lang)
    said = section(ctx)
    panel = panels.panels(ctx)[0]
    first = panels.lines(panel)[0]
    assert (first.key, first.role) == ("group_time", "called_for")
    for words in (
        {"en": "the mean effect", "es": "el efecto medio"}[lang],
        ctx.num(first.row["estimate"]),
        ctx.t("pan_naive_beside", line="").strip(),
        ctx.num(panel.tables["panel_detectable"]["mdes"].iloc[0]),
        ctx.t("pan_limit_open"),
    ):
        assert words in said.replace("\\", ""), words
    assert sentences_panel_balance.findings(ctx, panel)[0] in said.replace("\\", "")
    assert not [w for w in WRONG if w in said.lower()]
    assert said.count("![") == len(figures_panels.PAGE_FIGURES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_at_a_cut_off_gain_and_difference_in_differences_are_the_same_unsafe_number(lang: str) -> None:
    ctx = view(lang, cutoff=True)
    panel = panels.panels(ctx)[0]
    roles = {x.key: x.role for x in panels.lines(panel)}
    assert roles == {"fuzzy_rd": "called_for", "gain": "unsafe", "ancova": "beside", "group_time": "unsafe", "wald": "unsafe"}  # fmt: skip
    said = " ".join(sentences_panels.findings(ctx, panel))
    assert ctx.t("pan_same_number") in said
    wald, fuzzy = (f"{ctx.num(v)} {ctx.span(v - 2, v + 2)}" for v in (5.09, 0.5))
    assert ctx.t("pan_wald_beside", wald=wald, fuzzy=fuzzy, unit=ctx.t("unit_points")) in said
    # the interval of the called-for number, -1.5 to 2.5, leaves the matter open
    assert ctx.t("pan_holds_zero", low=ctx.num(-1.5), high=ctx.num(2.5), unit=ctx.t("unit_points")) in said
    summary = sentences_panels.summary(ctx)
    assert [kind for kind, _ in summary] == ["real"] and ctx.t("pan_verdict_open") in summary[0][1]
    assert draw("panel_events", ctx) is None  # a single test after the start is no event study


def test_nothing_of_the_spanish_section_stays_in_english() -> None:
    for cutoff in (False, True):
        ctx = view("es", cutoff=cutoff)
        said = section(ctx)
        for row in tables("real", cutoff)["panel_effects"].itertuples():
            assert language.untranslated(row.method) == [] and language.untranslated(row.note) == []
        for english in (" the ", " of ", " schools", "clustered", "assumes"):
            assert english not in said, english


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_have_values_in_words_and_simulated_ones_their_stamp(lang: str) -> None:
    for source in ("real", "simulated"):
        ctx = view(lang, source)
        stamp = ctx.t("simulated_stamp")
        for identifier in figures_panels.PAGE_FIGURES:
            figure = draw(identifier, ctx)
            if stem(identifier) != identifier:
                assert figure is None  # one analysis fills no further page
                continue
            assert figure is not None, identifier
            assert (stamp in {t.get_text() for t in figure.texts}) == (source == "simulated"), identifier
            words = alt(identifier, ctx)
            assert words.startswith(ctx.t(f"alt_{identifier}")) and any(c.isdigit() for c in words)
    assert sentences_panels.summary(view(lang, "simulated")) == []


def test_curves_of_many_analyses_are_told_page_by_page() -> None:
    one = view("en")
    ids = ("made", "second", "third")
    rows = {
        name: pd.concat([t.assign(id=i) for i in ids]) if "id" in t else t for name, t in one.tables.items()
    }
    study = {**one.study, "panels": [{**one.study["panels"][0], "id": i} for i in ids]}
    ctx = replace(one, tables=rows, study=study)
    drawn = [draw(name, ctx) for name in figures_panels_choices.PAGE_FIGURES]
    assert [None if f is None else len(f.axes) for f in drawn] == [4, 2, None]
    assert drawn[1] is not None and "(page 2 of 2)" in " ".join(t.get_text() for t in drawn[1].texts)
    words = [alt(name, ctx) for name in figures_panels_choices.PAGE_FIGURES]
    assert [w.count(" choices from ") for w in words] == [2, 1, 0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_choices_places_years_and_unmeasured_causes_are_said(lang: str) -> None:
    ctx = view(lang)
    panel = panels.panels(ctx)[0]
    choices, left_out, placebo, eighth, robustness, e_value = sentences_panel_choices.findings(ctx, panel)
    curve = panel.tables["panel_specifications"]
    safe = curve[curve["role"] != "unsafe"]["estimate"]
    assert ctx.num(safe.min()) in choices and ctx.num(safe.max()) in choices
    left = panel.tables["panel_left_out"].query("position > 0")
    assert ctx.num(left["estimate"].min()) in left_out and ctx.count(len(left)) in left_out
    year = panel.tables["panel_placebo"]["placebo_year"].dropna().iloc[0]
    assert str(int(year)) in placebo
    shown = panel.tables["panel_placebo"].query("placebo_outcome == 'eighth' and estimator == 'group_time'")
    assert ctx.num(shown["estimate"].iloc[0]) in eighth and "eighth" in eighth
    causes = panel.tables["panel_unmeasured"].set_index("estimator")
    assert language.percent(causes.loc["gain", "robustness"], lang) in robustness
    assert ctx.num(causes.loc["group_time", "e_value"]) in e_value
    for sentence in (choices, left_out, placebo, eighth, robustness, e_value):
        assert sentence in section(ctx).replace("\\", "")
    assert causes["method"].map(lambda m: language.untranslated(m) == []).all()


def test_a_study_without_panels_says_nothing_of_them() -> None:
    ctx = view("en")
    bare = Context({}, ctx.study, ctx.items, ctx.codebook, ctx.links, "en")
    assert panels.panels(bare) == []
    assert [i for i in figures_panels.PAGE_FIGURES if draw(i, bare) is not None] == []


@pytest.mark.parametrize(("lang", "share", "once"), [("en", "explain <1%", "counts each once"), ("es", "explicar <1 %", "cuenta cada una una vez")])  # fmt: skip
def test_a_share_above_0_is_never_told_as_0_and_two_tables_of_a_variable_say_why_they_differ(
    lang: str, share: str, once: str
) -> None:
    ctx = view(lang)
    panel = panels.panels(ctx)[0]
    little = panel.tables["panel_unmeasured"].assign(robustness=0.0025)
    shown = panel._replace(tables={**panel.tables, "panel_unmeasured": little})
    said = " ".join(sentences_panel_choices.findings(ctx, shown))
    assert share in said
    assert once in sentences_panel_balance.open_table(ctx, [panel])[0]


def test_no_number_is_without_its_cells() -> None:
    assert lost_numbers(view("en"), "panel_") == []
