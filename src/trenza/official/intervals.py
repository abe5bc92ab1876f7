"""Student's t interval; the third-party call of this room: scipy's quantile."""

from __future__ import annotations

from trenza.official.weighted import Estimate

Columns = dict[str, float | None]


def t_interval(found: Estimate, ci_level: float, *, by_commune: bool) -> Columns:
    """Value +- Student's quantile with C - 1 degrees of freedom x standard error; blank (NaN) limits for one unit.

    ``clusters`` is C where the units are communes, else blank.
    """
    from scipy.special import stdtrit

    df = float(found.units - 1) if found.units > 1 else float("nan")
    half = float(stdtrit(df, 0.5 + ci_level / 2.0)) * found.se
    return {
        "clusters": found.units if by_commune else None,
        "estimate": found.value,
        "se": found.se,
        "ci_low": found.value - half,
        "ci_high": found.value + half,
        "ci_level": ci_level,
        "df": df,
    }
