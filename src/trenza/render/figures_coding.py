"""Figures of coded projects on the page of a study: which tables each is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import coding, style
from trenza.render.figures_agreement import agreement_by_code
from trenza.render.figures_co_occurrence import co_occurrence_ring
from trenza.render.figures_code_by import codes_by_attribute
from trenza.render.figures_code_tree import code_tree, saturation_curve
from trenza.render.figures_code_tree import themes_by_case as dots_by_case
from trenza.render.qualitative_words import stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trenza.render.context import Context

PAIRS, MATRICES, FAMILIES = 3, 2, 20


def _agreement(ctx: Context, number: int) -> Figure | None:
    found = coding.pairs(ctx)
    if number > len(found):
        return None
    table = coding.of_pair(ctx, found[number - 1])
    if "segment" in set(table["unit"]):
        return None
    coders = {c: coding.coder_name(ctx, c) for c in found[number - 1]}
    return agreement_by_code(table, coding.code_names(ctx), coders, ctx.lang)


def _tree(ctx: Context) -> Figure | None:
    nodes = ctx.table("code_nodes")
    return code_tree(nodes, coding.code_names(ctx), ctx.lang) if coding.is_real(ctx) else None


def _cases(ctx: Context, number: int) -> Figure | None:
    sources = coding.case_sources(ctx)
    if number > len(sources):
        return None
    table = coding.matrix_by_case(ctx, sources[number - 1])
    own = list(ctx.codebook["code"]) if "code" in ctx.codebook.columns else []
    order = [*own, *sorted(set(table["code"]) - set(own))]
    names = {c: coding.code_name(ctx, c) for c in order}
    return dots_by_case(table, names, {c: ctx.level(c) if c in (ctx.study.get("labels") or {}) else c for c in set(table["level"])}, order, ctx.lang)  # fmt: skip


def _meet(ctx: Context) -> Figure | None:
    if not coding.is_real(ctx):
        return None
    return co_occurrence_ring(ctx.table("co_occurrence"), coding.code_names(ctx), coding.roots(ctx), ctx.lang)


def _saturation(ctx: Context) -> Figure | None:
    return saturation_curve(ctx.table("saturation"), ctx.lang) if coding.is_real(ctx) else None


def _families(ctx: Context) -> Figure | None:
    table = ctx.table("code_families")
    table = table.loc[table["family"].notna()].head(FAMILIES)
    if not len(table):
        return None
    fig, ax = style.new(height=1.5 + 0.26 * len(table))
    top = float(table["references"].max())
    for y, row in enumerate(table.to_dict("records")):
        ax.barh(y, row["references"], height=0.7, color=style.PARTICIPANTS)
        words = f"{ctx.count(row['references'])} ({ctx.count(row['n_codes'])})"
        ax.text(row["references"] + 0.012 * top, y, words, va="center", fontsize=style.SMALL)
    ax.set_yticks(range(len(table)), list(table["family"]), fontsize=style.SMALL)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.15 * top)
    ax.set_xlabel(ctx.t("fig_families_axis"))
    style.numbers_on(ax.xaxis, ctx.lang)
    style.bare(ax)
    style.head(fig, ctx.t("fig_code_families_title"), ctx.t("fig_families_foot"), stamp(table, ctx.lang))
    return fig


AGREEMENT = ["coder_agreement", *(f"coder_agreement_{k}" for k in range(2, PAIRS + 1))]
CASES = ["themes_by_case", *(f"themes_by_case_{k}" for k in range(2, MATRICES + 1))]
PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    **{name: partial(_agreement, number=k) for k, name in enumerate(AGREEMENT, 1)},
    "coded_tree": _tree,
    "codes_by_attribute": codes_by_attribute,
    **{name: partial(_cases, number=k) for k, name in enumerate(CASES, 1)},
    "codes_meet": _meet,
    "saturation": _saturation,
    "code_families": _families,
}
