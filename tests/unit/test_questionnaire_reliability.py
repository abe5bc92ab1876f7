"""alpha, omega and the difference of two alphas: by hand, against R and pingouin, and against known truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scale_cases import one_factor_rows, oracle, oracle_answers

from trenza.questionnaire.adapters import f_quantile
from trenza.questionnaire.reliability import (
    _f_moments,
    alpha,
    alpha_difference,
    alpha_of,
    omega,
    omega_of,
)

OMEGA = {"ci_level": 0.95, "seed": 7, "name": "scale/all"}


def rows_of_r() -> np.ndarray:
    frame = oracle_answers()
    frame["d"] = 6 - frame["d"]
    return frame[list("abcdef")].to_numpy(dtype=float)


def test_alpha_by_hand() -> None:
    # Items 1 2 3 4 and 1 3 2 4: both have variance 5/3, their covariance is 4/3, that of the sum 5/3+5/3+8/3 = 6.
    # alpha = 2/1 (1 - (10/3)/6) = 8/9.
    values = np.array([[1, 1], [2, 3], [3, 2], [4, 4]], dtype=float)
    found = alpha(values, ci_level=0.95)
    assert found.estimate == pytest.approx(8 / 9)
    # Feldt: 1 - (1 - alpha) F, with n - 1 = 3 and (n - 1)(p - 1) = 3 degrees of freedom; F(.975; 3, 3) = 15.4392
    # (tables of F print 15.44), and F(.025; 3, 3) is its inverse.
    assert f_quantile(0.975, 3, 3) == pytest.approx(15.4392, abs=5e-5)
    assert found.low == pytest.approx(1 - 15.4392 / 9, abs=1e-5)
    assert found.high == pytest.approx(1 - 1 / 15.4392 / 9, abs=1e-5)


@pytest.mark.parametrize("df1", [1.0, 14.0, 199.0])
@pytest.mark.parametrize("df2", [1.0, 57.0, 5000.0])
def test_quantiles_of_f_are_those_of_scipy_stats(df1: float, df2: float) -> None:
    from scipy.stats import f

    for probability in (0.005, 0.025, 0.5, 0.975, 0.995):
        assert f_quantile(probability, df1, df2) == pytest.approx(f.ppf(probability, df1, df2), rel=1e-9)


def test_alpha_is_that_of_psych() -> None:
    found, theirs = alpha(rows_of_r(), ci_level=0.95), oracle("alpha")
    assert found.estimate == pytest.approx(theirs["raw"], abs=1e-12)
    assert found.low == pytest.approx(theirs["low"], abs=1e-9)
    assert found.high == pytest.approx(theirs["high"], abs=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_alpha_is_that_of_pingouin(level: float) -> None:
    import pingouin

    values = rows_of_r()[:25, :4]
    theirs, (low, high) = pingouin.cronbach_alpha(pd.DataFrame(values), ci=level)
    found = alpha(values, ci_level=level)
    assert found.estimate == pytest.approx(theirs)
    # pingouin rounds its limits to three decimals
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_alpha_interval_covers_the_truth() -> None:
    # Equal loadings of .6: correlations of .36, alpha = 5 * .36 / (1 + 4 * .36). Feldt's interval is exact here.
    truth = 5 * 0.36 / (1 + 4 * 0.36)
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(600):
        found = alpha(one_factor_rows([0.6] * 5, 40, rng), ci_level=0.9)
        covered += found.low <= truth <= found.high
    assert abs(covered / 600 - 0.9) < 3 * math.sqrt(0.9 * 0.1 / 600)


def test_omega_by_hand() -> None:
    # Loadings .8 .6 .4 on items of variance 1, 4, 1: common (.8 + 1.2 + .4)^2 = 5.76, unique .36 + 4 (.64) + .84.
    load = np.array([[0.8, 0.6, 0.4]])
    found = omega_of(load, 1 - load**2, np.array([[1.0, 2.0, 1.0]]))
    assert found[0] == pytest.approx(5.76 / (5.76 + 0.36 + 2.56 + 0.84))


def test_omega_is_that_of_lavaan() -> None:
    found = omega(rows_of_r(), None, **OMEGA)
    assert found.estimate == pytest.approx(oracle("omega")["total"], abs=1e-6)


def test_omega_equals_alpha_for_equal_loadings_and_finds_the_truth() -> None:
    values = one_factor_rows([0.6] * 5, 20_000, np.random.default_rng(3))
    assert omega(values, None, **OMEGA).estimate == pytest.approx(5 * 0.36 / (1 + 4 * 0.36), abs=0.01)
    unequal = [0.9, 0.8, 0.5, 0.3]
    values = one_factor_rows(unequal, 20_000, np.random.default_rng(4))
    common, unique = sum(unequal) ** 2, sum(1 - x * x for x in unequal)
    found = omega(values, None, **OMEGA)
    assert found.estimate == pytest.approx(common / (common + unique), abs=0.01)
    assert found.low < found.estimate < found.high
    # and alpha is lower, as it must be where loadings differ
    assert alpha(values, ci_level=0.95).estimate < found.estimate


def test_omega_interval_covers_the_truth() -> None:
    load = [0.8, 0.7, 0.6, 0.5]
    truth = sum(load) ** 2 / (sum(load) ** 2 + sum(1 - x * x for x in load))
    rng = np.random.default_rng(5)
    covered = 0
    for k in range(150):
        found = omega(one_factor_rows(load, 80, rng), None, ci_level=0.95, seed=1, name=str(k))
        covered += found.low <= truth <= found.high
    assert covered / 150 > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / 150)


def test_schools_are_drawn_where_there_are_enough() -> None:
    rng = np.random.default_rng(6)
    # Everybody in a school answers alike: 12 schools are 12 answers, however many people they have.
    by_school = one_factor_rows([0.8, 0.7, 0.6, 0.6], 12, rng)
    schools = np.repeat([f"s{k:02d}" for k in range(12)], 20)
    values = np.repeat(by_school, 20, axis=0)
    drawn, people = omega(values, schools, **OMEGA), omega(values, None, **OMEGA)
    assert drawn.method.endswith("schools drawn")
    assert people.method.endswith("people drawn and taken as independent")
    assert drawn.estimate == people.estimate
    assert drawn.high - drawn.low > 3 * (people.high - people.low)
    few = omega(values[:180], schools[:180], **OMEGA)
    assert few.method == people.method and "fewer than 10 schools" in few.note


def test_the_stream_hangs_on_seed_and_name_alone() -> None:
    values = rows_of_r()
    first = omega(values, None, **OMEGA)
    assert omega(values, None, **OMEGA) == first
    assert omega(values, None, **(OMEGA | {"name": "other"})).low != first.low
    assert omega(values, None, **(OMEGA | {"seed": 8})).low != first.low


def test_the_sampling_of_omega_is_that_of_a_plain_loop() -> None:
    from trenza.questionnaire.one_factor import ml_factor
    from trenza.questionnaire.reliability import SAMPLES, _bootstrap_omega

    values = rows_of_r()
    units = np.repeat(np.arange(15), 8)
    start = ml_factor(np.corrcoef(values, rowvar=False)[None], tolerance=1e-10).loadings[0]
    found = _bootstrap_omega(values, units, start, np.random.default_rng(9))
    draws = np.random.default_rng(9).multinomial(15, np.full(15, 1 / 15), size=SAMPLES)
    for k in (0, 1, 500):
        rows = np.concatenate([values[units == u] for u in np.repeat(np.arange(15), draws[k])])
        fit = ml_factor(np.corrcoef(rows, rowvar=False)[None], tolerance=1e-10)
        sd = rows.std(axis=0)[None]
        assert found[k] == pytest.approx(omega_of(fit.loadings, fit.unique, sd)[0], abs=1e-4)


@pytest.mark.parametrize(
    ("values", "alpha_note", "omega_note"),
    [
        (np.array([[1.0], [2.0], [3.0]]), "one item", "one item"),
        (np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 2.0]]), "2 people", "2 people"),
        (np.zeros((0, 3)), "0 people", "0 people"),
        (np.ones((9, 3)), "does not vary", "does not vary"),
        (np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 3.0]]), "does not vary", "two items"),
        (
            np.array([[1, 1, 1], [2, 1, 3], [3, 1, 2], [4, 1, 5]], dtype=float),
            "",
            "same answer from everybody",
        ),
        (np.array([[1, 2, 1], [2, 4, 3], [3, 6, 2], [4, 8, 5]], dtype=float), "", "follows from the others"),
    ],
)
def test_what_is_not_defined_is_blank_and_told(values: np.ndarray, alpha_note: str, omega_note: str) -> None:
    found = alpha(values, ci_level=0.95)
    assert alpha_note in found.note and math.isnan(found.estimate) == bool(alpha_note)
    found = omega(values, None, **OMEGA)
    assert omega_note in found.note
    assert math.isnan(found.estimate) and math.isnan(found.low) and math.isnan(found.high)


def test_negative_alpha_is_kept_and_told() -> None:
    values = np.array([[1, 5, 1], [2, 4, 3], [3, 3, 1], [4, 2, 2], [5, 1, 2]], dtype=float)
    found = alpha(values, ci_level=0.95)
    assert found.estimate < 0 and found.note == "negative: the items do not run the same way"


def test_omega_of_items_that_load_both_ways_says_so() -> None:
    values = one_factor_rows([0.8, 0.8, 0.8, -0.8], 100, np.random.default_rng(2))
    assert "items load in both directions" in omega(values, None, **OMEGA).note


def test_w_and_its_degrees_of_freedom() -> None:
    rng = np.random.default_rng(8)
    one, two = one_factor_rows([0.8] * 4, 30, rng), one_factor_rows([0.5] * 4, 25, rng)
    found = alpha_difference(one, two, ci_level=0.95)
    a1, a2 = (alpha_of(np.cov(x, rowvar=False)) for x in (one, two))
    assert found.difference == pytest.approx(a1 - a2)
    assert found.statistic == pytest.approx((1 - a2) / (1 - a1))
    # By hand, F(29, 87) and F(72, 24): means 87/85 and 24/22; the F that stands for their product has that mean.
    assert found.df2 / (found.df2 - 2) == pytest.approx(87 / 85 * 24 / 22)
    # and that mean of squares
    square = (87**2 * 31 / (29 * 85 * 83)) * (24**2 * 74 / (72 * 22 * 20))
    assert _f_moments(found.df1, found.df2)[1] == pytest.approx(square)
    swapped = alpha_difference(two, one, ci_level=0.95)
    assert swapped.difference == pytest.approx(-found.difference)
    assert (swapped.low, swapped.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_w_rejects_true_equality_as_often_as_it_says_and_the_interval_covers() -> None:
    rng = np.random.default_rng(12)
    rejected = covered = 0
    runs = 600
    for _ in range(runs):
        found = alpha_difference(
            one_factor_rows([0.7] * 4, 50, rng), one_factor_rows([0.7] * 4, 30, rng), ci_level=0.95
        )
        rejected += found.p_value < 0.05
        covered += found.low <= 0.0 <= found.high
    assert abs(rejected / runs - 0.05) < 3 * math.sqrt(0.05 * 0.95 / runs)
    assert abs(covered / runs - 0.95) < 3 * math.sqrt(0.05 * 0.95 / runs)


def test_w_finds_a_true_difference() -> None:
    rng = np.random.default_rng(13)
    found = alpha_difference(
        one_factor_rows([0.9] * 4, 80, rng), one_factor_rows([0.4] * 4, 80, rng), ci_level=0.95
    )
    assert found.p_value < 0.001 and found.low > 0


def test_no_difference_without_two_alphas() -> None:
    good = one_factor_rows([0.7] * 4, 30, np.random.default_rng(1))
    found = alpha_difference(good, np.ones((30, 4)), ci_level=0.95)
    assert math.isnan(found.difference) and "not defined in both" in found.note
    found = alpha_difference(good, good[:4], ci_level=0.95)
    assert math.isnan(found.p_value) and found.note.startswith("no test")
