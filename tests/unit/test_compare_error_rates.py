"""A short version of benchmarks/type_one_error.py: what the designs call for holds its size, what ignores them fails."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trenza.compare import cluster_tests as tests
from trenza.compare.clusters import Units, between, cells, within
from trenza.compare.permutation import permute_clusters, permute_within
from trenza.compare.two_groups import student
from trenza.compare.verdict import group_of
from trenza.compare.wild_bootstrap import wild_cluster_bootstrap

SCHOOLS, TRIALS = 22, 400
BAND = 3.5 * math.sqrt(0.05 * 0.95 / TRIALS)  # Monte Carlo error of a share of .05


def trial(random: np.random.Generator, icc: float, shared: bool, spread: float = 0.0) -> Units:
    sizes = random.integers(2, 9, SCHOOLS)
    cluster = np.repeat(np.arange(SCHOOLS), sizes)
    n = len(cluster)
    first = random.random(n) < 0.5 if shared else np.repeat(random.permutation(SCHOOLS) < SCHOOLS // 2, sizes)
    y = random.normal(0, math.sqrt(icc), SCHOOLS)[cluster] + random.normal(0, math.sqrt(1 - icc), n)
    return Units(y + first * random.normal(0, spread, SCHOOLS)[cluster], first, cluster)


def shares(icc: float, shared: bool, spread: float = 0.0) -> dict[str, float]:
    """Share of trials with p < .05 by method; the interval of the called-for one checked on the way."""
    random = np.random.default_rng([7, round(100 * icc), shared])
    held: list[dict[str, bool]] = []
    for k in range(TRIALS):
        data = trial(random, icc, shared, spread)
        sums = cells(data)
        groups = group_of(data.y[data.first]), group_of(data.y[~data.first])
        again = {"ci_level": 0.95, "draws": 199, "seed": k}
        if shared:
            called = tests.within_cr2(sums, ci_level=0.95)
            found = {
                "wild": wild_cluster_bootstrap(within(sums), **again),
                "randomisation": permute_within(data, sums, **again),
                "one variance": tests.within_ols(data, sums, ci_level=0.95),
            }
        else:
            called = tests.between_cr2(sums, ci_level=0.95)
            found = {
                "wild": wild_cluster_bootstrap(between(sums), **again),
                "randomisation": permute_clusters(sums, **again),
                "hedges": tests.hedges_2007(
                    *groups, cluster_size=len(data.y) / SCHOOLS, icc=icc, known=True, ci_level=0.95
                ),
            }
        found |= {"called for": called, "student": student(*groups, ci_level=0.95)}
        assert (called.ci_low <= 0.0 <= called.ci_high) == (called.p_value >= 0.05)
        held.append({name: inference.p_value < 0.05 for name, inference in found.items()})
    return {name: sum(row[name] for row in held) / TRIALS for name in held[0]}


@pytest.mark.parametrize("icc", [0.0, 0.20])
def test_between_schools(icc: float) -> None:
    found = shares(icc, shared=False)
    for name in ("called for", "randomisation", "wild", "hedges"):
        assert abs(found[name] - 0.05) < BAND, (name, found)
    if icc == 0.0:
        assert abs(found["student"] - 0.05) < BAND
    else:
        assert found["student"] > 0.10, found


@pytest.mark.parametrize("icc", [0.0, 0.20])
def test_within_schools(icc: float) -> None:
    found = shares(icc, shared=True)
    for name in ("called for", "randomisation", "wild", "one variance"):
        assert abs(found[name] - 0.05) < BAND, (name, found)


def test_within_schools_where_the_difference_varies() -> None:
    found = shares(0.10, shared=True, spread=0.8)
    assert abs(found["called for"] - 0.05) < BAND, found
    assert found["one variance"] > 0.08, found
