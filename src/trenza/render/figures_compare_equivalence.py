"""What the design calls for against the smallest effect of interest, with what the design could have found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trenza.render import comparison, style
from trenza.render.comparison import Block
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

LINES = 24  # outcomes in the figure; what is beyond is in the table
INNER = ("equivalence_low", "equivalence_high")  # limits in pooled SDs at the level of two one-sided tests


def equivalence(ctx: Context) -> Figure | None:
    """One line an outcome, in pooled SDs: estimate, both intervals, SESOI band, minimum detectable effect."""
    blocks = [b for b in comparison.blocks(ctx) if b.verdicts["sesoi"].notna().any()]
    if not blocks:
        return None
    blocks, every = _fitting(blocks), sum(len(b.verdicts) for b in blocks)
    lines = sum(len(b.verdicts) for b in blocks)
    reach = _reach(blocks)
    fig, axes = style.new(len(blocks), 1, height=1.75 + 0.43 * lines + 0.5 * len(blocks), squeeze=False, sharex=True,
                          height_ratios=[len(b.verdicts) + 0.4 for b in blocks])  # fmt: skip
    for ax, block in zip(axes[:, 0], blocks, strict=True):
        _panel(ctx, ax, block, reach)
    axes[-1, 0].set_xlabel(ctx.t("axis_effect"))
    inner = any(inner_limits(r) for b in blocks for _, r in b.verdicts.iterrows())
    foot = [ctx.t("cmp_equivalence_foot") if inner else "", ctx.t("cmp_across_zero")]
    if lines < every:
        foot.append(ctx.t("shown_of", k=ctx.count(lines), n=ctx.count(every), table="verdicts"))
    fig.legend(handles=_keys(ctx, blocks), loc="outside lower left", ncols=2, handlelength=2.6,
               title=style.wrap(" ".join(foot).strip(), 100), alignment="left",
               title_fontsize=style.SMALL).get_title().set_color(style.MUTED)  # fmt: skip
    stamp = ctx.t("simulated_stamp") if any(b.hollow for b in blocks) else ""
    style.head(fig, ctx.t("fig_equivalence_title"), "", stamp)
    return fig


def _fitting(blocks: list[Block]) -> list[Block]:
    """The blocks with as many outcomes as the figure has lines."""
    left, kept = LINES, []
    for block in blocks:
        if left > 0:
            kept.append(block._replace(verdicts=block.verdicts.head(left)))
            left -= len(block.verdicts)
    return kept


def _panel(ctx: Context, ax: Axes, block: Block, reach: float) -> None:
    sesoi = float(block.verdicts["sesoi"].dropna().iloc[0])
    ax.axvspan(-sesoi, sesoi, color=style.BAND, zorder=0, linewidth=0)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for edge in (-sesoi, sesoi):
        ax.axvline(edge, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    count = len(block.verdicts)
    for k, (_, row) in enumerate(block.verdicts.iterrows()):
        _line(ctx, ax, row, count - 1 - k, reach, block)
    names = [style.wrap(ctx.item(o), 24) for o in block.verdicts["outcome"]]
    ax.set_yticks(range(count)[::-1], names, fontsize=style.SMALL)
    ax.set_ylim(-0.6, count - 0.4)
    ax.set_xlim(-reach, reach)
    reasons = dict.fromkeys(comparison.why_not(ctx, r) for _, r in block.verdicts.iterrows())
    said = [
        f"{comparison.title(ctx, block).capitalize()}: {comparison.counted(ctx, block)}",
        *filter(None, reasons),
    ]
    ax.set_title(style.wrap("; ".join(said), 76), fontsize=style.SMALL)
    if block.hollow:
        ax.text(0.012, 0.5, ctx.t("simulated_stamp"), transform=ax.transAxes, rotation=90, ha="left", va="center",
                fontsize=13, color=style.SIMULATED, alpha=0.25, zorder=0.5)  # fmt: skip
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)


def _line(ctx: Context, ax: Axes, row: pd.Series, y: float, reach: float, block: Block) -> None:
    """One outcome; where the called-for inference is not there, words say so."""
    colour = style.SIMULATED if block.hollow else style.PARTICIPANTS
    if not is_missing(row["mdes_sd"]):
        for side in (-1, 1):
            at = side * float(row["mdes_sd"])
            if abs(at) <= reach:
                ax.plot(
                    [at, at],
                    [y - 0.26, y + 0.26],
                    color=style.CONTROL,
                    linewidth=2.4,
                    zorder=2,
                    solid_capstyle="butt",
                )
    if not comparison.is_computed(row) or is_missing(row["effect"]):
        ax.text(0, y, ctx.t("cmp_not_computed"),
                ha="center", va="center", fontsize=style.SMALL - 0.5, style="italic", zorder=4,
                bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2})  # fmt: skip
        return
    stands_in = bool(row["stands_in"])
    if stands_in:
        colour = style.MUTED
    outer = [
        max(-reach, min(reach, float(row[c])))
        for c in ("effect_ci_low", "effect_ci_high")
        if not is_missing(row[c])
    ]
    ax.plot(
        outer,
        [y] * len(outer),
        color=colour,
        linewidth=1.4,
        linestyle=(0, (4, 2)) if block.hollow else "-",
        zorder=3,
    )
    inner = inner_limits(row)
    if inner:
        ax.plot(inner, [y, y], color=colour, linewidth=4.2, alpha=0.75, zorder=3, solid_capstyle="butt")
    ax.plot([row["effect"]], [y], marker="s" if stands_in else "o", markersize=7, color=colour, markeredgewidth=1.6, zorder=4,
            markerfacecolor=style.PAPER if block.hollow else colour)  # fmt: skip
    ax.text(1.012, y, f"{ctx.num(row['effect'])} {ctx.span(row['effect_ci_low'], row['effect_ci_high'])}",
            transform=ax.get_yaxis_transform(), va="center", ha="left", fontsize=style.SMALL - 0.5, color=style.INK)  # fmt: skip


def inner_limits(row: Any) -> tuple[float, float] | None:
    """The interval that the test of equivalence goes by, if the table has it."""
    if any(c not in row.index or is_missing(row[c]) for c in INNER):
        return None
    return float(row[INNER[0]]), float(row[INNER[1]])


def _reach(blocks: list[Block]) -> float:
    ends = [0.5]
    for block in blocks:
        for column in ("effect_ci_low", "effect_ci_high", "mdes_sd", "sesoi"):
            ends += [abs(float(v)) for v in block.verdicts[column].dropna() if not math.isinf(v)]
    return min(max(ends), 4.0) * 1.12


def _keys(ctx: Context, blocks: list[Block]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    level = float(blocks[0].verdicts["ci_level"].iloc[0])
    keys: list[Any] = []
    colour = style.MUTED
    for hollow, stands_in in ((False, False), (True, False), (False, True)):
        some = [comparison.told(b) for b in blocks if b.hollow == hollow]
        if not any((t["stands_in"].astype(bool) == stands_in).any() for t in some):
            continue
        colour = style.MUTED if stands_in else style.SIMULATED if hollow else style.PARTICIPANTS
        words = "cmp_stand_in_mark" if stands_in else "cmp_outer_simulated" if hollow else "cmp_outer"
        keys.append(Line2D([], [], color=colour, marker="s" if stands_in else "o", markersize=7, linewidth=1.4, markeredgewidth=1.6,
                           linestyle=(0, (4, 2)) if hollow else "-", markerfacecolor=style.PAPER if hollow else colour,
                           label=ctx.t(words, level=percent(level, ctx.lang))))  # fmt: skip
    if any(inner_limits(r) for b in blocks for _, r in b.verdicts.iterrows()):
        keys.append(Line2D([], [], color=colour, linewidth=4.2, alpha=0.75,
                           label=ctx.t("cmp_inner", level=percent(2 * level - 1, ctx.lang))))  # fmt: skip
    sesoi = blocks[0].verdicts["sesoi"].dropna()
    keys.append(
        Patch(facecolor=style.BAND, label=ctx.t("sesoi_band", value=f"\u00b1{ctx.num(sesoi.iloc[0])}"))
    )
    keys.append(Line2D([], [], color=style.CONTROL, marker="|", markersize=11, markeredgewidth=2.4, linestyle="none",
                       label=ctx.t("cmp_mdes_mark")))  # fmt: skip
    return keys
