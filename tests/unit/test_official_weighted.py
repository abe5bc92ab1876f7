"""Weighted means, changes and gaps of schools: by hand, statsmodels and scipy, a bootstrap of schools, coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from official_panels import (
    difference,
    level_of,
)
from scipy import stats

from trenza.official.intervals import t_interval
from trenza.official.weighted import combination, weighted_mean


def drawn(seed: int, rbd: np.ndarray, level: float = 250.0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return level + draw.normal(0, 20, len(rbd)), draw.integers(3, 90, len(rbd)).astype(float)


def test_mean_by_hand() -> None:
    # (10 x 200 + 30 x 240) / 40 = 230; z = -7.5 and 7.5; 2 / 1 x (56.25 + 56.25) = 15^2
    mean = weighted_mean(np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0]))
    assert (mean.mean, mean.pupils, mean.schools) == (230.0, 40, 2)
    found = combination((1, mean))
    assert (found.value, found.se, found.units) == pytest.approx((230.0, 15.0, 2))


def test_moves_are_summed_by_commune_before_squaring_by_hand() -> None:
    # Four schools of 10 pupils with 200, 220, 240, 260: mean 230, z = -7.5, -2.5, 2.5, 7.5. Communes 7 = the first
    # two, 8 = the others: z = -10 and 10, 2 / 1 x 200 = 20^2. Communes 7 = the outer, 8 = the inner: both 0.
    values, pupils = np.array([200.0, 220.0, 240.0, 260.0]), np.full(4, 10.0)
    found = level_of(np.array([7, 7, 8, 8]), values, pupils)
    assert (found.value, found.se, found.units) == pytest.approx((230.0, 20.0, 2))
    assert level_of(np.array([7, 8, 8, 7]), values, pupils).se == pytest.approx(0.0, abs=1e-9)


def test_change_by_hand() -> None:
    # Year 1: schools 1, 2 as above. Year 2: school 1 with 250 and school 3 with 270, 20 pupils each: mean 260,
    # z = -5 and 5. School 1 moves -5 + 7.5, school 2 -7.5, school 3 5; 2 / 1 x (6.25 + 56.25 + 25) = 175.
    found = difference(
        (np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0])),
        (np.array([1, 3]), np.array([250.0, 270.0]), np.array([20.0, 20.0])),
    )
    assert (found.value, found.units) == (30.0, 2)
    assert found.se == pytest.approx(math.sqrt(175))


@pytest.mark.parametrize("seed", range(3))
def test_mean_is_weighted_least_squares_with_robust_errors(seed: int) -> None:
    import statsmodels.api as sm

    rbd = np.arange(40)
    scores, pupils = drawn(seed, rbd)
    found = level_of(rbd, scores, pupils)
    fit = sm.WLS(scores, np.ones(40), weights=pupils).fit(cov_type="HC1", use_t=True)
    ours = t_interval(found, 0.9, by_commune=False)
    assert (ours["estimate"], ours["se"]) == pytest.approx((fit.params[0], fit.bse[0]), rel=1e-10)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(tuple(fit.conf_int(0.1)[0]), rel=1e-10)
    assert (ours["df"], ours["clusters"]) == (39, None)


@pytest.mark.parametrize("seed", range(3))
def test_mean_is_weighted_least_squares_clustered_by_commune(seed: int) -> None:
    import statsmodels.api as sm

    rbd = np.arange(60)
    scores, pupils = drawn(seed, rbd)
    commune = np.random.default_rng(seed).integers(1, 13, 60)
    scores += 10.0 * (commune % 3)
    # its correction is C / (C - 1) x (k - 1) / (k - 1), and its t has C - 1 degrees of freedom
    fit = sm.WLS(scores, np.ones(60), weights=pupils).fit(
        cov_type="cluster", cov_kwds={"groups": commune}, use_t=True
    )
    ours = t_interval(level_of(commune, scores, pupils), 0.95, by_commune=True)
    assert (ours["estimate"], ours["se"]) == pytest.approx((fit.params[0], fit.bse[0]), rel=1e-10)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(tuple(fit.conf_int(0.05)[0]), rel=1e-10)
    assert ours["clusters"] == len(set(commune.tolist())) == (ours["df"] or 0) + 1


def clustered(
    parts: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]], contrast: list[float]
) -> tuple[float, float]:
    """Contrast of the means of ``parts`` and its error, from one regression on the parts' dummies; no correction."""
    import statsmodels.api as sm

    cell = np.repeat(np.arange(len(parts)), [len(p[1]) for p in parts])
    units, values, pupils = (np.concatenate([p[i] for p in parts]) for i in (1, 2, 3))
    fit = sm.WLS(values, np.eye(len(parts))[cell], weights=pupils).fit(
        cov_type="cluster", cov_kwds={"groups": units, "use_correction": False}
    )
    test = fit.t_test(contrast)
    return float(test.effect[0]), float(test.sd[0, 0])


@pytest.mark.parametrize("common", [0, 1, 25, 40])
def test_change_is_weighted_least_squares_clustered_by_school(common: int) -> None:
    first, second = np.arange(40), np.arange(40 - common, 80 - common)
    (y1, n1), (y2, n2) = drawn(1, first), drawn(2, second, 262.0)
    y2[:common] += 0.6 * (y1[40 - common :] - 250.0)
    found = difference((first, y1, n1), (second, y2, n2))
    value, se = clustered([(1, second, y2, n2), (-1, first, y1, n1)], [1, -1])
    assert (found.value, found.se) == pytest.approx((value, se * math.sqrt(40 / 39)), rel=1e-9)


def test_change_gap_and_change_of_a_gap_are_one_regression_clustered_by_commune() -> None:
    """Two groups in two years, over communes of which some hold one group only: every contrast of the four means."""
    draw = np.random.default_rng(21)
    rbd = np.arange(120)
    commune = rbd % 15
    upper = (rbd % 4 == 0) & (commune < 9)
    lasting = draw.normal(0, 15, 120) + draw.normal(0, 10, 15)[commune]
    parts = []
    for sign, of_group, year in ((1, upper, 1), (-1, ~upper, 1), (-1, upper, 0), (1, ~upper, 0)):
        used = of_group & (draw.random(120) < 0.9)
        values = (250 + 8.0 * year + lasting + draw.normal(0, 8, 120))[used]
        parts.append((sign, commune[used], values, draw.integers(5, 80, 120)[used].astype(float)))
    means = [(sign, weighted_mean(units, y, n)) for sign, units, y, n in parts]
    few, many = (len(means[i][1].units) for i in (0, 1))
    assert few < many == 15
    for chosen, fewest in (((0, 1, 2, 3), few), ((0, 1), few), ((1, 3), many)):
        found = combination(*(means[i] for i in chosen))
        value, se = clustered([parts[i] for i in chosen], [parts[i][0] for i in chosen])
        assert found.units == min(len(means[i][1].units) for i in chosen) <= fewest
        factor = math.sqrt(found.units / (found.units - 1))
        assert (found.value, found.se) == pytest.approx((value, se * factor), rel=1e-9)


def test_change_of_the_same_schools_with_equal_pupils_is_the_paired_t() -> None:
    rbd, n = np.arange(30), np.full(30, 20.0)
    y1, y2 = drawn(3, rbd)[0], drawn(4, rbd, 255.0)[0]
    found = difference((rbd, y1, n), (rbd, y2, n))
    oracle = stats.ttest_rel(y2, y1)
    assert (found.value / found.se, found.units - 1) == pytest.approx(
        (oracle.statistic, oracle.df), rel=1e-10
    )


def test_change_of_all_schools_alike_has_no_error_and_one_unit_none_to_tell() -> None:
    rbd = np.arange(30)
    y, n = drawn(5, rbd)
    found = difference((rbd, y, n), (rbd, y + 7.0, n))
    assert (found.value, found.se) == pytest.approx((7.0, 0.0), abs=1e-6)
    alone = level_of(np.array([1, 1]), np.array([250.0, 260.0]), np.array([9.0, 9.0]))
    told = t_interval(alone, 0.95, by_commune=True)
    assert told["estimate"] == 255.0 and told["clusters"] == 1
    assert all(math.isnan(told[c] or 0.0) for c in ("se", "ci_low", "ci_high", "df"))


def test_gap_of_groups_of_one_size_with_equal_pupils_is_scipys_welch_but_for_its_cautious_df() -> None:
    one, other = np.arange(25), np.arange(100, 125)
    x, y = drawn(6, one)[0], drawn(7, other, 240.0)[0]
    found = difference((other, y, np.full(25, 30.0)), (one, x, np.full(25, 8.0)))
    oracle = stats.ttest_ind(x, y, equal_var=False)
    assert found.value / found.se == pytest.approx(oracle.statistic, rel=1e-10)
    assert found.units - 1 == 24 < oracle.df


def test_standard_error_of_a_change_is_that_of_a_bootstrap_of_schools() -> None:
    rbd = np.arange(300)
    y1, n1 = drawn(8, rbd)
    y2, n2 = 0.7 * y1 + 0.3 * drawn(9, rbd)[0] + 4.0, n1 + np.random.default_rng(10).integers(0, 10, 300)
    is_there = np.random.default_rng(11).random(300) < 0.8
    found = difference((rbd[is_there], y1[is_there], n1[is_there]), (rbd, y2, n2))
    picks = np.random.default_rng(12).integers(0, 300, (2000, 300))
    w1, w2 = (n1 * is_there)[picks], n2[picks]
    replicates = (w2 * y2[picks]).sum(1) / w2.sum(1) - (w1 * y1[picks]).sum(1) / w1.sum(1)
    # Monte Carlo error of an SD from 2000 draws is 1.6 %
    assert found.se == pytest.approx(replicates.std(ddof=1), rel=0.06)


def test_intervals_of_a_change_cover_and_need_the_covariance() -> None:
    """Cohorts of lasting schools: 95 % of the intervals hold the true change; without the covariance all do."""
    draw = np.random.default_rng(13)
    runs, k, truth = 600, 60, 5.0
    hits = blind = 0
    for _ in range(runs):
        lasting, pupils = draw.normal(0, 20, k + 10), draw.integers(10, 80, k + 10).astype(float)
        first, second = np.arange(k), np.arange(10, k + 10)
        y1 = 250 + lasting[first] + draw.normal(0, 8, k)
        y2 = 250 + truth + lasting[second] + draw.normal(0, 8, k)
        before, after = (first, y1, pupils[first]), (second, y2, pupils[second])
        found = difference(before, after)
        t = stats.t.ppf(0.975, found.units - 1)
        hits += abs(found.value - truth) <= t * found.se
        apart = math.hypot(level_of(*before).se, level_of(*after).se)
        blind += abs(found.value - truth) <= t * apart
    error = math.sqrt(0.95 * 0.05 / runs)
    # the linearised error is a little short with few schools: 2 points are allowed for that
    assert 0.95 - 3 * error - 0.02 < hits / runs < 0.95 + 3 * error
    assert blind / runs > 0.99


def test_intervals_of_a_gap_of_a_group_in_few_communes_cover_and_need_the_communes() -> None:
    """Schools of a commune move together, the small group lies in 10 of 60 communes: 95 % hold the true gap of 0."""
    draw = np.random.default_rng(22)
    runs = 600
    hits = blind = 0
    for _ in range(runs):
        commune = np.arange(360) % 60
        score = 250 + draw.normal(0, 12, 60)[commune] + draw.normal(0, 10, 360)
        pupils = draw.integers(20, 60, 360).astype(float)
        small = commune < 10
        for units, kind in ((commune, "commune"), (np.arange(360), "school")):
            found = difference(
                (units[~small], score[~small], pupils[~small]), (units[small], score[small], pupils[small])
            )
            held = abs(found.value) <= stats.t.ppf(0.975, found.units - 1) * found.se
            hits, blind = (hits + held, blind) if kind == "commune" else (hits, blind + held)
    error = math.sqrt(0.95 * 0.05 / runs)
    assert 0.95 - 3 * error - 0.02 < hits / runs < 0.95 + 3 * error
    assert blind / runs < 0.8
