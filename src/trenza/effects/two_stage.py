"""Two-stage least squares with as many instruments as instrumented columns, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TwoStage:
    """The coefficient of the instrumented column (``estimate``, ``se``, t with ``df``).

    ``first_stage_f`` is the squared t of the instrument in the regression of the instrumented
    column on the instrument and the covariates: small means weak. It is infinite when eligibility
    decides participation alone.
    """

    estimate: float
    se: float
    df: int
    first_stage_f: float


def two_stage_least_squares(
    outcome: np.ndarray, instrumented: np.ndarray, instrument: np.ndarray, covariates: np.ndarray
) -> TwoStage | None:
    """Effect of ``instrumented`` on ``outcome`` with ``instrument``; None where it is not identified.

    ``outcome``, ``instrumented``, ``instrument`` (n); ``covariates`` (n, k) without an intercept, in both
    stages. With X = [1, instrumented, covariates] and Z = [1, instrument, covariates]:
    b = (Z'X)^-1 Z'y, residuals y - X b with the *observed* instrumented column, s2 = e'e / (n - p),
    var(b) = s2 (X' P X)^-1 = s2 (Z'X)^-1 Z'Z (X'Z)^-1, P the projection on Z; homoskedastic.
    Sources: Davidson & MacKinnon 2004, Econometric Theory and Methods, 8.3; without covariates it is
    the ratio of Wald 1940, Ann. Math. Stat. 11, 284-300.
    """
    n = len(outcome)
    ones = np.ones(n)
    # unit columns, so that whether a matrix is singular does not hang on anybody's units
    length = np.sqrt((covariates**2).mean(axis=0))
    covariates = covariates / np.where(length > 0.0, length, 1.0)
    x = np.column_stack([ones, instrumented, covariates])
    z = np.column_stack([ones, instrument, covariates])
    p = x.shape[1]
    zx = z.T @ x / n
    if n <= p or np.linalg.matrix_rank(z) < p or np.linalg.matrix_rank(zx, tol=1e-10) < p:
        return None
    first = np.linalg.lstsq(z, instrumented, rcond=None)[0]
    first_variance = _variance(instrumented - z @ first, p) * np.linalg.inv(z.T @ z)[1, 1]
    f = float(first[1] ** 2 / first_variance) if first_variance > 1e-24 else float("inf")
    inverse = np.linalg.inv(zx)
    b = inverse @ (z.T @ outcome / n)
    covariance = _variance(outcome - x @ b, p) * inverse @ (z.T @ z / n) @ inverse.T / n
    return TwoStage(float(b[1]), float(np.sqrt(covariance[1, 1])), n - p, f)


def _variance(residual: np.ndarray, coefficients: int) -> float:
    return float(residual @ residual) / (len(residual) - coefficients)
