"""The one place where this room calls third-party statistics; everything else is closed form on floats."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_LARGE_T = 1000.0


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
    from scipy import optimize, special, stats

    if t < 0.0:  # scipy's far left tail can be NaN; the distribution is symmetric in (t, parameter)
        low, high = noncentrality_limits(-t, df, level)
        return -high, -low
    tail = (1.0 - level) / 2.0
    if t > _LARGE_T:  # scipy's series return NaN or do not end there; T is then the parameter / S but for a z
        middle, low_s, high_s = (
            math.sqrt(2 * special.gammaincinv(df / 2, p) / df) for p in (0.5, tail, 1 - tail)
        )
        z = normal_quantile(tail)
        return (
            t * middle - math.hypot(t * (middle - low_s), z),
            t * middle + math.hypot(t * (high_s - middle), z),
        )

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


def normal_quantile(p: float) -> float:
    """The ``p`` quantile of the standard normal distribution (scipy)."""
    from scipy import special

    return float(special.ndtri(p))


def midranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, ties sharing their mean rank (scipy)."""
    from scipy import stats

    return np.asarray(stats.rankdata(values), dtype=float)


def mann_whitney_p(first: np.ndarray, second: np.ndarray, *, exact: bool) -> float:
    """Two-sided p value of Mann and Whitney's test (scipy); 1 where all values are equal."""
    from scipy import stats

    if float(np.ptp(np.concatenate([first, second]))) == 0.0:
        return 1.0
    method = "exact" if exact else "asymptotic"
    return float(stats.mannwhitneyu(first, second, alternative="two-sided", method=method).pvalue)


def log_integral(log_integrand: Callable[[np.ndarray], np.ndarray], *, low: float, high: float) -> float:
    """Log of the integral of exp(``log_integrand``) from ``low`` to ``high``, both above 0 (scipy).

    The integrand is taken on a log axis, its peak scaled to 1, and adaptive quadrature is told where the peak is.
    """
    from scipy import integrate

    grid = np.linspace(math.log(low), math.log(high), 4001)
    on_grid = log_integrand(np.exp(grid)) + grid
    top, peak = float(on_grid.max()), float(grid[on_grid.argmax()])
    held = grid[on_grid > top - 745.0]  # exp is 0 below

    def scaled(u: float) -> float:
        return math.exp(float(log_integrand(np.array([math.exp(u)]))[0]) + u - top)

    area = sum(
        integrate.quad(scaled, a, b, epsabs=0.0, epsrel=1e-11, limit=400)[0]
        for a, b in ((held[0], peak), (peak, held[-1]))
        if a < b
    )
    return top + math.log(area)


@dataclass(frozen=True)
class OrderedFit:
    """Log odds ratio of the group with its standard error; ``messages`` are the warnings of the fit."""

    estimate: float
    se: float
    messages: tuple[str, ...]


def ordered_logit(levels: np.ndarray, group: np.ndarray) -> OrderedFit:
    """Proportional odds of ``levels`` (n, codes 0 to K - 1, all present) on ``group`` (n, 0 or 1) (statsmodels)."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = OrderedModel(levels, group[:, None], distr="logit").fit(
            method="bfgs", gtol=1e-9, maxiter=2000, disp=False
        )
        estimate, se = float(fit.params[0]), float(fit.bse[0])
    said = {f"{w.category.__name__}: {w.message}".splitlines()[0] for w in caught}
    return OrderedFit(estimate, se, tuple(sorted(said)))
