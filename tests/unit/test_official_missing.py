"""Counts of what is missing and why, and the shares of schools and pupils without a valid score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_panels import panel, trends_of

from trenza.contracts.tables import CONTRACTS
from trenza.official.missing import missing

SHARES = {"share_insufficient": 0.5, "share_elementary": 0.3, "share_adequate": 0.2}
NO_SCORE = {"score_points": np.nan, "n_pupils": 0}


def counted(frame: pd.DataFrame, what: str) -> dict[tuple[Any, ...], int]:
    rows = missing(frame)
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
        {
            **NO_SCORE,
            "score_status": "too_few",
            "status_reason": "one pupil",
            "change_status": "too_few",
            "n_pupils": 1,
        },
        {**NO_SCORE, "score_status": "no_report", "status_reason": "school", "change_status": "no_report"},
        {**NO_SCORE, "score_status": "too_few", "n_pupils": None, "change_status": "too_few"},
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
        ("not_tested", "school", False): 1,  # 0 pupils: the file calls it no_report
        ("too_few", "", False): 1,  # a blank number of pupils tells nothing
        ("did_not_sit", "strike", False): 1,
        ("did_not_sit", "refused", False): 1,
    }
    assert counted(frame, "change") == {
        ("ok", "", True): 1,
        ("not_representative", "", True): 1,
        ("too_few", "", False): 3,
        ("no_report", "", False): 1,
        ("no_value", "", False): 2,
        ("did_not_sit", "", False): 2,
    }
    assert counted(frame, "standards") == {
        ("ok", "", True): 2,
        ("too_few", "", False): 1,
        ("no_value", "", False): 1,
        ("score_withheld", "", False): 3,
        ("not_tested", "", False): 1,
        ("did_not_sit", "", False): 2,
    }


def test_a_test_without_standards_has_none_whatever_the_size() -> None:
    bare = [row | dict.fromkeys(SHARES, np.nan) for row in some()]
    assert counted(panel(bare), "standards")["no_value", "", False] == 4


def test_every_school_is_counted_once_in_each() -> None:
    rows = missing(panel(some() + [r | {"year": 2022} for r in some()[:5]]))
    for (_, year), part in rows.groupby(["what", "year"]):
        assert part["schools"].sum() == part["of_schools"].iloc[0] == {2018: 10, 2022: 5}[year]
        assert part["share"].sum() == pytest.approx(1.0)
    CONTRACTS["missing"].check(rows.assign(study="s", source_id="simce", source="real"))
    assert not rows["suppressed"].any()


def test_shares_without_a_valid_score_by_hand() -> None:
    """Ten schools: two did not sit, one tested nobody; of the other seven three have no valid score.

    Pupils: 20 + 20 + 9 + 12 with a valid score, 20 + 1 without, one school's number is blank: 21 of 82.
    """
    found = trends_of(panel(some()), 5).set_index(["breakdown", "level", "term"])
    for place in (("all", "all"), ("dependency", "municipal")):
        schools, pupils = found.loc[(*place, "share_withheld")], found.loc[(*place, "share_pupils_withheld")]
        assert (schools["schools"], schools["pupils"], schools["estimate"]) == (7, 82, pytest.approx(3 / 7))
        assert (pupils["schools"], pupils["pupils"], pupils["estimate"]) == (7, 82, pytest.approx(21 / 82))
        for row, of_what in ((schools, "schools"), (pupils, "pupils")):
            assert row[["se", "ci_low", "ci_high", "df", "clusters"]].isna().all()
            assert row["method"].startswith(f"share of all {of_what} ") and row["method"].endswith(
                "no interval"
            )
            assert "tested nobody in the subject, in no figure: 1" in row["note"]


def test_shares_of_a_group_are_withheld_for_few_schools_that_tested_and_for_nothing_else() -> None:
    valid, without = {"ses_group": 1}, {"ses_group": 1, **NO_SCORE, "n_pupils": 1, "score_status": "too_few"}
    rows = [valid] * 4 + [without] + [{**without, "ses_group": 2}] * 4
    rows += [{**without, "ses_group": 2, "n_pupils": 0}] * 3
    found = trends_of(panel(rows), 5)
    found = found[(found["breakdown"] == "ses_group") & found["term"].str.contains("withheld")]
    found = found.set_index(["level", "term"])
    assert found["suppressed"].to_dict() == {
        ("1", "share_withheld"): False,
        ("1", "share_pupils_withheld"): False,
        ("2", "share_withheld"): True,
        ("2", "share_pupils_withheld"): True,
    }
    assert found.loc[("1", "share_withheld"), "estimate"] == pytest.approx(1 / 5)
    assert found.loc["2", ["estimate", "schools", "pupils"]].isna().all(axis=None)
