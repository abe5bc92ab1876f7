"""What is said of published scores and printed shares: whether answers give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render.language import listed, percent
from trenza.render.sentences_questionnaire import names

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def how_scores_follow(table: pd.DataFrame) -> dict[str, list[Any]]:
    """(source, scale) by how its published score follows from the items: as_answered, else declared, found or none."""
    found: dict[str, list[Any]] = {k: [] for k in ("as_answered", "declared", "found", "none")}
    for (sid, scale), some in table.groupby(["source_id", "scale"], sort=False):
        agreeing = set(some.loc[some["agrees"].astype(bool), "keying"])
        found[next((k for k in found if k in agreeing), "none")].append((sid, scale))
    return found


def score_checks(ctx: Context, table: pd.DataFrame) -> str:
    """For how many scales the published score follows from the items, with which keys, and whether the tool finds these."""
    found = how_scores_follow(table)
    plainly, otherwise = found["as_answered"] + found["declared"], found["found"] + found["none"]
    scales = table.drop_duplicates(["source_id", "scale"])
    row_of = {(r["source_id"], r["scale"]): r for _, r in scales.iterrows()}
    a, b, c = (
        ctx.how_many([row_of[place] for place in places], table)
        for places in (found["as_answered"], found["declared"], otherwise)
    )
    said = [ctx.t("q_scores", n=ctx.how_many(scales), a=a, b=b, c=c)]
    told_nothing = table.loc[(table["keying"] == "found") & table["agrees"].astype(bool)]
    same = set(zip(told_nothing["source_id"], told_nothing["scale"], strict=True))
    missed = [scale for sid, scale in plainly if (sid, scale) not in same]
    if plainly:
        said.append(ctx.t("q_scores_differ" if missed else "q_scores_same", scales=names(ctx, missed)))
    said += [
        ctx.t(f"q_scores_{how}", scales=names(ctx, [scale for _, scale in found[how]]))
        for how in ("found", "none")
        if found[how]
    ]
    return " ".join(said)


def shares(ctx: Context, table: pd.DataFrame) -> str:
    """How many printed shares a whole count of all people asked gives; of the others, with how many answers one does."""
    asked = table.loc[table["n"] == table.groupby(["source_id", "item"])["n"].transform("max")]
    none = asked.loc[asked["counts"].isna()]
    people = listed([ctx.count(n) for n in sorted(set(asked["n"]))], ctx.lang)
    given = ctx.how_many(asked.loc[asked["counts"].notna()])
    said = [ctx.t("q_shares", printed=ctx.how_many(asked), n=people, k=given)]
    if len(none):
        without = [_fewer(ctx, table, r) for _, r in none.iterrows()]
        said.append(ctx.t("q_shares_not", shares=listed(without, ctx.lang)))
    return " ".join(said)


def _fewer(ctx: Context, table: pd.DataFrame, r: Any) -> str:
    """A share that no count of all people gives, and the numbers of people with which one does."""
    of_item = (table["source_id"] == r["source_id"]) & (table["item"] == r["item"])
    numbers = [ctx.count(n) for n in sorted(table.loc[of_item & table["counts"].notna(), "n"])]
    key = "q_shares_fewer" if numbers else "q_shares_never"
    return ctx.t(
        key,
        item=ctx.item(r["item"]),
        share=percent(r["printed"], ctx.lang),
        numbers=listed(numbers, ctx.lang),
    )
