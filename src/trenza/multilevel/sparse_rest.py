"""The factors beside the finest one as sparse matrices: for crossed factors whose Schur complement has few elements.

Pupils who change schools tie schools to each other, but a school only to a few others. Notation as in ``blocks.py``,
with I + G Sigma2 in the place of I + L2'G L2: the determinant is the same, and K = Sigma2 (I + G Sigma2)^-1. Since
factors and Sigma2 have the pattern of levels, nothing of the size (r, r) is ever full.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from trenza.multilevel.assembly import Assembly
from trenza.multilevel.ordering import Factors, Plan
from trenza.multilevel.parts import Entry, State, swapped, times

# Standard errors of the levels take a solution for each column: columns times elements of the factors at most
MOST_SOLVED = 1e10
_CHUNK = 256


@dataclass
class SparseRest:
    """As ``rest.Rest`` with one unit: ``d`` (q1, non-zeros) on ``indptr``, ``indices``, ``row``; ``z`` = Z2'Z2 (r, r), sparse;
    ``c`` (1, r, k); ``where`` and ``levels`` of the factors; ``plan`` of the elimination, in whose
    order the columns are numbered; ``assembly`` of the matrices.
    """

    d: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    row: np.ndarray
    z: sp.csc_matrix
    c: np.ndarray
    where: dict[int, list[np.ndarray]]
    levels: dict[int, np.ndarray]
    plan: Plan
    assembly: Assembly

    @property
    def shape(self) -> tuple[int, int]:
        """Units, and columns of each."""
        return 1, self.z.shape[0]

    @property
    def size(self) -> int:
        """Elements that a step of the search goes through."""
        return int(self.z.nnz + self.plan.filled)

    @property
    def has_spread(self) -> bool:
        """Whether the standard errors of the levels can be had."""
        return 2.0 * self.shape[1] * self.plan.filled <= MOST_SOLVED

    def elements(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Elements of Z2'Z2."""
        return np.asarray(self.z[rows, columns]).ravel()

    def matrix(self, data: np.ndarray) -> sp.csr_matrix:
        """A sparse (groups, r) matrix on the pattern of Z1'Z2."""
        return sp.csr_matrix((data, self.indices, self.indptr), shape=(len(self.indptr) - 1, self.shape[1]))

    @cached_property
    def plain(self) -> list[sp.csr_matrix]:
        """Z1'Z2, one matrix a column of the finest factor."""
        return [self.matrix(some) for some in self.d]

    @cached_property
    def turned(self) -> list[sp.csc_matrix]:
        """Z2'Z1."""
        return [some.T.tocsr() for some in self.plain]

    def weights(self, f: np.ndarray, sigma1: np.ndarray) -> np.ndarray:
        """Sigma1 F (q, q, groups); ``f`` as in ``blocks.py``."""
        return times(np.broadcast_to(sigma1[:, :, None], f.shape), f)

    def covariance(self, sigma: list[np.ndarray]) -> sp.csc_matrix:
        """Sigma2 (r, r)."""
        rows, columns, values = [], [], []
        for factor, places in self.where.items():
            for a, here in enumerate(places):
                for b, there in enumerate(places):
                    rows.append(here)
                    columns.append(there)
                    values.append(np.full(len(here), sigma[factor][a, b]))
        at = (np.concatenate(rows), np.concatenate(columns))
        return sp.csc_matrix((np.concatenate(values), at), shape=self.z.shape)

    def factors(self, g: np.ndarray, sigma: list[np.ndarray]) -> Factors:
        """I + G Sigma2, factorised; ``g`` the elements of G."""
        return Factors.of(self.assembly.matrix(self.assembly.inner(g, sigma)))

    def extend(
        self, state: State, shrunk: np.ndarray, sigma: list[np.ndarray], chol: list[np.ndarray], first: int
    ) -> None:
        """Take the other factors into account: fills ``state``. ``shrunk`` (q1, groups, k) = Sigma1 Z1'V1^-1 W."""
        g = self.assembly.schur(self.weights(state.f, sigma[first]))
        state.g = self.assembly.matrix(g)
        state.sigma2 = self.covariance(sigma)
        state.factors = self.factors(g, sigma)
        state.d = [self.matrix(some) for some in times(state.f[:, :, self.row], self.d)]
        state.logdet += state.factors.logdet
        state.a1, a2, left, gain = self.through(state, state.a1, shrunk, self.c[0])
        state.cross += left.T @ gain
        state.a2 = a2[None]

    def through(
        self, state: State, a1: np.ndarray, shrunk: np.ndarray, c2: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Z1'V^-1 w and Z2'V^-1 w from Z1'V1^-1 w (q, groups, k) and Z2'w (r, k); and Z2'V1^-1 w, K Z2'V1^-1 w."""
        left = c2 - sum(self.turned[a] @ shrunk[a] for a in range(len(self.d)))
        gain = state.sigma2 @ state.factors.solve(left)
        return a1 - np.array([some @ gain for some in state.d]), left - state.g @ gain, left, gain

    def entry_times(self, entry: Entry, matrix: np.ndarray) -> np.ndarray:
        """E times (r, k): rows of the entry's columns change places, all others vanish."""
        out = np.zeros_like(matrix)
        for a, b in swapped(entry):
            out[self.where[entry.factor][a]] = matrix[self.where[entry.factor][b]]
        return out

    def spread(self, state: State) -> tuple[np.ndarray, dict[int, np.ndarray]]:
        """As ``Rest.spread``, a strip of columns at a time; nan where that would take too long."""
        q, r = len(self.d), self.shape[1]
        own = np.zeros((q, q, state.a1.shape[1]))
        others = {f: np.zeros((len(at), len(at), len(at[0]))) for f, at in self.where.items()}
        if not self.has_spread:
            return own * np.nan, {f: n * np.nan for f, n in others.items()}
        by_column = [some.tocsc() for some in state.d]
        for start in range(0, r, _CHUNK):
            stop = min(start + _CHUNK, r)
            unit = np.zeros((r, stop - start))
            unit[np.arange(start, stop), np.arange(stop - start)] = 1.0
            k = state.sigma2 @ state.factors.solve(unit)
            strips = [some[:, start:stop].tocsr() for some in by_column]
            groups = np.unique(np.concatenate([strip.tocoo().row for strip in strips]))
            for a in range(q):
                there = np.asarray(state.d[a][groups] @ k)
                for b in range(q):
                    own[a, b, groups] += np.asarray(strips[b][groups].multiply(there).sum(axis=1)).ravel()
            n = state.factors.solve(state.g[:, start:stop].toarray())
            for f, at in self.where.items():
                for b, columns in enumerate(at):
                    mine = np.flatnonzero((columns >= start) & (columns < stop))
                    for a, rows in enumerate(at):
                        others[f][a, b, mine] = n[rows[mine], columns[mine] - start]
        return own, others
