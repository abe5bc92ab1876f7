"""Two groups without clusters: closed forms, scipy, pingouin, statsmodels, R's MASS."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from compare_tables import table2
from inference_cases import R, rows
from scipy import integrate, stats

from trenza.compare.adapters import noncentrality_limits
from trenza.compare.contrast import Group
from trenza.compare.multiplicity import benjamini_hochberg, corrected
from trenza.compare.ordinal import ordinal_effect
from trenza.compare.ranks import mann_whitney
from trenza.compare.two_groups import JZS_SCALE, common_language, jzs, jzs_log_bayes_factor, student, welch
from trenza.compare.verdict import group_of


@pytest.mark.parametrize("name", ["between22", "within8"])
def test_t_tests_are_rs_and_scipys(name: str) -> None:
    frame = rows(name)
    one, other = (frame.loc[frame["first"] == k, "y"].to_numpy() for k in (1, 0))
    for test, procedure, equal in ((student, "Student", True), (welch, "Welch", False)):
        got = test(group_of(one), group_of(other), ci_level=0.9)
        ref = R.loc[(name, procedure)]
        assert [got.estimate, got.se, got.df, got.p_value] == pytest.approx(
            [ref["estimate"], ref["se"], ref["df"], ref["p"]], rel=1e-11
        )
        limits = stats.ttest_ind(one, other, equal_var=equal).confidence_interval(0.9)
        assert (got.ci_low, got.ci_high) == pytest.approx((limits.low, limits.high), rel=1e-11)


def test_common_language_by_hand() -> None:
    # d = 1.5: Phi(1.5 / sqrt(2)); swapped groups give 1 - it, with mirrored limits.
    first, second = Group(4, 5.0, 2.0), Group(4, 2.0, 2.0)
    got, turned = (common_language(*pair, ci_level=0.95) for pair in ((first, second), (second, first)))
    assert got.value == pytest.approx(stats.norm.cdf(1.5 / math.sqrt(2)))
    assert (turned.value, turned.ci_low, turned.ci_high) == pytest.approx(
        (1 - got.value, 1 - got.ci_high, 1 - got.ci_low)
    )


@pytest.mark.parametrize("df", [2, 10, 96, 99_998])
def test_limits_of_very_large_t_continue_those_of_scipy(df: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Above 1,000 scipy's noncentral t gives NaN or does not end; at 1,500 it still works.
    got = noncentrality_limits(1500.0, df, 0.95)
    monkeypatch.setattr("trenza.compare.adapters._LARGE_T", 2000.0)
    assert got == pytest.approx(noncentrality_limits(1500.0, df, 0.95), rel=1e-6)


def test_a_difference_of_a_million_sds_still_has_an_interval() -> None:
    low, high = noncentrality_limits(-1e8, 10, 0.95)
    assert low < -1e8 < high < 0


def test_common_language_interval_covers() -> None:
    random, truth, held = np.random.default_rng(5), stats.norm.cdf(0.5 / math.sqrt(2)), 0
    for _ in range(1000):
        got = common_language(
            group_of(random.normal(0.5, 1, 12)), group_of(random.normal(0, 1, 9)), ci_level=0.9
        )
        held += got.ci_low <= truth <= got.ci_high
    assert abs(held / 1000 - 0.9) < 3 * math.sqrt(0.09 / 1000)


@pytest.mark.parametrize(
    ("t", "n_1", "n_2"), [(2.193, 49, 49), (0.0, 49, 49), (-5.0, 10, 12), (3.0, 2, 2), (0.3, 50000, 50000)]
)
def test_bayes_factor_is_pingouins(t: float, n_1: int, n_2: int) -> None:
    import pingouin

    want = float(pingouin.bayesfactor_ttest(t, n_1, n_2, r=JZS_SCALE))
    assert math.exp(jzs_log_bayes_factor(t, n_1, n_2)) == pytest.approx(want, rel=1e-8)


def test_bayes_factor_is_the_marginal_likelihood() -> None:
    # Straight from the prior: noncentral t densities of the observed t, averaged over the Cauchy prior on delta.
    t, n_1, n_2 = 1.7, 8, 13
    root, df = math.sqrt(n_1 * n_2 / (n_1 + n_2)), n_1 + n_2 - 2
    over = integrate.quad(
        lambda d: stats.nct.pdf(t, df, d * root) * stats.cauchy.pdf(d, scale=JZS_SCALE), -15, 15, limit=400
    )[0]
    assert math.exp(jzs_log_bayes_factor(t, n_1, n_2)) == pytest.approx(over / stats.t.pdf(t, df), rel=1e-4)


def test_bayes_factors_of_the_published_table() -> None:
    found = []
    for row in table2((49, 49)).itertuples():
        first = Group(row.n_participants, row.mean_participants, row.sd_participants)
        found.append(jzs(first, Group(row.n_control, row.mean_control, row.sd_control)).value)
    # 1.70 is from the printed means and SDs; the audit's 1.75 is from the printed t of 2.193 (next line)
    assert found == pytest.approx([0.30, 0.33, 1.70, 0.23, 0.21], abs=0.005)
    assert math.exp(jzs_log_bayes_factor(2.193, 49, 49)) == pytest.approx(1.75, abs=0.005)


def test_large_t_gives_an_infinite_bayes_factor_and_a_finite_log() -> None:
    assert jzs_log_bayes_factor(40.0, 50_000, 50_000) == pytest.approx(788.61, abs=0.01)
    assert jzs(Group(50_000, 1.0, 1.0), Group(50_000, 0.0, 1.0)).value == math.inf


def test_mann_whitney_by_hand() -> None:
    # 3 units against 2: of 6 pairs 4 above, 1 tied -> P = 4.5 / 6; of C(5, 2) = 10 splits none is without the tie.
    share, biserial = mann_whitney(np.array([2.0, 4.0, 5.0]), np.array([1.0, 4.0]), ci_level=0.95)
    assert share.value == pytest.approx(4.5 / 6)
    assert biserial.value == pytest.approx(2 * 4.5 / 6 - 1)
    assert "ties" in share.note


def test_exact_mann_whitney_counts_all_splits() -> None:
    values = np.random.default_rng(3).normal(size=9)
    first, second = values[:4], values[4:]
    u = (first[:, None] > second).sum()
    others = [
        (values[list(part)][:, None] > np.delete(values, part)).sum()
        for part in itertools.combinations(range(9), 4)
    ]
    want = np.mean(np.abs(np.array(others) - 10) >= abs(u - 10))
    assert mann_whitney(first, second, ci_level=0.95)[0].p_value == pytest.approx(want)


@pytest.mark.parametrize("seed", range(4))
def test_mann_whitney_is_pingouins_and_its_interval_statsmodels(seed: int) -> None:
    import pingouin
    from statsmodels.stats.nonparametric import rank_compare_2indep

    random = np.random.default_rng(seed)
    first, second = random.integers(1, 6, 30).astype(float), random.integers(1, 5, 24).astype(float)
    share, biserial = mann_whitney(first, second, ci_level=0.95)
    want = pingouin.mwu(first, second).iloc[0]
    assert [share.p_value, share.value, biserial.value] == pytest.approx(
        [want["p_val"], want["CLES"], want["RBC"]], rel=1e-12
    )
    # Brunner and Munzel's standard error and df, from which statsmodels makes an interval on the plain scale
    other = rank_compare_2indep(first, second)
    centre = math.log(share.value / (1 - share.value))
    half = (math.log(share.ci_high / (1 - share.ci_high)) - centre) * share.value * (1 - share.value)
    plain = other.conf_int(alpha=0.05)
    assert half == pytest.approx((plain[1] - plain[0]) / 2, rel=1e-9)
    assert (share.ci_low + share.ci_high) != 0
    assert (2 * share.ci_low - 1, 2 * share.ci_high - 1) == (biserial.ci_low, biserial.ci_high)


def test_superiority_interval_covers_with_unequal_spread() -> None:
    random, truth, held = np.random.default_rng(11), stats.norm.cdf(0.6 / math.sqrt(1 + 9)), 0
    for _ in range(1000):
        got = mann_whitney(random.normal(0.6, 1, 25), random.normal(0, 3, 25), ci_level=0.95)[0]
        held += got.ci_low <= truth <= got.ci_high
    assert abs(held / 1000 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 1000)


def test_groups_that_do_not_overlap_have_no_rank_interval() -> None:
    share, _ = mann_whitney(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0]), ci_level=0.95)
    assert (share.value, math.isnan(share.ci_low)) == (1.0, True)
    assert "do not overlap" in share.note


def test_equal_values_have_p_one() -> None:
    assert mann_whitney(np.ones(25), np.ones(30), ci_level=0.95)[0].p_value == 1.0


def test_ordinal_of_two_levels_is_the_table_of_four() -> None:
    first, second = np.repeat([1.0, 0.0], [12, 8]), np.repeat([1.0, 0.0], [7, 15])
    got = ordinal_effect(first, second, ci_level=0.95)
    assert got.value == pytest.approx(math.log(12 * 15 / (8 * 7)), abs=1e-6)
    se = math.sqrt(1 / 12 + 1 / 8 + 1 / 7 + 1 / 15)
    assert (got.ci_high - got.ci_low) / 2 == pytest.approx(stats.norm.ppf(0.975) * se, rel=1e-5)
    assert got.p_value == pytest.approx(2 * stats.norm.sf(got.value / se), rel=1e-4)


def test_ordinal_is_rs_polr() -> None:
    frame = rows("items22")
    got = ordinal_effect(*(frame.loc[frame["first"] == k, "y"].to_numpy() for k in (1, 0)), ci_level=0.95)
    ref = R.loc[("items22", "ordinal")]
    assert got.value == pytest.approx(ref["estimate"], abs=1e-5)
    assert (got.ci_high - got.ci_low) / 2 / stats.norm.ppf(0.975) == pytest.approx(ref["se"], rel=1e-5)
    assert got.note == "5 levels"


def test_ordinal_says_why_not() -> None:
    many = np.arange(20.0)
    for first, second, why in (
        (many, many, "20 different values"),
        (np.ones(3), np.ones(4), "one value only"),
        (np.array([3.0, 4.0]), np.array([1.0, 3.0]), "separated"),
    ):
        got = ordinal_effect(first, second, ci_level=0.95)
        assert math.isnan(got.value) and math.isnan(got.p_value)
        assert got.note.startswith("not computed") and why in got.note


@pytest.mark.parametrize("seed", range(5))
def test_benjamini_hochberg_is_statsmodels_and_pingouins(seed: int) -> None:
    import pingouin
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(seed).beta(0.4, 2, size=1 + 3 * seed)
    p[-1] = p[0]
    got = benjamini_hochberg(p.tolist())
    assert got == pytest.approx(multipletests(p, method="fdr_bh")[1].tolist(), abs=1e-15)
    assert got == pytest.approx(pingouin.multicomp(p, method="fdr_bh")[1].tolist(), abs=1e-15)


def test_corrections_of_the_printed_p_values() -> None:
    # published-table-audit: Holm p = .15, BH p = .15 of the one small p
    by_holm, by_bh = corrected([0.378, 0.329, 0.030, 0.675, 1.0])
    assert (by_holm[2], by_bh[2]) == pytest.approx((0.15, 0.15))


def test_a_test_that_failed_makes_no_other_look_better() -> None:
    by_holm, by_bh = corrected([0.01, math.nan, 0.04])
    assert by_holm[0] == pytest.approx(0.03) and by_bh[0] == pytest.approx(0.03)
    assert math.isnan(by_holm[1]) and math.isnan(by_bh[1])
    assert corrected([0.01], family=5)[0] == pytest.approx([0.05])
    assert corrected([]) == ([], [])
