"""A user's own list of schools: who took part in a programme, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.people import read_identifiers
from trenza.questionnaire.typed import ColumnReader

if TYPE_CHECKING:
    import pandas as pd

EARLIEST = 1980  # no SIMCE and no programme of these studies is older


def read_school_list(raw: pd.DataFrame, names: Mapping[str, str], *, file: str) -> pd.DataFrame:
    """One row a school, sorted: ``rbd`` int64, ``first_year`` Int64, the year of entry; blank for all without such a column in ``names``.

    ``names``: the file's columns for ``rbd`` and, where it has one, ``first_year``. An RBD may carry its check digit. Raises ``InputFaults``:
    a missing column, an RBD that is none or stands twice, a year that is none.
    """
    import pandas as pd

    reader = ColumnReader(raw, file)
    if not reader.require(list(names.values())):
        raise InputFaults(reader.faults)
    read = read_identifiers(raw[names["rbd"]], "rbd", file=file, column=names["rbd"], blank=False)
    reader.faults += read.faults
    known = read.values.dropna()
    for row in known.index[known.duplicated()]:
        first = known.index[known == known[row]][0]
        reader.fault(row, names["rbd"], f"a school that stands in row {first} already", "each school once")
    years = pd.Series(float("nan"), raw.index)
    if "first_year" in names:
        years = reader.number(names["first_year"], whole=True, low=EARLIEST)
    if not len(raw):
        reader.fault("", names["rbd"], "no school", "one row a school that took part")
    if reader.faults:
        raise InputFaults(reader.faults)
    out = pd.DataFrame({"rbd": read.values.astype("int64"), "first_year": years.astype("Int64")})
    return out.sort_values("rbd").reset_index(drop=True)
