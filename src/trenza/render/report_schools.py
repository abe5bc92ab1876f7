"""The sections of a study over official school files: files, courses, gaps, what is withheld, spread, checks, ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.contracts.school_tables import GRADES
from trenza.render import alternatives, schools, sentences_schools, tables_files, tables_schools
from trenza.render.language import is_missing, small_first
from trenza.render.markdown import Paper, escape
from trenza.render.rows import in_order
from trenza.render.tables import without, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def files(paper: Paper) -> None:
    """What was read, what was refused and why; a part of the section on data."""
    ctx = paper.ctx
    table = ctx.table("files")
    if not len(table):
        return
    paper.say(sentences_schools.files(ctx), ctx.t("files_years"))
    paper.table(without_blank_columns(tables_files.files(ctx, simce=True)), ctx.t("cap_files_simce"))
    paper.table(without_blank_columns(tables_files.files(ctx, simce=False)), ctx.t("cap_files_other"))
    refused = table.loc[table["outcome"] == "refused"]
    if len(refused):
        paper.say(
            ctx.t("files_refused" if len(refused) > 1 else "files_refused_one", n=ctx.count(len(refused)))
        )
        paper.raw(*(_refusal(ctx, r) for _, r in refused.iterrows()))
    aside = int((table["outcome"] == "not_data").sum())
    paper.say(ctx.t("files_not_data", n=ctx.count(aside)) if aside else "")
    told = table.loc[(table["outcome"] != "refused") & table["message"].notna()]
    if len(told):
        paper.say(ctx.t("files_told"))
        paper.bullets(_told(ctx, files) for _, files in told.groupby("message", sort=False))


def _refusal(ctx: Context, r: pd.Series) -> str:
    """Why a file was refused, in the reader's words, which name the file and are English."""
    words = str(r["message"])
    words = words if words.startswith(str(r["file"])) else f"{r['file']}: {words}"
    return f"- [{escape(words)}]{{lang=en}}" if ctx.lang != "en" else f"- {escape(words)}"


def _told(ctx: Context, files: pd.DataFrame) -> str:
    """A remark, after the file it is about, or after the number of files where there are several."""
    n = len(files)
    who = str(files.iloc[0]["file"]) if n == 1 else f"{ctx.count(n)} {small_first(ctx.t('col_files'))}"
    return f"{who}: {ctx.say(files.iloc[0]['message'])}."


def trends(paper: Paper, study_id: str) -> None:
    """The national mean of each test over the years, and by group."""
    ctx = paper.ctx
    table = ctx.table("trends")
    national = schools.estimated(schools.term(table, "mean_points"))
    if not len(table):
        return
    paper.heading("h_trends")
    paper.say(ctx.t("trends_open"))
    paper.bullets(sentences_schools.trend(ctx, r) for _, r in _ordered(schools.latest(national)).iterrows())
    paper.say(ctx.t("trends_close"))
    paper.figure("school_trends", alternatives.alt("school_trends", ctx))
    for grade in _grades(table):
        paper.table(tables_schools.trend(ctx, grade), ctx.t("cap_trend", grade=ctx.t(f"grade_{grade}")))
    groups = table.loc[(table["term"] == "mean_points") & (table["breakdown"] != "all")]
    if len(groups):
        paper.heading("h_trends_groups", 3)
        paper.say(ctx.t("trends_groups_open"))
        for figure in ("school_trends_dependency", "school_trends_ses", "school_trends_baseline"):
            paper.figure(figure, alternatives.alt(figure, ctx))
        for grade, subject in schools.tests(schools.repeated(groups)):
            paper.table(
                tables_schools.trend_by_group(ctx, grade, subject),
                ctx.t("cap_trend_groups", test=schools.test_name(ctx, grade, subject)),
            )
    _notes(paper, table)


def gaps(paper: Paper, study_id: str) -> None:
    """Gaps between groups of schools over the years."""
    ctx = paper.ctx
    table = ctx.table("gaps")
    if not len(table):
        return
    paper.heading("h_gaps")
    paper.say(ctx.t("gaps_open"))
    # A sentence for the widest gap of each test; the others are in the picture and the tables.
    shown = schools.estimated(table)
    if (shown["breakdown"] == "ses_group").any():
        shown = shown.loc[shown["breakdown"] == "ses_group"]
    for grade in _grades(shown):
        some = shown.loc[shown["grade"] == grade]
        keys = ["subject", "breakdown", "upper", "lower"]
        paper.bullets(
            sentences_schools.gap(ctx, part.sort_values("year")) for _, part in some.groupby(keys, sort=False)
        )
    paper.say(ctx.t("gaps_close"))
    paper.figure("school_gaps", alternatives.alt("school_gaps", ctx))
    for grade in _grades(table):
        paper.table(tables_schools.gaps(ctx, grade), ctx.t("cap_gaps", grade=ctx.t(f"grade_{grade}")))
    _notes(paper, table)


def missing(paper: Paper, study_id: str) -> None:
    """What is withheld or missing, by cause."""
    ctx = paper.ctx
    table = ctx.table("missing")
    if not len(table):
        return
    paper.heading("h_missing")
    paper.say(ctx.t("missing_open"), ctx.t("suppressed_cells") if table["suppressed"].any() else "")
    shares = schools.estimated(schools.term(ctx.table("trends"), "share_withheld"))
    paper.bullets(sentences_schools.withheld(ctx, schools.of_test(shares, *t)) for t in schools.tests(shares))
    paper.figure("school_missing", alternatives.alt("school_missing", ctx))
    score = table.loc[table["what"] == "score"]
    for grade in _grades(score):
        for subjects in tables_schools.missing_together(ctx, grade):
            test = (
                schools.test_name(ctx, grade, subjects[0]) if len(subjects) == 1 else ctx.t(f"grade_{grade}")
            )
            paper.table(tables_schools.missing(ctx, grade, subjects), ctx.t("cap_missing", test=test))
    for what in ("change", "standards"):
        paper.table(tables_schools.without_value(ctx, what), ctx.t(f"cap_missing_{what}"))


def distribution(paper: Paper, study_id: str) -> None:
    """How schools' scores spread, by dependency and socio-economic group, in the last year of each test."""
    ctx = paper.ctx
    table = schools.latest(ctx.table("score_distribution"))
    if not len(table):
        return
    paper.heading("h_distribution")
    paper.say(ctx.t("distribution_open"))
    tests = schools.tests(table)
    paper.bullets(sentences_schools.distribution(ctx, schools.of_test(table, *t)) for t in tests)
    paper.figure("school_distribution", alternatives.alt("school_distribution", ctx))
    for grade in _grades(table):
        paper.table(
            tables_schools.medians(ctx, grade, table),
            ctx.t("cap_school_distribution", grade=ctx.t(f"grade_{grade}")),
        )


def changes(paper: Paper, study_id: str) -> None:
    """How schools moved between two tests, and why single schools should not be read from it."""
    ctx = paper.ctx
    table = ctx.table("year_changes")
    if not len(table):
        return
    paper.heading("h_changes")
    paper.say(ctx.t("changes_open"))
    whole = table.loc[(table["breakdown"] == "all") & table["q50_points"].notna()]
    paper.bullets(sentences_schools.change(ctx, r) for _, r in _ordered(schools.latest(whole)).iterrows())
    paper.figure("school_changes", alternatives.alt("school_changes", ctx))
    last = schools.latest(table)
    for t in schools.tests(last):
        some = schools.of_test(last, *t)
        words = {
            "test": schools.test_name(ctx, *t),
            "year": schools.year_name(ctx, t[0], some["year"].iloc[0]),
            "since": int(some["since_year"].iloc[0]),
        }
        paper.table(
            without_blank_columns(tables_schools.changes(ctx, some)), ctx.t("cap_school_changes", **words)
        )


def checks(paper: Paper, study_id: str) -> None:
    """The files held against figures from outside and against each other."""
    ctx = paper.ctx
    table = ctx.table("checks")
    if not len(table):
        return
    paper.heading("h_checks")
    paper.say(sentences_schools.checks(ctx), ctx.t("checks_open"))
    paper.table(tables_files.checks_by_kind(ctx), ctx.t("cap_checks"))
    for check, outside in table.loc[table["expected"].notna()].groupby("check", sort=False):
        shown = without(tables_files.checks_against(ctx, outside), [ctx.t("col_check")])
        paper.table(
            without_blank_columns(shown),
            ctx.t("cap_checks_outside", check=schools.word(ctx, f"school_check_{check}")),
        )
    failed = table.loc[~table["agrees"].astype(bool) & table["expected"].isna()]
    if len(failed):
        paper.table(
            without_blank_columns(tables_files.checks_against(ctx, failed)), ctx.t("cap_checks_failed")
        )


def ledger(paper: Paper, study_id: str) -> None:
    """Cells by rule."""
    ctx = paper.ctx
    table = ctx.table("ledger_counts")
    if not len(table):
        return
    paper.heading("h_ledger")
    paper.say(
        ctx.t("ledger_open", n=ctx.count(table["cells"].sum()), files=ctx.count(table["file"].nunique()))
    )
    paper.table(tables_files.ledger(ctx), ctx.t("cap_ledger_counts"))


def summary(ctx: Context) -> list[tuple[str, str]]:
    """What a colleague should take along, one sentence or two a finding; each is of real numbers."""
    points = []
    table = ctx.table("trends")
    if len(ctx.table("files")):
        points.append(sentences_schools.files(ctx))
    national = _ordered(
        schools.latest(schools.repeated(schools.estimated(schools.term(table, "mean_points"))))
    )
    if len(national):
        points.append(f"{sentences_schools.trend_short(ctx, national)} {ctx.t('trends_close')}")
    gaps = schools.latest(schools.repeated(schools.estimated(ctx.table("gaps"))))
    widest = gaps.loc[gaps["breakdown"] == "ses_group"] if (gaps["breakdown"] == "ses_group").any() else gaps
    if len(widest):
        first = schools.pairs(widest)[0]
        chosen = [p == first for p in zip(widest["breakdown"], widest["upper"], widest["lower"], strict=True)]
        points.append(sentences_schools.gap_short(ctx, _ordered(widest.loc[chosen])))
    shares = schools.estimated(schools.term(table, "share_withheld"))
    if len(shares):
        points.append(sentences_schools.withheld_short(ctx, shares))
    moves = ctx.table("year_changes")
    moves = moves.loc[(moves["breakdown"] == "all") & moves["correlation"].notna()]
    if len(moves):
        points.append(sentences_schools.change_short(ctx, moves))
    if len(ctx.table("checks")):
        points.append(sentences_schools.checks(ctx))
    return [("real", p) for p in points]


def _grades(table: pd.DataFrame) -> list[str]:
    return [g for g in GRADES if g in set(table["grade"])]


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by grade and subject in the order of the closed lists."""
    order = {t: i for i, t in enumerate(schools.tests(table))}
    keys = [order[t] for t in zip(table["grade"], table["subject"], strict=True)]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def _notes(paper: Paper, table: pd.DataFrame) -> None:
    """Procedures and recorded remarks of a table's rows, each once."""
    ctx = paper.ctx
    methods = [ctx.say(m) for m in in_order(table, "method")]
    kinds = [ctx.say(k) for k in in_order(table.loc[table["effect_kind"].notna()], "effect_kind")]
    remarks = dict.fromkeys(
        ctx.say(p) for n in table["note"] if not is_missing(n) for p in str(n).split("; ")
    )
    if len(methods) > 1:
        paper.say(ctx.t("note_methods"))
        paper.bullets(f"{m}." for m in methods)
    paper.say(
        ctx.t("note_method", methods=methods[0]) if len(methods) == 1 else "",
        ctx.t("note_effect", kinds="; ".join(kinds)) if kinds else "",
    )
    if remarks:
        paper.say(ctx.t("school_notes"))
        paper.bullets(f"{r}." for r in remarks)
