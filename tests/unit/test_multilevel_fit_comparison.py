"""Likelihood-ratio comparisons: the right number, or a refusal that says why; and the share of false alarms."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from trenza.multilevel.comparison import NotComparable, compare
from trenza.multilevel.fit import fit

ROOT = Path(__file__).resolve().parents[2]


def rows() -> pd.DataFrame:
    r = np.random.default_rng(8)
    g = r.integers(0, 20, 300)
    d = pd.DataFrame({"g": g, "h": g // 4, "x": r.normal(size=300), "z": r.normal(size=300)})
    d["y"] = r.normal(size=20)[g] + d["x"] * (1 + 0.3 * r.normal(size=20)[g]) + r.normal(size=300)
    return d


def test_fixed_effects_by_maximum_likelihood() -> None:
    d = rows()
    small, large = (fit(f"y ~ {fixed} + (1 | g)", d, reml=False) for fixed in ("x", "x + z"))
    c = compare(large, small)
    assert c.df == 1
    assert c.statistic == pytest.approx(2 * (large.loglik - small.loglik))
    assert c.p_chi2 == pytest.approx(chi2.sf(c.statistic, 1))
    assert np.isnan(c.p_mixture)


def test_a_random_slope_by_the_mixture() -> None:
    d = rows()
    small, large = fit("y ~ x + (1 | g)", d), fit("y ~ x + (1 + x | g)", d)
    c = compare(small, large)
    assert c.df == 2
    assert c.p_mixture == pytest.approx((chi2.sf(c.statistic, 1) + chi2.sf(c.statistic, 2)) / 2)
    assert c.p_mixture < c.p_chi2
    level = compare(small, fit("y ~ x + (1 | g) + (1 | h)", d))
    # a variance that is found at zero: half of the distribution lies there
    assert level.p_mixture == pytest.approx(0.5 * (chi2.sf(level.statistic, 1) + (level.statistic == 0.0)))
    two = compare(small, fit("y ~ x + (1 + x + z | g)", d))
    assert np.isnan(two.p_mixture) and "conservative" in two.note


def test_invalid_comparisons_are_refused() -> None:
    d = rows()
    base = fit("y ~ x + (1 | g)", d)
    cases = {
        "outcomes differ": fit("z ~ x + (1 | g)", d),
        "300 and 299 rows": fit("y ~ x + (1 | g)", d.iloc[1:]),
        "not of the same rows": fit("y ~ x + (1 + x | g)", d.assign(y=d["y"] + d["z"])),
        "one fit is by REML": fit("y ~ x + z + (1 | g)", d, reml=False),
        "fit both with reml=False": fit("y ~ x + z + (1 | g)", d),
        "neither model": fit("y ~ x + (1 | h) + (0 + x | h)", d),
        "same model": fit("y ~ x + (1 | g)", d),
    }
    for said, other in cases.items():
        with pytest.raises(NotComparable, match=said):
            compare(base, other)


@pytest.mark.parametrize(("schools", "icc"), [(22, 0.25), (6, 0.25)])
def test_kenward_roger_holds_five_per_cent(schools: int, icc: float) -> None:
    """A treatment that does nothing; benchmarks/multilevel_errors.py has more designs and trials."""
    spec = importlib.util.spec_from_file_location("errors", ROOT / "benchmarks" / "multilevel_errors.py")
    assert spec and spec.loader
    errors = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(errors)
    count = 200
    shares = errors.rejections(schools, icc, count, seed=3)
    assert shares["kenward_roger"] < 0.05 + 3 * np.sqrt(0.05 * 0.95 / count)
    assert shares["z"] > shares["satterthwaite"] >= shares["kenward_roger"]
