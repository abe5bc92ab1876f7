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
    paper.say(*_adjusted(ctx, table))
    paper.figure("balance", alternatives.alt("balance", ctx))
    for kind in rows.kinds(table):
        some = table.loc[table["source"] == kind]
        shown = of_one_kind(ctx, "baseline", some)
        if some["source_id"].nunique() == 1:
            shown = without(shown, [ctx.t("col_source_id")])
        paper.table(shown, _caption(ctx, kind, some))


def _adjusted(ctx: Context, table: pd.DataFrame) -> list[str]:
    """What adjusts for these variables and what does not, and what the intercepts of clusters absorb."""
    said = [ctx.t("cmp_baseline_adjust")]
    if (table["band"] == "adjust").any():
        said.append(ctx.t("cmp_baseline_band_adjust"))
    if ctx.design.get("assignment") == "same_clusters":
        said.append(ctx.t("cmp_baseline_absorbed", cluster=ctx.clusters("one")))
    return said


def _caption(ctx: Context, kind: str, some: pd.DataFrame) -> str:
    """The caption, with the number of clusters in the rows as the check of the design found it."""
    caption = ctx.t(f"cap_baseline_{kind}")
    design = ctx.table("design")
    if not len(design):
        return caption
    there = design.loc[(design["check"] == "clusters") & design["source_id"].isin(set(some["source_id"]))]
    counts = {found.split(" ")[0]: found for found in there["found"]}
    if len(counts) != 1 or len(there) < some["source_id"].nunique():
        return caption
    (found,) = counts.values()
    return ctx.t(
        "cmp_baseline_counted", caption=caption, clusters=ctx.told(found.split(" ")[0]), name=ctx.clusters()
    )


def _bands(ctx: Context, table: pd.DataFrame) -> str:
    """How many real or published rows fall into which band."""
    some = table.loc[(table["source"] != "simulated") & table["band"].notna()]
    if not len(some):
        return ctx.t("cmp_baseline_simulated") if "simulated" in rows.kinds(table) else ""
    k = {
        band: ctx.how_many(some.loc[some["band"] == band])
        for band in ("satisfied", "adjust", "not_satisfied")
    }
    return ctx.t("cmp_baseline_bands", n=ctx.how_many(some), **k)
