"""A selection rule on the official files: counted another way, and noise foretells what the schools below the mean gained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.effects.rule_tables import RuleResult, rule_tables
from trenza.official import read

ENTRY: dict[str, Any] = {
    "id": "below",
    "source": "official",
    "grade": "4b",
    "outcome": "mate",
    "subjects": ["mate"],
    "years": [2016],
    "outcome_year": 2018,
    "min_pupils": 20,
    "dependencies": ["municipal", "subsidised", "delegated", "slep"],
    "tests": [5],
}


@pytest.fixture(scope="module")
def schools(real_data: Path) -> pd.DataFrame:
    files = [real_data / "simce" / f"simce4b{y}_rbd_final.xlsx" for y in (2016, 2018)]
    if absent := [p.name for p in files if not p.is_file()]:
        pytest.skip(f"no {', '.join(absent)}")
    text = dict.fromkeys(("grade", "subject", "score_status", "dependency"), "str")
    return pd.concat([read(p).frame.astype(text) for p in files], ignore_index=True)


@pytest.fixture(scope="module")
def found(schools: pd.DataFrame) -> RuleResult:
    return rule_tables(
        schools, ENTRY, study="s", source="real", ci_level=0.95, min_cell=10, draws=200, seed=1
    )


def test_schools_and_their_gain_counted_another_way(schools: pd.DataFrame, found: RuleResult) -> None:
    rows = schools[(schools["subject"] == "mate") & (schools["score_status"] == "ok")]
    first, later = (rows[rows["year"] == y].set_index("rbd") for y in (2016, 2018))
    pupils, score = first["n_pupils"].astype("float64"), first["score_points"].astype("float64")
    national = np.average(score[pupils > 0], weights=pupils[pupils > 0])
    pool = first[(pupils >= 20) & (first["dependency"] != "private")].index.intersection(later.index)
    gain = later["score_points"].astype("float64")[pool] - score[pool]
    low = score[pool] < national
    row = found.tables["selection_rule"].set_index("term").loc["observed_difference"]
    assert (row["n_chosen"], row["n_rest"]) == (int(low.sum()), int((~low).sum()))
    assert row["estimate"] == pytest.approx(gain[low].mean() - gain[~low].mean())


def test_noise_foretells_nearly_all_of_the_gain(found: RuleResult) -> None:
    """No programme took these schools by this rule; the naive comparison shows some ten points all the same."""
    value = found.tables["selection_rule"].set_index("term")["estimate"]
    assert value["observed_difference"] > 8.0
    assert abs(value["remainder"]) < 0.2 * value["observed_difference"]
    assert value["expected_by_tests"] < 0.4 * value["expected_analytic"]


def test_the_changes_of_schools_of_46_pupils_spread_as_the_variances_say(found: RuleResult) -> None:
    panel = found.panel
    near = (np.abs(panel.pupils[:, -1] - 46) <= 8) & (np.abs(panel.pupils_later - 46) <= 8)
    seen = (panel.later - panel.own[:, -1])[near]
    assert len(seen) > 300
    assert seen.std(ddof=1) == pytest.approx(float(found.noise.sd_of_change(46)), rel=0.12)
