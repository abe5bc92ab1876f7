"""Restricted and full likelihood, gradient and information, from the products with V^-1.

Variances psi = (s2, s2 * entries of Sigma). V is linear in psi, V = s2 V_0 + sum psi_i V_i with V_0 = I, so what
belongs to s2 follows from the other entries: V^-1 V_0 V^-1 = (V^-1 - sum psi_i V^-1 V_i V^-1) / s2.

With b the generalised least squares estimate, c = (-b, 1), Phi = (X'V^-1 X)^-1 and P = V^-1 - V^-1 X Phi X'V^-1, minus
the restricted log-likelihood is f = [log|V| + log|X'V^-1 X| + y'Py + (n - p) log 2 pi] / 2 and

    gradient_i             = [tr(P V_i) - y'P V_i P y] / 2
    expected information   = tr(P V_i P V_j) / 2
    observed information   = y'P V_i P V_j P y - tr(P V_i P V_j) / 2

and for the full likelihood the same with tr(V^-1 V_i) and tr(V^-1 V_i V^-1 V_j) in the place of the traces with P, and
without log|X'V^-1 X|. Sources: Harville 1977, JASA 72, 320-338; Searle, Casella & McCulloch 1992, Variance Components,
chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.multilevel.basis import Basis
from trenza.multilevel.parts import Parts
from trenza.multilevel.structure import Structure

# Share of the sum of squares below which too few digits of what is left are known
DIGITS = 1e-8


@dataclass(frozen=True)
class Point:
    """The model at given relative variances, s2 at its best.

    ``beta`` (p), ``phi`` (p, p) = Var(b), both in the coordinates of the fit; ``s2``; ``value`` = minus the (restricted)
    log-likelihood in these coordinates. With derivatives: ``gradient`` (1 + m) of it by psi, ``expected`` and
    ``observed`` (1 + m, 1 + m) information, ``p`` (1 + m, p, p) = X'V^-1 V_i V^-1 X and ``q`` (1 + m, 1 + m, p, p).
    """

    sigma: tuple[np.ndarray, ...]
    s2: float
    beta: np.ndarray
    phi: np.ndarray
    value: float
    psi: np.ndarray
    gradient: np.ndarray
    expected: np.ndarray
    observed: np.ndarray
    p: np.ndarray
    q: np.ndarray


class Model:
    """Likelihood of one structure on one set of cross-products."""

    def __init__(self, structure: Structure, basis: Basis, n: int, reml: bool) -> None:
        self.structure, self.basis, self.n, self.reml = structure, basis, n, reml
        self.p = len(basis.names)
        self.degrees = n - self.p if reml else n
        self.evaluations = 0

    def parts(self, sigma: list[np.ndarray], chol: list[np.ndarray], order: int) -> Parts:
        """Sum over blocks, in units of s2."""
        m = len(self.structure.entries)
        total = Parts.zero(m, self.p + 1)
        for block in self.structure.blocks:
            block.add(total, list(self.structure.entries), sigma, chol, order)
        total.cross += self.basis.gram
        self.evaluations += 1
        return total

    def at(self, chol: list[np.ndarray], order: int = 2, s2: float | None = None) -> Point:
        """Everything at Sigma = chol chol' for each factor (relative to s2); ``s2`` at its best unless it is given."""
        sigma = [root @ root.T for root in chol]
        parts = self.parts(sigma, chol, order)
        p = self.p
        xx, xy = parts.cross[:p, :p], parts.cross[:p, p]
        root = np.linalg.cholesky((xx + xx.T) / 2.0)
        half = np.linalg.inv(root)
        inverse = half.T @ half
        beta = inverse @ xy
        c = np.append(-beta, 1.0)
        quadratic = float(c @ parts.cross @ c)
        if s2 is None and quadratic < DIGITS * float(c @ self.basis.gram @ c):
            # no place for a search to go to: the digits of the sums are used up
            none = np.zeros(0)
            return Point(tuple(sigma), 0.0, beta, inverse, np.inf, none, none, none, none, none, none)
        s2 = quadratic / self.degrees if s2 is None else s2
        value = quadratic / s2 + self.degrees * np.log(2.0 * np.pi * s2) + parts.logdet
        if self.reml:
            value += 2.0 * float(np.log(np.diag(root)).sum())
        gamma = np.array([sigma[e.factor][e.a, e.b] for e in self.structure.entries])
        psi = np.append(s2, s2 * gamma)
        if order == 0:
            none = np.zeros(0)
            return Point(tuple(sigma), s2, beta, s2 * inverse, value / 2.0, psi, none, none, none, none, none)
        with_s2 = _complete(parts, gamma, self.n)
        pc = with_s2.p @ c
        ypy = pc @ c
        b_p = pc[:, :p]
        ypypy = with_s2.q @ c @ c - b_p @ inverse @ b_p.T
        px, qx = with_s2.p[:, :p, :p], with_s2.q[:, :, :p, :p]
        inverse_p = inverse @ px
        m = len(px)
        # traces of products as products of the matrices' elements
        turned = np.ascontiguousarray(inverse_p.transpose(0, 2, 1)).reshape(m, p * p)
        traces_p = with_s2.t - inverse_p.trace(axis1=1, axis2=2)
        traces_pp = (
            with_s2.tt
            - 2.0 * (qx.reshape(m, m, p * p) @ inverse.ravel())
            + inverse_p.reshape(m, p * p) @ turned.T
        )
        first, second = (traces_p, traces_pp) if self.reml else (with_s2.t, with_s2.tt)
        gradient = (first - ypy / s2) / (2.0 * s2)
        expected = second / (2.0 * s2**2)
        observed = ypypy / s2**3 - expected
        return Point(
            tuple(sigma),
            s2,
            beta,
            s2 * inverse,
            value / 2.0,
            psi,
            gradient,
            _even(expected),
            _even(observed),
            px / s2**2,
            qx / s2**3,
        )


def _complete(parts: Parts, gamma: np.ndarray, n: int) -> Parts:
    """Put s2 in front of the entries: V_0 = V - sum gamma_i V_i (in units of s2)."""
    m, k = len(gamma), len(parts.cross)
    out = Parts.zero(m + 1, k)
    out.logdet, out.cross = parts.logdet, parts.cross
    out.p[1:], out.t[1:], out.q[1:, 1:], out.tt[1:, 1:] = parts.p, parts.t, parts.q, parts.tt
    out.p[0] = parts.cross - (gamma @ parts.p.reshape(m, k * k)).reshape(k, k)
    out.t[0] = n - gamma @ parts.t
    out.tt[0, 1:] = out.tt[1:, 0] = parts.t - parts.tt @ gamma
    out.tt[0, 0] = out.t[0] - gamma @ out.tt[0, 1:]
    out.q[0, 1:] = parts.p - (gamma @ parts.q.reshape(m, m * k * k)).reshape(m, k, k)
    out.q[1:, 0] = out.q[0, 1:].transpose(0, 2, 1)
    out.q[0, 0] = out.p[0] - (gamma @ out.q[1:, 0].reshape(m, k * k)).reshape(k, k)
    return out


def _even(matrix: np.ndarray) -> np.ndarray:
    return np.asarray((matrix + matrix.T) / 2.0)
