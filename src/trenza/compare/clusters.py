"""Units in clusters, reduced to what every procedure of this room needs: sums by cluster and group.

Whether 100 teachers or 100,000 pupils, standard errors and resampling work on these sums and never touch the rows
again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Units:
    """Units of the two groups: ``y`` (n) floats, ``first`` (n) true in the first group, ``cluster`` (n) codes 0 to G - 1."""

    y: np.ndarray
    first: np.ndarray
    cluster: np.ndarray

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.cluster.max()) + 1


def units(y: ArrayLike, first: ArrayLike, cluster: ArrayLike) -> Units:
    """``Units`` from columns of any kind; cluster codes follow the order of first appearance. No blanks."""
    import pandas as pd

    codes, _ = pd.factorize(np.asarray(cluster, dtype=object))
    return Units(np.asarray(y, dtype=float), np.asarray(first, dtype=bool), codes)


@dataclass(frozen=True)
class Cells:
    """Counts and sums of one outcome by cluster (G) and group, the outcome centred at its mean over all units.

    ``n_1``, ``n_0`` units of the first and second group; ``sum_1``, ``sum_0`` their sums (outcome's unit);
    ``squares`` the sum of squares over all units.
    """

    n_1: np.ndarray
    n_0: np.ndarray
    sum_1: np.ndarray
    sum_0: np.ndarray
    squares: float

    @property
    def n(self) -> np.ndarray:
        """Units by cluster."""
        units: np.ndarray = self.n_1 + self.n_0
        return units

    @property
    def shared(self) -> np.ndarray:
        """Clusters that hold both groups."""
        both: np.ndarray = (self.n_1 > 0) & (self.n_0 > 0)
        return both

    @property
    def weight(self) -> np.ndarray:
        """What a cluster adds to a contrast within clusters: n_1 n_0 / n, 0 where it holds one group only."""
        weight: np.ndarray = self.n_1 * self.n_0 / self.n
        return weight


def cells(data: Units) -> Cells:
    """The sums of ``data``."""
    count = data.clusters
    centred = data.y - data.y.mean()
    both = np.bincount(data.cluster, minlength=count).astype(float)
    n_1 = np.bincount(data.cluster[data.first], minlength=count).astype(float)
    total = np.bincount(data.cluster, weights=centred, minlength=count)
    sum_1 = np.bincount(data.cluster[data.first], weights=centred[data.first], minlength=count)
    return Cells(n_1, both - n_1, sum_1, total - sum_1, float(centred @ centred))


@dataclass(frozen=True)
class Normal:
    """Normal equations of an ordinary regression, cluster by cluster.

    ``gram`` (G, k, k) holds X'X and ``xy`` (G, k) X'y of each cluster that bears on the group, whose column is
    ``term``. ``n`` units, ``clusters`` and ``columns`` (regressors) count everything, clusters that bear nothing
    and intercepts that were swept out included.
    """

    gram: np.ndarray
    xy: np.ndarray
    term: int
    n: int
    clusters: int
    columns: int


def between(sums: Cells) -> Normal:
    """Outcome on intercept and group: the difference of the two groups' means over units."""
    n, n_1 = sums.n, sums.n_1
    gram = np.stack([np.stack([n, n_1], axis=-1), np.stack([n_1, n_1], axis=-1)], axis=1)
    xy = np.stack([sums.sum_1 + sums.sum_0, sums.sum_1], axis=-1)
    return Normal(gram, xy, term=1, n=int(n.sum()), clusters=len(n), columns=2)


def within(sums: Cells) -> Normal:
    """Outcome on group with an intercept for each cluster, swept out; only clusters with both groups remain.

    Clusters that hold one group only add nothing to the contrast, nor to its variance.
    """
    kept = sums.shared
    n_1, n_0 = sums.n_1[kept], sums.n_0[kept]
    contrast = sums.sum_1[kept] - n_1 * (sums.sum_1 + sums.sum_0)[kept] / (n_1 + n_0)
    return Normal(
        gram=sums.weight[kept][:, None, None],
        xy=contrast[:, None],
        term=0,
        n=int(sums.n.sum()),
        clusters=len(kept),
        columns=len(kept) + 1,
    )


def residual_squares(data: Units, sums: Cells) -> tuple[float, float]:
    """Residual sums of squares: outcome on group alone, and on group with an intercept for each cluster."""
    n_1, n_0 = sums.n_1.sum(), sums.n_0.sum()
    alone = sums.squares - sums.sum_1.sum() ** 2 / n_1 - sums.sum_0.sum() ** 2 / n_0
    centred = data.y - data.y.mean()
    inside = centred - (np.bincount(data.cluster, weights=centred) / sums.n)[data.cluster]
    swept = float(inside @ inside)
    if sums.shared.any():
        normal = within(sums)
        swept -= float(normal.xy.sum() ** 2 / normal.gram.sum())
    return float(alone), swept


def intraclass_correlation(data: Units, sums: Cells) -> float:
    """Share of the variance that lies between clusters, given the group; 0 to 1, negative estimates set to 0.

    Henderson's (1953) third method: the drop in residual squares when clusters enter after the group is set
    equal to its expectation. Where each cluster holds one group only this is the usual analysis of variance
    of clusters within groups. NaN where units cannot be told from clusters (no two units of a cluster).
    """
    alone, swept = residual_squares(data, sums)
    n, count = sums.n.sum(), len(sums.n)
    gained = count - 1 if sums.shared.any() else count - 2
    left = n - count - 1 if sums.shared.any() else n - count
    if gained < 1 or left < 1:
        return float("nan")
    residual = max(swept, 0.0) / left
    spread = n - (sums.n_1**2).sum() / sums.n_1.sum() - (sums.n_0**2).sum() / sums.n_0.sum()
    cluster = max((alone - swept - gained * residual) / spread, 0.0)
    total = cluster + residual
    return float(cluster / total) if total > 0.0 else float("nan")
