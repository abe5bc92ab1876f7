"""What each cluster does to the fixed effects: the estimates without it, from its cross-products alone.

With the variances held at their estimates, leaving cluster j out of V takes X_j'V_j^-1 X_j and X_j'V_j^-1 y_j from the normal
equations, because clusters do not share a row. So

    b_(j) = (X'V^-1 X - X_j'V_j^-1 X_j)^-1 (X'V^-1 y - X_j'V_j^-1 y_j),
    Cook's distance = (b - b_(j))' Var(b)^-1 (b - b_(j)) / p,    DFBETAS = (b - b_(j)) / se_(j)(b),

with se_(j) from the matrix without j. Sources: Cook 1977, Technometrics 19, 15-18; Belsley, Kuh & Welsch 1980, Regression
Diagnostics, chapter 2; for mixed models Christensen, Pearson & Johnson 1992, Technometrics 34, 38-45, and Demidenko &
Stukel 2005, Statistics in Medicine 24, 893-909. The variances are not estimated anew; with few clusters that can matter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.multilevel.clusters import cluster_products, top_group
from trenza.multilevel.machinery import Machinery

METHOD = "leave one cluster out with the variances held at their estimates"


def influence_table(machinery: Machinery, cluster: str | None = None) -> pd.DataFrame:
    """One row a cluster and term, clusters in the order of their labels.

    Columns: group, level, weight (rows, or the sum of their weights), term, estimate, without (the estimate without the
    cluster), change (without - estimate), dfbetas, cook, method. Where the other clusters do not determine all terms
    (a treatment that only this cluster has), the last four numbers are blank. ``cluster`` as in ``robust``.
    """
    m = machinery
    top = top_group(m.search.structure.factors, cluster)
    point, basis = m.found.point, m.basis
    p = len(basis.names)
    whole = np.linalg.inv(point.phi / point.s2)
    right = whole @ point.beta
    estimate = basis.to_user @ point.beta + basis.offset
    tables = []
    weights = np.bincount(top.of_cell, m.products.by_cell[0][:, 0], top.levels)
    for label, weight, (gram, sigma) in zip(top.labels, weights, cluster_products(m, top), strict=True):
        own, z = gram[: p + 1, p + 1 :], gram[p + 1 :, p + 1 :]
        inside = gram[: p + 1, : p + 1] - own @ sigma @ np.linalg.solve(np.eye(len(z)) + z @ sigma, own.T)
        left = whole - inside[:p, :p]
        without, dfbetas, cook = np.full(p, np.nan), np.full(p, np.nan), np.nan
        if np.linalg.eigvalsh(_scaled(left, whole))[0] > 1e-10:
            inverse = np.linalg.inv(left)
            beta = inverse @ (right - inside[:p, p])
            without = basis.to_user @ beta + basis.offset
            se = np.sqrt(point.s2 * np.einsum("ij,jk,ik->i", basis.to_user, inverse, basis.to_user))
            dfbetas = (estimate - without) / se
            cook = float((beta - point.beta) @ whole @ (beta - point.beta)) / (point.s2 * p)
        tables.append(
            pd.DataFrame(
                {
                    "group": top.name,
                    "level": label,
                    "weight": weight,
                    "term": list(basis.names),
                    "estimate": estimate,
                    "without": without,
                    "change": without - estimate,
                    "dfbetas": dfbetas,
                    "cook": cook,
                    "method": METHOD,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _scaled(matrix: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``matrix`` relative to ``whole``: eigenvalues 0 to 1, the share of the information that is left."""
    half = np.linalg.inv(np.linalg.cholesky(whole))
    out = half @ matrix @ half.T
    return np.asarray((out + out.T) / 2.0)
