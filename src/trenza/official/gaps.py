"""Differences between the mean scores of groups of schools (contract ``gaps``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official import remarks
from trenza.official.intervals import t_interval
from trenza.official.sittings import Sitting, series, table
from trenza.official.weighted import gap

if TYPE_CHECKING:
    import pandas as pd

PAIRS = {
    "dependency": (("private", "municipal"), ("subsidised", "municipal"), ("slep", "municipal")),
    "ses_group": (("5", "1"),),
    "ses_group_baseline": (("5", "1"),),
}
EFFECT_KIND = "gap / SD of all schools' scores of the year"


def gaps(panel: pd.DataFrame, *, ci_level: float, min_cell: int) -> pd.DataFrame:
    """Pupil-weighted mean of one group minus that of another, per grade, subject and year.

    ``panel``: see ``trenza.official.sittings.series``. Returns the columns of contract ``gaps`` without study and
    source, a row for each pair of ``PAIRS`` of which both groups have scores; formulas:
    ``trenza.official.weighted.gap``. effect: over the plain SD of all schools' scores of the year. A gap of a
    group that is withheld for size is withheld. A gap describes; it is no effect of the kind of school.
    """
    rows = [
        _row(sitting, breakdown, upper, lower, ci_level)
        for sittings in series(panel, min_cell)
        for sitting in sittings
        for breakdown, pairs in PAIRS.items()
        if breakdown in sitting.groups
        for upper, lower in pairs
    ]
    return table("gaps", [row for row in rows if row])


def _row(sitting: Sitting, breakdown: str, upper: str, lower: str, ci_level: float) -> dict[str, Any]:
    """One gap; empty where a group has no score."""
    nobody = np.zeros(len(sitting.rbd), dtype=bool)
    groups = sitting.groups[breakdown]
    one, other = (sitting.mean("score_points", groups.get(level, nobody)) for level in (upper, lower))
    if one is None or other is None:
        return {}
    hidden = bool({upper, lower} & sitting.withheld_levels[breakdown])
    row = sitting.place | {
        "breakdown": breakdown,
        "upper": upper,
        "lower": lower,
        "ci_level": ci_level,
        "preliminary": sitting.preliminary,
        "method": remarks.GAP,
        "note": remarks.note(breakdown, sitting),
        "suppressed": hidden,
    }
    if not hidden:
        found = gap(one, other)
        row |= {
            "schools_upper": one.schools,
            "schools_lower": other.schools,
            "pupils": one.pupils + other.pupils,
        }
        row |= t_interval(found.estimate, found.se, found.df, ci_level)
        if sitting.sd_points > 0:
            row |= {"effect": found.estimate / sitting.sd_points, "effect_kind": EFFECT_KIND}
    return row
