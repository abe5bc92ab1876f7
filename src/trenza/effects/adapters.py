"""The third-party calls of this room: scipy's normal and t distributions."""

from __future__ import annotations


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
