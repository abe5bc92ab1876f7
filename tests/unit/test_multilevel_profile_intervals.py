"""Profile intervals of variance components: by definition, against lme4, at the boundary, and in other units."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import derivatives, minus_loglik, school_data
from scipy.optimize import minimize

from trenza.multilevel.fit import fit

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
spec = importlib.util.spec_from_file_location("make_data", ORACLE / "make_data.py")
assert spec and spec.loader
make_data = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_data)
TABLES = make_data.tables()

# lme4 1.1-31: confint(profile(lmer(..., REML = FALSE), devtol = 1e-6)), 2.5 % and 97.5 %, on the tables of make_data.py.
# It reads its limits off a spline; where that failed (the lower limit of communes), it is left out here.
NAN = float("nan")
LME4 = {
    ("score ~ treat + ses + sector + (1 | school)", "pupils"): [
        (0.510399251, 1.05093848),
        (0.994482013, 1.20781785),
    ],
    ("score ~ treat * ses + (1 + ses | school)", "pupils"): [
        (0.533158915, 1.094503613),
        (0.0, 0.355905952),
        (-1.0, 1.0),
        (0.989488833, 1.203378527),
    ],
    ("score ~ treat + ses + (1 | commune/school)", "pupils"): [
        (NAN, 1.275133859),
        (0.305381964, 0.862430269),
        (0.995078961, 1.208751795),
    ],
    ("flat ~ treat + ses + (1 | school)", "pupils"): [(0.0, 0.134188177), (0.884190621, 1.062964580)],
    ("score ~ treat + ses + (1 | school)", "few"): [(0.199503029, 1.25012667), (0.841622157, 1.23730691)],
    ("y ~ x + (1 | primary) + (1 | secondary)", "crossed"): [
        (0.434780279, 1.048773150),
        (0.226725876, 0.842293804),
        (1.008460059, 1.207440440),
    ],
}


@pytest.mark.parametrize("case", LME4, ids=lambda c: c[0])
def test_limits_are_those_of_lme4(case: tuple[str, str]) -> None:
    formula, table = case
    found = fit(formula, TABLES[table], reml=False).profile_intervals()
    expected = np.array(LME4[case])
    ours = found[["ci_low", "ci_high"]].to_numpy()
    known = np.isfinite(expected)
    # the spline of lme4 is good to about 2e-4 (compare the test by definition below)
    np.testing.assert_allclose(ours[known], expected[known], rtol=3e-4, atol=1e-9)
    assert set(found["method"]) == {"profile of the full likelihood; beside it Wald"}


@pytest.mark.parametrize("reml", [True, False])
def test_limits_by_definition(reml: bool) -> None:
    """At a limit the likelihood, maximised over all other variances with n x n matrices, is lower by 3.8415 / 2."""
    d = school_data(1)
    f = fit("y ~ x + (1 + x | g)", d, reml=reml)
    v_i = derivatives(d, [("g", ["1", "x"])], np.ones(len(d)))
    x = np.column_stack([np.ones(len(d)), d["x"]])
    y = d["y"].to_numpy()

    def psi(sd: np.ndarray, rho: float) -> np.ndarray:
        s, a, b = np.abs(sd)
        return np.array([s**2, a**2, b**2, rho * a * b])

    def held(at: int, value: float, start: np.ndarray) -> float:
        """Minus the log-likelihood where one of (s, a, b, rho) is ``value``."""
        free = [i for i in range(4) if i != at]

        def value_at(part: np.ndarray) -> float:
            full = np.empty(4)
            full[at], full[free] = value, part
            if not 0.1 < abs(full[0]) < 20.0 or np.abs(full[1:3]).max() > 50.0:
                return 1e6
            return minus_loglik(psi(full[:3], np.tanh(full[3]) if at != 3 else full[3]), v_i, x, y, reml)

        begin = start.copy()
        if at != 3:
            begin[3] = np.arctanh(begin[3])
        return min(
            minimize(
                value_at, begin[free] * k, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}
            ).fun
            for k in (1.0, 0.7)
        )

    table = f.profile_intervals()
    sd = table["estimate"].to_numpy()
    start = np.array([sd[3], sd[0], sd[1], sd[2]])
    best = -f.loglik
    for row, at in ((0, 1), (1, 2), (2, 3), (3, 0)):
        for limit in table.loc[row, ["ci_low", "ci_high"]]:
            fall = held(at, float(limit), start) - best
            assert fall == pytest.approx(3.841458820694124 / 2.0, abs=2e-6), (row, limit)


def test_a_singular_variance_has_an_upper_limit_where_wald_has_none() -> None:
    row = fit("flat ~ treat + ses + (1 | school)", TABLES["pupils"]).profile_intervals().iloc[0]
    assert row["estimate"] == 0.0 and row["ci_low"] == 0.0
    assert 0.0 < row["ci_high"] < 1.0
    assert np.isnan(row["wald_low"]) and np.isnan(row["wald_high"])


def test_units_and_origins_do_not_matter() -> None:
    d = school_data(n=80)
    before = fit("y ~ x + (1 + x | g)", d).profile_intervals()
    other = fit("y ~ x + (1 + x | g)", d.assign(y=1000.0 * d["y"] + 5.0, x=d["x"] / 10.0)).profile_intervals()
    unit = np.array([1000.0, 10_000.0, 1.0, 1000.0])
    for limit in ("ci_low", "ci_high"):
        np.testing.assert_allclose(other[limit], before[limit] * unit, rtol=1e-6)


def test_the_level_of_the_interval() -> None:
    d = school_data(n=60)
    wide, narrow = (fit("y ~ x + (1 | g)", d, ci_level=c).profile_intervals() for c in (0.99, 0.5))
    assert (wide["ci_low"] < narrow["ci_low"]).all() and (wide["ci_high"] > narrow["ci_high"]).all()
    assert (narrow["ci_low"] < narrow["estimate"]).all() and (narrow["ci_high"] > narrow["estimate"]).all()
    assert list(pd.unique(wide["ci_level"])) == [0.99]
