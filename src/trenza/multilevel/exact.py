"""Sums that do not depend on the order of the rows: fixed-point arithmetic on floating-point hardware.

A sum of floating-point numbers changes in its last bits with their order, so that a sorted file would give another
answer than the same file unsorted. A sum of whole numbers does not, as long as it stays below 2**53. Each value is
therefore written as ``hi * 2**-20 + lo * 2**-41`` of its column's range, with whole numbers ``hi`` and ``lo`` of 21
bits; products of two such parts have 40 bits, and 2**13 of them are added by ordinary matrix multiplication without
any rounding. The idea is the error-free splitting of Ozaki, Ogita, Oishi & Rump 2012, Numerical Algorithms 59, 95-118.
What lies below 2**-41 of a column's range (4.5e-13) is not carried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HIGH_BITS = 20
LOW_BITS = 21
# 2**13 products of 40 bits fill the 53 bits of a double
ROWS_EXACT = 2**13
# Python integers take over before 64 bits could overflow: 2**9 sums of 2**53
_FOLD = 2**9
# A product of two columns is one double; its sums are exact up to 2**23 rows a cell
_PRODUCT_HIGH, _PRODUCT_LOW = 30, 23


@dataclass(frozen=True)
class Scale:
    """``value = middle + 2**exponent * scaled`` with scaled in [-1, 1]."""

    middle: float
    exponent: int

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Values (m) as fractions of the range."""
        shifted = values - self.middle if self.middle else values
        return np.asarray(np.ldexp(shifted, -self.exponent) if self.exponent else shifted)


def scale_of(low: float, high: float) -> Scale:
    """The scale of a column whose values lie between ``low`` and ``high``; 0/1 columns stay as they are."""
    if low >= -1.0 and high <= 1.0 and max(abs(low), abs(high)) == 1.0:
        return Scale(0.0, 0)
    middle = float(np.rint(low + (high - low) / 2.0)) if high - low > 2.0 else low + (high - low) / 2.0
    reach = max(high - middle, middle - low)
    # frexp: reach = f * 2**e with f < 1; a rounded difference may exceed reach, hence one bit of room
    return Scale(middle, int(np.frexp(reach)[1]) if reach > 0.0 else 0)


class ExactSums:
    """Cross-products of k columns, in total and by cell, accumulated block by block.

    ``gram`` is W'W in whole numbers; ``by_cell[a]`` holds the sums of column a times each column over
    the rows of each cell, for the columns ``factors`` (a = 0 is the column of ones, if unweighted).
    """

    def __init__(
        self, columns: int, cells: int, factors: list[int], weighted: bool, whole: frozenset[int], block: int
    ) -> None:
        """``whole`` are columns that have no low part (0/1 and other short whole numbers), ``block`` the most rows."""
        self.k, self.cells, self.factors, self.weighted = columns, cells, factors, weighted
        low_of = [j for j in range(columns) if weighted or j not in whole]
        self._low_at = {j: at for at, j in enumerate(low_of)}
        parts = columns + len(low_of)
        self._where = [*range(columns), *(columns + j for j in low_of)]
        self._buffer = np.empty((parts, block))
        self._gram = np.zeros((2 * columns, 2 * columns), dtype=object)
        self._part = np.zeros((parts, parts), dtype=np.int64)
        self._added = 0
        self._high = np.zeros((len(factors), columns, cells))
        self._low = np.zeros((len(factors), columns, cells))

    def add(self, columns: np.ndarray, cell: np.ndarray) -> None:
        """Add a block: ``columns`` (k, m) scaled to [-1, 1], ``cell`` (m) integers from 0."""
        parts = self._buffer[:, : columns.shape[1]]
        high = parts[: self.k]
        lows: list[
            int
        ] = []  # columns that have a low part in this block, which take the rows after the high ones
        for j in range(self.k):
            if j not in self._low_at:
                np.multiply(columns[j], 2.0**HIGH_BITS, out=high[j])
                continue
            low = parts[self.k + len(lows)]
            np.multiply(columns[j], 2.0**HIGH_BITS, out=low)
            np.rint(low, out=high[j])
            low -= high[j]
            if low.any():
                low *= 2.0**LOW_BITS
                np.rint(low, out=low)
                lows.append(j)
        used = parts[: self.k + len(lows)]
        where = np.array([*range(self.k), *(self.k + self._low_at[j] for j in lows)])
        for start in range(0, parts.shape[1], ROWS_EXACT):
            some = used[:, start : start + ROWS_EXACT]
            self._part[where[:, None], where] += (some @ some.T).astype(np.int64)
            self._added += 1
            if self._added == _FOLD:
                self._fold()
        for i, a in enumerate(self.factors):
            if a == 0 and not self.weighted:
                for j in range(self.k):
                    self._high[i, j] += np.bincount(cell, weights=high[j], minlength=self.cells)
                for j, low in zip(lows, used[self.k :], strict=True):
                    self._low[i, j] += np.bincount(cell, weights=low, minlength=self.cells)
            else:
                self._add_products(i, columns[a], columns, cell)

    def _fold(self) -> None:
        self._gram[np.ix_(self._where, self._where)] += self._part.astype(object)
        self._part[:] = 0
        self._added = 0

    def _add_products(self, i: int, factor: np.ndarray, columns: np.ndarray, cell: np.ndarray) -> None:
        high = np.empty(len(cell))
        low = np.empty(len(cell))
        factor = factor * 2.0**_PRODUCT_HIGH
        for j in range(self.k):
            np.multiply(factor, columns[j], out=low)
            np.rint(low, out=high)
            low -= high
            low *= 2.0**_PRODUCT_LOW
            np.rint(low, out=low)
            self._high[i, j] += np.bincount(cell, weights=high, minlength=self.cells)
            self._low[i, j] += np.bincount(cell, weights=low, minlength=self.cells)

    def gram(self) -> np.ndarray:
        """W'W (k, k) of the scaled columns, rounded once."""
        self._fold()
        k, g, shift = self.k, self._gram, 2**LOW_BITS
        whole = g[:k, :k] * shift**2 + (g[:k, k:] + g[k:, :k]) * shift + g[k:, k:]
        unit = 2 ** (2 * (HIGH_BITS + LOW_BITS))
        return np.array([[int(value) / unit for value in row] for row in whole])

    def by_cell(self) -> np.ndarray:
        """Sums of factor times column within cells, (factors, cells, k), of the scaled columns."""
        out = np.empty((len(self.factors), self.cells, self.k))
        for i, a in enumerate(self.factors):
            plain = a == 0 and not self.weighted
            high, low = (HIGH_BITS, LOW_BITS) if plain else (_PRODUCT_HIGH, _PRODUCT_LOW)
            out[i] = (np.ldexp(self._high[i], -high) + np.ldexp(self._low[i], -high - low)).T
        return out
