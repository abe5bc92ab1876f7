"""Where a programme can have done nothing: a start before the start, and outcomes that it did not work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row
from trenza.effects.panel_runs import SLOW, run
from trenza.effects.unmeasured import placebo_rows


class PlaceboOutcome(NamedTuple):
    """An outcome that the programme cannot have changed; ``used``: the rows of ``check_panel`` for ``design``."""

    id: str
    design: PanelDesign
    used: pd.DataFrame


def every_placebo(
    design: PanelDesign,
    used: pd.DataFrame,
    overall: pd.DataFrame,
    declared: Sequence[str],
    outcomes: Sequence[PlaceboOutcome],
    *,
    ci_level: float,
    least: int,
) -> list[Row]:
    """Of each estimator the real estimate, that of a placebo start, and one for each placebo outcome; nothing where there is no placebo.

    The placebo start: the baseline years alone, the last of them made the start, the treated schools the same; none
    where schools were chosen by the scores of these years, which part them. Growth is left out.
    """
    moved = _moved(design, used)
    runs = {} if moved is None else {"": moved}
    runs |= {o.id: (o.design, o.used) for o in outcomes}
    rows: list[Row] = []
    for estimator in (e for e in declared if e not in SLOW) if runs else ():
        real = {k: overall.loc[estimator, k] for k in ("estimate", "ci_low", "ci_high")}
        table = placebo_rows(
            runs,
            lambda name, e=estimator: run(*runs[name], e, ci_level, least),  # type: ignore[misc]
            reference=real,
        )
        for row in table.astype(object).to_dict("records"):
            name = None if pd.isna(row["placebo"]) else row["placebo"]
            rows.append(
                row
                | {
                    "estimator": estimator,
                    "placebo_year": max(design.baseline_years) if name == "" else None,
                    "placebo_outcome": name or None,
                    "holds_zero": row["holds_zero"] if pd.notna(row["ci_low"]) else None,
                }
            )
    return rows


def _moved(design: PanelDesign, used: pd.DataFrame) -> tuple[PanelDesign, pd.DataFrame] | None:
    *before, last = sorted(design.baseline_years)
    # schools chosen by the scores of these years do not change alike in them
    if not before or design.chosen_by in ("score", "cutoff"):
        return None
    part = used[used["year"].isin(design.baseline_years)]
    both = set(part.loc[part["year"] == last, "unit"]) & set(part.loc[part["year"] < last, "unit"])
    part = part[part["unit"].isin(both)].reset_index(drop=True)
    part = part.assign(cohort=part["cohort"].where(part["cohort"] == 0, last))
    units = part.drop_duplicates("unit")["cohort"] > 0
    if units.sum() < 2 or units.all():
        return None
    return replace(design, baseline_years=tuple(before), outcome_years=(last,), pool="never"), part
