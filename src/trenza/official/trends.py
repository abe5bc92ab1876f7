"""Means, shares and changes of each test: the whole country and its groups (contract ``trends``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official import remarks
from trenza.official.intervals import t_interval
from trenza.official.sittings import UNKNOWN, Series, Sitting, table
from trenza.official.weighted import combination

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
_SHARES = ("share_insufficient", "share_adequate")


def trends(cut: Series, *, ci_level: float) -> pd.DataFrame:
    """Level, changes and shares of each grade, subject, year and group of schools.

    ``cut``: see ``trenza.official.sittings.series``. Returns the columns of contract ``trends`` without study
    and source. mean_points, share_insufficient, share_adequate: pupil-weighted means over schools with a score
    of status ok (``trenza.official.weighted``). step_points and change_points: against the test before, and the
    first, in which the level has a score; nothing is interpolated, and unknown has no change. share_withheld:
    schools without a score of status ok, of those that tested the subject; share_pupils_withheld: the pupils
    tested in them, of all tested; both are counts of all there are, without an interval. effect: the change over
    the pupil-weighted SD between schools' means of since_year, blank for other terms. Rows withheld for size hold
    their names only.
    """
    rows: list[Row] = []
    for sittings in cut:
        had: dict[tuple[str, str], list[Sitting]] = {}
        for sitting in sittings:
            for breakdown in sitting.groups:
                of_terms = _levels_of_terms(sitting, breakdown, ci_level)
                rows += of_terms
                rows += _withheld_rows(sitting, breakdown, ci_level)
                for level in [r["level"] for r in of_terms if r["term"] == "mean_points"]:
                    past = had.setdefault((breakdown, level), [])
                    if past and level != UNKNOWN:
                        for term, before in (("step_points", past[-1]), ("change_points", past[0])):
                            rows.append(_change_row(term, before, sitting, breakdown, level, ci_level))
                    past.append(sitting)
    return table("trends", rows)


def _levels_of_terms(sitting: Sitting, breakdown: str, ci_level: float) -> list[Row]:
    """Rows of all levels of a breakdown in one sitting: the mean and the shares of pupils at the standards."""
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
            row = _row(sitting, breakdown, level, term, ci_level, level in hidden)
            row["method"] = remarks.with_error(method, sitting)
            row["note"] = remarks.note(breakdown, sitting, standards=column in _SHARES)
            if level not in hidden:
                row |= {"schools": found.schools, "pupils": found.pupils}
                row |= t_interval(combination((1, found)), ci_level, by_commune=sitting.by_commune)
            rows.append(row)
    return rows


def _withheld_rows(sitting: Sitting, breakdown: str, ci_level: float) -> list[Row]:
    """Shares of the schools that tested the subject, and of the pupils tested, without a score of status ok.

    They are no results, so a group is withheld for few schools that tested the subject, and for nothing else.
    """
    pupils = np.nan_to_num(sitting.numbers["n_pupils"])
    rows = []
    for level, members in sitting.groups[breakdown].items():
        tested = members & sitting.tested
        without = tested & ~sitting.scored
        schools, heads = int(tested.sum()), int(pupils[tested].sum())
        hidden = schools < sitting.min_cell
        for term, method, part, whole in (
            ("share_withheld", remarks.WITHHELD, int(without.sum()), schools),
            ("share_pupils_withheld", remarks.PUPILS_WITHHELD, int(pupils[without].sum()), heads),
        ):
            row = _row(sitting, breakdown, level, term, ci_level, hidden)
            row |= {"method": method, "note": remarks.count_note(breakdown, sitting) or None}
            if not hidden:
                row |= {"schools": schools, "pupils": heads, "estimate": part / whole if whole else None}
            rows.append(row)
    return rows


def _change_row(
    term: str, before: Sitting, after: Sitting, breakdown: str, level: str, ci_level: float
) -> Row:
    """Change of a level's mean between two sittings; counts are those of the later one."""
    hidden = any(level in s.withheld_levels[breakdown] for s in (before, after))
    row = _row(after, breakdown, level, term, ci_level, hidden) | {
        "since_year": before.year,
        "preliminary": before.preliminary or after.preliminary,
        "method": remarks.with_error(remarks.CHANGE, after),
        "note": remarks.note(breakdown, before, after),
    }
    old, new = (s.mean("score_points", s.groups[breakdown][level]) for s in (before, after))
    if not hidden and old is not None and new is not None:
        moved = combination((1, new), (-1, old))
        row |= {"schools": new.schools, "pupils": new.pupils}
        row |= t_interval(moved, ci_level, by_commune=after.by_commune)
        if before.sd_points > 0:
            row |= {"effect": moved.value / before.sd_points, "effect_kind": remarks.CHANGE_EFFECT}
    return row


def _row(sitting: Sitting, breakdown: str, level: str, term: str, ci_level: float, suppressed: bool) -> Row:
    return sitting.place | {
        "breakdown": breakdown,
        "level": level,
        "term": term,
        "ci_level": ci_level,
        "preliminary": sitting.preliminary,
        "suppressed": suppressed,
    }
