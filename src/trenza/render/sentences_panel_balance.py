"""What weighting does to a panel's comparison schools, in words: how many it leaves, and how alike the groups become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render.language import percent
from trenza.render.panels import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trenza.render.context import Context

THIN = 0.1  # share of the comparison schools that weights leave


def findings(ctx: Context, panel: Panel) -> list[str]:
    """One finding, or nothing where the analysis has no such table."""
    table = panel.tables["panel_balance"]
    if not len(table):
        return []
    first = table.iloc[0]
    if table["effective_comparison"].isna().all():
        return [ctx.t("pan_balance_none")]
    said = ctx.t(
        "pan_balance", effective=ctx.num(first["effective_comparison"], 1), n=ctx.count(first["n_comparison"]),
        largest=percent(first["largest_share"], ctx.lang, 1), before=ctx.num(table["difference_sd_before"].abs().max()),
        after=ctx.num(table["difference_sd_after"].abs().max()),
    )  # fmt: skip
    thin = float(first["effective_comparison"]) < THIN * float(first["n_comparison"])
    return [" ".join([said, ctx.t("pan_balance_thin")]) if thin else said]


def open_table(ctx: Context, every: Sequence[Panel]) -> list[str]:
    """What stands before the table; nothing without one."""
    return [ctx.t("pan_balance_open")] if any(len(p.tables["panel_balance"]) for p in every) else []
