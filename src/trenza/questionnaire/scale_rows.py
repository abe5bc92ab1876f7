"""The rows that statistics of a scale rest on."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from trenza.questionnaire.instrument import Scale
from trenza.questionnaire.scoring import keyed

if TYPE_CHECKING:
    import pandas as pd


def complete_rows(data: pd.DataFrame, scale: Scale, reverse: Collection[str] | None = None) -> pd.DataFrame:
    """Answers of the people who answered every item of ``scale``, keyed; index as in ``data``.

    ``reverse`` as in ``scoring.keyed``. In a scale scored as percent each item is divided by its range, so that
    items weigh as they do in scoring; where zero lies makes no difference to variances and correlations.
    """
    values = keyed(data, scale, reverse).dropna()
    if scale.score == "percent":
        values = values / [item.high - item.low for item in scale.items]
    return values
