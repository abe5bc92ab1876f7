"""Whole numbers with a given sum and sum of squares: found, or shown not to exist. Integers throughout."""

from __future__ import annotations

import math


def least_squares(n: int, total: int) -> int:
    """Smallest sum of squares of ``n`` whole numbers with this sum: all as equal as can be."""
    each, rest = divmod(total, n)
    return (n - rest) * each**2 + rest * (each + 1) ** 2


def most_squares(top: int, total: int) -> int:
    """Largest sum of squares of numbers from 0 to ``top`` with this sum: as many as can be at the ends."""
    full, rest = divmod(total, top)
    return full * top**2 + rest**2


def fill(n: int, top: int, total: int, low: int, high: int) -> tuple[int, ...] | None:
    """``n`` numbers from 0 to ``top``, largest first, with this sum and squares that sum to ``low`` to ``high``.

    None if there are none.

    An exhaustive search, largest number first: a branch is left only where its sum of squares must lie outside
    (``least_squares``, ``most_squares``) or where the same rest was tried before. A sum of squares is odd when
    the sum is, which halves the candidates (as in GRIMMER: Anaya 2016; Allard 2018).
    """
    low, high = low + (low - total) % 2, high - (high - total) % 2
    if not 0 <= total <= n * top or low > high:
        return None
    chosen: list[int] = []
    seen: set[tuple[int, int, int, int]] = set()
    # Each level: numbers left, their largest, their sum, bounds of their squares, next first number to try.
    levels: list[list[int]] = []
    state = (n, top, total, low, high)
    while True:
        rest = _settled(*state)
        if rest:
            return (*chosen, *rest)
        if rest is None and state[:4] not in seen:
            seen.add(state[:4])
            levels.append([*state, min(state[1], state[2])])
        elif chosen:
            chosen.pop()
        while levels and levels[-1][5] * levels[-1][0] < levels[-1][2]:  # the first is the mean or above
            levels.pop()
            if chosen:
                chosen.pop()
        if not levels:
            return None
        left, _, total, low, high, first = levels[-1]
        levels[-1][5] -= 1
        chosen.append(first)
        state = (left - 1, first, total - first, low - first**2, high - first**2)


def _settled(n: int, top: int, total: int, low: int, high: int) -> tuple[int, ...] | None:
    """The numbers where they are plain to see, () where there can be none, None where one has to search."""
    if total > n * top:
        return ()
    if total == 0:
        return (0,) * n if low <= 0 <= high else ()
    least, most = least_squares(n, total), most_squares(top, total)
    if high < least or low > most:
        return ()
    if least >= low:
        each, rest = divmod(total, n)
        return (each + 1,) * rest + (each,) * (n - rest)
    if most <= high:
        full, rest = divmod(total, top)
        return ((top,) * full + (rest,) * (full < n) + (0,) * n)[:n]
    if n > 2:
        return None
    # Two numbers with difference d: their squares are (total^2 + d^2) / 2, and least < low says d > 0.
    d = math.isqrt(2 * low - total**2 - 1) + 1
    d += (d - total) % 2
    if d**2 > 2 * high - total**2 or d > min(total, 2 * top - total):
        return ()
    return ((total + d) // 2, (total - d) // 2)
