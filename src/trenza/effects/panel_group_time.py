"""Group-time effects (Callaway & Sant'Anna 2021): only changes of schools not yet treated serve as comparison.

ATT(g, t) = mean change of cohort g from its last year before the start to t, minus the same of those never (or not yet)
treated. Then means over cohorts and years. Nothing is taken from a school that is treated already, so effects may differ
by cohort and grow with time. Source: Callaway & Sant'Anna 2021, J. Econometrics 225, 200-230, without covariates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.adapters import f_upper, t_quantile
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_sums import (
    Aggregate,
    CellEffects,
    ChangeSums,
    cell_effects,
    change_sums,
    cohort_masses,
    effect_cells,
    event_time,
)

METHOD = (
    "group-time effects (Callaway & Sant'Anna 2021), {pool} as comparison, last test before the start as base"
)
POOL_WORDS = {"never": "never treated", "not_yet": "not yet treated"}
ASSUMES = (
    "assumes that without the programme treated and comparison schools would have changed alike (parallel trends) and "
    "that nothing changed before the start"
)
_ERRORS = "clustered at the level of assignment from influence functions, Welch's degrees of freedom"
_PRE = "joint F test that treated and comparison schools changed alike before the start"


@dataclass(frozen=True)
class GroupTime:
    """Aggregates A with their estimates and joint covariance, kept for bands, tests and sensitivity.

    ``influence`` (A, clusters) with each cohort's part enlarged by C / (C - 1); ``alone`` (A,): all treated cohorts in
    the aggregate are one cluster each, so that no standard error can be told.
    """

    aggregates: list[Aggregate]
    estimate: np.ndarray
    influence: np.ndarray
    df: np.ndarray
    alone: np.ndarray
    some_alone: np.ndarray

    @property
    def se(self) -> np.ndarray:
        """Standard errors (A,), nan where no cohort has two clusters."""
        return np.where(self.alone, np.nan, np.sqrt((self.influence**2).sum(axis=1)))

    def pick(self, aggregation: str) -> list[int]:
        """Positions of one kind of aggregate."""
        return [i for i, a in enumerate(self.aggregates) if a.aggregation == aggregation]


def aggregates(sums: ChangeSums, found: CellEffects, cohorts: np.ndarray) -> list[Aggregate]:
    """Overall, by event time, by cohort and by cell; cohorts count by the weights of their units."""
    mass = cohort_masses(sums, cohorts)
    size = np.array([mass[c.cohort] for c in found.cells])
    time = np.array([event_time(sums.years, c.cohort, c.year) for c in found.cells])
    after = time >= 0
    start = np.array([c.cohort for c in found.cells])

    def over(mask: np.ndarray) -> np.ndarray:
        weights = np.where(mask, size, 0.0)
        return np.asarray(weights / weights.sum())

    out = [Aggregate("overall", "overall", over(after))] if after.any() else []
    out += [Aggregate(f"event_{e:+d}", "event", over(time == e), event_time=int(e)) for e in np.unique(time)]
    out += [
        Aggregate(f"cohort_{g}", "cohort", over(after & (start == g)), cohort=int(g))
        for g in np.unique(start)
        if (after & (start == g)).any()
    ]
    for i, c in enumerate(found.cells):
        one = np.zeros(len(found.cells))
        one[i] = 1.0
        out.append(Aggregate(f"cohort_{c.cohort}_year_{c.year}", "cell", one, c.cohort, c.year, int(time[i])))
    return out


def group_time(
    sums: ChangeSums, pool: str, *, small_sample: bool = True, shares_known: bool = True
) -> GroupTime:
    """All aggregates of a panel.

    ``small_sample``: the squared influences of a cohort's C clusters are enlarged by C / (C - 1), and degrees of freedom
    are Welch's over cohorts; with one treated cohort, equal weights and a cluster a unit this is Welch's t test of the
    changes. Else as in R's ``did``. ``shares_known``: the cohorts' shares are those of these very schools; else they
    are estimates of shares in a larger population, and their noise enters the standard errors of means over cohorts.
    """
    cohorts = sums.cohort
    found = cell_effects(sums, cohorts, pool, effect_cells(sums, cohorts, pool))
    kinds = aggregates(sums, found, cohorts)
    weights = np.array([a.weights for a in kinds])
    influence = weights @ found.influence
    if not shares_known:
        influence = influence + _share_noise(sums, found, weights)
    numbers = {int(g): int((cohorts == g).sum()) for g in np.unique(cohorts)}
    if small_sample:
        factor = np.array(
            [
                (numbers[int(g)] / (numbers[int(g)] - 1)) ** 0.5 if numbers[int(g)] > 1 else 1.0
                for g in cohorts
            ]
        )
        influence = influence * factor
    groups = np.unique(cohorts)
    part = np.stack([(influence[:, cohorts == g] ** 2).sum(axis=1) for g in groups], axis=1)
    free = np.array([max(numbers[int(g)] - 1, 1) for g in groups])
    with np.errstate(divide="ignore", invalid="ignore"):
        df = part.sum(axis=1) ** 2 / (part**2 / free).sum(axis=1)
    single = np.array([numbers[c.cohort] == 1 for c in found.cells])
    used = weights > 0.0
    return GroupTime(
        aggregates=kinds,
        estimate=weights @ found.effect,
        influence=_by_cluster(influence, sums),
        df=df if small_sample else np.full(len(kinds), np.inf),
        alone=np.array([bool(single[u].all()) for u in used]),
        some_alone=np.array([bool(single[u].any()) for u in used]),
    )


def _by_cluster(influence: np.ndarray, sums: ChangeSums) -> np.ndarray:
    out = np.zeros((len(influence), sums.clusters))
    np.add.at(out.T, sums.cluster, influence.T)
    return out


def _share_noise(sums: ChangeSums, found: CellEffects, weights: np.ndarray) -> np.ndarray:
    """Influence of estimating each cohort's share (Callaway & Sant'Anna 2021, their theorem 2)."""
    whole = sums.share.sum()
    mass = cohort_masses(sums, sums.cohort)
    out = np.zeros((len(weights), len(sums.cohort)))
    for a, row in enumerate(weights):
        keep = np.flatnonzero(row > 0.0)
        share = np.array([mass[found.cells[i].cohort] / whole for i in keep])
        # influence of the share of each kept cell's cohort, (cells kept, K)
        own = np.array([(sums.cohort == found.cells[i].cohort) * sums.share for i in keep])
        own = (own - share[:, None] * sums.share) / whole
        of_weight = own / share.sum() - own.sum(axis=0) * (share / share.sum() ** 2)[:, None]
        out[a] = found.effect[keep] @ of_weight
    return out


def critical_value(influence: np.ndarray, se: np.ndarray, *, ci_level: float, draws: int, seed: int) -> float:
    """The value that the largest \\|t\\| of several aggregates stays below, by random signs of clusters (seeded)."""
    known = np.isfinite(se) & (se > 0.0)
    if not known.any():
        return float("nan")
    scaled = influence[known] / se[known, None]
    random = np.random.default_rng(seed)
    largest = np.empty(draws)
    step = max(1, 2_000_000 // scaled.shape[1])
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        signs = 2.0 * random.integers(0, 2, (stop - start, scaled.shape[1]), dtype=np.int8) - 1.0
        largest[start:stop] = np.abs(signs @ scaled.T).max(axis=1)
    return float(np.quantile(largest, ci_level))


def joint_before(fitted: GroupTime) -> tuple[float, int, float, float] | None:
    """F, its two degrees of freedom and p that all event times before the base are 0; None where it cannot be told.

    Wald statistic over its number k of event times, with the smallest Welch degrees of freedom among them.
    """
    early = [i for i in fitted.pick("event") if (fitted.aggregates[i].event_time or 0) < -1]
    early = [i for i in early if np.isfinite(fitted.se[i]) and fitted.se[i] > 0.0]
    if not early:
        return None
    covariance = fitted.influence[early] @ fitted.influence[early].T
    scale = np.sqrt(np.diag(covariance))
    if np.linalg.matrix_rank(covariance / np.outer(scale, scale), tol=1e-8) < len(early):
        return None
    beta = fitted.estimate[early]
    f = float(beta @ np.linalg.solve(covariance, beta)) / len(early)
    df = float(fitted.df[early].min())
    return f, len(early), df, f_upper(f, len(early), df)


def group_time_rows(
    design: PanelDesign, used: pd.DataFrame, *, ci_level: float, draws: int, seed: int
) -> list[Row]:
    """Tidy rows: overall, event times with simultaneous bands, cohorts, cells, and the joint test before the start."""
    sums = change_sums(used)
    fitted = group_time(sums, design.pool)
    events = fitted.pick("event")
    critical = critical_value(
        fitted.influence[events], fitted.se[events], ci_level=ci_level, draws=draws, seed=seed
    )
    method = f"{METHOD.format(pool=POOL_WORDS[design.pool])}; {_ERRORS}"
    rows = []
    for i, a in enumerate(fitted.aggregates):
        notes = [ASSUMES, *_missing_noise(fitted, i)]
        se = float(fitted.se[i])
        row = told(design, "group_time", a.name, float(fitted.estimate[i]), se, float(fitted.df[i]), ci_level)
        row |= {"aggregation": a.aggregation, "cohort": a.cohort, "year": a.year, "event_time": a.event_time}
        row |= _counts(sums, a, fitted)
        if a.aggregation == "event":
            half = (
                max(critical, t_quantile(0.5 + ci_level / 2.0, float(fitted.df[i]))) * se
                if se > 0.0
                else np.nan
            )
            row |= {"band_low": row["estimate"] - half, "band_high": row["estimate"] + half}
            notes.append(_years_said(sums, a))
        rows.append(row | {"method": method, "note": "; ".join(notes)})
    test = joint_before(fitted)
    row = told(design, "group_time", "pre_trend", None, None, None, ci_level)
    row |= {"n": int(sums.units.sum()), "clusters": sums.clusters}
    row |= {"aggregation": "pre_trend", "method": f"{_PRE}; {METHOD.format(pool=POOL_WORDS[design.pool])}"}
    if test is None:
        row["note"] = "not computed: fewer than two tests before the start, or too few clusters"
    else:
        f, k, df, p = test
        row |= {"statistic": f, "df": df, "p_value": p}
        row["note"] = (
            f"F with {k} numerator degrees of freedom; passing it does not show that trends are parallel"
        )
    return [*rows, row]


def _missing_noise(fitted: GroupTime, i: int) -> list[str]:
    if fitted.alone[i]:
        return ["no standard error: each treated cohort is one cluster; see randomisation inference"]
    if fitted.some_alone[i]:
        return ["a treated cohort of one cluster adds nothing to the standard error, which is too small"]
    return []


def _counts(sums: ChangeSums, a: Aggregate, fitted: GroupTime) -> Row:
    """Units and clusters of all cohorts that the aggregate averages over, and of all who are compared."""
    starts = {int(c.cohort) for c in fitted.aggregates if c.aggregation == "cell" and c.cohort is not None}
    if a.cohort is not None:
        starts = {a.cohort}
    elif a.event_time is not None:
        starts = {g for g in starts if _has(sums.years, g, a.event_time)}
    treated = np.isin(sums.cohort, sorted(starts))
    return {
        "n": int(sums.units.sum()),
        "clusters": sums.clusters,
        "treated_units": int(sums.units[treated].sum()),
        "treated_clusters": len(np.unique(sums.cluster[treated])),
    }


def _has(years: tuple[int, ...], cohort: int, time: int) -> bool:
    return 0 <= sum(y < cohort for y in years) + time < len(years)


def _years_said(sums: ChangeSums, a: Aggregate) -> str:
    since = set()
    for g in {int(c) for c in sums.cohort if c > 0}:
        place = sum(y < g for y in sums.years) + (a.event_time or 0)
        if 0 <= place < len(sums.years):
            since.add(sums.years[place] - g)
    low, high = min(since), max(since)
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"calendar years since the start: {span}"
