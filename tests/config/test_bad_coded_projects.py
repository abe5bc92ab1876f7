"""Mistakes in what a study says of its coded projects, each with the message that it gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.study_files import read_yaml
from trenza.project import load_project

ROOT = Path(__file__).resolve().parents[2]
CIC = "config/studies/cic2019/study.yaml"
SEGMENTS = "  segments:\n    kind: published\n    holds: segments\n"
MADE = "coders: {from: segments, missed: 0.15, other_code: 0.10, moved: 0.40}"

# Name, what is replaced, by what, and words that the message must hold.
MISTAKES = [
    ("unknown unit", "  min_uses: 3\n", "  unit: word\n", ["qualitative.unit", "'word'", "character, sentence, turn, segment, document"]),
    ("floor of zero", "  min_uses: 3\n", "  min_uses: 0\n", ["qualitative.min_uses", "at least 1"]),
    ("few draws", "  min_uses: 3\n", "  draws: 20\n", ["qualitative.draws", "at least 199"]),
    ("overlap of characters", "  min_uses: 3\n", "  overlap: 0.7\n", ["qualitative.overlap", "unit segment alone"]),
    ("one coder", "  min_uses: 3\n", "  coders: [coder_a]\n", ["qualitative.coders", "two coders or more"]),
    ("unknown key", "  min_uses: 3\n", "  min_use: 3\n", ["qualitative", "min_use"]),
    ("people without a number", "  min_uses: 3\n", "  quotations: {people: [{role: principal}]}\n", ["qualitative.quotations.people", "n"]),
    ("coders of counts", "coders: {from: segments", "coders: {from: table1", ["simulate.coders.from", "'table1'", "segments"]),
    ("a share above one", "missed: 0.15", "missed: 1.5", ["simulate.coders.missed", "1.5"]),
    ("two coded projects", SEGMENTS, "  other:\n    kind: real\n    holds: coded_project\n    file: x.qdpx\n" + SEGMENTS, ["a second coded project", "holds"]),
    ("a block of another kind", SEGMENTS, SEGMENTS + "    coded: {tolerant: true}\n", ["sources.segments.coded", "this key"]),
    ("simulated without coders", MADE, "from: table2\n      strata: {central: 2}\n      icc: 0.1", ["coders_simulated.simulate", "no coders"]),
    ("earlier of nothing", "    simulate:\n      " + MADE, "    coded: {earlier: table1}\n    simulate:\n      " + MADE, ["coded.earlier", "'table1'"]),
    ("a pattern without a group", "    simulate:\n      " + MADE, "    coded: {person: {from: 'P', answers: table1}}\n    simulate:\n      " + MADE, ["person.from", "one (group)", "person.answers", "type text"]),
    ("a header of no meaning", "    simulate:\n      " + MADE, "    coded: {headers: {speaker: X}}\n    simulate:\n      " + MADE, ["coded.headers", "speaker"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "words"), [m[1:] for m in MISTAKES], ids=[m[0].replace(" ", "_") for m in MISTAKES]
)
def test_a_mistake_about_a_coded_project_gets_its_message(
    make_project: Callable[..., Any], old: str, new: str, words: list[str]
) -> None:
    project = make_project("cic2019")
    project.replace(CIC, old, new)
    settings = read_yaml(project.folder / "config/config.yaml", "config/config.yaml")
    with pytest.raises(InputFaults) as caught:
        load_project(settings, ROOT / "workflow" / "schemas", project.folder)
    for word in words:
        assert word in str(caught.value)
