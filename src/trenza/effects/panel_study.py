"""One panel of study.yaml: from the study's rows to a table with one row a school and year, and its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.study_panels import AT_HAND
from trenza.effects.list_panel import START, list_panel, with_list
from trenza.effects.panel import Resampling, panel_tables
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_choices import choice_tables
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_placebos import PlaceboOutcome
from trenza.effects.panel_rows import Row
from trenza.effects.slep_panel import slep_panel


def declared_panel(
    panel: Mapping[str, Any],
    data: Mapping[str, pd.DataFrame],
    official: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    *,
    study: str,
    kind: str,
    design: Mapping[str, Any],
    ci_level: float,
    min_cell: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """All tables of one entry of ``panels:`` (``panel.TABLES`` and ``panel_choices.CHOICE_TABLES``).

    ``data``: records by source id. ``official``: by source id the SIMCE rows and the list of communes. ``design``: the study's,
    for who took part where one year is the start of all. Raises ``InputFaults`` with all faults of the design.
    """
    given: dict[str, Any] = {"data": data, "official": official, "study": study, "design": design}
    chosen, rows, listed = designed(panel, **given)
    shared: dict[str, Any] = {
        "study": study,
        "source": kind,
        "ci_level": ci_level,
        "estimators": panel["estimators"],
        "min_cell": min_cell,
    }
    faults: list[Fault] = []
    try:
        check_panel(chosen, rows, study=study, source=kind)
    except InputFaults as error:
        faults += error.faults
    placebos: list[PlaceboOutcome] = []
    for entry in panel["placebo_outcomes"]:
        place = f"{panel['id']}.placebo_outcomes.{entry['id']}"
        try:
            made, other, _ = designed(
                {**panel, "rule_grade": panel.get("grade"), **entry, "id": place}, **given
            )
            placebos.append(
                PlaceboOutcome(entry["id"], made, check_panel(made, other, study=study, source=kind)[0])
            )
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    tables = panel_tables(chosen, rows, resampling=Resampling(seed=seed), **shared)
    tables["panel_flow"] = with_list(tables["panel_flow"], listed)
    more = {"specifications": panel["specifications"], "placebo_outcomes": placebos}
    return tables | choice_tables(chosen, rows, tables["panel_effects"], **shared, **more)


def designed(
    panel: Mapping[str, Any],
    *,
    data: Mapping[str, pd.DataFrame],
    official: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    study: str,
    design: Mapping[str, Any],
) -> tuple[PanelDesign, pd.DataFrame, list[Row]]:
    """The design of one entry, its rows, one a school and year, and what became of a list of schools. Raises ``InputFaults``."""
    listed: list[Row] = []
    settings = {**panel, "estimand": panel["estimand"]["en"]}
    if "participants" in panel:
        _at_hand(panel, official[panel["source"]][0], study)
        start = panel["treated_in"]
        settings["treated_in"] = START
        rows, listed = list_panel(
            official[panel["source"]][0],
            data[panel["participants"]],
            grade=panel["grade"],
            subject=panel["subject"],
            years=[*panel["baseline_years"], *panel["outcome_years"]],
            dependencies=panel["dependencies"],
            started=start if isinstance(start, int) else None,
            rule_grade=panel.get("rule_grade"),
        )
    elif panel["source"] in official:
        schools, communes = official[panel["source"]]
        settings |= years_at_hand(panel, schools, communes, study)
        given = {k: settings[k] for k in ("id", "grade", "subject", "baseline_years", "outcome_years")}
        rows = slep_panel(schools, communes, **given)[1]
    else:
        rows = school_years(data[panel["source"]], panel, design)
        settings |= {"year": panel.get("year", "year")}
        if isinstance(panel["treated_in"], int):
            settings["treated_in"] = START
    return PanelDesign.of(settings), rows, listed


def _at_hand(panel: Mapping[str, Any], schools: pd.DataFrame, study: str) -> None:
    """Raises ``InputFaults`` where the files have no row of the panel's grade and subject."""
    pairs = schools[["grade", "subject"]].astype("str").drop_duplicates().sort_values(["grade", "subject"])
    there = [f"{g} {s}" for g, s in pairs.itertuples(index=False)]
    wanted = f"{panel['grade']} {panel['subject']}"
    if wanted not in there:
        place, what = f"study {study}, official files", f"{wanted}, of which there is no row"
        raise InputFaults(
            [Fault(place, f"panels.{panel['id']}", "grade", what, f"at hand: {', '.join(there) or 'none'}")]
        )


def school_years(records: pd.DataFrame, panel: Mapping[str, Any], design: Mapping[str, Any]) -> pd.DataFrame:
    """One row a unit and year, with column ``first_year`` where all participants began in one year.

    With ``by_year`` the records are one row a unit, and each of its columns becomes the rows of its year. Rows of
    units whose group is neither participants nor control are left out: whether they were treated is not known.
    """
    rows = records
    start = panel["treated_in"]
    if isinstance(start, int):
        group = rows[design["group"]]
        rows = rows[group.isin([design["participants"], design["control"]])]
        first = pd.Series(start, rows.index, dtype="Int64")
        rows = rows.assign(**{START: first.where(rows[design["group"]] == design["participants"])})
    if "by_year" not in panel:
        return rows.reset_index(drop=True)
    parts = [
        rows.assign(**{"year": int(year), panel["outcome"]: rows[column]})
        for year, column in sorted(panel["by_year"].items(), key=lambda entry: int(entry[0]))
    ]
    return pd.concat(parts, ignore_index=True)


def years_at_hand(
    panel: Mapping[str, Any], schools: pd.DataFrame, communes: pd.DataFrame, study: str
) -> dict[str, tuple[int, ...]]:
    """``baseline_years`` and ``outcome_years`` with ``at_hand`` filled in: the tested years before and since the first transfer."""
    wanted = {k: panel[k] for k in ("baseline_years", "outcome_years")}
    if AT_HAND not in wanted.values():
        return {k: tuple(v) for k, v in wanted.items()}
    tested = schools[(schools["grade"] == panel["grade"]) & (schools["subject"] == panel["subject"])]
    years = sorted({int(y) for y in tested.loc[tested["score_points"].notna(), "year"]})
    begin = int(communes["transfer_year"].min())
    sides = {
        "baseline_years": tuple(y for y in years if y < begin),
        "outcome_years": tuple(y for y in years if y >= begin),
    }
    missing = [k for k, v in wanted.items() if v == AT_HAND and not sides[k]]
    if missing:
        there = ", ".join(map(str, years)) or "none"
        what = f"{panel['grade']} {panel['subject']} of {there}"
        raise InputFaults(
            Fault(
                f"study {study}, official files",
                f"panels.{panel['id']}",
                k,
                what,
                f"a test {'before' if k == 'baseline_years' else 'in or after'} {begin}, when the first schools passed over",
            )
            for k in missing
        )
    return {k: sides[k] if v == AT_HAND else tuple(v) for k, v in wanted.items()}
