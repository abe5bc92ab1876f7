"""What stands on every page of a report, whatever its format: the study, and whether numbers are published, simulated or real."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trenza.render import rows

if TYPE_CHECKING:
    from trenza.render.context import Context

KINDS = ("published", "simulated", "real")


class Masthead(NamedTuple):
    """``kinds`` are pairs of a kind of number and its word in ``lang``; ``banner`` is empty where nothing is simulated."""

    study: str
    title: str
    lang: str
    kinds: tuple[tuple[str, str], ...] = ()
    banner: str = ""


def kinds_used(ctx: Context) -> list[str]:
    """published, simulated and real as far as this study has them, declared or in a table."""
    declared = {str(s.get("kind")) for s in (ctx.study.get("sources") or {}).values()}
    in_tables = {k for name in ("inputs", "groups", "fit") for k in rows.kinds(ctx.table(name))}
    return [k for k in KINDS if k in declared | in_tables]


def masthead(ctx: Context, study_id: str) -> Masthead:
    """The masthead of a study's report in the context's language; without a title its id stands for it."""
    return Masthead(
        study_id,
        ctx.own("title") or study_id,
        ctx.lang,
        tuple((kind, ctx.source(kind)) for kind in kinds_used(ctx)),
        ctx.t("banner_simulated") if ctx.has_simulated else "",
    )
