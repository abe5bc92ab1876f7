"""What the readers of all kinds but SIMCE share: years, columns and tables never seen, and the tables of the dialects."""

from __future__ import annotations

from pathlib import Path

import pytest
from official_files import KINDS, delimited, faults_of, read, xlsx

from trenza.official.dialect import dialect
from trenza.official.recognise import kind_of, plain


def test_a_year_never_seen_says_so_and_is_read_only_when_allowed(tmp_path: Path) -> None:
    header = ["rbd", "agno", "id_indicador", "prom", "grado", "nueva"]
    path = xlsx(tmp_path / "a.xlsx", header, [[5, 2031, 1, 70, "4b", 9]])
    faults = faults_of(path)
    assert len(faults) == 2
    assert any(
        "the year 2031, never seen before" in f and "2025" in f and "recognised: rbd, agno" in f
        for f in faults
    )
    assert any("nueva: found columns never seen" in f and "recognised: rbd, agno" in f for f in faults)
    frame, meta, ledger = read(path, allow_unknown=True)
    assert meta["year"] == 2031 and frame["score_points"].tolist() == [70]
    assert "read by the rules of 2025" in meta["assumed"] and "nueva" in meta["assumed"]
    assert ledger.loc[ledger["column"] == "nueva", ["action", "cells"]].values.tolist() == [
        ["not_carried", 1]
    ]


def test_a_grade_that_was_not_measured_in_a_year(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    path = xlsx(tmp_path / "a.xlsx", header, [[5, 2022, "6b", "AM", 1]])
    (fault,) = faults_of(path)
    assert "grade 6b in 2022, never seen before" in fault
    assert read(path, allow_unknown=True)[1]["grade"] == "6b"


def test_two_columns_for_one_thing(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "indicador", "prom"]
    (fault,) = faults_of(xlsx(tmp_path / "a.xlsx", header, [[5, 2022, 4, "AM", "AM", 1]]))
    assert "a second column for what 'ind' holds" in fault


@pytest.mark.parametrize(
    "header",
    [
        ["school_id", "year", "score"],
        ["cod_mod", "nombre", "media_lectura", "media_matematica"],
        ["rbd", "nom_rbd", "cod_com_rbd"],
    ],
)
def test_a_file_of_another_country_or_kind_is_not_recognised(header: list[str]) -> None:
    assert kind_of(header) is None


@pytest.mark.parametrize("kind", KINDS)
def test_dialect_tables_are_whole(kind: str) -> None:
    table = dialect(kind)
    assert [y["year"] for y in table["years"]] == sorted({y["year"] for y in table["years"]})
    for entry in table["columns"]:
        assert set(entry) <= {
            "column",
            "field",
            "wide",
            "fact",
            "codes",
            "low",
            "high",
            "whole",
            "required",
            "shown",
        }
        assert entry["column"] == plain(entry["column"]) or "\\d" in entry["column"]
        if "field" in entry or entry.get("wide"):
            assert ("codes" in entry) != ("low" in entry), entry
        assert entry.get("codes", next(iter(table["codes"]), None)) in {*table["codes"], None}


def test_a_file_without_rows_or_without_any_school(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    assert "no rows below the header" in faults_of(delimited(tmp_path / "a.csv", header, [], ";"))[0]
    faults = faults_of(delimited(tmp_path / "b.csv", header, [["", 2022, 4, "AM", 50]], ";"))
    assert any("column rbd: found no value in any row" in f for f in faults)
