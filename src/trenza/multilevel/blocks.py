"""Products with V^-1 from cross-products: the algebra that everything else rests on.

The model is y = X b + Z u + e with Var(u) = s2 * Sigma (block-diagonal over the levels of each factor) and
Var(e) = s2 * I, so V = I + Z Sigma Z' in units of s2. The finest factor (Z1) is eliminated group by group:

    V1 = I + Z1 Sigma1 Z1',   V1^-1 = I - Z1 Sigma1 F Z1',   F = (I + H1 Sigma1)^-1,   H1 = Z1'Z1,

where H1 is block-diagonal. The other factors (Z2) follow by the Schur complement:

    V^-1 = V1^-1 - V1^-1 Z2 K Z2' V1^-1,   K = L2 (I + L2' G L2)^-1 L2',   G = Z2' V1^-1 Z2,   L2 L2' = Sigma2.

G splits into units that share no row (a municipality with its schools; all levels at once where factors are
crossed), and each unit is dense. No formula divides by a variance, so all of them may be zero. With A = Z' V^-1 W and
N = Z' V^-1 Z, the derivative V_i = Z E_i Z' of V by a variance or covariance gives

    P_i = W' V^-1 V_i V^-1 W            = A' E_i A            t_i  = tr(V^-1 V_i)           = tr(E_i N)
    Q_ij = W' V^-1 V_i V^-1 V_j V^-1 W  = A' E_i N E_j A      tt_ij = tr(V^-1 V_i V^-1 V_j) = tr(E_i N E_j N)

Sources: the Woodbury identity (Henderson, Kempthorne, Searle & von Krosigk 1959, Biometrics 15, 192-218); the
elimination of a factor as in Bates, Maechler, Bolker & Walker 2015, J. Stat. Softw. 67(1), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trenza.multilevel.one_column import OneColumn, Upper
from trenza.multilevel.one_factor import OneFactor, small_inverse
from trenza.multilevel.parts import Entry, Parts, State, add_symmetric, swapped, times
from trenza.multilevel.rest import Rest
from trenza.multilevel.sparse_rest import SparseRest


@dataclass
class Block:
    """Groups of the finest factor with the units of the other factors that they lie in.

    ``h`` (q, q, groups) = Z1'Z1, ``c`` (q, groups, k) = Z1'W; ``rest`` is None where there is one factor.
    """

    first: int
    h: np.ndarray
    c: np.ndarray
    rest: Rest | SparseRest | None
    groups: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))

    def add(
        self, parts: Parts, entries: list[Entry], sigma: list[np.ndarray], chol: list[np.ndarray], order: int
    ) -> None:
        """Add this block's share to ``parts``: ``order`` 0 for the likelihood, 2 with all derivatives."""
        if self._one_column is not None:
            mine = next(i for i, e in enumerate(entries) if e.factor == self.first)
            other = next((i for i, e in enumerate(entries) if e.factor != self.first), mine)
            upper = sigma[entries[other].factor]
            self._one_column.add(
                parts, mine, other, float(sigma[self.first][0, 0]), float(upper[0, 0]), order
            )
            return
        if self._one_factor is not None:
            self._one_factor.add(parts, entries, sigma[self.first], order)
            return
        state = self.state(sigma, chol)
        parts.logdet += state.logdet
        parts.cross -= state.cross
        if order == 0:
            return
        ones = [i for i, e in enumerate(entries) if e.factor == self.first]
        others = [i for i, e in enumerate(entries) if e.factor != self.first]
        _first_factor(parts, ones, entries, state)
        if isinstance(self.rest, Rest):
            self.rest.derivatives(parts, ones, others, entries, state)

    def with_columns(self, columns: list[int]) -> Block:
        """The same block with some of the columns of W."""
        rest = None if self.rest is None else replace(self.rest, c=self.rest.c[:, :, columns])
        out = replace(self, c=np.ascontiguousarray(self.c[:, :, columns]), rest=rest)
        if self._one_column is not None:
            out.__dict__["_one_column"] = self._one_column.with_columns(columns)
        return out

    @cached_property
    def _one_column(self) -> OneColumn | None:
        """The closed form, where each factor has one column and a group lies in one unit of one column."""
        if len(self.h) != 1:
            return None
        if self.rest is None:
            return OneColumn(self.h[0, 0], self.c[0], None)
        if (
            isinstance(self.rest, SparseRest)
            or self.rest.shape[1] != 1
            or len(self.rest.indices) != self.h.shape[2]
        ):
            return None
        upper = Upper(self.rest.indices, self.rest.d[0], self.rest.h[:, 0, 0], self.rest.c[:, 0])
        return OneColumn(self.h[0, 0], self.c[0], upper)

    @cached_property
    def _one_factor(self) -> OneFactor | None:
        return OneFactor(self.h, self.c) if self.rest is None else None

    def state(self, sigma: list[np.ndarray], chol: list[np.ndarray]) -> State:
        """The products with V^-1 at given relative variances."""
        s1, h, c = sigma[self.first], self.h, self.c
        q = len(h)
        t = times(h, s1[:, :, None])
        for a in range(q):
            t[a, a] += 1.0
        f, logdet = small_inverse(t)
        a1 = times(f[:, :, :, None], c)
        n11 = times(f, h)
        shrunk = times(s1[:, :, None, None], a1)
        cross = sum((c[a].T @ shrunk[a] for a in range(q)), np.zeros((c.shape[2], c.shape[2])))
        state = State(float(logdet.sum()), cross, a1, n11, f)
        if self.rest is not None:
            self.rest.extend(state, shrunk, sigma, chol, self.first)
        return state


def _first_factor(parts: Parts, ones: list[int], entries: list[Entry], state: State) -> None:
    """Derivatives by entries of the finest factor, without what the other factors add."""
    a1, n11 = state.a1, state.n11
    for i in ones:
        for a, b in swapped(entries[i]):
            parts.p[i] += a1[a].T @ a1[b]
            parts.t[i] += n11[a, b].sum()
    for i in ones:
        for j in (j for j in ones if j >= i):
            product, trace = np.zeros_like(parts.cross), 0.0
            for a, b in swapped(entries[i]):
                for c, d in swapped(entries[j]):
                    # E_i takes row a to b, E_j takes c to d: A[a]' N[b, c] A[d]
                    product += a1[a].T @ (n11[b, c][:, None] * a1[d])
                    trace += float(n11[b, c] @ n11[d, a])
            add_symmetric(parts, i, j, product, trace)
