"""Made questionnaires: about the wanted ICC and alpha come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from anova_icc import anova_icc
from simulate_cases import (
    CIC,
    LEVELS,
    Figures,
    Spec,
    make,
    scored,
)

from trenza.simulate.points import share_out
from trenza.simulate.possible import Form

# ICC and alpha


def average(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))


@pytest.mark.parametrize(
    ("spec", "figures", "icc"),
    [
        (("mean", 6, 1, 5, (1,)), (600, 2.48, 0.77, 600, 2.15, 0.73), 0.1),
        (("mean", 1, 1, 5, ()), (600, 3.13, 0.61, 600, 3.02, 0.61), 0.3),
        (("mean", 5, 0, 100, ()), (600, 91.17, 10.38, 600, 88.70, 14.28), 0.3),
    ],
)
def test_known_icc_and_alpha_are_recovered(spec: Spec, figures: Figures, icc: float) -> None:
    """Mean over 10 files of 60 schools of 20. Uncorrected, rounding to one item would leave .23 of .3."""
    import pingouin

    found, alphas = [], []
    for seed in range(10):
        file = make(
            {"y": figures}, {"y": spec}, icc=icc, clusters_by_stratum={"all": 60}, seed=seed, reliability=0.75
        )
        scores, answers = scored(file, {"y": spec})
        found.append(anova_icc(scores, "y", "school", "group"))
        if spec[1] > 1:
            for level in LEVELS.values():
                complete = answers["y"][scores["group"] == level].dropna()
                alphas.append(pingouin.cronbach_alpha(complete)[0])
    mean, error = average(found)
    assert error < 0.015
    # .01 beside the Monte Carlo error: the corrections for rounding and for few schools are not exact.
    assert mean == pytest.approx(icc, abs=0.01 + 3 * error)
    if alphas:
        assert average(alphas)[0] == pytest.approx(0.75, abs=0.015)


@pytest.mark.parametrize("reliability", [0.6, 0.8])
def test_alpha_in_the_study_as_it_is(reliability: float) -> None:
    import pingouin

    alphas: dict[str, list[float]] = {name: [] for name in CIC}
    for seed in range(5):
        scores, answers = scored(make(seed=seed, reliability=reliability), CIC)
        for name in CIC:
            groups = [answers[name][scores["group"] == level].dropna() for level in LEVELS.values()]
            alphas[name] += [pingouin.cronbach_alpha(complete)[0] for complete in groups]
    for values in alphas.values():
        assert np.mean(values) == pytest.approx(reliability, abs=0.03)


def test_points_shared_out_have_the_asked_alpha_and_totals() -> None:
    """Complete answers of many people: alpha = k / (k - 1) (1 - sum of item variances / variance of totals)."""
    draw = np.random.default_rng(9)
    form = Form(6, 4, 1, 5)  # type: ignore[arg-type]
    points = [int(p) for p in np.clip(np.round(draw.normal(12, 4, 800)), 0, 24)]
    for reliability in (0.5, 0.7, 0.85):
        dealt = np.array(share_out(points, [6] * 800, form, reliability, draw))
        assert dealt.sum(axis=1).tolist() == points and dealt.min() >= 0 and dealt.max() <= 4
        alpha = 6 / 5 * (1 - dealt.var(axis=0, ddof=1).sum() / np.var(points, ddof=1))
        assert alpha == pytest.approx(reliability, abs=0.01)


def test_alpha_that_whole_points_do_not_allow_is_come_near_to() -> None:
    draw = np.random.default_rng(10)
    form = Form(2, 1, 0, 1)  # type: ignore[arg-type]
    # one point of two is one item and not the other, whatever is asked
    assert sorted(np.ravel(share_out([1, 1, 0, 2], [2] * 4, form, 0.99, draw)).tolist()) == [0] * 4 + [1] * 4
    assert share_out([0, 2], [2, 2], form, 0.1, draw) == [[0, 0], [1, 1]]
    assert share_out([3, 1, 2], [1, 1, 1], Form(1, 4, 1, 5), 0.8, draw) == [[3], [1], [2]]  # type: ignore[arg-type]
