"""What the describe stage shows of groups: who took part, outcomes by group, ratings, and table 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.compare.baseline import baseline_table
from trenza.compare.describe import ALL, check_counts, distribution, rate_items
from trenza.contracts.study_analyses import RECORDS
from trenza.contracts.tables import stacked

if TYPE_CHECKING:
    import pandas as pd

DESCRIBED = ("counts", "distribution", "ratings", "baseline")


def describe_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    items: Sequence[str],
    baseline: Mapping[str, Sequence[str]],
    min_cell: int,
) -> dict[str, pd.DataFrame]:
    """Tables ``counts``, ``distribution``, ``ratings`` and ``baseline`` of all sources that have something to describe.

    ``baseline`` names, by source of records, the columns of table 1. ``items``: the outcomes of items.csv; of a questionnaire these are its scales, not the items in them.
    Cells of real data below ``min_cell`` are suppressed; what is published or simulated is shown as it is.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in DESCRIBED}
    for sid, source in sources.items():
        place = {"study": study, "source_id": sid, "source": source["kind"]}
        if source["holds"] == "counts":
            parts["counts"].append(check_counts(data[sid], **place))
        elif source["holds"] == "ratings":
            parts["ratings"].append(rate_items(data[sid], **place))
        elif source["holds"] in RECORDS:
            outcomes = [c for c in data[sid].columns if c in items]
            threshold = min_cell if source["kind"] == "real" else None
            group = str(design.get("group", ALL))
            # Without groups everybody is one.
            frame = data[sid] if group in data[sid].columns else data[sid].assign(**{group: ALL})
            parts["distribution"].append(
                distribution(frame, outcomes=outcomes, group=group, min_cell=threshold, **place)
            )
            if sid in baseline:
                table = baseline_table(
                    data[sid],
                    variables=baseline[sid],
                    group=design["group"],
                    participants=design["participants"],
                    control=design["control"],
                    min_cell=threshold,
                    **place,
                )
                parts["baseline"].append(table)
    return {name: stacked(name, frames) for name, frames in parts.items()}
