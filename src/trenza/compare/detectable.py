"""Minimum detectable effects: what a design of this size can find, whatever was found.

All are in SDs of the outcome (total SD within a group), two-sided at 1 - ``ci_level``, with probability ``power``:
MDES = (t_{1 - alpha / 2} + t_{power}) * standard error (Bloom 1995), both quantiles with the design's degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trenza.compare import adapters

POWER = 0.80


@dataclass(frozen=True)
class Detectable:
    """Minimum detectable effects in SDs at one intraclass correlation (NaN without clusters).

    ``known`` says that ``icc`` was estimated from the data, else it is assumed. ``here`` belongs to the declared
    design, ``other`` to the other one with the same units (a what-if).
    """

    icc: float
    known: bool
    here: float
    other: float


def multiplier(df: float, *, ci_level: float = 0.95, power: float = POWER) -> float:
    """t_{1 - alpha / 2} + t_{power} with ``df`` degrees of freedom; NaN below 1."""
    if not df >= 1.0:
        return math.nan
    return adapters.t_quantile((1 + ci_level) / 2, df) + adapters.t_quantile(power, df)


def detectable_units(n_1: int, n_0: int, *, ci_level: float = 0.95, power: float = POWER) -> float:
    """Independent units, df = n_1 + n_0 - 2."""
    return multiplier(n_1 + n_0 - 2, ci_level=ci_level, power=power) * math.sqrt(1 / n_1 + 1 / n_0)


def detectable_between(
    sizes_1: np.ndarray,
    sizes_0: np.ndarray,
    *,
    icc: float,
    r2_cluster: float = 0.0,
    r2_unit: float = 0.0,
    covariates: int = 0,
    df: float | None = None,
    ci_level: float = 0.95,
    power: float = POWER,
) -> float:
    """Groups in different clusters of ``sizes_1`` and ``sizes_0`` units (J_1 and J_0 entries, also fractions).

    Variance of the difference of means over units, with r = ``icc``: in each group r (1 - ``r2_cluster``) sum n_j^2 /
    N^2 + (1 - r)(1 - ``r2_unit``) / N. For J equal clusters of n, half of them in each group, that is the
    usual 4 / J * (r + (1 - r) / n). ``df`` are those of the test that is used; without them J - 2 - ``covariates``
    at the level of clusters, right for equal ones and too many for few or unequal ones.
    """
    variance = 0.0
    for sizes in (np.asarray(sizes_1, dtype=float), np.asarray(sizes_0, dtype=float)):
        total = sizes.sum()
        variance += icc * (1 - r2_cluster) * float((sizes**2).sum()) / total**2
        variance += (1 - icc) * (1 - r2_unit) / total
    degrees = len(sizes_1) + len(sizes_0) - 2 - covariates if df is None else df
    return multiplier(degrees, ci_level=ci_level, power=power) * math.sqrt(variance)


def detectable_within(
    n_1: np.ndarray,
    n_0: np.ndarray,
    *,
    icc: float,
    r2_unit: float = 0.0,
    df: float | None = None,
    ci_level: float = 0.95,
    power: float = POWER,
) -> float:
    """Both groups in each of J clusters, ``n_1`` and ``n_0`` units (J entries, also fractions).

    What clusters share cancels, so the variance of the difference is (1 - ``icc``)(1 - ``r2_unit``) / sum n_1
    n_0 / (n_1 + n_0): the effect gets smaller as the correlation gets larger. It takes the difference to be
    the same in every cluster. ``df`` are those of the test that is used; without them, clusters that hold
    both groups less 1.
    """
    ones, zeros = np.asarray(n_1, dtype=float), np.asarray(n_0, dtype=float)
    weight = float((ones * zeros / (ones + zeros)).sum())
    if weight <= 0.0:
        return math.nan
    degrees = float(((ones > 0) & (zeros > 0)).sum() - 1) if df is None else df
    variance = (1 - icc) * (1 - r2_unit) / weight
    return multiplier(degrees, ci_level=ci_level, power=power) * math.sqrt(variance)
