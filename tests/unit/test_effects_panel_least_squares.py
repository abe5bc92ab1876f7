"""Gain and ANCOVA where every school is a unit of assignment of its own: Welch by hand, HC2 by statsmodels, known truth."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from panel_cases import design, simulated, used
from scipy.stats import ttest_ind

from trenza.effects.panel_least_squares import coefficient
from trenza.effects.panel_models import after_baseline, ancova_rows, gain_rows

ALONE = {"assignment": "school", "baseline_years": (2003,), "outcome_years": (2004,)}


def test_the_gain_is_welchs_difference_of_mean_changes() -> None:
    frame = simulated(2, starts=(2004,))
    made = design(**ALONE)
    row = gain_rows(made, used(frame, made), ci_level=0.95)[0]
    wide = frame.pivot(index="school", columns="year", values="score")
    change = wide[2004] - wide[2003]
    mine = frame.groupby("school")["treated_in"].first().notna()
    test = ttest_ind(change[mine], change[~mine], equal_var=False)
    assert row["estimate"] == pytest.approx(change[mine].mean() - change[~mine].mean())
    assert row["statistic"] == pytest.approx(test.statistic)
    # Welch's estimates both variances, Bell and McCaffrey's takes them as equal; both lie above the smaller group's
    assert mine.sum() - 1 < row["df"] < len(change) - 2
    assert "least squares with HC2" in row["method"]


@pytest.mark.parametrize("weights", [None, "pupils"])
def test_ancova_is_statsmodels_hc2(weights: str | None) -> None:
    frame = simulated(3, starts=(2004,), effect=4.0)
    made = design(**ALONE, weights=weights)
    kept = used(frame, made)
    row = ancova_rows(made, kept, ci_level=0.95)[0]
    rows = after_baseline(made, kept)
    x = sm.add_constant(rows[["treated", "baseline"]].astype("float64"))
    fitted = sm.WLS(rows["outcome"], x, weights=rows["weight"]).fit(cov_type="HC2")
    assert row["estimate"] == pytest.approx(fitted.params["treated"])
    assert row["se"] == pytest.approx(fitted.bse["treated"])


def test_degrees_of_freedom_are_those_of_the_quadratic_form() -> None:
    """The variance is e'Ae with e = M y; by hand, df = tr(AM)^2 / tr(AMAM) of the whole matrices."""
    random = np.random.default_rng(1)
    x = np.column_stack([np.ones(12), [1.0] * 3 + [0.0] * 9, random.normal(size=12)])
    hat = x @ np.linalg.inv(x.T @ x) @ x.T
    pull = (x @ np.linalg.inv(x.T @ x))[:, 1]
    am = np.diag(pull**2 / (1.0 - np.diag(hat))) @ (np.eye(12) - hat)
    _, _, df = coefficient(random.normal(size=12), x, 1, np.ones(12))
    assert df == pytest.approx(np.trace(am) ** 2 / np.trace(am @ am))


def test_it_covers_with_few_treated_schools() -> None:
    """Four treated of 24 with the same noise: 95 % intervals hold the truth in 95 % of 1,000 draws, within 2 points."""
    random = np.random.default_rng(4)
    x = np.column_stack([np.ones(24), np.arange(24) < 4, random.normal(size=24)]).astype("float64")
    from scipy.stats import t

    held = 0
    for _ in range(1000):
        estimate, se, df = coefficient(2.0 * x[:, 1] + random.normal(size=24), x, 1, np.ones(24))
        held += abs(estimate - 2.0) <= t.ppf(0.975, df) * se
    assert 930 <= held <= 970


def test_columns_that_say_the_same_are_no_estimate() -> None:
    x = np.ones((5, 2))
    with pytest.raises(np.linalg.LinAlgError, match="say the same"):
        coefficient(np.arange(5.0), x, 1, np.ones(5))
