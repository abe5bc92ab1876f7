"""Robustness value and E-value against published figures and their meaning; leave one out, placebos, specifications by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from trenza.effects.unmeasured import (
    e_value,
    leave_one_out,
    placebo_rows,
    robustness_value,
    specification_curve,
)


def test_robustness_values_of_cinelli_and_hazlett() -> None:
    """Their example (2020, section 3.2): estimate 0.097, standard error 0.023, 783 degrees of freedom: 13.9 % and 7.6 %."""
    t = 4.18445  # as their package sensemakr prints it
    assert robustness_value(t, 1.0, 783.0) == pytest.approx(0.13878, abs=5e-6)
    assert robustness_value(t, 1.0, 783.0, alpha=0.05) == pytest.approx(0.07626, abs=5e-6)
    assert robustness_value(-1.9, 1.0, 783.0, alpha=0.05) == 0.0


def test_a_cause_as_strong_as_the_robustness_value_takes_the_estimate_to_zero() -> None:
    """Made to order: a cause that explains RV of the residual variance of both, added as a regressor, leaves nothing."""
    random = np.random.default_rng(4)
    n = 400
    d, u, e = np.linalg.qr(random.normal(size=(n, 3)) - random.normal(size=(n, 3)).mean(axis=0))[0].T
    y = 0.5 * d + e
    x = np.column_stack([np.ones(n), d])
    b, rss, *_ = np.linalg.lstsq(x, y, rcond=None)
    se = float(np.sqrt(rss[0] / (n - 2) * np.linalg.inv(x.T @ x)[1, 1]))
    share = robustness_value(float(b[1]), se, n - 2)
    # z explains ``share`` of d and of what d leaves of y
    rest = y - x @ b
    rest = rest / np.linalg.norm(rest)
    only = d - d.mean()
    only = only / np.linalg.norm(only)
    other = (
        u
        - np.column_stack([np.ones(n), only, rest])
        @ np.linalg.lstsq(np.column_stack([np.ones(n), only, rest]), u, rcond=None)[0]
    )
    other = other / np.linalg.norm(other)
    of_rest = np.sqrt(share * (1.0 - share))
    z = np.sqrt(share) * only + of_rest * rest + np.sqrt(1.0 - share - of_rest**2) * other
    adjusted = np.linalg.lstsq(np.column_stack([x, z]), y, rcond=None)[0][1]
    assert adjusted == pytest.approx(0.0, abs=1e-8)


def test_e_values() -> None:
    """VanderWeele & Ding 2017: a risk ratio of 3.9 has 7.26; the limit beyond 0 has 1."""
    assert e_value(np.log(3.9) / 0.91) == pytest.approx(7.26, abs=0.005)
    assert e_value(-0.5) == e_value(0.5) == pytest.approx(2.5289, abs=5e-4)
    assert e_value(0.5, -0.1) == 1.0 and e_value(0.5, 0.0) == 1.0
    assert 1.0 < e_value(0.5, 0.1) < e_value(0.5)


def test_leave_one_out_by_hand() -> None:
    rows = pd.DataFrame({"commune": ["b", "a", "b", "c"], "y": [1.0, 2.0, 3.0, 10.0]})
    found = leave_one_out(rows, "commune", lambda part: {"estimate": float(part["y"].mean())})
    assert found["left_out"].tolist()[1:] == ["a", "b", "c"] and pd.isna(found["left_out"][0])
    assert found["estimate"].tolist() == pytest.approx([4.0, 14.0 / 3.0, 6.0, 2.0])


def test_placebos_stand_beside_the_estimate() -> None:
    made = {"science": {"estimate": 0.1, "ci_low": -1.0, "ci_high": 1.2}, "2012": {"estimate": 2.0, "ci_low": 1.0, "ci_high": 3.0}}  # fmt: skip
    real = {"estimate": 5.0, "ci_low": 4.0, "ci_high": 6.0}
    found = placebo_rows(made, lambda name: made[name], reference=real)
    assert found["holds_zero"].tolist() == [False, True, False]
    assert found["estimate"].tolist() == [5.0, 0.1, 2.0]


def test_every_combination_that_makes_sense_stands_once_in_order() -> None:
    def run(years: int, pool: str) -> Mapping[str, float] | None:
        return None if (years, pool) == (1, "all") else {"estimate": years * (2.0 if pool == "all" else -1.0)}

    found = specification_curve({"years": [1, 2], "pool": ["all", "near"]}, run)
    assert found[["years", "pool", "estimate"]].to_numpy().tolist() == [[2, "near", -2.0], [1, "near", -1.0], [2, "all", 4.0]]  # fmt: skip
    assert found["position"].tolist() == [1, 2, 3]
