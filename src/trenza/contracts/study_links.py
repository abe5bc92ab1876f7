"""Which source each finding of a study rests on, for links that join the strands by school."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trenza.contracts.rehearsal import sources_read
from trenza.contracts.study_analyses import RECORDS, Rows, available_columns


def school_column(design: Mapping[str, Any]) -> str:
    """The column of records that segments name as their case."""
    return str(design.get("cluster", "school"))


def finding_sources(study: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """finding -> kind of source -> id of the source, for findings of comparisons and models."""
    sources = study["sources"]
    found: dict[str, dict[str, str]] = {}
    for kind, stage in (("comparisons", "compare"), ("models", "model")):
        for analysis in study[kind]:
            named = analysis["sources"] if kind == "comparisons" else [analysis["source"]]
            by_kind = {sources[s]["kind"]: s for s in named if s in sources}
            found |= {f"{stage}:{analysis['id']}_{o}": by_kind for o in analysis["outcomes"]}
    return found


def findings_with_schools(study: Mapping[str, Any], items: Rows) -> set[str]:
    """Findings that rest on rows that may be joined and name their school (the design's cluster)."""
    school = school_column(study["design"])
    named = {
        sid
        for sid in sources_read(study["sources"])
        if study["sources"][sid]["holds"] in RECORDS and school in available_columns(study, sid, items)
    }
    return {finding for finding, by_kind in finding_sources(study).items() if named & {*by_kind.values()}}
