"""What a study read: one row per source with its file, place in the publication, size and hash."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.io.clean_folder import CODED
from trenza.io.files import sha256

if TYPE_CHECKING:
    import pandas as pd


def describe_inputs(
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    files: Mapping[str, Path],
    raw: Mapping[str, pd.DataFrame],
    simulated: Mapping[str, pd.DataFrame],
    read: Mapping[str, tuple[int, int]],
) -> pd.DataFrame:
    """Table ``inputs``; ``read`` has rows and columns of sources that are no frame here.

    Paths are those of study.yaml: the folder of the user's machine is nobody's business.
    """
    import pandas as pd

    rows = []
    for sid, source in sources.items():
        rows_read: int | None
        columns_read: int | None
        if source["holds"] in CODED:
            rows_read = columns_read = None  # the table coded_projects has what was read
        elif sid in read:
            rows_read, columns_read = read[sid]
        else:
            frame = raw[sid] if sid in raw else simulated[sid]
            rows_read, columns_read = len(frame), len(frame.columns)
        rows.append(
            {
                "study": study,
                "source_id": sid,
                "source": source["kind"],
                "holds": source["holds"],
                "file": source.get("file") or ", ".join(source.get("folders", [])) or None,
                "where": _where(source),
                "sha256": sha256(files[sid]) if sid in files else None,
                "rows": rows_read,
                "columns": columns_read,
            }
        )
    return pd.DataFrame(rows)


def _where(source: Mapping[str, Any]) -> str | None:
    """Where the source prints it, in English where both languages are given; the report has the other from the settings."""
    where = source["where"]
    return (where["en"] if isinstance(where, Mapping) else where) or None
