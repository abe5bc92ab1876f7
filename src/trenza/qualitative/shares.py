"""An interval for a share of cases."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np


def wilson(hits: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval (1927) for ``hits`` of ``n``; NaN for n = 0. It stays within 0 and 1."""
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    k, m = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    m = np.where(m > 0, m, np.nan)
    centre = (k + z2 / 2) / (m + z2)
    half = np.sqrt(z2 * (k * (m - k) / m + z2 / 4)) / (m + z2)
    # Exact at the ends, where rounding would leave a speck above 0 or below 1.
    return np.where(k == 0, 0 * m, centre - half), np.where(k == m, 1.0, centre + half)
