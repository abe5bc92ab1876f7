"""What the findings of a link are called and what each says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import selection
from trenza.render.cells import span_cell
from trenza.render.language import is_missing, listed
from trenza.render.reasons import reason, side

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def finding_name(ctx: Context, finding: Any) -> str:
    """A finding as readers know it: the outcome, the panel's outcome, or what a publication claims."""
    stage, _, name = str(finding).partition(":")
    if stage == "claims":
        return selection.claim_name(ctx, name)
    if stage == "panel":
        panels = {p["id"]: p for p in ctx.study.get("panels") or []}
        own = (ctx.study.get("labels") or {}).get(name)
        return ctx.level(name) if own or name not in panels else ctx.item(panels[name]["outcome"])
    for outcome in sorted(ctx.items["item"], key=len, reverse=True):
        if name == outcome or name.endswith(f"_{outcome}"):
            return ctx.item(outcome)
    return str(finding)


def findings_of(ctx: Context, link: Any) -> pd.DataFrame:
    """The rows of ``link_findings`` of one link."""
    table = ctx.table("link_findings")
    return table.loc[table["link"] == link]


def each_finding(ctx: Context, link: Any) -> str:
    """What each of several findings says alone; nothing where a link has one."""
    found = findings_of(ctx, link)
    if len(found) < 2:
        return ""
    parts = [
        ctx.t(
            "finding_alone",
            finding=finding_name(ctx, r["finding"]),
            side=side(ctx, r["side"]),
            reason=reason(ctx, r["reason"]),
        )
        for _, r in found.iterrows()
    ]
    return ctx.t("link_each", findings=listed(parts, ctx.lang))


def finding_cell(ctx: Context, r: pd.Series) -> str:
    """The number of a link's finding; of several how many there are, of a claim its direction."""
    found = findings_of(ctx, r["link"])
    if len(found) > 1:
        return ctx.t("link_findings_short", n=ctx.how_many(found))
    if len(found) == 1 and not is_missing(found["direction"].iloc[0]):
        return ctx.t(f"claimed_{found['direction'].iloc[0]}")
    if is_missing(r["effect"]):
        return span_cell("estimate", "ci_low", "ci_high")(ctx, r)
    return span_cell("effect", "effect_ci_low", "effect_ci_high")(ctx, r) + f" {ctx.t('unit_SD')}"
