"""Small-sample inference on fixed effects: Satterthwaite and Kenward-Roger, for one contrast and for several at once.

Satterthwaite: the variance v of a contrast is itself estimated, so t has 2 v^2 / Var(v) degrees of freedom, with Var(v)
from the observed information on the variances. At a singular fit the derivative by a standard deviation of zero
vanishes, so that the component drops out. Several contrasts by Fai & Cornelius.
Kenward-Roger: the covariance matrix of the estimates is corrected for the bias that estimated variances bring, and the
degrees of freedom match two moments of F; it uses the expected information, which exists at singular fits as well.
Sources: Satterthwaite 1946, Biometrics Bulletin 2, 110-114; Fai & Cornelius 1996, J. Stat. Comput. Simul. 54, 363-378;
Kenward & Roger 1997, Biometrics 53, 983-997; the order of calculation of pbkrtest (Halekoh & Hojsgaard 2014, J. Stat.
Softw. 59(9)), which agrees with SAS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.multilevel.search import Found

# Directions of the variances with less information than this share of the largest are left out
_FLAT = 1e-12


@dataclass(frozen=True)
class FTest:
    """A test of q contrasts at once: ``f`` with ``df_num`` and ``df_den`` degrees of freedom."""

    f: float
    df_num: int
    df_den: float
    p: float


@dataclass(frozen=True)
class Inference:
    """What both methods need, in the coordinates of the fit.

    ``beta`` (p), ``phi`` (p, p); ``slope`` (1 + m, p, p) = d phi / d variance; ``uncertainty`` (1 + m, 1 + m) the
    covariance matrix of (s2, theta) with ``jacobian`` leading to it. ``adjusted`` (p, p) and ``weights`` (1 + m, 1 + m)
    are Kenward-Roger's, nan for a fit by full likelihood, for which the method is not made.
    """

    beta: np.ndarray
    phi: np.ndarray
    slope: np.ndarray
    uncertainty: np.ndarray
    jacobian: np.ndarray
    adjusted: np.ndarray
    weights: np.ndarray

    @staticmethod
    def of(found: Found, reml: bool) -> Inference:
        """From the end of a search."""
        point = found.point
        phi, p = point.phi, point.p
        slope = phi @ p @ phi
        uncertainty = pseudo_inverse(found.hessian)
        if reml:
            weights = pseudo_inverse(point.expected)
            bias = np.einsum("ij,ijkl->kl", weights, point.q - np.einsum("ikl,lm,jmn->ijkn", p, phi, p))
            adjusted = phi + phi @ (bias + bias.T) @ phi
        else:
            weights, adjusted = np.full_like(point.expected, np.nan), np.full_like(phi, np.nan)
        return Inference(point.beta, phi, slope, uncertainty, found.jacobian, adjusted, weights)

    def variance(self, row: np.ndarray) -> float:
        """Variance of the contrast l'b."""
        return float(row @ self.phi @ row)

    def adjusted_variance(self, row: np.ndarray) -> float:
        """Kenward-Roger's variance of the contrast l'b."""
        return float(row @ self.adjusted @ row)

    def satterthwaite(self, row: np.ndarray) -> float:
        """Degrees of freedom of the contrast l'b."""
        g = self.jacobian.T @ np.einsum("k,ikl,l->i", row, self.slope, row)
        spread = float(g @ self.uncertainty @ g)
        return 2.0 * self.variance(row) ** 2 / spread if spread > 0.0 else np.inf

    def kenward_roger(self, rows: np.ndarray) -> tuple[float, float]:
        """Denominator degrees of freedom and the factor of F for q contrasts (q, p)."""
        if not np.isfinite(self.weights).all():
            return np.nan, np.nan
        q = len(rows)
        inverse = np.linalg.inv(rows @ self.phi @ rows.T)
        m = inverse @ (rows @ self.slope @ rows.T)
        traces = np.trace(m, axis1=1, axis2=2)
        a1 = float(traces @ self.weights @ traces)
        a2 = float(np.einsum("ij,ikl,jlk->", self.weights, m, m))
        if a2 <= 0.0:
            return np.inf, 1.0
        b = (a1 + 6.0 * a2) / (2.0 * q)
        g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
        d = 3.0 * q + 2.0 * (1.0 - g)
        c1, c2, c3 = g / d, (q - g) / d, (q + 2 - g) / d
        v0, v1, v2 = 1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b
        v0 = 0.0 if abs(v0) < 1e-10 else v0
        ratio = _over(1.0 - a2 / q, v1)
        rho = ratio**2 * _over(v0, v2) / q
        if q * rho - 1.0 == 0.0:
            return np.inf, 1.0
        df = 4.0 + (q + 2) / (q * rho - 1.0)
        factor = 1.0 if abs(df - 2.0) < 1e-2 else df * (1.0 - a2 / q) / (df - 2.0)
        return float(df), float(factor)

    def f_satterthwaite(self, rows: np.ndarray, values: np.ndarray) -> FTest:
        """Several contrasts by Fai & Cornelius; ``rows`` (q, p) independent, ``values`` (q) their estimates."""
        d, vectors = np.linalg.eigh(rows @ self.phi @ rows.T)
        turned, estimates = vectors.T @ rows, vectors.T @ values
        df = np.array([self.satterthwaite(row) for row in turned])
        f = float((estimates**2 / d).mean())
        return FTest(f, len(rows), _pooled(df), p_of_f(f, len(rows), _pooled(df)))

    def f_kenward_roger(self, rows: np.ndarray, values: np.ndarray) -> FTest:
        """Several contrasts by Kenward & Roger."""
        df, factor = self.kenward_roger(rows)
        f = factor * float(values @ np.linalg.solve(rows @ self.adjusted @ rows.T, values)) / len(rows)
        return FTest(f, len(rows), df, p_of_f(f, len(rows), df))


def pseudo_inverse(matrix: np.ndarray) -> np.ndarray:
    """Inverse of an information matrix; directions without information get no variance."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(matrix)), 1e-300))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    keep = values > _FLAT * values.max()
    vectors = vectors[:, keep]
    return np.asarray((vectors / values[keep]) @ vectors.T / np.outer(scale, scale))


def _over(a: float, b: float) -> float:
    """a / b, with 0 / 0 = 1 as pbkrtest has it; without bound where only b is 0 (exactly 4 degrees of freedom)."""
    if abs(a) < 1e-14 and abs(b) < 1e-14:
        return 1.0
    return a / b if b != 0.0 else np.inf


def _pooled(df: np.ndarray) -> float:
    """Denominator degrees of freedom of a mean of squared t, as lmerTest: exact for equal ones."""
    if len(df) == 1 or np.all(np.abs(np.diff(df)) < 1e-8):
        return float(df.mean())
    if not np.all(df > 2.0):
        return 2.0
    expected = (
        float((df / (df - 2.0)).sum())
        if np.isfinite(df).all()
        else float(np.where(np.isfinite(df), df / (df - 2.0), 1.0).sum())
    )
    return 2.0 * expected / (expected - len(df)) if expected > len(df) else np.inf


def p_of_t(t: float, df: float) -> float:
    """P(|T| >= |t|)."""
    from scipy.special import ndtr, stdtr

    if not np.isfinite(t) or np.isnan(df):
        return np.nan
    return float(2.0 * (ndtr(-abs(t)) if np.isinf(df) else stdtr(df, -abs(t))))


def p_of_f(f: float, df_num: int, df_den: float) -> float:
    """P(F >= f)."""
    from scipy.special import chdtrc, fdtrc

    if not np.isfinite(f) or np.isnan(df_den):
        return np.nan
    return float(chdtrc(df_num, df_num * f) if np.isinf(df_den) else fdtrc(df_num, df_den, max(f, 0.0)))


def t_quantile(probability: float, df: float) -> float:
    """The value below which Student's t with ``df`` lies with ``probability``."""
    from scipy.special import ndtri, stdtrit

    if np.isnan(df):
        return np.nan
    return float(ndtri(probability) if np.isinf(df) else stdtrit(df, probability))
