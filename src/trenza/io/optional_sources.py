"""Sources that a study can do without: while a file is missing, what needs it is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def without_optional(study: dict[str, Any], data: Path) -> dict[str, str]:
    """Takes optional sources whose file is not below ``data``, and the panels that need them, out of ``study``; returns id -> file."""
    gone = {
        sid: str(source["file"])
        for sid, source in study["sources"].items()
        if source["optional"] and not (data / source["file"]).is_file()
    }
    study["sources"] = {s: v for s, v in study["sources"].items() if s not in gone}
    study["panels"] = [p for p in study["panels"] if p.get("participants") not in gone]
    return gone
