"""School means of 10th grade, a row a school and year: variances of communes, schools, school-years and pupils, as lme4 has them."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from trenza.multilevel.declared import fit_declared
from trenza.multilevel.fit import fit
from trenza.official.panel import harmonised, read_files
from trenza.official.school_years import school_years

NEEDED = (
    "simce/simce2m2018_rbd_final.xlsx",
    "simce/simce2m2022_rbd_final.xlsx",
    "mineduc/directorio_oficial_ee_publico.csv",
)
MODEL = {
    "id": "school_years",
    "source": "official",
    "only": {"grade": "2m"},
    "outcomes": ["mate"],
    "formula": "year + ses_group + dependency + (1 | commune/school/year)",
    "weights": {"mate": "pupils_mate"},
}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    root = Path(os.environ["TRENZA_DATA"]) if os.environ.get("TRENZA_DATA") else beside
    missing = [name for name in NEEDED if not (root / name).is_file()]
    if missing:
        pytest.skip(
            f"real files not here: {', '.join(missing)} (set TRENZA_DATA to the folder that holds them)"
        )
    readings = read_files({name: root / name for name in NEEDED})
    return school_years(pd.concat(harmonised(readings), ignore_index=True))


def test_where_the_spread_of_mathematics_lies(rows: pd.DataFrame) -> None:
    """lme4 1.1-31: lmer(mate ~ ... + (1 | commune) + (1 | school) + (1 | row), weights = pupils), tightened, REML."""
    one = fit(f"mate ~ {MODEL['formula']}", rows.query("grade == '2m'"), weights="pupils_mate")
    assert (one.nobs, one.converged, one.singular) == (5749, True, False)
    assert one.loglik == pytest.approx(-26256.735785861, abs=1e-5)
    lme4 = {
        "commune": 38.4596675065,
        "commune:school": 351.9903226155,
        "commune:school:year": 165.5742867250,
        "Residual": 4765.8660668574,
    }
    assert one.variance.set_index("group")["estimate"].to_dict() == pytest.approx(lme4, rel=1e-6)
    year = one.fixed.loc["year[T.2022]"]
    assert (year["estimate"], year["se"]) == pytest.approx((-13.08332943098, 0.443929110461), rel=1e-6)


def test_results_of_one_year_are_named_and_left_out(rows: pd.DataFrame) -> None:
    one = rows.query("year == '2018'")
    lost = fit_declared(
        one, MODEL, study="s", source="real", ci_level=0.95, min_cell=5, unit="school", lenient=True
    )
    assert "the same levels" in lost["not_fitted"]["reason"].iloc[0] and not len(lost["fit"])
