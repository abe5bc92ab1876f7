"""Specification curve, units left out, placebo start and unmeasured causes of a panel: by hand, and against statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from panel_cases import SIMULATED, by_hand, design, simulated

from trenza.effects.panel import Resampling, panel_tables
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_choices import CHOICE_TABLES, choice_tables
from trenza.effects.panel_group_time import group_time_rows
from trenza.effects.unmeasured import e_value, robustness_value

WEIGHTED = {**SIMULATED, "weights": "pupils"}


def made(
    changes: dict[str, Any], frame: pd.DataFrame, estimators: list[str], source: str = "simulated", least: int = 1
) -> dict[str, pd.DataFrame]:  # fmt: skip
    chosen = design(**changes)
    shared: dict[str, Any] = {"study": "made", "source": source, "ci_level": 0.95, "estimators": estimators, "min_cell": least}  # fmt: skip
    effects = panel_tables(chosen, frame, resampling=Resampling(19, 9, 1), **shared)["panel_effects"]
    return choice_tables(chosen, frame, effects, **shared) | {"panel_effects": effects}


def small(seed: int = 1, **changes: Any) -> pd.DataFrame:
    return simulated(seed, clusters=10, schools=3, treated=5, starts=(2004,), effect=5.0, **changes)


def test_the_curve_holds_every_choice_once_and_the_declared_ones_as_in_the_table() -> None:
    found = made({**WEIGHTED, "pool": "never"}, small(), ["gain", "two_way", "group_time"])
    curve = found["panel_specifications"]
    # gain and two-way: baseline x counting; group-time: pool x counting
    assert curve.groupby("estimator").size().to_dict() == {"gain": 4, "two_way": 4, "group_time": 4}
    assert curve["estimate"].is_monotonic_increasing and curve["position"].tolist() == list(range(1, 13))
    overall = found["panel_effects"].query("aggregation == 'overall'").set_index("estimator")["estimate"]
    declared = curve[curve["declared"]].set_index("estimator")["estimate"]
    assert declared.to_dict() == pytest.approx(overall.to_dict(), rel=1e-12)
    # a choice of the curve is what a study that declares it gets
    other = made({**SIMULATED, "baseline_years": (2003,), "pool": "never"}, small(), ["gain"])[
        "panel_effects"
    ]
    row = curve.query("estimator == 'gain' and baseline == 'last' and counting == 'schools'")
    assert row["estimate"].iloc[0] == pytest.approx(other["estimate"].iloc[0], rel=1e-12)


def test_each_unit_of_assignment_is_left_out_once() -> None:
    frame = small()
    found = made(SIMULATED, frame, ["group_time"])["panel_left_out"]
    assert found["position"].tolist() == list(range(11)) and found["schools_left_out"].sum() == 30
    one = found.iloc[4]
    used = check_panel(
        design(**SIMULATED), frame[frame["commune"].astype("str") != one["left_out"]], study="m"
    )[0]
    by_itself = group_time_rows(design(**SIMULATED), used, ci_level=0.95, draws=9, seed=1)[0]
    assert (one["estimate"], one["ci_low"]) == pytest.approx((by_itself["estimate"], by_itself["ci_low"]))


def test_small_units_have_no_name_and_schools_by_themselves_are_not_left_out() -> None:
    real = made(SIMULATED, small(), ["group_time"], "real", 4)["panel_left_out"]
    units = real.query("position > 0")
    assert real["left_out"].isna().all() and units["schools_left_out"].isna().all()
    assert set(real["schools"]) == {30} and real["schools_left_out"].iloc[0] == 0
    assert made({}, by_hand(), ["group_time"])["panel_left_out"].empty


def test_one_small_unit_does_not_follow_from_the_others() -> None:
    """A commune that lost a school has two, the others three: with a threshold of three a second one is withheld beside it."""
    frame = small()
    frame = frame[frame["school"] != frame["school"].iloc[0]]
    real = made(SIMULATED, frame, ["group_time"], "real", 3)["panel_left_out"].query("position > 0")
    assert set(real["schools"]) == {29} and real["schools_left_out"].sum() == 24
    assert real["schools_left_out"].isna().sum() == real["left_out"].isna().sum() == 2


def test_a_start_before_the_start_by_hand() -> None:
    """In ``by_hand`` all schools change by 1 from 2001 to 2002, whatever happens to them later."""
    frame = by_hand()
    found = made({}, frame, ["group_time"])["panel_placebo"]
    assert found["placebo_year"].astype("object").where(found["placebo_year"].notna(), None).tolist() == [
        None,
        2002,
    ]
    assert found["estimate"].iloc[1] == pytest.approx(0.0, abs=1e-12)
    assert pd.isna(found["holds_zero"].iloc[1])  # no noise, so no interval
    drifting = frame.assign(
        score=frame["score"] + 3.0 * ((frame["year"] == 2002) & frame["treated_in"].notna())
    )
    assert made({}, drifting, ["group_time"])["panel_placebo"]["estimate"].iloc[1] == pytest.approx(3.0)


def test_robustness_values_are_those_of_a_regression_with_one_row_a_school() -> None:
    import statsmodels.formula.api as smf

    late = {"baseline_years": (2003,), "outcome_years": (2004,), "assignment": "school"}
    frame = simulated(2, starts=(2004,), effect=4.0)
    found = made(late, frame, ["gain", "ancova", "group_time"])["panel_unmeasured"].set_index("estimator")
    wide = frame.pivot(index="school", columns="year", values="score")
    treated = frame.drop_duplicates("school").set_index("school")["treated_in"].notna().astype(float)
    rows = pd.DataFrame({"y": wide[2004], "x": wide[2003], "d": treated.reindex(wide.index)})
    model = smf.ols("y ~ d + x", rows).fit()
    t, df = model.tvalues["d"], model.df_resid
    assert found.loc["ancova", "robustness"] == pytest.approx(robustness_value(t, 1.0, df), rel=1e-10)
    alpha = robustness_value(t, 1.0, df, alpha=0.05)
    assert found.loc["ancova", "robustness_interval"] == pytest.approx(alpha, rel=1e-8)
    assert found.loc["ancova", "baseline_treated"] == pytest.approx(smf.ols("d ~ x", rows).fit().rsquared)
    without = smf.ols("y ~ d", rows).fit().ssr
    assert found.loc["ancova", "baseline_outcome"] == pytest.approx(1.0 - model.ssr / without)
    assert np.isnan(found.loc["group_time", "robustness"])
    gain = found.loc["gain"]
    assert gain["e_value"] == pytest.approx(e_value(gain["effect_sd"])) and gain["e_value"] > gain["e_value_interval"] >= 1.0  # fmt: skip


def test_with_clusters_the_robustness_value_has_no_interval_and_figures_of_few_schools_are_withheld() -> None:
    found = made(SIMULATED, small(), ["gain", "ancova"])["panel_unmeasured"]
    assert found["robustness"].notna().all() and found["robustness_interval"].isna().all()
    hidden = made(SIMULATED, small(), ["gain"], "real", 16)
    assert all(hidden[name]["estimate"].isna().all() for name in CHOICE_TABLES)


def test_a_study_declares_what_varies_in_its_curve() -> None:
    """Years judged alone: each row is what a study with these years gets; the panel's own choice is always there."""
    frame, chosen = small(), design(**WEIGHTED)
    shared: dict[str, Any] = {"study": "made", "source": "simulated", "ci_level": 0.95, "estimators": ["gain", "group_time"]}  # fmt: skip
    effects = panel_tables(chosen, frame, resampling=Resampling(19, 9, 1), **shared)["panel_effects"]
    wanted = {"estimators": ["gain"], "pool": ["never"], "baseline_years": [[2002, 2003]], "outcome_years": ["first", [2006]], "counting": ["pupils"]}  # fmt: skip
    curve = choice_tables(chosen, frame, effects, **shared, specifications=wanted)["panel_specifications"]
    assert set(curve["estimator"]) == {"gain"} and curve["declared"].sum() == 1
    assert set(zip(curve["baseline"], curve["judged"], strict=True)) == {
        (b, j) for b in ("all", "2002, 2003") for j in ("all", "first", "2006")
    }
    row = curve.query("baseline == '2002, 2003' and judged == '2006'").iloc[0]
    years = {"baseline_years": (2002, 2003), "outcome_years": (2006,)}
    again = panel_tables(design(**{**WEIGHTED, **years}), frame, **{**shared, "estimators": ["gain"]})
    assert row["estimate"] == pytest.approx(again["panel_effects"]["estimate"].iloc[0], rel=1e-12)
