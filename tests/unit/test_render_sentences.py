"""Findings in words: nothing is claimed that the interval does not carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from render_demo import context
from render_frames import frame, result

from trenza.render import report_numbers, sentences, sentences_strands
from trenza.render.reasons import call_on
from trenza.render.tables import show


def row(**values: Any) -> pd.Series:
    base = result(id="teachers_commitment", outcome="commitment", n=97, estimate=0.33, se=0.15, ci_low=0.03, ci_high=0.63,
                  p_value=0.03, effect=0.44, effect_ci_low=0.04, effect_ci_high=0.83, effect_kind="g", sesoi=0.25,
                  p_equivalence=0.8, p_holm=0.15)  # fmt: skip
    return frame("groups", [{**base, **values}]).iloc[0]


def test_verdicts() -> None:
    assert sentences.verdict(row()) == "higher"
    assert sentences.verdict(row(ci_low=-0.63, ci_high=-0.03)) == "lower"
    assert sentences.verdict(row(ci_low=-0.1)) == "open"
    assert sentences.verdict(row(ci_low=0.0)) == "open"
    assert sentences.verdict(row(ci_low=None)) == "open"
    assert sentences.verdict(row(p_equivalence=0.01)) == "equivalent"
    # A small p value is no licence: the interval decides.
    assert sentences.verdict(row(ci_low=-0.1, p_value=0.001)) == "open"


def test_not_significant_is_never_told_as_no_difference() -> None:
    open_row = row(
        estimate=0.11,
        ci_low=-0.13,
        ci_high=0.35,
        effect=0.18,
        effect_ci_low=-0.22,
        effect_ci_high=0.57,
        p_value=0.38,
    )
    said = sentences.comparison(context("cic2019", "en"), open_row)
    assert "The data do not decide" in said
    assert "control 0.22 SD higher" in said
    assert "participants 0.57 SD higher" in said
    assert "no difference" not in said.lower()
    assert "Los datos no deciden" in sentences.comparison(context("cic2019", "es"), open_row)


def test_equality_is_told_only_by_the_test_of_equivalence() -> None:
    view = context("cic2019", "en")
    assert "practically equal" in sentences.comparison(view, row(ci_low=-0.1, p_equivalence=0.02))
    assert "practically equal" not in sentences.comparison(view, row(ci_low=-0.1, p_equivalence=0.06))
    assert "practically equal" not in sentences.comparison(
        view, row(ci_low=-0.1, p_equivalence=None, sesoi=None)
    )


def test_holm_and_small_differences_are_told_beside_an_interval_above_zero() -> None:
    said = sentences.comparison(context("cic2019", "en"), row())
    assert "participants lie 0.33 points above control" in said
    assert "too small to matter (below 0.25 SD) is still within" in said
    assert "no longer stands out" in said
    kept = sentences.comparison(context("cic2019", "en"), row(p_holm=0.01, effect_ci_low=0.3))
    assert "stands out" not in kept
    assert "too small" not in kept


def test_a_difference_before_the_programme_is_called_so() -> None:
    before = row(
        id="before_cas88",
        outcome="cas88",
        ci_low=-12.0,
        ci_high=-11.0,
        estimate=-11.5,
        effect_ci_low=-1.2,
        effect_ci_high=-1.0,
    )
    said = sentences.comparison(context("p900", "en"), before)
    assert "before the programme began" in said
    assert "percentage points below other schools" in said


def test_equal_means_are_not_called_higher() -> None:
    said = sentences.comparison(context("cic2019", "en"), row(estimate=0.0004, ci_low=-0.3, ci_high=0.3))
    assert "the same to two decimals" in said


def test_overview_counts_every_outcome_once() -> None:
    table = context("cic2019", "en").table("groups")
    said = sentences.overview(context("cic2019", "en"), table.loc[table["source"] == "published"])
    assert "For one outcome the interval lies above zero" in said
    assert "For 4 outcomes the data do not decide" in said


def test_links_tell_both_sides_the_reason_and_what_holm_would_change() -> None:
    view = context("cic2019", "en")
    table = view.table("convergence").set_index("link", drop=False)
    said = sentences_strands.link(view, table.loc["commitment"])
    assert "The numbers support it: " in said
    assert "Both strands bear the proposition out." in said
    assert "With Holm's correction the call would be: partial agreement." in said
    assert "does not" not in said
    silent = sentences_strands.link(view, table.loc["leadership"])
    assert "No printed segment speaks of it; the interviews may." in silent


def test_calls_and_ratings_are_summed_up() -> None:
    view = context("cic2019", "en")
    said = sentences_strands.calls_overview(view, view.table("convergence"))
    assert said == (
        "Numbers and interviews meet in 4 links: 1 × agreement, 1 × partial agreement, 1 × silence and 1 × dissonance."
    )
    assert sentences_strands.ratings_overview(view, view.table("ratings")).startswith(
        "Of 6 rated items, “Participation of colleagues” has the highest mean, 3.47 (label inferred from the order in the figure), and “Time available” the lowest, 2.77, on"
    )


def test_regression_to_the_mean_names_its_three_numbers() -> None:
    view = context("p900", "es")
    said = sentences.reversion(view, view.table("mean_reversion"))
    assert said == [
        "Avance en Castellano 1988-92, en puntos porcentuales: diferencia observada de los avances 5,90 [5,30; 6,50]; "
        "esperada por los primeros puntajes (regresión a la media y eventual recuperación real) 4,10 [3,50; 4,70]; resto 1,80 [1,20; 2,40]."
    ]


def test_a_study_without_a_score_of_selection_gets_no_warning_about_it() -> None:
    p900, cic = context("p900", "en"), context("cic2019", "en")
    assert "cannot be read as an effect" in sentences.not_an_effect(p900, p900.table("groups"))
    assert sentences.not_an_effect(cic, cic.table("groups")) == ""
    only_before = p900.table("groups").iloc[:1]
    assert sentences.not_an_effect(replace(p900), only_before) == ""


def test_what_holm_changes_and_agreement_against_are_told_apart() -> None:
    view = context("cic2019", "en")
    table = view.table("convergence").copy()
    said = sentences_strands.calls_named(view, table)
    assert "Agreement: Participants practise their profession more openly." in said
    assert (
        "Allowing for the number of outcomes compared, “Participants practise their profession more openly” "
        "would be partial agreement." in said
    )
    first = table["link"] == "commitment"
    table.loc[first, ["quantitative_side", "qualitative_side"]] = "opposes"
    said = sentences_strands.calls_named(view, table)
    assert "Agreement against the proposition: Participants practise" in said
    assert "Agreement: " not in said


def test_an_inferred_label_is_told_with_its_link() -> None:
    view = context("cic2019", "en")
    row = view.table("convergence").set_index("link", drop=False).loc["time"].copy()
    assert "inferred" not in sentences_strands.link(view, row)
    row["finding"] = "describe:superiors"
    assert "(label inferred from the order in the figure)" in sentences_strands.link(view, row)


def test_spanish_verbs_follow_their_number() -> None:
    view = context("cic2019", "es")
    segments = view.table("segments").drop_duplicates("direction")
    assert "1 facilita, 1 dificulta y 1 es ambivalente" in sentences_strands.themes_overview(view, segments)
    said = sentences_strands.themes_overview(view, view.table("segments"))
    assert "son ambivalentes" in said


def test_differences_in_spanish_say_above_or_below() -> None:
    said = sentences.comparison(context("cic2019", "es"), row())
    assert "participantes, 0,33 puntos por sobre control" in said
    assert "diferencia estandarizada 0,44 DE" in said


def test_one_printed_total_is_told_in_the_singular() -> None:
    english, spanish = (context("cic2019", lang) for lang in ("en", "es"))
    assert report_numbers.totals_agree(english, 1, 0) == "The one printed total equals the sum of its cells."
    assert report_numbers.totals_agree(spanish, 1, 0).startswith("El único total publicado es igual")
    assert "The one printed total differs" in report_numbers.totals_agree(english, 1, 1)
    assert report_numbers.totals_agree(english, 3, 1).startswith("One of 3 printed totals differs")
    assert report_numbers.totals_agree(spanish, 3, 1).startswith("Uno de 3 totales publicados difiere")
    assert report_numbers.totals_agree(english, 3, 0).startswith("All 3 printed totals equal")
    assert report_numbers.totals_agree(spanish, 3, 2).startswith("2 de 3 totales publicados difieren")
    assert report_numbers.totals_agree(english, 0, 0) == ""


def test_a_call_of_two_strands_against_a_proposition_says_so_in_every_table() -> None:
    view = context("cic2019", "en")
    calls = view.table("convergence")
    row = calls[calls["link"] == "commitment"].iloc[0]
    assert call_on(view, row) == "●\u00a0agreement"
    turned = calls.assign(quantitative_side="opposes", qualitative_side="opposes")
    other = replace(view, tables={**view.tables, "convergence": turned})
    assert call_on(other, row) == "●\u00a0agreement, against it"
    assert "agreement, against it" in show("convergence", other)["Call"].iloc[0]
    dissonant = turned.loc[turned["call"] == "dissonance"].iloc[0]
    assert call_on(other, dissonant) == "✖\u00a0dissonance"
