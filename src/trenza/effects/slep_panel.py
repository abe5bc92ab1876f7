"""The transfer of municipal schools to Servicios Locales (SLEP) as a staggered design on the official panel.

A demonstration on a reform of governance, not an evaluation of a programme of support: see ``THREATS``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.panel_design import PanelDesign

# What limits the answer; their words stand in docs/effects.md.
THREATS = (
    "order_not_by_lot",
    "pandemic",
    "no_test_2020_2021",
    "first_tests_differ",
    "closures",
    "who_sat",
    "other_reforms",
    "few_services",
)
PUBLIC = ("municipal", "slep")
LEVELS = {"service": "slep_code", "commune": "commune_code"}
_SCHOOLS = (
    "rbd",
    "year",
    "grade",
    "subject",
    "score_points",
    "score_status",
    "n_pupils",
    "dependency",
    "commune_code",
)
_COMMUNES = ("commune_code", "slep_code", "transfer_year")
ESTIMAND = (
    "mean difference that the transfer to a Servicio Local made, so far, to the SIMCE mean of schools that were municipal "
    "at their first test, in the years tested since the transfer"
)


def slep_panel(
    schools: pd.DataFrame,
    communes: pd.DataFrame,
    *,
    id: str = "slep",
    grade: str = "4b",
    subject: str = "mate",
    baseline_years: Sequence[int] = (2014, 2016),
    outcome_years: Sequence[int] = (2018, 2022, 2023),
    level: str = "service",
    weighted: bool = True,
) -> tuple[PanelDesign, pd.DataFrame]:
    """The design and its table, for ``check_panel`` and ``panel_tables``.

    ``schools``: the harmonised SIMCE rows of all years, one a school, year and subject (columns ``rbd``, ``year``, ``grade``, ``subject``,
    ``score_points``, ``score_status``, ``n_pupils``, ``dependency``, ``commune_code``). ``communes``: the list of transfers, one row a
    commune (``commune_code``, ``slep_code``, ``transfer_year``). Treatment begins in the year in which the schools of the commune pass
    over, whether the school was public to the end or not; communes that pass over after the last year are the comparison.
    Only schools that were public in the first of the years used in which they have a row; only scores of status ok.
    ``level`` of assignment: ``service`` (each commune's service, also the planned one) or ``commune``.

    Raises ``InputFaults`` for missing columns, an unknown level, or a commune that stands twice.
    """
    place = f"panels.{id}"
    faults = [
        Fault("schools", place, c, "no such column", ", ".join(_SCHOOLS))
        for c in _SCHOOLS
        if c not in schools.columns
    ]
    faults += [
        Fault("communes", place, c, "no such column", ", ".join(_COMMUNES))
        for c in _COMMUNES
        if c not in communes.columns
    ]
    if level not in LEVELS:
        faults.append(Fault("study.yaml", place, "level", repr(level), ", ".join(LEVELS)))
    if not faults and communes["commune_code"].duplicated().any():
        twice = int(communes["commune_code"].duplicated().sum())
        faults.append(
            Fault("communes", place, "commune_code", f"{twice} communes a second time", "each commune once")
        )
    if faults:
        raise InputFaults(faults)
    years = sorted({*baseline_years, *outcome_years})
    kept = schools["grade"].astype("str").eq(grade) & schools["subject"].astype("str").eq(subject)
    rows = schools.loc[kept & schools["year"].isin(years), list(_SCHOOLS)].sort_values(
        ["rbd", "year"], kind="stable"
    )
    first = rows.groupby("rbd")["dependency"].transform("first").astype("str")
    rows = rows[first.isin(PUBLIC)]
    of_commune = communes.set_index("commune_code")
    place_of = rows["commune_code"].astype("Int64")
    table = pd.DataFrame(
        {
            "rbd": rows["rbd"].to_numpy(),
            "year": rows["year"].to_numpy(dtype="int64"),
            "grade": rows["grade"].astype("str").to_numpy(),
            "subject": rows["subject"].astype("str").to_numpy(),
            "score_points": rows["score_points"].where(rows["score_status"].astype("str") == "ok").to_numpy(),
            "n_pupils": rows["n_pupils"].to_numpy(),
            # a transfer from municipal to the service is the treatment itself and no change of dependency
            "dependency": rows["dependency"]
            .astype("str")
            .replace(dict.fromkeys(PUBLIC, "public"))
            .to_numpy(),
            "commune_code": place_of.to_numpy(),
            "slep_code": of_commune["slep_code"].astype("Int64").reindex(place_of).to_numpy(),
            "transfer_year": of_commune["transfer_year"].astype("Int64").reindex(place_of).to_numpy(),
        }
    )
    # A school's commune is that of the directory, the same in every year; a panel's columns must not vary within a school.
    design = PanelDesign(
        id=id,
        unit="rbd",
        year="year",
        outcome="score_points",
        treated_in="transfer_year",
        assignment=LEVELS[level],
        baseline_years=tuple(baseline_years),
        outcome_years=tuple(outcome_years),
        estimand=ESTIMAND,
        pool="not_yet",
        weights="n_pupils" if weighted else None,
        grade=grade,
        subject=subject,
        dependency="dependency",
    )
    return design, table
