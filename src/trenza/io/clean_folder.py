"""The folder that the clean stage writes: one file per source, and the ledger, flow and inputs of all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.io.files import read_frame, read_table, write_frame, write_table

if TYPE_CHECKING:
    import pandas as pd

CHECKED = {"group_summaries": "summaries", "segments": "segments"}
TEXT = (
    "study",
    "source_id",
    "source",
    "unit",
    "role",
    "gender",
    "municipality",
    "printed_as",
    "where",
    "item",
    "note",
    "school",
    "teacher",
)


def data_path(folder: Path, source_id: str) -> Path:
    """Where the cleaned data of a source lie."""
    return folder / f"{source_id}.data.csv"


def write_source(frame: pd.DataFrame, folder: Path, source_id: str, holds: str) -> None:
    """Write the cleaned data of one source, checked where they have a contract."""
    if holds in CHECKED:
        write_table(frame, data_path(folder, source_id), CHECKED[holds])
    else:
        write_frame(frame, data_path(folder, source_id))


def read_clean(folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """The cleaned data of every source, by source id; official files are read by their own room."""
    frames = {}
    for sid, source in sources.items():
        if source["holds"] == "official":
            continue
        if source["holds"] in CHECKED:
            frames[sid] = read_table(data_path(folder, sid), CHECKED[source["holds"]])
        else:
            columns: Mapping[str, Any] = source.get("columns", {})
            texts = [c for c, v in columns.items() if "levels" in v or v.get("type") in ("id", "text")]
            frames[sid] = read_frame(data_path(folder, sid), [*texts, *(c for c in TEXT if c not in columns)])
    return frames
