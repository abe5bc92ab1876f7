"""Rows that have exactly the printed moments, stay in their range and carry the declared clustering."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from anova_icc import anova_icc
from scipy import stats

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.simulate.bounded import Target, bound_scores, largest_sd, latent_icc
from trenza.simulate.microdata import microdata_like

PRINTED = {  # Table 2 of the CIC study
    "collaboration": (48, 3.13, 0.61, 49, 3.02, 0.61),
    "comfort": (48, 91.17, 10.38, 49, 88.70, 14.28),
    "commitment": (48, 2.48, 0.77, 49, 2.15, 0.73),
    "leadership": (48, 3.18, 0.78, 49, 3.24, 0.66),
    "community": (48, 2.74, 0.60, 49, 2.74, 0.77),
}
RANGES = {outcome: (0.0, 100.0) if outcome == "comfort" else (1.0, 5.0) for outcome in PRINTED}


def summaries(printed: dict[str, tuple[float, ...]]) -> pd.DataFrame:
    names = [f"{f}_{who}" for who in ("participants", "control") for f in ("n", "mean", "sd")]
    frame = pd.DataFrame([dict(zip(names, figures, strict=True)) for figures in printed.values()])
    frame = frame.assign(study="cic2019", source_id="table2", source="published", outcome=list(printed))
    return CONTRACTS["summaries"].check(frame.reindex(columns=CONTRACTS["summaries"].names))


def make(printed: dict[str, tuple[float, ...]] = PRINTED, **changes: object) -> pd.DataFrame:
    given = {"clusters_by_stratum": {"central": 11, "southern": 11}, "participants": "participant",
             "control": "control", "icc": 0.10, "ranges": RANGES, "seed": 20190801}  # fmt: skip
    return microdata_like(summaries(printed), **{**given, **changes})


@pytest.mark.parametrize("seed", range(5))
def test_moments_and_ranges_hold_for_any_seed(seed: int) -> None:
    frame = make(seed=seed)
    for outcome, (n_1, mean_1, sd_1, n_2, mean_2, sd_2) in PRINTED.items():
        parts = frame.groupby("group")[outcome]
        assert parts.count()[["participant", "control"]].tolist() == [n_1, n_2]
        assert parts.mean()[["participant", "control"]].tolist() == pytest.approx([mean_1, mean_2], abs=1e-9)
        assert parts.std(ddof=1)[["participant", "control"]].tolist() == pytest.approx([sd_1, sd_2], abs=1e-9)
        assert frame[outcome].between(*RANGES[outcome]).all()


def test_schools_hold_both_groups_and_are_even() -> None:
    frame = make()
    seats = frame.groupby(["school", "group"]).size().unstack()
    assert seats.shape == (22, 2)
    assert set(seats["participant"]) == {2, 3} and set(seats["control"]) == {2, 3}
    assert (seats["participant"] == 3).sum() == 4 and (seats["control"] == 3).sum() == 5
    strata = frame.groupby("school")["municipality"].unique()
    assert strata.map(len).eq(1).all()
    assert strata.map(lambda s: s[0]).value_counts().to_dict() == {"central": 11, "southern": 11}
    other = make(seed=7).groupby(["school", "group"]).size().unstack()
    assert not seats.equals(other)  # the odd seats are drawn


def test_columns_ids_and_order() -> None:
    frame = make()
    assert frame.columns.tolist() == ["teacher", "school", "municipality", "group", *PRINTED, "source"]
    assert frame["teacher"].tolist() == [f"t{i:03d}" for i in range(1, 98)]
    assert frame["school"].is_monotonic_increasing
    assert frame["school"].iloc[[0, -1]].tolist() == ["sim_school_01", "sim_school_22"]
    assert set(frame["source"]) == {"simulated"}
    renamed = make(stratum_column="zone", cluster_column="class", unit_column="pupil", group_column="arm")
    assert renamed.columns[:4].tolist() == ["pupil", "class", "zone", "arm"]
    assert renamed["class"].iloc[0] == "sim_class_01"


def test_ids_sort_as_text_in_large_studies() -> None:
    frame = make(
        {"y": (1200, 3.0, 0.5, 1200, 3.0, 0.5)}, ranges={"y": (1, 5)}, clusters_by_stratum={"all": 120}
    )
    assert frame["teacher"].is_monotonic_increasing and frame["school"].is_monotonic_increasing
    assert frame["teacher"].iloc[0] == "t0001" and frame["school"].iloc[0] == "sim_school_001"


def test_same_seed_same_bytes_other_seed_other_values() -> None:
    assert make().to_csv() == make().to_csv()
    assert not np.allclose(make()["commitment"], make(seed=1)["commitment"])


def test_an_outcome_more_or_another_order_changes_no_other() -> None:
    whole = make()
    few = make({k: PRINTED[k] for k in ("leadership", "comfort")})
    for outcome in ("leadership", "comfort"):
        assert few[outcome].equals(whole[outcome])


def test_outcomes_are_not_copies_of_each_other() -> None:
    printed = {"one": PRINTED["commitment"], "two": PRINTED["commitment"]}
    frame = make(printed, ranges={"one": (1, 5), "two": (1, 5)})
    assert abs(frame["one"].corr(frame["two"])) < 0.4


def test_fewer_units_of_an_outcome_are_blank() -> None:
    frame = make({"one": (48, 3.0, 0.6, 49, 3.1, 0.5), "two": (40, 3.0, 0.6, 49, 3.1, 0.5)},
                 ranges={"one": (1, 5), "two": (1, 5)})  # fmt: skip
    part = frame[frame["group"] == "participant"]
    assert part["one"].notna().all() and part["two"].count() == 40
    assert part["two"].mean() == pytest.approx(3.0, abs=1e-9)
    assert part["two"].std() == pytest.approx(0.6, abs=1e-9)


def test_no_spread_is_a_constant() -> None:
    frame = make({"y": (22, 5.0, 0.0, 22, 3.0, 1.0)}, ranges={"y": (1, 5)})
    assert set(frame.loc[frame["group"] == "participant", "y"]) == {5.0}


def test_arguments_stay_as_they_were() -> None:
    frame = summaries(PRINTED)
    before = frame.copy(deep=True)
    microdata_like(
        frame, clusters_by_stratum={"all": 4}, participants="p", control="c", icc=0.0, ranges=RANGES, seed=1
    )
    pd.testing.assert_frame_equal(frame, before)


def test_all_faults_at_once() -> None:
    printed = {
        "narrow": (48, 3.0, 2.1, 49, 3.0, 0.5),
        "outside": (48, 6.0, 0.5, 49, 3.0, 0.5),
        "unranged": (48, 3.0, 0.5, 49, 3.0, 0.5),
        "few": (48, 3.0, 0.5, 20, 3.0, 0.5),
        "group": (48, 3.0, 0.5, 49, 3.0, 0.5),
    }
    ranges = {name: (1.0, 5.0) for name in printed if name != "unranged"}
    with pytest.raises(InputFaults) as caught:
        make(printed, ranges=ranges, icc=1.0)
    told = str(caught.value)
    assert len(caught.value.faults) == 6
    assert "column narrow: found SD 2.1 of group 'participant', mean 3.0, range [1.0, 5.0]" in told
    assert "column outside: found mean 6.0 of group 'participant' with range [1.0, 5.0]" in told
    assert "column unranged: found no range" in told
    assert "column few: found 20 units in group 'control'; allowed: at least 22" in told
    assert "column group: found an outcome named like a column of the design" in told
    assert "column icc: found 1.0" in told


def test_an_outcome_twice_or_no_cluster_is_a_fault() -> None:
    frame = summaries({"y": (4, 3.0, 0.5, 4, 3.0, 0.5)})
    with pytest.raises(InputFaults) as caught:
        microdata_like(pd.concat([frame, frame]), clusters_by_stratum={}, participants="p", control="c", icc=0.1,
                       ranges={"y": (1, 5)}, seed=1)  # fmt: skip
    assert "more than one row of summaries" in str(caught.value) and "0 clusters" in str(caught.value)


# The bounded line


@pytest.mark.parametrize(
    "target",
    [Target(3.0, 0.5, 1, 5), Target(97.0, 9.0, 0, 100), Target(0.02, 0.1, 0, 1), Target(-4.0, 1e-3, -5, 5),
     Target(3.0, 1.99, 1, 5), Target(1e6, 3e5, 0, 2e6)],
)  # fmt: skip
def test_bound_scores_meet_their_target_and_keep_the_order(target: Target) -> None:
    scores = np.random.default_rng(1).standard_normal(60)
    values = bound_scores(scores, target)
    scale = target.high - target.low
    assert values.mean() == pytest.approx(target.mean, abs=1e-11 * scale)
    assert values.std(ddof=1) == pytest.approx(target.sd, abs=1e-11 * scale)
    assert values.min() >= target.low and values.max() <= target.high
    assert (np.diff(values[np.argsort(scores)]) >= 0).all()


def test_scores_far_from_the_bounds_stay_a_straight_line() -> None:
    scores = np.random.default_rng(2).standard_normal(40)
    values = bound_scores(scores, Target(50.0, 1.0, 0.0, 100.0))
    assert values == pytest.approx(50 + (scores - scores.mean()) / scores.std(ddof=1), abs=1e-9)


def test_largest_sd_by_hand_and_by_search() -> None:
    # mean 2.5 of four values in 1..5: 1, 1, 3, 5 is as far apart as it gets
    assert largest_sd(Target(2.5, 0, 1, 5), 4) == pytest.approx(np.std([1, 1, 3, 5], ddof=1))
    # even split: the textbook bound sqrt((m - lo)(hi - m) n / (n - 1))
    assert largest_sd(Target(3.0, 0, 1, 5), 10) == pytest.approx(math.sqrt(2 * 2 * 10 / 9))
    assert largest_sd(Target(5.0, 0, 1, 5), 7) == 0.0 and largest_sd(Target(1.0, 0, 1, 5), 7) == 0.0
    draw = np.random.default_rng(3)
    for _ in range(300):
        values = draw.beta(0.2, 0.3, 6)
        assert values.std(ddof=1) <= largest_sd(Target(values.mean(), 0, 0, 1), 6) + 1e-12


def test_the_largest_sd_itself_can_be_met_and_more_cannot() -> None:
    scores = np.random.default_rng(4).standard_normal(9)
    top = largest_sd(Target(2.2, 0, 1, 5), 9)
    values = bound_scores(scores, Target(2.2, top, 1, 5))
    assert values.std(ddof=1) == pytest.approx(top, rel=1e-9) and values.mean() == pytest.approx(
        2.2, abs=1e-9
    )
    with pytest.raises(ValueError, match="no 9 values"):
        bound_scores(scores, Target(2.2, top * 1.0001, 1, 5))


# Clustering


def test_latent_icc_of_a_yes_or_no_outcome_is_sheppards() -> None:
    # As the SD nears its largest the outcome turns yes or no at the median: icc = 2 / pi asin(latent).
    got = latent_icc(0.2, ((Target(0.5, 0.49999, 0, 1), 10),))
    assert got == pytest.approx(math.sin(math.pi / 2 * 0.2), rel=0.005)


def test_latent_icc_is_the_icc_itself_without_bounds_and_at_zero() -> None:
    assert latent_icc(0.15, ((Target(50, 1, 0, 100), 10),)) == pytest.approx(0.15, abs=1e-6)
    assert latent_icc(0.0, ((Target(91, 10, 0, 100), 10),)) == 0.0
    assert latent_icc(0.3, ((Target(5, 0, 1, 5), 10),)) == 0.3


def test_latent_icc_gives_the_wanted_correlation() -> None:
    """Independent route: two units of one cluster, cut by hand, correlated over many clusters."""
    target = Target(91.17, 10.38, 0.0, 100.0)
    latent = latent_icc(0.3, ((target, 1),))
    assert latent > 0.33
    grid = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    line = bound_scores(grid, target)
    # the line's two parameters, from two uncut points
    inner = np.flatnonzero((line > 1) & (line < 99))[[0, -1]]
    spread = np.diff(line[inner])[0] / np.diff(grid[inner])[0]
    shift = line[inner[0]] - spread * grid[inner[0]]
    pairs = 400_000
    z = np.random.default_rng(5).multivariate_normal([0, 0], [[1, latent], [latent, 1]], pairs)
    values = np.clip(shift + spread * z, 0.0, 100.0)
    # Monte Carlo s.e. of a correlation is about (1 - r^2) / sqrt(pairs) = .0015
    assert np.corrcoef(values.T)[0, 1] == pytest.approx(0.3, abs=4 * 0.0015)


def test_anova_icc_by_hand() -> None:
    # Clusters (1, 3) and (5, 7, 9), one group, mean 5: B = 2 * 9 + 3 * 4 = 30 over 1, W = (2 + 8) / 3,
    # n0 = (5 - 13 / 5) / 1 = 2.4.
    frame = pd.DataFrame({"y": [1.0, 3, 5, 7, 9], "c": list("aabbb"), "g": "x"})
    within = 10 / 3
    assert anova_icc(frame, "y", "c", "g") == pytest.approx((30 - within) / (30 + 1.4 * within))


def test_anova_icc_is_pingouins_icc1_when_balanced() -> None:
    import pingouin

    draw = np.random.default_rng(6)
    frame = pd.DataFrame({"c": np.repeat(np.arange(12), 4), "rater": np.tile(np.arange(4), 12), "g": "x"})
    frame["y"] = draw.normal(size=12)[frame["c"]] + draw.normal(size=48)
    table = pingouin.intraclass_corr(frame, targets="c", raters="rater", ratings="y")
    assert anova_icc(frame, "y", "c", "g") == pytest.approx(table["ICC"].iloc[0], rel=1e-9)


def test_anova_icc_ignores_a_shift_between_groups_and_blank_rows() -> None:
    frame = make()
    plain = anova_icc(frame, "leadership", "school", "group")
    moved = frame.assign(leadership=frame["leadership"] + 9 * (frame["group"] == "control"))
    assert anova_icc(moved, "leadership", "school", "group") == pytest.approx(plain, abs=1e-12)
    blank = pd.concat([frame, frame.iloc[:3].assign(leadership=np.nan)])
    assert anova_icc(blank, "leadership", "school", "group") == pytest.approx(plain, abs=1e-12)
    with pytest.raises(ValueError, match="two clusters"):
        anova_icc(frame.assign(school="one"), "leadership", "school", "group")


@pytest.mark.parametrize(("outcome", "icc"), [("comfort", 0.3), ("commitment", 0.1)])
def test_the_simulated_clustering_is_the_declared_one(outcome: str, icc: float) -> None:
    """100 schools of 10 + 10 keep the estimator's own bias (about -icc / schools) far below the Monte Carlo error.

    Without the correction for the bounds comfort would come out near .25, five standard errors away.
    """
    _, mean_1, sd_1, _, mean_2, sd_2 = PRINTED[outcome]
    printed = {outcome: (1000, mean_1, sd_1, 1000, mean_2, sd_2)}
    got = [
        anova_icc(
            make(printed, icc=icc, seed=s, clusters_by_stratum={"all": 100}), outcome, "school", "group"
        )
        for s in range(16)
    ]
    error = np.std(got, ddof=1) / math.sqrt(len(got))
    assert error < 0.01
    assert np.mean(got) == pytest.approx(icc, abs=3.5 * error)


def test_clustering_in_the_study_as_it_is() -> None:
    """22 schools of 4 to 6: one draw says little (s.d. about .09), the mean over seeds does."""
    got = [anova_icc(make({"commitment": PRINTED["commitment"]}, seed=s), "commitment", "school", "group")
           for s in range(80)]  # fmt: skip
    error = np.std(got, ddof=1) / math.sqrt(len(got))
    assert np.mean(got) == pytest.approx(0.10, abs=3.5 * error)
