"""The audit's maps over group sizes in a study's report: a page for each table and pair of printed sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import figures_audit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from trenza.render.context import Context

FIRST = "audit_sizes"
PAGES = 4
RULE = "rounded"


def block(ctx: Context, number: int = 1) -> pd.DataFrame | None:
    """The pairs tried around printed sizes ``number``, printed numbers taken as rounded; None where there are none."""
    sizes = ctx.table("audit_sizes")
    if not len(sizes):
        return None
    sizes = sizes.loc[sizes["rule"] == RULE]
    found = [part for _, part in sizes.groupby(["table", "printed_n1", "printed_n2"], sort=True)]
    return found[number - 1] if len(found) >= number else None


def size_map(ctx: Context, number: int = 1) -> Figure | None:
    """How many rows of the printed table each pair of sizes could give."""
    sizes = block(ctx, number)
    return None if sizes is None else figures_audit.size_map(sizes, ctx.lang)


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    FIRST if k == 1 else f"{FIRST}_{k}": partial(size_map, number=k) for k in range(1, PAGES + 1)
}
