"""The segment as the unit of comparison: passages of two coders that overlap enough are the same segment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.qualitative.marks import Marks
from trenza.qualitative.pair_counts import PairCounts, pairs_of
from trenza.qualitative.spans import overlaps


def matches(marks: Marks, a: int, b: int, threshold: float) -> pd.DataFrame:
    """Every overlap of a passage of coder ``a`` with one of coder ``b`` under the same code.

    Columns doc, code, row_a, row_b (labels in ``marks.table``), shared, share (shared text over the text of
    either, 0 to 1) and matched. Each passage is matched at most once, to the first in the text that reaches
    ``threshold``; passages of one coder do not overlap, so no other choice matches more of them.
    """
    table = marks.table
    first, second = table.loc[table["coder"] == a], table.loc[table["coder"] == b]
    left, right = _columns(first, len(marks.codes)), _columns(second, len(marks.codes))
    of_a, of_b, shared = overlaps(*left, *right)
    length_a, length_b = (left[2] - left[1])[of_a], (right[2] - right[1])[of_b]
    share = shared / (length_a + length_b - shared)
    found = first[["doc", "code"]].iloc[of_a].reset_index(drop=True)
    found = found.assign(
        row_a=first.index.to_numpy()[of_a], row_b=second.index.to_numpy()[of_b], shared=shared, share=share
    )
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    matched = []
    for row_a, row_b, enough in zip(found["row_a"], found["row_b"], share >= threshold, strict=True):
        new = bool(enough) and row_a not in taken_a and row_b not in taken_b
        matched.append(new)
        if new:
            taken_a.add(row_a)
            taken_b.add(row_b)
    return found.assign(matched=np.array(matched, dtype=bool))


def segment_counts(marks: Marks, threshold: float) -> list[PairCounts]:
    """Segments that both coders have, that only one has; nothing can be counted that neither has (size NaN)."""
    shape = (len(marks.documents), len(marks.codes))
    found = []
    for a, b in pairs_of(marks):
        docs = np.flatnonzero(marks.worked[a] & marks.worked[b])
        pairs = matches(marks, a, b, threshold)
        pairs = pairs.loc[pairs["matched"]]
        both = _cells(pairs, shape)
        uses = np.stack([_cells(marks.table.loc[marks.table["coder"] == i], shape) for i in (a, b)], axis=-1)
        counts = np.stack([both, uses[..., 0] - both, uses[..., 1] - both], axis=-1)[docs].astype(np.float64)
        sizes = np.full((len(docs), 1), np.nan)
        found.append(PairCounts(marks.coders[a], marks.coders[b], docs, sizes, counts, uses[docs]))
    return found


def _columns(table: pd.DataFrame, codes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    key = table["doc"].to_numpy(dtype=np.int64) * codes + table["code"].to_numpy(dtype=np.int64)
    return key, table["start"].to_numpy(dtype=np.int64), table["end"].to_numpy(dtype=np.int64)


def _cells(table: pd.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    cell = table["doc"].to_numpy(dtype=np.int64) * shape[1] + table["code"].to_numpy(dtype=np.int64)
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
