"""A model fitted by a second engine as the tables of ``contracts/model_tables.py``: what that engine cannot say is blank."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.coding import variables_of
from trenza.multilevel.components import INTERCEPT
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.model_tables import EFFECT_KIND, ModelSpec
from trenza.multilevel.second_opinion import Opinion, beyond_statsmodels, fit_with

MISSING = (
    "by this engine no degrees of freedom, no profile limits, no R2, no levels and no influence of clusters"
)


def second_tables(
    data: pd.DataFrame, model: ModelSpec, *, engine: str, study: str, source: str, ci_level: float
) -> dict[str, pd.DataFrame]:
    """The tables of ``model_tables`` for one model by ``engine``: ``coef`` (z tests), ``fit`` and ``varcomp``; the others are empty.

    Raises ``TrenzaError`` where the engine cannot fit the formula, has no weights, or finds no fit.
    """
    parsed = parse_formula(model.formula)
    wrong = beyond_statsmodels(parsed, model.weights is not None)
    if wrong:
        raise TrenzaError(f"engine: {engine} cannot fit {' or '.join(wrong)}; use the default engine")
    one = fit_with(engine, model.formula, data, model.reml, ci_level)
    if not np.isfinite(one.fixed["estimate"]).all():
        raise TrenzaError(
            f"engine: {engine} found no fit ({'; '.join(one.messages)}); use the default engine"
        )
    key = {"study": study, "id": f"{model.id}_{parsed.outcome}", "outcome": parsed.outcome, "source": source}
    term = parsed.random[0]
    slopes = {c for c in term.columns if c != "1"}
    named = {*term.group, parsed.outcome, *slopes, *variables_of(parsed.fixed)[0]}
    levels = int(data.dropna(subset=sorted(named))[term.group[0]].nunique())
    found = {
        "coef": _coef(one, levels, ci_level),
        "fit": _fit(one, model, term.group_name, levels, len(data)),
        "varcomp": _varcomp(one, ci_level),
    }
    out = {}
    for name, contract in MODEL_TABLES.items():
        frame = found[name].assign(**key) if name in found else pd.DataFrame(columns=contract.names)
        out[name] = contract.check(frame.reindex(columns=contract.names))
    return out


def _coef(one: Opinion, levels: int, ci_level: float) -> pd.DataFrame:
    table = one.fixed.reset_index(drop=True)
    slope = (table["term"] != INTERCEPT).to_numpy()
    sd = float(np.sqrt(one.variance.loc[one.variance["kind"] == "variance", "estimate"].sum()))
    effects = {
        name: (table[column] / sd).where(slope)
        for name, column in (
            ("effect", "estimate"),
            ("effect_ci_low", "ci_low"),
            ("effect_ci_high", "ci_high"),
        )
    }
    # with slopes the total SD depends on where one looks; the main engine's share by rows is not at hand here
    plain = int((one.variance["kind"] == "variance").sum()) == 2
    effects = effects if plain else dict.fromkeys(effects, np.nan)
    return table[["term", "estimate", "se", "statistic", "ci_low", "ci_high"]].assign(
        n=one.nobs,
        clusters=levels,
        ci_level=ci_level,
        df=np.nan,
        p_value=table["p_z"],
        effect_kind=[EFFECT_KIND if plain and one_of else None for one_of in slope],
        method=one.method,
        note="; ".join([*_said(one), MISSING]),
        se_satterthwaite=table["se"],
        coding=None,
        **effects,
    )


def _fit(one: Opinion, model: ModelSpec, group: str, levels: int, rows: int) -> pd.DataFrame:
    parameters = len(one.fixed) + len(one.variance)
    zero = one.variance.loc[one.variance["kind"] == "variance", "sd_or_corr"].min() < 1e-4 * one.sigma
    return pd.DataFrame(
        {
            "formula": [model.formula],
            "why": [model.why or None],
            "method": [one.method],
            "rows": [rows],
            "n": [one.nobs],
            "groups": [f"{group} {levels}"],
            "sigma": [one.sigma],
            "loglik": [one.loglik],
            "parameters": [parameters],
            "aic": [2.0 * parameters - 2.0 * one.loglik],
            "bic": [parameters * np.log(one.nobs) - 2.0 * one.loglik],
            "converged": [one.converged],
            "singular": [bool(zero)],
            "messages": ["; ".join([*_said(one), MISSING])],
        }
    )


def _varcomp(one: Opinion, ci_level: float) -> pd.DataFrame:
    variances = one.variance["kind"] == "variance"
    total = float(one.variance.loc[variances, "estimate"].sum())
    table = one.variance.drop(columns=["ci_low", "ci_high"])
    plain = int(variances.sum()) == 2
    return table.assign(
        term=table["term"].replace("", None),
        term_2=table["term_2"].replace("", None),
        share=(table["estimate"] / total) if plain else np.nan,
        ci_level=ci_level,
    )


def _said(one: Opinion) -> list[str]:
    """That the engine warned, once; its own words are for the log of a programmer."""
    return [f"the engine warned {len(one.messages)} times"] if one.messages else []
