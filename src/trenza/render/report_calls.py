"""What stands beside the computed calls: how they hold when thresholds move or coders change, and researchers' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.contracts.strand_tables import MOVED
from trenza.render import alternatives
from trenza.render.calls import declared_point, threshold_value
from trenza.render.reasons import call_word
from trenza.render.tables import show
from trenza.render.tables_strands import who

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context
    from trenza.render.markdown import Paper


def beside(paper: Paper) -> None:
    """Under a heading of its own, after the table of calls."""
    paper.heading("h_calls_beside", 3)
    _flips(paper)
    _coders(paper)
    _overrides(paper)


def _flips(paper: Paper) -> None:
    """How much of the range keeps each call."""
    ctx = paper.ctx
    flips, grid = ctx.table("call_flips"), ctx.table("call_grid")
    if not len(flips):
        return
    own = declared_point(ctx)
    ranges = [
        ctx.t(
            f"range_{name}",
            values=" / ".join(threshold_value(ctx, name, v) for v in sorted(grid[name].unique())),
            own=threshold_value(ctx, name, own[name]),
            clusters=ctx.clusters(),
        )
        for name in MOVED
        if grid[name].nunique() > 1
    ]
    if not ranges:
        paper.say(ctx.t("flips_no_range"))
        return
    firm = ctx.how_many(flips.loc[flips["share_same"] == 1])
    paper.say(ctx.t("flips_open", n=ctx.count(flips["n_grid"].iloc[0]), ranges="; ".join(ranges)))
    paper.say(ctx.t("flips_firm", k=firm, n=ctx.how_many(flips)), ctx.t("flips_alpha"))
    paper.figure("call_strips", alternatives.alt("call_strips", ctx))
    paper.table(show("call_flips", ctx), ctx.t("cap_call_flips"))


def _coders(paper: Paper) -> None:
    """The call of every link under each coder, the consensus and the union; or why there is none."""
    ctx = paper.ctx
    table = ctx.table("call_coders")
    if len(table):
        other = ctx.how_many(table.loc[~table["same"].astype(bool)])
        paper.say(ctx.t("coders_open"), ctx.t("coders_other", k=other, n=ctx.how_many(table)))
        paper.table(show("call_coders", ctx), ctx.t("cap_call_coders"))
        return
    kinds = set(ctx.table("coded_projects")["source"])
    paper.say(ctx.t("coders_simulated" if kinds == {"simulated"} else "coders_none"))


def override_sentences(ctx: Context, link: object) -> str:
    """Every researcher's call of a link with its reason; nothing where nobody called it."""
    table = ctx.table("call_overrides")
    return " ".join(_override(ctx, r) for _, r in table.loc[table["link"] == link].iterrows())


def _override(ctx: Context, r: pd.Series) -> str:
    name, reason = who(ctx, r["researcher"]), ctx.told(r[f"reason_{ctx.lang}"]).rstrip(".")
    said = ctx.t(
        "override_said", who=name, call=call_word(ctx, r["call"]), date=ctx.told(r["date"]), reason=reason
    )
    return f"{said}."


def _overrides(paper: Paper) -> None:
    ctx = paper.ctx
    table, calls = ctx.table("call_overrides"), ctx.table("convergence")
    if not len(table):
        paper.say(ctx.t("overrides_none"))
        return
    n = ctx.how_many(table.drop_duplicates("link"))
    other = ctx.how_many(table.loc[~table["same"].astype(bool)])
    paper.say(
        ctx.t("overrides_open", k=n, n=ctx.how_many(calls)),
        ctx.t("overrides_differ", k=other),
    )
    paper.table(show("call_overrides", ctx), ctx.t("cap_call_overrides"))
    if len(ctx.table("call_agreement")):
        paper.say(ctx.t("call_agreement_few"))
        paper.table(show("call_agreement", ctx), ctx.t("cap_call_agreement"))
