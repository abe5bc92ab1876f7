"""What panels say on the first page: rises and falls, how they hang on the window, and whether any is left among all looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import estimates, panels
from trenza.render.first_page_names import names
from trenza.render.language import is_missing
from trenza.render.sentences_panels import verdict as panel_verdict

if TYPE_CHECKING:
    from trenza.render.context import Context
    from trenza.render.panels import Line, Panel

TOLD = 4  # undecided panels that are told with their values, where none is decided


def panels_told(ctx: Context) -> list[str]:
    """What the comparison that the design calls for says of every panel, and what is left among so many looks."""
    by: dict[str, list[tuple[Panel, Line]]] = {}
    for panel, x in judged(ctx):
        by.setdefault(panel_verdict(x), []).append((panel, x))
    if not by:
        return []
    looked = [x.row for some in by.values() for _, x in some]
    said = [ctx.t("page_panels", n=ctx.how_many(looked))]
    for way in ("above", "below", "open"):
        some = by.get(way, [])
        if some:
            few = set(by) == {"open"} and len(some) <= TOLD
            told = [_panel(ctx, panel, x, way, few) for panel, x in some]
            named = "; ".join(told) if few else names(ctx, told, [x.row for _, x in some])
            said.append(ctx.t(f"page_panels_{way}", k=ctx.how_many([x.row for _, x in some]), names=named))
    return [*said, _looks(ctx, looked, [x.row for way in ("above", "below") for _, x in by.get(way, [])])]


def judged(ctx: Context) -> list[tuple[Panel, Line]]:
    """Each panel with the estimate that its design calls for, where it has an interval; none of simulated rows."""
    called = [
        (p, next((x for x in panels.lines(p) if x.role == "called_for"), None)) for p in panels.panels(ctx)
    ]
    return [(p, x) for p, x in called if x is not None and not p.hollow and panel_verdict(x) != "none"]


def _panel(ctx: Context, panel: Panel, x: Line, way: str, few: bool) -> str:
    """A panel by its name; with its amount, and the range over other windows, where it is decided or ``few`` are told."""
    name, unit = panels.title(ctx, panel), panels.unit(ctx, panel)
    if way == "open":
        ends = {"low": ctx.num(x.row["ci_low"], 1), "high": ctx.num(x.row["ci_high"], 1)}
        amount = f"{ctx.num(x.row['estimate'], 1)} {unit}"
        return ctx.t("page_named_open", outcome=name, amount=amount, **ends) if few else name
    amount = f"{ctx.num(abs(x.row['estimate']), 1)} {unit}"
    same = panel.beside.loc[panel.beside["id"] == x.row["id"]] if len(panel.beside) else panel.beside
    other = [*estimates.windows(same)["estimate"].dropna()] if x.key == "fuzzy_rd" else []
    if len(other) < 2:
        return ctx.t("page_named", outcome=name, amount=amount)
    # A fall is told without its sign, and so is its range.
    sizes = [-v for v in other] if way == "below" else other
    ends = {"low": ctx.num(min(sizes), 1), "high": ctx.num(max(sizes), 1)}
    return ctx.t("page_named_windows", outcome=name, amount=amount, **ends)


def _looks(ctx: Context, looked: list[Any], clear: list[Any]) -> str:
    """Whether what stands out alone still does among all looks (Holm 1979)."""
    known = [r for r in looked if not is_missing(r["p_value"])]
    if not clear or len(known) < 2 or len(known) < len(looked):
        return ""
    held = []
    for place, r in enumerate(sorted(known, key=lambda r: float(r["p_value"]))):
        if float(r["p_value"]) * (len(known) - place) >= 1 - float(r["ci_level"]):
            break
        held.append(r)
    if not held:
        return ctx.t("page_looks_none", k=ctx.how_many(looked))
    return ctx.t("page_looks_some", k=ctx.how_many(looked), m=ctx.how_many(held))
