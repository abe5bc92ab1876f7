"""Can the printed t, df and p of a table follow from its printed n, means and SDs?"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from trenza.compare import adapters
from trenza.compare.audit_ranges import (
    SLACK,
    Interval,
    cut,
    p_range,
    quotient,
    rounded,
    squared_se,
    welch_df_range,
)
from trenza.compare.contrast import Group, Place, group_faults, welch_df
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS

INPUTS = ("mean", "sd")
PRINTED = ("t", "df", "p_value")


def audit_printed(
    summaries: pd.DataFrame, *, study: str, comparison: str, participants: str, control: str
) -> pd.DataFrame:
    """Hold printed t, df and p against what the printed n, means and SDs allow.

    ``summaries`` keeps the contract ``summaries`` (printed t already participants - control). Every mean
    and SD may lie half a unit of its last decimal from what is printed. Then (closed forms, Welch's test):

    * df depends on the two squared standard errors only through their ratio; it rises from n_control - 1 to
      n_participants + n_control - 2, reached where the ratio is (n_participants - 1) / (n_control - 1), and
      falls to n_participants - 1. Its range follows from the ends of the ratio and that peak.
    * t has its extremes at the corners of difference and standard error.
    * p falls with the size of t and with df, so its range lies between their corners. t and df are taken as
      free of each other, which can only widen the range.

    ``p_from_t_df`` holds the printed p against the p of the printed t and df, each with its own rounding. A
    printed value agrees if the interval that rounds to it meets the range. Returns contract ``printed``:
    rows t, df, p_value, p_from_t_df of each outcome, as far as they are printed, in the order of
    ``summaries``; no rows where nothing is printed. ``participants`` and ``control`` name the groups in
    messages. Raises ``InputFaults`` for groups that cannot be compared and for printed values without their
    number of decimals.
    """
    place = Place(study, comparison)
    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    for row in summaries.to_dict("records"):
        printed = {name: float(row[name]) for name in PRINTED if not pd.isna(row[name])}
        if not printed:
            continue
        first, second = (
            Group(int(row[f"n_{who}"]), float(row[f"mean_{who}"]), float(row[f"sd_{who}"]))
            for who in ("participants", "control")
        )
        wrong = group_faults(place, row["outcome"], {participants: first, control: second})
        wrong += [
            place.fault(
                row["outcome"], f"no number of decimals for the printed {name}", "decimals as printed"
            )
            for name in (*INPUTS, *printed)
            if pd.isna(row[f"decimals_{name}"])
        ]
        faults += wrong
        if not wrong:
            decimals = {name: int(row[f"decimals_{name}"]) for name in (*INPUTS, *printed)}
            for check in _checks(first, second, printed, decimals):
                ids = {"study": study, "id": f"{comparison}_{row['outcome']}", "outcome": row["outcome"]}
                rows.append(ids | check)
    if faults:
        raise InputFaults(faults)
    return CONTRACTS["printed"].check(pd.DataFrame(rows, columns=CONTRACTS["printed"].names))


def _checks(
    first: Group, second: Group, printed: dict[str, float], decimals: dict[str, int]
) -> list[dict[str, Any]]:
    """The checks of one outcome, as far as its printed values go."""
    sd_1, sd_2 = (rounded(group.sd, decimals["sd"]) for group in (first, second))
    variance_1, variance_2 = squared_se(sd_1, first.n), squared_se(sd_2, second.n)
    unit = 10.0 ** -decimals["mean"]  # half a unit from either mean
    difference = first.mean - second.mean
    se = Interval(math.sqrt(variance_1.low + variance_2.low), math.sqrt(variance_1.high + variance_2.high))
    reach = {
        "df": welch_df_range(variance_1, first.n, variance_2, second.n),
        "t": quotient(Interval(difference - unit, difference + unit), se),
    }
    reach["p_value"] = p_range(reach["t"], reach["df"])
    exact_1, exact_2 = first.sd**2 / first.n, second.sd**2 / second.n
    t, df = difference / math.sqrt(exact_1 + exact_2), welch_df(exact_1, first.n, exact_2, second.n)
    recomputed = {"t": t, "df": df, "p_value": adapters.t_two_sided(t, df)}
    blame = {
        "t": "outside what the rounding of the printed means and SDs allows",
        "df": _df_reason(printed.get("df"), decimals.get("df"), (first.n, second.n)),
        "p_value": "outside what the rounding of the printed means and SDs allows",
        "p_from_t_df": "does not follow from the printed t and df",
    }
    pairs = [(q, q) for q in PRINTED if q in printed]
    if len(printed) == len(PRINTED):
        pairs.append(("p_from_t_df", "p_value"))
        recomputed["p_from_t_df"] = adapters.t_two_sided(printed["t"], printed["df"])
        df_printed = rounded(printed["df"], decimals["df"])
        reach["p_from_t_df"] = p_range(rounded(printed["t"], decimals["t"]), df_printed)
        reach_cut = p_range(cut(printed["t"], decimals["t"]), df_printed)
    checks = []
    for quantity, name in pairs:
        agrees = rounded(printed[name], decimals[name]).meets(reach[quantity])
        reason = None
        if not agrees:
            reason = blame[quantity]
            shortened = cut(printed[name], decimals[name])
            if shortened.meets(reach[quantity]):
                reason = f"agrees only if {name.removesuffix('_value')} was cut, not rounded"
            elif quantity == "p_from_t_df" and shortened.meets(reach_cut):
                reason = "agrees only if t and p were cut, not rounded"
        checks.append(
            {
                "quantity": quantity,
                "printed": printed[name],
                "recomputed": recomputed[quantity],
                "reach_low": reach[quantity].low,
                "reach_high": reach[quantity].high,
                "agrees": agrees,
                "reason": reason,
            }
        )
    return checks


def _df_reason(printed: float | None, decimals: int | None, n: tuple[int, int]) -> str | None:
    """Why a printed df that is out of reach is so."""
    if printed is None or decimals is None:
        return None
    interval = rounded(printed, decimals)
    most, least = sum(n) - 2, min(n) - 1
    units = f"with {n[0]} and {n[1]} units the Welch df is at"
    if interval.low > most + SLACK:
        return f"cannot occur: {units} most {most}"
    if interval.high < least - SLACK:
        return f"cannot occur: {units} least {least}"
    if printed == most:
        return "is the df of Student's t test (n1 + n2 - 2), which Welch's test does not reach here"
    return "outside what the rounding of the printed SDs allows"
