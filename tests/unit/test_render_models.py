"""Multilevel models for readers: phrases, sentences, tables, figures and their words, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from render_demo import context
from render_models import fitted, p900_models, schools, teachers
from test_render_compare import example

from trenza.render import language, models, sentences_models
from trenza.render.alternatives import alt
from trenza.render.context import Context
from trenza.render.figures import draw
from trenza.render.language import LANGUAGES, untranslated
from trenza.render.report import report_markdown
from trenza.render.tables import show

ROOM = Path(__file__).parent
FIGURES = (
    "model_effects",
    "model_variance",
    "model_levels",
    "model_influence",
    "model_normality",
    "model_residuals",
    "model_bands",
)


def pieces() -> list[str]:
    raw = (ROOM / "model_phrases.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in raw if line and not line.startswith("#")]


@pytest.mark.parametrize("piece", pieces())
def test_every_piece_of_the_model_tables_has_its_spanish(piece: str) -> None:
    assert untranslated(example(piece)) == []


def test_every_phrase_of_fitted_tables_is_in_the_list_and_has_its_spanish() -> None:
    """Models that leave messages: blanks, rows of neither group, a redundant column, crossed groups, a category."""
    frame = schools().assign(
        twice=lambda d: 2 * d["cas88"], area=lambda d: d.index % 7, kind=lambda d: d.index % 3
    )
    frame["kind"] = frame["kind"].map({0: "a", 1: "b", 2: "c"})
    frame.loc[3, "cas88"] = None
    frame.loc[5, "group"] = "elsewhere"
    crossed = {
        "id": "x",
        "outcomes": ["mat92"],
        "formula": "group + kind + cas88 + twice + (1 | region) + (1 | area)",
    }
    tables = fitted(frame, [crossed], source="real", control="other", min_cell=5)
    said: list[Any] = [
        *tables["coef"]["method"],
        *tables["coef"]["note"],
        *tables["coef"]["coding"],
        *tables["fit"]["messages"],
    ]
    said += [*tables["fit"]["method"], *tables["coef"]["effect_kind"], *p900_models()["influence"]["method"]]
    found = {piece for value in said if isinstance(value, str) and value for piece in value.split("; ")}
    assert len(found) >= 9
    patterns = [re.compile(p) for p in pieces()]
    assert [piece for piece in found if not any(p.fullmatch(piece) for p in patterns)] == []
    assert [piece for piece in found if untranslated(piece)] == []


def report(view: Context, study: str) -> str:
    text = report_markdown(
        study, view.study, view.tables, view.items, view.codebook, view.links, view.lang, {}
    )
    start = text.index("{#h-models}")
    return text[start : text.index("\n## ", start)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_real_models_are_told_with_interval_df_p_and_what_was_held_equal(lang: str) -> None:
    view = context("p900", lang)
    model = models.models(view)[0]
    row = models.effect(view, model)
    assert row is not None
    said = sentences_models.effect(view, model)
    for part in (
        "Kenward-Roger",
        view.num(row["df"], 1),
        view.span(row["ci_low"], row["ci_high"]),
        language.p_phrase(row["p_value"], lang),
        view.num(row["estimate"]),
        language.listed(
            ["reading 1988", "mathematics 1988"] if lang == "en" else ["castellano 1988", "matemática 1988"],
            lang,
        ),
        "13 regions" if lang == "en" else "13 regiones",
    ):
        assert part in said, part
    for wrong in ("no effect", "sin efecto", "no hay efecto"):
        assert wrong not in said.lower()


def test_an_interval_that_holds_zero_leaves_the_matter_open() -> None:
    view = context("p900", "en")
    model = models.models(view)[0]
    wide = model.coef.assign(ci_low=-1.0, ci_high=5.0, effect_ci_low=-0.1, effect_ci_high=0.5)
    said = sentences_models.effect(view, model._replace(coef=wide))
    assert "no effect" not in said
    assert (
        view.t(
            "verdict_open",
            low="0.10",
            high="0.50",
            participants=view.group(view.participants),
            control=view.group(view.control),
        )
        in said
    )


def test_a_known_truth_is_held_against_the_interval() -> None:
    """10 points were put in; an interval from 11 misses them, one from 9 holds them."""
    view = context("cic2019", "en")
    study = {
        **view.study,
        "models": [{"id": "m", "source": "s"}],
        "sources": {"s": {"kind": "simulated", "simulate": {"pupils": {"effect": 10, "sd": 50}}}},
    }
    view = replace(view, study=study)
    model = models.models(context("cic2019", "en"))[0]._replace(analysis="m", outcome="after")
    for low, key in ((9.0, "holds what was put in"), (11.0, "does not hold what was put in")):
        said = sentences_models.effect(
            view, model._replace(coef=model.coef.assign(estimate=12.0, ci_low=low, ci_high=15.0))
        )
        assert key in said and "put in was a difference of 10.00" in said and "no finding" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_has_formula_reason_tables_and_how_the_fits_ended(lang: str) -> None:
    view = context("p900", lang)
    text = report(view, "p900")
    assert "`cas92, mat92 ~ group + cas88 + mat88 + (1 | region)`" in text
    why = {"en": "Because reasons.", "es": "Por razones."}
    entry = {"id": "region", "source": "schools", "outcomes": ["cas92", "mat92"], "why": why}
    told = replace(view, study={**view.study, "models": [entry]})
    assert why[lang] in report(told, "p900") and why[lang] not in text
    assert view.t("mod_all_well") in text and view.t("mod_no_messages") in text
    table = view.table("coef").assign(note="rows in neither group left out: 1432")
    noted = report(replace(view, tables={**view.tables, "coef": table}), "p900")
    assert language.phrase("rows in neither group left out: 1432", lang) in noted
    assert text.count("\n: ") == 3
    assert "&" not in text


def test_a_variance_of_zero_is_said_in_words_and_not_drawn() -> None:
    view = context("cic2019", "en")
    text = report(view, "cic2019")
    assert "Sense of professional community: the variance (level) between schools is estimated as 0" in text
    assert "it does not show that there is none" in text
    assert (
        "variance is 0 and the fit tells no level from another: Sense of professional community: schools"
        in alt("model_levels", view)
    )


def test_terms_and_groups_in_words() -> None:
    view = context("p900", "en")
    assert (
        models.term_words(view, "participant - other:cas88")
        == "P-900 schools \u2212 Other schools \u00d7 Reading 1988"
    )
    assert models.term_words(view, "kind[T.b]") == "kind: b"
    assert models.group_words(view, "school:class") == "classes within schools"
    assert models.short(["sim_school_01:c_1", "sim_school_12:c_2"]) == ["01:1", "12:2"]
    assert models.short(["7", "12"]) == ["7", "12"] and models.short(["only"]) == ["only"]


def test_shares_of_slopes_stand_together_and_all_shares_make_one() -> None:
    frame = schools()
    model = {"id": "slope", "outcomes": ["cas92"], "formula": "group + cas88 + (1 + cas88 | region)"}
    view = replace(
        context("p900", "en"), tables=fitted(frame, [model], source="real", control="other", min_cell=5)
    )
    found = models.shares(view, models.models(view)[0])
    assert [words for words, _ in found] == ["regions", "residual"]
    assert sum(share for _, share in found) == pytest.approx(1.0)
    shown = show("varcomp", view)
    assert "correlation of level and slope of reading 1988" in set(shown["What varies"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_alternatives_hold_the_values(study: str, lang: str) -> None:
    view = context(study, lang)
    said = {identifier: alt(identifier, view) for identifier in FIGURES}
    for model in models.models(view):
        row = models.effect(view, model)
        assert row is not None and view.num(row["effect"]) in said["model_effects"]
        for _, share in models.shares(view, model):
            assert language.percent(share, lang) in said["model_variance"]
        table = models.of_the_effect(view, model)
        assert view.num(table["without"].max()) in said["model_influence"]
    for identifier, words in said.items():
        assert words.count(":") >= 2, identifier


def test_six_hundred_levels_are_a_band_and_twenty_two_have_names() -> None:
    view = context("cic2019", "en")
    few = draw("model_levels", view)
    assert few is not None
    named = [t.get_text() for t in few.axes[0].get_xticklabels()]
    assert len(named) == 22 and set(named) == {f"{i:02d}" for i in range(1, 23)}
    modes = view.table("modes")
    one = modes.loc[modes["id"] == modes["id"].iloc[0]]
    many = pd.concat([one.head(20).assign(level=[f"{k}_{i}" for i in range(20)]) for k in range(30)])
    many = many.assign(rank=range(1, len(many) + 1))
    crowd = draw("model_levels", replace(view, tables={**view.tables, "modes": many}))
    assert crowd is not None and len(crowd.axes[0].get_xticklabels()) == 2
    assert len(crowd.axes[0].lines) < 10  # a band and a line, not six hundred of them


def test_one_cluster_that_alone_has_a_group_leaves_no_number_and_is_left_out() -> None:
    frame = teachers()
    frame["group"] = frame["school"].eq("sim_school_01").map({True: "participant", False: "control"})
    model = {"id": "m", "outcomes": ["comfort"], "covariates": [], "cluster": "school"}
    view = replace(context("cic2019", "en"), tables=fitted(frame, [model]))
    table = models.of_the_effect(view, models.models(view)[0])
    assert len(table) == 21 and "sim_school_01" not in set(table["level"])
    assert draw("model_influence", view) is not None


def test_new_units_have_a_band_where_they_are_alike() -> None:
    view = context("p900", "en")
    bins = view.table("residual_bins")
    assert draw("model_residuals", view) is not None
    bands = draw("model_bands", view)
    assert bands is not None and len(bands.axes) == bins["id"].nunique()
    weighted = view.table("residual_bins").assign(low=float("nan"), high=float("nan"))
    without = replace(view, tables={**view.tables, "residual_bins": weighted})
    assert draw("model_bands", without) is None and draw("model_residuals", without) is not None
