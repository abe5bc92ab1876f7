"""Whether crossed factors are solved as one dense matrix or by sparse factors, and the sums for the latter.

Dense costs the cube of the number of columns whatever the data are; sparse costs what the pattern fills in, which is next
to nothing where levels meet few others (pupils who change schools) and more than dense where each meets most.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from trenza.multilevel.assembly import MOST_PAIRS, Assembly
from trenza.multilevel.cells import Cells, Factor, summed
from trenza.multilevel.ordering import Plan, pattern_of, plan_of
from trenza.multilevel.source import DataError
from trenza.multilevel.sparse_block import SparseBlock
from trenza.multilevel.sparse_rest import SparseRest

# Columns of the factors that are kept as one dense matrix: beyond, memory and time would surprise
DENSE_LIMIT = 6000
# ... and below which sparse factors are not looked for
SPARSE_FROM = 1500
# A step takes three dense operations of r^3, at some times the speed of the thirteen sparse factorisations that it takes else
_DENSE_STEP, _SPARSE_STEP = 3.0, 13.0 * 20.0


def sparse_block(
    cells: Cells,
    factors: tuple[Factor, ...],
    first: int,
    others: list[int],
    h: np.ndarray,
    c: np.ndarray,
    widest: int,
) -> SparseBlock | None:
    """All groups and levels in one block with sparse matrices, or None where dense ones are to be preferred.

    ``widest``: columns of the largest unit. Raises ``DataError`` where neither would do.
    """
    one = factors[first]
    start = np.cumsum([0, *(factors[f].levels * factors[f].q for f in others)])
    r = int(start[-1])
    columns = [(f, b, int(start[i])) for i, f in enumerate(others) for b in range(factors[f].q)]
    where: dict[int, list[np.ndarray]] = {f: [] for f in others}
    for f, b, begin in columns:
        where[f].append(begin + np.arange(factors[f].levels) * factors[f].q + b)
    shape, groups = (one.levels, r), np.concatenate([one.of_cell] * len(columns))
    met = np.concatenate([where[f][b][factors[f].of_cell] for f, b, _ in columns])
    meets = sp.csr_matrix((np.ones(len(met)), (groups, met)), shape=shape)
    plan, pattern = _plan(meets, widest)
    if plan is None or pattern is None:
        if widest <= DENSE_LIMIT:
            return None
        sizes = ", ".join(f"{factors[f].name} {factors[f].levels}" for f in others)
        raise DataError(
            f"the factors beside {one.name} ({one.levels} levels) have {widest} levels that are tied to each other by "
            f"crossing ({sizes}), and too many of them meet for sparse factors; up to {DENSE_LIMIT} such levels can be "
            "solved. Fit parts of the country, join levels that have few rows, or leave out the smaller variance and take "
            "its levels' mean as a fixed effect"
        )
    # from here on the columns are numbered in the order of their elimination
    rank = np.empty(r, dtype=np.int64)
    rank[plan.order] = np.arange(r)
    where = {f: [rank[places] for places in some] for f, some in where.items()}
    at = [where[f][b][factors[f].of_cell] for f, b, _ in columns]
    wide = groups, np.concatenate(at)
    rows = [
        sp.csr_matrix(
            (np.concatenate([cells.z(one, a, factors[f], b) for f, b, _ in columns]), wide), shape=shape
        )
        for a in range(one.q)
    ]
    for some in rows:
        some.sum_duplicates()
    pairs = [
        (at[i], at[j], cells.z(factors[f], a, factors[g], b))
        for i, (f, a, _) in enumerate(columns)
        for j, (g, b, _) in enumerate(columns)
    ]
    z = sp.csc_matrix(
        (
            np.concatenate([p[2] for p in pairs]),
            (np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])),
        ),
        shape=(r, r),
    )
    c2 = np.zeros((r, c.shape[2]))
    for (f, b, _), here in zip(columns, at, strict=True):
        c2 += summed(here, r, cells.w(factors[f], b))
    turned = pattern[plan.order][:, plan.order].tocsc()
    turned.sort_indices()
    rest = SparseRest(
        np.array([some.data for some in rows]),
        rows[0].indptr,
        rows[0].indices,
        np.repeat(np.arange(one.levels), np.diff(rows[0].indptr)),
        z,
        c2[None],
        where,
        {f: np.arange(factors[f].levels) for f in others},
        plan,
        Assembly.of(turned, z, rows, where),
    )
    return SparseBlock(first, h, c, rest, np.arange(one.levels))


def _plan(meets: sp.csr_matrix, widest: int) -> tuple[Plan | None, sp.csc_matrix | None]:
    """How to eliminate the columns, and their pattern; None where that cannot be done or costs more than a dense matrix."""
    meets.sum_duplicates()
    if (np.diff(meets.indptr).astype(float) ** 2).sum() > MOST_PAIRS:
        return None, None
    pattern = pattern_of(meets)
    plan = None if pattern is None else plan_of(pattern)
    if (
        plan is not None
        and widest <= DENSE_LIMIT
        and _SPARSE_STEP * plan.work > _DENSE_STEP * float(widest) ** 3
    ):
        plan = None
    return plan, pattern
