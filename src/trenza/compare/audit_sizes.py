"""Which group sizes could give the printed df and t of a row, and of all rows together.

Nothing is sampled: for a pair of sizes the SDs that round to the printed ones fill a box, df fixes the ratio of the
two squared standard errors and t their sum, and whether a point of the box meets both is a comparison of corners.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trenza.compare.audit_ranges import Interval
from trenza.compare.audit_rows import Row
from trenza.contracts.audit_tables import RULES
from trenza.contracts.tables import CONTRACTS

NEAR = 1e-10  # relative: float noise at a corner

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def reachable(row: Row, n_1: Any, n_2: Any, rule: str) -> Bools:
    """Whether sizes ``n_1``, ``n_2`` (arrays that broadcast, each >= 2) can give df and t by the same SDs.

    A df or t that is not printed asks nothing. ``rule`` is how means, SDs, t and df are taken to be printed.
    """
    n_1, n_2 = np.broadcast_arrays(np.asarray(n_1, dtype=float), np.asarray(n_2, dtype=float))
    se = _standard_errors(row, rule)
    if se is None:
        return np.zeros(n_1.shape, dtype=bool)
    sds = [Interval(max(sd.low, 0.0), sd.high) for sd in (cell.interval(rule) for cell in row.sd)]
    if row.test == "student":
        return _student(row, n_1, n_2, rule, sds, se)
    low = (sds[0].low ** 2 / n_1, sds[1].low ** 2 / n_2)
    high = (sds[0].high ** 2 / n_1, sds[1].high ** 2 / n_2)
    found = np.zeros(n_1.shape, dtype=bool)
    for ratio_low, ratio_high in _ratios(row, n_1, n_2, rule):
        found |= _box_meets(low, high, ratio_low, ratio_high, se)
    return found


def _standard_errors(row: Row, rule: str) -> Interval | None:
    """All standard errors s with difference = t s for a difference and a t so printed; None where there is none."""
    if row.t is None:
        return Interval(0.0, math.inf)
    t, difference = row.t.interval(rule), row.difference(rule)
    low, high = 0.0, math.inf
    # s t.low <= difference.high and s t.high >= difference.low, each a bound on s by the sign of its t.
    for slope, end in ((t.low, difference.high), (-t.high, -difference.low)):
        if slope > 0:
            high = min(high, end / slope)
        elif slope < 0:
            low = max(low, end / slope)
        elif end < 0:
            return None
    return Interval(low, high) if low <= high * (1 + NEAR) and high > 0 else None


def _student(row: Row, n_1: Floats, n_2: Floats, rule: str, sds: Sequence[Interval], se: Interval) -> Bools:
    """Student: df is n_1 + n_2 - 2, and the pooled standard error takes all values between its corners."""
    fits = np.ones(n_1.shape, dtype=bool)
    df = n_1 + n_2 - 2
    if row.df is not None:
        allowed = row.df.interval(rule)
        fits &= (df >= allowed.low - NEAR) & (df <= allowed.high + NEAR)
    ends = [
        ((n_1 - 1) * first**2 + (n_2 - 1) * second**2) / df * (1 / n_1 + 1 / n_2)
        for first, second in ((sds[0].low, sds[1].low), (sds[0].high, sds[1].high))
    ]
    return fits & (ends[0] <= se.high**2 * (1 + NEAR)) & (ends[1] * (1 + NEAR) >= se.low**2)


def _ratios(row: Row, n_1: Floats, n_2: Floats, rule: str) -> list[tuple[Floats, Floats]]:
    """Ranges of variance 1 / variance 2 (squared standard errors) in which Welch's df is so printed.

    df >= d between the roots of (1 - d / (n_1 - 1)) r^2 + 2 r + (1 - d / (n_2 - 1)) around the peak at
    (n_1 - 1) / (n_2 - 1). What is above the printed low end and not above the high end lies to either side of it.
    """
    if row.df is None:
        return [(np.zeros(n_1.shape), np.full(n_1.shape, np.inf))]
    df = row.df.interval(rule)
    peak = n_1 + n_2 - 2
    outer, inner = _at_least(df.low, n_1, n_2), _at_least(df.high, n_1, n_2)
    never = df.low > peak * (1 + NEAR)
    left = (np.where(never, np.inf, outer[0]), np.where(df.high >= peak, outer[1], inner[0]))
    right = (np.where(never | (df.high >= peak), np.inf, inner[1]), outer[1])
    return [left, right]


def _at_least(df: float, n_1: Floats, n_2: Floats) -> tuple[Floats, Floats]:
    """The two ends of the ratios at which Welch's df is at least ``df``; the peak where it is beyond reach."""
    a, c = 1 - df / (n_1 - 1), 1 - df / (n_2 - 1)
    root = 1 + np.sqrt(np.maximum(1 - a * c, 0.0))
    with np.errstate(divide="ignore"):
        return np.where(c < 0, -c / root, 0.0), np.where(a < 0, root / np.abs(a), np.inf)


def _box_meets(
    low: tuple[Floats, Floats],
    high: tuple[Floats, Floats],
    ratio_low: Floats,
    ratio_high: Floats,
    se: Interval,
) -> Bools:
    """Whether the box holds a point with its ratio in range and its sum among the squares of ``se``.

    The points of the box in the wedge have a smallest one in both coordinates and a largest one, and the sum takes
    every value between theirs.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        first_low = np.maximum(low[0], np.nan_to_num(ratio_low * low[1], nan=0.0))
        second_low = np.maximum(low[1], low[0] / ratio_high)
        first_high = np.minimum(high[0], ratio_high * high[1])
        second_high = np.minimum(high[1], high[0] / ratio_low)
    inside = (first_low <= high[0] * (1 + NEAR)) & (second_low <= high[1] * (1 + NEAR))
    inside &= (first_low <= first_high * (1 + NEAR)) & (second_low <= second_high * (1 + NEAR))
    with np.errstate(invalid="ignore"):
        return (
            inside
            & (first_low + second_low <= se.high**2 * (1 + NEAR))
            & ((first_high + second_high) * (1 + NEAR) >= se.low**2)
        )


def tried(printed: int, radius: int) -> NDArray[np.int64]:
    """The sizes tried around a printed one: ``radius`` to either side, none below 2."""
    return np.arange(max(2, printed - radius), printed + radius + 1)


def invert_sizes(rows: Sequence[Row], radius: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames of contracts ``audit_sizes`` and ``audit_size_rows``.

    Rows with the same printed sizes are taken together, as they should come from the same units. Rows that print
    neither df nor t ask nothing and are left out. Both rules of printing are tried.
    """
    pairs: list[dict[str, Any]] = []
    per_row: list[dict[str, Any]] = []
    asking = [row for row in rows if row.df is not None or row.t is not None]
    for printed in dict.fromkeys(row.n for row in asking):
        block = [row for row in asking if row.n == printed]
        first, second = (tried(n, radius) for n in printed)
        place = {"printed_n1": printed[0], "printed_n2": printed[1]}
        for rule in RULES:
            fits = np.stack([reachable(row, first[:, None], second[None, :], rule) for row in block])
            count = fits.sum(axis=0)
            for i, j in np.ndindex(count.shape):
                pair = (int(first[i]), int(second[j]))
                pairs.append(
                    place
                    | {
                        "rule": rule,
                        "n1": pair[0],
                        "n2": pair[1],
                        "rows": len(block),
                        "rows_reached": int(count[i, j]),
                        "is_printed": pair == printed,
                    }
                )
            at = (np.searchsorted(first, printed[0]), np.searchsorted(second, printed[1]))
            for k, row in enumerate(block):
                others = np.delete(fits, k, axis=0)
                per_row.append(
                    place
                    | {
                        "rule": rule,
                        "row": row.row,
                        "outcome": row.outcome,
                        "pairs": int(fits[k].size),
                        "pairs_reached": int(fits[k].sum()),
                        "printed_reached": bool(fits[k][at]),
                        "joint_without_row": int(others.all(axis=0).sum()),
                    }
                )
    sizes, size_rows = CONTRACTS["audit_sizes"], CONTRACTS["audit_size_rows"]
    return (
        sizes.check(pd.DataFrame(pairs, columns=sizes.names)),
        size_rows.check(pd.DataFrame(per_row, columns=size_rows.names)),
    )
