"""SAC files: every word for a category in every year, the level of the list, faults."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from official_files import delimited, faults_of, read, xlsx

from trenza.official.dialect import dialect


def sac_header(year: int, level: str = "Básica") -> list[str]:
    places = ["RBD", "Nombre Establecimiento", "Región", "Comuna", "Dependencia"]
    return [*places, f"Matrícula {level} {year - 1}", f"Categoría Desempeño {year}"]


SAC_ROWS = [
    [5, "A", "R", "C", "Municipal", 300, "MEDIO"],
    [8, "B", "R", "C", "P. Subvencionado", 12, "SIN CATEGORIA: BAJA MATRICULA"],
    [9, "C", "R", "C", "P. Pagado", 90, "SIN CATEGORIA: FALTA DE INFORMACIÓN"],
    [10, "D", "R", "C", "Municipal", 200, "MEDIO-BAJO (NUEVO)"],
    [11, "E", "R", "C", "Municipal", 200, "INSUFICIENTE"],
    [12, "F", "R", "C", "Municipal", None, "Alto"],
]


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_sac_words(tmp_path: Path, year: int) -> None:
    frame, meta, ledger = read(xlsx(tmp_path / "a.xlsx", sac_header(year), SAC_ROWS))
    assert (meta["year"], meta["level"], meta["grade"]) == (year, "basica", None)
    assert frame["category"].astype(str).tolist() == [
        "medium",
        "none",
        "none",
        "medium_low",
        "insufficient",
        "high",
    ]
    reasons = [None, "low_enrolment", "lack_of_information", None, None, None]
    assert (
        frame["category_reason"].astype(object).where(frame["category_reason"].notna(), None).tolist()
        == reasons
    )
    assert frame["is_new"].tolist() == [False, False, False, True, False, False]
    assert frame["dependency"].astype(str).tolist()[:3] == ["municipal", "subsidised", "private"]
    assert frame["enrolment"].tolist() == [300, 12, 90, 200, 200, pd.NA]
    assert set(ledger.loc[ledger["action"] == "not_carried", "column"]) == {
        "Nombre Establecimiento",
        "Región",
        "Comuna",
    }


def test_sac_2019_other_order_and_other_words(tmp_path: Path) -> None:
    header = ["RBD", "Matrícula Básica 2018", "Comuna", "Dependencia", "Región", "Nombre Establecimiento"]
    header += ["Categoría Desempeño 2019"]
    rows = [
        [5, 300, "C", "Público", "R", "A", "Insuficiente (Nuevo)"],
        [8, 30, "C", "P. Pagado", "R", "B", "Medio-Bajo"],
    ]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert meta["year"] == 2019
    assert frame["dependency"].astype(str).tolist() == ["municipal", "private"]
    assert frame["category"].astype(str).tolist() == ["insufficient", "medium_low"]
    assert frame["is_new"].tolist() == [True, False]


def test_sac_word_seen_in_the_file_of_2019_only(tmp_path: Path) -> None:
    rows = [[5, "A", "R", "C", "Público", 20, "S/O * S/O"]]
    frame, _, _ = read(xlsx(tmp_path / "a.xlsx", sac_header(2019), rows))
    assert frame[["category", "category_reason"]].astype(str).values.tolist() == [["none", "not_stated"]]


def test_sac_every_word_may_be_new(tmp_path: Path) -> None:
    listed = [w for w in dialect("sac")["codes"]["category"] if not w.startswith(("sin", "s/o"))]
    rows = [[i, "A", "R", "C", "Municipal", 50, f"{w.upper()} (NUEVO)"] for i, w in enumerate(listed, 1)]
    frame, _, _ = read(xlsx(tmp_path / "a.xlsx", sac_header(2018), rows))
    assert frame["is_new"].all() and frame["category"].notna().all()


def test_sac_2018_header_says_media_over_the_schools_of_primary(tmp_path: Path) -> None:
    most = dialect("sac")["most_schools_of_media"]
    header = sac_header(2018, "Media")
    rows = [[i, "A", "R", "C", "Municipal", 50, "MEDIO"] for i in range(1, most + 1)]
    _, meta, ledger = read(delimited(tmp_path / "a.csv", header, rows, ";"))
    assert meta["level"] == "basica" and "header says media" in "".join(meta["notes"])
    flagged = ledger[ledger["rule"] == "level_by_length"]
    assert flagged[["column", "action", "cells"]].values.tolist() == [
        ["Matrícula Media 2017", "flagged", most]
    ]
    assert f"{most} rows, the official file has 8023" in meta["notes"]
    frame, meta, _ = read(delimited(tmp_path / "b.csv", header, rows[:-1], ";"))
    assert meta["level"] == "media" and meta["notes"] == [] and set(frame["level"]) == {"media"}


def test_sac_faults_all_at_once(tmp_path: Path) -> None:
    rows = [*SAC_ROWS, [5, "X", "R", "C", "Ajena", -3, "REGULAR"]]
    text = "\n".join(faults_of(xlsx(tmp_path / "a.xlsx", sac_header(2017), rows)))
    for part in ("same RBD in rows 2 and 8", "the code of 5 characters", "the code of", "the value '-3'"):
        assert part in text
    (fault,) = faults_of(xlsx(tmp_path / "b.xlsx", sac_header(2024), SAC_ROWS))
    assert "the year 2024, never seen before" in fault
