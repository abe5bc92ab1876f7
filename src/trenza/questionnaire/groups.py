"""The groups of people that the tables of the describe stage have rows for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

ALL, UNKNOWN = "all", "unknown"


def without_few_unknown(
    data: pd.DataFrame, group: str | None, levels: tuple[str | None, ...], min_cell: int
) -> pd.DataFrame:
    """``data`` without people of neither group, where these are fewer than ``min_cell``.

    Figures of everybody beside figures of both groups would tell what these few answered.
    """
    if group is None or group not in data.columns:
        return data
    unknown = ~data[group].isin(levels)
    return data[~unknown] if 0 < unknown.sum() < min_cell else data


def group_masks(
    data: pd.DataFrame,
    group: str | None,
    participants: str | None,
    control: str | None,
    *,
    min_cell: int | None = None,
) -> dict[str, np.ndarray]:
    """People (rows of ``data``) by group: participants, control, and those of neither as unknown, if any.

    ``all`` alone where there is no group column, or where one of the two groups has people, but fewer than
    ``min_cell``: the other, taken from the number of people, would give them away. Never ``all`` beside groups: a small group would be the difference.
    """
    if group is None or group not in data.columns or participants is None or control is None:
        return {ALL: np.ones(len(data), dtype=bool)}
    level = data[group].astype("object")
    masks = {name: (level == name).fillna(False).to_numpy(dtype=bool) for name in (participants, control)}
    if any(0 < mask.sum() < (min_cell or 0) for mask in masks.values()):
        return {ALL: np.ones(len(data), dtype=bool)}
    rest = ~(masks[participants] | masks[control])
    return masks | ({UNKNOWN: rest} if rest.any() else {})
