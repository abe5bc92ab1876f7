"""What the figures of coded projects show, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import coding, figures_coding
from trenza.render.language import is_missing
from trenza.render.qualitative_words import words

if TYPE_CHECKING:
    from trenza.render.context import Context

MOST = 12  # values that are read out; the table under the figure has all


def _agreement(ctx: Context, number: int) -> list[str]:
    table = coding.by_code(ctx, coding.pairs(ctx)[number - 1])
    said = []
    for _, row in table.iterrows():
        if not is_missing(row["kappa"]):
            limits = (
                "" if is_missing(row["kappa_low"]) else f" {ctx.span(row['kappa_low'], row['kappa_high'])}"
            )
            said.append(f"{coding.code_name(ctx, row['code'])}: {ctx.num(row['kappa'])}{limits}")
    return said[:MOST]


def _tree(ctx: Context) -> list[str]:
    table = ctx.table("code_nodes").sort_values(["n_segments", "code"], ascending=[False, True])
    return [f"{coding.code_name(ctx, r['code'])}: {ctx.count(r['n_segments'])}" for r in table.head(MOST).to_dict("records")]  # fmt: skip


def _cases(ctx: Context, number: int) -> list[str]:
    table = coding.matrix_by_case(ctx, coding.case_sources(ctx)[number - 1])
    said = []
    for code, own in table.loc[table["n_segments"] > 0].groupby("code", sort=False):
        kinds = []
        for direction in ("enabling", "hindering", "ambivalent"):
            there = [str(c) for c in own.loc[own[direction] > 0, "level"]]
            if there:
                kinds.append(f"{words(ctx.lang, f'direction_{direction}')} {', '.join(there)}")
        said.append(f"{coding.code_name(ctx, code)}: {', '.join(kinds)}")
    return said


def _by_attribute(ctx: Context) -> list[str]:
    table = coding.matrix_by_attribute(ctx)
    table = table.loc[table["n_segments"].fillna(0) > 0]
    table = table.sort_values(["n_segments", "code", "level"], ascending=[False, True, True])
    return [
        f"{coding.code_name(ctx, r['code'])}, {ctx.level(r['level'])}: {ctx.count(r['n_segments'])}"
        for r in table.head(MOST).to_dict("records")
    ]


def _meet(ctx: Context) -> list[str]:
    table = ctx.table("co_occurrence").sort_values(
        ["n_overlaps", "code_a", "code_b"], ascending=[False, True, True]
    )
    return [
        f"{coding.code_name(ctx, r['code_a'])} / {coding.code_name(ctx, r['code_b'])}: {ctx.count(r['n_overlaps'])}"
        for r in table.head(MOST).to_dict("records")
        if r["n_overlaps"]
    ]


def _saturation(ctx: Context) -> list[str]:
    table = ctx.table("saturation")
    return [f"{ctx.count(r['step'])}: {ctx.num(r['codes_expected'], 1)}" for r in table.to_dict("records")][
        :40
    ]


def _families(ctx: Context) -> list[str]:
    table = ctx.table("code_families").dropna(subset=["family"]).head(figures_coding.FAMILIES)
    return [f"{r['family']}: {ctx.count(r['references'])}" for r in table.to_dict("records")]


VALUES: dict[str, Callable[[Context], list[str]]] = {
    **{name: partial(_agreement, number=k) for k, name in enumerate(figures_coding.AGREEMENT, 1)},
    "coded_tree": _tree,
    "codes_by_attribute": _by_attribute,
    **{name: partial(_cases, number=k) for k, name in enumerate(figures_coding.CASES, 1)},
    "codes_meet": _meet,
    "saturation": _saturation,
    "code_families": _families,
}
