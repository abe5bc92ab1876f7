"""A panel as sums by cluster and cohort: all that comparisons of changes need, whoever is relabelled or redrawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Cell:
    """One group-time effect to compute: cohort, year and the base year with which the year is compared."""

    cohort: int
    year: int
    base: int


@dataclass(frozen=True)
class ChangeSums:
    """Weighted changes between pairs of years, summed over the units of one cluster and one cohort.

    K cluster-cohort cells, P pairs (base, year). ``cohort``, ``cluster`` (K,): year of start (0 = comparison) and number of
    the cluster from 0, in the order of their ids; ``total`` (P, K): sum of weight x (outcome in year - outcome in
    base) over units with both; ``mass`` (P, K): sum of their weights; ``count`` (P, K): units. ``share`` (K,): weights of all units.
    """

    years: tuple[int, ...]
    pairs: dict[tuple[int, int], int]
    cohort: np.ndarray
    cluster: np.ndarray
    total: np.ndarray
    mass: np.ndarray
    count: np.ndarray
    share: np.ndarray
    units: np.ndarray

    @cached_property
    def clusters(self) -> int:
        """Clusters."""
        return int(self.cluster.max()) + 1

    def base_of(self, cohort: int) -> int:
        """The last year used before ``cohort`` starts."""
        return max(y for y in self.years if y < cohort)


def change_sums(used: pd.DataFrame) -> ChangeSums:
    """Sums of all pairs of years (later minus earlier and back); ``used`` as ``check_panel`` returns it."""
    units = used.drop_duplicates("unit")
    years = tuple(sorted(int(y) for y in used["year"].unique()))
    row = pd.factorize(used["unit"])[0]
    column = np.searchsorted(np.array(years), used["year"].to_numpy())
    score = np.full((len(units), len(years)), np.nan)
    score[row, column] = used["outcome"].to_numpy()
    weight = units["weight"].to_numpy(dtype="float64")
    names = sorted(set(units["cluster"]), key=lambda c: (str(type(c)), c))
    number = {name: i for i, name in enumerate(names)}
    cluster = np.array([number[c] for c in units["cluster"]])
    start = units["cohort"].to_numpy(dtype="int64")
    key, cell = np.unique(np.stack([cluster, start], axis=1), axis=0, return_inverse=True)
    cell = cell.ravel()
    k = len(key)
    pairs: dict[tuple[int, int], int] = {}
    total, mass, count = [], [], []
    for b, base in enumerate(years):
        for t, year in enumerate(years):
            if b == t:
                continue
            change = score[:, t] - score[:, b]
            there = np.isfinite(change)
            pairs[base, year] = len(pairs)
            w = weight[there]
            total.append(np.bincount(cell[there], w * change[there], k))
            mass.append(np.bincount(cell[there], w, k))
            count.append(np.bincount(cell[there], minlength=k))
    return ChangeSums(
        years=years,
        pairs=pairs,
        cohort=key[:, 1],
        cluster=key[:, 0],
        total=np.array(total),
        mass=np.array(mass),
        count=np.array(count),
        share=np.bincount(cell, weight, k),
        units=np.bincount(cell, minlength=k),
    )


def effect_cells(sums: ChangeSums, cohorts: np.ndarray, pool: str) -> list[Cell]:
    """Every cohort's every year but its base, where units of the cohort and of the pool have both years."""
    found = []
    for cohort in sorted({int(c) for c in cohorts if c > 0}):
        earlier = [y for y in sums.years if y < cohort]
        if not earlier:
            continue
        base = max(earlier)
        for year in sums.years:
            if year == base:
                continue
            mass = sums.mass[sums.pairs[base, year]]
            if (
                mass[cohorts == cohort].sum() > 0.0
                and mass[compared(cohorts, cohort, year, base, pool)].sum() > 0.0
            ):
                found.append(Cell(cohort, year, base))
    return found


def compared(cohorts: np.ndarray, cohort: int, year: int, base: int, pool: str) -> np.ndarray:
    """Which cells are compared: never treated, or with ``not_yet`` also those that start after both years."""
    never = cohorts == 0
    if pool == "never":
        return np.asarray(never)
    return np.asarray(never | ((cohorts > max(year, base)) & (cohorts != cohort)))


@dataclass(frozen=True)
class CellEffects:
    """Group-time effects of E cells: ``effect`` (E,) and the influence of each cluster-cohort cell, (E, K)."""

    cells: list[Cell]
    effect: np.ndarray
    influence: np.ndarray


def cell_effects(sums: ChangeSums, cohorts: np.ndarray, pool: str, cells: list[Cell]) -> CellEffects:
    """Mean change of the cohort minus mean change of those compared, from ``cells``.

    ``cohorts`` (K,) is whose start each cell is taken to have: ``sums.cohort``, or a reassignment of it.
    Influence: (total - mean x mass) / mass of the group, with the sign of the group; it sums to 0 in each group.
    """
    effect = np.empty(len(cells))
    influence = np.zeros((len(cells), len(cohorts)))
    for i, c in enumerate(cells):
        p = sums.pairs[c.base, c.year]
        total, mass = sums.total[p], sums.mass[p]
        value = 0.0
        for mask, sign in (
            (cohorts == c.cohort, 1.0),
            (compared(cohorts, c.cohort, c.year, c.base, pool), -1.0),
        ):
            whole = mass[mask].sum()
            mean = total[mask].sum() / whole
            influence[i, mask] += sign * (total[mask] - mean * mass[mask]) / whole
            value += sign * mean
        effect[i] = value
    return CellEffects(cells, effect, influence)


@dataclass(frozen=True)
class Aggregate:
    """A weighted mean of cells: ``weights`` (E,) sum to 1 over the cells that count."""

    name: str
    aggregation: str
    weights: np.ndarray
    cohort: int | None = None
    year: int | None = None
    event_time: int | None = None


def cohort_masses(sums: ChangeSums, cohorts: np.ndarray) -> dict[int, float]:
    """The sum of weights of all units of each cohort."""
    return {int(g): float(sums.share[cohorts == g].sum()) for g in np.unique(cohorts) if g > 0}


def event_time(years: tuple[int, ...], cohort: int, year: int) -> int:
    """Tests since the start: 0 is the first year used in which the cohort is treated, -1 the last one before."""
    return years.index(year) - sum(y < cohort for y in years)
