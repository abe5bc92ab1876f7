"""The one-factor model of a scale by maximum likelihood: loadings, fit, and when it may be fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trenza.questionnaire.adapters import chi2_noncentrality, chi2_upper_tail

METHOD = (
    "one-factor model, maximum likelihood from correlations of complete rows; items taken as continuous; "
    "people taken as independent"
)
# One factor with six items that load .65 is estimated well enough from 60 people; four items take 90 (Wolf,
# Harrington, Clark & Miller 2013, Educational and Psychological Measurement 73, 913-934).
MIN_PEOPLE = 60
MIN_PEOPLE_PER_ITEM = 5
FEW_PEOPLE = 100
MIN_ITEMS = 4
# A unique variance is not let below this share of the item's variance: the bound of R's factanal.
LEAST_UNIQUE = 0.005
RMSEA_LEVEL = 0.90
_ROUNDS = 5_000


@dataclass(frozen=True)
class Factor:
    """``loadings`` and ``unique`` (..., p): standardised loadings and unique variances; ``converged`` (...)."""

    loadings: np.ndarray
    unique: np.ndarray
    converged: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Fit of the one-factor model; figures that do not exist are nan. ``loadings`` (p) are standardised."""

    fitted: bool
    loadings: np.ndarray
    chi2: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    cfi: float = math.nan
    tli: float = math.nan
    rmsea: float = math.nan
    rmsea_low: float = math.nan
    rmsea_high: float = math.nan
    srmr: float = math.nan
    note: str = ""


def ml_factor(correlations: np.ndarray, *, tolerance: float, start: np.ndarray | None = None) -> Factor:
    """Maximum-likelihood loadings of one factor for each correlation matrix in ``correlations`` (m, p, p).

    The EM algorithm of Rubin & Thayer (1982, Psychometrika 47, 69-76) with the squared extrapolation of Varadhan
    & Roland (2008, Scandinavian Journal of Statistics 35, 335-353, scheme S3), all matrices at once. Unique
    variances stay at or above ``LEAST_UNIQUE``. A matrix has converged when a step of EM moves nothing by more
    than ``tolerance``. ``start`` are loadings to start from (p). The sum of loadings is not negative.
    """
    r = np.asarray(correlations, dtype=float)
    if start is None:
        values, vectors = np.linalg.eigh(r)
        load = vectors[..., -1] * np.sqrt(values[..., -1:]) * 0.9
    else:
        load = np.broadcast_to(start, r.shape[:-1])
    state = np.stack([load, np.clip(1.0 - load**2, LEAST_UNIQUE, None)], axis=1)
    left = np.arange(len(r))
    for _ in range(_ROUNDS):
        first = _em_step(state[left], r[left])
        second = _em_step(first, r[left])
        move, bend = first - state[left], second - 2.0 * first + state[left]
        # Where nothing bends there is nothing to extrapolate: a stride of -1 gives the second step itself.
        bends = np.sqrt((bend**2).sum(axis=(1, 2)))
        stride = -np.sqrt((move**2).sum(axis=(1, 2))) / np.where(bends > 0.0, bends, 1.0)
        stride = np.minimum(stride, -1.0)[:, None, None]
        ahead = state[left] - 2.0 * stride * move + stride**2 * bend
        ahead[:, 1] = np.clip(ahead[:, 1], LEAST_UNIQUE, 1.0)
        state[left] = _em_step(ahead, r[left])
        left = left[np.abs(move).max(axis=(1, 2)) >= tolerance]
        if not len(left):
            break
    converged = np.ones(len(r), dtype=bool)
    converged[left] = False
    sign = np.where(state[:, 0].sum(axis=-1) < 0.0, -1.0, 1.0)
    return Factor(state[:, 0] * sign[:, None], state[:, 1], converged)


def _em_step(state: np.ndarray, r: np.ndarray) -> np.ndarray:
    """One step of EM: ``state`` (m, 2, p) holds loadings and unique variances, ``r`` (m, p, p) correlations."""
    load, unique = state[:, 0], state[:, 1]
    beta = load / unique
    beta = beta / (1.0 + (load * beta).sum(axis=-1))[:, None]  # regression of the factor on the items
    with_items = (r @ beta[..., None])[..., 0]
    second = 1.0 - (beta * load).sum(axis=-1) + (beta * with_items).sum(axis=-1)
    moved = with_items / second[:, None]
    return np.stack([moved, np.clip(1.0 - moved * with_items, LEAST_UNIQUE, None)], axis=1)


def discrepancy(r: np.ndarray, implied: np.ndarray) -> float:
    """Least value of the normal-theory discrepancy: log|implied| - log|r| + trace(r implied^-1) - p."""
    return float(
        np.linalg.slogdet(implied)[1]
        - np.linalg.slogdet(r)[1]
        + np.trace(np.linalg.solve(implied, r))
        - len(r)
    )


def fit_one_factor(values: np.ndarray) -> Fit:
    """Fit the one-factor model to the complete rows ``values`` (n, p), keyed as declared.

    With S the correlations, chi2 = n F, df = p (p - 3) / 2, and chi2_b, df_b those of independent items
    (chi2_b = -n log|S|):

    CFI = 1 - max(chi2 - df, 0) / max(chi2 - df, chi2_b - df_b, 0)    (Bentler 1990, Psychological Bulletin 107)
    TLI = (chi2_b / df_b - chi2 / df) / (chi2_b / df_b - 1)           (Tucker & Lewis 1973, Psychometrika 38)
    RMSEA = sqrt(max(chi2 - df, 0) / (n df)), its 90 % limits from the noncentral chi-square (Browne & Cudeck 1992)
    SRMR = root mean square of the residual correlations, diagonal included (Bentler 1995)

    These are the figures of lavaan's default (normal likelihood). Not fitted, with the reason in ``note``, for
    fewer than ``MIN_ITEMS`` items, n below ``MIN_PEOPLE`` or ``MIN_PEOPLE_PER_ITEM`` a item, items without
    variance, or correlations of less than full rank. Three items fit exactly: loadings, no fit.
    """
    n, p = values.shape
    reason = _why_not(values)
    if reason:
        return Fit(False, np.full(p, np.nan), note=reason)
    r = np.corrcoef(values, rowvar=False)
    factor = ml_factor(r[None], tolerance=1e-10)
    load, unique = factor.loadings[0], factor.unique[0]
    notes = []
    if not factor.converged[0]:
        notes.append("the search did not converge: not to be relied on")
    if (unique <= LEAST_UNIQUE * 1.0001).any():
        notes.append("Heywood case: the factor takes up all of an item's variance")
    if n < FEW_PEOPLE:
        notes.append(
            f"fewer than {FEW_PEOPLE} people: chi-square rejects too often, and the indices are rough"
        )
    if p < MIN_ITEMS:
        notes.append("three items always fit exactly: loadings only, no fit")
        return Fit(False, load, df=0.0, note="; ".join(notes))
    implied = np.outer(load, load) + np.diag(unique)
    chi2, df = n * max(discrepancy(r, implied), 0.0), p * (p - 3) / 2
    base, base_df = -n * float(np.linalg.slogdet(r)[1]), p * (p - 1) / 2
    worst = max(chi2 - df, base - base_df, 0.0)
    tail = (1.0 - RMSEA_LEVEL) / 2.0
    rmsea, low, high = (
        math.sqrt(noncentral / (n * df))
        for noncentral in (
            max(chi2 - df, 0.0),
            chi2_noncentrality(chi2, df, 1.0 - tail),
            chi2_noncentrality(chi2, df, tail),
        )
    )
    residual = (r - implied)[np.tril_indices(p)]
    return Fit(
        True,
        load,
        chi2=chi2,
        df=df,
        p_value=chi2_upper_tail(chi2, df),
        cfi=1.0 - max(chi2 - df, 0.0) / worst if worst > 0.0 else 1.0,
        # Items that are all but independent leave nothing to compare with.
        tli=(base / base_df - chi2 / df) / (base / base_df - 1.0) if base > base_df else math.nan,
        rmsea=rmsea,
        rmsea_low=low,
        rmsea_high=high,
        srmr=float(np.sqrt((residual**2).mean())),
        note="; ".join(notes),
    )


def _why_not(values: np.ndarray) -> str:
    """Why the model is not fitted to ``values`` (n, p) at all; blank when it is."""
    n, p = values.shape
    if p < MIN_ITEMS - 1:
        return f"not fitted: {p} {'item' if p == 1 else 'items'}, at least {MIN_ITEMS} needed"
    needed = max(MIN_PEOPLE, MIN_PEOPLE_PER_ITEM * p)
    if n < needed:
        return f"not fitted: {n} people with all items, at least {needed} needed"
    if (np.ptp(values, axis=0) == 0.0).any():
        return "not fitted: an item has the same answer from everybody"
    if np.linalg.matrix_rank(np.corrcoef(values, rowvar=False)) < p:
        return "not fitted: an item follows from the others"
    return ""
