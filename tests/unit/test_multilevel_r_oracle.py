"""Pooling, influence and a variance of single rows against R: tests/oracle/multilevel_oracle.R made the references."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.multilevel.fit import fit
from trenza.multilevel.imputed import combined

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
R = pd.read_csv(ORACLE / "multilevel_r.csv", dtype={"level": str}, keep_default_na=False)
# The same as in the script: estimates, standard errors, degrees of freedom of the complete data
POOLS = {
    "three": ([0.31, 0.47, 0.28], [0.11, 0.12, 0.10], 18.4),
    "five": ([4.2, 4.9, 3.8, 4.4, 4.1], [1.3, 1.2, 1.4, 1.3, 1.3], 4.0),
    "ten": ([-1.2, -0.3, -0.9, 0.4, -2.1, -1.6, -0.2, -1.1, -0.8, -0.5], [0.4] * 10, 250.0),
}
FORMULAS = {"few": "score ~ treat + ses + (1 | school)", "pupils": "score ~ treat + ses + (1 + ses | school)"}


def values(what: str, case: str) -> pd.Series:
    rows = R[(R["what"] == what) & (R["case"] == case)]
    index = pd.MultiIndex.from_arrays([rows["name"].str.replace("(Intercept)", "Intercept"), rows["level"]])
    return pd.Series(rows["value"].astype(float).to_numpy(), index=index).sort_index()


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = importlib.util.spec_from_file_location("make_data", ORACLE / "make_data.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: dict[str, pd.DataFrame] = module.tables()
    return made


@pytest.mark.parametrize("case", POOLS)
def test_rubins_rules_are_those_of_mice(case: str) -> None:
    estimates, se, df = POOLS[case]
    one = combined(np.array(estimates), np.array(se), np.full(len(se), df))
    found = {"estimate": one.estimate, "se": one.se, "df": one.df, "missing_share": one.missing_share}
    assert found == pytest.approx(values("rubin", case).droplevel(1).to_dict(), rel=1e-12)


@pytest.mark.parametrize("case", FORMULAS)
def test_estimates_without_a_school_are_those_of_lme4_at_the_same_variances(
    case: str, tables: dict[str, pd.DataFrame]
) -> None:
    found = fit(FORMULAS[case], tables[case]).influence()
    ours = found.set_index(["term", "level"])["without"].sort_index()
    theirs = values("without", case)
    assert list(ours.index) == list(theirs.index)
    scale = fit(FORMULAS[case], tables[case]).fixed["se"].reindex(ours.index.get_level_values(0))
    np.testing.assert_allclose(
        ours.to_numpy() / scale.to_numpy(), theirs.to_numpy() / scale.to_numpy(), atol=1e-6
    )
    cook = found.drop_duplicates("level").set_index("level")["cook"].sort_index()
    np.testing.assert_allclose(cook, values("cook", case).droplevel(0), rtol=1e-5)


def test_a_variance_of_single_rows_beside_weights_is_that_of_lme4(tables: dict[str, pd.DataFrame]) -> None:
    data = tables["pupils"].assign(row=lambda d: np.arange(len(d)))
    one = fit("score ~ treat + ses + (1 | school) + (1 | row)", data, weights="weight")
    theirs = values("rows", "pupils").droplevel(1)
    assert one.loglik == pytest.approx(theirs.pop("loglik"), abs=1e-6)
    ours = one.variance.set_index("group")["estimate"]
    assert ours.to_dict() == pytest.approx(theirs.to_dict(), rel=2e-5)
