"""Spread of schools' scores and changes by group, and what is withheld, by cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import GRADES, SUBJECTS
from trenza.render import schools, style
from trenza.render.figures_schools import grid
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

FILLS = {"all": "#0b4f6c", "dependency": "#8fa9b8", "ses_group": "#dfc08d", "pupils": "#dde3e8"}
CAUSES = {
    "too_few": ("#0b4f6c", ""),
    "not_representative": ("#c9d3db", "////"),
    "no_report": ("#c9800a", ""),
    "extended_test": ("#ffffff", "xxxx"),
    "previous_marked": ("#e6ebf0", "\\\\\\\\"),
    "not_comparable": ("#4d5a68", ""),
    "undocumented": ("#f2dcb8", "++"),
    "no_value": ("#ffffff", ""),
}
LINE = 0.2  # inches, height of a row of a panel


def distribution(ctx: Context) -> Figure | None:
    """Boxes of school scores by group, for the last year of each test."""
    table = schools.latest(ctx.table("score_distribution"))
    return _boxes(ctx, table, "school_distribution", "axis_school_scores")


def changes(ctx: Context) -> Figure | None:
    """Boxes of schools' changes by group, for the last pair of tests, with the shares marked as up and down."""
    return _boxes(
        ctx, schools.latest(ctx.table("year_changes")), "school_changes", "axis_school_changes", zero=True
    )


def missing(ctx: Context) -> Figure | None:
    """Schools without a valid score of those that tested the subject, stacked by cause: a bar for each year of a grade."""
    table = ctx.table("missing")
    table = table.loc[table["what"] == "score"]
    if not len(table):
        return None
    from matplotlib.patches import Patch

    subjects = [s for s in SUBJECTS if s in set(table["subject"])]
    bars = [(g, int(y)) for g in GRADES for y in sorted(set(table.loc[table["grade"] == g, "year"]))]
    statuses = [c for c in CAUSES if c in set(table.loc[table["schools"].gt(0), "status"])]
    fig, axes = style.new(
        1, len(subjects), height=1.9 + 0.24 * len(bars), squeeze=False, sharey=True, sharex=True
    )
    reach = max(schools.without_value(part, part) for _, part in table.groupby(["grade", "year", "subject"]))
    for ax, subject in zip(axes[0], subjects, strict=True):
        for y, (g, year) in enumerate(reversed(bars)):
            some = table.loc[(table["grade"] == g) & (table["year"] == year) & (table["subject"] == subject)]
            if len(some):
                _stack(ctx, ax, y, some, statuses, 0.02 * reach)
        ax.set_yticks(
            range(len(bars)),
            [f"{ctx.t(f'grade_{g}')} {schools.year_name(ctx, g, year)}" for g, year in reversed(bars)],
            fontsize=style.SMALL,
        )
        ax.set_ylim(-0.6, len(bars) - 0.4)
        ax.set_xlim(0, 1.3 * reach)
        ax.set_title(style.wrap(ctx.t(f"subject_{subject}").capitalize(), 60 // len(subjects) - 2))
        ax.xaxis.set_major_formatter(_percents(ctx))
        ax.locator_params(axis="x", nbins=4)
        ax.grid(axis="x")
        style.bare(ax)
    keys = [
        Patch(facecolor=CAUSES[c][0], hatch=CAUSES[c][1], edgecolor=style.MUTED, label=ctx.t(f"status_{c}"))
        for c in statuses
    ]
    foot = ctx.t("fig_school_missing_foot")
    key = fig.legend(handles=keys, loc="outside lower left", ncols=3, title=style.wrap(foot, 100), alignment="left", title_fontsize=style.SMALL,
                     handlelength=2.2, handleheight=1.1)  # fmt: skip
    key.get_title().set_color(style.MUTED)
    style.head(fig, ctx.t("fig_school_missing_title"))
    return fig


def _stack(ctx: Context, ax: Axes, y: int, some: pd.DataFrame, statuses: list[str], pad: float) -> None:
    """One bar: the causes, as shares of the schools that tested the subject."""
    tested, left = schools.tested(some), 0.0
    for status in statuses:
        width = float(some.loc[some["status"] == status, "schools"].sum()) / tested
        if width > 0:
            colour, hatch = CAUSES[status]
            ax.barh(
                y,
                width,
                left=left,
                height=0.7,
                color=colour,
                hatch=hatch,
                edgecolor=style.MUTED,
                linewidth=0.6,
            )
            left += width
    ax.text(
        left + pad,
        y,
        percent(schools.without_value(some, some), ctx.lang, 1),
        va="center",
        fontsize=style.SMALL,
    )


def _percents(ctx: Context) -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda v, _: percent(v, ctx.lang))


def _boxes(
    ctx: Context, table: pd.DataFrame, identifier: str, axis: str, zero: bool = False
) -> Figure | None:
    """Panels by grade and subject; a row a group with middle half, median and the middle nine tenths."""
    if not len(table) or not table["q50_points"].notna().any():
        return None
    table = table.loc[(table["breakdown"] != "ses_group_baseline") & (table["level"] != schools.UNKNOWN)]
    measured = table.loc[table["schools"].notna() | table["suppressed"].astype(bool)]
    levels = schools.levels(measured)
    tests = schools.tests(table)
    fig, axes = grid(tests, 0.45 + LINE * len(levels), sharex=True)
    places = _places(levels)
    first = {t[0]: axes[t] for t in reversed(list(axes))}
    for test, ax in axes.items():
        some = schools.of_test(table, *test)
        for (b, name), y in places.items():
            found = some.loc[(some["breakdown"] == b) & (some["level"].astype("str") == name)]
            if len(found):
                _box(ctx, ax, found.iloc[0], y, zero)
        shown = ax is first[test[0]]
        ax.set_yticks(
            list(places.values()),
            [style.wrap(schools.level(ctx, b, n, test[0]), 27) if shown else "" for b, n in places],
            fontsize=style.SMALL,
        )
        ax.set_ylim(min(places.values()) - 0.7, max(places.values()) + 0.7)
        year = schools.year_name(ctx, test[0], some["year"].iloc[-1])
        when = f"{int(some['since_year'].iloc[-1])}\u2013{year}" if zero else year
        name = f"{schools.test_name(ctx, *test)}, {when}"
        ax.set_title(style.wrap(name, 56 // len({s for _, s in axes})), fontsize=style.SMALL)
        ax.grid(axis="x")
        ax.tick_params(axis="x", labelbottom=True)
        ax.locator_params(axis="x", nbins=5)
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
        if zero:
            ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for ax in {t[1]: axes[t] for t in axes}.values():
        ax.set_xlabel(ctx.t(axis), fontsize=style.SMALL)
    style.head(fig, ctx.t(f"fig_{identifier}_title"), ctx.t(f"fig_{identifier}_foot"))
    return fig


def _places(levels: list[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """A height for each group, first on top, with some room between breakdowns."""
    found: dict[tuple[str, str], float] = {}
    y = 0.0
    for i, one in enumerate(levels):
        y -= (1.5 if one[0] != levels[i - 1][0] else 1.0) if i else 0.0
        found[one] = y
    return found


def _box(ctx: Context, ax: Axes, r: Any, y: float, with_marks: bool) -> None:
    if bool(r["suppressed"]) or is_missing(r["q50_points"]):
        ax.text(0.5, y, ctx.t("suppressed"), transform=ax.get_yaxis_transform(), ha="center", va="center", fontsize=style.SMALL,
                color=style.MUTED, bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8})  # fmt: skip
        return
    ax.plot(
        [r["q05_points"], r["q95_points"]],
        [y, y],
        color=style.MUTED,
        linewidth=1,
        solid_capstyle="butt",
        zorder=2,
    )
    ax.barh(y, r["q75_points"] - r["q25_points"], left=r["q25_points"], height=0.62, color=FILLS[r["breakdown"]], edgecolor=style.INK,
            linewidth=0.7, zorder=3)  # fmt: skip
    line = style.PAPER if r["breakdown"] == "all" else style.INK
    ax.plot(
        [r["q50_points"]] * 2, [y - 0.31, y + 0.31], color=line, linewidth=2, solid_capstyle="butt", zorder=4
    )
    if with_marks and not is_missing(r["share_up"]):
        up, down = (percent(r[k], ctx.lang) for k in ("share_up", "share_down"))
        ax.text(
            1.01,
            y,
            f"\u2191\u2009{up} \u2193\u2009{down}",
            transform=ax.get_yaxis_transform(),
            va="center",
            fontsize=style.SMALL - 1,
        )
