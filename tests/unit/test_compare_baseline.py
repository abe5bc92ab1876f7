"""Table 1: Hedges g and the Cox index by hand, bands, disclosure, odd columns."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from trenza.compare.baseline import COX, HEDGES_G, band, baseline_table
from trenza.compare.contrast import hedges_factor
from trenza.contracts.faults import InputFaults


def table(frame: pd.DataFrame, variables: list[str], **changes: object) -> pd.DataFrame:
    given = {
        "study": "s",
        "source_id": "rows",
        "source": "real",
        "variables": variables,
        "group": "group",
        "participants": "in",
        "control": "out",
        "min_cell": None,
    }
    return baseline_table(frame, **{**given, **changes})  # type: ignore[arg-type]


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["in"] * 4 + ["out"] * 6,
            "years": [3.0, 5.0, 7.0, np.nan, 2.0, 4.0, 4.0, 6.0, 8.0, 6.0],
            "sex": ["w", "w", "w", "m", "w", "w", "m", "m", "m", None],
            "urban": [True, False, True, True, False, False, True, True, False, False],
        }
    )


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (0.0, "satisfied"),
        (-0.05, "satisfied"),
        (0.0501, "adjust"),
        (-0.25, "adjust"),
        (0.2501, "not_satisfied"),
        (math.nan, None),
    ],
)
def test_bands_of_the_clearinghouse(value: float, want: str | None) -> None:
    assert band(value) == want


def test_a_number_by_hand() -> None:
    # 5 against 5, SDs 2 and sqrt(22 / 5 = 4.4) -> a difference of 0; shifted by 1 it is 1 / sqrt((2*4 + 5*4.4) / 7)
    row = table(people(), ["years"]).iloc[0]
    assert (row["mean_participants"], row["mean_control"], row["difference_sd"]) == (5.0, 5.0, 0.0)
    assert (row["n_participants"], row["missing_participants"], row["n_control"]) == (3, 1, 6)
    assert row["sd_control"] == pytest.approx(math.sqrt(4.4)) and row["band"] == "satisfied"
    frame = people()
    frame.loc[frame["group"] == "in", "years"] += 1.0
    row = table(frame, ["years"]).iloc[0]
    assert row["difference_sd"] == pytest.approx(hedges_factor(7) / math.sqrt(30 / 7))
    assert (row["band"], row["method"]) == ("not_satisfied", HEDGES_G)


def test_shares_by_hand() -> None:
    # women: 3 of 4 against 2 of 5 -> log odds ratio log(3 / (2/3)) = log 4.5
    rows = table(people(), ["sex"]).set_index("level")
    assert rows.index.tolist() == ["m", "w"]
    assert rows.loc["w", "difference_sd"] == pytest.approx(hedges_factor(7) * math.log(4.5) / 1.65)
    assert rows.loc["m", "difference_sd"] == pytest.approx(-rows.loc["w", "difference_sd"])
    assert rows["missing_control"].tolist() == [1, 1] and set(rows["method"]) == {COX}
    assert rows.loc["w", "mean_participants"] == 0.75


def test_true_and_false_are_levels() -> None:
    rows = table(people(), ["urban"])
    assert rows["level"].tolist() == ["False", "True"]


def test_what_has_no_difference_says_why() -> None:
    frame = people().assign(flat=1.0, kind=["a"] * 4 + ["b"] * 6, lonely=[1.0] + [np.nan] * 3 + [2.0] * 6)
    rows = table(frame, ["flat", "kind", "lonely"])
    assert rows["note"].tolist() == [
        "nothing varies within the groups",
        "a share of 0 or 1 has no odds",
        "a share of 0 or 1 has no odds",
        "fewer than 2 values in a group",
    ]
    assert rows["difference_sd"].isna().all() and rows["band"].isna().all()


def test_small_cells_of_real_data_are_suppressed_whole() -> None:
    rows = table(people(), ["years", "sex"], min_cell=4)
    assert rows["suppressed"].all()
    figures = [c for c in rows.columns if c.startswith(("n_", "mean", "sd_", "difference", "missing_"))]
    assert rows[figures].isna().all().all()
    assert not table(people(), ["years"], min_cell=3)["suppressed"].any()


def test_missing_columns_and_groups_are_told_at_once() -> None:
    with pytest.raises(InputFaults, match="no such column") as error:
        table(people(), ["age", "height"])
    assert len(error.value.faults) == 2
    with pytest.raises(InputFaults, match="no row of group 'in'"):
        table(people().assign(group="out"), ["years"])
