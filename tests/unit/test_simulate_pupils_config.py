"""Pupils that a study declares: what is refused, and what comes out of the whole way from YAML to rows."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.study_pupils import check_pupils
from trenza.io.study_files import read_yaml
from trenza.simulate.study import simulate_study

ROOT = Path(__file__).resolve().parents[2]
STUDY = read_yaml(ROOT / "config/studies/ilt2012/study.yaml", "study.yaml")
SOURCE = STUDY["sources"]["pupils_simulated"]


def faults(design: dict[str, Any] | None = None, **changed: Any) -> list[str]:
    source = copy.deepcopy(SOURCE)
    for key, value in changed.items():
        (source if key == "holds" else source["simulate"] if key == "icc" else source["simulate"]["pupils"])[
            key
        ] = value
    found = check_pupils(source, {**STUDY["design"], **(design or {})}, "sources.p.simulate", "study.yaml")
    return [str(fault) for fault in found]


def test_the_bundled_declaration_is_sound() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"design": {"assignment": "same_clusters"}}, "different_clusters: whole schools take part"),
        ({"schools": {"ilt": 3, "others": 3}}, "ilt and other"),
        ({"shares": {"school": 0.5, "school_year": 0.1, "class": 0.2, "pupil": 0.2}}, "add up to 1"),
        ({"icc": 0.1}, "this key beside pupils"),
        ({"holds": "questionnaire"}, "pupils that hold questionnaire"),
    ],
)
def test_each_mistake_gets_its_message(changed: dict[str, Any], words: str) -> None:
    (told,) = faults(**changed)
    assert words in told and "study.yaml" in told


def test_a_study_s_pupils_are_made_with_their_flow() -> None:
    made = simulate_study({}, study="ilt2012", sources=STUDY["sources"], design=STUDY["design"], seed=4)
    rows = made.data["pupils_simulated"]
    assert len(rows) == 504 and rows["school"].nunique() == 6
    assert made.flow["n"].tolist() == [504, 252, 252] and set(made.flow["source"]) == {"simulated"}
