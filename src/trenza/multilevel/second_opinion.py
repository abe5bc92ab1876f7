"""The same model by statsmodels' MixedLM, for those who want a second opinion: the columns of ``fit`` that it can fill.

It has no degrees of freedom (z tests), one grouping factor, standard errors from a joint Hessian that run above those of lme4
with few groups (1 % with 22 schools), and with random slopes it can stop at a point that is no optimum. So it is no default.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.accumulate import used_chunks
from trenza.multilevel.adapters import mixed_model, normal_quantile, normal_two_sided
from trenza.multilevel.basis import basis_of
from trenza.multilevel.coding import whole_matrix
from trenza.multilevel.components import named
from trenza.multilevel.fit import fit, prepare
from trenza.multilevel.formula import Formula, parse_formula
from trenza.multilevel.levels import level_codes
from trenza.multilevel.source import numbers

ENGINES = ("trenza", "statsmodels")


@dataclass(frozen=True)
class Opinion:
    """What both engines can say. ``fixed`` and ``variance`` have the columns of ``Fit``, blank where an engine has none,
    and ``fixed`` ends with ``p_z``, blank for the default engine. ``loglik`` is the engine's own.
    """

    fixed: pd.DataFrame
    variance: pd.DataFrame
    sigma: float
    loglik: float
    nobs: int
    converged: bool
    messages: tuple[str, ...]
    method: str


def fit_with(
    engine: str, formula: str, data: pd.DataFrame, reml: bool = True, ci_level: float = 0.95
) -> Opinion:
    """``fit`` by the engine that is named: ``trenza`` (the default of this project) or ``statsmodels``.

    Raises ``TrenzaError`` for an unknown engine, and for a formula that statsmodels has no exact way to fit: more than one
    random term, no intercept over the group, or groups of several columns.
    """
    if engine not in ENGINES:
        raise TrenzaError(f"engine: found {engine!r}; allowed: {', '.join(ENGINES)}")
    if engine == "trenza":
        one = fit(formula, data, reml, ci_level=ci_level)
        fixed = one.fixed.assign(p_z=np.nan)
        return Opinion(
            fixed, one.variance, one.sigma, one.loglik, one.nobs, one.converged, one.messages, one.method
        )
    parsed = parse_formula(formula)
    wrong = beyond_statsmodels(parsed)
    if wrong:
        raise TrenzaError(f"engine: statsmodels cannot fit {' or '.join(wrong)}; use the default engine")
    term = parsed.random[0]
    ready = prepare(parsed, data, None)
    basis = basis_of(ready.products, ready.part, parsed.outcome)
    used = pd.concat(list(used_chunks(ready.source, ready.needs)))
    x = whole_matrix(ready.part, used, ready.found)[:, list(basis.kept)]
    z = np.column_stack([np.ones(len(used)) if c == "1" else numbers(used[c]) for c in term.columns])
    codes = level_codes(used[term.group[0]], ready.found.levels["group " + term.group[0]])
    got = mixed_model(numbers(used[parsed.outcome]), x, z, codes, reml)
    half = normal_quantile(0.5 + ci_level / 2.0) * got.se
    statistic = got.coefficients / got.se
    blank = dict.fromkeys(["df_satterthwaite", "p_satterthwaite", "se_kr", "df_kr", "p_kr"], np.nan)
    fixed = pd.DataFrame(
        {
            "term": list(basis.names),
            "estimate": got.coefficients,
            "se": got.se,
            "statistic": statistic,
            **blank,
            "ci_low": got.coefficients - half,
            "ci_high": got.coefficients + half,
            "coding": "",
            "p_z": [normal_two_sided(one) if np.isfinite(one) else np.nan for one in statistic],
        },
        index=list(basis.names),
    )
    kind = "REML" if reml else "maximum likelihood"
    method = f"Linear mixed model by {kind} (statsmodels MixedLM); Wald z: no small-sample degrees of freedom"
    variance = _variance(term.columns, term.group_name, got.covariance, got.residual)
    sigma = float(np.sqrt(got.residual))
    return Opinion(fixed, variance, sigma, got.loglik, len(used), got.converged, got.messages, method)


def beyond_statsmodels(formula: Formula, weights: bool = False) -> list[str]:
    """What in a formula MixedLM has no exact way to fit; empty where it can."""
    terms = formula.random
    wrong = []
    if len(terms) != 1 or len(terms[0].group) != 1:
        wrong.append("more than one random term over one group")
    elif terms[0].columns[0] != "1":
        wrong.append("a random slope without an intercept over the group")
    return [*wrong, *(["precision weights"] if weights else [])]


def _variance(columns: tuple[str, ...], group: str, covariance: np.ndarray, residual: float) -> pd.DataFrame:
    """In the order and with the columns of ``components.variance_table``, without standard errors and intervals."""
    q = range(len(columns))
    rows = []
    for a, b in [(a, a) for a in q] + [(a, b) for b in q for a in q if a > b]:
        product = float(covariance[a, a] * covariance[b, b])
        value = float(covariance[a, b])
        with_sign = value / np.sqrt(product) if product > 0.0 else np.nan
        rows.append(
            {
                "group": group,
                "term": named(columns[b]),
                "term_2": "" if a == b else named(columns[a]),
                "kind": "variance" if a == b else "covariance",
                "estimate": value,
                "sd_or_corr": np.sqrt(max(value, 0.0)) if a == b else with_sign,
            }
        )
    rows.append(
        {
            "group": "Residual",
            "term": "",
            "term_2": "",
            "kind": "variance",
            "estimate": residual,
            "sd_or_corr": np.sqrt(residual),
        }
    )
    out = pd.DataFrame(rows).assign(se=np.nan, ci_low=np.nan, ci_high=np.nan)
    return out[["group", "term", "term_2", "kind", "estimate", "se", "sd_or_corr", "ci_low", "ci_high"]]
