"""The 2x2 counts of two coders by document and code, and those of all coders that Krippendorff's alpha needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from trenza.qualitative.marks import Marks
from trenza.qualitative.spans import merged, overlaps

BOTH, ONLY_A, ONLY_B = 0, 1, 2


@dataclass(frozen=True)
class PairCounts:
    """Two coders on the documents that both worked on.

    ``documents``: positions, (D,). ``sizes``: units of comparison, (D, C) or (D, 1); NaN where none can be
    counted that neither marked. ``counts``: units that both, only the first, only the second marked, (D, C, 3).
    ``uses``: merged passages of each coder, (D, C, 2).
    """

    coder_a: str
    coder_b: str
    documents: np.ndarray
    sizes: np.ndarray
    counts: np.ndarray
    uses: np.ndarray


def pairs_of(marks: Marks) -> list[tuple[int, int]]:
    """Coders, two by two, who worked on a document in common."""
    both = marks.worked.astype(np.int64) @ marks.worked.T.astype(np.int64)
    return [(a, b) for a, b in combinations(range(len(marks.coders)), 2) if both[a, b]]


def pair_counts(marks: Marks) -> list[PairCounts]:
    """The counts of every pair of coders, by interval arithmetic: |both| = |A| + |B| - |A or B|."""
    shape = (len(marks.documents), len(marks.codes))
    own = [marks.table.loc[marks.table["coder"] == i] for i in range(len(marks.coders))]
    length, uses = [_length(t, shape) for t in own], [_uses(t, shape) for t in own]
    found = []
    for a, b in pairs_of(marks):
        docs = np.flatnonzero(marks.worked[a] & marks.worked[b])
        either = _length(merged(pd.concat([own[a], own[b]]), ["doc", "code"]), shape)
        both = length[a] + length[b] - either
        counts = np.stack([both, length[a] - both, length[b] - both], axis=-1)[docs]
        sizes = marks.sizes[docs].astype(np.float64)[:, None]
        found.append(
            PairCounts(marks.coders[a], marks.coders[b], docs, sizes, counts.astype(np.float64),
                       np.stack([uses[a], uses[b]], axis=-1)[docs])
        )  # fmt: skip
    return found


def within_both(marks: Marks, any_code: Marks, pairs: list[PairCounts]) -> list[PairCounts]:
    """The same counts over the text that both coders of a pair marked with any code at all.

    What is left is the question which code they gave it: categorisation apart from segmentation. ``pairs`` is
    ``pair_counts(marks)``.
    """
    shape = (len(marks.documents), len(marks.codes))
    found = []
    for counts in pairs:
        a, b = marks.coders.index(counts.coder_a), marks.coders.index(counts.coder_b)
        shared = _shared_text(any_code.table, a, b)
        inside = []
        for coder in (a, b):
            own = marks.table.loc[marks.table["coder"] == coder]
            of_own, _, length = overlaps(*_columns(own), *_columns(shared))
            cell = own["doc"].to_numpy() * shape[1] + own["code"].to_numpy()
            total = np.bincount(cell[of_own], weights=length, minlength=shape[0] * shape[1])
            inside.append(total.reshape(shape)[counts.documents])
        both = counts.counts[..., BOTH]
        size = np.bincount(shared["doc"], weights=shared["end"] - shared["start"], minlength=shape[0])
        found.append(
            PairCounts(counts.coder_a, counts.coder_b, counts.documents, size[counts.documents][:, None],
                       np.stack([both, inside[0] - both, inside[1] - both], axis=-1), counts.uses)
        )  # fmt: skip
    return found


def all_coder_sums(marks: Marks, pairs: list[PairCounts]) -> tuple[np.ndarray, np.ndarray]:
    """What alpha over all coders adds up: (documents with two coders or more, sums of shape (D, C, 3)).

    The sums are pairable values, values that are marks, and the coincidences of a mark with no mark, where a
    document of m coders counts each pair of coders 1/(m - 1) times (Krippendorff 2019, chapter 12).
    """
    coders = marks.worked.sum(axis=0)
    docs = np.flatnonzero(coders >= 2)
    shape = (len(marks.documents), len(marks.codes))
    apart = np.zeros(shape)
    for pair in pairs:
        differ = pair.counts[..., ONLY_A] + pair.counts[..., ONLY_B]
        apart[pair.documents] += differ / (coders[pair.documents] - 1)[:, None]
    ones = _length(marks.table, shape)
    values = np.broadcast_to((coders * marks.sizes).astype(np.float64)[:, None], shape)
    return docs, np.stack([values, ones, apart], axis=-1)[docs]


def uses_of_all(marks: Marks) -> np.ndarray:
    """Merged passages of all coders, (D, C)."""
    return _uses(marks.table, (len(marks.documents), len(marks.codes)))


def _shared_text(table: pd.DataFrame, a: int, b: int) -> pd.DataFrame:
    """Text that both coders marked, by document; passages of one coder do not overlap."""
    first, second = table.loc[table["coder"] == a], table.loc[table["coder"] == b]
    of_a, of_b, _ = overlaps(*_columns(first), *_columns(second))
    left, right = first.iloc[of_a], second.iloc[of_b]
    shared = pd.DataFrame(
        {
            "doc": left["doc"].to_numpy(),
            "start": np.maximum(left["start"].to_numpy(), right["start"].to_numpy()),
            "end": np.minimum(left["end"].to_numpy(), right["end"].to_numpy()),
        }
    )
    return merged(shared, ["doc"])


def _columns(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        table["doc"].to_numpy(dtype=np.int64),
        table["start"].to_numpy(dtype=np.int64),
        table["end"].to_numpy(dtype=np.int64),
    )


def _length(table: pd.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    cell = table["doc"].to_numpy(dtype=np.int64) * shape[1] + table["code"].to_numpy(dtype=np.int64)
    length = (table["end"] - table["start"]).to_numpy(dtype=np.float64)
    total = np.bincount(cell, weights=length, minlength=shape[0] * shape[1])
    return total.reshape(shape)


def _uses(table: pd.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    cell = table["doc"].to_numpy(dtype=np.int64) * shape[1] + table["code"].to_numpy(dtype=np.int64)
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
