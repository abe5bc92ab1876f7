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
    """Who was compared, what the design calls for and why; and what stands in where that could not be computed."""
    first = block.verdicts.iloc[0]
    counted = comparison.counted(ctx, block)
    said = [
        ctx.t(
            "cmp_called_for",
            counted=counted[0].upper() + counted[1:],
            method=_procedure(ctx, first),
            why=ctx.say(first["why"]),
        )
    ]
    missing = [r for _, r in block.verdicts.iterrows() if not comparison.is_computed(r)]
    if not missing:
        return said
    if block.from_print:
        said.append(ctx.t("cmp_needs_rows_said"))
    else:
        reasons: dict[str, list[str]] = {}
        for r in missing:
            reasons.setdefault(comparison.why_not(ctx, r), []).append(ctx.item(r["outcome"]))
        said += [f"{listed(names, ctx.lang)}: {why}." for why, names in reasons.items()]
    told = comparison.stand_ins(ctx, block)
    by = rows.in_order(told.loc[told["stand_in"]], "method") if len(told) else []
    if by:
        names = listed([comparison.name(ctx, m) for m in by], ctx.lang)
        said.append(ctx.t("cmp_stand_in_said", method=names))
    return said


def outcomes(ctx: Context, block: Block) -> list[str]:
    """One point an outcome, in the order of the comparison."""
    told = comparison.stand_ins(ctx, block)
    by_id = {r["id"]: r for _, r in told.iterrows()}
    found = []
    for _, verdict in block.verdicts.iterrows():
        row = by_id.get(verdict["id"])
        if row is None:
            why = comparison.why_not(ctx, verdict) or ctx.t("cmp_not_computed")
            found.append(
                " ".join([f"{ctx.item(verdict['outcome'])}: {why}.", detectable(ctx, verdict)]).strip()
            )
            continue
        found.append(" ".join(w for w in outcome(ctx, verdict, row) if w))
    return found


def outcome(ctx: Context, verdict: pd.Series, row: pd.Series) -> list[str]:
    """The sentences on one outcome, told by ``row``: the called-for inference or what stands in for it."""
    said = [sentences.comparison(ctx, row)]
    if bool(row["stand_in"]):
        said.append(ctx.t("cmp_by_stand_in", method=comparison.name(ctx, row["method"])))
    said.append(detectable(ctx, verdict))
    if not bool(row["stand_in"]) and int(verdict["others"]):
        said.append(
            ctx.t("cmp_others", k=ctx.count(verdict["others_exclude_zero"]), n=ctx.count(verdict["others"]))
        )
    return said


def detectable(ctx: Context, verdict: pd.Series) -> str:
    """The minimum detectable effect, with the intraclass correlation that it goes by."""
    if is_missing(verdict["mdes_sd"]):
        return ""
    amount = sentences.amount(ctx, float(verdict["mdes"]), str(verdict["outcome"]))
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
            ctx.t("cmp_name_k_of_n", name=name, k=ctx.count((same & below).sum()), n=ctx.count(same.sum()))
        )
    if not named:
        return f"{opening_words} {ctx.t('cmp_what_if_none')}"
    return f"{opening_words} {ctx.t('cmp_what_if_some', outcomes=listed(named, ctx.lang))}"


def overview(ctx: Context, block: Block) -> list[str]:
    """How many outcomes say what, and what is left of it among all outcomes of the comparison."""
    told = comparison.stand_ins(ctx, block)
    if not len(told):
        return []
    said = [
        sentences.overview(ctx, told),
        sentences.holm_overview(ctx, told),
        sentences.not_an_effect(ctx, told),
    ]
    return [s for s in said if s]


def summary(ctx: Context) -> list[tuple[str, str]]:
    """(kind, paragraph) of each comparison that is no simulation, scores from before the programme first."""
    found = []
    before = rows.baselines(ctx.study)
    for block in comparison.blocks(ctx):
        if block.hollow:
            continue
        told = comparison.stand_ins(ctx, block)
        if not len(told):
            found.append((block.source, " ".join(opening(ctx, block))))
            continue
        early = told["outcome"].isin(before)
        for part, key in ((told.loc[early], "summary_before"), (told.loc[~early], "summary_groups")):
            if not len(part):
                continue
            words = [
                ctx.t(key, participants=ctx.group(ctx.participants), control=ctx.group(ctx.control)),
                f"{comparison.counted(ctx, block)}.",
                _summary_stand_in(ctx, block, part),
                sentences.overview(ctx, part),
                sentences.holm_overview(ctx, part),
                _least(ctx, block),
                sentences.not_an_effect(ctx, part),
            ]
            found.append((block.source, " ".join(w[0].upper() + w[1:] for w in words if w)))
    return found


def _summary_stand_in(ctx: Context, block: Block, told: pd.DataFrame) -> str:
    some = told.loc[told["stand_in"]]
    if not len(some):
        return ""
    names = listed([comparison.name(ctx, m) for m in rows.in_order(some, "method")], ctx.lang)
    called = comparison.name(ctx, block.verdicts["method"].iloc[0])
    return ctx.t(
        "cmp_summary_needs_rows" if block.from_print else "cmp_summary_stand_in", called=called, method=names
    )


def _least(ctx: Context, block: Block) -> str:
    """The range of minimum detectable effects of a comparison."""
    there = block.verdicts["mdes_sd"].dropna()
    if not len(there):
        return ""
    low, high = ctx.num(there.min()), ctx.num(there.max())
    return ctx.t("cmp_least", mdes=low if low == high else ctx.t("cmp_from_to", low=low, high=high))


def _procedure(ctx: Context, row: pd.Series) -> str:
    """The procedure's full name without what it assumes."""
    pieces = str(row["method"]).split("; ")
    kept = [pieces[0], *(p for p in pieces[1:] if p.startswith("ICC "))]
    return ", ".join(ctx.say(p) for p in kept)
