"""SEP class, what follows from it, and eligibility for PAC, from SIMCE results and what a user gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from trenza.official.policy_rules import Rule
from trenza.official.policy_years import last_years, verdicts, year_states

if TYPE_CHECKING:
    import pandas as pd

_DROPS = {
    "autonomous": "drops_to_emergent",
    "emergent": "drops_to_in_recovery",
    "in_recovery": "special_measures",
}


def sep_class(simce: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """SEP class of every school of every 4th-grade year in ``simce``, from SIMCE alone (Law 20.248).

    The law also asks for promotion, drop-out, facilities and teacher evaluation, which are in no file: see
    ``not_considered``. Columns: ``policy_years.COLUMNS``.
    """
    rule = rules["sep_class"]
    rows = _judged(simce, rules, "sep_class")
    required = rule["years_required"]
    rows["result"] = np.select(
        [
            ~rows["covered"],
            rows["n_years"] < rule["years"],
            rows["above"] >= required,
            rows["below"] >= required,
        ],
        ["not_covered", "not_enough_years", "autonomous", "in_recovery"],
        "emergent",
    )
    return verdicts(rows[["rbd", "year", "result", "reason", "n_years"]], rule)


def sep_consequence(plans: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """What missed targets lead to, one row per school and year of ``plans``.

    ``plans``: rbd, year, sep_class (a result of ``sep_class``), plan_years (years of the plan that have run),
    targets_met (boolean, NA = not known). Whether targets were met is the user's to give: no file holds it.
    """
    rule = rules["sep_consequence"]
    held = plans["sep_class"].astype("string")
    met = plans["targets_met"].astype("boolean")
    ran = plans["plan_years"].astype("Int64")
    result = np.select(
        [
            _true(~held.isin(list(_DROPS)) | ran.isna()),
            _true(ran < rule["plan_years"]),
            _true(met.isna()),
            _true(met),
        ],
        ["not_classified", "plan_running", "unknown_targets", "no_consequence"],
        held.map(_DROPS).fillna("not_classified"),
    )
    words = met.map({True: "targets met", False: "targets missed"}).astype("string")
    reason = (
        held.fillna("no class")
        + "; plan has run "
        + ran.astype("string").fillna("unknown")
        + " years; "
        + words.fillna("targets unknown")
    )
    return verdicts(
        plans[["rbd", "year"]].assign(result=result, reason=reason, n_years=plans["plan_years"]), rule
    )


def sep_concentration(shares: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Whether the payment for a concentration of priority pupils is due: rbd, year, priority_share (0 to 1)."""
    rule = rules["sep_concentration"]
    share = shares["priority_share"].astype("Float64")
    result = np.select(
        [_true(share.isna()), _true(share >= rule["min_priority_share"])],
        ["unknown_share", "payment"],
        "no_payment",
    )
    reason = ("share " + share.astype("string")).fillna("no share")
    return verdicts(
        shares[["rbd", "year"]].assign(result=result, reason=reason, n_years=share.notna().astype(int)), rule
    )


def pac_eligibility(
    simce: pd.DataFrame, rules: Mapping[str, Rule], schools: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Eligibility for PAC of every school of every 4th-grade year in ``simce``.

    ``schools``, a row per school and year, may give sanctioned (boolean, NA = not known) and
    pupils_smallest_grade (enrolment of the smallest grade from pre-kindergarten to 4). Without the first no
    school is ever called eligible; without the second the pupils tested in grade 4 stand in for all grades, and
    ``not_considered`` says so. What is known to bar a school goes before what is not known.
    """
    rule = rules["pac_eligibility"]
    rows = _judged(simce, rules, "pac_eligibility")
    given = [] if schools is None else [c for c in ("sanctioned", "pupils_smallest_grade") if c in schools]
    if schools is not None and given:
        rows = rows.merge(
            schools[["rbd", "year", *given]], on=["rbd", "year"], how="left", validate="one_to_one"
        )
    if "sanctioned" not in given:
        rows["sanctioned"] = None
    by_grade = "pupils_smallest_grade" in given
    pupils = rows["pupils_smallest_grade" if by_grade else "pupils"].astype("Float64")
    sanctioned = rows["sanctioned"].astype("boolean")
    rows["result"] = np.select(
        [
            ~rows["covered"],
            rows["n_years"] < rule["years"],
            rows["below"] < rule["years"],
            _true(pupils < rule["min_pupils_per_grade"]),
            _true(sanctioned),
            _true(pupils.isna()),
            _true(sanctioned.isna()),
        ],
        [
            "not_covered",
            "not_enough_years",
            "not_below_mean",
            "too_few_pupils",
            "sanctioned",
            "unknown_pupils",
            "unknown_sanction",
        ],
        "eligible",
    )
    counted = "pupils in the smallest grade" if by_grade else "pupils tested"
    rows["reason"] += "; " + counted + " " + pupils.astype("Int64").astype("string").fillna("unknown")
    rows["reason"] += "; sanction " + sanctioned.map({True: "yes", False: "no"}).astype("string").fillna(
        "unknown"
    )
    without = () if by_grade else ("enrolment by grade (pupils tested in grade 4 stand in)",)
    return verdicts(rows[["rbd", "year", "result", "reason", "n_years"]], rule, without)


def _judged(simce: pd.DataFrame, rules: Mapping[str, Rule], name: str) -> pd.DataFrame:
    """School-years with n_years, above, below, reason, pupils, and covered: the rule applies to its dependency."""
    rule, reading = rules[name], rules["simce"]
    states = year_states(simce, rules, name)
    found = last_years(
        states,
        years=rule["years"],
        window=reading["window"],
        held=reading["test_years"],
        counted=["above", "below"],
    )
    kind = states["dependency"].astype("string")
    covered = _true(kind.isin(rule["dependencies"]))
    found["reason"] = found["reason"].where(
        covered, kind.fillna("unknown dependency") + "; " + found["reason"]
    )
    return found.assign(covered=covered, pupils=states["pupils"])


def _true(flags: pd.Series) -> np.ndarray:
    """Flags with unknown as false."""
    return np.asarray(flags.astype("boolean").fillna(False), dtype=bool)
