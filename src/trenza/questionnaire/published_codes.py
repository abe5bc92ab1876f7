"""Themes by case and counts of codes that a publication prints, typed in as CSV: read strictly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import DIRECTIONS
from trenza.questionnaire.typed import ColumnReader, refuse_repeats

if TYPE_CHECKING:
    import pandas as pd


def read_case_themes(
    raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str, codes: Sequence[str]
) -> pd.DataFrame:
    """A matrix of themes by case, one row a filled cell, as contract ``case_themes``. Raises ``InputFaults``."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    if not reader.require(["code", "case", "direction", "where"]):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({"study": study, "source_id": source_id, "source": source}, index=raw.index)
    out["code"] = reader.text("code", allowed=tuple(codes))
    out["case"] = reader.text("case")
    out["direction"] = reader.text("direction", allowed=DIRECTIONS)
    out["where"] = reader.text("where")
    out["note"] = reader.text("note", blank=True) if "note" in raw.columns else None
    refuse_repeats(reader, ["code", "case"])
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.reset_index(drop=True)


def read_code_counts(
    raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str
) -> pd.DataFrame:
    """Codes with the number of sources and of references: study, source_id, source, name, sources, references."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    if not reader.require(["code", "sources", "references", "where"]):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({"study": study, "source_id": source_id, "source": source}, index=raw.index)
    out["name"] = reader.text("code")
    for column in ("sources", "references"):
        out[column] = reader.number(column, whole=True, low=1)
    refuse_repeats(reader, ["code"])
    for row in out.index[(out["references"] < out["sources"]).fillna(False)]:
        reader.fault(row, "references", f"{out.loc[row, 'references']:g}", "at least as many as sources")
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.astype({"sources": "int64", "references": "int64"}).reset_index(drop=True)
