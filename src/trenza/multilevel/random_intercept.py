"""Outcome by group and covariates with one random intercept a cluster, by REML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.multilevel.adapters import (
    OPTIMISERS,
    Attempt,
    normal_quantile,
    normal_two_sided,
    search_random_intercept,
)
from trenza.multilevel.profile import FixedPart, fixed_part_at
from trenza.multilevel.rows import Place, UsedRows, level_fault, result_frame, used_rows

METHOD = "Random-intercept model, REML (statsmodels MixedLM); Wald z: no small-sample degrees of freedom"
EFFECT_KIND = "standardised by total SD given the fixed part"
INTERCEPT = "intercept"

# A fit is singular when the clusters' SD is below a thousandth of the residual SD. The variance is
# then reported at the boundary itself, 0, and not at the 1e-10 where an optimiser happens to stop.
SINGULAR_RATIO = 1e-6
# A search has failed when another ratio is better by more than this (log-likelihood units): zero, half and
# twice the ratio found, and some far away, since beside a false optimum at 1e-9 the likelihood looks flat.
_WORSE = 1e-6
_FAR = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)


@dataclass(frozen=True)
class _Fit:
    """Variances and fixed part of one outcome; ``fixed`` is None when every search failed."""

    cluster_variance: float | None
    fixed: FixedPart | None
    converged: bool
    singular: bool
    messages: tuple[str, ...]


def fit_random_intercept(
    records: pd.DataFrame,
    *,
    study: str,
    model: str,
    outcomes: Sequence[str],
    group: str,
    participants: str,
    control: str,
    covariates: Sequence[str],
    cluster: str,
    source: str,
    ci_level: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """For each outcome: outcome ~ intercept + (group = participants) + covariates + (1 | cluster), REML.

    ``records`` has one unit a row. Rows with a blank in the outcome, the group, a covariate or the
    cluster are left out for that outcome, as are rows of other groups; the note counts them.
    Covariates are numbers and enter as they stand.

    Returns a table of contract ``models`` (per outcome the rows ``<participants> - <control>``,
    the covariates and ``intercept``, in the outcome's unit) and one of contract ``variance``.
    effect = estimate / sqrt(cluster variance + residual variance); its interval is that of the
    estimate on the same scale, so it does not carry the uncertainty of the variances.

    statsmodels searches for the variance ratio; coefficients and standard errors follow from it in
    closed form (``profile.fixed_part_at``), because statsmodels' own standard errors come from a
    joint Hessian and drift from (X' V^-1 X)^-1, which lme4 and nlme report.

    The optimisers are tried in the order powell, bfgs, cg. statsmodels' own order (bfgs, lbfgs, cg)
    is not used: near a zero variance its bfgs stops early and its lbfgs calls a point converged that
    is no optimum. A search counts only if it says so itself and the restricted likelihood is no
    higher at zero, half and twice its ratio and at fixed ratios from 1e-4 to 10. If none counts, the best
    point found is reported with converged = false; if every search raises, the rows are blank and
    the note holds the messages.

    Raises ``InputFaults`` with all faults of all outcomes: missing column, text among numbers, a
    group without rows, fewer than 2 clusters, no cluster with 2 units, a constant outcome, a column
    of the fixed part that the others determine, an outcome that the fixed part fits exactly.
    """
    place = Place(f"study {study}, {source} records", f"models.{model}")
    faults: list[Fault] = level_fault(place, ci_level)
    ready: list[tuple[str, UsedRows, np.ndarray]] = []
    for outcome in outcomes:
        rows, found = used_rows(
            records,
            place=place,
            what=outcome,
            numeric=[outcome, *covariates],
            group=group,
            participants=participants,
            control=control,
            cluster=cluster,
        )
        faults += found
        if rows is None or not rows.n:
            continue
        x = np.column_stack(
            [np.ones(rows.n), rows.participates.astype(float), *(rows.values[c] for c in covariates)]
        )
        faults += _design_faults(place, outcome, rows, x, group, cluster)
        ready.append((outcome, rows, x))
    if faults:
        raise InputFaults(faults)

    terms = [INTERCEPT, f"{participants} - {control}", *covariates]
    models: list[dict[str, Any]] = []
    variance: list[dict[str, Any]] = []
    for outcome, rows, x in ready:
        fit = _fit(rows.values[outcome], x, rows.cluster)
        shared: dict[str, Any] = {
            "study": study,
            "id": f"{model}_{outcome}",
            "outcome": outcome,
            "source": source,
            "n": rows.n,
            "clusters": rows.clusters,
        }
        result = shared | {"ci_level": ci_level, "method": METHOD, "note": _note(rows, fit)}
        for position in (1, *range(2, len(terms)), 0):
            row = result | {"term": terms[position]}
            if fit.fixed is not None and fit.cluster_variance is not None:
                row |= _wald(fit.fixed, position, ci_level)
                if position == 1:
                    row |= _standardised(row, fit.cluster_variance + fit.fixed.residual_variance)
            models.append(row)
        variance.append(shared | _variance(fit))
    return result_frame(models, "models"), result_frame(variance, "variance")


def _design_faults(
    place: Place, outcome: str, rows: UsedRows, x: np.ndarray, group: str, cluster: str
) -> list[Fault]:
    """What makes the model of ``outcome`` impossible, given rows of at least one group."""
    faults = []
    y = rows.values[outcome]
    if rows.clusters < 2:
        found = f"{rows.clusters} in the complete rows for {outcome}"
        faults.append(place.fault(cluster, found, "2 clusters or more"))
    elif rows.n == rows.clusters:
        found = f"{rows.n} clusters in {rows.n} complete rows for {outcome}"
        faults.append(place.fault(cluster, found, "at least one cluster with 2 units"))
    constant = bool(np.ptp(y) == 0.0)
    if constant:
        faults.append(
            place.fault(outcome, f"the same value in all {rows.n} complete rows", "values that differ")
        )
    # a group without rows is named by used_rows; its column would only be called redundant here
    both = bool(rows.participates.any() and not rows.participates.all())
    length = np.sqrt((x**2).sum(axis=0))
    rank = int(np.linalg.matrix_rank(x / np.where(length > 0.0, length, 1.0)))
    if both and rank < x.shape[1]:
        found = f"group and covariates determine one another in the complete rows for {outcome}"
        faults.append(place.fault(group, found, "columns that vary, none a sum of the others"))
    elif both and rows.n <= x.shape[1]:
        found = f"{rows.n} complete rows for {outcome}, {x.shape[1]} coefficients"
        faults.append(place.fault(outcome, found, "more rows than coefficients"))
    elif both and not constant:
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        if float(residual @ residual) <= 1e-20 * float(y @ y):
            found = "group and covariates give it exactly"
            faults.append(place.fault(outcome, found, "an outcome with a residual"))
    return faults


def _fit(y: np.ndarray, x: np.ndarray, cluster: np.ndarray) -> _Fit:
    """Search until one optimiser's answer holds; else the best point that any of them reached."""
    messages: list[str] = []
    reached: list[tuple[float, Attempt]] = []
    for optimiser in OPTIMISERS:
        attempt = search_random_intercept(y, x, cluster, optimiser)
        messages += [f"{optimiser}: {text}" for text in attempt.messages]
        if not (np.isfinite(attempt.ratio) and attempt.ratio >= 0.0):
            messages.append(f"{optimiser}: no usable variance")
            continue
        here = fixed_part_at(attempt.ratio, y, x, cluster).loglik
        elsewhere = (0.0, 0.5 * attempt.ratio, 2.0 * attempt.ratio, *_FAR)
        best_elsewhere = max(fixed_part_at(r, y, x, cluster).loglik for r in elsewhere)
        reached.append((here, attempt))
        if best_elsewhere > here + _WORSE:
            messages.append(f"{optimiser}: not an optimum: another variance has a higher likelihood")
        elif attempt.converged:
            return _settled(attempt.ratio, True, messages, y, x, cluster)
    if not reached:
        return _Fit(None, None, False, False, tuple(messages))
    best = max(reached, key=lambda pair: pair[0])[1]
    messages.append(f"no optimiser converged; the best point, by {best.optimiser}, is reported")
    return _settled(best.ratio, False, messages, y, x, cluster)


def _settled(
    ratio: float, converged: bool, messages: list[str], y: np.ndarray, x: np.ndarray, cluster: np.ndarray
) -> _Fit:
    singular = ratio < SINGULAR_RATIO
    said = list(messages)
    if singular:
        ratio = 0.0
        said.append("singular fit: the cluster variance is estimated as zero")
    fixed = fixed_part_at(ratio, y, x, cluster)
    return _Fit(ratio * fixed.residual_variance, fixed, converged, singular, tuple(said))


def _wald(fixed: FixedPart, position: int, ci_level: float) -> dict[str, float]:
    estimate, se = float(fixed.coefficients[position]), float(fixed.se[position])
    half = normal_quantile(0.5 + ci_level / 2.0) * se
    z = estimate / se
    return {
        "estimate": estimate,
        "se": se,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "statistic": z,
        "p_value": normal_two_sided(z),
    }


def _standardised(row: dict[str, Any], total_variance: float) -> dict[str, Any]:
    sd = float(np.sqrt(total_variance))
    return {
        "effect": row["estimate"] / sd,
        "effect_ci_low": row["ci_low"] / sd,
        "effect_ci_high": row["ci_high"] / sd,
        "effect_kind": EFFECT_KIND,
    }


def _variance(fit: _Fit) -> dict[str, Any]:
    row: dict[str, Any] = {
        "converged": fit.converged,
        "singular": fit.singular,
        "messages": "; ".join(fit.messages) or None,
    }
    if fit.fixed is None or fit.cluster_variance is None:
        return row
    residual = fit.fixed.residual_variance
    return row | {
        "cluster_variance": fit.cluster_variance,
        "residual_variance": residual,
        "icc": fit.cluster_variance / (fit.cluster_variance + residual),
        "loglik": fit.fixed.loglik,
    }


def _note(rows: UsedRows, fit: _Fit) -> str:
    said = [f"{rows.clusters} clusters: z and its interval are too sure of themselves when clusters are few"]
    if fit.singular:
        said.append("the cluster variance is estimated as zero, so the model is ordinary regression")
    if fit.fixed is None:
        said.append("no fit: " + "; ".join(fit.messages))
    elif not fit.converged:
        said.append("the fit did not converge: not to be relied on")
    return "; ".join([*said, *rows.left_out])
