"""Relative magnitudes by hand, and how often the interval holds the truth when trends part as much as allowed."""

from __future__ import annotations

import numpy as np
import pytest
from panel_cases import SIMULATED, design, quick, simulated, used

from trenza.effects.panel_group_time import group_time, joint_before
from trenza.effects.panel_sensitivity import EventStudy, breakdown, limits, sensitivity_rows
from trenza.effects.panel_sums import change_sums

TIME = np.array([-3, -2, 0, 1])
LARGE = np.full(4, 1e9)


def study(estimate: list[float], variance: float = 0.0) -> EventStudy:
    return EventStudy(TIME, np.array(estimate), variance * np.eye(4), LARGE)


def test_the_set_by_hand() -> None:
    """Steps before are -2 and -1; the largest is 2. Bias of the first test: up to 2 m; of the mean: 2 m x (1 + 2) / 2."""
    known = study([3.0, 1.0, 5.0, 6.0])
    assert limits(known, "first_test", 1.0, 0.95) == pytest.approx((3.0, 7.0, 3.0, 7.0))
    assert limits(known, "average", 1.0, 0.95) == pytest.approx((2.5, 8.5, 2.5, 8.5))
    assert limits(known, "first_test", 0.0, 0.95) == pytest.approx((5.0, 5.0, 5.0, 5.0))
    assert breakdown(known, "first_test", 0.95) == pytest.approx(2.5)
    assert breakdown(known, "average", 0.95) == pytest.approx(5.5 / 3.0)


def test_without_departures_it_is_the_plain_interval_and_it_widens_with_m() -> None:
    noisy = study([1.0, 0.5, 5.0, 6.0], variance=1.0)
    found = limits(noisy, "first_test", 0.0, 0.95)
    assert found is not None
    assert found[2:] == pytest.approx((5.0 - 1.959964, 5.0 + 1.959964), abs=1e-5)
    widths = []
    for m in np.linspace(0.0, 3.0, 13):
        at = limits(noisy, "average", float(m), 0.95)
        assert at is not None and at[2] <= at[0] <= at[1] <= at[3]
        widths.append(at[3] - at[2])
    assert (np.diff(widths) > 0.0).all()


def test_breakdown_is_where_zero_enters_or_nothing() -> None:
    noisy = study([1.0, 0.5, 5.0, 6.0], variance=0.25)
    edge = breakdown(noisy, "first_test", 0.95)
    assert edge is not None
    inside, outside = (limits(noisy, "first_test", edge * f, 0.95) for f in (1.001, 0.999))
    assert inside is not None and inside[2] < 0.0
    assert outside is not None and outside[2] > 0.0
    assert breakdown(study([0.0, 0.0, 5.0, 6.0]), "first_test", 0.95) is None
    assert breakdown(study([0.0, 0.0, 1.0, 1.0], variance=4.0), "first_test", 0.95) == 0.0


@pytest.mark.parametrize("target", ["first_test", "average"])
def test_it_holds_the_truth_when_trends_part_as_far_as_allowed(target: str) -> None:
    """The worst case for m = 1: steps of 1 before (one of them) and, after, the same again in every test."""
    random = np.random.default_rng(4)
    apart = np.array([1.0, 0.0, 1.0, 2.0])  # steps -1, 0 before; +1, +1 after
    truth, held = 3.0, 0
    for _ in range(1000):
        seen = np.where(TIME >= 0, truth, 0.0) + apart + random.normal(0.0, 0.5, 4)
        found = limits(EventStudy(TIME, seen, 0.25 * np.eye(4), LARGE), target, 1.0, 0.95)
        assert found is not None
        held += found[2] <= truth <= found[3]
    assert held / 1000 >= 0.95 - 3 * (0.05 * 0.95 / 1000) ** 0.5


def test_rows_of_a_panel() -> None:
    fitted = group_time(change_sums(used(simulated(2, effect=8.0), design(**SIMULATED))), "never")
    rows = sensitivity_rows(fitted, ci_level=0.95)
    assert {r["target"] for r in rows} == {"first_test", "average"}
    by = {(r["target"], r["m"]): r for r in rows if not r["breakdown"]}
    first = fitted.pick("event")[[fitted.aggregates[i].event_time for i in fitted.pick("event")].index(0)]
    assert by["first_test", 0.0]["estimate"] == pytest.approx(fitted.estimate[first])
    assert not by["first_test", 0.0]["holds_zero"]
    edges = [r for r in rows if r["breakdown"]]
    assert len(edges) == 2 and all(r["holds_zero"] for r in edges)


def test_one_test_before_the_start_tells_nothing_of_trends() -> None:
    made = design(baseline_years=(2003,), outcome_years=(2004,))
    fitted = group_time(change_sums(used(simulated(2, starts=(2004,)), made)), "never")
    assert sensitivity_rows(fitted, ci_level=0.95) == []
    assert joint_before(fitted) is None


def test_the_joint_test_before_the_start() -> None:
    """With one event time before, F is the square of its t; with a trend apart it is large."""
    made = design(baseline_years=(2002, 2003), outcome_years=(2004,))
    fitted = group_time(change_sums(used(simulated(2, starts=(2004,)), made)), "never")
    early = fitted.pick("event")[0]
    found = joint_before(fitted)
    assert found is not None
    assert found[0] == pytest.approx((fitted.estimate[early] / fitted.se[early]) ** 2)
    frame = simulated(2, starts=(2004,))
    drift = 6.0 * (frame["year"] - 2001) * frame["treated_in"].notna()
    parted = group_time(change_sums(used(frame.assign(score=frame["score"] + drift), made)), "never")
    again = joint_before(parted)
    assert again is not None and again[3] < 0.01 < found[3]


def test_the_joint_test_rejects_about_as_often_as_it_says() -> None:
    """300 trials without a trend apart: within three standard errors of 5 %."""
    p = []
    for seed in range(300):
        fitted = group_time(change_sums(quick(simulated(5000 + seed, schools=2))), "never")
        found = joint_before(fitted)
        assert found is not None
        p.append(found[3])
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) <= 3 * (0.05 * 0.95 / 300) ** 0.5
