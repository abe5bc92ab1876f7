"""Forest plots of every inference: what the design calls for, what stands beside it, what is a what-if.

A page is one comparison from one kind of source; its panels are outcomes, its lines procedures, its unit the pooled SD.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from trenza.render import comparison, style
from trenza.render.comparison import Block
from trenza.render.language import is_missing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

FIRST = "inferences"
PAGES = 4  # comparisons that get a figure
ACROSS = 5  # panels side by side
PANELS = 15  # on a page; what is beyond is in the table
LINE = 0.31  # inches, height of a line
LETTERS = 27  # of a procedure's name on a line
KEY = 48  # letters on a line of the key, which has two columns
LOOKS: dict[str, dict[str, Any]] = {
    "called_for": {"marker": "D", "size": 7.0, "width": 2.6, "dash": "-", "hollow": False},
    "beside": {"marker": "o", "size": 4.6, "width": 1.2, "dash": "-", "hollow": False},
    "ignores_clusters": {"marker": "X", "size": 5.6, "width": 1.0, "dash": (0, (0.8, 1.2)), "hollow": False},
    "what_if": {"marker": "s", "size": 5.0, "width": 1.2, "dash": (0, (2.5, 1.8)), "hollow": True},
}
COLOURS = {
    "called_for": style.PARTICIPANTS,
    "beside": style.INK,
    "ignores_clusters": style.MUTED,
    "what_if": style.CONTROL,
}


def inferences(ctx: Context, number: int = 1) -> Figure | None:
    """The page of comparison ``number``: every inference about each outcome, with the SESOI band and a line at zero."""
    found = comparison.blocks(ctx)
    if len(found) < number:
        return None
    block = found[number - 1]
    lines = methods(block)
    outcomes = [r for _, r in block.verdicts.iterrows()][:PANELS]
    per_row = min(len(outcomes), ACROSS)
    down = math.ceil(len(outcomes) / ACROSS)
    fig, axes = style.new(
        down, per_row, height=1.75 + down * (0.75 + LINE * (len(lines) + 1.2)), squeeze=False, sharex=True,
        sharey=True,
    )  # fmt: skip
    reach = _reach(block)
    for k, verdict in enumerate(outcomes):
        ax = axes[k // per_row][k % per_row]
        _panel(ctx, ax, block, verdict, lines, reach, first=k % per_row == 0)
        # Under the last of a column, also where the row below is not full.
        ax.tick_params(axis="x", labelbottom=k + per_row >= len(outcomes))
    if per_row > 2:
        axes[0][0].set_xticks(three_ticks(reach))
    for ax in list(axes.flat)[len(outcomes) :]:
        ax.set_visible(False)
    keys = _keys(ctx, block)
    fig.legend(handles=keys, loc="outside lower left", ncols=2, handlelength=2.8, title=style.wrap(_foot(ctx, block, outcomes), 100),
               alignment="left", title_fontsize=style.SMALL).get_title().set_color(style.MUTED)  # fmt: skip
    style.head(
        fig,
        ctx.t("fig_inferences_page", kind=comparison.title(ctx, block)),
        "",
        ctx.t("simulated_stamp") if block.hollow else "",
    )
    return fig


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    FIRST if k == 1 else f"{FIRST}_{k}": partial(inferences, number=k) for k in range(1, PAGES + 1)
}


def methods(block: Block) -> list[tuple[str, str]]:
    """(role, method) of all lines: by role, then in the order of the table."""
    there = block.inferences
    return [
        (role, str(method))
        for role in comparison.ROLES
        for method in dict.fromkeys(comparison.line(m) for m in there.loc[there["role"] == role, "method"])
    ]


def _panel(
    ctx: Context,
    ax: Axes,
    block: Block,
    verdict: pd.Series,
    lines: list[tuple[str, str]],
    reach: float,
    first: bool,
) -> None:
    """One outcome: a line for each inference, those of a role together."""
    if not is_missing(verdict["sesoi"]):
        ax.axvspan(-verdict["sesoi"], verdict["sesoi"], color=style.BAND, zorder=0, linewidth=0)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    same = block.inferences.loc[block.inferences["id"] == verdict["id"]]
    by_method = {(str(r["role"]), comparison.line(r["method"])): r for _, r in same.iterrows()}
    places = heights(lines)
    for (role, method), y in zip(lines, places, strict=True):
        row = by_method.get((role, method))
        if row is None:
            continue
        if comparison.is_computed(row) and not is_missing(row["effect"]):
            draw_line(ax, row, y, role, reach, block.hollow)
        else:
            ax.text(0, y, ctx.t("cmp_not_computed"), ha="center", va="center", fontsize=6.5, color=style.INK,
                    style="italic", zorder=4, bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8})  # fmt: skip
    for (role, _), (after, _), y in zip(lines, lines[1:], places, strict=False):
        if role != after:
            ax.axhline(y - 0.8, color=style.GRID, linewidth=0.8, zorder=0)
    if block.hollow:
        ax.text(0.1, 0.5, ctx.t("simulated_stamp"), transform=ax.transAxes, rotation=90, ha="center", va="center",
                fontsize=15, color=style.SIMULATED, alpha=0.2, zorder=0.5)  # fmt: skip
    names = [style.wrap(comparison.name(ctx, m), LETTERS) for _, m in lines]
    ax.set_yticks(places, names, fontsize=style.SMALL - 0.5)
    if first:
        for label, (role, _) in zip(ax.get_yticklabels(), lines, strict=True):
            label.set_color(style.MUTED if role == "what_if" else style.INK)
            label.set_fontweight("bold" if role == "called_for" else "normal")
            label.set_fontstyle("italic" if role == "what_if" else "normal")
    ax.set_ylim(min(places) - 0.7, max(places) + 0.7)
    ax.set_xlim(-reach, reach)
    ax.set_title(
        style.wrap(ctx.item(verdict["outcome"]), 15),
        fontsize=style.SMALL - 1.4,
        fontweight="bold",
        loc="center",
    )
    ax.grid(axis="x", zorder=0)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)


def draw_line(ax: Axes, row: Any, y: float, role: str, reach: float, simulated: bool) -> None:
    """Estimate and interval; an end beyond the axis, or none at all, has an arrow."""
    look = LOOKS[role]
    colour = style.SIMULATED if simulated and role == "called_for" else COLOURS[role]
    low, high = (
        float("nan") if is_missing(row[k]) else float(row[k]) for k in ("effect_ci_low", "effect_ci_high")
    )
    if not (math.isnan(low) or math.isnan(high)):
        ends = max(low, -reach), min(high, reach)
        ax.plot(ends, [y, y], color=colour, linewidth=look["width"], linestyle=look["dash"], zorder=2,
                solid_capstyle="butt")  # fmt: skip
        for end, beyond, marker in ((ends[0], low < -reach, "<"), (ends[1], high > reach, ">")):
            if beyond:
                ax.plot([end], [y], marker=marker, color=colour, markersize=4.5, clip_on=False, zorder=3)
    ax.plot([row["effect"]], [y], marker=look["marker"], markersize=look["size"], color=colour, markeredgewidth=1.2,
            markerfacecolor=style.PAPER if look["hollow"] else colour, zorder=3)  # fmt: skip


def heights(lines: list[tuple[str, str]]) -> list[float]:
    """Heights of the lines from above, with a gap between roles."""
    at, places = 0.0, []
    for k, (role, _) in enumerate(lines):
        at -= 0.0 if k == 0 else 1.6 if role != lines[k - 1][0] else 1.0
        places.append(at)
    return places


def three_ticks(reach: float) -> list[float]:
    """Zero and a round number each way, so far out that their words stand apart in a narrow panel."""
    size = 10.0 ** math.floor(math.log10(0.8 * reach))
    far = max(k * size for k in (1, 2, 4, 5, 6, 8) if k * size <= 0.8 * reach)
    return [-far, 0.0, far]


def _reach(block: Block) -> float:
    """How far the axis goes: the finite ends of all intervals but those that one open or very wide one would stretch."""
    ends = block.inferences[["effect", "effect_ci_low", "effect_ci_high"]].abs().to_numpy().ravel()
    finite = sorted(float(v) for v in ends if not math.isnan(v) and not math.isinf(v))
    if not finite:
        return 1.0
    middle = finite[len(finite) // 2]
    return max(0.6, min(finite[-1], 4 * middle) * 1.08)


def _foot(ctx: Context, block: Block, outcomes: list[Any]) -> str:
    """Units and schools, why the called-for inference is not there, and what is in the table only."""
    said = [
        ctx.t("axis_effect") + ".",
        ctx.t("cmp_foot_units", counted=comparison.counted(ctx, block), level=comparison.level(ctx, block)),
    ]
    reasons = dict.fromkeys(
        (comparison.name(ctx, r["method"]), comparison.why_not(ctx, r))
        for _, r in block.inferences.iterrows()
        if not comparison.is_computed(r)
    )
    said += [f"{name[0].upper()}{name[1:]}: {why}." for name, why in reasons if why]
    said += comparison.without_interval(ctx, block)
    if len(outcomes) < len(block.verdicts):
        said.append(
            ctx.t(
                "shown_of", k=ctx.count(len(outcomes)), n=ctx.count(len(block.verdicts)), table="inferences"
            )
        )
    return " ".join(said)


def _keys(ctx: Context, block: Block) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Any] = []
    for role in comparison.ROLES:
        if not (block.inferences["role"] == role).any():
            continue
        look = LOOKS[role]
        colour = style.SIMULATED if block.hollow and role == "called_for" else COLOURS[role]
        keys.append(
            Line2D([], [], marker=look["marker"], markersize=look["size"], color=colour, linewidth=look["width"],
                   linestyle=look["dash"], markerfacecolor=style.PAPER if look["hollow"] else colour,
                   label=style.wrap(role_words(ctx, block, role), KEY))
        )  # fmt: skip
    sesoi = block.verdicts["sesoi"].dropna()
    if len(sesoi):
        keys.append(
            Patch(facecolor=style.BAND, label=ctx.t("sesoi_band", value=f"\u00b1{ctx.num(sesoi.iloc[0])}"))
        )
    return keys


def role_words(ctx: Context, block: Block, role: str) -> str:
    """What a role means in this design."""
    if role != "what_if":
        return ctx.t(f"role_{role}", clusters=ctx.clusters())
    assignment = str(block.verdicts["assignment"].iloc[0])
    return ctx.t(f"role_what_if_{assignment}", clusters=ctx.clusters())
