"""The quantitative sections beside the comparison: description and models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, report_baseline, rows, sentences, sentences_strands
from trenza.render.language import is_missing, listed
from trenza.render.markdown import Paper
from trenza.render.report_parts import notes, of_one_kind
from trenza.render.tables import show, without, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

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
        paper.say(
            ctx.t(
                "counts_agree" if not len(off) else "counts_disagree",
                n=ctx.count(len(totals)),
                k=ctx.count(len(off)),
            )
            if len(totals)
            else ""
        )
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


def models(paper: Paper, study_id: str) -> None:
    """Multilevel models: the contrast of the groups, the variance between clusters, every recorded warning."""
    ctx = paper.ctx
    paper.heading("h_models")
    table = ctx.table("models")
    if not len(table):
        paper.say(ctx.t("none_models"))
        return
    paper.say(ctx.t("models_open", clusters=ctx.clusters()))
    for kind in rows.kinds(table):
        some = rows.contrasts(table.loc[table["source"] == kind])
        if kind == "simulated":
            paper.note(_simulated_models(ctx, some), "caution")
        else:
            for _, row in rows.primary(some).iterrows():
                paper.say(sentences.model(ctx, row, _covariates(ctx, table, row)))
        same = [ctx.t("col_term")] if some["term"].nunique() == 1 else []
        same += [ctx.t("col_p")] if kind == "simulated" else []
        paper.table(without(of_one_kind(ctx, "models", some), same), ctx.t(f"cap_models_{kind}"))
        notes(paper, some)
    variance = ctx.table("variance")
    if len(variance):
        paper.table(without(show("variance", ctx), [ctx.t("col_messages")]), ctx.t("cap_variance"))
        messages = [
            (ctx.item(r["outcome"]), ctx.say(r["messages"]))
            for _, r in variance.iterrows()
            if not is_missing(r["messages"])
        ]
        trouble = variance.loc[~variance["converged"].astype(bool) | variance["singular"].astype(bool)]
        paper.say(ctx.t("variance_trouble", outcomes=listed([ctx.item(o) for o in trouble["outcome"]], ctx.lang)) if len(trouble) else "",
                  ctx.t("variance_messages" if messages else "variance_no_messages"))  # fmt: skip
        paper.bullets(f"{outcome}: {said.rstrip('.')}." for outcome, said in messages)


def _simulated_models(ctx: Context, some: pd.DataFrame) -> str:
    """What was put in: the intraclass correlation of the simulated source that the models use."""
    sources = ctx.study.get("sources") or {}
    used = [sources.get(m.get("source"), {}).get("simulate") or {} for m in ctx.study.get("models") or []]
    declared = {float(s["icc"]) for s in used if "icc" in s}
    if len(declared) != 1 or some["n"].nunique() != 1:
        return ctx.t("models_simulated_plain")
    return ctx.t("models_simulated", icc=ctx.num(declared.pop()), n=ctx.count(some["n"].iloc[0]))


def _covariates(ctx: Context, table: pd.DataFrame, row: pd.Series) -> list[str]:
    same = table.loc[(table["id"] == row["id"]) & (table["source"] == row["source"])]
    known = set(ctx.items["item"])
    return [ctx.item(t) for t in same["term"] if t in known]
