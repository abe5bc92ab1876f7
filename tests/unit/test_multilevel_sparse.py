"""Crossed factors by sparse factors: the dense way, R's packages, boundaries, orders of rows, limits."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from trenza.multilevel import ordering, sparse_rest, sparse_structure, structure
from trenza.multilevel.diagnostics import mode_table
from trenza.multilevel.fit import fit
from trenza.multilevel.ordering import Factors, pattern_of, plan_of
from trenza.multilevel.result import Fit
from trenza.multilevel.source import DataError

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
MODELS = [
    "y ~ x + t + (1 | g) + (1 | h)",
    "y ~ x + t + (1 | g) + (1 | h) + (1 | k)",
    "y ~ x + t + (1 + x | g) + (1 | h)",
    "y ~ x + t + (1 | g) + (1 + x | h)",
]


@pytest.fixture
def sparse(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Sparse factors whatever they cost."""
    monkeypatch.setattr(structure, "SPARSE_FROM", 0)
    monkeypatch.setattr(sparse_structure, "_SPARSE_STEP", 0.0)
    return monkeypatch


def rows(seed: int = 4, n: int = 800, sd: float = 0.5) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    g, h, k = r.integers(0, 60, n), r.integers(0, 30, n), r.integers(0, 8, n)
    x = r.normal(size=n)
    y = 1 + 0.3 * x + 0.7 * r.normal(size=60)[g] + 0.3 * r.normal(size=60)[g] * x + sd * r.normal(size=30)[h]
    y += 0.6 * sd * r.normal(size=30)[h] * x + 0.4 * r.normal(size=8)[k] + r.normal(size=n)
    return pd.DataFrame({"y": y, "x": x, "g": g, "h": h, "k": k, "t": (g % 2).astype(float)})


def assert_same(one: Fit, two: Fit) -> None:
    """Estimates to 1e-6 of a standard error; the rest to what differences of fourth order leave."""
    gap = (one.fixed["estimate"] - two.fixed["estimate"]).abs()
    assert (gap < 1e-6 * two.fixed["se"]).all()
    for column in ("se", "se_kr", "df_satterthwaite", "df_kr"):
        np.testing.assert_allclose(one.fixed[column], two.fixed[column], rtol=1e-6)
    np.testing.assert_allclose(one.variance["estimate"], two.variance["estimate"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.variance["se"], two.variance["se"], rtol=1e-6, atol=1e-9)
    assert one.loglik == pytest.approx(two.loglik, abs=1e-7)
    assert (one.converged, one.singular) == (two.converged, two.singular)
    assert [m for m in one.messages if "factors" not in m] == list(two.messages)


@pytest.mark.parametrize(
    "formula, reml", [(MODELS[0], True), (MODELS[1], False), (MODELS[2], True), (MODELS[3], True)]
)
def test_sparse_factors_give_what_dense_matrices_give(
    formula: str, reml: bool, sparse: pytest.MonkeyPatch
) -> None:
    d = rows()
    thin = fit(formula, d, reml=reml)
    sparse.undo()
    dense = fit(formula, d, reml=reml)
    assert thin.machinery.search.structure.sparse and not dense.machinery.search.structure.sparse
    assert_same(thin, dense)
    for column in ("mode", "se", "se_prediction"):
        np.testing.assert_allclose(thin.modes[column], dense.modes[column], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("model", ["crossed", "crossed_slope", "crossed_both"])
def test_sparse_factors_give_what_lme4_gives(model: str, sparse: pytest.MonkeyPatch) -> None:
    """tests/oracle/reference_fits.R made the references."""
    spec = importlib.util.spec_from_file_location("make_data", ORACLE / "make_data.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    what = pd.read_csv(ORACLE / "models.csv").set_index("model").loc[model]
    theirs = pd.read_csv(ORACLE / "fixed.csv").query("model == @model")
    f = fit(what["formula"], made.tables()[what["data"]])
    assert f.machinery.search.structure.sparse
    assert np.abs(f.fixed["estimate"].to_numpy() - theirs["estimate"]).max() < 1e-6 * theirs["se"].min()
    np.testing.assert_allclose(f.fixed["se"], theirs["se"], rtol=1e-6)
    np.testing.assert_allclose(f.fixed["df_satterthwaite"], theirs["df_satterthwaite"], rtol=1e-5)
    np.testing.assert_allclose(f.fixed["df_kr"], theirs["df_kr"], rtol=1e-5)
    loglik = pd.read_csv(ORACLE / "fits.csv").set_index("model").loc[model, "loglik"]
    assert f.loglik == pytest.approx(loglik, abs=1e-6)


@pytest.mark.parametrize("formula", [MODELS[0], MODELS[2]])
def test_a_variance_of_zero_is_found_and_named(formula: str, sparse: pytest.MonkeyPatch) -> None:
    d = rows(seed=8, sd=0.0)
    r = np.random.default_rng(2)
    # the levels of h have one mean, so that their variance is zero for certain
    d["y"] -= d.groupby("h")["y"].transform("mean") - r.normal(0.0, 1e-3, 30)[d["h"]]
    thin = fit(formula, d)
    assert thin.singular and any("Intercept over h is 0" in m for m in thin.messages)
    sparse.undo()
    assert_same(thin, fit(formula, d))


def test_any_order_of_rows_gives_the_same_bytes(sparse: pytest.MonkeyPatch) -> None:
    d = rows()
    one, two = (fit(MODELS[1], some) for some in (d, d.sample(frac=1.0, random_state=1)))
    assert one.fixed.equals(two.fixed) and one.variance.equals(two.variance) and one.loglik == two.loglik
    assert one.modes.equals(two.modes)


def test_the_plan_counts_what_a_factorisation_holds() -> None:
    r = np.random.default_rng(5)
    meets = sp.csr_matrix((r.random((80, 40)) < 0.05).astype(float))
    pattern = pattern_of(meets)
    assert pattern is not None
    plan = plan_of(pattern)
    assert plan is not None and sorted(plan.order) == list(range(40))
    matrix = (meets.T @ meets).toarray() + 3.0 * np.eye(40)
    lower = np.linalg.cholesky(matrix[np.ix_(plan.order, plan.order)])
    assert plan.filled == (np.abs(lower) > 1e-14).sum()
    natural = np.linalg.cholesky(matrix)
    assert plan.filled < (np.abs(natural) > 1e-14).sum()
    made = Factors.of(sp.csc_matrix(matrix))
    assert made.logdet == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-13)
    np.testing.assert_allclose(made.solve(np.eye(40)), np.linalg.inv(matrix), rtol=1e-10, atol=1e-13)
    with pytest.raises(np.linalg.LinAlgError):
        Factors.of(sp.csc_matrix(matrix - 20.0 * np.eye(40)))


def test_sparse_factors_are_chosen_where_levels_meet_few_others_and_named() -> None:
    """1,600 levels beside the finest factor: in a chain each meets two others; at random most meet."""
    r = np.random.default_rng(6)
    pupil = np.repeat(np.arange(4000), 2)
    chain = (pupil + np.tile([0, 1], 4000)) % 1600
    d = pd.DataFrame({"pupil": pupil, "school": chain})
    d["y"] = r.normal(size=4000)[pupil] + 0.5 * r.normal(size=1600)[chain] + r.normal(size=8000)
    f = fit("y ~ 1 + (1 | pupil) + (1 | school)", d)
    assert f.converged
    assert f.design.engine.startswith("crossed factors: pupil eliminated group by group, the 1600 columns")
    assert any(m.startswith(f.design.engine) for m in f.messages)


@pytest.mark.parametrize("limit", ["MOST_FILLED", "MOST_WORK"])
def test_too_many_levels_that_meet_are_refused_with_their_numbers(
    limit: str, sparse: pytest.MonkeyPatch
) -> None:
    sparse.setattr(ordering, limit, 60)
    assert "dense" in fit(MODELS[0], rows()).design.engine
    sparse.setattr(sparse_structure, "DENSE_LIMIT", 20)
    with pytest.raises(DataError, match=r"g \(60 levels\) have 30 levels .*\(h 30\).* up to 20 .*Fit parts"):
        fit(MODELS[0], rows())


def test_modes_stand_without_standard_errors_where_these_would_take_too_long(
    sparse: pytest.MonkeyPatch,
) -> None:
    sparse.setattr(sparse_rest, "MOST_SOLVED", 0.0)
    f = fit(MODELS[0], rows())
    table = mode_table(f)
    assert table["mode"].notna().all() and table["rank"].min() == 1
    assert table[["se", "se_prediction", "ci_low", "ci_high", "standardised"]].isna().all(axis=None)
    assert any(m.startswith("no standard errors of the levels") for m in f.messages)
    assert f.fixed["df_kr"].notna().all() and f.fitted.notna().all()
