"""What official school files show, in plain sentences with schools, interval and year. No causes are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.contracts.school_tables import GRADES
from trenza.render import schools
from trenza.render.language import is_missing, listed, percent
from trenza.render.sentences import verdict

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

# Checks by what they are held against; those of no other kind are within a file.
CHECK_KINDS: dict[str, tuple[str, ...]] = {
    "published": ("national_mean",),
    "other_files": ("change_is_difference", "slep_commune"),
    "within": (),
}


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
    return ctx.t("files_read", n=ctx.how_many(read), simce=ctx.how_many(simce), tests="; ".join(tests))


def interval(ctx: Context, table: pd.DataFrame) -> str:
    """What varies in the intervals of ``trends`` or ``gaps``, and what they do not hold."""
    units = "communes" if table["clusters"].notna().any() else "schools"
    return f"{ctx.t(f'interval_{units}')} {ctx.t('interval_no_equating')}"


def steps(ctx: Context) -> str:
    """Where the mean rose, fell, or neither can be said, from the test before to the last."""
    rows = schools.latest(schools.estimated(schools.term(ctx.table("trends"), "step_points")))
    parts = []
    for found in ("higher", "lower", "open"):
        named = [_step(ctx, r) for _, r in rows.iterrows() if verdict(r) == found]
        if named:
            parts.append(ctx.t(f"step_{found}", tests=listed(named, ctx.lang)))
    return ctx.t("steps_short", parts="; ".join(parts)) if parts else ""


def _step(ctx: Context, r: pd.Series) -> str:
    years = f"{ctx.year(r['since_year'])}\u2013{schools.year_name(ctx, r['grade'], r['year'])}"
    change = ctx.num(r["estimate"], schools.DECIMALS, sign=True)
    return f"{schools.test_name(ctx, r['grade'], r['subject'])} ({years}: {change})"


def gap_short(ctx: Context) -> str:
    """How wide the socio-economic gap is over the last tests, and where it grew, shrank, or neither can be said."""
    table = schools.estimated(ctx.table("gaps"))
    table = schools.latest(schools.repeated(table.loc[table["breakdown"] == "ses_group"]))
    levels = table.loc[table["term"] == "gap_points"]
    if not len(levels):
        return ""
    ends = levels.sort_values("estimate", kind="stable").iloc[[0, -1]]
    low, high = (
        f"{ctx.num(r['estimate'], schools.DECIMALS)} ({schools.test_name(ctx, r['grade'], r['subject'])}, {schools.year_name(ctx, r['grade'], r['year'])})"
        for _, r in ends.iterrows()
    )  # fmt: skip
    said = [ctx.t("gap_short", pair=schools.pair(ctx, ends.iloc[0]), low=low, high=high)]
    changes = table.loc[table["term"] == "change_points"]
    for found in ("higher", "lower", "open"):
        named = [_step(ctx, r) for _, r in changes.iterrows() if verdict(r) == found]
        if named:
            said.append(ctx.t(f"gap_{found}", tests=listed(named, ctx.lang)))
    return " ".join([*said, ctx.t("gap_caution")])


def withheld_short(ctx: Context) -> str:
    """The least and the most that is withheld, in schools and in pupils, and the tests that nobody sat in many schools."""
    of_schools, of_pupils = (
        schools.estimated(schools.term(ctx.table("trends"), t))
        for t in ("share_withheld", "share_pupils_withheld")
    )
    if not len(of_schools) or not len(of_pupils):
        return ""
    ends = {
        f"{k}_{who}": percent(x, ctx.lang, 1)
        for who, rows in (("schools", of_schools), ("pupils", of_pupils))
        for k, x in (("low", rows["estimate"].min()), ("high", rows["estimate"].max()))
    }
    return f"{ctx.t('withheld_short', n=ctx.how_many(of_schools), **ends)} {untested(ctx)}".strip()


def untested(ctx: Context) -> str:
    """The test that most schools sat without testing anybody in the subject."""
    table = ctx.table("missing")
    table = table.loc[(table["what"] == "score") & (table["status"] == "not_tested") & table["schools"].gt(0)]
    if not len(table):
        return ""
    # A test has one row for each cause that the file gives.
    tests = table.groupby(["grade", "year", "subject"], as_index=False, sort=False)["schools"].sum()
    r = tests.sort_values("schools", kind="stable").iloc[-1]
    test = schools.test_name(ctx, r["grade"], r["subject"])
    return ctx.t("untested", test=test, year=ctx.year(r["year"]), n=ctx.count(r["schools"]))


def change(ctx: Context, r: pd.Series) -> str:
    """How schools moved between two tests: middle half and marks."""
    said = [
        ctx.t("change_sentence", test=_capital(schools.test_name(ctx, r["grade"], r["subject"])), since=ctx.year(r["since_year"]),
              year=schools.year_name(ctx, r["grade"], r["year"]), schools=ctx.count(r["schools"]), median=ctx.num(r["q50_points"], 1, sign=True),
              low=ctx.num(r["q25_points"], 1, sign=True), high=ctx.num(r["q75_points"], 1, sign=True))
    ]  # fmt: skip
    if not is_missing(r["share_up"]):
        up, down = (percent(r[k], ctx.lang) for k in ("share_up", "share_down"))
        said.append(ctx.t("change_marks", up=up, down=down))
    return " ".join(said)


def change_short(ctx: Context) -> str:
    """How far two scores of a school go together in the smallest and the largest schools, and what follows."""
    table = ctx.table("year_changes")
    table = table.loc[(table["breakdown"] == "pupils") & table["correlation"].notna()]
    if not len(table):
        return ""
    test = schools.tests(table)[0]
    rows = schools.of_test(schools.latest(table), *test)
    sizes = {str(r["level"]): (r["level"], r) for _, r in rows.iterrows()}
    there = [s for s in schools.SIZES if s in sizes]
    if len(there) < 2:
        return ""
    (smallest, small), (largest, large) = sizes[there[0]], sizes[there[-1]]
    return ctx.t(
        "change_short",
        small=schools.level(ctx, "pupils", smallest), large=schools.level(ctx, "pupils", largest),
        low=ctx.num(small["correlation"]), high=ctx.num(large["correlation"]), test=schools.test_name(ctx, *test),
        since=ctx.year(small["since_year"]), year=ctx.year(small["year"]),
    )  # fmt: skip


def checks(ctx: Context) -> str:
    """How many checks pass against published figures, against other files and within a file."""
    table = ctx.table("checks")
    parts = []
    for kind, names in CHECK_KINDS.items():
        some = table.loc[table["check"].isin(names)] if names else table.loc[~table["check"].isin(_named())]
        if len(some):
            passed = ctx.how_many(some.loc[some["agrees"].astype(bool)])
            parts.append(ctx.t(f"checks_{kind}", k=passed, n=ctx.how_many(some)))
    return ctx.t("checks_short", parts="; ".join(parts))


def published(ctx: Context) -> str:
    """For how many tests no published mean is at hand, and how far this report's means lie from those held against it."""
    means = schools.estimated(schools.term(ctx.table("trends"), "mean_points"))
    found = []
    for (grade, year, subject), r in schools.published(ctx).items():
        own = schools.at(means, {"grade": grade, "subject": subject}, year=year)
        if len(own):
            found.append((abs(own.iloc[0]["estimate"] - r["found"]), own.iloc[0], r))
    without = ctx.size(means) - ctx.size([own for _, own, _ in found])
    said = [ctx.t("published_none", n=ctx.count(without)) if without else ""]
    if found:
        most = max(f[0] for f in found)
        # The example is a mean that a reader would round to another number than the published one, if there is one.
        apart = [f for f in found if round(float(f[1]["estimate"])) != round(float(f[2]["expected"]))]
        _, own, r = max(apart or found, key=lambda f: f[0])
        said.append(
            ctx.t("published_own", most=ctx.num(most, 1), test=schools.test_name(ctx, own["grade"], own["subject"]), year=ctx.year(own["year"]),
                  here=ctx.num(own["estimate"], 1), there=ctx.num(r["expected"], 0))
        )  # fmt: skip
    return " ".join(s for s in said if s)


def _named() -> set[str]:
    return {name for names in CHECK_KINDS.values() for name in names}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
