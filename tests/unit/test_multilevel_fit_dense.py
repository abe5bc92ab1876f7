"""``fit`` against matrices of size n x n written down by definition, and against closed forms for balanced data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import derivatives, minus_loglik
from multilevel_cases import school_data as data

from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit

CASES = {
    "slope": ("y ~ x + t + (1 + x | g)", [("g", ["1", "x"])], None),
    "crossed": ("y ~ x + t + (1 | g) + (1 | h)", [("g", ["1"]), ("h", ["1"])], None),
    "crossed_slope": ("y ~ x + (1 + x | g) + (1 | h)", [("g", ["1", "x"]), ("h", ["1"])], None),
    "weighted": ("y ~ x + t + (1 + x | g)", [("g", ["1", "x"])], "w"),
}


def variances(f: Fit) -> np.ndarray:
    table = f.variance
    return np.append(table["estimate"].iloc[-1], table["estimate"].iloc[:-1])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("reml", [True, False])
def test_likelihood_estimates_and_optimum_by_definition(case: str, reml: bool) -> None:
    formula, terms, weights = CASES[case]
    d = data()
    f = fit(formula, d, reml=reml, weights=weights)
    w = d[weights].to_numpy() if weights else np.ones(len(d))
    v_i = derivatives(d, terms, w)
    x = np.column_stack([np.ones(len(d)), *(d[c] for c in f.fixed["term"][1:])])
    y = d["y"].to_numpy()
    psi = variances(f)
    assert f.loglik == pytest.approx(-minus_loglik(psi, v_i, x, y, reml), abs=1e-9)
    inverse = np.linalg.inv(sum(p * one for p, one in zip(psi, v_i, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    np.testing.assert_allclose(f.fixed["estimate"], phi @ x.T @ inverse @ y, rtol=1e-9)
    np.testing.assert_allclose(f.covariance, phi, rtol=1e-8, atol=1e-12)
    # the gradient by definition is zero at the end of the search
    p = inverse - inverse @ x @ phi @ x.T @ inverse
    for one in v_i:
        trace = np.trace((p if reml else inverse) @ one)
        assert abs(trace - y @ p @ one @ p @ y) < 1e-8 * abs(trace)


@pytest.mark.parametrize("case", CASES)
def test_kenward_roger_and_satterthwaite_by_definition(case: str) -> None:
    """Kenward & Roger 1997, equations 4 and 5 and section 3; Satterthwaite with a numerical second derivative."""
    formula, terms, weights = CASES[case]
    d = data()
    f = fit(formula, d, weights=weights)
    w = d[weights].to_numpy() if weights else np.ones(len(d))
    v_i, psi = derivatives(d, terms, w), variances(f)
    x = np.column_stack([np.ones(len(d)), *(d[c] for c in f.fixed["term"][1:])])
    y = d["y"].to_numpy()
    inverse = np.linalg.inv(sum(p * one for p, one in zip(psi, v_i, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    p = inverse - inverse @ x @ phi @ x.T @ inverse
    m = len(v_i)
    information = np.array([[0.5 * np.trace(p @ v_i[i] @ p @ v_i[j]) for j in range(m)] for i in range(m)])
    cov = np.linalg.inv(information)
    p_i = [-x.T @ inverse @ one @ inverse @ x for one in v_i]
    bias = sum(
        cov[i, j] * (x.T @ inverse @ v_i[i] @ inverse @ v_i[j] @ inverse @ x - p_i[i] @ phi @ p_i[j])
        for i in range(m)
        for j in range(m)
    )
    adjusted = phi + 2 * phi @ bias @ phi
    np.testing.assert_allclose(f.fixed["se_kr"], np.sqrt(np.diag(adjusted)), rtol=1e-8)
    # for one contrast theta = l l' / l'phi l, A1 = A2, and the degrees of freedom follow
    for k in range(x.shape[1]):
        u = np.array([(phi @ one @ phi)[k, k] / phi[k, k] for one in p_i])
        a = u @ cov @ u
        b, g = 7 * a / 2, (2 * a - 5 * a) / (3 * a)
        c1, c2, c3 = (one / (3 + 2 * (1 - g)) for one in (g, 1 - g, 3 - g))
        rho = ((1 - a) / (1 - c2 * b)) ** 2 * (1 + c1 * b) / (1 - c3 * b)
        assert f.fixed["df_kr"].iloc[k] == pytest.approx(4 + 3 / (rho - 1), rel=1e-7)
    observed = np.zeros((m, m))
    step = 1e-3 * np.abs(psi)
    for i in range(m):
        for j in range(m):
            corners = [
                minus_loglik(psi + a * step[i] * np.eye(m)[i] + b * step[j] * np.eye(m)[j], v_i, x, y, True)
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            observed[i, j] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step[i] * step[j])
    for k in range(x.shape[1]):
        slope = np.array([(phi @ one @ phi)[k, k] for one in p_i])
        df = 2 * phi[k, k] ** 2 / (slope @ np.linalg.inv(observed) @ slope)
        assert f.fixed["df_satterthwaite"].iloc[k] == pytest.approx(df, rel=1e-4)


def test_conditional_modes_and_prediction_by_definition() -> None:
    d = data()
    f = fit("y ~ x + (1 + x | g) + (1 | h)", d)
    v = f.variance.set_index(["group", "term", "term_2"])["estimate"]
    sigma_g = np.array(
        [
            [v["g", "Intercept", ""], v["g", "Intercept", "x"]],
            [v["g", "Intercept", "x"], v["g", "x", ""]],
        ]
    )
    n = len(d)
    zg = np.zeros((n, 18))
    zg[np.arange(n), 2 * d["g"]] = 1.0
    zg[np.arange(n), 2 * d["g"] + 1] = d["x"]
    z = np.column_stack([zg, pd.get_dummies(d["h"]).to_numpy(float)])
    big = np.zeros((23, 23))
    big[:18, :18] = np.kron(np.eye(9), sigma_g)
    big[18:, 18:] = np.eye(5) * v["h", "Intercept", ""]
    inverse = np.linalg.inv(z @ big @ z.T + f.sigma**2 * np.eye(n))
    x = np.column_stack([np.ones(n), d["x"]])
    phi = np.linalg.inv(x.T @ inverse @ x)
    residual = d["y"].to_numpy() - x @ f.fixed["estimate"].to_numpy()
    u = big @ z.T @ inverse @ residual
    given = big - big @ z.T @ inverse @ z @ big
    total = given + big @ z.T @ inverse @ x @ phi @ x.T @ inverse @ z @ big
    modes = f.modes.set_index(["group", "term"])
    for place, rows in (
        (("g", "Intercept"), np.arange(0, 18, 2)),
        (("g", "x"), np.arange(1, 18, 2)),
        (("h", "Intercept"), np.arange(18, 23)),
    ):
        np.testing.assert_allclose(modes.loc[place, "mode"], u[rows], atol=1e-10)
        np.testing.assert_allclose(modes.loc[place, "se"], np.sqrt(np.diag(given)[rows]), rtol=1e-9)
        np.testing.assert_allclose(
            modes.loc[place, "se_prediction"], np.sqrt(np.diag(total)[rows]), rtol=1e-9
        )
    fitted = x @ f.fixed["estimate"].to_numpy() + z @ u
    np.testing.assert_allclose(f.fitted, fitted, atol=1e-10)
    np.testing.assert_allclose(f.residuals, d["y"] - fitted, atol=1e-10)
    np.testing.assert_allclose(f.predict(random=False), x @ f.fixed["estimate"].to_numpy(), atol=1e-10)
    new = pd.DataFrame({"x": [0.5, 0.5], "g": [0, 99], "h": [0, 99]})
    known, unknown = f.predict(new)
    assert unknown == pytest.approx(f.fixed["estimate"].iloc[0] + 0.5 * f.fixed["estimate"].iloc[1])
    assert known == pytest.approx(unknown + u[0] + 0.5 * u[1] + u[18])


def balanced(groups: int = 8, size: int = 5) -> pd.DataFrame:
    r = np.random.default_rng(3)
    g = np.repeat(np.arange(groups), size)
    return pd.DataFrame({"g": g, "y": 5 + 2 * r.normal(size=groups)[g] + r.normal(size=groups * size)})


def test_balanced_one_way_is_the_analysis_of_variance() -> None:
    """Searle, Casella & McCulloch 1992, section 3.6: s2 = MSW, s2_g = (MSB - MSW) / size; g - 1 degrees of freedom."""
    d = balanced()
    f = fit("y ~ 1 + (1 | g)", d)
    means = d.groupby("g")["y"].mean()
    msb = 5 * means.var(ddof=1)
    msw = ((d["y"] - means[d["g"]].to_numpy()) ** 2).sum() / (40 - 8)
    assert f.sigma**2 == pytest.approx(msw, rel=1e-10)
    assert f.variance["estimate"].iloc[0] == pytest.approx((msb - msw) / 5, rel=1e-9)
    row = f.fixed.iloc[0]
    assert row["estimate"] == pytest.approx(d["y"].mean(), rel=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(msb / 40), rel=1e-10)
    assert row["df_satterthwaite"] == pytest.approx(7, rel=1e-9)
    assert row["df_kr"] == pytest.approx(7, rel=1e-9)
    assert row["se_kr"] == pytest.approx(row["se"], rel=1e-9)
    assert f.icc["g"] == pytest.approx((msb - msw) / 5 / ((msb - msw) / 5 + msw), rel=1e-9)


def test_balanced_treatment_by_school_is_the_t_test_of_school_means() -> None:
    d = balanced(10, 6)
    d["t"] = d["g"] % 2
    row = fit("y ~ t + (1 | g)", d).fixed.loc["t"]
    means = d.groupby("g")["y"].mean()
    one, two = means[means.index % 2 == 1], means[means.index % 2 == 0]
    pooled = (one.var(ddof=1) + two.var(ddof=1)) / 2
    assert row["estimate"] == pytest.approx(one.mean() - two.mean(), rel=1e-10)
    assert row["se"] == pytest.approx(np.sqrt(pooled * 2 / 5), rel=1e-9)
    assert row["df_satterthwaite"] == pytest.approx(8, rel=1e-8)
    assert row["df_kr"] == pytest.approx(8, rel=1e-8)


def test_balanced_two_way_is_the_t_test_of_pairs() -> None:
    r = np.random.default_rng(9)
    d = pd.DataFrame({"pupil": np.tile(np.arange(12), 2), "post": np.repeat([0, 1], 12)})
    d["y"] = 3 + r.normal(size=12)[d["pupil"]] + 0.5 * d["post"] + 0.4 * r.normal(size=24)
    row = fit("y ~ post + (1 | pupil)", d).fixed.loc["post"]
    change = d["y"].to_numpy()[12:] - d["y"].to_numpy()[:12]
    assert row["estimate"] == pytest.approx(change.mean(), rel=1e-10)
    assert row["se"] == pytest.approx(change.std(ddof=1) / np.sqrt(12), rel=1e-9)
    assert row["df_kr"] == pytest.approx(11, rel=1e-8)


def test_several_contrasts_are_the_f_test_of_a_balanced_design() -> None:
    """Treatment by school with three arms: F of school means with 2 and 9 degrees of freedom, by both methods."""
    d = balanced(12, 4)
    d["arm"] = np.array(["a", "b", "c"])[d["g"] % 3]
    f = fit("y ~ arm + (1 | g)", d)
    means = d.groupby("g")["y"].mean()
    arms = [means[means.index % 3 == k] for k in range(3)]
    between = 4 * sum((a.mean() - means.mean()) ** 2 for a in arms) / 2
    within = sum(a.var(ddof=1) for a in arms) / 3
    test = f.contrast(["arm[T.b]", "arm[T.c]"]).iloc[0]
    assert test["f_satterthwaite"] == pytest.approx(between / within, rel=1e-8)
    assert test["f_kr"] == pytest.approx(between / within, rel=1e-8)
    assert test["df_satterthwaite"] == pytest.approx(9, rel=1e-7)
    assert test["df_kr"] == pytest.approx(9, rel=1e-7)
    single = f.contrast({"arm[T.c]": 1, "arm[T.b]": -1}).iloc[0]
    assert single["estimate"] == pytest.approx(arms[2].mean() - arms[1].mean(), rel=1e-9)
    assert single["df_kr"] == pytest.approx(9, rel=1e-7)
