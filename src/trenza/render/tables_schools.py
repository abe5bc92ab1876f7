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
TERMS = ("mean_points", *schools.CHANGES, "share_insufficient", "share_adequate")
Cell = tuple[Hashable, str, Any, str]


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
        y: schools.year_name(ctx, grade, y) for y in sorted(dict.fromkeys(c[2] for c in listed))
    }
    return _wide(ctx.t(head), years, listed)


def estimate(ctx: Context, r: Any) -> str:
    """A cell of ``trends`` or ``gaps``: suppressed, a share, or points with their interval."""
    if bool(r["suppressed"]):
        return ctx.t("suppressed")
    if is_missing(r["estimate"]):
        return NO_VALUE
    if str(r["term"]).startswith("share_"):
        return schools.share(ctx, r)
    change = r["term"] in schools.CHANGES
    body = f"{ctx.num(r['estimate'], schools.DECIMALS, sign=change)} {ctx.span(r['ci_low'], r['ci_high'], schools.DECIMALS)}"
    return f"{body} ({ctx.year(r['since_year'])})" if change else body


def overview(ctx: Context) -> pd.DataFrame:
    """The page in one table: a row a test with mean, changes, gap, pupils without a valid score, published mean."""
    trends, gaps = ctx.table("trends"), ctx.table("gaps")
    gaps = gaps.loc[gaps["breakdown"] == "ses_group"]
    published = schools.published(ctx)
    rows = []
    for g, s in schools.tests(schools.term(trends, "mean_points")):
        r = schools.of_test(schools.term(trends, "mean_points"), g, s).iloc[-1]
        same = {"year": r["year"], "subject": s, "grade": g}
        found = [
            schools.at(schools.term(trends, t), r, year=r["year"]) for t in ("mean_points", *schools.CHANGES)
        ]
        found += [schools.at(gaps, r, year=r["year"], term=t) for t in ("gap_points", "change_points")]
        found.append(schools.at(schools.term(trends, "share_pupils_withheld"), r, year=r["year"]))
        outside = published.get((same["grade"], int(same["year"]), same["subject"]))
        rows.append(
            [
                f"{schools.test_name(ctx, g, s)} {schools.year_name(ctx, g, r['year'])}",
                *(estimate(ctx, some.iloc[0]) if len(some) else NO_VALUE for some in found),
                NO_VALUE if outside is None else ctx.num(outside["expected"], 0),
            ]
        )
    keys = ("col_test", "col_mean_points", "col_step", "col_change", "col_ses_gap", "col_ses_gap_change", "col_pupils_withheld",
            "col_published")  # fmt: skip
    return aligned([ctx.t(k) for k in keys], rows, 1)


def trend(ctx: Context, grade: str) -> pd.DataFrame:
    """The national means of a grade: schools, means, changes and standards of each subject."""
    table = ctx.table("trends")
    table = table.loc[(table["grade"] == grade) & (table["breakdown"] == "all")]
    cells: list[Cell] = []
    for g, s in schools.tests(table):
        some, name = schools.of_test(table, g, s), ctx.t(f"subject_{s}").capitalize()
        for term in TERMS:
            for _, r in some.loc[some["term"] == term].iterrows():
                cells.append(
                    ((s, term), f"{name}: {ctx.t(f'trend_term_{term}')}", r["year"], estimate(ctx, r))
                )
                if term == "mean_points":
                    number = ctx.t("suppressed") if bool(r["suppressed"]) else ctx.count(r["schools"])
                    cells.append(((s, "n"), f"{name}: {ctx.t('trend_term_schools')}", r["year"], number))
    return _by_year(ctx, "col_measure", grade, cells)


def trend_by_group(ctx: Context, grade: str, subject: str) -> pd.DataFrame:
    """A test by dependency and socio-economic group: first and last mean, last step and whole change, schools."""
    table = ctx.table("trends")
    table = schools.of_test(table.loc[table["breakdown"] != "all"], grade, subject)
    table = schools.without_base_year(ctx, table)
    records = table.to_dict("records")
    rows = []
    for b, name in schools.levels(table.loc[table["term"] == "mean_points"]):
        own = [r for r in records if r["breakdown"] == b and str(r["level"]) == name]
        rows.append(
            [
                schools.level(ctx, b, name, grade),
                *_ends(ctx, grade, own, "mean_points", schools.CHANGES),
            ]
        )
    heads = ("col_group", "col_first", "col_last", "col_step", "col_change", "col_schools")
    return aligned([ctx.t(k) for k in heads], rows, 1)


def gaps(ctx: Context, grade: str) -> pd.DataFrame:
    """The gaps of a grade, each subject apart: first and last, change, schools of either group."""
    table = ctx.table("gaps")
    table = schools.without_base_year(ctx, table.loc[table["grade"] == grade])
    rows = []
    for g, s in schools.tests(table):
        some = schools.of_test(table, g, s)
        records = some.to_dict("records")
        for p in schools.pairs(some.loc[some["term"] == "gap_points"]):
            own = [r for r in records if (r["breakdown"], r["upper"], r["lower"]) == p]
            name = f"{ctx.t(f'subject_{s}').capitalize()}: {schools.pair(ctx, own[0])}"
            rows.append([name, *_ends(ctx, grade, own, "gap_points", ("change_points",))])
    heads = ("col_gap", "col_first", "col_last", "col_change", "col_schools")
    return aligned([ctx.t(k) for k in heads], rows, 1)


def _ends(
    ctx: Context, grade: str, rows: list[dict[Hashable, Any]], term: str, changes: tuple[str, ...]
) -> list[str]:
    """First and last level with their years, the changes to the last year, and the schools of the last year."""
    levels = [r for r in rows if r["term"] == term]
    first, last = levels[0], levels[-1]
    cells = [NO_VALUE if len(levels) < 2 else _with_year(ctx, grade, first), _with_year(ctx, grade, last)]
    for change in changes:
        found = [r for r in rows if r["term"] == change and r["year"] == last["year"]]
        cells.append(estimate(ctx, found[0]) if found else NO_VALUE)
    counted = ("schools",) if "schools" in last else ("schools_upper", "schools_lower")
    hidden = bool(last["suppressed"])
    return [*cells, ctx.t("suppressed") if hidden else " + ".join(ctx.count(last[c]) for c in counted)]


def _with_year(ctx: Context, grade: str, r: Any) -> str:
    said = estimate(ctx, r)
    return said if bool(r["suppressed"]) else f"{said} ({schools.year_name(ctx, grade, r['year'])})"


def missing(ctx: Context, grade: str, subjects: list[str]) -> pd.DataFrame:
    """Schools that tested a subject of a grade without a valid score, by cause, and the pupils in them; a column a test."""
    table = ctx.table("missing")
    table = table.loc[
        (table["grade"] == grade) & (table["what"] == "score") & table["subject"].isin(subjects)
    ]
    columns: dict[Hashable, str] = {}
    cells: list[Cell] = []
    for s in subjects:
        lead = f"{ctx.t(f'subject_{s}').capitalize()} " if len(subjects) > 1 else ""
        for year, part in table.loc[table["subject"] == s].groupby("year"):
            columns[s, year] = lead + schools.year_name(ctx, grade, year)
            total = schools.tested(part)
            cells.append((("", "tested", False), ctx.t("row_tested"), (s, year), ctx.count(total)))
            withheld = schools.term(ctx.table("trends"), "share_pupils_withheld")
            for _, r in schools.at(withheld, {"grade": grade, "subject": s}, year=year).iterrows():
                cells.append((("~", "", False), ctx.t("row_pupils_withheld"), (s, year), estimate(ctx, r)))
            for _, r in part.loc[~part["status"].isin(["ok", *schools.NOT_AT_TEST])].iterrows():
                kept = bool(r["has_value"])
                name = schools.cause(ctx, r) + (f" ({ctx.t('kept_flagged')})" if kept else "")
                text = f"{ctx.count(r['schools'])} ({percent(r['schools'] / total, ctx.lang, 1)})"
                cells.append(((str(r["status"]), str(r["reason"]), kept), name, (s, year), text))
    return _wide(ctx.t("col_cause"), columns, sorted(cells, key=lambda c: str(c[0])))


def not_at_test(ctx: Context) -> pd.DataFrame:
    """Schools in the files that did not sit, by cause, and schools that tested nobody in a subject."""
    table = ctx.table("missing")
    table = table.loc[(table["what"] == "score") & table["status"].isin(schools.NOT_AT_TEST)]
    cells: list[Cell] = []
    for g, s in schools.tests(table):
        for _, r in schools.of_test(table, g, s).sort_values(["status", "reason"]).iterrows():
            whole = r["status"] == "did_not_sit"
            who = ctx.t(f"grade_{g}") if whole else schools.test_name(ctx, g, s)
            key = (g, "" if whole else s, r["status"], str(r["reason"]))
            cells.append((key, f"{who}: {schools.cause(ctx, r)}", r["year"], ctx.count(r["schools"])))
    return _by_year(ctx, "col_cause", "", cells)


def withheld_by_group(ctx: Context, grade: str) -> pd.DataFrame:
    """Schools without a valid score by group in the last year of each subject, and the share of their pupils."""
    table = schools.latest(ctx.table("trends"))
    table = table.loc[(table["grade"] == grade) & ~table["breakdown"].isin(["ses_group_baseline"])]
    columns: dict[Hashable, str] = {}
    cells: list[Cell] = []
    for _, s in schools.tests(table):
        some = schools.of_test(table, grade, s)
        columns[s] = (
            f"{ctx.t(f'subject_{s}').capitalize()} {schools.year_name(ctx, grade, some['year'].iloc[0])}"
        )
        for b, name in schools.levels(some):
            own = some.loc[(some["breakdown"] == b) & (some["level"].astype("str") == name)]
            of_schools, of_pupils = (
                own.loc[own["term"] == t] for t in ("share_withheld", "share_pupils_withheld")
            )
            if len(of_schools) and len(of_pupils):
                text = f"{estimate(ctx, of_schools.iloc[0])} ({estimate(ctx, of_pupils.iloc[0])})"
                hidden = bool(of_schools.iloc[0]["suppressed"]) and bool(of_pupils.iloc[0]["suppressed"])
                cells.append(
                    ((b, name), schools.level(ctx, b, name), s, ctx.t("suppressed") if hidden else text)
                )
    return _wide(ctx.t("col_group"), columns, cells)


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
    """The share of schools without a valid change or standards, of those that tested the subject; a row a test."""
    table = ctx.table("missing")
    cells: list[Cell] = []
    for g, s in schools.tests(table.loc[table["what"] == what]):
        for year, part in schools.of_test(table, g, s).groupby("year"):
            score, own = (part.loc[part["what"] == w] for w in ("score", what))
            if len(own) and schools.tested(score):
                share = percent(schools.without_value(own, score), ctx.lang, 1)
                cells.append(((g, s), schools.test_name(ctx, g, s), year, share))
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
