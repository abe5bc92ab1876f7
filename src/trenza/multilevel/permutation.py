"""Permutation of a treatment between clusters: how often chance alone would deal so large a difference.

If clusters were assigned at random and treatment did nothing to anybody, any other assignment would have given the same
outcomes; so the t of the treatment is compared with its values under other assignments (Fisher 1935; Rosenbaum 2002,
Observational Studies, section 2.4). Exact whatever the distribution is, also with 6 clusters, where it can reach no small p.
The variances come from the model without the treatment, so that they are the same for every assignment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.clusters import cluster_grams, top_group
from trenza.multilevel.components import level_products
from trenza.multilevel.likelihood import Model
from trenza.multilevel.result import Fit
from trenza.multilevel.search import Search

_CONSTANT = 1e-9


@dataclass(frozen=True)
class Permutation:
    """``statistic``: t of the term at the variances of the model without it; ``p``: share of assignments with a |t| as large.

    ``assignments`` were looked at; ``exhaustive`` says that these are all there are, otherwise they were drawn, and p counts
    the actual one among them. ``smallest_p`` is what this design can reach at all.
    """

    statistic: float
    p: float
    assignments: int
    exhaustive: bool
    smallest_p: float
    clusters: int
    note: str


def permutation_test(
    fitted: Fit, term: str, permutations: int, seed: int, cluster: str | None = None
) -> Permutation:
    """Permute the values of ``term`` between clusters (``cluster`` as in ``robust``).

    ``term`` has to be the same for all rows of a cluster; all assignments with the same number of clusters of each value count
    as equally likely. Where there are no more than ``permutations`` of a two-valued term, all are looked at. Raises
    ``TrenzaError`` for an unknown term, one that varies within clusters, one that stands in an interaction, weights, crossed
    groups, or a model without an intercept that varies over the clusters.
    """
    m = fitted.machinery
    names = list(m.basis.names)
    if term not in names:
        raise TrenzaError(f"permutation: no term {term}; allowed: {', '.join(names)}")
    if permutations < 1:
        raise TrenzaError(f"permutation: found {permutations} permutations; allowed: 1 or more")
    tied = [name for name in names if term in name.split(":") and name != term]
    if tied:
        raise TrenzaError(f"permutation: {term} stands in {', '.join(tied)} as well; fit a model without")
    top = top_group(m.search.structure.factors, cluster)
    if top.columns[0] != "1":
        raise TrenzaError(f"permutation: the model has no intercept that varies over {top.name}")
    at = names.index(term)
    values = _values(fitted, term, at, top.name)
    if not np.ptp(values) > 0.0:
        raise TrenzaError(f"permutation: {term} has one value in all clusters")
    kept = [i for i in range(len(names) + 1) if i != at]
    structure = m.search.structure.with_columns(kept)
    basis = replace(
        m.basis,
        columns=m.basis.columns[:, kept],
        gram=m.basis.gram[np.ix_(kept, kept)],
        names=tuple(n for n in names if n != term),
    )
    search = Search(Model(structure, basis, m.products.n, fitted.reml))
    found, _ = search.best()
    own, shared = _cluster_sums(search, found.theta, top.name)
    p = len(kept) - 1
    phi, beta = found.point.phi / found.point.s2, found.point.beta
    # one term is added by partial regression: t'Py / sqrt(t'Pt s2)
    to_x, to_rest = shared[:, :p], shared[:, p] - shared[:, :p] @ beta

    def statistics(assigned: np.ndarray) -> np.ndarray:
        """t of assignments (any, clusters)."""
        x = assigned @ to_x
        information = assigned**2 @ own - np.einsum("ik,kl,il->i", x, phi, x)
        return np.asarray(assigned @ to_rest / np.sqrt(information * found.point.s2))

    actual = float(statistics(values[None])[0])
    assigned, exhaustive = _assignments(values, permutations, seed)
    reached = int((np.abs(statistics(assigned)) >= abs(actual) * (1.0 - 1e-9)).sum())
    count = len(assigned)
    share = reached / count if exhaustive else (reached + 1) / (count + 1)
    return Permutation(
        actual,
        share,
        count,
        exhaustive,
        _smallest(values),
        len(values),
        "assumes that clusters were assigned at random, each assignment of the same size as likely as any other",
    )


def _values(fitted: Fit, term: str, at: int, group: str) -> np.ndarray:
    """The value of the term in each cluster, in the coordinates of the fit."""
    m = fitted.machinery
    if m.needs.weights:
        raise TrenzaError("permutation: not for weighted fits")
    top = next(f for f in m.search.structure.factors if f.name == group)
    grams, rows = cluster_grams(m, top)
    ones = np.bincount(top.of_cell, m.products.by_cell[0][:, 0], top.levels)
    sums = np.zeros((top.levels, m.products.by_cell.shape[2]))
    np.add.at(sums, top.of_cell, m.products.by_cell[0])
    means = (sums @ m.basis.columns)[:, at] / ones
    within = grams[:, at, at] / rows - means**2
    if (within > _CONSTANT).any():
        raise TrenzaError(f"permutation: {term} varies within {group}; it is not assigned to whole groups")
    return np.asarray(means)


def _cluster_sums(search: Search, theta: np.ndarray, group: str) -> tuple[np.ndarray, np.ndarray]:
    """1'V^-1 1 (clusters) and 1'V^-1 [X, y] (clusters, k) of each cluster."""
    factors = search.structure.factors
    f = next(i for i, one in enumerate(factors) if one.name == group)
    own, shared = np.zeros(factors[f].levels), None
    for factor, levels, a, n in level_products(search, theta):
        if factor == f:
            shared = np.zeros((factors[f].levels, a.shape[2])) if shared is None else shared
            own[levels], shared[levels] = n[0, 0], a[0]
    assert shared is not None
    return own, shared


def _assignments(values: np.ndarray, permutations: int, seed: int) -> tuple[np.ndarray, bool]:
    """Other orders of ``values``: all of them where they are few, drawn ones otherwise."""
    import itertools

    levels, codes = np.unique(np.round(values, 9), return_inverse=True)
    size = int((codes == 1).sum())
    if len(levels) == 2 and math.comb(len(values), size) <= permutations:
        chosen = list(itertools.combinations(range(len(values)), size))
        out = np.full((len(chosen), len(values)), values[codes == 0][0])
        for row, some in zip(out, chosen, strict=True):
            row[list(some)] = values[codes == 1][0]
        return out, True
    generator = np.random.default_rng(seed)
    return np.array([generator.permutation(values) for _ in range(permutations)]), False


def _smallest(values: np.ndarray) -> float:
    """One over the number of assignments; their mirror image has the same |t| where both values are as frequent."""
    _, counts = np.unique(np.round(values, 9), return_counts=True)
    log = math.lgamma(len(values) + 1) - sum(math.lgamma(c + 1) for c in counts)
    mirrored = len(counts) == 2 and counts[0] == counts[1]
    return math.exp(-log) * (2.0 if mirrored else 1.0)
