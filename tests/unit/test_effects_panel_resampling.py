"""Randomisation inference, the wild bootstrap and simultaneous bands against brute force, and how often they reject."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from panel_cases import SIMULATED, by_hand, design, quick, simulated, used

from trenza.effects.adapters import t_two_sided
from trenza.effects.panel_group_time import critical_value, group_time
from trenza.effects.panel_randomisation import randomisation, randomisation_rows
from trenza.effects.panel_sums import change_sums
from trenza.effects.panel_two_way import within
from trenza.effects.panel_wild import wild_bootstrap, wild_rows


def relabelled(rows: pd.DataFrame, starts: tuple[int, ...]) -> float:
    """The overall effect over its standard error after clusters, in order, get other years."""
    names = sorted(rows["cluster"].unique())
    new = rows.assign(cohort=rows["cluster"].map(dict(zip(names, starts, strict=True))))
    fitted = group_time(change_sums(new), "never")
    return float(fitted.estimate[0] / fitted.se[0])


def test_randomisation_takes_all_assignments_once() -> None:
    frame = simulated(
        3, clusters=6, schools=2, starts=(2003, 2004), treated=4, effect=3.0, years=(2001, 2002, 2003, 2004)
    )
    rows = used(frame, design())
    found = randomisation(rows, "never", draws=999, seed=1)
    assert found is not None and found.exact and found.assignments == 90  # 6! / (2! 2! 2!)
    starts = tuple(rows.drop_duplicates("cluster").sort_values("cluster")["cohort"])
    every = set(itertools.permutations(starts))
    assert len(every) == 90
    seen = abs(relabelled(rows, starts))
    larger = sum(abs(relabelled(rows, p)) >= seen * (1 - 1e-9) for p in every)
    assert found.p_value == pytest.approx(larger / 90)


def test_randomisation_by_hand_with_one_treated_cluster() -> None:
    """Three clusters, one of them treated: its change is the largest of the three, so p = 1 / 3."""
    frame = by_hand().query("school in ['a', 'b', 'c', 'd']").copy()
    frame.loc[frame["school"] == "d", "commune"] = "east"
    found = randomisation(used(frame, design()), "never", draws=99, seed=1)
    assert found is not None and found.statistic == "plain" and found.assignments == 3
    assert found.p_value == pytest.approx(1 / 3)


def test_randomisation_needs_whole_clusters() -> None:
    frame = by_hand()
    frame.loc[frame["school"] == "a", "commune"] = "east"
    made = design()
    rows = used(frame, made)
    assert randomisation(rows, "never", draws=99, seed=1) is None
    assert randomisation_rows(made, rows, estimate=1.0, ci_level=0.95, draws=99, seed=1) == []


def test_randomisation_draws_are_seeded_and_do_not_depend_on_the_order_of_rows() -> None:
    frame = simulated(11, effect=1.0)
    made = design(**SIMULATED)
    first = randomisation(used(frame, made), "never", draws=199, seed=5)
    again = randomisation(used(frame.sample(frac=1.0, random_state=2), made), "never", draws=199, seed=5)
    assert first == again and first is not None and not first.exact


def brute_wild(rows: pd.DataFrame) -> float:
    """All sign patterns, each with a regression on all dummies and CR1."""
    on = ((rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])).astype(float).to_numpy()
    others = pd.get_dummies(rows[["unit", "year"]].astype("str"), dtype=float).to_numpy()
    x = np.column_stack([on, others])
    y = rows["outcome"].to_numpy()
    cluster = pd.factorize(rows["cluster"])[0]
    left = on - others @ np.linalg.lstsq(others, on, rcond=None)[0]

    def t(values: np.ndarray) -> float:
        beta = np.linalg.lstsq(x, values, rcond=None)[0]
        score = np.bincount(cluster, left * (values - x @ beta)) / (left @ left)
        return float(beta[0] ** 2 / (score @ score))

    null = others @ np.linalg.lstsq(others, y, rcond=None)[0]
    seen = t(y)
    signs = list(itertools.product([1.0, -1.0], repeat=cluster.max() + 1))
    larger = sum(t(null + np.array(s)[cluster] * (y - null)) >= seen * (1 - 1e-9) for s in signs)
    return larger / len(signs)


@pytest.mark.parametrize("kept", [1.0, 0.85])
def test_the_wild_bootstrap_is_that_of_all_regressions(kept: float) -> None:
    frame = simulated(8, clusters=7, schools=3, starts=(2004, 2005), treated=4, effect=1.5)
    rows = used(frame.sample(frac=kept, random_state=4), design(**SIMULATED))
    found = wild_bootstrap(within(rows), draws=999, seed=1)
    assert found.exact and found.patterns == 128
    assert found.p_value == pytest.approx(brute_wild(rows))


def test_the_wild_bootstrap_is_told_beside_the_two_way_estimate() -> None:
    made = design(**SIMULATED)
    row = wild_rows(made, used(simulated(12, effect=6.0), made), ci_level=0.95, draws=299, seed=1)[0]
    assert row["p_value"] == pytest.approx(1 / 300)  # six points are larger than any draw under the null
    assert "few treated clusters" in row["note"]


def test_simultaneous_bands_of_independent_estimates() -> None:
    """With independent normal estimates the largest of k exceeds c with 1 - (2 Phi(c) - 1)^k: c = 2.49 for k = 4."""
    from scipy.special import ndtri

    influence = np.kron(np.eye(4), np.ones(400))
    se = np.sqrt((influence**2).sum(axis=1))
    found = critical_value(influence, se, ci_level=0.95, draws=20_000, seed=1)
    assert found == pytest.approx(ndtri(0.5 + 0.95**0.25 / 2.0), abs=0.06)
    assert found == critical_value(influence, se, ci_level=0.95, draws=20_000, seed=1)


def test_with_three_treated_clusters_both_reject_about_as_often_as_they_say() -> None:
    """150 trials without an effect: 5 % plus three standard errors is 10.3 %; randomisation is exact, so at most that."""
    welch, shuffled = [], []
    for seed in range(150):
        rows = quick(simulated(1000 + seed, clusters=9, schools=3, starts=(2005,), treated=3))
        fitted = group_time(change_sums(rows), "never")
        welch.append(t_two_sided(float(fitted.estimate[0] / fitted.se[0]), float(fitted.df[0])))
        found = randomisation(rows, "never", draws=219, seed=seed)
        assert found is not None and found.exact
        shuffled.append(found.p_value)
    most = 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5
    assert np.mean(np.array(shuffled) <= 0.05) <= most
    assert np.mean(np.array(welch) <= 0.05) <= most
