"""Estimators on panels against independent packages: tests/oracle/effects_panel_packages.py made the figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from panel_cases import used

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_group_time import GroupTime, group_time
from trenza.effects.panel_imputation import effect_sums, imputation
from trenza.effects.panel_models import ancova_rows, gain_rows
from trenza.effects.panel_sensitivity import event_study, limits
from trenza.effects.panel_sums import change_sums
from trenza.effects.panel_two_way import forbidden_share, two_way, within

ORACLE = Path(__file__).resolve().parents[1] / "oracle"


def panel(**changes: object) -> PanelDesign:
    settings = {
        "id": "oracle", "unit": "rbd", "year": "year", "outcome": "score", "treated_in": "treated_in", "assignment": "rbd",
        "baseline_years": (2011, 2012), "outcome_years": (2013, 2014, 2015, 2016), "estimand": "effect", "pool": "never",
    }  # fmt: skip
    return PanelDesign(**{**settings, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "effects_panel_data.csv", dtype={"treated_in": "Int64"})


@pytest.fixture(scope="module")
def packages() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "effects_panel_packages.csv")


def kept(packages: pd.DataFrame, quantity: str) -> float:
    values = packages.loc[packages["quantity"] == quantity, "value"]
    assert len(values), quantity
    assert np.ptp(values) < 1e-9 * (1.0 + abs(values.iloc[0]))
    return float(values.iloc[0])


def compare(fitted: GroupTime, packages: pd.DataFrame, prefix: str) -> int:
    count = 0
    for i, aggregate in enumerate(fitted.aggregates):
        name = f"{prefix} {aggregate.name}"
        if not (packages["quantity"] == name).any():
            continue
        assert fitted.estimate[i] == pytest.approx(kept(packages, name), rel=1e-10, abs=1e-10)
        assert fitted.se[i] == pytest.approx(kept(packages, f"{name} se"), rel=1e-10)
        count += 1
    return count


@pytest.mark.parametrize("pool", ["never", "not_yet"])
def test_group_time_effects_are_those_of_two_packages(
    data: pd.DataFrame, packages: pd.DataFrame, pool: str
) -> None:
    sums = change_sums(used(data, panel()))
    # 15 cells, 8 event times, 3 cohorts and the overall effect
    assert compare(group_time(sums, pool, small_sample=False, shares_known=False), packages, pool) == 27


def test_group_time_effects_with_weights(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    sums = change_sums(used(data, panel(weights="pupils")))
    assert (
        compare(group_time(sums, "never", small_sample=False, shares_known=False), packages, "weighted") == 12
    )


def test_group_time_effects_clustered(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    """diff-diff enlarges the variance by C / (C - 1) over all 20 clusters."""
    sums = change_sums(used(data, panel(assignment="commune")))
    fitted = group_time(sums, "never", small_sample=False, shares_known=False)
    for i, aggregate in enumerate(fitted.aggregates):
        if aggregate.aggregation in ("overall", "event"):
            expected = kept(packages, f"clustered {aggregate.name} se")
            assert fitted.se[i] * (20 / 19) ** 0.5 == pytest.approx(expected, rel=1e-10)


def test_the_identified_set_under_relative_magnitudes(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    fitted = group_time(change_sums(used(data, panel())), "never", small_sample=False, shares_known=False)
    for m in (0.5, 1.0):
        found = limits(event_study(fitted), "average", m, 0.95)
        assert found is not None
        assert found[0] == pytest.approx(kept(packages, f"set_low average {m}"), rel=1e-9)
        assert found[1] == pytest.approx(kept(packages, f"set_high average {m}"), rel=1e-9)


def test_imputation_with_conservative_standard_errors(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    """diff-diff iterates to about 1e-11; its figures agree to nine digits."""
    rows = used(data, panel())
    kinds = effect_sums(rows)
    assert len(kinds) == 8
    found = imputation(rows, np.array([mask.astype(float) for _, _, mask in kinds]), small_sample=False)
    for (name, _, _), estimate, se in zip(kinds, found.estimate, found.se, strict=True):
        assert estimate == pytest.approx(kept(packages, f"imputation {name}"), rel=1e-8)
        assert se == pytest.approx(kept(packages, f"imputation {name} se"), rel=1e-8)


@pytest.mark.parametrize("cluster", ["rbd", "commune"])
def test_two_way_fixed_effects(data: pd.DataFrame, packages: pd.DataFrame, cluster: str) -> None:
    rows = used(data, panel(assignment=cluster))
    found = two_way(within(rows), len(rows))
    assert found.estimate == pytest.approx(kept(packages, "two_way"), rel=1e-10)
    assert found.estimate == pytest.approx(kept(packages, "two_way linearmodels"), rel=1e-10)
    assert found.se == pytest.approx(kept(packages, f"two_way se {cluster}"), rel=1e-9)


def test_two_way_fixed_effects_with_weights(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    rows = used(data, panel(assignment="commune", weights="pupils"))
    found = two_way(within(rows), len(rows))
    assert found.estimate == pytest.approx(kept(packages, "two_way weighted"), rel=1e-10)
    assert found.se == pytest.approx(kept(packages, "two_way weighted se commune"), rel=1e-9)


def test_the_share_of_forbidden_comparisons(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    assert forbidden_share(used(data, panel())) == pytest.approx(kept(packages, "forbidden_share"), rel=1e-10)


def test_gain_and_ancova_with_a_random_intercept(data: pd.DataFrame, packages: pd.DataFrame) -> None:
    """One outcome year; statsmodels stops its search a little before the optimum."""
    design = panel(assignment="commune", outcome_years=(2016,))
    rows = used(data, design)
    gain, ancova = gain_rows(design, rows, ci_level=0.95)[0], ancova_rows(design, rows, ci_level=0.95)[0]
    assert gain["estimate"] == pytest.approx(kept(packages, "gain 2016"), rel=1e-6)
    assert ancova["estimate"] == pytest.approx(kept(packages, "ancova 2016"), rel=1e-5)
