"""Agreement of two coders from 2x2 counts, and Krippendorff's alpha of any number: formulas alone.

Every function takes arrays of one shape and returns arrays of that shape, NaN where a statistic is undefined.
The formulas in words, with their sources, are in docs/agreement.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

Floats = np.ndarray


def two_coders(
    both: ArrayLike, only_a: ArrayLike, only_b: ArrayLike, neither: ArrayLike
) -> dict[str, Floats]:
    """All of ``TWO_CODERS`` in ``contracts/qualitative_tables.py`` from the counts of units.

    Sources: kappa Cohen 1960; its maximum Cohen 1960, Umesh et al. 1989; positive and negative agreement
    Cicchetti & Feinstein 1990; prevalence and bias index and PABAK Byrt et al. 1993; AC1 Gwet 2008; alpha
    Krippendorff 2019.
    """
    a, b, c, d = (np.asarray(x, dtype=np.float64) for x in (both, only_a, only_b, neither))
    n = a + b + c + d
    share_a, share_b = _ratio(a + b, n), _ratio(a + c, n)
    agreed = _ratio(a + d, n)
    chance = share_a * share_b + (1 - share_a) * (1 - share_b)
    most = np.minimum(share_a, share_b) + np.minimum(1 - share_a, 1 - share_b)
    either = (share_a + share_b) / 2
    gwet = 2 * either * (1 - either)
    # Chance is exactly 1 only where both coders marked all or both marked nothing.
    certain = ((a + b == 0) & (a + c == 0)) | ((c + d == 0) & (b + d == 0))
    chance = np.where(certain, np.nan, chance)
    return {
        "percent": agreed,
        "positive": _ratio(2 * a, 2 * a + b + c),
        "negative": _ratio(2 * d, 2 * d + b + c),
        "jaccard": _ratio(a, a + b + c),
        "kappa": _ratio(agreed - chance, 1 - chance),
        "kappa_max": _ratio(most - chance, 1 - chance),
        "prevalence_index": _ratio(a - d, n),
        "bias_index": _ratio(b - c, n),
        "pabak": 2 * agreed - 1,
        "ac1": _ratio(agreed - gwet, 1 - gwet),
        "alpha": alpha(2 * n, 2 * a + b + c, b + c),
    }


def alpha(values: ArrayLike, ones: ArrayLike, apart: ArrayLike) -> Floats:
    """Krippendorff's alpha for nominal values 1 and 0 (2019, chapter 12; coincidences).

    ``values``: pairable values n; ``ones``: those that are 1; ``apart``: coincidences of a 1 with a 0.
    alpha = 1 - (n - 1) apart / (ones zeros). Undefined where all values are alike.
    """
    n, one = np.asarray(values, dtype=np.float64), np.asarray(ones, dtype=np.float64)
    return np.asarray(1 - (n - 1) * _ratio(np.asarray(apart, dtype=np.float64), one * (n - one)))


def pooled_kappa(both: ArrayLike, only_a: ArrayLike, only_b: ArrayLike, neither: ArrayLike) -> Floats:
    """One kappa for several codes, last axis: from the means of observed and of chance agreement over codes.

    Source: De Vries et al. 2008.
    """
    a, b, c, d = (np.asarray(x, dtype=np.float64) for x in (both, only_a, only_b, neither))
    n = a + b + c + d
    share_a, share_b = _ratio(a + b, n), _ratio(a + c, n)
    agreed = _ratio(a + d, n).mean(axis=-1)
    chance = (share_a * share_b + (1 - share_a) * (1 - share_b)).mean(axis=-1)
    return _ratio(agreed - chance, np.where(chance < 1, 1 - chance, 0))


def cu_alpha(agreed: Floats, margins: Floats, squares: Floats) -> Floats:
    """Krippendorff's cu-alpha: which value coders gave to text that both gave a value; last axis: values.

    ``agreed``: coincidences of equal values, summed. ``margins``: coincidences by value. ``squares``: for every
    passage of that value the square of its pairable length, summed (a passage is not paired with itself).
    Source: Krippendorff et al. 2016, equations 7 to 11. Undefined where only one value is used.
    """
    total, own = margins.sum(axis=-1), squares.sum(axis=-1)
    under = total - _ratio(own, total)
    expected = _ratio((margins**2 - squares).sum(axis=-1), under)
    alike = (margins > 0).sum(axis=-1) < 2
    return np.asarray(1 - _ratio(total - agreed, np.where(alike, 0, total - expected)))


def binary_u_alpha(values: Floats, ones: Floats, apart: Floats, squares: Floats) -> Floats:
    """Krippendorff's |u-alpha: marked text against the gaps between, whatever the codes.

    ``values``, ``ones``, ``apart`` as for ``alpha``, in characters; ``squares``: squared lengths of all merged
    passages of all coders. A passage is not paired with itself, a character of a gap not with itself.
    Source: Krippendorff et al. 2016, equations 4 to 6.
    """
    gaps = values - ones
    expected = _ratio(ones * gaps, values - _ratio(gaps + squares, values))
    return np.asarray(1 - _ratio(apart, expected))


def _ratio(over: Floats, under: Floats) -> Floats:
    """NaN for 0 / 0 and for anything over 0."""
    out = np.full(np.broadcast_shapes(np.shape(over), np.shape(under)), np.nan)
    np.divide(over, under, out=out, where=np.asarray(under) != 0)
    return out
