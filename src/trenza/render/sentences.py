"""Findings in plain sentences. What the data leave open is said to be open, never to be nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.render import rows
from trenza.render.estimates import reversion_kind
from trenza.render.language import has_text, is_missing, listed, p_phrase, percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

Row = Any


def amount(ctx: Context, value: float, outcome: str) -> str:
    """A difference without its sign, in the outcome's own unit."""
    return f"{ctx.num(abs(value))} {difference_unit(ctx, outcome)}".strip()


def unit_key(ctx: Context, outcome: str) -> str:
    """The unit of items.csv as part of a text key."""
    found = ctx.items.loc[ctx.items["item"] == outcome, "unit"]
    return str(found.iloc[0]).replace("%", "percent").replace(" ", "_") if len(found) else ""


def verdict(row: Mapping[str, Any] | pd.Series) -> str:
    """equivalent, higher, lower or open: what the interval and the equivalence test allow to say.

    ``equivalent`` needs p_equivalence below 1 - ci_level; an interval that holds zero is ``open``,
    whatever its p value.
    """
    p: Any = row.get("p_equivalence")
    if not is_missing(p) and float(p) < 1 - float(row["ci_level"]):
        return "equivalent"
    low, high = row["ci_low"], row["ci_high"]
    if is_missing(low) or is_missing(high) or float(low) <= 0 <= float(high):
        return "open"
    return "higher" if float(low) > 0 else "lower"


def comparison(ctx: Context, row: pd.Series) -> str:
    """One comparison in two or three sentences: who is higher, by how much, and what that allows to say."""
    estimate = row["estimate"]
    direction = "same" if ctx.num(abs(estimate)) == ctx.num(0) else "higher" if estimate > 0 else "lower"
    level = percent(row["ci_level"], ctx.lang)
    facts = [ctx.t("fact_interval", level=level, interval=ctx.span(row["ci_low"], row["ci_high"]))]
    if not is_missing(row["effect"]):
        facts.append(
            ctx.t(
                "fact_effect",
                effect=ctx.num(row["effect"]),
                interval=ctx.span(row["effect_ci_low"], row["effect_ci_high"]),
            )
        )
    facts.append(ctx.t("fact_n", n=ctx.count(row["n"])))
    if not is_missing(row["clusters"]):
        facts.append(ctx.t("fact_clusters", clusters=ctx.count(row["clusters"]), name=ctx.clusters()))
    if not is_missing(row["p_value"]):
        facts.append(p_phrase(row["p_value"], ctx.lang))
    first = ctx.t(
        f"compare_{direction}", outcome=ctx.item(row["outcome"]), participants=ctx.group(ctx.participants),
        control=ctx.group(ctx.control), amount=amount(ctx, estimate, str(row["outcome"])), facts="; ".join(facts),
    )  # fmt: skip
    return " ".join([first, *conclusion(ctx, row)])


def conclusion(ctx: Context, row: pd.Series) -> list[str]:
    """What follows from one comparison, in words that do not claim more than the interval."""
    found = verdict(row)
    sesoi = row.get("sesoi")
    if found == "equivalent":
        return [ctx.t("verdict_equivalent", sesoi=ctx.num(sesoi), p=p_phrase(row["p_equivalence"], ctx.lang))]
    if found == "open":
        low, high = (
            float("nan") if is_missing(row[c]) else row[c] for c in ("effect_ci_low", "effect_ci_high")
        )
        if not low < 0 < high:
            return [ctx.t("verdict_open_plain")]
        return [ctx.t("verdict_open", low=ctx.num(abs(low)), high=ctx.num(abs(high)), participants=ctx.group(ctx.participants),
                      control=ctx.group(ctx.control))]  # fmt: skip
    said = [
        ctx.t(
            f"verdict_before_{found}" if row["outcome"] in rows.baselines(ctx.study) else f"verdict_{found}"
        )
    ]
    if not is_missing(sesoi) and not is_missing(row["effect_ci_low"]):
        near = min(abs(float(row["effect_ci_low"])), abs(float(row["effect_ci_high"])))
        if near < float(sesoi):
            said.append(ctx.t("verdict_maybe_small", sesoi=ctx.num(sesoi)))
    holm = row.get("p_holm")
    if not is_missing(holm) and float(holm) >= 1 - float(row["ci_level"]):
        said.append(ctx.t("verdict_not_after_holm", p=p_phrase(holm, ctx.lang)))
    return said


def overview(ctx: Context, frame: pd.DataFrame) -> str:
    """How many outcomes of a comparison say what, each named."""
    groups: dict[str, list[pd.Series]] = {}
    for _, row in frame.iterrows():
        groups.setdefault(verdict(row), []).append(row)
    said = []
    for name in ("higher", "lower", "equivalent", "open"):
        if name in groups:
            key = f"overview_{name}" + ("_one" if len(groups[name]) == 1 else "")
            said.append(ctx.t(key, n=ctx.how_many(groups[name]), outcomes=listed([ctx.item(r["outcome"]) for r in groups[name]], ctx.lang),
                              participants=ctx.group(ctx.participants), control=ctx.group(ctx.control)))  # fmt: skip
    return " ".join(said)


def holm_overview(ctx: Context, frame: pd.DataFrame) -> str:
    """Whether what stands out alone still stands out among all outcomes of the comparison."""
    table = frame.loc[frame["p_holm"].notna()]
    alone = table.loc[[verdict(r) in ("higher", "lower") for _, r in table.iterrows()]]
    if not len(alone) or len(table) < 2:
        return ""
    lost = alone.loc[alone["p_holm"] >= 1 - alone["ci_level"]]
    if len(lost) == len(alone):
        return ctx.t("holm_none_left", k=ctx.how_many(table))
    if not len(lost):
        return ctx.t("holm_all_left", k=ctx.how_many(table))
    return ctx.t(
        "holm_some_left",
        k=ctx.how_many(table),
        lost=listed([ctx.item(o) for o in lost["outcome"]], ctx.lang),
    )


def not_an_effect(ctx: Context, frame: pd.DataFrame) -> str:
    """A warning where participants were chosen by a score and the outcome was measured afterwards."""
    by_score = any(ctx.study.get(k) for k in ("discontinuities", "regression_to_the_mean"))
    after = not set(frame["outcome"]) <= rows.baselines(ctx.study)
    return ctx.t("comparison_not_effect") if by_score and after else ""


def difference_unit(ctx: Context, outcome: str) -> str:
    """The unit in which a difference of an outcome is told: points, or percentage points for shares."""
    key = f"difference_{unit_key(ctx, outcome)}"
    return ctx.t(key) if has_text(ctx.lang, key) else ctx.unit(outcome)


def reversion(ctx: Context, table: pd.DataFrame) -> list[str]:
    """Observed, expected and remaining difference of each gain, in one sentence an analysis."""
    said = []
    for identifier in rows.in_order(table, "id"):
        part = table.loc[(table["id"] == identifier) & table["estimate"].notna()]
        parts = []
        for _, r in part.iterrows():
            kind = reversion_kind(str(r["term"]))
            parts.append(
                ctx.t(
                    f"reversion_{kind}",
                    estimate=ctx.num(r["estimate"]),
                    interval=ctx.span(r["ci_low"], r["ci_high"]),
                )
            )
        if parts:
            outcome = str(part.iloc[0]["outcome"])
            said.append(
                ctx.t(
                    "reversion_sentence",
                    outcome=ctx.item(outcome),
                    unit=difference_unit(ctx, outcome),
                    parts="; ".join(parts),
                )
            )
    return said
