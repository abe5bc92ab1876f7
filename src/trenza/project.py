"""The project folder as a whole: reads all of config/ and checks it in one pass before any job starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trenza.checklists.fill import said_faults
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.schema import row_faults, schema_faults, with_defaults
from trenza.contracts.study import check_items, check_study
from trenza.contracts.study_analyses import Rows, available_columns
from trenza.contracts.study_displays import check_displays
from trenza.contracts.study_interviews import check_interviews
from trenza.contracts.words import names_or
from trenza.io.clean_folder import CODED
from trenza.io.files import files_of
from trenza.io.optional_sources import without_optional
from trenza.io.study_files import read_rows, read_yaml
from trenza.official.policy_rules import load_rules
from trenza.project_layers import extended, over
from trenza.project_links import link_faults, lone_link_faults, named_faults, rule_faults
from trenza.project_sound import further, is_core, of_a_language, sound_rows, sound_settings
from trenza.questionnaire.instrument_check import check_instrument
from trenza.questionnaire.words import word_set_faults

TABLES = ("items", "codebook", "links")
OPTIONAL = ("overrides",)


@dataclass(frozen=True)
class Study:
    """One study with its settings (defaults filled in), the paths of its files, and ``set_aside``, as ``without_optional`` returns it."""

    id: str
    settings: dict[str, Any]
    tables: dict[str, str]
    files: dict[str, str]
    official: dict[str, dict[str, str]]
    missing: tuple[str, ...]
    set_aside: dict[str, str]

    def source_files(self, coded: bool = False) -> list[str]:
        """Paths of all files that the study's sources read, in the order of study.yaml; or of ``coded_files`` alone."""
        if coded:
            return [file for path in self.coded_files().values() for file in files_of(Path(path))]
        paths = [*self.files.values(), *(path for found in self.official.values() for path in found.values())]
        return [file for path in paths for file in files_of(Path(path))]

    def coded_files(self) -> dict[str, str]:
        """Paths of the coded projects and tables of coders that are read from files, by source id."""
        return {s: p for s, p in self.files.items() if self.settings["sources"][s]["holds"] in CODED}

    def optional(self, table: str) -> list[str]:
        """The path of a CSV file that a study may leave out, or nothing."""
        return [path for name, path in self.tables.items() if name == table]


@dataclass(frozen=True)
class Project:
    """Settings of the run, the studies that run, and those left out with the files that they would need."""

    settings: dict[str, Any]
    data_root: str
    studies: dict[str, Study]
    left_out: dict[str, tuple[str, ...]]


def load_project(settings: Mapping[str, Any], schemas: Path, root: Path = Path()) -> Project:
    """Check the run's settings and every wanted study together.

    ``settings`` is the parsed config.yaml, ``schemas`` the folder of the schemas, ``root`` the project's folder.
    Raises ``InputFaults`` with all faults of all files.
    """
    rules = {
        p.name.removesuffix(".schema.yaml"): read_yaml(p, p.name)
        for p in sorted(schemas.glob("*.schema.yaml"))
    }
    faults = schema_faults(dict(settings), rules["config"], "config/config.yaml")
    if faults:
        # Without sound settings it is not known which studies to look at; look at all the same.
        settings = {k: v for k, v in settings.items() if not any(f.row.split(".")[0] == k for f in faults)}
        settings = {k: v for k, v in settings.items() if k in rules["config"]["properties"]}
        settings = {"studies": "all", **settings}
    run = with_defaults(settings, rules["config"])
    data_root, root_faults = _data_root(run["data_root"], root)
    faults += root_faults
    folder = root / run["studies_dir"]
    known = sorted(p.parent.name for p in folder.glob("*/study.yaml") if not p.parent.name.startswith("."))
    faults += [
        Fault(
            f"{run['studies_dir']}/{name}",
            "",
            "",
            f"the folder's name '{name}'",
            "an id: small letters, digits and _, a letter first",
        )
        for name in known
        if not re.fullmatch("[a-z][a-z0-9_]*", name)
    ]
    if not known:
        faults.append(
            Fault(
                "config/config.yaml",
                "studies_dir",
                "",
                f"no study in {run['studies_dir']}",
                "a folder with <study>/study.yaml",
            )
        )
    wanted = known if run["studies"] == "all" else run["studies"]
    found: dict[str, Study] = {}
    for name in wanted:
        if name not in known:
            faults.append(
                Fault(
                    "config/config.yaml",
                    "studies",
                    "",
                    f"'{name}'",
                    f"all, or studies of {run['studies_dir']}: {names_or(known)}",
                )
            )
            continue
        try:
            found[name] = _load_study(name, run, rules, data_root, root)
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    left_out = {s.id: s.missing for s in found.values() if s.missing}
    if run["studies"] != "all" and left_out:
        raise InputFaults(
            Fault(
                f"study {name}",
                "",
                "",
                f"no file {path}",
                f"this file below data_root ({data_root}); set data_root or TRENZA_DATA",
            )
            for name, paths in left_out.items()
            for path in paths
        )
    return Project(run, data_root, {s.id: s for s in found.values() if not s.missing}, left_out)


def _data_root(configured: str, root: Path) -> tuple[str, list[Fault]]:
    named = os.environ.get("TRENZA_DATA")
    folder = named or configured
    if named and not (root / named).is_dir():
        return folder, [
            Fault("TRENZA_DATA", "", "", f"'{named}', which is no folder", "a folder that exists")
        ]
    return folder, []


def _load_study(
    name: str, run: Mapping[str, Any], rules: Mapping[str, Any], data_root: str, root: Path
) -> Study:
    """One study, with what it takes from the study that it extends; raises ``InputFaults``."""
    studies_dir = run["studies_dir"]
    shown = f"{studies_dir}/{name}/study.yaml"
    try:
        raw, lineage = extended(name, studies_dir, root)
        told = schema_faults(raw, rules["study"], shown) + rule_faults(raw, rules["config"], shown)
    except InputFaults as error:  # no YAML: what lies beside it is looked at all the same
        raw, lineage, told = {}, [name], list(error.faults)
    sound = sound_settings(raw, told, rules["study"]["properties"])
    raw, core = sound.settings, False
    tables: dict[str, str] = {}
    rows: dict[str, list[dict[str, str]]] = {}
    for table in (*TABLES, *OPTIONAL):
        paths = [f"{studies_dir}/{s}/{table}.csv" for s in lineage]
        there = [path for path in paths if (root / path).is_file()]
        if not there:
            core = core or table in TABLES
            if table in TABLES and raw:
                told.append(Fault(paths[0], "", "", "no such file", "a CSV file, if only its header"))
            continue
        tables[table] = there[0]
        try:
            header, rows[table] = read_rows(root / there[0], there[0])
            wrong = row_faults(header, rows[table], rules[table], there[0])
            rows[table] = sound_rows(table, rows[table], rules[table], wrong)
        except InputFaults as error:
            wrong = list(error.faults)
        core = core or any(is_core(table, fault) for fault in wrong)
        told += wrong
    if core:
        # What other files name is not known: cross-checks would only repeat the same faults in other words.
        raise InputFaults(told)
    if sound.core:
        found = named_faults(raw, rows, tables, shown) + lone_link_faults(raw, rows, tables["links"])
        raise InputFaults(told + further(found, told, sound.places))
    faults: list[Fault] = []
    for source in raw["sources"].values():
        for kind, block in (("questionnaire", "questionnaire"), ("coded_project", "coded")):
            if source["holds"] == kind:
                source.setdefault(block, {})
    study = with_defaults(raw, rules["study"])
    study["convergence"] = over(study["convergence"], run["convergence"])
    if all(of_a_language(fault) for fault in told if fault.file == tables["items"]):
        faults += check_items(rows["items"], tables["items"])
        faults += check_instrument(rows["items"], study["answer_words"], tables["items"])
    faults += named_faults(study, rows, tables, shown)
    faults += check_study(study, rows["items"], shown)
    codable = {r["code"] for r in rows["codebook"] if r["codable"] == "yes"}
    faults += check_interviews(study, rows["items"], codable, shown)
    faults += said_faults(study, shown)
    faults += word_set_faults(study["answer_words"], shown)
    faults += _formula_faults(study, rows["items"], shown)
    try:
        load_rules(study["policy"], file=shown)
    except InputFaults as error:
        faults += error.faults
    files: dict[str, str] = {}
    missing: list[str] = []
    typed: dict[str, list[dict[str, str]]] = {"case_themes": [], "claims": []}
    official: dict[str, dict[str, str]] = {}
    set_aside = without_optional(study, root / data_root)
    for sid, source in study["sources"].items():
        if source["holds"] == "official" and "folders" in source:
            official[sid] = _official_files(source["folders"], data_root, root)
            if not official[sid]:
                missing.append(f"official files in {' or '.join(source['folders'])}")
        if "file" not in source:
            continue
        real = source["kind"] == "real"
        path = Path(data_root) / source["file"] if real else Path(source["file"])
        files[sid] = path.as_posix()
        if (root / path).is_file() or (source["holds"] == "coded_project" and (root / path).is_dir()):
            if source["holds"] in typed:
                try:
                    typed[source["holds"]] += read_rows(root / path, path.as_posix())[1]
                except InputFaults as error:
                    faults += error.faults
        elif real:
            missing.append(source["file"])
        else:
            faults.append(
                Fault(
                    shown,
                    f"sources.{sid}.file",
                    "",
                    f"'{source['file']}', which does not exist",
                    "a file of the project",
                )
            )
    faults += check_displays(study, typed, codes={row["code"] for row in rows["codebook"]}, file=shown)
    at_hand = {sid: root / path for sid, path in files.items() if (root / path).exists()}
    faults += link_faults(study, rows, at_hand, tables["links"])
    if told or faults:
        raise InputFaults(told + further(faults, told, sound.places))
    return Study(name, study, tables, files, official, tuple(dict.fromkeys(missing)), set_aside)


def _formula_faults(study: Mapping[str, Any], items: Rows, shown: str) -> list[Fault]:
    """Faults of the formulas among the models, each against the columns of its source."""
    faults: list[Fault] = []
    for position, model in enumerate(study["models"]):
        if "formula" in model and model["source"] in study["sources"]:
            from trenza.multilevel.declared_checks import formula_faults  # formulaic is slow to load

            there = available_columns(study, model["source"], items)
            place = f"models.{position}"
            official = study["sources"][model["source"]]["holds"] == "official"
            group = None if official else study["design"].get("group")
            faults += formula_faults(model, group, there, place, shown)
    if study["school_level"] or study["qca"]:
        from trenza.multilevel.declared_checks import mode_faults

        faults += mode_faults(study, shown)
    return faults


def _official_files(folders: Sequence[str], data_root: str, root: Path) -> dict[str, str]:
    """Every file in the folders and below, by its path below data_root; hidden and lock files are none."""
    found: dict[str, str] = {}
    base = root / data_root
    for folder in folders:
        for path in sorted((base / folder).rglob("*")):
            inside = path.relative_to(base)
            if path.is_file() and not any(part.startswith((".", "~$")) for part in inside.parts):
                found[inside.as_posix()] = (Path(data_root) / inside).as_posix()
    return found
