"""What has to hold between an analysis of a study and the sources that it names: kinds, outcomes and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.school_tables import SCHOOL_YEAR_COLUMNS
from trenza.contracts.study_pupils import PUPIL_COLUMNS
from trenza.contracts.study_questionnaire import questionnaire_columns
from trenza.contracts.words import names_or

ANALYSES = ("comparisons", "models", "discontinuities", "regression_to_the_mean")
# What holds one row a unit.
RECORDS = ("records", "questionnaire")

Rows = Sequence[Mapping[str, str]]


def available_columns(study: Mapping[str, Any], source_id: str, items: Rows = ()) -> set[str]:
    """Columns that the cleaned records of a source will have."""
    source = study["sources"][source_id]
    if source["holds"] == "questionnaire":
        return questionnaire_columns(study, source_id, items)
    if source["holds"] == "official":
        return set(SCHOOL_YEAR_COLUMNS)
    if source["kind"] == "simulated":
        design, how = study["design"], source.get("simulate", {})
        seats = {design["unit"], design.get("group", ""), design.get("cluster", "")} - {""}
        made = PUPIL_COLUMNS if "pupils" in how else {*how.get("ranges", {}), "municipality"}
        return made | seats
    return set(source.get("columns", {}))


def check_analysis(
    kind: str, analysis: Mapping[str, Any], study: Mapping[str, Any], rows: Rows, place: str, file: str
) -> list[Fault]:
    """One entry of ``comparisons``, ``models``, ... (``kind``): its sources, outcomes, columns and weights exist and fit."""
    found: list[Fault] = []
    items = {i["item"] for i in rows}
    named = analysis["sources"] if kind == "comparisons" else [analysis["source"]]
    wanted = {"comparisons": ("group_summaries", *RECORDS), "models": (*RECORDS, "official")}.get(
        kind, RECORDS
    )
    fitting = {s for s, v in study["sources"].items() if v["holds"] in wanted}
    kinds = [study["sources"][s]["kind"] for s in named if s in fitting]
    for twice in sorted({k for k in kinds if kinds.count(k) > 1}):
        allowed = "one source of each kind; make a comparison of its own for the other"
        found.append(Fault(file, place, "", f"several {twice} sources", allowed))
    outcomes = analysis.get("outcomes") or [analysis[k] for k in ("outcome", "gain") if k in analysis]
    for outcome in outcomes:
        if outcome not in items:
            found.append(
                Fault(file, place, "", f"outcome '{outcome}'", f"an item of items.csv: {names_or(items)}")
            )
    for sid in named:
        if sid not in fitting:
            found.append(
                Fault(
                    file,
                    place,
                    "",
                    f"source '{sid}'",
                    f"a source that holds {' or '.join(wanted)}: {names_or(fitting)}",
                )
            )
            continue
        holds = study["sources"][sid]["holds"]
        if holds == "group_summaries":
            continue
        there = available_columns(study, sid, rows)
        baseline = analysis.get("baseline", [])
        weights = analysis.get("weights", {})
        used = [
            "" if holds == "official" else study["design"].get("group", ""),
            *outcomes,
            *analysis.get("only", {}),
            *([weights] if isinstance(weights, str) else weights.values()),
            *analysis.get("covariates", []),
            *[analysis[k] for k in ("cluster", "running", "placebo") if k in analysis],
            *([baseline] if isinstance(baseline, str) else baseline),
        ]
        if not isinstance(weights, str) and weights and set(weights) != set(outcomes):
            found.append(
                Fault(
                    file,
                    f"{place}.weights",
                    "",
                    names_or(weights),
                    f"one column for each of {names_or(outcomes)}",
                )
            )
        for column in filter(None, used):
            if column not in there:
                found.append(
                    Fault(file, place, "", f"column '{column}'", f"a column of {sid}: {names_or(there)}")
                )
    return found
