"""Arithmetic of marked passages: merged, measured and laid over each other, without an array of characters.

A passage is a row with ``start`` and ``end``, whole numbers, end exclusive. Groups of rows (a document, a
code, a coder) are laid one behind the other on one long line, so that one sort serves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    Ints = np.ndarray


def merged(passages: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Overlapping passages of one group joined; columns ``by``, start, end, sorted by them.

    Passages that only touch stay apart, empty ones are left out. Any row order gives the same rows.
    """
    kept = passages.loc[passages["end"] > passages["start"], [*by, "start", "end"]]
    kept = kept.sort_values([*by, "start", "end"], ignore_index=True)
    if not len(kept):
        return kept
    offset = _group_numbers(kept, by) * (int(kept["end"].max()) + 1)
    start = kept["start"].to_numpy(dtype=np.int64) + offset
    end = kept["end"].to_numpy(dtype=np.int64) + offset
    reach = np.maximum.accumulate(end)
    first = np.flatnonzero(np.r_[True, start[1:] >= reach[:-1]])
    joined = kept.iloc[first].reset_index(drop=True)
    joined["end"] = np.maximum.reduceat(end, first) - offset[first]
    return joined


def overlaps(
    a_key: Ints, a_start: Ints, a_end: Ints, b_key: Ints, b_start: Ints, b_end: Ints
) -> tuple[Ints, Ints, Ints]:
    """All pairs of a passage of ``a`` with one of ``b`` of the same key that share text.

    Returns (row of a, row of b, shared length). Passages of ``b`` with one key must not overlap each other,
    and ``b`` is sorted by key and start. Keys are whole numbers from 0.
    """
    stride = 1 + max([int(x.max()) for x in (a_end, b_end) if len(x)], default=0)
    left, right = b_key * stride + b_start, b_key * stride + b_end
    low = np.searchsorted(right, a_key * stride + a_start, side="right")
    high = np.maximum(np.searchsorted(left, a_key * stride + a_end, side="left"), low)
    count = high - low
    of_a = np.repeat(np.arange(len(a_key)), count)
    of_b = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    shared = np.minimum(a_end[of_a], b_end[of_b]) - np.maximum(a_start[of_a], b_start[of_b])
    return of_a, of_b, shared


def only_one_value(passages: pd.DataFrame, by: Sequence[str], value: str) -> pd.DataFrame:
    """The stretches that stand under one passage alone, and the passage that each is a piece of.

    ``passages`` overlap only where they differ in ``value``. Columns ``by``, ``value``, start, end,
    ``passage`` (row of ``passages``); text under two passages of one group is left out.
    """
    import pandas as pd

    table = passages.reset_index(drop=True)
    columns = [*by, value, "start", "end", "passage"]
    if not len(table):
        return table.assign(passage=pd.Series(dtype="int64"))[columns]
    group = _group_numbers(table, by)
    rows = np.arange(len(table))
    key = np.r_[group, group]
    at = np.r_[table["start"].to_numpy(dtype=np.int64), table["end"].to_numpy(dtype=np.int64)]
    step = np.r_[np.ones(len(table), dtype=np.int64), -np.ones(len(table), dtype=np.int64)]
    order = np.lexsort((at, key))
    key, at, step, of = key[order], at[order], step[order], np.r_[rows, rows][order]
    # Where one passage alone is open, the running sum of open row numbers is that row.
    depth, open_row = np.cumsum(step), np.cumsum(step * of)
    alone = np.flatnonzero((depth[:-1] == 1) & (key[1:] == key[:-1]) & (at[1:] > at[:-1]))
    pieces = table.iloc[open_row[alone]][[*by, value]].reset_index(drop=True)
    return pieces.assign(start=at[alone], end=at[alone + 1], passage=open_row[alone])[columns]


def _group_numbers(table: pd.DataFrame, by: Sequence[str]) -> Ints:
    return np.asarray(table.groupby([*by], sort=True).ngroup().to_numpy(dtype=np.int64))
