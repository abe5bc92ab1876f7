"""What the figures of joint displays show, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.contracts.display_tables import QUADRANTS
from trenza.render import case_comparison as cases
from trenza.render import rows

if TYPE_CHECKING:
    from trenza.render.context import Context


def _cases(ctx: Context) -> list[str]:
    said = []
    themes, effects = cases.part(ctx, "theme"), cases.part(ctx, "effect")
    for programme in rows.in_order(themes, "programme"):
        own = themes.loc[(themes["programme"] == programme) & (themes["direction"] != "not_reported")]
        found = [f"{ctx.code(r['item'])} {cases.counts(ctx, r)}" for _, r in own.iterrows()]
        claimed = [
            cases.outcome(ctx, r) for _, r in effects.loc[effects["programme"] == programme].iterrows()
        ]
        said.append(f"{ctx.level(programme)}: {', '.join([*found, *claimed])}")
    return said


def _quadrants(ctx: Context) -> list[str]:
    table = ctx.table("school_level")
    said = []
    for quadrant in QUADRANTS:
        own = table.loc[table["quadrant"] == quadrant]
        if len(own):
            schools = ", ".join(ctx.told(school) for school in own["school"])
            said.append(f"{ctx.t(f'quadrant_{quadrant}', n=ctx.how_many(own))} {schools}")
    return said


VALUES: dict[str, Callable[[Context], list[str]]] = {"case_matrix": _cases, "school_quadrants": _quadrants}
