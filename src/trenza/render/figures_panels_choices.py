"""The specification curve: every declared choice of an analysis in the order of its estimate, and below it what was chosen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from trenza.render import panels, style
from trenza.render.language import is_missing, percent
from trenza.render.panels import Panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

ON_PAGE, PAGES = 2, 3  # analyses in a figure, figures; what is beyond is in the table
FIRST = "panel_specifications"
LEAST = 3  # fewer choices are no curve
CHOICES = ("estimator", "pool", "baseline", "judged", "counting")
LETTERS = 30


def pages(ctx: Context) -> list[list[Panel]]:
    """The analyses with a curve, page by page."""
    every = [p for p in panels.panels(ctx) if len(curve(p)) >= LEAST]
    return [every[k : k + ON_PAGE] for k in range(0, len(every), ON_PAGE)]


def specifications(ctx: Context, number: int = 1) -> Figure | None:
    """A page; two axes an analysis: estimates with intervals, and a mark for each choice that was made."""
    every = pages(ctx)
    if len(every) < number:
        return None
    shown = every[number - 1]
    parts = [curve(p) for p in shown]
    levels = [_levels(part) for part in parts]
    ratios = [x for found in levels for x in (8.0, len(found) + 0.5)]
    fig, axes = style.new(2 * len(shown), 1, height=1.3 + 0.21 * sum(ratios) + 0.5 * len(shown), squeeze=False,
                          height_ratios=ratios)  # fmt: skip
    for k, (panel, part) in enumerate(zip(shown, parts, strict=True)):
        _curve(ctx, axes[2 * k, 0], panel, part)
        _marks(ctx, axes[2 * k + 1, 0], part, levels[k])
    level = percent(parts[0]["ci_level"].iloc[0], ctx.lang)
    n = sum(map(len, every))
    more = {"k": ctx.count(PAGES * ON_PAGE), "n": ctx.count(n), "table": FIRST}
    foot = [ctx.t("pan_foot_specifications", level=level)]
    foot += [ctx.t("shown_of", **more)] if number == PAGES < len(every) else []
    title = ctx.t("fig_panel_specifications_title")
    if len(every) > 1:
        title += f" ({ctx.t('page_of', k=ctx.count(number), n=ctx.count(min(len(every), PAGES)))})"
    style.head(fig, title, " ".join(foot), panels.stamp(ctx, shown))
    return fig


PAGE_FIGURES = {
    FIRST if k == 1 else f"{FIRST}_{k}": partial(specifications, number=k) for k in range(1, PAGES + 1)
}


def curve(panel: Panel) -> pd.DataFrame:
    """The choices that have an estimate, in its order."""
    table = panel.tables["panel_specifications"]
    return table.loc[table["estimate"].notna()].sort_values("position").reset_index(drop=True)


def _levels(part: pd.DataFrame) -> list[tuple[str, str]]:
    """Kind and value of every choice between which the analysis had one; what never varies says nothing."""
    found = []
    for kind in CHOICES:
        values = [v for v in dict.fromkeys(part[kind].astype("str")) if v != "either"]
        found += [(kind, v) for v in sorted(values)] if len(values) > 1 else []
    return found


def _curve(ctx: Context, ax: Axes, panel: Panel, part: pd.DataFrame) -> None:
    ax.axhline(0, color=style.INK, linewidth=1, zorder=1)
    for x, (_, row) in enumerate(part.iterrows()):
        colour, mark = _look(row)
        if not is_missing(row["ci_low"]):
            ax.plot([x, x], [row["ci_low"], row["ci_high"]], color=colour, linewidth=1.4, zorder=2)
        ax.plot([x], [row["estimate"]], marker=mark, markersize=6.5 if mark != "o" else 4.5, color=colour, zorder=3,
                markerfacecolor=style.PAPER if panel.hollow else colour, markeredgewidth=1.2)  # fmt: skip
    ax.set_xlim(-0.6, len(part) - 0.4)
    ax.set_xticks([])
    ax.set_title(panels.title(ctx, panel), fontsize=style.SMALL)
    ax.set_ylabel(ctx.t("axis_panel_events_y", unit=panels.unit(ctx, panel)), fontsize=style.SMALL - 0.5)
    style.numbers_on(ax.yaxis, ctx.lang)
    ax.tick_params(axis="y", labelsize=style.SMALL - 0.5)
    ax.grid(axis="y", zorder=0)


def _look(row: Any) -> tuple[str, str]:
    """Colour and mark: the declared choices are squares, estimators unsafe in the design crosses."""
    if str(row["role"]) == "unsafe":
        return style.MUTED, "X"
    return (style.PARTICIPANTS, "s") if bool(row["declared"]) else (style.CONTROL, "o")


def _marks(ctx: Context, ax: Axes, part: pd.DataFrame, levels: list[tuple[str, str]]) -> None:
    for y, (kind, value) in enumerate(reversed(levels)):
        at = [x for x, v in enumerate(part[kind].astype("str")) if v in (value, "either")]
        ax.plot(at, [y] * len(at), marker="|", markersize=6, color=style.INK, linestyle="none")
    names = [style.wrap(panels.choice(ctx, kind, value), LETTERS) for kind, value in reversed(levels)]
    ax.set_yticks(range(len(levels)), names, fontsize=style.SMALL - 1)
    ax.set_ylim(-0.6, len(levels) - 0.4)
    ax.set_xlim(-0.6, len(part) - 0.4)
    ax.set_xticks([])
    style.bare(ax)
