"""Models as a study declares them: formulas, names of terms, refusals, and what is hidden of real levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.declared import fit_declared, formula_of
from trenza.multilevel.declared_checks import formula_faults
from trenza.multilevel.fit import fit

SHORT: dict[str, Any] = {
    "id": "m",
    "outcomes": ["y"],
    "covariates": ["x"],
    "cluster": "school",
}


def rows() -> pd.DataFrame:
    draw = np.random.default_rng(8)
    school = np.repeat(np.arange(14), [3, 4, *[8] * 12])
    frame = pd.DataFrame({"school": [f"S{s:02d}" for s in school], "x": draw.normal(size=len(school))})
    frame["group"] = np.where(draw.random(len(school)) < 0.5, "part", "rest")
    frame["y"] = draw.normal(size=14)[school] + 0.5 * frame["x"] + draw.normal(size=len(school))
    frame.loc[5, "group"] = "elsewhere"
    return frame


def fitted(model: dict[str, Any] = SHORT, **changed: Any) -> dict[str, pd.DataFrame]:
    given: dict[str, Any] = {
        "study": "s",
        "source": "simulated",
        "group": "group",
        "participants": "part",
        "control": "rest",
        "ci_level": 0.95,
        "min_cell": None,
    }
    return fit_declared(rows(), model, **{**given, **changed})


def test_short_form_and_formula_are_the_same_model() -> None:
    assert formula_of(SHORT, "y", "group") == "y ~ group + x + (1 | school)"
    long = {"id": "m", "outcomes": ["y"], "formula": "group + x + (1 | school)"}
    one, other = fitted(), fitted(long)
    assert list(one) == [*MODEL_TABLES, "level_names"]
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name])


def test_the_term_is_participants_minus_control_and_equals_a_plain_fit() -> None:
    coef = fitted()["coef"].set_index("term")
    data = rows().query("group != 'elsewhere'")
    plain = fit("y ~ treated + x + (1 | school)", data.assign(treated=(data["group"] == "part") * 1.0)).fixed
    for column in ("estimate", "se_kr", "df_kr", "p_kr", "df_satterthwaite"):
        assert coef.loc["part - rest", column] == plain.loc["treated", column]
    assert coef["note"].str.startswith("rows in neither group left out: 1").all()


def test_an_interaction_carries_the_contrast_s_name() -> None:
    model = {"id": "m", "outcomes": ["y"], "formula": "group * x + (1 | school)"}
    assert set(fitted(model)["coef"]["term"]) == {"Intercept", "part - rest", "x", "part - rest:x"}


def test_levels_of_real_data_have_numbers_for_names_and_small_ones_are_left_out() -> None:
    tables = fitted(min_cell=5)
    modes, influence = tables["modes"], tables["influence"]
    assert not modes["level"].str.startswith("S").any() and not influence["level"].str.startswith("S").any()
    assert len(modes) == 12 and influence["level"].nunique() == 12  # schools of 3 and of 4 are not shown
    assert modes.sort_values("mode")["level"].is_monotonic_increasing
    named = fitted()["modes"]
    assert sorted(named["mode"].round(12)) != sorted(modes["mode"].round(12)) and len(named) == 14
    both = influence.query("term == 'part - rest'").set_index("level")["weight"]
    assert (both >= 5).all()


def test_rows_with_a_blank_do_not_count_for_a_level_and_a_blank_level_is_none() -> None:
    """A level of eight rows, four of which lack the covariate, rests on four and is not shown."""
    records = rows()
    third = records.index[records["school"] == "S02"]
    records.loc[third[:4], "x"] = np.nan
    records.loc[records.index[records["school"] == "S03"], "school"] = None
    given: dict[str, Any] = {"study": "s", "source": "real", "group": "group", "participants": "part"}
    tables = fit_declared(records, SHORT, **given, control="rest", ci_level=0.95, min_cell=5)
    assert len(tables["modes"]) == 10 and tables["influence"]["level"].nunique() == 10
    # The names behind the numbers, which are no result: the same modes as where nothing is hidden, and no others.
    open_modes = fit_declared(records, SHORT, **given, control="rest", ci_level=0.95, min_cell=None)["modes"]
    named = tables["modes"].merge(tables["level_names"], on=["id", "group", "level"])
    plain = dict(zip(open_modes["level"], open_modes["mode"], strict=True))
    assert [plain[name] for name in named["name"]] == named["mode"].tolist()
    assert len(named) == len(tables["level_names"]) == 10 and "S02" not in set(named["name"])
    assert tables["influence"]["weight"].min() >= 5


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("group + (1 school)", "no random term"),
        ("group + before + (1 | school)", "column 'before'"),
        ("x + (1 | school)", "a fixed part without 'group'"),
        ("group + (1 | escuela)", "column 'escuela'"),
        ("group + (1 | school", "never closed"),
    ],
)
def test_formulas_are_checked_before_any_row_is_read(formula: str, words: str) -> None:
    model = {"id": "m", "outcomes": ["y"], "formula": formula}
    told = formula_faults(model, "group", {"y", "x", "group", "school"}, "models.0", "study.yaml")
    assert words in " ".join(map(str, told)) and str(told[0]).startswith("study.yaml, models.0.formula")
    assert formula_faults(SHORT, "group", {"y"}, "models.0", "study.yaml") == []


def test_data_that_cannot_carry_a_model_are_refused_with_the_model_s_name() -> None:
    with pytest.raises(InputFaults, match=r"models\.m.*formula"):
        fitted({"id": "m", "outcomes": ["group"], "covariates": [], "cluster": "school"})
