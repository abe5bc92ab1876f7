"""Programmes given below (or above) a cut-off that not everybody obeyed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.bins import bin_rows, merged, merged_shares
from trenza.effects.cutoff_local import LEAST, chosen_bandwidth, density_row, local_rows
from trenza.effects.cutoff_rows import Row, Window, estimates, other_bandwidth, placebo, take_up
from trenza.effects.used_rows import Place, UsedRows, level_fault, result_frame, used_rows

ELIGIBLE_SIDES = ("below", "above")
_PICTURE = (
    "no data-driven bandwidth and no robust bias correction: to be read as a picture, not as the last word"
)
# beside the declared bandwidth: a narrower window and two wider ones
_OTHER_BANDWIDTHS = (0.6, 1.6, 2.0)
_NO_CHOICE = f"no bandwidth chosen from the data: fewer than {LEAST} units on a side of the cut-off"
_TOO_FEW = "no estimate with {factor:g} times the declared bandwidth: too few units on a side of the cut-off"


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
    placebo_outcome: str | None = None,
    ci_level: float,
    min_cell: int,
    bins_per_side: int = 10,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take-up and outcome on both sides of ``cutoff``, among units with |running - cutoff| < ``bandwidth``.

    ``records`` has one unit a row; rows with a blank in ``outcome``, ``running`` or ``group`` are left
    out and counted in the note. A unit takes part when its group is ``participants``. ``eligible``
    is ``below`` or ``above``, strictly: a unit exactly at the cut-off is not eligible.

    Returns a table of contract ``discontinuity``, in this order: take_up_not_eligible,
    take_up_eligible, take_up_jump (shares and their difference), take_up_jump_linear,
    take_up_jump_two_slopes (share 0 to 1, the first stage that the fuzzy rows divide by);
    wald_no_running_variable, fuzzy_rd_linear, fuzzy_rd_linear_two_slopes (outcome's unit, closed form in
    ``two_stage``, first-stage F and Anderson-Rubin interval in the note); fuzzy_rd_linear_bandwidth_0_6, _1_6
    and _2, the same in windows that many times as wide, left out and said in the note of fuzzy_rd_linear
    where a side has fewer than ``min_cell`` or 2 units; with ``placebo_outcome``, a column from before
    the programme, placebo_fuzzy_rd_linear among the rows that have it, whose ``outcome`` is that column. Last fuzzy_rd_local_linear and
    fuzzy_rd_robust in a window chosen from all rows (``cutoff_local``; left out, and said in the first note, where a side has too few),
    and density_jump.
    They differ in what they estimate and ``method`` says so. A coefficient that the window cannot
    identify is blank with a note.
    Sources: Imbens & Lemieux 2008, J. Econometrics 142, 615-635 (fuzzy design, one and two slopes, several
    bandwidths, outcomes from before as a check).

    And a table of contract ``bins``: curves take_up and outcome, ``bins_per_side`` bins of equal width from
    the cut-off outwards on each side; a bin with fewer than ``min_cell`` units (of the curve of
    take-up: with some but fewer who took part, or who did not) joins its neighbour towards
    the cut-off (the innermost joins outwards), and a side with fewer has no bins at all.

    Raises ``InputFaults`` with all faults at once: see ``used_rows``; bandwidth not above 0; an unknown side;
    no unit on a side of the cut-off, or only participants, or none, within the window.
    """
    place = Place(f"study {study}, {source} records", f"discontinuities.{id}")
    who: dict[str, Any] = {"place": place, "group": group, "participants": participants, "control": None}
    rows, faults = used_rows(records, what=outcome, numeric=[outcome, running], **who)
    faults += level_fault(place, ci_level) + _setting_faults(
        place, cutoff, eligible, bandwidth, bins_per_side
    )
    if rows is not None and (one_side := _one_side(place, records, running, cutoff)):
        # who took part follows from the side, so nothing else is to be told of the groups
        faults = one_side + [f for f in faults if f.column != group]
    before = None
    if placebo_outcome is not None and rows is not None:
        before, more = used_rows(
            records, what=placebo_outcome, numeric=[placebo_outcome, outcome, running], **who
        )
        faults += [fault for fault in more if fault not in faults]
    if rows is None or faults:
        raise InputFaults(faults)

    def near(used: UsedRows, column: str, width: float) -> tuple[Window, list[str]]:
        distance = used.values[running] - cutoff
        inside = np.abs(distance) < width
        x = distance[inside]
        window = Window(
            x,
            used.values[column][inside],
            used.participates[inside],
            x < 0.0 if eligible == "below" else x > 0.0,
        )
        about = f"window |{running} - {cutoff:.10g}| < {width:.10g}: {len(x)} of {used.n} complete rows"
        return window, [_PICTURE, about, *used.left_out]

    window, about = near(rows, outcome, bandwidth)
    faults = _window_faults(place, running, group, window)
    if faults:
        raise InputFaults(faults)
    main = [*take_up(window, ci_level), *estimates(window, ci_level)]
    found: list[tuple[str, Row, list[str]]] = [(outcome, row, about) for row in main]
    for factor in _OTHER_BANDWIDTHS:
        other, about_other = near(rows, outcome, bandwidth * factor)
        if other.smaller_side < max(min_cell, 2):
            said = next(notes for row, notes in main if row["term"] == "fuzzy_rd_linear")
            said.append(_TOO_FEW.format(factor=factor))
        else:
            found.append((outcome, other_bandwidth(other, factor, ci_level), about_other))
    if before is not None and placebo_outcome is not None:
        earlier, about_earlier = near(before, placebo_outcome, bandwidth)
        found.append((placebo_outcome, placebo(earlier, ci_level), about_earlier))
    wide = near(rows, outcome, np.inf)[0]
    width = chosen_bandwidth(wide)
    if width is None:
        found[0][1][1].append(_NO_CHOICE)
    else:
        local, about_local = near(rows, outcome, width)
        found += [(outcome, row, about_local[1:]) for row in local_rows(local, ci_level)]
    found.append((outcome, density_row(window, bandwidth, bins_per_side, ci_level), about[1:]))
    shared = {"study": study, "id": id, "source": source}
    table = [
        shared | {"outcome": column, "ci_level": ci_level, "note": "; ".join([*said, *rest])} | row
        for column, (row, said), rest in found
    ]
    pictures = [
        shared | row
        for row in _bins(
            window,
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


def _one_side(place: Place, records: pd.DataFrame, running: str, cutoff: float) -> list[Fault]:
    """A fault where all units lie on one side of the cut-off."""
    x = pd.to_numeric(records[running], errors="coerce").dropna().to_numpy(dtype="float64")
    for side, mask in (("below", x < cutoff), ("above", x > cutoff)):
        if len(x) and not mask.any():
            found = f"no unit {side} {cutoff:.10g}, the cut-off, of {len(x)}"
            return [place.fault(running, found, "units on both sides")]
    return []


def _window_faults(place: Place, running: str, group: str, window: Window) -> list[Fault]:
    faults = []
    for side, mask in (("eligible", window.is_eligible), ("not eligible", ~window.is_eligible)):
        if not mask.any():
            faults.append(place.fault(running, f"no {side} unit within the bandwidth", "units on both sides"))
    for who, mask in (("participant", window.took_part), ("non-participant", ~window.took_part)):
        if not mask.any():
            faults.append(place.fault(group, f"no {who} within the bandwidth", "some of both"))
    return faults


def _bins(
    window: Window,
    *,
    cutoff: float,
    eligible_sign: int,
    reach: np.ndarray,
    min_cell: int,
) -> list[dict[str, Any]]:
    """Binned take-up and outcome; ``reach`` are the bins' edges as distances from the cut-off, from 0 up."""
    x, is_eligible = window.x, window.is_eligible
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
        taken = np.bincount(position[inside & (window.took_part > 0)], minlength=count)
        # from the outside in, so that a small bin joins its neighbour towards the cut-off
        inwards = held[::-1].tolist()
        joined = {"take_up": merged_shares(inwards, taken[::-1].tolist(), min_cell), "outcome": merged(inwards, min_cell)}  # fmt: skip
        for curve, values in (("take_up", window.took_part.astype(float)), ("outcome", window.y)):
            runs = [[count - 1 - i for i in run] for run in joined[curve]]
            made = bin_rows(
                cutoff + x[inside], values[inside], position[inside], runs, edges, share=curve == "take_up"
            )
            rows += [{"curve": curve, "side": side} | row for row in made]
    return rows
