"""The search for the variances: Newton steps on the Cholesky factors, with a certificate at the boundary.

The factors theta (Sigma = L L', L lower triangular, s2 profiled) make every step admissible and a variance of zero an
ordinary point: where the likelihood falls away from zero, the curvature in theta is positive there and Newton's method
converges to it quadratically. They also hide something: theta = 0 is stationary whatever the likelihood does, so that
a gradient of zero proves nothing. Hence

- directions of negative curvature are followed downhill (absolute values of the eigenvalues), and
- a solution counts only if the gradient by Sigma, a symmetric matrix, has no negative eigenvalue on the null space of
  Sigma (the first-order condition on the cone of covariance matrices). If it has one, the search goes on along it.

Several starts guard against a second optimum; each begins with a step of scoring. Sources: Bates et al. 2015, section 3.4
(profiling, theta); Boyd & Vandenberghe 2004, Convex Optimization, section 5.9 (the condition on the cone); Rao 1971, J.
Multivar. Anal. 1, 445-456 (MIVQUE).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trenza.multilevel.likelihood import Model, Point
from trenza.multilevel.source import DataError
from trenza.multilevel.start import moment_start

MAX_STEPS = 100
# The search ends when a Newton step promises less than this (log-likelihood units): 1e-8 of a standard error
DECREMENT = 1e-17
# ... and has converged when it promises less than this
GOOD = 1e-9
# A standard deviation below this share of the residual one (for a column of unit spread) is looked at as zero
ZERO = 1e-4
# A search that comes so near to a known end, in log-likelihood units, has arrived at it
NEAR = 0.01
# Smallest and largest standard deviation after a step of scoring
FLOOR, CEILING = 0.03, 30.0
# Starting standard deviations, relative to the residual one
STARTS = (0.4, 2.0, 0.05)


@dataclass(frozen=True)
class Found:
    """The end of a search: ``point`` with derivatives, ``theta`` with ``jacobian`` (1 + m, 1 + m) = d psi / d (s2, theta)
    and ``hessian`` (1 + m, 1 + m) in (s2, theta); ``decrement`` is what another Newton step would promise.
    """

    theta: np.ndarray
    point: Point
    jacobian: np.ndarray
    hessian: np.ndarray
    decrement: float
    steps: int
    certified: bool
    worst_slope: float


class Search:
    """All searches for one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.structure = model.structure
        self.entries = model.structure.entries
        self.m = len(self.entries)

    def chol(self, theta: np.ndarray) -> list[np.ndarray]:
        """Cholesky factors, one a factor."""
        roots = [np.zeros((f.q, f.q)) for f in self.structure.factors]
        for value, e in zip(theta, self.entries, strict=True):
            roots[e.factor][e.a, e.b] = value
        return roots

    def theta(self, roots: list[np.ndarray]) -> np.ndarray:
        """The free elements of Cholesky factors."""
        return np.array([roots[e.factor][e.a, e.b] for e in self.entries])

    def start(self, sd: float) -> np.ndarray:
        """Independent columns with standard deviation ``sd`` each."""
        return np.array([sd if e.a == e.b else 0.0 for e in self.entries])

    @cached_property
    def _bilinear(self) -> np.ndarray:
        """(m, m, m): Sigma's element i is half the sum over c and d of ``[c, d, i]`` theta_c theta_d."""
        out = np.zeros((self.m, self.m, self.m))
        for c, one in enumerate(self.entries):
            for d, two in enumerate(self.entries):
                if one.factor != two.factor or one.b != two.b:
                    continue
                # the elements (a, b) of one and (a', b) of two meet in Sigma[a, a'], twice on the diagonal
                for i, e in enumerate(self.entries):
                    if e.factor == one.factor and {e.a, e.b} == {one.a, two.a}:
                        out[c, d, i] = 2.0 if e.a == e.b else 1.0
        return out

    def derivatives(self, theta: np.ndarray, point: Point) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gradient (m) and Hessian of the profiled value by theta, and d psi / d (s2, theta) and the full Hessian."""
        s2, m = point.s2, self.m
        slope = (theta @ self._bilinear).T
        curve = self._bilinear @ (point.gradient[1:] * s2)
        jacobian = np.zeros((m + 1, m + 1))
        jacobian[0, 0] = 1.0
        jacobian[1:, 0] = point.psi[1:] / s2
        jacobian[1:, 1:] = s2 * slope
        hessian = jacobian.T @ point.observed @ jacobian
        hessian[1:, 1:] += curve
        hessian[0, 1:] += point.gradient[1:] @ slope
        hessian[1:, 0] = hessian[0, 1:]
        return point.gradient[1:] @ (s2 * slope), jacobian, hessian

    def scored(self, point: Point) -> np.ndarray | None:
        """theta after a step of Fisher's scoring in the variances themselves, or None where there is none.

        It leads from anywhere to near the end (a MIVQUE estimate); eigenvalues are kept within ``FLOOR`` and ``CEILING``.
        """
        try:
            psi = point.psi - np.linalg.solve(point.expected, point.gradient)
        except np.linalg.LinAlgError:
            return None
        if not psi[0] > 0.0 or not np.isfinite(psi).all():
            return None
        sigma = [np.zeros_like(one) for one in point.sigma]
        for value, e in zip(psi[1:] / psi[0], self.entries, strict=True):
            sigma[e.factor][e.a, e.b] = sigma[e.factor][e.b, e.a] = value
        for one in sigma:
            values, vectors = np.linalg.eigh(one)
            one[:] = (vectors * np.clip(values, FLOOR**2, CEILING**2)) @ vectors.T
        return self.theta([np.linalg.cholesky(one) for one in sigma])

    def _arrived(self, point: Point, known: Found | None) -> bool:
        """Whether a search has come so near to a known end, by its information, that it would end there as well."""
        if known is None or point.value < known.point.value or point.value > known.point.value + NEAR:
            return False
        away = point.psi - known.point.psi
        return float(away @ known.point.expected @ away) / 2.0 < NEAR

    def descend(self, theta: np.ndarray, cold: bool = False, known: Found | None = None) -> Found:
        """Newton's method from ``theta`` with steps cut back until the value falls.

        A ``cold`` start begins with a step of scoring. Near a ``known`` end that one is returned.
        """
        point = self.model.at(self.chol(theta))
        if not np.isfinite(point.value):
            raise DataError("data: the model explains the outcome to the last digit")
        step_limit, steps = 1.0, 0
        if cold and (better := self.scored(point)) is not None:
            after = self.model.at(self.chol(better))
            if after.value < point.value:
                theta, point, steps = better, after, 1
        while True:
            if known is not None and self._arrived(point, known):
                return known
            gradient, jacobian, hessian = self.derivatives(theta, point)
            profiled = hessian[1:, 1:] - np.outer(hessian[1:, 0], hessian[0, 1:]) / hessian[0, 0]
            values, vectors = np.linalg.eigh(profiled)
            along = vectors.T @ gradient
            size = np.maximum(np.abs(values), 1e-12 * max(np.abs(values).max(), 1e-300))
            decrement = float((along**2 / size).sum()) / 2.0
            found = Found(theta, point, jacobian, hessian, decrement, steps, False, 0.0)
            if decrement < DECREMENT or steps >= MAX_STEPS:
                return found
            step = -vectors @ (along / size)
            longest = float(np.abs(step).max())
            step *= min(1.0, step_limit * max(1.0, float(np.abs(theta).max())) / longest)
            steps += 1
            share = 1.0
            noise = 1e-12 * abs(point.value) + 1e-13
            while True:
                after = self.model.at(self.chol(theta + share * step))
                if after.value <= point.value - 1e-4 * share * decrement or (
                    decrement < 1e-7 and after.value <= point.value + noise
                ):
                    break
                share /= 2.0 if share > 0.1 else 8.0
                if share < 1e-9:
                    return found
            theta, point = theta + share * step, after

    def certify(self, found: Found) -> tuple[float, np.ndarray | None]:
        """The steepest fall of the value from the null space of Sigma, and theta after a first step along it.

        The fall is the most negative eigenvalue of the gradient by Sigma / s2 on the null space, in log-likelihood
        units per unit of relative variance; 0 and None where there is none.
        """
        point = found.point
        worst, better = 0.0, None
        roots = self.chol(found.theta)
        for f, factor in enumerate(self.structure.factors):
            for term in factor.terms:
                columns = list(term)
                sigma = point.sigma[f][np.ix_(columns, columns)]
                values, vectors = np.linalg.eigh(sigma)
                null = vectors[:, values < ZERO**2]
                if not null.shape[1]:
                    continue
                gamma = np.zeros_like(sigma)
                for i, e in enumerate(self.entries):
                    if e.factor == f and e.a in term:
                        a, b = term.index(e.a), term.index(e.b)
                        gamma[a, b] = gamma[b, a] = (
                            point.gradient[1 + i] * point.s2 * (1.0 if a == b else 0.5)
                        )
                slopes, directions = np.linalg.eigh(null.T @ gamma @ null)
                if slopes[0] < min(worst, -1e-6):
                    direction = null @ directions[:, 0]
                    for size in (0.3, 0.1, 0.03, 0.01, 0.003):
                        trial = sigma + size**2 * np.outer(direction, direction)
                        root = root_of(trial)
                        moved = [r.copy() for r in roots]
                        moved[f][np.ix_(columns, columns)] = root
                        if self.model.at(moved, order=0).value < point.value - 1e-9:
                            worst, better = float(slopes[0]), self.theta(moved)
                            break
        return worst, better

    def solve(self, theta: np.ndarray, cold: bool = False, known: Found | None = None) -> Found:
        """Descend, certify, and go on until the certificate holds."""
        found = self.descend(theta, cold, known)
        if found is known:
            return found
        for _ in range(10):
            worst, better = self.certify(found)
            if better is None:
                break
            found = self.descend(better)
        snapped = self.snap(found)
        worst, better = self.certify(snapped)
        return replace(snapped, steps=found.steps, certified=better is None, worst_slope=worst)

    def snap(self, found: Found) -> Found:
        """Put directions whose standard deviation is next to nothing at zero exactly, if the likelihood agrees."""
        roots = self.chol(found.theta)
        changed = False
        for f, factor in enumerate(self.structure.factors):
            for term in factor.terms:
                columns = list(term)
                sigma = found.point.sigma[f][np.ix_(columns, columns)]
                values, vectors = np.linalg.eigh(sigma)
                small = values < ZERO**2
                if small.any():
                    values[small] = 0.0
                    roots[f][np.ix_(columns, columns)] = root_of((vectors * values) @ vectors.T)
                    changed = True
        if not changed:
            return found
        theta = self.theta(roots)
        point = self.model.at(self.chol(theta))
        if point.value > found.point.value + 1e-9 * max(1.0, abs(found.point.value) * 1e-3):
            return found
        gradient, jacobian, hessian = self.derivatives(theta, point)
        profiled = hessian[1:, 1:] - np.outer(hessian[1:, 0], hessian[0, 1:]) / hessian[0, 0]
        values, vectors = np.linalg.eigh(profiled)
        along = vectors.T @ gradient
        size = np.maximum(np.abs(values), 1e-12 * np.abs(values).max())
        return Found(
            theta, point, jacobian, hessian, float((along**2 / size).sum()) / 2.0, found.steps, False, 0.0
        )

    def best(self, start: np.ndarray | None = None) -> tuple[Found, list[Found]]:
        """The best end of searches from all starts, and the others; ``start`` (m) is one that is known to be near."""
        if start is None:
            start = moment_start(self.structure, self.model.basis)
        first = self.solve(self.start(STARTS[0]), cold=True) if start is None else self.solve(start)
        ends = [first]
        if self.cheap or _least(first, self) < ZERO:
            ends += [self.solve(self.start(sd), cold=True, known=first) for sd in STARTS[1:]]
        best, *others = sorted(ends, key=lambda e: e.point.value)
        return best, others

    @property
    def cheap(self) -> bool:
        """Whether more starts cost next to nothing."""
        return all(b.rest is None or b.rest.size < 2e4 for b in self.structure.blocks) and (
            sum(b.c.size for b in self.structure.blocks) < 3e4
        )


def _least(found: Found, search: Search) -> float:
    """The smallest standard deviation among directions, relative to the residual one."""
    least = np.inf
    for f, factor in enumerate(search.structure.factors):
        for term in factor.terms:
            sigma = found.point.sigma[f][np.ix_(term, term)]
            least = min(least, float(np.sqrt(max(np.linalg.eigvalsh(sigma)[0], 0.0))))
    return least


def root_of(sigma: np.ndarray) -> np.ndarray:
    """A lower triangular root of a covariance matrix that may be singular."""
    values, vectors = np.linalg.eigh(sigma)
    half = vectors * np.sqrt(np.maximum(values, 0.0))
    lower = np.asarray(np.linalg.qr(half.T, mode="r")).T
    return np.asarray(lower * np.where(np.diag(lower) < 0.0, -1.0, 1.0))
