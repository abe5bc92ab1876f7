"""Cluster-robust standard errors of fixed effects: CR2 with Satterthwaite degrees of freedom.

They hold whatever the covariance within clusters is, and use the fitted V as working model. With M = (X'V^-1 X)^-1,
residuals e_j and D_j'D_j = V_j,

    Var(b) = M [sum_j u_j u_j'] M,   u_j = X_j'V_j^-1 A_j e_j,   A_j = D_j' (D_j (V_j - X_j M X_j') D_j')^(-1/2) D_j,

which is unbiased if V is right. The degrees of freedom of a contrast c are 2 E(v)^2 / Var(v) under V: with
p_j = A_j V_j^-1 X_j M c and G_jk = p_j'(V - X M X')_jk p_k they are (tr G)^2 / sum_jk G_jk^2. Sources: Bell & McCaffrey 2002,
Survey Methodology 28, 169-181; Pustejovsky & Tipton 2018, J. Bus. Econ. Stat. 36, 672-683.

Weighted rows are multiplied by sqrt(weight) first, which is one of the choices that are unbiased under V.
A cluster's rows enter through cross-products alone: A_j is the identity outside the space that X_j and Z_j span.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.multilevel.clusters import cluster_products, top_group
from trenza.multilevel.degrees import p_of_t, t_quantile
from trenza.multilevel.machinery import Machinery

# Directions with less than this share of the largest count as absent
_NOTHING = 1e-11


def cr2_table(machinery: Machinery, cluster: str | None, ci_level: float) -> pd.DataFrame:
    """One row a term: term, estimate, se_cr2, statistic, df, p, ci_low, ci_high, clusters.

    ``cluster`` is a group of the model that every other group lies in (default: the one there is). It makes one more
    pass over the rows. Raises ``TrenzaError`` where groups are crossed, so that no such group exists.
    """
    m = machinery
    factors, point = m.search.structure.factors, m.found.point
    top = top_group(factors, cluster)
    inverse = point.phi / point.s2
    p = len(inverse)
    meat = np.zeros((p, p))
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    for gram, z_sigma in cluster_products(m, top):
        v, x, e = _coordinates(gram, z_sigma, point.beta)
        vx = np.linalg.solve(v, x)
        root = _power(v, 0.5)
        a = root @ _power(v @ v - root @ x @ inverse @ x.T @ root, -0.5) @ root
        u = vx.T @ a @ e
        meat += np.outer(u, u)
        # columns of p_j for all coordinates at once, before M c is applied
        pj = a @ vx
        pieces.append((pj.T @ v @ pj, x.T @ pj))
    covariance = inverse @ meat @ inverse
    basis = m.basis
    rows = []
    beta = basis.to_user @ point.beta + basis.offset
    own = np.array([one for one, _ in pieces])
    shared = np.array([other for _, other in pieces])
    for i, name in enumerate(basis.names):
        c = basis.to_user[i]
        se = float(np.sqrt(c @ covariance @ c))
        df = _degrees(inverse @ c, own, shared, inverse)
        estimate = float(beta[i])
        width = t_quantile(0.5 + ci_level / 2.0, df) * se
        rows.append(
            {
                "term": name,
                "estimate": estimate,
                "se_cr2": se,
                "statistic": estimate / se if se > 0.0 else np.nan,
                "df": df,
                "p": p_of_t(estimate / se, df) if se > 0.0 else np.nan,
                "ci_low": estimate - width,
                "ci_high": estimate + width,
                "clusters": len(pieces),
            }
        )
    return pd.DataFrame(rows, index=list(basis.names))


def _coordinates(
    gram: np.ndarray, sigma: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """V, X and the residuals in an orthonormal basis of what X and Z span in one cluster."""
    p, q = len(beta), len(sigma)
    s = [*range(p), *range(p + 1, p + 1 + q)]
    inner = gram[np.ix_(s, s)]
    values, vectors = np.linalg.eigh(inner)
    keep = values > _NOTHING * max(values[-1], 0.0)
    half = (vectors[:, keep] / np.sqrt(values[keep])).T
    x, z = half @ gram[np.ix_(s, range(p))], half @ gram[np.ix_(s, range(p + 1, p + 1 + q))]
    e = half @ gram[s, p] - x @ beta
    return np.eye(len(half)) + z @ sigma @ z.T, x, e


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a positive semidefinite matrix, on its range."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    keep = values > _NOTHING * max(values[-1], 0.0)
    return np.asarray((vectors[:, keep] * values[keep] ** exponent) @ vectors[:, keep].T)


def _degrees(mc: np.ndarray, own: np.ndarray, shared: np.ndarray, inverse: np.ndarray) -> float:
    """(tr G)^2 / sum G^2 for one contrast; ``own`` (clusters, p, p) = P'VP, ``shared`` (clusters, p, p) = X'P."""
    a = np.einsum("k,jkl,l->j", mc, own, mc)
    b = shared @ mc
    mixed = np.einsum("jk,kl,jl->j", b, inverse, b)
    total = b.T @ b @ inverse
    trace = float((a - mixed).sum())
    squares = float((a**2 - 2.0 * a * mixed).sum() + np.trace(total @ total))
    return trace**2 / squares if squares > 0.0 else np.nan
