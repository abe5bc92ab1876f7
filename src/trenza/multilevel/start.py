"""Where the search begins for crossed factors, whose every step is dear: variances from the spread of level means.

For each factor, of the residuals of ordinary least squares: the sum of squares between its levels against that
within them, as in a one-way analysis of variance (the first method of Henderson 1953, Biometrics 9, 226-252). What the
other factors add counts as noise, so this is a place to begin, no estimate.
"""

from __future__ import annotations

import numpy as np

from trenza.multilevel.basis import Basis
from trenza.multilevel.structure import Structure

# Standard deviations, relative to the residual one, are begun within these
_LEAST, _MOST = 0.03, 3.0


def moment_start(structure: Structure, basis: Basis) -> np.ndarray | None:
    """theta for the search, or None where it may begin anywhere: factors not crossed, or columns beside the intercept."""
    if structure.nested or len(structure.factors) < 2 or any(f.columns != ("1",) for f in structure.factors):
        return None
    gram = basis.gram
    beta = np.linalg.solve(gram[:-1, :-1], gram[:-1, -1])
    c = np.append(-beta, 1.0)
    n, total = basis.total_weight, float(c @ gram @ c)
    variances = np.zeros(len(structure.factors))
    for f, factor in enumerate(structure.factors):
        size, sums = _of_levels(structure, f)
        between = float(((sums @ c) ** 2 / size).sum())
        within = (total - between) / max(n - factor.levels, 1.0)
        variances[f] = (between - factor.levels * within) / (n - float((size**2).sum()) / n)
    variances = np.maximum(variances, 0.0)
    residual = max(total / n - float(variances.sum()), 0.05 * total / n)
    return np.clip(np.sqrt(variances / residual), _LEAST, _MOST)


def _of_levels(structure: Structure, f: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (or their weights) of each level of a factor, and Z'W (levels, k)."""
    sizes, sums = [], []
    for block in structure.blocks:
        if block.first == f:
            sizes.append(block.h[0, 0])
            sums.append(block.c[0])
        elif block.rest is not None:
            (at,) = block.rest.where[f]
            r = block.rest.shape[1]
            sizes.append(block.rest.elements(at, at))
            sums.append(block.rest.c[at // r, at % r])
    return np.concatenate(sizes), np.concatenate(sums)
