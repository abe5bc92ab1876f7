"""A cell or a key that breaks its rule hides no other fault: one message has them all, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from trenza.contracts.faults import Fault, InputFaults
from trenza.project import load_project
from trenza.project_sound import further, sound_settings

ROOT = Path(__file__).parents[2]
CIC = "config/studies/cic2019/"
LINKS, CODES, STUDY = CIC + "links.csv", CIC + "codebook.csv", CIC + "study.yaml"
SEGMENTS = "data/published/cic2019/segments.csv"


def told(folder: Path) -> set[tuple[str, str, str, str]]:
    settings = yaml.safe_load((folder / "config" / "config.yaml").read_text(encoding="utf-8"))
    with pytest.raises(InputFaults) as caught:
        load_project(settings, ROOT / "workflow" / "schemas", folder)
    return {(Path(f.file).name, f.row, f.column, f.found) for f in caught.value.faults}


def test_words_that_no_column_allows_hide_no_unknown_name(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    for file, old, new in (
        (LINKS, "compare:teachers_commitment,", "compare:teachers_comitment,"),
        (LINKS, "deprivatisation;resistance", "deprivatisation;resistence"),
        (LINKS, "joint_planning;refinement,enabling,study", "joint_planning;refinement,enabling,village"),
        (LINKS, ",Trust among peers is the core of a professional community,", ",,"),
        (LINKS, "describe:superiors,at_least 3", "describe:superiors,at_least three"),
        (CODES, "trust,cic_project,yes,Trust,Confianza", "trust,cic_project,si,Trust,"),
        (STUDY, "    fit: expansion", "    fit: agreement"),
        (STUDY, "    propositions: [superiors, leadership]", "    propositions: [superior, leadership]"),
        (STUDY, "es: Trabajar entre pares, links: [collaboration, community]", "links: [collaboration, commune]"),
        (STUDY, "labels:\n", "convergence: {min_cases: two}\nlabels:\n"),
        (SEGMENTS, "Letting another", "Letting another" + "!" * 400),
    ):  # fmt: skip
        project.replace(file, old, new)
    project.write(CIC + "overrides.csv", "link,call,name,date,reason\nnone,agreed,,2024-02-30,\n")
    assert told(project.folder) == {
        ("links.csv", "2", "finding", "'compare:teachers_comitment'"),
        ("links.csv", "3", "codes", "'resistence'"),
        ("links.csv", "4", "level", "'village'"),
        ("links.csv", "5", "rationale_en", "blank"),
        ("links.csv", "8", "expects", "'at_least three'"),
        ("codebook.csv", "7", "codable", "'si'"),
        ("codebook.csv", "7", "label_es", "blank"),
        ("study.yaml", "meta_inferences.2.fit", "", "'agreement'"),
        # The third entry is set aside, and the fourth keeps its place in the message.
        ("study.yaml", "meta_inferences.3.propositions", "", "'superior'"),
        ("study.yaml", "pillars.1", "", "no key 'es'"),
        ("study.yaml", "pillars.1.links", "", "'commune'"),
        ("study.yaml", "convergence.min_cases", "", "'two'"),
        ("segments.csv", "2", "text", "a text of 494 characters"),
        ("overrides.csv", "2", "link", "'none'"),
        ("overrides.csv", "2", "call", "'agreed'"),
        ("overrides.csv", "2", "name", "blank"),
        ("overrides.csv", "2", "date", "'2024-02-30'"),
        ("overrides.csv", "2", "reason", "blank"),
    }


def test_where_sources_are_broken_what_rests_on_tables_alone_is_told(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("cic2019")
    project.replace(STUDY, "    kind: published\n    holds: counts", "    kind: printed\n    holds: counts")
    project.replace(STUDY, "    propositions: [commitment]", "    propositions: [comitment]")
    project.replace(CODES, "trust,cic_project,", "trust,cic_proyect,")
    project.replace(LINKS, "deprivatisation;resistance", "deprivatisation;resistence")
    project.replace(LINKS, "\nmaterials,", "\ntime,")
    assert {place[:3] for place in told(project.folder)} == {
        ("study.yaml", "sources.table1.kind", ""),
        ("study.yaml", "meta_inferences.0.propositions", ""),
        ("study.yaml", "pillars.2.links", ""),  # of the link that bears another's name now
        ("codebook.csv", "7", "parent"),
        ("links.csv", "3", "codes"),
        ("links.csv", "9", "link"),
    }


def test_a_study_that_is_no_yaml_hides_nothing_of_its_tables(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.replace(STUDY, "design:\n", "design\n")
    project.replace(LINKS, "describe:superiors,at_least 3", "describe:superiors,at_least three")
    project.replace(CODES, "trust,cic_project,", "trust,cic_proyect,")
    found = told(project.folder)
    assert {place[:3] for place in found if place[0] != "study.yaml"} == {
        ("links.csv", "8", "expects"),
        ("codebook.csv", "7", "parent"),
    }
    assert len(found) == 3


def test_a_missing_column_and_a_file_that_cannot_be_read_hide_no_unknown_code(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("cic2019")
    text = (project.folder / LINKS).read_text(encoding="utf-8")
    project.write(
        LINKS, text.replace(",level,", ",", 1).replace(",study,", ",").replace("resistance", "resistence")
    )
    figure = "data/published/cic2019/figure6_satisfaction.csv"
    project.write(figure, "item,item,mean\n")
    assert told(project.folder) == {
        ("links.csv", "1", "level", "no such column"),
        ("links.csv", "3", "codes", "'resistence'"),
        ("figure6_satisfaction.csv", "1", "item", "a name that is blank or stands twice"),
    }


def test_links_of_simulated_interviews_are_held_against_their_roles(make_project: Callable[..., Any]) -> None:
    project = make_project("cic_online")
    links = "config/studies/cic_online/links.csv"
    project.replace(links, "role,participating_teacher", "role,participating_teachers")
    project.replace(links, "enabling,school,,Trust", "enabling,person,,Trust")
    assert {place[:3] for place in told(project.folder)} == {
        ("links.csv", "3", "roles"),
        ("links.csv", "4", "level"),
    }


def test_entries_that_are_left_keep_the_places_that_they_have_in_the_file() -> None:
    raw = {"pillars": ["a", "b", "c"], "qca": {"a": 1}, "labels": 5, "x": 1}
    faults = [
        Fault("s", row, "", found, "")
        for row, found in (("pillars.0.en", "5"), ("qca", "keys"), ("", "unknown key 'x'"), ("labels", "5"))
    ]
    sound = sound_settings(raw, faults, {"pillars", "qca", "labels", "sources"})
    assert sound.settings == {"pillars": ["b", "c"], "labels": {}} and not sound.core
    assert sound_settings(raw, [Fault("s", "sources", "", "5", "")], set()).core
    moved = further([Fault("s", "pillars.1.links", "", "'d'", "")], faults, sound.places)
    assert [f.row for f in moved] == ["pillars.2.links"]
