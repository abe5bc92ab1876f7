"""Levels of groups and categories: in which order, which combinations there are, and the code of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

# Longest table for looking up whole numbers directly
_DIRECT = 2**20


class Combinations:
    """Distinct combinations of the group columns, gathered chunk by chunk.

    Identifiers are mostly whole numbers, and the finest of them mostly determines the others (a class lies in one
    school). As long as that is so, a table over the finest one is filled, which costs a fraction of a search for distinct rows.
    """

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = list(groups)
        self._parts: list[pd.DataFrame] = []
        self._nested = True
        self._finest = ""
        self._low = 0
        self._present = np.zeros(0, dtype=bool)
        self._tables: dict[str, np.ndarray] = {}

    def add(self, used: pd.DataFrame) -> None:
        """Take in complete rows, at least one."""
        if self._nested and not self._looked_up(used):
            if self._present.any():
                self._parts.append(self._from_tables())
            self._nested = False
        if not self._nested:
            self._parts.append(combinations(used, self._groups))

    def _looked_up(self, used: pd.DataFrame) -> bool:
        """Fill the tables; False where they cannot hold these rows."""
        columns = [used[name] for name in self._groups]
        if not all(c.dtype.kind == "i" and isinstance(c.dtype, np.dtype) for c in columns):
            return False
        values = {name: column.to_numpy() for name, column in zip(self._groups, columns, strict=True)}
        if not self._finest:
            self._finest = max(
                self._groups, key=lambda name: int(values[name].max()) - int(values[name].min())
            )
        mine = values.pop(self._finest)
        if not self._covers(int(mine.min()), int(mine.max())):
            return False
        code = np.subtract(mine, self._low, dtype=np.intp)
        fresh = ~self._present[code]
        any_fresh = bool(fresh.any())
        for name, other in values.items():
            if any_fresh:
                self._tables[name][code[fresh]] = other[fresh]
            if not np.array_equal(self._tables[name][code], other):
                return False
        self._present[code] = True
        return True

    def _covers(self, low: int, high: int) -> bool:
        """Make the tables long enough; False where that would be too long."""
        end = self._low + len(self._present)
        if len(self._present) and low >= self._low and high < end:
            return True
        if len(self._present):
            low, high = min(low, self._low), max(high, end - 1)
        if high - low >= _DIRECT:
            return False
        at = slice(self._low - low, self._low - low + len(self._present))
        present, before = np.zeros(high - low + 1, dtype=bool), self._tables
        present[at] = self._present
        self._tables = {
            name: np.zeros(len(present), dtype=np.int64) for name in self._groups if name != self._finest
        }
        for name, table in before.items():
            self._tables[name][at] = table
        self._low, self._present = low, present
        return True

    def _from_tables(self) -> pd.DataFrame:
        code = np.flatnonzero(self._present)
        return pd.DataFrame(
            {
                name: code + self._low if name == self._finest else self._tables[name][code]
                for name in self._groups
            }
        )

    def table(self) -> pd.DataFrame:
        """One row a combination."""
        if self._nested:
            return self._from_tables()
        return pd.concat(self._parts, ignore_index=True).drop_duplicates(ignore_index=True)


def combinations(used: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Distinct combinations of the group columns: whole numbers as they are, everything else as objects."""
    if len(groups) == 1:
        return pd.DataFrame({groups[0]: _plain(pd.unique(used[groups[0]]))})
    key = np.zeros(len(used), dtype=np.int64)
    decoders: list[tuple[str, int, np.ndarray | int]] = []
    for name in groups:
        decoder: int | np.ndarray
        column = used[name]
        values = (
            column.to_numpy() if column.dtype.kind == "i" and isinstance(column.dtype, np.dtype) else None
        )
        if values is not None and int(values.max()) - int(values.min()) < _DIRECT:
            decoder = int(values.min())
            code = np.asarray(values - decoder)
            count = int(values.max()) - decoder + 1
        else:
            code, label = pd.factorize(column)
            count = len(label)
            decoder = np.asarray(label, dtype=object)
        key = key * count + code
        decoders.append((name, count, decoder))
    keys = pd.unique(key)
    out: dict[str, pd.Series] = {}
    for name, count, decoder in reversed(decoders):
        here = keys % count
        out[name] = _plain(here + decoder if isinstance(decoder, int) else decoder[here])
        keys = keys // count
    return pd.DataFrame({name: out[name] for name in groups})


def _plain(values: Any) -> pd.Series:
    """Whole numbers as 64 bits, so that they compare fast, and everything else as objects."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "i":
        return pd.Series(values.astype(np.int64))
    return pd.Series(values, dtype=object)


def ordered(labels: pd.Index) -> pd.Index:
    """Labels in the order of their values; mixed kinds in the order of their text."""
    if labels.dtype.kind == "i":
        return labels.sort_values()
    values = list(labels)
    try:
        values.sort()
    except TypeError:
        values.sort(key=str)
    return pd.Index(values)


class CellCoder:
    """The cell of each row from its group columns; one look-up where one column determines the others."""

    def __init__(self, levels: Mapping[str, pd.Index], cells: pd.DataFrame, groups: Sequence[str]) -> None:
        self.levels = {name: levels["group " + name] for name in groups}
        self.groups, self.cells = list(groups), len(cells)
        single = [name for name in groups if len(self.levels[name]) == self.cells]
        self.single = single[0] if single else None
        if self.single:
            self.cell_of = np.full(self.cells + 1, -1)
            self.cell_of[cells[self.single].to_numpy()] = np.arange(self.cells)
            self.direct = direct_table(self.levels[self.single], self.cell_of)
            return
        keys = self._key([cells[name].to_numpy() for name in groups])
        span = int(np.prod([float(len(self.levels[name])) for name in groups]))
        self.table: np.ndarray | None = None
        if span <= _DIRECT * 16:
            self.table = np.full(span, -1, dtype=np.int32)
            self.table[keys] = np.arange(self.cells, dtype=np.int32)
        else:
            self.index = pd.Index(keys)

    def _key(self, codes: list[np.ndarray]) -> np.ndarray:
        key = np.zeros(len(codes[0]), dtype=np.int64)
        for name, code in zip(self.groups, codes, strict=True):
            key = key * len(self.levels[name]) + code
        return key

    def codes(self, used: pd.DataFrame) -> np.ndarray:
        """Cell numbers (m) of complete rows; -1 where a combination was not among the rows of the fit."""
        if self.single:
            found = None if self.direct is None else looked_up(used[self.single], *self.direct)
            if found is None:
                found = self.cell_of[level_codes(used[self.single], self.levels[self.single])]
            return found
        codes = [level_codes(used[name], self.levels[name]) for name in self.groups]
        unknown = np.any([code < 0 for code in codes], axis=0)
        keys = self._key(codes)
        if self.table is not None:
            return np.where(unknown, -1, self.table[np.where(unknown, 0, keys)])
        return np.where(unknown, -1, self.index.get_indexer(keys))


def level_codes(column: pd.Series, levels: pd.Index) -> np.ndarray:
    """Position of each value among ``levels``, -1 where it is not there."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        table = np.append(levels.get_indexer(column.cat.categories), -1)
        return np.asarray(table[column.cat.codes.to_numpy()])
    direct = direct_table(levels, np.append(np.arange(len(levels)), -1))
    found = None if direct is None else looked_up(column, *direct)
    return np.asarray(levels.get_indexer(column)) if found is None else found


def direct_table(levels: pd.Index, codes: np.ndarray) -> tuple[int, np.ndarray] | None:
    """For whole numbers of a short range, as identifiers often are: the lowest, and a table of ``codes`` from there on.

    ``codes`` (levels + 1) are those of the levels, and last what all else gets, which is also what ends the table.
    """
    if levels.dtype.kind != "i" or not len(levels):
        return None
    low, high = int(levels.min()), int(levels.max())
    if high - low >= _DIRECT:
        return None
    table = np.full(high - low + 2, codes[-1], dtype=np.intp)
    table[levels.to_numpy() - low] = codes[:-1]
    return low, table


def looked_up(column: pd.Series, low: int, table: np.ndarray) -> np.ndarray | None:
    """Codes of whole numbers by ``direct_table``; None where the column holds something else."""
    if column.dtype.kind != "i" or not isinstance(column.dtype, np.dtype):
        return None
    values = column.to_numpy()
    last = len(table) - 1
    if len(values) and int(values.min()) >= low and int(values.max()) < low + last:
        return np.asarray(table[np.subtract(values, low, dtype=np.intp)])
    place = values.astype(np.int64) - low
    return np.asarray(table[np.where((place < 0) | (place > last), last, place)])
