"""What limits a study's findings, in words that fit its design and, where numbers are at hand, with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render.language import has_text, percent

if TYPE_CHECKING:
    from trenza.render.context import Context


def limit_words(ctx: Context, limit: str, part: str = "") -> str:
    """One declared limit; ``part`` is ``_short`` for its form in the summary."""
    if limit == "attrition" and not part:
        return _attrition(ctx)
    by_design = f"limit_{limit}_{ctx.design.get('assignment')}"
    key = by_design if not part and has_text(ctx.lang, by_design) else f"limit_{limit}{part}"
    return ctx.t(key, clusters=_clusters(ctx, "many"), cluster=_clusters(ctx, "one"), units=_units(ctx))


def _clusters(ctx: Context, number: str) -> str:
    """What a cluster is called; where none is declared the units stand alone and are meant."""
    declared = ctx.design.get("cluster")
    return ctx.clusters(number) if declared else ctx.word(number, str(ctx.design.get("unit") or "unit"))


def _units(ctx: Context) -> str:
    return ctx.word("many", str(ctx.design.get("unit") or "unit"))


def _attrition(ctx: Context) -> str:
    """How much of the gains is missing in either group, as far as table ``distribution`` tells."""
    table = ctx.table("distribution")
    shares = {}
    for name, group in (("participants", ctx.participants), ("control", ctx.control)):
        missing = total = 0
        for entry in ctx.study.get("regression_to_the_mean") or []:
            part = table.loc[
                (table["source_id"] == entry["source"])
                & (table["outcome"] == entry["gain"])
                & (table["group"] == group)
                & table["n"].notna()
                & table["n_missing"].notna()
            ]
            missing += part["n_missing"].sum()
            total += part["n_missing"].sum() + part["n"].sum()
        if total:
            shares[f"{name}_share"] = percent(missing / total, ctx.lang)
    if len(shares) < 2:
        return ctx.t("limit_attrition", units=_units(ctx))
    return ctx.t(
        "limit_attrition_numbers",
        participants=ctx.group(ctx.participants),
        control=ctx.group(ctx.control),
        **shares,
    )
