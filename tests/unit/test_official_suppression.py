"""Withheld results of official files: an attacker who has all tables, and what one table withholds no other shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from official_panels import changes_of, gaps_of, panel, schools, spread_of, trends_of

from trenza.official.policy_study import policy_counts, policy_verdicts, sep_alternatives


def small_groups(seed: int) -> pd.DataFrame:
    """Two sittings with groups of every size, some schools withheld, some without standards."""
    draw = np.random.default_rng(seed)
    rows = []
    for year in (2018, 2022):
        for i, row in enumerate(schools(60, seed + year), 1):
            shares = {"share_insufficient": 0.5, "share_elementary": 0.3, "share_adequate": 0.2}
            rows.append(
                row
                | {"rbd": i, "year": year, "ses_group": draw.choice(5, p=[0.03, 0.07, 0.1, 0.3, 0.5]) + 1}
                | {
                    "dependency": draw.choice(
                        ["municipal", "private", "slep", "delegated"], p=[0.7, 0.2, 0.06, 0.04]
                    )
                }
                | (shares if draw.random() < 0.7 else {})
                | ({"score_status": "too_few", "score_points": np.nan} if draw.random() < 0.15 else {})
            )
    return panel(rows)


def determined(rows: list[np.ndarray], unknown: int) -> bool:
    """Whether the linear equations fix an unknown: its unit vector lies in the span of the rows."""
    matrix = np.array(rows)
    unit = np.zeros(matrix.shape[1])
    unit[unknown] = 1.0
    return bool(np.linalg.matrix_rank(np.vstack([matrix, unit])) == np.linalg.matrix_rank(matrix))


@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_result_can_be_solved_for_from_all_tables_together(seed: int) -> None:
    """Unknown is the sum of each level's results, by term; how many schools and pupils it has the attacker knows.

    Every shown number of a level is an equation, and so is the total of ``all``. A sum over withheld levels that
    does follow rests on ``min_cell`` schools or more.
    """
    frame = small_groups(seed)
    tables = [trends_of(frame, 5), spread_of(frame, 5)]
    shown = pd.concat(tables).assign(term=lambda t: t["term"].fillna("plain"))
    shown = shown[shown["term"].isin(["mean_points", "plain", "share_insufficient", "share_adequate"])]
    shown["suppressed"] = shown["suppressed"].astype(bool)
    total = shown[shown["breakdown"] == "all"].set_index(["year", "term"])["schools"]
    attacked = 0
    for (year, breakdown, term), part in shown[shown["breakdown"] != "all"].groupby(
        ["year", "breakdown", "term"]
    ):
        hidden = part["suppressed"].to_numpy(dtype=bool)
        unit = np.eye(len(part))
        equations = [np.ones(len(part)), *unit[~hidden]]
        for i in np.flatnonzero(hidden):
            assert not determined(equations, int(i)), (breakdown, part["level"].iloc[i])
            attacked += 1
        if hidden.any():
            assert total[year, term] - part["schools"].sum() >= 5
    assert attacked


@pytest.mark.parametrize("seed", range(4))
def test_what_one_table_withholds_no_other_shows(seed: int) -> None:
    frame = small_groups(seed)
    spread = spread_of(frame, 5)
    hidden = {(r.year, r.breakdown, r.level) for r in spread[spread["suppressed"]].itertuples()}
    assert hidden
    found = trends_of(frame, 5)
    # how many have no valid score is no result
    for row in found[~found["term"].str.contains("withheld")].itertuples():
        first = (row.since_year, row.breakdown, row.level) in hidden
        if (row.year, row.breakdown, row.level) in hidden or first:
            assert row.suppressed, row
    for row in gaps_of(frame, 5).itertuples():
        involved = {(y, row.breakdown, g) for y in (row.year, row.since_year) for g in (row.upper, row.lower)}
        assert row.suppressed == bool(involved & hidden)
    for row in changes_of(frame, 5).itertuples():
        if {(row.year, row.breakdown, row.level), (row.since_year, row.breakdown, row.level)} & hidden:
            assert row.suppressed


def test_withheld_rows_hold_no_number() -> None:
    frame = small_groups(3)
    names = {"year", "since_year", "ci_level"}
    for rows in (
        trends_of(frame, 5),
        gaps_of(frame, 5),
        spread_of(frame, 5),
        changes_of(frame, 5),
    ):
        numbers = (
            rows.loc[rows["suppressed"].astype(bool)]
            .select_dtypes("number")
            .drop(columns=names, errors="ignore")
        )
        assert len(numbers) and numbers.isna().all(axis=None)
        shown = rows.loc[~rows["suppressed"].astype(bool)]
        counted = "schools" if "schools" in shown else "schools_upper"
        assert (shown[counted] >= 5).all()


def test_a_group_withheld_in_the_year_before_has_no_change() -> None:
    rows = [
        r | {"rbd": i, "year": year, "ses_group": 1 if i < few else 2 if i < 20 else 3}
        for year, few in ((2018, 3), (2022, 10))
        for i, r in enumerate(schools(60, year))
    ]
    found = changes_of(panel(rows), 5).set_index(["breakdown", "level"])["suppressed"]
    assert found["ses_group"].to_dict() == {"1": True, "2": True, "3": False}


def test_policy_counts_withhold_within_each_setting_and_leave_out_what_changes_nothing() -> None:
    """Reading and mathematics of 12 schools in three tests: one lies far above the mean, the rest below."""
    rows = [
        {"rbd": i, "year": year, "subject": subject, "score_points": 250.0 + (44 if i == 1 else 0)}
        for i in range(1, 13)
        for year in (2016, 2017, 2018)
        for subject in ("lect", "mate")
    ]
    frame = panel(rows)

    def counts(settings: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
        found, _ = policy_verdicts(frame, {}, settings)
        counted = policy_counts(found, sep_alternatives(frame, found, settings), min_cell=1)
        counted = counted[(counted["rule"] == "sep_class") & (counted["year"] == 2018)]
        return {s: p.set_index("result")["schools"].to_dict() for s, p in counted.groupby("setting")}

    # the mean lies 44 / 12 = 3.67 points above the eleven: a margin of 5 takes them out of recovery
    found = counts({})
    assert found["as declared"] == {"autonomous": 1, "in_recovery": 11}
    assert found["margin_points 5"] == {"autonomous": 1, "emergent": 11}
    assert set(found) == {
        "as declared", "margin_points 5", "margin_points 10", "combine each", "mean_of schools",
        "min_tested 10", "min_tested 20", "years_required 2",
    }  # fmt: skip
    declared = counts({"sep_class": {"margin_points": 5, "years": 2, "years_required": 2}})
    assert declared["as declared"] == {"autonomous": 1, "emergent": 11}
    assert not {"margin_points 5", "years_required 2"} & set(declared)
    # two of one year contradict, so that setting is left out
    assert "years_required 2" not in counts({"sep_class": {"years": 1, "years_required": 1}})
    verdicts, _ = policy_verdicts(frame, {}, {})
    hidden = policy_counts(verdicts, sep_alternatives(frame, verdicts, {}), min_cell=5)
    assert hidden.loc[
        (hidden["rule"] == "sep_class") & (hidden["result"] == "autonomous"), "suppressed"
    ].all()


def test_without_a_class_there_is_nothing_to_vary() -> None:
    frame = panel([{"year": 2018}, {"year": 2018, "subject": "mate"}])
    verdicts, _ = policy_verdicts(frame, {}, {})
    assert sep_alternatives(frame, verdicts, {}).empty
    counted = policy_counts(verdicts, sep_alternatives(frame, verdicts, {}), min_cell=1)
    assert set(counted["setting"]) == {"as declared"}


def test_a_gap_whose_group_was_withheld_in_its_first_year_has_no_change() -> None:
    rows = [
        r | {"rbd": i, "year": year, "ses_group": 1 if i < few else 2 if i < 20 else 5}
        for year, few in ((2018, 3), (2022, 10))
        for i, r in enumerate(schools(60, year))
    ]
    found = gaps_of(panel(rows), 5).set_index(["year", "term"])["suppressed"]
    assert found.to_dict() == {
        (2018, "gap_points"): True,
        (2022, "gap_points"): False,
        (2022, "change_points"): True,
    }
