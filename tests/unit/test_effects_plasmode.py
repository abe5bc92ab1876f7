"""Placebo programmes on a panel: who is taken, that estimators move by the effect, and the summary by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.effect_tables import ESTIMATORS
from trenza.effects.panel import estimate
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign
from trenza.effects.plasmode import by_lot, by_rule, chosen_by, placebo, summary, trials, with_effect

DESIGN = PanelDesign(
    id="p",
    unit="unit",
    year="year",
    outcome="score",
    treated_in="treated_in",
    assignment="commune",
    baseline_years=(1, 2),
    outcome_years=(3,),
    estimand="what was put in",
    chosen_by="score",
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    random = np.random.default_rng(1)
    level = np.repeat(random.normal(0.0, 10.0, 240), 3)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(240), 3),
            "commune": np.repeat(np.arange(240) // 4, 3),
            "year": np.tile([1, 2, 3], 240),
            "score": level + random.normal(0.0, 10.0, 720),
        }
    )


def test_the_rule_takes_half_of_those_below_in_every_year_and_nobody_else(rows: pd.DataFrame) -> None:
    frame = placebo(rows, DESIGN, by_rule([0.0, 1.0], 0.5), schools=160, seed=3)
    wide = frame.pivot(index="unit", columns="year", values="score")
    below = wide.index[(wide[1] < 0.0) & (wide[2] < 1.0)]
    taken = frame.loc[frame["treated_in"].notna(), "unit"].unique()
    assert frame["unit"].nunique() == 160 and set(taken) <= set(below)
    assert len(taken) == round(len(below) / 2)
    assert frame.loc[frame["treated_in"].notna(), "treated_in"].eq(3.0).all()


def test_the_same_seed_takes_the_same_schools_and_another_does_not(rows: pd.DataFrame) -> None:
    one, two, other = (placebo(rows, DESIGN, by_lot(0.2), schools=100, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert set(one["unit"]) != set(other["unit"])


def test_every_estimator_moves_by_exactly_the_effect(rows: pd.DataFrame) -> None:
    """What lets one fit tell of all effects: estimate and both limits move by it, for each estimator."""
    frame = placebo(rows, DESIGN, by_rule([0.0, 0.0], 0.5), schools=120, seed=5)
    made = []
    for effect in (0.0, 5.0):
        used, _ = check_panel(DESIGN, with_effect(frame, DESIGN, effect), study="s", source="simulated")
        made.append({r["estimator"]: r for r in estimate(DESIGN, used) if r["aggregation"] == "overall"})
    none, some = made
    assert set(none) == set(ESTIMATORS)
    for name in ESTIMATORS:
        for figure in ("estimate", "ci_low", "ci_high"):
            assert some[name][figure] - none[name][figure] == pytest.approx(5.0, abs=2e-4), (name, figure)


def test_summary_by_hand() -> None:
    found = pd.DataFrame(
        {
            "estimator": "gain",
            "role": "unsafe",
            "estimate": [1.0, -1.0, 3.0, 1.0],
            "ci_low": [-1.0, -3.0, 1.0, -1.0],
            "ci_high": [3.0, 1.0, 5.0, 3.0],
        }
    )
    table = summary(found, (0.0, 2.0)).set_index("effect")
    assert table.loc[0.0, ["bias", "coverage", "power"]].tolist() == [1.0, 0.75, 0.25]
    assert table.loc[0.0, "rmse"] == pytest.approx(np.sqrt(12.0 / 4.0))
    assert table.loc[0.0, "coverage_se"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4.0))
    # with an effect of 2 the intervals are (1, 5), (-1, 3), (3, 7), (1, 5)
    assert table.loc[2.0, ["coverage", "power"]].tolist() == [0.75, 0.75]


def test_chosen_for_low_scores_ancova_is_right_and_the_naive_gain_is_not(rows: pd.DataFrame) -> None:
    """Noise as large as levels: the chosen return by about half of their distance, all of it noise."""
    found = trials(
        rows, chosen_by(DESIGN, "score"), by_rule([0.0, 0.0], 0.7), draws=5, schools=120, seed=9,
        estimators=("gain", "ancova"),
    )  # fmt: skip
    bias = summary(found, (0.0,)).set_index("estimator")
    assert bias.loc["gain", "bias"] > 3.0 > 2.5 > abs(bias.loc["ancova", "bias"])
    assert bias["role"].to_dict() == {"gain": "unsafe", "ancova": "called_for"}
