"""Membership of cases in sets: direct calibration, and how far one set is part of another.

Ragin 2008, Redesigning Social Inquiry (chapters 3, 5 and 7), and Schneider & Wagemann 2012, Set-Theoretic Methods for the
Social Sciences (chapters 1, 5 and 9).
"""

from __future__ import annotations

import math

import numpy as np

# The anchors stand for memberships of 0.05, 0.5 and 0.95: log odds of minus, zero and plus this.
_FULL = math.log(0.95 / 0.05)


def calibrate(raw: np.ndarray, full_out: float, crossover: float, full_in: float) -> np.ndarray:
    """Membership (0 to 1) of raw values (n) by the direct method: log odds linear on either side of the crossover.

    A set with ``full_in`` below ``full_out`` is that of low values. Missing values stay missing.
    """
    away = np.asarray(raw, dtype=float) - crossover
    towards_in = away * (full_in - crossover) >= 0
    odds = np.where(towards_in, away / (full_in - crossover), -away / (full_out - crossover)) * _FULL
    return np.asarray(1 / (1 + np.exp(-odds)))


def membership(sets: np.ndarray, row: tuple[int | None, ...]) -> np.ndarray:
    """Membership (n) in a configuration: the least over its conditions (n, k); 0 negates, None leaves one out."""
    parts = [sets[:, i] if wanted else 1 - sets[:, i] for i, wanted in enumerate(row) if wanted is not None]
    return np.min(parts, axis=0) if parts else np.ones(len(sets))


def consistency(x: np.ndarray, y: np.ndarray) -> float:
    """How far x is part of y: sum of min(x, y) over sum of x; nan for an empty x."""
    return _ratio(np.minimum(x, y).sum(), x.sum())


def coverage(x: np.ndarray, y: np.ndarray) -> float:
    """How much of y is in x: sum of min(x, y) over sum of y."""
    return _ratio(np.minimum(x, y).sum(), y.sum())


def pri(x: np.ndarray, y: np.ndarray) -> float:
    """Proportional reduction in inconsistency: consistency without what is part of both y and not y."""
    both = np.minimum(np.minimum(x, y), 1 - y).sum()
    return _ratio(np.minimum(x, y).sum() - both, x.sum() - both)


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else math.nan
