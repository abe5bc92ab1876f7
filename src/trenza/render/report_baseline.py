"""Table 1 in the report: the groups side by side in what was there before, with the bands for baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, rows
from trenza.render.markdown import Paper
from trenza.render.report_parts import of_one_kind
from trenza.render.tables import without

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def baseline(paper: Paper) -> None:
    """Table 1: how the groups compare in what was there before, with the bands for baselines."""
    ctx = paper.ctx
    table = ctx.table("baseline")
    if not len(table):
        return
    paper.heading("h_baseline", 3)
    paper.say(ctx.t("cmp_baseline_how"), _bands(ctx, table))
    paper.figure("balance", alternatives.alt("balance", ctx))
    for kind in rows.kinds(table):
        some = table.loc[table["source"] == kind]
        shown = of_one_kind(ctx, "baseline", some)
        if some["source_id"].nunique() == 1:
            shown = without(shown, [ctx.t("col_source_id")])
        paper.table(shown, ctx.t(f"cap_baseline_{kind}"))


def _bands(ctx: Context, table: pd.DataFrame) -> str:
    """How many real or published rows fall into which band."""
    some = table.loc[(table["source"] != "simulated") & table["band"].notna()]
    if not len(some):
        return ctx.t("cmp_baseline_simulated") if "simulated" in rows.kinds(table) else ""
    k = {band: ctx.count((some["band"] == band).sum()) for band in ("satisfied", "adjust", "not_satisfied")}
    return ctx.t("cmp_baseline_bands", n=ctx.count(len(some)), **k)
