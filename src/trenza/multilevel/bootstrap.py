"""Parametric bootstrap: simulate outcomes from the fit, fit again, look at the spread.

Each replicate draws levels and residuals from the fitted variances, replaces the outcome's cross-products and runs the
same search, so that a boundary in a replicate is found as in the fit. Source: Efron & Tibshirani 1993, An Introduction to
the Bootstrap, section 6.5.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.accumulate import column_maker, used_chunks
from trenza.multilevel.basis import Basis, basis_of
from trenza.multilevel.components import covariances, named
from trenza.multilevel.levels import CellCoder
from trenza.multilevel.likelihood import Model
from trenza.multilevel.result import Fit
from trenza.multilevel.search import Found, Search
from trenza.multilevel.source import numbers
from trenza.multilevel.structure import Structure, structure_of


def parametric_bootstrap(fitted: Fit, replicates: int, seed: int) -> pd.DataFrame:
    """One row a replicate: fixed effects by term, variances as ``var <term> <group>``, ``sigma``, ``singular``.

    ``fitted`` is a fit of a table in memory; ``seed`` makes the result the same again. Covariances are
    ``cov <term> <term> <group>``. Percentiles of a column give an interval; the spread of a fixed effect checks its SE.
    """
    if not isinstance(fitted.machinery.source.data, pd.DataFrame):
        raise TrenzaError("bootstrap: read the file into a DataFrame and fit that")
    if replicates < 1:
        raise TrenzaError(f"bootstrap: found {replicates} replicates; allowed: 1 or more")
    rows = _Rows(fitted)
    generator = np.random.default_rng(seed)
    return pd.DataFrame([rows.replicate(generator) for _ in range(replicates)])


class _Rows:
    """The rows of a fit in the accumulated columns, and what a replicate needs of them."""

    def __init__(self, fitted: Fit) -> None:
        m = fitted.machinery
        self.m, self.reml = m, fitted.reml
        used = pd.concat(list(used_chunks(m.source, m.needs)))
        self.w = np.empty((len(m.columns.pieces), len(used)))
        column_maker(m.columns, used, m.survey, 0)(slice(0, len(used)), self.w)
        for j, scale in enumerate(m.columns.scales):
            self.w[j] = scale.apply(self.w[j])
        self.cell = CellCoder(m.survey.levels, m.survey.cells, m.needs.groups).codes(used)
        weights = numbers(used[m.needs.weights]) if m.needs.weights else np.ones(len(used))
        self.root = np.sqrt(weights)
        self.fixed = m.basis.columns[:, :-1] @ m.found.point.beta @ self.w
        self.chol = m.search.chol(m.found.theta)

    def outcome(self, generator: np.random.Generator) -> np.ndarray:
        """A simulated outcome (n) in its accumulated coordinates."""
        m, sd = self.m, np.sqrt(self.m.found.point.s2)
        y = self.fixed + sd * generator.standard_normal(len(self.fixed)) / self.root
        for factor, chol in zip(m.search.structure.factors, self.chol, strict=True):
            u = sd * chol @ generator.standard_normal((factor.q, factor.levels))
            level = factor.of_cell[self.cell]
            for c, slope in enumerate(factor.slopes):
                z: np.ndarray | float = 1.0
                if slope is not None:
                    z = slope.alpha * self.w[m.products.slopes[factor.columns[c]]] + slope.delta
                y = y + u[c, level] * z
        column = m.basis.columns[:, -1]
        return np.asarray((y - column[0]) / column[m.products.y])

    def replicate(self, generator: np.random.Generator) -> dict[str, float]:
        """Fit one simulated outcome."""
        m, at = self.m, self.m.products.y
        y = self.outcome(generator)
        gram, by_cell = m.products.gram.copy(), m.products.by_cell.copy()
        weighted = y * self.root**2
        gram[:, at] = gram[at, :] = self.w @ weighted
        gram[at, at] = y @ weighted
        for i, j in enumerate([0, *m.products.slopes.values()]):
            by_cell[i, :, at] = np.bincount(self.cell, self.w[j] * weighted, by_cell.shape[1])
        products = replace(m.products, gram=gram, by_cell=by_cell)
        basis = basis_of(products, m.part, m.formula.outcome)
        structure = structure_of(m.formula, m.survey, products, basis)
        found, _ = Search(Model(structure, basis, products.n, self.reml)).best()
        return estimates_of(found, structure, basis)


def estimates_of(found: Found, structure: Structure, basis: Basis) -> dict[str, float]:
    """Fixed effects by term, variances and covariances by name, ``sigma`` and ``singular``, in the user's units."""
    beta = basis.to_user @ found.point.beta + basis.offset
    out = dict(zip(basis.names, map(float, beta), strict=True))
    singular = False
    for f, (factor, cov) in enumerate(
        zip(structure.factors, covariances(found, structure, basis), strict=True)
    ):
        for term in factor.terms:
            names = [named(factor.columns[c]) for c in term]
            for i, a in enumerate(term):
                out[f"var {names[i]} {factor.name}"] = float(cov[a, a])
                for j, b in enumerate(term[:i]):
                    out[f"cov {names[j]} {names[i]} {factor.name}"] = float(cov[a, b])
            singular |= bool(np.linalg.eigvalsh(found.point.sigma[f][np.ix_(term, term)])[0] <= 1e-12)
    out["sigma"] = float(np.sqrt(found.point.s2) * basis.y_scale)
    out["singular"] = singular
    return out
