"""Levels of groups and categories: in which order, which combinations there are, and the code of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

# Longest table for looking up whole numbers directly
_DIRECT = 2**18


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
            self.cell_of = np.empty(self.cells, dtype=np.int32)
            self.cell_of[cells[self.single].to_numpy()] = np.arange(self.cells, dtype=np.int32)
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
        wanted = [self.single] if self.single else self.groups
        codes = [level_codes(used[name], self.levels[name]) for name in wanted]
        if self.single:
            return np.where(codes[0] >= 0, self.cell_of[codes[0]], -1)
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
    if column.dtype.kind == "i" and isinstance(column.dtype, np.dtype) and levels.dtype.kind == "i":
        # whole numbers of a short range, as identifiers often are: a table instead of a search
        low, high = int(levels.min()), int(levels.max())
        if high - low < _DIRECT:
            table = np.full(high - low + 2, -1, dtype=np.int32)
            table[levels.to_numpy() - low] = np.arange(len(levels), dtype=np.int32)
            values = column.to_numpy()
            outside = (values < low) | (values > high)
            place = values - low
            if outside.any():
                place = np.where(outside, high - low + 1, place)
            return np.asarray(table[place])
    return np.asarray(levels.get_indexer(column))
