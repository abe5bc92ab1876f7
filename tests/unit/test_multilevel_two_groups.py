"""The two-group contrast with a random intercept: closed forms of balanced designs, R, and data that cannot carry it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.fit import fit
from trenza.multilevel.two_groups import KENWARD_ROGER, SATTERTHWAITE, random_intercept_inferences

ORACLE = Path(__file__).resolve().parents[1] / "oracle"


def schools(count: int = 10, size: int = 6, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    r = np.random.default_rng(seed)
    school = np.repeat(np.arange(count), size)
    return school, 5 + 2 * r.normal(size=count)[school] + r.normal(size=len(school))


def test_treatment_by_school_in_a_balanced_design_is_the_t_test_of_school_means() -> None:
    from scipy import stats

    school, y = schools()
    treated = school % 2 == 1
    means = pd.Series(y).groupby(school).mean()
    one, two = means[means.index % 2 == 1], means[means.index % 2 == 0]
    expected = stats.ttest_ind(one, two)
    interval = expected.confidence_interval(0.9)
    rows = random_intercept_inferences(y, treated, school, 0.9)
    assert [row.method for row in rows] == [SATTERTHWAITE, KENWARD_ROGER]
    for row in rows:
        assert row.estimate == pytest.approx(one.mean() - two.mean(), rel=1e-10)
        assert row.statistic == pytest.approx(expected.statistic, rel=1e-8)
        assert row.df == pytest.approx(8.0, rel=1e-7)
        assert row.p_value == pytest.approx(expected.pvalue, rel=1e-7)
        assert (row.ci_low, row.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-7)
        assert row.se == pytest.approx(row.estimate / row.statistic, rel=1e-12)
        assert row.note == ""


def test_treatment_of_half_of_each_school_is_the_t_test_within_schools() -> None:
    """Balanced blocks: s2 over the degrees of freedom that schools and treatment leave, n - schools - 1."""
    school, y = schools(6, 4)
    treated = np.tile([True, True, False, False], 6)
    estimate = y[treated].mean() - y[~treated].mean()
    school_mean = pd.Series(y).groupby(school).transform("mean").to_numpy()
    left = y - school_mean - np.where(treated, 0.5, -0.5) * estimate
    df = 24 - 6 - 1
    se = np.sqrt(left @ left / df * (2 / 12))
    for row in random_intercept_inferences(y, treated, school, 0.95):
        assert row.estimate == pytest.approx(estimate, rel=1e-10)
        assert row.se == pytest.approx(se, rel=1e-8)
        assert row.df == pytest.approx(df, rel=1e-7)


@pytest.mark.parametrize(("name", "data", "outcome"), [("few", "few", "score"), ("flat", "pupils", "flat")])
def test_with_a_covariate_it_is_that_of_r(name: str, data: str, outcome: str) -> None:
    """lmerTest and pbkrtest by tests/oracle/reference_fits.R: six schools, and a singular fit."""
    spec = importlib.util.spec_from_file_location("make_data", ORACLE / "make_data.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = module.tables()[data]
    fixed = pd.read_csv(ORACLE / "fixed.csv").set_index(["model", "term"]).loc[(name, "treat")]
    columns = (table[c].to_numpy() for c in (outcome, "treat", "school"))
    satterthwaite, kenward_roger = random_intercept_inferences(*columns, 0.95, {"ses": table["ses"]})
    assert satterthwaite.estimate == pytest.approx(fixed["estimate"], abs=1e-6 * fixed["se"])
    assert satterthwaite.se == pytest.approx(fixed["se"], rel=1e-6)
    assert satterthwaite.df == pytest.approx(fixed["df_satterthwaite"], rel=1e-5)
    assert kenward_roger.se == pytest.approx(fixed["se_kr"], rel=1e-6)
    assert kenward_roger.df == pytest.approx(fixed["df_kr"], rel=1e-5)


def test_the_interval_of_kenward_roger_is_that_of_the_fit() -> None:
    school, y = schools(7, 5)
    x = np.random.default_rng(1).normal(size=len(y))
    frame = pd.DataFrame({"y": y, "t": (school < 3) * 1.0, "x": x, "school": school})
    expected = fit("y ~ t + x + (1 | school)", frame).fixed.loc["t"]
    row = random_intercept_inferences(y, school < 3, school, 0.95, {"a covariate": x})[1]
    assert (row.ci_low, row.ci_high, row.p_value) == tuple(expected[["ci_low", "ci_high", "p_kr"]])


def test_a_singular_fit_and_rows_left_out_are_named() -> None:
    r = np.random.default_rng(8)
    school = np.repeat(np.arange(8), 5)
    y = r.normal(size=40) - np.repeat(r.normal(size=8), 5) * 0.0
    y -= 0.999 * pd.Series(y).groupby(school).transform("mean").to_numpy()
    y[3] = np.nan
    for row in random_intercept_inferences(y, school % 2 == 0, school, 0.95):
        assert "singular: the variance of Intercept over cluster is 0" in row.note
        assert "1 of 40 rows left out" in row.note
        assert np.isfinite(row.p_value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cluster": np.zeros(60)}, "cluster has one level"),
        ({"cluster": np.arange(60)}, "every level of cluster has one row"),
        ({"y": np.ones(60)}, "same value in all complete rows"),
        ({"treated": np.ones(60, dtype=bool)}, "the groups cannot be told from Intercept"),
        ({"covariates": {"arm": np.repeat(np.arange(10), 6) % 2}}, "the groups cannot be told from arm"),
    ],
)
def test_data_that_cannot_carry_the_model_give_the_reason(change: dict, said: str) -> None:
    school, y = schools()
    given = {"y": y, "treated": school % 2 == 1, "cluster": school, "ci_level": 0.95} | change
    rows = random_intercept_inferences(**given)
    for row in rows:
        assert np.isnan(row.p_value) and np.isnan(row.estimate)
        assert row.note.startswith("not computed: ") and said in row.note


def test_faults_of_the_caller() -> None:
    school, y = schools()
    with pytest.raises(TrenzaError, match="different lengths"):
        random_intercept_inferences(y[1:], school % 2 == 1, school, 0.95)
    with pytest.raises(TrenzaError, match="ci_level"):
        random_intercept_inferences(y, school % 2 == 1, school, 95)
