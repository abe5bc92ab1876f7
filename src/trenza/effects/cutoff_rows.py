"""The result rows of a cut-off: take-up, its jump, the two-stage estimates, and what their notes say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trenza.effects.adapters import t_quantile
from trenza.effects.intervals import share, share_difference, symmetric
from trenza.effects.two_stage import FirstStage, anderson_rubin, first_stage, two_stage_least_squares

_SHARE = "Share of {who} units in the window that took part, 0 to 1; Wilson interval"
_DIFFERENCE = (
    "Share of eligible minus share of not eligible units in the window that took part; the running variable "
    "is not held constant: the difference across the whole window, not the jump at the cut-off; "
    "Newcombe interval, z with the unpooled standard error"
)
_JUMP = (
    "Jump at the cut-off of the share that took part, 0 to 1: coefficient of eligibility in the first stage of "
    "two-stage least squares, running variable with {slopes}, equal weights in the window; "
    "homoskedastic standard error with n - {p}, t"
)
_WALD = (
    "Wald ratio by two-stage least squares, participation instrumented by eligibility, no running variable: "
    "the difference in mean outcome over the difference in take-up between all eligible and all not eligible "
    "units in the window, NOT a regression-discontinuity estimate; homoskedastic standard error with n - 2, t"
)
_FUZZY = (
    "Fuzzy regression discontinuity by two-stage least squares, participation instrumented by eligibility, "
    "running variable with {slopes} in both stages, equal weights in the window{wide}: the effect at the cut-off "
    "on units that take part because they are eligible; homoskedastic standard error with n - {p}, t"
)
_PLACEBO = (
    "Placebo: the fuzzy regression discontinuity with one slope, of an outcome from before the programme, which "
    "it cannot have moved: an estimate away from 0 speaks against the design; "
    "homoskedastic standard error with n - 3, t"
)
_ONE, _TWO = "one slope", "a slope on each side"
# Staiger & Stock 1997, Econometrica 65, 557-586: the rule of thumb for one instrumented variable
WEAK_BELOW = 10.0
WEAK = "weak instrument (first-stage F below 10): estimate and interval are not to be relied on"

Row = tuple[dict[str, Any], list[str]]
"""The columns of a result row, and what its note has to say first."""


@dataclass(frozen=True)
class Window:
    """Units near the cut-off, as arrays of one length: distance from it, outcome, and who they are."""

    x: np.ndarray
    y: np.ndarray
    took_part: np.ndarray
    is_eligible: np.ndarray

    @property
    def smaller_side(self) -> int:
        """Units on the side of the cut-off that has fewer."""
        return int(min(self.is_eligible.sum(), (~self.is_eligible).sum()))

    def slopes(self, count: int) -> np.ndarray:
        """The running variable as (n, count) columns: none, one slope, or a slope on each side."""
        return np.column_stack([self.x, self.x * self.is_eligible])[:, :count]


def take_up(window: Window, ci_level: float) -> list[Row]:
    """Shares that took part on both sides, their difference, and the jump at the cut-off, one and two slopes."""
    took_part, is_eligible = window.took_part, window.is_eligible
    sides = {
        "not_eligible": (int(took_part[~is_eligible].sum()), int((~is_eligible).sum())),
        "eligible": (int(took_part[is_eligible].sum()), int(is_eligible.sum())),
    }
    rows: list[Row] = [
        (
            {"term": f"take_up_{side}", "n": n, "method": _SHARE.format(who=side.replace("_", " "))}
            | share(took, n, ci_level),
            [],
        )
        for side, (took, n) in sides.items()
    ]
    difference = share_difference(sides["eligible"], sides["not_eligible"], ci_level)
    rows.append(({"term": "take_up_jump", "n": len(took_part), "method": _DIFFERENCE} | difference, []))
    for term, slopes, count in (("take_up_jump_linear", _ONE, 1), ("take_up_jump_two_slopes", _TWO, 2)):
        row: dict[str, Any] = {
            "term": term,
            "n": len(took_part),
            "method": _JUMP.format(slopes=slopes, p=2 + count),
        }
        found = _first_stage(window, count)
        if found is not None:
            row |= symmetric(found.jump, found.se, ci_level, found.df)
        rows.append((row, [] if found else ["not identified: the window has too few different distances"]))
    return rows


def estimates(window: Window, ci_level: float) -> list[Row]:
    """The Wald ratio and the fuzzy estimates with one slope and with a slope on each side."""
    return [
        _two_stage("wald_no_running_variable", _WALD, window, 0, ci_level),
        _two_stage("fuzzy_rd_linear", _FUZZY.format(slopes=_ONE, wide="", p=3), window, 1, ci_level),
        _two_stage(
            "fuzzy_rd_linear_two_slopes", _FUZZY.format(slopes=_TWO, wide="", p=4), window, 2, ci_level
        ),
    ]


def other_bandwidth(window: Window, factor: float, ci_level: float) -> Row:
    """The fuzzy estimate with one slope in a window ``factor`` times as wide as the declared one."""
    method = _FUZZY.format(slopes=_ONE, wide=f" of {factor:g} times the declared bandwidth", p=3)
    term = f"fuzzy_rd_linear_bandwidth_{factor:g}".replace(".", "_")
    return _two_stage(term, method, window, 1, ci_level)


def placebo(window: Window, ci_level: float) -> Row:
    """The fuzzy estimate with one slope of an outcome from before the programme."""
    return _two_stage("placebo_fuzzy_rd_linear", _PLACEBO, window, 1, ci_level)


def _first_stage(window: Window, slopes: int) -> FirstStage | None:
    return first_stage(
        window.took_part.astype(float), window.is_eligible.astype(float), window.slopes(slopes)
    )


def _two_stage(term: str, method: str, window: Window, slopes: int, ci_level: float) -> Row:
    row: dict[str, Any] = {"term": term, "n": len(window.x), "method": method}
    columns = (
        window.y,
        window.took_part.astype(float),
        window.is_eligible.astype(float),
        window.slopes(slopes),
    )
    found, first = two_stage_least_squares(*columns), _first_stage(window, slopes)
    if found is None or first is None:
        return row, ["not identified: eligibility does not move participation in this window"]
    row |= symmetric(found.estimate, found.se, ci_level, found.df)
    pieces = anderson_rubin(*columns, t_quantile(0.5 + ci_level / 2.0, found.df))
    return row, [strength(first.f), *_in_words(pieces or []), *([WEAK] if first.f < WEAK_BELOW else [])]


def strength(f: float) -> str:
    """The first-stage F in words."""
    if np.isinf(f):
        return "first-stage F without bound: eligibility decides participation alone"
    return f"first-stage F = {f:.1f}"


def _in_words(pieces: list[tuple[float, float]]) -> list[str]:
    """The Anderson-Rubin set, from its pieces in order."""
    said = []
    for low, high in pieces:
        if np.isinf(low) and np.isinf(high):
            said.append("without bound: no effect is excluded")
        elif np.isinf(low):
            said.append(f"without lower bound, up to {high:.2f}")
        elif np.isinf(high):
            said.append(f"without upper bound, from {low:.2f}")
        else:
            said.append(f"{low:.2f} to {high:.2f}")
    return [f"Anderson-Rubin interval {' and '.join(said)}"] if said else []
