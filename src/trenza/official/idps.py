"""Indicators of personal and social development (IDPS): wide files to 2019, long ones from 2022, one frame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import GRADES
from trenza.io.grid import Grid
from trenza.official.dialect import Reading, nullable, words
from trenza.official.ledger import Ledger

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

INDICATORS = ("self_esteem_motivation", "school_climate", "participation_citizenship", "healthy_habits")
STATUSES = ("ok", "not_reported", "missing")
CHANGE_STATUSES = ("ok", "not_comparable", "not_reported", "missing")
_WIDE = re.compile(r"(?:ind|dim)_([a-z]{2})(?:_([a-z]{2}))?(?:_rbd)?")


def read_idps(grid: Grid, ledger: Ledger, allow_unknown: bool) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The indicators of one grade and year and the file's meta data.

    Frame, one row a school and indicator, and one a school and dimension where the file has dimensions: rbd int32,
    year int16, grade, indicator (``INDICATORS``), dimension (NA: the indicator itself), score_points 0 to 100,
    status (``STATUSES``), change_points (since the last measurement), change_status (``CHANGE_STATUSES``),
    change_significance Int8, peer_diff_points (from schools of the same group), peer_status, peer_significance Int8,
    preliminary. What a year's files do not have is NA. ``meta['level']`` is dimension where a file holds nothing
    but dimensions. Raises ``InputFaults`` with all faults of the file.
    """
    import numpy as np

    reading = Reading("idps", grid, ledger, allow_unknown)
    if not reading.wide:
        reading.require("indicator")
        reading.require("score_points")
    else:
        _check_wide(reading)
    reading.refuse_without("rbd", "row_without_rbd")
    rbd = reading.number("rbd")
    grade = reading.one_value("grade", reading.code("grade")) if "grade" in reading.columns else None
    year = _year(reading)
    facts = reading.facts(year, reading.columns.get("year", ""), grade)
    build = _wide_frame if reading.wide else _long_frame
    frame = build(reading, rbd)
    told = reading.told("version") or ""
    preliminary = "prelim" in told.lower() or ("final" not in told.lower() and bool(facts.get("preliminary")))
    frame.insert(1, "year", np.int16(year or 0))
    frame.insert(2, "grade", words(np.array([grade] * len(frame), dtype=object), GRADES))
    frame["preliminary"] = preliminary
    only_dimensions = bool(frame["dimension"].notna().all())
    level = "dimension" if only_dimensions else "indicator"
    meta = reading.meta(grade=grade, year=year, preliminary=preliminary, level=level)
    for column in meta["columns"]:
        if column["field"] in ("change_mark", "peer_mark"):
            column["field"] = column["field"].replace("mark", "status")
        if column["field"] in reading.wide:
            indicator, dimension = _of_column(reading, column["field"])
            column.update(field="score_points", indicator=indicator, dimension=dimension)
    return frame, meta


def _year(reading: Reading) -> int | None:
    """Year of the measurement: in each row, or that of the one layout that does not say it."""
    if "year" in reading.columns:
        year = reading.one_value("year", reading.number("year"))
        return None if year is None else int(year)
    if any(name.startswith("dim_") for name in reading.wide):
        year = reading.table["year_without_agno"]
        reading.notes.append(f"the file does not say its year: its layout is that of {year}")
        return int(year)
    reading.require("year")
    return None


def _of_column(reading: Reading, field: str) -> tuple[str, str | None]:
    """Indicator and dimension of a wide column (``ind_am``, ``dim_am_aa_rbd``)."""
    match = _WIDE.fullmatch(field)
    assert match is not None
    lists = reading.table["codes"]
    return lists["indicator"][match[1]], lists["dimension"][match[2]] if match[2] else None


def _check_wide(reading: Reading) -> None:
    """A wide file has a column for each indicator, and one only."""
    found = [_of_column(reading, f) for f in reading.wide]
    for code in ("am", "cc", "pf", "hv"):
        n = found.count((reading.table["codes"]["indicator"][code], None))
        if n != 1:
            what = "no such column" if n == 0 else f"{n} columns of this indicator"
            there = ", ".join(reading.columns.values())
            reading.faults.append(reading.fault(f"ind_{code}", what, f"one column; recognised: {there}"))


def _wide_frame(reading: Reading, rbd: NDArray[np.float64]) -> pd.DataFrame:
    """Columns become rows: schools in the file's order, indicators and dimensions in that of the columns."""
    import numpy as np

    reading.once(("rbd", rbd))
    keep, n = reading.keep, len(reading.wide)
    of = [_of_column(reading, f) for f in reading.wide]
    signs = [_signs(reading, f) for f in reading.wide]
    scores = [reading.number(f) for f in reading.wide]
    schools = int(keep.sum())
    return _frame(
        reading,
        np.repeat(rbd[keep], n),
        np.array([i for i, _ in of] * schools, dtype=object),
        np.array([d for _, d in of] * schools, dtype=object),
        {
            "score_points": np.array(scores)[:, keep].T.ravel(),
            "score_mark": np.array(signs, dtype=object)[:, keep].T.ravel(),
        },
    )


def _long_frame(reading: Reading, rbd: NDArray[np.float64]) -> pd.DataFrame:
    """One row of the file is one row of the frame."""
    indicator, dimension = reading.code("indicator"), reading.code("dimension")
    reading.once(("rbd", rbd), ("indicator", indicator), ("dimension", dimension))
    _without_blank(reading, "indicator")
    keep = reading.keep
    parts: dict[str, NDArray[Any]] = {"score_mark": _signs(reading, "score_points")}
    for side in ("change", "peer"):
        points = "change_points" if side == "change" else "peer_diff_points"
        # A sign stands beside the difference in a column of its own, or in its place.
        beside, inside = reading.code(f"{side}_mark"), _signs(reading, points)
        parts[f"{side}_mark"] = _first(beside, inside)
        _signs(reading, f"{side}_significance")
        rule = "significance_without_change" if side == "change" else "significance_without_peer_difference"
        reading.drop(f"{side}_significance", reading.blank_cells(points) & keep, rule)
        marked = ~reading.blank_cells(points) & (parts[f"{side}_mark"] != None) & keep  # noqa: E711
        if points in reading.columns:
            reading.ledger.cells(reading.columns[points], marked, "marked_change")
        parts[points] = reading.number(points)
        parts[f"{side}_significance"] = reading.code(f"{side}_significance")
    parts["score_points"] = reading.number("score_points")
    return _frame(
        reading, rbd[keep], indicator[keep], dimension[keep], {k: v[keep] for k, v in parts.items()}
    )


def _without_blank(reading: Reading, field: str) -> None:
    """A fault where a row that has a school says no ``field``."""
    blank = reading.blank_cells(field) & reading.keep
    if field in reading.columns and blank.any():
        found = f"blank in {int(blank.sum())} rows"
        reading.faults.append(reading.fault(reading.columns[field], found, "a code in each row"))


def _signs(reading: Reading, field: str) -> NDArray[Any]:
    """What signs among the numbers of a column mean, None = a number or blank; the cells are set to missing."""
    import numpy as np

    listed = reading.table["codes"]["mark"]
    if field not in reading.columns:
        return np.full(reading.grid.rows, None, dtype=object)
    cells = reading.grid.columns[reading.columns[field]]
    found = np.array([listed.get(c.strip()) if isinstance(c, str) else None for c in cells], dtype=object)
    reading.drop(field, found != None, "sign_for_missing")  # noqa: E711
    return found


def _first(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """``one``, and ``other`` where it is None."""
    import numpy as np

    return np.where(one == None, other, one)  # noqa: E711


def _frame(
    reading: Reading,
    rbd: NDArray[np.float64],
    indicator: NDArray[Any],
    dimension: NDArray[Any],
    parts: dict[str, NDArray[Any]],
) -> pd.DataFrame:
    """The frame without year and grade, once there is no fault; what the file does not have is NA."""
    import numpy as np
    import pandas as pd

    reading.stop_at_faults()
    n = len(rbd)
    nothing: NDArray[Any] = np.full(n, None, dtype=object)
    blank = np.full(n, np.nan)

    def status(points: str, mark: str, allowed: tuple[str, ...]) -> Any:
        if points not in parts or (points not in reading.columns and not reading.wide):
            return words(nothing, allowed)
        plain_status = np.where(np.isnan(parts[points]), "missing", "ok").astype(object)
        # A sign that the dialect knows for changes only says no more than that there is no value.
        found = _first(parts[mark], plain_status)
        return words(np.where(np.isin(found, allowed), found, "not_reported"), allowed)

    dimensions = list(reading.table["codes"]["dimension"].values())
    return pd.DataFrame(
        {
            "rbd": rbd.astype("int32"),
            "indicator": words(indicator, INDICATORS),
            "dimension": words(dimension, dimensions),
            "score_points": parts["score_points"],
            "status": status("score_points", "score_mark", STATUSES),
            "change_points": parts.get("change_points", blank),
            "change_status": status("change_points", "change_mark", CHANGE_STATUSES),
            "change_significance": nullable(parts.get("change_significance", nothing), "Int8"),
            "peer_diff_points": parts.get("peer_diff_points", blank),
            "peer_status": status("peer_diff_points", "peer_mark", CHANGE_STATUSES),
            "peer_significance": nullable(parts.get("peer_significance", nothing), "Int8"),
        }
    )
