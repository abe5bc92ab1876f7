"""What keeps verdicts from being computed: settings out of bounds, and a design that the rows contradict."""

from __future__ import annotations

import pandas as pd

from trenza.compare.contrast import Place, setting_faults
from trenza.compare.design import check_assignment
from trenza.compare.verdict import WHY, Settings
from trenza.contracts.faults import Fault


def contradicted(
    records: pd.DataFrame,
    study: str,
    source_id: str,
    source: str,
    group: str,
    levels: tuple[str, str],
    cluster: str,
    assignment: str,
) -> list[Fault]:
    """The declared assignment where the rows do not bear it out."""
    table = check_assignment(
        records,
        study=study,
        source_id=source_id,
        source=source,
        group=group,
        participants=levels[0],
        control=levels[1],
        cluster=cluster,
        assignment=assignment,
    )
    row = table[table["check"] == "assignment"].iloc[0]
    if bool(row["agrees"]):
        return []
    allowed = f"a design.assignment in study.yaml that the data bear out; it says {assignment}"
    return [Fault(f"source {source_id}", "", cluster, str(row["found"]), allowed)]


def declared_faults(place: Place, assignment: str | None, settings: Settings) -> list[Fault]:
    """Faults of what the study declares."""
    faults = setting_faults(place, ci_level=settings.ci_level, sesoi_sd=settings.sesoi_sd)
    if assignment not in WHY:
        allowed = f"{' or '.join(filter(None, WHY))}, or none"
        faults.append(place.fault("", f"assignment {assignment!r}", allowed))
    if settings.draws < 1:
        faults.append(place.fault("", f"draws {settings.draws!r}", "a whole number from 1"))
    if not settings.assumed_icc or not all(0.0 <= icc < 1.0 for icc in settings.assumed_icc):
        shown = ", ".join(map(str, settings.assumed_icc)) or "none"
        faults.append(place.fault("", f"assumed_icc {shown}", "at least one number from 0 to below 1"))
    return faults


def cluster_faults(place: Place, outcome: str, clusters: int, n: int) -> list[Fault]:
    """A declared number of clusters that so many units cannot sit in."""
    if clusters == int(clusters) and 2 <= clusters <= n:
        return []
    return [place.fault(outcome, f"{clusters} clusters for {n} units", "a whole number from 2 to the units")]
