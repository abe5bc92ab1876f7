"""Tables of official school files for readers: years as columns, one table a grade or a test."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from trenza.render import schools
from trenza.render.language import NO_VALUE, is_missing, percent
from trenza.render.readable import Readable

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

TOGETHER = 6  # columns of a table of causes that still fit
SHARES = ("share_withheld", "share_insufficient", "share_adequate")
Cell = tuple[Hashable, str, Hashable, str]


def aligned(heads: list[str], cells: list[list[str]], right: int) -> pd.DataFrame:
    """Cells under heads; columns from ``right`` on stand at the right."""
    frame = Readable(cells, columns=heads, dtype="str")
    frame.attrs["right"] = heads[right:]
    return frame


def _wide(head: str, columns: dict[Hashable, str], cells: Iterable[Cell]) -> pd.DataFrame:
    """Cells (key and name of the row, key of the column, text); rows in the order of their first cell."""
    listed = list(cells)
    names = {key: name for key, name, _, _ in listed}
    found = {(key, column): text for key, _, column, text in listed}
    rows = [[name, *(found.get((key, c), NO_VALUE) for c in columns)] for key, name in names.items()]
    return aligned([head, *columns.values()], rows, 1)


def _by_year(ctx: Context, head: str, grade: str, cells: Iterable[Cell]) -> pd.DataFrame:
    """Cells with years as columns."""
    listed = list(cells)
    years: dict[Hashable, str] = {
        y: schools.year_name(ctx, grade, y) for y in sorted({int(str(c[2])) for c in listed})
    }
    return _wide(ctx.t(head), years, listed)


def estimate(ctx: Context, r: Any) -> str:
    """A cell of ``trends`` or ``gaps``: suppressed, a share, or points with their interval."""
    if bool(r["suppressed"]):
        return ctx.t("suppressed")
    if is_missing(r["estimate"]):
        return NO_VALUE
    if str(r.get("term")).startswith("share_"):
        return schools.share(ctx, r)
    change = r.get("term") == "change_points"
    body = f"{ctx.num(r['estimate'], schools.DECIMALS, sign=change)} {ctx.span(r['ci_low'], r['ci_high'], schools.DECIMALS)}"
    return f"{body} ({int(r['since_year'])})" if change else body


def trend(ctx: Context, grade: str) -> pd.DataFrame:
    """The national course of a grade: schools, means, changes and shares of each subject."""
    table = ctx.table("trends")
    table = table.loc[(table["grade"] == grade) & (table["breakdown"] == "all")]
    cells: list[Cell] = []
    for g, s in schools.tests(table):
        some, name = schools.of_test(table, g, s), ctx.t(f"subject_{s}").capitalize()
        for term in ("mean_points", "change_points", *SHARES):
            for _, r in some.loc[some["term"] == term].iterrows():
                cells.append(
                    ((s, term), f"{name}: {ctx.t(f'trend_term_{term}')}", r["year"], estimate(ctx, r))
                )
                if term == "mean_points":
                    number = ctx.t("suppressed") if bool(r["suppressed"]) else ctx.count(r["schools"])
                    cells.append(((s, "n"), f"{name}: {ctx.t('trend_term_schools')}", r["year"], number))
    return _by_year(ctx, "col_measure", grade, cells)


def trend_by_group(ctx: Context, grade: str, subject: str) -> pd.DataFrame:
    """The means of a test by dependency and socio-economic group."""
    table = ctx.table("trends")
    table = schools.of_test(
        table.loc[(table["term"] == "mean_points") & (table["breakdown"] != "all")], grade, subject
    )
    some = (
        (b, n, table.loc[(table["breakdown"] == b) & (table["level"].astype("str") == n)])
        for b, n in schools.levels(table)
    )
    cells = [
        ((b, n), schools.level(ctx, b, n), r["year"], estimate(ctx, r))
        for b, n, part in some
        for _, r in part.iterrows()
    ]
    return _by_year(ctx, "col_group", grade, cells)


def gaps(ctx: Context, grade: str) -> pd.DataFrame:
    """The gaps of a grade, each subject apart."""
    table = ctx.table("gaps")
    table = table.loc[table["grade"] == grade]
    cells: list[Cell] = []
    for g, s in schools.tests(table):
        some = schools.of_test(table, g, s)
        for p in schools.pairs(some):
            part = some.loc[
                [q == p for q in zip(some["breakdown"], some["upper"], some["lower"], strict=True)]
            ]
            cells += [
                (
                    (s, p),
                    f"{ctx.t(f'subject_{s}').capitalize()}: {schools.pair(ctx, r)}",
                    r["year"],
                    estimate(ctx, r),
                )
                for _, r in part.iterrows()
            ]
    return _by_year(ctx, "col_gap", grade, cells)


def missing(ctx: Context, grade: str, subjects: list[str]) -> pd.DataFrame:
    """Schools of a grade without a valid score by cause, with their share of the file; a column a test."""
    table = ctx.table("missing")
    table = table.loc[(table["grade"] == grade) & (table["what"] == "score") & (table["status"] != "ok")]
    table = table.loc[table["subject"].isin(subjects)].sort_values(["status", "year"])
    columns: dict[Hashable, str] = {}
    for s in subjects:
        lead = f"{ctx.t(f'subject_{s}').capitalize()} " if len(subjects) > 1 else ""
        columns |= {
            (s, y): lead + schools.year_name(ctx, grade, y)
            for y in sorted(set(table.loc[table["subject"] == s, "year"]))
        }
    cells: list[Cell] = []
    for _, r in table.iterrows():
        kept = bool(r["has_value"])
        name = schools.cause(ctx, r) + (f" ({ctx.t('kept_flagged')})" if kept else "")
        text = (
            ctx.t("suppressed")
            if bool(r["suppressed"])
            else f"{ctx.count(r['schools'])} ({percent(r['share'], ctx.lang, 1)})"
        )
        cells.append(((r["status"], str(r["reason"]), kept), name, (r["subject"], r["year"]), text))
    return _wide(ctx.t("col_cause"), columns, cells)


def missing_together(ctx: Context, grade: str) -> list[list[str]]:
    """Which subjects of a grade share a table of causes: all where the columns are few, else each alone."""
    table = ctx.table("missing")
    table = table.loc[(table["grade"] == grade) & (table["what"] == "score")]
    subjects = [s for _, s in schools.tests(table)]
    return (
        [subjects]
        if len(table[["subject", "year"]].drop_duplicates()) <= TOGETHER
        else [[s] for s in subjects]
    )


def without_value(ctx: Context, what: str) -> pd.DataFrame:
    """The share of schools without a valid change or standards, a row a test."""
    table = ctx.table("missing")
    table = table.loc[table["what"] == what]
    cells: list[Cell] = []
    for g, s in schools.tests(table):
        for year, part in schools.of_test(table, g, s).groupby("year"):
            share, at_least = schools.without_value(part)
            text = ctx.t("suppressed") if at_least else percent(share, ctx.lang, 1)
            cells.append(((g, s), schools.test_name(ctx, g, s), year, text))
    return _by_year(ctx, "col_test", "", cells)


def medians(ctx: Context, grade: str, table: pd.DataFrame) -> pd.DataFrame:
    """Median, middle half and number of schools by group, a column for each subject's last year."""
    table = table.loc[(table["grade"] == grade) & (table["breakdown"] != "ses_group_baseline")]
    columns: dict[Hashable, str] = {}
    cells: list[Cell] = []
    tests = [s for _, s in schools.tests(table)]
    for s in tests:
        year = schools.year_name(ctx, grade, table.loc[table["subject"] == s, "year"].iloc[0])
        columns[s] = f"{ctx.t(f'subject_{s}').capitalize()} {year}"
    for b, name in schools.levels(table):
        for _, r in table.loc[(table["breakdown"] == b) & (table["level"].astype("str") == name)].iterrows():
            cells.append(((b, name), schools.level(ctx, b, name), r["subject"], _median(ctx, r)))
    return _wide(ctx.t("col_group"), columns, cells)


def _median(ctx: Context, r: Any) -> str:
    if bool(r["suppressed"]):
        return ctx.t("suppressed")
    middle = ctx.span(r["q25_points"], r["q75_points"], schools.DECIMALS)
    return f"{ctx.num(r['q50_points'], schools.DECIMALS)} {middle}; n = {ctx.count(r['schools'])}"


def changes(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """How the schools of one test moved since the test before, by group."""
    quantiles = ("q05_points", "q25_points", "q50_points", "q75_points", "q95_points")
    keys = (
        "col_group",
        "col_schools",
        "col_q05",
        "col_q25",
        "col_median",
        "col_q75",
        "col_q95",
        "col_correlation",
        "col_share_up",
        "col_share_down",
    )
    cells = []
    for b, name in schools.levels(table):
        r = table.loc[(table["breakdown"] == b) & (table["level"].astype("str") == name)].iloc[0]
        n = ctx.t("suppressed") if bool(r["suppressed"]) else ctx.count(r["schools"])
        points = [ctx.num(r[c], schools.DECIMALS, sign=True) for c in quantiles]
        marks = [percent(r[c], ctx.lang) for c in ("share_up", "share_down")]
        cells.append([schools.level(ctx, b, name), n, *points, ctx.num(r["correlation"]), *marks])
    return aligned([ctx.t(k) for k in keys], cells, 1)
