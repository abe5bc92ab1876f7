"""ICC(1), ICC(2) and rwg(j): by hand, against R, and against known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scale_cases import oracle, oracle_answers

from trenza.questionnaire.adapters import f_quantile
from trenza.questionnaire.school_agreement import icc, rwg, rwg_by_school


def r_scores(unequal: bool) -> tuple[np.ndarray, np.ndarray]:
    frame = oracle_answers()
    frame["d"] = 6 - frame["d"]
    if unequal:
        frame = frame[frame["unequal"] == 1]
    return frame[list("abcdef")].mean(axis=1).to_numpy(), frame["school"].to_numpy()


def test_by_hand() -> None:
    # Schools (1, 3), (4, 6), (7, 9): MSB = 2 (9 + 0 + 9) / 2 = 18, MSW = 6 / 3 = 2, F = 9, n0 = 2.
    found = icc(np.array([1, 3, 4, 6, 7, 9.0]), np.array(list("aabbcc")), ci_level=0.95)
    assert (found.n, found.clusters, found.n_per_cluster) == (6, 3, 2.0)
    assert (found.f_value, found.df1, found.df2) == (pytest.approx(9.0), 2, 3)
    assert found.icc1 == pytest.approx((18 - 2) / (18 + 2))
    assert found.icc2 == pytest.approx((18 - 2) / 18)
    # F(.975; 2, 3) = 16.0441 and F(.025; 2, 3) = 1 / F(.975; 3, 2) = 1 / 39.1655, from printed tables
    assert (f_quantile(0.975, 2, 3), f_quantile(0.975, 3, 2)) == pytest.approx((16.0441, 39.1655), abs=5e-5)
    assert found.icc1_low == pytest.approx((9 / 16.0441 - 1) / (9 / 16.0441 + 1), abs=1e-5)
    assert found.icc1_high == pytest.approx((9 * 39.1655 - 1) / (9 * 39.1655 + 1), abs=1e-6)
    assert found.note == ""


def test_n0_of_unequal_schools_by_hand() -> None:
    # sizes 1, 2, 3: (6 - 14 / 6) / 2 = 11 / 6
    found = icc(np.array([1, 2, 3, 4, 6, 9.0]), np.array(list("abbccc")), ci_level=0.95)
    assert found.n_per_cluster == pytest.approx(11 / 6)
    assert found.note == "schools differ in size: the interval of ICC(1) is approximate"


@pytest.mark.parametrize("which", ["equal", "unequal"])
def test_analysis_of_variance_as_in_r(which: str) -> None:
    found, theirs = icc(*r_scores(which == "unequal"), ci_level=0.95), oracle(f"aov_{which}")
    ours = {"f": found.f_value, "df1": found.df1, "df2": found.df2, "p": found.p_value}
    assert ours == pytest.approx({k: theirs[k] for k in ours})
    n0 = found.n_per_cluster
    assert found.icc1 == pytest.approx(
        (theirs["msb"] - theirs["msw"]) / (theirs["msb"] + (n0 - 1) * theirs["msw"])
    )
    # Spearman-Brown at n0
    assert found.icc2 == pytest.approx(n0 * found.icc1 / (1 + (n0 - 1) * found.icc1))


def test_icc_as_in_multilevel() -> None:
    found, theirs = icc(*r_scores(False), ci_level=0.95), oracle("icc_equal")
    assert (found.icc1, found.icc2) == (pytest.approx(theirs["icc1"]), pytest.approx(theirs["icc2"]))


@pytest.mark.parametrize("sizes", [[6] * 20, [2, 4, 8, 10] * 5])
def test_the_interval_covers_the_truth(sizes: list[int]) -> None:
    rng = np.random.default_rng(61)
    schools = np.repeat(np.arange(20), sizes)
    found = []
    for _ in range(500):
        scores = math.sqrt(0.2) * rng.normal(size=20)[schools] + math.sqrt(0.8) * rng.normal(
            size=len(schools)
        )
        found.append(icc(scores, schools, ci_level=0.9))
    covered = np.mean([f.icc1_low <= 0.2 <= f.icc1_high for f in found])
    assert abs(covered - 0.9) < 3 * math.sqrt(0.9 * 0.1 / 500) + (0.02 if len(set(sizes)) > 1 else 0)
    assert np.mean([f.icc1 for f in found]) == pytest.approx(0.2, abs=0.02)


def test_a_negative_icc_is_kept_and_told() -> None:
    found = icc(np.array([1, 9, 2, 8, 3, 7.0]), np.array(list("aabbcc")), ci_level=0.95)
    assert found.icc1 == pytest.approx(-1.0) and "negative" in found.note and math.isnan(found.icc2)


@pytest.mark.parametrize(
    ("scores", "schools", "note"),
    [
        ([], [], "no ICC: fewer than two schools"),
        ([1.0, 2.0], ["a", "a"], "no ICC: fewer than two schools"),
        ([1.0, 2.0], ["a", "b"], "no ICC: no school with two people"),
        ([1.0, 1.0, 2.0], ["a", "a", "b"], "no ICC: scores do not vary within schools"),
        ([1.0, 1.0, 1.0], ["a", "a", "b"], "no ICC: scores do not vary within schools"),
    ],
)
def test_what_is_not_defined_is_blank_and_told(scores: list[float], schools: list[str], note: str) -> None:
    found = icc(np.array(scores), np.array(schools), ci_level=0.95)
    assert found.note == note and math.isnan(found.icc1) and math.isnan(found.p_value)


def test_rwg_by_hand() -> None:
    # Two items from 1 to 5, uniform variance 2. Observed 1 and 1/3, mean 2/3, q = 1/3: 2 (2/3) / (2 (2/3) + 1/3).
    answers = np.array([[2, 3], [3, 3], [4, 4.0]])
    assert rwg(answers, [4, 4]) == pytest.approx((4 / 3) / (4 / 3 + 1 / 3))
    assert rwg(np.array([[3, 3], [3, 3.0]]), [4, 4]) == 1.0
    assert rwg(np.array([[1, 1], [5, 5.0]]), [4, 4]) == 0.0  # more apart than chance
    assert rwg(np.array([[1], [2.0]]), [1]) == 0.0  # two options: uniform variance .25, observed .5


def test_rwg_as_in_multilevel() -> None:
    frame = oracle_answers()
    found = rwg_by_school(frame[list("abcdef")].to_numpy(dtype=float), frame["school"].to_numpy(), [4] * 6)
    assert found == pytest.approx(list(oracle("rwg").values()))


def test_rwg_needs_two_people_and_puts_unequal_ranges_side_by_side() -> None:
    assert not len(rwg_by_school(np.ones((3, 2)), np.array(list("abc")), [4, 4]))
    # an item from 1 to 3 (uniform variance 8/12) with variance 1/3 and one from 1 to 5 with 1: both q = .5
    answers = np.array([[1, 2], [2, 3], [2, 4.0]])
    assert rwg(answers, [2, 4]) == pytest.approx(2 * 0.5 / (2 * 0.5 + 0.5))
