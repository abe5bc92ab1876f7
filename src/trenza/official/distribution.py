"""How school scores, and their changes between two tests, are spread (score_distribution and year_changes)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.disclosure import hidden_cells
from trenza.official.known import year_before
from trenza.official.sittings import UNKNOWN, Series, Sitting, table

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
PUPILS = "pupils"  # the breakdown by how many pupils a school tested
PUPIL_CLASSES = {"1-5": 1, "6-9": 6, "10-19": 10, "20-39": 20, "40-59": 40, "60+": 60}
"""Least number of pupils of each class."""
_QUANTILES = {
    "q05_points": 0.05,
    "q25_points": 0.25,
    "q50_points": 0.5,
    "q75_points": 0.75,
    "q95_points": 0.95,
}


def score_distribution(cut: Series) -> pd.DataFrame:
    """Plain mean, SD and quantiles of the scores of status ok, each school counting once.

    ``cut``: see ``trenza.official.sittings.series``. Returns the columns of contract ``score_distribution``
    without study and source, a row for each level with a score. A quantile is shown where at least ``min_cell``
    schools lie on its shorter side; nearer to the end it is a school's own score.
    """
    rows: list[Row] = []
    for sitting in (s for sittings in cut for s in sittings):
        for breakdown in sitting.groups:
            for level, members in sitting.groups[breakdown].items():
                used = sitting.scored & members
                if not used.any():
                    continue
                row = sitting.place | {"breakdown": breakdown, "level": level, "suppressed": True}
                if level not in sitting.withheld_levels[breakdown]:
                    row |= {"pupils": int(np.nansum(sitting.numbers["n_pupils"][used])), "suppressed": False}
                    row |= _spread(sitting.numbers["score_points"][used], sitting.min_cell)
                rows.append(row)
    return table("score_distribution", rows)


def year_changes(cut: Series) -> pd.DataFrame:
    """Changes of schools' scores from one test to the next in the panel, each school counting once.

    ``cut``: see ``trenza.official.sittings.series``. Over schools with a score of status ok in both; groups are
    those of the later year, and by the smaller number of pupils tested in the two years (``PUPIL_CLASSES``):
    a small school's score is the noisier, so its two scores correlate less. ``correlation`` below 1 mixes chance
    and true change, which school means cannot tell apart; either way schools chosen for being far from the mean
    are to be expected nearer to it at the other test (Galton 1886; Bland & Altman 1994, BMJ 308, 1499). The files
    mark a change against the test before; where the panel lacks that test, share_up and share_down are blank, as
    the marks are about another span. A level that is withheld in either year is withheld.
    """
    rows: list[Row] = []
    for sittings in cut:
        for before, after in pairwise(sittings):
            marks_apply = year_before(after.grade, after.subject, after.year, [before.year]) == before.year
            for breakdown in (*after.groups, PUPILS):
                rows += _change_rows(before, after, breakdown, marks_apply)
    return table("year_changes", rows)


def _change_rows(before: Sitting, after: Sitting, breakdown: str, marks_apply: bool) -> list[Row]:
    """Rows of all levels of a breakdown for one pair of sittings."""
    _, first, second = np.intersect1d(
        before.rbd[before.scored], after.rbd[after.scored], assume_unique=True, return_indices=True
    )
    old = before.numbers["score_points"][before.scored][first]
    new = after.numbers["score_points"][after.scored][second]
    marks = after.numbers["change_significance"][after.scored][second]
    if breakdown == PUPILS:
        tested = [s.numbers["n_pupils"][s.scored][at] for s, at in ((before, first), (after, second))]
        levels, out = _by_pupils(np.minimum(*tested)), set[str]()
    else:
        levels = {level: m[after.scored][second] for level, m in after.groups[breakdown].items()}
        out = before.withheld_levels[breakdown] | after.withheld_levels[breakdown]
    levels = {level: used for level, used in levels.items() if used.any()}
    hidden = hidden_cells(
        np.array([used.sum() for used in levels.values()], dtype=int),
        after.min_cell,
        np.array([level in out for level in levels], dtype=bool),
    )
    few_up, few_down = (_few_marked(marks, levels, sign, after.min_cell, hidden) for sign in (1, -1))
    rows = []
    for k, ((level, used), suppressed) in enumerate(zip(levels.items(), hidden.tolist(), strict=True)):
        row = after.place | {"since_year": before.year, "breakdown": breakdown, "level": level}
        row["suppressed"] = suppressed
        if not suppressed:
            row |= _spread(new[used] - old[used], after.min_cell)
            if old[used].std() > 0 and new[used].std() > 0:
                row["correlation"] = float(np.corrcoef(old[used], new[used])[0, 1])
            marked = marks[used][~np.isnan(marks[used])]
            if marks_apply and len(marked):
                up, down = float((marked > 0).mean()), float((marked < 0).mean())
                row |= {"share_up": None if few_up[k] else up, "share_down": None if few_down[k] else down}
        rows.append(row)
    return rows


def _few_marked(
    marks: np.ndarray, levels: Mapping[str, np.ndarray], sign: int, min_cell: int, hidden: np.ndarray
) -> np.ndarray:
    """Levels whose share of schools marked with ``sign`` is withheld: with its n it is a count of schools."""
    counts = [[int((marks[used] == sign).sum()), int((~np.isnan(marks[used])).sum())] for used in levels.values()]  # fmt: skip
    parts = np.array([[n, of - n] for n, of in counts], dtype=int).reshape(-1, 2)
    return hidden_cells(parts, min_cell, hidden)


def _by_pupils(pupils: np.ndarray) -> dict[str, np.ndarray]:
    """Mask of schools of each class; unknown are those without a number of pupils or with 0."""
    place = np.digitize(np.nan_to_num(pupils), [*PUPIL_CLASSES.values()])
    return {level: place == i for i, level in enumerate(PUPIL_CLASSES, 1)} | {UNKNOWN: place == 0}


def _spread(values: np.ndarray, min_cell: int) -> Row:
    """Number, mean, SD and the quantiles (linear between order statistics) that have enough schools beyond them."""
    n = len(values)
    shown = {name: q for name, q in _QUANTILES.items() if n * min(q, 1.0 - q) >= min_cell}
    return {
        "schools": n,
        "mean_points": float(values.mean()),
        "sd_points": float(values.std(ddof=1)) if n > 1 else None,
        **dict(zip(shown, np.quantile(values, [*shown.values()]).tolist(), strict=True)),
    }
