"""Mistakes in what a study says of its questionnaires, each with the message that it gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.study_files import read_yaml
from trenza.project import load_project

ROOT = Path(__file__).resolve().parents[2]
STUDY = "config/studies/cic2019/study.yaml"
ITEMS = "config/studies/cic2019/items.csv"

# Name, file, what is replaced, by what, and words that the message must hold.
MISTAKES = [
    ("version unknown", STUDY, "version: teacher", "version: parent", ["questionnaire.version", "'parent'", "leader, teacher"]),
    ("no version", STUDY, "      version: teacher\n", "", ["no version", "leader, teacher"]),
    ("repeated without person", STUDY, "      person: {from: teacher}\n", "      repeated: most_answered\n", ["repeated", "person"]),
    ("asked of no group", STUDY, "asked: {participant: 74}", "asked: {participants: 74}", ["asked.participants", "control, participant"]),
    ("asked nobody", STUDY, "asked: {participant: 74}", "asked: {participant: 0}", ["asked.participant", "at least 1"]),
    ("official without a source", STUDY, "      asked:", "      official: {source: official, grade: 8b, year: 2019, columns: [rural]}\n      asked:", ["official.source", "'official'", "school of type rbd"]),
    ("official grade", STUDY, "      asked:", "      official: {source: official, grade: 7b, year: 2019, columns: [rural]}\n      asked:", ["official.grade", "'7b'", "8b"]),
    ("person of a kind", STUDY, "person: {from: teacher}", "person: {from: teacher, type: passport}", ["person.type", "'passport'", "rut, text"]),
    ("share above one", STUDY, "      version: teacher", "      min_answered: 60\n      version: teacher", ["min_answered", "60", "at most 1"]),
    ("column like a scale", STUDY, "      municipality: {from: municipality, type: text}", "      comfort: {from: municipality, type: text}", ["columns.comfort", "no item, scale"]),
    ("column like the unit", STUDY, "      municipality: {from: municipality, type: text}", "      teacher: {from: municipality, type: text}", ["columns.teacher", "no item, scale"]),
    ("id column", STUDY, "municipality, type: text}", "municipality, type: id}", ["columns.municipality.type", "questionnaire.person"]),
    ("options with a type", STUDY, "municipality, type: text}", "municipality, type: text, options: {a: b}}", ["columns.municipality.type", "one of the three"]),
    ("without flagged of a table", STUDY, "  - id: teachers_attentive      # sensitivity run: without people whose answers look careless\n    sources: [teachers_simulated]", "  - id: teachers_attentive\n    sources: [table2]", ["without_flagged", "table2", "questionnaires alone"]),
    ("flag unknown", STUDY, "without_flagged: [long_string,", "without_flagged: [longstring,", ["without_flagged.0", "'longstring'", "long_string"]),
    ("reliability of one", STUDY, "reliability: 0.80", "reliability: 1", ["simulate.reliability", "less than 1"]),
    ("blanks only", STUDY, "nonresponse: 0.02", "nonresponse: 0.9", ["simulate.nonresponse", "at most 0.5"]),
    ("ranges of a questionnaire", STUDY, "      reliability: 0.80", "      ranges: {comfort: [0, 100]}", ["simulate.ranges", "only for them"]),
    ("settings of another kind", STUDY, "    holds: segments", "    holds: segments\n    questionnaire: {}", ["sources.segments.questionnaire", "this key"]),
    ("follows itself", STUDY, "      version: teacher", "      follows: teachers_simulated\n      version: teacher", ["questionnaire.follows", "'teachers_simulated'", "names its people"]),
    ("word of two numbers", STUDY, "comparisons:\n", "answer_words: {mood: {\"1\": {en: [Bad], es: [Mal]}, \"2\": {en: [Ill], es: [mal]}}}\ncomparisons:\n", ["answer_words.mood", "'mal' for 1 and for 2", "one number a word"]),
    ("id of a bundled set", STUDY, "comparisons:\n", "answer_words: {agree_4: {\"1\": {en: [Bad], es: [Mal]}, \"2\": {en: [Good], es: [Bien]}}}\ncomparisons:\n", ["answer_words.agree_4", "an id that no bundled set of words has"]),
    ("score of no kind", ITEMS, "teacher;leader,,mean,0.6,\ncomfort", "teacher;leader,,average,0.6,\ncomfort", ["row 2", "column score", "'average'", "mean, sum, percent"]),
    ("share in words", ITEMS, "teacher;leader,,mean,0.6,\ncomfort", "teacher;leader,,mean,60%,\ncomfort", ["row 2", "column min_answered", "'60%'", "a share above 0"]),
    ("range of the score", ITEMS, "comfort,comfort,0,100", "comfort,comfort,0,10", ["row 3", "0 to 100"]),
    ("version with a capital", ITEMS, "teacher;leader,,mean,0.6,\ncomfort", "Teacher,,mean,0.6,\ncomfort", ["row 2", "column version", "ids joined by ;"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), [m[1:] for m in MISTAKES], ids=[m[0].replace(" ", "_") for m in MISTAKES]
)
def test_a_mistake_about_a_questionnaire_gets_its_message(
    make_project: Callable[..., Any], file: str, old: str, new: str, words: list[str]
) -> None:
    project = make_project("cic2019")
    project.replace(file, old, new)
    settings = read_yaml(project.folder / "config/config.yaml", "config/config.yaml")
    with pytest.raises(InputFaults) as caught:
        load_project(settings, ROOT / "workflow" / "schemas", project.folder)
    message = str(caught.value)
    for word in words:
        assert word in message, message
    assert file.rsplit("/", 1)[-1] in message
