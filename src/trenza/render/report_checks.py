"""What the report withholds so that nobody is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trenza.render.markdown import Paper
from trenza.render.traced import part_of

if TYPE_CHECKING:
    from trenza.render.context import Context

SINGLE = ("modes", "influence", "school_scores")


def withheld(paper: Paper, study_id: str) -> None:
    """The rule, how much it withholds where, and what it lets pass: published figures, and simulated ones."""
    ctx = paper.ctx
    paper.heading("h_disclosure")
    table = ctx.table("disclosure")
    some = table.loc[table["source"] == "real"]
    practice = table.loc[table["source"] != "real"]
    kinds = {str(s.get("kind")) for s in (ctx.study.get("sources") or {}).values()}
    least = _threshold(ctx)
    if kinds - {"published"} and least:
        paper.say(
            ctx.t("disclosure_rule", most=ctx.count(least - 1)),
            ctx.t("disclosure_some", n=ctx.how_many(some)) if len(some) else "",
            ctx.t("disclosure_none") if "real" in kinds and not len(some) else "",
            ctx.t("disclosure_practice", n=ctx.how_many(practice)) if len(practice) else "",
            ctx.t("disclosure_single") if any(_real(ctx, name) for name in SINGLE) else "",
        )
    paper.say(*_public(ctx, kinds), _quoted(ctx))
    if len(some):
        keys = ("table", "column", "cells")
        cells = [[*at, ctx.how_many(own)] for at, own in some.groupby(["table", "column"], sort=True)]
        shown = pd.DataFrame(cells, columns=[ctx.t(f"col_disclosure_{k}") for k in keys])
        shown.attrs["right"] = [ctx.t("col_disclosure_cells")]
        paper.table(shown, ctx.t("cap_disclosure"))


def _threshold(ctx: Context) -> int:
    """``disclosure.min_cell`` as the run had it; 0 where that is not known."""
    manifest = ctx.table("manifest")
    own = manifest.loc[manifest["name"] == "disclosure.min_cell", "value"] if len(manifest) else manifest
    return part_of(own.iloc[0], int(own.iloc[0])) if len(own) else 0


def _real(ctx: Context, name: str) -> bool:
    table = ctx.table(name)
    return bool(len(table) and (table["source"] == "real").any())


def _public(ctx: Context, kinds: set[str]) -> list[str]:
    """That published figures are exempt, and how many quotations are."""
    if "published" not in kinds:
        return []
    quoted = _segments(ctx, "published")
    return [
        ctx.t("disclosure_public"),
        ctx.t("disclosure_quotes_public", n=ctx.how_many(quoted)) if len(quoted) else "",
    ]


def _quoted(ctx: Context) -> str:
    quoted = _segments(ctx, "real")
    quotations = (ctx.study.get("qualitative") or {}).get("quotations") or {}
    threshold = ctx.count(quotations.get("threshold", 3))
    return ctx.t("disclosure_quotes_real", n=ctx.how_many(quoted), threshold=threshold) if len(quoted) else ""


def _segments(ctx: Context, kind: str) -> pd.DataFrame:
    """One row a coded segment of that kind of number."""
    table = ctx.table("segments")
    return table.loc[table["source"] == kind].drop_duplicates("segment_id")
