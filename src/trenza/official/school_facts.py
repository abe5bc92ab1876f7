"""What official files say of schools, for other data of the same schools; with their official number, so not for sharing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.official.panel import query

if TYPE_CHECKING:
    import pandas as pd


def school_facts(
    clean: Path, sources: Mapping[str, Mapping[str, Any]], *, file: str
) -> dict[str, pd.DataFrame]:
    """For every questionnaire that asks for it (``questionnaire.official``), one row a school of that grade and year.

    ``clean``: folder in which ``clean_official`` has written; ``file``: study.yaml as messages name it. Columns
    ``rbd`` and those asked for. Raises ``InputFaults`` where no SIMCE file of the grade and year was read.
    """
    found: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for sid, source in sources.items():
        wanted = source.get("questionnaire", {}).get("official")
        if not wanted:
            continue
        folder = clean / wanted["source"] / "panel"
        there = sorted(p.parent.name for p in folder.glob(f"*{wanted['grade']}/*/*.parquet"))
        years = [name.rpartition("=")[2] for name in there]
        if str(wanted["year"]) not in years:
            place = f"sources.{sid}.questionnaire.official.year"
            allowed = f"a year of grade {wanted['grade']} in the official files: {', '.join(years) or 'none'}"
            faults.append(Fault(file, place, "", str(wanted["year"]), allowed))
            continue
        # A school has a row a subject; what is asked for here is the same in all of them.
        columns = ", ".join(f"any_value({name}) AS {name}" for name in wanted["columns"])
        found[sid] = query(
            folder,
            f"SELECT rbd, {columns} FROM panel WHERE grade = '{wanted['grade']}' AND year = {wanted['year']} "
            "GROUP BY rbd ORDER BY rbd",
        )
    if faults:
        raise InputFaults(faults)
    return found
