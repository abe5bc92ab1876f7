"""IVE files: words, counts, the level of the list, faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from official_files import delimited, faults_of, read

IVE = [
    "RBD",
    "DV_RBD",
    "NOMBRE_ESTABLECIMIENTO",
    "DEPENDENCIA",
    "AREA",
    "COD_REGION",
    "COD_PROV",
    "COD_COM_EST",
]
IVE += ["COMUNA", "PRIMERA_PRIORIDAD", "SEGUNDA_PRIORIDAD", "TERCERA_PRIORIDAD", "NO_VULNERABLES"]
IVE += ["SIN_INFORMACION", "TOTAL_MATRICULA_2015", "IVE_SINAE_2016"]


def ive_row(rbd: int, word: str = "MUNICIPAL - DAEM", index: Any = 75, area: str = "URBANO") -> list[Any]:
    return [rbd, 1, "A", word, area, 13, 131, 13110, "C", 3, 2, 1, 1, 1, 8, index]


def test_ive_words_and_counts(tmp_path: Path) -> None:
    rows = [
        ive_row(5),
        ive_row(8, "MUNICIPAL - CORPORACIÓN", 83.3, "RURAL"),
        ive_row(9, "PARTICULAR SUBVENCIONADO"),
    ]
    frame, meta, _ = read(delimited(tmp_path / "IVE-SINAE-BASICA.csv", IVE, rows, ","))
    assert (meta["year"], meta["level"]) == (2016, "basica") and "by the file's name" in meta["notes"][0]
    assert frame["dependency"].astype(str).tolist() == ["municipal", "municipal", "subsidised"]
    assert frame["rural"].tolist() == [False, True, False]
    assert frame["ive_percent"].tolist() == [75, 83.3, 75]
    counts = [
        "first_priority",
        "second_priority",
        "third_priority",
        "not_vulnerable",
        "no_information",
        "enrolment",
    ]
    assert frame.loc[0, counts].tolist() == [3, 2, 1, 1, 1, 8]


@pytest.mark.parametrize(("delegated", "level"), [(3, "basica"), (30, "media")])
def test_ive_level_of_a_long_list_is_told_by_its_schools(tmp_path: Path, delegated: int, level: str) -> None:
    """No column tells primary from secondary: the schools under delegated administration do, whatever the name."""
    rows = [
        ive_row(i, "ADMINISTRACIÓN DELEGADA" if i <= delegated else "MUNICIPAL - DAEM")
        for i in range(1, 1001)
    ]
    other = "BASICA" if level == "media" else "MEDIA"
    frame, meta, _ = read(delimited(tmp_path / f"IVE-{other}.csv", IVE, rows, ","))
    assert meta["level"] == level and set(frame["level"]) == {level}
    assert meta["notes"] == [
        f"read as {level}: {delegated} of 1000 schools are under delegated administration"
    ]


def test_ive_short_list_of_secondary_by_its_name(tmp_path: Path) -> None:
    path = delimited(tmp_path / "IVE-SINAE-MEDIA.csv", IVE, [ive_row(5, "ADMINISTRACIÓN DELEGADA")], ",")
    frame, meta, _ = read(path)
    assert meta["level"] == "media" and frame["dependency"].tolist() == ["delegated"]


def test_ive_faults_all_at_once(tmp_path: Path) -> None:
    rows = [ive_row(5, "ESTATAL", "83,3"), ive_row(5, index=101, area="SUBURBANO")]
    text = "\n".join(faults_of(delimited(tmp_path / "a.csv", IVE, rows, ";")))
    for part in (
        "same RBD in rows 2 and 3",
        "the code of 7 characters",
        "a decimal comma, '83,3'",
        "'101'",
        "the code of 9 characters",
    ):
        assert part in text, text
