"""The transfer to Servicios Locales on the official files: the design holds, and its counts are those of the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.effect_tables import ESTIMATORS
from trenza.effects.panel import Resampling, panel_tables
from trenza.effects.panel_check import check_panel
from trenza.effects.slep_panel import slep_panel
from trenza.official.panel import harmonised, read_files

YEARS = (2014, 2016, 2018, 2022, 2023)


@pytest.fixture(scope="module")
def official(real_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    files = {f"simce4b{y}_rbd_final.xlsx": real_data / "simce" / f"simce4b{y}_rbd_final.xlsx" for y in YEARS}
    for name in ("directorio_oficial_ee_publico.csv", "listado_slep_2026.xlsx"):
        files[name] = real_data / "mineduc" / name
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        pytest.skip(f"not there: {', '.join(missing)}")
    readings = read_files(files)
    return pd.concat(harmonised(readings), ignore_index=True), readings.of_kind("slep")[0].frame


def test_cohorts_clusters_and_flow(official: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    design, table = slep_panel(*official)
    used, flow = check_panel(design, table, study="slep")
    steps = flow.set_index("step")
    assert set(used["cohort"]) == {0, 2018, 2020, 2021}
    treated = used[used["cohort"] > 0]
    # 14 + 11 + 16 communes in 4 + 3 + 4 services (the list of communes itself)
    assert treated["cluster"].nunique() == 11
    assert used["cluster"].nunique() <= 70
    assert steps.loc["observed", "rows"] == (
        steps.loc["used", "rows"]
        + steps.loc[
            ["left_out_no_year_before", "left_out_no_year_after", "left_out_single_year"], "rows"
        ].sum()
    )
    # every public school of 2014 to 2023 is in one step or the other: 4,118 municipal rows in 2014 and so on
    rows = (
        steps.loc["observed", "rows"]
        + steps.loc[["left_out_no_score", "left_out_no_assignment", "left_out_no_pupils"], "rows"].sum()
    )
    assert rows == len(table)
    for step in ("opened", "closed", "missing_between", "every_year", "changed_dependency"):
        assert 0 <= steps.loc[step, "treated"] <= steps.loc["used", "treated"]


def test_the_commune_says_what_the_file_says(official: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """A public school stands as SLEP in a year exactly where its commune has passed over by then."""
    schools, _ = official
    rows = schools[(schools["subject"] == "mate") & (schools["grade"] == "4b")]
    public = rows[rows["dependency"].isin(["municipal", "slep"])]
    over = public["slep_transfer_year"] <= public["year"]
    assert (over == (public["dependency"] == "slep")).all()


def test_all_estimators_answer(official: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    design, table = slep_panel(*official)
    tables = panel_tables(
        design, table, study="slep", source="real", ci_level=0.95, resampling=Resampling(999, 199, 1)
    )
    effects = tables["panel_effects"]
    overall = effects[effects["aggregation"] == "overall"].set_index("estimator")
    assert set(overall.index) == set(ESTIMATORS)
    assert np.isfinite(overall["estimate"]).all() and (overall["se"] > 0).all()
    assert (overall["estimate"].abs() < 15.0).all()  # points; a school-level SD is about 25
    assert overall.loc["group_time", "treated_clusters"] == 11
    assert set(tables["panel_sensitivity"]["target"]) == {"first_test", "average"}
    assert tables["panel_detectable"]["mdes"].between(0.5, 15.0).all()
    events = effects[(effects["estimator"] == "group_time") & (effects["aggregation"] == "event")]
    assert sorted(events["event_time"]) == [-3, -2, 0, 1, 2]


def test_a_year_that_was_not_tested_is_refused(official: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    from trenza.contracts.faults import InputFaults

    design, table = slep_panel(*official, outcome_years=(2018, 2020, 2021, 2022, 2023))
    with pytest.raises(InputFaults, match="2020, in which 4b mate score_points was never tested"):
        check_panel(design, table, study="slep")
