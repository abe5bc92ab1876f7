"""Likelihood-ratio comparison of two fits, and the comparisons that it refuses.

Where the larger model adds a variance, the smaller one lies on the boundary of its parameters and chi-squared is
conservative. For one column added to one group (its variance, and its covariances with the q - 1 columns before) the
distribution is an equal mixture of chi-squared with q - 1 and q degrees of freedom (Self & Liang 1987, JASA 82, 605-610;
Stram & Lee 1994, Biometrics 50, 1171-1177).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.result import Fit


@dataclass(frozen=True)
class Comparison:
    """``statistic`` = 2 * (log-likelihood of the larger - of the smaller), ``df`` the parameters added.

    ``p_chi2`` is by chi-squared; ``p_mixture`` takes the boundary into account and is nan where no mixture is known.
    ``note`` says which one to read.
    """

    statistic: float
    df: int
    p_chi2: float
    p_mixture: float
    note: str


class NotComparable(TrenzaError):
    """Two fits whose likelihoods say nothing about each other; the message says why."""


def compare(one: Fit, two: Fit) -> Comparison:
    """Compare two fits of one outcome on the same rows, in either order. Raises ``NotComparable``."""
    small, large = sorted((one, two), key=lambda f: f.parameters)
    a, b = small.machinery, large.machinery
    if a.formula.outcome != b.formula.outcome:
        raise NotComparable(f"compare: outcomes differ: {a.formula.outcome} and {b.formula.outcome}")
    if small.nobs != large.nobs:
        raise NotComparable(
            f"compare: {small.nobs} and {large.nobs} rows; fit both on the rows that are complete for both"
        )
    if a.needs.weights != b.needs.weights or not np.array_equal(_outcome(small), _outcome(large)):
        raise NotComparable("compare: the fits are not of the same rows and weights")
    if small.reml != large.reml:
        raise NotComparable(
            "compare: one fit is by REML and one by maximum likelihood; fit both the same way"
        )
    if not (small.converged and large.converged):
        raise NotComparable("compare: a fit has not converged")
    fixed_small, fixed_large = set(a.basis.names), set(b.basis.names)
    if small.reml and fixed_small != fixed_large:
        raise NotComparable(
            "compare: restricted likelihoods of different fixed parts are of different data; fit both with reml=False"
        )
    added = _entries(large) - _entries(small)
    if _entries(small) - _entries(large) or fixed_small - fixed_large:
        raise NotComparable("compare: neither model is contained in the other; compare their AIC or BIC")
    df = large.parameters - small.parameters
    if df == 0:
        raise NotComparable("compare: both fits are of the same model")
    statistic = max(2.0 * (large.loglik - small.loglik), 0.0)
    p, mixture, note = _chi2(statistic, df), np.nan, "chi-squared"
    if added:
        q = _one_column(added)
        if q and fixed_small == fixed_large:
            mixture = (_chi2(statistic, q - 1) + _chi2(statistic, q)) / 2.0
            note = "a variance is added, at the boundary of the larger model: read p_mixture; chi-squared is conservative"
        else:
            note = "variances are added, at the boundary of the larger model: chi-squared is conservative"
    return Comparison(statistic, df, p, float(mixture), note)


def _outcome(f: Fit) -> np.ndarray:
    """Weights, and origin, unit, sum and sum of squares of the outcome, which two fits of the same rows share."""
    products = f.machinery.products
    y, gram = products.scales[products.y], products.gram
    sums = (gram[0, 0], gram[0, products.y], gram[products.y, products.y])
    return np.array([y.middle, y.exponent, *sums, products.log_weights])


def _entries(f: Fit) -> set[tuple[frozenset[str], frozenset[str]]]:
    """Variances and covariances by group and columns."""
    groups = {t.group_name: frozenset(t.group) for t in f.machinery.formula.random}
    factors = f.machinery.search.structure.factors
    return {
        (
            groups[factors[e.factor].name],
            frozenset({factors[e.factor].columns[e.a], factors[e.factor].columns[e.b]}),
        )
        for e in f.machinery.search.structure.entries
    }


def _one_column(added: set[tuple[frozenset[str], frozenset[str]]]) -> int:
    """How many entries one new column brings (its variance and covariances); 0 where more than that is added."""
    variances = [(group, columns) for group, columns in added if len(columns) == 1]
    if len(variances) != 1:
        return 0
    group, column = variances[0]
    return len(added) if all(g == group and column <= columns for g, columns in added) else 0


def _chi2(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    if df == 0:
        return 1.0 if statistic <= 0.0 else 0.0
    return float(chdtrc(df, statistic))
