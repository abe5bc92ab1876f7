"""Very few clusters, one cluster in a group, four degrees of freedom: an answer that says what it is, or none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from verdict_cases import apart, judge

from trenza.compare.clusters import between, cells, units
from trenza.compare.contrast import Group, Place
from trenza.compare.permutation import permute_clusters
from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_summaries
from trenza.compare.wild_bootstrap import wild_cluster_bootstrap
from trenza.contracts.faults import InputFaults
from trenza.multilevel.two_groups import ONE_SIDED, random_intercept_inferences

FEW = Settings(draws=199)


def schools(sizes: tuple[int, ...], seed: int = 1, icc: float = 0.05) -> Any:
    draw = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    y = draw.normal(size=len(sizes))[school] * icc**0.5 + draw.normal(size=len(school)) * (1 - icc) ** 0.5
    return units(y, school % 2 == 0, school)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_where_no_pattern_of_signs_reaches_the_level_the_interval_is_open(count: int) -> None:
    got = wild_cluster_bootstrap(between(cells(schools((6,) * count))), ci_level=0.95, draws=9999, seed=1)
    assert math.isnan(got.ci_low) and math.isnan(got.ci_high) and got.p_value >= 2 / 2**count
    assert (
        f"smallest p value that can occur: {2 / 2**count:.3g}" in got.note and "an open interval" in got.note
    )


def test_six_clusters_can_reach_it() -> None:
    got = wild_cluster_bootstrap(between(cells(schools((6,) * 6))), ci_level=0.95, draws=9999, seed=1)
    assert np.isfinite([got.ci_low, got.ci_high]).all() and "smallest p" not in got.note


def test_three_against_three_assignments_cannot_reach_it() -> None:
    got = permute_clusters(cells(schools((12,) * 6)), ci_level=0.95, draws=9999, seed=1)
    assert math.isnan(got.ci_low) and math.isnan(got.ci_high)
    assert "smallest p value that can occur: 0.1;" in got.note + ";"  # two of the 20 are mirror images


def test_exactly_four_degrees_of_freedom_break_nothing() -> None:
    # 6 equal schools, 3 against 3: a division by zero in 34 of 300 made sets before it was seen
    for seed in range(120):
        data = schools((12,) * 6, seed)
        for got in random_intercept_inferences(data.y, data.first, data.cluster, 0.95):
            assert (got.computed and got.df == pytest.approx(4.0, abs=1e-6)) or "singular" in got.note, seed
            assert np.isfinite([got.se, got.ci_low, got.ci_high]).all()


@pytest.mark.parametrize("sizes", [(10, 10), (5, 5, 5, 5, 5)])
def test_one_cluster_in_a_group_gives_no_model(sizes: tuple[int, ...]) -> None:
    data = schools(sizes)
    first = data.cluster == 0
    for got in random_intercept_inferences(data.y, first, data.cluster, 0.95):
        assert not got.computed and ONE_SIDED in got.note


def test_with_one_cluster_in_a_group_only_what_can_say_something_is_computed() -> None:
    odd = apart(sizes=(6, 3, 4, 5, 6, 4))
    odd["group"] = np.where(odd["school"] == "s0", "participant", "control")
    rows = judge(odd, assignment="different_clusters")["inferences"].query("outcome == 'first'")
    computed = rows[rows["p_value"].notna()]["method"]
    assert not computed.str.contains("bootstrap|CR2|Hedges|Random intercept").any()
    assert computed.str.contains(
        "randomisation"
    ).any()  # 1 of 6 assignments: it is honest about how little that is


def test_detectable_effects_between_have_the_degrees_of_freedom_of_the_test() -> None:
    lopsided = apart(sizes=(4,) * 22)
    lopsided["group"] = np.where(lopsided["school"].isin(["s0", "s1", "s2"]), "participant", "control")
    tables = judge(lopsided, assignment="different_clusters", settings=FEW)
    row = tables["verdicts"].iloc[0]
    assert row["df"] < 4.0
    even = judge(apart(sizes=(4,) * 22), assignment="different_clusters", settings=FEW)["verdicts"].iloc[0]
    assert row["mdes_sd"] > 1.3 * even["mdes_sd"] * ((1 / 3 + 1 / 19) / (1 / 11 + 1 / 11)) ** 0.5


def test_effects_that_leave_clusters_out_say_so_or_give_no_inference() -> None:
    whole = judge(apart(sizes=(4,) * 8), assignment="different_clusters", settings=FEW)["effect_sizes"]
    assert whole[["p_value", "effect_ci_low", "effect_ci_high"]].isna().all(axis=None)
    assert whole.query("effect_kind == 'bayes_factor_10'")["effect"].isna().all()
    assert whole.query("effect_kind == 'probability_of_superiority'")["effect"].between(0, 1).all()
    assert whole["note"].str.contains("whole clusters belong to one group").all()


PAIR = {"x": (Group(48, 3.1, 0.6), Group(49, 3.0, 0.6))}


def summaries(pairs: Any = None, **changed: Any) -> pd.DataFrame:
    given: dict[str, Any] = {"clusters": 22, "assignment": "different_clusters", "settings": Settings()}
    names = {"study": "s", "comparison": "c", "source": "published", "participants": "p", "control": "k"}
    return verdicts_from_summaries(pairs or PAIR, **names, **{**given, **changed})["verdicts"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"clusters": 1000}, "1000 clusters for 97 units"),
        ({"clusters": 0}, "0 clusters"),
        ({"clusters": 2.5}, "2.5 clusters"),
        ({"assignment": "foo"}, "assignment 'foo'"),
        ({"settings": Settings(assumed_icc=())}, "assumed_icc none"),
        ({"settings": Settings(assumed_icc=(0.1, 1.0))}, "assumed_icc 0.1, 1.0"),
        ({"settings": Settings(draws=0)}, "draws 0"),
        ({"pairs": {"x": (Group(48.5, 3.1, 0.6), Group(49, 3.0, 0.6))}}, "48.5 units in group 'p'"),  # type: ignore[arg-type]
        ({"pairs": {"x": (Group("48", 3.1, 0.6), Group(49, 3.0, 0.6))}}, "'48' units in group 'p'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(InputFaults) as caught:
        summaries(**changed)
    assert words in str(caught.value) and Place("s", "c").comparison in str(caught.value)


def test_the_middle_icc_is_the_middle_one_in_size() -> None:
    one, other = (summaries(settings=Settings(assumed_icc=i)) for i in ((0.05, 0.1, 0.2), (0.2, 0.05, 0.1)))
    assert one["p_value"].tolist() == other["p_value"].tolist()


def test_clusters_of_printed_groups_of_unlike_size_are_shared_out_by_size() -> None:
    row = summaries({"x": (Group(5, 3.1, 0.6), Group(95, 3.0, 0.6))}).iloc[0]
    # one cluster of 5 against 21: nothing between can be told from one cluster
    assert math.isnan(row["mdes_sd"])
