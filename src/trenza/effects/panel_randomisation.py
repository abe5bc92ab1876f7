"""Randomisation inference: treatment years change hands between clusters, and the estimate is computed anew.

Exact for the hypothesis that the programme changed nothing in any school, if any assignment of the same years to the
clusters was as likely as the one that happened. The statistic is the overall group-time effect over its standard error
(studentised after Chung & Romano 2013, Ann. Stat. 41, 484-507), so that it also holds up where effects vary; the plain estimate where
a cohort is a single cluster, which has no standard error.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_sums import (
    ChangeSums,
    cell_effects,
    change_sums,
    cohort_masses,
    effect_cells,
    event_time,
)
from trenza.effects.panel_two_way import treated_counts

METHOD = "randomisation inference: treatment years change hands between whole clusters, {statistic} group-time effect"
_ASSUMES = (
    "assumes that any cluster could have started in any of these years; tests that no school was affected"
)
_TIE = 1e-9


@dataclass(frozen=True)
class Reassigned:
    """p value and how it came about; ``moving`` is the number of clusters that change hands."""

    p_value: float
    statistic: str
    assignments: int
    exact: bool
    moving: int


def randomisation(used: pd.DataFrame, pool: str, *, draws: int, seed: int) -> Reassigned | None:
    """Two-sided p of the overall effect; None where clusters hold several starts, or nothing can be reassigned.

    All distinct assignments are enumerated where they are no more than ``draws`` + 1; else p = (1 + count) / (1 + draws).
    """
    sums = change_sums(used)
    if len(np.unique(sums.cluster)) < len(sums.cluster):
        return None
    order = np.argsort(sums.cluster)
    starts = sums.cohort[order]
    many = _assignments(starts)
    if many < 2:
        return None
    exact = many <= draws + 1
    counts = Counter(int(g) for g in starts)
    studentise = all(n > 1 for n in counts.values())
    seen = _statistic(sums, sums.cohort, pool, studentise)
    if not np.isfinite(seen):
        return None
    larger, total = 0, 0
    random = np.random.default_rng(seed)
    drawn = _every(counts) if exact else (random.permutation(starts) for _ in range(draws))
    for assignment in drawn:
        value = _statistic(sums, np.asarray(assignment), pool, studentise)
        total += 1
        # what cannot be told counts as larger
        larger += not abs(value) < abs(seen) * (1.0 - _TIE)
    p = larger / total if exact else (1 + larger) / (1 + total)
    return Reassigned(p, "studentised" if studentise else "plain", total, exact, len(starts))


def _assignments(starts: np.ndarray) -> int:
    many = math.factorial(len(starts))
    for n in Counter(int(g) for g in starts).values():
        many //= math.factorial(n)
    return many


def _every(counts: Counter[int]) -> itertools.chain[np.ndarray]:
    """All distinct orders of the years in ``counts``, as arrays."""

    def build(left: dict[int, int], size: int) -> list[list[int]]:
        if size == 0:
            return [[]]
        out = []
        for value in sorted(v for v, n in left.items() if n):
            rest = {**left, value: left[value] - 1}
            out += [[value, *tail] for tail in build(rest, size - 1)]
        return out

    return itertools.chain(np.array(a) for a in build(dict(counts), sum(counts.values())))


def _statistic(sums: ChangeSums, cohorts: np.ndarray, pool: str, studentise: bool) -> float:
    cells = [c for c in effect_cells(sums, cohorts, pool) if event_time(sums.years, c.cohort, c.year) >= 0]
    if not cells:
        return float("nan")
    found = cell_effects(sums, cohorts, pool, cells)
    mass = cohort_masses(sums, cohorts)
    weights = np.array([mass[c.cohort] for c in cells])
    weights = weights / weights.sum()
    estimate = float(weights @ found.effect)
    if not studentise:
        return estimate
    influence = weights @ found.influence
    variance = 0.0
    for start in np.unique(cohorts):
        part = influence[cohorts == start]
        variance += float(part @ part) * len(part) / (len(part) - 1)
    return estimate / variance**0.5 if variance > 0.0 else float("inf") if estimate else 0.0


def randomisation_rows(
    design: PanelDesign, used: pd.DataFrame, *, estimate: float | None, ci_level: float, draws: int, seed: int
) -> list[Row]:
    """One tidy row with p only, beside the overall group-time effect ``estimate``; empty where it does not apply."""
    found = randomisation(used, design.pool, draws=draws, seed=seed)
    if found is None:
        return []
    row = told(design, "group_time", "overall_randomisation", estimate, None, None, ci_level)
    how = (
        f"all {found.assignments} assignments"
        if found.exact
        else f"{found.assignments} assignments drawn, seed {seed}"
    )
    return [
        row
        | treated_counts(used)
        | {
            "role": "beside",
            "aggregation": "other",
            "p_value": found.p_value,
            "clusters": found.moving,
            "method": METHOD.format(statistic=found.statistic),
            "note": f"{_ASSUMES}; {how}",
        }
    ]
