"""What a value that a library gives for a cell becomes in a questionnaire's file."""

from __future__ import annotations

import datetime
import math
from typing import Any

from trenza.contracts.survey_file import Cell


def cell_of(value: Any) -> Cell:
    """A value as number, time, text or None for blank; true and false, and a time without a day, as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text = str(value)
    return text if text.strip() else None
