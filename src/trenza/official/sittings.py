"""The panel cut into sittings: one grade, subject and year, as arrays over schools, with their groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.school_tables import DEPENDENCIES
from trenza.contracts.tables import CONTRACTS
from trenza.official.weighted import WeightedMean, weighted_mean

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
NATIONAL = "national"
UNKNOWN = "unknown"  # the level of schools whose group the file does not give
BREAKDOWNS = ("dependency", "ses_group", "ses_group_baseline")
# Communes are the units that vary where they are known for this share of the schools of every sitting of a series.
_KNOWN_COMMUNES = 0.95
_NUMBERS = ("n_pupils", "score_points", "change_significance", "share_insufficient", "share_adequate")


@dataclass(frozen=True)
class Sitting:
    """One test. Arrays have one entry a school, in order of ``rbd``; ``numbers`` are floats, NaN = missing.

    ``tested``: the school tested the subject, see ``untested``; ``scored``: it has a score of status ok;
    ``weighable``: and a number of pupils. ``not_tested``: schools that sat the test but tested nobody in the
    subject. ``groups`` holds, for each breakdown, a mask of schools for each level that has schools that tested
    the subject, in the levels' fixed order with unknown last. ``merged``: delegated schools are counted as
    subsidised. ``units``: what varies, as numbers: the school's commune where ``by_commune``, the school itself
    where not; of the schools that tested, ``unplaced`` have no known commune and are units of their own.
    ``baseline_year``: year in which the baseline groups were the year's own, where the series shows one.
    """

    grade: str
    subject: str
    year: int
    preliminary: bool
    rbd: np.ndarray
    tested: np.ndarray
    not_tested: int
    scored: np.ndarray
    numbers: dict[str, np.ndarray]
    groups: dict[str, dict[str, np.ndarray]]
    merged: bool
    units: np.ndarray
    by_commune: bool
    unplaced: int
    baseline_year: int | None
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
        """SD between the means of all weighable schools, each weighted by its pupils: sqrt(sum(n (y - m)^2) / sum(n)).

        NaN for fewer than 2. It is no SD of pupils, which no file holds.
        """
        scores, pupils = (self.numbers[c][self.weighable] for c in ("score_points", "n_pupils"))
        if len(scores) < 2:
            return float("nan")
        return float(np.average((scores - np.average(scores, weights=pupils)) ** 2, weights=pupils) ** 0.5)

    def mean(self, column: str, members: np.ndarray) -> WeightedMean | None:
        """Pupil-weighted mean of a column over the weighable ``members`` that have it; None where none has."""
        values = self.numbers[column]
        used = members & self.weighable & ~np.isnan(values)
        if not used.any():
            return None
        return weighted_mean(self.units[used], values[used], self.numbers["n_pupils"][used])


Series = Sequence[Sequence[Sitting]]


def untested(panel: pd.DataFrame) -> pd.Series:
    """True for schools that sat the test but tested nobody in the subject: 0 pupils and no score of status ok."""
    nobody = (panel["n_pupils"] == 0).fillna(False).astype(bool)
    return nobody & ~panel["score_status"].isin(["ok", "did_not_sit"])


def series(panel: pd.DataFrame, min_cell: int) -> Series:
    """For each grade and subject of ``panel`` its sittings in order of year.

    ``panel`` is the SIMCE frame, one row per school, grade, year and subject, with ``ses_group_baseline`` where
    a baseline was fixed and ``commune_code`` where a directory is at hand; a school's commune is the last that is
    known. A breakdown without any value in the panel is left out, and so are files that say in ``coverage`` that
    they are not of the whole country: ``all`` is the country. In a series with a sitting of 0 < n < ``min_cell``
    delegated schools these are counted as subsidised all along (the files' own short code, cod_depe2): withheld
    alone they would cost the smallest group that can be shown.
    """
    import pandas as pd

    if "coverage" in panel.columns:
        panel = panel[(panel["coverage"] == NATIONAL).to_numpy(dtype=bool)]
    nobody = untested(panel).to_numpy(dtype=bool)
    frame = panel[["rbd", "year", "preliminary"]].assign(
        **{c: panel[c].astype("float64") for c in (*_NUMBERS, *BREAKDOWNS[1:]) if c in panel.columns},
        grade=panel["grade"].astype("str"),
        subject=panel["subject"].astype("str"),
        dependency=pd.Categorical(panel["dependency"], DEPENDENCIES).codes.astype(float),
        nobody=nobody,
        tested=(panel["score_status"] != "did_not_sit").to_numpy(dtype=bool) & ~nobody,
        scored=(panel["score_status"] == "ok").to_numpy(dtype=bool) & panel["score_points"].notna(),
        commune=_communes(panel),
    )
    frame["dependency"] = frame["dependency"].where(frame["dependency"] >= 0)
    held = [c for c in BREAKDOWNS if c in frame.columns and frame[c].notna().any()]
    cut = []
    for _, rows in frame.sort_values("rbd").groupby(["grade", "subject"], sort=True):
        delegated = rows["scored"] & (rows["dependency"] == DEPENDENCIES.index("delegated"))
        known = rows.loc[rows["tested"], "commune"].notna().groupby(rows["year"]).mean()
        of_series: dict[str, Any] = {
            "merged": bool(delegated.groupby(rows["year"]).sum().between(1, min_cell - 1).any()),
            "by_commune": bool((known >= _KNOWN_COMMUNES).all()),
            "baseline_year": _baseline_year(rows),
            "min_cell": min_cell,
        }
        cut.append([_sitting(part, held, of_series) for _, part in rows.groupby("year", sort=True)])
    return cut


def _communes(panel: pd.DataFrame) -> np.ndarray:
    """Last known commune code of each row's school; NaN = none."""
    if "commune_code" not in panel.columns:
        return np.full(len(panel), np.nan)
    known = panel.loc[panel["commune_code"].notna(), ["rbd", "year", "commune_code"]].sort_values("year")
    last = known.drop_duplicates("rbd", keep="last").set_index("rbd")["commune_code"].astype("float64")
    return np.asarray(panel["rbd"].map(last), dtype=float)


def _baseline_year(rows: pd.DataFrame) -> int | None:
    """First year in which every school's baseline group is the group of that year."""
    if not {"ses_group", "ses_group_baseline"} <= set(rows.columns):
        return None
    both = rows[rows["ses_group"].notna() | rows["ses_group_baseline"].notna()]
    same = (both["ses_group"] == both["ses_group_baseline"]).groupby(both["year"]).all()
    return int(same.index[same][0]) if same.any() else None


def _sitting(rows: pd.DataFrame, held: list[str], of_series: dict[str, Any]) -> Sitting:
    """One sitting of the rows of one grade, subject and year."""
    tested, rbd, commune = (rows[c].to_numpy() for c in ("tested", "rbd", "commune"))
    groups = {ALL: {ALL: np.ones(len(rows), dtype=bool)}}
    for breakdown in held:
        code = rows[breakdown].to_numpy()
        if breakdown == "dependency" and of_series["merged"]:
            code = np.where(code == DEPENDENCIES.index("delegated"), DEPENDENCIES.index("subsidised"), code)
        groups[breakdown] = {
            _level(breakdown, g): code == g for g in np.unique(code[tested & ~np.isnan(code)])
        }
        if np.isnan(code[tested]).any():
            groups[breakdown][UNKNOWN] = np.isnan(code)
    placed = ~np.isnan(commune)
    return Sitting(
        grade=str(rows["grade"].iloc[0]),
        subject=str(rows["subject"].iloc[0]),
        year=int(rows["year"].iloc[0]),
        preliminary=bool(rows["preliminary"].any()),
        rbd=rbd,
        tested=tested,
        not_tested=int(rows["nobody"].sum()),
        scored=rows["scored"].to_numpy(),
        numbers={c: rows[c].to_numpy() for c in _NUMBERS},
        groups=groups,
        # below 0: no school's number is a commune's code
        units=np.where(placed, commune, -rbd).astype(int) if of_series["by_commune"] else rbd,
        unplaced=int((tested & ~placed).sum()),
        **of_series,
    )


def _level(breakdown: str, code: float) -> str:
    return DEPENDENCIES[int(code)] if breakdown == "dependency" else f"{code:.0f}"


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with the columns of contract ``name``, less those that the caller adds; absent ones blank."""
    import pandas as pd

    head = ("study", "source_id", "source")
    return pd.DataFrame(rows, columns=[c for c in CONTRACTS[name].names if c not in head])
