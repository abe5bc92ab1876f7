"""How reliable a scale is: Cronbach's alpha, McDonald's omega, and the difference of two alphas.

Both coefficients are of complete rows: a person counts who answered all items of the scale.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from trenza.questionnaire.adapters import f_lower_tail, f_quantile, f_upper_tail
from trenza.questionnaire.one_factor import LEAST_UNIQUE, ml_factor

ALPHA_METHOD = "Cronbach's alpha; F interval of Feldt 1965; complete rows; people taken as independent"
OMEGA_METHOD = "McDonald's omega total of the one-factor model, maximum likelihood; complete rows"
DIFFERENCE_METHOD = (
    "W test of Feldt 1969; interval from the two F intervals (MOVER of Zou 2007); "
    "people taken as independent although they sit in schools"
)
SAMPLES = 1000
MIN_CLUSTERS = 10
# An interval needs this share of the bootstrap samples to give a coefficient.
USABLE = 0.95


@dataclass(frozen=True)
class Coefficient:
    """An estimate with its interval; what does not exist is nan, and the note says why."""

    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    method: str = ""
    note: str = ""


@dataclass(frozen=True)
class Difference:
    """alpha of the first - alpha of the second, Feldt's W and its p; nan with a note where undefined."""

    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan
    statistic: float = math.nan
    df1: float = math.nan
    df2: float = math.nan
    p_value: float = math.nan
    note: str = ""


def alpha_of(covariance: np.ndarray) -> float:
    """alpha = p / (p - 1) (1 - sum of variances / variance of the sum) (Cronbach 1951, Psychometrika 16).

    ``covariance`` (p, p). nan for one item or a sum without variance.
    """
    p, total = len(covariance), float(covariance.sum())
    if p < 2 or total <= 1e-12 * float(np.trace(covariance)):
        return math.nan
    return p / (p - 1.0) * (1.0 - float(np.trace(covariance)) / total)


def alpha(values: np.ndarray, *, ci_level: float) -> Coefficient:
    """Cronbach's alpha of the complete rows ``values`` (n, p), keyed.

    Limits: 1 - (1 - alpha) F, with F the (1 + level) / 2 and (1 - level) / 2 quantiles of F with n - 1 and
    (n - 1)(p - 1) degrees of freedom (Feldt 1965, Psychometrika 30, 357-370).
    """
    reason = _no_alpha(values)
    if reason:
        return Coefficient(method=ALPHA_METHOD, note=reason)
    n, p = values.shape
    estimate = alpha_of(np.cov(values, rowvar=False))
    if math.isnan(estimate):
        return Coefficient(method=ALPHA_METHOD, note="not defined: the sum of the items does not vary")
    df1, df2 = n - 1.0, (n - 1.0) * (p - 1.0)
    low, high = (
        1.0 - (1.0 - estimate) * f_quantile(0.5 + side * ci_level / 2.0, df1, df2) for side in (1, -1)
    )
    note = "negative: the items do not run the same way" if estimate < 0.0 else ""
    return Coefficient(estimate, low, high, ALPHA_METHOD, note)


def _no_alpha(values: np.ndarray) -> str:
    n, p = values.shape
    if p < 2:
        return "not defined for one item"
    if n < 3:
        return f"not defined: {n} people with all items"
    if (np.ptp(values, axis=0) == 0.0).all():
        return "not defined: the sum of the items does not vary"
    return ""


def omega_of(loadings: np.ndarray, unique: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances) (McDonald 1999, p. 89).

    ``loadings`` and ``unique`` (m, p) are standardised, ``sd`` (m, p) puts them back on the items' own scale.
    """
    common = (loadings * sd).sum(axis=-1) ** 2
    return np.asarray(common / (common + (unique * sd**2).sum(axis=-1)))


def omega(
    values: np.ndarray, clusters: np.ndarray | None, *, ci_level: float, seed: int, name: str
) -> Coefficient:
    """Omega total of the complete rows ``values`` (n, p), keyed, with a percentile bootstrap interval.

    ``clusters`` (n) are the people's schools, or None; with ``MIN_CLUSTERS`` schools or more whole schools are
    drawn, else people. The stream of random numbers hangs on ``seed`` and ``name`` alone.
    """
    reason = _no_alpha(values) or _no_omega(values)
    if reason:
        return Coefficient(method=OMEGA_METHOD, note=reason)
    factor = ml_factor(np.corrcoef(values, rowvar=False)[None], tolerance=1e-10)
    estimate = float(omega_of(factor.loadings, factor.unique, values.std(axis=0, ddof=1))[0])
    notes = []
    if not factor.converged[0]:
        notes.append("the search did not converge: not to be relied on")
    if (factor.unique <= LEAST_UNIQUE * 1.0001).any():
        notes.append("Heywood case: the factor takes up all of an item's variance")
    if (factor.loadings < 0.0).any():
        notes.append("items load in both directions: omega is not of use before they are turned")
    schools, units = False, np.arange(len(values))
    if clusters is not None:
        labels, inverse = np.unique(clusters, return_inverse=True)
        if len(labels) >= MIN_CLUSTERS:
            schools, units = True, inverse
    drawn = "schools drawn" if schools else "people drawn and taken as independent"
    method = f"{OMEGA_METHOD}; percentile bootstrap of {SAMPLES} samples, {drawn}"
    if clusters is not None and not schools:
        notes.append(f"people drawn because there are fewer than {MIN_CLUSTERS} schools")
    draws = _bootstrap_omega(values, units, factor.loadings[0], _stream(seed, name))
    usable = draws[np.isfinite(draws)]
    if len(usable) < SAMPLES:
        notes.append(f"{SAMPLES - len(usable)} of {SAMPLES} bootstrap samples without omega")
    if len(usable) < USABLE * SAMPLES:
        return Coefficient(
            estimate, method=method, note="; ".join([*notes, "no interval: too many such samples"])
        )
    low, high = np.quantile(usable, [(1.0 - ci_level) / 2.0, (1.0 + ci_level) / 2.0])
    return Coefficient(estimate, float(low), float(high), method, "; ".join(notes))


def _no_omega(values: np.ndarray) -> str:
    p = values.shape[1]
    if p < 3:
        return "not defined for two items: their loadings cannot be told apart"
    if (np.ptp(values, axis=0) == 0.0).any():
        return "not defined: an item has the same answer from everybody"
    if np.linalg.matrix_rank(np.corrcoef(values, rowvar=False)) < p:
        return "not defined: an item follows from the others, or there are too few people"
    return ""


def _bootstrap_omega(
    values: np.ndarray, units: np.ndarray, start: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Omega in ``SAMPLES`` samples of whole ``units`` (n, numbered from 0); nan where a sample has none.

    Sums and cross-products are taken by unit once; a sample is a weighted sum of them.
    """
    n, p = values.shape
    count = int(units.max()) + 1
    centred = values - values.mean(axis=0)
    parts = np.column_stack(
        [np.ones(n), centred, (centred[:, :, None] * centred[:, None, :]).reshape(n, p * p)]
    )
    by_unit = np.zeros((count, parts.shape[1]))
    np.add.at(by_unit, units, parts)
    totals = rng.multinomial(count, np.full(count, 1.0 / count), size=SAMPLES) @ by_unit
    size = totals[:, 0]
    mean = totals[:, 1 : p + 1] / size[:, None]
    cross = totals[:, p + 1 :].reshape(-1, p, p) / size[:, None, None]
    covariance = cross - mean[:, :, None] * mean[:, None, :]
    variance = np.einsum("mii->mi", covariance)
    omegas = np.full(SAMPLES, np.nan)
    varies = (variance > 1e-10 * values.var(axis=0)).all(axis=1)
    sd = np.sqrt(variance[varies])
    factor = ml_factor(covariance[varies] / (sd[:, :, None] * sd[:, None, :]), tolerance=1e-5, start=start)
    omegas[varies] = np.where(factor.converged, omega_of(factor.loadings, factor.unique, sd), np.nan)
    return omegas


def _stream(seed: int, name: str) -> np.random.Generator:
    """An independent random stream for each name under one seed."""
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")])


def alpha_difference(first: np.ndarray, second: np.ndarray, *, ci_level: float) -> Difference:
    """alpha of ``first`` (n1, p) - alpha of ``second`` (n2, p), two independent samples of people.

    W = (1 - alpha2) / (1 - alpha1). Under equal alphas W is a product of two independent F variables, with
    (n1 - 1, (n1 - 1)(p - 1)) and ((n2 - 1)(p - 1), n2 - 1) degrees of freedom; Feldt (1969, Psychometrika 34,
    363-373) takes the one F with the same first two moments: df2 = 2 A / (A - 1) and
    df1 = 2 A^2 / (2 B - A B - A^2), A the mean of that product and B the mean of its square. p is two-sided.

    The interval is that of Zou (2007, Psychological Methods 12, 399-413) from the two intervals of Feldt 1965:
    difference - sqrt((a1 - l1)^2 + (u2 - a2)^2) and difference + sqrt((u1 - a1)^2 + (a2 - l2)^2).
    """
    one, two = alpha(first, ci_level=ci_level), alpha(second, ci_level=ci_level)
    if math.isnan(one.estimate) or math.isnan(two.estimate):
        return Difference(note="no difference: alpha is not defined in both groups")
    difference = one.estimate - two.estimate
    low = difference - math.hypot(one.estimate - one.low, two.high - two.estimate)
    high = difference + math.hypot(one.high - one.estimate, two.estimate - two.low)
    p = first.shape[1]
    a1, b1 = _f_moments(len(first) - 1.0, (len(first) - 1.0) * (p - 1.0))
    a2, b2 = _f_moments((len(second) - 1.0) * (p - 1.0), len(second) - 1.0)
    if one.estimate >= 1.0 - 1e-12 or math.isnan(b1) or math.isnan(b2):
        return Difference(
            difference, low, high, note="no test: too few people, or items that agree in everybody"
        )
    mean, square = a1 * a2, b1 * b2
    df1 = 2.0 * mean**2 / (2.0 * square - mean * square - mean**2)
    df2 = 2.0 * mean / (mean - 1.0)
    w = (1.0 - two.estimate) / (1.0 - one.estimate)
    tail = min(f_upper_tail(w, df1, df2), f_lower_tail(w, df1, df2))
    return Difference(difference, low, high, w, df1, df2, min(1.0, 2.0 * tail))


def _f_moments(df1: float, df2: float) -> tuple[float, float]:
    """Mean of F and mean of its square; nan where they do not exist (df2 of 4 or less)."""
    if df2 <= 4.0:
        return math.nan, math.nan
    return df2 / (df2 - 2.0), df2**2 * (df1 + 2.0) / (df1 * (df2 - 2.0) * (df2 - 4.0))
