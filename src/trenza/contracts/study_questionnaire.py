"""What has to hold between a study's questionnaires, its instrument and its design; none of it reads the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.items import is_asked, parts_of
from trenza.contracts.words import names_or

FLAGS = ("long_string", "variability", "even_odd", "mahalanobis", "speed")
_MADE = {"seconds", *(f"flag_{name}" for name in FLAGS)}

Rows = Sequence[Mapping[str, str]]


def scales_of(items: Rows, version: str) -> set[str]:
    """Scales that have a score and at least one item in this version of the questionnaire."""
    scored = {i["item"] for i in items if i.get("score")}
    asked = [i for i in items if not i.get("score") and _asked(i, version)]
    return scored & {scale for i in asked for scale in parts_of(i["scale"])}


def _asked(item: Mapping[str, str], version: str) -> bool:
    return is_asked(parts_of(item.get("version", "")), version)


def questionnaire_columns(study: Mapping[str, Any], source_id: str, items: Rows) -> set[str]:
    """Columns that the cleaned answers of a source will have and an analysis may name."""
    source, design = study["sources"][source_id], study["design"]
    settings = source.get("questionnaire", {})
    version = settings.get("version", "")
    made = scales_of(items, version) | {design["unit"]}
    made |= {i["item"] for i in items if not i.get("score") and _asked(i, version)}
    if "school" in settings and "cluster" in design:
        made.add(design["cluster"])
    made |= set(settings.get("official", {}).get("columns", []))
    for name, column in source.get("columns", {}).items():
        made |= {f"{name}_{o}" for o in column["options"].values()} if "options" in column else {name}
    return made


def check_questionnaires(study: Mapping[str, Any], items: Rows, file: str) -> list[Fault]:
    """Faults of every source that holds a questionnaire, and of comparisons that leave flagged people out."""
    found: list[Fault] = []
    for sid, source in study["sources"].items():
        if source["holds"] == "questionnaire":
            found += _check_source(sid, study, items, file)
        elif "questionnaire" in source:
            place = f"sources.{sid}.questionnaire"
            found.append(
                Fault(file, place, "", "this key", "only a source that holds a questionnaire has it")
            )
    for position, comparison in enumerate(study["comparisons"]):
        other = [
            s for s in comparison["sources"] if study["sources"].get(s, {}).get("holds") != "questionnaire"
        ]
        if comparison["without_flagged"] and other:
            place = f"comparisons.{position}.without_flagged"
            allowed = "this key, in comparisons of questionnaires alone"
            found.append(Fault(file, place, "", f"the source {', '.join(other)}", allowed))
    return found


def _check_source(sid: str, study: Mapping[str, Any], items: Rows, file: str) -> list[Fault]:
    source, design = study["sources"][sid], study["design"]
    settings = source["questionnaire"]
    found: list[Fault] = []

    def fault(key: str, what: str, allowed: str) -> None:
        found.append(Fault(file, f"sources.{sid}.{key}", "", what, allowed))

    known = {v for i in items for v in parts_of(i.get("version", ""))}
    if settings["version"] and settings["version"] not in known:
        fault(
            "questionnaire.version", f"'{settings['version']}'", f"a version of items.csv: {names_or(known)}"
        )
    if not settings["version"] and known:
        fault("questionnaire", "no version", f"the version of items.csv that was asked: {names_or(known)}")
    elif not scales_of(items, settings["version"]):
        fault(
            "questionnaire", "no scale with items", "rows of items.csv with a score, and items of their scale"
        )
    if settings["repeated"] != "stop" and "person" not in settings:
        fault("questionnaire.repeated", f"'{settings['repeated']}' without person", "person, who answered")
    if "school" in settings and "cluster" not in design:
        fault(
            "questionnaire.school", "no design.cluster", "design.cluster, what the school's column is called"
        )
    if "follows" in settings:
        earlier = {s for s, v in study["sources"].items() if v["holds"] == "questionnaire" and s != sid}
        earlier = {s for s in earlier if "person" in study["sources"][s]["questionnaire"]}
        if settings["follows"] not in earlier:
            allowed = f"another questionnaire that names its people: {names_or(earlier)}"
            fault("questionnaire.follows", f"'{settings['follows']}'", allowed)
        if "person" not in settings:
            fault("questionnaire.follows", "no person", "person, who answered")
    levels = set(source.get("columns", {}).get(design.get("group", ""), {}).get("levels", {}).values())
    for level in settings["asked"]:
        if level not in levels:
            fault(f"questionnaire.asked.{level}", f"'{level}'", f"a level of the group: {names_or(levels)}")
    if "official" in settings:
        named = settings["official"]["source"]
        official = {s for s, v in study["sources"].items() if v["holds"] == "official"}
        if named not in official:
            allowed = f"a source that holds official files: {names_or(official)}"
            fault("questionnaire.official.source", f"'{named}'", allowed)
        if settings.get("school", {}).get("type") != "rbd":
            fault(
                "questionnaire.official", "no school of type rbd", "school with type: rbd, to look it up by"
            )
    taken = {i["item"] for i in items} | {
        design["unit"],
        *_MADE,
        *settings.get("official", {}).get("columns", []),
    }
    taken |= {design["cluster"]} if "cluster" in design and "school" in settings else set()
    for name, column in source.get("columns", {}).items():
        typed = column.get("type", "number") == "number" and not {"levels", "options", "difference"} & set(
            column
        )
        if name in taken and not (typed and name not in {design["unit"], design.get("cluster")}):
            fault(
                f"columns.{name}", f"the name '{name}'", "a name that is no item, scale or column made here"
            )
        if column.get("type") == "id":
            fault(f"columns.{name}.type", "'id'", "questionnaire.person, which also replaces the id")
    return found
