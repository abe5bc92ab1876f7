"""Programme effects on a panel of schools: every estimator behind one call, and all tables of one design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trenza.contracts.effect_tables import EFFECT_CONTRACTS, ESTIMATORS
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_detectable import detectable_rows
from trenza.effects.panel_group_time import group_time, group_time_rows
from trenza.effects.panel_imputation import imputation_rows
from trenza.effects.panel_models import ancova_rows, gain_rows, growth_rows
from trenza.effects.panel_overlap import overlap_rows
from trenza.effects.panel_randomisation import randomisation_rows
from trenza.effects.panel_rows import Row
from trenza.effects.panel_sensitivity import sensitivity_rows
from trenza.effects.panel_sums import change_sums
from trenza.effects.panel_trends import trend_rows
from trenza.effects.panel_two_way import forbidden, two_way_rows
from trenza.effects.panel_weighting import balance_rows, weighting_rows
from trenza.effects.panel_wild import wild_rows

_CHOSEN = "schools were chosen by a baseline score, so part of this is regression to the mean"

TABLES = tuple(EFFECT_CONTRACTS)


@dataclass(frozen=True)
class Resampling:
    """Draws and seed of bands, bootstrap and randomisation; ``reassign``: assignments drawn (each costs an estimate)."""

    draws: int = 1999
    reassign: int = 999
    seed: int = 1


def estimate(
    design: PanelDesign,
    used: pd.DataFrame,
    estimators: Sequence[str] = ESTIMATORS,
    *,
    ci_level: float = 0.95,
    resampling: Resampling | None = None,
) -> list[Row]:
    """Tidy rows (contract ``panel_effects`` without study and source) of ``estimators``, in their order.

    ``used``: the rows that ``check_panel`` returns. Every row names its estimand, and whether the design calls for
    its estimator. ``resampling`` None leaves randomisation inference and the wild bootstrap out.
    """
    how = resampling or Resampling()
    level = ci_level
    runs: Mapping[str, Callable[[], list[Row]]] = {
        "gain": lambda: gain_rows(design, used, ci_level=level),
        "ancova": lambda: ancova_rows(design, used, ci_level=level),
        "weighting": lambda: weighting_rows(design, used, ci_level=level),
        "two_way": lambda: two_way_rows(design, used, ci_level=level),
        "group_time": lambda: group_time_rows(design, used, ci_level=level, draws=how.draws, seed=how.seed),
        "imputation": lambda: imputation_rows(design, used, ci_level=level),
        "growth": lambda: growth_rows(design, used, ci_level=level),
    }
    rows: list[Row] = []
    for name in estimators:
        found = runs[name]()
        rows += found
        if resampling is None:
            continue
        if name == "two_way":
            rows += wild_rows(design, used, ci_level=level, draws=how.draws, seed=how.seed)
        if name == "group_time":
            overall = next((r["estimate"] for r in found if r["term"] == "group_time_overall"), None)
            rows += randomisation_rows(
                design, used, estimate=overall, ci_level=level, draws=how.reassign, seed=how.seed
            )
    return [_warned(r) for r in rows] if design.chosen_by in ("score", "cutoff") else rows


def _warned(row: Row) -> Row:
    """Where schools were chosen by their scores, only comparison at the same score is safe."""
    if row["estimator"] in ("ancova", "weighting"):
        return row
    return row | {"role": "unsafe", "note": f"{row['note']}; {_CHOSEN}"}


def panel_tables(
    design: PanelDesign,
    frame: pd.DataFrame,
    *,
    study: str,
    source: str,
    ci_level: float,
    estimators: Sequence[str] = ESTIMATORS,
    resampling: Resampling | None = None,
    min_cell: int = 1,
) -> dict[str, pd.DataFrame]:
    """All tables of one design, by the names in ``TABLES``, each checked against its contract.

    Of real data, means and effects of fewer than ``min_cell`` schools are withheld.
    Raises ``InputFaults`` as ``check_panel`` does.
    """
    used, flow = check_panel(design, frame, study=study, source=source)
    first: dict[str, Any] = {"study": study, "source": source}
    least = min_cell if source == "real" else 1
    effects = estimate(design, used, estimators, ci_level=ci_level, resampling=resampling or Resampling())
    rows: dict[str, list[Row]] = {
        "panel_overlap": overlap_rows(design, used),
        "panel_trends": [_shown_mean(r, least) for r in trend_rows(used, ci_level=ci_level)],
        "panel_effects": [_shown_effect(r, least) for r in effects],
        "panel_sensitivity": sensitivity_rows(group_time(change_sums(used), design.pool), ci_level=ci_level),
        "panel_diagnostics": forbidden(used),
        "panel_detectable": detectable_rows(design, used, effects, ci_level=ci_level),
        "panel_balance": balance_rows(design, used, least=least) if "weighting" in estimators else [],
    }
    tables = {"panel_flow": flow}
    for name, part in rows.items():
        contract = EFFECT_CONTRACTS[name]
        table = pd.DataFrame([{"id": design.id, **first, **r} for r in part], columns=contract.names)
        tables[name] = contract.check(table)
    return tables


def _shown_mean(row: Row, min_cell: int) -> Row:
    if row["schools"] >= min_cell:
        return row | {"suppressed": False}
    return {k: row[k] for k in ("cohort", "year", "ci_level")} | {"suppressed": True}


_FIGURES = ("estimate", "se", "ci_low", "ci_high", "statistic", "df", "p_value", "band_low", "band_high")


def _shown_effect(row: Row, min_cell: int) -> Row:
    """The row without its figures where fewer than ``min_cell`` treated units are in it."""
    units = row.get("treated_units")
    if units is None or units >= min_cell:
        return row
    kept = {k: v for k, v in row.items() if k not in (*_FIGURES, "treated_units")}
    return kept | {"note": f"withheld: fewer than {min_cell} treated schools"}
