"""The tables of the stage model: their contracts, what they say against the fit, and faults of all models at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import school_data

from trenza.contracts.faults import InputFaults
from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.fit import fit
from trenza.multilevel.model_tables import ModelSpec, model_tables

MODELS = [
    ModelSpec("level", "y ~ x + t + (1 | g)", "schools differ"),
    ModelSpec("slope", "y ~ x + (1 + x | g)", reml=False),
    ModelSpec("crossed", "y ~ x + t + (1 | g) + (1 | h)"),
]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    d = school_data()
    d.loc[0, "x"] = np.nan
    return model_tables(d, MODELS, study="toy", source="simulated", ci_level=0.9)


def test_every_table_keeps_its_contract(tables: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(MODEL_TABLES)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(MODEL_TABLES[name].check(table), table)
        if name == "not_fitted":  # fits that fail are raised here; lenient is fit_declared
            assert not len(table)
            continue
        assert set(table["study"]) == {"toy"} and set(table["source"]) == {"simulated"}
    assert list(tables["fit"]["id"]) == ["level_y", "slope_y", "crossed_y"]


def test_the_tidy_columns_are_one_inference_and_both_stand_beside(tables: dict[str, pd.DataFrame]) -> None:
    d = school_data()
    d.loc[0, "x"] = np.nan
    for model, tidy in ((MODELS[0], "kr"), (MODELS[1], "satterthwaite")):
        one = fit(model.formula, d, model.reml, ci_level=0.9)
        rows = tables["coef"].set_index("id").loc[f"{model.id}_y"].set_index("term")
        for term, row in rows.iterrows():
            theirs = one.fixed.loc[term]
            assert row["estimate"] == theirs["estimate"]
            assert row["se_satterthwaite"] == theirs["se"]
            assert row["df"] == theirs[f"df_{tidy}"] and row["p_value"] == theirs[f"p_{tidy}"]
            assert row["statistic"] == pytest.approx(row["estimate"] / row["se"], rel=1e-14)
            assert row["ci_high"] == theirs["ci_high"]
        assert (rows["n"] == 89).all() and (rows["clusters"] == 9).all()
        assert rows["note"].str.contains("1 of 90 rows left out").all()
        total = np.sqrt(one.variance.loc[one.variance["kind"] == "variance", "estimate"].sum())
        if model.id == "level":
            assert rows.loc["x", "effect"] == pytest.approx(rows.loc["x", "estimate"] / total, rel=1e-9)
        assert np.isnan(rows.loc["Intercept", "effect"])


def test_variance_components_have_both_intervals_and_shares(tables: dict[str, pd.DataFrame]) -> None:
    level = tables["varcomp"].set_index("id").loc["level_y"]
    assert level["share"].sum() == pytest.approx(1.0, rel=1e-12)
    assert (level["profile_low"] < level["sd_or_corr"]).all() and (
        level["wald_high"] > level["sd_or_corr"]
    ).all()
    slope = tables["varcomp"].set_index("id").loc["slope_y"]
    assert list(slope["kind"]) == ["variance", "variance", "covariance", "variance"]
    assert slope["share"].isna().sum() == 3


def test_influence_is_left_out_where_groups_are_crossed_and_the_fit_says_so(
    tables: dict[str, pd.DataFrame],
) -> None:
    assert set(tables["influence"]["id"]) == {"level_y", "slope_y"}
    messages = tables["fit"].set_index("id")["messages"]
    assert "no influence of clusters" in messages["crossed_y"]
    assert "no influence" not in str(messages["level_y"])


def test_any_order_of_rows_gives_the_same_tables() -> None:
    d = school_data()
    shuffled = d.sample(frac=1.0, random_state=3)
    one, two = (
        model_tables(frame, MODELS[:1], study="toy", source="simulated", ci_level=0.95)
        for frame in (d, shuffled)
    )
    for name in MODEL_TABLES:
        pd.testing.assert_frame_equal(one[name], two[name], check_exact=True)


def test_profile_limits_can_be_left_out() -> None:
    found = model_tables(school_data(), MODELS[:1], study="toy", source="real", ci_level=0.95, profile=False)
    assert found["varcomp"]["profile_low"].isna().all()


def test_faults_of_all_models_come_at_once() -> None:
    bad = [
        ModelSpec("one", "y ~ xx + (1 | g)"),
        ModelSpec("two", "y ~ x + (1 | g"),
        ModelSpec("fine", "y ~ (1 | g)"),
    ]
    with pytest.raises(InputFaults) as caught:
        model_tables(school_data(), bad, study="toy", source="real", ci_level=0.95)
    assert [f.row for f in caught.value.faults] == ["models.one", "models.two"]
    assert "no column xx" in str(caught.value)
