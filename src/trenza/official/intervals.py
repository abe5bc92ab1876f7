"""Intervals of estimates whose units are schools; the third-party calls of this room: scipy's distributions."""

from __future__ import annotations

Columns = dict[str, float]


def t_interval(estimate: float, se: float, df: float, ci_level: float) -> Columns:
    """Estimate +- Student's quantile with ``df`` x standard error; blank (NaN) limits where df is not above 0."""
    from scipy.special import stdtrit

    half = float(stdtrit(df, 0.5 + ci_level / 2.0)) * se if df > 0 else float("nan")
    return {
        "estimate": estimate,
        "se": se,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "ci_level": ci_level,
        "df": df if df > 0 else float("nan"),
    }


def wilson_interval(successes: int, n: int, ci_level: float) -> Columns:
    """A share of ``n`` >= 1 with sqrt(p (1 - p) / n) and Wilson's score interval.

    Source: Wilson 1927, JASA 22, 209-212.
    """
    from scipy.special import ndtri

    z = float(ndtri(0.5 + ci_level / 2.0))
    p = successes / n
    centre = (p + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
    half = z / (1.0 + z**2 / n) * (p * (1.0 - p) / n + z**2 / (4.0 * n**2)) ** 0.5
    return {
        "estimate": p,
        "se": (p * (1.0 - p) / n) ** 0.5,
        # at 0 and n the limits are 0 and 1, which rounding in the last digit would otherwise miss
        "ci_low": 0.0 if successes == 0 else centre - half,
        "ci_high": 1.0 if successes == n else centre + half,
        "ci_level": ci_level,
        "df": float("nan"),
    }
