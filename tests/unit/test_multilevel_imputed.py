"""Plausible values and imputed tables: Rubin's rules by hand, one pass against separate fits, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from multilevel_cases import school_data

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.fit import fit
from trenza.multilevel.imputed import combined, fit_imputed, pool

VALUES = ("pv1", "pv2", "pv3")


def plausible(seed: int = 5) -> pd.DataFrame:
    d = school_data(seed)
    r = np.random.default_rng(seed)
    return d.assign(**{name: d["y"] + 0.5 * r.normal(size=len(d)) for name in VALUES})


def test_rubins_rules_by_hand() -> None:
    """U = 1, B = 2, T = 1 + 1.5 * 2 = 4, lambda = 3/4; df 1 / (9/16 + 11/18), since 9/11 * 8 * 1/4 = 18/11."""
    one = combined(np.array([1.0, 3.0]), np.array([1.0, 1.0]), np.array([8.0, 8.0]))
    assert (one.estimate, one.se, one.between, one.missing_share) == (2.0, 2.0, np.sqrt(2.0), 0.75)
    assert one.df == pytest.approx(1 / (9 / 16 + 11 / 18), rel=1e-14)


def test_endless_data_leave_rubins_own_degrees_of_freedom() -> None:
    """Rubin 1987, equation 3.1.6: (m - 1) (1 + U / ((1 + 1/m) B))^2 where the complete data have infinite ones."""
    one = combined(np.array([0.0, 1.0, 2.0]), np.full(3, 2.0), np.full(3, np.inf))
    assert one.df == pytest.approx(2 * (1 + 4 / (4 / 3 * 1)) ** 2, rel=1e-14)


def test_the_same_table_twice_is_one_fit_with_barnard_and_rubins_cautious_df() -> None:
    d = school_data()
    single, twice = fit("y ~ x + t + (1 | g)", d), fit_imputed("y ~ x + t + (1 | g)", [d, d])
    for column in ("estimate", "se", "se_kr"):
        np.testing.assert_allclose(twice.fixed[column], single.fixed[column], rtol=1e-12)
    for column in ("df_satterthwaite", "df_kr"):
        v = single.fixed[column]
        np.testing.assert_allclose(twice.fixed[column], (v + 1) / (v + 3) * v, rtol=1e-12)
    np.testing.assert_allclose(twice.variance["estimate"], single.variance["estimate"], rtol=1e-12)
    np.testing.assert_allclose(twice.variance["se"], single.variance["se"], rtol=1e-12)
    assert (twice.fixed["missing_share"] == 0.0).all()


@pytest.mark.parametrize(
    "random", ["(1 | g)", "(1 + x | g)", "(1 | g) + (1 | h)", "(1 | g) + (1 | g:h)", "(1 + x | g) + (1 | h)"]
)
@pytest.mark.parametrize("reml", [True, False])
def test_plausible_values_in_one_pass_are_separate_fits(random: str, reml: bool) -> None:
    d = plausible()
    together = fit_imputed(f"score ~ x + t + {random}", d, VALUES, reml=reml)
    apart = [fit(f"{name} ~ x + t + {random}", d, reml=reml) for name in VALUES]
    for one, other in zip(together.fits, apart, strict=True):
        assert one.loglik == pytest.approx(other.loglik, abs=1e-8)
        assert one.converged and one.singular == other.singular
        for column in ("estimate", "se", "df_satterthwaite"):
            np.testing.assert_allclose(one.fixed[column], other.fixed[column], rtol=2e-6)
        np.testing.assert_allclose(one.fitted, other.fitted, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(one.predict(d.drop(columns=list(VALUES))), one.fitted, rtol=1e-12)
    np.testing.assert_allclose(together.fixed["se"], pool(apart).fixed["se"], rtol=1e-6)
    if reml:
        np.testing.assert_allclose(together.fixed["df_kr"], pool(apart).fixed["df_kr"], rtol=1e-5)
    wanted = together.fixed["estimate"] - together.fixed["ci_low"]
    np.testing.assert_allclose(wanted, together.fixed["ci_high"] - together.fixed["estimate"], rtol=1e-9)


def test_noise_between_versions_is_counted() -> None:
    """Known truth: an outcome that is told with error gives a larger SE than any single version says."""
    pooled = fit_imputed("score ~ x + t + (1 | g)", plausible(), VALUES)
    row = pooled.fixed.loc["x"]
    assert row["se"] > np.sqrt(np.mean([f.fixed.loc["x", "se"] ** 2 for f in pooled.fits]))
    values = [f.fixed.loc["x", "estimate"] for f in pooled.fits]
    assert row["between"] == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    assert 0.0 < row["missing_share"] < 1.0
    assert row["df_kr"] < min(f.fixed.loc["x", "df_kr"] for f in pooled.fits)


def test_weights_missing_values_and_a_file(tmp_path: Path) -> None:
    import duckdb

    d = plausible()
    d.loc[3, "pv2"] = np.nan
    with duckdb.connect() as connection:
        connection.register("d", d)
        connection.execute(f"COPY d TO '{tmp_path / 'd.parquet'}' (FORMAT parquet)")
    memory = fit_imputed("score ~ x + (1 | g)", d, VALUES, weights="w")
    disk = fit_imputed("score ~ x + (1 | g)", tmp_path / "d.parquet", VALUES, weights="w")
    pd.testing.assert_frame_equal(memory.fixed, disk.fixed)
    assert {f.nobs for f in memory.fits} == {len(d) - 1}
    assert any("1 of 90 rows left out" in text for text in memory.messages)
    assert any("not as sampling weights" in text for text in memory.messages)


def test_a_singular_version_does_not_pull_the_others_to_the_boundary() -> None:
    d = plausible()
    flat = d["y"] - d.groupby("g")["y"].transform("mean")
    together = fit_imputed("s ~ x + (1 | g)", d.assign(flat=flat), ["flat", "pv1"])
    assert [f.singular for f in together.fits] == [True, False]
    assert any(text.startswith("version 1: singular") for text in together.messages)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"data": [school_data()]}, "found 1 version"),
        ({"data": school_data()}, "several tables, or one table"),
        ({"data": school_data(), "outcomes": ["y"]}, "found 1 version"),
        ({"data": school_data(), "outcomes": ["y", "y"]}, "named twice"),
        ({"data": school_data(), "outcomes": ["y", "yy"]}, "no column yy"),
        ({"data": school_data(), "outcomes": ["y", "x"]}, "outcome x stands among what explains it"),
        ({"data": [school_data(), school_data()], "outcomes": ["y", "x"]}, "give one of the two"),
        ({"data": [school_data(), school_data().assign(x=1.0)]}, "same terms"),
    ],
)
def test_refusals(given: dict, said: str) -> None:
    with pytest.raises(TrenzaError, match=said):
        fit_imputed("y ~ x + (1 | g)", **given)


def test_weights_of_groups_are_refused() -> None:
    with pytest.raises(TrenzaError, match="pseudo-likelihood"):
        fit("y ~ x + (1 | g)", school_data(), weights={"g": "w"})
