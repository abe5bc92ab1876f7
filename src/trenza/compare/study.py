"""The describe and compare stages of one study: every declared source and comparison in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.compare.audit import audit_printed
from trenza.compare.describe import ALL, check_counts, distribution, rate_items
from trenza.compare.design import check_assignment
from trenza.compare.records import compare_records
from trenza.compare.summaries import compare_summaries
from trenza.contracts.disclosure import small_groups
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.study import RECORDS
from trenza.contracts.tables import stacked

if TYPE_CHECKING:
    import pandas as pd


def describe_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    items: Sequence[str],
    min_cell: int,
) -> dict[str, pd.DataFrame]:
    """Tables ``counts``, ``distribution`` and ``ratings`` of all sources that have something to describe.

    ``items``: the outcomes of items.csv; of a questionnaire these are its scales, not the items in them.
    Cells of real data below ``min_cell`` are suppressed; what is published or simulated is shown as it is.
    """
    parts: dict[str, list[pd.DataFrame]] = {"counts": [], "distribution": [], "ratings": []}
    for sid, source in sources.items():
        place = {"study": study, "source_id": sid, "source": source["kind"]}
        if source["holds"] == "counts":
            parts["counts"].append(check_counts(data[sid], **place))
        elif source["holds"] == "ratings":
            parts["ratings"].append(rate_items(data[sid], **place))
        elif source["holds"] in RECORDS:
            outcomes = [c for c in data[sid].columns if c in items]
            threshold = min_cell if source["kind"] == "real" else None
            group = str(design.get("group", ALL))
            # Without groups everybody is one.
            frame = data[sid] if group in data[sid].columns else data[sid].assign(**{group: ALL})
            parts["distribution"].append(
                distribution(frame, outcomes=outcomes, group=group, min_cell=threshold, **place)
            )
    return {name: stacked(name, frames) for name, frames in parts.items()}


def compare_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    comparisons: Sequence[Mapping[str, Any]],
    ci_level: float,
    min_cell: int,
) -> dict[str, pd.DataFrame]:
    """Tables ``groups``, ``printed`` and ``design``: one row per comparison, outcome and source in ``groups``.

    Real data with a group below ``min_cell`` are refused, and so is a design that the data contradict: who
    was assigned to what decides which inference is right, so nothing is computed on a wrong declaration.
    Raises one ``InputFaults`` with the faults of all comparisons.
    """
    parts: dict[str, list[pd.DataFrame]] = {"groups": [], "printed": [], "design": []}
    names = {k: design[k] for k in ("participants", "control") if k in design}
    parts["design"], faults = _check_designs(data, study=study, sources=sources, design=design)
    for comparison in comparisons:
        outcomes = comparison["outcomes"]
        common = {
            "study": study,
            "comparison": comparison["id"],
            "outcomes": outcomes,
            **names,
            "ci_level": ci_level,
            "sesoi_sd": design.get("sesoi_sd"),
            "assignment": design.get("assignment"),
        }
        for sid in comparison["sources"]:
            kind, frame = sources[sid]["kind"], data[sid]
            try:
                if sources[sid]["holds"] == "group_summaries":
                    parts["groups"].append(
                        compare_summaries(frame, source=kind, clusters=design.get("clusters"), **common)
                    )
                    wanted = frame[frame["outcome"].isin(outcomes)]
                    parts["printed"].append(
                        audit_printed(wanted, study=study, comparison=comparison["id"], **names)
                    )
                    continue
                frame, few = _without_flagged(frame, sid, comparison, design, min_cell)
                if kind == "real":
                    faults += few
                    faults += small_groups(
                        frame,
                        source_id=sid,
                        group=design["group"],
                        levels=list(names.values()),
                        outcomes=outcomes,
                        min_cell=min_cell,
                    )
                cluster = design.get("cluster") if design.get("cluster") in frame.columns else None
                parts["groups"].append(
                    compare_records(frame, group=design["group"], cluster=cluster, source=kind, **common)
                )
            except InputFaults as error:
                faults += error.faults
    if faults:
        raise InputFaults(faults)
    return {name: stacked(name, frames) for name, frames in parts.items()}


def _without_flagged(
    frame: pd.DataFrame,
    sid: str,
    comparison: Mapping[str, Any],
    design: Mapping[str, Any],
    min_cell: int,
) -> tuple[pd.DataFrame, list[Fault]]:
    """The rows that no named index of careless answering flags; an index not defined flags nobody.

    The faults are for real data: the numbers of people in a run with and without the flagged ones give away how
    many were flagged, so a group in which these are few is refused.
    """
    flagged = frame[[f"flag_{name}" for name in comparison.get("without_flagged", ())]].eq(1).any(axis=1)
    faults = []
    for level in (design["participants"], design["control"]):
        n = int((flagged & (frame[design["group"]] == level)).sum())
        if 0 < n < min_cell:
            allowed = f"none, or at least {min_cell} (disclosure.min_cell in config/config.yaml)"
            place = (f"source {sid}", f"group {level}", f"comparison {comparison['id']}, without_flagged")
            faults.append(Fault(*place, f"{n} people flagged", allowed))
    return frame[~flagged], faults


def _check_designs(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
) -> tuple[list[pd.DataFrame], list[Fault]]:
    """Table ``design`` of every source of records that has the cluster column, and where it is contradicted."""
    tables: list[pd.DataFrame] = []
    faults: list[Fault] = []
    cluster = design.get("cluster")
    if cluster is None or "group" not in design:
        return tables, faults
    for sid, source in sources.items():
        if source["holds"] not in RECORDS or not {cluster, design["group"]} <= set(data[sid].columns):
            continue
        try:
            table = check_assignment(
                data[sid],
                study=study,
                source_id=sid,
                source=source["kind"],
                group=design["group"],
                participants=design["participants"],
                control=design["control"],
                cluster=cluster,
                assignment=design["assignment"],
                clusters=design.get("clusters"),
            )
        except InputFaults as error:
            faults += error.faults
            continue
        tables.append(table)
        contradicted = table[(table["check"] == "assignment") & ~table["agrees"].astype(bool)]
        allowed = f"a design.assignment in study.yaml that the data bear out; it says {design['assignment']}"
        faults += [Fault(f"source {sid}", "", cluster, found, allowed) for found in contradicted["found"]]
    return tables, faults
