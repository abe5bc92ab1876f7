"""A love plot of panels: standardised differences at baseline before and after weighting, against the bands for baselines.

Before is a triangle and after a circle, so that a copy in grey can be read; a line joins them. Hollow marks are simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import panels, style
from trenza.render.figures_compare_balance import BANDS
from trenza.render.panels import Panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

MOST = 8  # analyses in a figure; what is beyond is in the table
MARKS = {"before": ("v", style.CONTROL), "after": ("o", style.PARTICIPANTS), "not_balanced": ("D", style.PARTICIPANTS)}  # fmt: skip


def balance(ctx: Context) -> Figure | None:
    """One block an analysis, one line a variable, two marks."""
    every = [p for p in panels.panels(ctx) if len(_known(p))]
    if not every:
        return None
    from matplotlib.lines import Line2D

    shown = every[:MOST]
    parts = [_known(p) for p in shown]
    fig, axes = style.new(len(shown), 1, height=1.9 + 0.34 * sum(map(len, parts)) + 0.4 * len(shown), squeeze=False,
                          sharex=True, height_ratios=[len(p) + 0.5 for p in parts])  # fmt: skip
    reach = 1.15 * max(0.35, *(float(p["difference_sd_before"].abs().max()) for p in parts))
    for ax, panel, part in zip(axes[:, 0], shown, parts, strict=True):
        _block(ctx, ax, panel, part, reach)
    axes[-1, 0].set_xlabel(ctx.t("axis_panel_overlap"), fontsize=style.SMALL)
    kinds = dict.fromkeys(["before", *(_kind(r) for p in parts for _, r in p.iterrows())])
    keys = [
        Line2D([], [], linestyle="none", markersize=8, label=ctx.t(f"pan_key_{kind}"), **_look(kind, any(p.hollow for p in shown))) for kind in kinds
    ]  # fmt: skip
    foot = [ctx.t("pan_foot_overlap", low=ctx.num(BANDS[0]), high=ctx.num(BANDS[1]))]
    foot += [ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(len(every)), table="panel_balance")] if len(shown) < len(every) else []  # fmt: skip
    fig.legend(handles=keys, loc="outside lower left", ncols=1, handlelength=1.4, title=style.wrap(" ".join(foot), 100),
               alignment="left", title_fontsize=style.SMALL).get_title().set_color(style.MUTED)  # fmt: skip
    style.head(fig, ctx.t("fig_panel_balance_title"), "", panels.stamp(ctx, shown))
    return fig


def _known(panel: Panel) -> pd.DataFrame:
    table = panel.tables["panel_balance"]
    return table.loc[table["difference_sd_before"].notna() & table["difference_sd_after"].notna()]


def _kind(row: Any) -> str:
    return "after" if bool(row["balanced"]) else "not_balanced"


def _look(kind: str, hollow: bool) -> dict[str, Any]:
    mark, colour = MARKS[kind]
    return {"marker": mark, "color": colour, "markeredgewidth": 1.4, "markerfacecolor": style.PAPER if hollow else colour}  # fmt: skip


def _block(ctx: Context, ax: Axes, panel: Panel, part: pd.DataFrame, reach: float) -> None:
    ax.axvspan(-BANDS[1], BANDS[1], color=style.BAND, zorder=0, linewidth=0)
    ax.axvspan(-BANDS[0], BANDS[0], color=style.AMBIVALENT, zorder=0, linewidth=0)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for k, (_, row) in enumerate(part.iterrows()):
        y, ends = len(part) - 1 - k, [float(row["difference_sd_before"]), float(row["difference_sd_after"])]
        ax.plot(ends, [y, y], color=style.MUTED, linewidth=1.0, zorder=2)
        for at, kind in zip(ends, ("before", _kind(row)), strict=True):
            ax.plot([at], [y], markersize=7, zorder=3, **_look(kind, panel.hollow))
        said = " → ".join(ctx.num(v, sign=True) for v in ends)
        ax.text(1.012, y, said, transform=ax.get_yaxis_transform(), va="center", ha="left",
                fontsize=style.SMALL - 0.5)  # fmt: skip
    names = [panels.variable(ctx, v) for v in part["variable"]]
    ax.set_yticks(range(len(part))[::-1], names, fontsize=style.SMALL - 0.5)
    ax.set_ylim(-0.6, len(part) - 0.4)
    ax.set_xlim(-reach, reach)
    ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)
