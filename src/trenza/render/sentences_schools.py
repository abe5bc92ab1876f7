"""What official school files show, in plain sentences with schools, interval and year. No causes are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import GRADES
from trenza.render import schools
from trenza.render.language import is_missing, listed, percent
from trenza.render.sentences import verdict

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def files(ctx: Context) -> str:
    """How many files were read and which grades and years they hold."""
    table = ctx.table("files")
    read = table.loc[table["outcome"] == "read"]
    simce = read.loc[read["kind"] == "simce"]
    tests = []
    for g in GRADES:
        years = sorted(set(simce.loc[simce["grade"] == g, "year"]))
        if years:
            said = listed([schools.year_name(ctx, g, y) for y in years], ctx.lang)
            tests.append(f"{ctx.t(f'grade_{g}')} {said}")
    return ctx.t("files_read", n=ctx.count(len(read)), simce=ctx.count(len(simce)), tests="; ".join(tests))


def trend(ctx: Context, row: pd.Series) -> str:
    """The mean of a test's last year, its change since the test before, and the mean of the first year."""
    table = ctx.table("trends")
    same = schools.of_test(schools.term(table, "mean_points"), row["grade"], row["subject"])
    change = schools.of_test(schools.term(table, "change_points"), row["grade"], row["subject"])
    change = schools.estimated(change.loc[change["year"] == row["year"]])
    said = [
        ctx.t("trend_sentence", test=_capital(schools.test_name(ctx, row["grade"], row["subject"])), mean=_points(ctx, row),
              year=schools.year_name(ctx, row["grade"], row["year"]), schools=ctx.count(row["schools"]), pupils=ctx.count(row["pupils"]),
              level=percent(row["ci_level"], ctx.lang))
    ]  # fmt: skip
    if len(change):
        c = change.iloc[0]
        said.append(
            ctx.t(
                "trend_change",
                since=int(c["since_year"]),
                change=_points(ctx, c, sign=True),
                verdict=ctx.t(f"trend_{verdict(c)}"),
            )
        )
    first = same.iloc[0]
    if first["year"] != row["year"] and not (len(change) and change.iloc[0]["since_year"] == first["year"]):
        said.append(ctx.t("trend_first", year=int(first["year"]), mean=_points(ctx, first)))
    return " ".join(said)


def trend_short(ctx: Context, rows: pd.DataFrame) -> str:
    """The last means of all tests with their changes in one sentence."""
    changes = schools.estimated(schools.term(ctx.table("trends"), "change_points"))
    parts = []
    for _, r in rows.iterrows():
        since = changes.loc[
            (changes["grade"] == r["grade"])
            & (changes["subject"] == r["subject"])
            & (changes["year"] == r["year"])
        ]
        test, year = (
            schools.test_name(ctx, r["grade"], r["subject"]),
            schools.year_name(ctx, r["grade"], r["year"]),
        )
        if len(since):
            c = since.iloc[0]
            parts.append(
                ctx.t(
                    "trend_part",
                    test=test,
                    year=year,
                    mean=_points(ctx, r),
                    change=_points(ctx, c, sign=True),
                    since=int(c["since_year"]),
                )
            )
        else:
            parts.append(ctx.t("trend_part_alone", test=test, year=year, mean=_points(ctx, r)))
    return ctx.t("trend_short", level=percent(rows.iloc[0]["ci_level"], ctx.lang), parts="; ".join(parts))


def gap(ctx: Context, rows: pd.DataFrame) -> str:
    """One gap of one test: the last year, and the first where there is an earlier one."""
    r, first = rows.iloc[-1], rows.iloc[0]
    effect = "" if is_missing(r["effect"]) else ctx.t("gap_effect", effect=ctx.num(r["effect"]))
    said = ctx.t("gap_sentence", test=_capital(schools.test_name(ctx, r["grade"], r["subject"])), pair=schools.pair(ctx, r), gap=_points(ctx, r), effect=effect,
                 year=schools.year_name(ctx, r["grade"], r["year"]), upper=ctx.count(r["schools_upper"]), lower=ctx.count(r["schools_lower"]))  # fmt: skip
    if first["year"] != r["year"]:
        said = f"{said} {ctx.t('trend_first', year=int(first['year']), mean=_points(ctx, first))}"
    return said


def gap_short(ctx: Context, rows: pd.DataFrame) -> str:
    """The last widths of one gap over all tests in one sentence."""
    parts = [
        ctx.t("trend_part_alone", test=schools.test_name(ctx, r["grade"], r["subject"]), year=schools.year_name(ctx, r["grade"], r["year"]), mean=_points(ctx, r))
        for _, r in rows.iterrows()
    ]  # fmt: skip
    return ctx.t("gap_short", pair=schools.pair(ctx, rows.iloc[0]), parts="; ".join(parts))


def withheld(ctx: Context, rows: pd.DataFrame) -> str:
    """The share of schools that sat but have no valid score: last year, and lowest and highest over the years."""
    r = rows.iloc[-1]
    said = ctx.t("withheld_sentence", test=_capital(schools.test_name(ctx, r["grade"], r["subject"])), share=schools.share(ctx, r),
                 year=schools.year_name(ctx, r["grade"], r["year"]), schools=ctx.count(r["schools"]))  # fmt: skip
    if len(rows) > 1:
        low, high = (percent(x, ctx.lang, 1) for x in (rows["estimate"].min(), rows["estimate"].max()))
        said = f"{said} {ctx.t('withheld_range', low=low, high=high, n=ctx.count(len(rows)))}"
    return said


def withheld_short(ctx: Context, rows: pd.DataFrame) -> str:
    """The lowest and highest share withheld over all tests and years, and where they were."""
    ends = rows.sort_values("estimate", kind="stable").iloc[[0, -1]]
    words = [
        f"{percent(r['estimate'], ctx.lang, 1)} ({schools.test_name(ctx, r['grade'], r['subject'])}, {schools.year_name(ctx, r['grade'], r['year'])})"
        for _, r in ends.iterrows()
    ]  # fmt: skip
    return ctx.t("withheld_short", low=words[0], high=words[1], n=ctx.count(len(rows)))


def distribution(ctx: Context, rows: pd.DataFrame) -> str:
    """Where the middle half of the schools lies, and the medians of the outer socio-economic groups."""
    whole = rows.loc[(rows["breakdown"] == "all") & rows["q50_points"].notna()]
    if not len(whole):
        return ""
    r = whole.iloc[0]
    said = ctx.t("distribution_sentence", test=_capital(schools.test_name(ctx, r["grade"], r["subject"])), year=schools.year_name(ctx, r["grade"], r["year"]),
                 schools=ctx.count(r["schools"]), low=ctx.num(r["q25_points"], 1), high=ctx.num(r["q75_points"], 1))  # fmt: skip
    ses = rows.loc[(rows["breakdown"] == "ses_group") & rows["q50_points"].notna()].sort_values("level")
    if len(ses) > 1:
        low, high = ses.iloc[0], ses.iloc[-1]
        names = {
            k: schools.level(ctx, "ses_group", x["level"]) for k, x in (("lowest", low), ("highest", high))
        }
        said = f"{said} {ctx.t('distribution_ses', low=ctx.num(low['q50_points'], 1), high=ctx.num(high['q50_points'], 1), **names)}"
    return said


def change(ctx: Context, r: pd.Series) -> str:
    """How schools moved between two tests: middle half, marks, and how much of a distance from the mean remains."""
    said = [
        ctx.t("change_sentence", test=_capital(schools.test_name(ctx, r["grade"], r["subject"])), since=int(r["since_year"]),
              year=schools.year_name(ctx, r["grade"], r["year"]), schools=ctx.count(r["schools"]), median=ctx.num(r["q50_points"], 1, sign=True),
              low=ctx.num(r["q25_points"], 1, sign=True), high=ctx.num(r["q75_points"], 1, sign=True))
    ]  # fmt: skip
    if not is_missing(r["share_up"]):
        up, down = (percent(r[k], ctx.lang) for k in ("share_up", "share_down"))
        said.append(ctx.t("change_marks", up=up, down=down))
    if not is_missing(r["correlation"]):
        said.append(
            ctx.t(
                "change_correlation", r=ctx.num(r["correlation"]), share=percent(r["correlation"], ctx.lang)
            )
        )
    return " ".join(said)


def change_short(ctx: Context, rows: pd.DataFrame) -> str:
    """The range of the correlations of two tests, and what it means for single schools."""
    low, high = rows["correlation"].min(), rows["correlation"].max()
    return "" if is_missing(low) else ctx.t("change_short", low=ctx.num(low), high=ctx.num(high))


def checks(ctx: Context) -> str:
    """How many checks against outside figures pass."""
    table = ctx.table("checks")
    passed = int(table["agrees"].astype(bool).sum())
    key = "checks_all" if passed == len(table) else "checks_some"
    return ctx.t(key, n=ctx.count(len(table)), k=ctx.count(passed), failed=ctx.count(len(table) - passed))


def _points(ctx: Context, r: Any, sign: bool = False) -> str:
    return f"{ctx.num(r['estimate'], schools.DECIMALS, sign)} {ctx.span(r['ci_low'], r['ci_high'], schools.DECIMALS)}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
