"""Small SIMCE frames and rules for the tests of the policy rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from trenza.official import policy

YEARS = (2016, 2017, 2018)


def simce(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows in the SIMCE frame's form; what a row leaves out is a reading score of a municipal school, 30 pupils."""
    usual = {
        "grade": "4b",
        "subject": "lect",
        "n_pupils": 30,
        "score_status": "ok",
        "dependency": "municipal",
        "ses_group": 1,
    }
    frame = pd.DataFrame([usual | row for row in rows]).astype(
        {"rbd": "int32", "year": "int16", "n_pupils": "Int32", "score_points": "float64", "ses_group": "Int8"}
    )
    return frame.astype(dict.fromkeys(("grade", "subject", "score_status", "dependency"), "category"))


def history(scores: dict[int, list[float | None]], years: Iterable[int] = YEARS, **more: Any) -> pd.DataFrame:
    """Reading scores by school, one a year; None is no row."""
    return simce(
        {"rbd": rbd, "year": year, "score_points": score, **more}
        for rbd, row in scores.items()
        for year, score in zip(years, row, strict=True)
        if score is not None
    )


def reading(rule: str, **values: Any) -> dict[str, policy.Rule]:
    """Rules with reading alone, so that a case has one score a year."""
    return policy.load_rules({rule: {"subjects": ["lect"], **values}})


def verdict(frame: pd.DataFrame, rbd: int, year: int = YEARS[-1]) -> tuple[str, str]:
    row = frame.set_index(["rbd", "year"]).loc[(rbd, year)]
    return row["result"], row["reason"]
