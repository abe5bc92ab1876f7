"""What the first page of a report says of numbers and interviews together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import reasons
from trenza.render.first_page_names import NAMED

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def together(ctx: Context) -> list[str]:
    """On how many statements both strands point the same way, contradict each other, or one of them does not decide."""
    table = ctx.table("convergence")
    if not len(table):
        return []
    told = {c: table.loc[table["call"] == c] for c in ("agreement", *set(table["call"]))}
    against = reasons.both_against(told["agreement"])
    told |= {"against": told["agreement"][against], "agreement": told["agreement"][~against]}

    def named(call: str) -> str:
        links = [ctx.proposition(i) for i in told[call]["link"][:NAMED]]
        return ctx.t("page_names", names="; ".join(links)) if links else ""

    said = [
        ctx.t(
            "page_agree", n=ctx.how_many(table), k=ctx.how_many(told["agreement"]), names=named("agreement")
        )
    ]
    if len(told["against"]):
        said.append(ctx.t("page_against", k=ctx.how_many(told["against"]), names=named("against")))
    if "dissonance" in told:
        said.append(ctx.t("page_apart", k=ctx.how_many(told["dissonance"]), names=named("dissonance")))
    said += _partly(ctx, told.get("partial_agreement", table.head(0)))
    if "silence" in told:
        said.append(ctx.t("page_silent", k=ctx.how_many(told["silence"])))
    return said


def _partly(ctx: Context, table: pd.DataFrame) -> list[str]:
    """Partial agreement: links of which a side does not decide, told with those that the interviews speak against."""
    open_numbers = table["quantitative_side"] == "uncertain"
    undecided = open_numbers | (table["qualitative_side"] == "mixed")
    said = []
    if undecided.any():
        against = table.loc[open_numbers & (table["qualitative_side"] == "opposes")]
        listed_ = "; ".join(ctx.proposition(i) for i in against["link"][:NAMED])
        also = ctx.t("page_call_open_against", k=ctx.how_many(against), names=listed_) if len(against) else ""
        said.append(ctx.t("page_call_open", k=ctx.how_many(table.loc[undecided]), against=also))
    if not undecided.all():
        said.append(ctx.t("page_partly", k=ctx.how_many(table.loc[~undecided])))
    return said
