"""Wild bootstrap and randomisation: every pattern by hand, refitted regressions, wildboottest, inversion."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from inference_cases import PACKAGES, SETS, load, normal_of, rows

from trenza.compare.clusters import Normal, Units, between, cells, units, within
from trenza.compare.inference import inverted
from trenza.compare.permutation import permute_clusters, permute_within
from trenza.compare.robust import cluster_robust
from trenza.compare.wild_bootstrap import _Draws, wild_cluster_bootstrap


def drawn(normal: Normal, **changes: object) -> _Draws:
    given = {"weights": "rademacher", "draws": 9999, "seed": 1, **changes}
    return _Draws(normal, np.linalg.inv(normal.gram.sum(axis=0)), **given)  # type: ignore[arg-type]


def refitted(x: np.ndarray, y: np.ndarray, cluster: np.ndarray, term: int, shift: float) -> list[float]:
    """|t*| of every sign pattern with CR1, each from a new regression of turned restricted residuals."""
    rest = np.delete(x, term, axis=1)
    moved = y - shift * x[:, term]
    fitted = rest @ np.linalg.lstsq(rest, moved, rcond=None)[0] if rest.shape[1] else np.zeros(len(y))
    error, names, found = moved - fitted, np.unique(cluster), []
    for signs in itertools.product([1.0, -1.0], repeat=len(names)):
        turned = fitted + shift * x[:, term] + error * np.array(signs)[np.searchsorted(names, cluster)]
        fit = cluster_robust(normal_of(x, turned, cluster, term))
        found.append(abs(fit.estimate - shift) / fit.se_cr1)
    return found


def square_factor(normal: Normal) -> float:
    count = normal.clusters
    return count / (count - 1) * (normal.n - 1) / (normal.n - normal.columns)


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_every_sign_pattern_is_a_regression_anew(shift: float) -> None:
    frame = rows("between9")
    x = np.column_stack([np.ones(len(frame)), frame["first"]])
    cluster, normal = frame["cluster"].to_numpy(), load("between9")[2]
    want = refitted(x, frame["y"].to_numpy(), cluster, 1, shift)
    got = np.sqrt(drawn(normal).statistics(shift) / square_factor(normal))
    assert len(got) == 2**8  # a pattern and its opposite give the same |t|
    assert np.sort(np.repeat(got, 2)) == pytest.approx(np.sort(want), rel=1e-8)


def test_sign_patterns_within_clusters_are_regressions_anew() -> None:
    frame = rows("within8")
    held = frame.groupby("cluster")["first"].transform("nunique") == 2
    kept = frame[held]
    swept = kept[["first", "y"]] - kept.groupby("cluster")[["first", "y"]].transform("mean")
    want = refitted(swept[["first"]].to_numpy(), swept["y"].to_numpy(), kept["cluster"].to_numpy(), 0, 0.0)
    normal = load("within8")[2]
    factor = len(normal.gram) / (len(normal.gram) - 1) * (len(kept) - 1) / (len(kept) - 1)
    got = np.sqrt(drawn(normal).statistics(0.0) / factor)
    assert np.sort(np.repeat(got, 2)) == pytest.approx(np.sort(want), rel=1e-8)


@pytest.mark.parametrize("name", ["between9", "within8"])
def test_wild_bootstrap_is_wildboottests(name: str) -> None:
    normal = load(name)[2]
    got = wild_cluster_bootstrap(normal, ci_level=0.95, draws=9999, seed=1)
    patterns = PACKAGES[name, "wild patterns"]
    assert got.note == f"all {int(patterns)} sign patterns"
    observed, draws = PACKAGES[name, "wild t"], drawn(normal)
    # wildboottest swept the clusters out itself, so its CR1 factor has other counts; the ratio to t has not.
    ratio = (
        np.sqrt(draws.statistics(0.0)) * abs(observed) / abs(got.statistic) / math.sqrt(square_factor(normal))
    )
    assert ratio.mean() == pytest.approx(PACKAGES[name, "wild mean t"], rel=1e-9)
    assert np.median(ratio) == pytest.approx(PACKAGES[name, "wild median t"], rel=1e-9)
    # It counts |t*| > |t|: our share without the ties (the observed pattern and its opposite), which rounding can break.
    ties = 2 * int((np.abs(ratio / abs(observed) - 1.0) < 1e-9).sum())
    assert ties == 2
    assert round(patterns * got.p_value) - round(patterns * PACKAGES[name, "wild p"]) in range(ties + 1)


def test_six_point_weights_agree_with_signs_when_clusters_are_many() -> None:
    normal = load("between22")[2]
    signs, webb = (
        wild_cluster_bootstrap(normal, ci_level=0.95, draws=19_999, seed=3, weights=weights)
        for weights in ("rademacher", "webb")
    )
    assert abs(signs.p_value - webb.p_value) < 0.02
    assert (signs.ci_low, signs.ci_high) == pytest.approx((webb.ci_low, webb.ci_high), abs=0.08)
    assert webb.note == "19999 webb draws, seed 3"
    with pytest.raises(ValueError, match="rademacher, webb"):
        wild_cluster_bootstrap(normal, ci_level=0.95, draws=99, seed=1, weights="normal")


def test_webb_draws_are_regressions_anew() -> None:
    normal = load("between9")[2]
    draws = drawn(normal, weights="webb", draws=50, seed=9)
    points = np.sqrt([0.5, 1.0, 1.5])
    picked = np.random.default_rng(9).integers(0, 6, (50, 9), dtype=np.int8)
    weights = np.concatenate([-points, points])[picked]
    frame = rows("between9")
    x = np.column_stack([np.ones(len(frame)), frame["first"]])
    error = frame["y"].to_numpy() - frame["y"].mean()
    names = np.unique(frame["cluster"])
    for row, got in zip(weights, draws.statistics(0.0), strict=True):
        turned = frame["y"].mean() + error * row[np.searchsorted(names, frame["cluster"])]
        fit = cluster_robust(normal_of(x, turned, frame["cluster"].to_numpy(), 1))
        assert got == pytest.approx((fit.estimate / fit.se_cr1) ** 2 * square_factor(normal), rel=1e-8)


def test_draws_in_portions_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    normal = load("between22")[2]
    whole = drawn(normal, draws=500).statistics(0.3)
    monkeypatch.setattr("trenza.compare.wild_bootstrap._AT_ONCE", 22 * 100)
    assert np.array_equal(drawn(normal, draws=500).statistics(0.3), whole)


def assignments(label: np.ndarray) -> np.ndarray:
    count = len(label)
    return np.array(
        [[i in c for i in range(count)] for c in itertools.combinations(range(count), int(label.sum()))]
    )


def test_all_assignments_of_clusters_by_hand() -> None:
    _, sums, _ = load("between9")
    label, n, total = sums.n_1 > 0, sums.n, sums.sum_1 + sums.sum_0

    def t(chosen: np.ndarray) -> float:
        means, variance = [], 0.0
        for part in (chosen, ~chosen):
            mean = total[part].sum() / n[part].sum()
            left = total[part] - n[part] * mean
            variance += part.sum() / (part.sum() - 1) * (left**2).sum() / n[part].sum() ** 2
            means.append(mean)
        return abs(means[0] - means[1]) / math.sqrt(variance)

    every = [t(chosen) for chosen in assignments(label)]
    got = permute_clusters(sums, ci_level=0.9, draws=9999, seed=1)
    assert got.note == f"all {len(every)} assignments"
    assert got.p_value == pytest.approx(np.mean(np.array(every) >= t(label) * (1 - 1e-9)))


def test_all_assignments_within_clusters_by_hand() -> None:
    y = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 9.0, 6.0])
    first = np.array([1, 0, 0, 1, 0, 1, 0]) == 1
    cluster = np.array([1, 1, 1, 2, 2, 2, 2])
    data = units(y, first, cluster)
    normal = within(cells(data))
    weight = normal.gram.sum()

    def estimate(label: np.ndarray) -> float:
        return (
            sum(
                (y[own & label].mean() - y[own & ~label].mean())
                * (own & label).sum()
                * (own & ~label).sum()
                / own.sum()
                for own in (cluster == 1, cluster == 2)
            )
            / weight
        )

    every = []
    for one in itertools.combinations(range(3), 1):
        for two in itertools.combinations(range(3, 7), 2):
            label = np.zeros(7, dtype=bool)
            label[[*one, *two]] = True
            every.append(abs(estimate(label)))
    got = permute_within(data, cells(data), ci_level=0.9, draws=99, seed=1)
    assert got.note == "all 18 assignments"
    assert got.estimate == pytest.approx(estimate(first))
    assert got.p_value == pytest.approx(np.mean(np.array(every) >= abs(estimate(first)) * (1 - 1e-9)))


@pytest.mark.parametrize("name", ["between9", "within8"])
def test_drawn_assignments_come_near_all_of_them(name: str) -> None:
    data, sums, _ = load(name)
    if name == "between9":
        exact, near = (permute_clusters(sums, ci_level=0.9, draws=k, seed=5) for k in (9999, 100))
        assert abs(exact.p_value - near.p_value) < 4 * math.sqrt(exact.p_value * (1 - exact.p_value) / 100)
    else:
        kept = data.cluster < 3
        small = Units(data.y[kept], data.first[kept], data.cluster[kept])
        exact = permute_within(small, cells(small), ci_level=0.9, draws=200_000, seed=5)
        near = permute_within(small, cells(small), ci_level=0.9, draws=300, seed=5)
        assert exact.note.startswith("all ") and near.note.startswith("300 ")
        assert abs(exact.p_value - near.p_value) < 4 * math.sqrt(exact.p_value * (1 - exact.p_value) / 300)


def every_method(name: str, data: Units, level: float) -> list[tuple[float, ...]]:
    sums = cells(data)
    normal = within(sums) if name.startswith("within") else between(sums)
    found = [wild_cluster_bootstrap(normal, ci_level=level, draws=999, seed=2)]
    if name.startswith("within"):
        found.append(permute_within(data, sums, ci_level=level, draws=999, seed=2))
    else:
        found.append(permute_clusters(sums, ci_level=level, draws=999, seed=2))
    return [(got.estimate, got.ci_low, got.ci_high, got.p_value) for got in found]


@pytest.mark.parametrize("name", SETS)
def test_intervals_are_the_differences_that_are_not_rejected(name: str) -> None:
    data = load(name)[0]
    for i, (estimate, low, high, _) in enumerate(every_method(name, data, 0.9)):
        assert low < estimate < high
        for limit, outwards in ((low, -1.0), (high, 1.0)):
            for step, kept in ((-1e-6, True), (1e-6, False)):
                moved = Units(data.y - (limit + outwards * step) * data.first, data.first, data.cluster)
                assert (every_method(name, moved, 0.9)[i][3] >= 0.1) is kept


@pytest.mark.parametrize("name", SETS)
def test_a_constant_added_to_one_group_moves_everything_by_it(name: str) -> None:
    data = load(name)[0]
    moved = Units(data.y + 1.25 * data.first, data.first, data.cluster)
    for one, other in zip(every_method(name, data, 0.9), every_method(name, moved, 0.9), strict=True):
        assert [value + 1.25 for value in one[:3]] == pytest.approx(other[:3], abs=1e-6)


def test_the_same_seed_gives_the_same_numbers_and_rows_in_any_order() -> None:
    data = load("within22")[0]
    mixed = np.random.default_rng(4).permutation(len(data.y))
    one = wild_cluster_bootstrap(within(cells(data)), ci_level=0.95, draws=999, seed=7)
    again = wild_cluster_bootstrap(within(cells(data)), ci_level=0.95, draws=999, seed=7)
    assert one == again or (math.isnan(one.df) and one.p_value == again.p_value)
    other = Units(data.y[mixed], data.first[mixed], data.cluster[mixed])
    turned = wild_cluster_bootstrap(within(cells(other)), ci_level=0.95, draws=999, seed=7)
    assert turned.p_value == one.p_value
    assert turned.ci_low == pytest.approx(one.ci_low, abs=1e-6)


def test_few_clusters_leave_an_interval_open() -> None:
    y = np.array([1.0, 1.4, 2.0, 2.9, 5.0, 5.3, 6.1, 7.0])
    data = units(y, np.arange(8) > 3, np.repeat([1, 2, 3, 4], 2))
    got = wild_cluster_bootstrap(between(cells(data)), ci_level=0.95, draws=999, seed=1)
    assert got.p_value >= 2 / 2**4 and math.isnan(got.ci_low) and math.isnan(got.ci_high)
    assert "an open interval" in got.note
    got = permute_clusters(cells(data), ci_level=0.95, draws=999, seed=1)
    assert got.p_value == pytest.approx(2 / 6) and math.isnan(got.ci_low) and "an open interval" in got.note


def test_a_group_in_one_cluster_is_permuted_by_the_plain_difference() -> None:
    y = np.array([9.0, 8.0, 2.0, 2.9, 5.0, 5.3, 6.1, 7.0])
    data = units(y, np.arange(8) < 2, np.repeat([1, 2, 3, 4], 2))
    got = permute_clusters(cells(data), ci_level=0.5, draws=999, seed=1)
    # 8.5 - 4.72 = 3.8; only the cluster of 2.45 differs more from the others (-4.3), so 2 of 4
    assert got.p_value == pytest.approx(2 / 4)
    assert "the plain difference" in got.note


def test_what_cannot_be_resampled_says_why() -> None:
    shared = load("within8")[1]
    assert "each with one group only" in permute_clusters(shared, ci_level=0.95, draws=99, seed=1).note
    apart = units([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0], [1, 1, 2, 2])
    assert (
        "no cluster holds both" in permute_within(apart, cells(apart), ci_level=0.95, draws=99, seed=1).note
    )
    one = units([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 0], [1, 1, 1, 1])
    assert (
        "at least 2 clusters"
        in wild_cluster_bootstrap(within(cells(one)), ci_level=0.95, draws=99, seed=1).note
    )
    flat = units([1.0, 1.0, 0.0, 0.0], [1, 1, 0, 0], [1, 2, 3, 4])
    assert "no residual" in wild_cluster_bootstrap(between(cells(flat)), ci_level=0.95, draws=99, seed=1).note
    still = units([1.0, 1.0, 1.0, 1.0], [1, 0, 1, 0], [1, 1, 2, 2])
    assert "no unit differs" in permute_within(still, cells(still), ci_level=0.95, draws=99, seed=1).note


def test_inversion_finds_the_limits_of_a_known_p_value() -> None:
    assert inverted(lambda d: math.exp(-abs(d - 3.0)), 3.0, 0.1, 0.95) == pytest.approx(
        (3 + math.log(0.05), 3 - math.log(0.05))
    )
    assert inverted(lambda d: 0.06, 0.0, 1.0, 0.95) == (-math.inf, math.inf)
