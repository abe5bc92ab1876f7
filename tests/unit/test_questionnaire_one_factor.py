"""The one-factor model: against lavaan and factanal, by hand, and where it must not be fitted."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scale_cases import ORACLE, one_factor_rows, oracle, oracle_answers, with_correlations

from trenza.questionnaire import one_factor
from trenza.questionnaire.one_factor import LEAST_UNIQUE, Fit, fit_one_factor, ml_factor

FIGURES = {
    "chi2": "chisq",
    "df": "df",
    "p_value": "pvalue",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_low": "rmsea.ci.lower",
    "rmsea_high": "rmsea.ci.upper",
    "srmr": "srmr",
}


def same(found: Fit, theirs: dict[str, float], within: float) -> None:
    for ours, name in FIGURES.items():
        assert getattr(found, ours) == pytest.approx(theirs[name], abs=within, rel=within), ours


def test_holzinger_and_swineford_as_in_lavaan() -> None:
    r = pd.read_csv(ORACLE / "questionnaire_hs1939.csv").to_numpy()
    found = fit_one_factor(with_correlations(r, int(oracle("hs")["n"])))
    assert found.fitted and not found.note
    same(found, oracle("hs_fit"), 1e-6)
    # as lavaan's manual and papers print it
    assert (round(found.chi2, 3), found.df) == (312.264, 27)
    assert [round(x, 3) for x in (found.cfi, found.tli, found.rmsea, found.srmr)] == [
        0.677,
        0.569,
        0.187,
        0.143,
    ]
    assert found.loadings == pytest.approx(list(oracle("hs_loading").values()), abs=1e-6)


def test_made_answers_as_in_lavaan() -> None:
    frame = oracle_answers()
    frame["d"] = 6 - frame["d"]
    found = fit_one_factor(frame[list("abcdef")].to_numpy(dtype=float))
    same(found, oracle("fit"), 1e-6)
    assert found.loadings == pytest.approx(list(oracle("loading").values()), abs=1e-6)


def test_heywood_case_stops_where_factanal_stops_and_is_told() -> None:
    r = np.array([[1, 0.8, 0.8, 0.4], [0.8, 1, 0.5, 0.3], [0.8, 0.5, 1, 0.3], [0.4, 0.3, 0.3, 1]])
    factor = ml_factor(r[None], tolerance=1e-10)
    assert factor.converged[0] and factor.unique[0, 0] == LEAST_UNIQUE
    assert factor.unique[0] == pytest.approx(list(oracle("heywood_unique").values()), abs=1e-5)
    assert factor.loadings[0] == pytest.approx(list(oracle("heywood_loading").values()), abs=1e-5)
    assert "Heywood case" in fit_one_factor(with_correlations(r, 200)).note


def test_exact_correlations_of_one_factor_are_fitted_exactly() -> None:
    load = np.array([0.9, 0.7, 0.5, 0.3])
    r = np.outer(load, load)
    np.fill_diagonal(r, 1.0)
    found = fit_one_factor(with_correlations(r, 150))
    assert found.loadings == pytest.approx(load, abs=1e-7)
    assert found.chi2 == pytest.approx(0.0, abs=1e-9) and found.df == 2
    assert (found.cfi, found.rmsea, found.rmsea_low, found.rmsea_high) == (1.0, 0.0, 0.0, 0.0)
    assert found.srmr == pytest.approx(0.0, abs=1e-7)


def test_three_items_by_hand() -> None:
    # r12 = .48, r13 = .40, r23 = .30: loading 1 = sqrt(.48 .40 / .30) = .8, and so .6 and .5.
    r = np.array([[1, 0.48, 0.40], [0.48, 1, 0.30], [0.40, 0.30, 1]])
    found = fit_one_factor(with_correlations(r, 120))
    assert found.loadings == pytest.approx([0.8, 0.6, 0.5], abs=1e-7)
    assert not found.fitted and found.df == 0 and math.isnan(found.chi2)
    assert found.note == "three items always fit exactly: loadings only, no fit"


def test_chi2_follows_its_distribution_where_the_model_is_true() -> None:
    rng = np.random.default_rng(21)
    fits = [fit_one_factor(one_factor_rows([0.8, 0.7, 0.6, 0.7, 0.5], 300, rng)) for _ in range(400)]
    assert np.mean([f.chi2 for f in fits]) == pytest.approx(5.0, abs=3 * math.sqrt(2 * 5 / 400))
    rejected = np.mean([f.p_value < 0.05 for f in fits])
    assert abs(rejected - 0.05) < 3 * math.sqrt(0.05 * 0.95 / 400) + 0.005


def test_two_factors_do_not_fit_one() -> None:
    rng = np.random.default_rng(22)
    rows = np.hstack([one_factor_rows([0.7] * 4, 400, rng), one_factor_rows([0.7] * 4, 400, rng)])
    found = fit_one_factor(rows)
    assert found.p_value < 1e-6 and found.cfi < 0.8 and found.rmsea_low > 0.1


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (np.zeros((500, 1)), "not fitted: 1 item, at least 4 needed"),
        (np.zeros((500, 2)), "not fitted: 2 items, at least 4 needed"),
        (np.zeros((59, 5)), "not fitted: 59 people with all items, at least 60 needed"),
        (np.zeros((124, 25)), "not fitted: 124 people with all items, at least 125 needed"),
        (np.zeros((200, 5)), "not fitted: an item has the same answer from everybody"),
    ],
)
def test_when_it_is_not_fitted(values: np.ndarray, note: str) -> None:
    found = fit_one_factor(values)
    assert (found.fitted, found.note) == (False, note)
    assert np.isnan(found.loadings).all() and math.isnan(found.chi2)


def test_with_few_people_the_fit_is_told_to_be_rough() -> None:
    few, enough = (one_factor_rows([0.7] * 5, n, np.random.default_rng(4)) for n in (99, 100))
    assert "fewer than 100 people" in fit_one_factor(few).note and fit_one_factor(few).fitted
    assert fit_one_factor(enough).note == ""


def test_an_item_twice_is_not_fitted() -> None:
    rows = one_factor_rows([0.7] * 4, 200, np.random.default_rng(1))
    found = fit_one_factor(np.column_stack([rows, rows[:, 0]]))
    assert found.note == "not fitted: an item follows from the others"


def test_a_thousand_matrices_at_once_are_the_same_as_one_by_one_in_the_steps_of_the_slowest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(23)
    matrices = np.array(
        [np.corrcoef(one_factor_rows([0.7] * 10, 60, rng), rowvar=False) for _ in range(1000)]
    )
    step, taken = one_factor._em_step, []

    def counted(state: np.ndarray, r: np.ndarray) -> np.ndarray:
        taken.append(len(r))
        return step(state, r)

    monkeypatch.setattr(one_factor, "_em_step", counted)
    together = ml_factor(matrices, tolerance=1e-5)
    assert together.converged.all()
    steps, work = len(taken), sum(taken)
    alone = []
    for matrix in matrices:
        taken.clear()
        ml_factor(matrix[None], tolerance=1e-5)
        alone.append(len(taken))
    assert (steps, work) == (max(alone), sum(alone))
    for k in (0, 500, 999):
        alone = ml_factor(matrices[k][None], tolerance=1e-10)
        assert together.loadings[k] == pytest.approx(alone.loadings[0], abs=1e-4)
