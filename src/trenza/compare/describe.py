"""Describe what a study holds: do printed counts add up, how are outcomes spread, how are items rated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS

DIMENSIONS = ("role", "gender", "municipality")
ALL = "all"  # the level of a dimension that a total sums over
UNKNOWN = "unknown"  # the group of rows whose group is missing
STATISTICS = ("mean", "sd", "min", "q25", "median", "q75", "max")


# Quartiles of real data are shown from this many times the disclosure threshold.
QUARTILES_FROM = 4


def check_counts(counts: pd.DataFrame, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Sum the cells under each printed total.

    ``counts`` has unit, role, gender, municipality, n, printed_as (``cell`` or ``total``) and where, one
    row a printed number. A total covers the cells of its unit that equal it in every dimension in which the
    total is not ``all``. Returns contract ``counts`` in the order given: ``computed`` is that sum (a cell's
    own n for a cell) and ``agrees`` says whether it is n. Raises ``InputFaults`` for other words in
    printed_as, for counts that are not whole numbers from 0, and for totals without any cell.
    """
    place = (f"study {study}", f"sources.{source_id}")
    faults: list[Fault] = []
    number = pd.to_numeric(counts["n"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    whole = np.isfinite(number) & (number >= 0) & (number == np.floor(number))
    for label, n in zip(_labels(counts)[~whole], counts["n"][~whole], strict=True):
        faults.append(Fault(*place, "n", f"{n!r} for {label}", "a whole number from 0"))
    printed_as = counts["printed_as"].to_numpy(dtype=object)
    known = np.isin(printed_as.astype(str), ["cell", "total"])
    for label, word in zip(_labels(counts)[~known], printed_as[~known], strict=True):
        faults.append(Fault(*place, "printed_as", f"{word!r} for {label}", "cell or total"))
    if faults:
        raise InputFaults(faults)
    is_cell = printed_as == "cell"
    computed = number.copy()
    for i in np.flatnonzero(~is_cell):
        covered = is_cell & (counts["unit"] == counts["unit"].iloc[i]).to_numpy()
        for dimension in DIMENSIONS:
            if counts[dimension].iloc[i] != ALL:
                covered &= (counts[dimension] == counts[dimension].iloc[i]).to_numpy()
        computed[i] = number[covered].sum()
        if not covered.any():
            label = _labels(counts)[i]
            faults.append(
                Fault(
                    *place,
                    "printed_as",
                    f"a total without cells: {label}",
                    "a cell, or a total of cells that are printed",
                )
            )
    if faults:
        raise InputFaults(faults)
    held = counts[["unit", *DIMENSIONS, "printed_as", "where"]]
    return CONTRACTS["counts"].check(
        held.assign(
            study=study,
            source_id=source_id,
            source=source,
            n=number,
            computed=computed,
            agrees=number == computed,
        )
    )


def _labels(counts: pd.DataFrame) -> np.ndarray:
    """What names a row of counts for a reader: unit / role / gender / municipality."""
    return np.array(
        [" / ".join(map(str, row)) for row in counts[["unit", *DIMENSIONS]].to_numpy()], dtype=object
    )


def distribution(
    records: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    outcomes: Sequence[str],
    group: str,
    min_cell: int | None,
) -> pd.DataFrame:
    """Spread of each outcome in each level of ``group`` and, last, in rows whose group is missing (unknown).

    ``records`` has one row a unit. Quartiles interpolate linearly between order statistics (Hyndman & Fan
    type 7), the SD divides by n - 1 and is blank for n = 1. With ``min_cell``, a row with 0 < n < min_cell
    is suppressed: all its figures are blank. So are the rows of the outcome without which a total printed
    elsewhere would give it away (``hidden_cells``), and a number of missing values that is as small. min and max,
    each one unit's own value, are blank throughout, and quartiles below 4 x ``min_cell`` units. Returns contract
    ``distribution``. Raises ``InputFaults`` for missing or non-numeric columns and for a level that is itself
    called unknown while groups are missing.
    """
    place = (f"study {study}", f"sources.{source_id}")
    columns = ", ".join(map(str, records.columns))
    faults = [
        Fault(*place, name, "no such column in the rows", f"one of {columns}")
        for name in [*outcomes, group]
        if name not in records.columns
    ]
    faults += [
        Fault(*place, name, f"values of type {records[name].dtype}", "numbers")
        for name in outcomes
        if name in records.columns and not pd.api.types.is_numeric_dtype(records[name])
    ]
    if faults:
        raise InputFaults(faults)
    levels = sorted(records[group].dropna().unique(), key=str)
    parts = {str(level): (records[group] == level).fillna(False).to_numpy(dtype=bool) for level in levels}
    missing = records[group].isna().to_numpy()
    if missing.any():
        if UNKNOWN in parts:
            found = f"a level {UNKNOWN!r} and {int(missing.sum())} rows without a group"
            raise InputFaults(
                [Fault(*place, group, found, f"a level name other than {UNKNOWN!r}, or no blanks")]
            )
        parts[UNKNOWN] = missing
    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        values = records[outcome].to_numpy(dtype=float, na_value=np.nan)
        of_outcome = [
            {"outcome": outcome, "group": name, **_spread(values[part])} for name, part in parts.items()
        ]
        rows += _suppress(of_outcome, min_cell)
    frame = pd.DataFrame(rows, columns=["outcome", "group", "n", "n_missing", *STATISTICS, "suppressed"])
    return CONTRACTS["distribution"].check(frame.assign(study=study, source_id=source_id, source=source))


def _spread(values: np.ndarray) -> dict[str, Any]:
    """Counts and statistics of one cell; blanks where there is nothing to compute them from."""
    present = values[~np.isnan(values)]
    figures: dict[str, Any] = {
        "n": len(present),
        "n_missing": len(values) - len(present),
        "suppressed": False,
    }
    if len(present):
        low, q25, median, q75, high = np.quantile(present, [0.0, 0.25, 0.5, 0.75, 1.0])
        figures |= {"mean": present.mean(), "min": low, "q25": q25, "median": median, "q75": q75, "max": high}
    if len(present) > 1:
        figures["sd"] = present.std(ddof=1)
    return figures


def _suppress(rows: list[dict[str, Any]], min_cell: int | None) -> list[dict[str, Any]]:
    """One outcome's rows with small cells blanked, and those without which a total would give them away."""
    if min_cell is None:
        return rows
    hidden = hidden_cells(np.array([row["n"] for row in rows], dtype=int), min_cell).tolist()
    kept = ("outcome", "group")
    # The lowest and the highest value belong to one unit each, however many there are.
    single = {"min": None, "max": None}
    # With few units the quartiles are nearly the values themselves, and mean and SD give the rest away.
    near = {"q25": None, "median": None, "q75": None}
    return [
        {**{k: row[k] for k in kept}, "suppressed": True}
        if hide
        else {
            **row,
            **single,
            **(near if row["n"] < QUARTILES_FROM * min_cell else {}),
            **({"n_missing": None} if 0 < row["n_missing"] < min_cell else {}),
        }
        for row, hide in zip(rows, hidden, strict=True)
    ]


def rate_items(ratings: pd.DataFrame, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Place each item's printed mean on its scale and rank the items.

    ``ratings`` has item, n, mean, sd, scale_min, scale_max, where and note, one row an item. Returns
    contract ``ratings`` in the order given, with share_of_range = (mean - min) / (max - min) and rank (1 =
    highest mean; equal means share the better rank). Raises ``InputFaults`` for an empty scale and for
    means outside it.
    """
    place = (f"study {study}", f"sources.{source_id}")
    mean, low, high = (ratings[name].to_numpy(dtype=float) for name in ("mean", "scale_min", "scale_max"))
    faults = [
        Fault(*place, "scale_max", f"scale {lo!r} to {hi!r} of item {item!r}", "a maximum above the minimum")
        for item, lo, hi in zip(ratings["item"], low.tolist(), high.tolist(), strict=True)
        if not lo < hi
    ]
    faults += [
        Fault(*place, "mean", f"mean {m!r} of item {item!r}", f"a number from {lo!r} to {hi!r}")
        for item, m, lo, hi in zip(ratings["item"], mean.tolist(), low.tolist(), high.tolist(), strict=True)
        if lo < hi and not lo <= m <= hi
    ]
    if faults:
        raise InputFaults(faults)
    held = ratings[["item", "n", "mean", "sd", "scale_min", "scale_max", "where", "note"]]
    return CONTRACTS["ratings"].check(
        held.assign(
            study=study,
            source_id=source_id,
            source=source,
            share_of_range=(mean - low) / (high - low),
            rank=pd.Series(mean).rank(ascending=False, method="min").to_numpy(),
        )
    )
