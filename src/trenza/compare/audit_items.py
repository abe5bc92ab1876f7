"""Means and SDs of whole-number answers: GRIM, GRIMMER, DEBIT, and the SD against the range of the scale.

All in exact fractions: a printed number is an interval with rational ends, so no verdict hangs on float noise.
A unit's value is the mean of ``items`` answers, so ``items`` times it is a whole number.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt, sqrt

BUDGET = (
    2_000_000  # machine words touched by the exact search; beyond, the necessary conditions alone are used
)
MOST_SUMS = 200  # sums tried; more than that and the printed mean says next to nothing


@dataclass(frozen=True)
class Printed:
    """A printed number: ``units`` of its last decimal, so 2.15 is Printed(215, 2)."""

    units: int
    decimals: int

    @property
    def value(self) -> Fraction:
        """The number as printed."""
        return Fraction(self.units, 10**self.decimals)

    def ends(self, rule: str) -> tuple[Fraction, Fraction, bool, bool]:
        """Low end, high end, and whether each belongs to the numbers that are so printed.

        Rounded: half a unit to either side, ends in, since halves go up with some and to even with others.
        Truncated (towards zero): up to the next number, which is not in.
        """
        one = Fraction(1, 10**self.decimals)
        if rule == "rounded":
            return self.value - one / 2, self.value + one / 2, True, True
        return (
            self.value - one if self.units <= 0 else self.value,
            self.value + one if self.units >= 0 else self.value,
            self.units > 0,
            self.units < 0,
        )


def printed(value: float, decimals: int) -> Printed:
    """A printed number from its value and its number of decimals."""
    return Printed(round(Fraction(value) * 10**decimals), decimals)


def whole_between(low: Fraction, high: Fraction, low_in: bool = True, high_in: bool = True) -> range:
    """All whole numbers of the interval."""
    first = ceil(low) if low_in or ceil(low) != low else ceil(low) + 1
    last = floor(high) if high_in or floor(high) != high else floor(high) - 1
    return range(first, last + 1)


def possible_sums(mean: Printed, n: int, items: int, rule: str) -> range:
    """GRIM (Brown & Heathers 2017): sums of ``n * items`` whole numbers whose mean prints as ``mean``."""
    low, high, low_in, high_in = mean.ends(rule)
    return whole_between(low * n * items, high * n * items, low_in, high_in)


def grim_says_something(decimals: int, n: int, items: int) -> bool:
    """Whether some printed means fail: steps of 1 / (n items) are wider than one printed unit."""
    return n * items < int(10**decimals)


def nearest_means(mean: Printed, n: int, items: int) -> tuple[Fraction, Fraction]:
    """The attainable means at and below, and above, the printed one."""
    total = floor(mean.value * n * items)
    return Fraction(total, n * items), Fraction(total + 1, n * items)


def possible_squares(sd: Printed, total: int, n: int, items: int, rule: str, divisor: int) -> range:
    """Sums of squares of ``items`` times the values, given their sum ``total``, whose SD prints as ``sd``.

    SD squared = (squares - total^2 / n) / divisor / items^2.
    """
    low, high, low_in, high_in = sd.ends(rule)
    if low < 0:
        low, low_in = Fraction(0), True
    if high < 0:
        return range(0)
    scale, base = divisor * items**2, Fraction(total**2, n)
    return whole_between(scale * low**2 + base, scale * high**2 + base, low_in, high_in)


def least_squares(total: int, n: int) -> int:
    """Smallest sum of squares of ``n`` whole numbers with this sum: all as equal as can be."""
    quotient, rest = divmod(total, n)
    return n * quotient**2 + rest * (2 * quotient + 1)


def most_squares(total: int, n: int, low: int, high: int) -> int:
    """Largest such sum within ``low`` to ``high``: all at the ends but one. Needs n low <= total <= n high."""
    if low == high:
        return n * low**2
    at_top, rest = divmod(total - n * low, high - low)
    if at_top == n:
        return n * high**2
    return at_top * high**2 + (low + rest) ** 2 + (n - at_top - 1) * low**2


def squares_reached(total: int, wanted: range, n: int, low: int | None, high: int | None) -> bool:
    """Whether ``n`` whole numbers within ``low`` to ``high`` have sum ``total`` and squares in ``wanted``.

    Necessary: as many odd squares as odd numbers, so squares and sum are both even or both odd (Allard 2018), and
    squares lie between the least and the most that the sum allows. What passes is settled by an exact search
    where that is within ``BUDGET``; beyond it, passing the necessary conditions counts as reached.
    """
    if (low is not None and total < n * low) or (high is not None and total > n * high):
        return False
    first = max(wanted.start, least_squares(total, n))
    last = wanted.stop - 1
    if low is not None and high is not None:
        last = min(last, most_squares(total, n, low, high))
    first += (first - total) % 2
    if first > last:
        return False
    # No value lies farther from the mean than this, whatever the scale (Samuelson 1968).
    mean, room = Fraction(total, n), Fraction(last) - Fraction(total**2, n)
    far = isqrt(ceil(room * (n - 1) / n)) + 1
    low = max(floor(mean) - far, low) if low is not None else floor(mean) - far
    high = min(ceil(mean) + far, high) if high is not None else ceil(mean) + far
    reach = total - n * low
    shift = n * low**2 - 2 * low * total  # squares of the distances from low
    if n * (high - low + 1) * (reach + 1) * (1 + (last + shift) // 64) > BUDGET:
        return True
    return _search(reach, n, high - low, [q + shift for q in range(first, last + 1, 2)])


def _search(total: int, n: int, top: int, wanted: list[int]) -> bool:
    """Whether ``n`` numbers from 0 to ``top`` can have sum ``total`` and squares in ``wanted``.

    Partitions of the sum into at most n parts up to ``top``, part by part: ``reached[count][sum]`` holds the sums
    of squares as the bits of a whole number.
    """
    mask = (1 << (max(wanted) + 1)) - 1
    reached = [[0] * (total + 1) for _ in range(n + 1)]
    reached[0][0] = 1
    for value in range(1, top + 1):
        for count in range(1, n + 1):
            before, now = reached[count - 1], reached[count]
            for amount in range(value, total + 1):
                if before[amount - value]:
                    now[amount] |= (before[amount - value] << value * value) & mask
    everything = 0
    for count in range(n + 1):  # the rest are zeros
        everything |= reached[count][total]
    return any((everything >> q) & 1 == 1 for q in wanted)


def grimmer(
    mean: Printed,
    sd: Printed,
    n: int,
    *,
    items: int = 1,
    scale: tuple[int, int] | None = None,
    rule: str = "rounded",
    divisor: int | None = None,
) -> bool:
    """Whether ``n`` units of ``items`` whole-number answers can have this mean and SD (GRIMMER, Anaya 2016).

    ``scale`` is the lowest and highest answer; ``divisor`` of the SD is n - 1 unless told. With ``scale`` (0, 1) and
    one item this is DEBIT (Heathers & Brown 2019). A mean that no sum gives has no SD either. Where more than
    ``MOST_SUMS`` sums print as the mean, nothing is excluded.
    """
    sums = possible_sums(mean, n, items, rule)
    if len(sums) > MOST_SUMS:
        return True
    low, high = (scale[0] * items, scale[1] * items) if scale else (None, None)
    divisor = n - 1 if divisor is None else divisor
    return any(
        squares_reached(total, possible_squares(sd, total, n, items, rule, divisor), n, low, high)
        for total in sums
    )


def widest_sd(mean: Printed, n: int, scale: tuple[float, float], rule: str) -> float | None:
    """The largest SD (divisor n - 1) that values within ``scale`` can have, over all means so printed.

    Variance is at most (mean - lowest) (highest - mean) n / (n - 1), reached where all values lie at the ends.
    None where no such mean lies on the scale.
    """
    low, high, _, _ = mean.ends(rule)
    bottom, top = Fraction(scale[0]), Fraction(scale[1])
    low, high = max(low, bottom), min(high, top)
    if low > high:
        return None
    best = min(max((bottom + top) / 2, low), high)
    return sqrt((best - bottom) * (top - best) * n / (n - 1))
