"""Derivatives where crossed factors are solved by sparse factors: products exactly, traces as derivatives of log|V|.

The products P_i = A'E_i A and Q_ij = A'E_i N E_j A of ``blocks.py`` need A and N E_j A only, which the factors give. Of the
traces, those by the finest factor alone are sums over its levels. The others would need an inverse, but

    tr(V^-1 V_i) = d log|V| / d i,    tr(V^-1 V_i V^-1 V_j) = -d2 log|V| / d i d j,

V being linear in the variances, so that they come from log|V| at points around: central differences of fourth order
(Fornberg 1988, Math. Comp. 51, 699-706) over a hundredth of the distance at which V might cease to be positive definite,
right to some 1e-8. They hold at a variance of zero too. So Satterthwaite's and Kenward and Roger's methods, which are
functions of these products and traces, are given as elsewhere; lmerTest (Kuznetsova, Brockhoff & Christensen 2017, J. Stat.
Softw. 82(13)) differentiates the whole covariance matrix numerically.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.multilevel.blocks import Block
from trenza.multilevel.one_factor import small_inverse
from trenza.multilevel.parts import Entry, Parts, State, add_symmetric, swapped, times
from trenza.multilevel.sparse_rest import SparseRest

# Steps of the differences as a share of the distance to where V might be singular
_STEP = 0.01
_FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12.0
_SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12.0


@dataclass
class SparseBlock(Block):
    """A block whose other factors are a ``SparseRest``."""

    rest: SparseRest

    def add(
        self, parts: Parts, entries: list[Entry], sigma: list[np.ndarray], chol: list[np.ndarray], order: int
    ) -> None:
        """As ``Block.add``."""
        state = self.state(sigma, chol)
        parts.logdet += state.logdet
        parts.cross -= state.cross
        if order == 0:
            return
        self._products(parts, entries, sigma, state)
        self._traces(parts, entries, sigma, state)

    def _products(self, parts: Parts, entries: list[Entry], sigma: list[np.ndarray], state: State) -> None:
        """P_i and Q_ij."""
        a1, a2 = state.a1, state.a2[0]
        moved, met = [], []
        for entry in entries:
            u1, u2 = np.zeros_like(a1), np.zeros_like(a2)
            if entry.factor == self.first:
                for a, b in swapped(entry):
                    u1[a] = a1[b]
            else:
                u2 = self.rest.entry_times(entry, a2)
            moved.append((u1, u2))
            met.append(self._n_times(u1, u2, sigma, state))
        for i, (u1, u2) in enumerate(moved):
            parts.p[i] += _inner(a1, a2, u1, u2)
            for j in range(i, len(moved)):
                add_symmetric(parts, i, j, _inner(u1, u2, *met[j]), 0.0)

    def _n_times(
        self, u1: np.ndarray, u2: np.ndarray, sigma: list[np.ndarray], state: State
    ) -> tuple[np.ndarray, np.ndarray]:
        """Z'V^-1 Z u."""
        rest, q = self.rest, len(u1)
        c1 = times(self.h[:, :, :, None], u1) + np.array([some @ u2 for some in rest.plain])
        c2 = rest.z @ u2 + sum(rest.turned[a] @ u1[a] for a in range(q))
        before = times(state.f[:, :, :, None], c1)
        shrunk = times(sigma[self.first][:, :, None, None], before)
        n1, n2, _, _ = rest.through(state, before, shrunk, c2)
        return n1, n2

    def _traces(self, parts: Parts, entries: list[Entry], sigma: list[np.ndarray], state: State) -> None:
        """t_i and tt_ij."""
        n11 = state.n11
        for i, one in enumerate(entries):
            if one.factor != self.first:
                continue
            parts.t[i] += sum(float(n11[a, b].sum()) for a, b in swapped(one))
            for j in range(i, len(entries)):
                if entries[j].factor == self.first:
                    trace = sum(
                        float(n11[b, c] @ n11[d, a]) for a, b in swapped(one) for c, d in swapped(entries[j])
                    )
                    add_symmetric(parts, i, j, np.zeros_like(parts.cross), trace)
        m = len(entries)
        steps = np.array([_STEP * self._distance(entry, sigma) for entry in entries])
        curves = np.zeros((m, m))
        for i in range(m):
            values = self._along(entries, sigma, steps, (i,), state)
            parts.t[i] += float(_FIRST @ values) / steps[i]
            curves[i, i] = float(_SECOND @ values)
        for i in range(m):
            for j in range(i + 1, m):
                both = float(_SECOND @ self._along(entries, sigma, steps, (i, j), state))
                curves[i, j] = curves[j, i] = (both - curves[i, i] - curves[j, j]) / 2.0
        parts.tt -= curves / np.outer(steps, steps)

    def _distance(self, entry: Entry, sigma: list[np.ndarray]) -> float:
        """How far a variance may move before V could be singular: that of the weakest direction of its factor."""
        if entry.factor == self.first:
            most = self.h[range(len(self.h)), range(len(self.h))].max(axis=1)
        else:
            most = np.array([self.rest.elements(at, at).max() for at in self.rest.where[entry.factor]])
        return float(np.linalg.eigvalsh(sigma[entry.factor] + np.diag(1.0 / most))[0])

    def _along(
        self,
        entries: list[Entry],
        sigma: list[np.ndarray],
        steps: np.ndarray,
        chosen: tuple[int, ...],
        state: State,
    ) -> np.ndarray:
        """log|I + G Sigma2| at five points along one entry, or along two at once."""
        values = []
        for share in (-2.0, -1.0, 0.0, 1.0, 2.0):
            if share == 0.0:
                values.append(state.factors.logdet)
                continue
            there = [some.copy() for some in sigma]
            for i in chosen:
                e = entries[i]
                there[e.factor][e.a, e.b] += share * steps[i]
                if e.a != e.b:
                    there[e.factor][e.b, e.a] += share * steps[i]
            g = state.g.data
            if any(entries[i].factor == self.first for i in chosen):
                t = times(self.h, there[self.first][:, :, None])
                for a in range(len(t)):
                    t[a, a] += 1.0
                g = self.rest.assembly.schur(self.rest.weights(small_inverse(t)[0], there[self.first]))
            values.append(self.rest.factors(g, there).logdet)
        return np.array(values)


def _inner(a1: np.ndarray, a2: np.ndarray, b1: np.ndarray, b2: np.ndarray) -> np.ndarray:
    """A'B over all levels of all factors (k, k)."""
    return np.asarray(sum(a1[a].T @ b1[a] for a in range(len(a1))) + a2.T @ b2)
