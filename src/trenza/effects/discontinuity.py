"""Programmes given below (or above) a cut-off that not everybody obeyed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.bins import bin_rows, merged
from trenza.effects.intervals import share, share_difference, symmetric
from trenza.effects.two_stage import TwoStage, two_stage_least_squares
from trenza.multilevel.rows import Place, level_fault, result_frame, used_rows

ELIGIBLE_SIDES = ("below", "above")
_SHARE = "Share of {who} units in the window that took part, 0 to 1; Wilson interval"
_JUMP = (
    "Share of eligible minus share of not eligible units in the window that took part; the running variable "
    "is not held constant; Newcombe interval, z with the unpooled standard error"
)
_WALD = (
    "Wald ratio by two-stage least squares, participation instrumented by eligibility, no running variable: "
    "the difference in mean outcome over the difference in take-up between all eligible and all not eligible "
    "units in the window, NOT a regression-discontinuity estimate; homoskedastic standard error with n - 2, t"
)
_FUZZY = (
    "Fuzzy regression discontinuity by two-stage least squares, participation instrumented by eligibility, "
    "running variable with {slopes} in both stages, equal weights in the window: the effect at the cut-off "
    "on units that take part because they are eligible; homoskedastic standard error with n - {p}, t"
)
_PICTURE = (
    "no data-driven bandwidth and no robust bias correction: to be read as a picture, not as the last word"
)
# Staiger & Stock 1997, Econometrica 65, 557-586: the rule of thumb for one instrumented variable
_WEAK_BELOW = 10.0


def discontinuity(
    records: pd.DataFrame,
    *,
    study: str,
    id: str,
    source: str,
    outcome: str,
    group: str,
    participants: str,
    running: str,
    cutoff: float,
    eligible: str,
    bandwidth: float,
    ci_level: float,
    min_cell: int,
    bins_per_side: int = 10,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take-up and outcome on both sides of ``cutoff``, among units with |running - cutoff| < ``bandwidth``.

    ``records`` has one unit a row; rows with a blank in ``outcome``, ``running`` or ``group`` are left
    out and counted in the note. A unit takes part when its group is ``participants``. ``eligible``
    is ``below`` or ``above``, strictly: a unit exactly at the cut-off is not eligible.

    Returns a table of contract ``discontinuity``, in this order: take_up_not_eligible,
    take_up_eligible, take_up_jump (shares); wald_no_running_variable, fuzzy_rd_linear,
    fuzzy_rd_linear_two_slopes (outcome's unit, closed form in ``two_stage``). They differ in what they
    estimate and ``method`` says so. A coefficient that the window cannot identify is blank with a note.
    Sources: Imbens & Lemieux 2008, J. Econometrics 142, 615-635 (fuzzy design, one and two slopes).

    And a table of contract ``bins``: curves take_up and outcome, ``bins_per_side`` bins of equal width from
    the cut-off outwards on each side; a bin with fewer than ``min_cell`` units joins its neighbour towards
    the cut-off (the innermost joins outwards), and a side with fewer has no bins at all.

    Raises ``InputFaults`` with all faults at once: see ``used_rows``; bandwidth not above 0; an unknown side;
    no unit on a side of the cut-off, or only participants, or none, within the window.
    """
    place = Place(f"study {study}, {source} records", f"discontinuities.{id}")
    rows, faults = used_rows(
        records,
        place=place,
        what=outcome,
        numeric=[outcome, running],
        group=group,
        participants=participants,
        control=None,
    )
    faults += level_fault(place, ci_level) + _setting_faults(
        place, cutoff, eligible, bandwidth, bins_per_side
    )
    if rows is None or faults:
        raise InputFaults(faults)
    distance = rows.values[running] - cutoff
    window = np.abs(distance) < bandwidth
    x, y = distance[window], rows.values[outcome][window]
    took_part = rows.participates[window]
    is_eligible = x < 0.0 if eligible == "below" else x > 0.0
    faults = _window_faults(place, running, group, is_eligible, took_part)
    if faults:
        raise InputFaults(faults)

    shared = {"study": study, "id": id, "outcome": outcome, "source": source}
    result = shared | {"ci_level": ci_level}
    about = [f"window |{running} - {cutoff}| < {bandwidth}: {len(x)} of {rows.n} complete rows"]
    table = [
        result | row | {"note": "; ".join([*said, _PICTURE, *about, *rows.left_out])}
        for row, said in [
            *((row, []) for row in _take_up(took_part, is_eligible, ci_level)),
            *_effects(x, y, took_part, is_eligible, ci_level),
        ]
    ]
    pictures = [
        {"study": study, "id": id, "source": source} | row
        for row in _bins(
            x,
            y,
            took_part,
            is_eligible,
            cutoff=cutoff,
            eligible_sign=-1 if eligible == "below" else 1,
            reach=bandwidth * np.arange(bins_per_side + 1) / bins_per_side,
            min_cell=min_cell,
        )
    ]
    return result_frame(table, "discontinuity"), result_frame(pictures, "bins")


def _setting_faults(
    place: Place, cutoff: float, eligible: str, bandwidth: float, bins_per_side: int
) -> list[Fault]:
    faults = []
    if not np.isfinite(cutoff):
        faults.append(place.fault("cutoff", repr(cutoff), "a number"))
    if not (np.isfinite(bandwidth) and bandwidth > 0.0):
        faults.append(place.fault("bandwidth", repr(bandwidth), "a number above 0"))
    if eligible not in ELIGIBLE_SIDES:
        faults.append(place.fault("eligible", repr(eligible), " or ".join(ELIGIBLE_SIDES)))
    if bins_per_side < 1:
        faults.append(place.fault("bins_per_side", repr(bins_per_side), "1 or more"))
    return faults


def _window_faults(
    place: Place, running: str, group: str, is_eligible: np.ndarray, took_part: np.ndarray
) -> list[Fault]:
    faults = []
    for side, mask in (("eligible", is_eligible), ("not eligible", ~is_eligible)):
        if not mask.any():
            faults.append(place.fault(running, f"no {side} unit within the bandwidth", "units on both sides"))
    for who, mask in (("participant", took_part), ("non-participant", ~took_part)):
        if not mask.any():
            faults.append(place.fault(group, f"no {who} within the bandwidth", "some of both"))
    return faults


def _take_up(took_part: np.ndarray, is_eligible: np.ndarray, ci_level: float) -> list[dict[str, Any]]:
    sides = {
        "not_eligible": (int(took_part[~is_eligible].sum()), int((~is_eligible).sum())),
        "eligible": (int(took_part[is_eligible].sum()), int(is_eligible.sum())),
    }
    rows: list[dict[str, Any]] = [
        {"term": f"take_up_{side}", "n": n, "method": _SHARE.format(who=side.replace("_", " "))}
        | share(took, n, ci_level)
        for side, (took, n) in sides.items()
    ]
    jump = share_difference(sides["eligible"], sides["not_eligible"], ci_level)
    return [*rows, {"term": "take_up_jump", "n": len(took_part), "method": _JUMP} | jump]


def _effects(
    x: np.ndarray, y: np.ndarray, took_part: np.ndarray, is_eligible: np.ndarray, ci_level: float
) -> list[tuple[dict[str, Any], list[str]]]:
    """The two-stage rows, each with what its note has to say first."""
    one_slope = x[:, None]
    two_slopes = np.column_stack([x, x * is_eligible])
    rows: list[tuple[dict[str, Any], list[str]]] = []
    for term, method, covariates in (
        ("wald_no_running_variable", _WALD, np.empty((len(x), 0))),
        ("fuzzy_rd_linear", _FUZZY.format(slopes="one slope", p=3), one_slope),
        ("fuzzy_rd_linear_two_slopes", _FUZZY.format(slopes="a slope on each side", p=4), two_slopes),
    ):
        row: dict[str, Any] = {"term": term, "n": len(x), "method": method}
        found = two_stage_least_squares(y, took_part.astype(float), is_eligible.astype(float), covariates)
        if found is not None:
            row |= symmetric(found.estimate, found.se, ci_level, found.df)
        rows.append((row, [_strength(found)]))
    return rows


def _strength(found: TwoStage | None) -> str:
    if found is None:
        return "not identified: eligibility does not move participation in this window"
    if found.first_stage_f < _WEAK_BELOW:
        return "weak instrument (first-stage F below 10): estimate and interval are not to be relied on"
    return "first-stage F of eligibility is 10 or more"


def _bins(
    x: np.ndarray,
    y: np.ndarray,
    took_part: np.ndarray,
    is_eligible: np.ndarray,
    *,
    cutoff: float,
    eligible_sign: int,
    reach: np.ndarray,
    min_cell: int,
) -> list[dict[str, Any]]:
    """Binned take-up and outcome; ``reach`` are the bins' edges as distances from the cut-off, from 0 up."""
    count = len(reach) - 1
    position = np.clip(np.searchsorted(reach, np.abs(x), side="right") - 1, 0, count - 1)
    rows: list[dict[str, Any]] = []
    for side, inside, sign in (
        ("eligible", is_eligible, eligible_sign),
        ("not_eligible", ~is_eligible, -eligible_sign),
    ):
        ends = [(cutoff + sign * reach[i], cutoff + sign * reach[i + 1]) for i in range(count)]
        edges = [(min(pair), max(pair)) for pair in ends]
        held = np.bincount(position[inside], minlength=count)
        # from the outside in, so that a small bin joins its neighbour towards the cut-off
        runs = [[count - 1 - i for i in run] for run in merged(held[::-1].tolist(), min_cell)]
        for curve, values in (("take_up", took_part.astype(float)), ("outcome", y)):
            made = bin_rows(
                cutoff + x[inside], values[inside], position[inside], runs, edges, share=curve == "take_up"
            )
            rows += [{"curve": curve, "side": side} | row for row in made]
    return rows
