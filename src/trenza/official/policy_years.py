"""What a school's last years look like against a mean: the ground that the SEP and PAC rules stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trenza.contracts.faults import ContractBroken
from trenza.official.policy_rules import Rule

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("rbd", "year", "rule", "result", "reason", "n_years", "not_considered")

# Sums of weighted scores carry rounding errors far below this; no published score is nearer to a mean without being on it.
_TIE_POINTS = 1e-9


def year_states(simce: pd.DataFrame, rules: Mapping[str, Rule], name: str) -> pd.DataFrame:
    """Where each school stood in each year: above or below the mean of rule ``name``, neither, or no result.

    ``simce`` has the SIMCE frame's form. One row per school and year in which the rule's grade is in ``simce``:
    rbd, year, dependency, pupils (most tested in a subject, Float64), usable, state, why. d is the school's score
    minus the mean of all used schools of that year and subject, and of its group where the rule has ``group_of``.
    With m the margin in points, ``state`` is above when d > m and below when d < -m, d being the plain mean over
    subjects or, with ``combine`` each, that of every subject; on the margin it is neither. A year counts only
    with all subjects; else ``why`` names each subject that lacks and its cause: a status of the SIMCE frame, few_pupils,
    no_score, no_group, no_weight or not_in_file.
    """
    import pandas as pd

    rule, reading = rules[name], rules["simce"]
    group = _group_column(rule)
    subjects = rule["subjects"]
    rows = simce.loc[simce["grade"].astype(str) == rule["grade"]]
    schools = rows[["rbd", "year", "dependency"]].drop_duplicates(["rbd", "year"]).reset_index(drop=True)
    rows = rows.loc[rows["subject"].astype(str).isin(subjects)].assign(
        subject=lambda f: f["subject"].astype(str)
    )
    if rows.duplicated(["rbd", "year", "subject"]).any():
        raise ContractBroken("a school has two rows for one year, grade and subject")
    grid = schools.merge(pd.DataFrame({"subject": subjects}), how="cross").merge(
        rows[["rbd", "year", "subject", "score_status", "score_points", "n_pupils", *group]],
        on=["rbd", "year", "subject"],
        how="left",
    )
    grid["cause"] = _causes(grid, reading)
    grid["d"] = _differences(grid, ["year", "subject", *group], rule["mean_of"])
    if group:
        grid.loc[(grid["cause"] == "") & grid[group[0]].isna(), "cause"] = "no_group"
    grid.loc[(grid["cause"] == "") & grid["d"].isna(), "cause"] = "no_weight"
    grid["why"] = (grid["subject"] + " " + grid["cause"]).where(grid["cause"] != "", "")

    by_school = grid.groupby(["rbd", "year"], sort=False)
    found = by_school.agg(
        low=("d", "min"), high=("d", "max"), middle=("d", "mean"), pupils=("n_pupils", "max")
    )
    # Over the few rows that lack something: joining text is slow.
    lacking = grid.loc[grid["cause"] != ""].groupby(["rbd", "year"], sort=False)["why"].agg(", ".join)
    found["why"] = lacking.reindex(found.index)
    found["usable"] = found["why"].isna()
    if rule["combine"] == "mean":
        found["low"] = found["high"] = found["middle"]
    edge = rule["margin_points"] + _TIE_POINTS
    found["state"] = "neither"
    found.loc[found["low"] > edge, "state"] = "above"
    found.loc[found["high"] < -edge, "state"] = "below"
    found.loc[~found["usable"], "state"] = "no result"
    return schools.merge(
        found[["pupils", "usable", "state", "why"]].reset_index(), on=["rbd", "year"], how="left"
    )


def last_years(
    states: pd.DataFrame, *, years: int, window: str, held: Sequence[int], counted: Sequence[str]
) -> pd.DataFrame:
    """What lies in the last ``years`` years of each row of ``states`` (rbd, year, usable, state, why), that row included.

    ``window`` calendar_years takes years by the calendar, anything else the last ones in ``held``, to which the
    years of ``states`` are added; years without a test are passed over, never filled in. Gives a row per row of
    ``states``, in its order: n_years (usable years), reason (each year and its state, with what lacks), and for
    each state of ``counted`` a column with the number of years.
    """
    import pandas as pd

    present = sorted({int(y) for y in states["year"]})
    tests = sorted({*held, *present})
    windows = [
        (year, past)
        for year in present
        for past in (
            range(year - years + 1, year + 1)
            if window == "calendar_years"
            else [t for t in tests if t <= year][-years:]
        )
    ]
    pairs = states[["rbd", "year"]].merge(
        pd.DataFrame(windows, columns=["year", "past"], dtype="int64"), on="year"
    )
    past = states.rename(columns={"year": "past"})[["rbd", "past", "usable", "state", "why"]]
    pairs = pairs.merge(past.astype({"past": "int64"}), on=["rbd", "past"], how="left")
    known = pairs["state"].notna()
    pairs["usable"] = pairs["usable"].eq(True)
    # Without a calendar nothing tells a year that had no test from a file that is not at hand.
    absent = {
        y: "not in the file" if y in present else "no file" if y in tests or not held else "no test"
        for _, y in windows
    }
    pairs["state"] = pairs["state"].where(known, pairs["past"].map(absent))
    why = (" (" + pairs["why"].astype("string") + ")").fillna("")
    pairs["reason"] = pairs["past"].astype(str) + " " + pairs["state"].astype("string") + why
    for state in counted:
        pairs[state] = pairs["state"] == state
    by_school = pairs.groupby(["rbd", "year"], sort=False)
    found = by_school[["usable", *counted]].sum().rename(columns={"usable": "n_years"})
    found["reason"] = by_school["reason"].agg("; ".join)
    return states[["rbd", "year"]].merge(found.reset_index(), on=["rbd", "year"], how="left")


def verdicts(rows: pd.DataFrame, rule: Rule, without: Sequence[str] = ()) -> pd.DataFrame:
    """``rows`` (rbd, year, result, reason, n_years, and more) as the tidy frame of a rule, its further columns last.

    ``not_considered`` names what the rule asks and the data do not hold; ``without`` adds to it.
    """
    import pandas as pd

    if unknown := set(rows["result"]) - set(rule.results):
        raise ContractBroken(f"rule {rule.name}: {sorted(map(str, unknown))} is in no closed list")
    told = rows.assign(rule=rule.name, not_considered="; ".join([*rule.not_considered, *without]))
    told = told[[*COLUMNS, *(c for c in rows.columns if c not in COLUMNS)]]
    kinds = {"rbd": "int64", "year": "int64", "n_years": "Int64"}
    kinds |= dict.fromkeys(("rule", "result", "reason", "not_considered"), "str")
    return pd.DataFrame(told).astype(kinds).sort_values(["year", "rbd"], ignore_index=True)


def _group_column(rule: Rule) -> list[str]:
    if "group_of" not in rule.parameters:
        return []
    return ["ses_group"] if rule["group_of"] == "each_year" else ["ses_group_baseline"]


def _causes(grid: pd.DataFrame, reading: Rule) -> pd.Series:
    """Why a score is not a result; blank where it is."""
    status = grid["score_status"].astype("string")
    cause = status.mask(status.isin(reading["score_statuses"]), "").fillna("not_in_file")
    cause = cause.mask((cause == "") & grid["score_points"].isna(), "no_score")
    if reading["min_tested"] > 0:
        enough = grid["n_pupils"].ge(reading["min_tested"]).fillna(False).astype(bool)
        cause = cause.mask((cause == "") & ~enough, "few_pupils")
    return cause


def _differences(grid: pd.DataFrame, cell: list[str], mean_of: str) -> pd.Series:
    """Score minus the mean over the used rows of its cell, in points; NaN where it is not used or has no mean.

    Pupil-weighted: sum(n x score) / sum(n) over rows with n known; plain: the mean of scores.
    """
    used = grid.loc[grid["cause"] == "", [*cell, "score_points", "n_pupils"]].copy()
    used["w"] = used["n_pupils"].astype("Float64").fillna(0).astype(float) if mean_of == "pupils" else 1.0
    used["ws"] = used["w"] * used["score_points"].astype(float)
    sums = used.groupby(cell, observed=True)[["w", "ws"]].transform("sum")
    mean = (sums["ws"] / sums["w"]).where(sums["w"] > 0)
    return (used["score_points"].astype(float) - mean).reindex(grid.index)
