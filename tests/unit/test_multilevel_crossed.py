"""Crossed factors: the short way to the derivatives, sums of weighted pairs, and where the search begins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from trenza.multilevel import crossed, pairs, search
from trenza.multilevel.fit import fit
from trenza.multilevel.pairs import Pairs
from trenza.multilevel.result import Fit


def crossed_data(seed: int = 3, n: int = 900, g: int = 60, h: int = 25, sd: float = 0.5) -> pd.DataFrame:
    """Rows in g groups crossed with h and with 7 others."""
    r = np.random.default_rng(seed)
    one, two, three = r.integers(0, g, n), r.integers(0, h, n), r.integers(0, 7, n)
    x = r.normal(size=n)
    y = (
        1
        + 0.3 * x
        + 0.7 * r.normal(size=g)[one]
        + sd * r.normal(size=h)[two]
        + 0.3 * r.normal(size=h)[two] * x
    )
    return pd.DataFrame(
        {"y": y + 0.4 * r.normal(size=7)[three] + r.normal(size=n), "x": x, "g": one, "h": two, "k": three}
    ).assign(t=lambda d: (d["g"] % 2).astype(float))


def assert_same(one: Fit, two: Fit, rtol: float) -> None:
    for column in ("estimate", "se", "df_satterthwaite", "se_kr", "df_kr", "p_kr"):
        np.testing.assert_allclose(one.fixed[column], two.fixed[column], rtol=rtol)
    np.testing.assert_allclose(one.variance["estimate"], two.variance["estimate"], rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(one.variance["se"], two.variance["se"], rtol=rtol, atol=1e-9)
    assert one.loglik == pytest.approx(two.loglik, abs=1e-8)


@pytest.mark.parametrize("most", [10**6, 40, 0], ids=["all light", "mixed", "all heavy"])
def test_weighted_pairs_by_definition(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "_MOST", most)
    r = np.random.default_rng(1)
    dense = np.where(r.random((12, 9)) < 0.4, r.integers(1, 5, (12, 9)), 0).astype(float)
    dense[3] = 0.0
    weights = r.random(12)
    made = Pairs.of(sp.csr_matrix(dense))
    assert (made.light.shape[0] > 1) == (most > 0) and (made.heavy.shape[0] > 0) == (most < 10**6)
    np.testing.assert_allclose(made.gram(weights), dense.T @ np.diag(weights) @ dense, rtol=1e-14)


@pytest.mark.parametrize(
    "random", ["(1 | g) + (1 | h)", "(1 | g) + (1 | h) + (1 | k)", "(1 | g) + (1 + x || h) + (1 | k)"]
)
def test_the_short_way_gives_what_the_long_way_gives(random: str, monkeypatch: pytest.MonkeyPatch) -> None:
    d = crossed_data()
    short = fit(f"y ~ x + t + {random}", d)
    monkeypatch.setattr(crossed, "_LEAST", np.inf)
    long = fit(f"y ~ x + t + {random}", d)
    assert short.converged and long.converged and not short.singular
    assert_same(short, long, 1e-9)
    np.testing.assert_allclose(short.modes["se_prediction"], long.modes["se_prediction"], rtol=1e-9)


def test_the_start_from_moments_changes_nothing_but_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    d = crossed_data(n=4000, g=400, h=150)
    near = fit("y ~ x + t + (1 | g) + (1 | h)", d)
    monkeypatch.setattr(search, "moment_start", lambda structure, basis: None)
    far = fit("y ~ x + t + (1 | g) + (1 | h)", d)
    assert_same(near, far, 1e-8)
    assert near.machinery.search.model.evaluations < far.machinery.search.model.evaluations
