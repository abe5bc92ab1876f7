"""Joint displays in the report beyond the one of links: programmes, schools, pillars, themes and tests of hypotheses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, rows
from trenza.render import case_comparison as cases
from trenza.render.language import listed, percent
from trenza.render.markdown import Paper
from trenza.render.simulated import rehearses
from trenza.render.tables import show, without_blank_columns
from trenza.render.tables_displays import finding_name, named, pillar_cells

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

NEEDS = (
    "case_comparison",
    "school_level",
    "pillars",
    "theme_statistics",
    "process_tests",
    "qca_truth",
    "display_notes",
)
MOST = 60  # rows of a table; what is beyond is in the table beside the report


def section(paper: Paper, study_id: str) -> None:
    """Every joint display that the study declares; nothing where it declares none."""
    _programmes(paper)
    if any(len(paper.ctx.table(name)) for name in NEEDS[1:]):
        paper.heading("h_displays")
        if rehearses(paper.ctx):
            paper.note(paper.ctx.t("rehearsal_open"), "caution")
    _schools(paper)
    _pillars(paper)
    _by_theme(paper)
    _tests(paper)
    _qca(paper)


def _notes(paper: Paper, display: str) -> None:
    """Why entries of a display hold nothing."""
    ctx = paper.ctx
    notes = ctx.table("display_notes")
    for _, r in notes.loc[notes["display"] == display].iterrows():
        counts = {k: ctx.count(r[k]) for k in ("n", "needed")}
        paper.note(ctx.t(f"not_shown_{r['reason']}", clusters=ctx.clusters(), **counts))


def _schools(paper: Paper) -> None:
    ctx = paper.ctx
    table, notes = ctx.table("school_level"), ctx.table("display_notes")
    if not len(table) and not (notes["display"] == "school_level").any():
        return
    paper.heading("h_school_level", 3)
    _notes(paper, "school_level")
    if not len(table):
        return
    kept = table["shrinkage"].dropna()
    shrunken = (
        {"low": percent(kept.min(), ctx.lang), "high": percent(kept.max(), ctx.lang)} if len(kept) else {}
    )
    alike = len(set(shrunken.values())) == 1
    one_or_range = "school_level_shrunken_one" if alike else "school_level_shrunken"
    paper.say(ctx.t("school_level_open"), ctx.t(one_or_range, **shrunken) if shrunken else "")
    paper.figure("school_quadrants", alternatives.alt("school_quadrants", ctx))
    for entry in rows.in_order(table, "id"):
        own = table.loc[table["id"] == entry]
        caption = ctx.t("cap_school_level", outcome=ctx.item(own["outcome"].iloc[0]))
        paper.table(show("school_level", ctx, own.head(MOST)), caption)


def _pillars(paper: Paper) -> None:
    ctx = paper.ctx
    import pandas as pd

    table = ctx.table("pillars")
    if not len(table):
        return
    paper.heading("h_pillars", 3)
    paper.say(ctx.t("pillars_open"))
    linked = table.loc[table["check"] != "not_linked"]
    each = [
        {**own.iloc[0].to_dict(), **pillar_cells(ctx, own)} for _, own in linked.groupby("link", sort=False)
    ]
    paper.table(show("pillars_by_link", ctx, pd.DataFrame(each)), ctx.t("cap_pillars"))
    left = table.loc[table["check"] == "not_linked"]
    for strand in rows.in_order(left, "strand"):
        own = left.loc[left["strand"] == strand]
        names = dict.fromkeys(
            finding_name(ctx, str(i)) if strand == "quantitative" else ctx.code(i) for i in own["item"]
        )
        paper.say(ctx.t(f"pillars_left_{strand}", items=listed(list(names), ctx.lang)))


def _by_theme(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("theme_statistics")
    if not len(table):
        return
    paper.heading("h_theme_statistics", 3)
    # A claim without a number is told in words; of any other row without one there is nothing to tell.
    claims = table["item"].astype(str).str.startswith("claims:")
    tells = table["value"].notna() | claims
    told, blank = table.loc[tells], table.loc[~tells]
    joined = ctx.t("theme_statistics_linked" if table["link"].notna().any() else "theme_statistics_split")
    paper.say(
        joined,
        ctx.t("theme_statistics_open"),
        ctx.t("theme_statistics_blank", n=ctx.how_many(blank)) if len(blank) else "",
        ctx.t(
            "shown_of",
            table="theme_statistics",
            k=ctx.how_many(told.head(MOST)),
            n=ctx.how_many(told),
        )
        if len(told) > MOST
        else "",
    )
    if len(told):
        shown = _cases_named(ctx, without_blank_columns(show("theme_statistics", ctx, told.head(MOST))))
        paper.table(shown, ctx.t("cap_theme_statistics"))


def _cases_named(ctx: Context, shown: pd.DataFrame) -> pd.DataFrame:
    """Cases are schools, save in a study that hears others: there they are cases, or are called as its unit is."""
    unit, cluster = ctx.design.get("unit"), ctx.design.get("cluster")
    mixed = cluster not in (None, "school", unit)
    if not mixed and (not unit or "school" in (unit, cluster)):
        return shown
    many = ctx.t("col_cases") if mixed else ctx.word("many", str(unit))
    header, name = ctx.t("col_n_cases"), many[:1].upper() + many[1:]
    found = shown.rename(columns={header: name})
    found.attrs["right"] = [name if c == header else c for c in shown.attrs.get("right", [])]
    return found


def _tests(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("process_tests")
    if not len(table):
        return
    paper.heading("h_process_tests", 3)
    paper.say(ctx.t("process_tests_open"))
    for hypothesis in rows.in_order(table, "hypothesis"):
        own = table.loc[table["hypothesis"] == hypothesis]
        name = named(ctx, "process_tests", str(hypothesis))
        paper.say(ctx.t("process_hypothesis", hypothesis=name), *_verdict(ctx, own))
        paper.table(
            without_blank_columns(show("process_tests", ctx, own)),
            ctx.t("cap_process_tests", hypothesis=name),
        )


def _verdict(ctx: Context, own: pd.DataFrame) -> list[str]:
    """What the tests come to: a failed hoop ends it; else what was confirmed; and the odds where they are declared."""
    found = set(own["inference"])
    strongest = next(
        (i for i in ("eliminated", "confirmed_alone", "confirmed", "stands") if i in found), "open"
    )
    last = own.dropna(subset=["posterior"])
    said = [ctx.t(f"hypothesis_{strongest}")]
    if len(last):
        first = last["prior_odds"].iloc[0]
        said.append(
            ctx.t(
                "hypothesis_odds",
                prior=percent(first / (1 + first), ctx.lang, 1),
                posterior=percent(last["posterior"].iloc[-1], ctx.lang, 1),
            )
        )
    return said


def _programmes(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("case_comparison")
    if not len(table):
        return
    paper.heading("h_case_comparison")
    paper.say(*_opening(ctx))
    words = cases.by_programme(ctx, "dimension", "col_dimension", lambda i: cases.dimension_name(ctx, i),
                               lambda r: cases.said(ctx, r))  # fmt: skip
    paper.table(words, ctx.t("cap_case_dimensions"))
    paper.figure("case_matrix", alternatives.alt("case_matrix", ctx))
    themes = cases.by_programme(ctx, "theme", "col_code", ctx.code, lambda r: cases.counts(ctx, r))
    paper.table(themes, ctx.t("cap_case_themes_programmes"))
    paper.table(show("case_effects", ctx, cases.part(ctx, "effect")), ctx.t("cap_case_effects"))
    paper.say(ctx.t("case_traced"))


def _opening(ctx: Context) -> list[str]:
    themes, effects = cases.part(ctx, "theme"), cases.part(ctx, "effect")
    totals = themes.drop_duplicates("programme")
    names = [f"{ctx.level(r['programme'])} ({ctx.count(r['n_cases_total'])})" for _, r in totals.iterrows()]
    shared = _shared(ctx)
    none = [
        ctx.level(p) for p in rows.in_order(effects.loc[effects["direction"] == "not_measured"], "programme")
    ]
    safe = effects["quality"].isin(["matched_comparison", "discontinuity"])
    return [
        ctx.t("case_open", names=listed(names, ctx.lang)),
        ctx.t("case_shared", themes=listed(shared, ctx.lang)) if shared else "",
        ctx.t("case_none_measured", names=listed(none, ctx.lang)) if none else "",
        ctx.t("case_no_safe") if not safe.any() else "",
    ]  # fmt: skip


def _shared(ctx: Context) -> list[str]:
    """Themes to which every programme that reports them gives one and the same direction."""
    found = []
    themes = cases.part(ctx, "theme")
    for code in rows.in_order(themes, "item"):
        told = themes.loc[(themes["item"] == code) & (themes["direction"] != "not_reported")]
        if len(told) > 1 and told["direction"].nunique() == 1 and told["direction"].iloc[0] != "mixed":
            direction = ctx.t(f"direction_{told['direction'].iloc[0]}")
            found.append(f"{ctx.code(code)} ({direction}, {ctx.how_many(told)})")
    return found


def _qca(paper: Paper) -> None:
    ctx = paper.ctx
    truth, notes = ctx.table("qca_truth"), ctx.table("display_notes")
    if not len(truth) and not (notes["display"] == "qca").any():
        return
    paper.heading("h_qca", 3)
    _notes(paper, "qca")
    if not len(truth):
        return
    paper.say(ctx.t("qca_open"))
    solutions, robust = ctx.table("qca_solutions"), ctx.table("qca_robustness")
    for entry in rows.in_order(truth, "id"):
        told = truth.loc[(truth["id"] == entry) & (truth["result"] != "remainder")]
        left = truth.loc[(truth["id"] == entry) & (truth["result"] == "remainder")]
        paper.table(
            without_blank_columns(show("qca_truth", ctx, told)),
            ctx.t("cap_qca_truth", left=ctx.how_many(left)),
        )
        own = solutions.loc[solutions["id"] == entry]
        paper.table(show("qca_solutions", ctx, own), ctx.t("cap_qca_solutions"))
        for kind in rows.in_order(own, "solution"):
            runs = robust.loc[(robust["id"] == entry) & (robust["solution"] == kind)]
            counts = {"same": ctx.how_many(runs.loc[runs["same"].astype(bool)]), "n": ctx.how_many(runs)}
            paper.say(ctx.t("qca_robust", solution=ctx.t(f"qca_{kind}"), **counts))
        other = robust.loc[(robust["id"] == entry) & ~robust["same"].astype(bool)]
        paper.table(show("qca_robustness", ctx, other.head(MOST)), ctx.t("cap_qca_robustness"))
