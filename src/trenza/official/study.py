"""The clean and describe stages of a study's official files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.tables import stacked
from trenza.official.panel import (
    Readings,
    harmonised,
    history,
    read_files,
    write_panel,
    write_parquet,
)

if TYPE_CHECKING:
    import pandas as pd

OTHER_KINDS = ("idps", "sac", "sned", "ive", "directory", "slep")


def clean_official(
    files: Mapping[str, Mapping[str, str]],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    folder: Path,
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Read the official files of every source and write what came of them below ``folder``/<source id>.

    ``files``: for each source its files, name as shown -> path. Written: ``panel/`` (SIMCE), one parquet file
    for each other kind, ``history.parquet`` and ``ledger.parquet``; none of it is for sharing. Returns the tables
    ``files`` and ``flow`` and, by source id, all SIMCE rows (for the table ``inputs``). A bad file stops no other.
    """
    import pandas as pd

    told: list[pd.DataFrame] = []
    flows: list[pd.DataFrame] = []
    rows: dict[str, pd.DataFrame] = {}
    for sid, paths in files.items():
        source = sources[sid]
        place = {"study": study, "source_id": sid, "source": source["kind"]}
        readings = read_files(
            {name: Path(path) for name, path in paths.items()}, allow_unknown=source["allow_unknown_years"]
        )
        frames = harmonised(readings, baseline_year=source.get("baseline_year"))
        own = folder / sid
        write_panel(frames, own / "panel")
        for kind in OTHER_KINDS:
            parts = [r.frame.assign(file=r.meta["file"]) for r in readings.of_kind(kind)]
            if parts:
                write_parquet(pd.concat(parts, ignore_index=True), own / f"{kind}.parquet")
        write_parquet(history(readings), own / "history.parquet")
        ledgers = [r.ledger for _, r in sorted(readings.read.items())]
        if ledgers:
            text = dict.fromkeys(("column", "rule", "action"), "str")
            write_parquet(
                pd.concat([led.astype(text) for led in ledgers], ignore_index=True), own / "ledger.parquet"
            )
        told.append(_files(readings, list(paths)).assign(**place))
        flows.append(_flow(readings, len(paths)).assign(**place))
        rows[sid] = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return {"files": stacked("files", told), "flow": stacked("flow", flows)}, rows


def _files(readings: Readings, names: list[str]) -> pd.DataFrame:
    """One row a file in the order of ``names``: what came of it."""
    import pandas as pd

    keys = ("kind", "grade", "year", "version", "build_date", "preliminary", "rows", "schools_sat", "sha256")
    found = []
    for name in names:
        row: dict[str, Any] = {"file": name, "message": None, **dict.fromkeys(keys)}
        if name in readings.read:
            meta = readings.read[name].meta
            row |= {k: meta.get(k) for k in keys} | {"outcome": "read"}
            row["message"] = "; ".join([*filter(None, [meta.get("assumed")]), *meta.get("notes", [])]) or None
        elif name in readings.refused:
            faults = readings.refused[name].faults
            row |= {"outcome": "refused", "message": "\n".join(str(f) for f in faults)}
        else:
            row |= {"outcome": "not_data", "message": readings.left_aside[name]}
        found.append(row)
    return pd.DataFrame(found)


def _flow(readings: Readings, n: int) -> pd.DataFrame:
    """How many files and rows came through."""
    import pandas as pd

    simce = readings.of_kind("simce")
    steps = {
        "files found": n,
        "files read": len(readings.read),
        "files refused": len(readings.refused),
        "files left aside": len(readings.left_aside),
        "schools in SIMCE files": sum(r.meta["rows"] for r in simce),
        "rows of a school and subject": sum(len(r.frame) for r in simce),
        "rows with a score of status ok": sum(int((r.frame["score_status"] == "ok").sum()) for r in simce),
    }
    return pd.DataFrame({"step": range(1, len(steps) + 1), "rule": list(steps), "n": list(steps.values())})
