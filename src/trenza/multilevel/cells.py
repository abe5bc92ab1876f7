"""Grouping factors, and the sums within cells of their columns in the coordinates of the fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp

from trenza.multilevel.accumulate import CrossProducts
from trenza.multilevel.basis import Basis, SlopeColumn


@dataclass(frozen=True)
class Factor:
    """A grouping factor: its columns, in the coordinates of the fit, and which of them covary.

    ``of_cell`` gives the level of each cell; ``names`` holds for each
    grouping column its value at each level. ``terms`` lists for each random term the
    positions of its columns. ``columns`` names them ("1" is the intercept), ``slopes`` their coordinates.
    """

    name: str
    of_cell: np.ndarray
    names: tuple[pd.Index, ...]
    columns: tuple[str, ...]
    slopes: tuple[SlopeColumn | None, ...]
    terms: tuple[tuple[int, ...], ...]

    @property
    def q(self) -> int:
        """Columns that vary over the factor's levels."""
        return len(self.columns)

    @property
    def levels(self) -> int:
        """Levels among the rows used."""
        return len(self.names[0])

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The levels' names."""
        first, *others = ([str(value) for value in names.astype(str)] for names in self.names)
        for more in others:
            first = [f"{label}:{name}" for label, name in zip(first, more, strict=True)]
        return tuple(first)


class Cells:
    """Sums within cells of Z'Z and Z'W, in the coordinates of the fit."""

    def __init__(self, factors: tuple[Factor, ...], products: CrossProducts, basis: Basis) -> None:
        self.products, self.basis, self.factors = products, basis, factors
        self.position = {name: i for i, name in enumerate(products.slopes, 1)}
        self.plain = [sums @ basis.columns for sums in products.by_cell]

    def w(self, factor: Factor, column: int) -> np.ndarray:
        """Z'W (cells, k) of one column."""
        slope = factor.slopes[column]
        if slope is None:
            return np.asarray(self.plain[0])
        here = self.position[factor.columns[column]]
        return np.asarray(slope.alpha * self.plain[here] + slope.delta * self.plain[0])

    def z(self, one: Factor, a: int, two: Factor, b: int) -> np.ndarray:
        """Z_a'Z_b (cells) of two columns."""
        left, right, sums = one.slopes[a], two.slopes[b], self.products.by_cell
        ones = sums[0][:, 0]
        if left is None and right is None:
            return np.asarray(ones)
        if left is None or right is None:
            name, slope = (one.columns[a], left) if left is not None else (two.columns[b], right)
            assert slope is not None
            return np.asarray(slope.alpha * sums[self.position[name]][:, 0] + slope.delta * ones)
        first, second = self.position[one.columns[a]], self.position[two.columns[b]]
        at = self.products.slopes[two.columns[b]]
        return np.asarray(
            left.alpha * right.alpha * sums[first][:, at]
            + left.alpha * right.delta * sums[first][:, 0]
            + left.delta * right.alpha * sums[second][:, 0]
            + left.delta * right.delta * ones
        )


def summed(levels: np.ndarray, count: int, values: np.ndarray) -> np.ndarray:
    """Sums of ``values`` (cells) or (cells, k) over the cells of each level, in the order of the cells."""
    adder = sp.csr_matrix(
        (np.ones(len(levels)), levels, np.arange(len(levels) + 1)), shape=(len(levels), count)
    ).T.tocsr()
    return np.asarray(adder @ values)
