"""Mean outcome by year of start and year, for the picture of trends (contract ``panel_trends``)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.effects.intervals import symmetric
from trenza.effects.panel_rows import Row


def trend_rows(used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """One row a cohort (0 = comparison) and year: weighted mean of the units tested, clustered standard error, t interval.

    Variance of a ratio of sums over C clusters, enlarged by C / (C - 1), with C - 1 degrees of freedom; none for one cluster.
    """
    rows: list[Row] = []
    for (cohort, year), part in used.groupby(["cohort", "year"]):
        w = part["weight"].to_numpy()
        y = part["outcome"].to_numpy()
        mean = float(w @ y / w.sum())
        code = pd.factorize(part["cluster"])[0]
        left = np.bincount(code, w * (y - mean)) / w.sum()
        c = len(left)
        row: Row = {
            "cohort": int(cohort),
            "year": int(year),
            "schools": len(part),
            "clusters": c,
            "estimate": mean,
        }
        if c > 1:
            se = float((left @ left) * c / (c - 1)) ** 0.5
            limits = symmetric(mean, se, ci_level, c - 1)
            row |= {k: limits[k] for k in ("se", "ci_low", "ci_high")}
        rows.append(row | {"ci_level": ci_level})
    return rows
