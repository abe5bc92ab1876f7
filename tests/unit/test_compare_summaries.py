"""Groups compared from n, mean and SD: closed forms, the audit's known figures, scipy, statsmodels, pingouin."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from compare_tables import NAMES, OUTCOMES, table2
from scipy import integrate, stats

from trenza.compare.adapters import noncentrality_limits, t_quantile, t_two_sided, t_upper_tail
from trenza.compare.contrast import Group, contrast, hedges_factor, holm
from trenza.compare.summaries import compare_summaries
from trenza.contracts.faults import InputFaults

AT_49 = {  # published-table-audit.md: g, its limits, TOST p at 0.25 and at 0.50 SD
    "collaboration": (0.179, -0.215, 0.572, 0.365, 0.058),
    "comfort": (0.196, -0.198, 0.590, 0.398, 0.069),
    "commitment": (0.436, 0.038, 0.833, 0.825, 0.383),
    "leadership": (-0.082, -0.475, 0.311, 0.205, 0.021),
    "community": (0.000, -0.393, 0.393, 0.110, 0.008),
}


def compare(frame: pd.DataFrame, **changes: object) -> pd.DataFrame:
    given = {"outcomes": OUTCOMES, "source": "published", "clusters": 22, "ci_level": 0.95, "sesoi_sd": 0.25}
    return compare_summaries(frame, **{**NAMES, **given, **changes})


def test_hand_sized_case() -> None:
    # n = 4 and 4, SD 2 and 2: se = sqrt(2), df = 6, t = 3 / sqrt(2), d = 1.5.
    c = contrast(Group(4, 5.0, 2.0), Group(4, 2.0, 2.0), ci_level=0.95, sesoi_sd=0.5)
    assert c.estimate == 3.0
    assert c.se == pytest.approx(math.sqrt(2))
    assert c.df == pytest.approx(6.0)
    assert c.statistic == pytest.approx(3 / math.sqrt(2))
    assert (c.ci_low, c.ci_high) == pytest.approx(
        (3 - 2.446912 * 1.414214, 3 + 2.446912 * 1.414214), abs=1e-5
    )
    # Gamma(3) = 2, Gamma(5/2) = 3 sqrt(pi) / 4
    assert c.effect == pytest.approx(1.5 * 2 / (math.sqrt(3) * 3 * math.sqrt(math.pi) / 4))
    # The bound is half of the pooled SD: the upper one-sided test asks whether 3 lies below 1.
    assert c.p_equivalence == pytest.approx(1 - stats.t.sf((3 - 1) / math.sqrt(2), 6))


def test_welch_df_by_hand() -> None:
    # squared standard errors 1 and 4: (1 + 4)^2 / (1 / 8 + 16 / 3)
    assert contrast(Group(9, 0.0, 3.0), Group(4, 1.0, 4.0), ci_level=0.9, sesoi_sd=None).df == pytest.approx(
        25 / (1 / 8 + 16 / 3)
    )


def test_no_difference_is_symmetric() -> None:
    c = contrast(Group(10, 1.0, 2.0), Group(12, 1.0, 3.0), ci_level=0.9, sesoi_sd=0.3)
    assert (c.estimate, c.statistic, c.p_value, c.effect) == (0.0, 0.0, 1.0, 0.0)
    assert c.ci_low == -c.ci_high
    assert c.effect_ci_low == pytest.approx(-c.effect_ci_high)


def test_one_group_without_variance_has_the_other_groups_df() -> None:
    assert contrast(Group(5, 1.0, 0.0), Group(9, 2.0, 1.0), ci_level=0.95, sesoi_sd=None).df == pytest.approx(
        8
    )


def test_table2_at_49_gives_the_audits_figures() -> None:
    quarter, half = (compare(table2((49, 49)), sesoi_sd=sesoi) for sesoi in (0.25, 0.5))
    for i, outcome in enumerate(OUTCOMES):
        got = [*quarter.loc[i, ["effect", "effect_ci_low", "effect_ci_high", "p_equivalence"]]]
        assert [*got, half.loc[i, "p_equivalence"]] == pytest.approx(AT_49[outcome], abs=0.0005)
    # Half a unit of the third decimal is the audit's rounding; .160 follows from the printed means and SDs,
    # the audit's .15 from the printed p of .030 (next test).
    assert quarter.loc[2, "p_holm"] == pytest.approx(5 * 0.0319306, abs=1e-6)


def test_holm_of_the_printed_p_values() -> None:
    assert holm([0.378, 0.329, 0.030, 0.675, 1.0]) == pytest.approx([1.0, 1.0, 0.15, 1.0, 1.0])


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_statsmodels_and_pingouins(seed: int) -> None:
    import pingouin
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(seed).beta(0.4, 2, size=1 + 3 * seed)
    p[-1] = p[0]  # a tie
    assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1].tolist(), abs=1e-15)
    assert holm(p.tolist()) == pytest.approx(pingouin.multicomp(p, method="holm")[1].tolist(), abs=1e-15)
    assert holm([]) == []


def test_welch_is_scipys() -> None:
    frame = table2()
    got = compare(frame)
    for i, row in frame.iterrows():
        first, second = (
            (row[f"mean_{who}"], row[f"sd_{who}"], row[f"n_{who}"]) for who in ("participants", "control")
        )
        oracle = stats.ttest_ind_from_stats(*first, *second, equal_var=False)
        assert got.loc[i, "statistic"] == pytest.approx(oracle.statistic, rel=1e-12, abs=1e-12)
        assert got.loc[i, "p_value"] == pytest.approx(oracle.pvalue, rel=1e-12)


def test_welch_df_and_interval_are_scipys_on_rows() -> None:
    draw = np.random.default_rng(3)
    x, y = draw.normal(1, 2, 17), draw.normal(0, 5, 29)
    oracle = stats.ttest_ind(x, y, equal_var=False)
    c = contrast(
        Group(17, x.mean(), x.std(ddof=1)), Group(29, y.mean(), y.std(ddof=1)), ci_level=0.9, sesoi_sd=None
    )
    assert c.df == pytest.approx(oracle.df, rel=1e-12)
    assert (c.ci_low, c.ci_high) == pytest.approx(tuple(oracle.confidence_interval(0.9)), rel=1e-12)


def test_equivalence_is_statsmodels_and_pingouins() -> None:
    import pingouin
    from statsmodels.stats.weightstats import ttost_ind

    draw = np.random.default_rng(4)
    x, y = draw.normal(0.1, 1, 40), draw.normal(0, 2, 55)
    first, second = (Group(len(v), v.mean(), v.std(ddof=1)) for v in (x, y))
    bound = 0.4 * math.sqrt((39 * first.sd**2 + 54 * second.sd**2) / 93)
    got = contrast(first, second, ci_level=0.95, sesoi_sd=0.4).p_equivalence
    assert got == pytest.approx(ttost_ind(x, y, -bound, bound, usevar="unequal")[0], rel=1e-10)
    assert got == pytest.approx(pingouin.tost(x, y, bound=bound, correction=True)["pval"].iloc[0], rel=1e-10)


@pytest.mark.parametrize("df", [2, 5, 96, 6328])
def test_hedges_factor_is_the_mean_of_the_inverse_sd(df: int) -> None:
    # Definition: 1 / factor = E[sigma / s], s^2 = sigma^2 chi^2 / df.
    spread = 14 / math.sqrt(2 * df)
    if df > 2:
        inverse = integrate.quad(
            lambda s: stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df) / s,
            max(1e-9, 1 - spread),
            1 + spread,
        )[0]
        assert hedges_factor(df) == pytest.approx(1 / inverse, rel=1e-6)
    else:
        assert hedges_factor(2) == pytest.approx(1 / math.sqrt(math.pi))
    assert hedges_factor(df) == pytest.approx(1 - 3 / (4 * df - 1), abs=0.01 if df < 5 else 0.002)


def test_pingouins_hedges_g_differs_only_by_the_approximate_factor() -> None:
    import pingouin

    draw = np.random.default_rng(5)
    x, y = draw.normal(0.5, 1, 12), draw.normal(0, 1, 15)
    c = contrast(
        Group(12, x.mean(), x.std(ddof=1)), Group(15, y.mean(), y.std(ddof=1)), ci_level=0.95, sesoi_sd=None
    )
    approximate = 1 - 3 / (4 * 27 - 9)
    assert c.effect / hedges_factor(25) == pytest.approx(
        pingouin.compute_effsize(x, y, eftype="hedges") / approximate, rel=1e-12
    )


def noncentral_cdf(t: float, df: float, parameter: float) -> float:
    """P(T <= t) from the definition: T = (Z + parameter) / S, integrated over S."""
    spread = 12 / math.sqrt(2 * df)

    def under(s: float) -> float:
        return stats.norm.cdf(t * s - parameter) * stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df)

    return integrate.quad(under, max(0.0, 1 - spread), 1 + spread, epsabs=1e-12, epsrel=1e-10, limit=400)[0]


@pytest.mark.parametrize(
    ("t", "df", "level"),
    [(2.177, 96, 0.95), (0.0, 96, 0.95), (-0.4, 95, 0.9), (3.0, 2, 0.95), (-40.0, 6000, 0.95), (8.0, 10, 0.99),
     (0.5, 20, 0.2)],
)  # fmt: skip
def test_noncentrality_limits_hold_by_quadrature(t: float, df: float, level: float) -> None:
    low, high = noncentrality_limits(t, df, level)
    assert low < high
    assert 1 - noncentral_cdf(t, df, low) == pytest.approx((1 - level) / 2, abs=1e-7)
    assert noncentral_cdf(t, df, high) == pytest.approx((1 - level) / 2, abs=1e-7)


def test_noncentrality_limits_at_zero_are_normal_quantiles_and_mirror() -> None:
    assert noncentrality_limits(0.0, 30, 0.95) == pytest.approx((-1.959964, 1.959964), abs=1e-6)
    low, high = noncentrality_limits(1000.0, 3, 0.99)
    assert noncentrality_limits(-1000.0, 3, 0.99) == (-high, -low)


def test_effect_interval_covers_the_true_effect() -> None:
    # 95 % of the intervals should cover delta; 400 draws leave a Monte Carlo s.e. of 1.1 points.
    draw, delta, hits = np.random.default_rng(6), 0.7, 0
    for _ in range(400):
        x, y = draw.normal(delta, 1, 25), draw.normal(0, 1, 20)
        groups = [Group(len(v), float(v.mean()), float(v.std(ddof=1))) for v in (x, y)]
        c = contrast(*groups, ci_level=0.95, sesoi_sd=None)
        hits += c.effect_ci_low <= delta <= c.effect_ci_high
    assert 0.95 - 3 * 0.011 < hits / 400 < 0.95 + 3 * 0.011


def test_tail_adapters() -> None:
    assert t_upper_tail(0.0, 7) == 0.5
    assert t_two_sided(-12.706205, 1) == pytest.approx(0.05, abs=1e-7)
    assert t_two_sided(math.inf, 5) == 0.0
    assert t_quantile(0.975, 1) == pytest.approx(12.706205, abs=1e-6)


def test_rows_come_in_the_given_order_with_their_words() -> None:
    got = compare(table2(), outcomes=["leadership", "comfort"])
    assert got["id"].tolist() == ["teachers_leadership", "teachers_comfort"]
    assert set(got["term"]) == {"participant - control"}
    assert set(got["n"]) == {97} and set(got["clusters"]) == {22}
    assert set(got["source"]) == {"published"}
    assert set(got["method"]) == {
        "Welch t test on individuals from printed n, mean, SD; ignores that units share clusters"
    }
    assert got["note"].str.contains("independent units").all()
    # Holm runs over what was asked for: two outcomes, not five.
    assert got["p_holm"].tolist() == pytest.approx([got.loc[0, "p_value"], 2 * got.loc[1, "p_value"]])


def test_without_clusters_and_sesoi_both_stay_blank_and_are_noted() -> None:
    got = compare(table2(), clusters=None, sesoi_sd=None)
    assert got["clusters"].isna().all() and got["p_equivalence"].isna().all() and got["sesoi"].isna().all()
    assert got["method"].str.endswith("takes units as independent").all()
    assert got["note"].str.contains("clusters not stated").all()
    assert got["note"].str.contains("equivalence is not tested").all()


def test_no_outcomes_no_rows_and_nothing_mutated() -> None:
    frame = table2()
    before = frame.copy(deep=True)
    assert len(compare(frame, outcomes=[])) == 0
    compare(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_all_faults_are_listed_at_once() -> None:
    frame = table2()
    frame.loc[0, "n_control"] = 1
    frame.loc[1, "sd_participants"] = -1.0
    frame.loc[2, ["sd_participants", "sd_control"]] = 0.0
    frame = pd.concat([frame, frame.iloc[[3]]], ignore_index=True)
    with pytest.raises(InputFaults) as caught:
        compare(frame, outcomes=[*OUTCOMES, "trust"], ci_level=95, sesoi_sd=0.0)
    told = str(caught.value)
    assert len(caught.value.faults) == 7
    assert "column collaboration: found 1 unit in group 'control'; allowed: at least 2 units" in told
    assert "column comfort: found mean 91.17 and SD -1.0 in group 'participant'" in told
    assert "column commitment: found no variance in group 'participant' nor in group 'control'" in told
    assert "column leadership: found 2 rows of summaries" in told
    assert "column trust: found 0 rows of summaries" in told
    assert "ci_level 95" in told and "sesoi_sd 0.0" in told
    assert "study cic2019, comparisons.teachers" in told


def test_another_kind_of_source_does_not_count() -> None:
    with pytest.raises(InputFaults, match="outcomes there: none"):
        compare(table2(), source="real")
