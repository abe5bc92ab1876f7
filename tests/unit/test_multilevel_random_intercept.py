"""The random-intercept model against closed forms, a dense REML search, lme4 and known truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import TERM, fit, made, named
from scipy import optimize, stats

from trenza.multilevel.adapters import search_random_intercept
from trenza.multilevel.profile import fixed_part_at


def dense_reml(y: np.ndarray, x: np.ndarray, school: np.ndarray) -> dict[str, Any]:
    """REML with the n x n covariance matrix written out: slow, and shares no line with the package."""
    n, p = x.shape
    same = (school[:, None] == school[None, :]).astype(float)

    def parts(log_ratio: float) -> tuple[float, np.ndarray, np.ndarray, float]:
        v = np.eye(n) + np.exp(log_ratio) * same
        vx, vy = np.linalg.solve(v, x), np.linalg.solve(v, y)
        b = np.linalg.solve(x.T @ vx, x.T @ vy)
        e = y - x @ b
        s2 = float(e @ np.linalg.solve(v, e)) / (n - p)
        sign_free = np.linalg.slogdet(v)[1] + np.linalg.slogdet(x.T @ vx)[1]
        ll = -0.5 * ((n - p) * np.log(2 * np.pi * s2) + sign_free + (n - p))
        return float(ll), b, s2 * np.linalg.inv(x.T @ vx), s2

    best = optimize.minimize_scalar(
        lambda t: -parts(t)[0], bounds=(-12, 4), method="bounded", options={"xatol": 1e-9}
    )
    ll, b, covariance, s2 = parts(best.x)
    return {"ll": ll, "b": b, "se": np.sqrt(np.diag(covariance)), "s2": s2, "tau2": np.exp(best.x) * s2}


def test_a_balanced_design_with_whole_schools_treated_is_the_t_test_of_school_means() -> None:
    # By hand: with equal cluster sizes REML equals the analysis of variance when that is positive.
    schools, size = 8, 5
    r = np.random.default_rng(7)
    school = np.repeat(np.arange(schools), size)
    y = 10 + 2 * r.normal(size=schools)[school] + r.normal(size=schools * size)
    treated = school % 2 == 0
    models, variance = fit(pd.DataFrame({"school": school, "group": named(treated), "y": y}))
    means = y.reshape(schools, size).mean(axis=1)
    in_programme = np.arange(schools) % 2 == 0
    within = ((y.reshape(schools, size) - means[:, None]) ** 2).sum() / (schools * (size - 1))
    t = stats.ttest_ind(means[in_programme], means[~in_programme])
    difference = means[in_programme].mean() - means[~in_programme].mean()
    between = size * ((difference / t.statistic) ** 2 / (2 / 4))
    row, spread = models.iloc[0], variance.iloc[0]
    assert between > within
    assert row["term"] == TERM
    assert row["estimate"] == pytest.approx(difference, rel=1e-9)
    assert row["se"] == pytest.approx(difference / t.statistic, rel=1e-6)
    assert spread["residual_variance"] == pytest.approx(within, rel=1e-6)
    assert spread["cluster_variance"] == pytest.approx((between - within) / size, rel=1e-6)
    assert spread["icc"] == pytest.approx((between - within) / size / ((between - within) / size + within))
    assert not spread["singular"] and spread["converged"]


def test_a_design_balanced_within_schools_has_the_error_of_the_within_school_differences() -> None:
    # Two of four in each school take part: the schools cancel, the error is that of the two-way layout.
    schools = 12
    r = np.random.default_rng(3)
    school = np.repeat(np.arange(schools), 4)
    treated = np.tile([True, True, False, False], schools)
    y = 5 + treated + 3 * r.normal(size=schools)[school] + r.normal(size=4 * schools)
    models, _ = fit(pd.DataFrame({"school": school, "group": named(treated), "y": y}))
    difference = y[treated].mean() - y[~treated].mean()
    free_of_school = y - y.reshape(schools, 4).mean(axis=1)[school]
    residual = free_of_school - difference * (treated - 0.5)
    error = (residual**2).sum() / (4 * schools - schools - 1)
    row = models.iloc[0]
    assert row["estimate"] == pytest.approx(difference, rel=1e-9)
    assert row["se"] == pytest.approx(np.sqrt(error * 4 / (4 * schools)), rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_unbalanced_model_with_a_covariate_agrees_with_a_dense_search(seed: int) -> None:
    records = made(seed, [1, 2, 9, 4, 4, 7, 3, 12, 5, 6], tau=0.8, effect=0.4)
    models, variance = fit(records, covariates=["z"])
    x = np.column_stack([np.ones(len(records)), records["group"] == "participant", records["z"]]).astype(
        float
    )
    own = dense_reml(records["y"].to_numpy(), x, records["school"].to_numpy())
    rows = models.set_index("term").loc[["intercept", TERM, "z"]]
    assert rows["estimate"].to_numpy() == pytest.approx(own["b"], rel=1e-5)
    assert rows["se"].to_numpy() == pytest.approx(own["se"], rel=1e-5)
    spread = variance.iloc[0]
    assert spread["loglik"] == pytest.approx(own["ll"], abs=1e-7)
    assert spread["residual_variance"] == pytest.approx(own["s2"], rel=1e-4)
    assert spread["cluster_variance"] == pytest.approx(own["tau2"], rel=1e-4)


def test_the_row_is_complete_and_its_intervals_follow_from_estimate_and_error() -> None:
    models, variance = fit(made(5, [6] * 10, tau=0.7, effect=1.0), covariates=["z"], ci_level=0.9)
    row, spread = models.iloc[0], variance.iloc[0]
    z = stats.norm.ppf(0.95)
    total = np.sqrt(spread["cluster_variance"] + spread["residual_variance"])
    assert row["ci_low"] == pytest.approx(row["estimate"] - z * row["se"])
    assert row["ci_high"] == pytest.approx(row["estimate"] + z * row["se"])
    assert row["statistic"] == pytest.approx(row["estimate"] / row["se"])
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(abs(row["statistic"])))
    assert row["effect"] == pytest.approx(row["estimate"] / total)
    assert row["effect_ci_low"] == pytest.approx(row["ci_low"] / total)
    assert row["effect_ci_high"] == pytest.approx(row["ci_high"] / total)
    assert row["effect_kind"] == "standardised by total SD given the fixed part"
    assert (row["n"], row["clusters"], row["id"], row["outcome"]) == (60, 10, "m_y", "y")
    assert pd.isna(row["df"]) and "Wald z" in row["method"]
    assert row["note"].startswith("10 clusters") and "too sure" in row["note"]
    assert models["term"].tolist() == [TERM, "z", "intercept"]
    assert models.loc[1:, ["effect", "effect_kind", "effect_ci_low"]].isna().all().all()


def test_a_large_sample_brings_the_truth_back() -> None:
    records = made(11, [25] * 200, tau=0.5, effect=0.3)
    models, variance = fit(records, covariates=["z"])
    rows = models.set_index("term")
    for term, truth in ((TERM, 0.3), ("z", 0.5), ("intercept", 3.0)):
        assert abs(rows.loc[term, "estimate"] - truth) < 4 * rows.loc[term, "se"]
    assert variance.loc[0, "icc"] == pytest.approx(0.25 / 1.25, abs=0.05)


def teachers22() -> pd.DataFrame:
    """110 made-up teachers in 22 schools: the data whose lme4 answers stand below."""
    r = np.random.default_rng(20221)
    sizes = r.integers(2, 9, 22)
    school = np.repeat(np.arange(1, 23), sizes)
    n = len(school)
    treat = np.repeat(np.arange(22) % 2, sizes)
    rural = np.repeat((r.random(22) < 0.4).astype(int), sizes)
    female = (r.random(n) < 0.7).astype(int)
    years = np.round(r.gamma(3, 4, n), 1)
    u = np.repeat(r.normal(0, 0.35, 22), sizes)
    gain = 0.3 * treat + 0.1 * female + 0.01 * years - 0.2 * rural + u + r.normal(0, 0.8, n)
    noise = r.normal(0, 1, n)
    noise = noise - 0.8 * pd.Series(noise).groupby(school).transform("mean").to_numpy()
    columns = {"school": school, "female": female, "years": years, "rural": rural}
    return pd.DataFrame(
        columns | {"group": named(treat == 1), "gain": gain.round(6), "noise": noise.round(6)}
    )


# lme4 1.1-31, R 4.2.2, REML, optimum tightened to 1e-10:
# gain (or noise) ~ treat + female + exper + rural + (1|school)
LME4 = {
    "gain": {
        "loglik": -147.470961713325,
        "cluster": 0.296301994482941,
        "residual": 0.633908545716687,
        "fixed": {
            "intercept": (0.25083440536934, 0.305053383815363),
            TERM: (0.46064909645298, 0.283439111335921),
            "female": (-0.181958412047646, 0.171498481755952),
            "years": (0.0128412732792016, 0.0112560320591946),
            "rural": (-0.194257833803396, 0.283759482487806),
        },
    },
    "noise": {
        "loglik": -154.938769864758,
        "cluster": 0.0,
        "residual": 0.898233993406635,
        "fixed": {
            "intercept": (0.0276861618822092, 0.263478665075997),
            TERM: (0.0195976855463568, 0.183860097631491),
            "female": (0.121626107488587, 0.188664580015408),
            "years": (-0.0072013474942863, 0.0125883890096605),
            "rural": (0.0162775597166648, 0.18260485718589),
        },
    },
}


@pytest.mark.parametrize("outcome", ["gain", "noise"])
def test_lme4_gives_the_same_figures_also_where_the_cluster_variance_is_zero(outcome: str) -> None:
    models, variance = fit(teachers22(), outcomes=[outcome], covariates=["female", "years", "rural"])
    expected, spread = LME4[outcome], variance.iloc[0]
    assert spread["loglik"] == pytest.approx(expected["loglik"], abs=1e-8)
    assert spread["residual_variance"] == pytest.approx(expected["residual"], rel=1e-6)
    assert spread["cluster_variance"] == pytest.approx(expected["cluster"], rel=1e-6)
    rows = models.set_index("term")
    for term, (estimate, se) in expected["fixed"].items():  # type: ignore[attr-defined]
        assert rows.loc[term, "estimate"] == pytest.approx(estimate, rel=1e-5)
        assert rows.loc[term, "se"] == pytest.approx(se, rel=1e-6)


def test_a_zero_cluster_variance_is_named_and_the_model_is_then_ordinary_regression() -> None:
    models, variance = fit(teachers22(), outcomes=["noise"])
    spread = variance.iloc[0]
    assert spread["singular"] and spread["converged"]
    assert spread["cluster_variance"] == 0.0 and spread["icc"] == 0.0
    assert "singular fit" in spread["messages"]
    assert models["note"].str.contains("cluster variance is estimated as zero").all()
    d = teachers22()
    t = stats.ttest_ind(d.noise[d.group == "participant"], d.noise[d.group == "control"])
    assert models.loc[0, "statistic"] == pytest.approx(t.statistic, rel=1e-9)


# Davies & Goldsmith 1972 (yield of dyestuff, 6 batches of 5); lme4 1.1-31: Yield ~ 1 + (1 | Batch), REML
DYESTUFF = """1545 1440 1440 1520 1580 1540 1555 1490 1560 1495 1595 1550 1605 1510 1560
1445 1440 1595 1465 1545 1595 1630 1515 1635 1625 1520 1455 1450 1480 1445"""


def test_dyestuff_has_the_figures_that_lme4_prints() -> None:
    y = np.array(DYESTUFF.split(), dtype=float)
    batch = np.repeat(np.arange(6), 5)
    x = np.ones((30, 1))
    found = search_random_intercept(y, x, batch, "powell")
    part = fixed_part_at(found.ratio, y, x, batch)
    assert np.sqrt(found.ratio) == pytest.approx(0.848323783218823, rel=1e-5)
    assert np.sqrt(part.residual_variance) == pytest.approx(49.5100999656347, rel=1e-6)
    assert part.loglik == pytest.approx(-159.827138421129, abs=1e-9)
    assert part.coefficients[0] == pytest.approx(found.coefficients[0], rel=1e-9)


def test_statsmodels_fixed_part_is_the_closed_form_at_its_variances() -> None:
    d = made(21, [3, 8, 5, 6, 2, 9], tau=1.0)
    x = np.column_stack([np.ones(len(d)), d["z"]])
    found = search_random_intercept(d["y"].to_numpy(), x, d["school"].to_numpy(), "powell")
    part = fixed_part_at(found.ratio, d["y"].to_numpy(), x, d["school"].to_numpy())
    assert part.coefficients == pytest.approx(found.coefficients, rel=1e-8)


def test_another_unit_changes_figures_by_its_factor_and_effects_not_at_all() -> None:
    records = made(6, [4, 6, 8, 5, 3, 9, 7], tau=0.6, effect=0.5)
    one, spread = fit(records)
    thousand, spread_thousand = fit(records.assign(y=1000 * records["y"]))
    assert thousand["estimate"].to_numpy() == pytest.approx(1000 * one["estimate"].to_numpy(), rel=1e-7)
    assert thousand.loc[0, "effect"] == pytest.approx(one.loc[0, "effect"], rel=1e-7)
    assert spread_thousand.loc[0, "icc"] == pytest.approx(spread.loc[0, "icc"], rel=1e-6)


# statsmodels' own order of optimisers ends at a false optimum, or at none, in these made-up data
@pytest.mark.parametrize(
    ("seed", "sizes", "tau"), [(3, [5] * 22, 0.3), (5, [60] * 30, 0.0), (6, [60] * 30, 0.02)]
)
def test_variances_near_zero_are_found_where_the_likelihood_is_highest(
    seed: int, sizes: list[int], tau: float
) -> None:
    r = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    treated = r.integers(0, 2, len(school)) == 1
    y = tau * r.normal(size=len(sizes))[school] + r.normal(size=len(school))
    spread = fit(pd.DataFrame({"school": school, "group": named(treated), "y": y}))[1].loc[0]
    x = np.column_stack([np.ones(len(school)), treated.astype(float)])
    reachable = [fixed_part_at(ratio, y, x, school).loglik for ratio in [0.0, *np.geomspace(1e-7, 1.0, 400)]]
    assert spread["converged"]
    assert spread["loglik"] >= max(reachable) - 1e-9
