"""Sums that do not depend on the order of the rows: fixed-point arithmetic on floating-point hardware.

A sum of floating-point numbers changes in its last bits with their order, so that a sorted file would give another
answer than the same file unsorted. A sum of whole numbers does not, as long as it stays below 2**53. Each value is
therefore taken as a whole number of units of 2**-41 of its column's range. For products it is written as ``high + low``,
a multiple of 2**21 and a rest, of 21 bits each; products of two such parts have 40 bits, and 2**12 of them are added by
ordinary matrix multiplication without any rounding, as are 2**12 values of 41 bits that zeros and ones choose. The
idea is the error-free splitting of Ozaki, Ogita, Oishi & Rump 2012, Numerical Algorithms 59, 95-118. What lies below
2**-41 of a column's range (4.5e-13) is not carried.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from trenza.multilevel.cell_sums import VALUE_BITS, CellSums

LOW_BITS = 21
# 2**12 products of 40 bits, or values of 41, fill the 53 bits of a double; so few rows also suit the small-matrix code of BLAS
ROWS_EXACT = 2**12
# Adding and taking away so much leaves the multiple of 2**21 that is nearest
_ROUNDING = 1.5 * 2.0 ** (52 + LOW_BITS)
# Python integers take over before 64 bits could overflow: 2**9 sums of 2**53
_FOLD = 2**9


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
    """Cross-products of k columns, in total and by cell.

    ``gram`` is W'W in whole numbers; ``by_cell[a]`` holds the sums of column a times each column over
    the rows of each cell, for the columns ``factors`` (a = 0, the first of them, is the column of ones, if unweighted).

    Rows come in blocks: their values are written into ``rows``, taken in by ``take``, at most ``ROWS_EXACT`` at a time while
    they are in the cache, and added to their cells by ``settle``, which costs a pass over the cells.
    """

    def __init__(
        self,
        scales: tuple[Scale, ...],
        cells: int,
        factors: list[int],
        weighted: bool,
        flags: Collection[int],
        block: int,
        alone: Collection[int] = (),
    ) -> None:
        """``flags`` are columns of zeros and ones, column 0 among them; ``block`` is the most rows of a block.

        Products of the columns ``alone`` with each other are not kept, but for their squares: plausible values never meet.
        """
        self.k, self.factors, self.weighted = len(scales), factors, weighted
        self._flags = [] if weighted else sorted(set(flags) - set(alone))
        rest = [j for j in range(self.k) if j not in self._flags]
        self._others = [j for j in rest if j not in alone] + [j for j in rest if j in alone]
        self._alone = sum(j in alone for j in rest)
        self._order = [*self._flags, *self._others]
        self._place = np.argsort(self._order)
        f, o = len(self._flags), len(self._others)
        self._middle = np.array([scales[j].middle for j in self._others]).reshape(o, 1)
        self._units = 2.0 ** np.array([VALUE_BITS - scales[j].exponent for j in self._others]).reshape(o, 1)
        self._columns = np.empty((self.k, block))
        self._halves = np.empty((2 * o, ROWS_EXACT))
        # of high times (high, low): multiples of 2**42 and of 2**21
        self._unit = np.repeat(2.0 ** np.array([-2 * LOW_BITS, -LOW_BITS]), o)
        self._total = np.zeros((self.k, self.k), dtype=object)
        self._chosen = np.zeros((f, self.k), dtype=np.int64)
        self._products = np.zeros((2, o - self._alone, 2 * o), dtype=np.int64)
        self._squares = np.zeros((3, self._alone), dtype=np.int64)
        self._added = 0
        # products of two factors become variances: what is left of them after rounding is kept in a column of its own
        self._fine = {
            (i, j): self.k + at
            for at, (i, j) in enumerate(
                (i, j)
                for i, a in enumerate(factors)
                for j in factors[i:]
                if len(factors) < self.k and (weighted or a != 0)
            )
        }
        self._sums = CellSums(len(factors), self.k + len(self._fine), cells)

    def rows(self, start: int, stop: int) -> list[np.ndarray]:
        """Where the values of each column are to be written, for some rows of the block."""
        return [self._columns[at, start:stop] for at in self._place]

    def take(self, start: int, stop: int, root_weight: np.ndarray | None = None) -> None:
        """Round these rows to whole numbers, after multiplying by the root of their weights, and add their products."""
        f, o = len(self._flags), len(self._others)
        columns = self._columns[:, start:stop]
        values, halves = columns[f:], self._halves[:, : stop - start]
        high, low = halves[:o], halves[o:]
        values -= self._middle
        values *= self._units
        if root_weight is not None:
            values *= root_weight
        np.rint(values, out=values)
        np.add(values, _ROUNDING, out=high)
        high -= _ROUNDING
        np.subtract(values, high, out=low)
        # factors of different shape: BLAS is slower where it sees that a product is symmetric
        self._chosen += (columns[:f] @ columns.T).astype(np.int64)
        x = o - self._alone
        self._products[0] += ((high[:x] @ halves.T) * self._unit).astype(np.int64)
        self._products[1] += ((low[:x] @ halves.T) * (2.0**LOW_BITS * self._unit)).astype(np.int64)
        if self._alone:
            pairs = ((high, high), (high, low), (low, low))
            squares = np.array([np.einsum("ij,ij->i", one[x:], two[x:]) for one, two in pairs])
            self._squares += (squares * 2.0 ** np.array([[-2 * LOW_BITS], [-LOW_BITS], [0]])).astype(np.int64)
        self._added += 1
        if self._added == _FOLD:
            self._fold()

    def settle(self, cell: np.ndarray, start: int = 0) -> None:
        """Add the block's rows to their cells, ``cell`` (m) from 0; half at a time where a cell has too many for once."""
        cell = cell.astype(np.intp, copy=False)
        if not self._sums.room(cell):
            half = len(cell) // 2
            self.settle(cell[:half], start)
            self.settle(cell[half:], start + half)
            return
        f = len(self._flags)
        columns = self._columns[:, start : start + len(cell)]
        for i, a in enumerate(self.factors):
            if a == 0 and not self.weighted:  # rows are counted in any case
                self._sums.add_flags(self._flags[1:], columns[1:f], cell)
                for j, values in zip(self._others, columns[f:], strict=True):
                    self._sums.add(i, j, values, cell)
                continue
            whole = self._place[a] < f
            factor = columns[self._place[a]] * (1.0 if whole else 2.0**-VALUE_BITS)
            for at, j in enumerate(self._order):
                if j in self.factors[:i]:
                    continue
                product = factor * columns[at]
                if at < f:
                    product *= 2.0**VALUE_BITS
                elif not whole:
                    rounded = np.rint(product)
                    if (i, j) in self._fine:
                        product -= rounded
                        product *= 2.0**VALUE_BITS
                        np.rint(product, out=product)
                        self._sums.add(i, self._fine[i, j], product, cell)
                    product = rounded
                self._sums.add(i, j, product, cell)

    def _fold(self) -> None:
        f, o, one = len(self._flags), len(self._others), 2**LOW_BITS
        chosen, products = self._chosen.astype(object), self._products.astype(object)
        self._total[:f, :f] += chosen[:, :f] * 2 ** (2 * VALUE_BITS)
        self._total[:f, f:] += chosen[:, f:] * 2**VALUE_BITS
        self._total[f:, :f] += chosen[:, f:].T * 2**VALUE_BITS
        high, low = products
        x = f + o - self._alone
        whole = high[:, :o] * one**2 + (high[:, o:] + low[:, :o]) * one + low[:, o:]
        self._total[f:x, f:] += whole
        self._total[x:, f:x] += whole[:, o - self._alone :].T
        if self._alone:
            high, both, low = self._squares.astype(object)
            self._total[range(x, self.k), range(x, self.k)] += high * one**2 + 2 * both * one + low
        self._chosen[:], self._products[:], self._squares[:] = 0, 0, 0
        self._added = 0

    def gram(self) -> np.ndarray:
        """W'W (k, k) of the scaled columns, rounded once."""
        self._fold()
        unit = 2 ** (2 * VALUE_BITS)
        whole = self._total[np.ix_(self._place, self._place)]
        return np.array([[int(value) / unit for value in row] for row in whole])

    def by_cell(self) -> np.ndarray:
        """Sums of factor times column within cells, (factors, cells, k), of the scaled columns."""
        out = self._sums.total()
        for (i, j), at in self._fine.items():
            out[i, :, j] += out[i, :, at] * 2.0**-VALUE_BITS
        out = np.ascontiguousarray(out[:, :, : self.k])
        if not self.weighted:
            out[0, :, 0] = self._sums.counts
        for i in range(len(self.factors)):
            for j, a in enumerate(self.factors[:i]):
                out[i, :, a] = out[j, :, self.factors[i]]
        return out
