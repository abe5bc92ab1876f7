"""Mistakes in ``panels:`` of study.yaml, each with the message that it gets before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.study_files import read_yaml
from trenza.project import load_project

P900, SLEP = "config/studies/p900/study.yaml", "config/studies/slep/study.yaml"
PAC = "config/studies/pac2011/study.yaml"
MISTAKES = [
    ("source", P900, "    source: urban_schools\n    unit", "    source: urban\n    unit", ["panels.0.source", "'urban'", "urban_schools"]),
    ("unit", P900, "    unit: school\n", "    unit: rbd\n", ["panels.0.unit", "'rbd'", "school"]),
    ("outcome", P900, "    outcome: reading\n", "    outcome: lectura\n", ["panels.0.outcome", "'lectura'", "items.csv"]),
    ("column of a year", P900, '"1990": cas90', '"1990": cas9', ["panels.0.by_year.1990", "'cas9'", "cas90"]),
    ("year that is no year", P900, '"1990": cas90', '"90": cas90', ["panels.0.by_year", "'90'"]),
    ("year without a column", P900, "    outcome_years: [1990]", "    outcome_years: [1991]", ["panels.0.outcome_years", "1991", "1988, 1990"]),
    ("baseline after the start", P900, "    baseline_years: [1988]", "    baseline_years: [1988, 1990]", ["panels.0.baseline_years", "years before 1990"]),
    ("two ways to give years", P900, '    by_year: {"1988"', '    year: region\n    by_year: {"1988"', ["panels.0"]),
    ("cut-off without its analysis", P900, "    discontinuities: [reading_gain_1990]\n", "", ["panels.0.discontinuities", "cutoff"]),
    ("unknown discontinuity", P900, "[reading_gain_1990]", "[reading_gain_90]", ["panels.0.discontinuities", "'reading_gain_90'", "reading_gain"]),
    ("estimator", P900, "[gain, ancova, weighting, group_time]", "[gain, matching]", ["panels.0.estimators.1", "'matching'", "imputation"]),
    ("covariate", P900, "    balance_on: [mat88]", "    balance_on: [mat8]", ["panels.0.balance_on.0", "'mat8'", "mat88"]),
    ("covariate that nobody uses", P900, "[gain, ancova, weighting, group_time]", "[gain, ancova]", ["panels.0.balance_on", "weighting"]),
    ("placebo without its columns", P900, "    discontinuities: [reading_gain_1990]\n", "    discontinuities: [reading_gain_1990]\n    placebo_outcomes: [{id: other, outcome: mathematics}]\n", ["panels.0.placebo_outcomes.0.by_year", "columns of this outcome"]),
    ("placebo of a column that is none", P900, "    discontinuities: [reading_gain_1990]\n", "    discontinuities: [reading_gain_1990]\n    placebo_outcomes: [{id: other, by_year: {'1988': cas88, '1990': cas80}}]\n", ["panels.0.placebo_outcomes.0.by_year.1990", "'cas80'"]),
    ("choice of years", P900, "    discontinuities: [reading_gain_1990]\n", "    discontinuities: [reading_gain_1990]\n    specifications: {outcome_years: [[1992]], counting: [pupils], estimators: [growth]}\n", ["panels.0.specifications.outcome_years", "found 1992; allowed: years of this panel: 1990", "specifications.counting", "specifications.estimators"]),
    ("placebo grade of official files", SLEP, "    chosen_by: other\n", "    chosen_by: other\n    placebo_outcomes: [{id: eighth, grade: 8b}, {id: eighth, subject: lect}]\n", ["panels.0.placebo_outcomes.1.id", "a second time"]),
    ("list that is none", PAC, "    participants: participants\n", "    participants: claims\n", ["panels.0.participants", "'claims'", "participants"]),
    ("year that the list does not give", PAC, "{rbd: rbd, first_year: first_year}", "{rbd: rbd}", ["panels.0.treated_in", "'first_year'", "the year in which all of them began"]),
    ("list without its columns", PAC, "    school_list: {rbd: rbd, first_year: first_year}", "    school_lists: {rbd: rbd}", ["sources.participants"]),
    ("optional source of claims", PAC, "    holds: claims\n", "    holds: claims\n    optional: true\n", ["sources.claims.optional", "list of schools"]),
    ("score of the choice", PAC, "    chosen_on: both_subjects ", "    chosen_on: language ", ["panels.0.chosen_on", "'language'", "both_subjects"]),
    ("at hand of records", P900, "    outcome_years: [1990]", "    outcome_years: at_hand", ["panels.0.outcome_years", "official files"]),
    ("id twice", P900, "  - id: reading_1992\n    source: urban", "  - id: reading_1990\n    source: urban", ["panels.1.id", "a second time"]),
    ("estimand in one language", P900, "      es: lo que P-900 cambió en el puntaje medio de las escuelas que participaron, de la prueba de 1988 a la de 1990\n", "", ["panels.0.estimand", "'es'"]),
    ("rows of official files", SLEP, "    describe: false ", "    rows: [{from: rbd, in: [1]}]\n    describe: false ", ["sources.official.rows", "only records"]),
    ("official column", SLEP, "    assignment: slep_code", "    assignment: slep", ["panels.0.assignment", "'slep'", "slep_code"]),
    ("official without a subject", SLEP, "    subject: mate\n", "", ["panels.0.subject", "official scores"]),
    ("official start", SLEP, "    treated_in: transfer_year", "    treated_in: year", ["panels.0.treated_in", "transfer_year"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), [m[1:] for m in MISTAKES], ids=[m[0].replace(" ", "_") for m in MISTAKES]
)
def test_every_mistake_is_told_where_it_is(
    make_project: Callable[..., Any], root: Path, file: str, old: str, new: str, words: list[str]
) -> None:
    study = file.split("/")[2]
    project = make_project("cic2019", study)
    path = project.folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        load_project(
            read_yaml(project.folder / "config/config.yaml", "config.yaml"),
            root / "workflow/schemas",
            project.folder,
        )
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_without_files_the_demonstration_is_left_out(make_project: Callable[..., Any], root: Path) -> None:
    project = make_project("cic2019", "slep")
    settings = read_yaml(project.folder / "config/config.yaml", "config.yaml")
    loaded = load_project(settings, root / "workflow/schemas", project.folder)
    assert loaded.left_out["slep"] == ("official files in simce or mineduc",)


def test_panels_on_a_list_that_is_not_there_are_left_out_and_the_study_runs(
    make_project: Callable[..., Any], root: Path
) -> None:
    project = make_project("pac2011")
    settings = read_yaml(project.folder / "config/config.yaml", "config.yaml")
    data = project.folder / settings.get("data_root", "data/raw")
    (data / "simce").mkdir(parents=True)
    (data / "simce" / "4b.csv").write_text("rbd\n1\n", encoding="utf-8")
    without = load_project(settings, root / "workflow/schemas", project.folder).studies["pac2011"]
    assert without.set_aside == {"participants": "pac/participants.csv"}
    assert without.settings["panels"] == [] and "participants" not in without.settings["sources"]
    (data / "pac").mkdir()
    (data / "pac" / "participants.csv").write_text("rbd,first_year\n1,2011\n", encoding="utf-8")
    there = load_project(settings, root / "workflow/schemas", project.folder).studies["pac2011"]
    assert there.set_aside == {} and there.files["participants"].endswith("pac/participants.csv")
    assert [p["id"] for p in there.settings["panels"]] == ["pac_panel_mathematics", "pac_panel_reading"]
    assert there.settings["panels"][1]["chosen_on"] == "both_subjects"
