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
from trenza.contracts.study_links import findings_with_schools
from trenza.io.study_files import read_rows
from trenza.project_quotes import typed_segment_faults
from trenza.triangulate.levels import Joins
from trenza.triangulate.links import Known, check_links, parse_code, split_codes
from trenza.triangulate.meta import check_meta_inferences
from trenza.triangulate.overrides import check_overrides

Rows = Sequence[Mapping[str, str]]
# What has directions of its own: a statement says how it bears on the programme.
TYPED = ("segments", "case_themes")


def link_faults(
    study: Mapping[str, Any],
    rows: Mapping[str, Rows],
    files: Mapping[str, Path],
    tables: Mapping[str, str],
    file: str,
) -> list[Fault]:
    """Everything wrong in links.csv, in overrides.csv and meta_inferences, which name links, and in typed segments.

    ``rows``: the study's tables; ``files``: the files of its sources that are at hand; ``tables``: paths of the tables,
    and ``file`` of study.yaml, as messages name them.
    """
    links = {row["link"] for row in rows["links"]}
    found = _named_faults(study, rows, files, tables["links"])
    codable = [r["code"] for r in rows["codebook"] if r["codable"] == "yes"]
    found += typed_segment_faults(study, files, codable)
    found += check_overrides(rows.get("overrides", []), links, tables.get("overrides", ""))
    return found + check_meta_inferences(study["meta_inferences"], links, file)


def rule_faults(raw: Mapping[str, Any], config: Mapping[str, Any], file: str) -> list[Fault]:
    """Faults of a study's own rule of convergence, which has the keys of that of config.yaml (``config``: its schema)."""
    own = raw.get("convergence", {})
    if not isinstance(own, Mapping):  # the study's schema tells it
        return []
    return schema_faults(
        {"convergence": own}, {"properties": {"convergence": config["properties"]["convergence"]}}, file
    )


def _named_faults(
    study: Mapping[str, Any], rows: Mapping[str, Rows], files: Mapping[str, Path], file: str
) -> list[Fault]:
    """Every finding, code, level and role of links.csv that the study has not.

    Files that links can name something of are looked into: ratings, claims, roles of segments, and codes of a coded
    project if a link names a code that is not in codebook.csv.
    """
    links = rows["links"]
    if not links:
        return []
    sources = study["sources"]
    codable = {r["code"] for r in rows["codebook"] if r["codable"] == "yes"}
    typed = any(sources[sid]["holds"] in TYPED for sid in sources_read(sources))
    rated, claims = set(), set()
    roles = {role for s in sources.values() for role in _made_roles(s)}
    for sid, path in files.items():
        holds = sources[sid]["holds"]
        if holds == "ratings":
            rated |= {row.get("item", "") for row in _rows_of(path)}
        elif holds == "claims":  # a target is what somebody wished for, no finding
            claims |= {r.get("claim", "") for r in _rows_of(path) if r.get("direction") != "target"}
        elif holds == "segments":
            roles |= {row.get("role", "") for row in _rows_of(path)} - {""}
    named = {parse_code(c).code for row in links for c in split_codes(row.get("codes") or "")}
    coded: set[str] = set()
    doubled: set[str] = set()
    if named - codable or not typed:
        try:
            coded, doubled = _project_codes(sources, files)
        except InputFaults as error:
            return list(error.faults)
    absent = any(s["holds"] == "coded_project" and "file" in s and i not in files for i, s in sources.items())
    if (
        absent and named - codable
    ):  # the study is left out for want of this file: nothing can be said of its codes
        coded |= named - codable
    if is_rehearsal(sources):
        coded |= directed_codes(sources, codable)
    known = Known(codable if typed or not coded else set(), coded, doubled)
    joins = Joins(roles, study["design"]["unit"], findings_with_schools(study, rows["items"]))
    left_out = any(s["holds"] == "segments" and i not in files for i, s in sources.items())
    return check_links(links, findings(study, rated, claims), known, file, None if left_out else joins)


def _made_roles(source: Mapping[str, Any]) -> list[str]:
    """The roles of simulated interviews."""
    return [*source.get("simulate", {}).get("interviews", {}).get("roles", ())]


def _rows_of(path: Path) -> Rows:
    """The rows of a published or typed file; none where it is no CSV, which the clean stage tells."""
    try:
        return read_rows(path, path.as_posix())[1]
    except InputFaults:
        return []


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
