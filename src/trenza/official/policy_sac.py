"""SAC index and category, and what follows from a category (Law 20.529)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from trenza.official.policy_rules import Rule
from trenza.official.policy_years import last_years, verdicts

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("insufficient", "medium_low", "medium", "high")


def sac_index(simce: pd.DataFrame, other: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Index w S + (1 - w) O + a of each school and year of the rule's grade, and its category where cut-offs are set.

    S is the school's plain mean over subjects (points), from rows of ``simce`` (SIMCE frame) with a usable
    status; O is ``other`` (rbd, year, other: one number for the other indicators, 0 to 100). With ``scale``
    z_scores both are first turned into (x - mean) / SD, mean and SD (n - 1) being those of the year's schools
    that have both. a is ``ses_adjustment`` of ``other``, in units of the index; where the column is not given, the
    index is not adjusted, and ``ses_adjusted`` and ``not_considered`` say so. A category needs index >= its cut-off.

    Further columns: index (float), ses_adjusted (bool).
    """
    import pandas as pd

    rule, reading = rules["sac_index"], rules["simce"]
    adjusted = "ses_adjustment" in other
    rows = simce.loc[simce["grade"].astype(str) == rule["grade"]]
    schools = rows[["rbd", "year"]].drop_duplicates()
    used = rows["subject"].astype(str).isin(rule["subjects"])
    used &= rows["score_status"].astype(str).isin(reading["score_statuses"])
    if reading["min_tested"] > 0:
        used &= rows["n_pupils"].ge(reading["min_tested"]).fillna(False).astype(bool)
    scores = rows.loc[used].groupby(["rbd", "year"])["score_points"].agg(["mean", "count"])
    points = scores["mean"].where(scores["count"] == len(rule["subjects"])).rename("simce")
    table = schools.merge(points.reset_index(), on=["rbd", "year"], how="left").merge(
        other[["rbd", "year", "other", *(["ses_adjustment"] if adjusted else [])]],
        on=["rbd", "year"],
        how="left",
        validate="one_to_one",
    )
    if not adjusted:
        table["ses_adjustment"] = 0.0
    parts = table[["simce", "other", "ses_adjustment"]].astype(float)
    lacking = [parts[c].isna().map({True: f"{c} missing", False: ""}) for c in parts]
    both = parts[["simce", "other"]].where(parts[["simce", "other"]].notna().all(axis=1), np.nan)
    if rule["scale"] == "z_scores":
        by_year = both.groupby(table["year"])
        spread = by_year.transform("std")
        both = (both - by_year.transform("mean")) / spread.where(spread > 0)
    weight = rule["simce_weight"]
    index = weight * both["simce"] + (1 - weight) * both["other"] + parts["ses_adjustment"]
    reason = pd.concat(lacking, axis=1).apply(lambda r: "; ".join(filter(None, r)), axis=1).astype("str")
    reason = reason.mask((reason == "") & index.isna(), "no spread among the year's schools")
    if rule["cutoffs"] is None:
        result = np.where(index.isna(), "no_index", "no_cutoffs")
    else:
        place = np.searchsorted(rule["cutoffs"], index.fillna(0), side="right")
        result = np.where(index.isna(), "no_index", np.array(CATEGORIES)[place])
    told = table[["rbd", "year"]].assign(
        result=result, reason=reason, n_years=index.notna().astype(int), index=index, ses_adjusted=adjusted
    )
    return verdicts(told, rule, () if adjusted else ("socio-economic status of the pupils",))


def sac_inspection(categories: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """How often a school is inspected: rbd, year, category (one of ``CATEGORIES``; anything else is no category)."""
    category = _category(categories)
    result = category.map(
        {
            "insufficient": "every_two_years",
            "medium_low": "every_two_years",
            "medium": "no_fixed_visits",
            "high": "no_fixed_visits",
        }
    )
    told = categories[["rbd", "year"]].assign(
        result=result.fillna("no_category"),
        reason=category.fillna("no category"),
        n_years=category.notna().astype(int),
    )
    return verdicts(told, rules["sac_inspection"])


def sac_insufficient(categories: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Whether a school was insufficient in all of the last years: rbd, year, category as in ``sac_inspection``."""
    rule = rules["sac_insufficient"]
    category = _category(categories)
    states = categories[["rbd", "year"]].assign(
        usable=category.notna(), state=category.fillna("no category"), why=None
    )
    rows = last_years(states, years=rule["years"], window=rule["window"], held=(), counted=["insufficient"])
    rows["result"] = np.select(
        [rows["n_years"] < rule["years"], rows["insufficient"] == rule["years"]],
        ["not_enough_years", "support_compulsory"],
        "not_reached",
    )
    return verdicts(rows[["rbd", "year", "result", "reason", "n_years"]], rule)


def _category(categories: pd.DataFrame) -> pd.Series:
    """Category as text, NA where it is none of the four."""
    text = categories["category"].astype("string")
    return text.where(text.isin(CATEGORIES))
