"""Products with V^-1 where one factor has several random columns and there is no other: random slopes.

The algebra is that of ``blocks.py``, group by group, with F = (I + H Sigma)^-1, A = F C and N = F H. All sums over groups are
products of the stacked rows of C, A and of A times an element of N, so that a piece of groups that fits the cache needs
three matrix multiplications; what belongs to each variance or covariance is picked from their blocks afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trenza.multilevel.parts import Entry, Parts, add_symmetric, swapped, times

# Groups of a piece
_PIECE = 1024


def small_inverse(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverses and log-determinants of q x q matrices kept as (q, q, groups)."""
    q = len(t)
    if q == 1:
        return 1.0 / t, np.log(t[0, 0])
    if q == 2:
        determinant = t[0, 0] * t[1, 1] - t[0, 1] * t[1, 0]
        inverse = np.array([[t[1, 1], -t[0, 1]], [-t[1, 0], t[0, 0]]]) / determinant
        return inverse, np.log(determinant)
    stacked = np.ascontiguousarray(np.moveaxis(t, -1, 0))
    return np.moveaxis(np.linalg.inv(stacked), 0, -1), np.linalg.slogdet(stacked)[1]


@dataclass
class OneFactor:
    """``h`` (q, q, groups) = Z'Z and ``c`` (q, groups, k) = Z'W of the only factor."""

    h: np.ndarray
    c: np.ndarray

    @cached_property
    def _pieces(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """H (q, q, m) and C (q, k, m) of some groups at a time."""
        return [
            (
                np.ascontiguousarray(self.h[:, :, start : start + _PIECE]),
                np.ascontiguousarray(self.c[:, start : start + _PIECE].transpose(0, 2, 1)),
            )
            for start in range(0, self.h.shape[2], _PIECE)
        ]

    def add(self, parts: Parts, entries: list[Entry], sigma: np.ndarray, order: int) -> None:
        """Add to ``parts`` at the relative covariance matrix ``sigma`` (q, q)."""
        q, k = len(self.h), self.c.shape[2]
        pairs = [(b, c) for b in range(q) for c in range(b + 1)]
        ca, aa = np.zeros((q * k, q * k)), np.zeros((q * k, q * k))
        ana = np.zeros((q * k, len(pairs) * q * k))
        n_sum, nn = np.zeros(q * q), np.zeros((q * q, q * q))
        for h, c in self._pieces:
            m = h.shape[2]
            t = times(h, sigma[:, :, None])
            t[range(q), range(q)] += 1.0
            f, logdet = small_inverse(t)
            parts.logdet += float(logdet.sum())
            shrunk = times(f[:, :, None, :], c)
            flat = shrunk.reshape(q * k, m)
            ca += c.reshape(q * k, m) @ flat.T
            if not order:
                continue
            n = times(f, h)
            scaled = np.empty((len(pairs), q, k, m))
            for i, (b, d) in enumerate(pairs):
                np.multiply(shrunk, n[b, d], out=scaled[i])
            aa += flat @ flat.T
            ana += flat @ scaled.reshape(-1, m).T
            n_sum += n.reshape(q * q, m).sum(axis=1)
            nn += n.reshape(q * q, m) @ n.reshape(q * q, m).T
        parts.cross -= np.tensordot(ca.reshape(q, k, q, k), sigma, axes=([0, 2], [0, 1]))
        if order:
            blocks = ana.reshape(q, k, len(pairs), q, k)
            at = {pair: i for i, pair in enumerate(pairs)} | {(c, b): i for i, (b, c) in enumerate(pairs)}
            squares, traces, pairs_nn = aa.reshape(q, k, q, k), n_sum.reshape(q, q), nn.reshape(q, q, q, q)
            for i, one in enumerate(entries):
                for a, b in swapped(one):
                    parts.p[i] += squares[a, :, b]
                    parts.t[i] += traces[a, b]
                for j, two in enumerate(entries[i:], i):
                    ends = [(a, b, c, d) for a, b in swapped(one) for c, d in swapped(two)]
                    # E_i takes row a to b, E_j takes c to d: A[a]' N[b, c] A[d]
                    product = np.sum([blocks[a, :, at[b, c], d] for a, b, c, d in ends], axis=0)
                    trace = sum(float(pairs_nn[b, c, d, a]) for a, b, c, d in ends)
                    add_symmetric(parts, i, j, product, trace)
