"""A questionnaire file as it stands, before anybody says what its columns mean."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Cell = str | float | datetime.datetime | None


@dataclass(frozen=True)
class SurveyFile:
    """All rows of one table, header rows and all.

    ``file`` is the name in messages, ``sheet`` the sheet of a workbook (else blank). ``rows``: cells row by row,
    all rows equally long: text, numbers (float), times, or None for blank; the first of them is row ``first_row``
    as a spreadsheet shows it. SPSS and Stata files have no header row: their names stand in ``names`` (blank for
    other files), and their first observation is row 2. ``texts``: the question of a column by its place (0 =
    first), from variable labels. ``labels``: what the numbers of a column mean, by its place. ``missing``: user-
    missing values of SPSS by place, single values or (low, high). Stata's extended missing values (.a to .z) are
    text such as ``.a`` in the cells.
    """

    file: str
    sheet: str
    rows: Sequence[Sequence[Cell]]
    first_row: int = 1
    names: Sequence[str] = ()
    texts: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, Mapping[float | str, str]] = field(default_factory=dict)
    missing: Mapping[int, Sequence[float | str | tuple[float, float]]] = field(default_factory=dict)
