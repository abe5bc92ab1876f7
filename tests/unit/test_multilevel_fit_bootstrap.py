"""The parametric bootstrap agrees with theory where theory is exact, and repeats itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.bootstrap import parametric_bootstrap
from trenza.multilevel.fit import fit


def rows() -> pd.DataFrame:
    r = np.random.default_rng(4)
    g = np.repeat(np.arange(16), 6)
    d = pd.DataFrame({"g": g, "t": g % 2, "x": r.normal(size=96) + 2018, "w": r.choice([0.5, 2.0], 96)})
    d["y"] = 100 + 5 * (2 * r.normal(size=16)[g] + r.normal(size=96))
    return d


def test_spread_and_mean_are_those_of_theory() -> None:
    """Balanced: Var(t) = (s2 + 6 s2_g) / 24, s2 is unbiased (far from the boundary), and s2 * 80 / E(s2) is chi-squared with 80."""
    f = fit("y ~ t + (1 | g)", rows())
    b = parametric_bootstrap(f, 300, seed=1)
    error = f.fixed.loc["t", "se"]
    assert b["t"].std() == pytest.approx(error, rel=4 / np.sqrt(600))
    assert b["t"].mean() == pytest.approx(f.fixed.loc["t", "estimate"], abs=4 * error / np.sqrt(300))
    s2 = b["sigma"] ** 2
    assert s2.mean() == pytest.approx(f.sigma**2, rel=4 * np.sqrt(2 / 80 / 300))
    assert s2.std() == pytest.approx(f.sigma**2 * np.sqrt(2 / 80), rel=4 / np.sqrt(600))


def test_the_same_seed_gives_the_same_replicates_and_all_parts_are_there() -> None:
    f = fit("y ~ t + x + (1 + x | g)", rows(), weights="w")
    one, two = parametric_bootstrap(f, 3, seed=7), parametric_bootstrap(f, 3, seed=7)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert list(one.columns) == [
        "Intercept", "t", "x", "var Intercept g", "var x g", "cov Intercept x g", "sigma", "singular",
    ]  # fmt: skip
    assert not one.equals(parametric_bootstrap(f, 3, seed=8))


def test_a_replicate_of_the_outcome_itself_is_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    from trenza.multilevel import bootstrap

    f = fit("y ~ t + x + (1 + x | g)", rows(), weights="w")
    monkeypatch.setattr(bootstrap._Rows, "outcome", lambda self, generator: self.w[f.machinery.products.y])
    row = parametric_bootstrap(f, 1, seed=1).iloc[0]
    np.testing.assert_allclose(row.iloc[:3].astype(float), f.fixed["estimate"], rtol=1e-7)
    assert row["sigma"] == pytest.approx(f.sigma, rel=1e-9)


def test_refusals() -> None:
    with pytest.raises(TrenzaError, match="1 or more"):
        parametric_bootstrap(fit("y ~ t + (1 | g)", rows()), 0, seed=1)
