"""Compare two groups from rows of individual units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
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

ENGINE = "Welch t test on individual rows"


def compare_records(
    records: pd.DataFrame,
    *,
    study: str,
    comparison: str,
    outcomes: Sequence[str],
    group: str,
    participants: str,
    control: str,
    cluster: str | None,
    source: str,
    ci_level: float,
    sesoi_sd: float | None,
    assignment: str | None = None,
) -> pd.DataFrame:
    """Welch t, Hedges g and equivalence of each outcome, participants - control.

    ``records`` has one row a unit, a column ``group`` with the levels ``participants`` and ``control``, one
    numeric column an outcome and, if ``cluster`` is given, the cluster id. Rows without the outcome or in
    neither group are left out, outcome by outcome, and counted in the note; n and clusters are those of the
    rows used. ``source`` is the kind of number. Returns contract ``groups``, one row an outcome in the order
    of ``outcomes``; the figures equal those of ``compare_summaries`` on the summaries of the same rows.
    ``assignment`` (same_clusters, different_clusters) decides what the note says of clusters left out.
    Raises ``InputFaults`` that lists every missing or non-numeric column, absent group, group with n < 2,
    value that is not finite, and outcome without variance in both groups.
    """
    place = Place(study, comparison)
    faults = setting_faults(place, ci_level=ci_level, sesoi_sd=sesoi_sd)
    faults += column_faults(records, place, outcomes, group, cluster, (participants, control))
    if faults:
        raise InputFaults(faults)
    chosen = {level: records[records[group] == level] for level in (participants, control)}
    pairs: dict[str, dict[str, Group]] = {}
    for outcome in outcomes:
        pairs[outcome] = {level: summary(rows[outcome]) for level, rows in chosen.items()}
        faults += group_faults(place, outcome, pairs[outcome])
    if faults:
        raise InputFaults(faults)
    elsewhere = len(records) - sum(len(rows) for rows in chosen.values())
    findings = []
    for outcome, pair in pairs.items():
        remarks = [
            f"rows of group {level!r} left out for lack of the outcome: {len(rows) - pair[level].n}"
            for level, rows in chosen.items()
            if len(rows) > pair[level].n
        ]
        if elsewhere:
            remarks.append(f"rows in neither group left out: {elsewhere}")
        clusters = None
        if cluster is not None:
            ids = pd.concat([rows.loc[rows[outcome].notna(), cluster] for rows in chosen.values()])
            clusters = int(ids.nunique())
            if ids.isna().any():
                remarks.append(f"rows used without a cluster id: {int(ids.isna().sum())}")
        findings.append(
            Finding(
                outcome=outcome,
                n=sum(part.n for part in pair.values()),
                clusters=clusters,
                contrast=contrast(pair[participants], pair[control], ci_level=ci_level, sesoi_sd=sesoi_sd),
                note=note_text(
                    remarks, clusters_known=cluster is not None, assignment=assignment, sesoi_sd=sesoi_sd
                ),
            )
        )
    return groups_table(
        findings,
        place,
        term=f"{participants} - {control}",
        source=source,
        method=method_text(ENGINE, cluster is not None),
        ci_level=ci_level,
        sesoi_sd=sesoi_sd,
    )


def column_faults(
    records: pd.DataFrame,
    place: Place,
    outcomes: Sequence[str],
    group: str,
    cluster: str | None,
    levels: tuple[str, str],
) -> list[Fault]:
    """Columns that are not there or not numeric, groups that hold no row at all."""
    columns = ", ".join(map(str, records.columns))
    wanted = [*outcomes, group, *([] if cluster is None else [cluster])]
    faults = [
        place.fault(name, "no such column in the rows", f"one of {columns}")
        for name in wanted
        if name not in records.columns
    ]
    for outcome in outcomes:
        if outcome not in records.columns:
            continue
        if not pd.api.types.is_numeric_dtype(records[outcome]):
            faults.append(place.fault(outcome, f"values of type {records[outcome].dtype}", "numbers"))
        elif np.isinf(floats(records[outcome])).any():
            faults.append(place.fault(outcome, "infinite values", "finite numbers or blanks"))
    if group in records.columns:
        held = ", ".join(sorted(map(repr, records[group].dropna().unique()))) or "none"
        faults += [
            place.fault(
                group,
                f"no row of group {level!r}; levels there: {held}",
                f"rows of {levels[0]!r} and {levels[1]!r}",
            )
            for level in levels
            if not (records[group] == level).any()
        ]
    return faults


def floats(values: pd.Series) -> np.ndarray:
    """The column as floats, blanks as NaN, whatever numeric type it has."""
    column: np.ndarray = values.to_numpy(dtype=float, na_value=np.nan)
    return column


def summary(values: pd.Series) -> Group:
    """n, mean and SD of the values present; a constant column has SD 0, not the crumbs of rounding."""
    present = floats(values)
    present = present[~np.isnan(present)]
    if len(present) < 2:
        return Group(len(present), float("nan"), float("nan"))
    constant = bool(present.min() == present.max())
    return Group(len(present), float(present.mean()), 0.0 if constant else float(present.std(ddof=1)))
