"""The checks of official files: a right panel passes all, each fault fails its own check and no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_panels import FILES, panel

from trenza.contracts.tables import CONTRACTS
from trenza.official.checks import checks, failing_rows, ive_formula
from trenza.official.known import national_means, year_before

SHARES = {"share_insufficient": 0.501, "share_elementary": 0.3, "share_adequate": 0.2}


def right() -> list[dict[str, Any]]:
    """Two sittings of 4b reading in which everything holds; row 0 and 3, 1 and 4 are the same schools."""
    slep = {"dependency": "slep", "slep": True, "commune_code": 5101, "slep_transfer_year": 2018}
    return [
        {"rbd": 1, "year": 2018, "score_points": 250.0, **SHARES},
        {"rbd": 2, "year": 2018, "score_points": 270.0, **slep},
        {"rbd": 3, "year": 2018, "score_points": np.nan, "score_status": "too_few", "n_pupils": 1},
        {"rbd": 1, "year": 2022, "score_points": 244.0, "change_points": -6.0, "change_status": "ok",
         "change_significance": -1, **SHARES},
        {"rbd": 2, "year": 2022, "score_points": 271.0, "change_points": 1.0, "change_significance": 0,
         "change_status": "not_representative", **slep},
        {"rbd": 4, "year": 2022, "score_points": 300.0, "n_pupils": 9},
    ]  # fmt: skip


def run(rows: list[dict[str, Any]]) -> pd.DataFrame:
    found = checks(panel(rows), files=FILES)
    return CONTRACTS["checks"].check(found.assign(study="s", source_id="simce", source="real"))


def test_a_right_panel_passes_and_says_what_was_checked() -> None:
    found = run(right())
    assert found["agrees"].all()
    rows = found.set_index(["file", "check"])["rows_checked"].to_dict()
    assert rows["simce4b2018.xlsx - simce4b2022.xlsx", "change_is_difference"] == 2
    assert rows["simce4b2018.xlsx", "standards_sum"] == rows["simce4b2022.xlsx", "standards_pupils"] == 1
    assert rows["simce4b2018.xlsx", "slep_commune"] == 1
    assert found["subject"].isna().tolist() == (found["check"] == "slep_commune").tolist()


@pytest.mark.parametrize(
    ("row", "fault", "check"),
    [
        (3, {"change_points": -5.0}, "change_is_difference"),
        (4, {"change_points": -1.0}, "change_is_difference"),
        (0, {"share_adequate": 0.203}, "standards_sum"),
        (0, {"share_adequate": np.nan}, "standards_sum"),
        (0, {"n_pupils": 9}, "standards_pupils"),
        (0, {"n_pupils": None}, "standards_pupils"),
        (1, {"slep_transfer_year": 2020}, "slep_commune"),
        (1, {"slep_transfer_year": None}, "slep_commune"),
    ],
)
def test_each_fault_fails_its_check_alone(row: int, fault: dict[str, Any], check: str) -> None:
    rows = right()
    rows[row] |= fault
    found = run(rows)
    failed = found[~found["agrees"]]
    assert failed["check"].tolist() == [check]
    assert failed["rows_failed"].tolist() == [1]
    assert failed["found"].iloc[0] == pytest.approx(1 - 1 / failed["rows_checked"].iloc[0])
    named = failing_rows(panel(rows), files=FILES, pseudonym=lambda rbd: f"S{rbd * 7}")
    assert named["school"].tolist() == [f"S{rows[row]['rbd'] * 7}"]
    assert named[["check", "year", "file"]].iloc[0].tolist() == [
        check,
        rows[row]["year"],
        failed["file"].iloc[0],
    ]
    assert "rbd" not in named.columns


def test_bounds_of_the_sum_are_inside() -> None:
    rows = right()
    rows[0] |= {
        "share_insufficient": 0.5,
        "share_elementary": 0.3,
        "share_adequate": 0.202,
    }
    rows[3] |= {"share_adequate": 0.197}
    assert run(rows)["agrees"].all()


def test_nothing_fails_means_no_named_row() -> None:
    assert failing_rows(panel(right()), files=FILES, pseudonym=str).empty


def test_changes_are_not_held_against_a_test_that_is_not_the_one_before() -> None:
    rows = [r | {"year": {2018: 2014, 2022: 2016}[r["year"]], "change_points": 99.0} for r in right()]
    assert "change_is_difference" not in set(run(rows)["check"])  # 4b sat in 2015, whose file is not there


def test_slep_is_checked_only_where_a_transfer_list_and_a_commune_are_known() -> None:
    rows = [r | {"slep_transfer_year": None} for r in right()]
    assert "slep_commune" not in set(run(rows)["check"])
    rows = right()
    rows[1] |= {"commune_code": None, "slep_transfer_year": None}
    assert run(rows).set_index("check").loc["slep_commune", "file"] == "simce4b2022.xlsx"


def test_calendar() -> None:
    assert year_before("4b", "lect", 2022, []) == 2018
    assert year_before("2m", "nat", 2018, []) == 2016 and year_before("2m", "soc", 2017, []) == 2015
    assert year_before("4b", "lect", 2014, []) is None
    assert year_before("4b", "lect", 2014, [2013, 2018]) == 2013  # a file at hand counts
    assert year_before("6b", "lect", 2016, [2014, 2015]) == 2015


@pytest.mark.parametrize(
    ("scores", "agrees"), [((261.5, 262.49), True), ((261.49, 261.49), False), ((262.5, 262.5), False)]
)
def test_press_figure_is_held_to_the_point_and_over_all_scores(
    scores: tuple[float, float], agrees: bool
) -> None:
    # The published mean of 2016 counts every score, also those that are marked as not representative.
    rows = [{"year": 2016, "subject": "mate", "score_points": s} for s in scores]
    rows[1] |= {"score_status": "not_representative"}
    found = run([*rows, {"year": 2016, "subject": "mate", "score_points": np.nan, "score_status": "too_few"}])
    row = found.set_index("check").loc["national_mean"]
    assert (row["expected"], row["agrees"], row["rows_checked"]) == (262.0, agrees, 2)
    assert row["found"] == pytest.approx(sum(scores) / 2) and "press" in row["origin"]


def test_press_figures_are_whole_points_each_with_its_origin() -> None:
    assert len(national_means()) == 6
    for row in national_means():
        assert float(row["mean_points"]).is_integer() and row["origin"]


def test_ive_formula() -> None:
    # 30 + 20 + 10 of 90 pupils: 66.67 %
    first = {
        "first_priority": 30,
        "second_priority": 20,
        "third_priority": 10,
        "enrolment": 90,
        "ive_percent": 66.7,
    }
    frame = pd.DataFrame(
        [first, first | {"ive_percent": 66.6}, first | {"enrolment": 0}, first | {"third_priority": None}]
    )
    row = ive_formula(frame.astype("Float64"), file="ive.csv").iloc[0]
    assert (row["rows_checked"], row["rows_failed"], row["agrees"]) == (3, 2, False)
    assert ive_formula(frame.iloc[:1], file="ive.csv")["agrees"].tolist() == [True]
    assert ive_formula(frame.iloc[2:3], file="ive.csv").empty
