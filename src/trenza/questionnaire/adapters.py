"""The third-party calls of this room: scipy's distributions."""

from __future__ import annotations


def normal_quantile(probability: float) -> float:
    """The standard normal value below which ``probability`` of the distribution lies."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def f_quantile(probability: float, df1: float, df2: float) -> float:
    """The value of F with ``df1`` and ``df2`` below which ``probability`` of the distribution lies."""
    from scipy.special import fdtri

    return float(fdtri(df1, df2, probability))


def f_upper_tail(value: float, df1: float, df2: float) -> float:
    """P(F >= ``value``)."""
    from scipy.special import fdtrc

    return float(fdtrc(df1, df2, value))


def f_lower_tail(value: float, df1: float, df2: float) -> float:
    """P(F <= ``value``)."""
    from scipy.special import fdtr

    return float(fdtr(df1, df2, value))


def chi2_upper_tail(value: float, df: float) -> float:
    """P(chi-square >= ``value``)."""
    from scipy.special import chdtrc

    return float(chdtrc(df, value))


def chi2_noncentrality(value: float, df: float, probability: float) -> float:
    """The noncentrality under which P(chi-square <= ``value``) is ``probability``; 0 where even 0 gives less."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    if chdtr(df, value) <= probability:
        return 0.0
    high = max(value, 1.0)
    while chndtr(value, df, high) > probability:
        high *= 2.0
    return float(brentq(lambda nc: chndtr(value, df, nc) - probability, 0.0, high, xtol=1e-10))
