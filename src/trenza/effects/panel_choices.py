"""How far the effects on one panel hang on a choice, on one unit of assignment, on the year, or on a cause that nobody measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.panel_choice_tables import PANEL_CHOICE_CONTRACTS
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_models import after_baseline
from trenza.effects.panel_placebos import PlaceboOutcome, every_placebo
from trenza.effects.panel_rows import Row
from trenza.effects.panel_runs import run
from trenza.effects.panel_specifications import specification_rows
from trenza.effects.unmeasured import e_value, leave_one_out, robustness_value

CHOICE_TABLES = tuple(PANEL_CHOICE_CONTRACTS)
MOST_LEFT_OUT = 400  # units of assignment that are left out one by one; each costs an estimate
_E_VALUE = "E-value of the estimate in SDs between schools at baseline (VanderWeele & Ding 2017)"
_LEAST = "robustness value (Cinelli & Hazlett 2020) of least squares with one row a school, years at the mean of the untreated"
_INDEPENDENT = "its interval takes schools as independent"
_CLUSTERED = "not of the interval, since schools of a unit of assignment are not independent"


def choice_tables(
    design: PanelDesign,
    frame: pd.DataFrame,
    effects: pd.DataFrame,
    *,
    study: str,
    source: str,
    ci_level: float,
    estimators: Sequence[str],
    min_cell: int = 1,
    specifications: Mapping[str, Sequence[Any]] | None = None,
    placebo_outcomes: Sequence[PlaceboOutcome] = (),
) -> dict[str, pd.DataFrame]:
    """Tables ``CHOICE_TABLES`` of one design, each checked against its contract.

    ``frame``: the rows that ``panel_tables`` had, ``effects``: its table ``panel_effects``. Of real data, estimates of fewer than
    ``min_cell`` treated schools are withheld, and units of assignment with fewer schools have no name, nor have those that would give them away. ``specifications``: what varies in
    the specification curve, see ``specification_rows``.
    """
    used = check_panel(design, frame, study=study, source=source)[0]
    least = min_cell if source == "real" else 1
    overall = effects[effects["aggregation"] == "overall"].set_index("estimator")
    declared = [e for e in estimators if e in overall.index]
    main = design.called_for if design.called_for in declared else declared[0]
    rows = {
        "panel_specifications": specification_rows(
            design,
            frame,
            overall,
            declared,
            specifications or {},
            study=study,
            ci_level=ci_level,
            least=least,
        ),
        "panel_left_out": _left_out(design, used, main, ci_level, least),
        "panel_placebo": every_placebo(
            design, used, overall, declared, placebo_outcomes, ci_level=ci_level, least=least
        ),
        "panel_unmeasured": _unmeasured(design, used, overall, declared),
    }
    tables = {}
    for name, part in rows.items():
        contract = PANEL_CHOICE_CONTRACTS[name]
        shared = {"study": study, "id": design.id, "source": source, "ci_level": ci_level}
        tables[name] = contract.check(pd.DataFrame([shared | r for r in part], columns=contract.names))
    return tables


def _left_out(
    design: PanelDesign, used: pd.DataFrame, estimator: str, ci_level: float, least: int
) -> list[Row]:
    """``estimator`` without each unit of assignment in turn; nothing where each school is one, or they are too many."""
    schools = used.groupby("cluster")["unit"].nunique()
    if len(schools) == used["unit"].nunique() or not 2 < len(schools) <= MOST_LEFT_OUT:
        return []

    def without(part: pd.DataFrame) -> Row:
        units = part.drop_duplicates("unit")["cohort"] > 0
        starts = part.loc[part["cohort"] > 0, "cohort"].nunique()
        if units.sum() < 2 or (units.all() and not (design.pool == "not_yet" and starts > 1)):
            return {"estimate": None, "ci_low": None, "ci_high": None}
        return run(design, part, estimator, ci_level, least)

    hidden = hidden_cells(schools.to_numpy(), least)
    found = leave_one_out(used, "cluster", without)
    rows: list[Row] = found.astype(object).to_dict("records")
    for position, row in enumerate(rows):
        row |= {"position": position, "estimator": estimator, "schools": schools.sum(), "schools_left_out": 0}
        if position:
            shown = not hidden[position - 1]
            row["left_out"] = str(schools.index[position - 1]) if shown else None
            row["schools_left_out"] = schools.iloc[position - 1] if shown else None
    return rows


def _unmeasured(
    design: PanelDesign, used: pd.DataFrame, overall: pd.DataFrame, declared: Sequence[str]
) -> list[Row]:
    """E-values of the overall estimates, robustness values of gain and ANCOVA by least squares."""
    early = used[used["year"].isin(design.baseline_years)]
    base = early.groupby("unit")["outcome"].mean()
    group = early.drop_duplicates("unit").set_index("unit")["cohort"].reindex(base.index) > 0
    sd = float(np.sqrt(((base - base.groupby(group).transform("mean")) ** 2).sum() / max(len(base) - 2, 1)))
    independent = used["unit"].nunique() == used["cluster"].nunique()
    rows: list[Row] = []
    for estimator in declared:
        found = overall.loc[estimator]
        if pd.isna(found["estimate"]) or not sd > 0.0:
            continue
        row: Row = {k: found[k] for k in ("estimate", "ci_low", "ci_high")}
        effect = float(found["estimate"]) / sd
        row |= {
            "estimator": estimator,
            "effect_sd": effect,
            "e_value": e_value(effect),
            "method": _E_VALUE,
        }
        if pd.notna(found["ci_low"]):
            near = float(found["ci_low"] if effect > 0.0 else found["ci_high"]) / sd
            row["e_value_interval"] = e_value(effect, near)
        if estimator in ("gain", "ancova"):
            row |= _robustness(
                design, used, estimator, 1.0 - float(found["ci_level"]) if independent else None
            )
            row["method"] = f"{_E_VALUE}; {_LEAST}; {_INDEPENDENT if independent else _CLUSTERED}"
        rows.append(row)
    return rows


def _robustness(design: PanelDesign, used: pd.DataFrame, estimator: str, alpha: float | None) -> Row:
    """Robustness values, and with ANCOVA what the baseline score explains (partial R2 = t2 / (t2 + df)), to measure them by."""
    late = after_baseline(design, used)
    late = late[(late["cohort"] == 0) | (late["treated"] > 0)]
    level = late[late["cohort"] == 0].groupby("year")["outcome"].mean()
    late = late.assign(above=late["outcome"] - late["year"].map(level))
    school = late.dropna(subset=["above"]).groupby("unit")[["above", "baseline", "treated"]].mean()
    ones = np.ones(len(school))
    treated, baseline = school["treated"].to_numpy(dtype="float64"), school["baseline"].to_numpy()
    if estimator == "gain":
        t, df = _t((school["above"] - school["baseline"]).to_numpy(), np.column_stack([ones, treated]), 1)
        explained: Row = {}
    else:
        x = np.column_stack([ones, treated, baseline])
        t, df = _t(school["above"].to_numpy(), x, 1)
        of_outcome, _ = _t(school["above"].to_numpy(), x, 2)
        of_treated, more = _t(treated, np.column_stack([ones, baseline]), 1)
        explained = {
            "baseline_treated": of_treated**2 / (of_treated**2 + more),
            "baseline_outcome": of_outcome**2 / (of_outcome**2 + df),
        }
    if df < 2.0 or not np.isfinite(t):
        return {}
    row = explained | {"robustness": robustness_value(t, 1.0, df)}
    return row if alpha is None else row | {"robustness_interval": robustness_value(t, 1.0, df, alpha=alpha)}


def _t(y: np.ndarray, x: np.ndarray, column: int) -> tuple[float, float]:
    """t of one column of ordinary least squares, and its degrees of freedom; nan where it cannot be told."""
    df = float(len(y) - x.shape[1])
    if df < 1.0 or np.linalg.matrix_rank(x) < x.shape[1]:
        return float("nan"), df
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ (x.T @ y)
    variance = float(((y - x @ beta) ** 2).sum()) / df * bread[column, column]
    return (float(beta[column] / variance**0.5) if variance > 0.0 else float("nan")), df
