"""Selection before the programme, estimates side by side, the cut-off, and gains without any programme."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trenza.render import estimates, rows, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

ABREAST = 3  # panels at the cut-off side by side


def baseline(ctx: Context) -> Figure | None:
    """Boxes of each outcome measured before the programme, participants above the others."""
    table = ctx.table("distribution")
    if not len(table):
        return None
    before = rows.baselines(ctx.study) - rows.running_variables(ctx.study)
    levels = [ctx.participants, ctx.control]
    table = table.loc[table["outcome"].isin(before) & table["group"].isin(levels) & table["median"].notna()]
    outcomes = [o for o in rows.in_order(table, "outcome") if (table["outcome"] == o).sum() >= 2]
    if not outcomes:
        return None
    fig, axes = style.new(
        len(outcomes), 1, height=1.35 + 1.05 * len(outcomes), squeeze=False, sharex=_one_unit(ctx, outcomes)
    )
    hollow = bool((table["source"] == "simulated").any())
    for ax, outcome in zip(axes[:, 0], outcomes, strict=True):
        part = table.loc[table["outcome"] == outcome].drop_duplicates("group").set_index("group")
        shown = [g for g in levels if g in part.index]
        boxes = [{"med": part.loc[g, "median"], "q1": part.loc[g, "q25"], "q3": part.loc[g, "q75"], "whislo": part.loc[g, "q25"],
                  "whishi": part.loc[g, "q75"], "mean": part.loc[g, "mean"], "fliers": []} for g in shown]  # fmt: skip
        places = [len(shown) - 1 - i for i in range(len(shown))]
        drawn = ax.bxp(boxes, positions=places, orientation="horizontal", widths=0.55, showmeans=True, patch_artist=True, showfliers=False, showcaps=False,
                       medianprops={"color": style.PAPER, "linewidth": 2}, whiskerprops={"linewidth": 0},
                       meanprops={"marker": "D", "markerfacecolor": style.PAPER, "markeredgecolor": style.INK, "markersize": 6})  # fmt: skip
        for box, g in zip(drawn["boxes"], shown, strict=True):
            colour = style.PARTICIPANTS if g == ctx.participants else style.CONTROL
            box.set(facecolor=colour, edgecolor=style.INK, hatch="////" if hollow else None)
        for y, g in zip(places, shown, strict=True):
            ax.text(1.01, y, ctx.t("mean_n", mean=ctx.num(part.loc[g, "mean"], 1), n=ctx.count(part.loc[g, "n"])),
                    transform=ax.get_yaxis_transform(), va="center", fontsize=style.SMALL)  # fmt: skip
        ax.set_yticks(places, [ctx.level(g) for g in shown])
        ax.set_ylim(-0.5, len(shown) - 0.5)
        ax.set_title(ctx.item(outcome))
        ax.grid(axis="x")
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
    axes[-1, 0].set_xlabel(_unit(ctx, outcomes[0]))
    style.head(
        fig,
        ctx.t("fig_baseline_title"),
        ctx.t("fig_baseline_foot"),
        ctx.t("simulated_stamp") if hollow else "",
    )
    return fig


def compared(ctx: Context) -> Figure | None:
    """Every estimate of the programme's effect that shares scale and unit, on one axis, with what it estimates."""
    panels = estimates.panels(ctx)
    if not panels:
        return None
    n = sum(len(p.lines) for p in panels)
    fig, axes = style.new(len(panels), 1, height=1.45 + 0.45 * n + 0.5 * len(panels), squeeze=False, sharex=len({p.unit for p in panels}) == 1,
                          height_ratios=[len(p.lines) for p in panels])  # fmt: skip
    stamped = False
    for ax, panel in zip(axes[:, 0], panels, strict=True):
        names = []
        for i, line in enumerate(panel.lines):
            y = len(panel.lines) - 1 - i
            hollow = line.source == "simulated"
            stamped |= hollow
            colour = style.SIMULATED if hollow else style.MUTED if line.expected else style.PARTICIPANTS
            if line.low is not None and line.high is not None:
                ax.plot(
                    [line.low, line.high],
                    [y, y],
                    color=colour,
                    linewidth=1.8,
                    linestyle=(0, (4, 2)) if hollow else "-",
                )
            marker = {"naive": "s", "expected": "D", "remainder": "v", "model": "o", "discontinuity": "^"}[
                line.kind
            ]
            ax.plot([line.estimate], [y], marker=marker, markersize=8, color=colour,
                    markerfacecolor=style.PAPER if hollow or line.expected else colour, markeredgewidth=1.6)  # fmt: skip
            ax.text(1.015, y, f"{ctx.num(line.estimate)} {ctx.span(line.low, line.high)}", transform=ax.get_yaxis_transform(),
                    va="center", ha="left", fontsize=style.SMALL)  # fmt: skip
            names.append(style.wrap(estimates.line_name(ctx, line), 42))
        ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
        ax.set_yticks(range(len(names))[::-1], names, fontsize=style.SMALL)
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.set_title(panel.title)
        ax.grid(axis="x")
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
    axes[-1, 0].set_xlabel(ctx.t("axis_difference", unit=panels[-1].unit))
    style.head(
        fig,
        ctx.t("fig_estimates_title"),
        ctx.t("fig_estimates_foot"),
        ctx.t("simulated_stamp") if stamped else "",
    )
    return fig


def discontinuity(ctx: Context) -> Figure | None:
    """Take-up and outcome by distance to the cut-off: two panels an analysis, the sides told apart by mark."""
    table = ctx.table("bins")
    table = table.loc[table["curve"].isin(["take_up", "outcome"])] if len(table) else table
    if not len(table):
        return None
    declared = {d["id"]: d for d in ctx.study.get("discontinuities") or []}
    ids = [i for i in rows.in_order(table, "id") if i in declared]
    if not ids:
        return None
    shown = [(ids[0], "take_up"), *((i, "outcome") for i in ids)]
    cut = False
    across = min(ABREAST, len(shown))
    down = math.ceil(len(shown) / across)
    fig, axes = style.new(down, across, height=1.3 + 2.6 * down, squeeze=False)
    for ax in axes.flat[len(shown) :]:
        ax.set_visible(False)
    for place, (ax, (identifier, curve)) in enumerate(zip(axes.flat, shown, strict=False)):
        entry = declared[identifier]
        part = table.loc[(table["id"] == identifier) & (table["curve"] == curve)]
        _sides(ctx, ax, part)
        ax.axvline(float(entry["cutoff"]), color=style.INK, linewidth=1.2, linestyle=(0, (3, 2)), zorder=1)
        ax.grid(axis="y")
        if curve == "take_up":
            ax.set_ylim(0, 1)
            ax.yaxis.set_major_formatter(_percents(ctx))
            ax.set_ylabel(ctx.t("axis_share"), fontsize=style.SMALL)
            ax.set_title(
                style.wrap(ctx.t("panel_take_up", group=ctx.level(ctx.participants)), 44 // across + 6),
                fontsize=style.SMALL,
            )
        else:
            style.numbers_on(ax.yaxis, ctx.lang)
            ax.set_title(style.wrap(ctx.item(entry["outcome"]), 44 // across + 6), fontsize=style.SMALL)
            ax.set_ylabel(_unit(ctx, entry["outcome"]), fontsize=style.SMALL)
            cut |= ax.get_ylim()[0] > 0 or ax.get_ylim()[1] < 0
        ax.tick_params(axis="y", labelsize=style.SMALL)
        style.numbers_on(ax.xaxis, ctx.lang)
        if place + across >= len(shown):  # nothing below it
            ax.set_xlabel(style.wrap(ctx.item(entry["running"]), 66 // across + 4), fontsize=style.SMALL)
    handles, labels = axes[0][0].get_legend_handles_labels()
    # The foot is the key's heading: two things below the panels would be laid over each other.
    foot = f"{ctx.t('fig_discontinuity_foot')} {ctx.t('axis_not_from_zero') if cut else ''}".strip()
    key = fig.legend(handles, labels, loc="outside lower left", ncols=2, title=style.wrap(foot, 100), alignment="left",
                     title_fontsize=style.SMALL)  # fmt: skip
    key.get_title().set_color(style.MUTED)
    stamp = ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
    style.head(fig, ctx.t("fig_discontinuity_title"), "", stamp)
    return fig


def gain_without_programme(ctx: Context) -> Figure | None:
    """Gains of schools outside the programme by their first score: what regression to the mean looks like."""
    table = ctx.table("bins")
    table = table.loc[table["curve"] == "gain_without_programme"] if len(table) else table
    declared = (
        [d for d in ctx.study.get("regression_to_the_mean") or [] if d["id"] in set(table["id"])]
        if len(table)
        else []
    )
    if not declared:
        return None
    fig, axes = style.new(1, len(declared), height=3.3, squeeze=False, sharey=True)
    for ax, entry in zip(axes[0], declared, strict=True):
        part = table.loc[table["id"] == entry["id"]].sort_values("x_mean")
        hollow = bool((part["source"] == "simulated").any())
        ax.errorbar(part["x_mean"], part["y_mean"], yerr=2 * part["y_se"].fillna(0), color=style.PARTICIPANTS, marker="o", markersize=6,
                    linewidth=1.4, elinewidth=1.1, markerfacecolor=style.PAPER if hollow else style.PARTICIPANTS)  # fmt: skip
        ax.axhline(0, color=style.MUTED, linewidth=1)
        ax.grid(axis="y")
        ax.set_title(ctx.item(entry["gain"]), fontsize=style.SMALL)
        first = rows.first_scores(entry)[0]
        unit = ctx.unit(first)
        ax.set_xlabel(f"{ctx.item(first)} ({unit})" if unit else ctx.item(first), fontsize=style.SMALL)
        style.numbers_on(ax.xaxis, ctx.lang)
        style.numbers_on(ax.yaxis, ctx.lang)
        ax.tick_params(axis="y", labelsize=style.SMALL)
    axes[0][0].set_ylabel(_unit(ctx, declared[0]["gain"]), fontsize=style.SMALL)
    stamp = ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
    style.head(
        fig, ctx.t("fig_gain_without_programme_title"), ctx.t("fig_gain_without_programme_foot"), stamp
    )
    return fig


def _sides(ctx: Context, ax: Axes, part: pd.DataFrame) -> None:
    for side, marker, colour in (
        ("eligible", "o", style.PARTICIPANTS),
        ("not_eligible", "s", style.CONTROL),
        ("all", "o", style.MUTED),
    ):
        points = part.loc[part["side"] == side].sort_values("x_mean")
        if len(points):
            hollow = bool((points["source"] == "simulated").any())
            ax.errorbar(points["x_mean"], points["y_mean"], yerr=2 * points["y_se"].fillna(0), color=colour, marker=marker, markersize=5.5,
                        linestyle="none", elinewidth=1, markerfacecolor=style.PAPER if hollow else colour, markeredgecolor=style.INK,
                        markeredgewidth=0.6, label=ctx.t(f"side_{side}"))  # fmt: skip


def _percents(ctx: Context) -> Any:
    from matplotlib.ticker import FuncFormatter

    from trenza.render.language import percent

    return FuncFormatter(lambda v, _: percent(v, ctx.lang))


def _one_unit(ctx: Context, outcomes: list[str]) -> bool:
    return len({rows.scale_of(ctx, o)[1] for o in outcomes}) == 1


def _unit(ctx: Context, outcome: str) -> str:
    return ctx.unit(outcome) or ctx.item(outcome)
