"""How calls hold when one threshold moves: a strip of calls for each link and threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.strand_tables import MOVED
from trenza.render import style
from trenza.render.calls import declared_point, threshold_value
from trenza.render.language import percent
from trenza.render.reasons import SYMBOLS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

# Dark, light, white and middle: apart in grey too, and the sign says it again.
SHADES = {
    "agreement": (style.PARTICIPANTS, style.PAPER),
    "partial_agreement": (style.AMBIVALENT, style.INK),
    "silence": (style.PAPER, style.INK),
    "dissonance": (style.HINDERING, style.INK),
}


def call_strips(ctx: Context) -> Figure | None:
    """Rows are links, groups of columns thresholds; a cell is the call with that threshold moved alone."""
    grid, flips = ctx.table("call_grid"), ctx.table("call_flips")
    if not len(grid):
        return None
    from matplotlib.patches import Patch, Rectangle

    own = declared_point(ctx)
    moved = [name for name in MOVED if grid[name].nunique() > 1]
    links = list(flips["link"])
    values = {name: sorted(grid[name].unique()) for name in moved}
    # With every threshold moved the strips need room: propositions take a third line instead.
    many = len(moved) > 4
    widths = [3.5 if many else 4.5, *(0.82 * len(values[name]) + 0.25 for name in moved), 1.2]
    height = 1.5 + (0.56 if many else 0.42) * len(links)
    fig, axes = style.new(1, len(widths), height=height, width_ratios=widths, sharey=True)
    for ax in axes:
        ax.set_ylim(len(links), 0)
        ax.axis("off")
    for y, link in enumerate(links):
        words = style.wrap(ctx.proposition(link), 26 if many else 34)
        axes[0].text(0, y + 0.5, words, va="center", ha="left", fontsize=style.SMALL)
        share = flips["share_same"].iloc[y]
        axes[-1].text(0.5, y + 0.5, percent(share, ctx.lang), va="center", ha="center", fontsize=style.BODY)
    axes[-1].set_title(ctx.t("strips_share"), fontsize=style.SMALL, loc="center", pad=18)
    for ax, name in zip(axes[1:-1], moved, strict=True):
        ax.set_xlim(-0.1, len(values[name]) + 0.1)
        title = ctx.t(f"threshold_{name}_short")
        ax.set_title(title, fontsize=style.SMALL - 1, loc="left", pad=18)
        for x, value in enumerate(values[name]):
            words = threshold_value(ctx, name, value, short=True)
            ax.text(x + 0.5, -0.08, words, va="bottom", ha="center", fontsize=style.SMALL - 1.5)
            for y, link in enumerate(links):
                _cell(ax, x, y, _alone(grid, link, own, name, value))
        here = values[name].index(own[name])
        frame = Rectangle((here, 0), 1, len(links), fill=False, edgecolor=style.INK, linewidth=1.6)
        frame.set(zorder=4, clip_on=False)
        ax.add_patch(frame)
    keys = [
        Patch(facecolor=SHADES[call][0], edgecolor=style.MUTED, label=f"{sign} {ctx.t(f'call_{call}')}")
        for call, sign in SYMBOLS.items()
    ]
    fig.legend(handles=keys, loc="outside lower left", ncols=4, handlelength=1.4, columnspacing=1.2)
    made = (ctx.table("convergence")["finding_source"] == "simulated").any()
    style.head(fig, ctx.t("fig_call_strips_title"), stamp=ctx.t("simulated_stamp") if made else "")
    return fig


def _cell(ax: Axes, x: float, y: float, call: str) -> None:
    from matplotlib.patches import Rectangle

    shade, ink = SHADES[call]
    ax.add_patch(
        Rectangle((x + 0.04, y + 0.08), 0.92, 0.84, facecolor=shade, edgecolor=style.MUTED, linewidth=0.6)
    )
    ax.text(x + 0.5, y + 0.5, SYMBOLS[call], va="center", ha="center", fontsize=style.BODY, color=ink)


def _alone(grid: pd.DataFrame, link: Any, own: dict[str, float], name: str, value: float) -> str:
    """The call of a link with one threshold at a value and the others as declared."""
    rows = grid[grid["link"] == link]
    for other, there in (own | {name: value}).items():
        rows = rows[rows[other] == there]
    return str(rows["call"].iloc[0])


PAGE_FIGURES = {"call_strips": call_strips}
