"""Intervals by resampling documents: characters of one interview are not independent, interviews are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


def resampled(sums: np.ndarray, times: int, seed: int) -> np.ndarray:
    """``sums`` (documents, ...) added up over ``times`` samples of documents, with replacement: (times, ...).

    A sample is how often each document was drawn, so all samples are one product of matrices. The same seed
    and number of documents give the same samples.
    """
    count = len(sums)
    flat = _drawn(count, times, seed) @ np.ascontiguousarray(sums.reshape(count, -1), dtype=np.float64)
    return flat.reshape(times, *sums.shape[1:])


@lru_cache(maxsize=8)
def _drawn(count: int, times: int, seed: int) -> np.ndarray:
    """How often each document is in each sample, (times, count); drawing costs more than all the products."""
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=times)
    weights = drawn.astype(np.float64)
    weights.flags.writeable = False
    return weights


def percentile_limits(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Percentile interval over the first axis (Efron & Tibshirani 1993, chapter 13): (low, high, samples defined).

    Samples in which the statistic is undefined (NaN) are left out and show in the third array; the limits are
    NaN where fewer than two are left. Quantiles by linear interpolation.
    """
    ordered = np.sort(values, axis=0)
    defined = np.isfinite(ordered).sum(axis=0)
    tail = (1 - level) / 2
    return _quantile(ordered, defined, tail), _quantile(ordered, defined, 1 - tail), defined


def _quantile(ordered: np.ndarray, defined: np.ndarray, at: float) -> np.ndarray:
    place = at * np.maximum(defined - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(defined - 1, 0))
    first = np.take_along_axis(ordered, low[None], axis=0)[0]
    second = np.take_along_axis(ordered, high[None], axis=0)[0]
    limit = np.where(first == second, first, first + (second - first) * (place - low))
    return np.asarray(np.where(defined >= 2, limit, np.nan))
