"""The columns in which the model is solved: centred, scaled, of full rank, and the way back to the user's.

Centring removes the digits that a year (2018) or an identifier wastes; scaling is by powers of two, so that it rounds
nothing. With an intercept in the fixed part all of this is a change of coordinates: the fit is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.multilevel.accumulate import CrossProducts
from trenza.multilevel.coding import FixedPart
from trenza.multilevel.source import DataError

# A column counts as determined by the ones before it when they leave less than this share of its sum of squares
DEPENDENT = 1e-12


@dataclass(frozen=True)
class SlopeColumn:
    """A slope's column as ``alpha * scaled + delta``; ``scale`` and ``shift`` lead back: value = scale * column + shift."""

    alpha: float
    delta: float
    scale: float
    shift: float


@dataclass(frozen=True)
class Basis:
    """Coordinates of the fit.

    ``columns`` (k, p + 1) makes W = [X, y] of the fit from the accumulated columns, ``gram`` is its W'W. ``names`` are
    the p terms kept, ``dropped`` the others with what they depend on. ``beta = to_user @ b + offset`` leads back;
    ``y_scale`` is the unit of y, ``log_det`` = log|det| of the columns' scaling; ``total_weight`` the sum of weights.
    """

    columns: np.ndarray
    gram: np.ndarray
    names: tuple[str, ...]
    kept: tuple[int, ...]
    dropped: dict[str, tuple[str, ...]]
    to_user: np.ndarray
    offset: np.ndarray
    y_scale: float
    y_shift: float
    log_det: float
    total_weight: float
    centred: bool


def basis_of(products: CrossProducts, part: FixedPart, outcome: str) -> Basis:
    """Centre, scale, and drop columns that earlier ones determine. Raises ``DataError`` for a constant outcome."""
    gram, weight = products.gram, float(products.gram[0, 0])
    centred = part.intercept is not None
    k = len(gram)
    alpha, delta = np.ones(k), np.zeros(k)
    scale, shift = np.ones(k), np.zeros(k)
    for j in range(1, k):
        here = products.scales[j]
        unit, mean = float(np.ldexp(1.0, here.exponent)), float(gram[0, j]) / weight
        spread = max(float(gram[j, j]) / weight - mean**2, 0.0)
        centre = here.middle + unit * mean if centred else 0.0
        size = np.sqrt(spread) * unit if centred or spread > 0 else abs(here.middle + unit * mean)
        scale[j] = float(np.exp2(np.rint(np.log2(size)))) if size > 0 else 1.0
        shift[j] = centre
        alpha[j] = unit / scale[j]
        delta[j] = -mean * alpha[j] if centred else here.middle / scale[j]
    change = np.diag(alpha)
    change[0] += delta
    spread_y = float(gram[products.y, products.y]) / weight - (float(gram[0, products.y]) / weight) ** 2
    if not spread_y > 1e-22:
        raise DataError(f"data: outcome {outcome} has the same value in all complete rows")
    wanted = [*products.x, products.y]
    fit = _symmetric(change[:, wanted].T @ gram @ change[:, wanted])
    if centred:
        fit[0, 1:] = fit[1:, 0] = 0.0
        if part.intercept != 0:
            raise AssertionError("formulaic puts the intercept first")
    kept, dropped = _independent(fit[:-1, :-1], part.names)
    rows = [*kept, len(wanted) - 1]
    x = [products.x[j] for j in kept]
    y_scale, y_shift = float(scale[products.y]), float(shift[products.y])
    to_user = np.diag([y_scale / scale[j] for j in x])
    offset = np.zeros(len(x))
    if centred:
        to_user[0] -= np.array([0.0, *(y_scale * shift[j] / scale[j] for j in x[1:])])
        offset[0] = y_shift
    return Basis(
        change[:, [wanted[j] for j in rows]],
        fit[np.ix_(rows, rows)],
        tuple(part.names[j] for j in kept),
        kept,
        dropped,
        to_user,
        offset,
        y_scale,
        y_shift if centred else 0.0,
        float(np.log([scale[j] for j in x]).sum()),
        weight,
        centred,
    )


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return np.asarray((matrix + matrix.T) / 2.0)


def _independent(
    gram: np.ndarray, names: tuple[str, ...]
) -> tuple[tuple[int, ...], dict[str, tuple[str, ...]]]:
    """Columns in order that earlier ones do not determine, and for the others the columns that do."""
    kept: list[int] = []
    dropped: dict[str, tuple[str, ...]] = {}
    for j in range(len(gram)):
        total = gram[j, j]
        coefficients = np.zeros(0)
        left = total
        if kept:
            root = np.linalg.cholesky(gram[np.ix_(kept, kept)])
            half = np.linalg.solve(root, gram[kept, j])
            left = total - float(half @ half)
            coefficients = np.linalg.solve(root.T, half)
        if total > 0.0 and left > DEPENDENT * total:
            kept.append(j)
        else:
            sizes = np.abs(coefficients) * np.sqrt(np.diag(gram)[kept])
            dropped[names[j]] = tuple(
                names[i]
                for i, size in zip(kept, sizes, strict=True)
                if size > 1e-6 * np.sqrt(max(total, 1e-300))
            ) or ("Intercept",)
    return tuple(kept), dropped


def slope_column(products: CrossProducts, name: str, centred: bool) -> SlopeColumn:
    """Coordinates of a slope's column: centred where its term has an intercept to take up the shift.

    Raises ``DataError`` where the column has one value: then nothing can vary with it.
    """
    j = products.slopes[name]
    weight, here = float(products.gram[0, 0]), products.scales[j]
    unit, mean = float(np.ldexp(1.0, here.exponent)), float(products.gram[0, j]) / weight
    spread = float(products.gram[j, j]) / weight - mean**2
    if not spread > 1e-22:
        raise DataError(f"data: {name} has the same value in all complete rows, so its slope cannot vary")
    centre = here.middle + unit * mean
    size = np.sqrt(spread) * unit if centred else np.sqrt(spread * unit**2 + centre**2)
    scale = float(np.exp2(np.rint(np.log2(size))))
    alpha = unit / scale
    if centred:
        return SlopeColumn(alpha, -mean * alpha, scale, centre)
    return SlopeColumn(alpha, here.middle / scale, scale, 0.0)
