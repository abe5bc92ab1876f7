"""Imputation (Borusyak, Jaravel & Spiess 2024): what treated schools would have scored, from schools and years untreated.

outcome = school + year is fitted to untreated rows only; effects are outcome minus fitted in treated rows, then means of them.
Efficient where errors are independent with one variance, since every year before the start serves as baseline. Source:
Borusyak, Jaravel & Spiess 2024, Rev. Econ. Stud. 91, 3253-3285.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_sums import event_time
from trenza.effects.panel_two_way import treated, treated_counts

METHOD = (
    "imputation (Borusyak, Jaravel & Spiess 2024): school and year effects from untreated rows; conservative standard "
    "errors clustered at the level of assignment, enlarged for few clusters, Welch's degrees of freedom"
)
_ASSUMES = (
    "assumes that school plus year foretells the untreated outcome in every year (parallel trends in all years used) "
    "and that nothing changed before the start"
)


@dataclass(frozen=True)
class Imputed:
    """Sums of effects with standard errors and degrees of freedom; treated rows that could not be imputed."""

    estimate: np.ndarray
    se: np.ndarray
    df: np.ndarray
    left_out: int


def imputation(used: pd.DataFrame, weights: np.ndarray, *, small_sample: bool = True) -> Imputed:
    """Weighted sums of effects; ``weights`` (A, n) are 0 in untreated rows and are rescaled to add up to 1.

    A treated row whose year has no untreated row cannot be imputed and is left out. Each sum is linear in all outcomes, so
    its variance is the sum over clusters of (sum of v x residual)^2; a treated row's residual is its effect minus
    the v^2-weighted mean effect of its cohort and year. ``small_sample``: the squared sums of a cohort's C clusters are
    enlarged by C / (C - 1), with Welch's degrees of freedom over cohorts, as for group-time effects; else as published.
    """
    unit = pd.factorize(used["unit"])[0]
    years, year = np.unique(used["year"].to_numpy(), return_inverse=True)
    w, y, on = used["weight"].to_numpy(), used["outcome"].to_numpy(), treated(used) > 0.0
    n_units, t = int(unit.max()) + 1, len(years)
    free = np.where(on, 0.0, w)
    known = np.bincount(year, free, t)[year] > 0.0
    can = on & known & (np.bincount(unit, free, n_units)[unit] > 0.0)
    # Sums of weights of untreated rows by unit, by year, and by both
    by_unit = np.bincount(unit, free, n_units)
    by_unit = np.where(by_unit > 0.0, by_unit, 1.0)
    table = np.bincount(unit * t + year, free, n_units * t).reshape(n_units, t)
    small = np.diag(table.sum(axis=0)) - table.T @ (table / by_unit[:, None])

    def solve(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Unit and year effects that solve the normal equations with these sums of row values on the right."""
        of_unit, of_year = np.bincount(unit, values, n_units), np.bincount(year, values, t)
        lam = np.linalg.lstsq(small, of_year - table.T @ (of_unit / by_unit), rcond=None)[0]
        return (of_unit - table @ lam) / by_unit, lam

    alpha, lam = solve(free * y)
    residual = y - alpha[unit] - lam[year]
    # cells of cluster and cohort, with the cohort of each
    key, place = np.unique(
        np.stack([pd.factorize(used["cluster"])[0], used["cohort"].to_numpy()], axis=1),
        axis=0,
        return_inverse=True,
    )
    place, (cluster, began) = place.ravel(), key.T
    group = used["cohort"].to_numpy() * 10_000 + used["year"].to_numpy()
    cell = pd.factorize(group)[0]
    estimates, errors, degrees = [], [], []
    for wanted in weights:
        v = np.where(can, wanted, 0.0)
        whole = v.sum()
        if not whole > 0.0:
            estimates.append(np.nan)
            errors.append(np.nan)
            degrees.append(np.nan)
            continue
        v = v / whole
        estimates.append(float(v @ np.where(can, residual, 0.0)))
        a, b = solve(v)
        full = np.where(on, v, -free * (a[unit] + b[year]))
        square = np.bincount(cell, np.where(on, v**2, 0.0))
        mean = np.bincount(cell, np.where(on, v**2 * residual, 0.0)) / np.where(square > 0.0, square, 1.0)
        error = np.where(on, residual - mean[cell], residual)
        se, df = _clustered(np.bincount(place, full * error), cluster, began, small_sample)
        errors.append(se)
        degrees.append(df)
    return Imputed(np.array(estimates), np.array(errors), np.array(degrees), int((on & ~can).sum()))


def _clustered(
    sums: np.ndarray, cluster: np.ndarray, began: np.ndarray, small_sample: bool
) -> tuple[float, float]:
    """Standard error and degrees of freedom from sums by cluster and cohort."""
    if not small_sample:
        return float(np.sqrt((np.bincount(cluster, sums) ** 2).sum())), float("inf")
    starts, code, count = np.unique(began, return_inverse=True, return_counts=True)
    free = np.maximum(count - 1, 1)
    sums = sums * np.sqrt(np.where(count > 1, count / free, 1.0))[code]
    part = np.bincount(code, sums**2, len(starts))
    df = part.sum() ** 2 / (part**2 / free).sum() if part.any() else np.nan
    return float(np.sqrt((np.bincount(cluster, sums) ** 2).sum())), float(df)


def effect_sums(used: pd.DataFrame) -> list[tuple[str, Row, np.ndarray]]:
    """Name, columns and mask of rows of each mean: overall, event times from the start on, cohorts."""
    on, cohort = treated(used) > 0.0, used["cohort"].to_numpy()
    years = tuple(sorted(int(y) for y in used["year"].unique()))
    time = np.array(
        [
            event_time(years, int(g), int(y)) if o else -1
            for g, y, o in zip(cohort, used["year"], on, strict=True)
        ]
    )
    kinds: list[tuple[str, Row, np.ndarray]] = [("overall", {"aggregation": "overall"}, on)]
    for e in sorted(set(time[on])):
        kinds.append((f"event_{e:+d}", {"aggregation": "event", "event_time": int(e)}, on & (time == e)))
    for g in sorted(set(cohort[on])):
        kinds.append((f"cohort_{g}", {"aggregation": "cohort", "cohort": int(g)}, on & (cohort == g)))
    return kinds


def imputation_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """Tidy rows: overall, event times from the start on, cohorts. Rows count by the weight of their unit."""
    w, kinds = used["weight"].to_numpy(), effect_sums(used)
    found = imputation(used, np.array([np.where(mask, w, 0.0) for _, _, mask in kinds]))
    rows = []
    for (name, what, mask), estimate, se, df in zip(kinds, found.estimate, found.se, found.df, strict=True):
        mine = used[mask]
        clusters = int(mine["cluster"].nunique())
        notes = [_ASSUMES]
        if found.left_out:
            notes.append(f"{found.left_out} treated rows left out: no untreated row in their year")
        known = bool(np.isfinite(estimate))
        if clusters < 2:
            notes.append("no standard error: the treated are one cluster; see randomisation inference")
        row = told(
            design,
            "imputation",
            name,
            float(estimate) if known else None,
            float(se) if known and clusters > 1 else None,
            float(df),
            ci_level,
        )
        row |= treated_counts(used) | {
            "treated_units": int(mine["unit"].nunique()),
            "treated_clusters": clusters,
        }
        rows.append(row | what | {"method": METHOD, "note": "; ".join(notes)})
    return rows
