"""The compare stage of one study: every declared comparison in turn, and the published tables that they use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.compare.audit_source import AUDIT_TABLES, audit_source
from trenza.compare.contrast import Place
from trenza.compare.design import check_assignment
from trenza.compare.records import compare_records
from trenza.compare.summaries import compare_summaries, summary_pairs
from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import TABLES as VERDICT_TABLES
from trenza.compare.verdict_tables import Engine, verdicts_from_records, verdicts_from_summaries
from trenza.contracts.disclosure import small_groups
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.study_analyses import RECORDS
from trenza.contracts.tables import stacked

if TYPE_CHECKING:
    import pandas as pd

COMPARED = ("groups", "design", *VERDICT_TABLES, *AUDIT_TABLES)


def compare_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    comparisons: Sequence[Mapping[str, Any]],
    settings: Settings,
    min_cell: int,
    engine: Engine | None = None,
) -> dict[str, pd.DataFrame]:
    """Tables ``COMPARED``: per comparison, outcome and source the contrast, every inference and the verdict.

    ``engine`` gives further inferences from rows that sit in clusters (random intercepts). Published tables of group
    summaries are audited once, whichever comparisons use them. Real data with a group below ``min_cell`` are refused,
    and so is a design that the data contradict: who was assigned to what decides which inference is right, so
    nothing is computed on a wrong declaration. Raises one ``InputFaults`` with the faults of all comparisons.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in COMPARED}
    parts["design"], contradicted = _check_designs(data, study=study, sources=sources, design=design)
    faults = [fault for found in contradicted.values() for fault in found]
    for comparison in comparisons:
        for sid in comparison["sources"]:
            place = {
                "study": study,
                "comparison": comparison["id"],
                "source": sources[sid]["kind"],
                "participants": design["participants"],
                "control": design["control"],
            }
            try:
                if sources[sid]["holds"] == "group_summaries":
                    made = _from_summaries(data[sid], comparison["outcomes"], place, design, settings)
                else:
                    frame, few = _without_flagged(data[sid], sid, comparison, design, min_cell)
                    if sources[sid]["kind"] == "real":
                        faults += few
                        faults += small_groups(
                            frame,
                            source_id=sid,
                            group=design["group"],
                            levels=[design["participants"], design["control"]],
                            outcomes=comparison["outcomes"],
                            min_cell=min_cell,
                        )
                    if sid in contradicted:
                        continue
                    made = _from_records(frame, comparison["outcomes"], place, design, settings, sid, engine)
            except InputFaults as error:
                faults += error.faults
                continue
            for name, table in made.items():
                parts[name].append(table)
    for sid in _published_tables(sources, comparisons):
        audit = audit_source(data[sid], study=study, source_id=sid, ci_level=settings.ci_level)
        for name, table in audit.items():
            parts[name].append(table)
    if faults:
        raise InputFaults(faults)
    return {name: stacked(name, frames) for name, frames in parts.items()}


def _published_tables(
    sources: Mapping[str, Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Sources of printed group summaries that a comparison uses, each once."""
    used = [sid for comparison in comparisons for sid in comparison["sources"]]
    return [
        sid
        for sid, source in sources.items()
        if sid in used and source["holds"] == "group_summaries" and source["kind"] == "published"
    ]


def _from_summaries(
    frame: pd.DataFrame,
    outcomes: Sequence[str],
    place: Mapping[str, Any],
    design: Mapping[str, Any],
    settings: Settings,
) -> dict[str, pd.DataFrame]:
    """Contrasts and verdicts from printed n, mean and SD."""
    how: dict[str, Any] = {"clusters": design.get("clusters"), "assignment": design.get("assignment")}
    groups = compare_summaries(
        frame,
        outcomes=outcomes,
        ci_level=settings.ci_level,
        sesoi_sd=settings.sesoi_sd,
        **place,
        **how,
    )
    pairs = summary_pairs(
        frame,
        Place(place["study"], place["comparison"]),
        outcomes=outcomes,
        **{k: place[k] for k in ("source", "participants", "control")},
    )
    verdicts = verdicts_from_summaries(pairs, settings=settings, **place, **how)
    return {"groups": groups, **verdicts}


def _from_records(
    frame: pd.DataFrame,
    outcomes: Sequence[str],
    place: Mapping[str, Any],
    design: Mapping[str, Any],
    settings: Settings,
    source_id: str,
    engine: Engine | None,
) -> dict[str, pd.DataFrame]:
    """Contrasts and verdicts from rows of units."""
    cluster = design.get("cluster") if design.get("cluster") in frame.columns else None
    how = {"outcomes": outcomes, "group": design["group"], "cluster": cluster}
    groups = compare_records(
        frame,
        ci_level=settings.ci_level,
        sesoi_sd=settings.sesoi_sd,
        assignment=design.get("assignment"),
        **place,
        **how,
    )
    # Without the cluster's column it is not known who sits where, whatever the design says.
    assignment = design.get("assignment") if cluster else None
    verdicts = verdicts_from_records(
        frame,
        source_id=source_id,
        assignment=assignment,
        settings=settings,
        more=engine,
        **place,
        **how,
    )
    return {"groups": groups, **verdicts}


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
) -> tuple[list[pd.DataFrame], dict[str, list[Fault]]]:
    """Table ``design`` of every source of records that has the cluster column, and which sources contradict it."""
    tables: list[pd.DataFrame] = []
    faults: dict[str, list[Fault]] = {}
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
            faults[sid] = list(error.faults)
            continue
        tables.append(table)
        contradicted = table[(table["check"] == "assignment") & ~table["agrees"].astype(bool)]
        allowed = f"a design.assignment in study.yaml that the data bear out; it says {design['assignment']}"
        wrong = [Fault(f"source {sid}", "", cluster, found, allowed) for found in contradicted["found"]]
        if wrong:
            faults[sid] = wrong
    return tables, faults
