"""Profile intervals of variance components: every value that a likelihood-ratio test does not reject.

Wald's interval of a variance rests on a parabola, which a likelihood with few groups is not. Here the standard deviation
(or correlation) in question is held at a value, the likelihood is maximised over all other variances, and the limits are
where twice the fall reaches the quantile of chi-squared with one degree of freedom. A limit may be the boundary itself: a
standard deviation of 0, a correlation of -1 or 1. Source: Bates et al. 2015, J. Stat. Softw. 67(1), section 5.1 (who
profile the full likelihood; here it is the one of the fit, so that a REML fit gives restricted-likelihood intervals).

Coordinates: the residual standard deviation and, for each random term, the Cholesky factor of its covariance matrix in the
user's units, the column in question first, so that its first element is the standard deviation in question. All variances
are quadratic forms of these coordinates; so central differences give their derivatives exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.multilevel.components import to_user
from trenza.multilevel.degrees import t_quantile
from trenza.multilevel.likelihood import Point
from trenza.multilevel.machinery import Machinery
from trenza.multilevel.search import root_of

_STEPS = 60
_DECREMENT = 1e-12
_DOUBLINGS = 40
# A limit is found to this share of itself
_PRECISION = 1e-9


def profile_table(machinery: Machinery, variance: pd.DataFrame, ci_level: float, reml: bool) -> pd.DataFrame:
    """One row a standard deviation or correlation, in the order of ``variance`` (see ``components.variance_table``).

    Columns: group, term, term_2, kind (standard deviation or correlation), estimate, ci_low, ci_high (profile), wald_low,
    wald_high, ci_level, method. Rows without an interval, because a standard deviation is 0 and so has no correlation, are blank.
    """
    quantile = t_quantile(0.5 + ci_level / 2.0, np.inf)
    rows = []
    for at, (_, given) in enumerate(variance.iterrows()):
        low, high = np.nan, np.nan
        estimate = float(given["sd_or_corr"])
        if np.isfinite(estimate):
            low, high = _limits(_Profile.of(machinery, _targets(machinery)[at]), estimate, quantile)
        rows.append(
            {
                "group": given["group"],
                "term": given["term"],
                "term_2": given["term_2"],
                "kind": "standard deviation" if given["kind"] == "variance" else "correlation",
                "estimate": estimate,
                "ci_low": low,
                "ci_high": high,
                "wald_low": given["ci_low"],
                "wald_high": given["ci_high"],
                "ci_level": ci_level,
                "method": f"profile of the {'restricted' if reml else 'full'} likelihood; beside it Wald",
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Target:
    """Which term (None: the residual), and which of its columns come first: one for an SD, two for a correlation."""

    term: int | None
    first: tuple[int, ...]


def _targets(m: Machinery) -> list[_Target]:
    """In the order of the variance table."""
    out = []
    number = 0
    for factor in m.search.structure.factors:
        for term in factor.terms:
            size = range(len(term))
            out += [_Target(number, (a,)) for a in size]
            out += [_Target(number, (b, a)) for b in size for a in size if a > b]
            number += 1
    return [*out, _Target(None, ())]


@dataclass(frozen=True)
class _Term:
    """A random term: factor, columns in the order of these coordinates, and the way from the user's units (``inverse``)."""

    factor: int
    columns: tuple[int, ...]
    inverse: np.ndarray


class _Profile:
    """The likelihood in coordinates of which one is held."""

    def __init__(self, m: Machinery, terms: list[_Term], target: _Target) -> None:
        self.m, self.terms, self.target = m, terms, target
        self.model = m.search.model
        self.pairs = [
            (number, a, b)
            for number, term in enumerate(terms)
            for a in range(len(term.columns))
            for b in range(a + 1)
        ]
        # a correlation ties L[1, 0] and L[1, 1] to one coordinate, the second standard deviation
        self.correlation = len(target.first) == 2
        if self.correlation:
            self.pairs.remove((target.term or 0, 1, 0))
        # the residual SD stays above 0; where a correlation is held, its SDs may not change signs and turn its own
        own = (0, 1) if self.correlation else ()
        self.positive = [0, *(1 + self.pairs.index((target.term or 0, a, a)) for a in own)]
        self.held = 0 if target.term is None else 1 + self.pairs.index((target.term, 0, 0))
        self.best = m.found.point.value

    @staticmethod
    def of(m: Machinery, target: _Target) -> _Profile:
        """Terms with the columns in question first."""
        terms: list[_Term] = []
        for f, factor in enumerate(m.search.structure.factors):
            u = to_user(factor) * m.basis.y_scale
            for term in factor.terms:
                first = target.first if len(terms) == target.term else ()
                order = [*first, *(c for c in range(len(term)) if c not in first)]
                columns = tuple(term[c] for c in order)
                inverse = np.linalg.inv(u[np.ix_(columns, columns)])
                terms.append(_Term(f, columns, inverse))
        return _Profile(m, terms, target)

    def start(self) -> np.ndarray:
        """The coordinates of the fit."""
        point, out = self.m.found.point, [np.sqrt(self.m.found.point.s2) * self.m.basis.y_scale]
        roots = []
        for term in self.terms:
            back = np.linalg.inv(term.inverse)
            sigma = point.s2 * point.sigma[term.factor][np.ix_(term.columns, term.columns)]
            roots.append(root_of(back @ sigma @ back.T))
        for number, a, b in self.pairs:
            root = roots[number]
            tied = self.correlation and number == self.target.term and (a, b) == (1, 1)
            out.append(float(np.hypot(root[1, 0], root[1, 1])) if tied else root[a, b])
        return np.array(out)

    def psi(self, x: np.ndarray, rho: float) -> np.ndarray:
        """Variances in the coordinates of the fit: (1 + m)."""
        roots = [np.zeros((len(t.columns),) * 2) for t in self.terms]
        for value, (number, a, b) in zip(x[1:], self.pairs, strict=True):
            if self.correlation and number == self.target.term and (a, b) == (1, 1):
                roots[number][1, 0], roots[number][1, 1] = (
                    rho * value,
                    np.sqrt(max(1.0 - rho**2, 0.0)) * value,
                )
            else:
                roots[number][a, b] = value
        sigma = [np.zeros((f.q, f.q)) for f in self.m.search.structure.factors]
        for term, root in zip(self.terms, roots, strict=True):
            half = term.inverse @ root
            sigma[term.factor][np.ix_(term.columns, term.columns)] = half @ half.T
        entries = self.m.search.structure.entries
        return np.array([(x[0] / self.m.basis.y_scale) ** 2, *(sigma[e.factor][e.a, e.b] for e in entries)])

    def at(self, x: np.ndarray, rho: float, order: int = 2) -> Point:
        """The likelihood there."""
        psi = self.psi(x, rho)
        sigma = [np.zeros((f.q, f.q)) for f in self.m.search.structure.factors]
        for value, e in zip(psi[1:], self.m.search.structure.entries, strict=True):
            sigma[e.factor][e.a, e.b] = sigma[e.factor][e.b, e.a] = value / psi[0]
        return self.model.at([root_of(one) for one in sigma], order, float(psi[0]))

    def lowest(self, value: float, x: np.ndarray) -> tuple[float, np.ndarray]:
        """The least of minus the log-likelihood where the held one is ``value``, by Newton's method from ``x``."""
        rho = value if self.correlation else 0.0
        free = np.ones(len(x), dtype=bool)
        x = x.copy()
        if not self.correlation:
            free[self.held] = False
            x[self.held] = value
        point = self.at(x, rho)
        unit = np.maximum(np.abs(x), 0.1 * x[0])
        for _ in range(_STEPS):
            gradient, hessian = self._derivatives(x, rho, unit, point)
            gradient, hessian = gradient[free], hessian[np.ix_(free, free)]
            values, vectors = np.linalg.eigh(hessian)
            along = vectors.T @ gradient
            size = np.maximum(np.abs(values), 1e-12 * max(float(np.abs(values).max()), 1e-300))
            decrement = float((along**2 / size).sum()) / 2.0
            if decrement < _DECREMENT:
                break
            step = np.zeros(len(x))
            step[free] = -vectors @ (along / size)
            step *= min(1.0, 1.0 / float(np.abs(step).max()))
            share = 1.0
            for i in self.positive:
                if step[i] * unit[i] < -0.9 * x[i]:
                    share = min(share, -0.9 * x[i] / (step[i] * unit[i]))
            while share > 1e-8:
                try:
                    after = self.at(x + share * step * unit, rho)
                    if after.value < point.value - 1e-4 * share * decrement:
                        break
                except (
                    np.linalg.LinAlgError
                ):  # so far out that X'V^-1 X cannot be told from a singular matrix
                    pass
                share /= 4.0
            else:
                break
            x, point = x + share * step * unit, after
        return point.value, x

    def _derivatives(
        self, x: np.ndarray, rho: float, unit: np.ndarray, point: Point
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and Hessian in x / unit: psi is a quadratic form, so that differences are exact."""
        e = np.diag(unit)
        jacobian = np.array([(self.psi(x + one, rho) - self.psi(x - one, rho)) / 2.0 for one in e]).T
        hessian = jacobian.T @ point.observed @ jacobian
        for i, one in enumerate(e):
            for j, two in enumerate(e[: i + 1]):
                bent = float(point.gradient @ (self.psi(one + two, rho) - self.psi(one - two, rho))) / 2.0
                hessian[i, j] += bent
                if i != j:
                    hessian[j, i] += bent
        return point.gradient @ jacobian, hessian


def _limits(profile: _Profile, estimate: float, quantile: float) -> tuple[float, float]:
    """Both limits of one parameter."""
    ends = (-1.0, 1.0) if profile.correlation else (0.0, np.inf)
    warm = profile.start()

    def side(end: float) -> float:
        state = warm.copy()

        def excess(value: float) -> float:
            nonlocal state
            low, x = profile.lowest(value, state)
            # a variance at zero is stationary in these coordinates: try from beside it as well
            lifted = np.where(np.abs(x) < 1e-3 * warm[0], 0.05 * warm[0], x)
            other, y = profile.lowest(value, lifted) if not np.array_equal(lifted, x) else (low, x)
            if other < low - 1e-10:
                low, x = other, y
            beyond = 2.0 * (low - profile.best) - quantile**2
            # far outside the search may end short of its optimum, and would begin there again: begin from inside
            if beyond <= 0.0:
                state = x
            return beyond

        if np.isfinite(end) and profile.target.term is not None:
            return _towards(excess, estimate, end, profile.correlation)
        # the upper limit of a standard deviation, and the lower one of the residual's, which cannot be 0
        growth = 2.0 if end > 0.0 else 0.7
        return _beyond(excess, max(estimate, 0.1 * warm[0]), estimate, growth)

    return side(ends[0]), side(ends[1])


def _towards(excess: Callable[[float], float], estimate: float, end: float, correlation: bool) -> float:
    """Where ``excess`` passes zero between ``estimate`` and ``end``; ``end`` itself if it never does."""
    from scipy.optimize import brentq

    if estimate == end:
        return end
    edge = end * (1.0 - 1e-10)
    if excess(edge if correlation else end) <= 0.0:
        return end
    return float(brentq(excess, estimate, edge, rtol=_PRECISION, xtol=1e-300))


def _beyond(excess: Callable[[float], float], scale: float, estimate: float, growth: float) -> float:
    """Where ``excess`` passes zero on the way from ``estimate`` by factors of ``growth``; infinite if it never does."""
    from scipy.optimize import brentq

    inside, outside = estimate, scale * growth
    for _ in range(_DOUBLINGS):
        if excess(outside) > 0.0:
            return float(brentq(excess, inside, outside, rtol=_PRECISION, xtol=1e-300))
        inside, outside = outside, outside * growth
    return np.inf
