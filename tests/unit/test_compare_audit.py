"""Printed t, df and p against the printed n, means and SDs: the worked example, brute force, random tables."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from compare_tables import NAMES, OUTCOMES, table2
from scipy import stats

from trenza.compare.audit import Interval, audit_printed, cut, rounded
from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS

# published-table-audit.md, first table. Its reach of df comes from a 401 x 401 grid over the SDs in which df and
# t must be met by the same pair. The closed forms here ask each quantity alone and so could be wider. They are
# not, at three decimals: the means' rounding leaves t so much room that no corner of the SD grid is lost.
DF_AT_48 = {
    "collaboration": (94.869, 94.998, False),
    "comfort": (87.655, 87.726, True),
    "commitment": (94.280, 94.650, False),
    "leadership": (91.360, 92.255, False),
    "community": (89.901, 90.983, True),
}
DF_AT_49 = {
    "collaboration": (95.974, 96.000),
    "comfort": (87.616, 87.690),
    "commitment": (95.576, 95.847),
    "leadership": (93.016, 93.835),
    "community": (89.995, 91.159),
}
T_AT_48 = {
    "collaboration": (0.801, 0.977),
    "comfort": (0.972, 0.980),
    "commitment": (2.086, 2.246),
    "leadership": (-0.480, -0.338),
    "community": (-0.072, 0.072),
}
P_FROM_T_DF = {
    "collaboration": (0.3786, 0.3792, "agrees only if p was cut, not rounded"),
    "comfort": (0.3300, 0.3305, "agrees only if t and p were cut, not rounded"),
    "commitment": (0.0307, 0.0308, "agrees only if p was cut, not rounded"),
    "leadership": (0.6758, 0.6765, "agrees only if p was cut, not rounded"),
    "community": (0.9996, 1.0, None),
}


def audit(frame: pd.DataFrame) -> pd.DataFrame:
    return audit_printed(frame, **NAMES)


def rows_of(printed: pd.DataFrame, quantity: str) -> pd.DataFrame:
    return printed[printed["quantity"] == quantity].set_index("outcome")


def test_df_of_table2_at_the_printed_sizes() -> None:
    df = rows_of(audit(table2()), "df")
    for outcome, (low, high, agrees) in DF_AT_48.items():
        # the grid's ends are printed to three decimals, hence up to .0006
        assert [df.loc[outcome, "reach_low"], df.loc[outcome, "reach_high"]] == pytest.approx(
            [low, high], abs=6e-4
        )
        assert df.loc[outcome, "agrees"] == agrees
    impossible = "cannot occur: with 48 and 49 units the Welch df is at most 95"
    assert df.loc[["collaboration", "commitment"], "reason"].tolist() == [impossible] * 2
    assert df.loc["leadership", "reason"] == "outside what the rounding of the printed SDs allows"
    assert df.loc[df["agrees"], "reason"].isna().all()


def test_df_of_table2_agrees_at_49_and_49() -> None:
    df = rows_of(audit(table2((49, 49))), "df")
    assert df["agrees"].all()
    for outcome, ends in DF_AT_49.items():
        assert [df.loc[outcome, "reach_low"], df.loc[outcome, "reach_high"]] == pytest.approx(ends, abs=6e-4)
    assert df.loc["collaboration", "reach_high"] == 96.0  # the peak lies inside


def test_only_49_and_49_fit_all_rows() -> None:
    fits = [
        n
        for n in itertools.product(range(48, 51), repeat=2)
        if rows_of(audit(table2(n)), "df")["agrees"].all()
    ]
    assert fits == [(49, 49)]


def test_t_of_table2() -> None:
    t = rows_of(audit(table2()), "t")
    assert t["agrees"].all() and t["reason"].isna().all()
    for outcome, ends in T_AT_48.items():
        assert [t.loc[outcome, "reach_low"], t.loc[outcome, "reach_high"]] == pytest.approx(ends, abs=6e-4)
    assert t.loc["commitment", "printed"] == 2.193  # participants - control


def test_p_from_printed_t_and_df() -> None:
    p = rows_of(audit(table2()), "p_from_t_df")
    for outcome, (low, high, reason) in P_FROM_T_DF.items():
        assert [p.loc[outcome, "reach_low"], p.loc[outcome, "reach_high"]] == pytest.approx(
            [low, high], abs=6e-5
        )
        assert p.loc[outcome, "agrees"] == (reason is None)
        assert pd.isna(p.loc[outcome, "reason"]) if reason is None else p.loc[outcome, "reason"] == reason


def test_p_of_table2() -> None:
    p = rows_of(audit(table2()), "p_value")
    # .329 rounds from at most .3295, but the smallest p within reach is .3297.
    assert p.index[~p["agrees"]].tolist() == ["comfort"]
    assert p.loc["comfort", "reason"] == "agrees only if p was cut, not rounded"
    assert rows_of(audit(table2((49, 49))), "p_value")["agrees"].all()


def test_ranges_are_those_of_a_grid() -> None:
    """Brute force over both means' and SDs' intervals, ends and peak included."""
    printed = audit(table2())
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
        for quantity, values in (("df", df), ("t", t), ("p_value", p)):
            got = rows_of(printed, quantity).loc[row["outcome"]]
            assert got["reach_low"] <= values.min() + 1e-12 and got["reach_high"] >= values.max() - 1e-12
            if quantity != "p_value":  # p takes t and df as free of each other: wider, but only just
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
        printed = audit(frame)
        assert len(printed) == 4
        assert printed["agrees"].all(), printed
        assert (printed["reach_low"] <= printed["reach_high"]).all()


def test_a_wrong_t_is_found_and_leaves_df_alone() -> None:
    frame = table2()
    frame.loc[0, "t"] = 1.884
    printed = audit(frame)
    row = rows_of(printed, "t").loc["collaboration"]
    assert (
        not row["agrees"] and row["reason"] == "outside what the rounding of the printed means and SDs allows"
    )
    assert (
        rows_of(printed, "p_from_t_df").loc["collaboration", "reason"]
        == "does not follow from the printed t and df"
    )


def test_df_below_the_smaller_group() -> None:
    frame = table2()
    frame.loc[1, "df"] = 46.9
    frame["decimals_df"] = 1
    assert rows_of(audit(frame), "df").loc["comfort", "reason"] == (
        "cannot occur: with 48 and 49 units the Welch df is at least 47"
    )


def test_students_df_is_named() -> None:
    frame = table2()
    frame["df"], frame["decimals_df"] = 95.0, 0
    df = rows_of(audit(frame), "df")
    assert df.loc["collaboration", "agrees"]  # 94.96 rounds to 95
    assert df.loc["comfort", "reason"].startswith("is the df of Student's t test")


def test_an_sd_that_prints_as_zero_has_room_above_it_only() -> None:
    frame = table2().iloc[[0]].reset_index(drop=True)
    frame[["sd_participants", "t", "df", "p_value"]] = [0.0, 1.26, 48.0, 0.214]
    got = audit(frame).set_index("quantity")
    assert got.loc["df", "reach_low"] == 48.0  # SD 0 in one group: the other group's n - 1
    assert got.loc["df", "agrees"]


def test_t_has_no_upper_end_when_the_se_can_vanish() -> None:
    frame = table2().iloc[[0]].reset_index(drop=True)
    frame[["sd_participants", "sd_control", "mean_participants"]] = [1.0, 0.0, 5.0]
    frame[["decimals_sd", "decimals_mean"]] = 0
    frame["sd_participants"] = 0.4  # printed with no decimals it may be as low as 0
    got = audit(frame).set_index("quantity")
    assert got.loc["t", "reach_high"] == math.inf
    assert got.loc["p_value", "reach_low"] == 0.0


def test_only_what_is_printed_is_checked() -> None:
    frame = table2()
    frame.loc[0, ["t", "df", "p_value"]] = np.nan
    frame.loc[1, "t"] = np.nan
    printed = audit(frame)
    assert "collaboration" not in set(printed["outcome"])
    assert printed.loc[printed["outcome"] == "comfort", "quantity"].tolist() == ["df", "p_value"]
    frame[["t", "df", "p_value"]] = np.nan
    assert len(audit(frame)) == 0


def test_ids_order_and_no_mutation() -> None:
    frame = table2()
    before = frame.copy(deep=True)
    printed = audit(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert printed["id"].unique().tolist() == [f"teachers_{o}" for o in OUTCOMES]
    assert printed["quantity"].tolist() == ["t", "df", "p_value", "p_from_t_df"] * 5


def test_faults_come_all_at_once() -> None:
    frame = table2()
    frame.loc[0, "n_control"] = 1
    frame.loc[1, "decimals_sd"] = pd.NA
    frame.loc[2, "decimals_t"] = pd.NA
    with pytest.raises(InputFaults) as caught:
        audit(frame)
    told = str(caught.value)
    assert len(caught.value.faults) == 3
    assert "column comfort: found no number of decimals for the printed sd" in told
    assert "column commitment: found no number of decimals for the printed t" in told


def test_rounding_and_cutting_intervals() -> None:
    assert (rounded(0.329, 3).low, rounded(0.329, 3).high) == pytest.approx((0.3285, 0.3295))
    assert rounded(0.3, 1).meets(Interval(0.35, 0.4)) and not rounded(0.3, 1).meets(Interval(0.3501, 0.4))
    assert cut(0.329, 3).meets(Interval(0.3299, 1)) and not cut(0.329, 3).meets(Interval(0.33, 1))
    assert cut(-0.419, 3).meets(Interval(-1, -0.4199)) and not cut(-0.419, 3).meets(Interval(-0.4189, 0))
    assert (cut(0.0, 1).low, cut(0.0, 1).high) == pytest.approx((-0.1, 0.1), rel=1e-3)
    assert Interval(-2, 1).magnitudes() == Interval(0, 2) and Interval(-3, -2).magnitudes() == Interval(2, 3)
