"""The verdict on each outcome in plain words: what the design calls for, what it says, what it could have found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import comparison, rows, sentences
from trenza.render.comparison import Block
from trenza.render.language import is_missing, listed

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def opening(ctx: Context, block: Block) -> list[str]:
    """Who was compared, what the design calls for and why; what stands in for it, or why there is no number."""
    first = block.verdicts.iloc[0]
    counted = comparison.counted(ctx, block)
    said = [
        ctx.t("cmp_called_for", counted=counted[0].upper() + counted[1:],
              method=", ".join(ctx.say(p) for p in comparison.line(first["called_for"]).split("; ")), why=ctx.say(first["why"]))
    ]  # fmt: skip
    if block.stands_in:
        said.append(ctx.t("cmp_needs_rows_said"))
    if block.source == "published" and block.verdicts["clusters"].notna().any():
        said.append(ctx.t("cmp_spread_not_printed", clusters=ctx.clusters(), units=_units(ctx)))
    if block.stands_in:
        said.append(ctx.t("cmp_stand_in_said", method=_stand_ins(ctx, block.verdicts)))
    reasons: dict[str, list[str]] = {}
    for _, r in block.verdicts.iterrows():
        if not comparison.is_computed(r):
            reasons.setdefault(comparison.why_not(ctx, r), []).append(ctx.item(r["outcome"]))
    return said + [f"{listed(names, ctx.lang)}: {why}." for why, names in reasons.items()]


def outcomes(ctx: Context, block: Block) -> list[str]:
    """One point an outcome, in the order of the comparison."""
    some_only = block.stands_in and not comparison.told(block)["stands_in"].all()
    return [
        " ".join(w for w in outcome(ctx, verdict, some_only) if w) for _, verdict in block.verdicts.iterrows()
    ]


def outcome(ctx: Context, verdict: pd.Series, some_stand_in: bool) -> list[str]:
    """The sentences on one outcome: who is higher, what that allows to say, and what could have been found.

    ``some_stand_in``: only some outcomes go by a test that stands in, so that each of them has to say so.
    """
    if not comparison.is_computed(verdict):
        why = comparison.why_not(ctx, verdict) or ctx.t("cmp_not_computed")
        return [f"{ctx.item(verdict['outcome'])}: {why}.", detectable(ctx, verdict)]
    said = [sentences.comparison(ctx, verdict)]
    if some_stand_in and bool(verdict["stands_in"]):
        said.append(ctx.t("cmp_by_stand_in", method=comparison.name(ctx, verdict["method"])))
    said.append(detectable(ctx, verdict))
    return said


def detectable(ctx: Context, verdict: pd.Series) -> str:
    """The minimum detectable effect, with the intraclass correlation that it goes by."""
    if is_missing(verdict["mdes_sd"]):
        return ""
    amount = sentences.amount(ctx, verdict["mdes"], str(verdict["outcome"]))
    table = ctx.table("detectable")
    if len(table):
        same = table.loc[(table["id"] == verdict["id"]) & (table["source"] == verdict["source"])]
        first = same.loc[(same["position"] == 1) & same["icc"].notna()]
        if len(first):
            key = "cmp_mdes_estimated" if bool(first["icc_estimated"].iloc[0]) else "cmp_mdes_assumed"
            return ctx.t(
                key, mdes=ctx.num(verdict["mdes_sd"]), amount=amount, icc=ctx.num(first["icc"].iloc[0])
            )
    return ctx.t("cmp_mdes", mdes=ctx.num(verdict["mdes_sd"]), amount=amount)


def what_if(ctx: Context, block: Block) -> str:
    """What the rows say that are right only under the other design; empty where there are none."""
    table = block.inferences
    table = table.loc[(table["role"] == "what_if") & table["p_value"].notna()]
    if not len(table):
        return ""
    assignment = str(block.verdicts["assignment"].iloc[0])
    opening_words = ctx.t(f"cmp_what_if_{assignment}", clusters=ctx.clusters())
    below = table["p_value"] < 1 - table["ci_level"]
    named = []
    for identifier in rows.in_order(table.loc[below], "id"):
        same = table["id"] == identifier
        name = ctx.item(table.loc[same, "outcome"].iloc[0])
        named.append(
            ctx.t(
                "cmp_name_k_of_n",
                name=name,
                k=ctx.how_many(table.loc[same & below]),
                n=ctx.how_many(table.loc[same]),
            )
        )
    if not named:
        return f"{opening_words} {ctx.t('cmp_what_if_none')}"
    return f"{opening_words} {ctx.t('cmp_what_if_some', outcomes=listed(named, ctx.lang))}"


def overview(ctx: Context, block: Block) -> list[str]:
    """How many outcomes say what, and what is left of it among all outcomes of the comparison."""
    told = comparison.told(block)
    if not len(told):
        return []
    said = [
        sentences.overview(ctx, told),
        sentences.holm_overview(ctx, told),
        sentences.not_an_effect(ctx, told),
    ]
    return [s for s in said if s]


def _units(ctx: Context) -> str:
    return ctx.word("many", str(ctx.design.get("unit") or "unit"))


def _stand_ins(ctx: Context, verdicts: pd.DataFrame) -> str:
    some = verdicts.loc[verdicts["stands_in"].astype(bool)]
    return listed([comparison.name(ctx, m) for m in rows.in_order(some, "method")], ctx.lang)
