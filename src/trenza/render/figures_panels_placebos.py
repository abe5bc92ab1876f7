"""The effect on a panel beside its placebos: a start before the start, and outcomes that the programme did not work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import panels, style
from trenza.render.language import is_missing, percent
from trenza.render.panels import Panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from trenza.render.context import Context

MOST = 8  # analyses in a figure; what is beyond is in the table
LETTERS = 34
LOOKS = {"programme": ("s", style.PARTICIPANTS), "placebo": ("o", style.CONTROL)}


def shown_placebos(panel: Panel) -> pd.DataFrame:
    """Rows of the estimator that the design calls for, or of the first that is not unsafe in it; empty without a placebo."""
    table = panel.tables["panel_placebo"]
    table = table.loc[table["estimate"].notna()]
    there = set(table["estimator"])
    keys = [x.key for x in panels.lines(panel) if x.key in there and x.role != "unsafe"]
    part = table.loc[table["estimator"] == keys[0]] if keys else table.iloc[:0]
    return part if len(part) > 1 else table.iloc[:0]


def placebos(ctx: Context) -> Figure | None:
    """One block an analysis: the programme, then each placebo, with intervals."""
    every = [p for p in panels.panels(ctx) if len(shown_placebos(p))]
    if not every:
        return None
    from matplotlib.lines import Line2D

    shown = every[:MOST]
    parts = [shown_placebos(p) for p in shown]
    fig, axes = style.new(len(shown), 1, height=1.6 + 0.34 * sum(map(len, parts)) + 0.5 * len(shown), squeeze=False,
                          height_ratios=[len(p) + 0.5 for p in parts], sharex=len({panels.unit(ctx, p) for p in shown}) == 1)  # fmt: skip
    for ax, panel, part in zip(axes[:, 0], shown, parts, strict=True):
        ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
        for k, (_, row) in enumerate(part.iterrows()):
            y, kind = len(part) - 1 - k, _kind(row)
            mark, colour = LOOKS[kind]
            if not is_missing(row["ci_low"]):
                ax.plot([row["ci_low"], row["ci_high"]], [y, y], color=colour, linewidth=2.0, zorder=2)
            ax.plot([row["estimate"]], [y], marker=mark, markersize=7, color=colour, markeredgewidth=1.4, zorder=3,
                    markerfacecolor=style.PAPER if panel.hollow else colour)  # fmt: skip
            ax.text(1.012, y, panels.said(ctx, row), transform=ax.get_yaxis_transform(), va="center", ha="left",
                    fontsize=style.SMALL - 0.5)  # fmt: skip
        names = [style.wrap(panels.placebo(ctx, r), LETTERS) for _, r in part.iterrows()]
        ax.set_yticks(range(len(part))[::-1], names, fontsize=style.SMALL - 0.5)
        ax.set_ylim(-0.6, len(part) - 0.4)
        who = panels.name(ctx, str(part["estimator"].iloc[0]))
        ax.set_title(style.wrap(f"{panels.title(ctx, panel)}: {who}", 80), fontsize=style.SMALL)
        ax.grid(axis="x", zorder=0)
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
    level = percent(parts[0]["ci_level"].iloc[0], ctx.lang)
    axes[-1, 0].set_xlabel(
        ctx.t("axis_panel_placebos", level=level, unit=panels.unit(ctx, shown[-1])), fontsize=style.SMALL
    )
    hollow = any(p.hollow for p in shown)
    keys = [
        Line2D([], [], marker=mark, markersize=8, color=colour, linestyle="-", markeredgewidth=1.4,
               markerfacecolor=style.PAPER if hollow else colour, label=ctx.t(f"pan_key_{kind}"))
        for kind, (mark, colour) in LOOKS.items()
    ]  # fmt: skip
    foot = ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(len(every)), table="panel_placebo") if len(shown) < len(every) else ""  # fmt: skip
    legend = fig.legend(handles=keys, loc="outside lower left", ncols=1, handlelength=2.6, alignment="left",
                        title=foot or None, title_fontsize=style.SMALL)  # fmt: skip
    legend.get_title().set_color(style.MUTED)
    style.head(fig, ctx.t("fig_panel_placebos_title"), "", panels.stamp(ctx, shown))
    return fig


def _kind(row: pd.Series) -> str:
    real = is_missing(row["placebo_year"]) and is_missing(row["placebo_outcome"])
    return "programme" if real else "placebo"
