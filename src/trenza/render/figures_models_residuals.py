"""What multilevel models leave within the levels, and what they expect of new units: bins of rows, one panel a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import models, style
from trenza.render.figures_models import Draw
from trenza.render.figures_models_levels import Panel, of_page, page_of, paged
from trenza.render.language import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context


def panels(ctx: Context) -> list[Panel]:
    """Every model with bins of rows."""
    return [Panel(m, "Residual", "", m.residual_bins) for m in models.models(ctx) if len(m.residual_bins)]


def banded(ctx: Context) -> list[Panel]:
    """Those whose units are alike, so that a new one has a band."""
    return [p for p in panels(ctx) if p.table["low"].notna().any()]


def residuals(ctx: Context, page: int = 1) -> Figure | None:
    """Mean and spread of the residuals over what the fixed part expects."""
    shown = of_page(panels(ctx), page)
    if not shown:
        return None
    fig = page_of(
        ctx,
        "fig_model_residuals_title",
        shown,
        _residuals,
        ctx.t("mod_foot_residuals"),
        across=2,
        height=1.95,
    )
    fig.supylabel(ctx.t("axis_model_residual"), fontsize=style.SMALL)
    return fig


def bands(ctx: Context, page: int = 1) -> Figure | None:
    """What the fixed part expects, with the interval of the mean and the band of one new unit; observed means beside it."""
    shown = of_page(banded(ctx), page)
    if not shown:
        return None
    level = percent(shown[0].table["ci_level"].iloc[0], ctx.lang)
    foot = ctx.t("mod_foot_bands", level=level)
    return page_of(ctx, "fig_model_bands_title", shown, _bands, foot, across=2, height=1.95)


def _residuals(ctx: Context, ax: Axes, panel: Panel) -> None:
    t, colour = panel.table, _colour(panel)
    for at in (-1.0, 0.0, 1.0):
        ax.axhline(
            at,
            color=style.MUTED,
            linewidth=1.0 if at == 0 else 0.8,
            linestyle="-" if at == 0 else ":",
            zorder=1,
        )
    sd = t["residual_sd"].fillna(0.0)
    ax.vlines(t["fit"], t["residual"] - sd, t["residual"] + sd, color=colour, linewidth=1.4, zorder=2)
    _points(ax, panel, t["residual"].tolist(), t["fit"].tolist())
    _axes(ctx, ax)


def _bands(ctx: Context, ax: Axes, panel: Panel) -> None:
    t, colour = panel.table, _colour(panel)
    if len(t) > 4:
        ax.fill_between(t["fit"], t["low"], t["high"], color=style.BAND, linewidth=0, zorder=1)
        ax.fill_between(t["fit"], t["ci_low"], t["ci_high"], color=colour, alpha=0.45, linewidth=0, zorder=2)
        ax.plot(t["fit"], t["fit"], color=style.INK, linewidth=1.0, zorder=3)
    else:
        ax.vlines(t["fit"], t["low"], t["high"], color=style.BAND, linewidth=9, zorder=1)
        ax.vlines(t["fit"], t["ci_low"], t["ci_high"], color=colour, linewidth=3, alpha=0.6, zorder=2)
    _points(ax, panel, t["observed"].tolist(), t["fit"].tolist())
    _axes(ctx, ax)


def _points(ax: Axes, panel: Panel, y: list[float], x: list[float]) -> None:
    face = style.PAPER if panel.model.hollow else _colour(panel)
    ax.plot(x, y, marker="o", markersize=4.2, linestyle="none", color=_colour(panel), markerfacecolor=face,
            markeredgewidth=1.1, zorder=4)  # fmt: skip


def _colour(panel: Panel) -> str:
    return style.SIMULATED if panel.model.hollow else style.PARTICIPANTS


def _axes(ctx: Context, ax: Axes) -> None:
    ax.margins(x=0.08)
    ax.tick_params(labelsize=style.SMALL - 0.5)
    ax.set_xlabel(ctx.t("axis_model_expected"), fontsize=style.SMALL - 0.5)
    style.numbers_on(ax.xaxis, ctx.lang)
    style.numbers_on(ax.yaxis, ctx.lang)


RESIDUALS = paged("model_residuals", residuals)
BANDS = paged("model_bands", bands)
PAGE_FIGURES: dict[str, Draw] = {**RESIDUALS, **BANDS}
