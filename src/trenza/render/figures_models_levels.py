"""The levels of multilevel models: modes in order, whether they are normal, and what each cluster does to the effect.

A panel is one model and one group; a page has twelve. Twenty levels are told by points and names, hundreds by a band.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from trenza.render import models, style
from trenza.render.figures_models import Draw, stamp
from trenza.render.language import percent
from trenza.render.models import Model

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

ON_A_PAGE, PAGES = 12, 3
NAMED = 40  # levels whose names stand below the axis
POINTS = 80  # levels that are drawn one by one
TOLD = 2  # clusters that are named where not all are


class Panel(NamedTuple):
    """What is drawn on one pair of axes."""

    model: Model
    group: str
    term: str
    table: pd.DataFrame


def panels(ctx: Context) -> list[Panel]:
    """Every model with every group whose levels differ: where a variance is 0 there is nothing to draw."""
    return [p for p in _every(ctx) if not models.is_zero(p.model, p.group, p.term)]


def _every(ctx: Context) -> list[Panel]:
    return [Panel(m, g, t, part) for m in models.models(ctx) for g, t, part in models.levels(m)]


def zero(ctx: Context) -> str:
    """Which levels are not drawn because their variance is 0."""
    left = [p for p in _every(ctx) if models.is_zero(p.model, p.group, p.term)]
    names = [models.panel(ctx, p.model, p.group, p.term) for p in left]
    return ctx.t("mod_foot_zero", panels="; ".join(names)) if names else ""


def influence_panels(ctx: Context) -> list[Panel]:
    """Every model whose effect has been told without each cluster."""
    found = []
    for model in models.models(ctx):
        table = models.of_the_effect(ctx, model)
        if len(table) and models.effect(ctx, model) is not None:
            found.append(Panel(model, str(table["group"].iloc[0]), "", table))
    return found


def levels(ctx: Context, page: int = 1) -> Figure | None:
    """Caterpillars: modes from the lowest to the highest with their intervals."""
    shown = of_page(panels(ctx), page)
    if not shown:
        return None
    level = percent(shown[0].table["ci_level"].iloc[0], ctx.lang)
    foot = [ctx.t("mod_foot_levels", level=level), _numbers(ctx, shown), zero(ctx)]
    return page_of(
        ctx,
        "fig_model_levels_title",
        shown,
        _caterpillar,
        " ".join(filter(None, foot)),
        across=2,
        height=1.95,
    )


def normality(ctx: Context, page: int = 1) -> Figure | None:
    """Normal plots of the standardised modes."""
    shown = of_page(panels(ctx), page)
    if not shown:
        return None
    fig = page_of(
        ctx,
        "fig_model_normality_title",
        shown,
        _normal,
        " ".join([ctx.t("mod_foot_normal"), zero(ctx)]).strip(),
        across=3,
        height=2.3,
    )
    fig.supylabel(ctx.t("axis_model_standardised"), fontsize=style.SMALL)
    return fig


def influence(ctx: Context, page: int = 1) -> Figure | None:
    """The difference of the groups without each cluster, from the lowest to the highest."""
    shown = of_page(influence_panels(ctx), page)
    if not shown:
        return None
    row = models.effect(ctx, shown[0].model)
    level = percent(row["ci_level"], ctx.lang) if row is not None else ""
    foot = [ctx.t("mod_foot_influence", level=level), _numbers(ctx, shown)]
    return page_of(
        ctx, "fig_model_influence_title", shown, _without, " ".join(filter(None, foot)), across=2, height=1.95
    )


def of_page(every: list[Panel], page: int) -> list[Panel]:
    """The panels of one page, from 1."""
    return every[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]


def _numbers(ctx: Context, shown: list[Panel]) -> str:
    return ctx.t("mod_foot_numbers") if any(p.model.source == "real" for p in shown) else ""


def page_of(
    ctx: Context, title: str, shown: list[Panel], drawn: Callable[[Context, Axes, Panel], None], foot: str, across: int, height: float,
) -> Figure:  # fmt: skip
    """Panels side by side, in the order in which they are read."""
    across = min(across, len(shown))
    down = math.ceil(len(shown) / across)
    fig, axes = style.new(
        down, across, height=1.2 + 0.16 * style.foot_lines(foot) + height * down, squeeze=False
    )
    for ax, panel in zip(axes.flat, shown, strict=False):
        drawn(ctx, ax, panel)
        ax.set_title(_title(ctx, panel, 42 if across < 3 else 30), fontsize=style.SMALL - 0.7)
    for ax in list(axes.flat)[len(shown) :]:
        ax.set_visible(False)
    style.head(fig, ctx.t(title), foot, stamp(ctx, [p.model for p in shown]))
    return fig


def _title(ctx: Context, panel: Panel, letters: int) -> str:
    words = models.panel(ctx, panel.model, panel.group, panel.term or models.INTERCEPT)
    if panel.group == "Residual":
        words = models.name(ctx, panel.model)
    return style.wrap(words, letters)


def _caterpillar(ctx: Context, ax: Axes, panel: Panel) -> None:
    table = panel.table
    n = len(table)
    at = list(range(1, n + 1))
    mode, low, high = (table[c].astype(float).tolist() for c in ("mode", "ci_low", "ci_high"))
    colour = style.SIMULATED if panel.model.hollow else style.PARTICIPANTS
    ax.axhline(0, color=style.INK, linewidth=1, zorder=1)
    off = [lo > 0 or hi < 0 for lo, hi in zip(low, high, strict=True)]
    if n > POINTS:
        ax.fill_between(at, low, high, color=style.AMBIVALENT, linewidth=0, zorder=0)
        ax.vlines([x for x, o in zip(at, off, strict=True) if o], [y for y, o in zip(low, off, strict=True) if o],
                  [y for y, o in zip(high, off, strict=True) if o], color=colour, linewidth=0.5, alpha=0.55, zorder=2)  # fmt: skip
        ax.plot(at, mode, color=style.INK, linewidth=1.6, zorder=3)
    else:
        width, size = (1.6, 4.2) if n <= NAMED else (1.0, 2.6)
        for x, y, lo, hi, o in zip(at, mode, low, high, off, strict=True):
            ax.plot([x, x], [lo, hi], color=colour if o else style.MUTED, linewidth=width * (1.5 if o else 1), zorder=2,
                    alpha=1 if o else 0.75)  # fmt: skip
            ax.plot([x], [y], marker="o", markersize=size, color=colour if o else style.MUTED, zorder=3, linestyle="none",
                    markerfacecolor=style.PAPER if panel.model.hollow else (colour if o else style.MUTED))  # fmt: skip
    _names(ctx, ax, at, table["level"].astype(str).tolist())
    style.numbers_on(ax.yaxis, ctx.lang)


def _normal(ctx: Context, ax: Axes, panel: Panel) -> None:
    table = panel.table.loc[panel.table["standardised"].notna()]
    x, y = table["quantile"].astype(float).tolist(), table["standardised"].astype(float).tolist()
    reach = 1.1 * max(abs(v) for v in (*x, *y))
    colour = style.SIMULATED if panel.model.hollow else style.PARTICIPANTS
    ax.plot([-reach, reach], [-reach, reach], color=style.MUTED, linewidth=1, zorder=1)
    ax.plot(x, y, marker="o", markersize=4 if len(x) <= POINTS else 2.2, color=colour, linestyle="none", zorder=2,
            markerfacecolor=style.PAPER if panel.model.hollow else colour, markeredgewidth=1.0)  # fmt: skip
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-reach, reach)
    ax.set_xlabel(ctx.t("axis_model_normal"), fontsize=style.SMALL - 0.5)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    for axis in (ax.xaxis, ax.yaxis):
        style.numbers_on(axis, ctx.lang)


def _without(ctx: Context, ax: Axes, panel: Panel) -> None:
    row = models.effect(ctx, panel.model)
    assert row is not None  # influence_panels keeps no other
    table = panel.table
    at = list(range(1, len(table) + 1))
    without = table["without"].astype(float).tolist()
    colour = style.SIMULATED if panel.model.hollow else style.PARTICIPANTS
    ax.axhspan(float(row["ci_low"]), float(row["ci_high"]), color=style.BAND, zorder=0, linewidth=0)
    ax.axhline(0, color=style.INK, linewidth=1, zorder=1)
    ax.axhline(float(row["estimate"]), color=style.MUTED, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    ax.plot(at, without, marker="o", markersize=4.5 if len(at) <= POINTS else 2.2, linestyle="none", color=colour,
            markerfacecolor=style.PAPER if panel.model.hollow else colour, markeredgewidth=1.1, zorder=3)  # fmt: skip
    names = table["level"].astype(str).tolist()
    _names(ctx, ax, at, names)
    if len(at) > NAMED:
        furthest = sorted(range(len(at)), key=lambda i: -abs(without[i] - float(row["estimate"])))[:TOLD]
        for i in furthest:
            side = 1 if i < len(at) / 2 else -1
            below = -1 if without[i] < float(row["estimate"]) else 1
            ax.annotate(names[i], (at[i], without[i]), xytext=(3 * side, 9 * below), textcoords="offset points", va="center",
                        ha="left" if side > 0 else "right", fontsize=style.SMALL - 1)  # fmt: skip
    style.numbers_on(ax.yaxis, ctx.lang)


def _names(ctx: Context, ax: Axes, at: list[int], names: list[str]) -> None:
    """Names of the levels below the axis, or how many there are."""
    ax.set_xlim(0.2, len(at) + 0.8)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    ax.grid(axis="y", zorder=0)
    if len(at) <= NAMED:
        told = models.short(names)
        small = len(at) > 12 or any(len(name) > 3 for name in told)
        ax.set_xticks(at, told, fontsize=style.SMALL - (2.2 if small else 0.5), rotation=90 if small else 0)
        return
    ax.set_xticks([1, len(at)], ["1", ctx.count(len(at))], fontsize=style.SMALL - 0.5)
    ax.set_xlabel(ctx.t("axis_model_levels"), fontsize=style.SMALL - 0.5, labelpad=-6)


def paged(name: str, drawn: Callable[..., Figure | None]) -> dict[str, Draw]:
    """A figure's pages by identifier."""
    return {name if k == 1 else f"{name}_{k}": partial(drawn, page=k) for k in range(1, PAGES + 1)}


LEVELS = paged("model_levels", levels)
NORMALITY = paged("model_normality", normality)
INFLUENCE = paged("model_influence", influence)
PAGE_FIGURES: dict[str, Draw] = {**LEVELS, **INFLUENCE, **NORMALITY}
