"""The long SIMCE frame out of the columns of one file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import (
    CHANGE_STATUSES,
    DEPENDENCIES,
    GRADES,
    SCORE_STATUSES,
    SUBJECTS,
)
from trenza.official.simce_dialect import STANDARDS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

REASONS = (
    "agency",
    "school",
    "all_absent",
    "all_special_needs",
    "absent_with_questionnaire",
    "refused",
    "strike",
    "material_lost",
    "community_refused",
    "undocumented",
)


def long_frame(
    rbd: NDArray[np.int32],
    grade: str,
    year: int,
    names: Sequence[str],
    school: dict[str, NDArray[Any]],
    subjects: Sequence[dict[str, NDArray[Any]]],
    there: NDArray[np.bool_],
    preliminary: bool,
) -> pd.DataFrame:
    """The long frame: schools in the file's order, subjects within a school."""
    import numpy as np
    import pandas as pd

    k, n = len(names), len(rbd)

    def each(field: str) -> NDArray[Any]:
        return np.stack([s[field][there] for s in subjects], axis=1).ravel()

    def whole(values: NDArray[Any], dtype: str) -> Any:
        mask = np.isnan(values)
        return pd.arrays.IntegerArray(np.where(mask, 0, values).astype(dtype.lower()), mask)

    def category(places: NDArray[Any], levels: Sequence[str]) -> pd.Categorical:
        return pd.Categorical.from_codes(places, categories=list(levels))

    def repeated(field: str) -> NDArray[Any]:
        return np.repeat(school[field][there], k)

    group = school["ses_group"][there]
    rural = repeated("rural")
    return pd.DataFrame(
        {
            "rbd": np.repeat(rbd, k),
            "year": np.full(n * k, year, dtype="int16"),
            "grade": pd.Categorical.from_codes(
                np.full(n * k, GRADES.index(grade), dtype="int8"), list(GRADES)
            ),
            "subject": pd.Categorical.from_codes(
                np.tile(np.array([SUBJECTS.index(s) for s in names], dtype="int8"), n), list(SUBJECTS)
            ),
            "n_pupils": whole(each("n_pupils"), "Int32"),
            "score_points": each("score_points"),
            "score_status": category(each("score_status"), SCORE_STATUSES),
            "change_points": each("change_points"),
            "change_status": category(each("change_status"), CHANGE_STATUSES),
            "change_significance": whole(each("change_significance"), "Int8"),
            "peer_diff_points": each("peer_diff_points"),
            "peer_significance": whole(each("peer_significance"), "Int8"),
            **{field: each(field) for field in STANDARDS.values()},
            "dependency": category(repeated("dependency"), DEPENDENCIES),
            "ses_group": whole(np.repeat(np.where(group > 0, group, np.nan), k), "Int8"),
            "rural": pd.arrays.BooleanArray(rural == 1, rural < 0),
            "region_code": whole(repeated("region_code"), "Int8"),
            "preliminary": np.full(n * k, preliminary),
            "status_reason": category(each("status_reason"), REASONS),
        }
    )
