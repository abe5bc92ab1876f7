"""The Schur complement of crossed factors and I + G Sigma2 on one sparse pattern, made anew for each set of variances.

The pattern never changes, so neither do the places to which a group's products go. With them a step of the search is one
product of a sparse matrix with the groups' weights, and no matrix is multiplied by another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

# Products of the elements of a group, all groups together: 12 bytes each
MOST_PAIRS = 40_000_000


@dataclass(frozen=True)
class Assembly:
    """A pattern (r, r) with sorted rows in each column, ``indptr`` and ``indices``, and how its elements are made.

    ``base`` (elements) = Z2'Z2; ``pairs[a][b]`` (elements, groups) the products of Z1'Z2 of columns a and b; ``diagonal`` the
    places of the diagonal; ``shares`` lists (factor, a, b, places, sources): Sigma2 takes ``sources`` to ``places``.
    """

    r: int
    indptr: np.ndarray
    indices: np.ndarray
    base: np.ndarray
    pairs: list[list[sp.csr_matrix]]
    diagonal: np.ndarray
    shares: list[tuple[int, int, int, np.ndarray, np.ndarray]]

    @staticmethod
    def of(
        pattern: sp.csc_matrix,
        z: sp.csc_matrix,
        rows: list[sp.csr_matrix],
        where: dict[int, list[np.ndarray]],
    ) -> Assembly:
        """From the pattern, Z2'Z2, Z1'Z2 of each column of the finest factor (same pattern), and the factors' columns."""
        r = pattern.shape[0]
        column = np.repeat(np.arange(r, dtype=np.int64), np.diff(pattern.indptr))
        keys = column * r + pattern.indices
        base = np.zeros(len(keys))
        inside = z.tocoo()
        base[np.searchsorted(keys, inside.col.astype(np.int64) * r + inside.row)] = inside.data
        one, two, group = _pairs(rows[0])
        cells = rows[0].indices.astype(np.int64)
        place = np.searchsorted(keys, cells[two] * r + cells[one])
        shape = (len(keys), rows[0].shape[0])
        pairs = [
            [sp.csr_matrix((left.data[one] * right.data[two], (place, group)), shape=shape) for right in rows]
            for left in rows
        ]
        shares = []
        for factor, places in where.items():
            for b, to in enumerate(places):
                level = np.full(r, -1)
                level[to] = np.arange(len(to))
                mine = np.flatnonzero(level[column] >= 0)
                for a, source in enumerate(places):
                    at = source[level[column[mine]]].astype(np.int64) * r + pattern.indices[mine]
                    shares.append((factor, a, b, mine, np.searchsorted(keys, at)))
        diagonal = np.searchsorted(keys, np.arange(r, dtype=np.int64) * (r + 1))
        return Assembly(r, pattern.indptr, pattern.indices, base, pairs, diagonal, shares)

    def matrix(self, data: np.ndarray) -> sp.csc_matrix:
        """The elements as a matrix."""
        return sp.csc_matrix((data, self.indices, self.indptr), shape=(self.r, self.r))

    def schur(self, weights: np.ndarray) -> np.ndarray:
        """Elements of G = Z2'V1^-1 Z2; ``weights`` (q, q, groups) = Sigma1 F."""
        out = self.base.copy()
        for a, some in enumerate(self.pairs):
            for b, products in enumerate(some):
                out -= products @ weights[a, b]
        return out

    def inner(self, g: np.ndarray, sigma: list[np.ndarray]) -> np.ndarray:
        """Elements of I + G Sigma2 from those of G."""
        out = np.zeros_like(g)
        for factor, a, b, to, source in self.shares:
            if sigma[factor][a, b] != 0.0:
                out[to] += sigma[factor][a, b] * g[source]
        out[self.diagonal] += 1.0
        return out


def _pairs(matrix: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All pairs of elements of a row, both ways: the two elements and the row."""
    size = np.diff(matrix.indptr).astype(np.int64)
    row = np.repeat(np.arange(len(size)), size)
    one = np.repeat(np.arange(matrix.nnz), size[row])
    ends = np.cumsum(size[row])
    two = np.arange(len(one)) - np.repeat(ends - size[row], size[row])
    return one, two + matrix.indptr[row[one]], row[one]
