"""Noise of school means and what a rule on them gains with no programme: known truth, closed forms, a library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trenza.effects.score_noise import Noise, school_noise, shared_noise
from trenza.effects.selection_rule import expected_gains, rising_by_luck, simulated_gains

EVEN = Noise(lasting=400.0, school_year=60.0, pupil=2500.0)


def test_reliability_by_hand() -> None:
    # 2500 / 25 = 100 of pupils, 60 of the year: 400 / 560; two tests: 400 / 480
    assert EVEN.of_mean(25.0) == pytest.approx(160.0)
    assert EVEN.reliability(25.0) == pytest.approx(400.0 / 560.0)
    assert EVEN.reliability(25.0, tests=2) == pytest.approx(400.0 / 480.0)
    assert EVEN.sd_of_change(25.0) == pytest.approx(np.sqrt(320.0))


def test_one_year_is_the_truncated_normal_of_chay_et_al() -> None:
    """One year, one size: chosen lie below b, so their noise is -(v / s) phi(b / s) / Phi(b / s), s2 = lasting + v."""
    v = float(EVEN.of_mean(25.0))
    s = np.sqrt(400.0 + v)
    lower_tail = stats.truncnorm(-np.inf, -10.0 / s, scale=s).mean()
    found = expected_gains(np.array([-10.0]), np.full((3, 1), 25.0), EVEN)
    assert found.share == pytest.approx(stats.norm.cdf(-10.0 / s), rel=1e-8)
    assert found.chosen == pytest.approx(-v / s**2 * lower_tail, rel=1e-6)
    assert found.share * found.chosen + (1.0 - found.share) * found.rest == pytest.approx(0.0, abs=1e-12)


def test_two_years_against_the_orthant() -> None:
    """Both below 0: chance 1/4 + arcsin(rho) / 2 pi, and the mean of the last score known in closed form."""
    v, total = 160.0, 560.0
    rho = 400.0 / total
    chance = 0.25 + np.arcsin(rho) / (2.0 * np.pi)
    # Rosenbaum 1961: E[x2; both < 0] = -s (1 + rho) phi(0) Phi(0), so E[x1 | ...] is the same by symmetry
    mean_x = -np.sqrt(total) * (1.0 + rho) * stats.norm.pdf(0.0) * 0.5 / chance
    # E[a | x1, x2] = 400 / (400 + v / 2) * mean, e = x - a
    mean_a = 400.0 / (400.0 + v / 2.0) * mean_x
    found = expected_gains(np.zeros(2), np.full((2, 2), 25.0), EVEN)
    assert found.share == pytest.approx(chance, rel=1e-8)
    assert found.chosen == pytest.approx(mean_a - mean_x, rel=1e-6)


def test_more_years_below_mean_less_regression_from_their_mean() -> None:
    gains = [
        expected_gains(np.zeros(k), np.full((1, k), 25.0), EVEN, over="mean").chosen for k in (1, 2, 3, 5)
    ]
    assert gains == sorted(gains, reverse=True)


def test_simulation_agrees_with_the_formula_with_two_scores_and_sizes() -> None:
    random = np.random.default_rng(3)
    pupils = random.integers(8, 90, (1500, 3)).astype(float)
    bounds = np.array([-4.0, 0.0, 3.0])
    carried, own = Noise(380.0, 40.0, 1900.0), Noise(450.0, 70.0, 3000.0)
    for over in ("last", "mean"):
        want = expected_gains(bounds, pupils, EVEN, carried, over=over)
        got = simulated_gains(bounds, pupils, pupils[:, 0], EVEN, own, carried, draws=300, seed=5, over=over)
        error = got.differences.std(ddof=1) / np.sqrt(len(got.differences))
        assert abs(got.differences.mean() - want.difference) < 3.5 * error
        assert got.share == pytest.approx(want.share, abs=0.005)


def panel(schools: int, seed: int, noise: Noise = EVEN) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    years = (2014, 2016, 2018)
    pupils = np.repeat(random.integers(6, 90, schools), len(years)).astype(float)
    level = np.repeat(random.normal(250.0, np.sqrt(noise.lasting), schools), len(years))
    score = level + random.normal(size=len(level)) * np.sqrt(noise.of_mean(pupils))
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(schools), len(years)),
            "year": np.tile(years, schools),
            "score": score,
            "pupils": pupils,
        }
    )


def test_variances_come_back_from_a_panel_of_known_truth() -> None:
    found = school_noise(panel(3000, 11))
    assert found.lasting == pytest.approx(EVEN.lasting, rel=0.08)
    assert found.pupil == pytest.approx(EVEN.pupil, rel=0.08)
    assert found.school_year == pytest.approx(EVEN.school_year, rel=0.2)
    assert (found.schools, found.rows) == (3000, 9000)


def test_variances_of_schools_of_one_size_are_those_of_analysis_of_variance() -> None:
    """Balanced and one size: the mean squares between and within give the two variances that can be told apart."""
    rows = panel(60, 2).assign(pupils=20.0)
    wide = rows.pivot(index="unit", columns="year", values="score")
    centred = wide - wide.mean()
    within = ((centred.sub(centred.mean(axis=1), axis=0)) ** 2).to_numpy().sum() / (59 * 2)
    between = 3 * centred.mean(axis=1).var(ddof=1)
    found = school_noise(rows)
    assert float(found.of_mean(20.0)) == pytest.approx(within, rel=1e-5)
    assert found.lasting == pytest.approx((between - within) / 3, rel=1e-4)


def test_covariances_from_a_sum() -> None:
    one, other = Noise(4.0, 1.0, 9.0), Noise(9.0, 1.0, 16.0)
    both = Noise(4.0 + 9.0 + 2 * 5.0, 2.0 + 2 * 0.5, 25.0 + 2 * 10.0)
    found = shared_noise(one, other, both)
    assert (found.lasting, found.school_year, found.pupil) == (5.0, 0.5, 10.0)


def test_luck_lifts_any_school_as_often_as_it_lowers_it_and_low_ones_more_often() -> None:
    up, equal, down = rising_by_luck(EVEN, 25.0, 2.0, None)
    assert up == pytest.approx(down, abs=1e-6)
    # change without knowledge of the first score: SD sqrt(2 v)
    assert equal == pytest.approx(stats.norm.cdf(2.0 / np.sqrt(320.0)) * 2.0 - 1.0, abs=1e-4)
    low = rising_by_luck(EVEN, 25.0, 2.0, 0.10)
    # first score x (variance 560) and change d (variance 320, covariance -160): P(d > 2 and x in the lowest tenth)
    joint = stats.multivariate_normal([0.0, 0.0], [[560.0, 160.0], [160.0, 320.0]])
    lowest = stats.norm.ppf(0.10) * np.sqrt(560.0)
    assert low[0] == pytest.approx(joint.cdf([lowest, -2.0]) / 0.10, abs=1e-3)
    assert sum(low) == pytest.approx(1.0)
