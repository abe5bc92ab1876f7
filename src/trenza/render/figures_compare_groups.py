"""How each outcome spreads in either group: every simulated row, quartiles, mean with its standard errors.

Rows of real people are never drawn: of them a picture shows what table ``distribution`` holds after disclosure.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trenza.render import rows, style
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

OUTCOMES = 10  # panels; what is beyond is in the table
STEPS = 36  # columns in which dots are piled up
PILE = 0.62  # height of the highest pile; lanes are 1.25 apart
LANE = 1.25
DEEP = "#7a4a00"  # the control's colour, darker: thin hollow squares need it
CLOSED = 0.07  # lower than that, dots would close up


def group_distributions(ctx: Context) -> Figure | None:
    """A panel an outcome, a lane a group: piled dots of simulated rows over a box and the mean."""
    shown = [(o, s) for s in ("real", "published", "simulated") for o in _outcomes(ctx, s)]
    if not shown:
        return None
    some = shown[:OUTCOMES]
    high = [1.42 if s == "simulated" and _records(ctx, o) else 0.98 for o, s in some]
    fig, axes = style.new(len(some), 1, height=1.5 + sum(high), squeeze=False, height_ratios=high)
    told: set[str] = set()
    for ax, (outcome, source) in zip(axes[:, 0], some, strict=True):
        told |= _panel(ctx, ax, outcome, source)
    hollow = any(s == "simulated" for _, s in some)
    foot = [*(ctx.t(f"cmp_groups_{form}") for form in sorted(told)), ctx.t("cmp_groups_foot")]
    if any(s == "real" for _, s in some):
        foot.append(ctx.t("cmp_groups_real"))
    if hollow:
        foot.append(ctx.t("cmp_groups_simulated"))
    if len(some) < len(shown):
        foot.append(ctx.t("shown_of", k=ctx.count(len(some)), n=ctx.count(len(shown)), table="distribution"))
    style.head(
        fig,
        ctx.t("fig_group_distributions_title"),
        " ".join(foot),
        ctx.t("simulated_stamp") if hollow else "",
    )
    return fig


def _outcomes(ctx: Context, source: str) -> list[str]:
    """Outcomes of which both groups of this kind of source can be shown; baselines have a figure of their own."""
    table = ctx.table("distribution")
    if not len(table):
        return []
    part = table.loc[(table["source"] == source) & table["mean"].notna()]
    both = [
        o
        for o in rows.outcomes(ctx)
        if {ctx.participants, ctx.control} <= set(part.loc[part["outcome"] == o, "group"])
    ]
    return [o for o in both if source == "simulated" or o not in rows.baselines(ctx.study)]


def _records(ctx: Context, outcome: str) -> dict[str, list[float]]:
    """The values of simulated rows by group; nothing where a row is of a real person."""
    table = ctx.tables.get("records")
    group = str(ctx.design.get("group") or "group")
    if table is None or not len(table) or not {group, outcome, "source"} <= set(table.columns):
        return {}
    if bool((table["source"] != "simulated").any()):
        return {}
    return {
        g: [float(v) for v in table.loc[table[group] == g, outcome].dropna()]
        for g in (ctx.participants, ctx.control)
    }


def _panel(ctx: Context, ax: Axes, outcome: str, source: str) -> set[str]:
    """Draws one outcome; returns what stands for rows, dots or an outline, where any do."""
    told: set[str] = set()
    table = ctx.table("distribution")
    part = table.loc[(table["outcome"] == outcome) & (table["source"] == source)].drop_duplicates("group")
    part = part.set_index("group")
    values = _records(ctx, outcome) if source == "simulated" else {}
    step = _step(values)
    most = max((n for v in values.values() for n in _piles(v, step).values()), default=1)
    names = []
    lanes = ((LANE, ctx.participants, style.PARTICIPANTS, "o"), (0.0, ctx.control, DEEP, "s"))
    for y, group, colour, marker in lanes:
        row = part.loc[group]
        if values.get(group):
            told.add(_cloud(ax, values[group], step, most, y, colour, marker))
        _box(ax, row, y - 0.2, colour, hollow=source == "simulated")
        n = ctx.t("suppressed") if bool(row["suppressed"]) else ctx.count(row["n"])
        names.append(f"{ctx.level(group)}\nn = {n}")
        ax.text(1.012, y - 0.2, ctx.t("cmp_mean_sd", mean=ctx.num(row["mean"]), sd=ctx.num(row["sd"])),
                transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL - 0.5)  # fmt: skip
    ax.set_yticks([LANE, 0.0], names, fontsize=style.SMALL)
    ax.set_ylim(-0.6, LANE + (PILE + 0.15 if values else 0.15))
    ax.use_sticky_edges = False  # a box is not a bar that grows from the edge
    ax.autoscale_view(scaley=False)
    name = ctx.item(outcome)
    # Two sources may hold outcomes of one name, such as two years' samples.
    if sum(ctx.item(o) == name for o in set(table["outcome"])) > 1:
        name = f"{name} ({ctx.level(part['source_id'].iloc[0])})"
    ax.set_title(name, fontsize=style.BODY)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)
    return told


def _step(values: dict[str, list[float]]) -> float:
    """Width of a column of dots: that of the scale's own steps where it has few values."""
    every = sorted({v for part in values.values() for v in part})
    if len(every) < 2:
        return 1.0
    gaps = min(b - a for a, b in pairwise(every))
    return max((every[-1] - every[0]) / STEPS, gaps)


def _piles(values: list[float], step: float) -> dict[int, int]:
    """How many values stand in each column."""
    found: dict[int, int] = {}
    for value in values:
        column = math.floor(value / step + 0.5)
        found[column] = found.get(column, 0) + 1
    return found


def _cloud(ax: Axes, values: list[float], step: float, most: int, y: float, colour: str, marker: str) -> str:
    """Values piled up in columns, each a hollow dot; so many that dots would close up are a hatched outline."""
    piles = _piles(values, step)
    rise = min(0.15, PILE / most)
    if rise < CLOSED:
        for column, n in piles.items():
            ax.bar(column * step, PILE * n / most, width=step * 0.92, bottom=y + 0.02, facecolor=style.PAPER,
                   edgecolor=colour, hatch="////", linewidth=0.7)  # fmt: skip
        return "outline"
    at = [(column * step, y + 0.05 + rise * k) for column, n in sorted(piles.items()) for k in range(n)]
    ax.scatter([x for x, _ in at], [height for _, height in at], s=(27 * rise) ** 2, marker=marker, facecolors="none",
               edgecolors=colour, linewidths=0.9)  # fmt: skip
    return "dots"


def _box(ax: Axes, row: Any, y: float, colour: str, hollow: bool) -> None:
    """Quartiles and median as a box; the mean with two standard errors each way as a diamond with whiskers."""
    if not is_missing(row["median"]) and not is_missing(row["q25"]):
        ax.barh(y, row["q75"] - row["q25"], left=row["q25"], height=0.16, facecolor=style.PAPER if hollow else colour,
                edgecolor=colour, linewidth=1.2, alpha=1.0, zorder=2)  # fmt: skip
        ax.plot(
            [row["median"]] * 2,
            [y - 0.08, y + 0.08],
            color=colour if hollow else style.PAPER,
            linewidth=2.4,
            zorder=3,
        )
    if is_missing(row["mean"]):
        return
    if not is_missing(row["sd"]) and not is_missing(row["n"]) and row["n"] > 0:
        reach = 2 * float(row["sd"]) / math.sqrt(float(row["n"]))
        ax.plot(
            [row["mean"] - reach, row["mean"] + reach],
            [y - 0.16, y - 0.16],
            color=style.INK,
            linewidth=1.6,
            zorder=4,
        )
    ax.plot([row["mean"]], [y - 0.16], marker="D", markersize=5, color=style.INK, markerfacecolor=style.PAPER if hollow else style.INK,
            markeredgewidth=1.2, zorder=5)  # fmt: skip
