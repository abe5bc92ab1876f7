"""Simulated pupils in classes in schools: the truth that was put in comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import InputFaults
from trenza.simulate.pupils import simulate_pupils

SHARES = {"school": 0.2, "school_year": 0.03, "class": 0.1, "pupil": 0.4}


def pupils(**changed: Any) -> pd.DataFrame:
    given: dict[str, Any] = {
        "place": ("study s", "sources.pupils_simulated"),
        "cluster_column": "school",
        "unit_column": "pupil",
        "group_column": "group",
        "participants": "ilt",
        "control": "other",
        "schools": {"ilt": 3, "other": 3},
        "classes": 3,
        "pupils": 28,
        "mean": 260.0,
        "sd": 50.0,
        "growth": 8.0,
        "effect": 10.0,
        "shares": SHARES,
        "seed": 1,
    }
    return simulate_pupils(**{**given, **changed})


def test_layout() -> None:
    frame = pupils()
    assert len(frame) == 6 * 3 * 28 and frame["pupil"].is_unique and set(frame["source"]) == {"simulated"}
    assert frame.groupby("school")["class"].nunique().tolist() == [3] * 6
    assert (frame.groupby("school")["group"].nunique() == 1).all()  # whole schools take part
    assert frame.groupby("group")["school"].nunique().to_dict() == {"ilt": 3, "other": 3}
    assert (frame.groupby("class")["school"].nunique() == 1).all()
    np.testing.assert_array_equal(frame["gain"], frame["after"] - frame["before"])
    pd.testing.assert_frame_equal(frame, pupils())


def test_the_variances_and_the_effect_that_were_put_in_come_out() -> None:
    frame = pupils(schools={"ilt": 400, "other": 400}, classes=4, pupils=6)
    mean = frame.groupby("group")["gain"].mean()
    # variance of a school's mean gain: 2 (school_year + occasion / 24) sd^2
    se = (2 * (0.03 + 0.27 / 24) * 2500 / 400 * 2) ** 0.5
    assert abs(mean["ilt"] - mean["other"] - 10.0) < 3 * se and abs(mean["other"] - 8.0) < 3 * se
    assert frame["before"].std() == pytest.approx(50.0, rel=0.02)
    within = frame.groupby("class")["before"].var().mean()
    assert within == pytest.approx((0.4 + 0.27) * 2500, rel=0.03)  # pupils and occasions
    classes = frame.groupby(["school", "class"])["before"].mean()
    between = classes.groupby("school").var().mean()
    assert between == pytest.approx((0.1 + 0.67 / 6) * 2500, rel=0.06)
    schools = frame.groupby("school")["before"].mean().var()
    assert schools == pytest.approx((0.23 + 0.1 / 4 + 0.67 / 24) * 2500, rel=0.12)
    both = np.cov(frame["before"], frame["after"] - 10.0 * (frame["group"] == "ilt"))[0, 1]
    assert both == pytest.approx(0.7 * 2500, rel=0.06)


def test_no_effect_and_another_seed_change_what_they_should() -> None:
    with_effect, without = pupils(), pupils(effect=0.0)
    treated = with_effect["group"] == "ilt"
    np.testing.assert_allclose(with_effect["after"] - without["after"], 10.0 * treated)
    assert not np.allclose(pupils(seed=2)["before"], with_effect["before"])


def test_shares_that_leave_nothing_are_refused() -> None:
    with pytest.raises(
        InputFaults, match=r"shares: found school 0.2, school_year 0.03, class 0.1, pupil 0.7"
    ):
        pupils(shares={**SHARES, "pupil": 0.7})
