"""The folder that the clean stage writes: one file per source, and the ledger, flow and inputs of all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.rehearsal import sources_read
from trenza.io.files import read_frame, read_table, write_frame, write_table

if TYPE_CHECKING:
    import pandas as pd

CHECKED = {
    "group_summaries": "summaries",
    "segments": "segments",
    "shares": "shares",
    "claims": "claims",
    "case_themes": "case_themes",
}
# Read from their files by the stage that uses them: their texts are not to lie among results.
CODED = ("coded_project", "coding_comparison")
NOT_HERE = ("official", *CODED)
TEXT = (
    "name",
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
    "dependency",
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


def write_questionnaires(cleaned: Mapping[str, Any], wide: pd.DataFrame, folder: Path) -> None:
    """Write, by source id, which row of a file a record is and why answers are blank; and the linked people.

    ``cleaned`` has objects with frames ``rows`` and ``reasons``. Like all of this folder, not for sharing.
    """
    for sid, clean in cleaned.items():
        write_frame(clean.rows, folder / f"{sid}.rows.csv")
        write_frame(clean.reasons, folder / f"{sid}.reasons.csv")
    for kind, part in wide.groupby("source", sort=True) if len(wide) else ():
        write_frame(part, folder / f"linked_people_{kind}.wide.csv")


def read_reasons(folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Why answers are blank, by the id of every source that holds a questionnaire."""
    held = [sid for sid, source in sources.items() if source["holds"] == "questionnaire"]
    texts: dict[str, Any] = {}
    for sid in held:
        path = folder / f"{sid}.reasons.csv"
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        texts[sid] = read_frame(path, header)
    return texts


def read_clean(folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """The cleaned data of every source, by source id; official files and coded projects are read by their own rooms."""
    frames = {}
    for sid, source in sources.items():
        if source["holds"] in NOT_HERE:
            continue
        if source["holds"] in CHECKED:
            frames[sid] = read_table(data_path(folder, sid), CHECKED[source["holds"]])
        else:
            columns: Mapping[str, Any] = source.get("columns", {})
            texts = [c for c, v in columns.items() if "levels" in v or v.get("type") in ("id", "text")]
            frames[sid] = read_frame(data_path(folder, sid), [*texts, *(c for c in TEXT if c not in columns)])
    return frames


def read_schools(
    folder: Path, sources: Mapping[str, Mapping[str, Any]], column: str
) -> dict[str, frozenset[str]]:
    """The schools (``column``) of every source of records or answers that may be joined, by source id."""
    found: dict[str, frozenset[str]] = {}
    joined = sources_read(sources)
    for sid, source in sources.items():
        if source["holds"] in ("records", "questionnaire") and sid in joined:
            frame = read_frame(data_path(folder, sid), [column])
            if column in frame.columns:
                found[sid] = frozenset(str(s) for s in frame[column].dropna())
    return found
