"""Two or more crossed factors with one dense matrix: the short way to the derivatives.

With one column of the finest factor, and independent columns of the others, let R = diag(root of Sigma2) and
T = (I + R G R)^-1. Then R G R = T^-1 - I gives all matrices of ``blocks.py`` without a further product of (r, r) ones:

    K = R T R,    I - G K = R^-1 T R,    Z2'V^-1 Z2 = R^-1 (I - T) R^-1.

With S = Z2'V1^-1 Z1 Z1'V1^-1 Z2 one product, Y = T R S R, is left, from which all traces follow. These formulas divide by
standard deviations, so they are used only where nothing is lost by that; elsewhere ``rest.py`` goes the long way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trenza.multilevel.parts import Entry, Parts, State, add_symmetric, swapped

if TYPE_CHECKING:
    from trenza.multilevel.rest import Rest

# I - T has lost three digits where the diagonal of R G R is this small
_LEAST = 1e-3


def shortcut(g: np.ndarray, root: np.ndarray) -> bool:
    """Whether the short way keeps its digits: ``g`` (r, r), ``root`` (r) the diagonal of R."""
    return bool((np.diag(g) * root**2).min() > _LEAST)


def extend(state: State, g: np.ndarray, a2: np.ndarray, root: np.ndarray, inverse: np.ndarray) -> None:
    """Fill ``state``: ``a2`` (r, k) = Z2'V1^-1 W, ``inverse`` (r, r) = T."""
    r = len(root)
    turned = inverse @ (root[:, None] * a2)
    gain = root[:, None] * turned
    state.inverse, state.root = inverse, root
    state.cross += a2.T @ gain
    state.k = (inverse * root[:, None] * root)[None]
    n22 = inverse / -root[:, None]
    n22[np.arange(r), np.arange(r)] += 1.0 / root
    n22 /= root
    state.n22 = n22[None]
    state.a2 = (turned / root[:, None])[None]
    state.a1 = state.a1 - np.array([some @ gain for some in state.d])


def derivatives(
    rest: Rest, parts: Parts, ones: list[int], others: list[int], entries: list[Entry], state: State
) -> None:
    """Add what the other factors change in, and add to, the derivatives; as ``Rest.derivatives``."""
    inverse, root, n22, a2 = state.inverse, state.root, state.n22[0], state.a2[0]
    assert inverse is not None and rest.pairs is not None
    rows = {f: [_slice(at) for at in where] for f, where in rest.where.items()}
    if ones:
        (one,) = ones
        f, n11 = state.f[0, 0], state.n11[0, 0]
        between = rest.pairs.gram(f**2) * root[:, None] * root
        y = inverse @ between
        u = state.d[0].T @ state.a1[0]
        turned = inverse @ (root[:, None] * u)
        parts.t[one] -= _dot(inverse, between)
        trace = _dot(y, y.T) - 2.0 * _dot(state.k[0], rest.pairs.gram(f**2 * n11))
        add_symmetric(parts, one, one, -(u.T @ (root[:, None] * turned)), trace)
        for j in others:
            trace, product = 0.0, np.zeros_like(parts.cross)
            for a, b in swapped(entries[j]):
                to, source = rows[entries[j].factor][a], rows[entries[j].factor][b]
                both = np.einsum("ij,ij->i", y[to], inverse[source])
                trace += float((both / (root[to] * root[source])).sum())
                product += (turned[to] / root[to, None]).T @ a2[source]
            add_symmetric(parts, one, j, product, trace)
    for i in others:
        mine = rows[entries[i].factor]
        for a, b in swapped(entries[i]):
            parts.p[i] += a2[mine[a]].T @ a2[mine[b]]
            parts.t[i] += float(np.trace(n22[mine[b]][:, mine[a]]))
        for j in (j for j in others if j >= i):
            theirs = rows[entries[j].factor]
            trace, product = 0.0, np.zeros_like(parts.cross)
            for a, b in swapped(entries[i]):
                for c, d in swapped(entries[j]):
                    here = n22[mine[b]][:, theirs[c]]
                    trace += _dot(here, n22[mine[a]][:, theirs[d]])
                    product += a2[mine[a]].T @ (here @ a2[theirs[d]])
            add_symmetric(parts, i, j, product, trace)


def _dot(left: np.ndarray, right: np.ndarray) -> float:
    """Sum of the products of elements, without an array of them."""
    return float(np.einsum("ij,ij->", left, right))


def _slice(at: np.ndarray) -> slice | np.ndarray:
    """Columns in a row as a slice, which takes no copy."""
    first = int(at[0])
    return slice(first, first + len(at)) if np.array_equal(at, np.arange(first, first + len(at))) else at
