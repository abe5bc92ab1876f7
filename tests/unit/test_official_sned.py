"""SNED files: marks of numbers, codings of rural, awards, faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from official_files import delimited, faults_of, read

from trenza.official.dialect import dialect

SNED = ["RBD", "DV_RBD", "NOM_RBD", "RBD_A1", "RBD_A2", "COD_DEPE", "COD_DEPE2", "COD_REG_RBD", "COD_PRO_RBD"]
SNED += ["COD_COM_RBD", "NOM_COM_RBD", "COD_DEPROV_RBD", "NOM_DEPROV_RBD", "RURAL_RBD", "EFECTIVR", "SUPERAR"]
SNED += ["INICIAR", "MEJORAR", "INTEGRAR", "IGUALDR", "CLUSTER", "INDICER", "SEL{y}_25", "SEL{y}_35", "SEL"]


def sned(
    folder: Path,
    year: int = 2018,
    rural: Sequence[int] = (1, 2, 1),
    change: Callable[[list[list[Any]]], None] = lambda rows: None,
    rename: dict[str, str] | None = None,
) -> Path:
    header = [(rename or {}).get(h, h).format(y=year) for h in SNED]
    place = [13, 131, 13110, "C", 134, "D"]
    rows: list[list[Any]] = [
        [
            1,
            9,
            "A",
            " ",
            " ",
            2,
            1,
            *place,
            rural[0],
            "45,7",
            "60,77",
            "0",
            "87,5",
            "91,5",
            "92,503",
            1351,
            "63,85",
            1,
            2,
            1,
        ],
        [
            2,
            7,
            "B",
            "7",
            " ",
            3,
            2,
            *place,
            rural[1],
            " ",
            " ",
            "100",
            "100",
            "95",
            "90",
            551,
            "70,1",
            2,
            1,
            2,
        ],
        [
            3,
            5,
            "C",
            " ",
            " ",
            6,
            5,
            *place,
            rural[2],
            "48,4",
            "61,05",
            "99",
            "75",
            "0",
            "89,25",
            922,
            "55,5",
            2,
            2,
            3,
        ],
    ]
    change(rows)
    return delimited(folder / f"s{year}.csv", header, rows, ";", "utf-8-sig")


@pytest.mark.parametrize(("year", "rural"), [(2018, (1, 2, 1)), (2020, (0, 1, 0))])
def test_sned_bom_comma_blanks_and_either_coding_of_rural(
    tmp_path: Path, year: int, rural: Sequence[int]
) -> None:
    frame, meta, _ = read(sned(tmp_path, year, rural))
    assert meta["year"] == year
    rows = next(y["rows"] for y in dialect("sned")["years"] if y["year"] == year)
    assert meta["notes"] == [f"3 rows, the official file has {rows}"]
    assert frame["year_from"].tolist() == [year] * 3 and frame["year_to"].tolist() == [year + 1] * 3
    assert frame["effectiveness"].fillna(-1).tolist() == [45.7, -1, 48.4]
    assert frame["equality"].tolist() == [92.503, 90, 89.25] and frame["index"].tolist() == [
        63.85,
        70.1,
        55.5,
    ]
    assert frame["working_conditions"].tolist() == [87.5, 100, 75]
    assert frame["award"].astype(str).tolist() == ["full", "partial", "none"]
    assert frame["award_25"].tolist() == [True, False, False] and frame["award_35"].tolist() == [
        False,
        True,
        False,
    ]
    assert frame["dependency"].astype(str).tolist() == ["municipal", "subsidised", "slep"]
    assert frame["rural"].tolist() == [False, True, False]
    assert frame["commune_code"].tolist() == [13110] * 3 and frame["cluster"].tolist() == [1351, 551, 922]


def test_sned_the_coding_of_rural_of_another_year_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(sned(tmp_path, 2020, (1, 2, 1)))
    assert "row 3, column RURAL_RBD: found the code '2'" in fault


def test_sned_decimal_point_where_a_comma_is_due(tmp_path: Path) -> None:
    def points(rows: list[list[Any]]) -> None:
        for row in rows:
            row[19] = str(row[19]).replace(",", ".")

    (fault,) = faults_of(sned(tmp_path, change=points))
    assert "column IGUALDR: found a decimal point, '92.503'" in fault

    def one_point(rows: list[list[Any]]) -> None:
        rows[0][19] = "92.503"

    (fault,) = faults_of(sned(tmp_path, change=one_point))
    assert "row 2, column IGUALDR: found a decimal point, '92.503'" in fault and "a decimal comma" in fault


def test_sned_faults_all_at_once(tmp_path: Path) -> None:
    def spoil(rows: list[list[Any]]) -> None:
        rows[1][0], rows[0][14], rows[2][24], rows[0][5] = 1, "345,7", 4, 9

    text = "\n".join(faults_of(sned(tmp_path, change=spoil)))
    for part in (
        "same RBD in rows 2 and 3",
        "the value '345,7'",
        "SEL: found the code '4'",
        "COD_DEPE: found the code '9'",
    ):
        assert part in text, text


def test_a_renamed_column_is_named_beside_what_was_not_recognised(tmp_path: Path) -> None:
    faults = faults_of(sned(tmp_path, rename={"INICIAR": "INICIATIVA"}))
    assert any(
        "column iniciar: found no such column" in f and "not recognised: INICIATIVA" in f for f in faults
    )
