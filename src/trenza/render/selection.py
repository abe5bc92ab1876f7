"""Selection rules and published claims in words: names of rows and the sentences above their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.selection_tables import LIKE_WITH_LIKE
from trenza.render.language import NO_VALUE, is_missing, listed, percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

# Designs that compare like with like.
SAFE = LIKE_WITH_LIKE


def claim_name(ctx: Context, identifier: Any) -> str:
    """A claim's label; of two joined by +, both."""
    return ", ".join(ctx.level(part) for part in str(identifier).split("+"))


def size(ctx: Context, row: Mapping[Any, Any]) -> str:
    """The printed size with its unit, or a dash."""
    if is_missing(row["estimate"]):
        return NO_VALUE
    if row["unit"] == "share of schools":
        return f"{percent(row['estimate'], ctx.lang, 1)}, {ctx.say(row['unit'])}"
    return f"{ctx.num(row['estimate'], _decimals(row['estimate']), sign=True)} {ctx.say(row['unit'])}"


def printed(ctx: Context, value: float) -> str:
    """A claimed figure with as many decimals as it needs."""
    return ctx.num(value, _decimals(value))


def rule_sentences(ctx: Context) -> list[str]:
    """Observed, expected and left, one sentence a rule; and what rules of other lengths would give."""
    said = []
    for _, part in ctx.table("selection_rule").groupby("id", sort=False):
        rows = {r["term"]: r for _, r in part.iterrows() if r["term"] != "expected_by_tests"}
        seen, left = rows["observed_difference"], rows["remainder"]
        other = part.loc[part["term"] == "expected_by_tests"]
        more = [
            ctx.t(
                "sel_said_tests",
                tests=listed([ctx.count(v) for v in other["tests"]], ctx.lang),
                expected=listed([ctx.num(v, 1) for v in other["estimate"]], ctx.lang),
            )
        ]
        first = ctx.t(
            "sel_said",
            name=ctx.level(seen["id"]),
            years=ctx.told(seen["years"]),
            outcome_year=ctx.year(seen["outcome_year"]),
            n=ctx.count(seen["n_chosen"]),
            observed=ctx.num(seen["estimate"], 1),
            ci=ctx.span(seen["ci_low"], seen["ci_high"], 1),
            expected=ctx.num(rows["expected_analytic"]["estimate"], 1),
            left=ctx.num(left["estimate"], 1),
            left_ci=ctx.span(left["ci_low"], left["ci_high"], 1),
        )
        said.append(" ".join([first, *(more if len(other) else [])]))
    return said


def noise_sentences(ctx: Context, pupils: int = 46) -> list[str]:
    """The three sources of variance of each analysis, and what they mean for a school of some size."""
    table = ctx.table("mean_noise")
    table = table.loc[(table["pupils"] == pupils) & (table["tests"] == 1)]
    return [
        ctx.t(
            "sel_noise_said",
            name=ctx.level(r["id"]),
            lasting=ctx.num(r["lasting_sd"], 1),
            year=ctx.num(r["school_year_sd"], 1),
            pupil=ctx.num(r["pupil_sd"], 1),
            pupils=ctx.count(r["pupils"]),
            reliability=ctx.num(r["reliability"]),
            change=ctx.num(r["sd_of_change"], 1),
        )
        for _, r in table.iterrows()
    ]


def rank_sentences(ctx: Context) -> list[str]:
    """How wide intervals of ranks are, one sentence an analysis."""
    table = ctx.table("rank_intervals")
    return [
        ctx.t(
            "sel_rank_said",
            name=ctx.level(r["id"]),
            year=ctx.year(r["year"]),
            width=percent(r["high"] - r["low"], ctx.lang),
            apart=percent(r["share_apart"], ctx.lang),
            n=ctx.count(r["n"]),
        )
        for _, r in table.loc[table["bin"] == 0].iterrows()
    ]


def check_sentences(ctx: Context, only: str = "") -> list[str]:
    """What each claim looks like without any effect; ``only`` one kind of check."""
    said = []
    table = ctx.table("claim_checks")
    for (_, claim), part in table.loc[table["check"].eq(only) | (not only)].groupby(
        ["id", "claim"], sort=False
    ):
        first = part.iloc[0]
        fields: dict[str, Any] = {
            "name": ctx.level(first["id"]),
            "claim": claim_name(ctx, claim),
            "claimed": ctx.num(first["claimed"], _decimals(first["claimed"])),
        }
        if first["check"] == "cohort":
            fields |= {"low": ctx.num(first["low"], 0), "high": ctx.num(first["high"], 0)}
            fields["chance"] = percent(first["chance"], ctx.lang)
        elif first["check"] == "sum":
            fields["expected"] = ctx.num(first["expected"], 0)
        else:
            places = 0 if first["check"] == "counts" else 1
            low, high = part["expected"].min(), part["expected"].max()
            fields |= {"low": ctx.num(low, places), "high": ctx.num(high, places), "n": ctx.count(first["n"])}
        said.append(ctx.t(f"check_said_{first['check']}", **fields))
    return said


def summary(ctx: Context) -> list[tuple[str, str]]:
    """The answers for the first page, each with the kind of number that carries it."""
    found = [("real", said) for said in rule_sentences(ctx)]
    claims = ctx.table("claims")
    checks = [("published", said) for said in check_sentences(ctx)]
    if len(claims) and not checks:
        checks = [("published", claims_sentence(ctx))]
    return [*checks, *found]


def told(ctx: Context, text: Any) -> str:
    """Words of a claim as typed in, in this context's language; its years are no counts."""
    if is_missing(text):
        return NO_VALUE
    return ctx.told(text) if ctx.lang == "en" else ctx.say(text)


def of_effects(ctx: Context) -> pd.DataFrame:
    """Claims of an effect; goals, figures that put a claim to the test and context are none."""
    table = ctx.table("claims")
    return table.loc[table["role"] == "effect"]


def how_safe(ctx: Context) -> dict[str, str]:
    """``n``, the number of claims of an effect, and ``safe``, those of them whose design compares like with like."""
    table = of_effects(ctx)
    return {"n": ctx.how_many(table), "safe": ctx.how_many(table.loc[table["quality"].isin(SAFE)])}


def claims_sentence(ctx: Context) -> str:
    """How many claims have a size, a standard error, a design that can carry an effect; and what else is listed."""
    table = of_effects(ctx)
    sized = table.loc[table["estimate"].notna()]
    said = ctx.t(
        "claims_said",
        sized=ctx.how_many(sized),
        with_se=ctx.how_many(sized.loc[sized["se"].notna()]),
        **how_safe(ctx),
    )
    every = ctx.table("claims")
    others = every.loc[every["role"] != "effect"]
    return f"{said} {ctx.t('claims_others', k=ctx.how_many(others))}" if len(others) else said


def _decimals(value: float) -> int:
    return next((d for d in range(3) if abs(value - round(value, d)) < 1e-9), 2)
