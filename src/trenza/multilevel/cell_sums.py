"""Sums within cells that do not depend on the order of the rows: whole numbers, kept in as few doubles as they need.

A value is a whole number of at most 41 bits (see ``exact.py``), so that 2**10 of them fit the 53 bits of a double without
rounding. A running sum is therefore one double a cell. A cell that has taken in 1,023 rows is *emptied*: its sum is
written as two numbers, high and low, to which more can be added. Most data never come so far, since cells are schools
or classes. Columns of zeros and ones need 10 bits until then, so that five of them share one double.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

VALUE_BITS = 41
_LOW_BITS = 21
# Rows that a cell takes in before it is emptied, and the bits of a count of them
_MOST, _COUNT_BITS = 1023, 10
_PACKED = 5


class CellSums:
    """Sums of k columns, times each of some factors, over the rows of each cell; ``counts`` of rows."""

    def __init__(self, factors: int, columns: int, cells: int) -> None:
        self.cells, self.columns = cells, columns
        self.counts = np.zeros(cells, dtype=np.int64)
        self._pending = np.zeros(cells, dtype=np.int64)
        self._sum = np.zeros((factors, columns, cells))
        self._packs: dict[tuple[int, ...], np.ndarray] = {}
        self._high: np.ndarray | None = None
        self._low: np.ndarray | None = None

    def room(self, cell: np.ndarray) -> bool:
        """Make room for these rows; False where they are too many for one cell, and have to come in smaller parts."""
        count = np.bincount(cell, minlength=self.cells)
        self._pending += count
        if self._pending.max() > _MOST:
            if count.max() > _MOST:
                self._pending -= count
                return False
            full = np.flatnonzero(self._pending > _MOST)
            self._empty(full)
            self._pending[full] = count[full]
        self.counts += count
        return True

    def add(self, factor: int, column: int, values: np.ndarray, cell: np.ndarray) -> None:
        """Add whole numbers ``values`` (m) of at most 41 bits, in units of 2**-41."""
        self._sum[factor, column] += np.bincount(cell, values, self.cells)

    def add_flags(self, columns: list[int], flags: np.ndarray, cell: np.ndarray) -> None:
        """Add columns (c, m) of zeros and ones to factor 0."""
        for start in range(0, len(columns), _PACKED):
            some = tuple(columns[start : start + _PACKED])
            digits = np.ldexp(1.0, _COUNT_BITS * np.arange(len(some)))
            if some not in self._packs:
                self._packs[some] = np.zeros(self.cells)
            self._packs[some] += np.bincount(cell, digits @ flags[start : start + _PACKED], self.cells)

    def _empty(self, cells: np.ndarray | slice) -> None:
        if self._high is None or self._low is None:
            self._high, self._low = np.zeros_like(self._sum), np.zeros_like(self._sum)
        some = self._sum[:, :, cells]
        high = np.rint(some * 2.0**-_LOW_BITS)
        self._high[:, :, cells] += high
        self._low[:, :, cells] += some - high * 2.0**_LOW_BITS
        self._sum[:, :, cells] = 0.0
        for columns, packed in self._packs.items():
            for j, count in self._unpacked(columns, packed[cells]):
                self._high[0, j, cells] += count * 2.0 ** (VALUE_BITS - _LOW_BITS)
            packed[cells] = 0.0

    def total(self) -> np.ndarray:
        """The sums (factors, cells, columns), each rounded once from its exact value; nothing can be added any more."""
        if self._high is None or self._low is None:
            out = self._sum
            out *= 2.0**-VALUE_BITS
            for columns, packed in self._packs.items():
                for j, count in self._unpacked(columns, packed):
                    out[0, j] += count
        else:
            self._empty(slice(None))
            out = np.ldexp(self._low, -VALUE_BITS)
            out += np.ldexp(self._high, _LOW_BITS - VALUE_BITS)
        return np.ascontiguousarray(out.transpose(0, 2, 1))

    @staticmethod
    def _unpacked(columns: tuple[int, ...], packed: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        digits = packed.astype(np.int64)
        for slot, j in enumerate(columns):
            yield j, (digits >> (_COUNT_BITS * slot)) & _MOST
