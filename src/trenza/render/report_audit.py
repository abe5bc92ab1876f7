"""The audit of published tables in a study's report, in neutral words and with what each verdict rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, audit_words, figures_compare_audit, rows
from trenza.render.language import is_missing, phrase
from trenza.render.markdown import Paper
from trenza.render.tables import show, without, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def audit(paper: Paper) -> None:
    """What each published table shows when its numbers are held against one another."""
    ctx = paper.ctx
    findings = ctx.table("audit_findings")
    paper.heading("h_audit", 3)
    if not len(findings):
        paper.say(ctx.t("none_audit"))
        return
    paper.say(audit_words.words(ctx.lang, "lead"))
    paper.say(
        ctx.t("cmp_audit_groups", participants=ctx.group(ctx.participants), control=ctx.group(ctx.control))
    )
    tables = rows.in_order(findings, "table")
    for table in tables:
        if len(tables) > 1:
            paper.say(ctx.t("cmp_audit_table", table=ctx.level(table)))
        some = _labelled(ctx, findings.loc[findings["table"] == table])
        decisions = _of(ctx, "audit_decisions", table)
        paper.bullets(f"{topic}: {said}" for topic, said in conclusions(ctx, table))
        printed = some.loc[some["sizes"] == "printed"]
        paper.say(audit_words.tally(printed, ctx.lang), audit_words.single_items(some, ctx.lang))
        if table == tables[0]:
            for figure in figures_compare_audit.PAGE_FIGURES:
                paper.figure(figure, alternatives.alt(figure, ctx))
        apart = audit_words.apart(printed)
        if len(apart):
            caption = audit_words.words(ctx.lang, "cap_apart")
            shown = show("audit_findings", ctx, apart.sort_values(["row", "check"], kind="stable"))
            both = [ctx.t("col_group")] if (apart["group"] == "both").all() else []
            paper.table(without(shown, both), f"{caption}. {ctx.t('cmp_audit_all', n=ctx.count(len(some)))}")
        else:
            paper.say(audit_words.words(ctx.lang, "all_agree"))
        if len(decisions):
            last = decisions.drop_duplicates("row", keep="last")
            paper.table(
                without_blank_columns(show("audit_decisions", ctx, last)),
                audit_words.words(ctx.lang, "cap_decisions"),
            )
    paper.say(ctx.t("cmp_audit_assumes"))
    paper.bullets(f"{said}." for said in _assumed(ctx, findings))


def conclusions(ctx: Context, table: str) -> list[tuple[str, str]]:
    """(topic, sentence) of each conclusion on a table."""
    found, decisions = (_of(ctx, n, table) for n in ("audit_conclusions", "audit_decisions"))
    return list(audit_words.whole_table(found, _labelled(ctx, decisions), ctx.lang)) if len(found) else []


def summary(ctx: Context) -> list[tuple[str, str]]:
    """(kind, paragraph) on each audited table: sizes, decisions, and what an inconsistency is."""
    findings = ctx.table("audit_findings")
    if not len(findings):
        return []
    said = []
    for table in rows.in_order(findings, "table"):
        part = findings.loc[findings["table"] == table]
        printed = part.loc[part["sizes"] == "printed"]
        off = printed.loc[printed["verdict"] == "inconsistent"]
        total = ctx.count(printed["row"].nunique())
        words = [
            ctx.t("audit_off", k=ctx.count(off["row"].nunique()), n=total,
                  outcomes=", ".join(ctx.item(o) for o in rows.in_order(off, "outcome")))
            if len(off)
            else ctx.t("audit_clean", n=total)
        ]  # fmt: skip
        readings = _of(ctx, "audit_conclusions", table)
        for topic in ("sizes", "decisions"):
            some = readings.loc[readings["topic"] == topic] if len(readings) else readings
            for reading in some["reading"] if len(some) else []:
                phrased = phrase(reading, ctx.lang)
                words.append(audit_words.sentence(phrased[0].upper() + phrased[1:]))
        words.append(ctx.t("audit_meaning") if len(off) else "")
        said.append(("published", " ".join(w for w in words if w)))
    return said


def _of(ctx: Context, name: str, table: str) -> pd.DataFrame:
    found = ctx.table(name)
    return found.loc[found["table"] == table] if len(found) else found


def _labelled(ctx: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """Outcomes by their labels, where the study has them."""
    return frame.assign(outcome=[ctx.item(o) for o in frame["outcome"]]) if len(frame) else frame


def _assumed(ctx: Context, findings: pd.DataFrame) -> list[str]:
    """Every assumption once, piece by piece."""
    pieces = (p for text in findings["assumes"] if not is_missing(text) for p in str(text).split("; "))
    return [ctx.say(p) for p in dict.fromkeys(pieces)]
