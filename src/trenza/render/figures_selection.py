"""Regression to the mean by first score, intervals of ranks, published claims, and claims beside what luck gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.contracts.selection_tables import QUALITY
from trenza.render import rows, selection, style
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

_MARKS = {"positive": ">", "negative": "<", "null": "o", "mixed": "D", "target": "*", "no_size": "."}


def scatter(ctx: Context) -> Figure | None:
    """Mean gain by first score, and the gain that noise foretells, one panel an analysis."""
    table = ctx.table("reversion_bins")
    if not len(table):
        return None
    ids = rows.in_order(table, "id")
    lines = (len(ids) + 1) // 2
    fig, axes = style.new(
        lines, min(2, len(ids)), height=0.9 + 2.5 * lines, squeeze=False, sharex=True, sharey=True
    )
    for ax, identifier in zip(axes.ravel(), ids, strict=False):
        part = table.loc[table["id"] == identifier]
        ax.plot(
            part["x_mean"],
            part["expected"],
            color=style.CONTROL,
            linewidth=2,
            label=ctx.t("key_rule_expected"),
        )
        ax.errorbar(part["x_mean"], part["gain_mean"], yerr=1.96 * part["gain_se"].fillna(0), color=style.PARTICIPANTS, marker="o",
                    markersize=4.5, linestyle="none", elinewidth=1, label=ctx.t("key_rule_seen"))  # fmt: skip
        ax.axhline(0, color=style.MUTED, linewidth=0.8)
        ax.axvline(0, color=style.MUTED, linewidth=0.8)
        ax.set_title(ctx.level(identifier), fontsize=style.SMALL)
        ax.tick_params(labelsize=style.SMALL)
        style.numbers_on(ax.xaxis, ctx.lang)
        style.numbers_on(ax.yaxis, ctx.lang)
    for ax in axes.ravel()[len(ids) :]:
        ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel(style.wrap(ctx.t("axis_rule_x"), 34), fontsize=style.SMALL)
    for ax in axes[:, 0]:
        ax.set_ylabel(style.wrap(ctx.t("axis_rule_y"), 24), fontsize=style.SMALL)
    axes[0][0].legend(loc="upper right")
    style.head(fig, ctx.t("fig_rule_scatter_title"), ctx.t("fig_rule_scatter_foot"))
    return fig


def caterpillar(ctx: Context) -> Figure | None:
    """Intervals of ranks by groups of neighbouring schools, one panel an analysis."""
    table = ctx.table("rank_intervals")
    table = table.loc[table["bin"] > 0] if len(table) else table
    if not len(table):
        return None
    ids = rows.in_order(table, "id")
    lines = (len(ids) + 1) // 2
    fig, axes = style.new(
        lines, min(2, len(ids)), height=0.9 + 2.4 * lines, squeeze=False, sharex=True, sharey=True
    )
    for ax, identifier in zip(axes.ravel(), ids, strict=False):
        part = table.loc[table["id"] == identifier].sort_values("bin")
        apart = (part["low"] > 0.5) | (part["high"] < 0.5)
        for side, colour in ((apart, style.PARTICIPANTS), (~apart, style.MUTED)):
            one = part.loc[side]
            ax.vlines(one["bin"], one["low"], one["high"], color=colour, linewidth=1.8)
            ax.plot(one["bin"], one["rank"], marker="o", markersize=3.2, linestyle="none", color=colour,
                    markerfacecolor=colour if colour == style.PARTICIPANTS else style.PAPER)  # fmt: skip
        ax.axhline(0.5, color=style.INK, linewidth=0.8, linestyle=(0, (3, 2)))
        ax.set_ylim(0, 1)
        ax.set_xticks([])
        ax.set_title(f"{ctx.level(identifier)}, {int(part['year'].iloc[0])}", fontsize=style.SMALL)
        ax.tick_params(labelsize=style.SMALL)
        style.numbers_on(ax.yaxis, ctx.lang)
    for ax in axes.ravel()[len(ids) :]:
        ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel(style.wrap(ctx.t("axis_rank_groups"), 40), fontsize=style.SMALL)
    for ax in axes[:, 0]:
        ax.set_ylabel(ctx.t("axis_rank"), fontsize=style.SMALL)
    style.head(fig, ctx.t("fig_rank_caterpillar_title"), ctx.t("fig_rank_caterpillar_foot"))
    return fig


def forest(ctx: Context) -> Figure | None:
    """Claims by unit: a point at a printed size, a mark of its direction where there is none; strongest design first."""
    table = ctx.table("claims")
    if not len(table):
        return None
    order = {q: i for i, q in enumerate((*QUALITY[:5][::-1], *QUALITY[5:]))}
    table = table.assign(place=table["quality"].map(order)).sort_values("place", kind="stable")
    sized = table.loc[table["estimate"].notna()]
    panels = [(ctx.say(u), sized.loc[sized["unit"] == u], True) for u in rows.in_order(sized, "unit")]
    rest = table.loc[table["estimate"].isna()]
    if len(rest):
        panels.append((ctx.t("panel_claim_direction"), rest, False))
    heights = [len(part) + 1.2 for _, part, _ in panels]
    fig, axes = style.new(
        len(panels), 1, height=1.1 + 0.3 * sum(heights), squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for ax, (title, part, has_size) in zip(axes[:, 0], panels, strict=True):
        for y, (_, r) in enumerate(part.iloc[::-1].iterrows()):
            if has_size:
                ax.plot(r["estimate"], y, marker="o", markersize=7, color=style.PARTICIPANTS)
                words = f"{selection.size(ctx, r.to_dict())}; {ctx.t('quality_' + r['quality'])}"
            else:
                x = {"positive": 1.0, "negative": -1.0}.get(r["direction"], 0.0)
                ax.plot(x, y, marker=_MARKS[r["direction"]], markersize=7, color=style.MUTED)
                words = f"{ctx.t('claim_' + r['direction'])}; {ctx.t('quality_' + r['quality'])}"
            ax.text(
                1.02,
                y,
                style.wrap(words, 31),
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize=style.SMALL - 1,
            )
        _named(ax, [selection.claim_name(ctx, c) for c in part["claim"]][::-1])
        ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
        ax.set_title(title, fontsize=style.SMALL)
        if has_size:
            ax.set_xlim(0, 1.15 * float(part["estimate"].max()))
            style.numbers_on(ax.xaxis, ctx.lang)
        else:
            ax.set_xlim(-1.6, 1.6)
            ax.set_xticks([])
    style.head(fig, ctx.t("fig_claims_forest_title"), ctx.t("fig_claims_forest_foot"))
    return fig


def checks(ctx: Context) -> Figure | None:
    """Claimed and expected figures, counts of schools apart from points."""
    table = ctx.table("claim_checks")
    table = table.loc[table["check"] != "sum"] if len(table) else table
    if not len(table):
        return None
    counted = table["check"] == "counts"
    panels = [
        (ctx.t(key), part)
        for key, part in (
            ("axis_check_points", table.loc[~counted]),
            ("axis_check_schools", table.loc[counted]),
        )
        if len(part)
    ]
    heights = [len(part) + 1.0 for _, part in panels]
    fig, axes = style.new(
        len(panels), 1, height=1.2 + 0.4 * sum(heights), squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for ax, (unit, part) in zip(axes[:, 0], panels, strict=True):
        names = []
        for y, (_, r) in enumerate(part.iloc[::-1].iterrows()):
            if not is_missing(r["low"]):
                ax.plot([r["low"], r["high"]], [y, y], color=style.CONTROL, linewidth=2)
            ax.plot(r["expected"], y, marker="D", markersize=6, color=style.CONTROL)
            ax.plot(r["claimed"], y, marker="o", markersize=7, color=style.PARTICIPANTS)
            what = f"{selection.claim_name(ctx, r['claim'])}, {ctx.say(r['scenario'])}"
            what += f" ({ctx.t('check_kind_' + r['check'])})" if r["check"] == "cohort_seen" else ""
            names.append(style.wrap(what, 50))
        _named(ax, names)
        ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
        ax.grid(axis="x")
        ax.set_xlabel(unit, fontsize=style.SMALL)
        style.numbers_on(ax.xaxis, ctx.lang)
    style.head(fig, ctx.t("fig_claim_checks_title"), ctx.t("fig_claim_checks_foot"))
    return fig


def _named(ax: Axes, names: list[str]) -> None:
    ax.set_yticks(range(len(names)), names, fontsize=style.SMALL)
    ax.set_ylim(-0.7, len(names) - 0.3)
    style.bare(ax)


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    "claims_forest": forest,
    "claim_checks": checks,
    "rule_scatter": scatter,
    "rank_caterpillar": caterpillar,
}
