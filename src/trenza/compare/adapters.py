"""The one place where this room calls third-party statistics; everything else is closed form on floats."""

from __future__ import annotations

import math
from collections.abc import Callable


def t_upper_tail(t: float, df: float) -> float:
    """P(T > t) of Student's t with ``df`` degrees of freedom (scipy)."""
    from scipy import special

    return float(special.stdtr(df, -t))


def t_two_sided(t: float, df: float) -> float:
    """P(\\|T\\| > \\|t\\|) of Student's t; ``t`` may be infinite."""
    return 2.0 * t_upper_tail(abs(t), df)


def t_quantile(p: float, df: float) -> float:
    """The ``p`` quantile of Student's t with ``df`` degrees of freedom (scipy)."""
    from scipy import special

    return float(special.stdtrit(df, p))


def noncentrality_limits(t: float, df: float, level: float) -> tuple[float, float]:
    """Confidence limits of the noncentrality parameter, given an observed ``t``.

    Inverts the noncentral t distribution (Steiger & Fouladi 1997): the limits are the parameters under
    which the observed t lies at the upper and the lower (1 - level) / 2 point.
    """
    from scipy import optimize, stats

    if t < 0.0:  # scipy's far left tail can be NaN; the distribution is symmetric in (t, parameter)
        low, high = noncentrality_limits(-t, df, level)
        return -high, -low
    tail = (1.0 - level) / 2.0

    def above_low(parameter: float) -> float:
        return float(stats.nct.sf(t, df, parameter)) - tail

    def below_high(parameter: float) -> float:
        return float(stats.nct.cdf(t, df, parameter)) - tail

    # Large-sample s.e. of the parameter: the stride in which a bracket walks away from t.
    stride = math.sqrt(1.0 + t * t / (2.0 * df))

    def solve(excess: Callable[[float], float], direction: float) -> float:
        near = far = t
        while excess(near) <= 0.0:  # only for small df and levels below about 0.3
            near -= direction * stride
        while excess(far) > 0.0:
            far += direction * stride
        return float(optimize.brentq(excess, near, far, xtol=1e-13, rtol=8.9e-16))

    return solve(above_low, -1.0), solve(below_high, 1.0)
