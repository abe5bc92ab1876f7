"""One random intercept: a dense REML search, lme4's figures, known truth, and statsmodels as a second opinion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import made
from scipy import optimize, stats

from trenza.multilevel.fit import fit
from trenza.multilevel.second_opinion import fit_with

MODEL = "y ~ treated + z + (1 | school)"


def pupils(seed: int, sizes: list[int], tau: float, effect: float = 0.0) -> pd.DataFrame:
    records = made(seed, sizes, tau, effect)
    return records.assign(treated=(records["group"] == "participant").astype(float))


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


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_unbalanced_model_with_a_covariate_agrees_with_a_dense_search(seed: int) -> None:
    records = pupils(seed, [1, 2, 9, 4, 4, 7, 3, 12, 5, 6], tau=0.8, effect=0.4)
    x = np.column_stack([np.ones(len(records)), records["treated"], records["z"]])
    own = dense_reml(records["y"].to_numpy(), x, records["school"].to_numpy())
    found = fit(MODEL, records)
    assert found.fixed["estimate"].to_numpy() == pytest.approx(own["b"], rel=1e-5)
    assert found.fixed["se"].to_numpy() == pytest.approx(own["se"], rel=1e-5)
    assert found.loglik == pytest.approx(own["ll"], abs=1e-7)
    assert found.variance["estimate"].to_numpy() == pytest.approx([own["tau2"], own["s2"]], rel=1e-4)


def test_a_large_sample_brings_the_truth_back() -> None:
    found = fit(MODEL, pupils(11, [25] * 200, tau=0.5, effect=0.3))
    for term, truth in (("treated", 0.3), ("z", 0.5), ("Intercept", 3.0)):
        assert abs(found.fixed.loc[term, "estimate"] - truth) < 4 * found.fixed.loc[term, "se"]
    assert found.icc["school"] == pytest.approx(0.25 / 1.25, abs=0.05)


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
    columns = {"school": school, "treated": treat, "female": female, "years": years, "rural": rural}
    return pd.DataFrame(columns | {"gain": gain.round(6), "noise": noise.round(6)})


# lme4 1.1-31, R 4.2.2, REML, optimum tightened to 1e-10:
# gain (or noise) ~ treat + female + exper + rural + (1|school)
LME4 = {
    "gain": {
        "loglik": -147.470961713325,
        "cluster": 0.296301994482941,
        "residual": 0.633908545716687,
        "fixed": {
            "Intercept": (0.25083440536934, 0.305053383815363),
            "treated": (0.46064909645298, 0.283439111335921),
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
            "Intercept": (0.0276861618822092, 0.263478665075997),
            "treated": (0.0195976855463568, 0.183860097631491),
            "female": (0.121626107488587, 0.188664580015408),
            "years": (-0.0072013474942863, 0.0125883890096605),
            "rural": (0.0162775597166648, 0.18260485718589),
        },
    },
}


LME4_FORMULA = "{} ~ treated + female + years + rural + (1 | school)"


@pytest.mark.parametrize("outcome", ["gain", "noise"])
def test_lme4_gives_the_same_figures_also_where_the_cluster_variance_is_zero(outcome: str) -> None:
    found, expected = fit(LME4_FORMULA.format(outcome), teachers22()), LME4[outcome]
    assert found.loglik == pytest.approx(expected["loglik"], abs=1e-8)
    both = [expected["cluster"], expected["residual"]]
    assert found.variance["estimate"].to_numpy() == pytest.approx(both, rel=1e-6)
    for term, (estimate, se) in expected["fixed"].items():  # type: ignore[attr-defined]
        assert found.fixed.loc[term, "estimate"] == pytest.approx(estimate, rel=1e-6)
        assert found.fixed.loc[term, "se"] == pytest.approx(se, rel=1e-6)


def test_a_zero_cluster_variance_is_named_and_the_model_is_then_ordinary_regression() -> None:
    d = teachers22()
    found = fit("noise ~ treated + (1 | school)", d)
    assert found.singular and found.converged and found.icc["school"] == 0.0
    assert "singular: the variance of Intercept over school is 0" in found.messages
    t = stats.ttest_ind(d.noise[d.treated == 1], d.noise[d.treated == 0])
    assert found.fixed.loc["treated", "statistic"] == pytest.approx(t.statistic, rel=1e-9)


# Davies & Goldsmith 1972 (yield of dyestuff, 6 batches of 5); lme4 1.1-31: Yield ~ 1 + (1 | Batch), REML
DYESTUFF = """1545 1440 1440 1520 1580 1540 1555 1490 1560 1495 1595 1550 1605 1510 1560
1445 1440 1595 1465 1545 1595 1630 1515 1635 1625 1520 1455 1450 1480 1445"""


def test_dyestuff_has_the_figures_that_lme4_prints_and_statsmodels_agrees() -> None:
    d = pd.DataFrame({"y": np.array(DYESTUFF.split(), dtype=float), "batch": np.repeat(np.arange(6), 5)})
    found, second = fit("y ~ 1 + (1 | batch)", d), fit_with("statsmodels", "y ~ 1 + (1 | batch)", d)
    assert np.sqrt(found.variance["estimate"].iloc[0]) / found.sigma == pytest.approx(
        0.848323783218823, rel=1e-6
    )
    assert found.sigma == pytest.approx(49.5100999656347, rel=1e-6)
    assert found.loglik == pytest.approx(-159.827138421129, abs=1e-9)
    assert second.converged and second.fixed["estimate"].iloc[0] == pytest.approx(1527.5, rel=1e-9)
    # statsmodels divides the likelihood by n before it looks whether it still rises: four digits
    assert second.variance["estimate"].to_numpy() == pytest.approx(found.variance["estimate"], rel=1e-3)


@pytest.mark.parametrize("seed", [5, 21])
def test_statsmodels_is_close_where_it_converges_and_never_above_in_likelihood(seed: int) -> None:
    records = pupils(seed, [3, 8, 5, 6, 2, 9, 7, 4], tau=1.0, effect=0.5)
    ours, theirs = (fit_with(engine, MODEL, records) for engine in ("trenza", "statsmodels"))
    assert theirs.converged
    np.testing.assert_allclose(
        theirs.fixed["estimate"], ours.fixed["estimate"], atol=1e-3 * ours.fixed["se"].min()
    )
    assert theirs.loglik <= ours.loglik + 1e-6


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
    found = fit(
        "y ~ treated + (1 | school)", pd.DataFrame({"school": school, "treated": treated * 1.0, "y": y})
    )
    x = np.column_stack([np.ones(len(school)), treated.astype(float)])
    reachable = [loglik_at(ratio, y, x, sizes) for ratio in [0.0, *np.geomspace(1e-7, 1.0, 400)]]
    assert found.converged
    assert found.loglik >= max(reachable) - 1e-9


def loglik_at(ratio: float, y: np.ndarray, x: np.ndarray, sizes: list[int]) -> float:
    """The restricted log-likelihood at a ratio of variances, school by school: V_j^-1 = I - r / (1 + n_j r) 1 1'."""
    n, p = x.shape
    w = np.column_stack([x, y])
    cross, log_det = w.T @ w, 0.0
    for part in np.split(w, np.cumsum(sizes)[:-1]):
        s = part.sum(axis=0)
        cross = cross - ratio / (1.0 + len(part) * ratio) * np.outer(s, s)
        log_det += np.log1p(len(part) * ratio)
    b = np.linalg.solve(cross[:p, :p], cross[:p, p])
    s2 = (cross[p, p] - b @ cross[:p, p]) / (n - p)
    log_det += np.linalg.slogdet(cross[:p, :p])[1]
    return float(-0.5 * ((n - p) * (np.log(2 * np.pi * s2) + 1.0) + log_det))
