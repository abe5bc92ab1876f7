"""Fitted values: the one thing that needs the rows again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trenza.multilevel.accumulate import BLOCK, column_maker
from trenza.multilevel.cells import Factor
from trenza.multilevel.coding import whole_matrix
from trenza.multilevel.components import named
from trenza.multilevel.levels import level_codes
from trenza.multilevel.machinery import Machinery
from trenza.multilevel.source import DataError, Needs, Source, complete, numbers


def predicted(machinery: Machinery, modes: pd.DataFrame | None, data: pd.DataFrame | None) -> pd.Series:
    """X b, and Z u where ``modes`` are given, for the rows of ``data``; nan where a column of X or Z is missing."""
    m = machinery
    frame = m.source.data if data is None else data
    if not isinstance(frame, pd.DataFrame):
        raise DataError("predict: the fit was made from a file; give the rows to predict as a DataFrame")
    # the outcome is not needed, but has its place among the columns
    outcome = m.needs.outcome
    frame = frame.assign(**dict.fromkeys((outcome, *m.needs.outcomes), 0.0))
    groups = m.needs.groups if modes is not None else ()
    needs = Needs(outcome, m.needs.variables, m.needs.slopes, groups, None, m.needs.categorical)
    Source(frame).require(needs.columns)
    keep, _ = complete(frame, needs)
    used = frame if keep is None else frame.loc[keep]
    values = _fixed(m, used)
    if modes is not None:
        for factor in m.search.structure.factors:
            values += _random(m, factor, modes, used)
    out = np.full(len(frame), np.nan)
    if keep is None:
        out = values
    else:
        out[keep] = values
    return pd.Series(out, index=frame.index, name="fitted")


def design_rows(m: Machinery, data: pd.DataFrame) -> np.ndarray:
    """X (n, p) of the rows of ``data`` in the coordinates of the fit; nan where a column of X or Z is missing."""
    outcome = m.needs.outcome
    frame = data.assign(**dict.fromkeys((outcome, *m.needs.outcomes), 0.0))
    needs = Needs(outcome, m.needs.variables, m.needs.slopes, (), None, m.needs.categorical)
    Source(frame).require(needs.columns)
    keep, _ = complete(frame, needs)
    used = frame if keep is None else frame.loc[keep]
    out = np.full((len(frame), len(m.basis.names)), np.nan)
    rows = np.arange(len(frame)) if keep is None else np.flatnonzero(keep)
    for some, block in _blocks(m, used):
        out[rows[some]] = block.T @ m.basis.columns[:, :-1]
    return out


def _fixed(m: Machinery, used: pd.DataFrame) -> np.ndarray:
    """X b in the user's units, in the coordinates of the fit, which lose no digits."""
    coefficients = m.basis.columns[:, :-1] @ m.found.point.beta * m.basis.y_scale
    out = np.empty(len(used))
    for rows, block in _blocks(m, used):
        out[rows] = coefficients @ block
    return out + m.basis.y_shift


def _blocks(m: Machinery, used: pd.DataFrame) -> Iterator[tuple[slice, np.ndarray]]:
    """The accumulated columns (k, m) of complete rows, block by block."""
    for name, levels in m.survey.levels.items():
        if not name.startswith("group ") and name in m.needs.variables:
            unknown = level_codes(used[name], levels) < 0
            if unknown.any():
                raise DataError(
                    f"predict: {name} holds {used[name][unknown].iloc[0]}, a level that was not in the fit"
                )
    columns = m.columns
    if m.part.recipes is None:
        from dataclasses import replace

        columns = replace(columns, matrix=whole_matrix(m.part, used, m.survey))
    fill = column_maker(columns, used, m.survey, 0)
    buffer = np.empty((len(columns.pieces), BLOCK))
    for start in range(0, len(used), BLOCK):
        rows = slice(start, min(start + BLOCK, len(used)))
        block = buffer[:, : rows.stop - start]
        fill(rows, block)
        for j, scale in enumerate(columns.scales):
            if scale.middle or scale.exponent:
                block[j] = scale.apply(block[j])
        yield rows, block


def _random(m: Machinery, factor: Factor, modes: pd.DataFrame, used: pd.DataFrame) -> np.ndarray:
    """Z u of one factor; levels that were not in the fit get 0."""
    group = next(t.group for t in m.formula.random if t.group_name == factor.name)
    known = {name: m.survey.levels["group " + name] for name in group}
    cells = np.zeros(len(m.survey.cells), dtype=np.int64)
    rows = np.zeros(len(used), dtype=np.int64)
    missing = np.zeros(len(used), dtype=bool)
    for name in group:
        cells = cells * len(known[name]) + m.survey.cells[name].to_numpy()
        code = level_codes(used[name], known[name])
        missing |= code < 0
        rows = rows * len(known[name]) + code
    position = pd.Index(np.unique(cells)).get_indexer(np.where(missing, -1, rows))
    out = np.zeros(len(used))
    table = modes[modes["group"] == factor.name]
    for column in factor.columns:
        mode = np.append(table.loc[table["term"] == named(column), "mode"].to_numpy(), 0.0)
        out += mode[position] * (1.0 if column == "1" else numbers(used[column]))
    return out
