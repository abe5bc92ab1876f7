"""The qualitative stage of one study: all segments of all sources, counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.tables import stacked
from trenza.qualitative.matrices import count_codes, cross

if TYPE_CHECKING:
    import pandas as pd


def count_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    codebook: pd.DataFrame,
    min_cell: int = 0,
) -> dict[str, pd.DataFrame]:
    """Tables ``segments``, ``codes`` and ``cells``; empty where the study has no qualitative strand.

    Of real segments, counts in ``cells`` that rest on fewer than ``min_cell`` schools are withheld.
    """
    frames = {sid: data[sid] for sid, source in sources.items() if source["holds"] == "segments"}
    tables: dict[str, list[pd.DataFrame]] = {"segments": list(frames.values()), "codes": [], "cells": []}
    for sid, segments in frames.items():
        place = {"study": study, "source": sources[sid]["kind"]}
        tables["codes"].append(count_codes(segments, codebook, **place))
        tables["cells"].append(
            cross(segments, **place, min_cell=min_cell if place["source"] == "real" else 0)
        )
    return {name: stacked(name, parts) for name, parts in tables.items()}
