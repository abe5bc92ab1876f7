"""Codes crossed with cases, roles, schools or any attribute: counts, shares of cases, and which segments they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.qualitative_tables import DIRECTIONS, QUALITATIVE_TABLES
from trenza.qualitative.shares import wilson

_COUNTS = ["n_segments", "n_cases", *DIRECTIONS]


def code_matrix(
    segments: pd.DataFrame,
    cases: pd.DataFrame,
    by: Sequence[str],
    *,
    study: str,
    source_id: str,
    source: str,
    min_cell: int = 0,
    ci_level: float = 0.95,
) -> pd.DataFrame:
    """Table ``code_matrix``: every code crossed with every level of each column in ``by``.

    ``segments``: segment_id, case, code and, where it is known, direction; one row a segment, code and case.
    ``cases``: case and the columns of ``by`` (``case`` itself needs no column): all cases of the strand, also
    those without a segment, since they are the base of the shares. Cases without a value are of no level.
    ``share_cases`` is the share of the level's cases with a segment under the code, with Wilson's interval.
    With ``min_cell`` above 0, cells of fewer cases are withheld, with a further one where the total would give
    them away (``contracts.disclosure.hidden_cells``), and so are their segments; columns by case are refused. Of a level
    with fewer cases everything is withheld, the number of cases and empty cells too: "none of both principals" tells
    of both.
    Raises ``InputFaults`` for unknown columns and cases.
    """
    _check(segments, cases, by, min_cell)
    rows = []
    for column in by:
        own = cases.assign(level=cases[column]).dropna(subset=["level"]).astype({"level": "str"})
        base = own.groupby("level", sort=True)["case"].nunique()
        levels, codes = list(base.index), sorted(set(segments["code"]))
        joined = segments.merge(own[["case", "level"]].drop_duplicates(), on="case")
        flags = {d: _flag(joined, d) for d in DIRECTIONS}
        grouped = joined.assign(**flags).groupby(["code", "level"], sort=True)
        counted = grouped.agg(
            n_segments=("segment_id", "nunique"),
            n_cases=("case", "nunique"),
            **{d: (d, "sum") for d in DIRECTIONS},
            segments=("segment_id", lambda ids: ";".join(sorted(set(ids)))),
        )
        every = pd.MultiIndex.from_product([codes, levels], names=["code", "level"])
        cells = counted.reindex(every).reset_index()
        cells[_COUNTS] = cells[_COUNTS].fillna(0).astype("Int64")
        cells = cells.assign(by=column, n_cases_total=cells["level"].map(base).astype("Int64"))
        few = hidden_cells(base.to_numpy(dtype=np.int64), min_cell)
        rows.append(_withheld(cells, len(codes), few, min_cell))
    contract = QUALITATIVE_TABLES["code_matrix"]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=contract.names)
    shown = table["n_cases"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    total = table["n_cases_total"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    low, high = wilson(shown, total, ci_level)
    table = table.assign(
        study=study, source_id=source_id, source=source, ci_level=ci_level,
        share_cases=shown / np.where(total > 0, total, np.nan), ci_low=low, ci_high=high,
    )  # fmt: skip
    return contract.check(table[contract.names])


def by_school(matrix: pd.DataFrame, column: str = "school") -> pd.DataFrame:
    """One row a school of ``code_matrix``, to be joined to scores: the id under ``column``, then a column a code.

    Cells are numbers of segments: 0 where the school has none under the code, missing where withheld.
    """
    own = matrix.loc[matrix["by"] == column]
    wide = own.pivot(index="level", columns="code", values="n_segments").sort_index(axis=1)
    return wide.rename_axis(columns=None).rename_axis(column).reset_index()


def _check(segments: pd.DataFrame, cases: pd.DataFrame, by: Sequence[str], min_cell: int) -> None:
    faults = [
        Fault("segments", "", c, "no such column", "a column of this name")
        for c in ("segment_id", "case", "code")
        if c not in segments.columns
    ]
    faults += [
        Fault("cases", "", c, "no such column", ", ".join(map(str, cases.columns)))
        for c in by
        if c not in cases.columns
    ]
    if min_cell > 1 and "case" in by:
        faults.append(
            Fault("code matrix", "", "by", "case", f"groups of {min_cell} cases or more: a case is one")
        )
    if not faults:
        unknown = sorted(set(segments["case"].dropna()) - set(cases["case"]))
        faults += [Fault("segments", "", "case", repr(c), "a case of the table of cases") for c in unknown]
    if faults:
        raise InputFaults(faults)


def _flag(segments: pd.DataFrame, direction: str) -> pd.Series:
    if "direction" not in segments.columns:
        return pd.Series(0, index=segments.index)
    return segments["direction"].eq(direction).fillna(False).astype("int64")


def _withheld(cells: pd.DataFrame, codes: int, few: np.ndarray, min_cell: int) -> pd.DataFrame:
    """``few`` (levels,): levels of which nothing is shown."""
    counts = cells["n_cases"].to_numpy(dtype=np.int64).reshape(codes, len(few))
    hidden = np.array([hidden_cells(row, min_cell, few) for row in counts], dtype=bool).reshape(-1)
    cells.loc[hidden, _COUNTS] = pd.NA
    cells.loc[hidden, "segments"] = None
    cells.loc[np.tile(few, codes), "n_cases_total"] = pd.NA
    return cells.assign(suppressed=hidden)
