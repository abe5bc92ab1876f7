"""statsmodels as an engine that can be chosen: close to ours where it is right, the same columns, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from multilevel_cases import school_data

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.fit import fit
from trenza.multilevel.second_opinion import fit_with


@pytest.mark.parametrize("formula", ["y ~ x + t + (1 | g)", "y ~ x + (1 + x | g)"])
@pytest.mark.parametrize("reml", [True, False])
def test_both_engines_agree_as_far_as_statsmodels_goes(formula: str, reml: bool) -> None:
    d = school_data(1)
    d.loc[4, "x"] = np.nan
    ours, theirs = (fit_with(engine, formula, d, reml) for engine in ("trenza", "statsmodels"))
    assert theirs.converged and theirs.nobs == ours.nobs == 89
    assert list(theirs.fixed.columns) == list(ours.fixed.columns)
    assert list(theirs.variance.columns) == list(ours.variance.columns)
    assert theirs.variance[["group", "term", "term_2", "kind"]].equals(
        ours.variance[["group", "term", "term_2", "kind"]]
    )
    # its optimiser leaves the variances open to about 1e-4, and its se are not lme4's
    np.testing.assert_allclose(
        theirs.fixed["estimate"], ours.fixed["estimate"], atol=1e-3 * ours.fixed["se"].min()
    )
    np.testing.assert_allclose(theirs.fixed["se"], ours.fixed["se"], rtol=0.15)
    np.testing.assert_allclose(theirs.variance["estimate"], ours.variance["estimate"], rtol=2e-3, atol=2e-3)
    if not reml:
        assert theirs.loglik == pytest.approx(ours.loglik, abs=1e-4)
    assert theirs.fixed["df_kr"].isna().all() and ours.fixed["df_kr"].notna().any() == reml
    assert theirs.fixed["p_z"].notna().all() and ours.fixed["p_z"].isna().all()


def test_the_default_engine_is_the_fit_itself() -> None:
    d = school_data()
    one, other = fit("y ~ x + (1 | g)", d), fit_with("trenza", "y ~ x + (1 | g)", d)
    assert other.fixed.drop(columns="p_z").equals(one.fixed) and other.loglik == one.loglik


@pytest.mark.parametrize(
    ("engine", "formula", "said"),
    [
        ("lme4", "y ~ x + (1 | g)", "allowed: trenza, statsmodels"),
        ("statsmodels", "y ~ x + (1 | g) + (1 | h)", "one random term"),
        ("statsmodels", "y ~ x + (1 | g:h)", "one random term over one group"),
        ("statsmodels", "y ~ x + (0 + x | g)", "without an intercept"),
        ("statsmodels", "y ~ xx + (1 | g)", "no column xx"),
    ],
)
def test_refusals(engine: str, formula: str, said: str) -> None:
    with pytest.raises(TrenzaError, match=said):
        fit_with(engine, formula, school_data())
