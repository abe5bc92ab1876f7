"""What must not matter to ``fit``: order of rows, names of groups, units, origins; and the traps that cost wrong answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.multilevel import search as search_module
from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit


def schools(n: int = 900, groups: int = 30, seed: int = 1) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    g = r.integers(0, groups, n)
    d = pd.DataFrame({"school": g, "commune": g // 5, "other": r.integers(0, 12, n), "treat": g % 2})
    d["ses"] = r.normal(size=n)
    d["kind"] = np.array(["a", "b", "c"])[r.integers(0, 3, n)]
    d["w"] = r.choice([1.0, 2.0, 0.3], n)
    d["y"] = (
        0.3 * d["treat"] + d["ses"] + r.normal(size=groups)[g] + 0.4 * r.normal(size=groups)[g] * d["ses"]
    )
    d["y"] += 0.5 * r.normal(size=12)[d["other"]] + r.normal(size=n)
    return d


FORMULAS = [
    "y ~ treat + ses + kind + (1 | school)",
    "y ~ treat * ses + (1 + ses | school)",
    "y ~ treat + ses + (1 + ses || school)",
    "y ~ treat + ses + (1 | commune/school)",
    "y ~ treat + ses + (1 | school) + (1 | other)",
    "y ~ treat + ses + (1 + ses | school) + (1 + ses | other)",
]


def numbers(f: Fit) -> np.ndarray:
    return np.concatenate(
        [
            f.fixed.drop(columns=["term", "coding"]).to_numpy(float).ravel(),
            f.variance["estimate"],
            [f.loglik, f.sigma],
        ]
    )


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("weights", [None, "w"])
def test_any_order_of_rows_gives_the_same_bytes(formula: str, weights: str | None, tmp_path: Path) -> None:
    d = schools()
    one = fit(formula, d, weights=weights)
    for seed in (1, 2):
        two = fit(formula, d.sample(frac=1.0, random_state=seed), weights=weights)
        assert one.fixed.to_csv() == two.fixed.to_csv()
        assert one.variance.to_csv() == two.variance.to_csv()
        assert one.modes.to_csv() == two.modes.to_csv()
        assert (one.loglik, one.aic, one.icc, one.gradient) == (two.loglik, two.aic, two.icc, two.gradient)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_parquet_file_gives_the_same_bytes_as_the_table(formula: str, tmp_path: Path) -> None:
    import duckdb

    d = schools()
    path = tmp_path / "rows.parquet"
    duckdb.connect().register("rows", d).execute(f"COPY (SELECT * FROM rows) TO '{path}' (FORMAT parquet)")
    one, two = fit(formula, d), fit(formula, path)
    assert one.fixed.to_csv() == two.fixed.to_csv()
    assert one.variance.to_csv() == two.variance.to_csv()


@pytest.mark.parametrize("formula", FORMULAS)
def test_names_of_groups_do_not_matter(formula: str) -> None:
    d = schools()
    renamed = d.assign(school=[f"niño {(7 * s) % 30}" for s in d["school"]], other=-d["other"])
    np.testing.assert_allclose(numbers(fit(formula, d)), numbers(fit(formula, renamed)), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("factor", [1e-6, 1e9])
def test_the_unit_of_the_outcome_is_carried_through(formula: str, factor: float) -> None:
    d = schools()
    one, two = fit(formula, d), fit(formula, d.assign(y=factor * d["y"]))
    np.testing.assert_allclose(
        factor * one.fixed["estimate"], two.fixed["estimate"], rtol=1e-8, atol=1e-9 * factor
    )
    np.testing.assert_allclose(factor * one.fixed["se_kr"], two.fixed["se_kr"], rtol=1e-8)
    np.testing.assert_allclose(one.fixed["df_kr"], two.fixed["df_kr"], rtol=1e-7)
    np.testing.assert_allclose(one.fixed["df_satterthwaite"], two.fixed["df_satterthwaite"], rtol=1e-7)
    np.testing.assert_allclose(factor**2 * one.variance["estimate"], two.variance["estimate"], rtol=1e-7)
    # logdet V + log|X'V^-1 X| of n - p numbers in another unit
    p = len(one.fixed)
    assert two.loglik == pytest.approx(one.loglik - (one.nobs - p) * np.log(factor), abs=1e-7)


@pytest.mark.parametrize("constant", [1e4, 1e6, 1e8])
def test_uncentred_columns_lose_no_digits(constant: float) -> None:
    """A year or an identifier as a covariate: sums of its squares would cancel."""
    d = schools()
    formula = "y ~ treat + ses + (1 + ses | school)"
    one, two = fit(formula, d), fit(formula, d.assign(ses=d["ses"] + constant, y=d["y"] + constant))
    for column in ("estimate", "se", "se_kr", "df_kr", "df_satterthwaite"):
        rtol = 1e-6 * max(1.0, constant / 1e6)
        np.testing.assert_allclose(one.fixed[column].iloc[1:], two.fixed[column].iloc[1:], rtol=rtol)
    assert one.loglik == pytest.approx(two.loglik, abs=1e-5)
    slope = one.variance.query("term == 'ses' and term_2 == ''")["estimate"].iloc[0]
    again = two.variance.query("term == 'ses' and term_2 == ''")["estimate"].iloc[0]
    assert slope == pytest.approx(again, rel=1e-6 * max(1.0, constant / 1e6))


@pytest.mark.parametrize("scale", [1e9, 1e-9])
def test_covariates_in_huge_units(scale: float) -> None:
    d = schools()
    formula = "y ~ treat + ses + (1 + ses | school)"
    one, two = fit(formula, d), fit(formula, d.assign(ses=d["ses"] * scale))
    assert two.converged
    np.testing.assert_allclose(one.fixed["statistic"], two.fixed["statistic"], rtol=1e-7)
    np.testing.assert_allclose(one.fixed["df_kr"], two.fixed["df_kr"], rtol=1e-6)
    assert two.fixed["estimate"].loc["ses"] * scale == pytest.approx(
        one.fixed["estimate"].loc["ses"], rel=1e-8
    )


def test_nesting_is_found_in_the_data_whatever_the_formula_says() -> None:
    d = schools()
    one = fit("y ~ ses + (1 | commune/school)", d)
    two = fit("y ~ ses + (1 | commune) + (1 | school)", d)
    assert one.design.nested and two.design.nested
    np.testing.assert_allclose(numbers(one), numbers(two), rtol=1e-9)
    assert not fit("y ~ ses + (1 | school) + (1 | other)", d).design.nested


def test_coding_changes_the_restricted_likelihood_by_its_determinant_and_nothing_else() -> None:
    d = schools()
    d["half"] = 2.0 * (d["kind"] == "b") + (d["kind"] == "c")
    d["whole"] = (d["kind"] == "b").astype(float) + 3.0 * (d["kind"] == "c")
    plain = fit("y ~ kind + (1 | school)", d)
    other = fit("y ~ half + whole + (1 | school)", d)
    np.testing.assert_allclose(plain.variance["estimate"], other.variance["estimate"], rtol=1e-8)
    # (half, whole) = (b, c) times [[2, 1], [1, 3]], whose determinant is 5
    assert plain.loglik == pytest.approx(other.loglik + np.log(5.0), abs=1e-8)
    full = fit("y ~ kind + (1 | school)", d, reml=False).loglik
    assert full == pytest.approx(fit("y ~ half + whole + (1 | school)", d, reml=False).loglik, abs=1e-8)


@pytest.mark.parametrize("formula", FORMULAS[1:])
@pytest.mark.parametrize("sd", [0.0, 1e-8, 1e-3, 30.0])
def test_no_start_ends_at_a_false_boundary(formula: str, sd: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """theta = 0 is stationary in the Cholesky factors: the certificate has to send the search on."""
    d = schools()
    best = fit(formula, d)
    monkeypatch.setattr(search_module, "STARTS", (sd,))
    again = fit(formula, d)
    assert again.converged
    assert again.loglik == pytest.approx(best.loglik, abs=1e-8)
    np.testing.assert_allclose(numbers(again), numbers(best), rtol=1e-6, atol=1e-7)


def test_a_start_on_the_boundary_of_one_component_only() -> None:
    d = schools()
    f = fit("y ~ ses + (1 + ses | school)", d)
    search = f.machinery.search
    for theta in ([0.0, 0.0, 0.5], [0.5, 0.0, 0.0], [0.0, 0.3, 0.0], [1.0, 1.0, 0.0]):
        found = search.solve(np.array(theta))
        assert found.certified
        assert found.point.value == pytest.approx(f.machinery.found.point.value, abs=1e-8)


def test_a_true_boundary_is_zero_exactly_and_named() -> None:
    r = np.random.default_rng(4)
    d = schools()
    noise = pd.Series(r.normal(size=len(d)))
    d["y"] = noise - noise.groupby(d["school"]).transform("mean")
    f = fit("y ~ treat + ses + (1 | school)", d)
    assert f.singular and f.converged
    assert f.variance["estimate"].iloc[0] == 0.0
    assert "singular: the variance of Intercept over school is 0" in f.messages
    # Satterthwaite drops the component, as lmerTest does: n - p
    np.testing.assert_allclose(f.fixed["df_satterthwaite"], len(d) - 3, rtol=1e-9)
    assert f.fixed["df_kr"].loc["treat"] < len(d) / 2
    assert (f.modes["mode"] == 0.0).all()
    assert f.variance["ci_low"].isna().iloc[0]


@pytest.mark.parametrize("seed", range(25))
def test_small_tables_end_at_the_best_of_many_starts(seed: int) -> None:
    """22 schools, many of them singular: no other start may find a higher likelihood."""
    r = np.random.default_rng(seed)
    g = np.repeat(np.arange(22), r.integers(2, 8, 22))
    d = pd.DataFrame({"g": g, "x": r.normal(size=len(g)), "t": g % 2})
    d["y"] = 0.3 * r.normal(size=22)[g] + 0.2 * r.normal(size=22)[g] * d["x"] + r.normal(size=len(g))
    f = fit("y ~ t + x + (1 + x | g)", d)
    assert f.converged
    search = f.machinery.search
    starts = np.random.default_rng(seed + 1000)
    for _ in range(6):
        theta = starts.normal(size=3) * starts.choice([0.05, 0.5, 3.0])
        assert search.descend(theta).point.value > f.machinery.found.point.value - 1e-8
