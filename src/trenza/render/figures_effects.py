"""Standardised effects with their intervals, and the printed degrees of freedom against what can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import rows, style
from trenza.render.language import MINUS, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trenza.render.context import Context

OFFSET = {"published": 0.17, "real": 0.17, "simulated": -0.17}


def forest(ctx: Context) -> Figure | None:
    """One row an outcome: standardised effect and interval; published and real filled; simulated, hollow, only where no other is at hand."""
    table = rows.primary(rows.main(ctx.study, ctx.table("groups")), "effect")
    if not len(table):
        return None
    at_hand = set(table.loc[table["source"] != "simulated", "id"])
    table = table.loc[(table["source"] != "simulated") | ~table["id"].isin(at_hand)]
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ids = rows.in_order(table, "id")
    kinds = rows.kinds(table)
    fig, ax = style.new(height=1.75 + 0.56 * len(ids))
    sesoi = table["sesoi"].dropna()
    if len(sesoi):
        ax.axvspan(-sesoi.iloc[0], sesoi.iloc[0], color=style.BAND, zorder=0, linewidth=0)
    ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
    names = []
    for position, identifier in enumerate(ids):
        y = len(ids) - 1 - position
        part = table.loc[table["id"] == identifier]
        first = part.iloc[0]
        name = style.wrap(ctx.item(first["outcome"]), 24)
        # An outcome of two comparisons would stand there twice under one name.
        twice = table.loc[table["outcome"] == first["outcome"], "id"].nunique() > 1
        names.append(f"{name}\n({plain(rows.analysis_of(first))})" if twice else name)
        for _, r in part.iterrows():
            hollow = r["source"] == "simulated"
            at = y + (OFFSET[r["source"]] if len(kinds) > 1 else 0)
            colour = style.SIMULATED if hollow else style.PARTICIPANTS
            ax.plot([r["effect_ci_low"], r["effect_ci_high"]], [at, at], color=colour, linewidth=1.6,
                    linestyle=(0, (4, 2)) if hollow else "-", zorder=2)  # fmt: skip
            ax.plot([r["effect"]], [at], marker="o", markersize=7, color=colour, zorder=3, markeredgewidth=1.6,
                    markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
            ax.text(1.015, at, f"{ctx.num(r['effect'])} {ctx.span(r['effect_ci_low'], r['effect_ci_high'])}",
                    transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL, color=colour)  # fmt: skip
    ax.set_yticks(range(len(ids))[::-1], names)
    ax.set_ylim(-0.6, len(ids) - 0.4)
    reach = max(0.5, float(table[["effect_ci_low", "effect_ci_high"]].abs().max().max()) * 1.06)
    ax.set_xlim(-reach, reach)
    style.numbers_on(ax.xaxis, ctx.lang)
    ax.set_xlabel(ctx.t("axis_effect"))
    style.bare(ax)
    for x, side, align in ((0.0, ctx.control, "left"), (1.0, ctx.participants, "right")):
        arrow = "\u2190 " if align == "left" else " \u2192"
        words = ctx.t("higher", group=ctx.level(side))
        ax.text(x, 1.0, arrow + words if align == "left" else words + arrow, transform=ax.transAxes, ha=align,
                va="bottom", fontsize=style.SMALL, color=style.MUTED)  # fmt: skip
    keys: list[Line2D | Patch] = [
        Line2D([], [], marker="o", markersize=7, markeredgewidth=1.6, linewidth=1.6,
               color=style.SIMULATED if k == "simulated" else style.PARTICIPANTS,
               linestyle=(0, (4, 2)) if k == "simulated" else "-",
               markerfacecolor=style.PAPER if k == "simulated" else style.PARTICIPANTS, label=ctx.source(k))
        for k in kinds
    ]  # fmt: skip
    if len(sesoi):
        value = ctx.num(sesoi.iloc[0])
        keys.append(Patch(facecolor=style.BAND, label=ctx.t("sesoi_band", value=f"\u00b1{value}")))
    fig.legend(handles=keys, loc="outside lower left", ncols=3, handlelength=2.6)
    stamp = ctx.t("simulated_stamp") if "simulated" in kinds else ""
    style.head(fig, ctx.t("fig_forest_title"), "", stamp)
    return fig


def printed_df(ctx: Context) -> Figure | None:
    """Printed degrees of freedom beside the interval that the printed n, means and SDs allow."""
    table = ctx.table("printed")
    table = table.loc[(table["quantity"] == "df") & table["printed"].notna() & table["reach_low"].notna()]
    if not len(table):
        return None
    from matplotlib.lines import Line2D

    fig, ax = style.new(height=1.7 + 0.46 * len(table))
    groups = ctx.table("groups")
    ceilings = []
    for position, (_, r) in enumerate(table.iterrows()):
        y = len(table) - 1 - position
        ax.plot(
            [r["reach_low"], r["reach_high"]],
            [y, y],
            color=style.PARTICIPANTS,
            linewidth=13,
            solid_capstyle="butt",
            zorder=2,
        )
        inside = bool(r["agrees"])
        ax.plot([r["printed"]], [y], marker="D" if inside else "X", markersize=6 if inside else 9,
                color=style.PAPER if inside else style.HINDERING, markeredgecolor=style.INK, markeredgewidth=1, linestyle="none", zorder=4)  # fmt: skip
        ax.text(1.015, y, f"{ctx.num(r['printed'], 3)}   {ctx.span(r['reach_low'], r['reach_high'], 3)}",
                transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL)  # fmt: skip
        n = groups.loc[(groups["id"] == r["id"]) & (groups["source"] == "published"), "n"]
        ceilings += [int(n.iloc[0]) - 2] if len(n) else []
    keys = [
        Line2D([], [], color=style.PARTICIPANTS, linewidth=10, solid_capstyle="butt", label=ctx.t("df_reachable")),
        Line2D([], [], marker="D", color=style.PAPER, markeredgecolor=style.INK, linestyle="none", markersize=6, label=ctx.t("df_inside")),
        Line2D([], [], marker="X", color=style.HINDERING, markeredgecolor=style.INK, linestyle="none", markersize=8,
               label=ctx.t("df_outside")),
    ]  # fmt: skip
    if ceilings and len(set(ceilings)) == 1:
        ax.axvline(ceilings[0], color=style.SIMULATED, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
        words = ctx.t("df_ceiling", sum=f"n\u2081 + n\u2082 {MINUS} 2 = {ceilings[0]}")
        keys.append(Line2D([], [], color=style.SIMULATED, linewidth=1.2, linestyle=(0, (4, 2)), label=words))
    ax.set_yticks(range(len(table))[::-1], [style.wrap(ctx.item(o), 24) for o in table["outcome"]])
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.grid(axis="y")
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)
    ax.set_xlabel(ctx.t("axis_df"))
    ax.text(
        1.015,
        1.0,
        ctx.t("df_columns"),
        transform=ax.transAxes,
        ha="left",
        va="bottom",
        fontsize=style.SMALL,
        color=style.MUTED,
    )
    fig.legend(handles=keys, loc="outside lower left", ncols=2, handlelength=1.8)
    style.head(fig, ctx.t("fig_printed_df_title"))
    return fig
