"""Differences between the mean scores of groups of schools, and their changes (contract ``gaps``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official import remarks
from trenza.official.intervals import t_interval
from trenza.official.sittings import Series, Sitting, table
from trenza.official.weighted import WeightedMean, combination

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
PAIRS = {
    "dependency": (("private", "municipal"), ("subsidised", "municipal"), ("slep", "municipal")),
    "ses_group": (("5", "1"),),
    "ses_group_baseline": (("5", "1"),),
}


def gaps(cut: Series, *, ci_level: float) -> pd.DataFrame:
    """Pupil-weighted mean of one group minus that of another, per grade, subject and year, and how it changed.

    ``cut``: see ``trenza.official.sittings.series``. Returns the columns of contract ``gaps`` without study and
    source. gap_points: a row for each pair of ``PAIRS`` of which both groups have scores; change_points: the gap
    less that of the first sitting in which both have. Formulas: ``trenza.official.weighted.combination``. effect:
    over the pupil-weighted SD between schools' means, of the year or of since_year. What rests on a group that is
    withheld for size is withheld. A gap describes; it is no effect of the kind of school.
    """
    rows: list[Row] = []
    for sittings in cut:
        for breakdown, pairs in PAIRS.items():
            for pair in pairs:
                held = [(s, means) for s in sittings if (means := _means(s, breakdown, pair))]
                for number, now in enumerate(held):
                    rows.append(_row(breakdown, pair, now, ci_level))
                    if number:
                        rows.append(_row(breakdown, pair, now, ci_level, held[0]))
    return table("gaps", rows)


Means = tuple[WeightedMean, WeightedMean]


def _means(sitting: Sitting, breakdown: str, pair: tuple[str, str]) -> Means | None:
    """Means of the two groups; None where one has no score."""
    nobody = np.zeros(len(sitting.rbd), dtype=bool)
    groups = sitting.groups.get(breakdown, {})
    upper, lower = (sitting.mean("score_points", groups.get(level, nobody)) for level in pair)
    return None if upper is None or lower is None else (upper, lower)


def _row(
    breakdown: str,
    pair: tuple[str, str],
    now: tuple[Sitting, Means],
    ci_level: float,
    first: tuple[Sitting, Means] | None = None,
) -> Row:
    """One gap or, with ``first``, its change since then; counts are those of the later sitting."""
    sitting, (upper, lower) = now
    sittings = [sitting] if first is None else [first[0], sitting]
    method = remarks.GAP if first is None else remarks.GAP_CHANGE
    hidden = any(set(pair) & s.withheld_levels[breakdown] for s in sittings)
    row = sitting.place | {
        "breakdown": breakdown,
        "upper": pair[0],
        "lower": pair[1],
        "term": "gap_points" if first is None else "change_points",
        "since_year": None if first is None else first[0].year,
        "ci_level": ci_level,
        "preliminary": any(s.preliminary for s in sittings),
        "method": remarks.with_error(method, sitting),
        "note": remarks.note(breakdown, *sittings, gap_of=pair),
        "suppressed": hidden,
    }
    if not hidden:
        parts = [(1, upper), (-1, lower)]
        if first is not None:
            parts += [(-1, first[1][0]), (1, first[1][1])]
        found = combination(*parts)
        row |= {
            "schools_upper": upper.schools,
            "schools_lower": lower.schools,
            "pupils": upper.pupils + lower.pupils,
        }
        row |= t_interval(found, ci_level, by_commune=sitting.by_commune)
        if sittings[0].sd_points > 0:
            kind = remarks.GAP_EFFECT if first is None else remarks.GAP_CHANGE_EFFECT
            row |= {"effect": found.value / sittings[0].sd_points, "effect_kind": kind}
    return row
