"""The quantitative section beside comparison and models: description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, report_baseline, rows, sentences_strands
from trenza.render.markdown import Paper
from trenza.render.report_parts import of_one_kind
from trenza.render.tables import show, without, without_blank_columns

if TYPE_CHECKING:
    from trenza.render.context import Context


def descriptives(paper: Paper, study_id: str) -> None:
    """Counts of people, ratings, and the spread of the outcomes."""
    ctx = paper.ctx
    paper.heading("h_descriptives")
    counts, ratings, spread = ctx.table("counts"), ctx.table("ratings"), ctx.table("distribution")
    if not len(counts) and not len(ratings) and not len(spread):
        paper.say(ctx.t("none_descriptives"))
        return
    if len(counts):
        totals = counts.loc[counts["printed_as"] == "total"]
        off = totals.loc[~totals["agrees"].astype(bool)]
        paper.say(totals_agree(ctx, ctx.size(totals), ctx.size(off)))
        paper.figure("participants", alternatives.alt("participants", ctx))
        paper.table(show("counts", ctx, totals if len(totals) else counts), ctx.t("cap_counts"))
    if len(ratings):
        paper.say(
            sentences_strands.ratings_overview(ctx, ratings) if len(ratings) > 1 else "",
            ctx.t("ratings_descriptive"),
        )
        paper.figure("ratings", alternatives.alt("ratings", ctx))
        paper.table(without_blank_columns(show("ratings", ctx)), ctx.t("cap_ratings"))
    for kind in rows.kinds(spread):
        some = spread.loc[spread["source"] == kind]
        if bool(some["suppressed"].any()):
            paper.say(ctx.t("suppressed_some"))
        for sid in rows.in_order(some, "source_id"):
            place = f": {ctx.level(sid)}" if some["source_id"].nunique() > 1 else ""
            one = some.loc[some["source_id"] == sid]
            shown = of_one_kind(ctx, "distribution", one)
            if not ctx.compares and set(one["group"]) == {"all"}:
                shown = without(shown, [ctx.t("col_group")])
            paper.table(shown, ctx.t(f"cap_distribution_{kind}") + place)
    paper.figure("group_distributions", alternatives.alt("group_distributions", ctx))
    report_baseline.baseline(paper)


def totals_agree(ctx: Context, n: int, off: int) -> str:
    """Whether ``n`` printed totals equal the sums of their cells, of which ``off`` do not; nothing without a total."""
    if not n:
        return ""
    if not off:
        key = "counts_agree" if n > 1 else "counts_agree_one"
    elif off == 1:
        key = "counts_disagree_one" if n > 1 else "counts_disagree_only"
    else:
        key = "counts_disagree"
    return ctx.t(key, n=ctx.count(n), k=ctx.count(off))
