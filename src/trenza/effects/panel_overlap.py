"""How alike treated and comparison schools are before treatment (contract ``panel_overlap``)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.effects.adapters import log_gamma
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row

# What Works Clearinghouse, Standards Handbook 5.0: up to 0.05 SD equivalent, up to 0.25 if the analysis adjusts.
_BANDS = ((0.05, "satisfied"), (0.25, "adjust"))


def overlap_rows(design: PanelDesign, used: pd.DataFrame) -> list[Row]:
    """Mean baseline outcome, its trend over the baseline years, and pupils tested, one unit a value.

    ``difference_sd``: difference of means over the pooled SD between units, with Hedges' exact factor; units count once each.
    ``share_inside``: treated units between the 5th and 95th percentile of the comparison units.
    """
    early = used[used["year"].isin(design.baseline_years)]
    by_unit = early.groupby("unit")
    units = early.drop_duplicates("unit").set_index("unit")
    values = {"baseline_outcome": by_unit["outcome"].mean()}
    if len(design.baseline_years) > 1:
        wide = early.pivot(index="unit", columns="year", values="outcome")
        first, last = min(design.baseline_years), max(design.baseline_years)
        values["baseline_change"] = wide[last] - wide[first]
    if design.weights:
        values["pupils_tested"] = by_unit["pupils"].mean()
    treated = units["cohort"] > 0
    return [_row(name, v, treated.reindex(v.index)) for name, v in values.items()]


def _row(name: str, values: pd.Series, treated: pd.Series) -> Row:
    known = values.notna()
    one = values[known & treated].to_numpy(dtype="float64")
    other = values[known & ~treated].to_numpy(dtype="float64")
    row: Row = {"variable": name, "n_treated": len(one), "n_comparison": len(other)}
    if min(len(one), len(other)) < 2:
        return row
    g, band = difference_sd(one, other, one.mean() - other.mean())
    row |= {
        "mean_treated": one.mean(),
        "mean_comparison": other.mean(),
        "sd_treated": one.std(ddof=1),
        "sd_comparison": other.std(ddof=1),
    }
    row |= {} if g is None else {"difference_sd": g, "band": band}
    return row | {"share_inside": share_inside(one, other)}


def difference_sd(one: np.ndarray, other: np.ndarray, difference: float) -> tuple[float | None, str | None]:
    """``difference`` over the pooled SD of the two groups with Hedges' exact factor, and its band of WWC; None where nothing varies."""
    df = len(one) + len(other) - 2
    pooled = np.sqrt(((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / df)
    if not pooled > 0.0:
        return None, None
    factor = np.exp(log_gamma(df / 2.0) - log_gamma((df - 1) / 2.0)) / np.sqrt(df / 2.0)
    g = float(factor * difference / pooled)
    return g, next((name for most, name in _BANDS if abs(g) <= most), "not_satisfied")


def share_inside(one: np.ndarray, other: np.ndarray) -> float:
    """Share of ``one`` between the 5th and the 95th percentile of ``other``."""
    low, high = np.quantile(other, [0.05, 0.95])
    return float(((one >= low) & (one <= high)).mean())
