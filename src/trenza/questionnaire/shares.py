"""Shares that a source prints without their counts: which whole numbers of people could stand behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.typed import ColumnReader, as_text, decimals

if TYPE_CHECKING:
    import pandas as pd

_RELATIONS = ("about", "over")
_COLUMNS = ("item", "printed", "relation", "tolerance", "n", "n_min", "where")


def read_shares(
    raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str, items: Sequence[str]
) -> pd.DataFrame:
    """Printed shares as contract ``shares``: a row for each item and each n from ``n`` down to ``n_min``.

    Columns of ``raw``: item (of ``items``), printed (percent, as printed), relation, tolerance (percentage
    points; blank or 0 for over), n (people who may have answered), n_min (fewest who may have; blank for ``n``),
    where.

    about: c of n fits if 100 c / n is no further from the printed figure than the tolerance, or, where that is
    blank, than half a unit of its last decimal (66 means 65.5 to 66.5, both ends included, as sources round halves
    either way). over: c of n fits if 100 c / n is more than the printed figure. Fractions are compared exactly.
    Raises ``InputFaults``.
    """
    import pandas as pd

    from trenza.contracts.tables import stacked

    reader = ColumnReader(raw, file)
    if not reader.require(_COLUMNS):
        raise InputFaults(reader.faults)
    typed = pd.DataFrame({"item": reader.text("item", allowed=tuple(items))})
    typed["relation"] = reader.text("relation", allowed=_RELATIONS)
    typed["printed"] = reader.number("printed", low=0)
    typed["tolerance"] = reader.number("tolerance", blank=True, low=0)
    typed["n"] = reader.number("n", whole=True, low=1)
    typed["n_min"] = reader.number("n_min", blank=True, whole=True, low=1).fillna(typed["n"])
    typed["where"] = reader.text("where", blank=True)
    frames, seen = [], set()
    for row, cell in typed.iterrows():
        if cell["item"] in seen:
            reader.fault(row, "item", f"'{cell['item']}' again", "each once")
        seen.add(cell["item"])
        if cell["printed"] > 100:
            reader.fault(row, "printed", f"{cell['printed']:g}", "0 to 100 percent")
        if cell["n_min"] > cell["n"]:
            reader.fault(row, "n_min", f"{cell['n_min']:g}", f"at most n, {cell['n']:g}")
        text, tolerance = str(as_text(raw.at[row, "printed"])), as_text(raw.at[row, "tolerance"])
        rounding = Fraction(1, 2 * 10 ** decimals(text))
        if cell["relation"] == "over" and cell["tolerance"] > 0:
            reader.fault(row, "tolerance", f"'{tolerance}'", "a blank or 0 where the relation is over")
        elif cell["relation"] == "about" and cell["tolerance"] < rounding:
            reader.fault(
                row,
                "tolerance",
                f"'{tolerance}'",
                f"at least {float(rounding):g}, which rounding alone allows",
            )
        if not reader.faults:
            width = rounding if tolerance is None else Fraction(tolerance)
            frames.append(_fits(Fraction(text), width, cell))
    if reader.faults:
        raise InputFaults(reader.faults)
    return stacked("shares", [f.assign(study=study, source_id=source_id, source=source) for f in frames])


def _fits(percent: Fraction, width: Fraction, cell: pd.Series[object]) -> pd.DataFrame:
    """The rows of one printed share: the counts that fit for each n, largest n first."""
    import pandas as pd

    over = cell["relation"] == "over"
    low = percent / 100 if over else max(percent - width, Fraction(0)) / 100
    high = Fraction(1) if over else min(percent + width, Fraction(100)) / 100
    rows = []
    for n in range(int(cell["n"]), int(cell["n_min"]) - 1, -1):
        least = math.floor(low * n) + 1 if over else math.ceil(low * n)
        fit = [str(c) for c in range(least, math.floor(high * n) + 1)]
        rows.append({"n": n, "counts": ";".join(fit) or None})
    return pd.DataFrame(rows).assign(
        item=cell["item"],
        relation=cell["relation"],
        printed=float(percent / 100),
        low=float(low),
        high=float(high),
        where=cell["where"],
    )
