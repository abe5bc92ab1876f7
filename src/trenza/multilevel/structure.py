"""From cells to the engine's blocks: factors, their covariance entries, and units that share no row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from trenza.multilevel.accumulate import CrossProducts
from trenza.multilevel.basis import Basis, SlopeColumn, slope_column
from trenza.multilevel.blocks import Block
from trenza.multilevel.cells import Cells, Factor, summed
from trenza.multilevel.formula import Formula, RandomTerm
from trenza.multilevel.parts import Entry
from trenza.multilevel.rest import Rest
from trenza.multilevel.source import DataError, Survey
from trenza.multilevel.sparse_rest import SparseRest
from trenza.multilevel.sparse_structure import DENSE_LIMIT, SPARSE_FROM, sparse_block

# Weights whose range is a smaller share of the largest are the same
_SAME = 1e-9


@dataclass(frozen=True)
class Structure:
    """Factors, free entries of their covariance matrices in order, and the blocks that hold the sums."""

    factors: tuple[Factor, ...]
    entries: tuple[Entry, ...]
    blocks: tuple[Block, ...]
    first: int
    nested: bool

    def with_columns(self, columns: list[int]) -> Structure:
        """The same structure with some of the columns of W = [X, y]."""
        blocks = tuple(block.with_columns(columns) for block in self.blocks)
        return replace(self, blocks=blocks)

    @property
    def sparse(self) -> SparseRest | None:
        """The other factors where they are solved by sparse factors."""
        rests = [block.rest for block in self.blocks if isinstance(block.rest, SparseRest)]
        return rests[0] if rests else None

    @property
    def messages(self) -> list[str]:
        """What a reader should know of the way the factors are solved."""
        if self.sparse is None:
            return []
        said = [f"{self.engine}, traces by numerical derivatives of the log-determinant"]
        if not self.sparse.has_spread:
            said.append("no standard errors of the levels: they would take a solution for each of them")
        return said

    @property
    def engine(self) -> str:
        """How the factors are solved, in words."""
        sparse = self.sparse
        if sparse is not None:
            return (
                f"{'nested' if self.nested else 'crossed'} factors: {self.factors[self.first].name} eliminated group by group, the {sparse.shape[1]} columns "
                f"of the others by sparse factors of {sparse.plan.filled} elements"
            )
        sizes = [block.rest.shape for block in self.blocks if block.rest is not None]
        if not sizes:
            return "one factor, group by group"
        units, widest = sum(u for u, _ in sizes), max(r for _, r in sizes)
        kind = "nested" if self.nested else "crossed"
        return (
            f"{kind} factors: {self.factors[self.first].name} eliminated group by group, the others by a dense Schur "
            f"complement in {units} units of at most {widest} columns"
        )


def structure_of(formula: Formula, found: Survey, products: CrossProducts, basis: Basis) -> Structure:
    """Assemble everything from the cells. Raises ``DataError`` for groups that cannot carry the model."""
    groups: dict[frozenset[str], list[RandomTerm]] = {}
    for term in formula.random:
        groups.setdefault(frozenset(term.group), []).append(term)
    factors = tuple(_factor(terms, found, products) for terms in groups.values())
    for factor in factors:
        _refuse(factor, products)
    entries = tuple(
        Entry(f, term[a], term[b])
        for f, factor in enumerate(factors)
        for term in factor.terms
        for b in range(len(term))
        for a in range(b, len(term))
    )
    first = max(range(len(factors)), key=lambda f: (factors[f].levels * factors[f].q, -f))
    cells = Cells(factors, products, basis)
    blocks, nested = _blocks(cells, factors, first)
    return Structure(factors, entries, blocks, first, nested)


def _refuse(factor: Factor, products: CrossProducts) -> None:
    n = products.n
    if factor.levels < 2:
        raise DataError(
            f"data: group {factor.name} has one level in the complete rows; nothing varies between groups"
        )
    if factor.levels >= n:
        # Rows of unequal weight tell a variance of whole rows from one that falls with the weight.
        weight = products.by_cell[0][:, 0]
        if factor.q == 1 and float(np.ptp(weight)) > _SAME * float(weight.max()):
            return
        raise DataError(
            f"data: every level of {factor.name} has one row ({n} rows), so that its variance cannot be told "
            "from the residual variance"
        )
    if factor.levels * factor.q >= n:
        raise DataError(
            f"data: {factor.levels} levels of {factor.name} with {factor.q} columns each, but {n} rows: "
            "the random part cannot be told from the residual"
        )


def _factor(terms: list[RandomTerm], found: Survey, products: CrossProducts) -> Factor:
    group = terms[0].group
    key = np.zeros(len(found.cells), dtype=np.int64)
    for name in group:
        key = key * len(found.levels["group " + name]) + found.cells[name].to_numpy()
    _, first_cell, of_cell = np.unique(key, return_index=True, return_inverse=True)
    names = tuple(
        found.levels["group " + name].take(found.cells[name].to_numpy()[first_cell]) for name in group
    )
    columns: list[str] = []
    slopes: list[SlopeColumn | None] = []
    places: list[tuple[int, ...]] = []
    for term in terms:
        places.append(tuple(range(len(columns), len(columns) + len(term.columns))))
        for name in term.columns:
            columns.append(name)
            slopes.append(None if name == "1" else slope_column(products, name, term.columns[0] == "1"))
    return Factor(terms[0].group_name, of_cell, names, tuple(columns), tuple(slopes), tuple(places))


def _blocks(cells: Cells, factors: tuple[Factor, ...], first: int) -> tuple[tuple[Block, ...], bool]:
    one = factors[first]
    h = np.array(
        [
            [summed(one.of_cell, one.levels, cells.z(one, a, one, b)) for b in range(one.q)]
            for a in range(one.q)
        ]
    )
    c = np.array([summed(one.of_cell, one.levels, cells.w(one, a)) for a in range(one.q)])
    others = [f for f in range(len(factors)) if f != first]
    if not others:
        return (Block(first, h, c, None, np.arange(one.levels)),), True
    start = np.cumsum([0, *(factors[f].levels for f in others)])
    nodes = [factors[f].of_cell + begin for f, begin in zip(others, start, strict=False)]
    unit_of_node, unit_of_group = _units(one, nodes, int(start[-1]))
    nested = all(_determines(one, factors[f]) for f in others)
    # columns of all other factors, level by level; each gets a slot in its unit
    owner = np.concatenate(
        [np.repeat(unit_of_node[start[i] : start[i + 1]], factors[f].q) for i, f in enumerate(others)]
    )
    sizes = np.bincount(owner)
    order = np.argsort(owner, kind="stable")
    slot = np.empty(len(owner), dtype=np.int64)
    slot[order] = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    widest = int(sizes.max())
    sparse = None
    if widest > (DENSE_LIMIT if nested else SPARSE_FROM):
        sparse = sparse_block(cells, factors, first, others, h, c, widest)
    if sparse is not None:
        return (sparse,), nested
    classes = _class_of(sizes)
    column_start = np.cumsum([0, *(factors[f].levels * factors[f].q for f in others)])
    blocks = []
    for size in np.unique(classes):
        units = np.flatnonzero(classes == size)
        blocks.append(
            _block(
                cells,
                factors,
                first,
                others,
                h,
                c,
                owner,
                slot,
                column_start,
                unit_of_group,
                units,
                int(sizes[units].max()),
            )
        )
    return tuple(blocks), nested


def _determines(one: Factor, other: Factor) -> bool:
    """Whether each level of ``one`` lies in one level of ``other``."""
    of_level = np.zeros(one.levels, dtype=other.of_cell.dtype)
    of_level[one.of_cell] = other.of_cell
    return bool(np.array_equal(of_level[one.of_cell], other.of_cell))


def _class_of(sizes: np.ndarray) -> np.ndarray:
    """Sizes of units rounded up to 1, 2, 3, 4, 6, 8, 12, 16, ...: units of a class are padded to its size."""
    if sizes.max() == sizes.min() or len(sizes) == 1:
        return np.full(len(sizes), sizes.max())
    steps = np.unique([1, 2, 3, *(2**e for e in range(2, 14)), *(3 * 2**e for e in range(1, 13))])
    return np.asarray(steps[np.searchsorted(steps, sizes)])


def _units(one: Factor, nodes: list[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Connected parts of the graph of groups and levels: the unit of each level and of each group."""
    rows = np.tile(one.of_cell, len(nodes))
    columns = np.concatenate(nodes) + one.levels
    total = one.levels + count
    graph = sp.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(total, total))
    _, label = csgraph.connected_components(graph, directed=False)
    # numbered by their first level, so that the order is that of the labels
    _, first_seen = np.unique(label[one.levels :], return_index=True)
    rank = np.empty(len(first_seen), dtype=np.int64)
    rank[np.argsort(first_seen)] = np.arange(len(first_seen))
    known = np.unique(label[one.levels :])
    unit = rank[np.searchsorted(known, label)]
    return unit[one.levels :], unit[: one.levels]


def _block(
    cells: Cells,
    factors: tuple[Factor, ...],
    first: int,
    others: list[int],
    h: np.ndarray,
    c: np.ndarray,
    owner: np.ndarray,
    slot: np.ndarray,
    column_start: np.ndarray,
    unit_of_group: np.ndarray,
    units: np.ndarray,
    r: int,
) -> Block:
    """The groups and levels of some units, with the other factors' columns numbered unit * r + slot."""
    one = factors[first]
    place = np.full(len(owner), -1)
    inside = np.isin(owner, units)
    place[inside] = np.searchsorted(units, owner[inside]) * r + slot[inside]
    groups = np.flatnonzero(np.isin(unit_of_group, units))
    number = np.full(one.levels, -1)
    number[groups] = np.arange(len(groups))
    chosen = number[one.of_cell] >= 0
    group = number[one.of_cell][chosen]
    width = len(units) * r
    columns = [
        (f, b, int(column_start[i]) + np.arange(factors[f].levels) * factors[f].q + b)
        for i, f in enumerate(others)
        for b in range(factors[f].q)
    ]
    at = [place[ids[factors[f].of_cell]][chosen] for f, _, ids in columns]
    keys = np.concatenate([group.astype(np.int64) * width + where for where in at])
    pattern, position = np.unique(keys, return_inverse=True)
    d = np.array(
        [
            np.bincount(
                position,
                np.concatenate([cells.z(one, a, factors[f], b)[chosen] for f, b, _ in columns]),
                len(pattern),
            )
            for a in range(one.q)
        ]
    )
    row = pattern // width
    h2 = np.zeros(len(units) * r * r)
    for i, (f, a, _) in enumerate(columns):
        for j, (g, b, _) in enumerate(columns):
            values = cells.z(factors[f], a, factors[g], b)[chosen]
            h2 += np.bincount(at[i] * r + at[j] % r, values, len(h2))
    k = c.shape[2]
    c2 = np.zeros((width, k))
    for i, (f, a, _) in enumerate(columns):
        c2 += summed(at[i], width, cells.w(factors[f], a)[chosen])
    where: dict[int, list[np.ndarray]] = {f: [] for f in others}
    levels: dict[int, np.ndarray] = {}
    for f, _, ids in columns:
        mine = place[ids]
        levels[f] = np.flatnonzero(mine >= 0)
        where[f].append(mine[mine >= 0])
    indptr = np.searchsorted(row, np.arange(len(groups) + 1))
    rest = Rest(
        d,
        indptr,
        pattern % width,
        row,
        h2.reshape(len(units), r, r),
        c2.reshape(len(units), r, k),
        where,
        levels,
    )
    return Block(first, h[:, :, groups], c[:, groups], rest, groups)
