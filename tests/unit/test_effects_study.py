"""What study.yaml may declare of a cut-off and of first scores: one score or several, and a placebo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.study_files import read_yaml
from trenza.project import Project, load_project

STUDY = "config/studies/p900/study.yaml"
BOTH, PLACEBO = "baseline: [cas88, mat88]", "    placebo: read88\n"


def load(folder: Path, root: Path) -> Project:
    return load_project(
        read_yaml(folder / "config/config.yaml", "config.yaml"), root / "workflow/schemas", folder
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BOTH, BOTH),
        (BOTH, "baseline: cas88"),
        (BOTH, "baseline: [cas88]"),
        (PLACEBO, ""),
        (PLACEBO, "    placebo: math88\n"),
    ],
)
def test_one_score_or_a_list_and_a_placebo_or_none(
    make_project: Callable[..., Any], root: Path, old: str, new: str
) -> None:
    project = make_project("cic2019", "p900")
    project.replace(STUDY, old, new)
    assert "p900" in load(project.folder, root).left_out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (BOTH, "baseline: [cas88, math88]", ["regression_to_the_mean.0", "'math88'", "mat88"]),
        (BOTH, "baseline: cas87", ["regression_to_the_mean.0", "'cas87'", "cas88"]),
        (BOTH, "baseline: []", ["regression_to_the_mean.0.baseline"]),
        (BOTH, "baseline: [cas88, cas88]", ["regression_to_the_mean.0.baseline"]),
        (PLACEBO, "    placebo: read87\n", ["discontinuities.0", "'read87'", "read88"]),
        (PLACEBO, "    placebo: [read88]\n", ["discontinuities.0.placebo"]),
    ],
)
def test_a_column_that_is_not_there_is_named(
    make_project: Callable[..., Any], root: Path, old: str, new: str, words: list[str]
) -> None:
    project = make_project("cic2019", "p900")
    project.replace(STUDY, old, new)
    with pytest.raises(InputFaults) as caught:
        load(project.folder, root)
    for word in words:
        assert word in str(caught.value), str(caught.value)
