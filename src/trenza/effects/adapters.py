"""The third-party calls of this room: scipy's normal and t distributions."""

from __future__ import annotations

import numpy as np


def normal_quantile(probability: float) -> float:
    """The standard normal value below which ``probability`` of the distribution lies."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def t_quantile(probability: float, df: float) -> float:
    """The value of Student's t with ``df`` below which ``probability`` of the distribution lies."""
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) for a standard normal Z."""
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(z)))


def t_two_sided(t: float, df: float) -> float:
    """P(|T| >= |t|) for Student's t with ``df`` degrees of freedom."""
    from scipy.special import stdtr

    return float(2.0 * stdtr(df, -abs(t)))


def f_upper(f: float, df_num: float, df_den: float) -> float:
    """P(F >= f) for Snedecor's F with ``df_num`` and ``df_den`` degrees of freedom."""
    from scipy.special import fdtrc

    return float(fdtrc(df_num, df_den, f))


def log_gamma(x: float) -> float:
    """The logarithm of the gamma function."""
    from scipy.special import gammaln

    return float(gammaln(x))


def normal_cdf(z: np.ndarray) -> np.ndarray:
    """P(Z <= z) for a standard normal Z, element by element."""
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def normal_quantiles(probability: np.ndarray) -> np.ndarray:
    """``normal_quantile`` element by element."""
    from scipy.special import ndtri

    return np.asarray(ndtri(probability))


def normal_density(z: np.ndarray) -> np.ndarray:
    """The standard normal density, element by element."""
    return np.asarray(np.exp(-0.5 * np.square(z)) / np.sqrt(2.0 * np.pi))


def binomial_quantiles(probabilities: tuple[float, ...], n: int, share: float) -> list[int]:
    """Smallest counts of ``n`` whose cumulative chance reaches each of ``probabilities``."""
    from scipy.stats import binom

    return [int(binom.ppf(p, n, share)) for p in probabilities]


def binomial_at_least(count: int, n: int, share: float) -> float:
    """P(X >= count) of a binomial X of ``n`` trials."""
    from scipy.special import bdtrc

    return float(bdtrc(count - 1, n, share)) if count > 0 else 1.0
