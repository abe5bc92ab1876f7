"""CR2 standard errors: by definition with n x n matrices, and in closed form for a balanced comparison of schools."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import cholesky, fractional_matrix_power

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.fit import fit


def rows(seed: int = 6) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    g = np.repeat(np.arange(12), r.integers(3, 9, 12))
    n = len(g)
    d = pd.DataFrame({"g": g, "c": g // 3, "t": (g % 2).astype(float), "x": r.normal(size=n) + 5})
    d["w"] = r.choice([0.5, 1.0, 2.0], n)
    d["y"] = (
        d["x"] * (1 + 0.4 * r.normal(size=12)[g])
        + r.normal(size=12)[g]
        + r.normal(size=4)[d["c"]]
        + r.normal(size=n)
    )
    return d


CASES = [
    ("y ~ t + x + (1 | g)", "g", [("g", "1")], None),
    ("y ~ t + x + (1 + x || g)", "g", [("g", "1"), ("g", "x")], None),
    ("y ~ t + x + (1 | c/g)", "c", [("c", "1"), ("g", "1")], None),
    ("y ~ t + x + (1 | g)", "g", [("g", "1")], "w"),
]


@pytest.mark.parametrize(("formula", "cluster", "terms", "weights"), CASES)
def test_cr2_by_definition(formula: str, cluster: str, terms: list, weights: str | None) -> None:
    d = rows()
    f = fit(formula, d, weights=weights)
    n = len(d)
    w = d[weights].to_numpy() if weights else np.ones(n)
    v = f.sigma**2 * np.diag(1 / w)
    for (group, column), variance in zip(terms, f.variance["estimate"], strict=False):
        z = np.ones(n) if column == "1" else d[column].to_numpy()
        v += variance * np.outer(z, z) * (d[group].to_numpy()[:, None] == d[group].to_numpy()[None, :])
    # A_j depends on the scale of rows: weighted rows are brought to one residual variance first
    x = np.column_stack([np.ones(n), d["t"], d["x"]]) * np.sqrt(w)[:, None]
    v = v * np.sqrt(np.outer(w, w))
    inverse = np.linalg.inv(v)
    m = np.linalg.inv(x.T @ inverse @ x)
    y = d["y"].to_numpy() * np.sqrt(w)
    e = y - x @ (m @ x.T @ inverse @ y)
    meat, p = np.zeros((3, 3)), []
    for one in np.unique(d[cluster]):
        j = np.flatnonzero(d[cluster] == one)
        vj, xj = v[np.ix_(j, j)], x[j]
        upper = cholesky(vj)
        middle = upper @ (vj - xj @ m @ xj.T) @ upper.T
        a = upper.T @ np.real(fractional_matrix_power(middle, -0.5)) @ upper
        side = np.zeros((n, 3))
        side[j] = a @ np.linalg.solve(vj, xj) @ m
        p.append(side)
        meat += np.outer(side.T @ e, side.T @ e)
    table = f.robust()
    np.testing.assert_allclose(table["se_cr2"], np.sqrt(np.diag(meat)), rtol=1e-6)
    for k in range(3):
        sides = np.column_stack([side[:, k] for side in p])
        g = sides.T @ (v - x @ m @ x.T) @ sides
        assert table["df"].iloc[k] == pytest.approx(np.trace(g) ** 2 / (g**2).sum(), rel=1e-6)


def test_cr2_of_a_balanced_comparison_is_the_t_test_of_unequal_variances() -> None:
    """Equal schools and arms: se^2 = s1^2 / m + s2^2 / m of school means, 2 (m - 1) degrees of freedom."""
    r = np.random.default_rng(1)
    g = np.repeat(np.arange(14), 5)
    d = pd.DataFrame({"g": g, "t": g % 2, "y": r.normal(size=14)[g] * (1 + g % 2) + r.normal(size=70)})
    row = fit("y ~ t + (1 | g)", d).robust().loc["t"]
    means = d.groupby("g")["y"].mean()
    one, two = means[means.index % 2 == 1], means[means.index % 2 == 0]
    assert row["se_cr2"] == pytest.approx(np.sqrt(one.var(ddof=1) / 7 + two.var(ddof=1) / 7), rel=1e-8)
    assert row["df"] == pytest.approx(12, rel=1e-8)
    assert row["clusters"] == 14


def test_crossed_groups_have_no_clusters() -> None:
    d = rows()
    d["h"] = np.arange(len(d)) % 5
    with pytest.raises(TrenzaError, match="crossed"):
        fit("y ~ x + (1 | g) + (1 | h)", d).robust()
    with pytest.raises(TrenzaError, match="c:g is none"):
        fit("y ~ x + (1 | c/g)", d).robust("c:g")
    with pytest.raises(TrenzaError, match="no group z; allowed: g"):
        fit("y ~ x + (1 | g)", d).robust("z")
