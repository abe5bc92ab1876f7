"""The comparison on the first page, for a head teacher: plain words, one fact a sentence; the terms are in the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import comparison, rows, sentences, sentences_compare
from trenza.render.comparison import Block
from trenza.render.language import is_missing, listed

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def summary(ctx: Context) -> list[tuple[str, str]]:
    """(kind, paragraph) of each comparison that is no simulation, scores from before the programme first."""
    found = []
    before = rows.baselines(ctx.study)
    for block in comparison.blocks(ctx):
        if block.hollow:
            continue
        told = comparison.told(block)
        if not len(told):
            found.append((block.source, " ".join(sentences_compare.opening(ctx, block))))
            continue
        early = told["outcome"].isin(before)
        for part, key in ((told.loc[early], "summary_before"), (told.loc[~early], "summary_groups")):
            if not len(part):
                continue
            words = [
                ctx.t(key, participants=ctx.group(ctx.participants), control=ctx.group(ctx.control)),
                f"{comparison.counted(ctx, block)}.",
                _how(ctx, part),
                *_outcomes(ctx, part),
                _several(ctx, part),
                least(ctx, block),
                sentences.not_an_effect(ctx, part),
            ]
            found.append((block.source, " ".join(w[0].upper() + w[1:] for w in words if w)))
    return found


def _how(ctx: Context, part: pd.DataFrame) -> str:
    """That schools are taken into account, or that printed figures do not allow it."""
    if part["stands_in"].any():
        unit = ctx.word("one", str(ctx.design.get("unit") or "unit"))
        return ctx.t("sum_stand_in", clusters=ctx.clusters(), unit=unit)
    same = (part["assignment"] == "same_clusters").all()
    return ctx.t("cmp_within", clusters=ctx.clusters()) if same else ""


def _outcomes(ctx: Context, part: pd.DataFrame) -> list[str]:
    """Where the groups differ and by how much, where they are practically equal, and what the data leave open."""
    groups: dict[str, list[pd.Series]] = {}
    for _, row in part.iterrows():
        groups.setdefault(sentences.verdict(row), []).append(row)
    said = []
    for name in ("higher", "lower"):
        if name in groups:
            k = len(groups[name])
            many = "_all" if len(part) == 1 else "_one" if k == 1 else ""
            said.append(
                ctx.t(
                    f"sum_{name}{many}",
                    k=ctx.how_many(groups[name]),
                    n=ctx.how_many(part),
                    participants=ctx.group(ctx.participants),
                    outcomes=listed([ctx.item(r["outcome"]) for r in groups[name]], ctx.lang),
                )
            )
            said += [_amount(ctx, r, several=k > 1) for r in groups[name]]
    for name in ("equivalent", "open"):
        if name in groups:
            names = [ctx.item(r["outcome"]) for r in groups[name]]
            key = f"overview_{name}" + ("_one" if len(names) == 1 else "")
            said.append(ctx.t(key, n=ctx.how_many(groups[name]), outcomes=listed(names, ctx.lang)))
    return said


def _amount(ctx: Context, row: pd.Series, several: bool) -> str:
    """A difference without its sign, and the range in which it could lie."""
    ends = sorted(abs(row[k]) for k in ("ci_low", "ci_high"))
    return ctx.t(
        "sum_amount_named" if several else "sum_amount",
        outcome=ctx.item(row["outcome"]),
        amount=sentences.amount(ctx, row["estimate"], str(row["outcome"])),
        low=ctx.num(ends[0]),
        high=ctx.num(ends[1]),
    )


def _several(ctx: Context, part: pd.DataFrame) -> str:
    """Whether chance among several outcomes could have brought about what stands out alone (Holm)."""
    table = part.loc[part["p_holm"].notna()]
    alone = table.loc[[sentences.verdict(r) in ("higher", "lower") for _, r in table.iterrows()]]
    if not len(alone) or len(table) < 2:
        return ""
    lost = alone.loc[alone["p_holm"] >= 1 - alone["ci_level"]]
    k = ctx.how_many(table)
    if len(lost) == len(alone):
        return ctx.t("sum_chance_one" if len(lost) == 1 else "sum_chance_all", k=k)
    if not len(lost):
        return ctx.t("sum_chance_none", k=k)
    return ctx.t("sum_chance_some", k=k, lost=listed([ctx.item(o) for o in lost["outcome"]], ctx.lang))


def least(ctx: Context, block: Block) -> str:
    """The least difference that a comparison could have found with good prospects, with what a SD is."""
    there = [v for v in block.verdicts["mdes_sd"] if not is_missing(v)]
    if not there:
        return ""
    low, high = ctx.num(min(there)), ctx.num(max(there))
    if low == high:
        return ctx.t("sum_least", mdes=low, varies="")
    mdes = ctx.t("cmp_from_to", low=low, high=high)
    return ctx.t("sum_least", mdes=mdes, varies=ctx.t("sum_least_varies"))
