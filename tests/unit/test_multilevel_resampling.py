"""Cluster bootstrap and permutation of treatment: rows repeated by hand, closed forms, all assignments counted."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import school_data

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.cluster_bootstrap import cluster_bootstrap
from trenza.multilevel.fit import fit
from trenza.multilevel.permutation import permutation_test


def table(seed: int = 5) -> pd.DataFrame:
    d = school_data(seed)
    return d.assign(c=d["g"] * 10 + np.arange(len(d)) % 3, m=d["g"] // 3)


@pytest.mark.parametrize(
    "random",
    ["(1 | g)", "(1 + x | g)", "(1 | g) + (1 | c)", "(1 + x | g) + (1 | c)", "(1 | m) + (1 | g) + (1 | c)"],
)
@pytest.mark.parametrize("reml", [True, False])
def test_a_replicate_is_the_fit_of_the_rows_drawn(random: str, reml: bool) -> None:
    d = table()
    f = fit(f"y ~ x + {random}", d, reml=reml)
    top = "m" if "m)" in random else "g"
    found = cluster_bootstrap(f, 3, seed=11)
    generator = np.random.default_rng(11)
    labels = sorted(d[top].unique(), key=str)
    for _, row in found.iterrows():
        drawn = generator.integers(0, len(labels), len(labels))
        parts = []
        for copy, j in enumerate(drawn):
            part = d[d[top] == labels[j]]
            parts.append(
                part.assign(**{name: part[name].astype(str) + f"_{copy}" for name in ("g", "c", "m")})
            )
        again = fit(f"y ~ x + {random}", pd.concat(parts), reml=reml)
        assert row["failed"] == ""
        for term in again.fixed.index:
            assert row[term] == pytest.approx(again.fixed.loc[term, "estimate"], rel=1e-5, abs=1e-7)
        assert row["sigma"] == pytest.approx(again.sigma, rel=1e-6)
        assert row["singular"] == again.singular
        assert row[f"var Intercept {top}"] == pytest.approx(
            again.variance["estimate"].iloc[list(again.variance["group"]).index(top)], rel=1e-4, abs=1e-6
        )


def test_the_bootstrap_of_balanced_schools_is_that_of_their_means() -> None:
    """Closed form: the estimate is the mean of the means drawn; over resamples its variance is (S - 1) / S of s^2 / S."""
    r = np.random.default_rng(2)
    g = np.repeat(np.arange(40), 4)
    d = pd.DataFrame({"g": g, "y": r.normal(size=40)[g] * 2 + r.normal(size=160)})
    means = d.groupby("g")["y"].mean()
    f = fit("y ~ 1 + (1 | g)", d)
    found = cluster_bootstrap(f, 400, seed=3)
    generator = np.random.default_rng(3)
    labels = sorted(range(40), key=int)
    expected = [means.iloc[[labels[j] for j in generator.integers(0, 40, 40)]].mean() for _ in range(400)]
    np.testing.assert_allclose(found["Intercept"], expected, rtol=1e-9)
    exact = means.var(ddof=0) / 40
    # the variance of 400 draws has a relative standard error of sqrt(2 / 399)
    assert abs(found["Intercept"].var() / exact - 1.0) < 4 * np.sqrt(2 / 399)


def test_a_resample_without_treated_schools_is_named() -> None:
    d = table().assign(t=lambda d: (d["g"] == 4) * 1.0)
    found = cluster_bootstrap(fit("y ~ x + t + (1 | g)", d), 30, seed=1)
    failed = found["failed"] != ""
    assert failed.any() and not failed.all()
    assert found.loc[failed, "t"].isna().all() and found.loc[~failed, "t"].notna().all()


def test_refusals_of_the_bootstrap() -> None:
    with pytest.raises(TrenzaError, match="crossed"):
        cluster_bootstrap(fit("y ~ x + (1 | g) + (1 | h)", table()), 2, 1)
    with pytest.raises(TrenzaError, match="0 replicates"):
        cluster_bootstrap(fit("y ~ x + (1 | g)", table()), 0, 1)
    with pytest.raises(TrenzaError, match="weighted"):
        cluster_bootstrap(fit("y ~ x + (1 | g)", table(), weights="w"), 2, 1)


def schools(count: int, size: int, effect: float, seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    g = np.repeat(np.arange(count), size)
    y = effect * (g % 2) + r.normal(size=count)[g] + r.normal(size=len(g))
    return pd.DataFrame({"g": g, "t": g % 2, "x": r.normal(size=len(g)), "y": y})


def test_balanced_schools_without_covariates_permute_as_their_means() -> None:
    """|t| rises with the absolute difference of means, so that p is the share of the 20 assignments as far apart."""
    d = schools(6, 5, 1.5, 3)
    found = permutation_test(fit("y ~ t + (1 | g)", d), "t", 1000, seed=1)
    means = d.groupby("g")["y"].mean().to_numpy()

    def apart(treated: tuple[int, ...]) -> float:
        other = [j for j in range(6) if j not in treated]
        return abs(means[list(treated)].mean() - means[other].mean())

    every = [apart(chosen) for chosen in itertools.combinations(range(6), 3)]
    assert found.exhaustive and found.assignments == 20 and found.clusters == 6
    assert found.p == pytest.approx(np.mean(np.array(every) >= apart((1, 3, 5)) * (1 - 1e-9)), rel=1e-12)
    assert found.smallest_p == pytest.approx(0.1, rel=1e-10)


@pytest.mark.parametrize("random", ["(1 | g)", "(1 + x | g)"])
def test_its_statistic_is_generalised_least_squares_at_the_variances_without_the_term(random: str) -> None:
    from multilevel_cases import derivatives

    d = schools(9, 6, 0.5, 4).iloc[:-2]
    f = fit(f"y ~ t + x + {random}", d)
    null = fit(f"y ~ x + {random}", d)
    psi = null.variance["estimate"].to_numpy()
    columns = ["1", "x"] if "x" in random else ["1"]
    v_i = derivatives(d, [("g", columns)], np.ones(len(d)))
    inverse = np.linalg.inv(sum(p * one for p, one in zip(np.append(psi[-1], psi[:-1]), v_i, strict=True)))
    x = np.column_stack([np.ones(len(d)), d["t"], d["x"]])
    phi = np.linalg.inv(x.T @ inverse @ x)
    t = (phi @ x.T @ inverse @ d["y"].to_numpy())[1] / np.sqrt(phi[1, 1])
    assert permutation_test(f, "t", 10, seed=1).statistic == pytest.approx(t, rel=1e-6)


def test_drawn_assignments_count_the_actual_one_and_false_alarms_keep_their_share() -> None:
    """Known truth: without an effect p is below 0.2 in a fifth of the trials (60 trials: standard error 5 points)."""
    p = []
    for seed in range(60):
        f = fit("y ~ t + (1 | g)", schools(14, 4, 0.0, 100 + seed))
        one = permutation_test(f, "t", 199, seed)
        assert not one.exhaustive and one.p * 200 == pytest.approx(round(one.p * 200))
        p.append(one.p)
    assert 0.2 - 4 * np.sqrt(0.2 * 0.8 / 60) < np.mean(np.array(p) <= 0.2) < 0.2 + 4 * np.sqrt(0.2 * 0.8 / 60)


@pytest.mark.parametrize(
    ("formula", "term", "said"),
    [
        ("y ~ t + x + (1 | g)", "x", "x varies within g"),
        ("y ~ t + x + (1 | g)", "z", "no term z"),
        ("y ~ t * x + (1 | g)", "t", "stands in t:x"),
        ("y ~ t + x + (0 + x | g)", "t", "no intercept"),
    ],
)
def test_refusals_of_the_permutation(formula: str, term: str, said: str) -> None:
    with pytest.raises(TrenzaError, match=said):
        permutation_test(fit(formula, schools(9, 6, 0.0, 1)), term, 10, 1)
