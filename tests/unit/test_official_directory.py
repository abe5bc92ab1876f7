"""The directory of schools: codes, broken coordinates, faults, and no name of a school."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from official_files import delimited, faults_of, read

DIRECTORY = ["AGNO", "RBD", "DGV_RBD", "NOM_RBD", "P_JURIDICA", "COD_REG_RBD", "NOM_REG_RBD_A", "COD_PRO_RBD"]
DIRECTORY += [
    "COD_COM_RBD",
    "NOM_COM_RBD",
    "COD_DEPROV_RBD",
    "NOM_DEPROV_RBD",
    "COD_DEPE",
    "COD_DEPE2",
    "RURAL_RBD",
]
DIRECTORY += ["LATITUD", "LONGITUD", "CONVENIO_PIE", "PACE", "ENS_01", "MAT_ENS_1", "MAT_TOTAL", "MATRICULA"]
DIRECTORY += ["ESTADO_ESTAB", "ORI_RELIGIOSA", "ORI_OTRO_GLOSA", "PAGO_MATRICULA", "PAGO_MENSUAL", "ESPE_01"]


def school(
    rbd: int, depe: int = 1, state: int = 1, at: tuple[str, str] = ("-33,45", "-70,65"), **other: Any
) -> list[Any]:
    row = dict.fromkeys(DIRECTORY, " ") | {
        **{"AGNO": 2025, "RBD": rbd, "DGV_RBD": 9, "NOM_RBD": "A", "COD_REG_RBD": 13, "COD_PRO_RBD": 131},
        **{"COD_COM_RBD": 13110, "COD_DEPROV_RBD": 134, "COD_DEPE": depe, "RURAL_RBD": 0, "LATITUD": at[0]},
        **{"LONGITUD": at[1], "CONVENIO_PIE": 1, "PACE": 0, "MAT_TOTAL": 300, "ESTADO_ESTAB": state},
        **{"PAGO_MENSUAL": "GRATUITO", **other},
    }
    return list(row.values())


def test_directory_codes(tmp_path: Path) -> None:
    rows = [school(i, depe=i) for i in range(1, 7)]
    rows += [school(10 + s, state=s, RURAL_RBD=1, PAGO_MENSUAL="MAS DE $100.000") for s in (1, 2, 3, 4)]
    frame, meta, ledger = read(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";"))
    assert meta["year"] == 2025 and set(frame["year"]) == {2025}
    expected = ["municipal", "municipal", "subsidised", "private", "delegated", "slep"]
    assert frame["dependency"].astype(str).tolist()[:6] == expected
    states = ["operating", "in_recess", "closed", "authorised_not_operating"]
    assert frame["state"].astype(str).tolist()[6:] == states
    assert frame["latitude"].tolist() == [-33.45] * 10 and frame["longitude"].tolist() == [-70.65] * 10
    assert frame["rural"].tolist() == [False] * 6 + [True] * 4
    assert frame["pie"].all() and not frame["pace"].any()
    assert frame["monthly_fee_band"].astype(str).tolist()[5:7] == ["free", "above 100000"]
    assert not [c for c in frame.columns if "nom" in c or "name" in c]
    assert "NOM_RBD" in set(ledger.loc[ledger["action"] == "not_carried", "column"])
    assert "A" not in set(ledger["value"].dropna())


def test_directory_broken_coordinates_and_unknown_fees_become_missing(tmp_path: Path) -> None:
    """The four ways of the directory of 2025: two numbers in a cell, a comma too many, swapped, and a blank before."""
    rows = [
        school(1, at=("-39,30433830647499, 72217207", "-39,30433830647499, 72217207")),
        school(2, at=("-33,2863756", "-70,8711003,17")),
        school(3, at=("-72,4800746", "-51,728334")),
        school(4, at=("-34", " -70,79695")),
        school(5, at=(" ", " "), PAGO_MENSUAL="SIN INFORMACION"),
        school(6, at=("-62,200997", "-58,964631")),
        school(7, at=("-27,16", "-109,42716")),
    ]
    frame, _, ledger = read(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";"))
    assert frame["latitude"].notna().tolist() == [False, False, False, True, False, True, True]
    assert frame["longitude"].notna().tolist() == [False, False, False, True, False, True, True]
    assert frame.loc[3, ["latitude", "longitude"]].tolist() == [-34, -70.79695]
    broken = ledger[ledger["rule"] == "broken_coordinate"]
    assert sorted(broken["row"]) == [2, 2, 3, 3, 4, 4]
    assert pd.isna(frame.loc[4, "monthly_fee_band"])
    unknown = ledger[ledger["rule"] == "no_information_word"]
    assert unknown[["row", "action", "value"]].values.tolist() == [[6, "missing", "SIN INFORMACION"]]


def test_directory_faults_all_at_once(tmp_path: Path) -> None:
    rows = [
        school(1, depe=7, at=("-33.45", "-70,6")),
        school(1, state=5, MAT_TOTAL="-2", COD_COM_RBD=77),
        school(3, AGNO=2024, PAGO_MENSUAL="CARO"),
    ]
    text = "\n".join(faults_of(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";")))
    for part in (
        "COD_DEPE: found the code '7'",
        "LATITUD: found a decimal point, '-33.45'",
        "same RBD in rows 2 and 3",
        "ESTADO_ESTAB: found the code '5'",
        "the value '-2'",
        "the value '77'",
        "several values (2025, 2024)",
        "the code of 4 characters",
    ):
        assert part in text, (part, text)
