"""Breaches of a schema in the user's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.schema import row_faults, schema_faults
from trenza.io.study_files import read_rows
from trenza.multilevel.declared_checks import mode_faults

ONE_OF = {"type": "object", "oneOf": [{"required": ["code"]}, {"required": ["finding"]}]}
TEXT = {"properties": {"name": {"type": "string", "minLength": 1}}, "required": ["name"]}


@pytest.mark.parametrize(
    ("value", "schema", "words"),
    [
        ({"x": 1}, ONE_OF, "found neither; allowed: one of the keys code, finding"),
        ({"code": 1, "finding": 1}, ONE_OF, "found code and finding; allowed: one of the keys code, finding"),
        (5, ONE_OF, "found 5; allowed: keys with values"),
        ({}, TEXT, "found no key 'name'; allowed: the key name"),
        ({"name": None}, TEXT, "name: found nothing; allowed: text"),
        ({"name": True}, TEXT, "name: found true; allowed: text"),
    ],
)
def test_a_breach_is_told_in_words(value: Any, schema: dict[str, Any], words: str) -> None:
    assert words in "\n".join(str(f) for f in schema_faults(value, schema, "study.yaml"))


@pytest.mark.parametrize("cell", ["Tr\x00st", "evalu\ufffdn", "\x1b[0m"])
def test_what_no_report_can_print_is_refused(cell: str) -> None:
    (fault,) = row_faults(["name"], [{"name": "Ana\tñ\n"}, {"name": cell}], TEXT, "links.csv")
    assert (fault.row, fault.column) == ("3", "name") and "UTF-8" in fault.allowed


def test_a_workbook_that_is_called_csv_is_told_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_bytes(b"PK\x03\x04" + bytes(20))
    with pytest.raises(InputFaults, match=r"links.csv: found a workbook"):
        read_rows(tmp_path / "links.csv", "links.csv")


def test_a_group_that_the_model_has_not_is_told_before_the_model_runs() -> None:
    model = {"id": "m", "outcomes": ["y"], "formula": "group + (1 | municipality/school)"}
    named = [
        {"id": "a", "finding": "m_y", "group": g} for g in ("escuela", "municipality", "municipality:school")
    ]
    qca = [
        {"outcome": {"finding": "short_y", "group": "class"}},
        {"outcome": {"code": "trust", "group": "school"}},
    ]
    study = {
        "models": [model, {"id": "short", "outcomes": ["y"], "cluster": "school"}, model | {"id": "broken", "formula": "1"}],
        "school_level": [*named, {"id": "b", "finding": "broken_y", "group": "x"}],
        "qca": qca,
    }  # fmt: skip
    told = {(f.row, f.found) for f in mode_faults(study, "study.yaml")}
    assert told == {("school_level.0.group", "'escuela'"), ("qca.0.outcome.group", "'class'")}
