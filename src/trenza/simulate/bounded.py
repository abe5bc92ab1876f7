"""Bounded values with exact moments: a straight line through normal scores, cut at the ends of the range.

``value = clip(shift + spread * score, low, high)``. For a given spread one shift meets the mean, and with the
mean held the SD grows with the spread from 0 to the largest that the range allows, because a wider spread
only moves values away from where the two lines cross. So the two moments have one solution, found by two
nested root searches, and no value ever leaves the range.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Moments = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Target:
    """The mean and SD to meet and the range to stay in, in the outcome's unit."""

    mean: float
    sd: float
    low: float
    high: float


def largest_sd(target: Target, n: int) -> float:
    """Largest SD (divisor n - 1) of ``n`` values in the range with the target's mean.

    It belongs to values at the two ends with at most one between them (a majorisation argument); the usual
    bound (mean - low)(high - mean) n / (n - 1) is met only if no value has to lie between.
    """
    room = target.high - target.low
    at_high = (target.mean - target.low) / room * n
    whole = math.floor(at_high + 1e-9)
    between = target.low + max(at_high - whole, 0.0) * room
    values = [target.high] * whole + [between] * (whole < n) + [target.low] * (n - whole - 1)
    return float(np.std(np.array(values[:n]), ddof=1))


def bound_scores(scores: np.ndarray, target: Target) -> np.ndarray:
    """Map distinct ``scores`` to values in the range whose mean and SD (divisor n - 1) are the target's.

    The order of the scores is kept. Raises ``ValueError`` if no values can do so (see ``largest_sd``).
    """

    def moments(shift: float, spread: float) -> tuple[float, float]:
        values = np.clip(shift + spread * scores, target.low, target.high)
        return float(values.mean()), float(values.std(ddof=1))

    if target.sd == 0.0:
        return np.full(len(scores), target.mean)
    if target.sd > largest_sd(target, len(scores)) * (1 + 1e-12):
        raise ValueError(f"no {len(scores)} values have this mean and SD in this range: {target}")
    reach = float(np.abs(scores).max())
    shift, spread = _solve(moments, target, reach)
    return np.clip(shift + spread * scores, target.low, target.high)


@functools.cache  # the same for every seed
def latent_icc(icc: float, targets: tuple[tuple[Target, int], ...]) -> float:
    """Intraclass correlation of normal scores that gives ``icc`` between the bounded values.

    Cutting at a bound weakens correlations, so the scores need a higher one. ``targets`` holds each group's
    target and number of units; the groups' covariances are pooled with these weights. The share of the
    variance that a cluster explains is E[E(value | cluster)^2] - mean^2, by Gauss-Hermite quadrature over the
    cluster's score (Cario & Nelson 1997 call the approach NORTA).
    """
    from scipy import optimize

    spread_out = [(t, n) for t, n in targets if t.sd > 0.0]
    if icc == 0.0 or not spread_out:
        return icc
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    lines = [(*_solve(_population_moments(t), _within_reach(t), 8.0), t, n) for t, n in spread_out]
    variance = sum(n * t.sd**2 for *_, t, n in lines)

    def excess(correlation: float) -> float:
        between = 0.0
        for shift, spread, t, n in lines:
            rest = spread * math.sqrt(1.0 - correlation)
            means = np.array(
                [_population_moments(t)(shift + spread * math.sqrt(correlation) * u, rest)[0] for u in nodes]
            )
            between += n * float(weights @ (means - weights @ means) ** 2)
        return between / variance - icc

    top = 1.0 - 1e-9
    return float(optimize.brentq(excess, 0.0, top)) if excess(top) > 0.0 else top


def _within_reach(target: Target) -> Target:
    """The target with an SD that a population can have: a sample's may exceed it by sqrt(n / (n - 1))."""
    limit = math.sqrt((target.mean - target.low) * (target.high - target.mean))
    return Target(target.mean, min(target.sd, 0.999 * limit), target.low, target.high)


def _population_moments(target: Target) -> Moments:
    """Mean and SD of the cut line over a standard normal score, in closed form."""

    def density(z: float) -> float:
        return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)

    def moments(shift: float, spread: float) -> tuple[float, float]:
        a, b = (target.low - shift) / spread, (target.high - shift) / spread
        below, above = 0.5 * math.erfc(-a / math.sqrt(2.0)), 0.5 * math.erfc(b / math.sqrt(2.0))
        inside = max(1.0 - below - above, 0.0)
        step = spread * (density(a) - density(b))
        mean = target.low * below + target.high * above + shift * inside + step
        low, high, middle = target.low - mean, target.high - mean, shift - mean
        curve = spread * spread * (inside + a * density(a) - b * density(b))
        variance = (
            low * low * below + high * high * above + middle * middle * inside + 2 * middle * step + curve
        )
        return mean, math.sqrt(max(variance, 0.0))

    return moments


def _solve(moments: Moments, target: Target, reach: float) -> tuple[float, float]:
    """Shift and spread whose cut values have the target's mean and SD; scores lie within +-``reach``."""
    from scipy import optimize

    tolerance = {"xtol": 1e-14 * max(1.0, abs(target.low), abs(target.high)), "rtol": 8.9e-16}

    def shift_for(spread: float) -> float:
        low, high = target.low - spread * reach, target.high + spread * reach
        return float(
            optimize.brentq(lambda shift: moments(shift, spread)[0] - target.mean, low, high, **tolerance)
        )

    def shortfall(spread: float) -> float:
        return moments(shift_for(spread), spread)[1] - target.sd

    wide = target.sd
    while shortfall(wide) < -1e-11 * target.sd:
        wide *= 2.0
    if shortfall(wide) <= 0.0:
        return shift_for(wide), wide
    spread = float(optimize.brentq(shortfall, wide * 2.0**-60, wide, **tolerance))
    return shift_for(spread), spread
