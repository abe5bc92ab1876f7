"""Scale scores from answers."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from trenza.questionnaire.instrument import Scale


def keyed(answers: pd.DataFrame, scale: Scale, reverse: Collection[str] | None = None) -> pd.DataFrame:
    """The answers to a scale's items, those to reversed items turned round (low + high - answer).

    ``reverse`` holds the ids of the reversed items; None takes those that items.csv declares.
    """
    turned = {i.id for i in scale.items if i.reverse} if reverse is None else set(reverse)
    out = answers[[item.id for item in scale.items]].astype("float64")
    for item in scale.items:
        if item.id in turned:
            out[item.id] = item.low + item.high - out[item.id]
    return out


def score(
    answers: pd.DataFrame, scale: Scale, *, min_answered: float, reverse: Collection[str] | None = None
) -> pd.Series[Any]:
    """One score a person, in the scale's unit; blank where fewer than ``min_answered`` of the items are answered.

    ``answers``: one column an item, as answered (nan = missing). The scale's own ``min_answered`` goes before.
    mean: mean of the answered items. sum: that mean times the number of items, so that a missing item counts as
    the person's own mean. percent: each item put to 0-100 of its own range, then the mean.
    """
    values = keyed(answers, scale, reverse)
    if scale.score == "percent":
        for item in scale.items:
            values[item.id] = (values[item.id] - item.low) / (item.high - item.low) * 100
    share = scale.min_answered if scale.min_answered is not None else min_answered
    # 0.6 of 5 items are 3 items, though floating point makes it a little more.
    needed = max(1, math.ceil(share * len(scale.items) - 1e-9))
    scores = values.mean(axis=1).where(values.notna().sum(axis=1) >= needed)
    return (scores * len(scale.items) if scale.score == "sum" else scores).rename(scale.id)
