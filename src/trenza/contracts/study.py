"""What has to hold between the parts of a study: the checks that a schema cannot make.

All functions take parsed files and return faults; none raises and none reads the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.rehearsal import sources_read
from trenza.contracts.study_analyses import ANALYSES, RECORDS, Rows, available_columns, check_analysis
from trenza.contracts.study_baseline import check_baseline
from trenza.contracts.study_claims import check_rules
from trenza.contracts.study_coded import check_coded
from trenza.contracts.study_panels import check_panels
from trenza.contracts.study_pupils import check_pupils
from trenza.contracts.study_questionnaire import check_questionnaires
from trenza.contracts.words import names_or

# Columns that the project adds to every table.
RESERVED = {"source", "study", "source_id"}


def check_items(items: Rows, file: str) -> list[Fault]:
    """Items stand once and their range is not empty."""
    found: list[Fault] = []
    seen: set[str] = set()
    for row, item in enumerate(items, 2):
        if item["item"] in seen:
            found.append(Fault(file, str(row), "item", f"'{item['item']}' a second time", "each item once"))
        seen.add(item["item"])
        if float(item["min"]) >= float(item["max"]):
            found.append(Fault(file, str(row), "max", item["max"], f"more than min, {item['min']}"))
    return found


def check_study(study: Mapping[str, Any], items: Rows, file: str) -> list[Fault]:
    """Sources, comparisons, models and labels of one study fit each other.

    ``study`` has passed its schema and carries its defaults; ``items`` has passed its own.
    """
    sources: Mapping[str, Any] = study["sources"]
    item_names = {i["item"] for i in items}
    found: list[Fault] = []
    for sid, source in sources.items():
        found += _check_source(sid, source, sources, study["design"], item_names, f"sources.{sid}", file)
    found += _check_design(study, file)
    found += check_questionnaires(study, items, file)
    found += check_baseline(study, lambda sid: available_columns(study, sid, items), RECORDS, file)
    found += check_panels(study, lambda sid: available_columns(study, sid, items), item_names, file)
    found += check_rules(study, file)
    found += check_coded(study, file)
    coded = [s for s, v in sources.items() if v["holds"] == "segments"]
    for sid in coded[1:]:
        found.append(
            Fault(file, f"sources.{sid}.holds", "", f"a second source of segments beside {coded[0]}", "one")
        )
    for kind in ANALYSES:
        ids = [a["id"] for a in study[kind]]
        for position, analysis in enumerate(study[kind]):
            place = f"{kind}.{position}"
            if ids.index(analysis["id"]) < position:
                found.append(
                    Fault(file, f"{place}.id", "", f"'{analysis['id']}' a second time", "each id once")
                )
            found += check_analysis(kind, analysis, study, items, place, file)
    for kind in ("comparisons", "models"):
        made = [f"{a['id']}_{o}" for a in study[kind] for o in a["outcomes"]]
        for result in sorted({r for r in made if made.count(r) > 1}):
            found.append(
                Fault(file, kind, "", f"two results called '{result}'", "ids that differ in <id>_<outcome>")
            )
    return found


def _check_source(
    sid: str,
    source: Mapping[str, Any],
    sources: Mapping[str, Any],
    design: Mapping[str, Any],
    items: set[str],
    place: str,
    file: str,
) -> list[Fault]:
    found: list[Fault] = []

    def fault(key: str, what: str, allowed: str) -> None:
        found.append(Fault(file, f"{place}.{key}" if key else place, "", what, allowed))

    simulated = source["kind"] == "simulated"
    if simulated != sid.endswith("_simulated"):
        fault("", f"the id '{sid}'", "ids of simulated sources, and no others, end in _simulated")
    if simulated:
        if "simulate" not in source:
            fault("", "no key 'simulate'", "a simulated source says how it is made")
        if source["holds"] not in (*RECORDS, "segments", "coded_project"):
            allowed = "records, questionnaire, segments or coded_project, for a simulated source"
            fault("holds", source["holds"], allowed)
        for key in ("file", "columns") if source["holds"] != "questionnaire" else ("file",):
            if key in source:
                fault(key, "this key", "only sources that are read from a file have it")
    else:
        official = source["holds"] == "official"
        if official and source["kind"] != "real":
            fault("kind", f"'{source['kind']}'", "real, for official files")
        if official != ("folders" in source):
            found_key = "this key" if "folders" in source else "nothing"
            fault("folders", found_key, "folders, for a source that holds official files and only for it")
        for key in ("baseline_year", "allow_unknown_years"):
            if not official and source.get(key):
                fault(key, "this key", "only a source that holds official files has it")
        if not official and not source.get("describe", True):
            fault("describe", "false", "only a source that holds official files has it")
        listed = source["holds"] == "school_list"
        if listed != ("school_list" in source):
            what = "nothing" if listed else "this key"
            fault(
                "school_list",
                what,
                "the file's column of RBD, for a source that holds school_list and only for it",
            )
        if source.get("optional") and not listed:
            fault("optional", "true", "only a list of schools can be missing while the study runs")
        if source.get("rows") and source["holds"] != "records":
            fault("rows", "this key", "only records have it; a questionnaire has eligible")
        if official == ("file" in source):
            allowed = "folders instead" if official else "a source that is not simulated names its file"
            fault("file" if official else "", "this key" if official else "no key 'file'", allowed)
        if "simulate" in source:
            fault("simulate", "this key", "only sources of kind simulated have it")
        if source["holds"] in ("shares", "claims") and source["kind"] != "published":
            fault("kind", f"'{source['kind']}'", f"published, for {source['holds']}")
        if source["holds"] == "records" and "columns" not in source:
            fault("columns", "nothing", "columns, for records")
        if source["holds"] not in RECORDS and "columns" in source:
            fault("columns", "this key", "only records and questionnaires have it")
    if simulated and source["holds"] in RECORDS and "cluster" not in design:
        fault(
            "simulate", "no design.cluster", "design.cluster, the column that simulated units are nested in"
        )
    if "pupils" in source.get("simulate", {}):
        found += check_pupils(source, design, f"{place}.simulate", file)
    elif {"from", "means"} & set(source.get("simulate", {})):
        how = source["simulate"]
        summaries = {s for s, v in sources.items() if v["holds"] == "group_summaries"}
        if "from" in how and how["from"] not in summaries:
            fault(
                "simulate.from",
                f"'{how['from']}'",
                f"a source that holds group_summaries: {names_or(summaries)}",
            )
        if ("ranges" in how) != (source["holds"] == "records"):
            allowed = "ranges, for simulated records and only for them"
            fault("simulate.ranges", "this key" if "ranges" in how else "nothing", allowed)
        for outcome, (low, high) in how.get("ranges", {}).items():
            if outcome not in items:
                fault(
                    f"simulate.ranges.{outcome}", f"'{outcome}'", f"an item of items.csv: {names_or(items)}"
                )
            if low >= high:
                fault(f"simulate.ranges.{outcome}", f"{low} to {high}", "the lower value first")
    path = source.get("file", "")
    if path.startswith(("/", "\\", "~")) or ":" in path[:3] or ".." in path.split("/") or "\\" in path:
        fault("file", f"'{path}'", "a path below data_root or the project, with / between folders and no ..")
    columns: Mapping[str, Any] = source.get("columns", {})
    for name, column in columns.items():
        if name in RESERVED:
            fault(
                f"columns.{name}",
                f"the name '{name}'",
                f"a name that the project does not use itself ({names_or(RESERVED)})",
            )
        if "difference" in column:
            for part in column["difference"]:
                named = columns.get(part, {})
                if (
                    "from" not in named
                    or "levels" in named
                    or named.get("type", "number") not in ("number", "integer")
                ):
                    read = {
                        c
                        for c, v in columns.items()
                        if "from" in v
                        and "levels" not in v
                        and v.get("type", "number") in ("number", "integer")
                    }
                    fault(
                        f"columns.{name}.difference",
                        f"'{part}'",
                        f"a column read from the file: {names_or(read)}",
                    )
        if "options" in column and source["holds"] != "questionnaire":
            fault(f"columns.{name}.options", "this key", "only columns of a questionnaire have it")
        if ("levels" in column or "options" in column) and "type" in column:
            fault(f"columns.{name}.type", f"'{column['type']}' beside levels or options", "one of the three")
        if (
            column.get("type", "number") == "number"
            and not {"levels", "options"} & set(column)
            and name not in items
        ):
            fault(
                f"columns.{name}",
                f"'{name}' without a row in items.csv",
                "a row in items.csv, levels, or a type",
            )
    return found


def _check_design(study: Mapping[str, Any], file: str) -> list[Fault]:
    design = study["design"]
    found: list[Fault] = []
    if "group" not in design:
        # A study that describes only; whatever compares needs to know who took part.
        needs = [k for k in ANALYSES if study[k] and k != "models"]
        needs += [
            f"sources.{s}"
            for s, v in study["sources"].items()
            if v["holds"] in ("group_summaries", "records")
        ]
        allowed = "design.group, assignment, participants and control, who took part and how they came to"
        return [Fault(file, place, "", "no design.group", allowed) for place in needs]
    if design["participants"] == design["control"]:
        found.append(
            Fault(file, "design.control", "", f"'{design['control']}'", "a level other than participants")
        )
    cluster = design.get("cluster")
    real = {s: v for s, v in study["sources"].items() if v["holds"] == "records" and v["kind"] == "real"}
    having = [v["columns"][cluster] for v in real.values() if cluster in v.get("columns", {})]
    if cluster and real and not having:
        seen = {c for v in real.values() for c in v.get("columns", {})}
        found.append(
            Fault(file, "design.cluster", "", f"'{cluster}'", f"a column of the records: {names_or(seen)}")
        )
    if cluster == design["group"] or any(c.get("type") == "id" or "difference" in c for c in having):
        found.append(
            Fault(file, "design.cluster", "", f"'{cluster}'", "a column that names what units sit in")
        )
    for key in ("participants", "control"):
        if design[key] not in study["labels"]:
            found.append(
                Fault(
                    file,
                    "labels",
                    "",
                    f"no label for '{design[key]}'",
                    f"a label in en and es for design.{key}",
                )
            )
    for sid, source in study["sources"].items():
        columns = source.get("columns", {})
        group = columns.get(design["group"])
        if source["holds"] == "records" and source["kind"] != "simulated":
            if group is None:
                found.append(
                    Fault(
                        file,
                        f"sources.{sid}.columns",
                        "",
                        f"no column '{design['group']}'",
                        "the column of design.group",
                    )
                )
            else:
                levels = set(group.get("levels", {}).values())
                for key in ("participants", "control"):
                    if design[key] not in levels:
                        found.append(
                            Fault(
                                file,
                                f"sources.{sid}.columns.{design['group']}.levels",
                                "",
                                names_or(levels),
                                f"a value that stands for design.{key}, '{design[key]}'",
                            )
                        )
    return found


def findings(study: Mapping[str, Any], rated_items: set[str], claims: set[str] | None = None) -> set[str]:
    """Every quantitative finding that a link may name: <stage>:<id>. ``claims``: ids of published claims.

    A finding that rests on simulated sources only is not among them, but in a rehearsal (``contracts.rehearsal``).
    """
    read = sources_read(study["sources"])
    found = {f"describe:{item}" for item in rated_items} | {f"claims:{claim}" for claim in claims or ()}
    for comparison in study["comparisons"]:
        if read & set(comparison["sources"]):
            found |= {f"compare:{comparison['id']}_{o}" for o in comparison["outcomes"]}
    for model in study["models"]:
        if model["source"] in read:
            found |= {f"model:{model['id']}_{o}" for o in model["outcomes"]}
    found |= {f"panel:{panel['id']}" for panel in study["panels"] if panel["source"] in read}
    return found
