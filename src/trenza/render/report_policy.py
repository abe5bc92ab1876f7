"""The section on policy rules: what they would say of the schools in the files, and with which parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import schools
from trenza.render.markdown import Paper
from trenza.render.rows import in_order
from trenza.render.tables_schools import aligned

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def policy(paper: Paper, study_id: str) -> None:
    """How many schools each rule gives each result in the last year in which it can say anything."""
    ctx = paper.ctx
    counts = ctx.table("policy_counts")
    if not len(counts):
        return
    paper.heading("h_policy")
    paper.say(ctx.t("policy_open"))
    silent = []
    for rule in in_order(counts, "rule"):
        own = counts.loc[counts["rule"] == rule]
        said = own.loc[~own["result"].isin(["not_enough_years", "not_covered", "no_index"])]
        if not len(said):
            silent.append(schools.word(ctx, f"policy_{rule}"))
            continue
        last = own.loc[own["year"] == said["year"].max()]
        words = {"rule": schools.word(ctx, f"policy_{rule}"), "year": str(int(said["year"].max()))}
        paper.table(_counts(ctx, last), ctx.t("cap_policy", **words))
    if silent:
        paper.say(ctx.t("policy_silent", rules="; ".join(silent)))
    used = ctx.table("policy_parameters")
    used = used.loc[used["rule"].isin(["simce", *counts["rule"]]) & used["open"].astype(bool)]
    if len(used):
        paper.say(ctx.t("policy_parameters"))
        paper.table(_parameters(ctx, used), ctx.t("cap_policy_parameters"))


def _counts(ctx: Context, rows: pd.DataFrame) -> pd.DataFrame:
    heads = [ctx.t("col_result"), ctx.t("col_schools")]
    cells = [
        [
            schools.word(ctx, f"verdict_{r['result']}"),
            ctx.t("suppressed") if bool(r["suppressed"]) else ctx.count(r["schools"]),
        ]
        for _, r in rows.iterrows()
    ]
    return aligned(heads, cells, 1)


def _parameters(ctx: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """Names and values as they stand in study.yaml, so that a reader can set them."""
    heads = [ctx.t(k) for k in ("col_policy_rule", "col_parameter", "col_value", "col_given")]
    cells = [
        [
            schools.word(ctx, f"policy_{r['rule']}"),
            str(r["parameter"]),
            str(r["value"]),
            ctx.t("given_yes" if bool(r["given"]) else "given_no"),
        ]
        for _, r in rows.iterrows()
    ]
    return aligned(heads, cells, 4)
