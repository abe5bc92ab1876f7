"""The scales of questionnaires: alpha and omega with their intervals, and scores by school."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from trenza.render import questionnaire, rows, style
from trenza.render.language import is_missing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context
    from trenza.render.questionnaire import Part

PAGE = 8.2  # inches of rows that fit on a page
ROW, BETWEEN = 0.3, 0.12  # inches, height of a row, and room between two scales
PANELS = 12  # scales in the figure by school
ACROSS = 3
TINY = style.SMALL - 1
MARKS = {"alpha": ("o", 0.19), "omega": ("D", -0.19)}
WIDTHS = (1.0, 0.52)  # of the picture and of the numbers at its right
LOWEST = -0.4  # alpha has no lower bound: what lies below is marked by an arrow


def reliability(ctx: Context) -> Figure | None:
    """A row a scale and group: alpha and omega with their intervals, their values and n at the right."""
    table = ctx.table("reliability")
    if not len(table):
        return None
    from matplotlib.lines import Line2D

    every = questionnaire.parts(table)
    shown = lines_shown(table)
    lines = [(p, g) for p in shown for g in questionnaire.groups(ctx, p.table)]
    fig, pair = style.new(
        1, 2, height=1.8 + ROW * len(lines) + BETWEEN * len(shown), sharey=True, width_ratios=WIDTHS
    )
    ax, edge = pair
    places: dict[tuple[Any, str], float] = {}
    y = 0.0
    for part in shown:
        for group in questionnaire.groups(ctx, part.table):
            places[(part.source_id, part.source, part.scale), group] = y
            y -= 1.0
        y -= BETWEEN / ROW
    drawn = table.loc[table["source_id"].isin({p.source_id for p in shown})]
    low = max(LOWEST, min(0.0, float(drawn[["ci_low", "estimate"]].min().min())))
    ax.set_xlim(low - 0.02, 1.02)
    ax.set_ylim(y + 0.75, 0.9)
    for part in shown:
        for r in part.table.to_dict("records"):
            _whisker(ctx, ax, r, places[(part.source_id, part.source, part.scale), r["group"]], low)
    alone = questionnaire.alone(table)
    names = []
    for part in shown:
        mine = [
            places[(part.source_id, part.source, part.scale), g]
            for g in questionnaire.groups(ctx, part.table)
        ]
        source = questionnaire.name_of_source(ctx, part.source_id, part.source, alone)
        name = textwrap.wrap(
            ctx.item(part.scale), 32, max_lines=1 if source and len(mine) == 1 else 2, placeholder="\u2026"
        )
        names.append((sum(mine) / len(mine), "\n".join([*name, *([source] if source else [])])))
    ax.set_yticks([at for at, _ in names], [text for _, text in names], fontsize=style.SMALL)
    if low < 0:
        ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
    ax.grid(axis="x")
    ax.set_xlabel(ctx.t("axis_reliability"))
    style.numbers_on(ax.xaxis, ctx.lang)
    style.bare(ax)
    _columns(ctx, edge, lines, places)
    keys = [Line2D([], [], marker=m, markersize=6.5, color=style.INK, linewidth=1.5, label=ctx.t(f"coefficient_{c}")) for c, (m, _) in MARKS.items()]  # fmt: skip
    foot = ctx.t("fig_questionnaire_reliability_foot")
    foot += " " + ctx.t("hollow_simulated") if "simulated" in rows.kinds(drawn) else ""
    foot += " " + ctx.t("goes_on_below") if bool((drawn["ci_low"] < low).any()) else ""
    if len(shown) < len(every):
        foot += " " + ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(len(every)), table="reliability")
    _key(fig, keys, foot)
    style.head(fig, ctx.t("fig_questionnaire_reliability_title"), "", questionnaire.stamp(ctx, drawn))
    return fig


def lines_shown(table: pd.DataFrame) -> list[Part]:
    """The first scales that fit on a page."""
    left = PAGE
    found: list[Part] = []
    for part in questionnaire.parts(table):
        left -= ROW * part.table["group"].nunique() + BETWEEN
        if left < 0 and found:
            break
        found.append(part)
    return found


def _key(fig: Figure, marks: list[Any], foot: str) -> None:
    """The marks below the picture, under the foot."""
    found = fig.legend(handles=marks, loc="outside lower left", ncols=3, title=style.wrap(foot, 104), alignment="left",
                       title_fontsize=style.SMALL)  # fmt: skip
    found.get_title().set_color(style.MUTED)


def _whisker(ctx: Context, ax: Axes, r: dict[Any, Any], y: float, low: float) -> None:
    marker, shift = MARKS[r["coefficient"]]
    if is_missing(r["estimate"]):
        return
    colour = style.CONTROL if r["group"] == ctx.control and ctx.compares else style.PARTICIPANTS
    hollow = r["source"] == "simulated"
    if not is_missing(r["ci_low"]) and not is_missing(r["ci_high"]):
        ax.plot([max(r["ci_low"], low), r["ci_high"]], [y + shift] * 2, color=colour, linewidth=1.5,
                linestyle=(0, (4, 2)) if hollow else "-", zorder=2)  # fmt: skip
        if r["ci_low"] < low:
            ax.plot([low], [y + shift], marker="<", markersize=6, color=colour, zorder=3, clip_on=False)
    if r["estimate"] >= low:
        ax.plot([r["estimate"]], [y + shift], marker=marker, markersize=6.5, color=colour, markeredgewidth=1.4, zorder=3,
                markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip


def _columns(
    ctx: Context, ax: Axes, lines: list[tuple[Part, str]], places: dict[tuple[Any, str], float]
) -> None:
    """Group, both values and n, row by row."""
    several = any(g != "all" for _, g in lines)
    ax.set_xlim(0, 1)
    ax.axis("off")
    columns = (
        {"group": 0.0, "alpha": 0.62, "omega": 0.81, "n": 1.0}
        if several
        else {"alpha": 0.3, "omega": 0.6, "n": 0.95}
    )
    heads = {"group": "", "alpha": "\u03b1", "omega": "\u03c9", "n": ctx.t("edge_n")}
    for key, x in columns.items():
        ax.text(x, 0.62, heads[key], ha="right", va="bottom", fontsize=TINY, color=style.MUTED)
    for part, group in lines:
        y = places[(part.source_id, part.source, part.scale), group]
        mine = {r["coefficient"]: r for r in part.table.loc[part.table["group"] == group].to_dict("records")}
        any_row = next(iter(mine.values()))
        hidden = bool(any_row["suppressed"])
        said = {
            "group": textwrap.shorten(ctx.level(group), 16, placeholder="\u2026"),
            "n": ctx.t("suppressed") if hidden else ctx.count(any_row["n"]),
            **{c: ctx.num(mine[c]["estimate"]) if c in mine and not hidden else "" for c in MARKS},
        }
        for key, x in columns.items():
            ax.text(x, y, said[key], ha="left" if key == "group" else "right", va="center", fontsize=TINY)


def schools(ctx: Context) -> Figure | None:
    """One panel a scale: schools by the rank of their mean, with one standard error, larger for more people."""
    table = ctx.table("school_scores")
    if not len(table):
        return None
    every = questionnaire.parts(table, "outcome")
    shown = every[:PANELS]
    across = 2 if len(shown) in (2, 4) else min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    fig, axes = style.new(down, across, height=1.35 + (2.1 if down > 1 else 2.6) * down, squeeze=False)
    most = float(table["n"].max())
    alone = questionnaire.alone(table, "outcome")
    for ax, part in zip(axes.ravel(), shown, strict=False):
        _panel(ctx, ax, part.table, most, part.source == "simulated")
        ax.set_title(style.wrap(questionnaire.title(ctx, part, alone), 74 // across), fontsize=style.SMALL)
    for ax in axes.ravel()[len(shown) :]:
        ax.axis("off")
    for i in range(len(shown)):  # a panel without one below it names the axis itself
        if i + across >= len(shown):
            axes.ravel()[i].set_xlabel(
                style.wrap(ctx.t("axis_school_rank"), 24 if across > 2 else 60), fontsize=style.SMALL
            )
    foot = ctx.t("fig_questionnaire_schools_foot")
    foot += " " + ctx.t("school_alone") if bool(table["low"].isna().any()) else ""
    foot += " " + ctx.t("hollow_simulated") if "simulated" in rows.kinds(table) else ""
    if len(shown) < len(every):
        foot += " " + ctx.t(
            "shown_of", k=ctx.count(len(shown)), n=ctx.count(len(every)), table="school_scores"
        )
    drawn = table.loc[table["source_id"].isin({p.source_id for p in shown})]
    _key(fig, _sizes(ctx, table, most), foot)
    style.head(fig, ctx.t("fig_questionnaire_schools_title"), "", questionnaire.stamp(ctx, drawn))
    return fig


def _area(n: float, most: float, many: bool) -> float:
    return (10 if many else 16) + (34 if many else 60) * float(n) / most


def _panel(ctx: Context, ax: Axes, table: pd.DataFrame, most: float, simulated: bool) -> None:
    many = len(table) > 60
    colour = style.SIMULATED if simulated else style.PARTICIPANTS
    if table["overall"].notna().any():
        ax.axhline(table["overall"].iloc[0], color=style.INK, linewidth=1.1, linestyle="--", zorder=1)
    bars = table.loc[table["low"].notna()]
    ax.vlines(bars["rank"], bars["low"], bars["high"], color=colour if not many else style.MUTED, linewidth=0.5 if many else 1.1,
              zorder=2)  # fmt: skip
    ax.scatter(table["rank"], table["mean"], s=[_area(n, most, many) for n in table["n"]], facecolors=style.PAPER if simulated else colour,
               edgecolors=colour if simulated else style.PAPER, linewidths=1.2 if simulated else 0.5, zorder=3)  # fmt: skip
    ax.set_xlim(0.2, max(float(table["rank"].max()), 2) + 0.8)
    ax.grid(axis="y")
    ax.tick_params(axis="both", labelsize=style.SMALL)
    ax.locator_params(axis="y", nbins=5)
    ax.locator_params(axis="x", nbins=5, integer=True)
    style.numbers_on(ax.yaxis, ctx.lang)
    style.numbers_on(ax.xaxis, ctx.lang)


def _sizes(ctx: Context, table: pd.DataFrame, most: float) -> list[Any]:
    from matplotlib.lines import Line2D

    many = len(table) > 60 * table[["source_id", "outcome"]].drop_duplicates().shape[0]
    ends = sorted({int(table["n"].min()), int(table["n"].max())})
    keys = [Line2D([], [], marker="o", linestyle="", color=style.MUTED, markeredgecolor=style.PAPER, markersize=_area(n, most, many) ** 0.5,
                   label=ctx.t("school_people", n=ctx.count(n))) for n in ends]  # fmt: skip
    keys.append(Line2D([], [], color=style.INK, linewidth=1.1, linestyle="--", label=ctx.t("school_overall")))
    return keys
