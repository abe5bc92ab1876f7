"""SIMCE results by school: one wide row a school becomes one row a school and subject, as the dialect of its year says.

Here the file as a whole is judged: which dialect, its columns, repeated schools, preliminary or final. What holds
for a school is read in ``simce_school``, what holds for a subject in ``simce_subject``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger
from trenza.official.simce_dialect import (
    RESULT,
    Dialect,
    canonical,
    find_dialect,
    grade_and_year,
    known,
)
from trenza.official.simce_frame import long_frame
from trenza.official.simce_reading import SimceReading
from trenza.official.simce_school import school_columns
from trenza.official.simce_subject import subject_columns
from trenza.official.values import build_date

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


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
    reading = SimceReading(grid, ledger, faults, names, [])
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
    school, sat, reason = school_columns(reading, dialect, rbd, there)
    subjects = [subject_columns(reading, dialect, s, there, sat, reason) for s in dialect.subjects]
    if faults:
        raise InputFaults(faults)
    reading.leave_out(there)
    version = reading.single("codigo_bbdd")
    built = reading.single("fecha_bbdd")
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
    meta = {
        "grade": grade,
        "year": year,
        "version": version,
        "build_date": build_date(built),
        "preliminary": preliminary,
        "rows": int(there.sum()),
        "schools_sat": int((sat & there).sum()),
        "previous": dialect.previous,
        "coverage": coverage,
        "columns": reading.accounted(there),
        "assumed": assumed,
        "notes": notes,
    }
    return frame, meta


def _check_columns(reading: SimceReading, dialect: Dialect, allow_unknown: bool) -> None:
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
