"""A quotation over the limit is told with whatever else is wrong, in one message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from trenza.contracts.faults import InputFaults
from trenza.project import Project, load_project

CIC = "config/studies/cic2019/"
ROOT = Path(__file__).parents[2]
SEGMENTS = "data/published/cic2019/segments.csv"


def load(folder: Path) -> Project:
    settings = yaml.safe_load((folder / "config" / "config.yaml").read_text(encoding="utf-8"))
    return load_project(settings, ROOT / "workflow" / "schemas", folder)


def test_links_codes_labels_and_a_long_quotation_come_in_one_message(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("cic2019")
    text = (project.folder / SEGMENTS).read_text(encoding="utf-8")
    header, first, second = text.splitlines()[:3]
    place = header.split(",").index("text")
    code = header.split(",").index("code")
    cells = first.split(",")
    assert '"' not in first.split(cells[place])[0]
    cells[place] = "x" * 401
    wrong = second.split(",")
    wrong[code] = "no_such_code"
    project.replace(SEGMENTS, first, ",".join(cells))
    project.replace(SEGMENTS, second, ",".join(wrong))
    project.replace(CIC + "links.csv", "compare:teachers_comfort,higher", "compare:teachers_calm,higher")
    project.replace(CIC + "links.csv", "support_materials,enabling", "unknown_theme,enabling")
    project.replace(CIC + "study.yaml", "control: {en: Control, es: Control}", "control: {en: Control}")
    with pytest.raises(InputFaults) as caught:
        load(project.folder)
    told = {(f.row, f.column, f.found) for f in caught.value.faults if f.file == SEGMENTS}
    assert told == {("2", "text", "a text of 401 characters"), ("3", "code", "'no_such_code'")}
    message = str(caught.value)
    for word in ("400 at most", "teachers_calm", "unknown_theme", "labels.control"):
        assert word in message, message


def test_a_text_of_just_the_limit_may_stand(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    text = (project.folder / SEGMENTS).read_text(encoding="utf-8")
    header, first = text.splitlines()[:2]
    cells = first.split(",")
    cells[header.split(",").index("text")] = "x" * 400
    project.replace(SEGMENTS, first, ",".join(cells))
    assert "cic2019" in load(project.folder).studies


def test_a_real_segment_may_be_long_and_not_of_an_unknown_code(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    text = (project.folder / SEGMENTS).read_text(encoding="utf-8")
    project.write(
        "data/raw/own.csv", text.replace("Letting another", "x" * 500, 1).replace(",resistance,", ",none,", 1)
    )
    project.replace(
        CIC + "study.yaml",
        f"kind: published\n    holds: segments\n    file: {SEGMENTS}",
        "kind: real\n    holds: segments\n    file: own.csv",
    )
    with pytest.raises(InputFaults) as caught:
        load(project.folder)
    assert [(f.column, f.found) for f in caught.value.faults] == [("code", "'none'")]
