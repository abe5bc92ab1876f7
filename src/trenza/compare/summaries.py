"""Compare two groups from printed n, mean and SD, where no rows are published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trenza.compare.contrast import (
    Finding,
    Group,
    Place,
    contrast,
    group_faults,
    groups_table,
    method_text,
    note_text,
    setting_faults,
)
from trenza.contracts.faults import Fault, InputFaults

ENGINE = "Welch t test on individuals from printed n, mean, SD"
UNSEEN = "distribution and outlying values cannot be seen without rows"


def compare_summaries(
    summaries: pd.DataFrame,
    *,
    study: str,
    comparison: str,
    outcomes: Sequence[str],
    source: str,
    participants: str,
    control: str,
    clusters: int | None,
    ci_level: float,
    sesoi_sd: float | None,
    assignment: str | None = None,
) -> pd.DataFrame:
    """Welch t, Hedges g and equivalence of each outcome, participants - control.

    ``summaries`` keeps the contract ``summaries``; its rows of kind ``source`` are used. ``participants`` and
    ``control`` are the level names that make the term, ``clusters`` the declared number of clusters (it is
    carried, not used), ``sesoi_sd`` the smallest effect of interest in pooled SDs. Returns contract
    ``groups``, one row an outcome in the order of ``outcomes``; formulas: ``trenza.compare.contrast``.
    ``assignment`` (same_clusters, different_clusters) decides what the note says of clusters left out.
    Raises ``InputFaults`` that lists every outcome without exactly one row, with n < 2 in a group, without
    finite figures or without any variance.
    """
    place = Place(study, comparison)
    faults = setting_faults(place, ci_level=ci_level, sesoi_sd=sesoi_sd)
    try:
        pairs = summary_pairs(
            summaries,
            place,
            outcomes=outcomes,
            source=source,
            participants=participants,
            control=control,
        )
    except InputFaults as error:
        faults += error.faults
    if faults:
        raise InputFaults(faults)
    note = note_text([UNSEEN], clusters_known=clusters is not None, assignment=assignment, sesoi_sd=sesoi_sd)
    findings = [
        Finding(
            outcome=outcome,
            n=first.n + second.n,
            clusters=clusters,
            contrast=contrast(first, second, ci_level=ci_level, sesoi_sd=sesoi_sd),
            note=note,
        )
        for outcome, (first, second) in pairs.items()
    ]
    return groups_table(
        findings,
        place,
        term=f"{participants} - {control}",
        source=source,
        method=method_text(ENGINE, clusters is not None),
        ci_level=ci_level,
        sesoi_sd=sesoi_sd,
    )


def summary_pairs(
    summaries: pd.DataFrame,
    place: Place,
    *,
    outcomes: Sequence[str],
    source: str,
    participants: str,
    control: str,
) -> dict[str, tuple[Group, Group]]:
    """Outcome -> participants, control, from the rows of kind ``source``; raises ``InputFaults`` with all faults."""
    of_kind = summaries[summaries["source"] == source]
    read = {outcome: _read(of_kind, place, outcome, participants, control) for outcome in outcomes}
    faults = [fault for _, wrong in read.values() for fault in wrong]
    if faults:
        raise InputFaults(faults)
    return {outcome: pair for outcome, (pair, _) in read.items()}


def _read(
    summaries: pd.DataFrame, place: Place, outcome: str, participants: str, control: str
) -> tuple[tuple[Group, Group], list[Fault]]:
    """The two groups of an outcome, and what is wrong with them."""
    rows = summaries[summaries["outcome"] == outcome]
    if len(rows) != 1:
        held = ", ".join(sorted(set(summaries["outcome"]))) or "none"
        fault = place.fault(
            outcome, f"{len(rows)} rows of summaries", f"exactly one row; outcomes there: {held}"
        )
        return (Group(0, 0.0, 0.0), Group(0, 0.0, 0.0)), [fault]
    row = rows.iloc[0]
    first, second = (
        Group(int(row[f"n_{who}"]), float(row[f"mean_{who}"]), float(row[f"sd_{who}"]))
        for who in ("participants", "control")
    )
    return (first, second), group_faults(place, outcome, {participants: first, control: second})
