"""Multilevel models at a glance: the difference of the groups in each, and where the variance lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.render import models, style
from trenza.render.language import is_missing, percent
from trenza.render.models import Model

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

Draw = Callable[["Context"], "Figure | None"]
LINES = 24  # models in a figure; what is beyond is in the tables
LETTERS = 30  # of a model's name
# From dark to light, each with a hatch of its own: a photocopy in grey still tells them apart.
PARTS = ((style.PARTICIPANTS, ""), (style.CONTROL, "////"), ("#7f8fa0", "...."), (style.BAND, "xx"))
RESIDUAL = (style.AMBIVALENT, "")
NARROW = 0.07  # a share below it has no room for its number


def effects(ctx: Context) -> Figure | None:
    """One line a model, in the SDs that the covariates leave."""
    there = [(m, row) for m in models.models(ctx) if (row := models.effect(ctx, m)) is not None]
    there = [(m, row) for m, row in there if not is_missing(row["effect"])]
    if not there:
        return None
    shown = there[:LINES]
    fig, ax = style.new(height=1.35 + 0.4 * len(shown))
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for k, (model, row) in enumerate(shown):
        _effect(ctx, ax, row, len(shown) - 1 - k, model.hollow)
    names = [style.wrap(models.name(ctx, m), LETTERS) for m, _ in shown]
    ax.set_yticks(range(len(shown))[::-1], names, fontsize=style.SMALL)
    ax.set_ylim(-0.6, len(shown) - 0.4)
    level = percent(shown[0][1]["ci_level"], ctx.lang)
    ax.set_xlabel(ctx.t("axis_model_effects", level=level), fontsize=style.SMALL)
    ax.grid(axis="x", zorder=0)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)
    foot = _left_out(ctx, len(shown), len(there), "coef")
    style.head(fig, ctx.t("fig_model_effects_title"), foot, stamp(ctx, [m for m, _ in shown]))
    return fig


def _effect(ctx: Context, ax: Axes, row: pd.Series, y: float, hollow: bool) -> None:
    colour = style.SIMULATED if hollow else style.PARTICIPANTS
    if not is_missing(row["effect_ci_low"]):
        ends = [float(row["effect_ci_low"]), float(row["effect_ci_high"])]
        ax.plot(ends, [y, y], color=colour, linewidth=1.8, linestyle=(0, (4, 2)) if hollow else "-", zorder=2)
    ax.plot([row["effect"]], [y], marker="o", markersize=7, color=colour, markeredgewidth=1.6, zorder=3,
            markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
    ax.text(1.012, y, f"{ctx.num(row['effect'])} {ctx.span(row['effect_ci_low'], row['effect_ci_high'])}",
            transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL - 0.5, color=style.INK)  # fmt: skip


def variance(ctx: Context) -> Figure | None:
    """Stacked bars, one a model: shares of the groups and of the residual."""
    from matplotlib.patches import Patch

    every = [m for m in models.models(ctx) if len(m.varcomp)]
    if not every:
        return None
    shown = every[:LINES]
    kinds = list(dict.fromkeys(w for m in shown for w, _ in models.shares(ctx, m)[:-1]))
    looks = {words: PARTS[i % len(PARTS)] for i, words in enumerate(kinds)}
    looks[ctx.t("mod_residual")] = RESIDUAL
    fig, ax = style.new(height=1.9 + 0.42 * len(shown))
    for k, model in enumerate(shown):
        _bar(ctx, ax, model, len(shown) - 1 - k, looks)
    names = [style.wrap(models.name(ctx, m), LETTERS) for m in shown]
    ax.set_yticks(range(len(shown))[::-1], names, fontsize=style.SMALL)
    ax.set_ylim(-0.6, len(shown) - 0.4)
    ax.set_xlim(0, 1)
    ax.set_xticks(
        [0, 0.25, 0.5, 0.75, 1], [percent(v, ctx.lang) for v in (0, 0.25, 0.5, 0.75, 1)], fontsize=style.SMALL
    )
    ax.set_xlabel(ctx.t("axis_model_variance"), fontsize=style.SMALL)
    style.bare(ax)
    keys = [
        Patch(facecolor=c, hatch=h, edgecolor=style.PAPER, label=style.wrap(w, 40))
        for w, (c, h) in looks.items()
    ]
    foot = " ".join([ctx.t("mod_foot_variance"), _left_out(ctx, len(shown), len(every), "varcomp")]).strip()
    legend = fig.legend(handles=keys, loc="outside lower left", ncols=3, handlelength=1.8, title=style.wrap(foot, 100),
                        alignment="left", title_fontsize=style.SMALL)  # fmt: skip
    legend.get_title().set_color(style.MUTED)
    style.head(fig, ctx.t("fig_model_variance_title"), "", stamp(ctx, shown))
    return fig


def _bar(ctx: Context, ax: Axes, model: Model, y: float, looks: dict[str, tuple[str, str]]) -> None:
    at = 0.0
    for words, share in models.shares(ctx, model):
        colour, hatch = looks[words]
        ax.barh(y, share, left=at, height=0.62, color=colour, hatch=hatch, edgecolor=style.PAPER, linewidth=0.8, zorder=2)  # fmt: skip
        if share >= NARROW:
            box = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2}
            ax.text(at + share / 2, y, percent(share, ctx.lang), ha="center", va="center", fontsize=style.SMALL - 0.5,
                    color=style.INK, bbox=box, zorder=3)  # fmt: skip
        at += share
    said = f"{ctx.num(model.fit['r2_marginal'])} / {ctx.num(model.fit['r2_conditional'])}"
    ax.text(1.012, y, said, transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL - 0.5,
            color=style.INK)  # fmt: skip


def stamp(ctx: Context, shown: list[Model]) -> str:
    """The word that stands on a picture with simulated numbers."""
    return ctx.t("simulated_stamp") if any(m.hollow for m in shown) else ""


def _left_out(ctx: Context, shown: int, every: int, table: str) -> str:
    if shown == every:
        return ""
    return ctx.t("shown_of", k=ctx.count(shown), n=ctx.count(every), table=table)


EFFECTS: dict[str, Draw] = {"model_effects": effects}
VARIANCE: dict[str, Draw] = {"model_variance": variance}
PAGE_FIGURES: dict[str, Draw] = {**EFFECTS, **VARIANCE}
