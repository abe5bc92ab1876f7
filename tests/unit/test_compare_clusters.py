"""Clusters by formula: R's clubSandwich, diff-diff, pyfixest, n x n matrices, hand-sized cases, published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from compare_tables import table2
from inference_cases import PACKAGES, SETS, R, dense_cr2, load, normal_of, rows
from scipy import stats

from trenza.compare import cluster_tests as tests
from trenza.compare.clusters import Units, between, cells, intraclass_correlation, units, within
from trenza.compare.contrast import Group
from trenza.compare.detectable import detectable_between, detectable_units, detectable_within, multiplier
from trenza.compare.robust import cluster_robust
from trenza.compare.two_groups import student


def design(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frame = rows(name)
    columns = [np.ones(len(frame)), frame["first"].to_numpy(float)]
    if name.startswith("within"):
        columns += [(frame["cluster"] == c).to_numpy(float) for c in sorted(set(frame["cluster"]))[1:]]
    return np.column_stack(columns), frame["y"].to_numpy(), frame["cluster"].to_numpy()


@pytest.mark.parametrize("name", SETS)
def test_cr2_is_clubsandwichs_and_diff_diffs(name: str) -> None:
    data, sums, normal = load(name)
    got = (tests.within_cr2 if name.startswith("within") else tests.between_cr2)(sums, ci_level=0.95)
    ref = R.loc[(name, "CR2")]
    assert [got.estimate, got.se, got.df, got.p_value] == pytest.approx(
        [ref["estimate"], ref["se"], ref["df"], ref["p"]], rel=1e-10
    )
    assert [got.se, got.df, got.p_value] == pytest.approx(
        [PACKAGES[name, "CR2 se"], PACKAGES[name, "CR2 df"], PACKAGES[name, "CR2 p"]], rel=1e-9
    )
    robust = cluster_robust(normal)
    assert robust.se_cr1 == pytest.approx(R.loc[(name, "CR1S"), "se"], rel=1e-10)
    assert robust.se_cr1 == pytest.approx(PACKAGES[name, "CR1 se"], rel=1e-10)
    assert len(data.y) == normal.n


@pytest.mark.parametrize("name", SETS)
def test_cr2_is_its_definition_with_whole_matrices(name: str) -> None:
    # Within clusters the dense twin keeps the intercepts as columns: sweeping them out changes nothing.
    robust = cluster_robust(load(name)[2])
    x, y, cluster = design(name)
    assert (robust.estimate, robust.se_cr2, robust.df) == pytest.approx(dense_cr2(x, y, cluster, 1), rel=1e-8)


@pytest.mark.parametrize("name", ["between22", "between9"])
def test_cr2_with_covariates_is_clubsandwichs(name: str) -> None:
    x, y, cluster = design(name)
    size = np.array([(cluster == c).sum() for c in cluster], dtype=float)
    z = np.round(np.sin(np.arange(1, len(y) + 1)), 6)
    robust = cluster_robust(normal_of(np.column_stack([x, size, z]), y, cluster, 1))
    ref = R.loc[(name, "CR2 with covariates")]
    assert [robust.estimate, robust.se_cr2, robust.df] == pytest.approx(
        [ref["estimate"], ref["se"], ref["df"]], rel=1e-9
    )


def test_equal_clusters_make_cr2_the_t_test_on_means() -> None:
    # Four clusters of two: means 1, 3 | 6, 10; the difference is 6, se = sqrt(2/2 + 8/2) = sqrt(5), df = 2.
    y = np.array([0.0, 2.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0])
    data = units(y, np.arange(8) > 3, np.repeat(list("abcd"), 2))
    got = tests.between_cr2(cells(data), ci_level=0.95)
    assert (got.estimate, got.se, got.df) == pytest.approx((6.0, math.sqrt(5.0), 2.0))
    means = tests.cluster_means(cells(data), grand_mean=float(y.mean()), ci_level=0.95)
    assert (means.estimate, means.se, means.df, means.note) == pytest.approx((6.0, math.sqrt(5.0), 2, ""))


def test_within_by_hand() -> None:
    # Differences of three pairs 1, 2, 6: mean 3; a t test on them has se sqrt(7 / 3) and df 2, and so has CR2.
    y, first = np.array([1.0, 0.0, 5.0, 3.0, 9.0, 3.0]), np.array([1, 0, 1, 0, 1, 0]) == 1
    data = units(y, first, [1, 1, 2, 2, 3, 3])
    got = tests.within_cr2(cells(data), ci_level=0.95)
    assert (got.estimate, got.se, got.df) == pytest.approx((3.0, math.sqrt(7 / 3), 2.0))
    one = tests.within_ols(data, cells(data), ci_level=0.95)
    assert (one.estimate, one.se, one.df) == pytest.approx((3.0, math.sqrt(7 / 3), 2.0))


@pytest.mark.parametrize("name", ["within22", "within8"])
def test_fixed_intercepts_are_rs(name: str) -> None:
    data, sums, _ = load(name)
    got, ref = tests.within_ols(data, sums, ci_level=0.95), R.loc[(name, "fixed effects")]
    assert [got.estimate, got.se, got.df, got.p_value] == pytest.approx(
        [ref["estimate"], ref["se"], ref["df"], ref["p"]], rel=1e-10
    )


@pytest.mark.parametrize("name", ["between22", "between9"])
def test_cluster_means_are_rs(name: str) -> None:
    data, sums, _ = load(name)
    got = tests.cluster_means(sums, grand_mean=float(data.y.mean()), ci_level=0.95)
    ref = R.loc[(name, "cluster means")]
    assert [got.estimate, got.se, got.df, got.p_value] == pytest.approx(
        [ref["estimate"], ref["se"], ref["df"], ref["p"]], rel=1e-10
    )
    assert "clusters differ in size" in got.note


def test_hedges_gives_the_published_figures() -> None:
    # published-table-audit: 98 teachers, t = 2.193, 22 and 12 schools, ICC .05, .10, .20
    for schools, want in ((22, (0.046, 0.063, 0.098)), (12, (0.064, 0.100, 0.170))):
        for icc, p in zip((0.05, 0.10, 0.20), want, strict=True):
            factor, df = tests.hedges_correction(98, 98 / schools, icc)
            assert 2 * stats.t.sf(2.193 * factor, df) == pytest.approx(p, abs=0.0005)


def test_hedges_without_correlation_is_student() -> None:
    row = table2((49, 49)).iloc[0]
    pair = [Group(49, row[f"mean_{who}"], row[f"sd_{who}"]) for who in ("participants", "control")]
    got = tests.hedges_2007(*pair, cluster_size=4.45, icc=0.0, known=False, ci_level=0.95)
    want = student(*pair, ci_level=0.95)
    assert (got.statistic, got.df, got.p_value, got.ci_low) == pytest.approx(
        (want.statistic, want.df, want.p_value, want.ci_low)
    )
    assert got.method.endswith("ICC 0 assumed") and got.note == "clusters enter by their mean size, 4.45"


def test_hedges_with_full_correlation_counts_clusters() -> None:
    # r = 1: every cluster is one number. df = J - 2, as for a t test on the means.
    assert tests.hedges_correction(40, 4, 1.0)[1] == pytest.approx(10 - 2)


def test_intraclass_correlation_by_hand() -> None:
    # Two groups of two clusters of two. Within: each cluster's squares 2 -> MSW = 8 / 4 = 2.
    # Between, given the group: means 1, 3 | 6, 10: 2 * (2 + 8) = 20, MSB = 10. (10 - 2) / (10 + 2) = 2/3.
    y = np.array([0.0, 2.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0])
    data = units(y, np.arange(8) > 3, np.repeat([1, 2, 3, 4], 2))
    assert intraclass_correlation(data, cells(data)) == pytest.approx(2 / 3)


@pytest.mark.parametrize("shared", [False, True])
def test_intraclass_correlation_is_unbiased_in_its_parts(shared: bool) -> None:
    random, count, found = np.random.default_rng(17), 200, []
    for _ in range(40):
        sizes = random.integers(1, 12, count)
        cluster = np.repeat(np.arange(count), sizes)
        first = (random.random(len(cluster)) < 0.4) if shared else cluster % 2 == 0
        y = (
            random.normal(0, 0.5, count)[cluster]
            + random.normal(0, math.sqrt(0.75), len(cluster))
            + 3 * first
        )
        data = Units(y, first, cluster)
        found.append(intraclass_correlation(data, cells(data)))
    assert abs(np.mean(found) - 0.25) < 4 * np.std(found) / math.sqrt(40) + 0.003


def test_intraclass_correlation_is_henderson_by_least_squares() -> None:
    data, sums, _ = load("within22")
    frame = rows("within22")
    group = np.column_stack([frame["first"] == 1, frame["first"] == 0]).astype(float)
    dummies = (frame["cluster"].to_numpy()[:, None] == np.unique(frame["cluster"])).astype(float)

    def squares(x: np.ndarray) -> float:
        beta = np.linalg.lstsq(x, data.y, rcond=None)[0]
        return float(((data.y - x @ beta) ** 2).sum())

    both = np.hstack([group, dummies])
    rank = np.linalg.matrix_rank(both)
    residual = squares(both) / (len(data.y) - rank)
    off = np.eye(len(data.y)) - group @ np.linalg.pinv(group)
    cluster = (squares(group) - squares(both) - (rank - 2) * residual) / np.trace(dummies.T @ off @ dummies)
    want = max(cluster, 0.0) / (max(cluster, 0.0) + residual)
    assert intraclass_correlation(data, sums) == pytest.approx(want, rel=1e-9)


def halves(clusters: int, size: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full(clusters // 2, size), np.full(clusters // 2, size)


@pytest.mark.parametrize(
    ("clusters", "size", "more", "want"),
    [  # integration-and-inference: minimum detectable effects for assignment by school
        (22, 4.45, {"icc": 0.05}, 0.65),
        (22, 4.45, {"icc": 0.10}, 0.69),
        (22, 4.45, {"icc": 0.20}, 0.77),
        (22, 45, {"icc": 0.25}, 0.65),
        (22, 45, {"icc": 0.40}, 0.81),
        (22, 45, {"icc": 0.25, "r2_cluster": 0.7, "r2_unit": 0.3, "covariates": 1}, 0.37),
        (22, 45, {"icc": 0.40, "r2_cluster": 0.7, "r2_unit": 0.3, "covariates": 1}, 0.45),
        (44, 45, {"icc": 0.25, "r2_cluster": 0.7, "r2_unit": 0.3, "covariates": 1}, 0.26),
        (44, 45, {"icc": 0.40, "r2_cluster": 0.7, "r2_unit": 0.3, "covariates": 1}, 0.31),
    ],
)
def test_detectable_between_schools(clusters: int, size: float, more: dict[str, float], want: float) -> None:
    assert detectable_between(*halves(clusters, size), **more) == pytest.approx(want, abs=0.0055)


def test_detectable_with_independent_teachers() -> None:
    assert detectable_units(49, 49) == pytest.approx(0.57, abs=0.005)  # published-table-audit
    assert detectable_between(*halves(98, 1), icc=0.3) == pytest.approx(detectable_units(49, 49))


def test_detectable_within_schools_falls_with_the_correlation() -> None:
    # 22 schools of 2 and 2: weight 22, df 21, sqrt(0.8 / 22) at ICC .20
    twos = np.full(22, 2.0)
    assert detectable_within(twos, twos, icc=0.2) == pytest.approx(multiplier(21) * math.sqrt(0.8 / 22))
    found = [detectable_within(twos, twos, icc=icc) for icc in (0.0, 0.05, 0.1, 0.2)]
    assert found == sorted(found, reverse=True)
    assert math.isnan(detectable_within(np.array([3.0, 0.0]), np.array([0.0, 3.0]), icc=0.1))


def test_power_at_the_detectable_effect_is_as_promised() -> None:
    random, found = np.random.default_rng(23), 0
    twos = np.full(12, 3)
    effect = detectable_within(twos, twos, icc=0.3)
    cluster, first = np.repeat(np.arange(12), 6), np.tile([True, False], 36)
    for _ in range(1500):
        shared, own = random.normal(0, math.sqrt(0.3), 12), random.normal(0, math.sqrt(0.7), 72)
        got = tests.within_cr2(
            cells(Units(shared[cluster] + own + effect * first, first, cluster)), ci_level=0.95
        )
        found += got.p_value < 0.05
    assert abs(found / 1500 - 0.8) < 3.5 * math.sqrt(0.16 / 1500)


def test_what_cannot_be_computed_says_why() -> None:
    y, one = np.array([1.0, 2.0, 4.0, 3.0, 5.0, 6.0]), np.ones(6, dtype=int)
    half = np.arange(6) % 2 == 0
    alone = cells(units(y, half, one))
    assert tests.within_cr2(alone, ci_level=0.95).note == f"not computed: {tests.ONE_SHARED}"
    assert tests.within_ols(units(y, half, one), alone, ci_level=0.95).p_value == pytest.approx(
        stats.ttest_ind(y[half], y[~half]).pvalue
    )
    apart = cells(units(y, np.arange(6) < 3, [1, 1, 1, 2, 3, 4]))
    for got in (
        tests.between_cr2(apart, ci_level=0.95),
        tests.cluster_means(apart, grand_mean=0.0, ci_level=0.95),
    ):
        assert got.note == f"not computed: {tests.ONE_SIDED}" and not got.computed
    never = cells(units(y, np.arange(6) < 3, [1, 1, 2, 3, 4, 4]))
    assert tests.within_cr2(never, ci_level=0.95).note == f"not computed: {tests.NO_SHARED}"
    flat = cells(units([1.0, 1.0, 0.0, 0.0, 1.0, 0.0], [1, 1, 0, 0, 1, 0], [1, 2, 3, 4, 1, 3]))
    assert "no residual varies" in tests.between_cr2(flat, ci_level=0.95).note
    assert "no cluster mean differs" in tests.cluster_means(flat, grand_mean=0.5, ci_level=0.95).note
    same = units([3.0, 1.0, 7.0, 5.0], [1, 0, 1, 0], [1, 1, 2, 2])
    assert tests.within_ols(same, cells(same), ci_level=0.95).note == f"not computed: {tests.NO_SPREAD}"
    assert (
        tests.hedges_2007(
            Group(5, 1.0, 1.0), Group(5, 0.0, 1.0), cluster_size=5.0, icc=0.1, known=False, ci_level=0.95
        ).note
        == f"not computed: {tests.TOO_FEW}"
    )


def test_sums_keep_every_unit() -> None:
    data, sums, _ = load("within22")
    assert sums.n.sum() == len(data.y) and sums.n_1.sum() == data.first.sum()
    assert (sums.sum_1 + sums.sum_0).sum() == pytest.approx(0.0, abs=1e-12)
    assert within(sums).gram.sum() == pytest.approx((sums.n_1 * sums.n_0 / sums.n).sum())
    assert between(sums).gram.sum(axis=0)[1, 1] == data.first.sum()
    far = Units(data.y + 1e7, data.first, data.cluster)  # a large mean costs no digits that matter
    assert tests.within_cr2(cells(far), ci_level=0.95).se == pytest.approx(
        tests.within_cr2(sums, ci_level=0.95).se, rel=1e-7
    )
