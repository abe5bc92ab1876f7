"""What the engine's rooms hand to each other: entries of covariance matrices, products with V^-1, their derivatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Entry:
    """One free element of a covariance matrix: rows ``a`` >= ``b`` of factor ``factor``."""

    factor: int
    a: int
    b: int


@dataclass
class Parts:
    """What a set of variances implies, in units of s2; m entries, k columns of W = [X, y].

    ``logdet`` = log|V|; ``cross`` = W'V^-1 W (k, k); ``p`` (m, k, k), ``t`` (m), ``q`` (m, m, k, k), ``tt`` (m, m) as
    in the module's text; the last four are zero unless derivatives were asked for.
    """

    logdet: float
    cross: np.ndarray
    p: np.ndarray
    t: np.ndarray
    q: np.ndarray
    tt: np.ndarray

    @staticmethod
    def zero(m: int, k: int) -> Parts:
        """Nothing added yet."""
        return Parts(
            0.0, np.zeros((k, k)), np.zeros((m, k, k)), np.zeros(m), np.zeros((m, m, k, k)), np.zeros((m, m))
        )


@dataclass
class State:
    """Products at given variances.

    ``a1`` (q, groups, k) = Z1'V^-1 W; ``n11`` (q, q, groups) = Z1'V1^-1 Z1, without the other factors; ``f`` as in the
    module's text. From the other factors: ``k`` (units, r, r), ``a2`` (units, r, k) = Z2'V^-1 W, ``n22`` = Z2'V^-1 Z2,
    ``t2`` = I - G K, ``d`` the q sparse matrices Z1'V1^-1 Z2. By the short way of ``crossed.py``: ``inverse`` (r, r) and
    ``root`` (r) in the place of ``t2``. By sparse factors (``sparse_rest.py``): ``g``, ``sigma2`` and ``factors`` alone.
    """

    logdet: float
    cross: np.ndarray
    a1: np.ndarray
    n11: np.ndarray
    f: np.ndarray
    k: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    a2: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    n22: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    t2: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    d: list[sp.csr_matrix] = field(default_factory=list)
    inverse: np.ndarray | None = None
    root: np.ndarray = field(default_factory=lambda: np.zeros(0))
    g: Any = None
    sigma2: Any = None
    factors: Any = None


def swapped(entry: Entry) -> list[tuple[int, int]]:
    """The ones of E: row and column."""
    return [(entry.a, entry.b)] if entry.a == entry.b else [(entry.a, entry.b), (entry.b, entry.a)]


def add_symmetric(parts: Parts, i: int, j: int, product: np.ndarray, trace: float) -> None:
    """Add to Q_ij and tt_ij and to their mirror images."""
    parts.q[i, j] += product
    parts.tt[i, j] += trace
    if i != j:
        parts.q[j, i] += product.T
        parts.tt[j, i] += trace


def across(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Sum over units of left' right: (units, r, k) and (units, r, l) to (k, l)."""
    return np.asarray(left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2]))


def times(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Products of q x q matrices, group by group: the first two axes are multiplied, the others run along.

    ``left`` is (q, q, ...), ``right`` (q, q, ...) or (q, ...). For the small q of random effects, loops over rows and
    columns with whole arrays of groups are faster than small products one by one.
    """
    if len(left) == 1:
        return np.asarray((left[0, 0] * right[0])[None])
    return np.array(
        [
            sum((left[a, c] * right[c] for c in range(1, len(right))), left[a, 0] * right[0])
            for a in range(len(left))
        ]
    )
