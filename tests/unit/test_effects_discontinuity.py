"""Take-up, the Wald ratio and the fuzzy cut-off: by hand, by other software, and on made-up truth."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.effects.discontinuity import discontinuity
from trenza.effects.intervals import symmetric
from trenza.effects.two_stage import two_stage_least_squares

TERMS = [
    "take_up_not_eligible",
    "take_up_eligible",
    "take_up_jump",
    "take_up_jump_linear",
    "take_up_jump_two_slopes",
    "wald_no_running_variable",
    "fuzzy_rd_linear",
    "fuzzy_rd_linear_two_slopes",
]
CHOSEN = ["fuzzy_rd_local_linear", "fuzzy_rd_robust", "density_jump"]
OTHERS = [f"fuzzy_rd_linear_bandwidth_{factor}" for factor in ("0_6", "1_6", "2")]


def run(records: pd.DataFrame, **changed: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    given: dict[str, Any] = {
        "study": "toy",
        "id": "cut",
        "source": "simulated",
        "outcome": "y",
        "group": "group",
        "participants": "participant",
        "running": "score",
        "cutoff": 50.0,
        "eligible": "below",
        "bandwidth": 10.0,
        "ci_level": 0.95,
        "min_cell": 1,
    }
    results, bins = discontinuity(records, **(given | changed))
    CONTRACTS["discontinuity"].check(results)
    CONTRACTS["bins"].check(bins)
    return results, bins


def made(seed: int, n: int = 3000, effect: float = 4.0, spread: float = 20.0) -> pd.DataFrame:
    """Schools below 50 take part with chance 0.7, others with 0.1; the score itself lifts the outcome."""
    r = np.random.default_rng(seed)
    score = r.uniform(50 - spread, 50 + spread, n)
    took_part = r.random(n) < np.where(score < 50, 0.7, 0.1)
    y = 10 + 0.8 * (score - 50) + effect * took_part + 2 * r.normal(size=n)
    return pd.DataFrame({"score": score, "group": np.where(took_part, "participant", "other"), "y": y})


def test_shares_and_wald_ratio_by_hand() -> None:
    # not eligible (50 and above): 1 of 4 takes part, mean outcome 11; eligible: 3 of 4, mean outcome 8
    records = pd.DataFrame(
        {
            "score": [50.0, 52, 54, 56, 49, 47, 45, 43],
            "group": ["participant", *["other"] * 3, *["participant"] * 3, "other"],
            "y": [13.0, 11, 10, 10, 9, 8, 8, 7],
        }
    )
    # no school lies beyond 10 points: four on a side are too few for any other window
    rows = run(records, min_cell=5)[0].set_index("term")
    assert rows.index.tolist() == [*TERMS, "density_jump"]
    assert "no bandwidth chosen from the data" in rows.loc["take_up_not_eligible", "note"]
    assert rows["note"].str.contains("too few units on a side").sum() == 1
    for factor in ("0.6", "1.6", "2"):
        assert (
            f"no estimate with {factor} times the declared bandwidth" in rows.loc["fuzzy_rd_linear", "note"]
        )
    assert rows.loc["take_up_not_eligible", "estimate"] == pytest.approx(1 / 4)
    assert rows.loc["take_up_eligible", "estimate"] == pytest.approx(3 / 4)
    assert rows.loc["take_up_jump", "estimate"] == pytest.approx(1 / 2)
    assert rows.loc["wald_no_running_variable", "estimate"] == pytest.approx((8 - 11) / (1 / 2))
    # residuals y - a + 6 d with a = 9.5 + 3: variance by hand with n - 2 = 6
    d = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    e = records["y"].to_numpy() - 12.5 + 6 * d
    z = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    se = np.sqrt((e @ e / 6) * ((z - 0.5) @ (z - 0.5))) / abs((z - 0.5) @ d)
    assert rows.loc["wald_no_running_variable", "se"] == pytest.approx(se)
    assert rows.loc["wald_no_running_variable", "df"] == 6
    assert rows["n"].tolist() == [4, 4, *[8] * 7]


@pytest.mark.parametrize("bandwidth", [5.0, 12.0])
def test_the_wald_row_is_the_ratio_of_differences_in_means(bandwidth: float) -> None:
    records = made(1)
    rows = run(records, bandwidth=bandwidth)[0].set_index("term")
    near = records[(records["score"] - 50).abs() < bandwidth]
    eligible = near["score"] < 50
    took = near["group"] == "participant"
    rise = near["y"][eligible].mean() - near["y"][~eligible].mean()
    take_up = took[eligible].mean() - took[~eligible].mean()
    assert rows.loc["wald_no_running_variable", "estimate"] == pytest.approx(rise / take_up, rel=1e-10)
    assert rows.loc["wald_no_running_variable", "n"] == len(near)


@pytest.mark.parametrize("slopes", [0, 1, 2])
def test_statsmodels_two_stage_least_squares_agrees(slopes: int) -> None:
    from statsmodels.sandbox.regression.gmm import IV2SLS

    records = made(2, n=400)
    rows = run(records)[0]
    near = records[(records["score"] - 50).abs() < 10]
    x = near["score"].to_numpy() - 50
    below = (x < 0).astype(float)
    took = (near["group"] == "participant").to_numpy(dtype=float)
    others = [np.ones(len(x)), *[x, x * below][:slopes]]
    other = IV2SLS(
        near["y"].to_numpy(), np.column_stack([*others, took]), np.column_stack([*others, below])
    ).fit()
    row = rows.iloc[5 + slopes]
    assert row["estimate"] == pytest.approx(other.params[-1], rel=1e-9)
    assert row["se"] == pytest.approx(other.bse[-1], rel=1e-9)
    assert row["df"] == other.df_resid == len(x) - 2 - slopes
    assert row["statistic"] == pytest.approx(other.tvalues[-1], rel=1e-9)
    assert row["p_value"] == pytest.approx(other.pvalues[-1], rel=1e-6)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(other.conf_int()[-1].tolist(), rel=1e-9)


def test_the_truth_comes_back_with_the_running_variable_and_not_without_it() -> None:
    rows = run(made(3, n=20_000))[0].set_index("term")
    for term in ("fuzzy_rd_linear", "fuzzy_rd_linear_two_slopes"):
        assert abs(rows.loc[term, "estimate"] - 4.0) < 4 * rows.loc[term, "se"]
    wald = rows.loc["wald_no_running_variable"]
    assert wald["ci_high"] < 0.0  # the score's own slope outweighs an effect of +4
    assert "NOT a regression-discontinuity estimate" in wald["method"]
    assert rows.loc["fuzzy_rd_linear", "method"].startswith("Fuzzy regression discontinuity")


def test_the_interval_of_the_fuzzy_estimate_holds_the_truth_as_often_as_it_says() -> None:
    held = []
    for seed in range(500):
        near = made(100 + seed, n=150, spread=10.0)
        x = near["score"].to_numpy() - 50
        took = (near["group"] == "participant").to_numpy(dtype=float)
        found = two_stage_least_squares(near["y"].to_numpy(), took, (x < 0).astype(float), x[:, None])
        assert found is not None
        row = symmetric(found.estimate, found.se, 0.95, found.df)
        held.append(row["ci_low"] <= 4.0 <= row["ci_high"])  # type: ignore[operator]
    assert 0.92 <= np.mean(held) <= 0.98


def test_full_compliance_makes_two_stages_ordinary_least_squares() -> None:
    records = made(4, n=500)
    records["group"] = np.where(records["score"] < 50, "participant", "other")
    row = run(records)[0].set_index("term").loc["fuzzy_rd_linear"]
    near = records[(records["score"] - 50).abs() < 10]
    x = np.column_stack([np.ones(len(near)), near["score"] < 50, near["score"]]).astype(float)
    b = np.linalg.lstsq(x, near["y"].to_numpy(), rcond=None)[0]
    assert row["estimate"] == pytest.approx(b[1], rel=1e-8)
    # with a first stage without error the Anderson-Rubin interval is the t interval
    assert row["note"].startswith("first-stage F without bound")
    assert f"Anderson-Rubin interval {row['ci_low']:.2f} to {row['ci_high']:.2f}" in row["note"]


def test_units_and_direction_are_only_a_matter_of_naming() -> None:
    records = made(5, n=600)
    one = run(records)[0]
    mirrored = records.assign(score=-1000 * (records["score"] - 50))
    other = run(mirrored, cutoff=0.0, bandwidth=10_000.0, eligible="above")[0]
    for column in ("estimate", "se", "ci_low", "ci_high", "p_value"):
        assert other[column].to_numpy() == pytest.approx(one[column].to_numpy(), rel=1e-6, nan_ok=True)


def test_a_unit_at_the_cutoff_is_not_eligible_and_one_at_the_bandwidth_is_outside() -> None:
    records = pd.concat(
        [made(6, n=200), pd.DataFrame({"score": [50.0, 40.0, 60.0], "group": ["other"] * 3, "y": [1.0] * 3})]
    )
    expected = int(((records["score"] >= 50) & (records["score"] < 60)).sum())
    for eligible, side in (("below", "take_up_not_eligible"), ("above", "take_up_eligible")):
        rows = run(records, eligible=eligible)[0].set_index("term")
        at_cutoff = 1 if eligible == "above" else 0
        assert rows.loc[side, "n"] == expected - at_cutoff
        assert rows.loc["take_up_jump", "n"] == int(((records["score"] - 50).abs() < 10).sum())


def test_a_weak_or_missing_first_stage_is_said() -> None:
    r = np.random.default_rng(0)
    records = made(7, n=200)
    records["group"] = np.where(r.random(200) < 0.5, "participant", "other")
    weak = run(records)[0].set_index("term").loc["fuzzy_rd_linear", "note"]
    assert "weak instrument" in weak and "Anderson-Rubin interval without" in weak
    # one participant and one other at each score: take-up is one half everywhere
    same = pd.DataFrame(
        {
            "score": np.repeat([48.0, 49, 51, 52], 2),
            "group": ["participant", "other"] * 4,
            "y": np.arange(8.0) ** 2,
        }
    )
    rows = run(same)[0].set_index("term")
    effects = rows.loc["wald_no_running_variable":].drop(index="density_jump")
    assert effects[["estimate", "se", "ci_low", "p_value"]].isna().all().all()
    assert effects["note"].str.startswith("not identified").all()
    assert rows.loc["take_up_jump_linear", "estimate"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("term", "slopes"), [("take_up_jump_linear", 1), ("take_up_jump_two_slopes", 2)])
def test_the_jump_at_the_cut_off_is_statsmodels_first_stage_and_the_divisor(term: str, slopes: int) -> None:
    import statsmodels.api as sm

    records = made(12, n=700)
    rows = run(records)[0].set_index("term")
    near = records[(records["score"] - 50).abs() < 10]
    x = near["score"].to_numpy() - 50
    below = (x < 0).astype(float)
    z = np.column_stack([below, np.ones(len(x)), *[x, x * below][:slopes]])
    first = sm.OLS((near["group"] == "participant").to_numpy(dtype=float), z).fit()
    row = rows.loc[term]
    assert (row["estimate"], row["se"], row["df"]) == pytest.approx(
        (first.params[0], first.bse[0], first.df_resid), rel=1e-9
    )
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(first.conf_int()[0]), rel=1e-9)
    reduced = sm.OLS(near["y"].to_numpy(), z).fit()
    fuzzy = rows.loc["fuzzy_rd_linear" if slopes == 1 else "fuzzy_rd_linear_two_slopes"]
    assert fuzzy["estimate"] == pytest.approx(reduced.params[0] / row["estimate"], rel=1e-9)
    assert fuzzy["note"].startswith(f"first-stage F = {first.tvalues[0] ** 2:.1f}; Anderson-Rubin interval ")


def test_other_bandwidths_are_runs_of_their_own_and_a_window_without_units_is_left_out() -> None:
    records = made(13, n=1500)
    rows = run(records)[0].set_index("term")
    assert rows.index.tolist() == [*TERMS, *OTHERS, *CHOSEN]
    for term, width in zip(OTHERS, (6.0, 16.0, 20.0), strict=True):
        alone = run(records, bandwidth=width)[0].set_index("term").loc["fuzzy_rd_linear"]
        for column in ("estimate", "se", "ci_low", "p_value", "df", "n"):
            assert rows.loc[term, column] == pytest.approx(alone[column], rel=1e-12)
        assert f"window |score - 50| < {width:g}:" in rows.loc[term, "note"]
    assert "of 0.6 times the declared bandwidth" in rows.loc[OTHERS[0], "method"]
    hole = records[((records["score"] - 50).abs() > 6) | (records["score"] > 50)]
    narrow = run(hole, min_cell=5)[0].set_index("term")
    assert [i for i in narrow.index if i not in CHOSEN] == [*TERMS, *OTHERS[1:]]
    assert "no estimate with 0.6 times" in narrow.loc["fuzzy_rd_linear", "note"]
    assert "no estimate with 1.6 times" not in narrow.loc["fuzzy_rd_linear", "note"]


def test_a_placebo_is_the_same_estimate_of_an_earlier_outcome() -> None:
    records = made(14, n=3000)
    records["earlier"] = 5 + 0.8 * records["score"] + np.random.default_rng(14).normal(size=3000)
    records.loc[:9, "earlier"] = np.nan
    rows = run(records, placebo_outcome="earlier")[0]
    assert rows["term"].tolist() == [*TERMS, *OTHERS, "placebo_fuzzy_rd_linear", *CHOSEN]
    rows = rows.iloc[: -len(CHOSEN)]
    row = rows.iloc[-1]
    assert row["outcome"] == "earlier" and row["id"] == "cut" and "10 of 3000 rows left out" in row["note"]
    alone = run(records, outcome="earlier")[0].set_index("term").loc["fuzzy_rd_linear"]
    assert (row["estimate"], row["se"]) == pytest.approx((alone["estimate"], alone["se"]), rel=1e-12)
    assert abs(row["estimate"]) < 4 * row["se"]
    pd.testing.assert_frame_equal(rows.iloc[:-1], run(records)[0].iloc[: -len(CHOSEN)])
    with pytest.raises(InputFaults, match="no such column"):
        run(records, placebo_outcome="never")


def test_every_row_says_that_it_is_a_picture_and_which_rows_it_used() -> None:
    records = made(8, n=300)
    records.loc[:4, "y"] = np.nan
    before = records.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = run(records)[0]
    pd.testing.assert_frame_equal(records, before)
    assert rows["term"].tolist()[-3:] == CHOSEN
    rows = rows.iloc[: -len(CHOSEN)]
    assert rows["note"].str.contains("no data-driven bandwidth and no robust bias correction").all()
    assert rows["note"].str.contains("5 of 300 rows left out").all()
    assert rows["clusters"].isna().all() and rows["effect"].isna().all()
    assert rows["id"].eq("cut").all() and rows["outcome"].eq("y").all()


def test_bins_are_of_equal_width_from_the_cutoff_outwards_and_hold_every_unit_once() -> None:
    records = made(9)
    rows, bins = run(records, bins_per_side=8)
    assert len(bins) == 2 * 2 * 8
    assert np.allclose(bins["x_high"] - bins["x_low"], 10 / 8)
    assert 50.0 in bins["x_low"].to_list() and 50.0 in bins["x_high"].to_list()
    for curve in ("take_up", "outcome"):
        part = bins[bins["curve"] == curve]
        assert part["n"].sum() == rows.loc[2, "n"]
        assert (part["x_low"] <= part["x_mean"]).all() and (part["x_mean"] <= part["x_high"]).all()
    sides = bins[bins["curve"] == "take_up"].groupby("side")[["n", "y_mean"]]
    assert sides.apply(lambda s: np.average(s["y_mean"], weights=s["n"])).to_dict() == pytest.approx(
        {"eligible": rows.loc[1, "estimate"], "not_eligible": rows.loc[0, "estimate"]}
    )
    one = bins[(bins["curve"] == "outcome") & (bins["x_low"] == 50.0)].iloc[0]
    inside = records[(records["score"] >= 50) & (records["score"] < 51.25)]["y"]
    assert (one["n"], one["side"]) == (len(inside), "not_eligible")
    assert one["y_mean"] == pytest.approx(inside.mean())
    assert one["y_se"] == pytest.approx(stats.sem(inside))


def test_small_bins_join_their_neighbour_towards_the_cutoff() -> None:
    # eligible side from outside in: 40-45 has 2 units, 45-50 has 3; not eligible: 50-55 has 2, 55-60 has 3
    records = pd.DataFrame(
        {
            "score": [41.0, 42, 46, 47, 48, 51, 52, 56, 57, 58],
            "group": ["participant", "other"] * 5,
            "y": np.arange(10.0),
        }
    )
    for least, shapes in ((2, [2, 3, 3, 2]), (3, [5, 5]), (5, [5, 5]), (6, [])):
        bins = run(records, bins_per_side=2, min_cell=least)[1]
        part = bins[bins["curve"] == "outcome"]
        assert part["n"].tolist() == shapes
    whole = run(records, bins_per_side=2, min_cell=3)[1]
    assert whole[whole["side"] == "eligible"][["x_low", "x_high"]].drop_duplicates().to_numpy().tolist() == [
        [40.0, 50.0]
    ]
    single = run(records, bins_per_side=10, min_cell=1)[1]
    assert single[single["n"] == 1]["y_se"].isna().all()


def test_every_fault_is_listed_at_once() -> None:
    records = made(10, n=50).assign(y="high")
    with pytest.raises(InputFaults) as caught:
        run(records, eligible="left", bandwidth=0.0, bins_per_side=0, ci_level=1.0, cutoff=float("nan"))
    text = str(caught.value)
    for part in (
        "eligible: found 'left'; allowed: below or above",
        "bandwidth: found 0.0",
        "column y: found 50",
    ):
        assert part in text
    assert "ci_level" in text and "bins_per_side" in text and "cutoff: found nan" in text
    assert "discontinuities.cut" in text


def test_a_window_without_a_side_or_without_participants_is_refused() -> None:
    records = made(11, n=100)
    with pytest.raises(
        InputFaults, match="no unit below 50, the cut-off, of 43; allowed: units on both sides"
    ):
        run(records[records["score"] > 50])
    near = (records["score"] - 50).abs() < 10
    with pytest.raises(InputFaults, match="no participant within the bandwidth"):
        run(records.assign(group=records["group"].where(~near, "other")))
    with pytest.raises(InputFaults, match="no such column"):
        run(records, running="rule")
