"""Randomisation inference: labels permuted as the design says, between clusters or within them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np

from trenza.compare.clusters import Cells, Units
from trenza.compare.inference import inverted, joined, not_computed, smallest_p
from trenza.contracts.inference import Inference

BETWEEN = "randomisation inference: whole clusters change groups, studentised difference"
WITHIN = "randomisation inference: units change groups within their cluster"
ASSUMES_BETWEEN = "assumes that any cluster could have been in either group, and one shift for all"
ASSUMES_WITHIN = (
    "assumes that within a cluster any unit could have been in either group, and one shift for all"
)
_TIE = 1e-9
_AT_ONCE = 2_000_000
_MOST_LABELS = 200_000_000  # unit labels drawn in all within clusters, so that large files end


def permute_clusters(sums: Cells, *, ci_level: float, draws: int, seed: int) -> Inference:
    """Randomisation between clusters, each of which must hold one group only.

    The statistic is the difference of the groups' means over units divided by its standard error from cluster totals,
    sqrt(sum over groups of J / (J - 1) * sum (S_j - n_j mean)^2 / N^2) (Chung & Romano 2013 on why to
    studentise); the plain difference where a group has one cluster. All assignments are enumerated where they
    are no more than ``draws`` + 1; else p = (1 + count) / (1 + ``draws``). The interval inverts the test over
    constant shifts. ``se`` and ``df`` are blank.
    """
    n, label = sums.n, sums.n_1 > 0
    count, chosen = len(n), int(label.sum())
    if chosen == 0 or chosen == count or sums.shared.any():
        why = "it needs clusters of both groups, each with one group only"
        return not_computed(BETWEEN, why, assumes=ASSUMES_BETWEEN)
    total = sums.sum_1 + sums.sum_0
    moved = label * n
    columns = np.stack(
        [n, total, moved, total**2, total * moved, moved**2, total * n, moved * n, n**2], axis=1
    )
    exact = math.comb(count, chosen) <= draws + 1
    portions = _labels(label, exact=exact, draws=draws, seed=seed)
    first = np.concatenate([labels @ columns for labels in portions])
    second = columns.sum(axis=0) - first
    plain = min(chosen, count - chosen) < 2
    size = (chosen, count - chosen)

    def squared(one: np.ndarray, other: np.ndarray, shift: float) -> np.ndarray:
        mean, variance = [], np.zeros(len(one))
        for part, j in zip((one, other), size, strict=True):
            units, s, m, ss, sm, mm, sn, mn, nn = part.T
            centre = (s - shift * m) / units
            mean.append(centre)
            if not plain:
                left = ss - 2 * shift * sm + shift**2 * mm - 2 * centre * (sn - shift * mn) + centre**2 * nn
                variance = variance + j / (j - 1) * left / units**2
        top: np.ndarray = (mean[0] - mean[1]) ** 2
        if plain:
            return top
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: np.ndarray = np.where(variance > 0.0, top / variance, np.inf)
        return ratio

    seen_first = label.astype(float)[None, :] @ columns
    seen_second = columns.sum(axis=0) - seen_first

    def p_value(shift: float) -> float:
        seen = float(squared(seen_first, seen_second, shift)[0])
        return _share(squared(first, second, shift), seen, exact)

    estimate = float(sums.sum_1.sum() / sums.n_1.sum() - sums.sum_0.sum() / sums.n_0.sum())
    spread = float(np.std(total / n)) or abs(estimate)
    says = f"all {len(first)} assignments" if exact else f"{draws} assignments drawn, seed {seed}"
    remark = "the plain difference, for want of two clusters in a group" if plain else ""
    mirrored = 2 if 2 * chosen == count else 1  # the groups changed over give the same size of difference
    smallest = mirrored / len(first) if exact else 1.0 / (1 + draws)
    return _by_shares(BETWEEN, ASSUMES_BETWEEN, p_value, estimate, spread, ci_level, [says, remark], smallest)


def _labels(label: np.ndarray, *, exact: bool, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Assignments (rows, G) of ones to as many clusters as ``label`` has, in portions."""
    count, chosen = len(label), int(label.sum())
    if exact:
        every = np.array(list(itertools.combinations(range(count), chosen)))
        ones = np.zeros((len(every), count))
        np.put_along_axis(ones, every, 1.0, axis=1)
        yield ones
        return
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // count)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        keys = random.random((rows, count), dtype=np.float32)
        ones = np.zeros((rows, count))
        np.put_along_axis(ones, np.argpartition(keys, chosen - 1, axis=1)[:, :chosen], 1.0, axis=1)
        yield ones


def permute_within(data: Units, sums: Cells, *, ci_level: float, draws: int, seed: int) -> Inference:
    """Randomisation within clusters: labels are permuted inside each cluster that holds both groups.

    The statistic is the difference within clusters, clusters weighted by n_1 n_0 / n as with cluster
    intercepts. All assignments are enumerated where they are no more than ``draws`` + 1; else p = (1 + count)
    / (1 + draws), and ``draws`` is cut so that no more than 200 million labels are drawn. The interval inverts
    the test over constant shifts. ``se`` and ``df`` are blank.
    """
    shared = np.flatnonzero(sums.shared)
    if not len(shared):
        return not_computed(WITHIN, "no cluster holds both groups", assumes=ASSUMES_WITHIN)
    many = math.prod(math.comb(int(sums.n[j]), int(sums.n_1[j])) for j in shared)
    exact = many <= draws + 1
    if not exact:
        draws = min(draws, max(999, _MOST_LABELS // int(sums.n[shared].sum())))
    random = np.random.default_rng(seed)
    order = np.argsort(data.cluster, kind="stable")
    ends = np.cumsum(sums.n.astype(int))
    centred = data.y - data.y.mean()
    top_y, top_d, bottom = np.zeros(1 if exact else draws), np.zeros(1 if exact else draws), 0.0
    for j in shared:
        rows = order[ends[j] - int(sums.n[j]) : ends[j]]
        y, first = centred[rows], data.first[rows].astype(float)
        size, chosen = len(y), int(first.sum())
        y = y - y.mean()
        add_y, add_d = _subset_sums(np.stack([y, first]), chosen, random, None if exact else draws)
        add_d = add_d - chosen**2 / size
        if exact:
            top_y = (top_y[:, None] + add_y).ravel()
            top_d = (top_d[:, None] + add_d).ravel()
        else:
            top_y, top_d = top_y + add_y, top_d + add_d
        bottom += chosen * (size - chosen) / size
    contrast = (sums.sum_1 - sums.n_1 * (sums.sum_1 + sums.sum_0) / sums.n)[shared]
    estimate = float(contrast.sum() / bottom)

    def p_value(shift: float) -> float:
        return _share(np.abs(top_y - shift * top_d), abs(estimate - shift) * bottom, exact)

    says = f"all {many} assignments" if exact else f"{draws} assignments drawn, seed {seed}"
    spread = float(np.std(top_y) / bottom) or abs(estimate)
    mirrored = 2 if bool((sums.n_1[shared] == sums.n_0[shared]).all()) else 1
    smallest = mirrored / many if exact else 1.0 / (1 + draws)
    return _by_shares(WITHIN, ASSUMES_WITHIN, p_value, estimate, spread, ci_level, [says], smallest)


def _subset_sums(
    columns: np.ndarray, chosen: int, random: np.random.Generator, draws: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of both ``columns`` (2, n) over subsets of size ``chosen``: all of them, or ``draws`` at random."""
    size = columns.shape[1]
    if draws is None:
        subsets = np.array(list(itertools.combinations(range(size), chosen)))
        return columns[0][subsets].sum(axis=1), columns[1][subsets].sum(axis=1)
    out = np.empty((2, draws))
    step = max(1, _AT_ONCE // size)
    for start in range(0, draws, step):
        keys = random.random((min(step, draws - start), size), dtype=np.float32)
        subsets = np.argpartition(keys, chosen - 1, axis=1)[:, :chosen]
        for row in (0, 1):
            out[row, start : start + len(keys)] = columns[row][subsets].sum(axis=1)
    return out[0], out[1]


def _share(drawn: np.ndarray, seen: float, exact: bool) -> float:
    """p value; ties but for rounding count as at least as large."""
    larger = int((drawn >= seen * (1.0 - _TIE)).sum())
    return larger / len(drawn) if exact else (1 + larger) / (1 + len(drawn))


def _by_shares(
    method: str,
    assumes: str,
    p_value: Callable[[float], float],
    estimate: float,
    spread: float,
    level: float,
    says: list[str],
    smallest: float,
) -> Inference:
    """The inference whose p values come from ``p_value`` (difference -> p)."""
    if not spread > 0.0:
        return not_computed(method, "no unit differs from another", assumes=assumes, estimate=estimate)
    low, high = inverted(p_value, estimate, spread, level, smallest=smallest)
    says = [*says, smallest_p(smallest, level)]
    if not (math.isfinite(low) and math.isfinite(high)):
        says = [*says, "an open interval: with so few assignments no value on that side can be ruled out"]
    nan = math.nan
    return Inference(
        method,
        estimate,
        nan,
        nan,
        nan,
        p_value(0.0),
        low if math.isfinite(low) else nan,
        high if math.isfinite(high) else nan,
        assumes,
        joined(*says),
    )
