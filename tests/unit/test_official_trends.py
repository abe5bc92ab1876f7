"""The tables of trends, gaps, distributions and changes: by hand, and what their rows rest on and say."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from official_panels import (
    changes_of,
    difference,
    gaps_of,
    level_of,
    of,
    panel,
    schools,
    spread_of,
    trends_of,
)

from trenza.contracts.tables import CONTRACTS


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
    assert np.isnan(row["share_up"]) and np.isnan(row["share_down"])  # one school each
    assert row["q50_points"] == 10.0 and math.isnan(row["q25_points"])  # one school below the quartile
    row = of(changes_of(two_years(), 1), breakdown="all")
    assert (row["share_up"], row["share_down"]) == pytest.approx((1 / 3, 1 / 3))  # of the three with a mark


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
