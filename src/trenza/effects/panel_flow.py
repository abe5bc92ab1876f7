"""The flow of schools through a panel: how many there are, what became of them, and who is left to be compared."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trenza.effects.panel_design import PanelDesign

# Steps in the order in which they are shown; of those from ``opened`` on no school is left out for it.
LEFT_OUT = {
    "no_score": "rows without the outcome: not tested, or withheld",
    "no_assignment": "rows without a level of assignment",
    "no_pupils": "rows without pupils tested, so without a weight",
    "treated_after_last_year": "treatment begins after the last year used; the pool is never treated",
    "no_year_before": "treated, but without a score in any year before the start",
    "no_year_after": "treated, but without a score in any year from the start on",
    "single_year": "comparison, but with one score only",
}
COUNTED = {
    "opened": "first score after the first year used: opened, or not tested before",
    "closed": "last score before the last year used: closed, merged, or not tested since; which, the scores do not say",
    "missing_between": "a year without a score between two years with one",
    "every_year": "a score in every year used",
    "changed_dependency": "more than one dependency in the years used",
}


def flow_rows(
    design: PanelDesign, table: pd.DataFrame, used: pd.DataFrame, dropped: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Columns position, step, treated, comparison (units), rows, note; ``table`` holds all observations.

    ``left_out_<step>`` counts the units that lose at least one row at that step; rows are their rows. The counts of
    what became of schools (opened, closed, ...) are among the units used.
    """
    rows = [
        _row(
            "observed", table, "units with a score, a level of assignment and pupils tested in the years used"
        )
    ]
    for step, why in LEFT_OUT.items():
        rows.append(_row(f"left_out_{step}", dropped[step], why))
    rows.append(_row("used", used, "units in the estimates"))
    first = used.groupby("unit")["year"].transform("min")
    last = used.groupby("unit")["year"].transform("max")
    count = used.groupby("unit")["year"].transform("size")
    span = sum(((first <= y) & (y <= last)).astype(int) for y in design.years)
    masks = {
        "opened": first > design.years[0],
        "closed": last < design.years[-1],
        "missing_between": count < span,
        "every_year": count == len(design.years),
    }
    for step, why in COUNTED.items():
        if step in masks:
            rows.append(_row(step, used[masks[step]], why))
        elif design.dependency is not None:
            changed = used.groupby("unit")["dependency"].transform("nunique") > 1
            rows.append(_row(step, used[changed], why))
    return pd.DataFrame([{"position": i, **r} for i, r in enumerate(rows, 1)])


def _row(step: str, rows: pd.DataFrame, note: str) -> dict[str, object]:
    units = rows.drop_duplicates("unit")
    treated = int((units["cohort"] > 0).sum())
    return {
        "step": step,
        "treated": treated,
        "comparison": len(units) - treated,
        "rows": len(rows),
        "note": note,
    }
