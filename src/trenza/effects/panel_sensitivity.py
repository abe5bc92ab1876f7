"""How far trends may have parted before a conclusion falls (Rambachan & Roth 2023, relative magnitudes).

d(e) is the difference in trends at event time e that the event study sees as an effect, with d(-1) = 0. Relative magnitudes:
no step \\|d(e + 1) - d(e)\\| from the start on is larger than m times the largest step before it. Source: Rambachan & Roth 2023,
Rev. Econ. Stud. 90, 2555-2591.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.effects.adapters import t_quantile
from trenza.effects.panel_group_time import GroupTime
from trenza.effects.panel_rows import Row

METHOD = (
    "relative magnitudes (Rambachan & Roth 2023): steps apart after the start up to m times the largest before it; "
    "identified set as estimated; interval for the whole set as the union of one-sided limits over each earlier step and "
    "its sign, wider than their hybrid interval"
)
GRID = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class EventStudy:
    """Event times E in order, the base -1 left out: estimates (E,), joint covariance (E, E), degrees of freedom (E,)."""

    time: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    df: np.ndarray


def event_study(fitted: GroupTime) -> EventStudy:
    """The event times of group-time effects."""
    at = fitted.pick("event")
    influence = fitted.influence[at]
    return EventStudy(
        np.array([fitted.aggregates[i].event_time for i in at]),
        fitted.estimate[at],
        influence @ influence.T,
        fitted.df[at],
    )


@dataclass(frozen=True)
class _Problem:
    """The target as weights over event times, the earlier steps (S, E), and how many steps the bias can grow over."""

    target: np.ndarray
    steps: np.ndarray
    reach: float


def _problem(study: EventStudy, target: str) -> _Problem | None:
    before = study.time < -1
    after = np.flatnonzero(study.time >= 0)
    if not before.any() or not len(after):
        return None
    chosen = after[:1] if target == "first_test" else after
    weights = np.zeros(len(study.time))
    weights[chosen] = 1.0 / len(chosen)
    # the bias at event time e is at most (e + 1) steps
    reach = float(weights @ np.where(study.time >= 0, study.time + 1.0, 0.0))
    early = np.flatnonzero(before)
    steps = np.zeros((len(early), len(study.time)))
    for i, position in enumerate(early):
        steps[i, position] = -1.0
        if i + 1 < len(early):
            steps[i, early[i + 1]] = 1.0  # the last step leads to the base, which is 0 by definition
    return _Problem(weights, steps, reach)


def limits(
    study: EventStudy, target: str, m: float, ci_level: float
) -> tuple[float, float, float, float] | None:
    """Ends of the estimated identified set and of its interval at one ``m``; None where no step is seen before.

    For the true largest step s and its sign, target -+ m x reach x sign x step_s are the ends of the set. Each is linear in
    the event study, with a one-sided limit at (1 - level) / 2. Taking the widest over all s and both signs covers the
    set whichever it is, so coverage is at least ``ci_level`` up to the normal approximation.
    """
    problem = _problem(study, target)
    if problem is None:
        return None
    used = np.abs(problem.target) + np.abs(problem.steps).sum(axis=0) > 0.0
    quantile = t_quantile(0.5 + ci_level / 2.0, float(study.df[used].min()))
    centre = float(problem.target @ study.estimate)
    half = m * problem.reach * float(np.abs(problem.steps @ study.estimate).max())
    low, high = np.inf, -np.inf
    for step in problem.steps:
        for sign in (-1.0, 1.0):
            line = problem.target + sign * m * problem.reach * step
            value = float(line @ study.estimate)
            se = float(np.sqrt(line @ study.covariance @ line))
            low, high = min(low, value - quantile * se), max(high, value + quantile * se)
    return centre - half, centre + half, low, high


def breakdown(study: EventStudy, target: str, ci_level: float, most: float = 100.0) -> float | None:
    """The smallest m at which the interval holds 0, by bisection; None where it never does up to ``most``."""

    def holds(m: float) -> bool:
        found = limits(study, target, m, ci_level)
        return found is None or found[2] <= 0.0 <= found[3]

    if holds(0.0):
        return 0.0
    if not holds(most):
        return None
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def sensitivity_rows(fitted: GroupTime, *, ci_level: float) -> list[Row]:
    """Rows of contract ``panel_sensitivity`` for the first test and the plain mean of all tests since the start.

    Empty where there are fewer than two tests before the start or an event time has no standard error.
    """
    study = event_study(fitted)
    if not np.isfinite(fitted.se[fitted.pick("event")]).all():
        return []
    rows: list[Row] = []
    for target in ("first_test", "average"):
        problem = _problem(study, target)
        if problem is None:
            continue
        edge = breakdown(study, target, ci_level)
        for m, is_edge in [*((m, False) for m in GRID), *([] if edge is None else [(edge, True)])]:
            found = limits(study, target, m, ci_level)
            assert found is not None
            rows.append(
                {
                    "target": target,
                    "m": m,
                    "estimate": float(problem.target @ study.estimate),
                    "set_low": found[0],
                    "set_high": found[1],
                    "ci_low": found[2],
                    "ci_high": found[3],
                    "ci_level": ci_level,
                    "holds_zero": found[2] <= 0.0 <= found[3],
                    "breakdown": is_edge,
                    "method": METHOD,
                }
            )
    return rows
