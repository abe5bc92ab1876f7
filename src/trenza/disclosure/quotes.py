"""Quotations with role and school that fit too few people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault

if TYPE_CHECKING:
    import pandas as pd

PRINTED = ("role", "case")


def quotation_faults(segments: pd.DataFrame | None, study: Mapping[str, Any]) -> list[Fault]:
    """A fault for each segment of real people whose role and school fewer people have than the study's threshold.

    ``segments``: contract ``segments``; beside each the report prints role, school and what the school implies. How
    many people share these is what ``qualitative.quotations.people`` of study.yaml declares, as
    ``{role: teacher, case: school_1, n: 14}``; people who are not declared are nobody, since they may not exist.
    Published segments are public and not looked at. Segments of coded projects do not come here: their words stay in
    the private folder, after the same check.
    """
    if segments is None or not len(segments):
        return []
    settings = ((study.get("qualitative") or {}).get("quotations")) or {}
    threshold = int(settings.get("threshold", 3))
    people = settings.get("people") or []
    faults = []
    own = segments.loc[segments["source"] == "real"].drop_duplicates("segment_id")
    for segment in own.to_dict("records"):
        fits = sum(
            int(group["n"])
            for group in people
            if all(str(group.get(c)) == str(segment[c]) for c in PRINTED)
            and all(str(segment.get(c)) == str(v) for c, v in group.items() if c != "n" and c in segment)
        )
        if fits < threshold:
            beside = ", ".join(f"{c} {segment[c]}" for c in PRINTED)
            told = f"{fits} people declared" if fits else "no people declared"
            faults.append(
                Fault(
                    f"table segments of source {segment['source_id']}",
                    f"segment {segment['segment_id']}",
                    "text",
                    f"words of {beside}: {told} with this role and school",
                    f"at least {threshold} (qualitative.quotations: threshold, people with role, case and n)",
                )
            )
    return faults
