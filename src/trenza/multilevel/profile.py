"""What a random-intercept model says once the variances are given: closed forms, no search.

Notation: y is n values, X is n x p, cluster j has n_j rows, r = cluster variance / residual variance.
Then V = s2 (I + r Z Z') and, cluster by cluster, (I + r 1 1')^-1 = I - r / (1 + n_j r) 1 1'.
Every sum over rows needs only sums within clusters, so nothing of size n x n is built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FixedPart:
    """Generalised least squares at one variance ratio.

    ``coefficients`` and ``se`` have length p; ``residual_variance`` in the outcome's unit squared;
    ``loglik`` is the restricted log-likelihood with its constants, as lme4 prints it.
    """

    coefficients: np.ndarray
    se: np.ndarray
    residual_variance: float
    loglik: float


def fixed_part_at(ratio: float, y: np.ndarray, x: np.ndarray, cluster: np.ndarray) -> FixedPart:
    """Coefficients, standard errors and restricted log-likelihood at variance ratio ``ratio`` >= 0.

    ``y`` (n), ``x`` (n, p) of full column rank, ``cluster`` (n) integers from 0.
    Coefficients (X' V^-1 X)^-1 X' V^-1 y, standard errors from (X' V^-1 X)^-1 at the estimated
    variances, s2 = residual quadratic form / (n - p). Sources: Harville 1977, JASA 72, 320-338;
    Bates, Maechler, Bolker & Walker 2015, J. Stat. Softw. 67(1), section 3.4.
    """
    n, p = x.shape
    size = np.bincount(cluster).astype(float)
    shrink = ratio / (1.0 + size * ratio)
    x_sum = np.column_stack([np.bincount(cluster, weights=column) for column in x.T])
    y_sum = np.bincount(cluster, weights=y)
    xx = x.T @ x - x_sum.T @ (shrink[:, None] * x_sum)
    xy = x.T @ y - x_sum.T @ (shrink * y_sum)
    inverse = np.linalg.inv(xx)
    coefficients = inverse @ xy
    # from residuals, not as y'V^-1 y - b'X'V^-1 y: the difference of two large numbers loses digits
    residual = y - x @ coefficients
    residual_sum = np.bincount(cluster, weights=residual)
    residual_variance = float(residual @ residual - shrink @ residual_sum**2) / (n - p)
    log_determinants = float(np.log1p(size * ratio).sum()) + float(np.linalg.slogdet(xx)[1])
    loglik = -0.5 * ((n - p) * (np.log(2.0 * np.pi * residual_variance) + 1.0) + log_determinants)
    se = np.sqrt(residual_variance * np.diag(inverse))
    return FixedPart(coefficients, se, residual_variance, float(loglik))
