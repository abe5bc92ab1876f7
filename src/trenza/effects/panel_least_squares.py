"""Ordinary least squares with HC2 standard errors: what is left of the multilevel models where no level is left to vary.

HC2 (MacKinnon & White 1985, J. Econometrics 29) with Bell and McCaffrey's degrees of freedom (2002, Survey Methodology 28), that is
CR2 with every school a cluster of its own. For a difference of two means HC2 is Welch's standard error.
"""

from __future__ import annotations

import numpy as np


def coefficient(y: np.ndarray, x: np.ndarray, column: int, weights: np.ndarray) -> tuple[float, float, float]:
    """Coefficient, HC2 standard error and degrees of freedom of one column of ``x`` (n x p, with its constant).

    ``weights`` are precisions, one a row. Bell and McCaffrey's degrees of freedom hold for errors of equal variance given the
    weights. Raises ``numpy.linalg.LinAlgError`` where the columns say the same.
    """
    root = np.sqrt(weights)
    rows, response = x * root[:, None], y * root
    if np.linalg.matrix_rank(rows) < rows.shape[1]:
        raise np.linalg.LinAlgError("the columns say the same")
    bread = np.linalg.inv(rows.T @ rows)
    beta = bread @ (rows.T @ response)
    left = 1.0 - np.einsum("ij,jk,ik->i", rows, bread, rows)
    # a row that alone carries a coefficient has no residual of its own
    left = np.maximum(left, 1e-12)
    pull = rows @ bread[:, column]
    residual = response - rows @ beta
    u = pull**2 / left
    meat = (rows * u[:, None]).T @ rows @ bread
    spread = float(u**2 @ (2.0 * left - 1.0)) + float(np.trace(meat @ meat))
    df = float(u @ left) ** 2 / spread
    return float(beta[column]), float(u @ residual**2) ** 0.5, df
