"""One estimate of a panel as a tidy row."""

from __future__ import annotations

from typing import Any

import numpy as np

from trenza.effects.intervals import symmetric
from trenza.effects.panel_design import PanelDesign

Row = dict[str, Any]


def told(
    design: PanelDesign,
    estimator: str,
    term: str,
    estimate: float | None,
    se: float | None,
    df: float | None,
    ci_level: float,
) -> Row:
    """Columns of contract ``panel_effects`` that all estimators share; no test where ``se`` is None, 0 or nan.

    ``df`` None or infinite is the normal distribution.
    """
    row: Row = {
        "id": design.id,
        "term": f"{estimator}_{term}",
        "outcome": design.outcome,
        "estimator": estimator,
        "estimand": design.estimand,
        "role": "called_for" if estimator == design.called_for else "beside",
        "estimate": estimate,
        "ci_level": ci_level,
    }
    if estimate is None or se is None or not se > 0.0:
        return row
    return row | symmetric(estimate, se, ci_level, df if df is not None and np.isfinite(df) else None)
