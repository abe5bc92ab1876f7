"""Communes by the year in which their public schools pass to a Servicio Local de Educación Pública (SLEP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.io.grid import Grid
from trenza.official.dialect import Reading
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd


def read_slep(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The list of communes and its meta data (``year`` is that of the list, ``last_settled_year`` from the dialect).

    Frame, one row a commune: commune_code int32, slep_code int32, transfer_year int16 (schools pass over),
    start_year int16 (the service begins), provisional (the transfer is planned: later than the last settled year).
    Raises ``InputFaults`` with all faults of the file.
    """
    import pandas as pd

    reading = Reading("slep", grid, ledger, allow_unknown)
    reading.expect(reading.table["years"][-1])
    reading.refuse_without("commune_code", "row_without_commune")
    found = {f: reading.number(f) for f in ("commune_code", "slep_code", "transfer_year", "start_year")}
    reading.once(("commune_code", found["commune_code"]))
    for field in ("slep_code", "transfer_year", "start_year"):
        blank = reading.blank_cells(field) & reading.keep
        if field in reading.columns and blank.any():
            where = f"blank in {int(blank.sum())} rows"
            reading.faults.append(reading.fault(reading.columns[field], where, "a number for each commune"))
    reading.stop_at_faults()
    keep = reading.keep
    settled = reading.table["last_settled_year"]
    frame = pd.DataFrame(
        {
            "commune_code": found["commune_code"][keep].astype("int32"),
            "slep_code": found["slep_code"][keep].astype("int32"),
            "transfer_year": found["transfer_year"][keep].astype("int16"),
            "start_year": found["start_year"][keep].astype("int16"),
            "provisional": found["transfer_year"][keep] > settled,
        }
    )
    return frame, reading.meta(year=reading.table["list_year"], last_settled_year=settled)
