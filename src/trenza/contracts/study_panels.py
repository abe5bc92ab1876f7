"""Checks of the panels of a study (``panels:``): their source, columns and years, before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or

Columns = Callable[[str], set[str]]
# What the panel of official files carries, with the transfer of a school's commune to a Servicio Local.
OFFICIAL_COLUMNS = {
    "rbd",
    "year",
    "grade",
    "subject",
    "score_points",
    "n_pupils",
    "dependency",
    "commune_code",
    "slep_code",
    "transfer_year",
}
# What it carries where the schools that took part are those of a list.
LIST_COLUMNS = (OFFICIAL_COLUMNS - {"slep_code", "transfer_year"}) | {"first_year", "both_subjects"}
AT_HAND = "at_hand"


def check_panels(study: Mapping[str, Any], columns: Columns, items: set[str], file: str) -> list[Fault]:
    """Faults of all panels: ids that stand twice, sources, columns, years, and what they are set beside.

    ``columns`` gives the cleaned columns of a source of records, ``items`` are the ids of items.csv.
    """
    found: list[Fault] = []
    seen: set[str] = set()
    for position, panel in enumerate(study["panels"]):
        place = f"panels.{position}"
        if panel["id"] in seen:
            found.append(Fault(file, f"{place}.id", "", f"'{panel['id']}' a second time", "each id once"))
        seen.add(panel["id"])
        own = _one(panel, study, columns, items)
        own += _specifications(panel) + _placebos(panel, own, study, columns, items)
        found += [Fault(file, f"{place}.{key}", "", *said) for key, said in own]
    return found


def _one(
    panel: Mapping[str, Any], study: Mapping[str, Any], columns: Columns, items: set[str]
) -> list[tuple[str, tuple[str, str]]]:
    """Key of the panel, and what was found and what is allowed there."""
    sources: Mapping[str, Any] = study["sources"]
    found: list[tuple[str, tuple[str, str]]] = []
    fitting = {s for s, v in sources.items() if v["holds"] in ("records", "official")}
    if panel["source"] not in fitting:
        allowed = f"a source that holds records or official files: {names_or(fitting)}"
        return [("source", (f"'{panel['source']}'", allowed))]
    official = sources[panel["source"]]["holds"] == "official"
    found += _participants(panel, sources, official)
    of_list = official and "participants" in panel
    there = (LIST_COLUMNS if of_list else OFFICIAL_COLUMNS) if official else columns(panel["source"])
    named = {
        k: panel[k]
        for k in ("unit", "year", "assignment", "weights", "dependency", "chosen_on")
        if k in panel
    }
    named |= {f"balance_on.{k}": column for k, column in enumerate(panel["balance_on"])}
    named |= {f"by_year.{y}": column for y, column in panel.get("by_year", {}).items()}
    if "year" in panel:
        named["outcome"] = panel["outcome"]
    if isinstance(panel["treated_in"], str):
        named["treated_in"] = panel["treated_in"]
    elif of_list:
        pass  # all schools of the list began in that year
    elif "group" not in study["design"]:
        allowed = "design.group and participants, who began in that year, or the column of the first year"
        found.append(("treated_in", (f"{panel['treated_in']} without design.group", allowed)))
    elif not official:
        named["treated_in"] = study["design"]["group"]
    for key in ("grade", "subject"):
        if key in panel and key not in there:
            found.append((key, (f"'{panel[key]}'", f"a column '{key}' in {panel['source']}")))
        elif official and key not in panel:
            found.append((key, ("nothing", f"the {key} whose official scores are taken")))
    found += [
        (key, (f"column '{column}'", f"a column of {panel['source']}: {names_or(there)}"))
        for key, column in named.items()
        if column not in there
    ]
    if panel["balance_on"] and "weighting" not in panel["estimators"]:
        found.append(
            ("balance_on", ("covariates without weighting among estimators", "weighting, or no covariates"))
        )
    if panel["outcome"] not in items:
        found.append(("outcome", (f"'{panel['outcome']}'", f"an item of items.csv: {names_or(items)}")))
    if official and "by_year" in panel:
        found.append(("by_year", ("this key", "year, for official files")))
    if official and not of_list and panel["treated_in"] != "transfer_year":
        allowed = "transfer_year, with the column year, for official files without a list of participants"
        found.append(("treated_in", (f"'{panel['treated_in']}'", allowed)))
    declared = {d["id"] for d in study["discontinuities"]}
    found += [
        ("discontinuities", (f"'{d}'", f"an id of discontinuities: {names_or(declared)}"))
        for d in panel["discontinuities"]
        if d not in declared
    ]
    if panel["chosen_by"] == "cutoff" and not panel["discontinuities"]:
        allowed = "the discontinuity that such a design calls for"
        found.append(("discontinuities", ("nothing beside chosen_by: cutoff", allowed)))
    return found + _years(panel, official and not of_list)


def _participants(
    panel: Mapping[str, Any], sources: Mapping[str, Any], official: bool
) -> list[tuple[str, tuple[str, str]]]:
    """The list of schools of a panel of official files exists, and says when they began."""
    if "participants" not in panel:
        return []
    if not official:
        return [("participants", ("this key", "only a panel of official files has it"))]
    lists = {s: v for s, v in sources.items() if v["holds"] == "school_list"}
    if panel["participants"] not in lists:
        allowed = f"a source that holds school_list: {names_or(lists)}"
        return [("participants", (f"'{panel['participants']}'", allowed))]
    start = panel["treated_in"]
    own = "first_year" in lists[panel["participants"]].get("school_list", {})
    if isinstance(start, str) and (start != "first_year" or not own):
        allowed = "first_year, where the list names its column, or the year in which all of them began"
        return [("treated_in", (f"'{start}'", allowed))]
    return []


def _specifications(panel: Mapping[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    chosen: Mapping[str, Any] = panel["specifications"]
    found = []
    for estimator in chosen.get("estimators", []):
        if estimator not in panel["estimators"]:
            allowed = f"an estimator of this panel: {names_or(panel['estimators'])}"
            found.append(("specifications.estimators", (f"'{estimator}'", allowed)))
    if "pupils" in chosen.get("counting", []) and "weights" not in panel:
        found.append(("specifications.counting", ("pupils without weights", "weights, the column of pupils")))
    for key in ("baseline_years", "outcome_years"):
        if panel[key] == AT_HAND:
            continue
        for years in chosen.get(key, []):
            wrong = [] if isinstance(years, str) else [str(y) for y in years if y not in panel[key]]
            allowed = f"years of this panel: {names_or([str(y) for y in panel[key]])}"
            found += [(f"specifications.{key}", (y, allowed)) for y in wrong]
    return found


def _placebos(
    panel: Mapping[str, Any],
    own: list[tuple[str, tuple[str, str]]],
    study: Mapping[str, Any],
    columns: Columns,
    items: set[str],
) -> list[tuple[str, tuple[str, str]]]:
    """Faults that the panel gets only by the outcome, grade or years of a placebo."""
    found: list[tuple[str, tuple[str, str]]] = []
    seen: set[str] = set()
    for position, placebo in enumerate(panel["placebo_outcomes"]):
        place = f"placebo_outcomes.{position}"
        if placebo["id"] in seen:
            found.append((f"{place}.id", (f"'{placebo['id']}' a second time", "each id once")))
        seen.add(placebo["id"])
        if "by_year" in placebo and "year" in panel:
            found.append(
                (f"{place}.by_year", ("this key beside year", "by_year, for a panel that has it too"))
            )
            continue
        if "by_year" in panel and "outcome" in placebo and "by_year" not in placebo:
            found.append((f"{place}.by_year", ("nothing", "the columns of this outcome by year")))
        found += [
            (f"{place}.{key}", said)
            for key, said in _one({**panel, **placebo}, study, columns, items)
            if (key, said) not in own
        ]
    return found


def _years(panel: Mapping[str, Any], official: bool) -> list[tuple[str, tuple[str, str]]]:
    found = []
    lists = {k: panel[k] for k in ("baseline_years", "outcome_years")}
    if not official:
        found += [
            (k, (AT_HAND, "a list of years; at_hand is for official files without a list of participants"))
            for k, v in lists.items()
            if v == AT_HAND
        ]
    known = {int(y) for y in panel.get("by_year", {})}
    for key, years in lists.items():
        if years == AT_HAND:
            continue
        if known:
            found += [
                (key, (str(y), f"a year of by_year: {names_or(sorted(map(str, known)))}"))
                for y in years
                if y not in known
            ]
        start = panel["treated_in"]
        if isinstance(start, int):
            wrong = [y for y in years if (y < start) != (key == "baseline_years")]
            side = f"before {start}" if key == "baseline_years" else f"from {start} on"
            allowed = f"years {side}, when treatment begins"
            found += [(key, (str(y), allowed)) for y in wrong]
    return found
