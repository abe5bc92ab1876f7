"""Means, changes and gaps of schools: by hand, statsmodels and scipy, a bootstrap of schools, coverage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_panels import panel, schools
from scipy import stats

from trenza.contracts.tables import CONTRACTS
from trenza.official.distribution import score_distribution, year_changes
from trenza.official.gaps import gaps
from trenza.official.intervals import t_interval, wilson_interval
from trenza.official.trends import trends
from trenza.official.weighted import WeightedMean, change, gap, weighted_mean

LEVEL = {"ci_level": 0.95, "min_cell": 2}


def of(rows: pd.DataFrame, **cell: Any) -> pd.Series:
    """The one row with these values."""
    for name, value in cell.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def drawn(seed: int, rbd: np.ndarray, level: float = 250.0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return level + draw.normal(0, 20, len(rbd)), draw.integers(3, 90, len(rbd)).astype(float)


def mean_of(seed: int, rbd: np.ndarray) -> WeightedMean:
    return weighted_mean(rbd, *drawn(seed, rbd))


def test_mean_by_hand() -> None:
    # (10 x 200 + 30 x 240) / 40 = 230; z = -7.5 and 7.5; 2 / 1 x (56.25 + 56.25) = 15^2
    found = weighted_mean(np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0]))
    assert (found.mean, found.pupils, found.schools) == (230.0, 40, 2)
    assert found.variance == pytest.approx(225.0)


def test_change_by_hand() -> None:
    # Year 1: schools 1, 2 as above. Year 2: school 1 with 250 and school 3 with 270, 20 pupils each: mean 260,
    # z = -5 and 5, variance 2 x 50 = 100. Only school 1 covaries: 2 x (-7.5) x (-5) = 75. 225 + 100 - 150 = 175.
    before = weighted_mean(np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0]))
    after = weighted_mean(np.array([1, 3]), np.array([250.0, 270.0]), np.array([20.0, 20.0]))
    found = change(before, after)
    assert (found.estimate, found.df) == (30.0, 1)
    assert found.se == pytest.approx(math.sqrt(175))


@pytest.mark.parametrize("seed", range(3))
def test_mean_is_weighted_least_squares_with_robust_errors(seed: int) -> None:
    import statsmodels.api as sm

    rbd = np.arange(40)
    scores, pupils = drawn(seed, rbd)
    found = weighted_mean(rbd, scores, pupils)
    fit = sm.WLS(scores, np.ones(40), weights=pupils).fit(cov_type="HC1", use_t=True)
    assert found.mean == pytest.approx(fit.params[0], rel=1e-12)
    assert found.variance**0.5 == pytest.approx(fit.bse[0], rel=1e-10)
    ours = t_interval(found.mean, found.variance**0.5, found.schools - 1, 0.9)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(tuple(fit.conf_int(0.1)[0]), rel=1e-10)


@pytest.mark.parametrize("common", [0, 1, 25, 40])
def test_change_is_weighted_least_squares_clustered_by_school(common: int) -> None:
    import statsmodels.api as sm

    first, second = np.arange(40), np.arange(40 - common, 80 - common)
    (y1, n1), (y2, n2) = drawn(1, first), drawn(2, second, 262.0)
    y2[:common] += 0.6 * (y1[40 - common :] - 250.0)
    design = sm.add_constant(np.repeat([0.0, 1.0], 40))
    fit = sm.WLS(np.concatenate([y1, y2]), design, weights=np.concatenate([n1, n2])).fit(
        cov_type="cluster", cov_kwds={"groups": np.concatenate([first, second]), "use_correction": False}
    )
    found = change(weighted_mean(first, y1, n1), weighted_mean(second, y2, n2))
    assert found.estimate == pytest.approx(fit.params[1], rel=1e-10)
    assert found.se == pytest.approx(fit.bse[1] * math.sqrt(40 / 39), rel=1e-9)


def test_change_of_the_same_schools_with_equal_pupils_is_the_paired_t() -> None:
    rbd, n = np.arange(30), np.full(30, 20.0)
    y1, y2 = drawn(3, rbd)[0], drawn(4, rbd, 255.0)[0]
    found = change(weighted_mean(rbd, y1, n), weighted_mean(rbd, y2, n))
    oracle = stats.ttest_rel(y2, y1)
    assert (found.estimate / found.se, found.df) == pytest.approx((oracle.statistic, oracle.df), rel=1e-10)


def test_change_of_all_schools_alike_has_no_error_and_one_school_none_to_tell() -> None:
    rbd = np.arange(30)
    y, n = drawn(5, rbd)
    found = change(weighted_mean(rbd, y, n), weighted_mean(rbd, y + 7.0, n))
    assert (found.estimate, found.se) == pytest.approx((7.0, 0.0), abs=1e-6)
    alone = weighted_mean(np.array([1]), np.array([250.0]), np.array([9.0]))
    assert math.isnan(alone.variance)
    assert math.isnan(t_interval(250.0, alone.variance, 0, 0.95)["ci_low"])


def test_gap_with_equal_pupils_is_scipys_welch() -> None:
    one, other = np.arange(17), np.arange(100, 140)
    x, y = drawn(6, one)[0], drawn(7, other, 240.0)[0]
    found = gap(weighted_mean(one, x, np.full(17, 8.0)), weighted_mean(other, y, np.full(40, 30.0)))
    oracle = stats.ttest_ind(x, y, equal_var=False)
    ours = t_interval(found.estimate, found.se, found.df, 0.95)
    assert found.df == pytest.approx(oracle.df, rel=1e-10)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(
        tuple(oracle.confidence_interval(0.95)), rel=1e-10
    )


def test_wilson_is_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for successes, n in [(0, 12), (3, 12), (12, 12), (400, 7000)]:
        found = wilson_interval(successes, n, 0.9)
        oracle = proportion_confint(successes, n, alpha=0.1, method="wilson")
        assert (found["ci_low"], found["ci_high"]) == pytest.approx(oracle, abs=1e-12)
        assert found["ci_low"] >= 0.0 and found["ci_high"] <= 1.0


def test_standard_error_of_a_change_is_that_of_a_bootstrap_of_schools() -> None:
    rbd = np.arange(300)
    y1, n1 = drawn(8, rbd)
    y2, n2 = 0.7 * y1 + 0.3 * drawn(9, rbd)[0] + 4.0, n1 + np.random.default_rng(10).integers(0, 10, 300)
    is_there = np.random.default_rng(11).random(300) < 0.8
    found = change(weighted_mean(rbd[is_there], y1[is_there], n1[is_there]), weighted_mean(rbd, y2, n2))
    picks = np.random.default_rng(12).integers(0, 300, (2000, 300))
    w1, w2 = (n1 * is_there)[picks], n2[picks]
    replicates = (w2 * y2[picks]).sum(1) / w2.sum(1) - (w1 * y1[picks]).sum(1) / w1.sum(1)
    # Monte Carlo error of an SD from 2000 draws is 1.6 %
    assert found.se == pytest.approx(replicates.std(ddof=1), rel=0.06)


def test_intervals_of_a_change_cover_and_need_the_covariance() -> None:
    """Cohorts of lasting schools: 95 % of the intervals hold the true change; without the covariance all do."""
    draw = np.random.default_rng(13)
    runs, k, truth = 600, 60, 5.0
    hits = blind = 0
    for _ in range(runs):
        lasting, pupils = draw.normal(0, 20, k + 10), draw.integers(10, 80, k + 10).astype(float)
        first, second = np.arange(k), np.arange(10, k + 10)
        y1 = 250 + lasting[first] + draw.normal(0, 8, k)
        y2 = 250 + truth + lasting[second] + draw.normal(0, 8, k)
        before, after = weighted_mean(first, y1, pupils[first]), weighted_mean(second, y2, pupils[second])
        found = change(before, after)
        t = stats.t.ppf(0.975, found.df)
        hits += abs(found.estimate - truth) <= t * found.se
        blind += abs(found.estimate - truth) <= t * math.sqrt(before.variance + after.variance)
    error = math.sqrt(0.95 * 0.05 / runs)
    # the linearised error is a little short with few schools: 2 points are allowed for that
    assert 0.95 - 3 * error - 0.02 < hits / runs < 0.95 + 3 * error
    assert blind / runs > 0.99


def two_years() -> pd.DataFrame:
    """Five schools with hand-sized numbers in 2018, and in 2022 the first four with 10 points more or less."""
    first = [
        (200, 10, "municipal", 1),
        (240, 30, "municipal", 1),
        (260, 20, "private", 5),
        (280, 20, "private", 5),
    ]
    rows = [
        {"rbd": i, "year": 2018, "score_points": s, "n_pupils": n, "dependency": d, "ses_group": g}
        for i, (s, n, d, g) in enumerate(first, 1)
    ]
    moves = (10, -10, 10, 10)
    rows += [
        r | {"year": 2022, "score_points": r["score_points"] + m}
        for r, m in zip(list(rows), moves, strict=True)
    ]
    rows[4] |= {"change_significance": 1}
    rows[5] |= {"change_significance": -1}
    rows[6] |= {"change_significance": 0}
    for year in (2018, 2022):
        rows.append({"rbd": 5, "year": year, "score_status": "too_few", "score_points": 300, "n_pupils": 50})
    rows.append(
        {"rbd": 6, "year": 2018, "score_status": "did_not_sit", "score_points": np.nan, "ses_group": 3}
    )
    return panel(rows)


def test_trends_by_hand() -> None:
    found = trends(two_years(), **LEVEL)
    country = of(found, breakdown="all", year=2018, term="mean_points")
    assert (country["schools"], country["pupils"]) == (4, 80)  # score of status ok only
    assert country["estimate"] == (10 * 200 + 30 * 240 + 20 * 260 + 20 * 280) / 80
    town = of(found, level="municipal", year=2018, term="mean_points")
    assert (town["estimate"], town["se"], town["df"]) == pytest.approx((230.0, 15.0, 1))
    assert town["ci_high"] == pytest.approx(230 + 12.7062047 * 15)
    moved = of(found, level="municipal", year=2022, term="change_points")
    assert (moved["estimate"], moved["since_year"]) == (-5.0, 2018)
    # z: -7.5, 7.5, then 10 (210 - 225) / 40 = -3.75 and 3.75; 2 x (3.75^2 + 3.75^2) = 56.25
    assert moved["se"] == pytest.approx(7.5)
    assert moved["effect"] == pytest.approx(-5.0 / np.std([200, 240, 260, 280], ddof=1))
    assert (
        of(found, breakdown="all", year=2018, term="share_withheld")["estimate"] == 1 / 5
    )  # school 6 did not sit
    assert not found["suppressed"][found["term"] == "mean_points"].any()
    assert "3" not in set(found.loc[found["breakdown"] == "ses_group", "level"])


def test_gaps_by_hand() -> None:
    row = of(gaps(two_years(), **LEVEL), breakdown="dependency", upper="private", year=2018)
    # private: mean 270, z = -5 and 5, variance 100; municipal 230 and 225; df = 325^2 / (100^2 + 225^2)
    assert (row["estimate"], row["se"]) == pytest.approx((40.0, math.sqrt(325.0)))
    assert row["df"] == pytest.approx(325**2 / (100**2 + 225**2))
    assert (row["schools_upper"], row["schools_lower"], row["pupils"]) == (2, 2, 80)
    assert row["effect"] == pytest.approx(40.0 / np.std([200, 240, 260, 280], ddof=1))


def test_year_changes_by_hand() -> None:
    row = of(year_changes(two_years(), min_cell=2), breakdown="all")
    assert (row["year"], row["since_year"], row["schools"], row["mean_points"]) == (2022, 2018, 4, 5.0)
    assert row["sd_points"] == 10.0
    assert row["correlation"] == pytest.approx(np.corrcoef([200, 240, 260, 280], [210, 230, 270, 290])[0, 1])
    assert (row["share_up"], row["share_down"]) == pytest.approx((1 / 3, 1 / 3))  # of the three with a mark
    assert row["q50_points"] == 10.0 and math.isnan(row["q25_points"])  # one school below the quartile


def test_marks_are_left_out_where_the_test_before_is_not_at_hand() -> None:
    frame = two_years()
    frame["year"] = frame["year"].map({2018: 2014, 2022: 2016}).astype("int16")  # 4b was also tested in 2015
    row = of(year_changes(frame, min_cell=2), breakdown="all")
    assert (row["since_year"], row["mean_points"]) == (2014, 5.0)
    assert math.isnan(row["share_up"]) and math.isnan(row["share_down"])


def test_correlation_tells_regression_to_the_mean() -> None:
    # Known truth: score = lasting + chance with equal variances, so r = 0.5 and the low half gains 0.5 x its lag.
    draw = np.random.default_rng(14)
    lasting = draw.normal(250, 20, 4000)
    scores = {year: lasting + draw.normal(0, 20, 4000) for year in (2018, 2022)}
    low = scores[2018] < 250
    rows = [
        {"rbd": i, "year": year, "score_points": s, "ses_group": 1 if low[i] else 2}
        for year, values in scores.items()
        for i, s in enumerate(values.tolist())
    ]
    found = year_changes(panel(rows), min_cell=5)
    assert of(found, breakdown="all")["correlation"] == pytest.approx(0.5, abs=3 * 0.75 / math.sqrt(4000))
    lag = 250 - scores[2018][low].mean()
    assert of(found, breakdown="ses_group", level="1")["mean_points"] == pytest.approx(0.5 * lag, abs=2.0)


def test_distribution_is_numpys_and_quantiles_need_schools_beyond_them() -> None:
    rows = schools(100, 2)
    row = of(score_distribution(panel(rows), min_cell=5), breakdown="all")
    scores = [r["score_points"] for r in rows]
    assert row["mean_points"] == pytest.approx(np.mean(scores)) and row["sd_points"] == pytest.approx(
        np.std(scores, ddof=1)
    )
    names = [f"q{q}_points" for q in ("05", "25", "50", "75", "95")]
    assert row[names].astype(float).tolist() == pytest.approx(
        np.quantile(scores, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
    )
    fewer = of(score_distribution(panel(rows[:99]), min_cell=5), breakdown="all")
    assert fewer[names].isna().tolist() == [True, False, False, False, True]


def test_a_group_starts_with_its_first_scores_and_nothing_is_interpolated() -> None:
    rows = [
        r | {"rbd": i, "year": year, "dependency": "slep" if year >= 2018 and i < 8 else "municipal"}
        for year in (2016, 2018, 2022)
        for i, r in enumerate(schools(30, year))
    ]
    found = trends(panel(rows), **LEVEL)
    changes = found[(found["term"] == "change_points") & (found["breakdown"] != "ses_group")]
    since = changes.set_index(["level", "year"])["since_year"].to_dict()
    assert since == {("all", 2018): 2016, ("all", 2022): 2016, ("municipal", 2018): 2016,
                     ("municipal", 2022): 2016, ("slep", 2022): 2018}  # fmt: skip
    assert set(found["year"]) == {2016, 2018, 2022}


def test_a_regional_file_is_not_the_country() -> None:
    rows = [
        r | {"rbd": i, "year": year, "coverage": "region 13" if year == 2016 else "national"}
        for year in (2016, 2018, 2022)
        for i, r in enumerate(schools(30, year))
    ]
    found = trends(panel(rows), **LEVEL)
    assert set(found["year"]) == {2018, 2022} and set(found["since_year"].dropna()) == {2018}


def test_schools_without_a_group_are_unknown_and_have_no_trend() -> None:
    rows = [
        r | {"rbd": i, "year": year, "ses_group": np.nan if i < 10 else 2}
        for year in (2018, 2022)
        for i, r in enumerate(schools(30, year))
    ]
    found = trends(panel(rows), **LEVEL)
    unknown = found[(found["breakdown"] == "ses_group") & (found["level"] == "unknown")]
    assert set(unknown["term"]) == {"mean_points", "share_withheld"}
    assert of(unknown, year=2018, term="mean_points")["schools"] == 10


def test_few_delegated_schools_are_counted_as_subsidised_in_all_years_of_a_series() -> None:
    rows = [
        r | {"rbd": i, "year": year, "grade": grade, "dependency": "delegated" if i < few else "subsidised"}
        for grade, years in (("4b", {2018: 1, 2022: 9}), ("2m", {2018: 9, 2022: 9}))
        for year, few in years.items()
        for i, r in enumerate(schools(30, year))
    ]
    spread = score_distribution(panel(rows), min_cell=5)
    of_kind = (
        spread[spread["breakdown"] == "dependency"].set_index(["grade", "year", "level"])["schools"].to_dict()
    )
    assert of_kind == {("4b", 2018, "subsidised"): 30, ("4b", 2022, "subsidised"): 30,
                       ("2m", 2018, "delegated"): 9, ("2m", 2018, "subsidised"): 21,
                       ("2m", 2022, "delegated"): 9, ("2m", 2022, "subsidised"): 21}  # fmt: skip
    notes = trends(panel(rows), ci_level=0.95, min_cell=5).set_index(["grade", "breakdown"])["note"]
    assert notes["4b", "dependency"].str.contains("delegated").all()
    assert not notes["2m", "dependency"].str.contains("delegated").any()


def test_notes_marks_and_baseline() -> None:
    rows = [
        r | {"rbd": i, "year": year, "preliminary": year == 2025, "ses_group_baseline": 1 + i % 2}
        for year in (2024, 2025)
        for i, r in enumerate(schools(30, year))
    ]
    rows[0]["n_pupils"] = None
    found = trends(panel(rows), **LEVEL)
    assert of(found, breakdown="all", year=2024, term="mean_points")["schools"] == 29
    assert "number of pupils left out: 1" in of(found, breakdown="all", year=2024, term="mean_points")["note"]
    late = found[found["year"] == 2025]
    assert late["preliminary"].all() and late["note"].str.contains("preliminary").all()
    assert not found.loc[found["year"] == 2024, "preliminary"].any()
    reverse = panel([r | {"preliminary": r["year"] == 2024} for r in rows])
    assert of(trends(reverse, **LEVEL), breakdown="all", term="change_points")["preliminary"]
    fixed = of(found, breakdown="ses_group_baseline", level="2", term="change_points")
    assert "fixed in a baseline year" in fixed["note"]
    both = gaps(
        panel([r | {"ses_group_baseline": 5 if r["ses_group_baseline"] == 2 else 1} for r in rows]), **LEVEL
    )
    assert set(both["breakdown"]) == {"ses_group_baseline"}


def test_standards_are_weighted_by_pupils_of_schools_that_have_them() -> None:
    rows = [
        {"n_pupils": 10, "share_insufficient": 0.6, "share_elementary": 0.3, "share_adequate": 0.1},
        {"n_pupils": 30, "share_insufficient": 0.2, "share_elementary": 0.3, "share_adequate": 0.5},
        {"n_pupils": 9},
    ]
    found = trends(panel(rows), **LEVEL)
    row = of(found, breakdown="all", term="share_adequate")
    assert (row["estimate"], row["schools"], row["pupils"]) == (pytest.approx(0.4), 2, 40)
    assert of(found, breakdown="all", term="share_insufficient")["estimate"] == pytest.approx(0.3)


@pytest.mark.parametrize("categorical", [True, False])
def test_tables_keep_their_contracts_and_the_panel_is_not_changed(categorical: bool) -> None:
    frame = panel(
        [r | {"rbd": i, "year": y} for y in (2018, 2022) for i, r in enumerate(schools(12, y))],
        categorical=categorical,
    )
    before = frame.copy(deep=True)
    made = {
        "trends": trends(frame, **LEVEL),
        "gaps": gaps(frame, **LEVEL),
        "score_distribution": score_distribution(frame, min_cell=2),
        "year_changes": year_changes(frame, min_cell=2),
    }
    for name, rows in made.items():
        CONTRACTS[name].check(rows.assign(study="s", source_id="simce", source="real"))
    pd.testing.assert_frame_equal(frame, before)
