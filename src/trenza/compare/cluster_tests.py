"""Tests of a group difference that take clusters into account by a formula: t tests and CR2."""

from __future__ import annotations

import math

import numpy as np

from trenza.compare.clusters import Cells, Units, between, residual_squares, within
from trenza.compare.contrast import Group
from trenza.compare.inference import by_t, joined, not_computed
from trenza.compare.robust import Robust, cluster_robust
from trenza.compare.two_groups import student
from trenza.contracts.inference import Inference

HEDGES = "Student t test corrected for clusters (Hedges 2007)"
MEANS = "t test on cluster means"
CR2 = "OLS with CR2 standard errors and Satterthwaite df"
FIXED = "cluster intercepts (fixed), one error variance"
FIXED_CR2 = "cluster intercepts (fixed) with CR2 standard errors and Satterthwaite df"
ASSUMES_HEDGES = "assumes that groups sit in different clusters of one size"
ASSUMES_MEANS = "assumes that clusters are independent; every cluster counts the same"
ASSUMES_CR2 = "assumes that clusters are independent"
ASSUMES_FIXED = "assumes the same difference in every cluster and independent units within"
ASSUMES_FIXED_CR2 = "assumes that clusters are independent; the difference may vary between them"
ONE_SIDED = "each group needs at least 2 clusters: with one, group and cluster cannot be told apart"
TOO_FEW = "too few clusters for this correction"
NO_SHARED = "no cluster holds both groups"
ONE_SHARED = "it needs at least 2 clusters that hold both groups"
NO_SPREAD = "nothing varies within clusters"


def hedges_correction(n: int, cluster_size: float, icc: float) -> tuple[float, float]:
    """Factor of Student's t and degrees of freedom for clusters that were left out (Hedges 2007).

    With N = ``n`` units in clusters of m = ``cluster_size`` and intraclass correlation r = ``icc`` (0 to 1):
    factor = sqrt{[(N - 2) - 2 (m - 1) r] / [(N - 2) (1 + (m - 1) r)]} and
    df = [(N - 2) - 2 (m - 1) r]^2 / [(N - 2)(1 - r)^2 + m (N - 2m) r^2 + 2 (N - 2m) r (1 - r)].
    NaN where fewer than two clusters a group leave nothing. r = 0 gives 1 and N - 2.
    """
    r, left, rest = icc, (n - 2) - 2 * (cluster_size - 1) * icc, n - 2 * cluster_size
    if left <= 0.0 or rest <= 0.0:
        return math.nan, math.nan
    factor = math.sqrt(left / ((n - 2) * (1 + (cluster_size - 1) * r)))
    spread = (n - 2) * (1 - r) ** 2 + cluster_size * rest * r**2 + 2 * rest * r * (1 - r)
    return factor, left**2 / spread


def hedges_2007(
    first: Group, second: Group, *, cluster_size: float, icc: float, known: bool, ci_level: float
) -> Inference:
    """Student's t with ``hedges_correction``: only for groups in *different* clusters.

    ``known`` says that ``icc`` comes from the data, else it is assumed. Unequal clusters enter by their mean size.
    """
    method = joined(HEDGES, f"ICC {icc:.3g} " + ("estimated" if known else "assumed"))
    naive = student(first, second, ci_level=ci_level)
    factor, df = hedges_correction(first.n + second.n, cluster_size, icc)
    if math.isnan(factor):
        return not_computed(method, TOO_FEW, assumes=ASSUMES_HEDGES, estimate=naive.estimate)
    note = (
        "" if float(cluster_size).is_integer() else f"clusters enter by their mean size, {cluster_size:.3g}"
    )
    return by_t(
        method, naive.estimate, naive.se / factor, df, ci_level=ci_level, assumes=ASSUMES_HEDGES, note=note
    )


def cluster_means(sums: Cells, *, grand_mean: float, ci_level: float) -> Inference:
    """Student's t on the means of clusters, df = J - 2; clusters must hold one group only.

    It is exact for clusters of one size with normal values. With unequal sizes the estimate is a difference of
    means of clusters, not of units. ``grand_mean`` is what the sums are centred at; it cancels.
    """
    label = sums.n_1 > 0
    if sums.shared.any() or min(label.sum(), (~label).sum()) < 2:
        return not_computed(MEANS, ONE_SIDED, assumes=ASSUMES_MEANS)
    means = (sums.sum_1 + sums.sum_0) / sums.n + grand_mean
    groups = [
        Group(len(part), float(part.mean()), float(part.std(ddof=1)))
        for part in (means[label], means[~label])
    ]
    if not max(group.sd for group in groups) > 0.0:
        why = "no cluster mean differs from another of its group"
        return not_computed(MEANS, why, assumes=ASSUMES_MEANS, estimate=groups[0].mean - groups[1].mean)
    got = student(groups[0], groups[1], ci_level=ci_level)
    unequal = "clusters differ in size: each counts the same whatever its size" if np.ptp(sums.n) > 0 else ""
    return by_t(MEANS, got.estimate, got.se, got.df, ci_level=ci_level, assumes=ASSUMES_MEANS, note=unequal)


def between_cr2(sums: Cells, *, ci_level: float) -> Inference:
    """Difference of means over units, CR2 and Satterthwaite's df: see ``cluster_robust``."""
    if min((sums.n_1 > 0).sum(), (sums.n_0 > 0).sum()) < 2:
        estimate = float(sums.sum_1.sum() / sums.n_1.sum() - sums.sum_0.sum() / sums.n_0.sum())
        return not_computed(CR2, ONE_SIDED, assumes=ASSUMES_CR2, estimate=estimate)
    return _robust(CR2, ASSUMES_CR2, cluster_robust(between(sums)), ci_level, "")


def within_cr2(sums: Cells, *, ci_level: float) -> Inference:
    """Difference within clusters (an intercept for each), CR2 and Satterthwaite's df: see ``cluster_robust``."""
    shared = int(sums.shared.sum())
    if shared < 2:
        why = ONE_SHARED if shared else NO_SHARED
        return not_computed(FIXED_CR2, why, assumes=ASSUMES_FIXED_CR2)
    return _robust(FIXED_CR2, ASSUMES_FIXED_CR2, cluster_robust(within(sums)), ci_level, one_group_only(sums))


def _robust(method: str, assumes: str, fit: Robust, ci_level: float, note: str) -> Inference:
    if math.isnan(fit.se_cr2):
        why = "one cluster alone fixes the difference"
        return not_computed(method, why, assumes=assumes, estimate=fit.estimate)
    if not fit.se_cr2 > 1e-12 * abs(fit.estimate):
        why = "no residual varies between clusters"
        return not_computed(method, why, assumes=assumes, estimate=fit.estimate)
    # six equal clusters give 4 but for the last bits
    few = "fewer than 4 degrees of freedom: p value and interval are rough" if fit.df < 4.0 - 1e-9 else ""
    return by_t(
        method, fit.estimate, fit.se_cr2, fit.df, ci_level=ci_level, assumes=assumes, note=joined(note, few)
    )


def within_ols(data: Units, sums: Cells, *, ci_level: float) -> Inference:
    """Difference within clusters (an intercept for each) with one error variance, df = N - J - 1.

    Exact for normal values with one variance where every cluster has the same difference.
    """
    if not sums.shared.any():
        return not_computed(FIXED, NO_SHARED, assumes=ASSUMES_FIXED)
    normal = within(sums)
    weight = float(normal.gram.sum())
    estimate, df = float(normal.xy.sum()) / weight, normal.n - normal.columns
    squares = residual_squares(data, sums)[1]
    if df < 1 or not squares > 1e-24 * sums.squares:
        return not_computed(FIXED, NO_SPREAD, assumes=ASSUMES_FIXED, estimate=estimate)
    se = math.sqrt(squares / df / weight)
    return by_t(FIXED, estimate, se, df, ci_level=ci_level, assumes=ASSUMES_FIXED, note=one_group_only(sums))


def one_group_only(sums: Cells) -> str:
    """How many clusters add nothing to a contrast within clusters; empty if none."""
    lonely = int((~sums.shared).sum())
    return f"clusters with one group only, which add nothing: {lonely}" if lonely else ""
