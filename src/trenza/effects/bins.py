"""Binned means for a picture, no bin of which holds fewer units than may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def merged(counts: Sequence[int], min_cell: int) -> list[list[int]]:
    """Runs of neighbouring bins, in order, each with at least ``min_cell`` units and at least one.

    A bin that is too small joins the next in the order given; what remains at the end joins the run
    before it. When all bins together are too small the answer is empty: nothing may be shown.
    """
    least = max(min_cell, 1)
    runs: list[list[int]] = []
    run: list[int] = []
    held = 0
    for i, count in enumerate(counts):
        run.append(i)
        held += count
        if held >= least:
            runs.append(run)
            run, held = [], 0
    if run and runs:
        runs[-1] += run
    return runs


def merged_shares(counts: Sequence[int], hits: Sequence[int], min_cell: int) -> list[list[int]]:
    """As ``merged``, and in each run those of ``hits`` (part of ``counts``), and the others, are none or ``min_cell``.

    A share with its n is a count of those who have what it is the share of. A run in which they, or those without,
    are some but few joins the next; the last joins the one before. Where all bins together have few, the answer is
    empty.
    """
    least = max(min_cell, 1)
    few = range(1, least)
    runs = merged(counts, min_cell)
    k = 0
    while k < len(runs):
        held, part = sum(counts[i] for i in runs[k]), sum(hits[i] for i in runs[k])
        if part not in few and held - part not in few:
            k += 1
        elif len(runs) == 1:
            return []
        else:
            first = min(k, len(runs) - 2)
            runs[first : first + 2] = [[*runs[first], *runs[first + 1]]]
            k = first
    return runs


def bin_rows(
    x: np.ndarray,
    y: np.ndarray,
    position: np.ndarray,
    runs: Sequence[Sequence[int]],
    edges: Sequence[tuple[float, float]],
    *,
    share: bool = False,
) -> list[dict[str, Any]]:
    """One row a run: its edges, mean of ``x``, n, mean of ``y`` and the mean's standard error.

    ``x``, ``y``, ``position`` (n): ``position`` is the index of a unit's bin in ``edges``. The standard
    error is sd / sqrt(n), or sqrt(p (1 - p) / n) for a ``share``; blank for n < 2.
    """
    rows = []
    for run in runs:
        inside = np.isin(position, list(run))
        n, mean = int(inside.sum()), float(y[inside].mean())
        variance = mean * (1.0 - mean) if share else float(y[inside].var(ddof=1)) if n > 1 else 0.0
        rows.append(
            {
                "x_low": min(edges[i][0] for i in run),
                "x_high": max(edges[i][1] for i in run),
                "x_mean": float(x[inside].mean()),
                "n": n,
                "y_mean": mean,
                "y_se": (variance / n) ** 0.5 if n > 1 else None,
            }
        )
    return rows
