"""What a study's report was made of and by, as PROV-JSON (W3C member submission of 24 April 2013): ``prov`` and other tools read it.

Entities are input files, study files, tables, figures and reports with their SHA-256; activities are the rules of the workflow with the
digest of their code and their settings; the agents are the programs. There is no time of day: the same files give the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trenza.io.files import files_of, sha256, write_text
from trenza.io.provenance import versions

NAMESPACE = "urn:trenza:"
# Of a rule's parameters: told apart, or where the user's own files lie.
NOT_SETTINGS = ("code", "files", "official")
KINDS = {
    ".csv": "Table",
    ".svg": "Figure",
    ".png": "Figure",
    ".html": "Report",
    ".pdf": "Report",
    ".docx": "Report",
}


def inputs_of(clean: Path) -> list[tuple[str, str, str]]:
    """The source files of a study: name as its data root has it, SHA-256, and the rule that read it."""
    found = []
    for table in ("inputs", "files"):
        with (clean / f"{table}.table.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                rule = "qualitative_matrices" if row.get("holds") == "coded_project" else "clean_sources"
                if row["sha256"]:
                    found.append((row["file"], row["sha256"], rule))
    return list(dict.fromkeys(found))


def cited_by(ledger: Path) -> dict[str, list[str]]:
    """For each language of a claim ledger the files that the report shows numbers of."""
    found: dict[str, dict[str, None]] = {}
    with ledger.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found.setdefault(row["lang"], {})[row["file"]] = None
    return {lang: sorted(f for f in files if f) for lang, files in found.items()}


def document(
    study: str,
    rules: Mapping[str, Mapping[str, Any]],
    inputs: Iterable[tuple[str, str, str]],
    cited: Mapping[str, Iterable[str]],
    root: Path,
) -> dict[str, Any]:
    """The document as PROV-JSON has it.

    ``rules`` maps a rule to its ``inputs`` and ``outputs`` (paths below ``root``; a folder stands for its files) and ``params``.
    """
    entities: dict[str, Any] = {}
    relations: dict[str, dict[str, dict[str, str]]] = {
        k: {} for k in ("used", "wasGeneratedBy", "wasAssociatedWith", "wasDerivedFrom")
    }

    def relate(kind: str, **ends: str) -> None:
        place = len(relations[kind]) + 1
        relations[kind][f"_:{kind}{place:05d}"] = {f"prov:{k}": v for k, v in ends.items()}

    def entity(path: str) -> list[str]:
        named = {_shown(Path(file), root): Path(file) for file in files_of(root / path)}
        for shown, file in named.items():
            if f"file:{shown}" not in entities:
                entities[f"file:{shown}"] = _entity(shown, sha256(file))
        return [f"file:{shown}" for shown in named]

    for name, digest, rule in inputs:
        entities[f"source:{name}"] = {
            "prov:label": name,
            "prov:type": _type("Source"),
            "trenza:sha256": digest,
        }
        relate("used", activity=f"rule:{rule}", entity=f"source:{name}")
    for rule, told in rules.items():
        for path in told["inputs"]:
            for one in entity(path):
                relate("used", activity=f"rule:{rule}", entity=one)
        for path in told["outputs"]:
            for one in entity(path):
                relate("wasGeneratedBy", entity=one, activity=f"rule:{rule}")
        for agent in ("trenza", "snakemake"):
            relate("wasAssociatedWith", activity=f"rule:{rule}", agent=f"program:{agent}")
    for lang, files in cited.items():
        for report in [e for e in entities if f"/report/report.{lang}." in e]:
            for file in files:
                if f"file:{file}" in entities:
                    relate("wasDerivedFrom", generatedEntity=report, usedEntity=f"file:{file}")
    spaces = ("file", "source", "rule", "program")
    return {
        "prefix": {"trenza": f"{NAMESPACE}terms:"} | {s: f"{NAMESPACE}{study}:{s}:" for s in spaces},
        "entity": dict(sorted(entities.items())),
        "activity": {f"rule:{rule}": _activity(rule, told["params"]) for rule, told in rules.items()},
        "agent": _agents(),
        **relations,
    }


def _shown(path: Path, root: Path) -> str:
    """The path below the project's folder; where a user keeps files elsewhere is their own business."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _type(name: str) -> dict[str, str]:
    return {"$": f"trenza:{name}", "type": "prov:QUALIFIED_NAME"}


def _entity(path: str, digest: str) -> dict[str, Any]:
    kind = KINDS.get(Path(path).suffix, "File") if path.startswith("results/") else "StudyFile"
    return {"prov:label": path, "prov:type": _type(kind), "trenza:sha256": digest}


def _activity(rule: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The digest of the rule's code and what it was told; settings are one JSON text, as PROV-JSON has no nested values."""
    kept = {k: v for k, v in params.items() if k not in NOT_SETTINGS}
    settings = json.dumps(kept, ensure_ascii=False, sort_keys=True, default=lambda v: type(v).__name__)
    return {"prov:label": rule, "trenza:code": str(params.get("code", "")), "trenza:settings": settings}


def _agents() -> dict[str, Any]:
    software = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}
    known = versions()
    return {
        "program:trenza": {
            "prov:type": software,
            "prov:label": f"trenza {known['trenza']}",
            "trenza:library": [f"{k} {v}" for k, v in known.items() if k not in ("trenza", "snakemake")],
        },
        "program:snakemake": {"prov:type": software, "prov:label": f"snakemake {known['snakemake']}"},
    }


def write_provenance(path: Path, told: Mapping[str, Any]) -> None:
    """Write the document, whole or not at all."""
    write_text(path, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
