"""The first page, for a head teacher: what was done, what was found, how sure, what it does not say; and a picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trenza.contracts.rehearsal import is_rehearsal
from trenza.render import alternatives, panels, selection, sentences
from trenza.render.first_page_found import chosen_by_score, compared, found, kept
from trenza.render.first_page_panels import judged as looked
from trenza.render.first_page_printed import thresholds, yardstick
from trenza.render.limits_implied import LARGE_EFFECT_SD, density_jumps
from trenza.render.markdown import Paper, escape
from trenza.render.sentences_panels import verdict
from trenza.render.simulated import rehearses

if TYPE_CHECKING:
    from trenza.render.context import Context

# Words of each part at most; a part keeps its first sentence whatever its length. With the study's own summary, and
# headings, the page stays at about 350.
WORDS = {"found": 150, "sure": 75, "not": 65}
# The first of these that was drawn and holds no simulated rows stands on the page.
PICTURES = ("first_page", "school_trends", "claims_forest", "themes_by_role", "coded_tree", "questionnaire_answers")  # fmt: skip
# Tables in which people answered for themselves.
ASKED = ("verdicts", "ratings", "answers", "item_statistics", "shares")


def first_page(paper: Paper, study_id: str) -> None:
    """The page; a study with simulated rows alone says that nothing was found."""
    ctx = paper.ctx
    paper.heading("h_page")
    paper.heading("h_page_done", 3)
    paper.raw("::: {.lead}", escape(ctx.own("summary")), ":::")
    groups = _found(ctx)
    told = within([s for group in groups for s in group], WORDS["found"])
    paper.heading("h_page_found", 3)
    paper.bullets(" ".join(s for s in group if s in told) for group in groups)
    paper.heading("h_page_sure", 3)
    paper.say(*within([s for s in _sure(ctx) if s], WORDS["sure"]))
    sayings = _not(ctx)
    if sayings:
        paper.heading("h_page_not", 3)
        paper.bullets(within(sayings, WORDS["not"]))
    _picture(paper)
    paper.raw("::: {.page-end}", ":::")


def within(sayings: list[str], words: int) -> list[str]:
    """The first sentence, and those after it that fit into so many words, in their order."""
    told, left = sayings[:1], words - len(sayings[0].split())
    for one in sayings[1:]:
        if len(one.split()) <= left:
            told.append(one)
            left -= len(one.split())
    return told


def _only_simulated(ctx: Context) -> bool:
    return is_rehearsal(ctx.study.get("sources") or {})


def _found(ctx: Context) -> list[list[str]]:
    if _only_simulated(ctx):
        said = [[ctx.t("rehearsal_said")]] if rehearses(ctx) else []
        return [*said, [ctx.t("page_all_simulated")]]
    return found(ctx) or [[ctx.t("page_nothing")]]


def _sure(ctx: Context) -> list[str]:
    """How far one can trust it: the verdict first, then what it rests on."""
    if _only_simulated(ctx):
        return [ctx.t("page_sure_simulated"), _small(ctx)]
    later = compared(ctx)
    voices = len(kept(ctx, "segments")) or len(kept(ctx, "coded_projects"))
    judged = any(not p.hollow for p in panels.panels(ctx))
    counted = any(
        len(kept(ctx, t)) for t in ("trends", "answers", "ratings", "claims", "distribution", "code_counts")
    )
    if judged:
        named = any(verdict(x) in ("above", "below") for _, x in looked(ctx))
        named = named or any(sentences.verdict(r) in ("higher", "lower") for _, r in later.iterrows())
        first = ctx.t("page_sure_mixed" if named else "page_sure_open")
    elif len(ctx.table("claim_checks")):
        first = yardstick(ctx)
    elif len(later):
        first = ctx.t("page_sure_little")
    elif len(ctx.table("claims")):
        first = ctx.t("page_sure_told", **selection.how_safe(ctx))
    else:
        first = ctx.t("page_sure_counts" if counted else "page_sure_words")
    said = [
        first,
        *_ranges(ctx),
        thresholds(ctx),
        ctx.t("page_sure_equating") if len(ctx.table("trends")) else "",
        ctx.t("page_density", units=ctx.word("many", str(ctx.design.get("unit") or "unit")))
        if density_jumps(ctx)
        else "",
        _small(ctx),
        _chance(ctx),
        _alike(ctx),
        _audit(ctx),
    ]
    if voices and not len(kept(ctx, "agreement")) and not len(kept(ctx, "kappa_pooled")):
        said.append(ctx.t("page_one_reader"))
    kinds = {str(s.get("kind")) for s in (ctx.study.get("sources") or {}).values()}
    if "published" in kinds and "real" not in kinds:
        said.append(ctx.t("page_print"))
    people = kept(ctx, "item_statistics")
    if len(people) and not len(later):
        said.append(ctx.t("page_people", n=ctx.count(people["n"].max())))
    return [s for s in said if s]


def _ranges(ctx: Context) -> list[str]:
    """The range of the first difference that is told, in its unit."""
    for panel in panels.panels(ctx):
        called = [x for x in panels.lines(panel) if x.role == "called_for"]
        if called and not panel.hollow and verdict(called[0]) in ("above", "below"):
            ends = sorted(abs(called[0].row[k]) for k in ("ci_low", "ci_high"))
            most = f"{ctx.num(ends[1], 1)} {panels.unit(ctx, panel)}"
            name = panels.title(ctx, panel)
            return [ctx.t("page_range", outcome=name, low=ctx.num(ends[0], 1), high=most)]
    for _, row in compared(ctx).iterrows():
        if sentences.verdict(row) in ("higher", "lower") and not chosen_by_score(ctx):
            ends = sorted(abs(row[k]) for k in ("ci_low", "ci_high"))
            high = sentences.amount(ctx, ends[1], str(row["outcome"]))
            return [ctx.t("page_range", outcome=ctx.item(row["outcome"]), low=ctx.num(ends[0]), high=high)]
    return []


def _small(ctx: Context) -> str:
    if ctx.design.get("unit") == "school":  # the yardstick is in SDs of pupils
        return ""
    table = compared(ctx) if not _only_simulated(ctx) else ctx.table("verdicts")
    sizes = table["mdes_sd"].dropna() if len(table) else table
    return ctx.t("page_small") if len(sizes) and bool((sizes > LARGE_EFFECT_SD).all()) else ""


def _chance(ctx: Context) -> str:
    """Whether what stands out could be chance among several measures (Holm)."""
    table = compared(ctx)
    table = table.loc[table["p_holm"].notna()] if len(table) else table
    out = [r for _, r in table.iterrows() if sentences.verdict(r) in ("higher", "lower")]
    lost = [r for r in out if float(r["p_holm"]) >= 1 - float(r["ci_level"])]
    return ctx.t("page_chance", k=ctx.how_many(table)) if lost and len(table) > 1 else ""


def _alike(ctx: Context) -> str:
    table = compared(ctx)
    stands_in = len(table) and bool(table["stands_in"].astype(bool).any())
    return ctx.t("page_alike", cluster=ctx.clusters("one")) if stands_in else ""


def _audit(ctx: Context) -> str:
    table = ctx.table("audit_findings")
    table = table.loc[table["sizes"] == "printed"] if len(table) else table
    off = table.loc[table["verdict"] == "inconsistent"].drop_duplicates("row") if len(table) else table
    return (
        ctx.t("page_audit", k=ctx.how_many(off), n=ctx.how_many(table.drop_duplicates("row")))
        if len(off)
        else ""
    )


def _not(ctx: Context) -> list[str]:
    """What a reader might take from it and must not, the worst misreading first."""
    if _only_simulated(ctx):
        return [ctx.t("page_not_real")]
    limits = {str(limit) for limit in ctx.design.get("limits") or []}
    if not any(len(kept(ctx, name)) for name in ASKED):
        limits -= {"self_report"}
    later = compared(ctx)
    judged = any(not p.hollow for p in panels.panels(ctx))
    said = []
    claimed = len(ctx.table("claims")) > 0
    checked = len(ctx.table("claim_checks")) > 0
    if checked and not ctx.compares and not judged:
        said.append(ctx.t("page_not_cause_checked"))
    elif chosen_by_score(ctx) and ctx.compares:
        said.append(ctx.t("page_not_cause_score"))
    elif len(later):
        shown = len(kept(ctx, "baseline")) or "no_baseline" not in limits
        said.append(ctx.t("page_not_cause", before="" if shown else ctx.t("page_not_before")))
    if claimed and not checked and not ctx.compares:
        said.append(ctx.t("page_not_pooled"))
    if judged or any(sentences.verdict(r) == "open" for _, r in later.iterrows()):
        said.append(ctx.t("page_not_nothing"))
    if ctx.has_simulated:
        said.append(ctx.t("page_not_simulated"))
    if len(ctx.table("rank_intervals")) or len(ctx.table("year_changes")):
        said.append(ctx.t("page_not_school"))
    for limit, key in (("volunteers", "volunteers"), ("governance_not_programme", "governance"), ("self_report", "self_report"), ("school_means_only", "pupils"), ("no_qualitative_strand", "words")):  # fmt: skip
        if limit in limits:
            said.append(ctx.t(f"page_not_{key}"))
    if not ctx.compares and (len(kept(ctx, "segments")) or len(kept(ctx, "coded_projects"))):
        said.append(ctx.t("page_not_many"))
    if not ctx.compares and not judged and not len(ctx.table("claims")):
        said.append(ctx.t("page_not_why"))
    return said


def _picture(paper: Paper) -> None:
    """One picture, without a number: the same may stand in its section again, under its own."""
    ctx = paper.ctx
    if _only_simulated(ctx):
        return
    for identifier in PICTURES:
        simulated = identifier == "questionnaire_answers" and not len(kept(ctx, "answers"))
        if identifier in paper.figures and not simulated:
            words = ctx.t("page_figure", caption=ctx.t(f"caption_{identifier}"))
            alt = re.sub(r'["\\{}]', "", alternatives.alt(identifier, ctx)).replace("\n", " ")
            paper.raw(f'![{escape(words)}](<{paper.figures[identifier]}>){{#fig-page alt="{alt}"}}')
            return
