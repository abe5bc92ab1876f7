"""Every statistic of agreement: by hand, by independent software, and where it is undefined."""

from __future__ import annotations

from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from trenza.contracts.qualitative_tables import TWO_CODERS
from trenza.qualitative.agreement_statistics import alpha, pooled_kappa, two_coders
from trenza.qualitative.bootstrap import percentile_limits, resampled

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "agreement_irrcac.csv"
COUNT = st.integers(0, 60)


def values(both: int, only_a: int, only_b: int, neither: int) -> dict[str, float]:
    return {k: float(v) for k, v in two_coders(both, only_a, only_b, neither).items()}


def test_a_table_by_hand() -> None:
    """20 both, 5 only the first, 10 only the second, 15 neither: shares .5 and .6, agreement .7, chance .5."""
    assert values(20, 5, 10, 15) == pytest.approx(
        {
            "percent": 0.7,
            "positive": 40 / 55,
            "negative": 30 / 45,
            "jaccard": 20 / 35,
            "kappa": 0.4,  # (.7 - .5) / .5
            "kappa_max": 0.8,  # (.5 + .4 - .5) / .5
            "prevalence_index": 0.1,
            "bias_index": -0.1,
            "pabak": 0.4,
            "ac1": (0.7 - 2 * 0.55 * 0.45) / (1 - 2 * 0.55 * 0.45),
            "alpha": 1 - 99 * 15 / (55 * 45),
        },
        rel=1e-14,
    )
    assert tuple(values(1, 1, 1, 1)) == TWO_CODERS


def test_the_paradox_of_byrt_and_others() -> None:
    """Byrt, Bishop and Carlin's identity (1993): kappa = (PABAK - PI² + BI²) / (1 - PI² + BI²)."""
    found = values(118, 5, 2, 0)
    pi2, bi2 = found["prevalence_index"] ** 2, found["bias_index"] ** 2
    assert found["kappa"] == pytest.approx((found["pabak"] - pi2 + bi2) / (1 - pi2 + bi2), abs=1e-12)
    assert found["kappa"] < 0 < 0.9 < found["ac1"]


def test_independent_coders_have_kappa_zero() -> None:
    assert values(2500, 2500, 2500, 2500)["kappa"] == 0
    assert values(6, 14, 24, 56)["kappa"] == pytest.approx(0, abs=1e-15)  # shares .2 and .3


@pytest.mark.parametrize(
    ("table", "undefined"),
    [
        ((0, 0, 0, 9), {"positive", "jaccard", "kappa", "kappa_max", "alpha"}),
        ((9, 0, 0, 0), {"negative", "kappa", "kappa_max", "alpha"}),
        ((0, 0, 0, 0), {*TWO_CODERS}),
    ],
)
def test_nothing_to_compare_is_undefined_and_not_one(table: tuple[int, ...], undefined: set[str]) -> None:
    found = values(*table)
    assert {k for k, v in found.items() if np.isnan(v)} == undefined


@given(COUNT, COUNT, COUNT, COUNT)
def test_kappa_and_alpha_by_independent_software(a: int, b: int, c: int, d: int) -> None:
    found = values(a, b, c, d)
    if np.isnan(found["alpha"]):
        return
    ratings = np.array([[1] * (a + b) + [0] * (c + d), [1] * a + [0] * b + [1] * c + [0] * d])
    other = krippendorff.alpha(reliability_data=ratings, level_of_measurement="nominal", value_domain=[0, 1])
    assert found["alpha"] == pytest.approx(other, abs=1e-12)
    if not np.isnan(found["kappa"]):
        with np.errstate(all="ignore"):  # their standard errors, not ours
            theirs = cohens_kappa(np.array([[a, b], [c, d]]))
        assert found["kappa"] == pytest.approx(theirs.kappa, abs=1e-12)
        assert found["kappa_max"] == pytest.approx(theirs.kappa_max, abs=1e-12)


@pytest.mark.parametrize("row", pd.read_csv(ORACLE).to_dict("records"), ids=lambda r: r["patterns"][:12])
def test_ac1_alpha_and_kappa_by_irrcac(row: dict[str, object]) -> None:
    """irrCAC prints 12 decimals."""
    table = {k: int(n) for k, n in (cell.split(":") for cell in str(row["patterns"]).split())}
    coders = len(next(iter(table)))
    if coders == 2:
        found = values(table["11"], table["10"], table["01"], table["00"])
        for name in ("ac1", "alpha", "kappa"):
            assert found[name] == pytest.approx(row[name], abs=1e-12), name
    units, ones = sum(table.values()), sum(k.count("1") * n for k, n in table.items())
    apart = sum(k.count("1") * k.count("0") * n for k, n in table.items()) / (coders - 1)
    assert float(alpha(units * coders, ones, apart)) == pytest.approx(row["alpha"], abs=1e-12)


def test_pooled_kappa_of_two_codes_by_hand() -> None:
    """Agreement .7 and 1, chance .5 and .5: (.85 - .5) / .5."""
    found = pooled_kappa(*np.array([[20, 10], [5, 0], [10, 0], [15, 10]]))
    assert float(found) == pytest.approx(0.7, abs=1e-15)


def test_samples_are_documents_added_up() -> None:
    sums = np.array([[1.0, 10], [2, 20], [4, 40]])
    drawn = resampled(sums, 2000, seed=5)
    assert drawn.shape == (2000, 2)
    assert np.array_equal(drawn[:, 1], 10 * drawn[:, 0])
    allowed = {float(i + j + k) for i in (1, 2, 4) for j in (1, 2, 4) for k in (1, 2, 4)}
    assert set(drawn[:, 0]) == allowed
    assert np.array_equal(drawn, resampled(sums, 2000, seed=5))
    assert not np.array_equal(drawn, resampled(sums, 2000, seed=6))


def test_percentile_limits_are_those_of_numpy_and_skip_what_is_undefined() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(400, 3))
    values[:100, 1] = np.nan
    values[1:, 2] = np.nan
    low, high, defined = percentile_limits(values, 0.9)
    assert defined.tolist() == [400, 300, 1]
    for column in (0, 1):
        expected = np.nanquantile(values[:, column], [0.05, 0.95])
        assert [low[column], high[column]] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(low[2]) and np.isnan(high[2])
