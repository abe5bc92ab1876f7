"""Intervals: which numbers a printed one can stand for, and what t, df and p can be over them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trenza.compare import adapters
from trenza.compare.contrast import welch_df

SLACK = 1e-11  # two intervals that touch but for float noise meet


@dataclass(frozen=True)
class Interval:
    """A closed interval; its ends may be infinite."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether the two have a point in common."""
        return self.low <= other.high + SLACK and other.low <= self.high + SLACK

    def magnitudes(self) -> Interval:
        """The interval of absolute values."""
        low = 0.0 if self.low <= 0.0 <= self.high else min(abs(self.low), abs(self.high))
        return Interval(low, max(abs(self.low), abs(self.high)))


def rounded(value: float, decimals: int) -> Interval:
    """All numbers that round to ``value``: half a unit of its last printed decimal to either side."""
    half = 0.5 * 10.0**-decimals
    return Interval(value - half, value + half)


def cut(value: float, decimals: int) -> Interval:
    """All numbers that give ``value`` when the further decimals are cut off (towards zero)."""
    unit = 10.0**-decimals * (1 - 1e-7)  # the far end belongs to the next printed value
    return Interval(value - unit if value <= 0 else value, value + unit if value >= 0 else value)


def spread(value: float, decimals: int, rule: str) -> Interval:
    """All numbers that are printed as ``value`` under ``rule``, one of rounded and truncated."""
    return (rounded if rule == "rounded" else cut)(value, decimals)


def squared_se(sd: Interval, n: int) -> Interval:
    """Range of SD squared / n; an SD cannot be below zero."""
    return Interval(max(sd.low, 0.0) ** 2 / n, sd.high**2 / n)


def welch_df_range(variance_1: Interval, n_1: int, variance_2: Interval, n_2: int) -> Interval:
    """Range of Welch's df over two independent ranges of squared standard errors.

    df depends on their ratio alone: it rises from n_2 - 1 at zero to n_1 + n_2 - 2 where the ratio is
    (n_1 - 1) / (n_2 - 1), and falls to n_1 - 1.
    """
    ends = [
        welch_df(variance_1.low, n_1, variance_2.high, n_2),
        welch_df(variance_1.high, n_1, variance_2.low, n_2),
    ]
    # The peak multiplied out, so that 0 is harmless.
    rising = variance_1.low * (n_2 - 1) <= variance_2.high * (n_1 - 1)
    falling = variance_1.high * (n_2 - 1) >= variance_2.low * (n_1 - 1)
    return Interval(min(ends), float(n_1 + n_2 - 2) if rising and falling else max(ends))


def quotient(difference: Interval, se: Interval) -> Interval:
    """Range of difference / se; infinite where se can shrink to zero."""

    def farthest(value: float) -> float:
        return value / se.low if se.low > 0.0 else math.copysign(math.inf, value)

    low = farthest(difference.low) if difference.low < 0.0 else difference.low / se.high
    high = farthest(difference.high) if difference.high > 0.0 else difference.high / se.high
    return Interval(low, high)


def p_range(t: Interval, df: Interval) -> Interval:
    """Range of the two-sided p over independent ranges of t and df."""
    size = t.magnitudes()
    return Interval(
        adapters.t_two_sided(size.high, df.high), adapters.t_two_sided(size.low, max(df.low, math.ulp(1.0)))
    )
