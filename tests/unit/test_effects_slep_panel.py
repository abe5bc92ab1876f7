"""The transfer to Servicios Locales as a design, on made schools: who is in, when treatment begins, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import InputFaults
from trenza.effects.panel_check import check_panel
from trenza.effects.slep_panel import THREATS, slep_panel

YEARS = (2014, 2016, 2018, 2022)
COMMUNES = pd.DataFrame(
    {
        "commune_code": [1, 2, 3, 4],
        "slep_code": [10, 10, 20, 30],
        "transfer_year": [2018, 2018, 2021, 2026],
        "provisional": [False, False, False, True],
    }
)


def schools() -> pd.DataFrame:
    """Three municipal schools a commune, and a subsidised one in commune 1."""
    random = np.random.default_rng(1)
    rows: list[dict[str, Any]] = []
    for rbd in range(1, 14):
        commune = (rbd - 1) // 3 + 1 if rbd < 13 else 1
        start = COMMUNES["transfer_year"].iloc[commune - 1]
        for year in YEARS:
            for subject in ("mate", "lect"):
                rows.append(
                    {
                        "rbd": rbd, "year": year, "grade": "4b", "subject": subject, "score_points": random.normal(250, 10),
                        "score_status": "ok", "n_pupils": 20, "commune_code": commune,
                        "dependency": "subsidised" if rbd == 13 else "slep" if year >= start else "municipal",
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def test_public_schools_by_the_transfer_of_their_commune() -> None:
    design, table = slep_panel(schools(), COMMUNES, outcome_years=(2018, 2022))
    used, flow = check_panel(design, table, study="slep")
    assert used["unit"].nunique() == 12  # the subsidised school is not in it
    assert used.groupby("cohort")["unit"].nunique().to_dict() == {0: 3, 2018: 6, 2021: 3}
    assert used.groupby("cohort")["cluster"].nunique().to_dict() == {0: 1, 2018: 1, 2021: 1}
    steps = flow.set_index("step")
    assert steps.loc["changed_dependency", "treated"] == 0  # the transfer itself is no change
    assert design.called_for == "group_time" and design.weights == "n_pupils"


def test_assignment_by_commune() -> None:
    design, table = slep_panel(
        schools(), COMMUNES, outcome_years=(2018, 2022), level="commune", weighted=False
    )
    used, _ = check_panel(design, table, study="slep")
    assert used["cluster"].nunique() == 4 and (used["weight"] == 1.0).all()


def test_scores_that_are_not_ok_are_no_scores() -> None:
    rows = schools()
    odd = (rows["rbd"] == 1) & (rows["year"] == 2018)
    rows.loc[odd, "score_status"] = "not_representative"
    design, table = slep_panel(rows, COMMUNES, outcome_years=(2018, 2022))
    _, flow = check_panel(design, table, study="slep")
    assert flow.set_index("step").loc["left_out_no_score", "rows"] == 1


def test_a_school_that_turns_private_after_its_first_test_stays_where_it_was() -> None:
    rows = schools()
    rows.loc[(rows["rbd"] == 12) & (rows["year"] > 2016), "dependency"] = "subsidised"
    design, table = slep_panel(rows, COMMUNES, outcome_years=(2018, 2022))
    used, flow = check_panel(design, table, study="slep")
    assert (used["unit"] == 12).sum() == 4
    assert flow.set_index("step").loc["changed_dependency", "comparison"] == 1


def test_a_commune_that_is_not_listed_has_no_assignment_and_is_counted() -> None:
    design, table = slep_panel(schools(), COMMUNES.query("commune_code != 4"), outcome_years=(2018, 2022))
    with pytest.raises(InputFaults, match="no comparison school"):
        check_panel(design.__class__(**{**design.__dict__, "pool": "never"}), table, study="slep")


def test_faults_come_at_once() -> None:
    with pytest.raises(InputFaults) as refused:
        slep_panel(schools().drop(columns="rbd"), COMMUNES.drop(columns="slep_code"), level="region")
    assert str(refused.value).startswith("3 faults found")
    with pytest.raises(InputFaults, match="1 communes a second time"):
        slep_panel(schools(), pd.concat([COMMUNES, COMMUNES[:1]]))


def test_the_order_of_rows_does_not_matter_and_nothing_is_changed() -> None:
    rows = schools()
    before = rows.copy()
    _, first = slep_panel(rows, COMMUNES)
    _, second = slep_panel(rows.sample(frac=1.0, random_state=3), COMMUNES.sample(frac=1.0, random_state=4))
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(rows, before)


def test_every_threat_has_its_words(root: Any) -> None:
    page = (root / "docs" / "effects.md").read_text(encoding="utf-8")
    assert all(f"| `{threat}` |" in page for threat in THREATS)
