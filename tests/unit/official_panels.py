"""Small panels for the tests of the official tables: a row is a school in one sitting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.official.distribution import score_distribution, year_changes
from trenza.official.gaps import gaps
from trenza.official.sittings import series
from trenza.official.trends import trends
from trenza.official.weighted import Estimate, combination, weighted_mean

FILES = {(g, y): f"simce{g}{y}.xlsx" for g in ("4b", "2m") for y in range(2010, 2031)}
_ROW: dict[str, Any] = {
    "year": 2018,
    "grade": "4b",
    "subject": "lect",
    "n_pupils": 20,
    "score_points": 250.0,
    "score_status": "ok",
    "change_points": np.nan,
    "change_status": "no_value",
    "change_significance": np.nan,
    "share_insufficient": np.nan,
    "share_elementary": np.nan,
    "share_adequate": np.nan,
    "dependency": "municipal",
    "ses_group": 1,
    "preliminary": False,
    "status_reason": None,
    "commune_code": np.nan,
    "slep_transfer_year": np.nan,
    "slep": False,
}
_TYPES = {"rbd": "int32", "year": "int16", "n_pupils": "Int32", "change_significance": "Int8", "ses_group": "Int8",
          "commune_code": "Int32", "slep_transfer_year": "Int16", "slep": "boolean", "status_reason": "str"}  # fmt: skip


def panel(rows: list[dict[str, Any]], *, categorical: bool = True) -> pd.DataFrame:
    """Rows with the columns of the SIMCE frame and the panel; rbd counts from 1 where it is not given."""
    frame = pd.DataFrame([{"rbd": i} | _ROW | row for i, row in enumerate(rows, 1)])
    frame = frame.astype({c: t for c, t in _TYPES.items() if c in frame})
    texts = ("grade", "subject", "score_status", "change_status", "dependency", "status_reason")
    return frame.astype(dict.fromkeys(texts, "category")) if categorical else frame


def schools(n: int, seed: int = 1, **columns: Any) -> list[dict[str, Any]]:
    """``n`` schools with drawn scores and pupils."""
    draw = np.random.default_rng(seed)
    scores, pupils = draw.normal(260, 25, n).round().tolist(), draw.integers(5, 80, n).tolist()
    return [{"score_points": s, "n_pupils": p} | columns for s, p in zip(scores, pupils, strict=True)]


def trends_of(frame: pd.DataFrame, min_cell: int = 2) -> pd.DataFrame:
    return trends(series(frame, min_cell), ci_level=0.95)


def gaps_of(frame: pd.DataFrame, min_cell: int = 2) -> pd.DataFrame:
    return gaps(series(frame, min_cell), ci_level=0.95)


def spread_of(frame: pd.DataFrame, min_cell: int = 2) -> pd.DataFrame:
    return score_distribution(series(frame, min_cell))


def changes_of(frame: pd.DataFrame, min_cell: int = 2) -> pd.DataFrame:
    return year_changes(series(frame, min_cell))


def of(rows: pd.DataFrame, **cell: Any) -> pd.Series:
    """The one row with these values."""
    for name, value in cell.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def level_of(units: np.ndarray, values: np.ndarray, pupils: np.ndarray) -> Estimate:
    return combination((1, weighted_mean(units, values, pupils)))


def difference(
    first: tuple[np.ndarray, np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Estimate:
    """Second less first, each given as units, values and pupils."""
    return combination((1, weighted_mean(*second)), (-1, weighted_mean(*first)))
