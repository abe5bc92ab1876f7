"""The panel cut into sittings: one grade, subject and year, as arrays over schools, with their groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.school_tables import DEPENDENCIES
from trenza.contracts.tables import CONTRACTS
from trenza.official.suppression import hidden_cells
from trenza.official.weighted import WeightedMean, weighted_mean

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
NATIONAL = "national"
UNKNOWN = "unknown"  # the level of schools whose group the file does not give
BREAKDOWNS = ("dependency", "ses_group", "ses_group_baseline")
_NUMBERS = ("n_pupils", "score_points", "change_significance", "share_insufficient", "share_adequate")


@dataclass(frozen=True)
class Sitting:
    """One test. Arrays have one entry a school, in order of ``rbd``; ``numbers`` are floats, NaN = missing.

    ``sat``: the school sat; ``scored``: it has a score of status ok; ``weighable``: and a number of pupils.
    ``groups`` holds, for each breakdown, a mask of schools for each level that has schools that sat, in the
    levels' fixed order with unknown last. ``merged``: delegated schools are counted as subsidised.
    """

    grade: str
    subject: str
    year: int
    preliminary: bool
    rbd: np.ndarray
    sat: np.ndarray
    scored: np.ndarray
    numbers: dict[str, np.ndarray]
    groups: dict[str, dict[str, np.ndarray]]
    merged: bool
    min_cell: int

    @property
    def place(self) -> dict[str, Any]:
        """The columns that name the sitting."""
        return {"grade": self.grade, "year": self.year, "subject": self.subject}

    @property
    def weighable(self) -> np.ndarray:
        """Schools with a score of status ok and pupils to weight it by."""
        return self.scored & (self.numbers["n_pupils"] > 0)

    def hidden(self, breakdown: str, *counted: np.ndarray) -> set[str]:
        """Levels to withhold because of the schools with a score, and of the schools in each of ``counted``.

        What is withheld for its scores is withheld from every table, so that none gives away another.
        """
        levels = self.groups[breakdown]
        mask = np.zeros(len(levels), dtype=bool)
        for parts in [(self.scored, self.weighable), *([counted] if counted else [])]:
            counts = [[np.count_nonzero(members & part) for part in parts] for members in levels.values()]
            mask = hidden_cells(
                np.array(counts, dtype=int).reshape(len(levels), len(parts)), self.min_cell, mask
            )
        return {level for level, out in zip(levels, mask.tolist(), strict=True) if out}

    @cached_property
    def withheld_levels(self) -> dict[str, set[str]]:
        """For each breakdown the levels that no table shows."""
        return {breakdown: self.hidden(breakdown) for breakdown in self.groups}

    @cached_property
    def sd_points(self) -> float:
        """Plain SD of school scores over all schools with a score of status ok; NaN for fewer than 2."""
        scores = self.numbers["score_points"][self.scored]
        return float(scores.std(ddof=1)) if len(scores) > 1 else float("nan")

    def mean(self, column: str, members: np.ndarray) -> WeightedMean | None:
        """Pupil-weighted mean of a column over the weighable ``members`` that have it; None where none has."""
        values = self.numbers[column]
        used = members & self.weighable & ~np.isnan(values)
        if not used.any():
            return None
        return weighted_mean(self.rbd[used], values[used], self.numbers["n_pupils"][used])


def series(panel: pd.DataFrame, min_cell: int) -> Iterator[list[Sitting]]:
    """For each grade and subject of ``panel`` its sittings in order of year.

    ``panel`` is the SIMCE frame, one row per school, grade, year and subject, with ``ses_group_baseline`` where
    a baseline was fixed. A breakdown without any value in the panel is left out, and so are files that say in
    ``coverage`` that they are not of the whole country: ``all`` is the country. In a series with a sitting of
    0 < n < ``min_cell`` delegated schools these are counted as subsidised all along, as cod_depe2 does
    (the files' own short code, cod_depe2): withheld alone they would cost the smallest group that can be shown.
    """
    import pandas as pd

    if "coverage" in panel.columns:
        panel = panel[(panel["coverage"] == NATIONAL).to_numpy(dtype=bool)]
    frame = panel[["rbd", "year", "preliminary"]].assign(
        **{c: panel[c].astype("float64") for c in (*_NUMBERS, *BREAKDOWNS[1:]) if c in panel.columns},
        grade=panel["grade"].astype("str"),
        subject=panel["subject"].astype("str"),
        dependency=pd.Categorical(panel["dependency"], DEPENDENCIES).codes.astype(float),
        sat=(panel["score_status"] != "did_not_sit").to_numpy(dtype=bool),
        scored=(panel["score_status"] == "ok").to_numpy(dtype=bool) & panel["score_points"].notna(),
    )
    frame["dependency"] = frame["dependency"].where(frame["dependency"] >= 0)
    held = [c for c in BREAKDOWNS if c in frame.columns and frame[c].notna().any()]
    for _, rows in frame.sort_values("rbd").groupby(["grade", "subject"], sort=True):
        delegated = rows["scored"] & (rows["dependency"] == DEPENDENCIES.index("delegated"))
        merged = bool(delegated.groupby(rows["year"]).sum().between(1, min_cell - 1).any())
        yield [_sitting(part, held, merged, min_cell) for _, part in rows.groupby("year", sort=True)]


def _sitting(rows: pd.DataFrame, held: list[str], merged: bool, min_cell: int) -> Sitting:
    """One sitting of the rows of one grade, subject and year."""
    sat = rows["sat"].to_numpy()
    groups = {ALL: {ALL: np.ones(len(rows), dtype=bool)}}
    for breakdown in held:
        code = rows[breakdown].to_numpy()
        if breakdown == "dependency" and merged:
            code = np.where(code == DEPENDENCIES.index("delegated"), DEPENDENCIES.index("subsidised"), code)
        groups[breakdown] = {_level(breakdown, g): code == g for g in np.unique(code[sat & ~np.isnan(code)])}
        if np.isnan(code[sat]).any():
            groups[breakdown][UNKNOWN] = np.isnan(code)
    return Sitting(
        grade=str(rows["grade"].iloc[0]),
        subject=str(rows["subject"].iloc[0]),
        year=int(rows["year"].iloc[0]),
        preliminary=bool(rows["preliminary"].any()),
        rbd=rows["rbd"].to_numpy(),
        sat=sat,
        scored=rows["scored"].to_numpy(),
        numbers={c: rows[c].to_numpy() for c in _NUMBERS},
        groups=groups,
        merged=merged,
        min_cell=min_cell,
    )


def _level(breakdown: str, code: float) -> str:
    return DEPENDENCIES[int(code)] if breakdown == "dependency" else f"{code:.0f}"


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with the columns of contract ``name``, less those that the caller adds; absent ones blank."""
    import pandas as pd

    head = ("study", "source_id", "source")
    return pd.DataFrame(rows, columns=[c for c in CONTRACTS[name].names if c not in head])
