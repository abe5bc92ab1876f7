"""The test of equivalence of each verdict again, at other smallest effects of interest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from trenza.compare import adapters

COLUMNS = ["id", "source", "factor", "p_equivalence"]


def equivalence_range(verdicts: pd.DataFrame, factors: Sequence[float]) -> pd.DataFrame:
    """Columns ``COLUMNS``; one row a verdict that was tested and a multiple of its declared smallest effect.

    ``verdicts`` keeps contract ``verdicts``. The larger p of the two one-sided t tests (Schuirmann 1987) of the estimate
    with its standard error and degrees of freedom against +-factor x sesoi x sd.
    """
    tested = verdicts[verdicts["p_equivalence"].notna()]
    rows = [
        (r["id"], r["source"], float(factor), _larger_p(r, factor * r["sesoi"] * r["sd"]))
        for r in tested.to_dict("records")
        for factor in factors
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _larger_p(row: dict[str, float], bound: float) -> float:
    if not row["se"] > 0.0 or math.isnan(row["df"]):
        return math.nan
    return max(
        adapters.t_upper_tail((bound + row["estimate"]) / row["se"], row["df"]),
        adapters.t_upper_tail((bound - row["estimate"]) / row["se"], row["df"]),
    )
