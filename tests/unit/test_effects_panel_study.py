"""Panels of study.yaml through the model stage: wide and long files, one start for all, official years; bad designs in plain words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from panel_cases import by_hand

from trenza.contracts.faults import InputFaults
from trenza.effects.panel_study import school_years, years_at_hand
from trenza.effects.study import model_study

PANEL: dict[str, Any] = {
    "id": "made", "source": "schools", "unit": "school", "year": "year", "outcome": "score", "treated_in": "treated_in",
    "assignment": "school", "pool": "never", "baseline_years": [2001, 2002], "outcome_years": [2003, 2004], "chosen_by": "other",
    "estimand": {"en": "mean effect", "es": "efecto medio"}, "estimators": ["gain", "ancova", "group_time"], "discontinuities": [], "balance_on": [], "placebo_outcomes": [], "specifications": {},
}  # fmt: skip
DESIGN = {"group": "group", "participants": "treated", "control": "other"}
CUT = {
    "id": "cut",
    "source": "cut",
    "outcome": "score",
    "running": "distance",
    "cutoff": 0,
    "eligible": "below",
    "bandwidth": 5,
}


def run(
    data: dict[str, pd.DataFrame], *panels: dict[str, Any], cuts: tuple[dict[str, Any], ...] = ()
) -> dict[str, pd.DataFrame]:
    sources = {sid: {"kind": "published", "holds": "records"} for sid in data}
    return model_study(
        data, study="made", sources=sources, design=DESIGN, models=[], discontinuities=cuts, regression_to_the_mean=[],
        panels=panels, official={}, ci_level=0.95, min_cell=1, seed=1,
    )  # fmt: skip


def wide() -> pd.DataFrame:
    """Four schools of ``by_hand`` with one row each: never treated, and treated from 2003 on."""
    frame = by_hand()
    frame = frame[frame["school"].isin(list("abcd"))]
    out = frame.pivot(index="school", columns="year", values="score").add_prefix("y").reset_index()
    return out.assign(group=["other", "other", "treated", "treated"])


def test_a_file_of_one_row_a_school_gives_what_its_long_form_gives() -> None:
    by_year = {"2001": "y2001", "2002": "y2002", "2003": "y2003", "2004": "y2004"}
    across = {k: v for k, v in PANEL.items() if k != "year"} | {"by_year": by_year, "treated_in": 2003}
    long = by_hand()[lambda d: d["school"].isin(list("abcd"))]
    one = run({"schools": wide()}, across)
    other = run({"schools": long}, PANEL)
    for name in (t for t in one if t.startswith("panel_")):
        pd.testing.assert_frame_equal(one[name], other[name])
    # by hand: against +1, +1.5 a year of a and b, c and d changed by 5 and then 3
    overall = one["panel_effects"].set_index("term")["estimate"]
    assert overall["group_time_event_+0"] == pytest.approx(4.0)


def test_schools_whose_participation_is_not_known_are_left_out() -> None:
    frame = wide().assign(group=["other", None, "treated", "treated"])
    across = {**PANEL, "by_year": {"2001": "y2001", "2003": "y2003"}, "treated_in": 2003}
    rows = school_years(frame, across, DESIGN)
    assert sorted(rows["school"].unique()) == ["a", "c", "d"]
    assert rows.groupby("school")["first_year"].first().to_dict() == {"a": None, "c": 2003, "d": 2003} or (
        rows.loc[rows["school"] == "a", "first_year"].isna().all()
    )
    assert sorted(rows["year"].unique()) == [2001, 2003]


def test_bad_designs_are_all_told_at_once_in_plain_words() -> None:
    frame = by_hand().assign(grade="4b")
    starts = frame["treated_in"]
    early = frame.assign(treated_in=starts.mask(frame["school"] == "c", 2001))
    nobody = frame[starts == 2003]
    alone = frame[frame["school"].isin(["a", "b", "c"])]
    side = wide().assign(score=[1.0, 2.0, 3.0, 4.0], distance=[1.0, 2.0, 3.0, 4.0])
    data = {"schools": frame, "early": early, "nobody": nobody, "alone": alone, "cut": side}
    panels = [
        {**PANEL, "id": "too_early", "source": "early"},
        {**PANEL, "id": "no_comparison", "source": "nobody"},
        {**PANEL, "id": "one_school", "source": "alone"},
        {**PANEL, "id": "no_test", "grade": "4b", "outcome_years": [2003, 2020]},
    ]
    with pytest.raises(InputFaults) as caught:
        run(data, *panels, cuts=(CUT,))
    said = str(caught.value)
    assert said.startswith("5 faults found, nothing was computed:")
    for words in (
        "panels.too_early, column treated_in: found 1 unit treated in or before 2001, the first year used",
        "panels.no_comparison, column treated_in: found no comparison school with a score",
        "panels.one_school, column treated_in: found one treated school with a score; allowed: 2 or more",
        "panels.no_test, column outcome_years: found 2020, in which 4b score was never tested; allowed: years at hand: 2001, 2002, 2003, 2004",
        "discontinuities.cut, column distance: found no unit below 0, the cut-off, of 4; allowed: units on both sides",
    ):
        assert words in said, said
    assert "Traceback" not in said
    # the running variable alone, whoever took part: one side without units, and one without units near the cut-off
    sharp = pd.DataFrame(
        {
            "distance": [1.0, 2.0, 3.0, -9.0],
            "score": [1.0, 2.0, 3.0, 4.0],
            "group": ["other"] * 3 + ["treated"],
        }
    )
    for rows, words in (
        (sharp[:3], "no unit below 0, the cut-off, of 3"),
        (sharp[3:], "no unit above 0, the cut-off, of 1"),
        (sharp, "no eligible unit within the bandwidth"),
    ):
        with pytest.raises(InputFaults) as caught:
            run({"cut": rows}, cuts=(CUT,))
        assert words in str(caught.value) and "None" not in str(caught.value)
    with pytest.raises(InputFaults, match="years at hand: none"):
        run({"schools": frame.assign(score=float("nan"))}, PANEL)


def test_official_years_at_hand_are_split_at_the_first_transfer() -> None:
    tests = pd.DataFrame(
        {
            "grade": "4b",
            "subject": "mate",
            "year": [2014, 2016, 2018, 2022],
            "score_points": [250.0, 251.0, None, 249.0],
        }
    )
    communes = pd.DataFrame({"transfer_year": [2018, 2030]})
    panel = {
        "id": "x",
        "grade": "4b",
        "subject": "mate",
        "baseline_years": "at_hand",
        "outcome_years": "at_hand",
    }
    found = years_at_hand(panel, tests, communes, "made")
    assert found == {"baseline_years": (2014, 2016), "outcome_years": (2022,)}
    assert years_at_hand({**panel, "outcome_years": [2022]}, tests, communes, "made")["outcome_years"] == (
        2022,
    )
    with pytest.raises(InputFaults, match="found 4b mate of 2022; allowed: a test before 2018"):
        years_at_hand(panel, tests[tests["year"] > 2018], communes, "made")


def test_a_placebo_outcome_is_estimated_as_the_outcome_is() -> None:
    """8th grade, where the programme did not work: all schools rise by 1 a year, and those of east and west by 2 more in 2003."""
    frame = by_hand()
    other = frame.assign(score=200.0 + frame["year"] - 2001.0)
    other.loc[other["school"].isin(["c", "d"]) & (other["year"] >= 2003), "score"] += 2.0
    rows = pd.concat([frame.assign(grade="4b"), other.assign(grade="8b")], ignore_index=True)
    eighth = {"id": "eighth", "grade": "8b"}
    panel = {**PANEL, "grade": "4b", "estimators": ["group_time"], "placebo_outcomes": [eighth]}
    found = run({"schools": rows[~rows["school"].isin(["e", "f"])]}, panel)["panel_placebo"]
    real, start, placebo = (r for _, r in found.iterrows())
    assert (real["estimate"], start["placebo_year"], placebo["placebo_outcome"]) == (
        pytest.approx(4.5),
        2002,
        "eighth",
    )
    assert placebo["estimate"] == pytest.approx(2.0) and start["estimate"] == pytest.approx(0.0)
    by_itself = run({"schools": rows[~rows["school"].isin(["e", "f"])]}, {**PANEL, "grade": "8b"})[
        "panel_effects"
    ]
    assert by_itself.set_index("term").loc["group_time_overall", "estimate"] == pytest.approx(2.0)
    with pytest.raises(
        InputFaults,
        match=r"panels.made.placebo_outcomes.eighth, column grade: found 2m, of which there is no row; allowed: 4b, 8b",
    ):
        run({"schools": rows}, {**panel, "placebo_outcomes": [{**eighth, "grade": "2m"}]})
