"""Which rows of a record table an analysis can use, and every reason why it can use none; rows of results as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault
from trenza.contracts.tables import CONTRACTS


@dataclass(frozen=True)
class Place:
    """Where a fault lies: the record table, and the analysis in study.yaml that asks for it."""

    file: str
    row: str

    def fault(self, column: str, found: str, allowed: str) -> Fault:
        """One fault at this place."""
        return Fault(self.file, self.row, column, found, allowed)


@dataclass(frozen=True)
class UsedRows:
    """The complete rows of the two groups, as arrays of one length n.

    ``values`` holds the numeric columns as float64, ``participates`` is True for participants.
    ``left_out`` says in words how many rows were left out and why; it is empty when none was.
    """

    values: Mapping[str, np.ndarray]
    participates: np.ndarray
    left_out: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows used."""
        return len(self.participates)


def used_rows(
    records: pd.DataFrame,
    *,
    place: Place,
    what: str,
    numeric: Sequence[str],
    group: str,
    participants: str,
    control: str | None,
) -> tuple[UsedRows | None, list[Fault]]:
    """The rows of ``records`` with group ``participants`` or ``control`` and no blank in a used column.

    ``control`` None takes every group but ``participants`` as control. ``what`` names the analysed
    outcome in a fault. Faults, all of one pass: a column that is not
    there, a value that is present but not a finite number in a ``numeric`` column, a group
    without a used row. With a missing column nothing else can be looked at and the first item is None.
    """
    wanted = list(dict.fromkeys([*numeric, group]))
    have = ", ".join(map(str, records.columns))
    faults = [place.fault(c, "no such column", f"one of {have}") for c in wanted if c not in records.columns]
    if faults:
        return None, faults
    values: dict[str, np.ndarray] = {}
    for column in dict.fromkeys(numeric):
        number = pd.to_numeric(records[column], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
        wrong = (records[column].notna().to_numpy() & np.isnan(number)) | np.isinf(number)
        if wrong.any():
            first = records[column].to_numpy()[np.flatnonzero(wrong)[0]]
            faults.append(
                place.fault(column, f"{int(wrong.sum())} such as {first!r}", "finite numbers and blanks")
            )
        values[column] = number
    blank = np.array(records[group].isna(), dtype=bool)
    for number in values.values():
        blank |= ~np.isfinite(number)
    level = records[group].astype(object).to_numpy()
    is_participant = np.array([v == participants for v in np.where(blank, None, level)], dtype=bool)
    if control is None:
        is_control = ~blank & ~is_participant
    else:
        is_control = np.array([v == control for v in np.where(blank, None, level)], dtype=bool)
    used = is_participant | is_control
    for name, mask in ((participants, is_participant), (control, is_control)):
        if not mask.any():
            who = repr(name) if name is not None else f"another group than {participants!r}"
            faults.append(place.fault(group, f"no complete row of {who} for {what}", "rows of both groups"))
    left_out = _left_out(len(records), int(blank.sum()), int((~blank & ~used).sum()))
    rows = UsedRows({c: v[used] for c, v in values.items()}, is_participant[used], left_out)
    return rows, faults


def _left_out(total: int, blank: int, other: int) -> tuple[str, ...]:
    said = []
    if blank:
        said.append(f"{blank} of {total} rows left out: blank in a used column")
    if other:
        said.append(f"{other} of {total} rows left out: neither participants nor control")
    return tuple(said)


def level_fault(place: Place, ci_level: float) -> list[Fault]:
    """A fault when ``ci_level`` is no confidence level, else nothing."""
    if 0.0 < ci_level < 1.0:
        return []
    return [place.fault("ci_level", repr(ci_level), "a number between 0 and 1, such as 0.95")]


def result_frame(rows: Sequence[Mapping[str, Any]], contract: str) -> pd.DataFrame:
    """``rows`` as a table of ``contract``; a column that a row does not name is blank in it."""
    table = CONTRACTS[contract]
    return table.check(pd.DataFrame([dict(r) for r in rows], columns=table.names))
