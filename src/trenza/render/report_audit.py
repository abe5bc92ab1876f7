"""The audit of published tables in a study's report, in neutral words and with what each verdict rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, audit_words, figures_compare_audit, rows
from trenza.render.language import is_missing, listed, p_phrase
from trenza.render.markdown import Paper
from trenza.render.tables import show, without, without_blank_columns
from trenza.render.traced import part_of

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
            paper.table(without(shown, both), f"{caption}. {ctx.t('cmp_audit_all', n=ctx.how_many(some))}")
        else:
            paper.say(audit_words.words(ctx.lang, "all_agree"))
        if len(decisions):
            last = decisions.drop_duplicates("row", keep="last")
            paper.table(
                without_blank_columns(show("audit_decisions", ctx, last)),
                audit_words.words(ctx.lang, "cap_decisions"),
            )
            paper.say(*several_p(ctx, str(table)))
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
        total = ctx.how_many(printed.drop_duplicates("row"))
        words = [ctx.t("audit_clean", n=total)]
        if len(off):
            named = listed([ctx.item(o) for o in rows.in_order(off, "outcome")], ctx.lang)
            words = [
                ctx.t("sum_audit_off", k=ctx.how_many(off.drop_duplicates("row")), n=total, outcomes=named)
            ]
            sizes, tried = _sizes(ctx, table)
            words += [*sizes, *_decided(ctx, table), *tried, ctx.t("audit_meaning")]
        said.append(("published", " ".join(w for w in words if w)))
    return said


def _sizes(ctx: Context, table: str) -> tuple[list[str], list[str]]:
    """Which other sizes of the groups fit every row, where the printed ones do not; and which sizes were tried."""
    readings, sizes = (_of(ctx, n, table) for n in ("audit_conclusions", "audit_sizes"))
    test = next(iter(readings.loc[readings["topic"] == "test", "value"]), "mixed")
    said: list[str] = []
    spans_said: list[str] = []
    for r in readings.loc[readings["topic"] == "sizes"].itertuples():
        pairs = [
            tuple(part_of(r.value, int(k)) for k in pair.split("-"))
            for pair in str(r.value).split()
            if pair != "none"
        ]
        printed = (r.printed_n1, r.printed_n2)
        if printed in pairs:
            continue
        if len(pairs) != 1:
            said.append(ctx.t("sum_audit_many" if pairs else "sum_audit_none"))
            continue
        groups = (ctx.group(ctx.participants), ctx.group(ctx.control))
        said += [
            ctx.t("sum_audit_size", group=group, found=ctx.count(a), printed=ctx.count(b))
            for group, a, b in zip(groups, pairs[0], printed, strict=True)
            if a != b
        ]
        tried = sizes.loc[(sizes["printed_n1"] == printed[0]) & (sizes["printed_n2"] == printed[1])]
        spans = {
            f"{end}{k}": ctx.count(value)
            for k in (1, 2)
            for end, value in (("low", tried[f"n{k}"].min()), ("high", tried[f"n{k}"].max()))
        }
        spans_said.append(
            ctx.t("sum_audit_tried", participants=groups[0], found1=ctx.count(pairs[0][0]),
                  found2=ctx.count(pairs[0][1]), test=ctx.t(f"sum_test_{test}"), **spans)
        )  # fmt: skip
    return said, spans_said


def _decided(ctx: Context, table: str) -> list[str]:
    """Whether a conclusion changes with the recomputed p values."""
    decisions = _of(ctx, "audit_decisions", table)
    judged = decisions.loc[(decisions["sizes"] == "printed") & decisions["decision"].notna()]
    if not len(judged):
        return []
    changed, unsure = (ctx.size(judged.loc[judged["decision"] == d]) for d in ("differs", "open"))
    if not changed and not unsure:
        return [ctx.t("sum_decisions_none")]
    return [
        ctx.t(
            "sum_decisions_some",
            n=ctx.how_many(judged),
            changed=ctx.count(changed),
            unsure=ctx.count(unsure),
        )
    ]


def several_p(ctx: Context, table: str) -> list[str]:
    """A sentence on each outcome with a small printed p: the p values of this report, and why they differ."""
    decisions, findings = (_of(ctx, n, table) for n in ("audit_decisions", "audit_findings"))
    verdicts = ctx.table("verdicts")
    verdicts = rows.main(ctx.study, verdicts)
    if not len(decisions) or not len(verdicts):
        return []
    said = []
    first = decisions.loc[decisions["sizes"] == "printed"]
    for _, r in first.loc[first["p_printed"] < first["alpha"]].iterrows():
        same = verdicts.loc[(verdicts["outcome"] == r["outcome"]) & (verdicts["source"] == "published")]
        if not len(same) or same["p_value"].isna().iloc[0]:
            continue
        told = {
            key: ctx.t(f"cmp_p_{key}", p=p_phrase(p, ctx.lang), holm=p_phrase(holm, ctx.lang))
            for key, p, holm in (
                ("recomputed", same["p_value"].iloc[0], same["p_holm"].iloc[0]),
                ("printed", r["p_printed"], r["p_holm"]),
            )
        }
        other = findings.loc[
            (findings["row"] == r["row"]) & (findings["check"] == "p") & (findings["sizes"] == "found")
        ]
        found = "".join(
            ctx.t(
                "cmp_p_found",
                a=ctx.count(f["n1"]),
                b=ctx.count(f["n2"]),
                p=p_phrase(f["recomputed"], ctx.lang),
            )
            for _, f in other.iterrows()
        )
        said.append(ctx.t("cmp_audit_three_p", outcome=ctx.item(r["outcome"]), found=found, **told))
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
