"""The minimum detectable effect of a panel's design, from variances of change, not from the effect found.

MDES = (t_{1 - alpha / 2} + t_{.80}) x standard error (Bloom 1995), with the standard error of a difference of mean changes,
V = s2 x sum over groups of [icc x sum_j W_j^2 + (1 - icc) x sum_i w_i^2] / W^2, where w_i are units' weights and W_j their sums in
clusters. s2 is the variance of change among comparison units, weighted by w_i^2 as in V, so that large schools with less noise count
as they do in the estimate; icc x s2 is its part between clusters. Few or unequal treated clusters leave the test fewer degrees of freedom
than clusters - 2, and their own changes may spread more than those of the comparison: with the estimate that the design calls for at hand, its
degrees of freedom are taken, and the larger of both standard errors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.effects.adapters import t_quantile
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row
from trenza.multilevel.fit import fit

POWER = 0.80
METHOD = (
    "(t + t of 80% power) x standard error of a difference of mean changes, from the variance of change among comparison "
    "schools and its share between clusters; degrees of freedom: treated + comparison clusters - 2"
)
METHOD_AT_HAND = (
    "(t + t of 80% power) x standard error, the larger one of a difference of mean changes, from the variance of change among comparison "
    "schools and its share between clusters, and of the estimate that the design calls for, whose degrees of freedom are used"
)


def detectable_rows(
    design: PanelDesign, used: pd.DataFrame, effects: Sequence[Row] = (), *, ci_level: float
) -> list[Row]:
    """One row: change is the mean of the outcome years minus that of the baseline years, one value a unit.

    ``effects``: rows of ``panel_effects``, of which the called-for estimate gives degrees of freedom and a standard error.
    """
    early = used["year"].isin(design.baseline_years)
    base = used[early].groupby("unit")["outcome"].mean()
    late = used[~early].groupby("unit")["outcome"].mean()
    units = used.drop_duplicates("unit").set_index("unit")
    units = units.assign(change=late.reindex(units.index) - base.reindex(units.index))
    units = units[units["change"].notna()]
    mine, others = units[units["cohort"] > 0], units[units["cohort"] == 0]
    row: Row = {
        "treated_clusters": int(mine["cluster"].nunique()),
        "comparison_clusters": int(others["cluster"].nunique()),
        "ci_level": ci_level,
        "method": METHOD,
    }
    df = row["treated_clusters"] + row["comparison_clusters"] - 2
    if len(others) < 3 or len(mine) < 1 or df < 1:
        return [row]
    w, change = others["weight"].to_numpy(), others["change"].to_numpy()
    apart = change - float(w @ change) / w.sum()
    variance = float((w**2 @ apart**2) / (w**2).sum()) * len(w) / (len(w) - 1)
    icc = min(1.0, _icc(others) * float(change.var(ddof=1)) / variance) if variance > 0.0 else 0.0
    v = sum(_spread(g, icc) for g in (mine, others)) * variance
    sd = float(base.reindex(units.index).std(ddof=1))
    called = _called_for(effects)
    se, df_used = (v**0.5, float(df)) if called is None else (max(v**0.5, called["se"]), called["df"])
    mdes = (t_quantile(0.5 + ci_level / 2.0, df_used) + t_quantile(POWER, df_used)) * se
    return [
        row
        | {
            "icc_of_change": icc,
            "sd_of_change": variance**0.5,
            "mdes": mdes,
            "mdes_sd": mdes / sd if sd > 0.0 else np.nan,
            "df": df_used,
            "method": METHOD if called is None else METHOD_AT_HAND,
        }
    ]


def _called_for(effects: Sequence[Row]) -> Row | None:
    """The whole effect that the design calls for, where it has a standard error and degrees of freedom."""
    whole = [r for r in effects if r["role"] == "called_for" and r.get("aggregation") == "overall"]
    return next((r for r in whole if r.get("se") and r.get("df")), None)


def _icc(others: pd.DataFrame) -> float:
    """Share of the variance of change between clusters among comparison units; 1 where a cluster is a unit."""
    if others["cluster"].nunique() == len(others):
        return 1.0
    if others["cluster"].nunique() < 2:
        return 0.0
    try:
        return float(fit("change ~ 1 + (1 | cluster)", others[["change", "cluster"]]).icc["cluster"])
    except TrenzaError:
        return 0.0


def _spread(units: pd.DataFrame, icc: float) -> float:
    w = units["weight"]
    by_cluster = w.groupby(units["cluster"]).sum()
    return float((icc * (by_cluster**2).sum() + (1.0 - icc) * (w**2).sum()) / w.sum() ** 2)
