"""Whole points for people and for their items: all choices on integers, so that they are the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from trenza.simulate.possible import Form, Printed, Window, attainable, window

_TRIES_A_PERSON = 50  # pairs drawn in a round
_ROUNDS = 20
_FREE, _BATCHES = 4, 40  # batches of moves between items: both ways, and in all


def settle(
    start: Sequence[int], answered: Sequence[int], asked: Printed, form: Form, draw: np.random.Generator
) -> list[int] | None:
    """Points near ``start`` whose scores have the printed mean and SD; None if no such way was found.

    ``start``: points of each person, ``answered``: on how many items. Random moves of one point, for one person
    or up for one and down for another, are kept where they come nearer: first to the mean, then, with the mean
    kept, to the SD. Where no move does any more, another round begins at ``start`` with other moves.
    """
    parts = math.lcm(*answered)
    worth = [parts // m for m in answered]
    tops = [m * form.width for m in answered]
    fits = window(asked, form, parts)
    for _ in range(_ROUNDS):
        points = _round(list(start), worth, tops, fits, draw)
        if points:
            return points
    return None


def _round(
    points: list[int], worth: list[int], tops: list[int], fits: Window, draw: np.random.Generator
) -> list[int] | None:
    """One round of moves; ``worth``: of one point of each person, in points of the window; ``tops``: most points."""
    total = sum(p * w for p, w in zip(points, worth, strict=True))
    squares = sum((p * w) ** 2 for p, w in zip(points, worth, strict=True))
    now = _away(total, squares, fits)
    for one, other in _pairs(len(points), _TRIES_A_PERSON * len(points), draw):
        if now == (0, 0):
            return points
        for moves in (((one, 1), (other, -1)), ((one, 1),), ((one, -1),)):
            if any(not 0 <= points[person] + by <= tops[person] for person, by in moves):
                continue
            new_total = total + sum(by * worth[person] for person, by in moves)
            new_squares = squares + sum(
                (2 * points[person] * by + 1) * worth[person] ** 2 for person, by in moves
            )
            then = _away(new_total, new_squares, fits)
            if then < now:
                total, squares, now = new_total, new_squares, then
                for person, by in moves:
                    points[person] += by
                break
    return points if now == (0, 0) else None


def _away(total: int, squares: int, fits: Window) -> tuple[int, int]:
    """How far from the window: the sum, then the spread."""
    return _outside(total, fits.totals), _outside(fits.n * squares - total**2, fits.spreads)


def ranked(wanted: Sequence[float], asked: Printed, form: Form) -> list[int]:
    """Points of complete answers with the printed mean and SD, dealt in the order of ``wanted``."""
    values = attainable(asked, form)
    if values is None:
        raise ValueError("the printed mean and SD cannot come from this form")
    order = sorted(range(len(wanted)), key=lambda person: (-wanted[person], person))
    points = [0] * len(wanted)
    for person, value in zip(order, values, strict=True):
        points[person] = value
    return points


def share_out(
    points: Sequence[int], answered: Sequence[int], form: Form, reliability: float, draw: np.random.Generator
) -> list[list[int]]:
    """Each person's points dealt over the answered items, so that alpha comes out near ``reliability``.

    At first as evenly as can be, then by random moves of points from one item to another within people. By
    analysis of variance alpha = 1 - W / B (Hoyt 1941), with B = items x variance of people's item means, which
    is given, and W the mean square within people (items do not differ in their means here), which the moves
    raise until it is (1 - reliability) B. Where free moves do not get so far, because answers at an end of the
    range leave little room, moves that lower W are no longer made. Where whole points that have to add up make W larger from the first, or
    the range leaves no room for so much, alpha comes as near as it can.
    """
    dealt = [_even(p, m, draw) for p, m in zip(points, answered, strict=True)]
    n, width = len(points), form.width
    means = [Fraction(p, m) for p, m in zip(points, answered, strict=True)]
    variance = (sum(x * x for x in means) - sum(means) ** 2 / n) / (n - 1)
    between = form.items * variance
    goal = (1 - Fraction(str(reliability))) * between * sum(m - 1 for m in answered)
    within = sum((x - mean) ** 2 for row, mean in zip(dealt, means, strict=True) for x in row)
    short = math.floor(goal - within)
    several = [person for person, m in enumerate(answered) if m > 1]
    longest = max(1, width // 8)
    for batch in range(_BATCHES if several else 0):
        for pick, first, second, step in draw.integers(
            2**31, size=(10 * n * form.items, 4), dtype=np.int64
        ).tolist():
            if short <= 0:
                return dealt
            row = dealt[several[pick % len(several)]]
            up, down = first % len(row), second % len(row)
            by = 1 + step % longest
            gain = 2 * by * (row[up] - row[down] + by)
            if up == down or row[up] + by > width or row[down] < by or (gain < 0 and batch >= _FREE):
                continue
            short -= gain
            row[up] += by
            row[down] -= by
    return dealt


def _outside(value: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0] - value, value - bounds[1], 0)


def _pairs(n: int, count: int, draw: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Random pairs of different people."""
    first = draw.integers(n, size=count, dtype=np.int64).tolist()
    shift = draw.integers(1, n, size=count, dtype=np.int64).tolist()
    return ((one, (one + by) % n) for one, by in zip(first, shift, strict=True))


def _even(points: int, items: int, draw: np.random.Generator) -> list[int]:
    """Points over items as evenly as can be; which items get one more is drawn."""
    each, rest = divmod(points, items)
    more = set(draw.permutation(items)[:rest].tolist())
    return [each + (item in more) for item in range(items)]
