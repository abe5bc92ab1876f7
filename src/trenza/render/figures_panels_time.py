"""Panels over time: mean scores by group, the event study, and what is left of it if trends were not parallel."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trenza.render import panels, style
from trenza.render.language import is_missing, p_phrase, percent
from trenza.render.panels import Panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

MOST = 8  # analyses in a figure; what is beyond is in the tables
# Of the groups, comparison first: mark, colour, line. Each differs in form and in lightness.
GROUPS: tuple[tuple[str, str, Any], ...] = (
    ("o", style.CONTROL, "-"),
    ("s", style.PARTICIPANTS, "-"),
    ("^", "#3d7ea6", (0, (5, 2))),
    ("D", "#22303d", (0, (1, 1.5))),
    ("v", "#5d6d7c", (0, (5, 1.5, 1, 1.5))),
    ("P", "#0b4f6c", (0, (3, 1, 1, 1, 1, 1))),
)
CLOSE = 0.15  # of the axis: names of years that stand closer than this are turned
TARGETS = {"first_test": ("o", style.PARTICIPANTS), "average": ("s", style.CONTROL)}


def trends(ctx: Context) -> Figure | None:
    """Mean scores by year: comparison and the schools that began in each year."""
    every = [p for p in panels.panels(ctx) if p.tables["panel_trends"]["estimate"].notna().any()]
    if not every:
        return None
    shown = every[:MOST]
    level = percent(shown[0].tables["panel_trends"]["ci_level"].iloc[0], ctx.lang)
    cohorts = sorted({int(c) for p in shown for c in p.tables["panel_trends"]["cohort"]})
    looks = {c: GROUPS[k % len(GROUPS)] for k, c in enumerate(cohorts)}

    def drawn(ax: Axes, panel: Panel) -> None:
        _trend(ctx, ax, panel, looks)
        ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
        ax.set_ylabel(
            ctx.t("axis_panel_trends", unit=ctx.unit(panel.outcome)).rstrip(", "), fontsize=style.SMALL - 0.5
        )

    fig = _sheet(ctx, "fig_panel_trends_title", shown, len(every), drawn, "panel_trends", 2.3)
    _legend(ctx, fig, [(panels.cohort(ctx, c), *looks[c]) for c in cohorts], ctx.t("pan_foot_trends", level=level), shown)  # fmt: skip
    return fig


def _trend(ctx: Context, ax: Axes, panel: Panel, looks: dict[int, tuple[str, str, Any]]) -> None:
    table = panel.tables["panel_trends"]
    table = table.loc[table["estimate"].notna()]
    years = sorted({int(y) for y in table["year"]})
    cohorts = sorted({int(c) for c in table["cohort"]})
    # Intervals of groups that lie on each other are drawn side by side.
    step = 0.012 * max(1, years[-1] - years[0])
    for k, cohort in enumerate(cohorts):
        part = table.loc[table["cohort"] == cohort].sort_values("year")
        mark, colour, dash = looks[cohort]
        x = part["year"].astype("float64") + (0.0 if cohort == 0 else step * (k - (len(cohorts) - 1) / 2))
        ax.plot(x, part["estimate"], marker=mark, markersize=5, color=colour, linestyle=dash, linewidth=1.5, zorder=3,
                markerfacecolor=style.PAPER if panel.hollow else colour)  # fmt: skip
        known = part["ci_low"].notna()
        if cohort == 0:
            ax.fill_between(x[known], part.loc[known, "ci_low"], part.loc[known, "ci_high"], color=style.AMBIVALENT,
                            alpha=0.6, linewidth=0, zorder=1)  # fmt: skip
        else:
            ax.vlines(x[known], part.loc[known, "ci_low"], part.loc[known, "ci_high"], color=colour, linewidth=1.1, zorder=2)  # fmt: skip
    starts = [c for c in cohorts if c > 0]
    if starts:
        ax.axvline(min(starts) - 0.5, color=style.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=0)
    close = min((b - a for a, b in pairwise(years)), default=1) < CLOSE * (years[-1] - years[0])
    ax.set_xticks(years, [str(y) for y in years], fontsize=style.SMALL - 0.5, rotation=45 if close else 0)
    style.numbers_on(ax.yaxis, ctx.lang)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    ax.grid(axis="y", zorder=0)


def events(ctx: Context) -> Figure | None:
    """The event study of difference in differences with its test of trends before the start."""
    every = [p for p in panels.panels(ctx) if len(panels.events(p))]
    if not every:
        return None
    shown = every[:MOST]
    level = percent(panels.events(shown[0])["ci_level"].iloc[0], ctx.lang)

    def drawn(ax: Axes, panel: Panel) -> None:
        _event_study(ctx, ax, panel)
        row = panels.pre_trend(panel)
        tested = row is not None and not is_missing(row["p_value"])
        key = "pan_events_test" if tested else "pan_events_no_test"
        p = p_phrase(row["p_value"], ctx.lang) if tested else ""
        ax.set_title(f"{panels.title(ctx, panel)}\n{ctx.t(key, p=p)}", fontsize=style.SMALL - 0.7)
        ax.set_ylabel(ctx.t("axis_panel_events_y", unit=panels.unit(ctx, panel)), fontsize=style.SMALL - 0.5)

    return _sheet(ctx, "fig_panel_events_title", shown, len(every), drawn, "panel_effects", 2.4,
                 foot=ctx.t("pan_foot_events", level=level), below=ctx.t("axis_panel_events"))  # fmt: skip


def _event_study(ctx: Context, ax: Axes, panel: Panel) -> None:
    table = panels.events(panel)
    ax.axhline(0, color=style.INK, linewidth=1, zorder=1)
    ax.axvline(-0.5, color=style.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=0)
    ax.plot([-1], [0], marker="o", markersize=6, color=style.INK, markerfacecolor=style.PAPER, zorder=4)
    for _, row in table.iterrows():
        x, before = int(row["event_time"]), int(row["event_time"]) < 0
        colour, mark = (style.CONTROL, "s") if before else (style.PARTICIPANTS, "o")
        for low, high, width in (("band_low", "band_high", 0.9), ("ci_low", "ci_high", 2.6)):
            if not is_missing(row[low]):
                ax.plot([x, x], [row[low], row[high]], color=colour, linewidth=width, zorder=2,
                        solid_capstyle="butt")  # fmt: skip
        ax.plot([x], [row["estimate"]], marker=mark, markersize=6, color=colour, zorder=3,
                markerfacecolor=style.PAPER if panel.hollow else colour)  # fmt: skip
    times = sorted({-1, *(int(t) for t in table["event_time"])})
    ax.set_xticks(times, [ctx.num(t, 0) + (f"\n{ctx.t('pan_base')}" if t == -1 else "") for t in times], fontsize=style.SMALL - 0.5)  # fmt: skip
    style.numbers_on(ax.yaxis, ctx.lang)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    ax.grid(axis="y", zorder=0)


def sensitivity(ctx: Context) -> Figure | None:
    """Set and interval by how far trends may have parted after the start, for the first test and the mean of all."""
    every = [p for p in panels.panels(ctx) if len(steps(p))]
    if not every:
        return None
    shown = every[:MOST]
    level = percent(steps(shown[0])["ci_level"].iloc[0], ctx.lang)

    def drawn(ax: Axes, panel: Panel) -> None:
        _intervals(ctx, ax, panel)
        ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
        ax.set_ylabel(ctx.t("axis_panel_events_y", unit=panels.unit(ctx, panel)), fontsize=style.SMALL - 0.5)

    fig = _sheet(ctx, "fig_panel_sensitivity_title", shown, len(every), drawn, "panel_sensitivity", 2.3,
                 below=ctx.t("axis_panel_sensitivity"))  # fmt: skip
    keys = [(ctx.t(f"pan_{target}"), mark, colour, "-") for target, (mark, colour) in TARGETS.items()]
    _legend(ctx, fig, keys, ctx.t("pan_foot_sensitivity", level=level), shown)
    return fig


def steps(panel: Panel) -> pd.DataFrame:
    """The rows of the declared steps m, without those that only tell where the interval breaks down."""
    table = panel.tables["panel_sensitivity"]
    return table.loc[~table["breakdown"].astype(bool)] if len(table) else table


def _intervals(ctx: Context, ax: Axes, panel: Panel) -> None:
    table = steps(panel)
    values = sorted({float(m) for m in table["m"]})
    ax.axhline(0, color=style.INK, linewidth=1, zorder=1)
    for shift, (target, (mark, colour)) in zip((-0.16, 0.16), TARGETS.items(), strict=True):
        for _, row in table.loc[table["target"] == target].iterrows():
            x = values.index(float(row["m"])) + shift
            ax.plot([x, x], [row["ci_low"], row["ci_high"]], color=colour, linewidth=1.1, zorder=2)
            ax.plot([x, x], [row["set_low"], row["set_high"]], color=colour, linewidth=4.0, zorder=3,
                    solid_capstyle="butt")  # fmt: skip
            ax.plot([x], [row["estimate"]], marker=mark, markersize=4.5, color=colour, zorder=4, markeredgecolor=style.PAPER,
                    markerfacecolor=style.PAPER if panel.hollow else colour, markeredgewidth=0.6)  # fmt: skip
    labels = [ctx.num(m, 2).rstrip("0").rstrip(".,") for m in values]
    ax.set_xticks(range(len(values)), labels, fontsize=style.SMALL - 0.5)
    style.numbers_on(ax.yaxis, ctx.lang)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    ax.grid(axis="y", zorder=0)


def _sheet(
    ctx: Context, title: str, shown: list[Panel], every: int, drawn: Callable[[Axes, Panel], None], table: str, height: float,
    foot: str = "", below: str = "",
) -> Figure:  # fmt: skip
    """Analyses two abreast, in the order in which they are read."""
    across = min(2, len(shown))
    down = math.ceil(len(shown) / across)
    left = (
        ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(every), table=table)
        if len(shown) < every
        else ""
    )
    foot = " ".join(filter(None, [foot, left]))
    fig, axes = style.new(
        down, across, height=1.1 + 0.17 * style.foot_lines(foot) + height * down, squeeze=False
    )
    for ax, panel in zip(axes.flat, shown, strict=False):
        drawn(ax, panel)
    for ax in list(axes.flat)[len(shown) :]:
        ax.set_visible(False)
    if below:
        for ax in axes[-1, :]:
            ax.set_xlabel(style.wrap(below, 104 // across), fontsize=style.SMALL - 0.5)
    style.head(fig, ctx.t(title), foot, panels.stamp(ctx, shown))
    return fig


def _legend(
    ctx: Context, fig: Figure, looks: list[tuple[str, str, str, Any]], foot: str, shown: list[Panel]
) -> None:
    from matplotlib.lines import Line2D

    hollow = any(p.hollow for p in shown)
    keys = [
        Line2D([], [], marker=mark, markersize=6, color=colour, linestyle=dash, label=words,
               markerfacecolor=style.PAPER if hollow else colour)
        for words, mark, colour, dash in looks
    ]  # fmt: skip
    legend = fig.legend(handles=keys, loc="outside lower left", ncols=min(4, len(keys)), handlelength=2.8,
                        title=style.wrap(foot, 100), alignment="left", title_fontsize=style.SMALL)  # fmt: skip
    legend.get_title().set_color(style.MUTED)
