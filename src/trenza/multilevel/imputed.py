"""One model on several versions of the data: plausible values of an outcome, or imputed tables, pooled by Rubin's rules.

With m versions, Q the mean of the estimates, U the mean of their variances and B the variance between them, the variance of
Q is T = U + (1 + 1/m) B. Of it the share lambda = (1 + 1/m) B / T comes from what was not observed, and t has

    df = 1 / (1 / df_old + 1 / df_obs),   df_old = (m - 1) / lambda^2,   df_obs = (v + 1) / (v + 3) * v (1 - lambda)

degrees of freedom, with v those of the complete data (the mean of Satterthwaite's or of Kenward-Roger's; with few schools v
matters more than m). Sources: Rubin 1987, Multiple Imputation, chapter 3; Barnard & Rubin 1999, Biometrika 86, 948-955.

Plausible values share X and Z, so all of them are read in one pass over the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.basis import basis_of
from trenza.multilevel.degrees import p_of_t, t_quantile
from trenza.multilevel.fit import fit, prepare, solve
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.result import Fit
from trenza.multilevel.source import Data
from trenza.multilevel.structure import structure_of


@dataclass(frozen=True)
class Pooled:
    """``fits`` of the m versions and what they say together.

    ``fixed``, one row a term (also the index): term, estimate, se, statistic, df_satterthwaite, p_satterthwaite, se_kr,
    df_kr, p_kr, ci_low, ci_high (Kenward-Roger's, or Satterthwaite's by maximum likelihood), between (standard deviation
    between versions) and missing_share (lambda, for ``se``). ``variance``: group, term, term_2, kind, estimate (the mean),
    se (pooled), sd_or_corr. ``converged`` if all fits are; ``messages`` say of which version each is.
    """

    fits: tuple[Fit, ...]
    fixed: pd.DataFrame
    variance: pd.DataFrame
    converged: bool
    messages: tuple[str, ...]


def fit_imputed(
    formula: str,
    data: Data | Sequence[pd.DataFrame],
    outcomes: Sequence[str] | None = None,
    reml: bool = True,
    weights: str | None = None,
    ci_level: float = 0.95,
) -> Pooled:
    """Fit ``formula`` to each version and pool.

    Either ``data`` is one table (or parquet file) and ``outcomes`` names its m >= 2 columns of plausible values, which take
    the place of the outcome in the formula; rows without a value in one of them are left out of all fits. Or ``data`` is a
    sequence of m >= 2 imputed tables. Raises ``TrenzaError`` where there are fewer than two versions, or where tables do
    not lead to the same terms.
    """
    if outcomes is None:
        if isinstance(data, pd.DataFrame) or not isinstance(data, Sequence) or isinstance(data, str):
            raise TrenzaError(
                "imputed: give several tables, or one table and the outcomes that hold plausible values"
            )
        _enough(len(data))
        fits = tuple(fit(formula, frame, reml, weights, ci_level) for frame in data)
    else:
        if not isinstance(data, pd.DataFrame) and isinstance(data, Sequence) and not isinstance(data, str):
            raise TrenzaError("imputed: several tables and several outcomes; give one of the two")
        _enough(len(outcomes))
        if len(set(outcomes)) < len(outcomes):
            raise TrenzaError("imputed: an outcome is named twice")
        fits = _plausible(formula, data, tuple(outcomes), reml, weights, ci_level)
    return pool(fits)


def _enough(count: int) -> None:
    if count < 2:
        raise TrenzaError(f"imputed: found {count} version; allowed: 2 or more")


def _plausible(
    formula: str, data: Data, outcomes: tuple[str, ...], reml: bool, weights: str | None, ci_level: float
) -> tuple[Fit, ...]:
    """All fits from one pass: W = [X, y1, ..., ym], each fit taking X and its own y."""
    parsed = replace(parse_formula(formula), outcome=outcomes[0])
    ready = prepare(parsed, data, weights, outcomes[1:])
    positions = range(ready.products.y, ready.products.y + len(outcomes))
    products = [replace(ready.products, y=at) for at in positions]
    bases = [basis_of(one, ready.part, name) for one, name in zip(products, outcomes, strict=True)]
    p = len(bases[0].names)
    wide = replace(
        bases[0], columns=np.column_stack([bases[0].columns, *(b.columns[:, -1] for b in bases[1:])])
    )
    shared = structure_of(parsed, ready.found, ready.products, wide)
    fits: list[Fit] = []
    for i, (one, basis, name) in enumerate(zip(products, bases, outcomes, strict=True)):
        columns = [*range(p), p + i]
        here = replace(
            ready,
            parsed=replace(ready.parsed, outcome=name),
            needs=replace(ready.needs, outcome=name, outcomes=tuple(o for o in outcomes if o != name)),
        )
        start = fits[0].machinery.found.theta if fits and not fits[0].singular else None
        fits.append(solve(here, one, basis, shared.with_columns(columns), reml, ci_level, start))
    return tuple(fits)


def pool(fits: Sequence[Fit]) -> Pooled:
    """Rubin's rules over fits of one model. Raises ``TrenzaError`` where their terms differ."""
    _enough(len(fits))
    first = fits[0]
    names = list(first.fixed.index)
    if any(list(one.fixed.index) != names or one.reml != first.reml for one in fits):
        raise TrenzaError("imputed: the versions do not lead to the same terms; check levels of categories")
    if len(counts := sorted({one.nobs for one in fits})) > 1:
        raise TrenzaError(
            f"imputed: the versions have from {counts[0]} to {counts[-1]} complete rows; Rubin's rules are for versions of the same rows"
        )
    rows = []
    wanted = ("estimate", "se", "df_satterthwaite", "se_kr", "df_kr")
    columns = {key: np.array([one.fixed[key].to_numpy(dtype=float) for one in fits]) for key in wanted}
    for i, name in enumerate(names):
        terms = {key: values[:, i] for key, values in columns.items()}
        estimates = terms["estimate"]
        row: dict[str, object] = {"term": name, "estimate": float(estimates.mean())}
        for se, df, p in (("se", "df_satterthwaite", "p_satterthwaite"), ("se_kr", "df_kr", "p_kr")):
            one = combined(estimates, terms[se], terms[df])
            row |= {se: one.se, df: one.df, p: p_of_t(one.estimate / one.se, one.df)}
            if se == "se":
                row |= {
                    "statistic": one.estimate / one.se,
                    "between": one.between,
                    "missing_share": one.missing_share,
                }
            if (se == "se_kr") == first.reml:
                width = t_quantile(0.5 + first.ci_level / 2.0, one.df) * one.se
                row |= {"ci_low": one.estimate - width, "ci_high": one.estimate + width}
        rows.append(row)
    order = [
        "term",
        "estimate",
        "se",
        "statistic",
        "df_satterthwaite",
        "p_satterthwaite",
        "se_kr",
        "df_kr",
        "p_kr",
    ]
    fixed = pd.DataFrame(rows, index=names)[[*order, "ci_low", "ci_high", "between", "missing_share"]]
    return Pooled(
        tuple(fits),
        fixed,
        _variance(fits),
        all(one.converged for one in fits),
        tuple(f"version {i}: {text}" for i, one in enumerate(fits, 1) for text in one.messages),
    )


@dataclass(frozen=True)
class Combined:
    """One quantity by Rubin's rules; ``between`` is a standard deviation, ``missing_share`` is lambda."""

    estimate: float
    se: float
    df: float
    between: float
    missing_share: float


def combined(estimates: np.ndarray, se: np.ndarray, df: np.ndarray) -> Combined:
    """Rubin's rules with Barnard and Rubin's degrees of freedom; all of shape (m), ``df`` of the complete data."""
    m = len(estimates)
    within, between = float((se**2).mean()), float(estimates.var(ddof=1))
    extra = (1.0 + 1.0 / m) * between
    total = within + extra
    share = extra / total
    complete = float(df.mean())
    observed = (
        complete * (1.0 - share)
        if np.isinf(complete)
        else ((complete + 1.0) / (complete + 3.0) * complete * (1.0 - share))
    )
    old = (m - 1) / share**2 if share > 0.0 else np.inf
    precision = 1.0 / old + 1.0 / observed
    pooled = 1.0 / precision if precision > 0.0 else np.inf
    return Combined(float(estimates.mean()), float(np.sqrt(total)), pooled, float(np.sqrt(between)), share)


def _variance(fits: Sequence[Fit]) -> pd.DataFrame:
    """Variances and covariances: means, and standard errors by Rubin's rules."""
    table = fits[0].variance[["group", "term", "term_2", "kind"]].copy()
    values = np.array([one.variance["estimate"] for one in fits])
    within = np.array([one.variance["se"] for one in fits]) ** 2
    table["estimate"] = values.mean(axis=0)
    table["se"] = np.sqrt(within.mean(axis=0) + (1.0 + 1.0 / len(fits)) * values.var(axis=0, ddof=1))
    variances = {(row.group, row.term): row.estimate for row in table.itertuples() if row.kind == "variance"}
    table["sd_or_corr"] = [
        np.sqrt(max(row.estimate, 0.0))
        if row.kind == "variance"
        else row.estimate / np.sqrt(product)
        if (product := variances[row.group, row.term] * variances[row.group, row.term_2]) > 0.0
        else np.nan
        for row in table.itertuples()
    ]
    return table
