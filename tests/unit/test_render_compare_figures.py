"""Figures of the comparison: every inference once, in the form of its role, simulated ones stamped."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import render_compare as made
from render_demo import OUTCOMES
from test_render_figures import words

from trenza.contracts.inference_tables import ROLES
from trenza.render import comparison
from trenza.render.alternatives import alt
from trenza.render.figures import draw
from trenza.render.figures_compare import LOOKS, methods
from trenza.render.figures_compare_equivalence import inner_limits
from trenza.render.language import LANGUAGES


def lines_of(ax: Any, role: str) -> list[Any]:
    return [
        line
        for line in ax.lines
        if line.get_marker() == LOOKS[role]["marker"] and line.get_markersize() == LOOKS[role]["size"]
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_inference_is_drawn_once_in_the_form_of_its_role(lang: str) -> None:
    view = made.view(lang)
    for number, block in enumerate(comparison.blocks(view), 1):
        figure = draw("inferences" if number == 1 else "inferences_2", view)
        assert figure is not None
        panels = [ax for ax in figure.axes if ax.get_visible()]
        assert len(panels) == len(OUTCOMES)
        for ax, (_, verdict) in zip(panels, block.verdicts.iterrows(), strict=True):
            there = block.inferences.loc[block.inferences["id"] == verdict["id"]]
            for role in ROLES:
                some = there.loc[(there["role"] == role) & there["p_value"].notna()]
                drawn = lines_of(ax, role)
                assert sorted(float(line.get_xdata()[0]) for line in drawn) == pytest.approx(
                    sorted(some["effect"])
                )
                assert all((line.get_markerfacecolor() == "#ffffff") == (role == "what_if") for line in drawn)
        assert (view.t("simulated_stamp") in words(figure)) == block.hollow
        missing = sum(w == view.t("cmp_not_computed") for w in words(figure))
        assert missing == (len(OUTCOMES) if block.stands_in else 0)
        assert len(methods(block)) == len(panels[0].get_yticks())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_the_figure_is_cut_off_or_runs_into_the_next(lang: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw("inferences", made.view(lang))
    assert figure is not None
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for key in figure.legends[0].get_texts():
        assert key.get_window_extent(canvas.get_renderer()).x1 <= figure.bbox.width
    for ax in [ax for ax in figure.axes if ax.get_visible()]:
        boxes = [t.get_window_extent(canvas.get_renderer()) for t in ax.get_xticklabels() if t.get_text()]
        assert all(left.x1 + 2 < right.x0 for left, right in pairwise(boxes))


def test_an_open_interval_ends_in_an_arrow_and_does_not_stretch_the_axis() -> None:
    tables = {k: v.copy() for k, v in made.simulated().items()}
    table = tables["inferences"]
    open_one = table.index[table["method"].str.startswith("wild")][0]
    table.loc[open_one, ["effect_ci_low", "effect_ci_high"]] = [-np.inf, np.inf]
    figure = draw("inferences", made.view("en", tables))
    assert figure is not None
    arrows = [line for line in figure.axes[0].lines if line.get_marker() in ("<", ">")]
    assert len(arrows) == 2
    assert figure.axes[0].get_xlim()[1] < 5


def test_equivalence_has_a_line_an_outcome_and_marks_what_was_detectable() -> None:
    view = made.view("en")
    figure = draw("equivalence", view)
    assert figure is not None
    for ax, block in zip(figure.axes, comparison.blocks(view), strict=True):
        marks = [line for line in ax.lines if line.get_color() == "#c9800a"]
        found = sorted({round(abs(float(line.get_xdata()[0])), 6) for line in marks})
        assert found == sorted({round(v, 6) for v in block.verdicts["mdes_sd"]})
    marks = [line.get_marker() for ax in figure.axes for line in ax.lines]
    assert (marks.count("s"), marks.count("o")) == (len(OUTCOMES), len(OUTCOMES))
    assert any("thick interval" in w for w in words(figure))


def test_the_interval_of_the_test_of_equivalence_is_drawn_where_the_table_has_it() -> None:
    tables = {k: v.copy() for k, v in made.simulated().items()}
    verdicts = tables["verdicts"].assign(equivalence_low=-0.1, equivalence_high=0.2)
    assert inner_limits(verdicts.iloc[0]) == (-0.1, 0.2)
    figure = draw("equivalence", made.view("en", {**tables, "verdicts": verdicts}))
    assert figure is not None
    assert any("90% interval" in w for w in words(figure))
    assert sum(list(line.get_xdata()) == [-0.1, 0.2] for line in figure.axes[0].lines) == len(OUTCOMES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_balance_names_band_by_form_and_level_by_label(lang: str) -> None:
    view = made.view(lang)
    figure = draw("balance", view)
    assert figure is not None
    said = words(figure)
    assert ("Gender: Women" if lang == "en" else "Género: Mujeres") in said
    marks = {line.get_marker() for line in figure.axes[0].lines} & {"o", "s", "D"}
    assert len(marks) == view.table("baseline")["band"].nunique()
    real = replace(view, tables={**view.tables, "baseline": made.baseline("real")})
    figure = draw("balance", real)
    assert figure is not None
    assert view.t("simulated_stamp") not in words(figure)


def test_a_baseline_row_without_a_difference_says_why() -> None:
    table = made.baseline("real").copy()
    table.loc[0, ["difference_sd", "band"]] = [np.nan, None]
    table.loc[0, "note"] = "nothing varies within the groups"
    table.loc[1, ["difference_sd", "band", "suppressed"]] = [np.nan, None, True]
    figure = draw("balance", made.view("en", {"baseline": table}))
    assert figure is not None
    assert {"nothing varies within the groups", "suppressed"} <= set(words(figure))


@pytest.mark.parametrize("n", [20, 2000])
def test_group_distributions_hold_every_simulated_row(n: int) -> None:
    random = np.random.default_rng(1)
    group = np.where(np.arange(2 * n) < n, "participant", "control")
    records = pd.DataFrame(
        {"source": "simulated", "group": group, **{o: random.normal(3, 1, 2 * n) for o in OUTCOMES}}
    )
    figure = draw("group_distributions", made.view("en", records=records))
    assert figure is not None
    for ax in figure.axes:
        dots = sum(len(c.get_offsets()) for c in ax.collections)
        assert dots == (2 * n if n == 20 else 0)
        assert len(ax.patches) > (2 if n == 2000 else 1)


def test_the_audit_map_is_that_of_the_audited_table() -> None:
    figure = draw("audit_sizes", made.view("es"))
    assert figure is not None
    assert "publicado: 48, 49" in words(figure)
    assert draw("audit_sizes_2", made.view("es")) is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "identifier",
    ["inferences", "inferences_2", "equivalence", "balance", "group_distributions", "audit_sizes"],
)
def test_figures_have_their_values_in_words(identifier: str, lang: str) -> None:
    said = alt(identifier, made.view(lang))
    assert len(said) > 120
    assert "nan" not in said
