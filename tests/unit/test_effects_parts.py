"""The parts of the effects room: runs of bins, intervals of shares, two stages without an answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trenza.effects.bins import merged
from trenza.effects.intervals import share, share_difference, symmetric, wilson
from trenza.effects.two_stage import two_stage_least_squares


@pytest.mark.parametrize(
    ("counts", "least", "runs"),
    [
        ([5, 5, 5], 5, [[0], [1], [2]]),
        ([1, 5, 5], 5, [[0, 1], [2]]),
        ([5, 1, 1], 5, [[0, 1, 2]]),
        ([2, 2, 2, 2], 4, [[0, 1], [2, 3]]),
        ([0, 0, 3], 1, [[0, 1, 2]]),
        ([3, 0, 0], 0, [[0, 1, 2]]),
        ([1, 1], 5, []),
        ([], 5, []),
    ],
)
def test_runs_of_bins_reach_the_least_count_or_are_not_shown(
    counts: list[int], least: int, runs: list[list[int]]
) -> None:
    assert merged(counts, least) == runs


@pytest.mark.parametrize(("successes", "n"), [(0, 12), (3, 17), (28, 525), (12, 12)])
def test_wilson_intervals_are_scipys(successes: int, n: int) -> None:
    other = stats.binomtest(successes, n).proportion_ci(0.9, method="wilson")
    assert wilson(successes, n, 0.9) == pytest.approx((other.low, other.high), abs=1e-12)
    row = share(successes, n, 0.9)
    assert row["ci_low"] is not None and row["estimate"] is not None and row["ci_high"] is not None
    assert row["ci_low"] <= row["estimate"] <= row["ci_high"]


def test_newcombes_interval_has_the_values_of_his_paper_and_of_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    row = share_difference((56, 70), (48, 80), 0.95)  # Newcombe 1998, table II, example (a), method 10
    assert row["estimate"] == pytest.approx(0.2)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    other = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(other, rel=1e-9)


def test_an_estimate_without_error_has_no_test() -> None:
    assert "p_value" not in symmetric(1.0, 0.0, 0.95)
    row = symmetric(2.0, 1.0, 0.95, df=7)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(2.0, 7))
    assert row["ci_high"] == pytest.approx(2 + stats.t.ppf(0.975, 7))


def test_two_stages_without_a_usable_instrument_or_rows_give_none() -> None:
    r = np.random.default_rng(1)
    y, d = r.normal(size=20), (np.arange(20) % 2).astype(float)
    none = np.empty((20, 0))
    assert two_stage_least_squares(y, d, np.ones(20), none) is None
    assert two_stage_least_squares(y, d, d, np.zeros((20, 1))) is None
    assert two_stage_least_squares(y[:2], d[:2], d[:2], none[:2]) is None
    full = two_stage_least_squares(y, d, d, none)
    assert full is not None and full.first_stage_f == float("inf")
