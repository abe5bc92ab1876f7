"""What has to hold between the coded projects of a study and its other parts; none of it reads the disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or


def interviews_source(sources: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The id of the source with the codings of the study: the coded project that is not another one's earlier codebook."""
    projects = _projects(sources)
    earlier = {p["coded"].get("earlier") for p in projects.values() if "coded" in p}
    return next((sid for sid in projects if sid not in earlier), None)


def check_coded(study: Mapping[str, Any], file: str) -> list[Fault]:
    """Faults of sources that hold coded projects, code counts or themes by case, and of the key ``qualitative``."""
    sources: Mapping[str, Any] = study["sources"]
    found: list[Fault] = []

    def fault(key: str, what: str, allowed: str) -> None:
        found.append(Fault(file, key, "", what, allowed))

    projects = _projects(sources)
    earlier = {p["coded"].get("earlier") for p in projects.values() if "coded" in p}
    for sid in [s for s in projects if s not in earlier][1:]:
        first = interviews_source(sources)
        fault(
            f"sources.{sid}.holds", f"a second coded project beside {first}", "one, and an earlier codebook"
        )
    for sid, source in sources.items():
        place = f"sources.{sid}"
        if source["holds"] in ("case_themes", "code_counts") and source["kind"] != "published":
            fault(f"{place}.kind", f"'{source['kind']}'", f"published, for {source['holds']}")
        if source["holds"] == "coding_comparison" and source["kind"] == "simulated":
            fault(f"{place}.kind", "'simulated'", "real or published, for coding_comparison")
        if "coded" in source and source["holds"] != "coded_project":
            fault(f"{place}.coded", "this key", "only a source that holds a coded_project has it")
        if "coders" in source.get("simulate", {}):
            made_from = source["simulate"]["coders"]["from"]
            segments = {s for s, v in sources.items() if v["holds"] == "segments"}
            if source["holds"] != "coded_project":
                fault(f"{place}.simulate.coders", "this key", "only a simulated coded_project has it")
            if made_from not in segments:
                allowed = f"a source that holds segments: {names_or(segments)}"
                fault(f"{place}.simulate.coders.from", f"'{made_from}'", allowed)
        elif source["holds"] == "coded_project" and source["kind"] == "simulated":
            fault(f"{place}.simulate", "no coders", "coders, for a simulated coded_project")
    for sid, source in projects.items():
        found += _check_settings(sid, source.get("coded", {}), study, file)
    named = study["qualitative"]["coders"]
    if named and len(set(named)) < 2:
        fault("qualitative.coders", names_or(named), "two coders or more, or none for all of them")
    if study["qualitative"]["unit"] != "segment" and study["qualitative"].get("overlap") is not None:
        fault(
            "qualitative.overlap", f"unit {study['qualitative']['unit']}", "overlap, with unit segment alone"
        )
    return found


def _check_settings(sid: str, coded: Mapping[str, Any], study: Mapping[str, Any], file: str) -> list[Fault]:
    sources = study["sources"]
    found: list[Fault] = []
    place = f"sources.{sid}.coded"
    before = coded.get("earlier")
    others = {s for s in _projects(sources) if s != sid}
    if before is not None and before not in others:
        allowed = f"another source that holds a coded_project: {names_or(others)}"
        found.append(Fault(file, f"{place}.earlier", "", f"'{before}'", allowed))
    person = coded.get("person")
    if person is None:
        return found
    try:
        if re.compile(person["from"]).groups != 1:
            raise re.error("no group")
    except re.error:
        allowed = "a regular expression with one (group), the person's id in a document's name"
        found.append(Fault(file, f"{place}.person.from", "", f"'{person['from']}'", allowed))
    asked = {
        s
        for s, v in sources.items()
        if v["holds"] == "questionnaire" and v["questionnaire"].get("person", {}).get("type") == "text"
    }
    if person["answers"] not in asked:
        allowed = f"a questionnaire whose people have an id of type text: {names_or(asked)}"
        found.append(Fault(file, f"{place}.person.answers", "", f"'{person['answers']}'", allowed))
    return found


def _projects(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {sid: source for sid, source in sources.items() if source["holds"] == "coded_project"}
