"""Means, changes and gaps of schools: by hand, statsmodels and scipy, a bootstrap of schools, coverage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_panels import changes_of, gaps_of, panel, schools, spread_of, trends_of
from scipy import stats

from trenza.contracts.tables import CONTRACTS
from trenza.official.intervals import t_interval
from trenza.official.weighted import Estimate, combination, weighted_mean


def of(rows: pd.DataFrame, **cell: Any) -> pd.Series:
    """The one row with these values."""
    for name, value in cell.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def drawn(seed: int, rbd: np.ndarray, level: float = 250.0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return level + draw.normal(0, 20, len(rbd)), draw.integers(3, 90, len(rbd)).astype(float)


def level_of(units: np.ndarray, values: np.ndarray, pupils: np.ndarray) -> Estimate:
    return combination((1, weighted_mean(units, values, pupils)))


def difference(
    first: tuple[np.ndarray, np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Estimate:
    """Second less first, each given as units, values and pupils."""
    return combination((1, weighted_mean(*second)), (-1, weighted_mean(*first)))


def test_mean_by_hand() -> None:
    # (10 x 200 + 30 x 240) / 40 = 230; z = -7.5 and 7.5; 2 / 1 x (56.25 + 56.25) = 15^2
    mean = weighted_mean(np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0]))
    assert (mean.mean, mean.pupils, mean.schools) == (230.0, 40, 2)
    found = combination((1, mean))
    assert (found.value, found.se, found.units) == pytest.approx((230.0, 15.0, 2))


def test_moves_are_summed_by_commune_before_squaring_by_hand() -> None:
    # Four schools of 10 pupils with 200, 220, 240, 260: mean 230, z = -7.5, -2.5, 2.5, 7.5. Communes 7 = the first
    # two, 8 = the others: z = -10 and 10, 2 / 1 x 200 = 20^2. Communes 7 = the outer, 8 = the inner: both 0.
    values, pupils = np.array([200.0, 220.0, 240.0, 260.0]), np.full(4, 10.0)
    found = level_of(np.array([7, 7, 8, 8]), values, pupils)
    assert (found.value, found.se, found.units) == pytest.approx((230.0, 20.0, 2))
    assert level_of(np.array([7, 8, 8, 7]), values, pupils).se == pytest.approx(0.0, abs=1e-9)


def test_change_by_hand() -> None:
    # Year 1: schools 1, 2 as above. Year 2: school 1 with 250 and school 3 with 270, 20 pupils each: mean 260,
    # z = -5 and 5. School 1 moves -5 + 7.5, school 2 -7.5, school 3 5; 2 / 1 x (6.25 + 56.25 + 25) = 175.
    found = difference(
        (np.array([1, 2]), np.array([200.0, 240.0]), np.array([10.0, 30.0])),
        (np.array([1, 3]), np.array([250.0, 270.0]), np.array([20.0, 20.0])),
    )
    assert (found.value, found.units) == (30.0, 2)
    assert found.se == pytest.approx(math.sqrt(175))


@pytest.mark.parametrize("seed", range(3))
def test_mean_is_weighted_least_squares_with_robust_errors(seed: int) -> None:
    import statsmodels.api as sm

    rbd = np.arange(40)
    scores, pupils = drawn(seed, rbd)
    found = level_of(rbd, scores, pupils)
    fit = sm.WLS(scores, np.ones(40), weights=pupils).fit(cov_type="HC1", use_t=True)
    ours = t_interval(found, 0.9, by_commune=False)
    assert (ours["estimate"], ours["se"]) == pytest.approx((fit.params[0], fit.bse[0]), rel=1e-10)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(tuple(fit.conf_int(0.1)[0]), rel=1e-10)
    assert (ours["df"], ours["clusters"]) == (39, None)


@pytest.mark.parametrize("seed", range(3))
def test_mean_is_weighted_least_squares_clustered_by_commune(seed: int) -> None:
    import statsmodels.api as sm

    rbd = np.arange(60)
    scores, pupils = drawn(seed, rbd)
    commune = np.random.default_rng(seed).integers(1, 13, 60)
    scores += 10.0 * (commune % 3)
    # its correction is C / (C - 1) x (k - 1) / (k - 1), and its t has C - 1 degrees of freedom
    fit = sm.WLS(scores, np.ones(60), weights=pupils).fit(
        cov_type="cluster", cov_kwds={"groups": commune}, use_t=True
    )
    ours = t_interval(level_of(commune, scores, pupils), 0.95, by_commune=True)
    assert (ours["estimate"], ours["se"]) == pytest.approx((fit.params[0], fit.bse[0]), rel=1e-10)
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx(tuple(fit.conf_int(0.05)[0]), rel=1e-10)
    assert ours["clusters"] == len(set(commune.tolist())) == (ours["df"] or 0) + 1


def clustered(
    parts: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]], contrast: list[float]
) -> tuple[float, float]:
    """Contrast of the means of ``parts`` and its error, from one regression on the parts' dummies; no correction."""
    import statsmodels.api as sm

    cell = np.repeat(np.arange(len(parts)), [len(p[1]) for p in parts])
    units, values, pupils = (np.concatenate([p[i] for p in parts]) for i in (1, 2, 3))
    fit = sm.WLS(values, np.eye(len(parts))[cell], weights=pupils).fit(
        cov_type="cluster", cov_kwds={"groups": units, "use_correction": False}
    )
    test = fit.t_test(contrast)
    return float(test.effect[0]), float(test.sd[0, 0])


@pytest.mark.parametrize("common", [0, 1, 25, 40])
def test_change_is_weighted_least_squares_clustered_by_school(common: int) -> None:
    first, second = np.arange(40), np.arange(40 - common, 80 - common)
    (y1, n1), (y2, n2) = drawn(1, first), drawn(2, second, 262.0)
    y2[:common] += 0.6 * (y1[40 - common :] - 250.0)
    found = difference((first, y1, n1), (second, y2, n2))
    value, se = clustered([(1, second, y2, n2), (-1, first, y1, n1)], [1, -1])
    assert (found.value, found.se) == pytest.approx((value, se * math.sqrt(40 / 39)), rel=1e-9)


def test_change_gap_and_change_of_a_gap_are_one_regression_clustered_by_commune() -> None:
    """Two groups in two years, over communes of which some hold one group only: every contrast of the four means."""
    draw = np.random.default_rng(21)
    rbd = np.arange(120)
    commune = rbd % 15
    upper = (rbd % 4 == 0) & (commune < 9)
    lasting = draw.normal(0, 15, 120) + draw.normal(0, 10, 15)[commune]
    parts = []
    for sign, of_group, year in ((1, upper, 1), (-1, ~upper, 1), (-1, upper, 0), (1, ~upper, 0)):
        used = of_group & (draw.random(120) < 0.9)
        values = (250 + 8.0 * year + lasting + draw.normal(0, 8, 120))[used]
        parts.append((sign, commune[used], values, draw.integers(5, 80, 120)[used].astype(float)))
    means = [(sign, weighted_mean(units, y, n)) for sign, units, y, n in parts]
    few, many = (len(means[i][1].units) for i in (0, 1))
    assert few < many == 15
    for chosen, fewest in (((0, 1, 2, 3), few), ((0, 1), few), ((1, 3), many)):
        found = combination(*(means[i] for i in chosen))
        value, se = clustered([parts[i] for i in chosen], [parts[i][0] for i in chosen])
        assert found.units == min(len(means[i][1].units) for i in chosen) <= fewest
        factor = math.sqrt(found.units / (found.units - 1))
        assert (found.value, found.se) == pytest.approx((value, se * factor), rel=1e-9)


def test_change_of_the_same_schools_with_equal_pupils_is_the_paired_t() -> None:
    rbd, n = np.arange(30), np.full(30, 20.0)
    y1, y2 = drawn(3, rbd)[0], drawn(4, rbd, 255.0)[0]
    found = difference((rbd, y1, n), (rbd, y2, n))
    oracle = stats.ttest_rel(y2, y1)
    assert (found.value / found.se, found.units - 1) == pytest.approx(
        (oracle.statistic, oracle.df), rel=1e-10
    )


def test_change_of_all_schools_alike_has_no_error_and_one_unit_none_to_tell() -> None:
    rbd = np.arange(30)
    y, n = drawn(5, rbd)
    found = difference((rbd, y, n), (rbd, y + 7.0, n))
    assert (found.value, found.se) == pytest.approx((7.0, 0.0), abs=1e-6)
    alone = level_of(np.array([1, 1]), np.array([250.0, 260.0]), np.array([9.0, 9.0]))
    told = t_interval(alone, 0.95, by_commune=True)
    assert told["estimate"] == 255.0 and told["clusters"] == 1
    assert all(math.isnan(told[c] or 0.0) for c in ("se", "ci_low", "ci_high", "df"))


def test_gap_of_groups_of_one_size_with_equal_pupils_is_scipys_welch_but_for_its_cautious_df() -> None:
    one, other = np.arange(25), np.arange(100, 125)
    x, y = drawn(6, one)[0], drawn(7, other, 240.0)[0]
    found = difference((other, y, np.full(25, 30.0)), (one, x, np.full(25, 8.0)))
    oracle = stats.ttest_ind(x, y, equal_var=False)
    assert found.value / found.se == pytest.approx(oracle.statistic, rel=1e-10)
    assert found.units - 1 == 24 < oracle.df


def test_standard_error_of_a_change_is_that_of_a_bootstrap_of_schools() -> None:
    rbd = np.arange(300)
    y1, n1 = drawn(8, rbd)
    y2, n2 = 0.7 * y1 + 0.3 * drawn(9, rbd)[0] + 4.0, n1 + np.random.default_rng(10).integers(0, 10, 300)
    is_there = np.random.default_rng(11).random(300) < 0.8
    found = difference((rbd[is_there], y1[is_there], n1[is_there]), (rbd, y2, n2))
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
        before, after = (first, y1, pupils[first]), (second, y2, pupils[second])
        found = difference(before, after)
        t = stats.t.ppf(0.975, found.units - 1)
        hits += abs(found.value - truth) <= t * found.se
        apart = math.hypot(level_of(*before).se, level_of(*after).se)
        blind += abs(found.value - truth) <= t * apart
    error = math.sqrt(0.95 * 0.05 / runs)
    # the linearised error is a little short with few schools: 2 points are allowed for that
    assert 0.95 - 3 * error - 0.02 < hits / runs < 0.95 + 3 * error
    assert blind / runs > 0.99


def test_intervals_of_a_gap_of_a_group_in_few_communes_cover_and_need_the_communes() -> None:
    """Schools of a commune move together, the small group lies in 10 of 60 communes: 95 % hold the true gap of 0."""
    draw = np.random.default_rng(22)
    runs = 600
    hits = blind = 0
    for _ in range(runs):
        commune = np.arange(360) % 60
        score = 250 + draw.normal(0, 12, 60)[commune] + draw.normal(0, 10, 360)
        pupils = draw.integers(20, 60, 360).astype(float)
        small = commune < 10
        for units, kind in ((commune, "commune"), (np.arange(360), "school")):
            found = difference(
                (units[~small], score[~small], pupils[~small]), (units[small], score[small], pupils[small])
            )
            held = abs(found.value) <= stats.t.ppf(0.975, found.units - 1) * found.se
            hits, blind = (hits + held, blind) if kind == "commune" else (hits, blind + held)
    error = math.sqrt(0.95 * 0.05 / runs)
    assert 0.95 - 3 * error - 0.02 < hits / runs < 0.95 + 3 * error
    assert blind / runs < 0.8


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
    found = trends_of(two_years())
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
    # weighted: mean 250, (10 x 50^2 + 30 x 10^2 + 20 x 10^2 + 20 x 30^2) / 80 = 600
    assert moved["effect"] == pytest.approx(-5.0 / math.sqrt(600))
    assert moved["effect_kind"].startswith("change / SD in the year it is counted from; SD between school")
    assert math.isnan(moved["clusters"]) and "schools are the units" in moved["note"]
    assert not found["suppressed"][found["term"] == "mean_points"].any()
    assert "3" not in set(found.loc[found["breakdown"] == "ses_group", "level"])


def test_gaps_by_hand() -> None:
    row = of(gaps_of(two_years()), breakdown="dependency", upper="private", year=2018)
    # private: mean 270, z = -5 and 5; municipal 230, z = -7.5 and 7.5; 2 / 1 x (2 x 25 + 2 x 56.25) = 325
    assert (row["estimate"], row["se"], row["df"]) == pytest.approx((40.0, math.sqrt(325.0), 1))
    assert (row["schools_upper"], row["schools_lower"], row["pupils"]) == (2, 2, 80)
    assert row["effect"] == pytest.approx(40.0 / math.sqrt(600))


def test_change_of_a_gap_by_hand() -> None:
    found = gaps_of(two_years())
    row = of(found, breakdown="dependency", term="change_points")
    # 2022: private 280, municipal 225 with z = -3.75 and 3.75; the gap goes from 40 to 55. The private schools move
    # it by 0 (both gain 10), the municipal ones by -(-3.75 + 7.5) and its opposite: 2 / 1 x 2 x 3.75^2 = 56.25
    assert (row["estimate"], row["since_year"], row["year"]) == (15.0, 2018, 2022)
    assert (row["se"], row["df"]) == pytest.approx((math.sqrt(56.25), 1))
    assert row["effect"] == pytest.approx(15.0 / math.sqrt(600))
    assert (row["schools_upper"], row["schools_lower"], row["pupils"]) == (2, 2, 80)
    assert row["method"].startswith("change of a difference")
    assert found.loc[found["term"] == "gap_points", "since_year"].isna().all()


def test_year_changes_by_hand() -> None:
    row = of(changes_of(two_years(), 2), breakdown="all")
    assert (row["year"], row["since_year"], row["schools"], row["mean_points"]) == (2022, 2018, 4, 5.0)
    assert row["sd_points"] == 10.0
    assert row["correlation"] == pytest.approx(np.corrcoef([200, 240, 260, 280], [210, 230, 270, 290])[0, 1])
    assert (row["share_up"], row["share_down"]) == pytest.approx((1 / 3, 1 / 3))  # of the three with a mark
    assert row["q50_points"] == 10.0 and math.isnan(row["q25_points"])  # one school below the quartile


def test_marks_are_left_out_where_the_test_before_is_not_at_hand() -> None:
    frame = two_years()
    frame["year"] = frame["year"].map({2018: 2014, 2022: 2016}).astype("int16")  # 4b was also tested in 2015
    row = of(changes_of(frame, 2), breakdown="all")
    assert (row["since_year"], row["mean_points"]) == (2014, 5.0)
    assert math.isnan(row["share_up"]) and math.isnan(row["share_down"])


def test_step_is_against_the_test_before_and_change_against_the_first() -> None:
    """Two schools of 10 pupils: means 210, 220, 250; each step and its error by hand."""
    rows = [
        {"rbd": i, "year": year, "score_points": s, "n_pupils": 10}
        for year, pair in ((2016, (200, 220)), (2018, (220, 220)), (2022, (230, 270)))
        for i, s in enumerate(pair, 1)
    ]
    found = trends_of(panel(rows))
    # z: -5 and 5; 0 and 0; -10 and 10. Errors: 2 / 1 x the sum of the squared differences of z
    for year, term, since, value, variance in (
        (2018, "step_points", 2016, 10.0, 2 * 50.0),
        (2018, "change_points", 2016, 10.0, 2 * 50.0),
        (2022, "step_points", 2018, 30.0, 2 * 200.0),
        (2022, "change_points", 2016, 40.0, 2 * 50.0),
    ):
        row = of(found, breakdown="all", year=year, term=term)
        assert (row["since_year"], row["estimate"]) == (since, value)
        assert row["se"] == pytest.approx(math.sqrt(variance))
        assert of(found, breakdown="ses_group", year=year, term=term)["estimate"] == value
    assert not {"step_points", "change_points"} & set(found.loc[found["year"] == 2016, "term"])


def with_communes(known: float) -> pd.DataFrame:
    """40 schools in 8 communes and two years; a share of them has a known commune, in the later year only."""
    rows = [
        r
        | {"rbd": i, "year": year, "dependency": "private" if i % 4 == 0 else "municipal"}
        | {"commune_code": 100 + i % 8 if i < 40 * known and year == 2022 else None}
        for year in (2018, 2022)
        for i, r in enumerate(schools(40, year))
    ]
    return panel(rows)


def test_communes_are_the_units_where_they_are_known_of_95_in_100_schools() -> None:
    frame = with_communes(0.95)
    last = frame[frame["year"] == 2022]
    units = np.where(np.arange(40) < 38, 100 + np.arange(40) % 8, -np.arange(40))
    expected = level_of(units, last["score_points"].to_numpy(), last["n_pupils"].to_numpy(float))
    found = trends_of(frame)
    row = of(found, breakdown="all", year=2022, term="mean_points")
    assert (row["clusters"], row["df"]) == (expected.units, expected.units - 1) == (10, 9)
    assert row["se"] == pytest.approx(expected.se, rel=1e-10)
    assert "standard error linearised with communes as units, t with communes - 1" in row["method"]
    assert "each a unit of its own: 2" in row["note"] and "communes are treated as one draw" in row["note"]
    # a school keeps the commune that is known of it, so that its years covary
    first = frame[frame["year"] == 2018]
    expected = difference(
        (units, first["score_points"].to_numpy(), first["n_pupils"].to_numpy(float)),
        (units, last["score_points"].to_numpy(), last["n_pupils"].to_numpy(float)),
    )
    row = of(found, breakdown="all", year=2022, term="change_points")
    assert (row["se"], row["clusters"]) == (pytest.approx(expected.se, rel=1e-10), 10)
    gap = of(gaps_of(frame), upper="private", year=2022, term="gap_points")
    assert gap["clusters"] == 2 and "communes that have both" in gap["method"]


def test_schools_are_the_units_where_fewer_communes_are_known() -> None:
    found = trends_of(with_communes(0.92))
    assert found["clusters"].isna().all()
    row = of(found, breakdown="all", year=2022, term="mean_points")
    assert row["df"] == 39 and "with schools as units, t with schools - 1" in row["method"]
    assert "communes are not known: schools are the units" in row["note"]
    assert gaps_of(with_communes(0.92))["clusters"].isna().all()


def test_changes_by_pupils_tested_by_hand() -> None:
    """Classes go by the smaller number of the two years; 5 and 6, 59 and 60 part."""
    tested = [(5, 90), (3, 1), (6, 6), (9, 10), (80, 10), (39, 20), (40, 59), (60, 61), (70, 60), (12, None)]
    scores = {2018: [200, 240, 210, 220, 250, 260, 270, 280, 300, 310],
              2022: [230, 220, 215, 235, 255, 262, 279, 290, 320, 300]}  # fmt: skip
    rows = [
        {"rbd": i, "year": year, "score_points": s, "n_pupils": tested[i][k]}
        for k, year in enumerate((2018, 2022))
        for i, s in enumerate(scores[year])
    ]
    found = changes_of(panel(rows), 1)
    found = found[found["breakdown"] == "pupils"].set_index("level")
    assert found["schools"].to_dict() == {
        "1-5": 2, "6-9": 2, "10-19": 1, "20-39": 1, "40-59": 1, "60+": 2, "unknown": 1
    }  # fmt: skip
    assert found["mean_points"].to_dict() == {
        "1-5": 5.0, "6-9": 10.0, "10-19": 5.0, "20-39": 2.0, "40-59": 9.0, "60+": 15.0, "unknown": -10.0
    }  # fmt: skip
    # two points each: 200 -> 230 and 240 -> 220 fall, 280 -> 290 and 300 -> 320 rise
    assert found.loc[["1-5", "60+"], "correlation"].tolist() == pytest.approx([-1.0, 1.0])
    assert found.loc["1-5", "sd_points"] == pytest.approx(25 * math.sqrt(2))
    assert changes_of(panel(rows), 3).set_index("breakdown").loc["pupils", "suppressed"].all()


def test_weighted_sd_of_the_effect_is_statsmodels() -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    from trenza.official.sittings import series

    rows = schools(50, 31)
    sitting = series(panel(rows), 2)[0][0]
    oracle = DescrStatsW([r["score_points"] for r in rows], weights=[r["n_pupils"] for r in rows], ddof=0)
    assert sitting.sd_points == pytest.approx(oracle.std, rel=1e-12)


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
    found = changes_of(panel(rows), 5)
    assert of(found, breakdown="all")["correlation"] == pytest.approx(0.5, abs=3 * 0.75 / math.sqrt(4000))
    lag = 250 - scores[2018][low].mean()
    assert of(found, breakdown="ses_group", level="1")["mean_points"] == pytest.approx(0.5 * lag, abs=2.0)


def test_distribution_is_numpys_and_quantiles_need_schools_beyond_them() -> None:
    rows = schools(100, 2)
    row = of(spread_of(panel(rows), 5), breakdown="all")
    scores = [r["score_points"] for r in rows]
    assert row["mean_points"] == pytest.approx(np.mean(scores)) and row["sd_points"] == pytest.approx(
        np.std(scores, ddof=1)
    )
    names = [f"q{q}_points" for q in ("05", "25", "50", "75", "95")]
    assert row[names].astype(float).tolist() == pytest.approx(
        np.quantile(scores, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
    )
    fewer = of(spread_of(panel(rows[:99]), 5), breakdown="all")
    assert fewer[names].isna().tolist() == [True, False, False, False, True]


def test_a_group_starts_with_its_first_scores_and_nothing_is_interpolated() -> None:
    rows = [
        r | {"rbd": i, "year": year, "dependency": "slep" if year >= 2018 and i < 8 else "municipal"}
        for year in (2016, 2018, 2022)
        for i, r in enumerate(schools(30, year))
    ]
    found = trends_of(panel(rows))
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
    found = trends_of(panel(rows))
    assert set(found["year"]) == {2018, 2022} and set(found["since_year"].dropna()) == {2018}


def test_schools_without_a_group_are_unknown_and_have_no_trend() -> None:
    rows = [
        r | {"rbd": i, "year": year, "ses_group": np.nan if i < 10 else 2}
        for year in (2018, 2022)
        for i, r in enumerate(schools(30, year))
    ]
    found = trends_of(panel(rows))
    unknown = found[(found["breakdown"] == "ses_group") & (found["level"] == "unknown")]
    assert set(unknown["term"]) == {"mean_points", "share_withheld", "share_pupils_withheld"}
    assert of(unknown, year=2018, term="mean_points")["schools"] == 10


def test_few_delegated_schools_are_counted_as_subsidised_in_all_years_of_a_series() -> None:
    rows = [
        r | {"rbd": i, "year": year, "grade": grade, "dependency": "delegated" if i < few else "subsidised"}
        for grade, years in (("4b", {2018: 1, 2022: 9}), ("2m", {2018: 9, 2022: 9}))
        for year, few in years.items()
        for i, r in enumerate(schools(30, year))
    ]
    spread = spread_of(panel(rows), 5)
    of_kind = (
        spread[spread["breakdown"] == "dependency"].set_index(["grade", "year", "level"])["schools"].to_dict()
    )
    assert of_kind == {("4b", 2018, "subsidised"): 30, ("4b", 2022, "subsidised"): 30,
                       ("2m", 2018, "delegated"): 9, ("2m", 2018, "subsidised"): 21,
                       ("2m", 2022, "delegated"): 9, ("2m", 2022, "subsidised"): 21}  # fmt: skip
    notes = trends_of(panel(rows), 5).set_index(["grade", "breakdown"])["note"]
    assert notes["4b", "dependency"].str.contains("delegated").all()
    assert not notes["2m", "dependency"].str.contains("delegated").any()


def test_notes_marks_and_baseline() -> None:
    rows = [
        r | {"rbd": i, "year": year, "preliminary": year == 2025, "ses_group_baseline": 1 + i % 2}
        for year in (2024, 2025)
        for i, r in enumerate(schools(30, year))
    ]
    rows[0]["n_pupils"] = None
    found = trends_of(panel(rows))
    assert of(found, breakdown="all", year=2024, term="mean_points")["schools"] == 29
    assert "number of pupils left out: 1" in of(found, breakdown="all", year=2024, term="mean_points")["note"]
    late = found[found["year"] == 2025]
    assert late["preliminary"].all() and late["note"].str.contains("preliminary").all()
    assert not found.loc[found["year"] == 2024, "preliminary"].any()
    reverse = panel([r | {"preliminary": r["year"] == 2024} for r in rows])
    assert of(trends_of(reverse), breakdown="all", term="change_points")["preliminary"]
    fixed = of(found, breakdown="ses_group_baseline", level="2", term="change_points")
    assert "groups fixed in a baseline year" in fixed["note"]
    own = panel([r | {"ses_group": 1 + i % 30 % 2 if i < 30 else 3} for i, r in enumerate(rows)])
    fixed = of(trends_of(own), breakdown="ses_group_baseline", level="2", term="change_points")
    assert "groups fixed in 2024" in fixed["note"]
    both = gaps_of(
        panel([r | {"ses_group_baseline": 5 if r["ses_group_baseline"] == 2 else 1} for r in rows])
    )
    assert set(both["breakdown"]) == {"ses_group_baseline"}


def test_standards_are_weighted_by_pupils_of_schools_that_have_them() -> None:
    rows = [
        {"n_pupils": 10, "share_insufficient": 0.6, "share_elementary": 0.3, "share_adequate": 0.1},
        {"n_pupils": 30, "share_insufficient": 0.2, "share_elementary": 0.3, "share_adequate": 0.5},
        {"n_pupils": 9},
    ]
    found = trends_of(panel(rows))
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
        "trends": trends_of(frame),
        "gaps": gaps_of(frame),
        "score_distribution": spread_of(frame, 2),
        "year_changes": changes_of(frame, 2),
    }
    for name, rows in made.items():
        CONTRACTS[name].check(rows.assign(study="s", source_id="simce", source="real"))
    pd.testing.assert_frame_equal(frame, before)


def test_a_school_has_the_last_commune_that_is_known_of_it() -> None:
    rows = [
        r | {"rbd": i, "year": year, "commune_code": 100 + i % (3 if year == 2018 else 7)}
        for year in (2018, 2022)
        for i, r in enumerate(schools(40, year))
    ]
    found = trends_of(panel(rows))
    assert set(found.loc[(found["breakdown"] == "all") & (found["term"] == "mean_points"), "clusters"]) == {7}
