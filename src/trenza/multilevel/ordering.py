"""In which order the levels of crossed factors are eliminated, and what that will cost, before anything is computed.

The order is that of multiple minimum degree, as in SuperLU (Liu 1985, ACM Trans. Math. Softw. 11, 141-153), taken from an
incomplete factorisation that keeps next to nothing. What the factors will hold follows from the pattern alone: a column
of the factor has the rows of the matrix and those of the columns that meet it first (George & Liu 1981, Computer
Solution of Large Sparse Positive Definite Systems, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

# Elements of a factor, and of the matrix before it, that are kept at most: some 12 bytes each, a few times
MOST_FILLED = 30_000_000
# Multiplications of one factorisation at most: a minute or so
MOST_WORK = 5e10


@dataclass(frozen=True)
class Plan:
    """``order`` (r,) of elimination, ``filled`` elements of the triangular factor, ``work`` multiplications and additions."""

    order: np.ndarray
    filled: int
    work: float


def plan_of(pattern: sp.csc_matrix) -> Plan | None:
    """The plan for a symmetric pattern, or None where the factor would be beyond ``MOST_FILLED`` or ``MOST_WORK``."""
    from scipy.sparse.linalg import spilu

    r = pattern.shape[0]
    apart = sp.csc_matrix((np.full(pattern.nnz, -1.0), pattern.indices, pattern.indptr), shape=pattern.shape)
    apart = (apart + sp.diags_array(np.diff(pattern.indptr) + 2.0)).tocsc()
    incomplete = spilu(
        apart,
        drop_tol=1.0,
        fill_factor=1.0,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    order = np.argsort(incomplete.perm_c)
    turned = pattern[order][:, order].tocsc()
    waiting: dict[int, list[np.ndarray]] = {}
    mark = np.zeros(r, dtype=bool)
    filled, work = 0, 0.0
    for j in range(r):
        mark[j:] = False
        mark[turned.indices[turned.indptr[j] : turned.indptr[j + 1]]] = True
        for rows in waiting.pop(j, ()):
            mark[rows] = True
        rows = np.flatnonzero(mark[j + 1 :]) + (j + 1)
        filled += len(rows) + 1
        work += 2.0 * (len(rows) + 1.0) ** 2
        if filled > MOST_FILLED or work > MOST_WORK:
            return None
        if len(rows):
            waiting.setdefault(int(rows[0]), []).append(rows)
    return Plan(order, filled, work)


def pattern_of(meets: sp.csr_matrix) -> sp.csc_matrix | None:
    """The pattern of D'D for D (groups, r), or None where it holds more than ``MOST_FILLED`` elements.

    Built in strips, so that a product that is too large is noticed before it is in memory.
    """
    turned, r = meets.T.tocsr(), meets.shape[1]
    strips, held = [], 0
    for start in range(0, r, 1024):
        strip = turned[start : start + 1024] @ meets
        held += strip.nnz
        if held > MOST_FILLED:
            return None
        strips.append(strip)
    return sp.csc_matrix(sp.vstack(strips))


@dataclass(frozen=True)
class Factors:
    """A factorised matrix: ``logdet`` of it, and ``lu`` to solve with it."""

    logdet: float
    lu: Any

    @staticmethod
    def of(matrix: sp.csc_matrix) -> Factors:
        """Factorise in the order of the columns; the diagonal serves as pivots, as in a Cholesky factorisation."""
        from scipy.sparse.linalg import splu

        lu = splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        diagonal = lu.U.diagonal()
        if not (diagonal > 0.0).all():
            raise np.linalg.LinAlgError("matrix is not positive definite")
        return Factors(float(np.log(diagonal).sum()), lu)

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The inverse times ``right`` (r, k)."""
        return np.asarray(self.lu.solve(right))
