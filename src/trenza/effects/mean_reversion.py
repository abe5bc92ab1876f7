"""How much units with low scores gain without any programme, and what that leaves for the programme."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.bins import bin_rows, merged
from trenza.effects.intervals import symmetric
from trenza.effects.used_rows import Place, UsedRows, level_fault, result_frame, used_rows

_NAIVE = "Mean gain of participants minus mean gain of control; Welch's t"
_EXPECTED = (
    "Difference in gain expected from the first scores: regression to the mean and any true catching up; gain "
    "regressed on {scores} among control only, predicted at the participants' mean, minus the control's mean "
    "gain; delta method, z"
)
_REMAINDER = (
    "Naive minus expected difference in gain: mean gap between participants and the control's regression "
    "line (Peters-Belson, Oaxaca-Blinder); delta method, z"
)
_ASSUMES = (
    "assumes that without the programme participants' gains follow the control's line, which is straight and "
)
_INDEPENDENT = "standard errors treat units as independent"


def gain_without_programme(
    records: pd.DataFrame,
    *,
    study: str,
    id: str,
    source: str,
    baseline: str | Sequence[str],
    gain: str,
    group: str,
    participants: str,
    control: str,
    bins: int = 20,
    min_cell: int,
    ci_level: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The part of a difference in gains to be expected from the first scores, and the part that is left.

    ``records`` has one unit a row; ``gain`` is follow-up minus baseline in the outcome's unit. ``baseline`` is
    one column or several: all scores by which units were chosen. Rows with a blank in a used column or
    of other groups are left out and counted in the note.

    a + b'x is the least-squares line of gain on the baselines x among control (0), D the participants' (1)
    minus the control's mean baselines, g the mean gains. The rows (contract ``mean_reversion``) are
      naive_gain_difference     g1 - g0
      expected_gain_difference  a + b'x1 - g0, which is b'D, as the line runs through the control's means
      remainder                 g1 - a - b'x1, which is naive - expected
    Expected is what the first scores foretell without the programme: regression to the mean and any true
    catching up of low scorers, which one earlier year cannot tell apart. The remainder is the estimator of
    Peters 1941 and Belson 1956 and the unexplained part of Oaxaca 1973 (Int. Econ. Rev. 14, 693-709) and
    Blinder 1973; as an effect on the treated: Kline 2011, AER 101(3), 532-537.

    Standard errors: each row is a smooth function of means over the units, so its variance is the sum
    of the units' squared influences, units being independent draws, baselines included (Jann 2008, Stata
    J. 8, 453-479, on random regressors). With e the control's residuals, S = sum (x - x0)(x - x0)' among
    control, h = S^-1 D and u = g - a - b'x the participants' gaps, the influences are
      naive      control -(g - g0) / n0                          participants (g - g1) / n1
      expected   control e h'(x - x0) - b'(x - x0) / n0          participants b'(x - x1) / n1
      remainder  control -e (1 / n0 + h'(x - x0))                participants (u - mean u) / n1
    since db = S^-1 sum (x - x0) e to first order. The first line is the sum of the other two. No variance is
    taken to equal another. Sums of squares are enlarged by n / (n - 1), and by n0 / (n0 - 1 - k) where the
    intercept and k slopes were estimated from them.

    And a table of contract ``bins``: curve gain_without_programme, side all: the control's mean gain in up
    to ``bins`` bins cut at quantiles of its first baseline; a bin with fewer than ``min_cell`` units joins
    the next one.

    Raises ``InputFaults`` with all faults at once: see ``used_rows``; fewer than 2 participants or k + 2
    control; a baseline that is constant among control, or follows from the others; ``bins`` below 1.
    """
    baselines = [baseline] if isinstance(baseline, str) else list(dict.fromkeys(baseline))
    place = Place(f"study {study}, {source} records", f"regression_to_the_mean.{id}")
    rows, faults = used_rows(
        records,
        place=place,
        what=gain,
        numeric=[*baselines, gain],
        group=group,
        participants=participants,
        control=control,
    )
    faults += level_fault(place, ci_level)
    if bins < 1:
        faults.append(place.fault("bins", repr(bins), "1 or more"))
    if rows is not None:
        faults += _row_faults(place, rows, baselines, group, participants, control)
    if rows is None or faults:
        raise InputFaults(faults)
    x = np.column_stack([rows.values[name] for name in baselines])
    g, took_part = rows.values[gain], rows.participates
    shared = {"study": study, "id": id, "source": source}
    note = "; ".join(
        [
            *_assumptions(baselines),
            _INDEPENDENT,
            *_extrapolates(x[took_part], x[~took_part]),
            *rows.left_out,
        ]
    )
    models = [
        shared | {"outcome": gain, "n": rows.n, "ci_level": ci_level, "note": note} | row
        for row in _decomposed(x[took_part], g[took_part], x[~took_part], g[~took_part], ci_level)
    ]
    picture = [
        shared | {"curve": "gain_without_programme", "side": "all"} | row
        for row in _quantile_bins(x[~took_part, 0], g[~took_part], bins, min_cell)
    ]
    return result_frame(models, "mean_reversion"), result_frame(picture, "bins")


def _assumptions(baselines: Sequence[str]) -> list[str]:
    if len(baselines) == 1:
        return [f"{_ASSUMES}conditions on the one baseline score {baselines[0]} only"]
    return [f"{_ASSUMES}conditions on these scores only", *(f"baseline score {name}" for name in baselines)]


def _row_faults(
    place: Place, rows: UsedRows, baselines: Sequence[str], group: str, participants: str, control: str
) -> list[Fault]:
    faults = []
    n1, least = int(rows.participates.sum()), len(baselines) + 2
    n0 = rows.n - n1
    # a group without any row is named by used_rows already
    if n1 == 1:
        faults.append(place.fault(group, f"1 complete row of {participants!r}", "2 or more"))
    if 0 < n0 < least:
        faults.append(place.fault(group, f"{n0} complete rows of {control!r}", f"{least} or more"))
        return faults
    of_control = {name: rows.values[name][~rows.participates] for name in baselines} if n0 else {}
    constant = [name for name, values in of_control.items() if np.ptp(values) == 0.0]
    faults += [place.fault(name, f"one value among {control!r}", "values that differ") for name in constant]
    if of_control and not constant:
        scaled = np.column_stack([(v - v.mean()) / v.std() for v in of_control.values()])
        if np.linalg.matrix_rank(scaled, tol=1e-8 * n0**0.5) < len(baselines):
            found = f"a score that follows from the others among {control!r}"
            faults.append(place.fault(", ".join(baselines), found, "scores that differ"))
    return faults


def _extrapolates(participants: np.ndarray, control: np.ndarray) -> list[str]:
    outside = (participants < control.min(axis=0)) | (participants > control.max(axis=0))
    if not outside.any():
        return []
    return ["some participants' baseline lies outside the control's range: the line is extrapolated there"]


def _decomposed(
    x1: np.ndarray, g1: np.ndarray, x0: np.ndarray, g0: np.ndarray, ci_level: float
) -> list[dict[str, Any]]:
    """The three rows from baselines (n, k) and gains (n) of participants (1) and control (0)."""
    n1, n0, k = len(x1), len(x0), x0.shape[1]
    from_mean0, from_mean1 = x0 - x0.mean(axis=0), x1 - x1.mean(axis=0)
    slopes = np.linalg.lstsq(from_mean0, g0 - g0.mean(), rcond=None)[0]
    line0, line1 = from_mean0 @ slopes, from_mean1 @ slopes
    residual = g0 - g0.mean() - line0
    gap = x1.mean(axis=0) - x0.mean(axis=0)
    naive = float(g1.mean() - g0.mean())
    expected = float(slopes @ gap)

    # how far a control unit's residual moves the line at the participants' mean: h'(x - x0), h = S^-1 D
    pull = from_mean0 @ np.linalg.solve(from_mean0.T @ from_mean0, gap)
    var1, var0 = float(g1.var(ddof=1)) / n1, float(g0.var(ddof=1)) / n0
    naive_se = (var1 + var0) ** 0.5
    expected_se = _se(line1 / n1, residual * pull - line0 / n0, k)
    remainder_se = _se((g1 - g1.mean() - line1) / n1, -residual * (1.0 / n0 + pull), k)
    # Welch 1947, Biometrika 34, 28-35
    df = naive_se**4 / (var1**2 / (n1 - 1) + var0**2 / (n0 - 1)) if naive_se > 0.0 else None
    return [
        {"term": "naive_gain_difference", "method": _NAIVE} | symmetric(naive, naive_se, ci_level, df),
        {"term": "expected_gain_difference", "method": _EXPECTED.format(scores=_scores(k))}
        | symmetric(expected, expected_se, ci_level),
        {"term": "remainder", "method": _REMAINDER} | symmetric(naive - expected, remainder_se, ci_level),
    ]


def _scores(count: int) -> str:
    return "the first score" if count == 1 else f"the {count} first scores together"


def _se(of_participants: np.ndarray, of_control: np.ndarray, slopes: int) -> float:
    """Root of the summed squared influences; the control's have lost intercept and slopes to the line."""
    n1, n0 = len(of_participants), len(of_control)
    from_participants = float(of_participants @ of_participants) * n1 / (n1 - 1)
    from_control = float(of_control @ of_control) * n0 / (n0 - 1 - slopes)
    return float(np.sqrt(from_participants + from_control))


def _quantile_bins(x: np.ndarray, g: np.ndarray, bins: int, min_cell: int) -> list[dict[str, Any]]:
    edges = np.unique(np.quantile(x, np.linspace(0.0, 1.0, bins + 1)))
    pairs = [(float(low), float(high)) for low, high in pairwise(edges)]
    # a value on an edge belongs to the upper bin; the highest of all to the last
    position = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(pairs) - 1)
    counts = np.bincount(position, minlength=len(pairs)).tolist()
    rows = bin_rows(x, g, position, merged(counts, min_cell), pairs)
    # The outermost edges are the lowest and the highest value there is, each one unit's own.
    if rows:
        rows[0]["x_low"] = rows[-1]["x_high"] = np.nan
    return rows
