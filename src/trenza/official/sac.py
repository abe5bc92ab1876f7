"""Performance category of the Agencia de Calidad (SAC, 2016 to 2019): one row a school, the category in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.plain import plain
from trenza.io.grid import Grid
from trenza.official.dialect import Reading, nullable, words
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("high", "medium", "medium_low", "insufficient", "none")
REASONS = ("low_enrolment", "lack_of_information", "not_stated")
NEW = " (nuevo)"


def read_sac(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The categories of one year and level, and the file's meta data.

    Frame, one row a school: rbd int32, year int16, level {basica, media}, category (``CATEGORIES``),
    category_reason (``REASONS``, why there is none), is_new (the word is followed by "(NUEVO)"), dependency,
    enrolment Int32 (pupils of the level). Raises ``InputFaults`` with all faults of the file.
    """
    import numpy as np
    import pandas as pd

    reading = Reading("sac", grid, ledger, allow_unknown)
    year = reading.year_of_header(r"categoria.*desempeno.*?(20\d\d).*")
    column = reading.columns.get("category", "")
    if column and year is None:
        reading.faults.append(
            reading.fault(column, "no year in its name", "Categoría Desempeño 2016 to 2019")
        )
    facts = reading.facts(year, column)
    reading.refuse_without("rbd", "row_without_rbd")
    rbd = reading.number("rbd")
    reading.once(("rbd", rbd))
    level = _level(reading)
    if level == "basica":
        reading.expect(facts)
    found = reading.code("category", suffix=NEW)
    raw = reading.grid.columns[column] if column else np.array([])
    dependency = reading.code("dependency")
    enrolment = reading.number("enrolment")
    reading.stop_at_faults()
    keep = reading.keep
    category = np.array([v and v.split("/")[0] for v in found], dtype=object)
    reason = np.array([v.split("/")[1] if v and "/" in v else None for v in found], dtype=object)
    frame = pd.DataFrame(
        {
            "rbd": rbd[keep].astype("int32"),
            "year": np.int16(year or 0),
            "level": words(np.array([level] * int(keep.sum())), ("basica", "media")),
            "category": words(category[keep], CATEGORIES),
            "category_reason": words(reason[keep], REASONS),
            "is_new": np.array([plain(str(v or "")).endswith(NEW) for v in raw])[keep],
            "dependency": words(dependency[keep], list(reading.table["codes"]["dependency"].values())),
            "enrolment": nullable(enrolment[keep], "Int32"),
        }
    )
    return frame, reading.meta(year=year, level=level)


def _level(reading: Reading) -> str:
    """Level of the list by the words of its header, unless it is longer than any list of secondary schools."""
    fields = [f for f in ("enrolment", "category") if f in reading.columns]
    says_media = any("media" in plain(reading.columns[f]).split() for f in fields)
    if not says_media or int(reading.keep.sum()) < reading.table["most_schools_of_media"]:
        return "media" if says_media else "basica"
    name = next(n for f in fields if "media" in plain(n := reading.columns[f]).split())
    reading.ledger.column(name, "level_by_length", "basica")
    reading.notes.append(
        f"the header says media ({name}), the number of schools is that of primary: read as basica"
    )
    return "basica"
