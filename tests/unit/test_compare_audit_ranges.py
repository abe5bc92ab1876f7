"""Closed-form ranges of t, df and p: brute force over the printed intervals, random tables, odd cells."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from compare_tables import table2
from scipy import stats

from trenza.compare.audit_input import from_summaries
from trenza.compare.audit_ranges import Interval, cut, rounded
from trenza.compare.audit_rows import printed_checks, rows_of
from trenza.contracts.tables import CONTRACTS


def checks(frame: pd.DataFrame) -> pd.DataFrame:
    """Findings of Welch's test row by row at the printed sizes, indexed by outcome and check."""
    found = [
        {"outcome": row.outcome, **check}
        for row in rows_of(from_summaries(frame))
        for check in printed_checks(row, row.n, "rounded")
    ]
    return pd.DataFrame(found).set_index(["outcome", "check"])


def test_only_49_and_49_fit_all_rows() -> None:
    fits = [
        n
        for n in itertools.product(range(48, 51), repeat=2)
        if (checks(table2(n)).xs("df", level="check")["verdict"] == "consistent").all()
    ]
    assert fits == [(49, 49)]
    assert checks(table2((49, 49))).loc[("collaboration", "df"), "reach_high"] == 96.0  # the peak lies inside


def test_why_each_printed_number_of_table2_does_not_follow() -> None:
    found = checks(table2())
    df = found.xs("df", level="check")
    assert df["reading"]["leadership"] == "df is outside what the printed SDs allow with n 48 and 49"
    p = found.xs("p", level="check")
    # .329 rounds from at most .3295, but the smallest p within reach is .3297.
    assert p.index[p["verdict"] != "consistent"].tolist() == ["comfort"]
    assert p["reading"]["comfort"] == "agrees only if p was cut, not rounded"
    assert (checks(table2((49, 49))).xs("p", level="check")["verdict"] == "consistent").all()
    both = found.xs("p_from_t_df", level="check")["reading"]
    assert both["comfort"] == "agrees only if t and p were cut, not rounded"
    assert (
        both[["collaboration", "commitment", "leadership"]] == "agrees only if p was cut, not rounded"
    ).all()


def test_ranges_are_those_of_a_grid() -> None:
    """Brute force over both means' and SDs' intervals, ends and peak included."""
    found = checks(table2())
    for _, row in table2().iterrows():
        n_1, n_2 = row["n_participants"], row["n_control"]
        sds = [
            np.linspace(row[f"sd_{w}"] - 0.005, row[f"sd_{w}"] + 0.005, 81)
            for w in ("participants", "control")
        ]
        v_1, v_2 = np.meshgrid(sds[0] ** 2 / n_1, sds[1] ** 2 / n_2)
        df = (v_1 + v_2) ** 2 / (v_1**2 / (n_1 - 1) + v_2**2 / (n_2 - 1))
        means = [
            np.linspace(row[f"mean_{w}"] - 0.005, row[f"mean_{w}"] + 0.005, 3)
            for w in ("participants", "control")
        ]
        t = np.stack([(a - b) / np.sqrt(v_1 + v_2) for a in means[0] for b in means[1]])
        p = 2 * stats.t.sf(np.abs(t), df)
        for check, values in (("df", df), ("t", t), ("p", p)):
            got = found.loc[(row["outcome"], check)]
            assert got["reach_low"] <= values.min() + 1e-12 and got["reach_high"] >= values.max() - 1e-12
            if check != "p":  # p takes t and df as free of each other: wider, but only just
                assert [got["reach_low"], got["reach_high"]] == pytest.approx(
                    [values.min(), values.max()], rel=1e-9
                )
            else:
                assert got["reach_low"] > values.min() - 1e-3 and got["reach_high"] < values.max() + 1e-3


def made_up(seed: int, digits: int = 2) -> pd.DataFrame:
    """Printed figures of random samples, rounded as a journal would."""
    draw = np.random.default_rng(seed)
    n = draw.integers(2, 60, 2)
    x, y = (draw.normal(draw.uniform(-1, 1), draw.uniform(0.05, 3), size) for size in n)
    test = stats.ttest_ind(x, y, equal_var=False)
    row = {"n_participants": n[0], "mean_participants": x.mean(), "sd_participants": x.std(ddof=1), "n_control": n[1],
           "mean_control": y.mean(), "sd_control": y.std(ddof=1), "t": test.statistic, "df": test.df,
           "p_value": test.pvalue}  # fmt: skip
    printed = {k: round(float(v), 3 if k in ("t", "df", "p_value") else digits) for k, v in row.items()}
    fine = {
        f"decimals_{k}": digits if k in ("mean", "sd") else 3 for k in ("mean", "sd", "t", "df", "p_value")
    }
    ids = {"study": "s", "source_id": "t", "source": "published", "outcome": "y", "where": None}
    return CONTRACTS["summaries"].check(pd.DataFrame([{**ids, **printed, **fine}]))


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_honest_tables_are_never_doubted(digits: int) -> None:
    for seed in range(30):
        frame = made_up(seed, digits)
        if frame.loc[0, ["sd_participants", "sd_control"]].max() == 0:
            continue  # SDs that print as 0.: nothing to audit, and a fault of its own
        found = checks(frame)
        assert len(found) == 4
        assert (found["verdict"] == "consistent").all(), found
        assert (found["reach_low"] <= found["reach_high"]).all()


def test_a_wrong_t_is_found_and_leaves_df_alone() -> None:
    frame = table2((49, 49))
    frame.loc[0, "t"] = 1.884
    found = checks(frame).loc["collaboration"]
    assert found["verdict"].to_dict() == {
        "df": "consistent", "t": "inconsistent", "p": "consistent", "p_from_t_df": "inconsistent",
    }  # fmt: skip
    assert found["reading"]["t"] == "t is outside what the printed means and SDs allow with n 49 and 49"
    assert found["reading"]["p_from_t_df"] == "does not follow from the printed t and df"


def test_df_below_the_smaller_group() -> None:
    frame = table2()
    frame.loc[1, "df"] = 46.9
    frame["decimals_df"] = 1
    assert checks(frame).loc[("comfort", "df"), "reading"] == (
        "cannot occur: with n 48 and 49 the Welch df is at least 47"
    )


def test_a_whole_df_is_judged_by_its_own_decimals() -> None:
    frame = table2()
    frame["df"], frame["decimals_df"] = 95.0, 0
    df = checks(frame).xs("df", level="check")
    assert df["verdict"]["collaboration"] == "consistent"  # 94.96 rounds to 95
    assert df["verdict"]["comfort"] == "inconsistent"  # 87.7 does not, and Welch's test is declared


def test_an_sd_that_prints_as_zero_has_room_above_it_only() -> None:
    frame = table2().iloc[[0]].reset_index(drop=True)
    frame[["sd_participants", "t", "df", "p_value"]] = [0.0, 1.26, 48.0, 0.214]
    got = checks(frame).loc["collaboration"]
    assert got.loc["df", "reach_low"] == 48.0  # SD 0 in one group: the other group's n - 1
    assert got.loc["df", "verdict"] == "consistent"


def test_t_has_no_upper_end_when_the_se_can_vanish() -> None:
    frame = table2().iloc[[0]].reset_index(drop=True)
    frame[["sd_participants", "sd_control", "mean_participants"]] = [0.4, 0.0, 5.0]
    frame[["decimals_sd", "decimals_mean"]] = 0  # printed with no decimals, 0.4 may be as low as 0
    got = checks(frame).loc["collaboration"]
    assert got.loc["t", "reach_high"] == math.inf
    assert got.loc["p", "reach_low"] == 0.0


def test_only_what_is_printed_is_checked_and_the_frame_stays_as_it_was() -> None:
    frame = table2()
    frame.loc[0, ["t", "df", "p_value"]] = np.nan
    frame.loc[1, "t"] = np.nan
    before = frame.copy(deep=True)
    found = checks(frame).index
    pd.testing.assert_frame_equal(frame, before)
    assert "collaboration" not in set(found.get_level_values("outcome"))
    assert [check for outcome, check in found if outcome == "comfort"] == ["df", "p"]


def test_rounding_and_cutting_intervals() -> None:
    assert (rounded(0.329, 3).low, rounded(0.329, 3).high) == pytest.approx((0.3285, 0.3295))
    assert rounded(0.3, 1).meets(Interval(0.35, 0.4)) and not rounded(0.3, 1).meets(Interval(0.3501, 0.4))
    assert cut(0.329, 3).meets(Interval(0.3299, 1)) and not cut(0.329, 3).meets(Interval(0.33, 1))
    assert cut(-0.419, 3).meets(Interval(-1, -0.4199)) and not cut(-0.419, 3).meets(Interval(-0.4189, 0))
    assert (cut(0.0, 1).low, cut(0.0, 1).high) == pytest.approx((-0.1, 0.1), rel=1e-3)
    assert Interval(-2, 1).magnitudes() == Interval(0, 2) and Interval(-3, -2).magnitudes() == Interval(2, 3)
