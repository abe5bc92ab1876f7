"""The parts of the effects room: runs of bins, intervals of shares, two stages without an answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trenza.effects.bins import merged
from trenza.effects.cutoff_rows import _in_words
from trenza.effects.intervals import share, share_difference, symmetric, wilson
from trenza.effects.two_stage import anderson_rubin, first_stage, two_stage_least_squares


@pytest.mark.parametrize(
    ("counts", "least", "runs"),
    [
        ([5, 5, 5], 5, [[0], [1], [2]]),
        ([1, 5, 5], 5, [[0, 1], [2]]),
        ([5, 1, 1], 5, [[0, 1, 2]]),
        ([2, 2, 2, 2], 4, [[0, 1], [2, 3]]),
        ([0, 0, 3], 1, [[0, 1, 2]]),
        ([3, 0, 0], 0, [[0, 1, 2]]),
        ([1, 1], 5, []),
        ([], 5, []),
    ],
)
def test_runs_of_bins_reach_the_least_count_or_are_not_shown(
    counts: list[int], least: int, runs: list[list[int]]
) -> None:
    assert merged(counts, least) == runs


@pytest.mark.parametrize(("successes", "n"), [(0, 12), (3, 17), (28, 525), (12, 12)])
def test_wilson_intervals_are_scipys(successes: int, n: int) -> None:
    other = stats.binomtest(successes, n).proportion_ci(0.9, method="wilson")
    assert wilson(successes, n, 0.9) == pytest.approx((other.low, other.high), abs=1e-12)
    row = share(successes, n, 0.9)
    assert row["ci_low"] is not None and row["estimate"] is not None and row["ci_high"] is not None
    assert row["ci_low"] <= row["estimate"] <= row["ci_high"]


def test_newcombes_interval_has_the_values_of_his_paper_and_of_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    row = share_difference((56, 70), (48, 80), 0.95)  # Newcombe 1998, table II, example (a), method 10
    assert row["estimate"] == pytest.approx(0.2)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    other = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(other, rel=1e-9)


def test_an_estimate_without_error_has_no_test() -> None:
    assert "p_value" not in symmetric(1.0, 0.0, 0.95)
    row = symmetric(2.0, 1.0, 0.95, df=7)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(2.0, 7))
    assert row["ci_high"] == pytest.approx(2 + stats.t.ppf(0.975, 7))


def test_two_stages_without_a_usable_instrument_or_rows_give_none() -> None:
    r = np.random.default_rng(1)
    y, d = r.normal(size=20), (np.arange(20) % 2).astype(float)
    none = np.empty((20, 0))
    assert two_stage_least_squares(y, d, np.ones(20), none) is None
    assert two_stage_least_squares(y, d, d, np.zeros((20, 1))) is None
    assert two_stage_least_squares(y[:2], d[:2], d[:2], none[:2]) is None
    assert first_stage(d, np.ones(20), none) is None
    assert anderson_rubin(y, d, np.ones(20), none, 2.0) is None
    full = first_stage(d, d, none)
    assert full is not None and (full.f, full.jump) == (float("inf"), pytest.approx(1.0))


@pytest.mark.parametrize(
    ("strength", "effect", "shape"),
    [(1.5, 1.0, "interval"), (0.05, 40.0, "rays"), (0.0, 0.0, "line")],
)
def test_the_anderson_rubin_set_is_where_statsmodels_does_not_reject(
    strength: float, effect: float, shape: str
) -> None:
    import statsmodels.api as sm

    r = np.random.default_rng(3)
    n = 200
    z, x = (r.random(n) < 0.5).astype(float), r.normal(size=(n, 1))
    d = strength * z + r.normal(size=n)
    y = effect * z + x[:, 0] + r.normal(size=n)
    quantile = float(stats.t.ppf(0.975, n - 3))
    pieces = anderson_rubin(y, d, z, x, quantile)
    assert pieces is not None
    bounds = [v for piece in pieces for v in piece if np.isfinite(v)]
    assert (len(pieces), len(bounds)) == {"interval": (1, 2), "rays": (2, 2), "line": (1, 0)}[shape]
    design = np.column_stack([z, np.ones(n), x])

    def t_of(b: float) -> float:
        return abs(float(sm.OLS(y - b * d, design).fit().tvalues[0]))

    for bound in bounds:
        assert t_of(bound) == pytest.approx(quantile, rel=1e-7)
    for b in [-1e4, -50.0, -3.0, 0.0, 0.3, 1.0, 3.0, 50.0, 1e4]:
        assert (t_of(b) <= quantile) == any(low <= b <= high for low, high in pieces)
    found = two_stage_least_squares(y, d, z, x)
    assert found is not None and any(low <= found.estimate <= high for low, high in pieces)


def test_the_anderson_rubin_interval_holds_the_truth_with_a_weak_instrument() -> None:
    held, n = [], 60
    quantile = float(stats.t.ppf(0.9, n - 2))
    for seed in range(1500):
        r = np.random.default_rng(seed)
        z, shared = np.arange(n) % 2.0, r.normal(size=n)
        d = 0.2 * z + shared
        y = 2.0 * d + shared + 0.3 * r.normal(size=n)
        pieces = anderson_rubin(y, d, z, np.empty((n, 0)), quantile)
        held.append(any(low <= 2.0 <= high for low, high in pieces or []))
    assert 0.78 <= np.mean(held) <= 0.82


def test_the_set_in_words_can_be_said_in_spanish() -> None:
    from trenza.render.language import untranslated

    inf = float("inf")
    said = {
        "Anderson-Rubin interval 1.00 to 2.00": [(1.0, 2.0)],
        "Anderson-Rubin interval without bound: no effect is excluded": [(-inf, inf)],
        "Anderson-Rubin interval without lower bound, up to -1.00 and without upper bound, from 3.00": [
            (-inf, -1.0),
            (3.0, inf),
        ],
        "Anderson-Rubin interval without upper bound, from 3.00": [(3.0, inf)],
    }
    for words, pieces in said.items():
        assert _in_words(pieces) == [words]
        assert untranslated(words) == []
