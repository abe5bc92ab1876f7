"""The commonest models in closed form: one random column of the finest factor, alone or nested in another such factor.

The algebra is that of ``blocks.py`` and ``rest.py`` with matrices of one row: for a group g of unit u, with h = z1'z1,
d = z1'z2, c = z1'W of the group and h2 = z2'z2, c2 = z2'W of the unit,

    f = 1 / (1 + s1 h)        D = f d        G = h2 - s1 sum(d D)        b = c2 - s1 sum(D c)        T = 1 / (1 + s2 G)
    Z1'V^-1 W = f c - D K b   with K = s2 T                Z2'V^-1 W = T b
    Z1'V^-1 Z1 = f h - D K D'        Z1'V^-1 Z2 = D T        Z2'V^-1 Z2 = T G

so that all sums over groups are cross-products c c' weighted by functions of h, and sums of c over each unit. For an
intercept h is the number of rows: groups of one size are added up once, and a step of the search costs as many
operations as there are sizes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from trenza.multilevel.parts import Parts, add_symmetric

# Groups are added up by size where there are fewer sizes than this share of groups
_SHARE = 0.25
# Units of a piece that fits the cache
_PIECE = 512


@dataclass
class Upper:
    """The units above: ``unit`` (groups) of each group, ``d`` (groups), ``h`` (units), ``c`` (units, k)."""

    unit: np.ndarray
    d: np.ndarray
    h: np.ndarray
    c: np.ndarray


@dataclass
class OneColumn:
    """``h`` (groups) and ``c`` (groups, k) of the finest factor; ``upper`` is None where there is no other."""

    h: np.ndarray
    c: np.ndarray
    upper: Upper | None

    @cached_property
    def _sizes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
        """Distinct h, which of them each group has, how many groups have it, and their summed c c' (sizes, k * k)."""
        values, index, count = np.unique(self.h, return_inverse=True, return_counts=True)
        if len(values) > _SHARE * len(self.h):
            return None
        order = np.argsort(index, kind="stable")
        ends = np.cumsum(count)
        k = self.c.shape[1]
        grams = np.empty((len(values), k * k))
        for i, (start, end) in enumerate(zip(ends - count, ends, strict=True)):
            some = self.c[order[start:end]]
            grams[i] = (some.T @ some).ravel()
        return values, index, count.astype(float), grams

    @cached_property
    def _adder(self) -> sp.csr_matrix:
        """(units, groups): sums over the groups of a unit."""
        assert self.upper is not None
        groups = len(self.h)
        ones = sp.csr_matrix(
            (np.ones(groups), self.upper.unit, np.arange(groups + 1)), shape=(groups, len(self.upper.h))
        )
        return ones.T.tocsr()

    def with_columns(self, columns: list[int]) -> OneColumn:
        """The same with some of the columns of W; what has been added up by size is kept."""
        upper = self.upper
        if upper is not None:
            upper = replace(upper, c=np.ascontiguousarray(upper.c[:, columns]))
        out = OneColumn(self.h, np.ascontiguousarray(self.c[:, columns]), upper)
        if self._sizes is not None:
            k = self.c.shape[1]
            some = self._sizes[3].reshape(-1, k, k)[:, columns][:, :, columns]
            out.__dict__["_sizes"] = (*self._sizes[:3], np.ascontiguousarray(some.reshape(len(some), -1)))
        if upper is not None:
            out.__dict__["_adder"] = self._adder
        return out

    def _gram(self, weight: np.ndarray) -> np.ndarray:
        """Sum of weight c c', for weights by size or by group."""
        k = self.c.shape[1]
        if self._sizes is not None:
            return np.asarray(weight @ self._sizes[3]).reshape(k, k)
        return np.asarray(self.c.T @ (weight[:, None] * self.c))

    def _in_units(self, weight: np.ndarray) -> np.ndarray:
        """Sum of weight c over the groups of each unit (k, units)."""
        adder = self._adder
        adder.data = weight[adder.indices]
        return np.ascontiguousarray((adder @ self.c).T)

    def add(self, parts: Parts, mine: int, other: int, s1: float, s2: float, order: int) -> None:
        """Add to ``parts`` at variances ``s1`` of the finest factor (entry ``mine``) and ``s2`` (``other``)."""
        if self._sizes is None:
            h, count = self.h, np.ones(1)
            index: np.ndarray | slice = slice(None)
        else:
            h, index, count, _ = self._sizes
        f = 1.0 / (1.0 + s1 * h)
        n = f * h
        parts.logdet -= float((count * np.log(f)).sum())
        parts.cross -= s1 * self._gram(f)
        changed = (
            None if self.upper is None else self._add_upper(parts, other, s1, s2, f[index], n[index], order)
        )
        if not order:
            return
        p, q = self._gram(f**2), self._gram(n * f**2)
        t, tt = float((count * n).sum()), float((count * n**2).sum())
        if changed is not None:
            p, q, t, tt = p + changed[0], q + changed[1], t + changed[2], tt + changed[3]
            add_symmetric(parts, mine, other, changed[4], changed[5])
        parts.p[mine] += p
        parts.t[mine] += t
        add_symmetric(parts, mine, mine, q, tt)

    def _add_upper(
        self, parts: Parts, other: int, s1: float, s2: float, f: np.ndarray, n: np.ndarray, order: int
    ) -> tuple[np.ndarray, np.ndarray, float, float, np.ndarray, float] | None:
        """Add what belongs to the units; returns what they change in P, Q, t, tt of the finest factor, and Q, tt of both."""
        assert self.upper is not None
        upper, units = self.upper, len(self.upper.h)
        d = f * upper.d
        g = upper.h - s1 * np.bincount(upper.unit, upper.d * d, units)
        b = np.ascontiguousarray(upper.c.T) - s1 * self._in_units(d)
        shrink = 1.0 / (1.0 + s2 * g)
        k = s2 * shrink
        parts.logdet -= float(np.log(shrink).sum())
        if not order:
            parts.cross -= (k * b) @ b.T
            return None
        squares, weighted = np.bincount(upper.unit, d**2, units), np.bincount(upper.unit, n * d**2, units)
        s, w = self._in_units(d * f), self._in_units(n * d * f)
        n22 = shrink * g
        # Z1'V^-1 W sums over the groups of a unit, times D, to v = s - squares K b; written out in b, s and w
        bb = _grams(
            b,
            b,
            [
                k,
                shrink**2,
                n22 * shrink**2,
                squares * k**2,
                (weighted - k * squares**2) * k**2,
                squares * k * shrink**2,
            ],
        )
        sb = _grams(s, b, [k, squares * k**2, shrink**2])
        (wb,), (ss,) = _grams(w, b, [k]), _grams(s, s, [k])
        parts.cross -= bb[0]
        parts.p[other] += bb[1]
        parts.t[other] += float(n22.sum())
        add_symmetric(parts, other, other, bb[2], float(n22 @ n22))
        return (
            bb[3] - sb[0] - sb[0].T,
            bb[4] - ss + sb[1] + sb[1].T - wb - wb.T,
            -float(k @ squares),
            float((k * squares) @ (k * squares)) - 2.0 * float(k @ weighted),
            sb[2] - bb[5],
            float(shrink**2 @ squares),
        )


def _grams(left: np.ndarray, right: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Sums over units of weight left right', one (k, k) a weight; ``left`` and ``right`` (k, units)."""
    k, units = left.shape
    out, factors = np.zeros((len(weights) * k, k)), np.array(weights)[:, None]
    for start in range(0, units, _PIECE):
        some = slice(start, start + _PIECE)
        scaled = factors[:, :, some] * left[:, some]
        out += scaled.reshape(len(weights) * k, -1) @ right[:, some].T
    return out.reshape(len(weights), k, k)
