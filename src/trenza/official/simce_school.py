"""Columns of a SIMCE file that hold for a school: its groups, its place, whether it sat the test, its check digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.plain import plain
from trenza.contracts.school_tables import DEPENDENCIES
from trenza.official.simce_dialect import Dialect, meanings
from trenza.official.simce_reading import REASON, SimceReading, filled, looked_up

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The file's column, the frame's field, and the number of each level.
_CODED: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("cod_depe1", "dependency", {d: i for i, d in enumerate(DEPENDENCIES)}),
    ("cod_grupo", "ses_group", {str(g): g for g in range(1, 6)}),
    ("cod_rural_rbd", "rural", {"urban": 0, "rural": 1}),
)
_ABSENCES = {
    "words": ["absence_words", "absence_codes"],
    "codes_to_6": ["absence_codes"],
    "codes_to_7": ["absence_codes", "absence_codes_7"],
}


def school_columns(
    reading: SimceReading, dialect: Dialect, rbd: NDArray[np.float64], there: NDArray[np.bool_]
) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_], NDArray[np.int8]]:
    """Dependency, group, rurality and region (-1 or NaN = blank); whether the school sat the test, and why not.

    ``there``: rows with an RBD. The reason is the place in ``REASONS``, -1 = it sat. All have one entry a row.
    """
    school: dict[str, NDArray[Any]] = {
        field: _coded(reading, name, field, levels, there) for name, field, levels in _CODED
    }
    school["region_code"] = _region(reading, there)
    reason = _absence(reading, dialect, there)
    _check_digits(reading, rbd, there)
    return school, reason < 0, reason


def _coded(
    reading: SimceReading, name: str, field: str, levels: dict[str, int], there: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """A column of codes or words of the glosa as numbers of ``levels``, -1 = blank; others are a fault."""
    import numpy as np

    if not reading.has(name):
        return np.full(reading.grid.rows, -1, dtype="int8")
    raw = reading.cells(name)
    found = {k: v for k, (v, _) in meanings(raw, [field]).items()}
    nothing = {k for k, v in found.items() if not v and "sin informacion" in plain(k)}
    bad = {k for k, v in found.items() if not v} - nothing
    if bad:
        where = looked_up(raw, {k: int(k in bad) for k in found}) == 1
        reading.fault(name, where, "the code", "a code or word of the glosa")
    reading.flag(
        name, (looked_up(raw, {k: int(k in nothing) for k in found}) == 1) & there, "sign_for_missing"
    )
    coded = looked_up(raw, {k: levels.get(v, -1) for k, v in found.items()})
    count = int((coded[there] >= 0).sum())
    reading.carried(name, field, "", count)
    reading.recoded(name, count)
    return coded


def _region(reading: SimceReading, there: NDArray[np.bool_]) -> NDArray[np.float64]:
    import numpy as np

    if not reading.has("cod_reg_rbd"):
        return np.full(reading.grid.rows, np.nan)
    region = reading.number("cod_reg_rbd", 1, 16, whole=True)
    reading.carried("cod_reg_rbd", "region_code", "", filled(region, there))
    return region


def _absence(reading: SimceReading, dialect: Dialect, there: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Why a school did not sit the test, as the place in ``REASONS``; -1 = it did, or the file does not say."""
    import numpy as np

    if not reading.has("noaplica"):
        return np.full(reading.grid.rows, -1, dtype="int8")
    raw = reading.cells("noaplica")
    absences = meanings(raw, _ABSENCES[dialect.absence_list])
    away = {k: REASON[why or "undocumented"] for k, (v, why) in absences.items() if v != "sat"}
    reason = looked_up(raw, {k: away.get(k, -1) for k in absences})
    unknown = looked_up(raw, {k: int(not v) for k, (v, _) in absences.items()}) == 1
    reading.flag("noaplica", unknown & there, "undocumented_code")
    reading.often_unknown("noaplica", unknown)
    cells = int((looked_up(raw, dict.fromkeys(absences, 1))[there] >= 0).sum())
    reading.recoded("noaplica", cells)
    reading.carried("noaplica", "score_status", "", cells)
    return reason


def _check_digits(reading: SimceReading, rbd: NDArray[np.float64], there: NDArray[np.bool_]) -> None:
    """Flag schools whose check digit does not fit (modulo 11 with weights 2 to 7, as for the RUT)."""
    import numpy as np

    name = next((n for n in ("dvrbd", "dv", "dv_rbd", "dgv_rbd") if reading.has(n)), None)
    if name is None or reading.cells(name).dtype == object:
        return
    number = np.nan_to_num(rbd).astype("int64")
    total = sum((number // 10**i % 10) * w for i, w in enumerate((2, 3, 4, 5, 6)))
    given = reading.cells(name)
    wrong = (-total % 11 != given) & ~np.isnan(given)
    reading.flag(name, wrong & there, "check_digit")
