"""p values of a declared family, corrected. Holm's correction is ``contrast.holm``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trenza.compare.contrast import holm

__all__ = ["benjamini_hochberg", "corrected", "holm"]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Benjamini & Hochberg's (1995) step-up correction of the false discovery rate, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(-p, kind="stable")
    stepped = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in adjusted]


def corrected(p_values: Sequence[float], *, family: int | None = None) -> tuple[list[float], list[float]]:
    """Holm and Benjamini-Hochberg of the p values that are there; NaN stays NaN.

    ``family`` is the declared number of tests. Tests of the family that could not be computed count as p = 1, so
    that a failed one makes no other look better.
    """
    p = np.asarray(p_values, dtype=float)
    there = np.isfinite(p)
    size = max(len(p), family or 0)
    filled = np.concatenate([np.where(there, p, 1.0), np.ones(size - len(p))]).tolist()
    both = holm(filled)[: len(p)], benjamini_hochberg(filled)[: len(p)]
    by_holm, by_bh = (
        [v if known else float("nan") for v, known in zip(values, there, strict=True)] for values in both
    )
    return by_holm, by_bh
