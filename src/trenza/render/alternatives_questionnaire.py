"""The values of the figures about questionnaires, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import questionnaire, rows
from trenza.render.figures_questionnaire_answers import PAGE_FIGURES, pages
from trenza.render.figures_questionnaire_missing import map_of_missing
from trenza.render.figures_questionnaire_scales import PANELS, lines_shown
from trenza.render.sentences_questionnaire import counted

if TYPE_CHECKING:
    from trenza.render.context import Context


def _flow(ctx: Context) -> list[str]:
    """Each box with its counts, all people first."""
    table = ctx.table("participant_flow")
    several = questionnaire.sources(table)
    said = []
    for sid, kind, some in several:
        name = questionnaire.name_of_source(ctx, sid, kind, len(several) == 1)
        for step in sorted(set(some["step"])):
            at = some.loc[some["step"] == step]
            counts = ", ".join(
                (f"{ctx.level(g)} " if g != "all" else "")
                + questionnaire.count(ctx, at.loc[at["group"] == g].iloc[0])
                for g in sorted(questionnaire.groups(ctx, at), key=lambda g: g != "all")
            )
            said.append(
                f"{name + ': ' if name else ''}{questionnaire.box_name(ctx, str(at.iloc[0]['box']))}: {counts}"
            )
    return said


def _answers(ctx: Context, number: int) -> list[str]:
    """What of each bar of a page lies at the right of the line; not told where joined answers lie on both sides."""
    table = ctx.table("answers")
    alone = questionnaire.alone(table)
    said = []
    for part in [p for on_page in pages(ctx, table)[number - 1 : number] for p in on_page]:
        bars, untold = [], []
        for item in rows.in_order(part.table, "item"):
            for group in questionnaire.groups(ctx, part.table):
                some = part.table.loc[(part.table["item"] == item) & (part.table["group"] == group)]
                if len(some):
                    found, points = questionnaire.cells(some, *questionnaire.item_range(ctx, item))
                    right = sum(c.share * (1 - c.below(points)) for c in found)
                    name = questionnaire.under(ctx, item, part.scale)
                    name += f", {ctx.level(group)}" if group != "all" else ""
                    if any(c.undivided(points) for c in found):
                        untold.append(some.iloc[0])
                    else:
                        bars.append(f"{name} {questionnaire.small_percent(ctx, right)}")
        bars += [counted(ctx, "answers_not_told", ctx.size(untold))] if untold else []
        said.append(f"{questionnaire.title(ctx, part, alone)}: {', '.join(bars)}")
    return said


def _missing(ctx: Context) -> list[str]:
    """The cells of the map that are not zero."""
    table = ctx.table("missingness")
    several = questionnaire.sources(table) if len(table) else []
    said = []
    for sid, kind, some in map_of_missing(table):
        name = questionnaire.name_of_source(ctx, sid, kind, len(several) == 1)
        for _, r in some.loc[some["n"].isna() | some["n"].fillna(0).gt(0)].iterrows():
            place = [name, ctx.item(r["item"]), ctx.level(r["group"]) if r["group"] != "all" else ""]
            reason = ctx.t(f"reason_missing_{r['reason']}")
            said.append(f"{', '.join(w for w in place if w)}: {reason} {questionnaire.share(ctx, r)}")
    return said


def _reliability(ctx: Context) -> list[str]:
    table = ctx.table("reliability")
    alone = questionnaire.alone(table)
    return [
        f"{questionnaire.title(ctx, part, alone)}{', ' + ctx.level(r['group']) if r['group'] != 'all' else ''}: "
        f"{ctx.t('short_' + r['coefficient'])} {ctx.num(r['estimate'])} {ctx.span(r['ci_low'], r['ci_high'])}"
        for part in (lines_shown(table) if len(table) else [])
        for _, r in part.table.loc[part.table["estimate"].notna()].iterrows()
    ]


def _schools(ctx: Context) -> list[str]:
    table = ctx.table("school_scores")
    alone = questionnaire.alone(table, "outcome")
    return [
        f"{questionnaire.title(ctx, part, alone)}: {ctx.how_many(part.table)}, {ctx.num(part.table['mean'].min())}, {ctx.num(part.table['mean'].max())}"
        for part in (questionnaire.parts(table, "outcome")[:PANELS] if len(table) else [])
    ]  # fmt: skip


VALUES: dict[str, Callable[[Context], list[str]]] = {
    "questionnaire_flow": _flow,
    **{identifier: partial(_answers, number=k) for k, identifier in enumerate(PAGE_FIGURES, 1)},
    "questionnaire_missing": _missing,
    "questionnaire_reliability": _reliability,
    "questionnaire_schools": _schools,
}
