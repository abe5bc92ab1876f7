"""The second pass: cross-products of all columns, in total and within cells.

A cell is a distinct combination of the grouping columns. The columns are W = [1, X, slopes, y]; the pass keeps W'W and,
for each cell, the sums of W and of each slope times W. Everything that the model needs follows from these; the rows
are not needed again until fitted values are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.multilevel.coding import FixedPart, Piece, whole_matrix
from trenza.multilevel.exact import ROWS_EXACT, ExactSums, Scale, scale_of
from trenza.multilevel.levels import CellCoder, level_codes
from trenza.multilevel.source import (
    DataError,
    Needs,
    Source,
    Survey,
    complete,
    numbers,
)

# Rows of a block: its columns should stay in the cache, but each block costs a pass over the cells
BLOCK = 2**14
_LARGEST = 2**17


@dataclass(frozen=True)
class CrossProducts:
    """Sums in the scaled columns w = (value - middle) / 2**exponent of ``scales``, each times sqrt(weight).

    ``gram`` (k, k) is W'W; ``by_cell`` (1 + slopes, cells, k) holds the sums within cells of 1 and of each slope times
    each column. Column 0 is 1; ``x`` are the positions of the fixed part's columns, ``slopes`` those of the slopes,
    ``y`` that of the outcome; where further outcomes follow it, their products with each other are 0. ``log_weights`` is the sum of log(weight).
    """

    n: int
    gram: np.ndarray
    by_cell: np.ndarray
    scales: tuple[Scale, ...]
    x: tuple[int, ...]
    slopes: dict[str, int]
    y: int
    log_weights: float


Blocks = Iterator[tuple[dict[str, np.ndarray], pd.DataFrame, slice]]


@dataclass(frozen=True)
class Columns:
    """What each column of W is made of: ``pieces[j]`` for recipes, ``matrix`` (n, p) where formulaic built them."""

    pieces: tuple[tuple[Piece, ...] | int, ...]
    scales: tuple[Scale, ...]
    x: tuple[int, ...]
    slopes: dict[str, int]
    y: int
    matrix: np.ndarray | None


def layout(part: FixedPart, needs: Needs, found: Survey, source: Source) -> Columns:
    """Positions and ranges of the columns of W."""
    matrix = None
    pieces: list[tuple[Piece, ...] | int] = [()]
    ranges: list[tuple[float, float]] = [(1.0, 1.0)]
    x: list[int] = []
    if part.recipes is None:
        if not isinstance(source.data, pd.DataFrame):
            raise DataError(
                "formula: a formula that transforms columns needs all rows at once; put the transformed column into "
                "the file, or read the file into a DataFrame"
            )
        keep, _ = complete(source.data, needs)
        matrix = whole_matrix(part, source.data if keep is None else source.data.loc[keep], found)
        if not np.isfinite(matrix).all():
            bad = [n for n, c in zip(part.names, matrix.T, strict=True) if not np.isfinite(c).all()]
            raise DataError(f"formula: {', '.join(bad)} is not finite in some rows")
        for j, name in enumerate(part.names):
            if name == "Intercept":
                x.append(0)
                continue
            x.append(len(pieces))
            pieces.append(j)
            ranges.append((float(matrix[:, j].min()), float(matrix[:, j].max())))
    else:
        for recipe in part.recipes:
            if not recipe:
                x.append(0)
                continue
            x.append(len(pieces))
            pieces.append(recipe)
            ranges.append(_range(recipe, found))
    slopes: dict[str, int] = {}
    for name in needs.slopes:
        plain = (Piece(name, None),)
        if plain in pieces:
            slopes[name] = pieces.index(plain)
            continue
        slopes[name] = len(pieces)
        pieces.append(plain)
        ranges.append(found.ranges[name])
    y = len(pieces)
    for name in (needs.outcome, *needs.outcomes):
        pieces.append((Piece(name, None),))
        ranges.append(found.ranges[name])
    scales = tuple(scale_of(*r) for r in ranges)
    return Columns(tuple(pieces), (Scale(0.0, 0), *scales[1:]), tuple(x), slopes, y, matrix)


def _range(recipe: tuple[Piece, ...], found: Survey) -> tuple[float, float]:
    """Bounds of a product of pieces, by interval arithmetic."""
    low, high = 1.0, 1.0
    for piece in recipe:
        a, b = (0.0, 1.0) if piece.level is not None else found.ranges[piece.source]
        corners = (low * a, low * b, high * a, high * b)
        low, high = min(corners), max(corners)
    return low, high


def used_chunks(source: Source, needs: Needs, gaps: bool = True) -> Iterator[pd.DataFrame]:
    """Complete rows, chunk by chunk; ``gaps`` false where it is known that no value is missing."""
    for chunk in source.chunks(needs.columns):
        keep = complete(chunk, needs)[0] if gaps else None
        yield chunk if keep is None else chunk.loc[keep]


def column_maker(
    columns: Columns, chunk: pd.DataFrame, found: Survey, offset: int
) -> Callable[[slice, Sequence[np.ndarray] | np.ndarray], None]:
    """A function that writes the unscaled columns of some rows of ``chunk`` into k arrays (m)."""
    wanted = {p.source for some in columns.pieces if not isinstance(some, int) for p in some}
    values = {name: _values(chunk[name], found.levels.get(name)) for name in wanted}

    def fill(rows: slice, out: Sequence[np.ndarray] | np.ndarray) -> None:
        for j, pieces in enumerate(columns.pieces):
            if isinstance(pieces, int):
                assert columns.matrix is not None
                out[j][...] = columns.matrix[offset + rows.start : offset + rows.stop, pieces]
                continue
            if not pieces:
                out[j][...] = 1.0
            for i, piece in enumerate(pieces):
                some = values[piece.source][rows]
                part = some if piece.level is None else some == piece.level
                if i:
                    np.multiply(out[j], part, out=out[j])
                else:
                    out[j][...] = part

    return fill


def _values(column: pd.Series, levels: pd.Index | None) -> np.ndarray:
    """Codes of a category, or numbers as they are kept."""
    if levels is not None:
        return level_codes(column, levels).astype(np.int32)
    kind = column.dtype
    return column.to_numpy() if isinstance(kind, np.dtype) and kind.kind in "iuf" else numbers(column)


def _flags(columns: Columns, found: Survey) -> frozenset[int]:
    """Columns of zeros and ones: products of indicators, and of columns that hold nothing else."""
    return frozenset(
        j
        for j, pieces in enumerate(columns.pieces)
        if not isinstance(pieces, int)
        and all(piece.level is not None or piece.source in found.flags for piece in pieces)
    )


def cross_products(
    source: Source, needs: Needs, found: Survey, columns: Columns, every: bool = False
) -> CrossProducts:
    """One pass over the rows in blocks; with ``every``, ``by_cell`` holds all k columns times each column."""
    coder = CellCoder(found.levels, found.cells, needs.groups)
    weighted = needs.weights is not None
    heaviest = found.ranges[needs.weights][1] if needs.weights else 1.0
    if needs.weights and found.ranges[needs.weights][0] <= 0.0:
        raise DataError(f"data: weights in {needs.weights} have to be above 0; leave rows without weight out")
    k = len(columns.pieces)
    factors = list(range(k)) if every else [0, *columns.slopes.values()]
    size = min(max(BLOCK, 2 ** int(np.ceil(np.log2(len(found.cells))))), _LARGEST)
    size = min(size, ROWS_EXACT * -(-found.kept // ROWS_EXACT))
    # only one outcome at a time stands in a model
    alone = range(columns.y, k) if len(needs.outcomes) and not every else ()
    flags = _flags(columns, found)
    sums = ExactSums(columns.scales, len(found.cells), factors, weighted, flags, size, alone)
    logs: list[float] = []
    offset = 0
    for chunk in used_chunks(source, needs, bool(found.missing)):
        cell = coder.codes(chunk)
        fill = column_maker(columns, chunk, found, offset)
        for start in range(0, len(chunk), size):
            stop = min(start + size, len(chunk))
            for first in range(start, stop, ROWS_EXACT):
                last = min(first + ROWS_EXACT, stop)
                fill(slice(first, last), sums.rows(first - start, last - start))
                root = None
                if needs.weights:
                    weight = numbers(chunk[needs.weights].iloc[first:last])
                    root = np.sqrt(weight / heaviest)
                    logs.extend(np.log(weight))
                sums.take(first - start, last - start, root)
            sums.settle(cell[start:stop])
        offset += len(chunk)
    gram, by_cell = sums.gram(), sums.by_cell()
    if weighted:
        gram, by_cell = gram * heaviest, by_cell * heaviest

    return CrossProducts(
        found.kept, gram, by_cell, columns.scales, columns.x, columns.slopes, columns.y, math.fsum(logs)
    )
