"""Weighted sums of outer products of sparse rows: D'diag(w) D again and again for new weights.

Where two factors are crossed, each step of the search needs this sum over the groups of the finest factor with other
weights. The products of the elements of a row do not change, so they are kept for rows with few elements; rows with
many are multiplied as dense ones, which LAPACK does faster than any list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

# Products that are kept at most (12 bytes each), and the share of filled columns beyond which a dense row is faster
_MOST, _DENSE = 12_000_000, 0.15
# Dense rows are multiplied so many at a time
_CHUNK = 1024


@dataclass(frozen=True)
class Pairs:
    """D (groups, r) as ``light`` (some groups, r * r), the products of a row's elements at i * r + j with j <= i (halved
    on the diagonal), and ``heavy`` (other groups, r); ``light_rows`` and ``heavy_rows`` say which groups they are.
    """

    r: int
    light: sp.csr_matrix
    heavy: sp.csr_matrix
    light_rows: np.ndarray
    heavy_rows: np.ndarray

    @staticmethod
    def of(matrix: sp.csr_matrix) -> Pairs:
        """Prepare a sparse matrix whose rows have sorted columns."""
        r = matrix.shape[1]
        count = np.diff(matrix.indptr).astype(np.int64)
        order = np.argsort(count, kind="stable")
        fits = (np.cumsum((count * (count + 1) // 2)[order]) <= _MOST) & (count[order] <= max(8, _DENSE * r))
        light, heavy = np.sort(order[fits]), np.sort(order[~fits])
        some = matrix[light]
        size = np.diff(some.indptr).astype(np.int64)
        # element t of a row meets elements 0 .. t of it
        place = np.arange(some.nnz) - np.repeat(some.indptr[:-1].astype(np.int64), size)
        one = np.repeat(np.arange(some.nnz, dtype=np.int32), place + 1)
        ends = np.cumsum(place + 1)
        two = np.arange(len(one)) - np.repeat(ends - place - 1, place + 1)
        two += np.repeat(np.arange(some.nnz) - place, place + 1)
        value = some.data[one] * some.data[two]
        value[one == two] /= 2.0
        kind = np.int32 if r * r < 2**31 else np.int64
        key = some.indices[one].astype(kind) * kind(r) + some.indices[two].astype(kind)
        indptr = np.concatenate([[0], np.cumsum(size * (size + 1) // 2)]).astype(kind)
        products = sp.csr_matrix((value, key, indptr), shape=(len(light), r * r))
        return Pairs(r, products, matrix[heavy], light, heavy)

    def gram(self, weights: np.ndarray) -> np.ndarray:
        """D'diag(weights) D (r, r), symmetric; ``weights`` (groups), none negative."""
        lower = np.asarray(self.light.T @ weights[self.light_rows]).reshape(self.r, self.r)
        out: np.ndarray = lower + lower.T
        root = np.sqrt(weights[self.heavy_rows])
        for start in range(0, len(root), _CHUNK):
            rows = slice(start, start + _CHUNK)
            dense = self.heavy[rows].toarray() * root[rows, None]
            out += dense.T @ dense
        return out
