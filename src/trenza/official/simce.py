"""SIMCE results by school: one wide row a school becomes one row a school and subject, as the dialect of its year says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.school_tables import CHANGE_STATUSES, DEPENDENCIES, SCORE_STATUSES
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger, as_text, distinct_text
from trenza.official.recognise import plain
from trenza.official.simce_dialect import (
    META,
    RESULT,
    SCHOOL,
    STANDARDS,
    Dialect,
    canonical,
    find_dialect,
    grade_and_year,
    known,
    meanings,
)
from trenza.official.simce_frame import REASONS, long_frame
from trenza.official.values import numbers, one_fault

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SCORE_RANGE = (0.0, 450.0)
_SCORE = {s: i for i, s in enumerate(SCORE_STATUSES)}
_CHANGE = {s: i for i, s in enumerate(CHANGE_STATUSES)}
_REASON = {s: i for i, s in enumerate(REASONS)}
STANDARDS_SLACK = 1.0  # per cent; in official files the three add to 100 within 0.2
# From this many cells, and this share of a column, on, what is odd is no exception.
SEVERAL, OFTEN = 20, 0.05
LOWEST_SCORE = 90.0  # official school means lie between about 120 and 430
WITHHELD_PEERS = 5  # to this many pupils the difference from the peer group is withheld in every year


@dataclass
class _Reading:
    """What the steps of reading one file share."""

    grid: Grid
    ledger: Ledger
    faults: list[Fault]
    names: dict[str, str]  # plain canonical name -> the file's own name
    columns: list[dict[str, Any]]

    def has(self, name: str) -> bool:
        return name in self.names

    def text(self, name: str) -> NDArray[Any]:
        return as_text(self.grid.columns[self.names[name]])

    def number(
        self, name: str, low: float, high: float, whole: bool = False, any_sign: bool = False
    ) -> NDArray[np.float64]:
        limits: dict[str, Any] = {"low": low, "high": high, "whole": whole, "any_sign": any_sign}
        return numbers(self.grid, self.names[name], self.ledger, self.faults, **limits)

    def often_unknown(self, name: str, unknown: NDArray[np.bool_]) -> None:
        """A fault where a code never seen is no exception: the column then means something else than it should."""
        if unknown.sum() > max(SEVERAL, OFTEN * len(unknown)):
            allowed = "the codes of the glosa; single unknown ones are flagged"
            self.faults.append(one_fault(self.grid, self.names[name], unknown, "the code", allowed))

    def carried(self, name: str, field: str, subject: str, cells: int) -> None:
        self.columns.append(
            {"column": self.names[name], "field": field, "subject": subject, "carried": cells}
        )


def read_simce(
    grid: Grid, ledger: Ledger, allow_unknown: bool = False
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The SIMCE frame (one row a school and subject, see ``docs`` of ``trenza.official.read``) and its meta data.

    Raises ``InputFaults`` with all faults of the file: a year without a dialect (unless ``allow_unknown``, then
    the nearest earlier year's is used and ``meta['assumed']`` says so), missing or unknown columns, repeated
    RBD, values out of range, codes that no list knows.
    """
    import numpy as np

    faults: list[Fault] = []
    names = canonical(grid)
    grade, year = grade_and_year(grid, names, faults)
    dialect, assumed = find_dialect(grid, grade, year, names, allow_unknown, faults)
    if dialect is None:
        raise InputFaults(faults)
    reading = _Reading(grid, ledger, faults, names, [])
    _check_columns(reading, dialect, allow_unknown)
    if faults:
        raise InputFaults(faults)
    rbd = reading.number("rbd", 1, 99_999, whole=True)
    if np.isnan(rbd).all():
        faults.append(
            Fault(grid.file, "", names["rbd"], "no school number in any row", "the RBD of each school")
        )
        raise InputFaults(faults)
    faults += _repeated(grid, names["rbd"], rbd)
    there = ~np.isnan(rbd)
    school, sat, reason = _school_columns(reading, dialect, rbd, there)
    subjects = [_subject(reading, dialect, s, there, sat, reason) for s in dialect.subjects]
    if faults:
        raise InputFaults(faults)
    _leave_out(reading, there)
    version = _single(reading, "codigo_bbdd")
    built = _single(reading, "fecha_bbdd")
    preliminary, notes = _preliminary(dialect, version or "", built or "")
    coverage = dialect.coverage
    if dialect.rows and not 0.9 * dialect.rows <= there.sum() <= 1.1 * dialect.rows:
        notes.append(
            f"{int(there.sum())} schools, the official file has {dialect.rows}: not taken as the whole country"
        )
        coverage = "part of the official file"
    if dialect.web_layout:
        notes.append("the file does not say grade and year: read as 2m 2013 by its column names")
    frame = long_frame(
        rbd[there].astype("int32"), grade, year, dialect.subjects, school, subjects, there, preliminary
    )
    date = f"{built[:4]}-{built[4:6]}-{built[6:8]}" if built and re.fullmatch(r"\d{8}", built) else None
    meta = {
        "grade": grade,
        "year": year,
        "version": version,
        "build_date": date,
        "preliminary": preliminary,
        "rows": int(there.sum()),
        "schools_sat": int((sat & there).sum()),
        "previous": dialect.previous,
        "coverage": coverage,
        "columns": _accounted(reading, there),
        "assumed": assumed,
        "notes": notes,
    }
    return frame, meta


def _check_columns(reading: _Reading, dialect: Dialect, allow_unknown: bool) -> None:
    """Missing and unknown columns as faults; unknown ones may be left out where the user says so."""
    if dialect.web_layout:
        return
    names = reading.names
    wanted = ["rbd", "cod_depe1", "cod_grupo", "noaplica", "cod_reg_rbd", "cod_rural_rbd", *dialect.columns()]
    missing = [n for n in wanted if n not in names]
    unknown = [h for n, h in names.items() if not known(n)]
    expected = {*wanted, *(f"marca_eda_{s}{dialect.grade}_rbd" for s in dialect.subjects)}
    # A result that this year should not have (another grade's, a subject that was not tested).
    unknown += [h for n, h in names.items() if RESULT.fullmatch(n) and n not in expected]
    place = f"SIMCE {dialect.grade} {dialect.year}"
    file = reading.grid.file
    if missing:
        beside = f"; unknown columns: {', '.join(unknown)}" if unknown else ""
        allowed = f"the columns of {place}{beside}"
        reading.faults.append(Fault(file, "1", ", ".join(missing), "no such column", allowed))
    elif unknown and not allow_unknown:
        allowed = f"the columns of {place}; to leave them out, set allow_unknown_years: true"
        reading.faults.append(Fault(file, "1", ", ".join(unknown), "columns never seen", allowed))


def _preliminary(dialect: Dialect, version: str, built: str) -> tuple[bool, list[str]]:
    """Whether the file is preliminary, by its version mark and what is known of its year, and remarks."""
    says = "prelim" in version.lower()
    if says and dialect.wrong_version_mark and built and built not in version:
        return False, [f"the version mark {version} says preliminary, the file was published as final"]
    if dialect.preliminary and not says and "final" not in version.lower():
        return True, ["the files of this year are preliminary unless their version mark says final"]
    return says, []


def _repeated(grid: Grid, column: str, rbd: NDArray[np.float64]) -> list[Fault]:
    import numpy as np

    found = []
    values, counts = np.unique(rbd[~np.isnan(rbd)], return_counts=True)
    for value in values[counts > 1][:20]:
        rows = ", ".join(str(i + grid.first_row) for i in np.flatnonzero(rbd == value)[:5])
        found.append(Fault(grid.file, rows, column, "one RBD in several rows", "each RBD once"))
    return found


def _school_columns(
    reading: _Reading, dialect: Dialect, rbd: NDArray[np.float64], there: NDArray[np.bool_]
) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_], NDArray[np.int8]]:
    """What holds for a school: dependency, group, rurality, region; whether it sat the test, and why not."""
    import numpy as np

    n = reading.grid.rows
    school: dict[str, NDArray[Any]] = {}
    for name, field, levels in (
        ("cod_depe1", "dependency", {d: i for i, d in enumerate(DEPENDENCIES)}),
        ("cod_grupo", "ses_group", {str(g): g for g in range(1, 6)}),
        ("cod_rural_rbd", "rural", {"urban": 0, "rural": 1}),
    ):
        if not reading.has(name):
            school[field] = np.full(n, -1, dtype="int8")
            continue
        raw = reading.grid.columns[reading.names[name]]
        found = {k: v for k, (v, _) in meanings(raw, [field]).items()}
        nothing = {k for k, v in found.items() if not v and "sin informacion" in plain(k)}
        bad = {k for k, v in found.items() if not v} - nothing
        for some, told in ((bad, False), (nothing, True)):
            where = _looked_up(raw, {k: int(k in some) for k in found}) == 1
            if told:
                reading.ledger.cells(reading.names[name], where & there, "sign_for_missing")
            elif some:
                allowed = "a code or word of the glosa"
                reading.faults.append(
                    one_fault(reading.grid, reading.names[name], where, "the code", allowed)
                )
        school[field] = _looked_up(raw, {k: levels.get(v, -1) for k, v in found.items()})
        count = int((school[field][there] >= 0).sum())
        reading.carried(name, field, "", count)
        reading.ledger.column(reading.names[name], "recoded", cells=count)
    school["region_code"] = np.full(n, np.nan)
    if reading.has("cod_reg_rbd"):
        school["region_code"] = reading.number("cod_reg_rbd", 1, 16, whole=True)
        reading.carried(
            "cod_reg_rbd", "region_code", "", int(np.sum(~np.isnan(school["region_code"][there])))
        )
    sat: NDArray[np.bool_] = np.ones(n, dtype=bool)
    reason: NDArray[np.int8] = np.full(n, -1, dtype="int8")
    if reading.has("noaplica"):
        raw = reading.grid.columns[reading.names["noaplica"]]
        lists = {
            "words": ["absence_words", "absence_codes"],
            "codes_to_6": ["absence_codes"],
            "codes_to_7": ["absence_codes", "absence_codes_7"],
        }[dialect.absence_list]
        absences = meanings(raw, lists)
        away = {k: _REASON[why or "undocumented"] for k, (v, why) in absences.items() if v != "sat"}
        reason = _looked_up(raw, {k: away.get(k, -1) for k in absences})
        sat = reason < 0
        unknown = _looked_up(raw, {k: int(not v) for k, (v, _) in absences.items()}) == 1
        reading.ledger.cells(reading.names["noaplica"], unknown & there, "undocumented_code")
        reading.often_unknown("noaplica", unknown)
        cells = int((_looked_up(raw, dict.fromkeys(absences, 1))[there] >= 0).sum())
        reading.ledger.column(reading.names["noaplica"], "recoded", cells=cells)
        reading.carried("noaplica", "score_status", "", cells)
    _check_digits(reading, rbd, there)
    return school, sat, reason


def _check_digits(reading: _Reading, rbd: NDArray[np.float64], there: NDArray[np.bool_]) -> None:
    """Flag schools whose check digit does not fit (modulo 11 with weights 2 to 7, as for the RUT)."""
    import numpy as np

    name = next((n for n in ("dvrbd", "dv", "dv_rbd", "dgv_rbd") if reading.has(n)), None)
    if name is None or reading.grid.columns[reading.names[name]].dtype == object:
        return
    number = np.nan_to_num(rbd).astype("int64")
    total = sum((number // 10**i % 10) * w for i, w in enumerate((2, 3, 4, 5, 6)))
    given = reading.grid.columns[reading.names[name]]
    wrong = (-total % 11 != given) & ~np.isnan(given)
    reading.ledger.cells(reading.names[name], wrong & there, "check_digit")


def _subject(
    reading: _Reading,
    dialect: Dialect,
    subject: str,
    there: NDArray[np.bool_],
    sat: NDArray[np.bool_],
    reason: NDArray[np.int8],
) -> dict[str, NDArray[Any]]:
    """All fields of one subject, one entry a school."""
    import numpy as np

    n = reading.grid.rows
    place = f"{subject}{dialect.grade}_rbd" if not dialect.web_layout else subject
    blank = np.full(n, np.nan)
    out: dict[str, NDArray[Any]] = {}

    def given(kind: str) -> bool:
        return reading.has(f"{kind}_{place}")

    def own(kind: str) -> str:
        return reading.names[f"{kind}_{place}"]

    def number(kind: str, low: float, high: float, whole: bool = False) -> NDArray[np.float64]:
        if not given(kind):
            return blank.copy()
        return reading.number(f"{kind}_{place}", low, high, whole, dialect.web_layout).copy()

    def drop(kind: str, values: NDArray[np.float64], where: NDArray[np.bool_], rule: str) -> None:
        gone = where & ~np.isnan(values) & there
        reading.ledger.cells(own(kind), gone, rule)
        values[where] = np.nan

    def keep(kind: str, field: str, values: NDArray[np.float64]) -> None:
        out[field] = values
        if given(kind):
            reading.carried(f"{kind}_{place}", field, subject, int(np.sum(~np.isnan(values[there]))))

    starred = _without_asterisk(reading, f"prom_{place}") if dialect.web_layout else np.zeros(n, dtype=bool)
    pupils = number("nalu", 0, 5000, whole=True)
    if given("nalu"):
        drop("nalu", pupils, ~sat & (pupils == 0), "value_beside_absence")
    keep("nalu", "n_pupils", pupils)

    score = number("prom", *SCORE_RANGE)
    drop("prom", score, score == 0, "zero_score")
    low = score < LOWEST_SCORE
    if low.any():
        allowed = f"a mean from {LOWEST_SCORE:g} to {SCORE_RANGE[1]:g}, 0 or blank"
        reading.faults.append(one_fault(reading.grid, own("prom"), low, "the mean", allowed))
    mark, cause, unknown = _marks(reading, f"marca_{place}", dialect.score_list, _SCORE, there)
    here = ~np.isnan(score)
    status = np.where(mark >= 0, mark, np.where(here, _SCORE["ok"], _SCORE["no_value"]))
    status = np.where(sat, status, np.where(here, _SCORE["undocumented"], _SCORE["did_not_sit"]))
    status = np.where(starred & here, _SCORE["undocumented"], status)
    if given("marca"):
        reading.ledger.cells(own("marca"), unknown & there, "undocumented_code")
        reading.ledger.cells(own("prom"), here & (status != _SCORE["ok"]) & there, "marked_score")
    if not dialect.web_layout:
        raw = reading.grid.columns[own("prom")]
        empty = raw == None if raw.dtype == object else np.isnan(raw)  # noqa: E711
        reading.ledger.cells(own("prom"), empty & (status == _SCORE["no_value"]) & there, "unmarked_blank")
    keep("prom", "score_points", score)
    out["score_status"] = status
    out["status_reason"] = np.where(sat, cause, reason)

    change = number("dif", -300, 300)
    cmark, _, unknown = _marks(reading, f"marcadif_{place}", dialect.change_list, _CHANGE, there)
    if given("dif"):
        drop("dif", change, ~sat & (change == 0), "value_beside_absence")
        drop("dif", change, (change == 0) & ((cmark >= 0) | ~here), "zero_change")
    if given("marcadif"):
        reading.ledger.cells(own("marcadif"), unknown & there, "undocumented_code")
    valued = ~np.isnan(change)
    cstatus = np.where(cmark >= 0, cmark, np.where(valued, _CHANGE["ok"], _CHANGE["no_value"]))
    cstatus = np.where(sat, cstatus, np.where(valued, _CHANGE["undocumented"], _CHANGE["did_not_sit"]))
    cstatus = np.where(valued & ~here & sat, _CHANGE["undocumented"], cstatus)
    if given("dif"):
        reading.ledger.cells(own("dif"), valued & (cstatus != _CHANGE["ok"]) & there, "marked_change")
    keep("dif", "change_points", change)
    out["change_status"] = cstatus
    _significance(
        reading,
        f"sigdif_{place}",
        "change_significance",
        change,
        subject,
        "significance_without_change",
        there,
        out,
        dialect.web_layout,
    )

    peers = number("difgru", -300, 300)
    if given("difgru"):
        drop("difgru", peers, ~here, "peer_difference_without_score")
        small = (peers == 0) & (pupils <= WITHHELD_PEERS)
        drop("difgru", peers, small, "zero_peer_difference")
    keep("difgru", "peer_diff_points", peers)
    rule = "significance_without_peer_difference"
    _significance(
        reading, f"siggru_{place}", "peer_significance", peers, subject, rule, there, out, dialect.web_layout
    )

    shares = {s: number(f"palu_eda_{s}", 0, 100) for s in STANDARDS}
    zero = np.logical_and.reduce([v == 0 for v in shares.values()])
    total = np.sum(list(shares.values()), axis=0)
    off = ~zero & ~np.isnan(total) & (np.abs(total - 100) > STANDARDS_SLACK) & there
    if off.any():
        reading.ledger.cells(own("palu_eda_ins"), off, "standards_off")
        if off.sum() > max(SEVERAL, OFTEN * n):
            found = f"three standards that add to {total[off][0]:g}, in {off.sum()} rows"
            where = str(int(np.flatnonzero(off)[0]) + reading.grid.first_row)
            reading.faults.append(Fault(reading.grid.file, where, own("palu_eda_ins"), found, "a sum of 100"))
    for short, field in STANDARDS.items():
        kind = f"palu_eda_{short}"
        if given(kind):
            drop(kind, shares[short], zero, "zero_standards")
            reading.ledger.column(
                own(kind), "percent_to_share", cells=int(np.sum(~np.isnan(shares[short][there])))
            )
        keep(kind, field, shares[short] / 100)
    return out


def _without_asterisk(reading: _Reading, name: str) -> NDArray[np.bool_]:
    """Take the asterisk off scores such as 225*; returns where there was one."""
    import numpy as np

    column = reading.names[name]
    text = as_text(reading.grid.columns[column])
    starred = np.array([c is not None and c.strip().endswith("*") for c in text])
    if starred.any():
        reading.ledger.cells(column, starred, "typographic_mark")
        reading.grid.columns[column] = np.array(
            [c.strip().rstrip("* ") if s else c for c, s in zip(text, starred, strict=True)], dtype=object
        )
    return starred


def _marks(
    reading: _Reading, name: str, code_list: str, levels: dict[str, int], there: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.bool_]]:
    """Status (place in ``levels``) and cause (place in ``REASONS``) of every mark, -1 = none; where no list knows it."""
    import numpy as np

    n = reading.grid.rows
    none: NDArray[np.int8] = np.full(n, -1, dtype="int8")
    if not reading.has(name):
        return none, none, np.zeros(n, dtype=bool)
    raw = reading.grid.columns[reading.names[name]]
    found = meanings(raw, [code_list])
    status = _looked_up(raw, {k: levels[v or "undocumented"] for k, (v, _) in found.items()})
    cause = _looked_up(raw, {k: _REASON.get(why, -1) for k, (_, why) in found.items()})
    unknown = _looked_up(raw, {k: 0 if v else 1 for k, (v, _) in found.items()}) == 1
    cells = int((status[there] >= 0).sum())
    reading.ledger.column(reading.names[name], "recoded", cells=cells)
    reading.often_unknown(name, unknown)
    subject = RESULT.fullmatch(name)
    field = "change_status" if name.startswith("marcadif") else "score_status"
    reading.carried(name, field, subject[2] if subject else "", cells)
    return status, cause, unknown


def _looked_up(raw: NDArray[Any], table: dict[str, int]) -> NDArray[np.int8]:
    """The number that ``table`` gives each cell (by its text), -1 for blank cells."""
    import numpy as np
    import pandas as pd

    if raw.dtype == object:
        places, distinct = pd.factorize(raw)
        found = np.array([*(table.get(text, -1) for text in distinct), -1], dtype="int8")
        looked: NDArray[np.int8] = found[places]
        return looked
    result = np.full(len(raw), -1, dtype="int8")
    for text, place in table.items():
        result[raw == float(text)] = place
    return result


def _significance(
    reading: _Reading,
    name: str,
    field: str,
    values: NDArray[np.float64],
    subject: str,
    rule: str,
    there: NDArray[np.bool_],
    out: dict[str, NDArray[Any]],
    web_layout: bool,
) -> None:
    """-1, 0 or 1 beside a difference; blank where there is no difference."""
    import numpy as np

    result = np.full(reading.grid.rows, np.nan)
    if reading.has(name):
        raw = reading.grid.columns[reading.names[name]]
        if raw.dtype == object:
            found = {k: v for k, (v, _) in meanings(raw, ["significance"]).items()}
            bad = _looked_up(raw, {k: int(not v) for k, v in found.items()}) == 1
            if bad.any() and web_layout:
                reading.ledger.cells(reading.names[name], bad & there, "sign_for_missing")
                found = {k: v for k, v in found.items() if v}
            elif bad.any():
                allowed = "-1, 0, 1 or the words of the glosa"
                reading.faults.append(one_fault(reading.grid, reading.names[name], bad, "the code", allowed))
            places = _looked_up(raw, {k: int(v or 0) + 1 for k, v in found.items()})
            result = np.where(places >= 0, places - 1.0, np.nan)
            reading.ledger.column(reading.names[name], "recoded", cells=int(np.sum(~np.isnan(result[there]))))
        else:
            result = reading.number(name, -1, 1, whole=True).copy()
        surplus = np.isnan(values) & ~np.isnan(result)
        reading.ledger.cells(reading.names[name], surplus & there, rule)
        result[surplus] = np.nan
        reading.carried(name, field, subject, int(np.sum(~np.isnan(result[there]))))
    out[field] = result


def _leave_out(reading: _Reading, there: NDArray[np.bool_]) -> None:
    """Columns that are not carried go to the ledger whole, the others' cells in rows without an RBD one by one."""
    carried = {c["column"] for c in reading.columns} | _constant(reading)
    for header in reading.grid.header:
        if header in carried:
            if there.all():
                continue
            lost = ~there & (as_text(reading.grid.columns[header]) != None)  # noqa: E711
            reading.ledger.cells(header, lost, "row_without_rbd")
        else:
            reading.ledger.column(header, "not_carried")


def _constant(reading: _Reading) -> set[str]:
    """The file's own names of the columns that say which school, file, grade and year it is."""
    return {reading.names[n] for n in ("rbd", "agno", "grado", *META) if reading.has(n)}


def _accounted(reading: _Reading, there: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """For every column of the file: its field and subject, its non-blank cells, and how many of them are carried."""
    import numpy as np

    carried = {c["column"]: c for c in reading.columns}
    fields = {reading.names[n]: f for n, f in SCHOOL.items() if n in reading.names}
    fields |= {reading.names[n]: "meta" for n in META if n in reading.names}
    constant = _constant(reading)
    found = []
    for header in reading.grid.header:
        entry = {"column": header, "field": "", "subject": "", "carried": 0}
        if header in carried:
            entry = carried[header]
        elif header in constant:
            cells = reading.grid.cells[header]
            if not there.all():
                cells = int(np.sum(as_text(reading.grid.columns[header])[there] != None))  # noqa: E711
            entry |= {"field": fields[header], "carried": cells}
        found.append({**entry, "cells": reading.grid.cells[header]})
    return found


def _single(reading: _Reading, name: str) -> str | None:
    """The one value of a column that is the same in all rows; several are joined."""
    if not reading.has(name):
        return None
    values = sorted(distinct_text(reading.grid.columns[reading.names[name]]))
    return ", ".join(values) or None
