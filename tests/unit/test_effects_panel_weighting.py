"""Entropy balancing on the baseline: by hand, by ebal and delicatessen (tests/oracle), by scipy, and against a known effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from panel_cases import by_hand, design, quick, simulated, used
from scipy.optimize import minimize

from trenza.effects.panel import estimate, panel_tables
from trenza.effects.panel_balancing import balanced, balancing_weights
from trenza.effects.panel_models import gain_rows
from trenza.effects.panel_weighting import _late, balance_rows, effect_on_the_treated, weighting_rows

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
LATE = {"baseline_years": (2003,), "outcome_years": (2004,), "assignment": "school"}


def by_hand_rows() -> pd.DataFrame:
    """Two treated at 1 and 5, three compared at 0, 0 and 9: each of these must weigh a third to reach the mean 3."""
    scores = {"a": (1, 12), "b": (5, 20), "c": (0, 6), "d": (0, 9), "e": (9, 30)}
    rows = [
        {"school": s, "year": 2003 + t, "score": float(y), "treated_in": 2004 if s in "ab" else None, "pupils": 10.0}
        for s, pair in scores.items() for t, y in enumerate(pair)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"treated_in": "Int64"})


def test_by_hand() -> None:
    made = design(**LATE)
    rows = used(by_hand_rows(), made)
    found = balanced(made, rows)
    assert found.weights is not None
    assert not found.spreads  # no weights on 0, 0 and 9 have the spread of 1 and 5 around 3
    assert found.weights == pytest.approx([1, 1, 2 / 3, 2 / 3, 2 / 3]) and found.effective == pytest.approx(3)
    # treated 16, compared (6 + 9 + 30) / 3 = 15
    assert weighting_rows(made, rows, ci_level=0.95)[0]["estimate"] == pytest.approx(1.0)
    row = balance_rows(made, rows)[0]
    assert (row["variable"], row["n_treated"], row["n_comparison"]) == ("baseline_outcome_2003", 2, 3)
    assert row["mean_treated"] == row["mean_comparison_before"] == pytest.approx(3.0)
    assert row["sd_ratio_before"] == row["sd_ratio_after"] == pytest.approx(2.0 / 18.0**0.5)
    assert row["largest_share"] == pytest.approx(1 / 3) and row["band_after"] == "satisfied"
    # the weights of other schools follow: with e at 6, of which half is enough
    moved = by_hand_rows().assign(
        score=lambda f: f["score"].mask((f["school"] == "e") & (f["year"] == 2003), 6.0)
    )
    again = balanced(made, used(moved, made))
    assert again.weights is not None and again.weights[2:] == pytest.approx([0.5, 0.5, 1.0])
    assert again.effective == pytest.approx(4 / 1.5)


@pytest.mark.parametrize("level", ["school", "commune"])
def test_as_independent_programs_have_it(level: str) -> None:
    data = pd.read_csv(ORACLE / "effects_panel_data.csv", dtype={"treated_in": "Int64"})
    told = pd.read_csv(ORACLE / "effects_weighting_packages.csv").set_index("quantity")["value"]
    made = design(
        unit="rbd", assignment="rbd" if level == "school" else level, baseline_years=(2011, 2012),
        outcome_years=(2013, 2014, 2015, 2016),
    )  # fmt: skip
    rows = used(data, made)
    found = balanced(made, rows)
    assert found.weights is not None
    share = found.weights / found.weights[found.treated].sum()
    for rbd, weight in zip(found.schools.index[~found.treated], share[~found.treated], strict=True):
        assert weight == pytest.approx(told[f"weight {rbd}"], rel=1e-7)
    effect, influence = effect_on_the_treated(found, *_late(made, rows, found))
    se = np.sqrt((np.bincount(pd.factorize(found.schools["cluster"])[0], influence) ** 2).sum())
    assert effect == pytest.approx(told["effect"].iloc[0], rel=1e-8)
    assert se == pytest.approx(told[f"se by {level}"], rel=1e-7)
    row = weighting_rows(made, rows, ci_level=0.95)[0]
    assert row["estimate"] == pytest.approx(effect) and row["se"] > se and row["df"] < len(influence)


def test_the_weights_are_scipys_minimum_of_the_dual() -> None:
    random = np.random.default_rng(3)
    values, base = random.normal(size=(40, 3)) * [1.0, 20.0, 300.0], random.uniform(1.0, 9.0, 40)
    target = np.array([0.3, -5.0, 90.0])
    found = balancing_weights(values, target, base)
    x = (values - target) / values.std(axis=0)
    best = minimize(lambda at: np.log(base @ np.exp(x @ at)), np.zeros(3), tol=1e-14)
    by_scipy = base * np.exp(x @ best.x)
    assert found == pytest.approx(by_scipy / by_scipy.sum(), abs=1e-6)
    assert found is not None and found @ values == pytest.approx(target)


def test_it_takes_regression_to_the_mean_out_and_covers() -> None:
    """Schools chosen by a low noisy score and by a covariate that raises scores: the gain is wrong, weighting is not."""
    made = design(**LATE, balance_on=("poor",))
    hold, errors, naive = 0, [], []
    for seed in range(60):
        random = np.random.default_rng(seed)
        level, poor = random.normal(250.0, 10.0, 120), random.normal(size=120)
        before = level + random.normal(0.0, 6.0, 120)
        chosen = random.uniform(size=120) < 1.0 / (1.0 + np.exp((before - 245.0) / 12.0 - 0.4 * poor))
        after = level + 2.0 * poor + random.normal(0.0, 6.0, 120) + 3.0 * chosen
        school = pd.DataFrame({"school": np.arange(120), "commune": np.arange(120), "treated_in": np.where(chosen, 2004, 0)})  # fmt: skip
        frame = pd.concat([school.assign(year=2003, score=before), school.assign(year=2004, score=after)])
        frame = frame.assign(treated_in=frame["treated_in"].astype("Int64").replace(0, pd.NA))
        rows = quick(frame).assign(on_poor=np.repeat(poor, 2))
        row = weighting_rows(made, rows, ci_level=0.95)[0]
        hold += row["ci_low"] <= 3.0 <= row["ci_high"]
        errors.append(row["estimate"] - 3.0)
        if seed < 10:
            naive.append(gain_rows(made, rows, ci_level=0.95)[0]["estimate"] - 3.0)
    # four Monte Carlo standard errors of the mean; 57 of 60, less three standard errors of that count
    assert abs(np.mean(errors)) < 4.0 * np.std(errors) / 60**0.5 and np.mean(naive) > 2.0
    assert hold >= 52


def test_a_line_that_bends_is_no_effect() -> None:
    """Schools chosen below a bound are alike among themselves: with means and spreads met, a score that is a curve of the first is right."""
    random = np.random.default_rng(8)
    before = random.normal(250.0, 10.0, 90)
    chosen = (before < 252.0) & (random.uniform(size=90) < 0.5)
    after = before + 0.05 * (before - 250.0) ** 2 + 3.0 * chosen
    school = pd.DataFrame({"school": range(90), "commune": range(90), "treated_in": pd.array(np.where(chosen, 2004, 0), dtype="Int64")})  # fmt: skip
    school = school.assign(treated_in=school["treated_in"].replace(0, pd.NA))
    rows = quick(pd.concat([school.assign(year=2003, score=before), school.assign(year=2004, score=after)]))
    found = balanced(design(**LATE), rows)
    assert found.spreads and weighting_rows(design(**LATE), rows, ci_level=0.95)[0]["estimate"] == pytest.approx(3.0, abs=1e-6)  # fmt: skip
    assert balance_rows(design(**LATE), rows)[0]["sd_ratio_after"] == pytest.approx(1.0)
    alone = balancing_weights(before[~chosen][:, None], before[chosen].mean(keepdims=True), np.ones(65))
    assert alone is not None and after[chosen].mean() - alone @ after[~chosen] < 1.0  # means alone


def test_what_cannot_be_balanced_is_said() -> None:
    apart = by_hand_rows().assign(
        score=lambda f: f["score"].mask((f["school"] == "e") & (f["year"] == 2003), 2.0)
    )
    made = design(**LATE)
    row = weighting_rows(made, used(apart, made), ci_level=0.95)[0]
    assert row["estimate"] is None and "no weights on the comparison schools" in row["note"]
    table = balance_rows(made, used(apart, made))[0]
    assert (
        "mean_comparison_after" not in table
        and table["balanced"] is False
        and "difference_sd_before" in table
    )
    everyone = design(baseline_years=(2001, 2002), pool="not_yet")
    rows = used(by_hand().query("school in ['c', 'd', 'e', 'f']"), everyone)
    assert weighting_rows(everyone, rows, ci_level=0.95)[0]["note"].endswith("no school that never begins")
    # a school without a score of a baseline year, or without a covariate, is left out and counted
    gap = simulated(1, clusters=12, treated=5, starts=(2004,)).assign(poor=lambda f: f["school"] % 7.0)
    gap = gap.assign(poor=gap["poor"].mask(gap["school"] == 3), score=gap["score"].mask((gap["school"] == 4) & (gap["year"] == 2001)))  # fmt: skip
    both = design(baseline_years=(2001, 2002, 2003), outcome_years=(2004, 2005, 2006), balance_on=("poor",))
    row = weighting_rows(both, used(gap, both), ci_level=0.95)[0]
    assert "2 schools left out" in row["note"] and row["n"] == 58


def test_the_table_and_its_roles() -> None:
    changes: dict[str, Any] = {**LATE, "chosen_by": "score", "weights": "pupils"}
    frame = simulated(5, clusters=40, schools=1, starts=(2004,), effect=2.0)
    made = design(**changes)
    shared: dict[str, Any] = {"study": "made", "ci_level": 0.95, "estimators": ["gain", "weighting"]}
    tables = panel_tables(made, frame, source="real", **shared)
    roles = tables["panel_effects"].set_index("estimator")["role"].to_dict()
    assert roles == {"gain": "unsafe", "weighting": "beside"}
    balance = tables["panel_balance"].set_index("variable")
    assert balance["balanced"].to_dict() == {"baseline_outcome_2003": True, "pupils_tested": False}
    assert balance.loc["baseline_outcome_2003", "difference_sd_after"] == pytest.approx(0.0, abs=1e-8)
    assert 2.0 < balance["effective_comparison"].iloc[0] < balance["n_comparison"].iloc[0] == 25
    shuffled = panel_tables(made, frame.sample(frac=1.0, random_state=2), source="real", **shared)
    pd.testing.assert_frame_equal(tables["panel_balance"], shuffled["panel_balance"])
    hidden = panel_tables(made, frame, source="real", min_cell=16, **shared)
    assert hidden["panel_balance"].empty
    assert "panel_balance" in tables and panel_tables(made, frame, source="real", study="made", ci_level=0.95, estimators=["gain"])["panel_balance"].empty  # fmt: skip
    found = estimate(made, used(frame, made), ["weighting"])
    assert found[0]["estimate"] == pytest.approx(tables["panel_effects"].set_index("estimator").loc["weighting", "estimate"])  # fmt: skip
