"""What a source has in print, on the first page: claims about effects, shares of answers, and how far each can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render.language import listed, percent
from trenza.render.selection import how_safe, of_effects

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

NAMED = 2  # questions named under one printed share; of more the number is told


def claims_told(ctx: Context) -> list[str]:
    """How many claims there are and what they rest on, where none could be held against anything."""
    table = of_effects(ctx)
    if not len(table) or len(ctx.table("claim_checks")):
        return []
    sized = ctx.how_many(table.loc[table["estimate"].notna()])
    gains = ctx.how_many(table.loc[table["direction"] == "positive"])
    return [ctx.t("page_claims_told", sized=sized, gains=gains, **how_safe(ctx))]


def shares_told(ctx: Context) -> list[str]:
    """Printed shares of those who agreed, a share with its questions."""
    table = ctx.table("shares")
    if not len(table):
        return []
    parts = []
    for (relation, printed), part in table.groupby(["relation", "printed"], sort=True):
        items = list(dict.fromkeys(part["item"]))
        named = listed([f"“{ctx.item(i)}”" for i in items], ctx.lang)
        on = named if len(items) <= NAMED else ctx.t("page_shares_items", k=ctx.how_many(items))
        parts.append(ctx.t("page_share", relation=ctx.t(f"relation_{relation}"), share=percent(printed, ctx.lang), items=on))  # fmt: skip
    return [ctx.t("page_shares", shares="; ".join(parts))]


def paraphrased(segments: pd.DataFrame) -> pd.DataFrame | None:
    """The first of each paraphrase, where a source repeats some for several informants; None where it repeats none.

    ``segments``: ``source``, ``text``. Segments of texts at hand are passages, also where two are alike.
    """
    if (segments["source"] != "published").any() or segments["text"].isna().any():
        return None
    own = segments.drop_duplicates("text")
    return own if len(own) < len(segments) else None


def counts_told(ctx: Context) -> list[str]:
    """How often a printed list says that its codes were used, with the first of it."""
    table = ctx.table("code_counts")
    if not len(table):
        return []
    first = table.sort_values("rank", kind="stable").iloc[0]
    told = {"name": ctx.told(first["name"]), "k": ctx.count(first["references"]), "sources": ctx.count(first["sources"])}  # fmt: skip
    return [ctx.t("page_counts", n=ctx.how_many(table), **told)]


def most(codes: pd.DataFrame, ctx: Context, column: str, at_most: int) -> list[str]:
    """The codes with most segments, at most so many; a code is named only if the next unnamed one has fewer.

    Where that leaves none, how many codes share the highest count. ``codes``: ``code``, ``column``, ``n_segments``.
    """
    table = codes.loc[codes["n_segments"] > 0].sort_values(
        ["n_segments", "code"], ascending=[False, True], kind="stable"
    )
    counts = [int(n) for n in table["n_segments"]]
    ends = [k for k in range(1, min(at_most, len(counts)) + 1) if counts[k - 1] > (*counts, 0)[k]]
    if not ends:
        tied = table.loc[table["n_segments"] == counts[0]] if counts else table
        return (
            [ctx.t("page_tied", k=ctx.how_many(tied), n=ctx.count(tied["n_segments"].iloc[0]))]
            if counts
            else []
        )
    chosen = table.head(ends[-1])
    return [ctx.code(r["code"]) if column == "code" else ctx.told(r[column]) for _, r in chosen.iterrows()]


def thresholds(ctx: Context) -> str:
    """How many of the statements on which both strands agree keep their call over the whole declared range of thresholds."""
    calls, flips = ctx.table("convergence"), ctx.table("call_flips")
    if not len(calls) or not len(flips):
        return ""
    agreed = calls.loc[calls["call"] == "agreement"]
    tried = flips.loc[flips["link"].isin(agreed["link"])]
    kept = tried.loc[tried["n_same"] == tried["n_grid"]]
    told = {"k": ctx.how_many(agreed), "kept": ctx.how_many(kept)}
    return ctx.t("page_thresholds", **told) if len(kept) < len(tried) else ""


def yardstick(ctx: Context) -> str:
    """How safe the comparison of printed results with what happens without any programme is, by its kind."""
    table = ctx.table("claim_checks")
    if set(table["check"]) == {"counts"}:
        return ctx.t("page_sure_luck", n=ctx.count(table["n"].max()))
    return ctx.t("page_sure_claims")
