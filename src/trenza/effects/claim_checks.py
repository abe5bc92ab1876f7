"""Published claims held against what would have happened anyway: noise of a cohort, of a rule, of a count; sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.adapters import (
    binomial_at_least,
    binomial_quantiles,
    normal_quantile,
    normal_quantiles,
    normal_two_sided,
)
from trenza.effects.rule_tables import RuleResult
from trenza.effects.score_noise import Noise
from trenza.effects.selection_rule import rising_by_luck

Row = dict[str, Any]
_RULE = (
    "what the rule alone gives a group chosen by this many tests, on the years at hand"
    "; not the years of the claim, and programmes of these years are in the scores"
)
_COHORT = "change between two tests of a cohort of this size whose school did not move: no change, SD by the variances of school means"
_SEEN = (
    "observed changes, minus the mean change, of schools at hand that tested nearly as many pupils in both years"
    "; with no programme known of"
)
_SUM = "what the two claims leave for the years between them, by subtraction"
_COUNTS = (
    "schools that rise by luck alone, binomial; first scores normal, places of schools independent"
    "; the band that counts as equal is set so that any school would stay in it as often as was reported"
)
# Pupils tested that count as nearly as many.
_NEAR = 0.25


def check_claims(
    entry: Mapping[str, Any],
    claims: pd.DataFrame,
    counts: pd.DataFrame | None,
    rules: Mapping[str, RuleResult],
    *,
    study: str,
    ci_level: float,
) -> list[Row]:
    """Rows of contract ``claim_checks`` without study, for one entry of ``claim_checks`` in study.yaml.

    ``claims``: the published claims (contract ``claims``); ``counts``: published counts, for ``check: counts``; ``rules``: results by id of
    ``selection_rules``. Raises ``InputFaults`` for claims, counts or rules that are not there.
    """
    place, name = f"study {study}", f"claim_checks.{entry['id']}"
    known = claims.set_index("claim") if len(claims) else claims
    faults = [
        Fault(place, name, "claims", f"'{c}'", "a claim of the published sources, with a size")
        for c in entry["claims"]
        if c not in known.index or pd.isna(known.loc[c, "estimate"])
    ]
    if "rule" in entry and entry["rule"] not in rules:
        faults.append(Fault(place, name, "rule", f"'{entry['rule']}'", "an id of selection_rules"))
    if faults:
        raise InputFaults(faults)
    sizes = {c: float(known.loc[c, "estimate"]) for c in entry["claims"]}
    rows: list[Row]
    if entry["check"] == "rule":
        rows = _rule(entry, sizes, rules[entry["rule"]], ci_level)
    elif entry["check"] == "cohort":
        rows = _cohort(entry, sizes, rules[entry["rule"]], ci_level)
    elif entry["check"] == "sum":
        rows = _sum(entry, sizes, place, name)
    else:
        rows = _counts(entry, counts, ci_level, place, name)
    return [{"id": entry["id"], "source": "published", **r} for r in rows]


def _rule(
    entry: Mapping[str, Any], sizes: Mapping[str, float], found: RuleResult, ci_level: float
) -> list[Row]:
    """The claimed size beside what the rule gives with each number of tests; limits from the drawn panels."""
    tail = (1.0 - ci_level) / 2.0
    low, high = np.quantile(found.drawn.differences, [tail, 1.0 - tail])
    own = found.panel.score.shape[1]
    return [
        {
            "claim": claim,
            "check": "rule",
            "scenario": f"{k} tests below the mean",
            "claimed": size,
            "expected": expected.difference,
            "low": float(low) if k == own else None,
            "high": float(high) if k == own else None,
            "ci_level": ci_level if k == own else None,
            "n": int(found.panel.chosen.sum()) if k == own else None,
            "method": _RULE,
        }
        for claim, size in sizes.items()
        for k, expected in found.by_tests.items()
    ]


def _cohort(
    entry: Mapping[str, Any], sizes: Mapping[str, float], found: RuleResult, ci_level: float
) -> list[Row]:
    pupils, panel = float(entry["pupils"]), found.panel
    sd = float(found.noise.sd_of_change(pupils))
    half = sd * normal_quantile(0.5 + ci_level / 2.0)
    before, after = panel.pupils[:, -1], panel.pupils_later
    near = (np.abs(before / pupils - 1.0) <= _NEAR) & (np.abs(after / pupils - 1.0) <= _NEAR)
    change = panel.later - panel.own[:, -1]
    seen = change[near] - change[near].mean()
    tail = (1.0 - ci_level) / 2.0
    low, high = np.quantile(seen, [tail, 1.0 - tail])
    rows: list[Row] = []
    for claim, size in sizes.items():
        shared: Row = {"claim": claim, "claimed": size, "expected": 0.0, "ci_level": ci_level}
        said = f"{int(pupils)} pupils tested"
        rows += [
            shared
            | {
                "check": "cohort",
                "scenario": said,
                "low": -half,
                "high": half,
                "chance": normal_two_sided(size / sd),
                "n": int(pupils),
                "method": _COHORT,
            },
            shared
            | {
                "check": "cohort_seen",
                "scenario": said,
                "low": float(low),
                "high": float(high),
                "chance": float((np.abs(seen) >= abs(size)).mean()),
                "n": int(near.sum()),
                "method": _SEEN,
            },
        ]
    return rows


def _sum(entry: Mapping[str, Any], sizes: Mapping[str, float], place: str, name: str) -> list[Row]:
    if len(sizes) != 2:
        raise InputFaults(
            [Fault(place, name, "claims", f"{len(sizes)} claims", "two: the whole and its later part")]
        )
    (whole, total), (part, later) = sizes.items()
    return [
        {
            "claim": f"{whole}+{part}",
            "check": "sum",
            "scenario": "",
            "claimed": total,
            "expected": total - later,
            "method": _SUM,
        }
    ]


def _counts(
    entry: Mapping[str, Any], counts: pd.DataFrame | None, ci_level: float, place: str, name: str
) -> list[Row]:
    wanted = [entry[k] for k in ("rose", "equal", "fell") if k in entry]
    held = (
        {} if counts is None else {str(r): int(n) for r, n in zip(counts["role"], counts["n"], strict=True)}
    )
    missing = [w for w in wanted if w not in held]
    if missing or len(wanted) != 3:
        allowed = f"roles of the published counts: {', '.join(held) or 'none'}, as rose, equal and fell"
        raise InputFaults([Fault(place, name, "rose, equal, fell", ", ".join(missing) or "not all", allowed)])
    rose, equal, fell = (held[w] for w in wanted)
    n, claim = rose + equal + fell, next(iter(entry["claims"]))
    rows: list[Row] = []
    for reliability in entry["reliabilities"]:
        noise = Noise(lasting=reliability, school_year=1.0 - reliability, pupil=0.0)
        # change of any school: SD sqrt(2 v); the band holds the reported share of schools
        band = float(normal_quantiles(np.array([0.5 + equal / n / 2.0]))[0] * noise.sd_of_change(1.0))
        for bottom in entry["chosen_from"]:
            up, _, _ = rising_by_luck(noise, 1.0, band, bottom if bottom < 1.0 else None)
            tail = (1.0 - ci_level) / 2.0
            low, high = binomial_quantiles((tail, 1.0 - tail), n, up)
            which = "any school" if bottom >= 1.0 else f"from the lowest {100 * bottom:g}% of scores"
            rows.append(
                {
                    "claim": claim,
                    "check": "counts",
                    "scenario": f"{which}, reliability {reliability:g}",
                    "claimed": float(rose),
                    "expected": up * n,
                    "low": float(low),
                    "high": float(high),
                    "ci_level": ci_level,
                    "chance": binomial_at_least(rose, n, up),
                    "n": n,
                    "method": _COUNTS,
                }
            )
    return rows
