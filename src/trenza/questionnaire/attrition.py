"""Overall and differential attrition beside the boundary of the What Works Clearinghouse (WWC).

``wwc_attrition.csv`` is Table II.1 of the WWC Standards Handbook, version 4.1 (2020): the highest differential
attrition, in percentage points, that counts as low at each overall attrition, under cautious assumptions (the
programme may itself change who stays) and optimistic ones. Between two rows it is joined by a straight line;
beyond the last row no difference is low.

Where it comes from: Deke & Chiang 2017, The WWC attrition standard, Evaluation Review 41. The outcome has the
correlation alpha with a normal propensity to respond, and a group with the share p of responders is off by
alpha phi(z) / p SD, where z cuts off p; the bias is the difference between groups. With alpha = .45 and .39
(cautious), .27 and .22 (optimistic) and two groups of one size, that bias is 0.054 to 0.056 SD along both printed
boundaries. WWC's limit is 0.05, and how it came to the last digit is not stated: hence the table, not the formula.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults

if TYPE_CHECKING:
    import pandas as pd

_BOUNDARY = Path(__file__).with_name("wwc_attrition.csv")
_GROUPS = ("participants", "control")
_METHOD = (
    "overall and differential attrition; boundary of the What Works Clearinghouse, Standards Handbook 4.1, "
    "Table II.1; straight lines between its rows"
)
_TRIALS = (
    "the boundary was made for randomised trials; without random assignment it says only whether loss adds to the "
    "differences that the groups had from the start"
)
_CLUSTERS = "whole clusters were assigned: loss of whole clusters is not judged here"
# People of a group at the start and at the end; None where not known.
Counts = tuple[int | None, int]


@cache
def _boundary() -> dict[str, list[tuple[float, float]]]:
    """Points of each boundary: overall and differential attrition, both 0 to 1."""
    with _BOUNDARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: [
            (float(r["overall_percent"]) / 100, float(r[f"{name}_points"]) / 100)
            for r in rows
            if r[f"{name}_points"]
        ]
        for name in ("cautious", "optimistic")
    }


def bound(overall: float, assumption: str) -> float | None:
    """Highest differential attrition (0 to 1) that is low at ``overall`` (0 to 1); None where none is.

    ``assumption``: cautious or optimistic.
    """
    import numpy as np

    overalls, differentials = zip(*_boundary()[assumption], strict=True)
    return float(np.interp(overall, overalls, differentials)) if overall <= overalls[-1] else None


def attrition_of_source(
    data: pd.DataFrame,
    *,
    study: str,
    id: str,
    source: str,
    group: str,
    participants: str,
    control: str,
    assignment: str,
    asked: Mapping[str, int],
    min_cell: int,
) -> pd.DataFrame:
    """From people asked to people in ``data`` (clean), as contract ``attrition``: one row.

    ``asked``: people asked by level of ``group``; where a level is missing the call is unknown. Raises
    ``InputFaults`` where fewer were asked than are there. ``assignment``: as in study.yaml. ``min_cell``: used for
    real data only, see ``_row``.
    """
    counts: list[Counts] = []
    faults = []
    for level in (participants, control):
        start, end = asked.get(level), int((data[group] == level).sum())
        if start is not None and start < end:
            found = f"{start} people asked, but {end} analysed"
            faults.append(
                Fault(f"source {id}", "questionnaire.asked", level, found, "at least as many asked")
            )
        counts.append((start, end))
    if faults:
        raise InputFaults(faults)
    row = _row(counts, min_cell if source == "real" else None, known="end", assignment=assignment)
    return _table([{"study": study, "id": id, "source": source, **row}])


def attrition_between(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    study: str,
    id: str,
    source: str,
    unit: str,
    group: str,
    participants: str,
    control: str,
    assignment: str,
    min_cell: int,
) -> pd.DataFrame:
    """People of the first wave found in the second, by their group in the first, as contract ``attrition``.

    ``first``, ``second``: clean data, whose ``unit`` is the same for the same person. Else as above.
    """
    stayed = first[unit].isin(second[unit])
    counts: list[Counts] = []
    for level in (participants, control):
        of_group = first[group] == level
        counts.append((int(of_group.sum()), int((of_group & stayed).sum())))
    row = _row(counts, min_cell if source == "real" else None, known="start", assignment=assignment)
    return _table([{"study": study, "id": id, "source": source, **row}])


def _row(counts: Sequence[Counts], min_cell: int | None, *, known: str, assignment: str) -> dict[str, Any]:
    """One comparison of participants and control (in this order).

    With ``min_cell`` both counts of a group are withheld where those lost or those left are from 1 to
    ``min_cell`` - 1, and so are overall, differential and bounds, from which they could be worked out. ``known``
    (start or end) is the count that readers know from elsewhere. The call stays if it is the same for all numbers
    that they then have to think possible, else it is unknown.
    """
    row: dict[str, Any] = {}
    for name, (start, end) in zip(_GROUPS, counts, strict=True):
        hide = _hidden(start, end, min_cell)
        row |= {f"n_{name}_start": None if hide else start, f"n_{name}_end": None if hide else end}
    notes = [_TRIALS] + [_CLUSTERS] * (assignment == "different_clusters")
    notes += [
        f"number of {g} at the start not known" for g, c in zip(_GROUPS, counts, strict=True) if c[0] is None
    ]
    notes += [f"no {g} at the start" for g, c in zip(_GROUPS, counts, strict=True) if c[0] == 0]
    hidden = any(_hidden(*c, min_cell) for c in counts)
    rates = _rates(counts)
    call = _call(rates)
    if hidden:
        notes.append(f"counts from 1 to {min_cell - 1 if min_cell else 0} are withheld")
        if {_call(_rates(c)) for c in product(*(_possible(*g, min_cell, known) for g in counts))} != {call}:
            call = "unknown"
            notes.append("the call is withheld because it would give them away")
    overall, differential = rates if rates and not hidden else (None, None)
    return row | {
        "overall": overall,
        "differential": differential,
        "bound_cautious": None if overall is None else bound(overall, "cautious"),
        "bound_optimistic": None if overall is None else bound(overall, "optimistic"),
        "call": call,
        "method": _METHOD,
        "note": "; ".join(notes),
        "suppressed": hidden,
    }


def _rates(counts: Sequence[Counts]) -> tuple[float, float] | None:
    """Overall and differential attrition, 0 to 1; None where a start is not known or nobody."""
    known = [(start, start - end) for start, end in counts if start]
    if len(known) < len(counts):
        return None
    shares = [lost / start for start, lost in known]
    return sum(lost for _, lost in known) / sum(start for start, _ in known), abs(shares[0] - shares[1])


def _call(rates: tuple[float, float] | None) -> str:
    """Where the two rates lie; the boundary itself is low."""
    if rates is None:
        return "unknown"
    overall, differential = rates
    for assumption in ("cautious", "optimistic"):
        highest = bound(overall, assumption)
        # 0.057 as a difference of two shares can be a last bit above the table's 0.057.
        if highest is not None and differential <= highest + 1e-12:
            return f"low_{assumption}"
    return "high"


def _hidden(start: int | None, end: int, min_cell: int | None) -> bool:
    """Whether those left, or those lost, are too few to be shown."""
    small = range(1, min_cell or 1)
    return end in small or (start is not None and start - end in small)


def _possible(start: int | None, end: int, min_cell: int | None, known: str) -> list[Counts]:
    """The counts that a reader who knows ``known`` has to think possible; the same list whichever is the true one."""
    if not _hidden(start, end, min_cell):
        return [(start, end)]
    if known == "start" and start is not None:
        return [(start, n) for n in range(start + 1) if _hidden(start, n, min_cell)]
    if 0 < end < (min_cell or 0):
        return [(None, end)]
    return [(end + n, end) for n in range(1, min_cell or 1)]


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    counts = [f"n_{name}_{when}" for name in _GROUPS for when in ("start", "end")]
    shares = ["overall", "differential", "bound_cautious", "bound_optimistic"]
    return pd.DataFrame(rows).astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(shares, "float64"))
