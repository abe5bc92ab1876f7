"""Counts of what is missing and why, and what of them is withheld."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_panels import panel, schools

from trenza.contracts.tables import CONTRACTS
from trenza.official.missing import missing

SHARES = {"share_insufficient": 0.5, "share_elementary": 0.3, "share_adequate": 0.2}
NO_SCORE = {"score_points": np.nan, "n_pupils": 0}


def counted(frame: pd.DataFrame, what: str, min_cell: int = 1) -> dict[tuple[Any, ...], int]:
    rows = missing(frame, min_cell=min_cell)
    rows = rows[rows["what"] == what]
    reasons = rows["reason"].where(rows["reason"].notna(), "")
    return dict(
        zip(zip(rows["status"], reasons, rows["has_value"], strict=True), rows["schools"], strict=True)
    )


def some() -> list[dict[str, Any]]:
    return [
        {**SHARES, "change_points": 4.0, "change_status": "ok"},
        {**SHARES, "change_points": 4.0, "change_status": "not_representative"},
        {"n_pupils": 9, "change_status": "too_few"},
        {"n_pupils": 12},
        {"score_status": "not_representative", "status_reason": "outside the school"},
        {**NO_SCORE, "score_status": "too_few", "status_reason": "one pupil", "change_status": "too_few"},
        {
            **NO_SCORE,
            "score_status": "did_not_sit",
            "status_reason": "strike",
            "change_status": "did_not_sit",
        },
        {
            **NO_SCORE,
            "score_status": "did_not_sit",
            "status_reason": "refused",
            "change_status": "did_not_sit",
        },
    ]


@pytest.mark.parametrize("categorical", [True, False])
def test_by_hand(categorical: bool) -> None:
    frame = panel(some(), categorical=categorical)
    assert counted(frame, "score") == {
        ("ok", "", True): 4,
        ("not_representative", "outside the school", True): 1,
        ("too_few", "one pupil", False): 1,
        ("did_not_sit", "strike", False): 1,
        ("did_not_sit", "refused", False): 1,
    }
    assert counted(frame, "change") == {
        ("ok", "", True): 1,
        ("not_representative", "", True): 1,
        ("too_few", "", False): 2,
        ("no_value", "", False): 2,
        ("did_not_sit", "", False): 2,
    }
    assert counted(frame, "standards") == {
        ("ok", "", True): 2,
        ("too_few", "", False): 1,
        ("no_value", "", False): 1,
        ("score_withheld", "", False): 2,
        ("did_not_sit", "", False): 2,
    }


def test_a_test_without_standards_has_none_whatever_the_size() -> None:
    bare = [row | dict.fromkeys(SHARES, np.nan) for row in some()]
    assert counted(panel(bare), "standards")["no_value", "", False] == 4


def test_every_school_is_counted_once_in_each() -> None:
    rows = missing(panel(some() + [r | {"year": 2022} for r in some()[:5]]), min_cell=1)
    for (_, year), part in rows.groupby(["what", "year"]):
        assert part["schools"].sum() == part["of_schools"].iloc[0] == {2018: 8, 2022: 5}[year]
        assert part["share"].sum() == pytest.approx(1.0)
    CONTRACTS["missing"].check(rows.assign(study="s", source_id="simce", source="real"))


def causes(seed: int) -> pd.DataFrame:
    """A sitting with causes of all sizes."""
    draw = np.random.default_rng(seed)
    kinds = [("ok", None)] * 8 + list(
        product(["too_few", "not_representative", "did_not_sit"], ["a", "b", "c"])
    )
    odds = np.array([8.0] * 8 + draw.choice([0.3, 1.0, 4.0], 9).tolist())
    rows = []
    for row in schools(250, seed):
        status, reason = kinds[draw.choice(len(kinds), p=odds / odds.sum())]
        changed = draw.choice(
            ["ok", "previous_marked", "not_comparable", "no_value"], p=[0.7, 0.25, 0.03, 0.02]
        )
        change = changed if status == "ok" else status
        rows.append(row | {"score_status": status, "status_reason": reason, "change_status": str(change)})
    return panel(rows)


@pytest.mark.parametrize("seed", range(40))
def test_no_withheld_count_follows_from_the_totals_and_the_other_tables(seed: int) -> None:
    """Linear attack: unknowns are the causes; known are shown counts, schools that sat, and schools with a score."""
    frame = causes(seed)
    full, shown = missing(frame, min_cell=1), missing(frame, min_cell=5)
    assert full["schools"].notna().all()
    hidden = shown["suppressed"].to_numpy(dtype=bool)
    assert hidden.any() and shown.loc[hidden, ["schools", "share"]].isna().all(axis=None)
    assert (shown.loc[~hidden, "schools"] >= 5).all()
    unit = np.eye(len(full))
    equations = [unit[i] for i in np.flatnonzero(~hidden)]
    status, what = full["status"], full["what"]
    for name in ("score", "change", "standards"):
        equations += [
            (what == name).to_numpy(float),
            ((what == name) & (status == "did_not_sit")).to_numpy(float),
        ]
    equations.append(((what == "score") & (status == "ok")).to_numpy(float))
    for name in ("too_few", "not_representative"):  # these rows are the same schools in score and change
        same = (what == "score") & (status == name)
        equations.append(same.to_numpy(float) - ((what == "change") & (status == name)).to_numpy(float))
    rank = np.linalg.matrix_rank(np.array(equations))
    sizes = full.groupby(["what", "status"])["schools"].sum()
    # how many schools sat and how many have a score is told elsewhere, however few
    public = {("score", "did_not_sit"), ("change", "did_not_sit"), ("standards", "did_not_sit"),
              ("standards", "score_withheld")}  # fmt: skip
    for i in np.flatnonzero(hidden):
        if (what[i], status[i]) not in public or sizes[what[i], status[i]] >= 5:
            assert np.linalg.matrix_rank(np.array([*equations, unit[i]])) == rank + 1, full.loc[i]
