"""Table 1: how participants and control differed before anything was done, in standard deviations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.compare.contrast import Group, hedges_factor, pooled_sd
from trenza.compare.records import floats, summary
from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS

SATISFIED, ADJUSTABLE = 0.05, 0.25  # What Works Clearinghouse, Standards Handbook 5.0, baseline equivalence
HEDGES_G = "Hedges g: pooled SD, small-sample factor"
COX = "Cox index: log odds ratio / 1.65, small-sample factor"
_COX_SCALE = 1.65


def band(difference_sd: float) -> str | None:
    """Baseline band of a standardised difference; the edges belong to the better band. None without a difference.

    Up to 0.05 the requirement is ``satisfied``; up to 0.25 it is if the analysis adjusts for the variable
    (``adjust``); above it is ``not_satisfied``.
    """
    if math.isnan(difference_sd):
        return None
    size = abs(difference_sd)
    return "satisfied" if size <= SATISFIED else "adjust" if size <= ADJUSTABLE else "not_satisfied"


def baseline_table(
    records: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    variables: Sequence[str],
    group: str,
    participants: str,
    control: str,
    min_cell: int | None,
) -> pd.DataFrame:
    """Contract ``baseline``: each of ``variables`` by group, participants - control.

    ``records`` has one row a unit. A numeric column gives one row: means, SDs and Hedges g. Any other column
    (text, categories, true and false) gives one row for each level in order: shares of the values present, and
    the Cox index, which puts a difference of shares on the scale of g. No difference, with the reason in the note,
    where a group has fewer than 2 values, nothing varies, or a share is 0 or 1. With ``min_cell`` a row is
    suppressed whole if a count in it is hidden (``hidden_cells``): the values of a group for a number, the
    units of any level for categories, then all levels of the variable. Raises ``InputFaults`` for missing columns
    and an absent group.
    """
    place = (f"study {study}", f"sources.{source_id}")
    columns = ", ".join(map(str, records.columns))
    faults = [
        Fault(*place, name, "no such column in the rows", f"one of {columns}")
        for name in [*variables, group]
        if name not in records.columns
    ]
    if not faults:
        faults = [
            Fault(*place, group, f"no row of group {level!r}", "at least one row of each group")
            for level in (participants, control)
            if not (records[group] == level).any()
        ]
    if faults:
        raise InputFaults(faults)
    parts = [records[records[group] == level] for level in (participants, control)]
    rows: list[dict[str, Any]] = []
    for name in variables:
        numeric = pd.api.types.is_numeric_dtype(records[name]) and not pd.api.types.is_bool_dtype(
            records[name]
        )
        pair = [part[name] for part in parts]
        rows += [{"variable": name, **row} for row in (_number if numeric else _levels)(pair, min_cell)]
    frame = pd.DataFrame(rows, columns=CONTRACTS["baseline"].names)
    return CONTRACTS["baseline"].check(frame.assign(study=study, source_id=source_id, source=source))


def _counts(pair: Sequence[pd.Series]) -> dict[str, Any]:
    present = [int(values.notna().sum()) for values in pair]
    return {
        "n_participants": present[0],
        "n_control": present[1],
        "missing_participants": len(pair[0]) - present[0],
        "missing_control": len(pair[1]) - present[1],
        "suppressed": False,
    }


def _number(pair: Sequence[pd.Series], min_cell: int | None) -> list[dict[str, Any]]:
    """The row of a numeric variable."""
    counts = _counts(pair)
    if min_cell is not None and any(0 < counts[n] < min_cell for n in ("n_participants", "n_control")):
        return [{"method": HEDGES_G, "suppressed": True}]
    first, second = (summary(values) for values in pair)
    row = {**counts, "method": HEDGES_G}
    for who, values, part in zip(("participants", "control"), pair, (first, second), strict=True):
        present = floats(values)
        present = present[~np.isnan(present)]
        row[f"mean_{who}"] = present.mean() if len(present) else math.nan
        row[f"sd_{who}"] = part.sd
    return [{**row, **_difference(first, second)}]


def _difference(first: Group, second: Group) -> dict[str, Any]:
    if min(first.n, second.n) < 2:
        return {"note": "fewer than 2 values in a group"}
    sd = pooled_sd(first, second)
    if not sd > 0.0:
        return {"note": "nothing varies within the groups"}
    g = hedges_factor(first.n + second.n - 2) * (first.mean - second.mean) / sd
    return {"difference_sd": g, "band": band(g)}


def _levels(pair: Sequence[pd.Series], min_cell: int | None) -> list[dict[str, Any]]:
    """One row for each level of a categorical variable."""
    levels = sorted(set(pair[0].dropna()) | set(pair[1].dropna()), key=str)
    found = np.array([[int((values == level).sum()) for level in levels] for values in pair]).reshape(2, -1)
    hide = min_cell is not None and any(hidden_cells(row, min_cell).any() for row in found)
    if hide:
        return [{"level": str(level), "method": COX, "suppressed": True} for level in levels]
    counts = _counts(pair)
    n_1, n_0 = counts["n_participants"], counts["n_control"]
    rows = []
    for level, (k_1, k_0) in zip(levels, found.T.tolist(), strict=True):
        row = {**counts, "level": str(level), "method": COX}
        row["mean_participants"] = k_1 / n_1 if n_1 else math.nan
        row["mean_control"] = k_0 / n_0 if n_0 else math.nan
        if 0 < k_1 < n_1 and 0 < k_0 < n_0:
            log_odds = math.log(k_1 / (n_1 - k_1)) - math.log(k_0 / (n_0 - k_0))
            cox = hedges_factor(n_1 + n_0 - 2) * log_odds / _COX_SCALE
            row |= {"difference_sd": cox, "band": band(cox)}
        else:
            row["note"] = "a share of 0 or 1 has no odds"
        rows.append(row)
    return rows
