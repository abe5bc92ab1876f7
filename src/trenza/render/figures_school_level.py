"""Each school's conditional mode against its themes: a quadrant plot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.render import rows, style
from trenza.render.language import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

NAMED = 15  # of more schools, names stand only beside points told from zero


def quadrants(ctx: Context) -> Figure | None:
    """A panel an entry: balance of themes across, mode with its interval up; full points are told from zero."""
    table = ctx.table("school_level")
    table = table.loc[table["balance"].notna()] if len(table) else table
    if not len(table):
        return None
    entries = rows.in_order(table, "id")
    fig, axes = style.new(len(entries), 1, height=1.1 + 3.5 * len(entries), squeeze=False)
    for ax, entry in zip(axes[:, 0], entries, strict=True):
        _panel(ctx, ax, table.loc[table["id"] == entry])
    level = percent(table["ci_level"].iloc[0], ctx.lang)
    stamp = ctx.t("simulated_stamp") if "simulated" in set(table["kind"]) | set(table["theme_kind"]) else ""
    foot = ctx.t("fig_school_quadrants_foot", level=level)
    if table.groupby("id").size().max() > NAMED:
        foot += " " + ctx.t("school_quadrants_named")
    style.head(fig, ctx.t("fig_school_quadrants_title"), foot, stamp)
    return fig


def _panel(ctx: Context, ax: Axes, table: Any) -> None:
    outcome = str(table["outcome"].iloc[0])
    colour = style.SIMULATED if "simulated" in set(table["kind"]) else style.PARTICIPANTS
    at: dict[float, int] = {}
    for r in table.sort_values(["balance", "mode"]).to_dict("records"):
        # Schools with the same balance stand beside each other, so that intervals do not hide one another.
        place = at.get(round(r["balance"], 6), 0)
        at[round(r["balance"], 6)] = place + 1
        x = r["balance"] + 0.035 * ((place + 1) // 2) * (1 if place % 2 else -1)
        ax.plot([x, x], [r["ci_low"], r["ci_high"]], color=colour, linewidth=1.1, zorder=2)
        filled = colour if r["side"] != "undecided" else style.PAPER
        ax.plot([x], [r["mode"]], marker="o", markersize=6, color=colour, markerfacecolor=filled, zorder=3)
        if len(table) <= NAMED or r["side"] != "undecided":
            halo = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.4, "alpha": 0.75}
            ax.annotate(str(r["school"]), (x, r["mode"]), xytext=(5, 3), textcoords="offset points", fontsize=style.SMALL - 2,
                        bbox=halo, zorder=4)  # fmt: skip
    both = at.get(0.0, 0)
    if both > 1:  # side by side, and still neither of the two
        ax.axvspan(-0.0175 * (both + 1), 0.0175 * (both + 1), color=style.BAND, linewidth=0, zorder=0)
    reach = 1.12 * float(table[["ci_low", "ci_high"]].abs().max().max())
    ax.set_ylim(-reach, reach)
    ax.set_xlim(-1.25, 1.25)
    ax.axhline(0, color=style.MUTED, linewidth=1, zorder=1)
    ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
    for across, up, side, theme in ((0.01, 0.98, "above", "hindering"), (0.99, 0.98, "above", "enabling"),
                                    (0.01, 0.02, "below", "hindering"), (0.99, 0.02, "below", "enabling")):  # fmt: skip
        n = int((table["quadrant"] == f"{side}_{theme}").sum())
        ax.text(across, up, ctx.t(f"quadrant_{side}_{theme}", n=ctx.count(n)), transform=ax.transAxes, fontsize=style.SMALL - 1,
                color=style.MUTED, ha="left" if across < 0.5 else "right", va="top" if up > 0.5 else "bottom")  # fmt: skip
    ax.set_xlabel(ctx.t("axis_theme_balance"), fontsize=style.SMALL)
    label = style.wrap(ctx.t("axis_school_mode", outcome=ctx.item(outcome)), 42)
    ax.set_ylabel(label, fontsize=style.SMALL)
    style.numbers_on(ax.xaxis, ctx.lang)
    style.numbers_on(ax.yaxis, ctx.lang)


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {"school_quadrants": quadrants}
