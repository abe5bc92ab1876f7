"""Selection rules on noisy scores and published claims in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, rows, selection
from trenza.render.markdown import Paper
from trenza.render.report_parts import of_one_kind

if TYPE_CHECKING:
    import pandas as pd


def claims(paper: Paper, study_id: str) -> None:
    """Every claim with its design, then what would have happened anyway; nothing where the study has no claims."""
    ctx = paper.ctx
    table = ctx.table("claims")
    if not len(table):
        return
    paper.heading("h_claims")
    paper.say(ctx.t("claims_open"), selection.claims_sentence(ctx))
    paper.figure("claims_forest", alternatives.alt("claims_forest", ctx))
    _table(paper, "claims")
    checks = ctx.table("claim_checks")
    if len(checks):
        paper.heading("h_claim_checks", 3)
        paper.say(ctx.t("claim_checks_open"))
        paper.bullets(selection.check_sentences(ctx))
        paper.figure("claim_checks", alternatives.alt("claim_checks", ctx))
        _table(paper, "claim_checks")
        _how(paper, checks)


def rules(paper: Paper, study_id: str) -> None:
    """What each rule gives by itself, the noise it rests on, and ranks; nothing where the study has no rule."""
    ctx = paper.ctx
    table = ctx.table("selection_rule")
    if not len(table):
        return
    paper.heading("h_selection_rule")
    paper.say(ctx.t("sel_open"))
    paper.bullets(selection.rule_sentences(ctx))
    paper.figure("rule_scatter", alternatives.alt("rule_scatter", ctx))
    _table(paper, "selection_rule")
    _how(paper, table)
    left_out = table.loc[table["note"].notna()].drop_duplicates(["id", "note"])
    paper.bullets(f"{ctx.level(r['id'])}: {ctx.say(r['note'])}." for _, r in left_out.iterrows())
    paper.heading("h_mean_noise", 3)
    paper.say(ctx.t("sel_noise_open"))
    paper.bullets(selection.noise_sentences(ctx))
    _table(paper, "mean_noise")
    _how(paper, ctx.table("mean_noise"))
    paper.heading("h_rank_intervals", 3)
    paper.bullets(selection.rank_sentences(ctx))
    paper.figure("rank_caterpillar", alternatives.alt("rank_caterpillar", ctx))
    _how(paper, ctx.table("rank_intervals"))


def _table(paper: Paper, name: str) -> None:
    paper.table(of_one_kind(paper.ctx, name, paper.ctx.table(name)), paper.ctx.t(f"cap_{name}"))


def _how(paper: Paper, table: pd.DataFrame) -> None:
    ctx = paper.ctx
    paper.say(ctx.t("sel_how"))
    paper.bullets(dict.fromkeys(ctx.say(m) + "." for m in rows.in_order(table, "method")))
