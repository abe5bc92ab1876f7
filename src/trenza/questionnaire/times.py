"""Times and durations as survey tools write them, in whatever order the respondent's country has.

``11/18/2021 12:31:56``, ``18-11-2021``, ``2019/08/01 10:11:12 AM GMT-3``, ``1/8/2019 10:11:12 p. m.``,
``2021-11-18T09:31:56.000-03:00``. A time zone is read and left out: times are those of the file's clock.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from trenza.contracts.plain import plain
from trenza.contracts.survey_file import Cell

TEXT_OPEN = "questionnaire.dates: day_first or month_first"
TURNED = "real dates beside dates as text: a spreadsheet may have read the real ones in the wrong order"
ONE_KIND = "all of them real dates, or all as text, as the survey tool wrote them"
# Day 0 of Excel's calendar for every day after February 1900 (a workbook of the 1904 calendar gives times, not numbers).
_EXCEL_ZERO = datetime.datetime(1899, 12, 30)
_EXCEL_DAYS = (20_000.0, 80_000.0)  # 1954 to 2119
# What REDCap writes for a questionnaire that was never sent.
_NO_TIME = {"[not completed]"}
_DATE = r"(?P<a>\d{1,4})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})([.,]\d+)?)?\s*(?P<half>[ap]\.?\s?m\.?)?"
_ZONE = r"\s*(z|[a-z]{2,5}\.?|(gmt|utc)?\s*[-+]\d{1,2}(:?\d{2})?)?"
_TIME = re.compile(rf"{_DATE}((t|,?\s+){_CLOCK}{_ZONE})?")


@dataclass(frozen=True)
class Times:
    """Times of a column, in the order of its cells.

    ``values``: None where the cell is blank, cannot be read, or its day and month are not decided.
    ``order``: day_first or month_first where the column has dates that need it, else blank. ``undecided``: why
    day and month are not known (blank where they are), ``open``: of which cells (places, 0 = first), ``remedy``:
    what would tell them. ``unreadable``: places of cells that are no time.
    """

    values: tuple[datetime.datetime | None, ...]
    order: str
    undecided: str
    unreadable: tuple[int, ...]
    open: tuple[int, ...]
    remedy: str


def parse_times(cells: Sequence[Cell], *, order: str) -> Times:
    """Read a column of times; ``order`` of day and month is day_first, month_first or auto.

    ``auto`` goes by the dates of the column alone: one with a day above 12 settles it for all. Dates that
    contradict each other, and dates none of which settles it, leave it undecided; of the latter those whose
    day and month are the same number are read all the same. Numbers are Excel's days where the cell is one.

    Real dates beside dates as text are what a spreadsheet leaves where it turned those that fit its own order:
    there a real date is open, whatever ``order`` says of the text, but for one that turning cannot have made.
    """
    found = [_parts(cell) for cell in cells]
    loose = [f for f in found if isinstance(f, tuple)]
    day_first = any(a > 12 for a, *_ in loose)
    month_first = any(b > 12 for _, b, *_ in loose)
    reasons: dict[str, str] = {}
    used = order
    if order == "auto":
        used = "day_first" if day_first else "month_first" if month_first else ""
        if day_first and month_first:
            used = ""
            reasons["dates of both orders"] = TEXT_OPEN
        elif not used and any(a != b for a, b, *_ in loose):
            reasons["no date with a day above 12"] = TEXT_OPEN
    values: list[datetime.datetime | None] = []
    unreadable: list[int] = []
    undecided: list[int] = []
    for place, (cell, part) in enumerate(zip(cells, found, strict=True)):
        value = None
        if isinstance(part, datetime.datetime):
            if loose and not isinstance(cell, str) and part.day <= 12 and part.day != part.month:
                undecided.append(place)
                reasons[TURNED] = ONE_KIND
            else:
                value = part
        elif part == "unreadable":
            unreadable.append(place)
        elif isinstance(part, tuple):
            a, b, year, clock = part
            if not used and a != b:
                undecided.append(place)
            else:
                day, month = (a, b) if used == "day_first" else (b, a)
                value = _time(year, month, day, clock)
                if value is None:
                    unreadable.append(place)
        values.append(value)
    return Times(
        tuple(values),
        used if loose else "",
        "; ".join(reasons),
        tuple(unreadable),
        tuple(undecided),
        "; ".join(dict.fromkeys(reasons.values())),
    )


def parse_seconds(cells: Sequence[Cell], *, decimal: str) -> tuple[tuple[float | None, ...], tuple[int, ...]]:
    """Durations in seconds: numbers are seconds, ``hh:mm:ss`` and ``mm:ss`` are read, parts with ``decimal`` alone.

    Returns the values (None for blank or unreadable cells) and the places of unreadable ones.
    """
    values: list[float | None] = []
    unreadable: list[int] = []
    for place, cell in enumerate(cells):
        value = _seconds(cell, decimal)
        values.append(value)
        if value is None and not _blank(cell):
            unreadable.append(place)
    return tuple(values), tuple(unreadable)


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell.strip() or plain(cell) in _NO_TIME))


_Clock = tuple[int, int, int]


def _parts(cell: Cell) -> datetime.datetime | tuple[int, int, int, _Clock] | str:
    """A time; or two numbers that are day and month in some order, year and clock; or why there is none."""
    if _blank(cell):
        return "blank"
    if isinstance(cell, datetime.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, float):
        if not _EXCEL_DAYS[0] <= cell <= _EXCEL_DAYS[1]:
            return "unreadable"
        # Excel counts in days; its seconds are whole.
        return _EXCEL_ZERO + datetime.timedelta(seconds=round(cell * 86_400))
    match = _TIME.fullmatch(plain(str(cell)))
    clock = _clock(match) if match else None
    if match is None or clock is None:
        return "unreadable"
    a, b, c = (match[k] for k in "abc")
    if len(a) == 4 and len(c) <= 2:
        return _time(int(a), int(b), int(c), clock) or "unreadable"
    if len(a) > 2 or len(c) not in (2, 4):
        return "unreadable"
    year = int(c) + (2000 if len(c) == 2 else 0)
    one, other = int(a), int(b)
    if _time(year, one, other, clock) is None and _time(year, other, one, clock) is None:
        return "unreadable"
    return one, other, year, clock


def _clock(match: re.Match[str]) -> _Clock | None:
    if match["hour"] is None:
        return 0, 0, 0
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _time(year: int, month: int, day: int, clock: _Clock) -> datetime.datetime | None:
    try:
        return datetime.datetime(year, month, day, *clock)
    except ValueError:
        return None


def _seconds(cell: Cell, decimal: str) -> float | None:
    if isinstance(cell, float):
        return cell if 0 <= cell < math.inf else None
    if not isinstance(cell, str):
        return None
    part = rf"[0-9]+(?:\{decimal}[0-9]+)?"
    match = re.fullmatch(
        rf"(?:(?:([0-9]{{1,6}}):)?([0-5]?[0-9]):(?=[0-5][0-9](?![0-9])))?({part})", cell.strip()
    )
    if match is None:
        return None
    seconds = float(match[3].replace(decimal, "."))
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + seconds if seconds < math.inf else None
