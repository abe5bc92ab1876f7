"""SNED, the award of MINEDUC for teaching: one row a school, six factors, an index and the award, for two years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.io.grid import Grid
from trenza.official.dialect import Reading, nullable, words
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd

FACTORS = ("effectiveness", "improvement", "initiative", "working_conditions", "integration", "equality")
AWARDS = ("full", "partial", "none")


def read_sned(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The award of one pair of years and the file's meta data (``year`` is the first of the two).

    Frame, one row a school: rbd int32, year_from, year_to int16, the six ``FACTORS`` and index (0 to 100, NaN where
    not computed), cluster Int32 (homogeneous group), award (``AWARDS``), award_25, award_35 boolean (in the best 25 %,
    the next to 35 %), dependency, region_code, commune_code, rural. Raises ``InputFaults`` with all faults.
    """
    import numpy as np
    import pandas as pd

    reading = Reading("sned", grid, ledger, allow_unknown)
    year = reading.year_of_header(r"sel(\d{4})_[23]5")
    facts = reading.facts(year, reading.columns.get("award_25", ""))
    reading.expect(facts)
    reading.refuse_without("rbd", "row_without_rbd")
    rbd = reading.number("rbd")
    reading.once(("rbd", rbd))
    decimal = facts.get("decimal", ",")
    points = {f: reading.number(f, decimal) for f in (*FACTORS, "index")}
    numbers = {f: reading.number(f) for f in ("cluster", "region_code", "commune_code")}
    coded = {f: reading.code(f) for f in ("award", "award_25", "award_35", "dependency")}
    coded["rural"] = reading.code("rural", facts.get("rural"))
    reading.stop_at_faults()
    assert year is not None
    length = facts["to"] - facts["year"]
    keep = reading.keep
    frame = pd.DataFrame(
        {
            "rbd": rbd[keep].astype("int32"),
            "year_from": np.int16(year),
            "year_to": np.int16(year + length),
            **{f: points[f][keep] for f in points},
            "cluster": nullable(numbers["cluster"][keep], "Int32"),
            "award": words(coded["award"][keep], AWARDS),
            **{f: nullable(coded[f][keep], "boolean") for f in ("award_25", "award_35")},
            "dependency": words(
                coded["dependency"][keep], list(reading.table["codes"]["dependency"].values())
            ),
            "region_code": nullable(numbers["region_code"][keep], "Int8"),
            "commune_code": nullable(numbers["commune_code"][keep], "Int32"),
            "rural": nullable(coded["rural"][keep], "boolean"),
        }
    )
    return frame, reading.meta(year=year)
