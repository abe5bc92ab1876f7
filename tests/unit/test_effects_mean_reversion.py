"""Regression to the mean: by hand, by other software, by bootstrap, and where the truth is known."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.effects.mean_reversion import _decomposed, gain_without_programme

NAIVE, EXPECTED, REMAINDER = "naive_gain_difference", "expected_gain_difference", "remainder"


def run(records: pd.DataFrame, **changed: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    given: dict[str, Any] = {
        "study": "toy",
        "id": "back",
        "source": "simulated",
        "baseline": "before",
        "gain": "gain",
        "group": "group",
        "participants": "participant",
        "control": "other",
        "min_cell": 1,
        "ci_level": 0.95,
    }
    models, bins = gain_without_programme(records, **(given | changed))
    CONTRACTS["mean_reversion"].check(models)
    CONTRACTS["bins"].check(bins)
    return models, bins


def made(seed: int, n: int = 4000, effect: float = 0.0) -> pd.DataFrame:
    """Schools with a lasting level and yearly noise; those with a low first score are likely to take part."""
    r = np.random.default_rng(seed)
    level = 50 + 8 * r.normal(size=n)
    before = level + 6 * r.normal(size=n)
    took_part = r.random(n) < np.where(before < 45, 0.7, 0.1)
    after = level + 3 + effect * took_part + 6 * r.normal(size=n)
    group = np.where(took_part, "participant", "other")
    return pd.DataFrame({"before": before, "gain": after - before, "group": group})


def test_by_hand() -> None:
    # control: the gain falls from 6 to 2 over 10 to 30, so by 0.2 a point; at 0 and 10 it would be 8 and 6
    records = pd.DataFrame(
        {
            "before": [10.0, 20, 30, 0, 10],
            "gain": [6.0, 4, 2, 10, 9],
            "group": ["other"] * 3 + ["participant"] * 2,
        }
    )
    models, _ = run(records)
    rows = models.set_index("term")
    assert models["term"].tolist() == [NAIVE, EXPECTED, REMAINDER]
    assert rows.loc[NAIVE, "estimate"] == pytest.approx(9.5 - 4)
    assert rows.loc[EXPECTED, "estimate"] == pytest.approx(7 - 4)
    assert rows.loc[REMAINDER, "estimate"] == pytest.approx(9.5 - 7)
    # the control lies on its line, so only the participants' gaps (2 and 3 above it) carry error: sd / sqrt 2
    assert rows.loc[REMAINDER, "se"] == pytest.approx(np.sqrt(0.5) / np.sqrt(2))
    # expected: slope -0.2 times the spread of both baselines; n / (n - 1) and n0 / (n0 - 2) by hand
    by_hand = np.sqrt((0.2**2) * (50 / 4) * 2 + (0.2**2) * (200 / 9) * 3)
    assert rows.loc[EXPECTED, "se"] == pytest.approx(by_hand)
    assert rows["n"].tolist() == [5, 5, 5]
    assert "extrapolated" in rows.loc[REMAINDER, "note"]


def test_the_naive_row_is_welchs_test() -> None:
    d = made(1, n=300)
    row = run(d, ci_level=0.9)[0].set_index("term").loc[NAIVE]
    other = stats.ttest_ind(
        d["gain"][d["group"] == "participant"], d["gain"][d["group"] == "other"], equal_var=False
    )
    interval = other.confidence_interval(0.9)
    assert (row["statistic"], row["df"], row["p_value"]) == pytest.approx(
        (other.statistic, other.df, other.pvalue), rel=1e-9
    )
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_the_remainder_is_statsmodels_oaxaca_unexplained_part() -> None:
    from statsmodels.stats.oaxaca import OaxacaBlinder

    d = made(2, n=600, effect=2.0)
    rows = run(d)[0].set_index("term")
    took_part = (d["group"] == "participant").astype(int).to_numpy()
    x = np.column_stack([took_part, np.ones(len(d)), d["before"]])
    model = OaxacaBlinder(d["gain"].to_numpy(), x, 0, hasconst=True, swap=False)
    # three parts: endowments, coefficients, interaction; first group (0, control) minus the second (1)
    endowments, coefficients, interaction, gap = model.three_fold().params
    assert rows.loc[NAIVE, "estimate"] == pytest.approx(-gap)
    assert rows.loc[EXPECTED, "estimate"] == pytest.approx(-(endowments + interaction))
    assert rows.loc[REMAINDER, "estimate"] == pytest.approx(-coefficients)


def test_the_remainders_error_is_that_of_a_robust_regression() -> None:
    # gain ~ participation + (x - x1) + participation (x - x1): the coefficient of participation is the
    # remainder. The robust variance differs only in how sums of squares are enlarged, and leaves out the
    # spread that comes from the participants' own slope, which is the control's in these data.
    import statsmodels.api as sm

    d = made(3, n=4000, effect=1.0)
    took_part = (d["group"] == "participant").to_numpy(dtype=float)
    x = (d["before"] - d["before"][took_part == 1].mean()).to_numpy()
    fit = sm.OLS(d["gain"], np.column_stack([np.ones(len(d)), took_part, x, took_part * x])).fit(
        cov_type="HC0"
    )
    row = run(d)[0].set_index("term").loc[REMAINDER]
    assert row["estimate"] == pytest.approx(fit.params.iloc[1], rel=1e-9)
    assert row["se"] == pytest.approx(fit.bse.iloc[1], rel=0.01)


@pytest.mark.parametrize("seed", [4, 5])
def test_errors_agree_with_a_bootstrap_of_schools(seed: int) -> None:
    d = made(seed, n=400, effect=1.5)
    # a spread of gains that grows with the score, so that equal variances would show
    d["gain"] = d["gain"] + (d["before"] - 30).clip(lower=0) * 0.2 * np.random.default_rng(seed).normal(
        size=400
    )
    rows = run(d)[0].set_index("term")
    x, g = d["before"].to_numpy(), d["gain"].to_numpy()
    one, zero = (np.flatnonzero(d["group"] == name) for name in ("participant", "other"))
    r = np.random.default_rng(99)
    drawn = []
    for _ in range(4000):
        i, j = r.choice(one, len(one)), r.choice(zero, len(zero))
        slope, intercept = np.polyfit(x[j], g[j], 1)
        expected = intercept + slope * x[i].mean() - g[j].mean()
        naive = g[i].mean() - g[j].mean()
        drawn.append((naive, expected, naive - expected))
    errors = np.std(drawn, axis=0, ddof=1)
    for term, error in zip((NAIVE, EXPECTED, REMAINDER), errors, strict=True):
        assert rows.loc[term, "se"] == pytest.approx(error, rel=0.05)


def two_scores(seed: int, n: int, effect: float = 0.0) -> pd.DataFrame:
    """Schools chosen by the mean of two noisy scores; the second tells of the first one's lasting level."""
    r = np.random.default_rng(seed)
    level = 50 + 8 * r.normal(size=n)
    before, second = level + 6 * r.normal(size=n), level + 6 * r.normal(size=n)
    took_part = r.random(n) < np.where(before + second < 90, 0.7, 0.1)
    after = level + 3 + effect * took_part + 6 * r.normal(size=n)
    group = np.where(took_part, "participant", "other")
    return pd.DataFrame({"before": before, "second": second, "gain": after - before, "group": group})


def test_two_baselines_agree_with_statsmodels_and_with_a_bootstrap_of_schools() -> None:
    import statsmodels.api as sm

    d = two_scores(20, 400, effect=1.5)
    d["gain"] += (d["before"] - 30).clip(lower=0) * 0.2 * np.random.default_rng(1).normal(size=400)
    rows = run(d, baseline=["before", "second"])[0].set_index("term")
    one, zero = (d[d["group"] == name].reset_index(drop=True) for name in ("participant", "other"))
    names = ["before", "second"]

    def estimate(p: pd.DataFrame, c: pd.DataFrame) -> tuple[float, float, float]:
        fit = sm.OLS(c["gain"].to_numpy(), sm.add_constant(c[names].to_numpy())).fit()
        expected = float(fit.params @ [1.0, *p[names].mean()]) - c["gain"].mean()
        naive = p["gain"].mean() - c["gain"].mean()
        return naive, expected, naive - expected

    assert rows.loc[[NAIVE, EXPECTED, REMAINDER], "estimate"].tolist() == pytest.approx(estimate(one, zero))
    r = np.random.default_rng(99)
    drawn = [
        estimate(one.iloc[r.integers(0, len(one), len(one))], zero.iloc[r.integers(0, len(zero), len(zero))])
        for _ in range(2000)
    ]
    for term, error in zip((NAIVE, EXPECTED, REMAINDER), np.std(drawn, axis=0, ddof=1), strict=True):
        assert rows.loc[term, "se"] == pytest.approx(error, rel=0.06)


def test_both_scores_by_which_schools_were_chosen_are_needed_for_the_truth() -> None:
    d = two_scores(21, 40_000)
    both = run(d, baseline=["before", "second"])[0].set_index("term").loc[REMAINDER]
    first = run(d)[0].set_index("term").loc[REMAINDER]
    assert abs(both["estimate"]) < 3 * both["se"]
    assert abs(first["estimate"]) > 5 * first["se"]
    assert "these scores only; baseline score before; baseline score second" in both["note"]


def test_a_list_of_one_is_the_one_and_bins_follow_the_first() -> None:
    d = two_scores(22, 300)
    pd.testing.assert_frame_equal(run(d, baseline=["before"])[0], run(d)[0])
    pd.testing.assert_frame_equal(run(d, baseline=["before", "second"])[1], run(d)[1])
    turned = run(d, baseline=["second", "before"])
    assert turned[0]["estimate"].tolist() == pytest.approx(
        run(d, baseline=["before", "second"])[0]["estimate"].tolist()
    )
    assert not turned[1].equals(run(d)[1])


def test_baselines_that_follow_from_each_other_are_refused() -> None:
    d = two_scores(23, 100)
    with pytest.raises(InputFaults, match="a score that follows from the others"):
        run(d.assign(second=2 * d["before"] + 7), baseline=["before", "second"])
    with pytest.raises(InputFaults, match="3 complete rows of 'other'; allowed: 4 or more"):
        few = pd.concat([d[d["group"] == "other"].head(3), d[d["group"] == "participant"]])
        run(few, baseline=["before", "second"])


def test_without_an_effect_the_naive_difference_is_large_and_the_remainder_is_not() -> None:
    rows = run(made(6, n=20_000))[0].set_index("term")
    assert rows.loc[NAIVE, "ci_low"] > 2.0
    assert abs(rows.loc[REMAINDER, "estimate"]) < 3 * rows.loc[REMAINDER, "se"]
    # the reliability of one score is 64 / 100: control's line falls by 0.36 a point
    d = made(6, n=20_000)
    gap = d["before"][d["group"] == "participant"].mean() - d["before"][d["group"] == "other"].mean()
    assert rows.loc[EXPECTED, "estimate"] == pytest.approx(-0.36 * gap, rel=0.05)


def test_an_effect_is_what_remains() -> None:
    rows = run(made(7, n=20_000, effect=2.0))[0].set_index("term")
    assert abs(rows.loc[REMAINDER, "estimate"] - 2.0) < 3 * rows.loc[REMAINDER, "se"]


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    # the gaps between groups vary with the draw, so only the remainder has one truth for all draws
    held = []
    for seed in range(500):
        d = made(1000 + seed, n=200, effect=1.0)
        took_part = (d["group"] == "participant").to_numpy()
        x, g = d["before"].to_numpy(), d["gain"].to_numpy()
        row = _decomposed(x[took_part, None], g[took_part], x[~took_part, None], g[~took_part], 0.95)[2]
        held.append(row["ci_low"] <= 1.0 <= row["ci_high"])
    assert 0.92 <= np.mean(held) <= 0.98


def test_parts_add_up_and_nothing_is_changed_or_warned() -> None:
    d = made(8, n=200)
    d.loc[:2, "gain"] = np.nan
    d.loc[5, "group"] = "visitor"
    before = d.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        models, _ = run(d)
    pd.testing.assert_frame_equal(d, before)
    rows = models.set_index("term")
    assert rows.loc[NAIVE, "estimate"] == pytest.approx(
        rows.loc[EXPECTED, "estimate"] + rows.loc[REMAINDER, "estimate"]
    )
    note = rows.loc[REMAINDER, "note"]
    assert "3 of 200 rows left out: blank" in note and "1 of 200 rows left out: neither" in note
    assert "straight" in note and "score before only" in note and "treat units as independent" in note
    assert models["n"].eq(196).all() and models["clusters"].isna().all()
    assert models["outcome"].eq("gain").all() and models["id"].eq("back").all()


def test_bins_show_the_controls_mean_gain_by_quantile_of_its_baseline() -> None:
    d = made(9, n=1000)
    _, bins = run(d, bins=10)
    control = d[d["group"] == "other"]
    assert len(bins) == 10 and bins["n"].sum() == len(control)
    assert bins["n"].max() - bins["n"].min() <= 2
    assert bins["curve"].eq("gain_without_programme").all() and bins["side"].eq("all").all()
    assert bins["x_low"].iloc[1:].tolist() == bins["x_high"].iloc[:-1].tolist()
    # the outer edges would be the lowest and the highest school's own score
    assert bins["x_low"].isna().tolist() == [True] + [False] * 9
    assert bins["x_high"].isna().tolist() == [False] * 9 + [True]
    first = control[control["before"] < bins.loc[0, "x_high"]]
    assert bins.loc[0, "y_mean"] == pytest.approx(first["gain"].mean())
    assert bins.loc[0, "y_se"] == pytest.approx(stats.sem(first["gain"]))
    assert bins.loc[0, "y_mean"] > bins.loc[9, "y_mean"]


def test_small_bins_join_and_tied_scores_share_a_bin() -> None:
    d = made(10, n=100)
    _, bins = run(d, bins=20, min_cell=8)
    assert (bins["n"] >= 8).all() and bins["n"].sum() == (d["group"] == "other").sum()
    tied = d.assign(before=np.where(np.arange(100) % 2 == 0, 40.0, 60.0))
    assert run(tied, bins=20)[1]["n"].sum() == (d["group"] == "other").sum()
    assert len(run(d, min_cell=1000)[1]) == 0


def test_every_fault_is_listed_at_once() -> None:
    d = pd.DataFrame(
        {
            "before": [5.0, 5, 5, 4],
            "gain": [1.0, 2, 3, 4],
            "group": ["other", "other", "other", "participant"],
        }
    )
    with pytest.raises(InputFaults) as caught:
        run(d, bins=0, ci_level=-1)
    text = str(caught.value)
    for part in (
        "1 complete row of 'participant'",
        "column before: found one value among 'other'",
        "bins: found 0",
        "ci_level: found -1",
        "regression_to_the_mean.back",
    ):
        assert part in text
    with pytest.raises(InputFaults, match="2 complete rows of 'other'"):
        run(made(11, n=50).assign(group=["other"] * 2 + ["participant"] * 48))
    with pytest.raises(InputFaults, match="no complete row of 'other'"):
        run(d.assign(group="participant"))
    with pytest.raises(InputFaults, match="no such column"):
        run(d, baseline="earlier")
