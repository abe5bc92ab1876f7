"""The directory of schools of MINEDUC: where a school is, who runs it and whether it operates. Names are not carried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trenza.contracts.plain import plain
from trenza.io.grid import Grid
from trenza.official.dialect import Reading, nullable, words
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

PLACES = ("region_code", "province_code", "commune_code", "deprov_code")
# A number with either mark; which one is right is for the column's reader to say.
_NUMBER = re.compile(r"\s*-?\d+([.,]\d+)?\s*")


def read_directory(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The directory of one year and its meta data.

    Frame, one row a school: rbd int32, year int16, dependency (``slep`` where COD_DEPE is 6), region_code,
    province_code, commune_code, deprov_code Int32, rural boolean, latitude, longitude (degrees, NaN = unknown),
    state {operating, in_recess, closed, authorised_not_operating}, enrolment Int32, pie, pace boolean,
    monthly_fee_band (pesos). Raises ``InputFaults`` with all faults of the file.
    """
    import numpy as np
    import pandas as pd

    reading = Reading("directory", grid, ledger, allow_unknown)
    reading.refuse_without("rbd", "row_without_rbd")
    rbd = reading.number("rbd")
    reading.once(("rbd", rbd))
    year = reading.one_value("year", reading.number("year")) if "year" in reading.columns else None
    facts = reading.facts(None if year is None else int(year), reading.columns.get("year", ""))
    reading.expect(facts)
    latitude, longitude = _coordinates(reading, facts.get("decimal", ","))
    numbers = {f: reading.number(f) for f in (*PLACES, "enrolment")}
    _blank_words(reading, "monthly_fee_band", "sin informacion")
    coded = {f: reading.code(f) for f in ("dependency", "state", "monthly_fee_band", "rural", "pie", "pace")}
    reading.stop_at_faults()
    assert year is not None
    keep = reading.keep
    lists = reading.table["codes"]
    kept = {f: words(coded[f][keep], list(lists[c].values())) for f, c in _LISTS.items()}
    frame = pd.DataFrame(
        {
            "rbd": rbd[keep].astype("int32"),
            "year": np.int16(year),
            "dependency": kept["dependency"],
            **{f: nullable(numbers[f][keep], "Int32") for f in PLACES},
            "rural": nullable(coded["rural"][keep], "boolean"),
            "latitude": latitude[keep],
            "longitude": longitude[keep],
            "state": kept["state"],
            "enrolment": nullable(numbers["enrolment"][keep], "Int32"),
            "pie": nullable(coded["pie"][keep], "boolean"),
            "pace": nullable(coded["pace"][keep], "boolean"),
            "monthly_fee_band": kept["monthly_fee_band"],
        }
    )
    return frame, reading.meta(year=int(year))


_LISTS = {"dependency": "dependency", "state": "state", "monthly_fee_band": "fee"}


def _blank_words(reading: Reading, field: str, word: str) -> None:
    """A word that says that nothing is known becomes missing."""
    import numpy as np

    if field in reading.columns:
        cells = reading.grid.columns[reading.columns[field]]
        there = np.array([isinstance(c, str) and plain(c) == word for c in cells], dtype=bool)
        reading.drop(field, there, "no_information_word")


def _coordinates(reading: Reading, decimal: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude in degrees; a pair with a part that is no number or not in Chile is set to missing."""
    import numpy as np

    pair = ("latitude", "longitude")
    broken = np.zeros(reading.grid.rows, dtype=bool)
    for field in pair:
        if field in reading.columns:
            cells = reading.grid.columns[reading.columns[field]]
            broken |= np.array([isinstance(c, str) and not _NUMBER.fullmatch(c) for c in cells], dtype=bool)
    outside = np.zeros_like(broken)
    for field in pair:
        if field in reading.columns:
            low, high = reading.table[field]
            degrees = _degrees(reading.grid.columns[reading.columns[field]])
            outside |= (degrees < low) | (degrees > high)
    for field in pair:
        reading.drop(field, broken | outside, "broken_coordinate")
    return reading.number("latitude", decimal), reading.number("longitude", decimal)


def _degrees(cells: NDArray[Any]) -> NDArray[np.float64]:
    """Cells as numbers whatever their decimal mark, NaN where blank or broken."""
    import numpy as np

    def one(cell: Any) -> float:
        if isinstance(cell, str):
            return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else np.nan
        return np.nan if cell is None else float(cell)

    return np.array([one(cell) for cell in cells], dtype="float64")
