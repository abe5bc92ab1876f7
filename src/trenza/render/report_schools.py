"""The sections of a study over official school files: files, courses, gaps, what is withheld, spread, checks, ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.contracts.school_tables import GRADES
from trenza.render import alternatives, schools, sentences_schools, tables_files, tables_schools
from trenza.render.language import is_missing, percent, small_first
from trenza.render.markdown import Paper, escape
from trenza.render.rows import in_order
from trenza.render.tables import without_blank_columns
from trenza.render.traced import bare

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

RENAMED = 2014  # files up to this year have no mark for too few pupils: they say that nothing was reported


def files(paper: Paper) -> None:
    """What was read, what was refused and why; a part of the section on data."""
    ctx = paper.ctx
    table = ctx.table("files")
    if not len(table):
        return
    early = table["preliminary"].fillna(False).astype(bool).any()
    paper.say(sentences_schools.files(ctx), ctx.t("files_years"), ctx.t("files_preliminary") if early else "")
    paper.table(without_blank_columns(tables_files.files(ctx, simce=True)), ctx.t("cap_files_simce"))
    paper.table(without_blank_columns(tables_files.files(ctx, simce=False)), ctx.t("cap_files_other"))
    refused = table.loc[table["outcome"] == "refused"]
    if len(refused):
        paper.say(
            ctx.t("files_refused" if len(refused) > 1 else "files_refused_one", n=ctx.how_many(refused))
        )
        paper.raw(*(_refusal(ctx, r) for _, r in refused.iterrows()))
    aside = table.loc[table["outcome"] == "not_data"]
    paper.say(ctx.t("files_not_data", n=ctx.how_many(aside)) if len(aside) else "")
    told = table.loc[(table["outcome"] != "refused") & table["message"].notna()]
    if len(told):
        paper.say(ctx.t("files_told"))
        paper.bullets(_told(ctx, files) for _, files in told.groupby("message", sort=False))


def _refusal(ctx: Context, r: pd.Series) -> str:
    """Why a file was refused, in the reader's words, which name the file and are English."""
    words, file = ctx.told(r["message"]), ctx.told(r["file"])
    words = words if bare(words).startswith(bare(file)) else f"{file}: {words}"
    return f"- [{escape(words)}]{{lang=en}}" if ctx.lang != "en" else f"- {escape(words)}"


def _told(ctx: Context, files: pd.DataFrame) -> str:
    """A remark, after the file it is about, or after the number of files where there are several."""
    several = f"{ctx.how_many(files)} {small_first(ctx.t('col_files'))}"
    who = ctx.told(files.iloc[0]["file"]) if len(files) == 1 else several
    return f"{who}: {ctx.say(files.iloc[0]['message'])}."


def trends(paper: Paper, study_id: str) -> None:
    """The national mean of each test over the years, and by group."""
    ctx = paper.ctx
    table = ctx.table("trends")
    if not len(table):
        return
    paper.heading("h_trends")
    paper.say(ctx.t("trends_open"), sentences_schools.interval(ctx, table))
    paper.say(ctx.t("trends_close"), _suppression(ctx, table))
    paper.figure("school_trends", alternatives.alt("school_trends", ctx))
    for grade in _grades(table):
        paper.table(tables_schools.trend(ctx, grade), ctx.t("cap_trend", grade=ctx.t(f"grade_{grade}")))
    groups = table.loc[(table["term"] == "mean_points") & (table["breakdown"] != "all")]
    if len(groups):
        paper.heading("h_trends_groups", 3)
        fixed = (groups["breakdown"] == "ses_group_baseline").any()
        paper.say(ctx.t("trends_groups_open"), ctx.t("groups_fixed") if fixed else "")
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
    local = (table[["upper", "lower"]] == "slep").any(axis=None)
    paper.say(ctx.t("gaps_open"), ctx.t("gaps_slep") if local else "")
    paper.figure("school_gaps", alternatives.alt("school_gaps", ctx))
    for grade in _grades(table):
        paper.table(
            without_blank_columns(tables_schools.gaps(ctx, grade)),
            ctx.t("cap_gaps", grade=ctx.t(f"grade_{grade}")),
        )
    _notes(paper, table, ctx.table("trends"))


def missing(paper: Paper, study_id: str) -> None:
    """What is withheld or missing, by cause."""
    ctx = paper.ctx
    table = ctx.table("missing")
    if not len(table):
        return
    paper.heading("h_missing")
    paper.say(ctx.t("missing_open"), ctx.t("missing_counts"))
    score = table.loc[table["what"] == "score"]
    old = score.loc[(score["status"] == "no_report") & (score["year"] <= RENAMED)]
    paper.say(
        sentences_schools.untested(ctx),
        ctx.t("missing_renamed", year=ctx.year(old["year"].max())) if len(old) else "",
    )
    paper.figure("school_missing", alternatives.alt("school_missing", ctx))
    for grade in _grades(score):
        for subjects in tables_schools.missing_together(ctx, grade):
            test = (
                schools.test_name(ctx, grade, subjects[0]) if len(subjects) == 1 else ctx.t(f"grade_{grade}")
            )
            paper.table(tables_schools.missing(ctx, grade, subjects), ctx.t("cap_missing", test=test))
    paper.table(tables_schools.not_at_test(ctx), ctx.t("cap_not_at_test"))
    for grade in _grades(ctx.table("trends")):
        paper.table(
            tables_schools.withheld_by_group(ctx, grade),
            ctx.t("cap_withheld_groups", grade=ctx.t(f"grade_{grade}")),
        )
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
    paper.say(ctx.t("changes_open"), sentences_schools.change_short(ctx))
    whole = table.loc[(table["breakdown"] == "all") & table["q50_points"].notna()]
    paper.bullets(sentences_schools.change(ctx, r) for _, r in _ordered(schools.latest(whole)).iterrows())
    paper.figure("school_changes", alternatives.alt("school_changes", ctx))
    last = schools.latest(table)
    last = last.loc[last["breakdown"] != "ses_group_baseline"]
    for t in schools.tests(last):
        some = schools.of_test(last, *t)
        words = {
            "test": schools.test_name(ctx, *t),
            "year": schools.year_name(ctx, t[0], some["year"].iloc[0]),
            "since": ctx.year(some["since_year"].iloc[0]),
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
    named = [name for names in sentences_schools.CHECK_KINDS.values() for name in names]
    for kind, names in sentences_schools.CHECK_KINDS.items():
        some = table.loc[table["check"].isin(names) if names else ~table["check"].isin(named)]
        if not len(some):
            continue
        paper.heading(f"h_checks_{kind}", 3)
        if kind == "published":
            paper.say(sentences_schools.published(ctx))
            paper.table(tables_files.published_means(ctx), ctx.t("cap_checks_published"))
        else:
            paper.table(tables_files.checks_by_kind(ctx, some), ctx.t("cap_checks"))
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
        ctx.t("ledger_open", n=ctx.count(table["cells"].sum()), files=ctx.how_many(in_order(table, "file")))
    )
    paper.table(tables_files.ledger(ctx), ctx.t("cap_ledger_counts"))


def summary(ctx: Context) -> list[str]:
    """What a colleague should take along, one sentence or two a finding."""
    points = [sentences_schools.files(ctx)] if len(ctx.table("files")) else []
    if len(ctx.table("trends")):
        rose = sentences_schools.steps(ctx)
        points.append(f"{rose} {ctx.t('trends_close')}".strip())
        points.append(sentences_schools.withheld_short(ctx))
    points += [sentences_schools.gap_short(ctx), sentences_schools.change_short(ctx)]
    if len(ctx.table("checks")):
        points.append(f"{sentences_schools.checks(ctx)} {sentences_schools.published(ctx)}")
    return [p for p in points if p]


def overview(paper: Paper) -> None:
    """The results on one page: a table with a row for each test."""
    ctx = paper.ctx
    means = schools.estimated(schools.term(ctx.table("trends"), "mean_points"))
    if len(means):
        level = percent(means.iloc[0]["ci_level"], ctx.lang)
        paper.table(without_blank_columns(tables_schools.overview(ctx)), ctx.t("cap_overview", level=level))


def _suppression(ctx: Context, table: pd.DataFrame) -> str:
    return ctx.t("suppressed_cells") if table["suppressed"].astype(bool).any() else ""


def _grades(table: pd.DataFrame) -> list[str]:
    return [g for g in GRADES if g in set(table["grade"])]


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by grade and subject in the order of the closed lists."""
    order = {t: i for i, t in enumerate(schools.tests(table))}
    keys = [order[t] for t in zip(table["grade"], table["subject"], strict=True)]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def _notes(paper: Paper, table: pd.DataFrame, told: pd.DataFrame | None = None) -> None:
    """Procedures and recorded remarks of a table's rows, each once, without those of ``told``."""
    ctx = paper.ctx
    kinds = [ctx.say(k) for k in in_order(table.loc[table["effect_kind"].notna()], "effect_kind")]
    before = set() if told is None else {*_pieces(told, "note"), *_pieces(told, "method")}
    for column, key in (("method", "note_methods"), ("note", "school_notes")):
        # How many tested nobody is another number in each test; the tables of causes have them all.
        pieces = [p for p in _pieces(table, column) if not p.startswith("schools that tested nobody")]
        found = [ctx.say(p) for p in pieces if p not in before]
        if found:
            paper.say(ctx.t(key))
            paper.bullets(f"{_capital(p)}." for p in found)
    paper.say(ctx.t("note_effect", kinds=" | ".join(kinds)) if kinds else "")


def _pieces(table: pd.DataFrame, column: str) -> list[str]:
    """The pieces of a column of phrases, each once."""
    said = [str(v) for v in dict.fromkeys(table[column]) if not is_missing(v)]
    return list(dict.fromkeys(p for v in said for p in v.split("; ")))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
