"""One estimate of a panel run again on other rows or another design, as the tables of choices need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.effects.panel import estimate
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_group_time import group_time_rows
from trenza.effects.panel_rows import Row

SLOW = ("growth",)  # only as declared: each takes many fits


def found(row: Mapping[str, Any], least: int) -> Row:
    """Estimate and interval, blank where fewer than ``least`` treated units are in it."""
    enough = (row.get("treated_units") or 0) >= least
    return {k: row.get(k) if enough else None for k in ("estimate", "ci_low", "ci_high")}


def run(design: PanelDesign, used: pd.DataFrame, estimator: str, ci_level: float, least: int) -> Row:
    """The overall estimate of ``estimator`` on ``used``, the rows of ``check_panel``."""
    if estimator == "group_time":  # without simultaneous bands, which nobody reads here
        rows = group_time_rows(design, used, ci_level=ci_level, draws=1, seed=1)
    else:
        rows = estimate(design, used, [estimator], ci_level=ci_level)
    return found(next(r for r in rows if r["aggregation"] == "overall"), least)
