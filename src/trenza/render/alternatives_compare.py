"""What the figures of the comparison show, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import comparison, figures_audit, figures_compare, figures_compare_audit, rows
from trenza.render.figures_compare_balance import variable
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from trenza.render.context import Context


def _inferences(ctx: Context, number: int) -> list[str]:
    found = comparison.blocks(ctx)
    if len(found) < number:
        return []
    block = found[number - 1]
    said = [comparison.title(ctx, block), comparison.counted(ctx, block)]
    for outcome, part in block.inferences.groupby("outcome", sort=False):
        parts = []
        for _, r in part.iterrows():
            shown = ctx.t("cmp_not_computed")
            if comparison.is_computed(r):
                shown = f"{ctx.num(r['effect'])} {ctx.span(r['effect_ci_low'], r['effect_ci_high'])}"
            parts.append(f"{ctx.t('standing_' + r['role'])}, {comparison.name(ctx, r['method'])} {shown}")
        said.append(f"{ctx.item(outcome)}: {', '.join(parts)}")
    return said


def _equivalence(ctx: Context) -> list[str]:
    said = []
    for block in comparison.blocks(ctx):
        for _, r in block.verdicts.iterrows():
            shown = ctx.t("cmp_not_computed")
            if comparison.is_computed(r):
                shown = f"{ctx.num(r['effect'])} {ctx.span(r['effect_ci_low'], r['effect_ci_high'])}"
            mdes = ctx.t("alt_detectable", mdes=ctx.num(r["mdes_sd"]))
            said.append(f"{ctx.item(r['outcome'])} ({ctx.source(block.source)}): {shown}, {mdes}")
    return said


def _balance(ctx: Context) -> list[str]:
    table = ctx.table("baseline")
    return [
        f"{variable(ctx, r)} ({ctx.source(r['source'])}): {ctx.num(r['difference_sd'], sign=True)}"
        for _, r in table.iterrows()
        if not is_missing(r["difference_sd"])
    ]


def _groups(ctx: Context) -> list[str]:
    table = ctx.table("distribution")
    table = table.loc[table["mean"].notna() & table["group"].isin([ctx.participants, ctx.control])]
    table = table.loc[table["outcome"].isin(rows.outcomes(ctx))]
    return [
        f"{ctx.item(r['outcome'])}, {ctx.level(r['group'])} ({ctx.source(r['source'])}): "
        f"{ctx.t('cmp_mean_sd', mean=ctx.num(r['mean']), sd=ctx.num(r['sd']))}"
        for _, r in table.iterrows()
    ]


def _sizes(ctx: Context, number: int) -> list[str]:
    block = figures_compare_audit.block(ctx, number)
    return [] if block is None else [figures_audit.alternative(block, ctx.lang).rstrip(".")]


VALUES: dict[str, Callable[[Context], list[str]]] = {
    **{i: partial(_inferences, number=k) for k, i in enumerate(figures_compare.PAGE_FIGURES, 1)},
    **{i: partial(_sizes, number=k) for k, i in enumerate(figures_compare_audit.PAGE_FIGURES, 1)},
    "equivalence": _equivalence,
    "balance": _balance,
    "group_distributions": _groups,
}
