"""Estimates with their intervals, as the columns of a result row."""

from __future__ import annotations

from trenza.effects.adapters import normal_quantile, normal_two_sided, t_quantile, t_two_sided

Columns = dict[str, float | None]


def symmetric(estimate: float, se: float, ci_level: float, df: float | None = None) -> Columns:
    """Estimate +- quantile x standard error and the two-sided test of 0.

    The quantile is Student's with ``df``, or the normal one when ``df`` is None. With se = 0 the
    test is blank: there is nothing to divide by.
    """
    upper = 0.5 + ci_level / 2.0
    half = se * (normal_quantile(upper) if df is None else t_quantile(upper, df))
    row: Columns = {
        "estimate": estimate,
        "se": se,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "df": df,
    }
    if se > 0.0:
        statistic = estimate / se
        p = normal_two_sided(statistic) if df is None else t_two_sided(statistic, df)
        row |= {"statistic": statistic, "p_value": p}
    return row


def wilson(successes: int, n: int, ci_level: float) -> tuple[float, float]:
    """Wilson's score interval of a share. Source: Wilson 1927, JASA 22, 209-212."""
    z = normal_quantile(0.5 + ci_level / 2.0)
    p = successes / n
    centre = (p + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
    half = z / (1.0 + z**2 / n) * (p * (1.0 - p) / n + z**2 / (4.0 * n**2)) ** 0.5
    # at 0 and n the limits are 0 and 1, which rounding in the last digit would otherwise miss
    return (0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def share(successes: int, n: int, ci_level: float) -> Columns:
    """A share with the standard error sqrt(p (1 - p) / n) and Wilson's interval; no test."""
    p = successes / n
    low, high = wilson(successes, n, ci_level)
    return {"estimate": p, "se": (p * (1.0 - p) / n) ** 0.5, "ci_low": low, "ci_high": high}


def share_difference(one: tuple[int, int], other: tuple[int, int], ci_level: float) -> Columns:
    """Share of ``one`` minus share of ``other``, each given as (successes, n).

    Unpooled standard error and its z; interval by Newcombe's method 10, which joins two Wilson
    intervals. Source: Newcombe 1998, Stat. Med. 17, 873-890.
    """
    (a, m), (b, n) = one, other
    p, q = a / m, b / n
    (p_low, p_high), (q_low, q_high) = wilson(a, m, ci_level), wilson(b, n, ci_level)
    row = symmetric(p - q, (p * (1.0 - p) / m + q * (1.0 - q) / n) ** 0.5, ci_level)
    row["ci_low"] = p - q - ((p - p_low) ** 2 + (q_high - q) ** 2) ** 0.5
    row["ci_high"] = p - q + ((p_high - p) ** 2 + (q - q_low) ** 2) ** 0.5
    return row
