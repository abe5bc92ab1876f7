"""Means, shares and changes of each test: the whole country and its groups (contract ``trends``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official import remarks
from trenza.official.intervals import t_interval, wilson_interval
from trenza.official.sittings import ALL, UNKNOWN, Sitting, series, table
from trenza.official.weighted import WeightedMean, change

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
EFFECT_KIND = "change / SD of all schools' scores in the first year"
_SHARES = ("share_insufficient", "share_adequate")


def trends(panel: pd.DataFrame, *, ci_level: float, min_cell: int) -> pd.DataFrame:
    """Level, change and shares of each grade, subject, year and group of schools.

    ``panel``: see ``trenza.official.sittings.series``. Returns the columns of contract ``trends`` without study
    and source. mean_points, share_insufficient, share_adequate: pupil-weighted means over schools with a score
    of status ok (``trenza.official.weighted``). change_points: against the first test in which the level has a
    score; nothing is interpolated, and unknown has no change. share_withheld: schools that sat without a score
    of status ok, of the schools that sat, Wilson interval. effect: the change over the plain SD of all schools'
    scores of since_year, blank for other terms. Rows withheld for size hold their names only; a group's
    share_withheld is withheld also where the schools without a score are few.
    """
    rows: list[Row] = []
    for sittings in series(panel, min_cell):
        started: dict[tuple[str, str], Sitting] = {}
        for sitting in sittings:
            for breakdown in sitting.groups:
                of_terms = _levels_of_terms(sitting, breakdown, ci_level)
                rows += of_terms
                for level in [r["level"] for r in of_terms if r["term"] == "mean_points"]:
                    first = started.setdefault((breakdown, level), sitting)
                    if first is not sitting and level != UNKNOWN:
                        rows.append(_change_row(first, sitting, breakdown, level, ci_level))
    return table("trends", rows)


def _levels_of_terms(sitting: Sitting, breakdown: str, ci_level: float) -> list[Row]:
    """Rows of all levels of a breakdown in one sitting, all terms but the change."""
    rows: list[Row] = []
    for term, column, method in [
        ("mean_points", "score_points", remarks.MEAN),
        *((share, share, remarks.SHARE) for share in _SHARES),
    ]:
        has_value = sitting.weighable & ~np.isnan(sitting.numbers[column])
        hidden = sitting.hidden(breakdown, has_value)
        for level, members in sitting.groups[breakdown].items():
            found = sitting.mean(column, members)
            if found is None:
                continue
            row = _row(sitting, breakdown, level, term, method, ci_level, level in hidden)
            row["note"] = remarks.note(breakdown, sitting, standards=column in _SHARES)
            if level not in hidden:
                row |= _counts(found)
                row |= t_interval(found.mean, found.variance**0.5, found.schools - 1, ci_level)
            rows.append(row)
    return rows + _withheld_rows(sitting, breakdown, ci_level)


def _withheld_rows(sitting: Sitting, breakdown: str, ci_level: float) -> list[Row]:
    """Shares of schools that sat and have no score of status ok."""
    withheld = sitting.sat & ~sitting.scored
    # That few schools of the country are withheld is no secret: rows and scores are counted elsewhere.
    parts = (sitting.sat, withheld) if breakdown != ALL else (sitting.sat,)
    hidden = sitting.hidden(breakdown, *parts)
    rows = []
    for level, members in sitting.groups[breakdown].items():
        sat, without = int((members & sitting.sat).sum()), int((members & withheld).sum())
        row = _row(sitting, breakdown, level, "share_withheld", remarks.WITHHELD, ci_level, level in hidden)
        row["note"] = remarks.note(breakdown, sitting)
        if level not in hidden:
            pupils = np.nansum(sitting.numbers["n_pupils"][members & sitting.sat])
            row |= {"schools": sat, "pupils": int(pupils)} | wilson_interval(without, sat, ci_level)
        rows.append(row)
    return rows


def _change_row(before: Sitting, after: Sitting, breakdown: str, level: str, ci_level: float) -> Row:
    """Change of a level's mean between two sittings; counts are those of the later one."""
    hidden = any(level in s.withheld_levels[breakdown] for s in (before, after))
    row = _row(after, breakdown, level, "change_points", remarks.CHANGE, ci_level, hidden)
    row["since_year"] = before.year
    row["note"] = remarks.note(breakdown, before, after)
    row["preliminary"] = before.preliminary or after.preliminary
    one, other = (s.mean("score_points", s.groups[breakdown][level]) for s in (before, after))
    if not hidden and one is not None and other is not None:
        moved = change(one, other)
        row |= _counts(other) | t_interval(moved.estimate, moved.se, moved.df, ci_level)
        if before.sd_points > 0:
            row |= {"effect": moved.estimate / before.sd_points, "effect_kind": EFFECT_KIND}
    return row


def _counts(found: WeightedMean) -> Row:
    return {"schools": found.schools, "pupils": found.pupils}


def _row(
    sitting: Sitting, breakdown: str, level: str, term: str, method: str, ci_level: float, suppressed: bool
) -> Row:
    return sitting.place | {
        "breakdown": breakdown,
        "level": level,
        "term": term,
        "ci_level": ci_level,
        "preliminary": sitting.preliminary,
        "method": method,
        "suppressed": suppressed,
    }
