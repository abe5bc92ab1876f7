"""The clean stage of one study: every source that is read from a file, cleaned by what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import stacked
from trenza.questionnaire.published import (
    read_claims,
    read_counts,
    read_ratings,
    read_segments,
    read_summaries,
)
from trenza.questionnaire.published_codes import read_case_themes, read_code_counts
from trenza.questionnaire.records import clean_records
from trenza.questionnaire.school_list import read_school_list
from trenza.questionnaire.shares import read_shares

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CleanStudy:
    """Clean data by source id, and the ledger and flow of all sources (contracts ``ledger``, ``flow``)."""

    data: dict[str, pd.DataFrame]
    ledger: pd.DataFrame
    flow: pd.DataFrame


def clean_study(
    raw: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    group: str,
    items: pd.DataFrame,
    codebook: pd.DataFrame,
) -> CleanStudy:
    """Clean every raw frame in ``raw`` (by source id).

    Raises one ``InputFaults`` with the faults of all sources.
    """
    data: dict[str, pd.DataFrame] = {}
    ledgers: list[pd.DataFrame] = []
    flows: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for sid, frame in raw.items():
        try:
            data[sid], ledger, flow = _clean(frame, sid, sources[sid], study, group, items, codebook)
        except InputFaults as error:
            faults += error.faults
            continue
        ledgers.append(ledger.assign(study=study, source_id=sid))
        flows.append(flow.assign(study=study, source_id=sid, source=sources[sid]["kind"]))
    if faults:
        raise InputFaults(faults)
    return CleanStudy(data, stacked("ledger", ledgers), stacked("flow", flows))


def _clean(
    raw: pd.DataFrame,
    sid: str,
    source: Mapping[str, Any],
    study: str,
    group: str,
    items: pd.DataFrame,
    codebook: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    file, holds, kind = source["file"], source["holds"], source["kind"]
    if kind != "simulated" and "source" in raw.columns and (raw["source"] == "simulated").any():
        where = str(raw.index[raw["source"] == "simulated"][0])
        raise InputFaults(
            [Fault(file, where, "source", "'simulated'", f"rows that are {kind}, as the study says")]
        )
    if holds == "records":
        cleaned = clean_records(
            raw,
            columns=source["columns"],
            items=items,
            group=group,
            source=kind,
            file=file,
            decimal=source["decimal"],
            out_of_range=source["out_of_range"],
            rows=source.get("rows", ()),
        )
        return cleaned.records, cleaned.ledger, cleaned.flow
    codes = list(codebook.loc[codebook["codable"] == "yes", "code"])
    readers = {
        "group_summaries": lambda: read_summaries(raw, study=study, source_id=sid, source=kind, file=file),
        "claims": lambda: read_claims(raw, study=study, source_id=sid, source=kind, file=file),
        "counts": lambda: read_counts(raw, file=file),
        "shares": lambda: read_shares(
            raw, study=study, source_id=sid, source=kind, file=file, items=list(items["item"])
        ),
        "ratings": lambda: read_ratings(raw, file=file, items=list(items["item"])),
        "segments": lambda: read_segments(
            raw, study=study, source_id=sid, source=kind, file=file, codes=codes
        ),
        "case_themes": lambda: read_case_themes(
            raw, study=study, source_id=sid, source=kind, file=file, codes=codes
        ),
        "school_list": lambda: read_school_list(raw, source["school_list"], file=file),
        "code_counts": lambda: read_code_counts(raw, study=study, source_id=sid, source=kind, file=file),
    }
    frame = readers[holds]()
    ledger = pd.DataFrame(columns=["file", "row", "column", "rule", "value", "new_value", "cells"])
    # A published share gives one row for each number of people who may have answered.
    kept = frame["item"].nunique() if holds == "shares" else len(frame)
    return frame, ledger, counted(len(raw), kept)


def counted(read: int, kept: int) -> pd.DataFrame:
    """The flow of a source in which rows are read and kept, nothing else."""
    import pandas as pd

    return pd.DataFrame({"step": [1, 2], "rule": ["rows read", "rows kept"], "n": [read, kept]})
