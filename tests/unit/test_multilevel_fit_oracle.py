"""``fit`` against lme4, lmerTest and pbkrtest on simulated data: tests/oracle/reference_fits.R made the references."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.multilevel.fit import fit

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
MODELS = pd.read_csv(ORACLE / "models.csv", dtype=str, keep_default_na=False).set_index("model")
FITS = pd.read_csv(ORACLE / "fits.csv").set_index("model")
FIXED = pd.read_csv(ORACLE / "fixed.csv")
VARIANCE = pd.read_csv(ORACLE / "variance.csv", dtype={"term": str, "term_2": str})
MODES = pd.read_csv(ORACLE / "modes.csv", dtype={"level": str})

spec = importlib.util.spec_from_file_location("make_data", ORACLE / "make_data.py")
assert spec and spec.loader
make_data = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_data)
TABLES = make_data.tables()

# R names and orders groups and terms its own way
GROUPS = {"school:commune": "commune:school", "year:school": "school:year"}


def r_name(term: str) -> str:
    return term.replace("(Intercept)", "Intercept")


def our_name(term: str) -> str:
    return term.replace("[T.", "").replace("]", "")


@pytest.fixture(scope="module")
def fits() -> dict[str, object]:
    return {
        name: fit(row.formula, TABLES[row.data], weights=row.weights or None)
        for name, row in MODELS.iterrows()
    }


@pytest.mark.parametrize("model", MODELS.index)
def test_fixed_effects_and_degrees_of_freedom_are_those_of_r(model: str, fits: dict) -> None:
    ours = fits[model].fixed
    theirs = FIXED[FIXED["model"] == model]
    assert [our_name(t) for t in ours["term"]] == [r_name(t) for t in theirs["term"]]
    se = theirs["se"].to_numpy()
    assert np.abs(ours["estimate"].to_numpy() - theirs["estimate"].to_numpy()).max() < 1e-6 * se.min()
    np.testing.assert_allclose(ours["se"], se, rtol=1e-6)
    np.testing.assert_allclose(ours["df_satterthwaite"], theirs["df_satterthwaite"], rtol=1e-5)
    if theirs["df_kr"].notna().all():
        np.testing.assert_allclose(ours["se_kr"], theirs["se_kr"], rtol=1e-6)
        np.testing.assert_allclose(ours["df_kr"], theirs["df_kr"], rtol=1e-5)
    else:
        assert MODELS.loc[model, "weights"]


@pytest.mark.parametrize("model", MODELS.index)
def test_likelihood_and_sigma_are_those_of_lme4(model: str, fits: dict) -> None:
    ours, theirs = fits[model], FITS.loc[model]
    assert ours.converged
    assert ours.gradient < 1e-6
    assert abs(ours.loglik - theirs["loglik"]) < 1e-6
    assert ours.sigma == pytest.approx(theirs["sigma"], rel=1e-6)
    assert ours.aic == pytest.approx(theirs["aic"], abs=1e-5)
    assert ours.bic == pytest.approx(theirs["bic"], abs=1e-5)
    assert ours.singular == theirs["singular"]
    assert ours.singular == any(m.startswith("singular") for m in ours.messages)
    assert ours.nobs == theirs["n"]


@pytest.mark.parametrize("model", MODELS.index)
def test_variance_components_are_those_of_lme4(model: str, fits: dict) -> None:
    ours = fits[model].variance
    theirs = VARIANCE[VARIANCE["model"] == model].fillna("")
    assert len(ours) == len(theirs)
    scale = fits[model].sigma ** 2
    for row in theirs.itertuples():
        group = GROUPS.get(row.group, row.group).removesuffix(".1")
        one = ours[ours["group"] == group]
        if group != "Residual":
            names = {r_name(row.term), r_name(row.term_2)} if row.term_2 else {r_name(row.term)}
            one = one[[{a, b} - {""} == names for a, b in zip(one["term"], one["term_2"], strict=True)]]
        assert len(one) == 1
        assert one["estimate"].iloc[0] == pytest.approx(row.vcov, rel=1e-6, abs=1e-7 * scale)


@pytest.mark.parametrize("model", MODELS.index)
def test_conditional_modes_and_their_standard_errors_are_those_of_lme4(model: str, fits: dict) -> None:
    modes = fits[model].modes
    sigma = fits[model].sigma
    for row in MODES[MODES["model"] == model].itertuples():
        group, level = GROUPS.get(row.group, row.group), row.level
        if group != row.group:
            level = ":".join(reversed(level.split(":")))
        one = modes[
            (modes["group"] == group) & (modes["level"] == level) & (modes["term"] == r_name(row.term))
        ]
        assert len(one) == 1
        assert one["mode"].iloc[0] == pytest.approx(row.mode, abs=1e-6 * sigma)
        assert one["se"].iloc[0] == pytest.approx(row.se, abs=1e-6 * sigma)
        assert one["se_prediction"].iloc[0] >= one["se"].iloc[0] - 1e-12


@pytest.mark.parametrize("model", MODELS.index)
def test_full_likelihood_is_that_of_lme4(model: str) -> None:
    row = MODELS.loc[model]
    ours = fit(row.formula, TABLES[row.data], reml=False, weights=row.weights or None)
    theirs = FIXED[FIXED["model"] == model]
    assert abs(ours.loglik - FITS.loc[model, "loglik_ml"]) < 1e-6
    np.testing.assert_allclose(ours.fixed["se"], theirs["se_ml"], rtol=1e-6)
    distance = np.abs(ours.fixed["estimate"].to_numpy() - theirs["estimate_ml"].to_numpy())
    assert distance.max() < 1e-6 * theirs["se_ml"].min()
    assert ours.fixed["df_kr"].isna().all()
