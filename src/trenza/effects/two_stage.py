"""Two-stage least squares with as many instruments as instrumented columns, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FirstStage:
    """The instrument's coefficient in the regression of the instrumented column (``jump``, ``se``, ``df``).

    ``f`` is its squared t: small means a weak instrument. It is infinite when the instrument decides the
    instrumented column alone.
    """

    jump: float
    se: float
    df: int

    @property
    def f(self) -> float:
        """F of the one instrument with 1 and ``df`` degrees of freedom."""
        return (self.jump / self.se) ** 2 if self.se > 0.0 else float("inf") if self.jump else 0.0


@dataclass(frozen=True)
class TwoStage:
    """The coefficient of the instrumented column (``estimate``, ``se``, t with ``df``)."""

    estimate: float
    se: float
    df: int


def first_stage(
    instrumented: np.ndarray, instrument: np.ndarray, covariates: np.ndarray
) -> FirstStage | None:
    """Ordinary least squares of ``instrumented`` (n) on ``instrument`` (n) and ``covariates`` (n, k).

    An intercept is added; homoskedastic standard error with n - k - 2 degrees of freedom. None where the
    columns do not tell the instrument's coefficient apart.
    """
    parts = _partialled(instrument, covariates, instrumented)
    if parts is None:
        return None
    (jump,), spread, residuals, df = parts
    variance = float(residuals[0] @ residuals[0]) / df / spread
    # what rounding leaves of a residual that is zero
    return FirstStage(jump, variance**0.5 if variance > 1e-24 else 0.0, df)


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
    covariates = _unit_columns(covariates)
    x = np.column_stack([np.ones(n), instrumented, covariates])
    z = np.column_stack([np.ones(n), instrument, covariates])
    p = x.shape[1]
    zx = z.T @ x / n
    if n <= p or np.linalg.matrix_rank(z) < p or np.linalg.matrix_rank(zx, tol=1e-10) < p:
        return None
    inverse = np.linalg.inv(zx)
    b = inverse @ (z.T @ outcome / n)
    residual = outcome - x @ b
    covariance = float(residual @ residual) / (n - p) * inverse @ (z.T @ z / n) @ inverse.T / n
    return TwoStage(float(b[1]), float(np.sqrt(covariance[1, 1])), n - p)


def anderson_rubin(
    outcome: np.ndarray,
    instrumented: np.ndarray,
    instrument: np.ndarray,
    covariates: np.ndarray,
    quantile: float,
) -> list[tuple[float, float]] | None:
    """All effects b that the t test of the instrument, in the regression of y - b d on it, does not reject.

    Arguments as in ``two_stage_least_squares``; ``quantile`` is Student's t for n - k - 2 degrees of freedom.
    The instrument's coefficient in y - b d is r - b f (reduced form minus b times first stage) and its
    squared error a quadratic in b, so t(b)^2 <= quantile^2 is A b^2 - 2 B b + C <= 0, solved exactly.
    Returns the pieces of the set from left to right: one bounded interval where the first-stage F is above
    quantile^2; else one or two rays, or the whole line. It holds the two-stage estimate, where t is 0, and so
    with one instrument is empty only where that estimate does not exist. None where the regression has no answer. The level holds however weak
    the instrument is. Source: Anderson & Rubin 1949, Ann. Math. Stat. 20, 46-63.
    """
    parts = _partialled(instrument, covariates, outcome, instrumented)
    if parts is None:
        return None
    (r, f), spread, (of_y, of_d), df = parts
    weight, q = spread * df, quantile**2
    a = weight * f * f - q * float(of_d @ of_d)
    b = weight * r * f - q * float(of_y @ of_d)
    c = weight * r * r - q * float(of_y @ of_y)
    inside = b * b - a * c
    if a > 0.0:
        half = max(inside, 0.0) ** 0.5
        return [((b - half) / a, (b + half) / a)]
    if a == 0.0:
        return _ray(b, c)
    if inside <= 0.0:
        return [(-np.inf, np.inf)]
    half = inside**0.5
    return [(-np.inf, (b + half) / a), ((b - half) / a, np.inf)]


def _ray(b: float, c: float) -> list[tuple[float, float]]:
    """Where C - 2 B b <= 0: nowhere or everywhere when B is 0."""
    if b == 0.0:
        return [] if c > 0.0 else [(-np.inf, np.inf)]
    end = c / (2.0 * b)
    return [(end, np.inf)] if b > 0.0 else [(-np.inf, end)]


def _partialled(
    instrument: np.ndarray, covariates: np.ndarray, *columns: np.ndarray
) -> tuple[list[float], float, list[np.ndarray], int] | None:
    """Each column's coefficient on ``instrument`` given intercept and covariates, and its residuals.

    Returns coefficients, the instrument's sum of squares given the covariates, residuals, degrees of
    freedom. None with no more rows than coefficients, or with columns that determine each other.
    """
    n = len(instrument)
    others = np.column_stack([np.ones(n), _unit_columns(covariates)])
    z = np.column_stack([others, instrument])
    p = z.shape[1]
    if n <= p or np.linalg.matrix_rank(z) < p:
        return None
    alone = instrument - others @ np.linalg.lstsq(others, instrument, rcond=None)[0]
    fits = [np.linalg.lstsq(z, column, rcond=None)[0] for column in columns]
    residuals = [column - z @ fit for column, fit in zip(columns, fits, strict=True)]
    return [float(fit[-1]) for fit in fits], float(alone @ alone), residuals, n - p


def _unit_columns(covariates: np.ndarray) -> np.ndarray:
    """Columns of length 1, so that whether a matrix is singular does not hang on anybody's units."""
    length = np.sqrt((covariates**2).mean(axis=0))
    scaled: np.ndarray = covariates / np.where(length > 0.0, length, 1.0)
    return scaled
