"""Variances that the rows cannot tell: taken up by the fixed part, or shared by two components in any way.

The restricted likelihood depends on a variance only through P V_i P; where these matrices are zero or depend on each
other linearly, the expected information tr(P V_i P V_j) / 2 is singular, on the boundary and off it, and the likelihood
has a ridge in the place of a maximum (Harville 1977, JASA 72, 320-338). A search ends somewhere on the ridge.
"""

from __future__ import annotations

import numpy as np

from trenza.multilevel.likelihood import Point
from trenza.multilevel.source import DataError
from trenza.multilevel.structure import Structure

# Information below this share: a standard error 10^4 times the variance and the residual variance together
_NONE = 1e-8
# Smallest eigenvalue of the information, scaled to a diagonal of ones, that is no rounding
_RIDGE = 1e-10
# Share of a component in the ridge from which it is named
_PART = 0.05


def refuse_unidentified(point: Point, structure: Structure) -> None:
    """Raise ``DataError`` that names the components which the rows cannot tell."""
    if not np.isfinite(point.expected).all() or not point.s2 > 0.0:
        return
    names = ["residual"]
    for entry in structure.entries:
        factor = structure.factors[entry.factor]
        columns = dict.fromkeys((factor.columns[entry.b], factor.columns[entry.a]))
        names.append(f"({', '.join(columns)} | {factor.name})")
    own = np.diag(point.expected)
    none = own * (np.abs(point.psi) + point.s2) ** 2 < _NONE
    if none.any():
        said = ", ".join(name for name, here in zip(names, none, strict=True) if here)
        raise DataError(
            f"data: the fixed part takes up all that differs by {said}, which leaves no variance to be told"
        )
    values, vectors = np.linalg.eigh(point.expected / np.sqrt(np.outer(own, own)))
    if values[0] < _RIDGE:
        said = ", ".join(name for name, v in zip(names, vectors[:, 0], strict=True) if abs(v) > _PART)
        raise DataError(f"data: the variances of {said} cannot be told apart: others fit these rows as well")
