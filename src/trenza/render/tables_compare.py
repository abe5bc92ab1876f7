"""Columns of the tables about two groups and of the audit of a published table, as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trenza.render import comparison
from trenza.render.audit_words import DECIMALS, reach, words
from trenza.render.cells import Shown, count_cell, number_cell, p_cell, said_cell, source_cell, span_cell
from trenza.render.figures_compare_balance import variable
from trenza.render.language import NO_VALUE, is_missing, percent
from trenza.render.traced import marked, worked

if TYPE_CHECKING:
    from trenza.render.context import Context

Row = Any
LARGE = 1000.0  # a Bayes factor above it, or below one over it, is told as such


def _estimate(c: Context, r: Row) -> str:
    if is_missing(r["p_value"]) and is_missing(r["estimate"]):
        return c.t("cmp_not_computed")
    return span_cell("estimate", "ci_low", "ci_high")(c, r)


def _units(c: Context, r: Row) -> str:
    """Units, and in brackets the clusters they sit in."""
    n = c.count(r["n"])
    return n if is_missing(r["clusters"]) else f"{n} ({c.count(r['clusters'])})"


def _icc(c: Context, r: Row) -> str:
    """An intraclass correlation, and whether it is estimated or assumed."""
    if is_missing(r["icc"]):
        return NO_VALUE
    return c.t("cmp_icc_estimated" if bool(r["icc_estimated"]) else "cmp_icc_assumed", icc=c.num(r["icc"]))


def _effect(c: Context, r: Row) -> str:
    """An effect in its own unit: odds are told as a ratio, a Bayes factor without limits."""
    kind = str(r["effect_kind"])
    if is_missing(r["effect"]):
        return comparison.why_not(c, r) or NO_VALUE
    if kind == "log_odds_ratio":
        value, low, high = (_ratio(r[k]) for k in ("effect", "effect_ci_low", "effect_ci_high"))
        return c.num(value) if is_missing(low) else f"{c.num(value)} {c.span(low, high)}"
    if kind == "bayes_factor_10":
        value = r["effect"]
        if value > LARGE:
            return marked(f"> {c.num(LARGE, 0)}", value)
        return (
            marked(f"< {c.num(1 / LARGE, 3)}", value)
            if value < 1 / LARGE
            else c.num(value, 2 if value >= 0.1 else 3)
        )
    return span_cell("effect", "effect_ci_low", "effect_ci_high")(c, r)


def _ratio(value: Any) -> Any:
    """A log odds ratio as a ratio; beyond what a number can hold it is endless."""
    if is_missing(value):
        return math.nan
    return worked("exponential", [value], math.exp(value) if value < 700 else math.inf)


def _mean(who: str) -> Any:
    """Mean and SD of a number, or the share of a level."""

    def cell(c: Context, r: Row) -> str:
        if bool(r["suppressed"]):
            return c.t("suppressed")
        value = r[f"mean_{who}"]
        if not is_missing(r["level"]):
            return percent(value, c.lang, 1)
        return c.num(value) if is_missing(r[f"sd_{who}"]) else f"{c.num(value)} ({c.num(r[f'sd_{who}'])})"

    return cell


def _present(who: str) -> Any:
    """Values present and missing."""

    def cell(c: Context, r: Row) -> str:
        if bool(r["suppressed"]) or is_missing(r[f"n_{who}"]):
            return c.t("suppressed") if bool(r["suppressed"]) else NO_VALUE
        missing = r[f"missing_{who}"]
        n = c.count(r[f"n_{who}"])
        return (
            n if is_missing(missing) or not missing else c.t("cmp_n_missing", n=n, missing=c.count(missing))
        )

    return cell


def _band(c: Context, r: Row) -> str:
    return (c.say(r["note"]) or NO_VALUE) if is_missing(r["band"]) else c.t(f"cmp_band_{r['band']}")


def _p_reach(c: Context, r: Row) -> str:
    ends = [p_cell(k)(c, r) for k in ("p_low", "p_high")]
    return ends[0] if ends[0] == ends[1] else c.t("cmp_from_to", low=ends[0], high=ends[1])


KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
OUTCOME = Shown("col_outcome", lambda c, r: c.item(r["outcome"]))
METHOD = Shown("col_inference", lambda c, r: comparison.name(c, r["method"]))
UNITS = Shown("col_units_clusters", _units, True)
ESTIMATE = Shown("col_estimate", _estimate, True)
EFFECT = Shown("col_effect", span_cell("effect", "effect_ci_low", "effect_ci_high"), True)
DF = Shown("col_df", number_cell("df", 1), True)
P = Shown("col_p", p_cell("p_value"), True)
AUDIT_N = Shown("col_n1_n2", lambda c, r: f"{c.count(r['n1'])}, {c.count(r['n2'])}", True)

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "verdicts": (
        OUTCOME, KIND, METHOD, UNITS, ESTIMATE, EFFECT, DF, P, Shown("col_p_holm", p_cell("p_holm"), True),
        Shown("col_p_equivalence", p_cell("p_equivalence"), True), Shown("col_mdes", number_cell("mdes_sd"), True),
    ),
    "corrections": (
        OUTCOME, KIND, METHOD, P, Shown("col_p_holm", p_cell("p_holm"), True), Shown("col_p_bh", p_cell("p_bh"), True),
        Shown("col_family", count_cell("family"), True),
    ),
    "inferences": (
        OUTCOME, KIND, Shown("col_standing", lambda c, r: c.t(f"standing_{r['role']}")), METHOD, UNITS, ESTIMATE, EFFECT, DF, P,
    ),
    "effect_sizes": (
        OUTCOME, KIND, Shown("col_effect_kind", lambda c, r: c.t(f"effect_{r['effect_kind']}")), Shown("col_units_clusters", _units, True),
        Shown("col_value_ci", _effect, True), P,
    ),
    "detectable": (
        OUTCOME, KIND, Shown("col_icc", _icc, True), Shown("col_mdes", number_cell("mdes_sd"), True),
        Shown("col_mdes_unit", number_cell("mdes"), True), Shown("col_mdes_other", number_cell("mdes_other_sd"), True),
    ),
    "baseline": (
        Shown("col_source_id", source_cell), KIND, Shown("col_variable", variable), Shown("col_n_participants", _present("participants"), True),
        Shown("col_n_control", _present("control"), True), Shown("col_mean_participants", _mean("participants"), True),
        Shown("col_mean_control", _mean("control"), True), Shown("col_difference_sd", number_cell("difference_sd"), True),
        Shown("col_band", _band),
    ),
    "audit_findings": (
        OUTCOME, AUDIT_N, Shown("col_check", lambda c, r: words(c.lang, f"check_{r['check']}")),
        Shown("col_group", lambda c, r: audit_group(c, r["group"])), Shown("col_printed", number_cell("printed", DECIMALS), True),
        Shown("col_reach", lambda c, r: reach(r, c.lang) or NO_VALUE, True),
        Shown("col_verdict", lambda c, r: words(c.lang, f"verdict_{r['verdict']}")), Shown("col_reading", said_cell("reading")),
    ),
    "audit_decisions": (
        OUTCOME, AUDIT_N, Shown("col_p_printed", p_cell("p_printed"), True), Shown("col_p_from", _p_reach, True),
        Shown("col_decision", lambda c, r: NO_VALUE if is_missing(r["decision"]) else words(c.lang, f"decision_{r['decision']}")),
        Shown("col_p_holm", p_cell("p_holm"), True), Shown("col_p_bh", p_cell("p_bh"), True), EFFECT,
    ),
    "audit_conclusions": (
        Shown("col_topic", lambda c, r: words(c.lang, f"topic_{r['topic']}")), Shown("col_reading", said_cell("reading")),
        Shown("col_assumes", said_cell("assumes")),
    ),
}  # fmt: skip


def audit_group(c: Context, group: Any) -> str:
    """Group 1 and 2 of the audited table by the study's words: participants come first."""
    return {"1": c.level(c.participants), "2": c.level(c.control)}.get(str(group), c.t("cmp_both_groups"))
