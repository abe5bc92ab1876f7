"""The links of a study against everything that they name, before any job starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trenza.contracts.directed_codes import directed_codes
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.rehearsal import is_rehearsal, sources_read
from trenza.contracts.schema import schema_faults
from trenza.contracts.study import findings
from trenza.contracts.study_displays import check_pillars, check_process_tests
from trenza.contracts.study_links import findings_with_schools
from trenza.io.study_files import read_rows
from trenza.project_quotes import typed_segment_faults
from trenza.qualitative.codebook import check_codebook
from trenza.triangulate.levels import Joins
from trenza.triangulate.links import Known, check_links, parse_code, split_codes
from trenza.triangulate.meta import check_meta_inferences
from trenza.triangulate.overrides import check_overrides

Rows = Sequence[Mapping[str, str]]
# What has directions of its own: a statement says how it bears on the programme.
TYPED = ("segments", "case_themes")


def named_faults(
    study: Mapping[str, Any], rows: Mapping[str, Rows], tables: Mapping[str, str], file: str
) -> list[Fault]:
    """What can be told of codebook.csv, overrides.csv and what names links, whatever the rest of study.yaml is like.

    ``rows``: the study's tables; ``tables``: their paths, and ``file`` that of study.yaml, as messages name them.
    """
    links = {row["link"] for row in rows["links"]}
    found = check_codebook(rows["codebook"], tables["codebook"])
    found += check_overrides(rows.get("overrides", []), links, tables.get("overrides", ""))
    found += check_pillars(study.get("pillars", []), links, file)
    found += check_process_tests(study.get("process_tests", []), links, file)
    return found + check_meta_inferences(study.get("meta_inferences", []), links, file)


def lone_link_faults(raw: Mapping[str, Any], rows: Mapping[str, Rows], file: str) -> list[Fault]:
    """What can be told of links.csv (``file``) where study.yaml (``raw``, as parsed) is broken: all but findings and levels, and
    codes where none of them may be one of a coded project."""
    sources = raw.get("sources")
    each = list(sources.values()) if isinstance(sources, Mapping) else []
    typed = [s for s in each if isinstance(s, Mapping) and s.get("kind") in ("published", "real")]
    plain = bool(typed) and not any(s.get("holds") == "coded_project" for s in typed)
    codable = {r["code"] for r in rows["codebook"] if r["codable"] == "yes"}
    unknown = {"finding"} if plain else {"finding", "codes"}
    return [f for f in check_links(rows["links"], set(), codable, file) if f.column not in unknown]


def link_faults(
    study: Mapping[str, Any], rows: Mapping[str, Rows], files: Mapping[str, Path], file: str
) -> list[Fault]:
    """Everything wrong in links.csv (``file``, as messages name it) and in typed segments.

    ``rows``: the study's tables; ``files``: the files of its sources that are at hand.
    """
    codable = [r["code"] for r in rows["codebook"] if r["codable"] == "yes"]
    return _faults_of_links(study, rows, files, file) + typed_segment_faults(study, files, codable)


def rule_faults(raw: Mapping[str, Any], config: Mapping[str, Any], file: str) -> list[Fault]:
    """Faults of a study's own rule of convergence, which has the keys of that of config.yaml (``config``: its schema)."""
    own = raw.get("convergence", {})
    if not isinstance(own, Mapping):  # the study's schema tells it
        return []
    return schema_faults(
        {"convergence": own}, {"properties": {"convergence": config["properties"]["convergence"]}}, file
    )


def _faults_of_links(
    study: Mapping[str, Any], rows: Mapping[str, Rows], files: Mapping[str, Path], file: str
) -> list[Fault]:
    """Every finding, code, level and role of links.csv that the study has not.

    Files that links can name something of are looked into: ratings, claims, roles of segments, and codes of a coded
    project if a link names a code that is not in codebook.csv.
    """
    links = rows["links"]
    sources = study["sources"]
    codable = {r["code"] for r in rows["codebook"] if r["codable"] == "yes"}
    typed = any(sources[sid]["holds"] in TYPED for sid in sources_read(sources))
    rated, claims = set(), set()
    roles = {role for sid in sources_read(sources) for role in _made_roles(sources[sid])}
    found: list[Fault] = []
    unknown: set[str] = (
        set()
    )  # columns of which nothing can be said, since a file that they name rows of cannot be read
    for sid, source in sources.items():
        holds = source["holds"]
        if holds not in ("ratings", "claims", "segments") or "file" not in source:
            continue
        try:
            typed_in = read_rows(files[sid], source["file"])[1] if sid in files else None
        except InputFaults as error:
            found += error.faults
            typed_in = None
        if typed_in is None:
            unknown |= {"roles", "level"} if holds == "segments" else {"finding"}
            continue
        if holds == "ratings":
            rated |= {row.get("item", "") for row in typed_in}
        elif holds == "claims":  # a target is what somebody wished for, no finding
            claims |= {r.get("claim", "") for r in typed_in if r.get("direction") != "target"}
        else:
            roles |= {row.get("role", "") for row in typed_in} - {""}
    named = {parse_code(c).code for row in links for c in split_codes(row.get("codes") or "")}
    coded: set[str] = set()
    doubled: set[str] = set()
    if named - codable or not typed:
        try:
            coded, doubled = _project_codes(sources, files)
        except InputFaults as error:
            found += error.faults
            unknown.add("codes")
    if any(s["holds"] == "coded_project" and "file" in s and i not in files for i, s in sources.items()):
        # The study is left out for want of this file: nothing can be said of its codes.
        coded |= named - codable
    if is_rehearsal(sources):
        coded |= directed_codes(sources, codable)
    known = Known(codable if typed or not coded else set(), coded, doubled)
    joins = Joins(roles, study["design"]["unit"], findings_with_schools(study, rows["items"]))
    told = check_links(links, findings(study, rated, claims), known, file, joins)
    return found + [fault for fault in told if fault.column not in unknown]


def _made_roles(source: Mapping[str, Any]) -> list[str]:
    """The roles of simulated interviews."""
    return [*source.get("simulate", {}).get("interviews", {}).get("roles", ())]


def _project_codes(
    sources: Mapping[str, Mapping[str, Any]], files: Mapping[str, Path]
) -> tuple[set[str], set[str]]:
    """Ids and names of the codes of coded projects that are at hand, and names that several of them share."""
    from trenza.qualitative.projects import read_projects  # slow to load
    from trenza.triangulate.themes import known_names

    held = {sid: path for sid, path in files.items() if sources[sid]["holds"] == "coded_project"}
    found: set[str] = set()
    doubled: set[str] = set()
    for project in read_projects(held, sources).values():
        codes = project.codes.loc[project.codes["codable"].astype(bool)]
        names, several = known_names(dict(zip(codes["code"], codes["name"], strict=True)))
        found |= names
        doubled |= several
    return found, doubled
