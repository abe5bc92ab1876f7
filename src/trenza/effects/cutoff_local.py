"""A cut-off with a bandwidth chosen from the data, an interval that allows for curvature, and a test of the running variable's density."""

from __future__ import annotations

from typing import Any

import numpy as np

from trenza.effects.cutoff_rows import WEAK, WEAK_BELOW, Row, Window, strength
from trenza.effects.intervals import symmetric

LEAST = 40  # units a side must have for a bandwidth to be chosen from them
STEPS = 20  # bandwidths tried
_FEW = 5  # units a prediction must rest on
_CHOICE = "bandwidth by cross-validation at the boundary (Imbens & Lemieux 2008), the smaller of those for outcome and take-up"
_ERRORS = "HC1 standard error with n - {p}, t"
_LINEAR = (
    "Local linear fuzzy regression discontinuity, a slope on each side in both stages, equal weights; "
    f"{_CHOICE}; {_ERRORS}"
)
_ROBUST = (
    "Robust bias-corrected fuzzy regression discontinuity, a slope and a curve on each side in both stages, equal weights: what "
    "local linear becomes once its bias is estimated in the same window (Calonico, Cattaneo & Titiunik 2014); "
    f"{_CHOICE}; {_ERRORS}"
)
_DENSITY = (
    "Jump of the density of the running variable, log of eligible over not eligible side: lines through counts of bins on each side of "
    "the cut-off (McCrary 2008, equal weights, declared window), Poisson variances, z"
)

_BENT = "a density that bends within the window, or a rounded running variable, may pass for a jump"


def chosen_bandwidth(everyone: Window) -> float | None:
    """Bandwidth that foretells best at the boundary of each side, for outcome and take-up; None where a side is too small.

    Each unit among the half of its side nearest the cut-off is foretold by a line through the units of its side that lie farther out,
    up to the bandwidth. Criterion: mean squared error; of ``STEPS`` bandwidths the best, of equal ones the widest.
    Imbens & Lemieux 2008, J. Econometrics 142, 615-635, section 5.
    """
    distance = np.abs(everyone.x)
    sides = [everyone.is_eligible, ~everyone.is_eligible]
    if min(int(side.sum()) for side in sides) < LEAST:
        return None
    least = max(float(np.sort(distance[s])[max(LEAST // 2, int(s.sum()) // 10)]) for s in sides)
    tried = np.linspace(least, float(distance.max()), STEPS)
    best = []
    for values in (everyone.y, everyone.took_part.astype(float)):
        errors = np.sum([_errors(distance[s], values[s], tried) for s in sides], axis=0)
        if (
            np.isfinite(errors).all() and float(np.max(errors)) > 1e-12
        ):  # who takes part may be foretold without error
            best.append(float(tried[::-1][int(np.argmin(errors[::-1]))]))
    return min(best) if best else None


def _errors(distance: np.ndarray, values: np.ndarray, tried: np.ndarray) -> np.ndarray:
    """Sum of squared errors by bandwidth, over the units that every bandwidth can foretell."""
    order = np.lexsort((values, distance))
    a, y = distance[order], values[order] - values.mean()
    sums = [np.concatenate([[0.0], np.cumsum(c)]) for c in (np.ones(len(a)), a, a * a, y, a * y)]
    near = a[a <= np.median(a)]
    first = np.searchsorted(a, near, side="right")
    found = np.empty((len(tried), len(near)))
    for k, h in enumerate(tried):
        last = np.searchsorted(a, near + h, side="left")
        n, s1, s2, t0, t1 = (c[last] - c[first] for c in sums)
        s2, s1, t1 = s2 - 2.0 * near * s1 + n * near**2, s1 - n * near, t1 - near * t0
        spread = n * s2 - s1**2
        known = (n >= _FEW) & (spread > 1e-10 * np.maximum(n * s2, 1e-300))
        level = np.where(known, (s2 * t0 - s1 * t1) / np.where(known, spread, 1.0), np.nan)
        found[k] = (y[: len(near)] - level) ** 2
    usable = np.isfinite(found).all(axis=0)
    return found[:, usable].sum(axis=1) if usable.any() else np.full(len(tried), np.nan)


def local_rows(window: Window, ci_level: float) -> list[Row]:
    """Local linear and robust bias-corrected estimates in a window of the chosen bandwidth, first-stage F in the notes."""
    found = local_estimates(window)
    rows: list[Row] = []
    for k, (term, method) in enumerate((("fuzzy_rd_local_linear", _LINEAR), ("fuzzy_rd_robust", _ROBUST))):
        row: dict[str, Any] = {"term": term, "n": len(window.x), "method": method.format(p=4 + 2 * k)}
        if found is None:
            rows.append((row, ["not identified: eligibility does not move participation in this window"]))
            continue
        jump, se, _ = _jump(window.took_part.astype(float), _sides(window)[k])
        f = (jump / se) ** 2 if se > 1e-12 else float("inf")
        notes = [strength(f), *([WEAK] if f < WEAK_BELOW else [])]
        rows.append((row | symmetric(*found[k][:2], ci_level, found[k][2]), notes))
    return rows


def _sides(window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Constant, eligibility and, on each side of the cut-off, a slope; the same with a curve."""
    side = window.is_eligible.astype(float)
    scaled = window.x / max(float(np.abs(window.x).max()), 1e-300)
    columns = [np.ones(len(side)), side, *(scaled**d * s for d in (1, 2) for s in (1.0 - side, side))]
    return np.column_stack(columns[:4]), np.column_stack(columns)


def local_estimates(window: Window) -> list[tuple[float, float, int]] | None:
    """Local linear and robust bias-corrected: estimate, HC1 standard error, degrees of freedom; None where not identified.

    Local linear: ratio b of the jumps in outcome and take-up. Robust: b plus the jump of (y - b participation) / (jump in take-up)
    when each side has a curve too; CCT 2014 (Econometrica 82, 2295-2326), remark 7 and section 4, with equal bandwidths.
    """
    line, curve = _sides(window)
    took = window.took_part.astype(float)
    if len(curve) <= curve.shape[1] or np.linalg.matrix_rank(curve) < curve.shape[1]:
        return None
    jump = _jump(took, line)[0]
    if not abs(jump) > 1e-10:
        return None
    b = _jump(window.y, line)[0] / jump
    plain = (window.y - b * took) / jump
    moved, se, df = _jump(plain, curve)
    return [(b, *_jump(plain, line)[1:]), (b + moved, se, df)]


def _jump(y: np.ndarray, x: np.ndarray) -> tuple[float, float, int]:
    """Second coefficient of least squares with its HC1 standard error, n - p degrees of freedom."""
    n, p = x.shape
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ (x.T @ y)
    scores = inverse[1] @ x.T * (y - x @ beta)
    return float(beta[1]), float(np.sqrt(scores @ scores * n / (n - p))), n - p


def density_row(window: Window, bandwidth: float, bins: int, ci_level: float) -> Row:
    """Log ratio of the densities that the two sides have at the cut-off; 0 where nobody sorted around it."""
    row: dict[str, Any] = {"term": "density_jump", "n": len(window.x), "method": _DENSITY}
    if bins < 3:
        return row, ["not computed: fewer than 3 bins a side"]
    middle = (np.arange(bins) + 0.5) / bins
    line = np.column_stack([np.ones(bins), middle])
    pull = np.linalg.inv(line.T @ line)[0] @ line.T
    heights, variance = [], 0.0
    for side in (window.is_eligible, ~window.is_eligible):
        place = np.minimum((np.abs(window.x[side]) / bandwidth * bins).astype(int), bins - 1)
        counts = np.bincount(place, minlength=bins)
        height = float(pull @ counts)
        if not height > 0.0:
            return row, ["not computed: no density at the cut-off on a side"]
        heights.append(height)
        variance += float(pull**2 @ counts) / height**2
    return row | symmetric(float(np.log(heights[0] / heights[1])), variance**0.5, ci_level), [_BENT]
