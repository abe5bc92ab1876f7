"""A panel against its design: each fault in plain words, all at once, and a flow that adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from panel_cases import by_hand, design

from trenza.contracts.effect_tables import EFFECT_CONTRACTS
from trenza.contracts.faults import InputFaults
from trenza.effects.panel_check import USED, check_panel
from trenza.effects.panel_design import PanelDesign


def faults(frame: pd.DataFrame, **changes: Any) -> str:
    with pytest.raises(InputFaults) as refused:
        check_panel(design(**changes), frame, study="made")
    return str(refused.value)


def test_rows_used_are_sorted_and_complete() -> None:
    used, flow = check_panel(design(), by_hand().sample(frac=1.0, random_state=1), study="made")
    assert tuple(used.columns) == USED
    assert list(used["unit"].unique()) == ["a", "b", "c", "d", "e", "f"]
    assert set(used["cohort"]) == {0, 2003, 2004}
    assert (used["weight"] == 1.0).all()
    counts = flow.set_index("step")
    assert counts.loc["used", ["treated", "comparison", "rows"]].tolist() == [4, 2, 24]
    assert counts.loc["every_year", ["treated", "comparison", "rows"]].tolist() == [4, 2, 24]


def test_a_design_comes_from_the_keys_of_a_study() -> None:
    made = PanelDesign.of(
        {
            "id": "p", "unit": "rbd", "year": "year", "outcome": "y", "treated_in": "t", "assignment": "c",
            "baseline_years": [2002, 2001], "outcome_years": [2003], "estimand": "e", "estimators": ["gain"],
        }
    )  # fmt: skip
    assert made.years == (2001, 2002, 2003)
    assert made.called_for == "group_time"
    assert design(chosen_by="lot").called_for == design(chosen_by="score").called_for == "ancova"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(treated_in=f["treated_in"].mask(f["school"] == "c", 2001)), "1 unit treated in or before 2001"),
        (lambda f: f.assign(treated_in=f["treated_in"].fillna(2004)), "no comparison school with a score"),
        (lambda f: f.assign(treated_in=f["treated_in"].where(f["school"] == "c")), "one treated school with a score"),
        (lambda f: f.assign(treated_in=pd.NA), "no treated school with a score"),
        (lambda f: f.assign(treated_in=2004.5), "24 such as 2004.5; allowed: a year or blank"),
        (lambda f: f.assign(score="good"), "24 such as 'good'; allowed: finite numbers and blanks"),
        (lambda f: pd.concat([f, f[:1]]), "1 rows of a unit and year that is there already"),
        (lambda f: f.assign(commune=f["commune"].mask(f["year"] == 2002, "port")), "6 units with more than one value"),
        (lambda f: f.drop(columns="commune"), "no such column"),
        (lambda f: f.assign(school=f["school"].mask(f["school"] == "a")), "blank in 4 rows"),
    ],
)  # fmt: skip
def test_bad_data_are_refused_in_plain_words(change: Any, message: str) -> None:
    assert message in faults(change(by_hand()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome_years": (2003, 2020)}, "2020, in which score was never tested; allowed: years at hand: 2001, 2002, 2003, 2004"),
        ({"grade": "4b"}, "no such column"),
        ({"baseline_years": ()}, "at least one year before treatment begins"),
        ({"baseline_years": (2001, 2003), "outcome_years": (2004,)}, "2003, when some schools are treated already; allowed: years before 2003"),
        ({"baseline_years": (2001,), "outcome_years": (2002,)}, "no treated school"),
        ({"baseline_years": (2001, 2003)}, "2003 among the baseline years too"),
        ({"pool": "all"}, "'all'; allowed: one of never, not_yet"),
        ({"chosen_by": "friends"}, "'friends'; allowed: one of lot, score, cutoff, other"),
        ({"estimand": " "}, "what is estimated, in words"),
    ],
)  # fmt: skip
def test_bad_designs_are_refused_in_plain_words(changes: dict[str, Any], message: str) -> None:
    assert message in faults(by_hand(), **changes)


def test_a_grade_never_tested_and_one_never_tested_in_that_year() -> None:
    frame = pd.concat([by_hand().assign(grade="4b"), by_hand().query("year < 2003").assign(grade="8b")])
    assert "2m, of which there is no row; allowed: 4b, 8b" in faults(frame, grade="2m")
    assert "2003, in which 8b score was never tested" in faults(frame, grade="8b")
    used, _ = check_panel(design(grade="4b"), frame, study="made")
    assert len(used) == 24


def test_all_faults_come_at_once() -> None:
    said = faults(by_hand(), pool="all", estimand="", baseline_years=())
    assert said.startswith("3 faults found")


def test_schools_that_show_no_change_are_left_out_and_counted() -> None:
    frame = by_hand()
    frame.loc[(frame["school"] == "a") & (frame["year"] > 2001), "score"] = np.nan  # a single year
    extra = by_hand().query("school in ['b', 'c', 'd']").assign(school=lambda f: f["school"] * 2)
    extra.loc[(extra["school"] == "cc") & (extra["year"] < 2003), "score"] = np.nan  # no year before
    extra.loc[(extra["school"] == "dd") & (extra["year"] > 2002), "score"] = np.nan  # no year after
    extra.loc[(extra["school"] == "bb") & (extra["year"] == 2002), "score"] = np.nan  # a gap
    used, flow = check_panel(design(), pd.concat([frame, extra]), study="made")
    steps = flow.set_index("step")
    assert steps.loc["left_out_no_score", ["treated", "comparison", "rows"]].tolist() == [2, 2, 8]
    assert steps.loc["left_out_no_year_before", ["treated", "comparison", "rows"]].tolist() == [1, 0, 2]
    assert steps.loc["left_out_no_year_after", ["treated", "comparison", "rows"]].tolist() == [1, 0, 2]
    assert steps.loc["left_out_single_year", ["treated", "comparison", "rows"]].tolist() == [0, 1, 1]
    assert steps.loc["missing_between", ["treated", "comparison"]].tolist() == [0, 1]
    left = flow[flow["step"].str.startswith("left_out_no_year") | (flow["step"] == "left_out_single_year")]
    observed = steps.loc["observed"]
    assert observed["rows"] - left["rows"].sum() == steps.loc["used", "rows"] == len(used)


def test_opened_closed_and_changed_dependency() -> None:
    frame = by_hand().assign(dependency="municipal")
    frame.loc[(frame["school"] == "a") & (frame["year"] == 2001), "score"] = np.nan
    frame.loc[(frame["school"] == "b") & (frame["year"] == 2004), "score"] = np.nan
    frame.loc[(frame["school"] == "c") & (frame["year"] == 2004), "dependency"] = "subsidised"
    steps = check_panel(design(dependency="dependency"), frame, study="made")[1].set_index("step")
    assert steps.loc["opened", ["treated", "comparison"]].tolist() == [0, 1]
    assert steps.loc["closed", ["treated", "comparison"]].tolist() == [0, 1]
    assert steps.loc["changed_dependency", ["treated", "comparison"]].tolist() == [1, 0]


def test_a_start_after_the_last_year_is_comparison_or_left_out() -> None:
    frame = by_hand()
    frame.loc[frame["school"] == "f", "treated_in"] = 2030
    used, _ = check_panel(design(pool="not_yet"), frame, study="made")
    assert set(used.loc[used["unit"] == "f", "cohort"]) == {0}
    used, flow = check_panel(design(pool="never"), frame, study="made")
    assert "f" not in set(used["unit"])
    steps = flow.set_index("step")
    assert steps.loc["left_out_treated_after_last_year", ["comparison", "rows"]].tolist() == [1, 4]


def test_weights_are_of_the_baseline_and_constant() -> None:
    frame = by_hand()
    frame["pupils"] = frame["year"] - 2000.0  # 1, 2, 3, 4
    frame.loc[(frame["school"] == "e") & (frame["year"] == 2002), "pupils"] = 0.0  # tested nobody: no weight
    used, flow = check_panel(design(weights="pupils"), frame, study="made")
    assert set(used.loc[used["unit"] == "a", "weight"]) == {1.5}
    assert set(used.loc[used["unit"] == "e", "weight"]) == {1.0}
    assert used.loc[used["unit"] == "a", "pupils"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert flow.set_index("step").loc["left_out_no_pupils", "rows"] == 1


def test_nothing_is_changed_in_the_table_that_was_given() -> None:
    frame = by_hand()
    before = frame.copy()
    check_panel(design(weights="pupils"), frame, study="made")
    pd.testing.assert_frame_equal(frame, before)


def test_the_contracts_name_their_columns_once() -> None:
    for contract in EFFECT_CONTRACTS.values():
        assert len(set(contract.names)) == len(contract.names)
        assert set(contract.key) <= set(contract.names)


def test_later_starters_are_comparison_enough_where_the_design_says_so() -> None:
    frame = by_hand().query("school not in ['a', 'b']")
    used, _ = check_panel(design(pool="not_yet"), frame, study="made")
    assert set(used["cohort"]) == {2003, 2004}
    assert "no comparison school with a score; allowed: schools never treated" in faults(frame)
    alone = frame.query("school in ['c', 'd']")
    assert "no comparison school" in faults(alone, pool="not_yet")
