"""Whether a printed mean and SD can come from whole-number answers at all, decided in exact arithmetic.

A mean of n people who answered k items in whole points is a multiple of 1 / (n k) of a point, so most numbers
with enough decimals are no such mean (GRIM: Brown & Heathers 2017, Soc. Psychol. Personal. Sci. 8(4)). The sum of
squared points is a whole number as well, which binds the SD (GRIMMER: Anaya 2016; Allard 2018), and the range
binds both. All answers are taken to be complete: blanks would allow further means, but which ones would depend
on who left what blank.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from trenza.simulate.whole_numbers import fill, least_squares, most_squares

_MOST_ITEMS = 60


@dataclass(frozen=True)
class Form:
    """How a person's answers become a score.

    ``items`` answers of 0 to ``width`` whole points above the lowest (reversed items turned round); someone with
    t points on m answered items scores ``low`` + (``high`` - ``low``) t / (m ``width``). ``low`` and ``high`` are
    the ends of the score's range, in its unit. ``sums``: the score is a sum, so that more items do not make it
    finer.
    """

    items: int
    width: int
    low: Fraction
    high: Fraction
    sums: bool = False


@dataclass(frozen=True)
class Printed:
    """A group's n, mean and SD (divisor n - 1), as printed with so many decimals."""

    n: int
    mean: Fraction
    sd: Fraction
    decimals_mean: int
    decimals_sd: int


@dataclass(frozen=True)
class Window:
    """What rounds to the printed figures: bounds of T = sum of points, and of n Q - T^2, Q = sum of squares.

    ``point``: score of one point. A figure just between two printed ones may have been rounded either way, so the
    bounds belong to the window.
    """

    n: int
    point: Fraction
    centre: Fraction
    totals: tuple[int, int]
    spreads: tuple[int, int]

    def nearest_totals(self) -> list[int]:
        """The sums in the window, that nearest to the printed mean first."""
        low, high = self.totals
        return sorted(range(low, high + 1), key=lambda total: abs(total - self.centre))

    def squares(self, total: int) -> tuple[int, int]:
        """Bounds of the sum of squares, given the sum."""
        low, high = self.spreads
        return -((-low - total**2) // self.n), (high + total**2) // self.n


def printed(n: int, mean: float, sd: float, decimals_mean: int, decimals_sd: int) -> Printed:
    """The printed figures as exact decimal fractions."""
    exact = [Fraction(f"{value:.{digits}f}") for value, digits in ((mean, decimals_mean), (sd, decimals_sd))]
    return Printed(n, exact[0], exact[1], decimals_mean, decimals_sd)


def window(asked: Printed, form: Form, parts: int) -> Window:
    """The window in points of 1 / ``parts`` of an item: parts = items for complete answers."""
    point = (form.high - form.low) / (form.width * parts)
    half_mean, half_sd = (Fraction(1, 2 * 10**d) for d in (asked.decimals_mean, asked.decimals_sd))
    centre = (asked.mean - form.low) * asked.n / point
    reach = half_mean * asked.n / point
    totals = max(math.ceil(centre - reach), 0), min(math.floor(centre + reach), asked.n * form.width * parts)
    sds = max(asked.sd - half_sd, Fraction(0)), asked.sd + half_sd
    low, high = (asked.n * (asked.n - 1) * (sd / point) ** 2 for sd in sds)
    return Window(asked.n, point, centre, totals, (math.ceil(low), math.floor(high)))


def attainable(asked: Printed, form: Form) -> tuple[int, ...] | None:
    """Points of n people (largest first) with the printed mean and SD; None if no complete answers have them."""
    fits = window(asked, form, form.items)
    for total in fits.nearest_totals():
        found = fill(asked.n, form.items * form.width, total, *fits.squares(total))
        if found:
            return found
    return None


def refusal(asked: Printed, form: Form) -> tuple[str, str] | None:
    """What cannot be, and what would be possible; None where the printed figures can come from the form."""
    if attainable(asked, form):
        return None
    mean = f"mean {_fixed(asked.mean, asked.decimals_mean)}"
    sd = f"SD {_fixed(asked.sd, asked.decimals_sd)} with {mean}"
    asks = f"{form.items} {'item' if form.items == 1 else 'items'} of {form.width + 1} points each"
    fits = window(asked, form, form.items)
    top = form.items * form.width
    low, high = fits.totals
    if not form.low <= asked.mean <= form.high and low > high:
        return (
            f"{mean}, outside the range of the score",
            f"a mean from {_plain(form.low)} to {_plain(form.high)}",
        )
    if low > high:
        near = [form.low + total * fits.point / asked.n for total in (high, low)]
        found = (
            f"{mean}, which no complete whole-number answers of {asked.n} people to {asks} can give (GRIM)"
        )
        return found, f"the nearest possible means are {_plain(near[0])} and {_plain(near[1])}" + _other(
            asked, form
        )
    bounds = [(t, least_squares(asked.n, t), most_squares(top, t)) for t in range(low, high + 1)]
    largest = max((_sd(fits, t, most) for t, _, most in bounds))
    if all(fits.squares(t)[0] > most for t, _, most in bounds):
        return f"{sd}, beyond what the range of {asks} allows", f"an SD of at most {_plain(largest)}"
    sds = [_sd(fits, *pair) for pair in _nearest_squares(fits, top)]
    below = max((value for value in sds if value < asked.sd), default=None)
    above = min((value for value in sds if value > asked.sd), default=None)
    found = f"{sd}, which no complete whole-number answers of {asked.n} people to {asks} can give (GRIMMER)"
    told = " and ".join(_plain(value) for value in (below, above) if value is not None)
    return found, f"with this mean the nearest possible SDs are {told}" + _other(asked, form)


def _nearest_squares(fits: Window, top: int) -> Iterator[tuple[int, int]]:
    """For each sum in the window, the possible sums of squares next below and next above the window."""
    for total in fits.nearest_totals():
        low, high = fits.squares(total)
        least, most = least_squares(fits.n, total), most_squares(top, total)
        for tries in (range(min(low - 1, most), least - 1, -1), range(max(high + 1, least), most + 1)):
            for squares in tries:
                if fill(fits.n, top, total, squares, squares):
                    yield total, squares
                    break


def _sd(fits: Window, total: int, squares: int) -> float:
    """SD of the scores, from the sum of points and of squared points."""
    return float(fits.point) * math.sqrt((fits.n * squares - total**2) / (fits.n * (fits.n - 1)))


def _other(asked: Printed, form: Form) -> str:
    """Which number of such items would do, where more items make finer scores (not so for sums)."""
    if form.sums:
        return ""
    for items in range(1, _MOST_ITEMS + 1):
        if attainable(asked, replace(form, items=items)):
            return f"; {items} such {'item' if items == 1 else 'items'} would do"
    return f"; no number of such items up to {_MOST_ITEMS} would do"


def _fixed(value: Fraction, decimals: int) -> str:
    return f"{float(value):.{decimals}f}"


def _plain(value: Fraction | float) -> str:
    return f"{float(value):.7g}"
