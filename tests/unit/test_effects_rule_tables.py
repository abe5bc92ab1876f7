"""Selection rules on a small national panel: known truth, closed forms, faults; claims beside what noise gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trenza.contracts.faults import InputFaults
from trenza.contracts.selection_tables import SELECTION_CONTRACTS
from trenza.effects.claim_checks import check_claims
from trenza.effects.rule_study import rule_study
from trenza.effects.rule_tables import RuleResult, rule_tables
from trenza.effects.score_noise import Noise
from trenza.effects.score_ranks import binned_ranks, rank_intervals

ENTRY: dict[str, Any] = {
    "id": "low",
    "source": "official",
    "grade": "4b",
    "outcome": "mate",
    "subjects": ["lect", "mate"],
    "years": [2016],
    "outcome_year": 2018,
    "min_pupils": 1,
    "dependencies": ["municipal"],
    "tests": [5],
}


def schools(count: int = 400, effect: float = 0.0) -> pd.DataFrame:
    """Official rows with lasting SD 20, school-year SD 6, pupil SD 50; ``effect`` on schools the rule takes."""
    random = np.random.default_rng(8)
    years = (2014, 2016, 2018)
    pupils = random.integers(10, 90, count)
    level = random.normal(0.0, 20.0, count)
    parts = []
    for subject in ("lect", "mate"):
        own = level + random.normal(0.0, 8.0, count)
        for year in years:
            noise = random.normal(size=count) * np.sqrt(36.0 + 2500.0 / pupils)
            parts.append(
                pd.DataFrame(
                    {
                        "rbd": np.arange(count) + 1,
                        "year": year,
                        "grade": "4b",
                        "subject": subject,
                        "score_points": 250.0 + own + noise,
                        "score_status": "ok",
                        "n_pupils": pupils,
                        "dependency": "municipal",
                        "commune_code": 1,
                    }
                )
            )
    frame = pd.concat(parts, ignore_index=True)
    base = frame[frame["year"] == 2016].groupby("rbd")["score_points"].mean()
    low = base.index[base < 250.0]
    late = (frame["year"] == 2018) & frame["rbd"].isin(low)
    return frame.assign(score_points=frame["score_points"] + effect * late)


def found(frame: pd.DataFrame, **changed: Any) -> RuleResult:
    return rule_tables(
        frame, ENTRY | changed, study="s", source="real", ci_level=0.95, min_cell=5, draws=200, seed=1
    )


@pytest.fixture(scope="module")
def result() -> RuleResult:
    return found(schools())


def test_the_split_adds_up_and_noise_explains_what_noise_made(result: RuleResult) -> None:
    table = result.tables["selection_rule"].set_index("term")
    value = table["estimate"]
    assert value["gain_chosen"] - value["gain_rest"] == pytest.approx(value["observed_difference"])
    assert value["expected_analytic"] + value["remainder"] == pytest.approx(value["observed_difference"])
    # truth: no programme, so the interval of what is left holds 0 and the naive one does not
    assert table.loc["remainder", "ci_low"] < 0.0 < table.loc["remainder", "ci_high"]
    assert table.loc["observed_difference", "ci_low"] > 0.0
    # two ways to the same expectation
    spread = result.drawn.differences.std(ddof=1) / len(result.drawn.differences) ** 0.5
    assert abs(value["expected_simulated"] - value["expected_analytic"]) < 4.0 * spread
    assert value["expected_by_tests"] < value["expected_analytic"]


def test_a_real_effect_is_left_over() -> None:
    one = {"subjects": ["mate"]}
    none, some = (
        found(schools(effect=e), **one).tables["selection_rule"].set_index("term") for e in (0.0, 12.0)
    )
    moved = some["estimate"] - none["estimate"]
    # not every school that is low in mathematics is low in both subjects, to which the effect was given
    assert 8.0 < moved["observed_difference"] < 12.0
    assert some.loc["remainder", "ci_low"] > 0.0


def test_rows_in_any_order_give_the_same_tables() -> None:
    frame, one = schools(80), {"subjects": ["mate"]}
    first, again = found(frame, **one), found(frame.sample(frac=1.0, random_state=4), **one)
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_the_line_of_the_picture_is_the_regression_to_the_mean_of_each_bin(result: RuleResult) -> None:
    bins = result.tables["reversion_bins"]
    assert bins["n"].sum() == 400 and bins["x_mean"].is_monotonic_increasing
    assert (np.sign(bins["expected"]) == -np.sign(bins["x_mean"])).all()
    error = (bins["gain_mean"] - bins["expected"]) / bins["gain_se"]
    # chi-squared with as many degrees as bins, in 999 of 1,000 panels
    assert float((error**2).sum()) < stats.chi2.ppf(0.999, len(bins))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"years": [2014, 2015]}, ["2015, in which 4b lect is not at hand", "2014, 2016, 2018"]),
        ({"outcome_year": 2016}, ["outcome_year", "a year after 2016"]),
        ({"dependencies": ["private"]}, ["0 schools taken by the rule", "0 schools not taken"]),
        ({"grade": "8b"}, ["years at hand: none"]),
    ],
)
def test_bad_rules_are_told_in_words(changed: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputFaults) as told:
        found(schools(60), **changed)
    assert all(word in str(told.value) for word in words)


def test_a_table_without_the_columns_is_refused() -> None:
    with pytest.raises(InputFaults, match="n_pupils"):
        found(schools(60).drop(columns="n_pupils"))


# --- ranks ----------------------------------------------------------------------------------------------------------


def test_two_schools_swap_places_as_often_as_the_normal_distribution_says() -> None:
    """Levels of two schools differ by reliability * 10 with variance 2 * lasting * (1 - reliability)."""
    noise = Noise(lasting=100.0, school_year=100.0, pupil=0.0)
    ranks = rank_intervals(
        np.array([0.0, 10.0]), np.array([20.0, 20.0]), noise, ci_level=0.95, draws=20_000, seed=2
    )
    above = stats.norm.cdf(5.0 / np.sqrt(2 * 50.0))
    assert ranks["rank"].to_numpy() == pytest.approx([1.0 - above, above], abs=0.012)


def test_groups_of_ranks_hold_enough_schools_and_no_noise_means_no_doubt() -> None:
    noise = Noise(lasting=100.0, school_year=1e-9, pupil=0.0)
    ranks = rank_intervals(np.arange(40.0), np.full(40, 20.0), noise, ci_level=0.95, draws=50, seed=2)
    assert ranks["low"].to_numpy() == pytest.approx(np.arange(40) / 39)
    table = binned_ranks(ranks, bins=40, min_cell=6)
    assert table.loc[table["bin"] > 0, "n"].min() >= 6
    assert table.loc[table["bin"] == 0, ["n", "share_apart"]].to_numpy().tolist() == [[40.0, 1.0]]


# --- claims ---------------------------------------------------------------------------------------------------------


def claims(**sizes: float) -> pd.DataFrame:
    row = {"study": "s", "source_id": "claims", "source": "published", "programme": "p", "claimed_by": "x", "design": "d",
           "quality": "before_after", "outcome": "o", "unit": "SIMCE points", "se": np.nan, "direction": "positive",
           "role": "effect", "where": "p. 1", "note": ""}  # fmt: skip
    return pd.DataFrame([row | {"claim": k, "estimate": v} for k, v in sizes.items()])


def test_a_cohort_is_held_against_twice_the_noise_of_its_mean(result: RuleResult) -> None:
    entry = {"id": "one", "check": "cohort", "claims": ["big"], "rule": "low", "pupils": 46}
    rows = check_claims(entry, claims(big=29.0), None, {"low": result}, study="s", ci_level=0.95)
    model, seen = rows
    sd = np.sqrt(2.0 * (result.noise.school_year + result.noise.pupil / 46.0))
    assert model["high"] == pytest.approx(1.959964 * sd, rel=1e-6)
    assert model["chance"] == pytest.approx(2.0 * stats.norm.sf(29.0 / sd))
    # the same schools, their changes counted one by one
    assert seen["n"] > 30 and 0.5 < (seen["high"] - seen["low"]) / (2.0 * model["high"]) < 1.6


def test_sums_and_counts_by_hand() -> None:
    whole = {"id": "sum", "check": "sum", "claims": ["long", "late"]}
    row = check_claims(whole, claims(long=10.0, late=29.0), None, {}, study="s", ci_level=0.95)[0]
    assert (row["claimed"], row["expected"]) == (10.0, -19.0)
    counts = pd.DataFrame({"role": ["up", "same", "down"], "n": [45, 6, 15]})
    entry = {"id": "c", "check": "counts", "claims": ["rise"], "rose": "up", "equal": "same", "fell": "down",
             "reliabilities": [0.7], "chosen_from": [1.0, 0.1]}  # fmt: skip
    anyone, low = check_claims(entry, claims(rise=0.68), counts, {}, study="s", ci_level=0.95)
    # of 66, 6 stay equal and the other 60 rise or fall alike
    assert anyone["expected"] == pytest.approx(30.0, abs=1e-3)
    assert anyone["chance"] == pytest.approx(stats.binom.sf(44, 66, 30 / 66), rel=1e-3)
    assert (anyone["low"], anyone["high"]) == tuple(stats.binom.ppf([0.025, 0.975], 66, 30 / 66))
    assert low["expected"] > 40.0


def test_a_claim_without_a_size_or_a_rule_that_is_not_there_is_told() -> None:
    entry = {"id": "x", "check": "rule", "claims": ["none", "other"], "rule": "low"}
    with pytest.raises(InputFaults) as told:
        check_claims(entry, claims(none=np.nan), None, {}, study="s", ci_level=0.95)
    assert len(told.value.faults) == 3


def test_the_stage_gives_every_table_also_where_a_study_has_none_of_it(result: RuleResult) -> None:
    settings: dict[str, Any] = {"study": "s", "ci_level": 0.95, "min_cell": 5, "seed": 1}
    empty = rule_study({}, official={}, sources={}, selection_rules=[], claim_checks=[], **settings)
    assert set(empty) == set(SELECTION_CONTRACTS) and not any(len(t) for t in empty.values())
    sources = {"claims": {"holds": "claims", "kind": "published"}}
    check = {"id": "sum", "check": "sum", "claims": ["long", "late"]}
    made = rule_study(
        {"claims": claims(long=10.0, late=29.0)},
        official={}, sources=sources, selection_rules=[], claim_checks=[check], **settings,
    )  # fmt: skip
    assert len(made["claims"]) == 2 and made["claim_checks"]["expected"].tolist() == [-19.0]
