"""What a figure shows, in words, for those who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import (
    alternatives_coding,
    alternatives_compare,
    alternatives_displays,
    alternatives_models,
    alternatives_panels,
    alternatives_questionnaire,
    alternatives_schools,
    alternatives_selection,
    estimates,
    figures_first_page,
    rows,
)
from trenza.render.language import is_missing, percent
from trenza.render.markdown import stem

if TYPE_CHECKING:
    from collections.abc import Callable

    from trenza.render.context import Context


def alt(identifier: str, ctx: Context) -> str:
    """One sentence that says what kind of picture it is, then the values it shows."""
    values = _VALUES[identifier](ctx) if identifier in _VALUES else []
    return " ".join([ctx.t(f"alt_{stem(identifier)}"), "; ".join(values) + "." if values else ""]).strip()


def _ratings(ctx: Context) -> list[str]:
    return [
        f"{ctx.item(r['item'])}: {ctx.num(r['mean'])}"
        for _, r in ctx.table("ratings").sort_values("rank").iterrows()
    ]


def _joint(ctx: Context) -> list[str]:
    return [
        f"{ctx.proposition(r['link'])}: {ctx.t('call_' + r['call'])}"
        for _, r in ctx.table("convergence").iterrows()
    ]


def _strips(ctx: Context) -> list[str]:
    return [
        f"{ctx.proposition(r['link'])}: {ctx.t('call_' + r['call'])}, {percent(r['share_same'], ctx.lang)}"
        for _, r in ctx.table("call_flips").iterrows()
    ]


def _baseline(ctx: Context) -> list[str]:
    table = ctx.table("distribution")
    table = table.loc[
        table["outcome"].isin(rows.baselines(ctx.study) - rows.running_variables(ctx.study))
        & table["group"].isin([ctx.participants, ctx.control])
    ]
    return [
        f"{ctx.item(r['outcome'])}, {ctx.level(r['group'])}: {ctx.num(r['mean'], 1)}"
        for _, r in table.iterrows()
        if not is_missing(r["mean"])
    ]


def _estimates(ctx: Context) -> list[str]:
    return [f"{p.title}, {estimates.line_name(ctx, line)}: {ctx.num(line.estimate)} {ctx.span(line.low, line.high)}"
            for p in estimates.panels(ctx) for line in p.lines]  # fmt: skip


def _participants(ctx: Context) -> list[str]:
    table = ctx.table("counts")
    table = table.loc[
        (table["printed_as"] == "total") & (table["municipality"] == "all") & (table["role"] != "all")
    ]
    return [
        f"{ctx.level(r['role'])}, {ctx.level(r['gender'])}: {ctx.count(r['n'])}"
        for _, r in table.iterrows()
        if r["gender"] != "not_applicable"
    ]


def _cutoff(ctx: Context) -> list[str]:
    table = ctx.table("bins")
    table = table.loc[table["curve"] == "take_up"]
    said = []
    for side in ("eligible", "not_eligible"):
        part = table.loc[table["side"] == side]
        if len(part):
            low, high = percent(part["y_mean"].min(), ctx.lang), percent(part["y_mean"].max(), ctx.lang)
            said.append(ctx.t("alt_take_up", side=ctx.t(f"side_{side}"), low=low, high=high))
    return said


_VALUES: dict[str, Callable[[Context], list[str]]] = {
    "first_page": figures_first_page.picture_values,
    "ratings": _ratings,
    "joint_display": _joint,
    "call_strips": _strips,
    "baseline": _baseline,
    "estimates": _estimates,
    "participants": _participants,
    "discontinuity": _cutoff,
    **alternatives_coding.VALUES,
    **alternatives_compare.VALUES,
    **alternatives_displays.VALUES,
    **alternatives_models.VALUES,
    **alternatives_panels.VALUES,
    **alternatives_questionnaire.VALUES,
    **alternatives_schools.VALUES,
    **alternatives_selection.VALUES,
}
