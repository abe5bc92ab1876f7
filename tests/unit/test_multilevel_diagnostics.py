"""Influence and diagnostic tables: by definition with n x n matrices, closed forms, and data that leave nothing to tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import derivatives, school_data
from scipy import stats

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.diagnostics import mode_table, prediction_bands, residual_table, variance_partition
from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit

CASES = {
    "slope": ("y ~ x + t + (1 + x | g)", [("g", ["1", "x"])]),
    "nested": ("y ~ x + t + (1 | g) + (1 | c)", [("g", ["1"]), ("c", ["1"])]),
}


def table() -> pd.DataFrame:
    d = school_data()
    return d.assign(c=d["g"] * 10 + np.arange(len(d)) % 3)


def covariance(f: Fit, d: pd.DataFrame, terms: list[tuple[str, list[str]]]) -> np.ndarray:
    table = f.variance["estimate"].to_numpy()
    psi = np.append(table[-1], table[:-1])
    return np.asarray(
        sum(p * one for p, one in zip(psi, derivatives(d, terms, np.ones(len(d))), strict=True))
    )


@pytest.mark.parametrize("case", CASES)
def test_influence_is_generalised_least_squares_without_the_cluster(case: str) -> None:
    formula, terms = CASES[case]
    d = table()
    f = fit(formula, d)
    v = covariance(f, d, terms)
    x = np.column_stack([np.ones(len(d)), d["x"], d["t"]])
    y = d["y"].to_numpy()
    beta, phi = f.fixed["estimate"].to_numpy(), f.covariance.to_numpy()
    found = f.influence()
    assert list(found["level"].unique()) == [str(g) for g in range(9)]
    for level, rows in found.groupby("level"):
        keep = d["g"].to_numpy() != int(level)
        inverse = np.linalg.inv(v[np.ix_(keep, keep)])
        phi_j = np.linalg.inv(x[keep].T @ inverse @ x[keep])
        beta_j = phi_j @ x[keep].T @ inverse @ y[keep]
        np.testing.assert_allclose(rows["without"], beta_j, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(rows["change"], beta_j - beta, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(
            rows["dfbetas"], (beta - beta_j) / np.sqrt(np.diag(phi_j)), rtol=1e-6, atol=1e-9
        )
        cook = (beta - beta_j) @ np.linalg.solve(phi, beta - beta_j) / 3
        np.testing.assert_allclose(rows["cook"], cook, rtol=1e-6)
        assert set(rows["weight"]) == {float((~keep).sum())}


def test_influence_of_equal_schools_is_the_jackknife_of_their_means() -> None:
    """Balanced, no covariate: the mean without school j is (S m - m_j) / (S - 1)."""
    r = np.random.default_rng(2)
    g = np.repeat(np.arange(6), 4)
    d = pd.DataFrame({"g": g, "y": r.normal(size=6)[g] * 2 + r.normal(size=24)})
    means = d.groupby("g")["y"].mean()
    found = fit("y ~ 1 + (1 | g)", d).influence()
    np.testing.assert_allclose(found["without"], (means.sum() - means) / 5, rtol=1e-10)


def test_the_only_treated_school_cannot_be_left_out() -> None:
    d = table().assign(t=lambda d: (d["g"] == 4) * 1.0)
    found = fit("y ~ x + t + (1 | g)", d).influence().set_index(["level", "term"])
    assert found.loc["4", ["without", "dfbetas", "cook"]].isna().all().all()
    assert found.drop(index="4")["without"].notna().all()


def test_influence_needs_clusters() -> None:
    with pytest.raises(TrenzaError, match="crossed"):
        fit("y ~ x + (1 | g) + (1 | h)", table()).influence()


def test_residuals_by_level() -> None:
    d = table()
    d.loc[2, "x"] = np.nan
    f = fit("y ~ x + t + (1 + x | g)", d, weights="w")
    found = residual_table(f)
    assert found.loc[2].isna().all() and found.drop(index=2).notna().all().all()
    np.testing.assert_allclose(found["fitted"] + found["residual"], d["y"].where(d["x"].notna()))
    b = f.fixed["estimate"]
    fixed = b["Intercept"] + b["x"] * d["x"] + b["t"] * d["t"]
    np.testing.assert_allclose(found["fitted_fixed"], fixed, rtol=1e-10)
    np.testing.assert_allclose(found["residual_marginal"], d["y"] - fixed, atol=1e-10)
    np.testing.assert_allclose(found["standardised"], found["residual"] * np.sqrt(d["w"]) / f.sigma)


def test_modes_are_ranked_and_standardised_by_their_own_spread() -> None:
    """Var(u_hat) = S Z'P Z S by definition; quantiles are Blom's."""
    d = table()
    f = fit("y ~ x + (1 | g)", d)
    v = covariance(f, d, [("g", ["1"])])
    inverse = np.linalg.inv(v)
    x = np.column_stack([np.ones(len(d)), d["x"]])
    p = inverse - inverse @ x @ np.linalg.inv(x.T @ inverse @ x) @ x.T @ inverse
    z = pd.get_dummies(d["g"]).to_numpy(float)
    s = f.variance["estimate"].iloc[0]
    found = mode_table(f)
    np.testing.assert_allclose(
        found["standardised"], found["mode"] / np.sqrt(s**2 * np.diag(z.T @ p @ z)), rtol=1e-7
    )
    order = np.argsort(found["mode"].to_numpy())
    assert list(found["rank"].to_numpy()[order]) == list(range(1, 10))
    by_size = np.sort(found["quantile"])
    np.testing.assert_allclose(by_size, stats.norm.ppf((np.arange(1, 10) - 0.375) / 9.25), rtol=1e-12)
    half = stats.norm.ppf(0.975) * found["se_prediction"]
    np.testing.assert_allclose(found["ci_high"] - found["mode"], half)
    np.testing.assert_allclose(found["mode"] - found["ci_low"], half)


def test_modes_without_variance_have_no_shape() -> None:
    d = table()
    flat = fit("flat ~ x + (1 | g)", d.assign(flat=d["y"] - d.groupby("g")["y"].transform("mean")))
    found = mode_table(flat)
    assert flat.singular and found["standardised"].isna().all() and found["quantile"].isna().all()


def test_shares_of_variance() -> None:
    d = table()
    f = fit("y ~ x + (1 | g) + (1 | c)", d)
    found = variance_partition(f).set_index("part")
    v = f.variance.set_index("group")["estimate"]
    for group in ("g", "c", "Residual"):
        assert found.loc[group, "variance"] == pytest.approx(v[group], rel=1e-10)
        assert found.loc[group, "share_random"] == pytest.approx(v[group] / v.sum(), rel=1e-10)
    fixed = f.predict(random=False).var(ddof=1)
    assert found.loc["Fixed", "variance"] == pytest.approx(fixed, rel=1e-8)
    assert found["share_total"].sum() == pytest.approx(1.0, rel=1e-12)
    assert found.loc["Fixed", "share_total"] == pytest.approx(f.r2_marginal, rel=1e-12)


@pytest.mark.parametrize("reml", [True, False])
def test_bands_are_contrasts_and_add_the_new_units_variance(reml: bool) -> None:
    d = table()
    f = fit("y ~ x + t + (1 + x | g)", d, reml=reml)
    grid = pd.DataFrame({"x": [-1.0, 0.0, 2.0, np.nan], "t": [0.0, 1.0, 1.0, 1.0]}, index=list("abcd"))
    found = prediction_bands(f, grid)
    assert found.loc["d"].drop("sd_new").isna().all()
    v = f.variance.set_index(["term", "term_2"])["estimate"]
    for i in "abc":
        x, t = grid.loc[i]
        one = f.contrast({"Intercept": 1.0, "x": x, "t": t}).iloc[0]
        row = found.loc[i]
        assert row["fit"] == pytest.approx(one["estimate"], rel=1e-9)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((one["ci_low"], one["ci_high"]), rel=1e-8)
        assert row["df"] == pytest.approx(one["df_kr" if reml else "df_satterthwaite"], rel=1e-8)
        new = v["Intercept", ""] + 2 * x * v["Intercept", "x"] + x**2 * v["x", ""] + f.sigma**2
        assert row["sd_new"] == pytest.approx(np.sqrt(new), rel=1e-9)
        half = stats.t.ppf(0.975, row["df"]) * np.sqrt(row["se"] ** 2 + new)
        assert (row["high"] - row["fit"], row["fit"] - row["low"]) == pytest.approx((half, half), rel=1e-9)
