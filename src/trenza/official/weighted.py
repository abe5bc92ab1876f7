"""Pupil-weighted means of schools, and differences of two of them, with schools as the units that vary.

The mean m = sum(n y) / sum(n) is a ratio of two totals over schools. Linearised, a school moves it by
z = n (y - m) / sum(n), and its variance is k / (k - 1) x sum(z^2) over k schools (Cochran 1977, Sampling
Techniques, 3rd ed., 6.3; Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, 5.5-5.7; with
replacement, no finite-population factor: the population is the cohorts that the schools might have had).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class WeightedMean:
    """A mean over ``schools``: ``rbd`` sorted and ``moves`` z x sqrt(k / (k - 1)), both of length ``schools``."""

    mean: float
    pupils: int
    rbd: np.ndarray
    moves: np.ndarray

    @property
    def schools(self) -> int:
        """Schools in the mean."""
        return len(self.rbd)

    @property
    def variance(self) -> float:
        """Variance of the mean; NaN for one school."""
        return float(self.moves @ self.moves)


@dataclass(frozen=True)
class Difference:
    """``estimate`` with its standard error and the degrees of freedom of its t."""

    estimate: float
    se: float
    df: float


def weighted_mean(rbd: np.ndarray, values: np.ndarray, pupils: np.ndarray) -> WeightedMean:
    """Mean of ``values`` weighted by ``pupils`` (> 0), schools ``rbd`` sorted and unique; at least one school."""
    total = pupils.sum()
    mean = float(pupils @ values / total)
    k = len(values)
    scale = (k / (k - 1)) ** 0.5 if k > 1 else float("nan")
    return WeightedMean(mean, int(total), rbd, pupils * (values - mean) / total * scale)


def change(before: WeightedMean, after: WeightedMean) -> Difference:
    """``after`` - ``before``, where schools in both years make the two means covary.

    Var = sum over schools of (z_after - z_before)^2, z = 0 in a year without the school: the difference is one
    linearised statistic of schools, so their moves are summed by school before squaring (Särndal et al. 1992,
    5.5; Kish 1965, Survey Sampling, 12.4, for overlapping samples). Each z carries its own year's
    sqrt(k / (k - 1)), so that without schools in both years this is the sum of the two variances, and with the
    same schools and pupils in both the paired t. df = smaller number of schools - 1, the cautious choice.
    """
    _, first, second = np.intersect1d(before.rbd, after.rbd, assume_unique=True, return_indices=True)
    covariance = float(before.moves[first] @ after.moves[second])
    variance = before.variance + after.variance - 2.0 * covariance
    # a difference of squares can fall below 0 in its last digit when all schools change alike
    return Difference(
        after.mean - before.mean,
        float(np.sqrt(np.maximum(variance, 0.0))),
        min(before.schools, after.schools) - 1,
    )


def gap(upper: WeightedMean, lower: WeightedMean) -> Difference:
    """``upper`` - ``lower`` of two groups without a school in common.

    The variances add; df by Welch-Satterthwaite (Satterthwaite 1946, Biometrics Bulletin 2, 110-114).
    """
    v, w = upper.variance, lower.variance
    spread = v**2 / (upper.schools - 1) + w**2 / (lower.schools - 1) if v + w > 0 else 0.0
    df = (v + w) ** 2 / spread if spread > 0 else float("nan")
    return Difference(upper.mean - lower.mean, (v + w) ** 0.5, df)
