"""Thresholds of the rule of convergence in words, and what is declared for a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.strand_tables import MOVED
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from trenza.render.context import Context


def declared_point(ctx: Context) -> dict[str, float]:
    """The study's own thresholds, by name: those of the rows of the grid in which none is moved."""
    grid = ctx.table("call_grid")
    own = grid.loc[grid["n_moved"] == 0].iloc[0]
    return {name: own[name] for name in MOVED}


def threshold_value(ctx: Context, name: str, value: Any, *, short: bool = False) -> str:
    """A threshold's value as short as it can be told; ``short`` for the head of a narrow column."""
    if is_missing(value):
        return ""
    if name == "min_agreement" and float(value) == -1:
        return ctx.t("threshold_no_floor_short" if short else "threshold_no_floor")
    tenths = round(10 * float(value), 9)
    decimals = 0 if name == "min_cases" or float(value).is_integer() else 1 if tenths.is_integer() else 2
    return ctx.num(value, decimals)
