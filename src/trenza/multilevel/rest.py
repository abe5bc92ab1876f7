"""The factors beside the finest one: schools over classes, municipalities over schools, the second of two crossed ones.

Their levels fall into units that share no row; all units of a block have r columns (padded with columns of zeros,
which change nothing), so that their matrices are one array (units, r, r). Notation as in ``blocks.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from trenza.multilevel import crossed
from trenza.multilevel.pairs import Pairs
from trenza.multilevel.parts import Entry, Parts, State, across, add_symmetric, swapped, times


@dataclass
class Rest:
    """Columns of the other factors of one block; ``unit * r + slot`` is the number of a column.

    ``d`` (q1, non-zeros) holds Z1'Z2 for the q1 columns of the finest factor on one sparse pattern ``indptr``,
    ``indices`` (groups, units * r); ``row`` (non-zeros) is the group of each. ``h`` (units, r, r) = Z2'Z2,
    ``c`` (units, r, k) = Z2'W. ``where[factor][column]`` lists the column numbers of a factor's levels,
    ``levels[factor]`` the levels themselves.
    """

    d: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    row: np.ndarray
    h: np.ndarray
    c: np.ndarray
    where: dict[int, list[np.ndarray]]
    levels: dict[int, np.ndarray]

    @property
    def shape(self) -> tuple[int, int]:
        """Units, and columns of each."""
        return self.h.shape[0], self.h.shape[1]

    @cached_property
    def pairs(self) -> Pairs | None:
        """For one column over one large unit: what its cross-products with itself are made from."""
        units, r = self.shape
        return Pairs.of(self._matrix(self.d[0])) if len(self.d) == 1 and units == 1 and r > 1 else None

    @property
    def size(self) -> int:
        """Elements that a step of the search goes through."""
        return self.h.size

    def elements(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Elements of Z2'Z2."""
        r = self.shape[1]
        return np.asarray(self.h[rows // r, rows % r, columns % r])

    def spread(self, state: State) -> tuple[np.ndarray, dict[int, np.ndarray]]:
        """``own_blocks``, and the diagonal blocks of Z2'V^-1 Z2 (q, q, levels) of each factor."""
        r = self.shape[1]
        others = {
            f: np.array([[state.n22[at // r, at % r, to % r] for to in where] for at in where])
            for f, where in self.where.items()
        }
        return self.own_blocks(state), others

    def _matrix(self, data: np.ndarray) -> sp.csr_matrix:
        units, r = self.shape
        return sp.csr_matrix((data, self.indices, self.indptr), shape=(len(self.indptr) - 1, units * r))

    def _gram(self, left: sp.csr_matrix, right: sp.csr_matrix) -> np.ndarray:
        """left' right, which is block-diagonal over units, as (units, r, r)."""
        units, r = self.shape
        if r == 1:  # a group lies in one unit, so that its row has one element
            return np.bincount(self.indices, left.data * right.data, units)[:, None, None]
        product = (left.T @ right).tocoo()
        if units == 1:
            return np.asarray(product.toarray())[None]
        out = np.zeros((units, r, r))
        out[product.row // r, product.row % r, product.col % r] = product.data
        return out

    def _spread(self, matrix: np.ndarray) -> sp.csr_matrix | np.ndarray:
        """A (units, r, r) array as one matrix over all columns."""
        units, r = self.shape
        if units == 1:
            return matrix[0]
        columns = (np.arange(units)[:, None, None] * r + np.arange(r)[None, None, :]) * np.ones(
            (1, r, 1), int
        )
        return sp.csr_matrix(
            (matrix.ravel(), columns.ravel(), np.arange(0, units * r * r + 1, r)),
            shape=(units * r, units * r),
        )

    def _covariance(self, by_factor: list[np.ndarray]) -> np.ndarray:
        """Sigma2 or its root as (units, r, r)."""
        units, r = self.shape
        out = np.zeros((units, r, r))
        for factor, columns in self.where.items():
            for a, rows in enumerate(columns):
                for b, others in enumerate(columns):
                    if by_factor[factor][a, b] != 0.0:
                        out[rows // r, rows % r, others % r] = by_factor[factor][a, b]
        return out

    def _diagonal(self, chol: list[np.ndarray]) -> np.ndarray | None:
        """The root of Sigma2 as a vector (units, r) where no columns covary, else None."""
        units, r = self.shape
        if any(np.tril(chol[factor], -1).any() for factor in self.where):
            return None
        out = np.zeros(units * r)
        for factor, columns in self.where.items():
            for a, rows in enumerate(columns):
                out[rows] = chol[factor][a, a]
        return out.reshape(units, r)

    def extend(
        self, state: State, shrunk: np.ndarray, sigma: list[np.ndarray], chol: list[np.ndarray], first: int
    ) -> None:
        """Take the other factors into account: fills ``state``. ``shrunk`` (q1, groups, k) = Sigma1 Z1'V1^-1 W."""
        units, r = self.shape
        q = len(self.d)
        by_row = state.f[:, :, self.row]
        d1 = times(by_row, self.d)
        scaled = sigma[first] @ d1
        plain = [self._matrix(some) for some in self.d]
        if self.pairs is not None:
            g = (self.h[0] - self.pairs.gram(sigma[first][0, 0] * state.f[0, 0]))[None]
        else:
            g = self.h - sum(self._gram(plain[a], self._matrix(scaled[a])) for a in range(q))
        a2 = self.c.reshape(units * r, -1) - sum(plain[a].T @ shrunk[a] for a in range(q))
        a2 = a2.reshape(units, r, -1)
        root = self._diagonal(chol)
        if root is not None:
            inner = root[:, :, None] * g * root[:, None, :]
        else:
            left = self._covariance(chol)
            inner = left.transpose(0, 2, 1) @ g @ left
        inner[:, np.arange(r), np.arange(r)] += 1.0
        inverse, logdet = _inverse(inner)
        state.logdet += logdet
        state.d = [self._matrix(some) for some in d1]
        if root is not None and self.pairs is not None and crossed.shortcut(g[0], root[0]):
            crossed.extend(state, g[0], a2[0], root[0], inverse[0])
            return
        if root is not None:
            state.k = root[:, :, None] * inverse * root[:, None, :]
        else:
            state.k = left @ inverse @ left.transpose(0, 2, 1)
        gain = state.k @ a2
        state.cross += across(a2, gain)
        if root is not None and len(self.where) == 1:
            state.t2 = inverse  # one variance: I - G K = (I + variance G)^-1
        else:
            state.t2 = -(g @ state.k)
            state.t2[:, np.arange(r), np.arange(r)] += 1.0
        state.a2 = state.t2 @ a2
        state.n22 = state.t2 @ g
        flat = gain.reshape(units * r, -1)
        state.a1 = state.a1 - np.array([some @ flat for some in state.d])

    def own_blocks(self, state: State) -> np.ndarray:
        """What the other factors take from the diagonal blocks of Z1'V^-1 Z1: (q1, q1, groups)."""
        q = len(self.d)
        if self.shape[1] == 1:
            own = np.zeros((q, q, state.a1.shape[1]))
            data = np.array([some.data for some in state.d])
            own[:, :, self.row] = data[:, None] * data[None] * state.k[self.indices, 0, 0]
            return own
        spread = self._spread(state.k)
        out = np.empty((q, q, state.a1.shape[1]))
        for a in range(q):
            if isinstance(spread, np.ndarray):
                for start in range(0, out.shape[2], 1024):
                    rows = slice(start, start + 1024)
                    some = np.asarray(state.d[a][rows] @ spread)
                    for b in range(q):
                        out[a, b, rows] = np.asarray(state.d[b][rows].multiply(some).sum(axis=1)).ravel()
            else:
                some = state.d[a] @ spread
                for b in range(q):
                    out[a, b] = np.asarray(state.d[b].multiply(some).sum(axis=1)).ravel()
        return out

    def derivatives(
        self, parts: Parts, ones: list[int], others: list[int], entries: list[Entry], state: State
    ) -> None:
        """Add what the other factors change in, and add to, the derivatives."""
        if state.inverse is not None:
            crossed.derivatives(self, parts, ones, others, entries, state)
            return
        q, units, r = len(self.d), *self.shape
        k, t2, n22 = state.k, state.t2, state.n22
        if self.pairs is not None:
            grams = {(0, 0): self.pairs.gram(state.f[0, 0] ** 2)[None]}
        else:
            grams = {(a, b): self._gram(state.d[a], state.d[b]) for a in range(q) for b in range(q) if ones}
        # one column over one large unit: the trace by a second cross-product costs less than the blocks
        large = self.pairs is not None
        own = self.own_blocks(state) if ones and not large else np.zeros((q, q, 0))
        s = {i: np.asarray(sum(grams[a, b] for a, b in swapped(entries[i]))) for i in ones}
        u = {
            i: sum(state.d[a].T @ state.a1[b] for a, b in swapped(entries[i])).reshape(units, r, -1)
            for i in ones
        }
        ks = {i: k @ s[i] for i in ones}
        ts = {i: t2 @ s[i] for i in ones} if others else {}
        tu = {i: t2 @ u[i] for i in ones}
        ea = {j: self.entry_times(entries[j], state.a2) for j in others}
        en = {j: self.entry_times(entries[j], n22) for j in others}
        for i in ones:
            parts.t[i] -= float((k * s[i].transpose(0, 2, 1)).sum())
            for j in (j for j in ones if j >= i):
                trace = float((ks[i] * ks[j].transpose(0, 2, 1)).sum())
                if large:
                    assert self.pairs is not None
                    by_size = self.pairs.gram(state.f[0, 0] ** 2 * state.n11[0, 0])
                    product = -across(u[i], k @ u[j])
                    add_symmetric(parts, i, j, product, trace - 2.0 * float((k * by_size).sum()))
                    continue
                for a, b in swapped(entries[i]):
                    for c, d in swapped(entries[j]):
                        trace -= float(state.n11[b, c] @ own[d, a] + own[b, c] @ state.n11[d, a])
                product = -across(u[i], k @ u[j])
                add_symmetric(parts, i, j, product, trace)
            for j in others:
                # tr(E_j T S T'): rows of T S times rows of T, where E_j pairs them
                trace = float((self.entry_times(entries[j], ts[i]) * t2).sum())
                product = across(tu[i], ea[j])
                add_symmetric(parts, i, j, product, trace)
        for i in others:
            parts.p[i] += across(state.a2, ea[i])
            parts.t[i] += float(en[i].trace(axis1=1, axis2=2).sum())
            for j in (j for j in others if j >= i):
                trace = float((en[i] * en[j].transpose(0, 2, 1)).sum())
                product = across(ea[i], n22 @ ea[j])
                add_symmetric(parts, i, j, product, trace)

    def entry_times(self, entry: Entry, matrix: np.ndarray) -> np.ndarray:
        """E times a (units, r, any) array: rows of the entry's columns change places, all others vanish."""
        r = self.shape[1]
        columns = self.where[entry.factor]
        out = np.zeros_like(matrix)
        for a, b in swapped(entry):
            to, source = columns[a], columns[b]
            out[to // r, to % r] = matrix[source // r, source % r]
        return out


def _inverse(inner: np.ndarray) -> tuple[np.ndarray, float]:
    """Inverses of symmetric positive definite matrices (units, r, r), and the sum of their log-determinants."""
    units, r = inner.shape[:2]
    if r == 1:
        return 1.0 / inner, float(np.log(inner).sum())
    if units > 1:
        diagonal = np.linalg.cholesky(inner)[:, np.arange(r), np.arange(r)]
        return np.linalg.inv(inner), 2.0 * float(np.log(diagonal).sum())
    from scipy.linalg.lapack import dpotrf, dpotri

    # the matrix is symmetric: its transpose is in the order that LAPACK wants without a copy
    lower, failed = dpotrf(inner[0].T, lower=True, overwrite_a=True)
    if failed:
        raise np.linalg.LinAlgError("matrix is not positive definite")
    logdet = 2.0 * float(np.log(np.diag(lower)).sum())
    inverse, _ = dpotri(lower, lower=True, overwrite_c=True)
    below = np.tril(inverse)
    return (below + np.tril(below, -1).T)[None], logdet
