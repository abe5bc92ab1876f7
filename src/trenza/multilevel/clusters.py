"""The clusters of a model, the groups that all others lie in, and their cross-products one by one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.accumulate import cross_products
from trenza.multilevel.cells import Factor
from trenza.multilevel.machinery import Machinery


def top_group(factors: tuple[Factor, ...], cluster: str | None) -> Factor:
    """The group that all others lie in."""
    for factor in factors:
        inside = all(
            len(np.unique(f.of_cell.astype(np.int64) * factor.levels + factor.of_cell)) == f.levels
            for f in factors
        )
        if inside and cluster in (None, factor.name):
            return factor
    if cluster is not None and cluster not in [f.name for f in factors]:
        raise TrenzaError(f"cluster: no group {cluster}; allowed: {', '.join(f.name for f in factors)}")
    raise TrenzaError(
        "cluster: this needs a group that every other group lies in; "
        + (f"{cluster} is none" if cluster else "these groups are crossed")
    )


def cluster_products(m: Machinery, top: Factor) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each cluster the gram matrix of [X, y, Z] in the coordinates of the fit, and Sigma of its Z (in units of s2)."""
    products = cross_products(m.source, m.needs, m.survey, m.columns, every=True)
    k, columns = len(products.gram), m.basis.columns
    width = columns.shape[1]
    order = np.argsort(top.of_cell, kind="stable")
    starts = np.searchsorted(top.of_cell[order], np.arange(top.levels + 1))
    for level in range(top.levels):
        cells = order[starts[level] : starts[level + 1]]
        # columns of Z: one for each factor, level and column; `make` builds it from the accumulated columns in its cells
        make: list[np.ndarray] = []
        inside: list[np.ndarray] = []
        sigma_blocks: list[np.ndarray] = []
        for f, factor in enumerate(m.search.structure.factors):
            for one in np.unique(factor.of_cell[cells]):
                for name, slope in zip(factor.columns, factor.slopes, strict=True):
                    row = np.zeros(k)
                    row[0] = 1.0 if slope is None else slope.delta
                    if slope is not None:
                        row[products.slopes[name]] += slope.alpha
                    make.append(row)
                    inside.append(factor.of_cell[cells] == one)
                sigma_blocks.append(m.found.point.sigma[f])
        change = np.array(make).T
        member = np.array(inside, dtype=float)
        sums = products.by_cell[:, cells, :]
        w = columns.T @ sums.sum(axis=1) @ columns
        weighted = np.einsum("zc,acb->zab", member, sums)
        wz = np.stack([columns.T @ weighted[j] @ change[:, j] for j in range(len(make))], axis=1)
        # z[i, j] = sum over cells c of both of change_i' (products of c) change_j, as one product of matrices
        inner = np.einsum("ic,ai,acb->icb", member, change, sums, optimize=True)
        outer = member[:, :, None] * change.T[:, None, :]
        z = inner.reshape(len(make), -1) @ outer.reshape(len(make), -1).T
        gram = np.block([[w, wz], [wz.T, z]])
        sigma = np.zeros((len(make), len(make)))
        at = 0
        for block in sigma_blocks:
            sigma[at : at + len(block), at : at + len(block)] = block
            at += len(block)
        assert gram.shape[0] == width + len(make)
        yield gram, sigma


def cluster_grams(m: Machinery, top: Factor) -> tuple[np.ndarray, np.ndarray]:
    """W'W of each cluster (levels, k, k) in the coordinates of the fit, and its rows (levels); one more pass over the rows."""
    products = cross_products(m.source, m.needs, m.survey, m.columns, every=True)
    columns = m.basis.columns
    order = np.argsort(top.of_cell, kind="stable")
    starts = np.searchsorted(top.of_cell[order], np.arange(top.levels))
    # (k, cells, k) by cluster, cell by cell in the order of their labels
    sums = np.add.reduceat(products.by_cell[:, order, :], starts, axis=1)
    return np.einsum("ai,alb,bj->lij", columns, sums, columns, optimize=True), sums[0, :, 0]
