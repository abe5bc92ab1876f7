"""The picture of the first page: each measure, lower or higher, and where the true difference could lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import panels, sentences, style
from trenza.render.first_page_found import chosen_by_score, compared
from trenza.render.language import is_missing
from trenza.render.sentences_panels import verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trenza.render.context import Context

LINES = 12


class Line(NamedTuple):
    """One measure: where it lies, in what all measures share, and whether its range leaves the middle free."""

    label: str
    estimate: float
    low: float
    high: float
    decided: bool


def first_page(ctx: Context) -> Figure | None:
    """A dot and a line for each measure that is no simulation; nothing for studies that compare nothing."""
    lines = picture_lines(ctx)
    if not lines:
        return None
    from matplotlib.ticker import MaxNLocator

    fig, ax = style.new(height=1.8 + 0.46 * len(lines))
    reach = 1.08 * max(max(abs(x.low), abs(x.high)) for x in lines)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for k, x in enumerate(reversed(lines)):
        colour = style.PARTICIPANTS if x.decided else style.MUTED
        ax.plot(
            [x.low, x.high], [k, k], color=colour, linewidth=3, alpha=0.55, zorder=2, solid_capstyle="butt"
        )
        ax.plot([x.estimate], [k], "o", color=colour, markersize=8, zorder=3, markerfacecolor=colour if x.decided else style.PAPER)  # fmt: skip
    ax.set_yticks(range(len(lines)), [style.wrap(x.label, 34) for x in reversed(lines)])
    ax.set_ylim(-0.6, len(lines) - 0.4)
    ax.set_xlim(-reach, reach)
    ticks = [t for t in MaxNLocator(7, symmetric=True).tick_values(-reach, reach) if abs(t) <= reach]
    places = 0 if all(float(t).is_integer() for t in ticks) else 1 if reach >= 0.5 else 2
    ax.set_xticks(ticks, [ctx.num(t, places) for t in ticks])
    ax.grid(visible=False)
    ax.tick_params(axis="x", length=0)
    style.bare(ax)
    both = {"participants": ctx.level(ctx.participants), "control": ctx.group(ctx.control)}
    shown = [ctx.t("fig_first_page_axis", **both)] if ctx.compares else []
    ends = f"\N{LEFTWARDS ARROW} {ctx.t('fig_first_page_less')}        {ctx.t('fig_first_page_more')} \N{RIGHTWARDS ARROW}"
    ax.set_xlabel(f"{ends}\n{style.wrap(', '.join([*shown, _unit(ctx)]), 44)}")
    style.head(fig, ctx.t("fig_first_page_title"), ctx.t("fig_first_page_foot"))
    return fig


def picture_lines(ctx: Context) -> list[Line]:
    """Estimates of panels that share a unit, else comparisons in standard deviations, at most twelve."""
    judged = _panels(ctx)
    # Gains of schools chosen for low scores are no sight for a first page.
    found = judged or ([] if chosen_by_score(ctx) else _comparisons(ctx))
    return found[:LINES]


def _unit(ctx: Context) -> str:
    """What the axis counts: the unit that the panels share, or standard deviations."""
    if not _panels(ctx):
        return ctx.t("fig_first_page_sd")
    return panels.unit(ctx, next(p for p in panels.panels(ctx) if not p.hollow))


def _panels(ctx: Context) -> list[Line]:
    lines, units = [], set()
    for panel in panels.panels(ctx):
        called = [x for x in panels.lines(panel) if x.role == "called_for"]
        if panel.hollow or not called or verdict(called[0]) == "none":
            continue
        row = called[0].row
        units.add(panels.unit(ctx, panel))
        ends = (float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"]))
        lines.append(Line(panels.title(ctx, panel), *ends, verdict(called[0]) != "open"))
    return lines if len(units) == 1 else []


def _comparisons(ctx: Context) -> list[Line]:
    found = []
    for _, row in compared(ctx).iterrows():
        ends: list[Any] = [row[k] for k in ("effect", "effect_ci_low", "effect_ci_high")]
        if not any(is_missing(v) for v in ends):
            decided = sentences.verdict(row) in ("higher", "lower")
            estimate, low, high = (float(v) for v in ends)
            found.append(Line(ctx.item(row["outcome"]), estimate, low, high, decided))
    return found


def picture_values(ctx: Context) -> list[str]:
    """The lines in words."""
    said = {
        True: {True: "page_higher", False: "page_lower"},
        False: {True: "page_undecided", False: "page_undecided"},
    }
    return [f"{x.label}: {ctx.t(said[x.decided][x.estimate > 0])}" for x in picture_lines(ctx)]
