"""Groups compared from rows: equal to the summaries of the same rows, pingouin as the second opinion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from compare_tables import NAMES, rows, summaries_of

from trenza.compare.records import compare_records
from trenza.compare.summaries import compare_summaries
from trenza.contracts.faults import InputFaults

BOTH = ["first", "second"]
FIGURES = ["n", "estimate", "se", "ci_low", "ci_high", "statistic", "df", "p_value", "effect", "effect_ci_low",
           "effect_ci_high", "p_equivalence", "p_holm"]  # fmt: skip


def compare(frame: pd.DataFrame, **changes: object) -> pd.DataFrame:
    given = {"outcomes": BOTH, "group": "group", "cluster": "school", "source": "simulated", "ci_level": 0.95}
    return compare_records(frame, **{**NAMES, **given, "sesoi_sd": 0.25, **changes})


def test_rows_and_their_summaries_agree() -> None:
    records = rows()
    records.loc[[0, 30], "first"] = np.nan
    from_rows = compare(records)
    from_summaries = compare_summaries(
        summaries_of(records, BOTH),
        **NAMES, outcomes=BOTH, source="simulated", clusters=6, ci_level=0.95, sesoi_sd=0.25,
    )  # fmt: skip
    gap = from_rows[FIGURES].astype(float) - from_summaries[FIGURES].astype(float)
    assert gap.abs().to_numpy().max() < 1e-10


def test_pingouin_says_the_same() -> None:
    import pingouin

    records = rows(seed=2)
    got = compare(records)
    for i, outcome in enumerate(BOTH):
        x, y = (records.loc[records["group"] == level, outcome] for level in ("participant", "control"))
        oracle = pingouin.ttest(x, y, correction=True).iloc[0]
        # pingouin rounds the interval to two decimals, which is why it is not the engine.
        assert got.loc[i, "statistic"] == pytest.approx(oracle["T"], rel=1e-12)
        assert got.loc[i, "df"] == pytest.approx(oracle["dof"], rel=1e-12)
        assert got.loc[i, "p_value"] == pytest.approx(oracle["p_val"], rel=1e-10)
        assert [got.loc[i, "ci_low"], got.loc[i, "ci_high"]] == pytest.approx(
            list(oracle["CI95"]), abs=0.0051
        )


def test_units_and_clusters_are_those_of_the_rows_used() -> None:
    records = rows()
    records.loc[records["school"] == "s5", "first"] = np.nan
    records.loc[3, "group"] = None
    records.loc[4, "group"] = "visitor"
    records.loc[6, "school"] = None
    got = compare(records)
    first, second = got.iloc[0], got.iloc[1]
    lost = (records["school"] == "s5").sum()  # rows 3 and 4 lie in other schools
    assert (first["clusters"], second["clusters"]) == (5, 6)
    assert second["n"] == 52 and first["n"] == 52 - lost
    assert "left out for lack of the outcome" in first["note"]
    assert "left out for lack of the outcome" not in second["note"]
    assert "rows in neither group left out: 2" in second["note"]
    assert "rows used without a cluster id: 1" in second["note"]


def test_method_fits_the_rows() -> None:
    assert set(compare(rows())["method"]) == {
        "Welch t test on individual rows; ignores that units share clusters"
    }
    alone = compare(rows().drop(columns="school"), cluster=None)
    assert set(alone["method"]) == {"Welch t test on individual rows; takes units as independent"}
    assert alone["clusters"].isna().all()


def test_nullable_and_boolean_outcomes_count_as_numbers() -> None:
    records = rows()
    records["first"] = (records["first"] > 3).astype("boolean")
    records.loc[2, "first"] = pd.NA
    records["second"] = records["second"].round().astype("Int64")
    got = compare(records)
    assert got["n"].tolist() == [53, 54]
    share = records.groupby("group")["first"].mean()
    assert got.loc[0, "estimate"] == pytest.approx(share["participant"] - share["control"])


def test_nothing_is_mutated_and_row_order_does_not_matter() -> None:
    records = rows()
    before = records.copy(deep=True)
    got = compare(records)
    pd.testing.assert_frame_equal(records, before)
    shuffled = compare(records.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(got, shuffled, rtol=1e-12)


def test_faults_of_values_come_all_at_once() -> None:
    records = rows()
    records.loc[(records["group"] == "control") & (records.index != 40), "first"] = np.nan
    records["second"] = 0.1  # whose computed SD is not exactly 0
    with pytest.raises(InputFaults) as caught:
        compare(records)
    assert len(caught.value.faults) == 2
    assert "column first: found 1 unit in group 'control'" in str(caught.value)
    assert "column second: found no variance in group 'participant' nor in group 'control'" in str(
        caught.value
    )


def test_faults_of_columns_and_groups_come_all_at_once() -> None:
    records = rows().assign(word="a", endless=np.inf)
    records = records[records["group"] == "participant"]
    with pytest.raises(InputFaults) as caught:
        compare(records, outcomes=["word", "endless", "absent"], cluster="commune")
    told = str(caught.value)
    assert len(caught.value.faults) == 5
    assert "column absent: found no such column in the rows" in told
    assert "column commune: found no such column in the rows" in told
    assert "column word: found values of type str; allowed: numbers" in told
    assert "column endless: found infinite values" in told
    assert "column group: found no row of group 'control'; levels there: 'participant'" in told
