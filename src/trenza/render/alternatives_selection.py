"""What the figures of selection rules and claims show, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.render import selection
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from trenza.render.context import Context


def _scatter(ctx: Context) -> list[str]:
    said = []
    for identifier, part in ctx.table("reversion_bins").groupby("id", sort=False):
        for r in (part.iloc[0], part.iloc[-1]):
            values = {
                k: ctx.num(r[c], 1)
                for k, c in (("x", "x_mean"), ("gain", "gain_mean"), ("expected", "expected"))
            }
            said.append(ctx.t("alt_rule_scatter_value", name=ctx.level(identifier), **values))
    return said


def _forest(ctx: Context) -> list[str]:
    return [
        f"{selection.claim_name(ctx, r['claim'])}: "
        + (ctx.t(f"claim_{r['direction']}") if is_missing(r["estimate"]) else selection.size(ctx, r))
        for _, r in ctx.table("claims").iterrows()
    ]


def _checks(ctx: Context) -> list[str]:
    return [
        ctx.t(
            "alt_claim_checks_value",
            name=selection.claim_name(ctx, r["claim"]),
            claimed=ctx.num(r["claimed"], 1),
            expected=ctx.num(r["expected"], 1),
        )
        for _, r in ctx.table("claim_checks").iterrows()
    ]


VALUES: dict[str, Callable[[Context], list[str]]] = {
    "rule_scatter": _scatter,
    "rank_caterpillar": selection.rank_sentences,
    "claims_forest": _forest,
    "claim_checks": _checks,
}
