"""The random-intercept model when something is wrong: faults, blanks, optimisers that fail or lie."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import fit, made

from trenza.contracts.faults import InputFaults
from trenza.multilevel import adapters, random_intercept
from trenza.multilevel.adapters import OPTIMISERS, Attempt, search_random_intercept


def test_nothing_is_printed_or_warned_and_messages_repeat_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    records = made(1, [5] * 22, tau=0.0)
    before = records.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = fit(records)[1], fit(records)[1]
    assert capsys.readouterr() == ("", "")
    assert first.loc[0, "messages"] == second.loc[0, "messages"]
    assert "boundary" in first.loc[0, "messages"]
    pd.testing.assert_frame_equal(records, before)


def test_messages_lose_addresses_and_line_breaks_and_repeats_are_counted() -> None:
    said = ["bad <object at 0x7f00ab> here", "other\n  line", "bad <object at 0x7f11cd> here"]
    assert adapters._stable(said) == ("bad <object> here (2 times)", "other line")


def test_rows_with_blanks_and_of_other_groups_are_left_out_and_counted() -> None:
    records = made(8, [6] * 8, tau=0.5)
    records["school"] = records["school"].map("s{}".format)
    untouched = fit(records)[0]
    extra = records.head(5).copy()
    extra.loc[0, "y"] = np.nan
    extra.loc[1, "group"] = None
    extra.loc[2, "school"] = None
    extra.loc[[3, 4], "group"] = "visitor"
    models, variance = fit(pd.concat([records, extra], ignore_index=True))
    assert models.loc[0, "n"] == len(records) == variance.loc[0, "n"]
    assert models.loc[0, "estimate"] == untouched.loc[0, "estimate"]
    assert "3 of 53 rows left out: blank" in models.loc[0, "note"]
    assert "2 of 53 rows left out: neither" in models.loc[0, "note"]


def test_each_outcome_keeps_its_own_rows() -> None:
    records = made(9, [6] * 8, tau=0.5)
    records["w"] = records["y"].where(records.index > 9)
    models, variance = fit(records, outcomes=["y", "w"])
    assert variance["n"].tolist() == [48, 38]
    assert variance["id"].tolist() == ["m_y", "m_w"]
    assert len(models) == 4


def test_every_fault_of_every_outcome_is_listed_at_once() -> None:
    records = pd.DataFrame(
        {
            "school": ["a"] * 6,
            "group": ["participant"] * 6,
            "flat": [2.0] * 6,
            "words": ["1", "2", "two", "4", "5", "6"],
            "y": [1.0, 2, 3, 5, 8, 13],
        }
    )
    with pytest.raises(InputFaults) as caught:
        fit(records, outcomes=["y", "flat", "words", "gone"], ci_level=95)
    text = str(caught.value)
    for part in (
        "no complete row of 'control' for y",
        "1 in the complete rows for y",
        "the same value in all 6 complete rows",
        "column words: found 1 such as 'two'",
        "column gone: found no such column",
        "column ci_level: found 95",
    ):
        assert part in text
    assert "study toy, simulated records, models.m" in text


def test_designs_that_cannot_be_told_apart_are_refused() -> None:
    records = made(10, [5] * 6, tau=0.5)
    treated = (records["group"] == "participant").astype(float)
    with pytest.raises(InputFaults, match="determine one another"):
        fit(records.assign(copy=2 * treated), covariates=["copy"])
    with pytest.raises(InputFaults, match="determine one another"):
        fit(records.assign(flat=0.0), covariates=["flat"])
    with pytest.raises(InputFaults, match="give it exactly"):
        fit(records.assign(y=1 + 2 * treated))
    with pytest.raises(InputFaults, match="at least one cluster with 2 units"):
        fit(records.assign(school=np.arange(30)))
    with pytest.raises(InputFaults, match="more rows than coefficients"):
        fit(records.head(6).assign(school=[1, 1, 1, 2, 2, 2], **_noise(4)), covariates=list(_noise(4)))


def _noise(columns: int) -> dict[str, np.ndarray]:
    r = np.random.default_rng(0)
    return {f"c{i}": r.normal(size=6) for i in range(columns)}


def test_a_fit_that_raises_is_a_row_with_blanks_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    def refuse(*_: Any, **__: Any) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(MixedLM, "fit", refuse)
    models, variance = fit(made(2, [5] * 6, tau=0.5), covariates=["z"])
    assert len(models) == 3
    assert models[["estimate", "se", "ci_low", "statistic", "p_value", "effect"]].isna().all().all()
    assert models["note"].str.contains("no fit: powell: LinAlgError: Singular matrix").all()
    assert models["n"].eq(30).all() and models["clusters"].eq(6).all()
    assert variance[["cluster_variance", "residual_variance", "icc", "loglik"]].isna().all().all()
    assert not variance.loc[0, "converged"] and not variance.loc[0, "singular"]


def _answers(ratios: dict[str, tuple[float, bool]]) -> Any:
    def search(y: np.ndarray, x: np.ndarray, cluster: np.ndarray, optimiser: str) -> Attempt:
        ratio, converged = ratios[optimiser]
        return Attempt(optimiser, ratio, np.full(x.shape[1], np.nan), converged, ())

    return search


def test_a_false_optimum_called_converged_is_refused_and_the_next_optimiser_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = made(4, [8] * 12, tau=1.0)
    honest = fit(records)[1].loc[0]
    ratio = honest["cluster_variance"] / honest["residual_variance"]
    lies = {"powell": (1e-9, True), "bfgs": (ratio, True), "cg": (np.nan, True)}
    monkeypatch.setattr(random_intercept, "search_random_intercept", _answers(lies))
    spread = fit(records)[1].loc[0]
    assert spread["converged"]
    assert spread["cluster_variance"] == pytest.approx(honest["cluster_variance"])
    assert spread["messages"].startswith("powell: not an optimum")


def test_without_convergence_the_best_point_is_given_and_said_to_be_no_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = made(4, [8] * 12, tau=1.0)
    lies = {"powell": (1e-9, True), "bfgs": (0.4, False), "cg": (np.inf, True)}
    monkeypatch.setattr(random_intercept, "search_random_intercept", _answers(lies))
    models, variance = fit(records)
    assert not variance.loc[0, "converged"]
    ratio = variance.loc[0, "cluster_variance"] / variance.loc[0, "residual_variance"]
    assert ratio == pytest.approx(0.4)
    assert "the best point, by bfgs" in variance.loc[0, "messages"]
    assert models["note"].str.contains("did not converge").all()


def test_the_optimisers_that_are_declared_are_the_ones_that_exist() -> None:
    d = made(12, [6] * 6, tau=1.0)
    x = np.ones((len(d), 1))
    for optimiser in OPTIMISERS:
        found = search_random_intercept(d["y"].to_numpy(), x, d["school"].to_numpy(), optimiser)
        assert found.optimiser == optimiser
        assert not any("not used" in m or "no effect" in m for m in found.messages)
