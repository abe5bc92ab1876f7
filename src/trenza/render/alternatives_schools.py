"""The values of the figures of official school files, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.render import schools
from trenza.render.language import percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def _courses(ctx: Context, table: pd.DataFrame, name_of: Callable[[Any], str]) -> list[str]:
    """First and last estimate of every line."""
    found: dict[tuple[str, str, str], list[Any]] = {}
    for t in schools.tests(table):
        for _, r in schools.estimated(schools.of_test(table, *t)).iterrows():
            found.setdefault((*t, name_of(r)), []).append(r)
    said = []
    for (g, s, name), points in found.items():
        if len({r["year"] for r in points}) > 1:
            ends = [
                f"{ctx.year(r['year'])}: {ctx.num(r['estimate'], schools.DECIMALS)}"
                for r in (points[0], points[-1])
            ]
            said.append(", ".join([schools.test_name(ctx, g, s), *([name] if name else []), *ends]))
    return said


def _national(ctx: Context) -> list[str]:
    return _courses(ctx, schools.term(ctx.table("trends"), "mean_points"), lambda r: "")


def _by(breakdown: str) -> Callable[[Context], list[str]]:
    def values(ctx: Context) -> list[str]:
        table = schools.term(ctx.table("trends"), "mean_points", breakdown)
        return _courses(ctx, table, lambda r: schools.level(ctx, breakdown, r["level"], r["grade"]))

    return values


def _gaps(ctx: Context) -> list[str]:
    table = ctx.table("gaps")
    table = table.loc[(table["term"] == "gap_points") & (table["breakdown"] != "ses_group_baseline")]
    return _courses(ctx, table, lambda r: schools.pair(ctx, r))


def _missing(ctx: Context) -> list[str]:
    table = schools.estimated(schools.latest(schools.term(ctx.table("trends"), "share_withheld")))
    return [
        f"{schools.test_name(ctx, r['grade'], r['subject'])} {ctx.year(r['year'])}: {percent(r['estimate'], ctx.lang, 1)}"
        for _, r in table.iterrows()
    ]


def _spread(name: str) -> Callable[[Context], list[str]]:
    def values(ctx: Context) -> list[str]:
        table = schools.latest(ctx.table(name))
        table = table.loc[(table["breakdown"] == "all") & table["q50_points"].notna()]
        return [
            f"{schools.test_name(ctx, r['grade'], r['subject'])} {ctx.year(r['year'])}: {ctx.num(r['q50_points'], 1)} {ctx.span(r['q25_points'], r['q75_points'], 1)}"
            for _, r in table.iterrows()
        ]  # fmt: skip

    return values


VALUES: dict[str, Callable[[Context], list[str]]] = {
    "school_trends": _national,
    "school_trends_dependency": _by("dependency"),
    "school_trends_ses": _by("ses_group"),
    "school_trends_baseline": _by("ses_group_baseline"),
    "school_gaps": _gaps,
    "school_missing": _missing,
    "school_distribution": _spread("score_distribution"),
    "school_changes": _spread("year_changes"),
}
