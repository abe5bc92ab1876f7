"""The specification curve of one panel: every combination of declared choices that the data can carry, by its estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from trenza.contracts.faults import InputFaults
from trenza.contracts.panel_choice_tables import EITHER, POOLS
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row
from trenza.effects.panel_runs import SLOW, run
from trenza.effects.unmeasured import specification_curve

_BY_POOL = "group_time"  # whom this one compares depends on the pool
_FIGURES = ("estimate", "ci_low", "ci_high")


def specification_rows(
    design: PanelDesign,
    frame: pd.DataFrame,
    overall: pd.DataFrame,
    declared: Sequence[str],
    choices: Mapping[str, Sequence[Any]],
    *,
    study: str,
    ci_level: float,
    least: int,
) -> list[Row]:
    """Estimators x pool x baseline years x years judged x what a school counts; what the data cannot carry is left out.

    ``choices`` (key ``specifications``): ``estimators``, ``pool``, ``baseline_years``, ``outcome_years``, ``counting``; what it does not name
    varies as ``usual``. The choices of the panel itself are always among them. ``overall``: its overall effects by estimator.
    """
    axes = _axes(design, declared, choices)
    panels: dict[tuple[str, ...], tuple[PanelDesign, pd.DataFrame] | None] = {}
    own = "pupils" if design.weights else "schools"

    def panel(*key: str) -> tuple[PanelDesign, pd.DataFrame] | None:
        if key not in panels:
            pool, baseline, judged, counting = key
            changed = replace(
                design,
                pool=pool,
                baseline_years=_years(baseline, design.baseline_years),
                outcome_years=_years(judged, design.outcome_years),
                weights=design.weights if counting == "pupils" else None,
            )
            try:
                panels[key] = changed, check_panel(changed, frame, study=study)[0]
            except InputFaults:
                panels[key] = None
        return panels[key]

    def estimated(estimator: str, pool: str, baseline: str, judged: str, counting: str) -> Row | None:
        as_declared = (pool, baseline, judged, counting) == (design.pool, "all", "all", own)
        if (estimator != _BY_POOL and pool != design.pool) or (estimator in SLOW and not as_declared):
            return None
        if estimator == _BY_POOL and baseline != "all":  # its base is the last test before the start anyhow
            return None
        said: Row = {"declared": as_declared} | ({} if estimator == _BY_POOL else {"pool": EITHER})
        if as_declared:
            return said | {k: overall.loc[estimator, k] for k in _FIGURES}
        made = panel(pool, baseline, judged, counting)
        return None if made is None else said | run(*made, estimator, ci_level, least)

    table = specification_curve(axes, estimated)
    return [
        r | {"role": overall.loc[r["estimator"], "role"]} for r in table.astype(object).to_dict("records")
    ]


def usual(design: PanelDesign) -> dict[str, list[Any]]:
    """What varies where a study declares nothing."""
    return {
        "pool": list(POOLS),
        "baseline_years": ["all", "last"] if len(design.baseline_years) > 1 else ["all"],
        "outcome_years": ["all"],
        "counting": ["schools", "pupils"] if design.weights else ["schools"],
    }


def _axes(
    design: PanelDesign, declared: Sequence[str], choices: Mapping[str, Sequence[Any]]
) -> dict[str, list[str]]:
    chosen = usual(design) | {k: list(v) for k, v in choices.items()}
    own = {"pool": design.pool, "counting": "pupils" if design.weights else "schools"}
    wanted = choices.get("estimators") or declared
    axes = {"estimator": [e for e in declared if e in wanted]}
    for column, key in (("pool", "pool"), ("baseline", "baseline_years"), ("judged", "outcome_years"), ("counting", "counting")):  # fmt: skip
        values = [v if isinstance(v, str) else ", ".join(map(str, sorted(v))) for v in chosen[key]]
        axes[column] = list(dict.fromkeys([*values, own.get(column, "all")]))
    return axes


def _years(said: str, every: tuple[int, ...]) -> tuple[int, ...]:
    """``all``, ``first``, ``last``, or years joined by commas."""
    named = {"all": every, "first": (min(every),), "last": (max(every),)}
    return named[said] if said in named else tuple(int(y) for y in said.split(", "))
