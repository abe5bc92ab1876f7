"""Two-way fixed effects: the estimate that most papers print, with a count of what makes it unsafe when starts differ.

outcome = school + year + effect x (treated by then) by weighted least squares. With one start for all it is a plain
difference in differences. With several, schools treated already serve as comparison for later ones, and some group-time
effects enter with negative weight (Goodman-Bacon 2021, J. Econometrics 225, 254-277; de Chaisemartin & D'Haultfoeuille 2020,
AER 110, 2964-2996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row, told

METHOD = "two-way fixed effects (school and year), CR1 clustered at the level of assignment, t with clusters - 1 degrees of freedom"
_UNSAFE = "unsafe: treatment begins in different years, so schools treated already serve as comparison"
_ASSUMES = "assumes parallel trends, nothing before the start, and one effect for all cohorts and years"


@dataclass(frozen=True)
class Within:
    """The rows of a panel with unit means taken out, as sums by cluster.

    Columns are treatment (first) and years but the first. ``gram`` (C, k, k) and ``xy`` (C, k) are weighted
    cross-products; ``treatment`` (n,) is what is left of treatment once units and years are taken out.
    """

    gram: np.ndarray
    xy: np.ndarray
    treatment: np.ndarray


def within(used: pd.DataFrame) -> Within:
    """Take out unit means (weighted) and add up by cluster; clusters in the order of their ids."""
    unit = pd.factorize(used["unit"])[0]
    names = sorted(set(used["cluster"]), key=lambda c: (str(type(c)), c))
    cluster = used["cluster"].map({n: i for i, n in enumerate(names)}).to_numpy()
    w = used["weight"].to_numpy()
    years = np.array(sorted(used["year"].unique()))
    x = np.column_stack(
        [treated(used), *(np.equal(used["year"].to_numpy(), y).astype(float) for y in years[1:])]
    )
    both = np.column_stack([x, used["outcome"].to_numpy() - used["outcome"].mean()])
    mass = np.bincount(unit, w)
    for j in range(both.shape[1]):
        both[:, j] -= (np.bincount(unit, w * both[:, j]) / mass)[unit]
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    sorted_rows, weights = both[order], w[order]
    k = x.shape[1]
    gram = np.empty((len(starts), k, k + 1))
    for j in range(k):
        gram[:, j] = np.add.reduceat(sorted_rows * (weights * sorted_rows[:, j])[:, None], starts)
    whole = gram.sum(axis=0)
    left = both[:, 0] - both[:, 1:k] @ np.linalg.lstsq(whole[1:, 1:k], whole[1:, 0], rcond=None)[0]
    return Within(gram[:, :, :k], gram[:, :, k], left)


def treated(used: pd.DataFrame) -> np.ndarray:
    """1.0 in rows from the start on, else 0.0."""
    cohort = used["cohort"].to_numpy()
    return np.asarray(((cohort > 0) & (used["year"].to_numpy() >= cohort)).astype(float))


@dataclass(frozen=True)
class TwoWay:
    """The estimate with CR1: C / (C - 1) x (n - 1) / (n - k), units within clusters not counted in k."""

    estimate: float
    se: float
    clusters: int


def two_way(sums: Within, n: int) -> TwoWay:
    """Least squares from the sums; ``n`` rows."""
    bread = np.linalg.pinv(sums.gram.sum(axis=0), hermitian=True)
    beta = bread @ sums.xy.sum(axis=0)
    score = (sums.xy - sums.gram @ beta) @ bread[:, 0]
    c, k = len(sums.gram), sums.gram.shape[1] + 1
    factor = c / (c - 1) * (n - 1) / (n - k) if c > 1 else np.nan
    return TwoWay(float(beta[0]), float((factor * (score @ score)) ** 0.5), c)


def two_way_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """One tidy row, its role ``unsafe`` where treatment begins in more than one year."""
    sums = within(used)
    found = two_way(sums, len(used))
    row = told(design, "two_way", "overall", found.estimate, found.se, found.clusters - 1, ci_level)
    starts = used.loc[used["cohort"] > 0, "cohort"].nunique()
    notes = [_ASSUMES]
    if starts > 1:
        row["role"] = "unsafe"
        notes.insert(0, _UNSAFE)
    counts = treated_counts(used)
    return [row | counts | {"aggregation": "overall", "method": METHOD, "note": "; ".join(notes)}]


def treated_counts(used: pd.DataFrame) -> Row:
    """Units and clusters, all and treated."""
    units = used.drop_duplicates("unit")
    mine = units[units["cohort"] > 0]
    return {
        "n": len(units),
        "clusters": int(units["cluster"].nunique()),
        "treated_units": len(mine),
        "treated_clusters": int(mine["cluster"].nunique()),
    }


def forbidden(used: pd.DataFrame) -> list[Row]:
    """Rows quantity, value, meaning: negative weights, and the share of comparisons with schools treated already.

    Weights: the two-way estimate is a weighted sum of the effects in treated rows, weights proportional to weight x
    what is left of treatment once schools and years are taken out. The share of forbidden comparisons is
    Goodman-Bacon's, and is blank where some school lacks a year, for which his decomposition does not hold.
    """
    left = within(used).treatment
    mine = treated(used) > 0.0
    weights = used["weight"].to_numpy()[mine] * left[mine]
    weights = weights / weights.sum()
    negative = weights < -1e-12
    rows: list[Row] = [
        {
            "quantity": "negative_share",
            "value": float(negative.mean()),
            "meaning": "share of treated rows whose effect enters the two-way estimate with negative weight, 0 to 1",
        },
        {
            "quantity": "negative_sum",
            "value": float(weights[negative].sum()),
            "meaning": "sum of the negative weights; all weights add up to 1",
        },
    ]
    said = "weight of comparisons of later starters with schools treated already, 0 to 1 (Goodman-Bacon)"
    rows.append({"quantity": "forbidden_share", "value": forbidden_share(used), "meaning": said})
    return rows


def forbidden_share(used: pd.DataFrame) -> float:
    """Goodman-Bacon's weight of comparisons whose comparison group is treated already; nan without all years."""
    years = np.array(sorted(used["year"].unique()))
    if (used.groupby("unit")["year"].size() != len(years)).any():
        return float("nan")
    units = used.drop_duplicates("unit")
    size = units.groupby("cohort")["weight"].sum() / units["weight"].sum()
    time = {int(g): float((years >= g).mean()) if g > 0 else 0.0 for g in size.index}
    fine, already = 0.0, 0.0
    starts = [g for g in time if g > 0]
    for g in starts:
        if 0 in time:
            fine += size[g] * size[0] * time[g] * (1 - time[g])
        for later in (s for s in starts if s > g):
            apart = time[g] - time[later]
            fine += size[g] * size[later] * apart * (1 - time[g])
            already += size[g] * size[later] * apart * time[later]
    return float(already / (fine + already))
