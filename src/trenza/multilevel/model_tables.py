"""Models of a study as the tables of ``contracts/model_tables.py``: coef, fit, varcomp, modes, influence, residual_bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults, TrenzaError
from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.components import INTERCEPT
from trenza.multilevel.diagnostics import mode_table
from trenza.multilevel.fit import fit
from trenza.multilevel.residual_bins import residual_bins
from trenza.multilevel.result import Fit

# Beyond so many levels in all, profile limits take minutes and say what Wald's say
PROFILED = 2_000
EFFECT_KIND = "in total SDs given the fixed part, per unit of the term"


@dataclass(frozen=True)
class ModelSpec:
    """A row of study.yaml: ``formula`` with its outcome, ``why`` it is fitted; ``reml`` false for maximum likelihood.

    ``id`` is that of the model; the tables' id is ``<id>_<outcome>``. ``weights`` names a column of precision weights.
    """

    id: str
    formula: str
    why: str = ""
    reml: bool = True
    weights: str | None = None


def model_tables(
    data: pd.DataFrame,
    models: Sequence[ModelSpec],
    *,
    study: str,
    source: str,
    ci_level: float,
    profile: bool = True,
) -> dict[str, pd.DataFrame]:
    """Fit each model to ``data`` and return the tables by name, checked against their contracts.

    ``source`` is published, simulated or real. ``profile`` false leaves the profile limits blank (they take the most time);
    so they are for more than ``PROFILED`` levels.
    The tidy columns of ``coef`` are Kenward-Roger's for REML, Satterthwaite's for maximum likelihood; both stand beside
    them by name. Influence is left out, with a note in ``fit``, where groups are crossed. Raises ``InputFaults`` with the
    faults of all models.
    """
    fits: list[tuple[ModelSpec, Fit]] = []
    faults = []
    for model in models:
        try:
            fits.append((model, fit(model.formula, data, model.reml, model.weights, ci_level)))
        except TrenzaError as error:
            place = f"models.{model.id}"
            faults.append(
                Fault(
                    f"study {study}",
                    place,
                    "formula",
                    f"{model.formula!r}: {error}",
                    "a model that the table can carry",
                )
            )
    if faults:
        raise InputFaults(faults)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in MODEL_TABLES}
    for model, one in fits:
        outcome = one.machinery.formula.outcome
        key = {"study": study, "id": f"{model.id}_{outcome}", "outcome": outcome, "source": source}
        influence, said = _influence(one)
        found = {
            "coef": _coef(one),
            "fit": _fit(model, one, said),
            "varcomp": _varcomp(one, profile and sum(one.design.levels.values()) <= PROFILED),
            "modes": mode_table(one).assign(ci_level=ci_level),
            "influence": influence,
            "residual_bins": residual_bins(one),
        }
        for name, frame in found.items():
            parts[name].append(frame.assign(**key))
    out = {}
    for name, contract in MODEL_TABLES.items():
        frames = [frame for frame in parts[name] if len(frame)]
        joined = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=contract.names)
        out[name] = contract.check(joined.reindex(columns=contract.names))
    return out


def _coef(one: Fit) -> pd.DataFrame:
    """One row a term."""
    table = one.fixed.reset_index(drop=True)
    which = "kr" if one.reml else "satterthwaite"
    sd = float(np.sqrt(one.sigma**2 / (1.0 - sum(one.icc.values()))))
    se = table["se_kr"] if one.reml else table["se"]
    slope = (table["term"] != INTERCEPT).to_numpy()
    return table[["term", "estimate", "ci_low", "ci_high", "coding"]].assign(
        n=one.nobs,
        clusters=min(one.design.levels.values()),
        se=se,
        ci_level=one.ci_level,
        statistic=table["estimate"] / se,
        df=table[f"df_{which}"],
        p_value=table[f"p_{which}"],
        effect=(table["estimate"] / sd).where(slope),
        effect_kind=[EFFECT_KIND if one_of else None for one_of in slope],
        effect_ci_low=(table["ci_low"] / sd).where(slope),
        effect_ci_high=(table["ci_high"] / sd).where(slope),
        method=f"{one.method}; {'Kenward-Roger' if one.reml else 'Satterthwaite'} degrees of freedom",
        note="; ".join(one.messages) or None,
        se_satterthwaite=table["se"],
        df_satterthwaite=table["df_satterthwaite"],
        p_satterthwaite=table["p_satterthwaite"],
        se_kr=table["se_kr"],
        df_kr=table["df_kr"],
        p_kr=table["p_kr"],
    )


def _fit(model: ModelSpec, one: Fit, said: str) -> pd.DataFrame:
    messages = [*one.messages, *([said] if said else [])]
    return pd.DataFrame(
        {
            "formula": [one.formula],
            "why": [model.why or None],
            "method": [one.method],
            "rows": [one.design.rows],
            "n": [one.nobs],
            "groups": ["; ".join(f"{name} {count}" for name, count in one.design.levels.items())],
            "sigma": [one.sigma],
            "loglik": [one.loglik],
            "parameters": [one.parameters],
            "aic": [one.aic],
            "bic": [one.bic],
            "r2_marginal": [one.r2_marginal],
            "r2_conditional": [one.r2_conditional],
            "converged": [one.converged],
            "singular": [one.singular],
            "gradient": [one.gradient],
            "messages": ["; ".join(messages) or None],
        }
    )


def _varcomp(one: Fit, profile: bool) -> pd.DataFrame:
    table = one.variance.rename(columns={"ci_low": "wald_low", "ci_high": "wald_high"})
    limits = one.profile_intervals() if profile else None
    for side in ("low", "high"):
        table[f"profile_{side}"] = np.nan if limits is None else limits[f"ci_{side}"].to_numpy()
    share = {**one.icc, "Residual": 1.0 - sum(one.icc.values())}
    single = table["term"].isin([INTERCEPT, ""]) & (table["kind"] == "variance")
    alone = table.groupby("group")["group"].transform("size") == 1
    table["share"] = table["group"].map(share).where(single & alone)
    table["term_2"] = table["term_2"].replace("", None)
    table["term"] = table["term"].replace("", None)
    return table.assign(ci_level=one.ci_level)


def _influence(one: Fit) -> tuple[pd.DataFrame, str]:
    try:
        return one.influence(), ""
    except TrenzaError as error:
        return pd.DataFrame(), f"no influence of clusters: {str(error).removeprefix('cluster: ')}"
