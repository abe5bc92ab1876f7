"""IVE-SINAE, the vulnerability index of JUNAEB: one row a school, pupils by priority and the index in per cent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.plain import plain
from trenza.io.grid import Grid
from trenza.official.dialect import Reading, nullable, words
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

PUPILS = (
    "first_priority",
    "second_priority",
    "third_priority",
    "not_vulnerable",
    "no_information",
    "enrolment",
)


def read_ive(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The index of one year and level and the file's meta data.

    Frame, one row a school: rbd int32, year int16, level {basica, media}, the counts of ``PUPILS`` Int32 (enrolment
    is that of the year before), ive_percent 0 to 100, dependency, rural, region_code, commune_code.
    Raises ``InputFaults`` with all faults of the file.
    """
    import numpy as np
    import pandas as pd

    reading = Reading("ive", grid, ledger, allow_unknown)
    year = reading.year_of_header(r"ive_sinae_(\d{4})")
    reading.facts(year, reading.columns.get("ive_percent", ""))
    reading.refuse_without("rbd", "row_without_rbd")
    rbd = reading.number("rbd")
    reading.once(("rbd", rbd))
    numbers = {f: reading.number(f) for f in (*PUPILS, "ive_percent", "region_code", "commune_code")}
    dependency, rural = reading.code("dependency"), reading.code("rural")
    level = _level(reading, dependency)
    reading.stop_at_faults()
    keep = reading.keep
    frame = pd.DataFrame(
        {
            "rbd": rbd[keep].astype("int32"),
            "year": np.int16(year or 0),
            "level": words(np.array([level] * int(keep.sum())), ("basica", "media")),
            **{f: nullable(numbers[f][keep], "Int32") for f in PUPILS},
            "ive_percent": numbers["ive_percent"][keep],
            "dependency": words(dependency[keep], list(reading.table["codes"]["dependency"].values())),
            "rural": nullable(rural[keep], "boolean"),
            "region_code": nullable(numbers["region_code"][keep], "Int8"),
            "commune_code": nullable(numbers["commune_code"][keep], "Int32"),
        }
    )
    return frame, reading.meta(year=year, level=level)


def _level(reading: Reading, dependency: NDArray[np.object_]) -> str:
    """Level of the list: no column says it, so a long list is told by its schools, a short one by the file's name."""
    n = int(reading.keep.sum())
    if n >= reading.table["fewest_schools"]:
        delegated = int((dependency[reading.keep] == "delegated").sum())
        level = "media" if delegated / n >= reading.table["share_delegated_of_media"] else "basica"
        reading.notes.append(
            f"read as {level}: {delegated} of {n} schools are under delegated administration"
        )
        return level
    level = "media" if "media" in plain(reading.grid.file) else "basica"
    reading.notes.append(f"read as {level} by the file's name: too few schools to tell")
    return level
