"""Variance components in the user's units, with intervals, shares of variance, and conditional modes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from trenza.multilevel.accumulate import CrossProducts
from trenza.multilevel.basis import Basis
from trenza.multilevel.blocks import Block
from trenza.multilevel.cells import Factor
from trenza.multilevel.degrees import pseudo_inverse, t_quantile
from trenza.multilevel.search import ZERO, Found, Search
from trenza.multilevel.structure import Structure

INTERCEPT = "Intercept"


def to_user(factor: Factor) -> np.ndarray:
    """U (q, q): modes in the user's columns = U times modes in the columns of the fit (times the unit of y)."""
    u = np.eye(factor.q)
    for term in factor.terms:
        for column in term:
            slope = factor.slopes[column]
            if slope is None:
                continue
            u[column, column] = 1.0 / slope.scale
            if slope.shift:
                u[term[0], column] = -slope.shift / slope.scale
    return u


def named(column: str) -> str:
    """The name of a random column in tables."""
    return INTERCEPT if column == "1" else column


def covariances(found: Found, structure: Structure, basis: Basis) -> list[np.ndarray]:
    """Covariance matrix of each factor in the user's units."""
    out = []
    for f, factor in enumerate(structure.factors):
        u = to_user(factor)
        out.append(basis.y_scale**2 * found.point.s2 * u @ found.point.sigma[f] @ u.T)
    return out


def _spread(found: Found, structure: Structure, basis: Basis) -> tuple[np.ndarray, list[np.ndarray]]:
    """Covariance matrix of the variances in the coordinates of the fit, and each factor's map from them.

    The map of a factor has shape (q, q, 1 + m): d covariance / d psi in the user's units.
    """
    uncertainty = found.jacobian @ pseudo_inverse(found.hessian) @ found.jacobian.T
    maps = []
    for f, factor in enumerate(structure.factors):
        u = to_user(factor)
        out = np.zeros((factor.q, factor.q, 1 + len(structure.entries)))
        for i, e in enumerate(structure.entries, 1):
            if e.factor == f:
                unit = np.zeros((factor.q, factor.q))
                unit[e.a, e.b] = unit[e.b, e.a] = 1.0
                out[:, :, i] = basis.y_scale**2 * u @ unit @ u.T
        maps.append(out)
    return uncertainty, maps


def variance_table(found: Found, structure: Structure, basis: Basis, ci_level: float) -> pd.DataFrame:
    """One row a variance or covariance, and the residual variance.

    Columns: group, term, term_2 (blank for a variance), kind (variance or covariance), estimate, se, sd_or_corr (the
    standard deviation, or the correlation), ci_low and ci_high for sd_or_corr. Intervals are Wald on the logarithm of
    a standard deviation and on Fisher's z of a correlation; they are blank on the boundary, where none holds.
    """
    uncertainty, maps = _spread(found, structure, basis)
    quantile = t_quantile(0.5 + ci_level / 2.0, np.inf)
    rows: list[dict[str, Any]] = []
    for factor, cov, change in zip(
        structure.factors, covariances(found, structure, basis), maps, strict=True
    ):
        for term in factor.terms:
            singular = _is_singular(found, structure, factor, term)
            pairs = [(a, a) for a in term] + [(a, b) for b in term for a in term if a > b]
            for a, b in pairs:
                se = float(np.sqrt(max(change[a, b] @ uncertainty @ change[a, b], 0.0)))
                row = {
                    "group": factor.name,
                    "term": named(factor.columns[b]),
                    "term_2": "" if a == b else named(factor.columns[a]),
                    "kind": "variance" if a == b else "covariance",
                    "estimate": float(cov[a, b]),
                    "se": se,
                }
                if a == b:
                    row |= _sd(float(cov[a, a]), se, quantile)
                else:
                    row |= _correlation(cov, change, uncertainty, a, b, quantile, singular)
                rows.append(row)
    s2 = basis.y_scale**2 * found.point.s2
    se = float(np.sqrt(max(uncertainty[0, 0], 0.0))) * basis.y_scale**2
    rows.append(
        {"group": "Residual", "term": "", "term_2": "", "kind": "variance", "estimate": s2, "se": se}
        | _sd(s2, se, quantile)
    )
    return pd.DataFrame(rows)


def _sd(variance: float, se: float, quantile: float) -> dict[str, float]:
    if variance <= 0.0 or se <= 0.0:
        return {"sd_or_corr": float(np.sqrt(max(variance, 0.0))), "ci_low": np.nan, "ci_high": np.nan}
    sd, width = float(np.sqrt(variance)), quantile * se / (2.0 * variance)
    if width > 100.0:  # nothing is known of this component
        return {"sd_or_corr": sd, "ci_low": 0.0, "ci_high": np.inf}
    return {"sd_or_corr": sd, "ci_low": sd * float(np.exp(-width)), "ci_high": sd * float(np.exp(width))}


def _correlation(
    cov: np.ndarray,
    change: np.ndarray,
    uncertainty: np.ndarray,
    a: int,
    b: int,
    quantile: float,
    singular: bool,
) -> dict[str, float]:
    product = float(cov[a, a] * cov[b, b])
    if product <= 0.0:
        return {"sd_or_corr": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    r = float(np.clip(cov[a, b] / np.sqrt(product), -1.0, 1.0))
    if singular or abs(r) >= 1.0:
        return {"sd_or_corr": r, "ci_low": np.nan, "ci_high": np.nan}
    slope = (
        change[a, b] / np.sqrt(product)
        - r * change[a, a] / (2.0 * cov[a, a])
        - r * change[b, b] / (2.0 * cov[b, b])
    )
    width = quantile * float(np.sqrt(max(slope @ uncertainty @ slope, 0.0))) / (1.0 - r**2)
    z = float(np.arctanh(r))
    return {"sd_or_corr": r, "ci_low": float(np.tanh(z - width)), "ci_high": float(np.tanh(z + width))}


def _is_singular(found: Found, structure: Structure, factor: Factor, term: tuple[int, ...]) -> bool:
    sigma = found.point.sigma[structure.factors.index(factor)][np.ix_(term, term)]
    return bool(np.linalg.eigvalsh(sigma)[0] < ZERO**2)


def boundary_messages(found: Found, structure: Structure, basis: Basis) -> list[str]:
    """Each covariance matrix on the boundary, in words."""
    said = []
    for factor, cov in zip(structure.factors, covariances(found, structure, basis), strict=True):
        for term in factor.terms:
            if not _is_singular(found, structure, factor, term):
                continue
            names = [named(factor.columns[c]) for c in term]
            sigma = found.point.sigma[structure.factors.index(factor)]
            zero = [n for n, c in zip(names, term, strict=True) if sigma[c, c] < ZERO**2]
            if len(term) == 2 and not zero:
                r = np.sign(cov[term[0], term[1]])
                said.append(
                    f"singular: the correlation of {names[0]} and {names[1]} over {factor.name} is {r:.0f}"
                )
            elif zero:
                said += [f"singular: the variance of {name} over {factor.name} is 0" for name in zero]
            else:
                values = np.linalg.eigvalsh(sigma[np.ix_(term, term)])
                rank = int((values >= ZERO**2).sum())
                said.append(
                    f"singular: the covariance matrix of {', '.join(names)} over {factor.name} has rank {rank} "
                    f"of {len(term)}"
                )
    return said


def random_variances(
    found: Found, structure: Structure, basis: Basis, products: CrossProducts
) -> dict[str, float]:
    """Mean over the rows of the variance z'Sigma z that each factor adds, in squared units of y.

    For random slopes this is the mean variance of Johnson 2014, Methods Ecol. Evol. 5, 944-946.
    """
    out: dict[str, float] = {}
    for f, factor in enumerate(structure.factors):
        h = np.zeros((factor.q, factor.q))
        for block in structure.blocks:
            h += _total(block, f, factor.q)
        share = float((found.point.sigma[f] * h).sum()) / basis.total_weight
        out[factor.name] = basis.y_scale**2 * found.point.s2 * share
    return out


def _total(block: Block, f: int, q: int) -> np.ndarray:
    """Sum over a factor's levels of its Z'Z."""
    if block.first == f:
        return np.asarray(block.h.sum(axis=2))
    assert block.rest is not None
    where = block.rest.where[f]
    return np.array([[block.rest.elements(a, b).sum() for b in where] for a in where])


def fixed_variance(found: Found, basis: Basis, products: CrossProducts) -> float:
    """Variance over the rows of the fitted fixed part, in squared units of y (divisor n - 1)."""
    sums = (products.gram[0] @ basis.columns)[:-1]
    x = basis.gram[:-1, :-1] - np.outer(sums, sums) / basis.total_weight
    factor = products.n / (basis.total_weight * (products.n - 1.0))
    return float(found.point.beta @ x @ found.point.beta) * basis.y_scale**2 * factor


def level_products(
    search: Search, theta: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """For each factor and block: factor, levels, Z'V^-1 W (q, levels, k), and the diagonal blocks of Z'V^-1 Z (q, q, levels)."""
    roots = search.chol(theta)
    sigma = [root @ root.T for root in roots]
    for block in search.structure.blocks:
        state = block.state(sigma, roots)
        if block.rest is None:
            yield block.first, block.groups, state.a1, state.n11
            continue
        own, others = block.rest.spread(state)
        yield block.first, block.groups, state.a1, state.n11 - own
        r = block.rest.shape[1]
        for f, where in block.rest.where.items():
            a = np.array([state.a2[at // r, at % r] for at in where])
            yield f, block.rest.levels[f], a, others[f]


def modes(found: Found, search: Search, basis: Basis) -> pd.DataFrame:
    """Conditional modes (best linear unbiased predictors) of all levels, in the user's units.

    Columns: group, level, term, mode, se (standard deviation given data and parameters, as lme4's condVar) and
    se_prediction (of mode minus truth, which counts the uncertainty of the fixed effects as well).
    """
    structure = search.structure
    sigma = [root @ root.T for root in search.chol(found.theta)]
    beta, phi, s2 = found.point.beta, found.point.phi, found.point.s2
    tables = []
    values = {f: np.zeros((x.q, x.levels)) for f, x in enumerate(structure.factors)}
    given = {f: np.zeros((x.q, x.levels)) for f, x in enumerate(structure.factors)}
    total = {f: np.zeros((x.q, x.levels)) for f, x in enumerate(structure.factors)}
    for f, levels, a, n in level_products(search, found.theta):
        u = to_user(structure.factors[f]) * basis.y_scale
        left = u @ sigma[f]
        residual = a[:, :, -1] - a[:, :, :-1] @ beta
        values[f][:, levels] = left @ residual
        prior = np.diag(u @ sigma[f] @ u.T)
        given[f][:, levels] = s2 * (prior[:, None] - np.einsum("ab,bcg,ac->ag", left, n, left))
        turned = np.tensordot(left, a[:, :, :-1], 1)
        total[f][:, levels] = given[f][:, levels] + np.einsum("agk,kl,agl->ag", turned, phi, turned)
    for f, factor in enumerate(structure.factors):
        for c, column in enumerate(factor.columns):
            tables.append(
                pd.DataFrame(
                    {
                        "group": factor.name,
                        "level": list(factor.labels),
                        "term": named(column),
                        "mode": values[f][c],
                        "se": np.sqrt(np.maximum(given[f][c], 0.0)),
                        "se_prediction": np.sqrt(np.maximum(total[f][c], 0.0)),
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)
