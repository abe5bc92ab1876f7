"""The list of SLEP communes: settled and provisional transfers, faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from official_files import faults_of, read, xlsx

from trenza.official.dialect import dialect

SLEP = [
    "INICIO_FUNCIONES",
    "AGNO_TRASPASO_EDUC",
    "COD_SLEP",
    "NOMBRE_SLEP",
    "NOMBRE_SLEP_FORMATO",
    "NOMBRE_REGION",
]
SLEP += [
    "NUM_REGION",
    "NOM_COMUNA_RBD",
    "NOM_COMUNA_FORMATO",
    "COD_COM_RBD",
    "DEPROV",
    "COD_DEPROV",
    "DECRETO",
]
SLEP += ["COMUNA CABECERA"]


def commune(code: Any, transfer: Any, start: Any = 2017, slep: Any = 1301) -> list[Any]:
    return [start, transfer, slep, "S", "S", "R", 13, "C", "C", code, "D", 134, "Decreto 1 de 2017", None]


def test_slep_transfers_after_the_last_settled_year_are_provisional(tmp_path: Path) -> None:
    settled = dialect("slep")["last_settled_year"]
    rows = [commune(13103, 2018), commune(9102, settled, 2024), commune(5101, settled + 1, 2024)]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", SLEP, rows))
    assert meta["last_settled_year"] == settled and meta["year"] > settled
    assert frame["commune_code"].tolist() == [13103, 9102, 5101]
    assert frame["provisional"].tolist() == [False, False, True]
    assert frame["start_year"].tolist() == [2017, 2024, 2024] and frame["slep_code"].tolist() == [1301] * 3


def test_slep_faults_all_at_once(tmp_path: Path) -> None:
    rows = [commune(13103, 2018), commune(13103, 1018), commune(5101, None), commune(None, 2020)]
    text = "\n".join(faults_of(xlsx(tmp_path / "a.xlsx", SLEP, rows)))
    for part in (
        "same COD_COM_RBD in rows 2 and 3",
        "the value '1018'",
        "AGNO_TRASPASO_EDUC: found blank in 1 rows",
    ):
        assert part in text, text
