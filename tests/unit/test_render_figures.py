"""Figures: which are drawn, what they say, and the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from render_demo import cic_tables, context
from render_frames import frame, result

from trenza.render.context import Context
from trenza.render.estimates import panels
from trenza.render.figures import FIGURES, draw, draw_all
from trenza.render.language import LANGUAGES
from trenza.render.style import save

MODELS = [
    "model_effects",
    "model_variance",
    "model_levels",
    "model_influence",
    "model_normality",
    "model_residuals",
    "model_bands",
]
CIC = [
    "first_page",
    *MODELS,
    "participants",
    "ratings",
    "themes_by_role",
    "joint_display",
    "group_distributions",
    "balance",
    "inferences",
    "inferences_2",
    "equivalence",
    "audit_sizes",
]
P900 = [
    *MODELS,
    "inferences",
    "inferences_2",
    "equivalence",
    "baseline",
    "estimates",
    "discontinuity",
    "gain_without_programme",
]
STAMPED = {
    "cic2019": {*MODELS, "group_distributions", "balance", "inferences_2", "equivalence"},
    "p900": set(),
}


def dots(figure: Any) -> int:
    """Marks that are drawn as clouds of points."""
    return sum(len(c.get_offsets()) for ax in figure.axes for c in ax.collections)


def words(figure: Any) -> list[str]:
    def visible() -> Iterator[str]:
        for text in figure.findobj(Text):
            if text.get_text().strip():
                yield " ".join(text.get_text().split())

    figure.draw_without_rendering()
    ticks = [t.get_text() for ax in figure.axes for t in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return [*visible(), *ticks]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("study", "ids"), [("cic2019", CIC), ("p900", P900)])
def test_figures_that_have_data_are_drawn(study: str, ids: list[str], lang: str) -> None:
    view = context(study, lang)
    stamp = view.t("simulated_stamp")
    for identifier in FIGURES:
        figure = draw(identifier, view)
        assert (figure is not None) == (identifier in ids), identifier
        if figure is not None:
            assert (stamp in words(figure)) == (identifier in STAMPED[study]), identifier


def test_nothing_is_drawn_from_nothing() -> None:
    view = replace(context("cic2019", "en"), tables={})
    assert [i for i in FIGURES if draw(i, view) is not None] == []


def test_an_unknown_figure_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="equivalence"):
        draw("pie", context("cic2019", "en"))


def test_files_are_the_same_bytes_twice_and_no_part_is_left(tmp_path: Path) -> None:
    view = context("cic2019", "es")
    for turn in ("one", "two"):
        for identifier in ("equivalence", "themes_by_role"):
            figure = draw(identifier, view)
            assert figure is not None
            save(figure, tmp_path / turn, identifier, "es")
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert names == [f"{i}.figure.es.{k}" for i in ("equivalence", "themes_by_role") for k in ("png", "svg")]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_draw_all_returns_ids_and_svg_names(tmp_path: Path) -> None:
    view = context("p900", "en")
    written = draw_all(view.tables, view.study, view.items, view.codebook, view.links, "en", tmp_path)
    assert written == {i: f"{i}.figure.en.svg" for i in FIGURES if i in P900}
    assert all(
        (tmp_path / n).is_file() and (tmp_path / n.replace(".svg", ".png")).is_file()
        for n in written.values()
    )


def test_rows_of_real_people_are_never_drawn_one_by_one() -> None:
    tables = cic_tables()
    view = replace(context("cic2019", "en"), tables=tables)
    assert dots(draw("group_distributions", view)) == 5 * (48 + 49)
    tables["records"] = tables["records"].assign(source="real")
    assert dots(draw("group_distributions", replace(view, tables=tables))) == 0


def test_inferred_labels_have_a_dagger() -> None:
    figure = draw("ratings", context("cic2019", "en"))
    assert figure is not None
    said = words(figure)
    assert "Participation of colleagues \u2020" in said
    assert "Time available" in said
    assert any(s.startswith("\u2020 Label inferred") for s in said)


def test_bins_at_the_cut_off_are_not_joined_and_axes_are_named() -> None:
    figure = draw("discontinuity", context("p900", "en"))
    assert figure is not None
    marks = [line for ax in figure.axes for line in ax.lines if line.get_marker() in ("o", "s")]
    assert marks
    assert all(line.get_linestyle() == "None" for line in marks)
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    assert any("does not start at zero" in s for s in words(figure))


def test_figures_speak_the_language() -> None:
    figure = draw("equivalence", context("cic2019", "es"))
    assert figure is not None
    said = words(figure)
    assert "Diferencias frente al menor efecto de interés" in said
    assert "0,44 [0,04; 0,84]" in said
    assert any("±0,25 DE" in s for s in said)
    assert not any("0.25" in s for s in said)


def test_only_estimates_of_one_scale_and_unit_share_an_axis() -> None:
    view = context("p900", "en")
    other = frame(
        "groups",
        [
            result(
                id="gains_gain_mat",
                outcome="gain_mat",
                source="real",
                n=10,
                estimate=1.0,
                ci_low=0.0,
                ci_high=2.0,
            )
        ],
    )
    figure = draw("estimates", view)
    assert figure is not None
    assert [a.get_title(loc="left") for a in figure.axes] == ["Reading"]
    alone = Context({**view.tables, "groups": other}, view.study, view.items, view.codebook, view.links, "en")
    again = draw("estimates", alone)
    # One estimate of mathematics has nothing to stand beside; the plain one of reading is that of the mean reversion.
    assert again is not None
    assert [a.get_title(loc="left") for a in again.axes] == ["Reading"]
    assert any("Plain difference" in s for s in words(again))


def test_plain_expected_and_remaining_difference_are_of_the_same_rows() -> None:
    view = context("p900", "en")
    more = view.tables["groups"].assign(estimate=6.5, n=9999)
    shown = panels(replace(view, tables={**view.tables, "groups": more}))
    by = {x.kind: x for x in shown[0].lines if x.outcome == "gain_cas"}
    assert by["naive"].estimate - by["expected"].estimate == pytest.approx(by["remainder"].estimate)
    assert by["naive"].n == by["expected"].n


def test_a_baseline_is_no_estimate_of_an_effect() -> None:
    figure = draw("estimates", context("p900", "en"))
    assert figure is not None
    assert not any("11.2" in s for s in words(figure))


def test_a_figure_shows_itself_in_a_notebook() -> None:
    figure = draw("ratings", context("cic2019", "en"))
    assert figure is not None
    assert figure._repr_svg_().startswith("<?xml")


def test_hashed_ids_are_numbered_as_they_appear() -> None:
    """The hash of a clip path takes in the last bits of the layout, which differ between processes."""
    from trenza.render.style import numbered_ids

    one = '<clipPath id="p0123456789"/><g clip-path="url(#p0123456789)"/><path id="mabcdef0123"/>'
    other = '<clipPath id="pfedcba9876"/><g clip-path="url(#pfedcba9876)"/><path id="m9876543210"/>'
    assert numbered_ids(one) == numbered_ids(other)
    assert numbered_ids(one) == '<clipPath id="p1"/><g clip-path="url(#p1)"/><path id="m2"/>'
