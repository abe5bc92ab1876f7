"""Does the declared design hold in the rows: who sits in which cluster."""

from __future__ import annotations

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS

ASSIGNMENTS = ("same_clusters", "different_clusters")
LEAST_SHARED = 0.5  # share of the clusters that must hold both groups for same_clusters


def check_assignment(
    records: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    group: str,
    participants: str,
    control: str,
    cluster: str,
    assignment: str,
    clusters: int | None = None,
) -> pd.DataFrame:
    """Compare the declared ``assignment`` and number of ``clusters`` with the rows.

    Counted are clusters with at least one row of either group. ``same_clusters`` agrees if at least half of
    them hold both groups (a school whose only control left is no reason to doubt the design);
    ``different_clusters`` agrees only if none does, since a single shared cluster breaks assignment by
    cluster. What lies between is found to be ``mixed`` and agrees with neither. A declared number of clusters
    agrees only if it is met exactly; without one the check states the number and agrees. Returns contract
    ``design`` with the rows ``assignment`` and ``clusters``. Raises ``InputFaults`` for missing columns, an
    unknown assignment, or a group without any row that has a cluster id.
    """
    place = (f"study {study}", f"sources.{source_id}")
    faults = [
        Fault(*place, name, "no such column in the rows", f"one of {', '.join(map(str, records.columns))}")
        for name in (group, cluster)
        if name not in records.columns
    ]
    if assignment not in ASSIGNMENTS:
        faults.append(Fault(place[0], "design", "assignment", repr(assignment), " or ".join(ASSIGNMENTS)))
    if faults:
        raise InputFaults(faults)
    rows = records[records[group].isin([participants, control])]
    adrift = int(rows[cluster].isna().sum())
    rows = rows[rows[cluster].notna()]
    absent = [level for level in (participants, control) if not (rows[group] == level).any()]
    if absent:
        raise InputFaults(
            Fault(
                *place,
                group,
                f"no row of group {level!r} with a cluster id",
                "at least one row of each group",
            )
            for level in absent
        )
    total = int(rows[cluster].nunique())
    both = int((rows.groupby(cluster)[group].nunique() == 2).sum())
    kind = "different_clusters" if both == 0 else "same_clusters" if both >= LEAST_SHARED * total else "mixed"
    counted = f"{total} clusters with rows of either group" + (
        f"; {adrift} rows without a cluster id" if adrift else ""
    )
    checks = [
        (
            "assignment",
            assignment,
            f"{kind}: {both} of {total} clusters hold both groups",
            kind == assignment,
        ),
        (
            "clusters",
            "not stated" if clusters is None else f"{clusters} clusters",
            counted,
            clusters is None or clusters == total,
        ),
    ]
    frame = pd.DataFrame(checks, columns=["check", "declared", "found", "agrees"])
    return CONTRACTS["design"].check(frame.assign(study=study, source_id=source_id, source=source))
