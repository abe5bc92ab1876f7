"""Passages for quoting: role and school that could be one person are withheld, and counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import InputFaults
from trenza.qualitative.quotations import quotations, too_long
from trenza.qualitative.read import read_project

SETTINGS = {"per_code": 2, "longest": 400, "threshold": 3, "people": []}
ROLES = {"d1": ("teacher", "s1"), "d2": ("teacher", "s1"), "d3": ("teacher", "s1"), "d4": ("head", "s1"), "d5": (None, None)}  # fmt: skip


def project(folder: Path) -> Project:
    """Four interviews with a case each, of three teachers and a head, and one without a case; all say two things."""
    path = folder / "codings.csv"
    lines = [
        f"{d},trust,{d} trusts the others,Ana\n{d},time,Señora Rosa Soto of {d} has no time,Ana"
        for d in ROLES
    ]
    path.write_text("document,code,text,coder\n" + "\n".join(lines) + "\n", encoding="utf-8")
    found = read_project(path)
    told = [d for d in ROLES if d != "d5"]
    attributes = [(c, a, v) for c in told for a, v in zip(("role", "school"), ROLES[c], strict=True)]
    return replace(
        found,
        cases=pd.DataFrame({"case": told, "name": told}, dtype="str"),
        case_spans=pd.DataFrame({"case": told, "document": told, "start": pd.NA, "end": pd.NA}).astype({"start": "Int64", "end": "Int64"}),
        case_attributes=pd.DataFrame(attributes, columns=["case", "attribute", "value"], dtype="str"),
    )  # fmt: skip


def test_the_one_head_is_withheld_and_the_next_passage_takes_the_place(tmp_path: Path) -> None:
    kept, checks = quotations(project(tmp_path), SETTINGS | {"per_code": 9}, [])
    assert sorted(kept["speaker"].dropna().unique()) == ["d1", "d2", "d3"]
    assert checks.groupby("singles_out")["quotation"].count().to_dict() == {False: 8, True: 2}
    head = checks.loc[checks["singles_out"]].iloc[0]
    assert head["n_people"] == 1 and head["printed"] == "role;school"
    # Without the role the head is one of four of the school: that is what to leave out.
    assert head["enough_without"] == "role"
    # Whose role nobody knows has nothing beside the words, and the check says that nobody was counted.
    silent = checks.loc[checks["quotation"].str.startswith("d5")]
    assert set(silent["counted"]) == {"unknown"} and silent["n_people"].isna().all()
    assert kept.loc[kept["speaker"].isna(), ["speaker_role", "speaker_school"]].isna().all(axis=None)
    assert not kept["words"].str.contains("Rosa Soto").any()


def test_a_declared_number_of_people_goes_before_the_cases(tmp_path: Path) -> None:
    people = [
        {"role": "head", "school": "s1", "n": 3},
        {"role": "teacher", "school": "s1", "n": 2},
    ]
    _, checks = quotations(project(tmp_path), SETTINGS | {"people": people, "per_code": 9}, [])
    fits = checks.loc[checks["counted"] == "declared"].groupby("n_people")["singles_out"].agg(["all", "size"])
    assert fits.to_dict("index") == {2: {"all": True, "size": 6}, 3: {"all": False, "size": 2}}


def test_a_role_declared_without_its_school_does_not_speak_for_both(tmp_path: Path) -> None:
    _, checks = quotations(project(tmp_path), SETTINGS | {"people": [{"role": "head", "n": 50}]}, [])
    assert "declared" not in set(checks["counted"]) and checks["singles_out"].sum() == 2


def test_people_with_answers_are_counted_where_there_are_no_cases(tmp_path: Path) -> None:
    path = tmp_path / "codings.csv"
    path.write_text("document,code,text\nd1,trust,all trust\nd2,trust,some trust\n", encoding="utf-8")
    kept, checks = quotations(read_project(path), SETTINGS, [], n_asked=17)
    assert len(kept) == 2 and set(checks["n_people"]) == {17} and set(checks["counted"]) == {"answers"}
    kept, checks = quotations(read_project(path), SETTINGS, [], n_asked=2)
    assert not len(kept) and checks["singles_out"].all()
    kept, checks = quotations(read_project(path), SETTINGS | {"per_code": 0}, [])
    assert not len(kept) and not len(checks)


def test_passages_that_are_too_long_are_passed_over_and_counted(tmp_path: Path) -> None:
    """Of each interview one passage has 20 characters, the other 34: d1 trusts the others, Señora Rosa Soto of d1 has no time."""
    own, short = project(tmp_path), SETTINGS | {"longest": 25, "per_code": 9}
    kept, checks = quotations(own, short, [])
    assert set(kept["code"]) == {"trust"} and len(checks) == 5
    assert too_long(own, short) == 5 and too_long(own, SETTINGS) == 0
    assert too_long(own, SETTINGS | {"longest": 19}) == 10
    assert too_long(own, short | {"per_code": 0}) is None


def test_declared_people_with_an_attribute_that_no_case_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFaults, match=r"'rolle'.*role, school"):
        quotations(project(tmp_path), SETTINGS | {"people": [{"rolle": "head", "n": 50}]}, [])
