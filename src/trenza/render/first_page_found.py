"""What was found, in a head teacher's words: one to three short sentences a kind of finding. Simulated rows hold none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import comparison, rows, sentences, sentences_schools
from trenza.render.first_page_names import NAMED, names
from trenza.render.first_page_panels import panels_told
from trenza.render.first_page_printed import claims_told, counts_told, most, paraphrased, shares_told
from trenza.render.first_page_together import together
from trenza.render.traced import part_of

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def found(ctx: Context) -> list[list[str]]:
    """Sentences by kind of finding, in the order in which they matter to a reader."""
    kinds = (
        panels_told,
        _groups,
        _claims,
        claims_told,
        _rule,
        _schools,
        together,
        shares_told,
        _themes,
        _coded,
        counts_told,
        _scores,
        _scales,
    )
    said = [[s for s in kind(ctx) if s] for kind in kinds]
    return [group for group in said if group]


def kept(ctx: Context, name: str) -> pd.DataFrame:
    """A table without simulated rows."""
    table = ctx.table(name)
    return table.loc[table["source"] != "simulated"] if len(table) else table


def compared(ctx: Context) -> pd.DataFrame:
    """The verdicts that carry a finding, of outcomes from after the programme."""
    table = _verdicts(ctx)
    return table.loc[~table["outcome"].isin(rows.baselines(ctx.study))] if len(table) else table


def chosen_by_score(ctx: Context) -> bool:
    """Whether participants were chosen for low scores, so that they rise by themselves."""
    limits = {str(limit) for limit in ctx.design.get("limits") or []}
    return bool(
        {"chosen_by_score", "regression_to_the_mean"} & limits or ctx.study.get("regression_to_the_mean")
    )


def _verdicts(ctx: Context) -> pd.DataFrame:
    import pandas as pd

    told = [comparison.told(b) for b in comparison.blocks(ctx) if not b.hollow]
    told = [t for t in told if len(t)]
    # Published figures first; a second source of the same outcome is in the section.
    return pd.concat(told).drop_duplicates("outcome") if told else ctx.table("verdicts").head(0)


def _groups(ctx: Context) -> list[str]:
    every = _verdicts(ctx)
    if not len(every):
        return []
    later = compared(ctx)
    who = ctx.level(ctx.participants) if ctx.lang == "en" else ctx.group(ctx.participants)
    said = []
    for direction, key in (("higher", "page_more"), ("lower", "page_less")):
        some = [r for _, r in later.iterrows() if sentences.verdict(r) == direction]
        if some:
            if all(rows.is_gain(ctx.study, str(r["outcome"])) for r in some):
                key = f"{key}_gain"
            named = names(ctx, [_amount(ctx, r) for r in some], some)
            said.append(ctx.t(key, participants=who, k=ctx.how_many(some), n=ctx.how_many(later), outcomes=named))  # fmt: skip
    if said and chosen_by_score(ctx):
        said.append(ctx.t("page_chosen"))
    same = [r for _, r in later.iterrows() if sentences.verdict(r) == "equivalent"]
    if same:
        named = names(ctx, [ctx.item(r["outcome"]) for r in same], same)
        said.append(ctx.t("page_same", k=ctx.how_many(same), n=ctx.how_many(later), outcomes=named))
    unsure = [r for _, r in later.iterrows() if sentences.verdict(r) == "open"]
    if unsure:
        said.append(ctx.t("page_open", k=ctx.how_many(unsure), n=ctx.how_many(later)))
    return [*said, *_before(ctx, every)]


def _before(ctx: Context, every: pd.DataFrame) -> list[str]:
    early = every.loc[every["outcome"].isin(rows.baselines(ctx.study))]
    for direction in ("lower", "higher"):
        some = [r["outcome"] for _, r in early.iterrows() if sentences.verdict(r) == direction]
        if some:
            told = {"participants": ctx.group(ctx.participants), "lower": ctx.t(f"page_{direction}")}
            return [ctx.t("page_before", outcomes=names(ctx, [ctx.item(o) for o in some], some), **told)]
    return []


def _amount(ctx: Context, row: Any) -> str:
    amount = sentences.amount(ctx, row["estimate"], str(row["outcome"]))
    return ctx.t("page_named", outcome=ctx.item(row["outcome"]), amount=amount)


def _claims(ctx: Context) -> list[str]:
    """Printed results against luck (what a school of this size does) and against the rule that chose the schools."""
    table = ctx.table("claim_checks")
    table = table.loc[table["claimed"].notna()] if len(table) else table
    if not len(table):
        return []
    from trenza.render.selection import check_sentences, claim_name

    counts = check_sentences(ctx, "counts")
    table = table.loc[table["check"] != "counts"]
    if not len(table):
        return counts
    luck = table.loc[table["check"] == "cohort"]
    inside = luck.loc[(luck["low"] <= luck["claimed"]) & (luck["claimed"] <= luck["high"])]
    rule = table.loc[(table["check"] == "rule") & (table["expected"] > 0)]
    of_luck, of_rule = (t.drop_duplicates("claim") for t in (inside, rule))
    held = table.loc[table["check"].isin(("rule", "cohort"))].drop_duplicates("claim")
    said = [ctx.t("page_claims", n=ctx.how_many(held), every=ctx.how_many(ctx.table("claims")))]
    for some, key in ((of_luck, "page_claims_luck"), (of_rule, "page_claims_part")):
        if len(some):
            named = names(ctx, [claim_name(ctx, c) for c in some["claim"]], list(some["claim"]))
            said.append(ctx.t(key, k=ctx.how_many(some), names=named))
    return said + counts


def _rule(ctx: Context) -> list[str]:
    """A rule in points: seen, and expected without any programme; the one that printed results are held against, else the first."""
    table = kept(ctx, "selection_rule")
    held = [c["rule"] for c in ctx.study.get("claim_checks") or [] if c.get("check") == "rule"]
    if held and len(table):
        table = table.loc[table["id"] == held[0]]
    for _, part in table.groupby("id", sort=False) if len(table) else ():
        terms = {r["term"]: r for _, r in part.iterrows()}
        if {"observed_difference", "expected_analytic"} <= set(terms):
            seen, expected = (terms[t]["estimate"] for t in ("observed_difference", "expected_analytic"))
            name = ctx.level(part["id"].iloc[0])
            return [ctx.t("page_rule", name=name, seen=ctx.num(seen, 1), expected=ctx.num(expected, 1))]
    return []


def _schools(ctx: Context) -> list[str]:
    """How national means moved, which is no cause."""
    return [sentences_schools.steps(ctx), ctx.t("trends_close")] if len(ctx.table("trends")) else []


def _themes(ctx: Context) -> list[str]:
    segments = kept(ctx, "segments")
    if not len(segments):
        return []
    codes = kept(ctx, "codes")
    many = {
        d: ctx.how_many(segments.loc[segments["direction"] == d])
        for d in ("enabling", "hindering", "ambivalent")
    }
    said = {"n": ctx.how_many(segments), "codes": _most(ctx, codes, "code"), **many}
    own = paraphrased(segments)
    return [ctx.t("page_themes", **said) if own is None else ctx.t("page_told", k=ctx.how_many(own), **said)]


def _coded(ctx: Context) -> list[str]:
    projects = kept(ctx, "coded_projects")
    nodes = kept(ctx, "code_nodes")
    if not len(projects) or not len(nodes):
        return []
    row = projects.iloc[0]
    told = {"documents": ctx.count(row["n_documents_coded"]), "n": ctx.count(row["n_codings"])}
    return [ctx.t("page_coded", codes=_most(ctx, nodes, "name"), **told)]


def _most(ctx: Context, table: pd.DataFrame, column: str) -> str:
    """The three codes with most segments, by their labels, and of ties how many there are."""
    words = most(table, ctx, column, NAMED)
    return names(ctx, words, words)


def _scores(ctx: Context) -> list[str]:
    """How many published scores of a descriptive questionnaire follow from its answers."""
    table = kept(ctx, "score_checks")
    if ctx.compares or not len(table):
        return []
    scales = [some for _, some in table.groupby(["source_id", "scale"], sort=False)]
    every, again = (
        ctx.how_many([some.iloc[0] for some in part], table)
        for part in (scales, [some for some in scales if some["agrees"].astype(bool).any()])
    )
    return [ctx.t("page_scores", k=again, n=every)]


def _scales(ctx: Context) -> list[str]:
    """The lowest and the highest mean answer, of printed ratings or of a descriptive questionnaire's scales.

    Where scales have several ranges, those of the most common one.
    """
    printed = len(kept(ctx, "ratings")) > 1
    if printed:
        table = kept(ctx, "ratings").rename(columns={"item": "name", "scale_min": "low", "scale_max": "high"})
    elif not ctx.compares and len(kept(ctx, "item_statistics")) and len(kept(ctx, "distribution")):
        table = kept(ctx, "distribution").rename(columns={"outcome": "name"})
        table = table.loc[table["name"].isin(ctx.item_rows) & (table["group"] == "all")]
        low, high = ([float(ctx.item_rows[o][k]) for o in table["name"]] for k in ("min", "max"))
        table = table.assign(low=low, high=high)
    else:
        return []
    table = table.loc[table["mean"].notna() & table["low"].notna()]
    ranges = table.groupby(["low", "high"]).size()
    if not len(ranges) or ranges.max() < 2:
        return []
    low, high = ranges.idxmax()
    table = table.loc[(table["low"] == low) & (table["high"] == high)].sort_values("mean", kind="stable")
    least, most = table.iloc[0], table.iloc[-1]
    item = ctx.item_rows.get(least["name"], {})
    ends = (
        [least["low"], least["high"]]
        if printed
        else [part_of(item[k], float(item[k])) for k in ("min", "max")]
    )
    said = {"n": ctx.how_many(table)} if printed else {}
    return [
        ctx.t(
            "page_ratings" if printed else "page_scales", **said, low=ctx.num(ends[0], 0), high=ctx.num(ends[1], 0),
            least=ctx.num(least["mean"], 1), least_name=ctx.item(least["name"]),
            most=ctx.num(most["mean"], 1), most_name=ctx.item(most["name"]),
        )
    ]  # fmt: skip
