"""Gains, ANCOVA and growth: closed forms, known truth, and what pupils tested stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panel_cases import SIMULATED, by_hand, design, quick, simulated, used
from scipy.stats import ttest_ind

from trenza.effects.panel_detectable import detectable_rows
from trenza.effects.panel_models import ancova_rows, gain_rows, growth_rows, school_year_ratio
from trenza.effects.panel_overlap import overlap_rows

ONE_YEAR = {"baseline_years": (2003,), "outcome_years": (2004,)}


def test_gains_of_equal_clusters_are_a_t_test_of_their_means() -> None:
    """Kenward and Roger give clusters - 2 degrees of freedom, exactly, where clusters are of one size."""
    frame = simulated(1, clusters=12, schools=4, starts=(2004,), treated=5, cluster_sd=6.0)
    made = design(**ONE_YEAR)
    row = gain_rows(made, used(frame, made), ci_level=0.95)[0]
    wide = frame.pivot(index=["commune", "school"], columns="year", values="score")
    means = (wide[2004] - wide[2003]).groupby("commune").mean()
    mine = frame.groupby("commune")["treated_in"].first().notna()
    test = ttest_ind(means[mine], means[~mine])
    assert row["estimate"] == pytest.approx(means[mine].mean() - means[~mine].mean())
    assert row["statistic"] == pytest.approx(test.statistic, rel=1e-6)
    assert row["df"] == pytest.approx(10.0, rel=1e-6)
    assert row["p_value"] == pytest.approx(test.pvalue, rel=1e-5)


def test_ancova_and_gains_name_their_levels() -> None:
    frame = simulated(2, effect=3.0)
    made = design(**SIMULATED)
    row = ancova_rows(made, used(frame, made), ci_level=0.95)[0]
    assert "random intercepts of the level of assignment and schools" in row["method"]


def test_schools_chosen_for_a_low_score_gain_without_any_programme() -> None:
    """Noise of 8 at baseline, chosen below the 20th percentile of it: the gain is large, ANCOVA's is small; truth 0.

    Regression to the mean in gains: with true SD 10 and noise 8, reliability is 0.61, and the mean of the lowest fifth
    lies 1.40 SD down: (1 - 0.61) x 1.40 x 12.8 x (1 + 0.25) = 8.7 against the others.
    """
    random = np.random.default_rng(3)
    n = 3000
    true = random.normal(250.0, 10.0, n)
    first, second = true + random.normal(0.0, 8.0, n), true + random.normal(0.0, 8.0, n)
    chosen = first < np.quantile(first, 0.2)
    frame = pd.DataFrame(
        {
            "school": np.tile(np.arange(n), 2),
            "commune": np.tile(np.arange(n) // 10, 2),
            "year": np.repeat([2003, 2004], n),
            "treated_in": pd.array(np.tile(np.where(chosen, 2004, -1), 2), dtype="Int64"),
            "score": np.concatenate([first, second]),
            "pupils": 30.0,
        }
    )
    frame["treated_in"] = frame["treated_in"].mask(frame["treated_in"] < 0)
    made = design(**ONE_YEAR)
    rows = used(frame, made)
    gain, ancova = (f(made, rows, ci_level=0.95)[0] for f in (gain_rows, ancova_rows))
    assert gain["ci_low"] < 8.7 < gain["ci_high"] and gain["ci_low"] > 6.0
    assert ancova["ci_low"] < 0.0 < ancova["ci_high"]


def test_growth_finds_the_step_where_schools_grow_apart() -> None:
    """Slopes of schools differ with SD 1; the step is 5."""
    frame = simulated(4, clusters=60, schools=4, effect=5.0, cluster_sd=0.0)
    random = np.random.default_rng(5)
    slope = random.normal(0.0, 1.0, 240)
    frame["score"] += slope[frame["school"]] * (frame["year"] - 2003.5)
    made = design(weights="pupils", **SIMULATED)
    row = growth_rows(made, used(frame, made), ci_level=0.95)[0]
    assert row["ci_low"] < 5.0 < row["ci_high"]
    assert row["se"] < 1.0
    assert "school-year variance beside sampling variance" in row["method"]


def test_the_share_of_school_years_is_told_from_sampling() -> None:
    """Residual variance 400 (r + 1 / n) with r = 0.04: the estimate lies within a factor of 1.6 (seeded)."""
    random = np.random.default_rng(6)
    units, years = 1500, 6
    unit = np.repeat(np.arange(units), years)
    pupils = random.integers(5, 120, units)[unit].astype(float)
    noise = random.normal(size=units * years) * 20.0 * np.sqrt(0.04 + 1.0 / pupils)
    rows = pd.DataFrame({"outcome": 250.0 + random.normal(0, 10, units)[unit] + noise, "unit": unit})
    found = school_year_ratio("outcome ~ 1 + (1 | unit)", rows, pupils)
    assert 0.04 / 1.6 < found < 0.04 * 1.6


def test_overlap_by_hand() -> None:
    """Baseline means: 100.5, 110.5 against 90.5, 80.5, 70.5, 60.5."""
    made = design(weights="pupils")
    rows = {r["variable"]: r for r in overlap_rows(made, used(by_hand(), made))}
    row = rows["baseline_outcome"]
    assert (row["mean_treated"], row["mean_comparison"]) == (75.5, 105.5)
    pooled = ((3 * 500.0 / 3 + 1 * 50.0) / 4) ** 0.5
    exact = 0.7978845608028654  # Gamma(2) / (Gamma(3 / 2) sqrt(2)), Hedges' factor for 4 degrees of freedom
    assert row["difference_sd"] == pytest.approx(exact * -30.0 / pooled)
    assert row["band"] == "not_satisfied" and row["share_inside"] == 0.0
    assert rows["baseline_change"]["mean_treated"] == 1.0
    assert np.isnan(rows["baseline_change"].get("difference_sd", np.nan))  # nobody's change differs
    assert rows["pupils_tested"]["n_treated"] == 4


def test_the_minimum_detectable_effect_by_hand() -> None:
    """Clusters of one school: icc 1; variance of change of the comparison (1, 3) is 2; V = 2 (1 / 4 + 1 / 2)."""
    frame = by_hand()
    extra = frame.query("school == 'a'").assign(school="g", commune="port")
    made = design()
    rows = used(pd.concat([frame, extra]), made)
    row = detectable_rows(made, rows, ci_level=0.95)[0]
    change = np.array([102.5 - 100.5, 113.5 - 110.5, 102.5 - 100.5])
    v = change.var(ddof=1) * (1 / 4 + 1 / 3)
    assert row["icc_of_change"] == 1.0 and row["df"] == 5
    assert row["mdes"] == pytest.approx((2.570582 + 0.919544) * v**0.5, rel=1e-6)  # t tables, 5 df


def test_the_minimum_detectable_effect_is_never_below_what_the_called_for_estimate_can_find() -> None:
    """Welch's degrees of freedom, and the larger standard error: t of 10 df .975 and .80 are 2.228139 and 0.879058."""
    frame, made = by_hand(), design()
    rows = used(pd.concat([frame, frame.query("school == 'a'").assign(school="g", commune="port")]), made)
    beside = {"role": "beside", "aggregation": "overall", "se": 90.0, "df": 2.0}
    called = {"role": "called_for", "aggregation": "overall", "se": 40.0, "df": 10.0}
    plain = detectable_rows(made, rows, ci_level=0.95)[0]
    wide = detectable_rows(made, rows, [beside, called], ci_level=0.95)[0]
    assert wide["df"] == 10.0 and wide["mdes"] == pytest.approx((2.228139 + 0.879058) * 40.0, rel=1e-6)
    assert wide["method"] != plain["method"]
    narrow = detectable_rows(made, rows, [{**called, "se": 1e-6, "df": plain["df"]}], ci_level=0.95)[0]
    assert narrow["mdes"] == plain["mdes"]


def test_the_minimum_detectable_effect_is_found_four_times_in_five() -> None:
    """An effect of that size: Welch's test of the group-time effect has power .8 within three standard errors and a little."""
    from trenza.effects.adapters import t_two_sided
    from trenza.effects.panel_group_time import group_time
    from trenza.effects.panel_sums import change_sums

    made = design(baseline_years=(2003,), outcome_years=(2004,))
    sizes = {"clusters": 30, "schools": 4, "starts": (2004,), "treated": 15, "years": (2003, 2004)}
    mdes = np.mean(
        [detectable_rows(made, quick(simulated(s, **sizes)), ci_level=0.95)[0]["mdes"] for s in range(20)]
    )
    found = 0
    for seed in range(300):
        fitted = group_time(change_sums(quick(simulated(400 + seed, effect=float(mdes), **sizes))), "never")
        found += t_two_sided(float(fitted.estimate[0] / fitted.se[0]), float(fitted.df[0])) < 0.05
    assert abs(found / 300 - 0.8) <= 3 * (0.8 * 0.2 / 300) ** 0.5 + 0.02
