"""Bins of residuals and bands: means by hand, the same for any order of rows, and what a model that holds leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from trenza.multilevel.diagnostics import prediction_bands, residual_table
from trenza.multilevel.fit import fit
from trenza.multilevel.residual_bins import BINS, LEAST, residual_bins


def rows(seed: int = 1, n: int = 2_000) -> pd.DataFrame:
    random = np.random.default_rng((seed, 7))
    school = np.arange(n) % 40
    x = random.normal(size=n)
    y = 10.0 + 2.0 * x + random.normal(size=40)[school] + random.normal(0.0, 3.0, n)
    return pd.DataFrame({"y": y, "x": x, "school": [f"s{s}" for s in school], "w": 1.0 + school % 3})


def test_what_a_model_that_holds_leaves() -> None:
    data = rows()
    found = fit("y ~ x + (1 | school)", data)
    table = residual_bins(found)
    assert len(table) == BINS and set(table["n"]) == {100} and table["n"].sum() == len(data)
    assert table["fit"].is_monotonic_increasing
    # a mean of 100 residuals has a standard error of 0.1, their SD one of 0.07; the fit takes up a little
    assert table["residual"].abs().max() < 0.4 and table["residual_sd"].between(0.75, 1.25).all()
    inside = data["y"].between(*(np.interp(data["x"], table["fit"] / 2, table[c]) for c in ("low", "high")))
    assert inside.mean() > 0.5
    # by hand: the first bin is the hundred rows of the lowest expected value
    left = residual_table(found)
    lowest = left.nsmallest(100, "fitted_fixed")
    assert table["residual"].iloc[0] == pytest.approx(lowest["standardised"].mean(), rel=1e-9)
    assert table["residual_sd"].iloc[0] == pytest.approx(lowest["standardised"].std(), rel=1e-9)
    assert table["observed"].iloc[0] == pytest.approx(data.loc[lowest.index, "y"].mean(), rel=1e-9)
    middle = lowest.sort_values("fitted_fixed").index[49]
    band = prediction_bands(found, data.loc[[middle]])
    assert_allclose(table.loc[0, ["fit", "ci_low", "ci_high", "low", "high"]].astype(float),
                    band.loc[middle, ["fit", "ci_low", "ci_high", "low", "high"]].astype(float), rtol=1e-12)  # fmt: skip


def test_a_bent_outcome_and_a_growing_spread_show() -> None:
    data = rows()
    data["y"] += 3.0 * data["x"] ** 2
    bent = residual_bins(fit("y ~ x + (1 | school)", data))
    assert bent["residual"].iloc[[0, -1]].min() > 1.0 and bent["residual"].iloc[10] < 0.0
    wide = rows()
    wide["y"] += np.random.default_rng(5).normal(size=len(wide)) * np.exp(wide["x"])
    spread = residual_bins(fit("y ~ x + (1 | school)", wide))["residual_sd"]
    assert spread.iloc[-1] > 1.5 * spread.iloc[0]


def test_the_same_bins_for_any_order_of_rows() -> None:
    data = rows().assign(part=lambda d: (d["x"] > 0.3).astype(float))
    for formula in ("y ~ x + (1 | school)", "y ~ part + (1 | school)"):
        one = residual_bins(fit(formula, data))
        other = residual_bins(fit(formula, data.sample(frac=1.0, random_state=2)))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert len(one) == 2  # two expected values


def test_few_rows_and_weights() -> None:
    few = rows(n=44)
    assert set(residual_bins(fit("y ~ x + (1 | school)", few))["n"]) == {11}
    assert LEAST == 10
    weighted = residual_bins(fit("y ~ x + (1 | school)", rows(), weights="w"))
    assert weighted["low"].isna().all() and weighted["ci_low"].notna().all()
