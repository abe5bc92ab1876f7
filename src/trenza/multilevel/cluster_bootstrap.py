"""Bootstrap of whole clusters: draw clusters with replacement, fit again, look at the spread.

Clusters are independent, so that a table with some of them twice is a table of cross-products with some of them twice: no
row is read again. Holds where normality does not, but needs many clusters (some 40): with few, the resamples vary less than
schools do. Source: Davison & Hinkley 1997, Bootstrap Methods and their Application, section 3.8; Field & Welsh 2007, JRSS B 69,
369-390. For few clusters see ``permutation`` and Kenward-Roger.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.blocks import Block
from trenza.multilevel.bootstrap import estimates_of
from trenza.multilevel.clusters import cluster_grams, top_group
from trenza.multilevel.likelihood import Model
from trenza.multilevel.rest import Rest
from trenza.multilevel.result import Fit
from trenza.multilevel.search import Search
from trenza.multilevel.structure import Structure


def cluster_bootstrap(fitted: Fit, replicates: int, seed: int, cluster: str | None = None) -> pd.DataFrame:
    """One row a replicate, with the columns of ``bootstrap.parametric_bootstrap`` and ``failed``.

    ``cluster`` as in ``robust``: the group that all others lie in. A resample in which a term cannot be told from the others
    (no treated school was drawn) is blank but for ``failed``, which holds the reason. ``seed`` makes the result the same again.
    Raises ``TrenzaError`` where groups are crossed.
    """
    if replicates < 1:
        raise TrenzaError(f"bootstrap: found {replicates} replicates; allowed: 1 or more")
    m = fitted.machinery
    structure = m.search.structure
    top = top_group(structure.factors, cluster)
    grams, _ = cluster_grams(m, top)
    rows = _rows(fitted, top.of_cell, top.levels)
    units = [_unit_of_group(block) for block in structure.blocks]
    # the cluster of each unit of each block: units and clusters are the same thing, numbered differently
    of_group = structure.factors[structure.first].of_cell
    clusters = np.zeros(structure.factors[structure.first].levels, dtype=np.int64)
    clusters[of_group] = top.of_cell
    generator = np.random.default_rng(seed)
    start = None if fitted.singular else m.found.theta
    out = []
    for _ in range(replicates):
        times = np.bincount(generator.integers(0, top.levels, top.levels), minlength=top.levels)
        blocks = tuple(
            _repeated(block, unit, times[clusters[block.groups]])
            for block, unit in zip(structure.blocks, units, strict=True)
        )
        drawn = replace(structure, blocks=tuple(b for b in blocks if b.c.shape[1]))
        gram = np.tensordot(times, grams, 1)
        out.append(_one(fitted, drawn, (gram + gram.T) / 2.0, int(times @ rows), start))
    return pd.DataFrame(out)


def _one(
    fitted: Fit, structure: Structure, gram: np.ndarray, n: int, start: np.ndarray | None
) -> dict[str, float | str]:
    basis = replace(fitted.machinery.basis, gram=gram)
    x = gram[:-1, :-1]
    scale = np.sqrt(np.diag(x))
    if not scale.all() or np.linalg.eigvalsh(x / np.outer(scale, scale))[0] < 1e-10:
        return {"failed": "the clusters drawn do not determine all terms"}
    found, _ = Search(Model(structure, basis, n, fitted.reml)).best(start)
    return {**estimates_of(found, structure, basis), "failed": ""}


def _rows(fitted: Fit, of_cell: np.ndarray, levels: int) -> np.ndarray:
    """Rows of each cluster; with weights the share of n that goes with the sum of weights."""
    weight = np.bincount(of_cell, fitted.machinery.products.by_cell[0][:, 0], levels)
    if fitted.machinery.needs.weights is None:
        return np.rint(weight)
    raise TrenzaError("bootstrap: weighted fits are not resampled; use parametric_bootstrap")


def _unit_of_group(block: Block) -> np.ndarray:
    """The unit of each group of a block."""
    if block.rest is None:
        return np.arange(block.c.shape[1])
    r = block.rest.shape[1]
    return np.asarray(block.rest.indices[block.rest.indptr[:-1]] // r)


def _repeated(block: Block, unit_of_group: np.ndarray, times_of_group: np.ndarray) -> Block:
    """The block with each unit as often as it was drawn, copies being units of their own."""
    if block.rest is None:
        again = np.repeat(np.arange(len(times_of_group)), times_of_group)
        return replace(block, h=block.h[:, :, again], c=block.c[:, again], groups=again)
    rest = block.rest
    if not isinstance(rest, Rest):
        raise TrenzaError(
            "bootstrap: whole clusters cannot be drawn where factors are tied to each other by sparse factors; use "
            "parametric_bootstrap"
        )
    units, r = rest.shape
    times = np.zeros(units, dtype=np.int64)
    times[unit_of_group] = times_of_group
    first = np.cumsum(times) - times  # the number of each unit's first copy
    groups, copy = _copies(times_of_group)
    new_unit = first[unit_of_group[groups]] + copy
    # elements of the sparse rows of those groups
    lengths = np.diff(rest.indptr)[groups]
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    element = np.arange(indptr[-1]) + np.repeat(rest.indptr[groups] - indptr[:-1], lengths)
    row = np.repeat(np.arange(len(groups)), lengths)
    kept = np.repeat(np.arange(units), times)
    where = {}
    for factor, columns in rest.where.items():
        some, which = _copies(times[columns[0] // r])
        where[factor] = [(first[column[some] // r] + which) * r + column[some] % r for column in columns]
    return replace(
        block,
        h=block.h[:, :, groups],
        c=block.c[:, groups],
        groups=groups,
        rest=replace(
            rest,
            d=rest.d[:, element],
            indptr=indptr,
            indices=new_unit[row] * r + rest.indices[element] % r,
            row=row,
            h=rest.h[kept],
            c=rest.c[kept],
            where=where,
        ),
    )


def _copies(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions repeated ``times`` times, and the number of each copy from 0."""
    again = np.repeat(np.arange(len(times)), times)
    return again, np.arange(len(again)) - np.repeat(np.cumsum(times) - times, times)
