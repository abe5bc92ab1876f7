"""Means and gaps of official school files over the years, in panels by grade and subject.

Years without a test are never joined: the line is dotted there. Preliminary years are hollow.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import SUBJECTS
from trenza.render import schools, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

COLOURS = ("#0b4f6c", "#b36b00", "#1c2733", "#6b7a88", "#4a8c6f")
MARKERS = ("o", "s", "^", "D", "v")
PANEL = 2.05  # inches, height of a panel
LABEL_GAP = 0.085  # of the panel's height, between two labels at the end of lines


@dataclass(frozen=True)
class Series:
    """One line of a panel: its short name and its rows by year."""

    name: str
    points: pd.DataFrame


def trends(ctx: Context) -> Figure | None:
    """The national mean of each test with its interval."""
    table = schools.term(ctx.table("trends"), "mean_points")
    found = {t: [Series("", _points(table, t))] for t in schools.tests(table)}
    return _over_years(ctx, found, "school_trends", "axis_points", valued=True)


def trends_by_dependency(ctx: Context) -> Figure | None:
    """The mean of each test by dependency."""
    return _by_group(ctx, "dependency", "school_trends_dependency")


def trends_by_ses(ctx: Context) -> Figure | None:
    """The mean of each test by socio-economic group."""
    return _by_group(ctx, "ses_group", "school_trends_ses")


def trends_by_baseline(ctx: Context) -> Figure | None:
    """The mean of each test by the socio-economic group of the baseline year."""
    return _by_group(ctx, "ses_group_baseline", "school_trends_baseline")


def gaps(ctx: Context) -> Figure | None:
    """Each gap between two groups of schools with its interval."""
    table = ctx.table("gaps")
    table = table.loc[(table["term"] == "gap_points") & (table["breakdown"] != "ses_group_baseline")]
    named = schools.pairs(table)
    found = {}
    for t in schools.tests(table):
        some = _points(table, t)
        found[t] = [
            Series(
                schools.pair(
                    ctx, {"breakdown": b, "upper": u, "lower": low, "grade": t[0]}, short=True
                ).replace(" \u2212", "\n\u2212"),
                some.loc[(some["breakdown"] == b) & (some["upper"] == u) & (some["lower"] == low)],
            )
            for b, u, low in named
        ]
    return _over_years(ctx, found, "school_gaps", "axis_gap", zero=True)


def _by_group(ctx: Context, breakdown: str, identifier: str) -> Figure | None:
    table = schools.term(ctx.table("trends"), "mean_points", breakdown)
    table = table.loc[table["level"] != schools.UNKNOWN]
    found = {}
    for t in schools.tests(table):
        some = _points(table, t)
        found[t] = [
            Series(
                schools.level(ctx, b, name, t[0], short=True), some.loc[some["level"].astype("str") == name]
            )
            for b, name in schools.levels(table)
        ]
    return _over_years(ctx, found, identifier, "axis_points")


def _points(table: pd.DataFrame, test: tuple[str, str]) -> pd.DataFrame:
    return schools.estimated(schools.of_test(table, *test))


def _over_years(
    ctx: Context,
    found: dict[tuple[str, str], list[Series]],
    identifier: str,
    axis: str,
    valued: bool = False,
    zero: bool = False,
) -> Figure | None:
    """Panels of lines over the years; a test of one year only is no course and stays in the tables."""
    found = {t: lines for t, lines in found.items() if len({y for s in lines for y in s.points["year"]}) > 1}
    if not found:
        return None
    fig, axes = grid(list(found), PANEL, sharey=True, sharex=True)
    years = sorted({int(y) for lines in found.values() for s in lines for y in s.points["year"]})
    hollow = False
    for test, ax in axes.items():
        for k, series in enumerate(found[test]):
            hollow |= _line(ax, series.points, COLOURS[k % 5], MARKERS[k % 5])
        ax.set_title(style.wrap(schools.test_name(ctx, *test), 60 // len({s for _, s in axes})))
        ax.set_xticks(years, [str(y) for y in years], rotation=90)
        ax.tick_params(axis="both", labelsize=style.SMALL, labelbottom=True)
        ax.grid(axis="y")
        style.numbers_on(ax.yaxis, ctx.lang)
        if zero:
            ax.axhline(0, color=style.MUTED, linewidth=1)
    for ax in axes.values():
        ax.margins(y=0.14 if valued else 0.05)
    low, high = next(iter(axes.values())).get_ylim()
    room = 0.0 if valued else (years[-1] - years[0]) * 0.46
    for test, ax in axes.items():
        ax.set_xlim(years[0] - 0.7, years[-1] + 0.7 + room)
        if valued:
            _values(ctx, ax, found[test][0].points)
        else:
            _ends(ax, found[test], (high - low) * LABEL_GAP, years[-1])
    for ax in {t[0]: axes[t] for t in reversed(list(axes))}.values():
        ax.set_ylabel(ctx.t(axis), fontsize=style.SMALL)
    foot = [
        ctx.t("foot_dotted"),
        ctx.t("foot_hollow") if hollow else "",
        "" if zero else ctx.t("foot_not_from_zero"),
    ]
    style.head(fig, ctx.t(f"fig_{identifier}_title"), " ".join(s for s in foot if s))
    return fig


def grid(
    tests: list[tuple[str, str]], height: float, **shared: Any
) -> tuple[Figure, dict[tuple[str, str], Axes]]:
    """A figure with a row for each grade and a column for each subject; panels without a test are left out."""
    rows, cols = (list(dict.fromkeys(t[i] for t in tests)) for i in (0, 1))
    cols = [s for s in SUBJECTS if s in cols]
    fig, axes = style.new(len(rows), len(cols), height=1.15 + height * len(rows), squeeze=False, **shared)
    found = {}
    for i, g in enumerate(rows):
        for j, s in enumerate(cols):
            if (g, s) in tests:
                found[g, s] = axes[i][j]
            else:
                axes[i][j].axis("off")
    return fig, found


def _line(ax: Axes, points: pd.DataFrame, colour: str, marker: str) -> bool:
    """Marks with intervals; solid from one year to the next, dotted over years without a test or file."""
    rows = list(points.to_dict("records"))
    for a, b in pairwise(rows):
        joined = b["year"] - a["year"] == 1
        ax.plot([a["year"], b["year"]], [a["estimate"], b["estimate"]], color=colour, linewidth=1.5 if joined else 0.8,
                linestyle="-" if joined else (0, (1, 3)))  # fmt: skip
    for r in rows:
        ax.plot(
            [r["year"]] * 2, [r["ci_low"], r["ci_high"]], color=colour, linewidth=1.1, solid_capstyle="butt"
        )
        ax.plot([r["year"]], [r["estimate"]], marker=marker, markersize=5, color=colour, markeredgewidth=1.2,
                markerfacecolor=style.PAPER if bool(r["preliminary"]) else colour, zorder=3)  # fmt: skip
    return any(bool(r["preliminary"]) for r in rows)


def _values(ctx: Context, ax: Axes, points: pd.DataFrame) -> None:
    """The value of each point: above where the mean is higher than the one before, else below.

    One year apart, labels take turns: side by side they would touch.
    """
    rows = list(points.to_dict("records"))
    above = len(rows) < 2 or rows[0]["estimate"] >= rows[1]["estimate"]
    for i, r in enumerate(rows):
        if i:
            beside = r["year"] - rows[i - 1]["year"] == 1
            above = not above if beside else r["estimate"] >= rows[i - 1]["estimate"]
        ax.annotate(ctx.num(r["estimate"], schools.DECIMALS), (r["year"], r["ci_high" if above else "ci_low"]), xytext=(0, 3 if above else -3),
                    textcoords="offset points", ha="center", va="bottom" if above else "top", fontsize=style.SMALL)  # fmt: skip


def _ends(ax: Axes, lines: list[Series], line_height: float, end: int) -> None:
    """The name of each line right of its last point, pushed apart where two would touch, inside the panel."""
    drawn = sorted(
        ((s.points.iloc[-1], s.name, k) for k, s in enumerate(lines) if len(s.points)),
        key=lambda d: float(d[0]["estimate"]),
    )
    room = [line_height * (1 + 0.85 * name.count("\n")) for _, name, _ in drawn]
    low, high = ax.get_ylim()
    heights: list[float] = []
    for (point, _, _), own in zip(drawn, room, strict=True):
        lowest = heights[-1] + (own + room[len(heights) - 1]) / 2 if heights else low + own / 2
        heights.append(max(float(point["estimate"]), lowest))
    above = high
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], above - room[i] / 2)
        above = heights[i] - room[i] / 2
    for (point, name, k), y in zip(drawn, heights, strict=True):
        ax.annotate(name, (float(point["year"]), float(point["estimate"])), xytext=(end + 0.75, y), va="center", ha="left",
                    fontsize=style.SMALL - 0.5, color=COLOURS[k % 5], linespacing=1.0,
                    bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.4},
                    arrowprops={"arrowstyle": "-", "color": COLOURS[k % 5], "alpha": 0.45, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 4,
                                "relpos": (0, 0.5)})  # fmt: skip
