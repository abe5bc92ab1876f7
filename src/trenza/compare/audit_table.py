"""Audit of a published table of two groups: what each row shows, and what the rows show together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trenza.compare.audit_answers import answer_checks
from trenza.compare.audit_conclusions import conclusions
from trenza.compare.audit_ranges import Interval, p_range
from trenza.compare.audit_rows import (
    AS_PRINTED,
    OTHER,
    TEST_NAMES,
    Cell,
    Row,
    printed_checks,
    reach_of,
    rows_of,
)
from trenza.compare.audit_sizes import invert_sizes, reachable
from trenza.compare.contrast import Group, contrast, hedges_factor, holm, pooled_sd
from trenza.contracts.audit_tables import RULES, TESTS
from trenza.contracts.tables import CONTRACTS

SIGNS = ("first_minus_second", "second_minus_first", "unsigned")
CI_LEVEL = 0.95
MOST_T, MOST_DF = 100.0, 1_000_000  # limits of the noncentral t were tried up to here


@dataclass(frozen=True)
class TableAudit:
    """The tables of an audit, each with its contract: ``audit_findings``, ``audit_sizes`` and so on."""

    findings: pd.DataFrame
    sizes: pd.DataFrame
    size_rows: pd.DataFrame
    rounding: pd.DataFrame
    decisions: pd.DataFrame
    conclusions: pd.DataFrame


def audit_table(
    frame: pd.DataFrame,
    *,
    rule: str = "rounded",
    sign: str | None = None,
    test: str | None = None,
    alpha: float = 0.05,
    radius: int = 15,
) -> TableAudit:
    """Hold a published table of two groups against itself.

    ``frame`` keeps the contract ``audit_input``. ``rule``: how all its numbers are taken to be printed, rounded or
    truncated. ``sign``: which group t has first, one of ``SIGNS``; ``test``: welch or student; both are found from
    the table where not told, and ``conclusions`` says so. ``alpha``: level of the decisions; ``radius``: how far
    from the printed sizes others are tried.

    Checks at the printed sizes, and again at the only pair of sizes that gives all rows, where there is one and it
    is another. Raises ``ValueError`` for another word or number in a setting.
    """
    for value, allowed in ((rule, RULES), (sign, (None, *SIGNS)), (test, (None, *TESTS))):
        if value not in allowed:
            raise ValueError(f"{value!r}; allowed: {allowed}")
    if not 0.0 < alpha < 1.0 or radius < 1:
        raise ValueError("alpha between 0 and 1, radius from 1")
    bare = rows_of(frame)
    turned, sign_rows = _turned(bare, rule, sign, test)
    sizes, size_rows = invert_sizes(turned, radius)
    found = _found_sizes(sizes, rule)
    findings: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    family = _corrected(turned)
    for row in turned:
        ids = {"row": row.row, "outcome": row.outcome}
        for name, n in _sizes_of(row, found):
            place = ids | {"sizes": name, "n1": n[0], "n2": n[1]}
            checks = list(printed_checks(row, n, rule))
            if sum(c["verdict"] == "consistent" and c["check"] in ("df", "t") for c in checks) == 2:
                checks.append(_df_and_t(row, n, rule))
            findings += [
                place | {"group": "both"} | check
                for check in checks
                if name == "printed" or check["check"] != "p_from_t_df"  # sizes play no part in it
            ]
            findings += [place | check for check in answer_checks(row, n, rule)]
            decisions.append(place | _decision(row, n, rule, alpha) | family[row.row])
    rounding = _rounding(turned, rule)
    tables = {
        "audit_findings": findings,
        "audit_rounding": rounding,
        "audit_decisions": decisions,
    }
    checked = {
        name: CONTRACTS[name].check(pd.DataFrame(rows, columns=CONTRACTS[name].names))
        for name, rows in tables.items()
    }
    said = conclusions(
        turned,
        sign=sign_rows | {"declared": sign is not None},
        test_declared=test is not None,
        sizes=sizes,
        size_rows=size_rows,
        rounding=checked["audit_rounding"],
        decisions=checked["audit_decisions"],
        rule=rule,
        alpha=alpha,
    )
    return TableAudit(
        checked["audit_findings"],
        sizes,
        size_rows,
        checked["audit_rounding"],
        checked["audit_decisions"],
        said,
    )


def _turned(
    rows: Sequence[Row], rule: str, sign: str | None, test: str | None
) -> tuple[list[Row], dict[str, Any]]:
    """Rows with t as group 1 minus group 2 and their test, and in how many rows each sign gives t.

    Found is the sign that gives t in most rows, then the one that gives df and t together in most, then the first.
    """
    signed = any(row.t is not None and row.t.value < 0 for row in rows)
    tried = [sign] if sign is not None else [s for s in SIGNS if not (signed and s == "unsigned")]
    choices = {s: [_with_test(_with_sign(row, s), rule, test) for row in rows] for s in tried}
    reached: dict[str, tuple[int, int]] = {}
    for name, turned in choices.items():
        asked = [(row, row.t.interval(rule)) for row in turned if row.t is not None]
        alone = sum(t.meets(reach_of(row, row.n, rule).t) for row, t in asked)
        reached[name] = (alone, sum(bool(reachable(row, *row.n, rule)) for row, _ in asked))
    chosen = max(tried, key=lambda name: reached[name])
    with_t = sum(row.t is not None for row in rows)
    return choices[chosen], {"chosen": chosen, "reached": reached, "rows": with_t}


def _with_sign(row: Row, sign: str) -> Row:
    if row.t is None or sign == "first_minus_second":
        return row
    value = -row.t.value if sign == "second_minus_first" else row.t.value
    if sign == "unsigned":
        value = math.copysign(row.t.value, row.mean[0].value - row.mean[1].value)
    return replace(row, t=Cell(value + 0.0, row.t.decimals))


def _with_test(row: Row, rule: str, test: str | None) -> Row:
    """The row with its test: the declared one, or Welch's where df has decimals other than 0 (Student's is
    n1 + n2 - 2), or the one of the two that agrees with more of the printed df, t and p; Student's in a draw.
    """
    if test is None and row.df is not None and row.df.value != round(row.df.value):
        test = "welch"
    if test is not None:
        return replace(row, test=test)

    def agreeing(candidate: Row) -> int:
        checks = printed_checks(candidate, candidate.n, rule)
        return sum(check["verdict"] == "consistent" for check in checks)

    return max((replace(row, test=name) for name in ("student", "welch")), key=agreeing)


def _found_sizes(sizes: pd.DataFrame, rule: str) -> dict[tuple[int, int], tuple[int, int]]:
    """Printed sizes -> the only pair that gives all rows of the block, where it is another than the printed one.

    A single row says too little about its sizes: two rows at least have to meet in the pair.
    """
    found = {}
    full = sizes[(sizes["rule"] == rule) & (sizes["rows_reached"] == sizes["rows"]) & (sizes["rows"] > 1)]
    for printed, block in full.groupby(["printed_n1", "printed_n2"]):
        if len(block) == 1 and not block["is_printed"].iloc[0]:
            n = (int(block["n1"].iloc[0]), int(block["n2"].iloc[0]))
            found[(int(printed[0]), int(printed[1]))] = n
    return found


def _sizes_of(
    row: Row, found: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[str, tuple[int, int]]]:
    yield "printed", row.n
    if row.n in found:
        yield "found", found[row.n]


def _df_and_t(row: Row, n: tuple[int, int], rule: str) -> dict[str, Any]:
    """Whether one pair of SDs gives both df and t, which each by itself agree."""
    verdict, reading = "consistent", "the same SDs give df and t"
    if not bool(reachable(row, n[0], n[1], rule)):
        verdict, reading = "inconsistent", f"no SDs so printed give both df and t with n {n[0]} and {n[1]}"
        other = RULES[1 - RULES.index(rule)]
        if bool(reachable(row, n[0], n[1], other)):
            verdict, reading = "conditional", f"agrees only if means, SDs, t and df were {OTHER[rule]}"
    blank = dict.fromkeys(("printed", "recomputed", "reach_low", "reach_high"), math.nan)
    assumes = f"{TEST_NAMES[row.test]} on independent units; {AS_PRINTED[rule]}"
    return {"check": "df_and_t", "verdict": verdict, "reading": reading, "assumes": assumes} | blank


def _rounding(rows: Sequence[Row], rule: str) -> list[dict[str, Any]]:
    """In how many rows p follows from t and df, with either rule for t and for p; df under ``rule``."""
    asked = [(row.t, row.df, row.p) for row in rows if row.t and row.df and row.p and row.p.relation == "="]
    found = []
    for t_rule in RULES:
        for p_rule in RULES:
            reached = sum(
                p.interval(p_rule).meets(p_range(t.interval(t_rule), df.interval(rule))) for t, df, p in asked
            )
            found.append(
                {"t_rule": t_rule, "p_rule": p_rule, "rows": len(asked), "rows_reached": int(reached)}
            )
    return found


def _corrected(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Row -> its printed p after Holm (1979) and Benjamini and Hochberg (1995) over all rows; a bound as it stands."""
    asked = [(row.row, row.p.value) for row in rows if row.p is not None]
    blank = {row.row: {"p_holm": math.nan, "p_bh": math.nan} for row in rows}
    if not asked:
        return blank
    p = np.array([value for _, value in asked])
    order = np.argsort(-p, kind="stable")
    steps = p[order] * len(p) / np.arange(len(p), 0, -1)
    stepped = np.empty(len(p))
    stepped[order] = np.minimum(np.minimum.accumulate(steps), 1.0)
    return blank | {
        row: {"p_holm": step_down, "p_bh": float(step_up)}
        for (row, _), step_down, step_up in zip(asked, holm(list(p)), stepped, strict=True)
    }


def _decision(row: Row, n: tuple[int, int], rule: str, alpha: float) -> dict[str, Any]:
    """The printed p and the recomputed ones against ``alpha``, and the effect size at sizes ``n``."""
    allowed = reach_of(row, n, rule).p
    from_t = None
    if row.t is not None and row.df is not None:
        df = row.df.interval(rule)
        ends = [p_range(row.t.interval(r), df) for r in RULES]
        from_t = Interval(min(e.low for e in ends), max(e.high for e in ends))
    return {
        "alpha": alpha,
        "p_printed": math.nan if row.p is None else row.p.value,
        "p_low": math.nan if from_t is None else from_t.low,
        "p_high": math.nan if from_t is None else from_t.high,
        "p_reach_low": allowed.low,
        "p_reach_high": allowed.high,
        "decision": _side(row.p, from_t or allowed, rule, alpha),
    } | _effect(*row.groups(n))


def _effect(first: Group, second: Group) -> dict[str, float]:
    """Hedges g with its interval; without one where Student's t or the df is beyond what the noncentral t is sure of."""
    size, df = (first.mean - second.mean) / pooled_sd(first, second), first.n + second.n - 2
    blank = {"effect_ci_low": math.nan, "effect_ci_high": math.nan}
    if abs(size) / math.sqrt(1 / first.n + 1 / second.n) > MOST_T or df > MOST_DF:
        return {"effect": hedges_factor(df) * size} | blank
    found = contrast(first, second, ci_level=CI_LEVEL, sesoi_sd=None)
    return {
        "effect": found.effect,
        "effect_ci_low": found.effect_ci_low,
        "effect_ci_high": found.effect_ci_high,
    }


def _side(p: Cell | None, recomputed: Interval, rule: str, alpha: float) -> str | None:
    """Whether printed and recomputed p are on one side of ``alpha``; open where either may lie on both."""
    if p is None:
        return None
    if p.relation == "=":
        shown = p.interval(rule)
        sides = {shown.low < alpha, shown.high < alpha}
    else:
        sides = (
            {True}
            if p.relation == "<" and p.value <= alpha
            else {False}
            if p.relation == ">" and p.value >= alpha
            else set()
        )
    sides_recomputed = {recomputed.low < alpha, recomputed.high < alpha}
    if len(sides) != 1 or len(sides_recomputed) != 1:
        return "open"
    return "same" if sides == sides_recomputed else "differs"
