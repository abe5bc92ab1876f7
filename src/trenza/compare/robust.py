"""Standard errors that hold when units share clusters: CR2 with Satterthwaite degrees of freedom, and CR1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.compare.clusters import Normal

# A cluster that fixes a coefficient alone has leverage 1; below this distance from it nothing is left to adjust.
_LEVERAGE_LEFT = 1e-9


@dataclass(frozen=True)
class Robust:
    """Coefficient of the group with its cluster-robust standard errors, outcome's unit.

    ``df`` belongs to ``se_cr2``. Both are NaN where one cluster alone fixes a coefficient.
    """

    estimate: float
    se_cr2: float
    df: float
    se_cr1: float


def cluster_robust(normal: Normal) -> Robust:
    """Ordinary least squares with CR2 and CR1 from the normal equations by cluster.

    CR2 (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018, with an identity working model) multiplies
    the residuals of a cluster by the inverse symmetric root of I - H_g, so that the variance is unbiased
    when units are independent with one variance. X_g'(I - H_g)^(-1/2) needs X_g'X_g only: with M = (X'X)^-1
    and S_g = M^(1/2) X_g'X_g M^(1/2) it is M^(-1/2) (I - S_g)^(-1/2) M^(1/2) X_g'. The degrees of freedom are
    Satterthwaite's under the same working model, (sum p_gg)^2 / sum p_gh^2, with P the matrix of the quadratic
    forms' covariances. Sweeping out intercepts of clusters changes neither for ordinary least squares (tested against whole matrices).
    CR1 multiplies the plain sandwich by G / (G - 1) * (n - 1) / (n - columns), as Stata does.
    """
    total = normal.gram.sum(axis=0)
    values, vectors = np.linalg.eigh(total)
    root, inverse_root = (vectors * values**0.5) @ vectors.T, (vectors * values**-0.5) @ vectors.T
    bread = inverse_root @ inverse_root
    beta = bread @ normal.xy.sum(axis=0)
    score = normal.xy - normal.gram @ beta  # (G, k): X_g'e_g
    pick = bread[:, normal.term]
    plain = score @ pick
    count, n = normal.clusters, normal.n
    se_cr1 = float("nan")
    if count > 1 and n > normal.columns:
        factor = count / (count - 1) * (n - 1) / (n - normal.columns)
        se_cr1 = float(np.sqrt(factor * (plain @ plain)))
    estimate = float(beta[normal.term])
    lever, axes = np.linalg.eigh(inverse_root @ normal.gram @ inverse_root)  # (G, k), (G, k, k)
    if (lever > 1.0 - _LEVERAGE_LEFT).any():
        return Robust(estimate, float("nan"), float("nan"), se_cr1)
    turned = axes.swapaxes(1, 2)
    stretch = (axes * (1.0 - lever[:, None, :]) ** -0.5) @ turned
    adjust = root @ stretch @ inverse_root  # X_g'A_g = adjust X_g'
    adjusted = np.einsum("k,gkl,gl->g", pick, adjust, score)
    # p_gh = [g = h] own_g - crossed_g' M crossed_h
    crossed = np.einsum("gkl,glm,m->gk", adjust, normal.gram, pick)
    squared = root @ ((axes * (lever / (1.0 - lever))[:, None, :]) @ turned) @ root
    own = np.einsum("k,gkl,l->g", pick, squared, pick)
    inner = np.einsum("gk,kl,gl->g", crossed, bread, crossed)
    outer = bread @ (crossed.T @ crossed)
    trace = own.sum() - inner.sum()
    squares = (own**2).sum() - 2.0 * (own * inner).sum() + np.trace(outer @ outer)
    return Robust(estimate, float(np.sqrt(adjusted @ adjusted)), float(trace**2 / squares), se_cr1)
