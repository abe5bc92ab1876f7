"""Pupil-weighted means of schools, and sums and differences of them, with communes or schools as the units that vary.

The mean m = sum(n y) / sum(n) is a ratio of two totals over schools. Linearised, a school moves it by
z = n (y - m) / sum(n); the moves are summed by unit to z_c, and over C units the variance is
C / (C - 1) x sum(z_c^2), with C - 1 degrees of freedom (Cochran 1977, Sampling Techniques, 3rd ed., 6.3 and
11.8; Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, 4.3 and 5.5-5.7; with replacement, no
finite-population factor: the units are treated as one draw from many of their kind).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class WeightedMean:
    """A mean over ``schools`` with ``pupils``: ``units`` sorted and unique, ``moves`` z_c, both of the same length."""

    mean: float
    schools: int
    pupils: int
    units: np.ndarray
    moves: np.ndarray


@dataclass(frozen=True)
class Estimate:
    """``value`` with its standard error and the number of units C behind both; NaN error for one unit."""

    value: float
    se: float
    units: int


def weighted_mean(units: np.ndarray, values: np.ndarray, pupils: np.ndarray) -> WeightedMean:
    """Mean of ``values`` weighted by ``pupils`` (> 0): an entry a school, ``units`` its unit; at least one school."""
    total = pupils.sum()
    mean = float(pupils @ values / total)
    names, place = np.unique(units, return_inverse=True)
    moves = np.bincount(place, pupils * (values - mean) / total)
    return WeightedMean(mean, len(values), int(total), names, moves)


def combination(*parts: tuple[int, WeightedMean]) -> Estimate:
    """Sum of means, each times its sign: (1, m) a level, (1, m) and (-1, w) a difference, four a change of a gap.

    The combination is one linearised statistic, so each unit's signed moves are summed over the parts before they
    are squared: what a unit has in two parts covaries, and a unit that lacks in a part moves it by 0 (Särndal et
    al. 1992, 5.5; Kish 1965, Survey Sampling, 12.4, for overlapping samples). C is the number of units of the part
    that has fewest, the cautious choice: a small group of a few units varies no less for standing beside a large one.
    """
    summed = np.bincount(
        np.unique(np.concatenate([m.units for _, m in parts]), return_inverse=True)[1],
        np.concatenate([sign * m.moves for sign, m in parts]),
    )
    fewest = min(len(m.units) for _, m in parts)
    factor = fewest / (fewest - 1) if fewest > 1 else float("nan")
    return Estimate(
        sum(sign * m.mean for sign, m in parts), float((factor * (summed @ summed)) ** 0.5), fewest
    )
