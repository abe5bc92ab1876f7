"""A user's list of schools on the official files: read, joined, counted; and the score by which schools were chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from panel_cases import design, quick

from trenza.contracts.faults import InputFaults
from trenza.effects.list_panel import list_panel
from trenza.effects.panel_models import ancova_rows
from trenza.effects.panel_study import declared_panel
from trenza.questionnaire.school_list import read_school_list

NAMES = {"rbd": "RBD", "first_year": "ingreso"}
YEARS = [2009, 2010, 2011, 2012]
PANEL: dict[str, Any] = {
    "id": "pac", "source": "official", "participants": "listed", "unit": "rbd", "year": "year", "outcome": "score_points",
    "treated_in": "first_year", "assignment": "rbd", "pool": "never", "grade": "4b", "subject": "mate", "chosen_by": "score",
    "baseline_years": [2009, 2010], "outcome_years": [2011], "estimand": {"en": "effect", "es": "efecto"},
    "estimators": ["gain", "ancova", "weighting"], "discontinuities": [], "balance_on": [], "chosen_on": "both_subjects",
    "dependencies": ["municipal"], "placebo_outcomes": [{"id": "eighth", "grade": "8b"}], "specifications": {},
}  # fmt: skip


def typed(*rows: tuple[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["RBD", "ingreso"], index=range(2, len(rows) + 2))


def test_a_list_is_read_with_and_without_check_digits() -> None:
    found = read_school_list(typed(("1.002", "2012"), (" 7-8", "2011"), (40, 2011)), NAMES, file="pac.csv")
    assert found.to_dict("list") == {"rbd": [7, 40, 1002], "first_year": [2011, 2011, 2012]}
    alone = read_school_list(typed(("7", "")), {"rbd": "RBD"}, file="pac.csv")
    assert alone["first_year"].isna().all()


def test_unreadable_and_doubled_schools_are_told_all_at_once() -> None:
    rows = typed(
        ("7", "2011"), ("siete", "2011"), ("7-8", "2012"), (None, "2011"), ("40-1", "2011"), ("41", "soon")
    )
    with pytest.raises(InputFaults) as caught:
        read_school_list(rows, NAMES, file="pac.csv")
    said = str(caught.value)
    assert said.startswith("5 faults found")
    for words in (
        "pac.csv, row 3, column RBD: found a cell that is no RBD",
        "pac.csv, row 4, column RBD: found a school that stands in row 2 already; allowed: each school once",
        "pac.csv, row 5, column RBD: found a blank",
        "pac.csv, row 6, column RBD: found an RBD whose check digit does not fit",
        "pac.csv, row 7, column ingreso: found 'soon'",
    ):
        assert words in said, said
    with pytest.raises(InputFaults, match="no such column"):
        read_school_list(typed(("7", "2011")).rename(columns={"RBD": "escuela"}), NAMES, file="pac.csv")
    with pytest.raises(InputFaults, match="no school"):
        read_school_list(typed(), NAMES, file="pac.csv")


def files(n: int = 60) -> pd.DataFrame:
    """Official rows of 4th grade in two subjects and of 8th grade in one; schools 1 to 20 gain 4 points from 2011 on in 4th grade."""
    random = np.random.default_rng(7)
    rows = []
    for rbd in range(1, n + 1):
        level = random.normal(242.0 if rbd <= 20 else 246.0, 6.0)
        for grade, subject in (("4b", "mate"), ("4b", "lect"), ("8b", "mate")):
            for year in YEARS:
                gain = 4.0 * (rbd <= 20 and year >= 2011 and grade == "4b")
                rows.append(
                    {
                        "rbd": rbd, "year": year, "grade": grade, "subject": subject, "score_points": level + gain + random.normal(0.0, 2.0),
                        "score_status": "ok", "n_pupils": 30, "dependency": "private" if rbd == n else "municipal", "commune_code": rbd % 7,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def run(listed: pd.DataFrame, **changes: Any) -> dict[str, pd.DataFrame]:
    nothing = pd.DataFrame(columns=["commune_code", "slep_code", "transfer_year"])
    return declared_panel(
        {**PANEL, **changes}, {"listed": listed}, {"official": (files(), nothing)}, study="pac", kind="real", design={},
        ci_level=0.95, min_cell=10, seed=1,
    )  # fmt: skip


def test_a_list_and_the_files_give_the_effect_and_its_placebo() -> None:
    listed = pd.DataFrame({"rbd": [*range(1, 21), 60, 900, 901], "first_year": 2011}).astype(
        {"first_year": "Int64"}
    )
    tables = run(listed)
    flow = tables["panel_flow"].set_index("step")
    assert flow.loc["listed", "treated"] == 23 and flow.loc["listed_not_in_files", "treated"] == 2
    assert flow.loc["listed_other_kind", "treated"] == 1 and flow.loc[
        "used", ["treated", "comparison"]
    ].tolist() == [20, 39]
    assert flow["position"].tolist() == list(range(1, len(flow) + 1))
    found = tables["panel_effects"].set_index("estimator")
    assert found["role"].to_dict() == {"gain": "unsafe", "ancova": "called_for", "weighting": "beside"}
    for name in ("ancova", "weighting"):
        assert found.loc[name, "ci_low"] < 4.0 < found.loc[name, "ci_high"] and found.loc[name, "ci_low"] > 0
    placebo = tables["panel_placebo"].query("placebo_outcome == 'eighth'").set_index("estimator")
    assert abs(placebo.loc["ancova", "estimate"]) < 2.0 and placebo.loc["ancova", "holds_zero"]
    assert (
        tables["panel_placebo"]["placebo_year"].isna().all()
    )  # 2010 is one of the scores by which they were chosen
    # a list without years, and one year for all
    same = run(listed.assign(first_year=pd.NA).astype({"first_year": "Int64"}), treated_in=2011)
    assert same["panel_effects"]["estimate"].tolist() == tables["panel_effects"]["estimate"].tolist()


def test_both_subjects_are_there_where_both_were_tested() -> None:
    rows = files(3)
    rows.loc[(rows["rbd"] == 2) & (rows["subject"] == "lect") & (rows["year"] == 2010), "score_status"] = (
        "withheld"
    )
    nobody = pd.DataFrame({"rbd": [1], "first_year": pd.array([2011], dtype="Int64")})
    table, _ = list_panel(
        rows, nobody, grade="4b", subject="mate", years=YEARS, dependencies=["municipal"], started=None
    )
    one = table[(table["rbd"] == 1) & (table["year"] == 2009)].iloc[0]
    pair = rows.query("rbd == 1 and year == 2009 and grade == '4b'")["score_points"]
    assert one["both_subjects"] == pytest.approx(pair.mean())
    assert table.loc[(table["rbd"] == 2), "both_subjects"].isna().tolist() == [False, True, False, False]


def test_files_without_the_years_of_the_programme_are_told_plainly() -> None:
    listed = pd.DataFrame({"rbd": range(1, 21), "first_year": 2011}).astype({"first_year": "Int64"})
    with pytest.raises(InputFaults) as caught:
        run(listed, outcome_years=[2011, 2013])
    assert (
        "2013, in which 4b mate score_points was never tested; allowed: years at hand: 2009, 2010, 2011, 2012"
        in str(caught.value)
    )
    with pytest.raises(InputFaults) as caught:
        run(listed, placebo_outcomes=[{"id": "tenth", "grade": "2m"}], outcome_years=[2014])
    assert len(caught.value.faults) == 2
    assert "placebo_outcomes.tenth, column grade: found 2m mate, of which there is no row; allowed: at hand: 4b lect, 4b mate, 8b mate" in str(caught.value)  # fmt: skip
    with pytest.raises(InputFaults, match="no treated school with a score"):
        run(listed.assign(rbd=range(900, 920)))


def test_the_score_of_the_choice_takes_out_what_the_outcome_alone_cannot() -> None:
    """Chosen by the mean of two noisy subjects, outcome one of them: ANCOVA on its own baseline takes too much or too little away."""
    made = {"baseline_years": (2001,), "outcome_years": (2002,), "assignment": "school"}
    plain, both = design(**made), design(**made, chosen_on="mean")
    errors = []
    for seed in range(25):
        random = np.random.default_rng(seed)
        level = random.normal(0.0, 5.0, 300)
        math, read, later = (level + random.normal(0.0, 6.0, 300) for _ in range(3))
        school = pd.DataFrame({"school": range(300), "commune": range(300), "treated_in": pd.array(np.where(math + read < -4.0, 2002, -1), dtype="Int64")})  # fmt: skip
        school = school.assign(treated_in=school["treated_in"].mask(school["treated_in"] < 0))
        rows = quick(pd.concat([school.assign(year=2001, score=math), school.assign(year=2002, score=later)]))
        rows = rows.assign(on_mean=np.repeat((math + read) / 2.0, 2))
        errors.append([ancova_rows(d, rows, ci_level=0.95)[0]["estimate"] for d in (plain, both)])
    mean, noise = np.mean(errors, axis=0), np.std(errors, axis=0) / 5.0
    assert abs(mean[0]) > 6.0 * noise[0] and abs(mean[1]) < 3.5 * noise[1]
