"""Programme effects on panels at a glance: every estimator side by side, and how far apart schools were before the start.

Told apart by the form of the mark and the line, not by colour alone; hollow marks are simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.render import (
    figures_panels_balance,
    figures_panels_choices,
    figures_panels_placebos,
    figures_panels_time,
    panels,
    style,
)
from trenza.render.figures_compare_balance import BANDS, LOOKS
from trenza.render.language import is_missing, percent
from trenza.render.panels import Line, Panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

Draw = Callable[["Context"], "Figure | None"]
# Of each role: mark, colour, line.
ROLES: dict[str, tuple[str, str, Any]] = {
    "called_for": ("o", style.PARTICIPANTS, "-"),
    "beside": ("s", style.CONTROL, "-"),
    "unsafe": ("X", style.MUTED, (0, (1, 1.5))),
}
LETTERS = 34  # of an estimator's name
MOST = 8  # analyses in a figure; what is beyond is in the tables


def estimates(ctx: Context) -> Figure | None:
    """One block an analysis, one line an estimator; the mark says what the design makes of it."""
    every = [p for p in panels.panels(ctx) if panels.lines(p)]
    if not every:
        return None
    from matplotlib.lines import Line2D

    shown = every[:MOST]
    counts = [len(panels.lines(p)) for p in shown]
    same = len({panels.unit(ctx, p) for p in shown}) == 1
    fig, axes = style.new(len(shown), 1, height=1.6 + 0.33 * sum(counts) + 0.4 * len(shown), squeeze=False,
                          sharex=same, height_ratios=[n + 0.5 for n in counts])  # fmt: skip
    for ax, panel in zip(axes[:, 0], shown, strict=True):
        _block(ctx, ax, panel)
        if not same or panel is shown[-1]:
            level = percent(panel.effects["ci_level"].iloc[0], ctx.lang)
            ax.set_xlabel(ctx.t("axis_panel_estimates", unit=panels.unit(ctx, panel), level=level), fontsize=style.SMALL)  # fmt: skip
    roles = {x.role for p in shown for x in panels.lines(p)}
    hollow = any(p.hollow for p in shown)
    keys = [
        Line2D([], [], marker=mark, markersize=8, color=colour, linestyle=dash, markeredgewidth=1.4,
               markerfacecolor=style.PAPER if hollow else colour, label=ctx.t(f"pan_key_{role}"))
        for role, (mark, colour, dash) in ROLES.items()
        if role in roles
    ]  # fmt: skip
    foot = ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(len(every)), table="panel_effects") if len(shown) < len(every) else ""  # fmt: skip
    legend = fig.legend(handles=keys, loc="outside lower left", ncols=1, handlelength=2.6, alignment="left",
                        title=foot or None, title_fontsize=style.SMALL)  # fmt: skip
    legend.get_title().set_color(style.MUTED)
    style.head(fig, ctx.t("fig_panel_estimates_title"), "", panels.stamp(ctx, shown))
    return fig


def _block(ctx: Context, ax: Axes, panel: Panel) -> None:
    found = panels.lines(panel)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for k, x in enumerate(found):
        _estimate(ctx, ax, x, len(found) - 1 - k, panel.hollow)
    names = [style.wrap(panels.name(ctx, x.key), LETTERS) for x in found]
    ax.set_yticks(range(len(found))[::-1], names, fontsize=style.SMALL - 0.5)
    ax.set_ylim(-0.6, len(found) - 0.4)
    ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
    ax.grid(axis="x", zorder=0)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)


def _estimate(ctx: Context, ax: Axes, x: Line, y: float, hollow: bool) -> None:
    mark, colour, dash = ROLES[x.role]
    if not is_missing(x.row["ci_low"]):
        ends = [float(x.row["ci_low"]), float(x.row["ci_high"])]
        ax.plot(ends, [y, y], color=colour, linewidth=2.0, linestyle=dash, zorder=2)
    ax.plot([x.row["estimate"]], [y], marker=mark, markersize=7, color=colour, markeredgewidth=1.4, zorder=3,
            markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
    ax.text(1.012, y, panels.said(ctx, x.row), transform=ax.get_yaxis_transform(), va="center", ha="left",
            fontsize=style.SMALL - 0.5, color=style.INK)  # fmt: skip


def overlap(ctx: Context) -> Figure | None:
    """Standardised differences before the start against the bands for baselines."""
    every = [p for p in panels.panels(ctx) if p.tables["panel_overlap"]["difference_sd"].notna().any()]
    if not every:
        return None
    from matplotlib.lines import Line2D

    shown = every[:MOST]
    parts = [_known(p) for p in shown]
    fig, axes = style.new(len(shown), 1, height=1.8 + 0.32 * sum(map(len, parts)) + 0.4 * len(shown), squeeze=False,
                          sharex=True, height_ratios=[len(p) + 0.5 for p in parts])  # fmt: skip
    reach = 1.15 * max(0.35, *(float(p["difference_sd"].abs().max()) for p in parts))
    for ax, panel, part in zip(axes[:, 0], shown, parts, strict=True):
        ax.axvspan(-BANDS[1], BANDS[1], color=style.BAND, zorder=0, linewidth=0)
        ax.axvspan(-BANDS[0], BANDS[0], color=style.AMBIVALENT, zorder=0, linewidth=0)
        ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
        for k, (_, row) in enumerate(part.iterrows()):
            _apart(ctx, ax, row, len(part) - 1 - k, panel.hollow)
        names = [panels.variable(ctx, v) for v in part["variable"]]
        ax.set_yticks(range(len(part))[::-1], names, fontsize=style.SMALL - 0.5)
        ax.set_ylim(-0.6, len(part) - 0.4)
        ax.set_xlim(-reach, reach)
        ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
    axes[-1, 0].set_xlabel(ctx.t("axis_panel_overlap"), fontsize=style.SMALL)
    bands = {str(b) for p in parts for b in p["band"]}
    keys = [
        Line2D([], [], marker=mark, markersize=8, color=colour, linestyle="none", label=ctx.t(f"cmp_band_{band}"))
        for band, (mark, colour) in LOOKS.items()
        if band in bands
    ]  # fmt: skip
    foot = ctx.t("pan_foot_overlap", low=ctx.num(BANDS[0]), high=ctx.num(BANDS[1]))
    fig.legend(handles=keys, loc="outside lower left", ncols=1, handlelength=1.4, title=style.wrap(foot, 100),
               alignment="left", title_fontsize=style.SMALL).get_title().set_color(style.MUTED)  # fmt: skip
    style.head(fig, ctx.t("fig_panel_overlap_title"), "", panels.stamp(ctx, shown))
    return fig


def _known(panel: Panel) -> pd.DataFrame:
    table = panel.tables["panel_overlap"]
    return table.loc[table["difference_sd"].notna()]


def _apart(ctx: Context, ax: Axes, row: Any, y: float, hollow: bool) -> None:
    mark, colour = LOOKS[str(row["band"])]
    ax.plot([0, row["difference_sd"]], [y, y], color=colour, linewidth=1.2, zorder=2)
    ax.plot([row["difference_sd"]], [y], marker=mark, markersize=7, color=colour, markeredgewidth=1.4, zorder=3,
            markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
    ax.text(1.012, y, ctx.num(row["difference_sd"], sign=True), transform=ax.get_yaxis_transform(), va="center",
            ha="left", fontsize=style.SMALL - 0.5)  # fmt: skip


# In the order of the report.
PAGE_FIGURES: dict[str, Draw] = {
    "panel_estimates": estimates,
    "panel_trends": figures_panels_time.trends,
    "panel_events": figures_panels_time.events,
    "panel_overlap": overlap,
    "panel_balance": figures_panels_balance.balance,
    "panel_sensitivity": figures_panels_time.sensitivity,
    "panel_placebos": figures_panels_placebos.placebos,
    **figures_panels_choices.PAGE_FIGURES,
}
