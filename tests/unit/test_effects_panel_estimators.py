"""Estimators on a panel of six schools that can be done by hand, and against least squares on dummies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panel_cases import SIMULATED, by_hand, design, simulated, used

from trenza.contracts.effect_tables import EFFECT_CONTRACTS, ESTIMATORS
from trenza.effects.panel import TABLES, Resampling, estimate, panel_tables
from trenza.effects.panel_group_time import group_time_rows
from trenza.effects.panel_imputation import imputation_rows
from trenza.effects.panel_trends import trend_rows
from trenza.effects.panel_two_way import forbidden, forbidden_share, two_way_rows

QUICK = Resampling(draws=199, reassign=49, seed=3)


def rows_by_term(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index("term")


def test_group_time_by_hand() -> None:
    made = design()
    found = rows_by_term(group_time_rows(made, used(by_hand(), made), ci_level=0.95, draws=199, seed=1))
    expected = {
        "cohort_2003_year_2001": 0.0,
        "cohort_2003_year_2003": 4.0,  # +5 and +5 against +1 and +1
        "cohort_2003_year_2004": 5.0,  # +7 and +9 against +2 and +4
        "cohort_2004_year_2001": 0.0,
        "cohort_2004_year_2002": 0.0,
        "cohort_2004_year_2004": 8.0,  # +9 and +11 against +1 and +3
        "cohort_2003": 4.5,
        "cohort_2004": 8.0,
        "event_+0": 6.0,
        "event_+1": 5.0,
        "event_-2": 0.0,
        "overall": 17.0 / 3.0,
    }
    for term, value in expected.items():
        assert found.loc[f"group_time_{term}", "estimate"] == pytest.approx(value), term
    # changes 7, 9 against 2, 4: variances 2 over 2 each, so Welch's se is sqrt(2) with 2 degrees of freedom
    cell = found.loc["group_time_cohort_2003_year_2004"]
    assert cell["se"] == pytest.approx(2.0**0.5)
    assert cell["df"] == pytest.approx(2.0)
    assert found.loc["group_time_event_+0", "treated_units"] == 4
    assert found.loc["group_time_event_+1", "treated_units"] == 2
    assert (found["role"] == "called_for").all()


def test_a_single_comparison_is_welchs_test_of_the_changes() -> None:
    from scipy.stats import ttest_ind

    frame = simulated(1, clusters=14, schools=1, starts=(2004,), treated=5)
    made = design(baseline_years=(2003,), outcome_years=(2004,))
    found = rows_by_term(group_time_rows(made, used(frame, made), ci_level=0.9, draws=199, seed=1))
    wide = frame.pivot(index="school", columns="year", values="score")
    change = wide[2004] - wide[2003]
    mine = frame.drop_duplicates("school").set_index("school")["treated_in"].notna()
    welch = ttest_ind(change[mine], change[~mine], equal_var=False)
    row = found.loc["group_time_overall"]
    assert row["statistic"] == pytest.approx(welch.statistic, rel=1e-12)
    assert row["p_value"] == pytest.approx(welch.pvalue, rel=1e-10)
    interval = welch.confidence_interval(0.9)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((interval.low, interval.high), rel=1e-10)


def test_imputation_by_hand() -> None:
    """Untreated years rise by 1, 1 and 2: effects 4, 4 in 2003 and 4, 6, 7, 9 in 2004."""
    made = design()
    found = rows_by_term(imputation_rows(made, used(by_hand(), made), ci_level=0.95))
    expected = {"overall": 34 / 6, "cohort_2003": 4.5, "cohort_2004": 8.0, "event_+0": 6.0, "event_+1": 5.0}
    for term, value in expected.items():
        assert found.loc[f"imputation_{term}", "estimate"] == pytest.approx(value), term


def dummies(rows: pd.DataFrame, weights: np.ndarray | None = None) -> tuple[float, np.ndarray, np.ndarray]:
    """Two-way estimate, residuals, and what is left of treatment, by least squares on all dummies."""
    on = ((rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])).astype(float).to_numpy()
    others = pd.get_dummies(rows[["unit", "year"]].astype("str"), dtype=float).to_numpy()
    root = np.ones(len(rows)) if weights is None else np.sqrt(weights)
    y = rows["outcome"].to_numpy()
    left = on - others @ np.linalg.lstsq(others * root[:, None], on * root, rcond=None)[0]
    x = np.column_stack([on, others])
    beta = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    return float(beta[0]), y - x @ beta, left


def test_two_way_on_an_incomplete_panel_is_least_squares_on_dummies() -> None:
    frame = simulated(2, clusters=10, schools=2, treated=6, effect=3.0).sample(frac=0.8, random_state=5)
    made = design(weights="pupils", **SIMULATED)
    rows = used(frame, made)
    weights = rows["weight"].to_numpy()
    expected, residual, left = dummies(rows, weights)
    row = two_way_rows(made, rows, ci_level=0.95)[0]
    assert row["estimate"] == pytest.approx(expected, rel=1e-9)
    score = pd.Series(weights * left * residual).groupby(rows["cluster"].to_numpy()).sum()
    c, n, k = rows["cluster"].nunique(), len(rows), 1 + rows["year"].nunique()
    se = (c / (c - 1) * (n - 1) / (n - k) * (score**2).sum()) ** 0.5 / (weights * left**2).sum()
    assert row["se"] == pytest.approx(se, rel=1e-9)
    assert row["role"] == "unsafe"
    share = {r["quantity"]: r["value"] for r in forbidden(rows)}
    mine = (rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])
    v = (weights * left)[mine] / (weights * left)[mine].sum()
    assert share["negative_share"] == pytest.approx((v < 0).mean())
    assert share["negative_sum"] == pytest.approx(v[v < 0].sum())
    assert np.isnan(share["forbidden_share"])  # schools lack years


def test_imputation_on_an_incomplete_panel_is_least_squares_on_untreated_rows() -> None:
    frame = simulated(3, clusters=12, schools=2, treated=6, effect=3.0).sample(frac=0.85, random_state=6)
    made = design(weights="pupils", **SIMULATED)
    rows = used(frame, made)
    on = ((rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])).to_numpy()
    x = pd.get_dummies(rows[["unit", "year"]].astype("str"), dtype=float).to_numpy()
    w = rows["weight"].to_numpy()
    root = np.sqrt(w[~on])
    beta = np.linalg.lstsq(x[~on] * root[:, None], rows["outcome"].to_numpy()[~on] * root, rcond=None)[0]
    effect = rows["outcome"].to_numpy()[on] - x[on] @ beta
    row = imputation_rows(made, rows, ci_level=0.95)[0]
    assert row["estimate"] == pytest.approx(np.average(effect, weights=w[on]), rel=1e-9)


def test_forbidden_comparisons_and_negative_weights() -> None:
    """With no school never treated and long exposure, early cohorts' late years enter with negative weight."""
    frame = by_hand().query("school in ['c', 'd', 'e', 'f']")
    frame["treated_in"] = frame["treated_in"].astype(int)
    rows = pd.DataFrame(
        {
            "unit": frame["school"], "year": frame["year"], "cluster": frame["school"],
            "cohort": frame["treated_in"] - (frame["treated_in"] == 2003), "outcome": frame["score"],
            "weight": 1.0, "pupils": 1.0,
        }
    ).reset_index(drop=True)  # fmt: skip
    # shares 1/2 and 1/2, treated 3/4 and 1/4 of the time: 2002 against 2004 not yet treated (1/2)(1/4), 2004 against 2002
    # treated already (1/2)(1/4)
    assert forbidden_share(rows) == pytest.approx(0.5)
    values = {r["quantity"]: r["value"] for r in forbidden(rows)}
    _, _, left = dummies(rows)
    treated = (rows["year"] >= rows["cohort"]).to_numpy()
    assert (
        values["negative_share"] == pytest.approx((left[treated] < -1e-12).mean())
        and values["negative_share"] > 0
    )


def test_all_tables_keep_their_contracts_whatever_the_order_of_rows() -> None:
    frame = simulated(4, effect=5.0)
    made = design(weights="pupils", dependency="commune", **SIMULATED)
    first = panel_tables(made, frame, study="made", source="simulated", ci_level=0.95, resampling=QUICK)
    mixed = frame.sample(frac=1.0, random_state=9)
    second = panel_tables(made, mixed, study="made", source="simulated", ci_level=0.95, resampling=QUICK)
    assert tuple(first) == TABLES
    for name, table in first.items():
        assert list(table.columns) == EFFECT_CONTRACTS[name].names
        assert len(table)
        assert table.to_csv() == second[name].to_csv(), name


def test_every_estimator_names_its_estimand_and_its_role() -> None:
    made = design(**SIMULATED)
    table = pd.DataFrame(estimate(made, used(simulated(5), made)))
    assert set(table["estimator"]) == set(ESTIMATORS)
    assert (table["estimand"] == made.estimand).all()
    roles = table[table["aggregation"] == "overall"].set_index("estimator")["role"]
    assert roles["group_time"] == "called_for" and roles["two_way"] == "unsafe"
    assert set(roles.drop(["group_time", "two_way"])) == {"beside"}


def test_where_schools_were_chosen_by_their_scores_only_ancova_is_called_for() -> None:
    made = design(chosen_by="score", **SIMULATED)
    table = pd.DataFrame(estimate(made, used(simulated(5), made), resampling=QUICK))
    assert set(table.loc[table["estimator"] == "ancova", "role"]) == {"called_for"}
    assert set(table.loc[table["estimator"] == "weighting", "role"]) == {"beside"}
    others = table[~table["estimator"].isin(["ancova", "weighting"])]
    assert set(others["role"]) == {"unsafe"} and others["note"].str.contains("regression to the mean").all()


def test_one_start_for_all_makes_two_way_a_plain_difference_in_differences() -> None:
    frame = simulated(6, starts=(2004,), effect=4.0)
    made = design(baseline_years=(2003,), outcome_years=(2004,))
    rows = used(frame, made)
    both = pd.DataFrame(estimate(made, rows, ["two_way", "group_time", "imputation"])).set_index("term")
    plain = both.loc["two_way_overall"]
    assert plain["role"] == "beside"
    assert plain["estimate"] == pytest.approx(both.loc["group_time_overall", "estimate"], rel=1e-10)
    assert plain["estimate"] == pytest.approx(both.loc["imputation_overall", "estimate"], rel=1e-10)


def test_a_cohort_of_one_cluster_has_no_standard_error() -> None:
    frame = by_hand().query("school != 'd'")
    made = design(assignment="commune")
    found = rows_by_term(group_time_rows(made, used(frame, made), ci_level=0.95, draws=99, seed=1))
    assert np.isnan(found.loc["group_time_cohort_2003", "se"])
    alone = found.loc["group_time_cohort_2003_year_2003"]
    assert np.isnan(alone["p_value"]) and "each treated cohort is one cluster" in alone["note"]
    assert "adds nothing to the standard error" in found.loc["group_time_overall", "note"]


def test_uneven_years_are_counted_in_tests_and_told_in_years() -> None:
    """Tests in 2014, 2016, 2018, 2022; starts 2018 and 2021: the last test before is 2016 and 2018."""
    years = (2014, 2016, 2018, 2022)
    frame = simulated(7, years=years, starts=(2018, 2021), effect=3.0)
    made = design(baseline_years=(2014, 2016), outcome_years=(2018, 2022))
    found = rows_by_term(group_time_rows(made, used(frame, made), ci_level=0.95, draws=99, seed=1))
    assert found.loc["group_time_cohort_2018_year_2022", "event_time"] == 1
    assert found.loc["group_time_cohort_2021_year_2022", "event_time"] == 0
    assert found.loc["group_time_cohort_2021_year_2016", "event_time"] == -2
    assert "calendar years since the start: 0 to 1" in found.loc["group_time_event_+0", "note"]
    assert "group_time_cohort_2021_year_2018" not in found.index  # its base


def test_without_anybody_never_treated_only_years_with_later_starters_count() -> None:
    """+5 of the cohort of 2003 against +1 of that of 2004, in 2003; in 2004 nobody is left to compare."""
    frame = by_hand().query("school not in ['a', 'b']")
    made = design(pool="not_yet")
    tables = panel_tables(made, frame, study="made", source="simulated", ci_level=0.95, resampling=QUICK)
    found = tables["panel_effects"].set_index("term")
    assert found.loc["group_time_overall", "estimate"] == pytest.approx(4.0)
    assert "group_time_cohort_2003_year_2004" not in found.index
    assert found.loc["imputation_overall", "estimate"] == pytest.approx(4.0)
    assert (
        "4 treated rows left out: no untreated row in their year" in found.loc["imputation_overall", "note"]
    )
    assert tables["panel_detectable"]["mdes"].isna().all()


def test_trends_by_hand() -> None:
    """Comparison in 2004: 103 and 115, so mean 109 with standard error 6; weights 1 and 3 make it 112."""
    made = design()
    rows = {(r["cohort"], r["year"]): r for r in trend_rows(used(by_hand(), made), ci_level=0.95)}
    assert len(rows) == 12
    row = rows[0, 2004]
    assert (row["schools"], row["clusters"], row["estimate"]) == (2, 2, 109.0)
    assert row["se"] == pytest.approx(6.0)
    assert row["ci_high"] == pytest.approx(109.0 + 12.706205 * 6.0, rel=1e-6)  # t table, 1 degree of freedom
    heavy = by_hand().assign(pupils=lambda f: np.where(f["school"] == "b", 60.0, 20.0))
    rows = {
        (r["cohort"], r["year"]): r for r in trend_rows(used(heavy, design(weights="pupils")), ci_level=0.95)
    }
    assert rows[0, 2004]["estimate"] == pytest.approx(112.0)


def test_small_groups_of_real_schools_are_withheld() -> None:
    made = design()
    settings = {"study": "made", "ci_level": 0.95, "resampling": QUICK, "min_cell": 3}
    real = panel_tables(made, by_hand(), source="real", **settings)
    effects = real["panel_effects"].set_index("term")
    assert np.isnan(effects.loc["group_time_cohort_2003", "estimate"])  # two schools
    assert effects.loc["group_time_cohort_2003", "note"] == "withheld: fewer than 3 treated schools"
    assert effects.loc["group_time_overall", "estimate"] == pytest.approx(17 / 3)  # four
    assert real["panel_trends"]["suppressed"].all() and real["panel_trends"]["estimate"].isna().all()
    made_up = panel_tables(made, by_hand(), source="simulated", **settings)
    assert not made_up["panel_trends"]["suppressed"].any()
