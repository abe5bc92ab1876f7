"""Comparison schools weighted to the baseline of the treated: the effect on the treated, and how alike the groups became.

The weights are those of ``panel_balancing``. Errors by stacked estimating equations (Stefanski & Boos 2002, American Statistician
56, 29-38): the means of the treated, the weights and the estimate are solved together, so that the noise of the weights counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.effects.panel_balancing import ON, Balanced, balanced, effective_number
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_overlap import difference_sd, share_inside
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_two_way import treated_counts

METHOD = (
    "entropy balancing (Hainmueller 2012): schools that never begin are weighted to the {moments} of the treated in each baseline year's score"
    "{covariates}; effect on the treated (ATT); stacked estimating equations clustered at the level of assignment (Stefanski & Boos 2002), "
    "effective numbers of clusters and schools in place of counts, Welch's degrees of freedom"
)
_BOTH, _MEANS = "means and SDs", "means"
_MEANS_ALONE = (
    "means alone are met: the comparison holds too few schools with the spread of the treated as well"
)
_COVARIATES = " and in the declared covariates"
_ASSUMES = "assumes that schools with the same values at baseline would have scored alike, whatever else differs between them"
_NO_POOL = "not computed: no school that never begins"
_NO_OVERLAP = "not computed: no weights on the comparison schools give them the baseline means of the treated"


def weighting_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """One tidy row: mean over treated school-years of the score minus the weighted mean of the comparison in that year.

    A school-year counts as its school does (``design.weights``). Where no weights meet the means the row has no figures.
    """
    found = balanced(design, used)
    rows = used[used["unit"].isin(found.schools.index)]
    shared: Row = {
        "aggregation": "overall",
        "method": METHOD.format(
            covariates=_COVARIATES if design.covariates else "", moments=_BOTH if found.spreads else _MEANS
        ),
        **treated_counts(rows if len(rows) else used),
    }
    if found.weights is None:
        why = _NO_POOL if found.treated.all() else _NO_OVERLAP
        return [told(design, "weighting", "overall", None, None, None, ci_level) | shared | {"note": why}]
    said = [_ASSUMES] if found.spreads else [_ASSUMES, _MEANS_ALONE]
    if found.left_out:
        said.append(
            f"{found.left_out} schools left out: a score of a baseline year or a covariate is missing"
        )
    effect, influence = effect_on_the_treated(found, *_late(design, rows, found))
    se, df = standard_error(found, influence)
    row = told(design, "weighting", "overall", effect, se, df, ci_level)
    return [row | shared | {"note": "; ".join(said)}]


def balance_rows(design: PanelDesign, used: pd.DataFrame, *, least: int = 1) -> list[Row]:
    """Before and after weighting, one row a value (contract ``panel_balance``): means, differences in SDs between schools, bands.

    The SD is the pooled one of the unweighted schools, before and after. Pupils tested are shown where schools count by them, also when
    nothing was done to balance them. No row where a group has fewer than ``least`` schools.
    """
    found = balanced(design, used)
    if min(found.treated.sum(), (~found.treated).sum()) < max(least, 2):
        return []
    weights = found.weights
    values = dict(zip(found.names, found.values.T, strict=True))
    if design.weights and f"{ON}{design.weights}" not in values:
        early = used[used["year"].isin(design.baseline_years)]
        values["pupils_tested"] = (
            early.groupby("unit")["pupils"].mean().reindex(found.schools.index).to_numpy()
        )
    mine, others = found.treated, ~found.treated
    base = found.schools["weight"].to_numpy(dtype="float64")
    shared: Row = {
        "n_treated": int(mine.sum()),
        "n_comparison": int(others.sum()),
        "effective_comparison": found.effective,
        "largest_share": None if weights is None else float(weights[others].max() / weights[others].sum()),
    }
    rows = []
    for name, value in values.items():
        row: Row = {
            "variable": name.removeprefix(ON),
            "covariate": name.startswith(ON),
            "balanced": name in found.names and weights is not None,
            **shared,
        }
        row |= _compared(value, mine, base, "before")
        row["share_inside"] = share_inside(value[mine], value[others])
        row |= {} if weights is None else _compared(value, mine, weights, "after")
        rows.append(row)
    return rows


def _compared(value: np.ndarray, mine: np.ndarray, weights: np.ndarray, when: str) -> Row:
    means = [float(np.average(value[g], weights=weights[g])) for g in (mine, ~mine)]
    sds = [
        float(np.average((value[g] - m) ** 2, weights=weights[g])) ** 0.5
        for g, m in zip((mine, ~mine), means, strict=True)
    ]
    g, band = difference_sd(value[mine], value[~mine], means[0] - means[1])
    return {
        "mean_treated": means[0],
        f"mean_comparison_{when}": means[1],
        f"sd_ratio_{when}": sds[0] / sds[1] if sds[1] > 0.0 else None,
        f"difference_sd_{when}": g,
        f"band_{when}": band,
    }


def _late(design: PanelDesign, rows: pd.DataFrame, found: Balanced) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n, T) of the outcome years, nan without one, and whether a school is under treatment then."""
    years = list(design.outcome_years)
    late = rows[rows["year"].isin(years)]
    wide = late.pivot(index="unit", columns="year", values="outcome").reindex(
        index=found.schools.index, columns=years
    )
    cohort = found.schools["cohort"].to_numpy()[:, None]
    return wide.to_numpy(dtype="float64"), (cohort > 0) & (np.array(years)[None, :] >= cohort)


def effect_on_the_treated(found: Balanced, scores: np.ndarray, on: np.ndarray) -> tuple[float, np.ndarray]:
    """The estimate, and the influence (n,) of each school on it; the influences sum to 0 in each group.

    Solved together: sum_T b (x - mu) = 0, sum_C w (x - mu) = 0, sum_C w (y_t - m_t) = 0 for each year, and
    sum_T b sum_t (y_t - m_t - effect) = 0. Influences follow from the inverse of their slopes: of a comparison school w times what a
    regression of the year's scores on x, weighted by w, leaves; of a treated one b times its score minus m_t, minus what that
    regression foretells from its x.
    """
    weights: Any = found.weights
    mine, others = found.treated, ~found.treated
    there = np.isfinite(scores)
    on = on & there & (there & others[:, None]).any(axis=0)  # a year without comparison shows no effect
    x = found.moments - np.average(found.moments[mine], axis=0, weights=weights[mine])
    counted = weights[mine, None] * on[mine]
    whole, share = counted.sum(), counted.sum(axis=0)
    effect = 0.0
    influence = np.zeros(len(scores))
    slope = np.linalg.pinv((x[others] * weights[others, None]).T @ x[others], hermitian=True)
    for t in np.flatnonzero(share > 0.0):
        y = np.where(there[:, t], scores[:, t], 0.0)
        w = weights * there[:, t] * others
        level = float(w @ y / w.sum())
        beta = slope @ (x.T @ (w * (y - level)))
        own = np.where(on[:, t] & mine, weights * (y - level), 0.0)
        effect += float(own.sum())
        part = share[t] / w.sum()
        influence += own - part * (w * (y - level) - (weights * others) * (x @ beta))
        # what the mean of the treated, which sets the weights, adds
        influence -= part * (weights[others].sum() / weights[mine].sum()) * (weights * mine) * (x @ beta)
    effect = effect / float(whole)
    influence -= np.where(mine, weights * on.sum(axis=1) * effect, 0.0)
    return effect, influence / float(whole)


def standard_error(found: Balanced, influence: np.ndarray) -> tuple[float | None, float | None]:
    """Clustered standard error and Welch's degrees of freedom over the two groups; None where a group is one cluster.

    The squares of a group of C clusters are enlarged by C / (C - 1); of the comparison with the effective number of clusters for C, and by
    (n - 1) / (n - 1 - k) with the effective number n of schools, since k moments were met.
    """
    weights: Any = found.weights
    cluster = pd.factorize(found.schools["cluster"])[0]
    mine, k = found.treated, found.moments.shape[1]
    enlarged = influence.copy()
    parts = []
    for group in (mine, ~mine):
        sums = np.bincount(cluster[group], weights[group])
        count = effective_number(sums[sums > 0.0])
        left = found.effective - 1.0 - k if group is not mine else np.inf
        if count < 1.5 or left < 1.0:
            return None, None
        factor = count / (count - 1.0) * ((left + k) / left if group is not mine else 1.0)
        enlarged[group] *= factor**0.5
        within = np.bincount(cluster[group], enlarged[group])
        parts.append((float(within @ within), min(count - 1.0, left)))
    total = float((np.bincount(cluster, enlarged) ** 2).sum())
    df = sum(v for v, _ in parts) ** 2 / sum(v**2 / free for v, free in parts) if total > 0.0 else None
    return total**0.5, df
