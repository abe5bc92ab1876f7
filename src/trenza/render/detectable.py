"""The smallest effects that what the design calls for can find, in SDs; what it does not call for says nothing of that."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import panels, rows
from trenza.render.language import is_missing
from trenza.render.panels import Line, Panel

if TYPE_CHECKING:
    from trenza.render.context import Context

POWER = 0.80


class Smallest(NamedTuple):
    """The effects in SDs, one a comparison, and whether any was worked out from a standard error at a cut-off."""

    sizes: list[Any]
    cutoff: bool


def smallest(ctx: Context) -> Smallest:
    """Of comparisons after the programme and of panels, real or printed ones where there are any."""
    sizes = [(_size(p, x), x.key == "fuzzy_rd") for p, x in _called(ctx)]
    known = [(size, cutoff) for size, cutoff in sizes if not is_missing(size)]
    return Smallest([*_compared(ctx), *(size for size, _ in known)], any(cutoff for _, cutoff in known))


def in_points(ctx: Context) -> tuple[list[Any], str]:
    """The same effects of panels in the outcomes' unit, and that unit; none where units differ."""
    called = _called(ctx)
    units = {panels.unit(ctx, p) for p, _ in called}
    sizes = [size for size in (_points(p, x) for p, x in called) if not is_missing(size)]
    return (sizes, units.pop()) if len(units) == 1 else ([], "")


def _called(ctx: Context) -> list[tuple[Panel, Line]]:
    shown = panels.panels(ctx)
    shown = [p for p in shown if not p.hollow] or shown
    return [(p, x) for p in shown for x in panels.lines(p)[:1] if x.role == "called_for"]


def _compared(ctx: Context) -> list[Any]:
    """Of verdicts, without what was measured before; none where low scores chose, as no plain difference is the effect then."""
    chosen = {p.get("chosen_by") for p in ctx.study.get("panels") or []} & {"score", "cutoff"}
    table = ctx.table("verdicts")
    if not len(table) or chosen or ctx.study.get("regression_to_the_mean"):
        return []
    kept = table.loc[table["source"] != "simulated"]
    table = kept if len(kept) else table
    early = rows.baselines(ctx.study)
    return [r["mdes_sd"] for _, r in table.iterrows() if str(r.get("outcome")) not in early and not is_missing(r["mdes_sd"])]  # fmt: skip


def _size(panel: Panel, x: Line) -> Any:
    """In SDs: of a panel's own estimate its row of ``panel_detectable``; at a cut-off the points over the SD of that row.

    The SD there is the one between units at baseline. None where either is missing.
    """
    table = panel.tables["panel_detectable"]
    if not len(table):
        return None
    row = table.iloc[0]
    if x.key != "fuzzy_rd":
        return row["mdes_sd"]
    points = _points(panel, x)
    if any(is_missing(v) for v in (points, row["mdes"], row["mdes_sd"])):
        return None
    return points / (row["mdes"] / row["mdes_sd"])


def _points(panel: Panel, x: Line) -> Any:
    """In the outcome's unit; at a cut-off (z of the interval + z of 80%) x standard error. None where it is missing."""
    table = panel.tables["panel_detectable"]
    if x.key != "fuzzy_rd":
        return table.iloc[0]["mdes"] if len(table) else None
    if any(is_missing(v) for v in (x.row["se"], x.row["ci_level"])):
        return None
    normal = NormalDist()
    return x.row["se"] * (normal.inv_cdf(0.5 + float(x.row["ci_level"]) / 2) + normal.inv_cdf(POWER))
