"""May a scale be averaged by school: ICC(1), ICC(2) and agreement within schools."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trenza.questionnaire.adapters import f_quantile, f_upper_tail

ICC_METHOD = "one-way random-effects analysis of variance; F interval of Searle 1971"
RWG_METHOD = "rwg(j) of James, Demaree & Wolf 1984 within schools, uniform null, people with all items, 0 where below 0"
AGREES = 0.70


@dataclass(frozen=True)
class Icc:
    """One-way analysis of variance of scores by school; what does not exist is nan, and the note says why."""

    n: int
    clusters: int
    n_per_cluster: float = math.nan
    icc1: float = math.nan
    icc1_low: float = math.nan
    icc1_high: float = math.nan
    icc2: float = math.nan
    icc2_low: float = math.nan
    icc2_high: float = math.nan
    f_value: float = math.nan
    df1: float = math.nan
    df2: float = math.nan
    p_value: float = math.nan
    note: str = ""


def icc(scores: np.ndarray, clusters: np.ndarray, *, ci_level: float) -> Icc:
    """ICC(1) and ICC(2) of ``scores`` (n) in ``clusters`` (n), neither with blanks.

    With J schools of n_j people, N in all, n0 = (N - sum n_j^2 / N) / (J - 1) (Donner 1986, International
    Statistical Review 54, 67-82) and F = MSB / MSW:

    ICC(1) = (MSB - MSW) / (MSB + (n0 - 1) MSW)
    limits (F / q - 1) / (F / q + n0 - 1), q the (1 + level) / 2 and (1 - level) / 2 quantiles of F with J - 1 and
    N - J degrees of freedom (Searle 1971, Linear Models, p. 414): exact for schools of one size
    ICC(2) = n0 ICC(1) / (1 + (n0 - 1) ICC(1)) = (MSB - MSW) / MSB = 1 - 1 / F (Spearman-Brown; Bliese 2000), its
    limits 1 - q / F (Shrout & Fleiss 1979, Psychological Bulletin 86, ICC(1, k))
    """
    units = np.unique(clusters, return_inverse=True)[1]
    n, size = len(scores), np.bincount(units) if len(scores) else np.array([], dtype=int)
    j = len(size)
    if j < 2:
        return Icc(n, j, note="no ICC: fewer than two schools")
    if n == j:
        return Icc(n, j, note="no ICC: no school with two people")
    mean = np.bincount(units, weights=scores) / size
    between = float((size * (mean - scores.mean()) ** 2).sum())
    within = float(((scores - mean[units]) ** 2).sum())
    n0 = (n - float((size**2).sum()) / n) / (j - 1)
    df1, df2 = j - 1.0, float(n - j)
    msb, msw = between / df1, within / df2
    if within <= 1e-12 * (between + within) or between + within == 0.0:
        return Icc(n, j, n0, df1=df1, df2=df2, note="no ICC: scores do not vary within schools")
    f_value = msb / msw
    quantiles = [f_quantile(0.5 + side * ci_level / 2.0, df1, df2) for side in (1, -1)]
    low, high = ((f_value / q - 1.0) / (f_value / q + n0 - 1.0) for q in quantiles)
    low2, high2 = (1.0 - q / f_value if f_value > 0.0 else math.nan for q in quantiles)
    notes = []
    if size.min() < size.max():
        notes.append("schools differ in size: the interval of ICC(1) is approximate")
    if msb < msw:
        notes.append("negative: scores differ less between schools than chance would have it")
    return Icc(
        *(n, j, n0, (msb - msw) / (msb + (n0 - 1.0) * msw), low, high),
        # A school's mean without any variance has no reliability.
        icc2=(msb - msw) / msb if msb > 0.0 else math.nan,
        icc2_low=low2,
        icc2_high=high2,
        f_value=f_value,
        df1=df1,
        df2=df2,
        p_value=f_upper_tail(f_value, df1, df2),
        note="; ".join(notes),
    )


def rwg(answers: np.ndarray, ranges: Sequence[float]) -> float:
    """Agreement of one school's people on a scale's items (James, Demaree & Wolf 1984, J. Appl. Psychol. 69, 85-98).

    ``answers`` (n, j) without blanks, n >= 2; ``ranges`` highest - lowest answer by item, in steps of 1. With the
    variance of a uniform answer (A^2 - 1) / 12 over A = range + 1 options, and q the mean over items of observed /
    uniform variance: j (1 - q) / (j (1 - q) + q), and 0 where q is above 1.
    """
    options = np.asarray(ranges, dtype=float) + 1.0
    q = float((answers.var(axis=0, ddof=1) / ((options**2 - 1.0) / 12.0)).mean())
    j = answers.shape[1]
    return max(0.0, j * (1.0 - q) / (j * (1.0 - q) + q)) if q < 1.0 else 0.0


def rwg_by_school(answers: np.ndarray, clusters: np.ndarray, ranges: Sequence[float]) -> np.ndarray:
    """rwg(j) of every school with at least two people, in the order of the schools' labels."""
    labels, units = np.unique(clusters, return_inverse=True)
    parts = [answers[units == k] for k in range(len(labels))]
    return np.array([rwg(part, ranges) for part in parts if len(part) >= 2])
