"""Rows of the official school panel for analyses: which schools, years and communes, from what the clean stage has written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.database import connection

if TYPE_CHECKING:
    import pandas as pd

SCHOOLS = (
    "rbd, year, grade, subject, score_points, score_status, n_pupils, dependency, commune_code"  # slep_panel
)


def official_rows(
    clean: Path, sources: Mapping[str, Mapping[str, Any]], panels: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """For every official source that a panel of study.yaml names: its SIMCE rows, and its list of communes.

    ``clean``: the folder of the clean stage. SIMCE rows have the columns ``SCHOOLS``, one a school, year and subject;
    communes have ``commune_code``, ``slep_code``, ``transfer_year``, of the newest list. With schools' official numbers,
    so not for sharing. Raises ``InputFaults`` where no SIMCE file was read, or no list of
    communes for a panel on the transfer to a Servicio Local; without it the list is empty.
    """
    named = {p["source"] for p in panels if sources.get(p["source"], {}).get("holds") == "official"}
    found: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
    faults: list[Fault] = []
    for sid in sorted(named):
        schools, communes = clean / sid / "panel", clean / sid / "slep.parquet"
        if not any(schools.glob("*/*/*.parquet")):
            faults.append(
                Fault("study.yaml", f"sources.{sid}", "", "no SIMCE file among its files", "at least one")
            )
        transfers = any(p["source"] == sid and p.get("treated_in") == "transfer_year" for p in panels)
        if transfers and not communes.is_file():
            what = "no list of communes by their transfer to a Servicio Local among its files"
            faults.append(
                Fault("study.yaml", f"sources.{sid}", "", what, "that list, as MINEDUC publishes it")
            )
        if faults:
            continue
        with connection() as database:
            tests = (schools / "grade=*" / "year=*" / "*.parquet").as_posix().replace("'", "''")
            rows = database.execute(
                f"SELECT {SCHOOLS} FROM read_parquet('{tests}', hive_partitioning = true, "
                "hive_types = {'grade': VARCHAR, 'year': SMALLINT}, union_by_name = true) ORDER BY rbd, year, grade, subject"
            ).df()
            if not communes.is_file():
                found[sid] = rows, rows.iloc[:0][["commune_code"]].assign(slep_code=None, transfer_year=None)
                continue
            place = communes.as_posix().replace("'", "''")
            lists = database.execute(
                f"SELECT commune_code, slep_code, transfer_year FROM read_parquet('{place}') "
                f"WHERE file = (SELECT max(file) FROM read_parquet('{place}')) ORDER BY commune_code"
            ).df()
        found[sid] = rows, lists
    if faults:
        raise InputFaults(faults)
    return found
