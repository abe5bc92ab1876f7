# The project's studies, checked before any job starts, and what the rules share. No rules here.
import os
import sys
from pathlib import Path

from trenza.contracts.faults import InputFaults
from trenza.io.finished import CHECKS
from trenza.io.finished import FINISHED as STAGE_OF
from trenza.io.manifest import UNTOLD
from trenza.io.provenance import code_digest
from trenza.project import load_project

WORKFLOW = Path(str(workflow.current_basedir)).parent
try:
    PROJECT = load_project(config, WORKFLOW / "schemas")
except InputFaults as faults:
    print(faults, file=sys.stderr)
    sys.exit(1)

STUDIES = PROJECT.studies
LANGUAGES = PROJECT.settings["languages"]
FORMATS = PROJECT.settings["formats"]
NOTEBOOKS = sorted(
    path.stem for path in (WORKFLOW.parent / "notebooks").glob("*.ipynb")
)

if workflow.is_main_process:
    for name, files in PROJECT.left_out.items():
        wanted = ", ".join(files)
        print(
            f"Left out: {name}, which needs {wanted} below {PROJECT.data_root} (set data_root or TRENZA_DATA).",
            file=sys.stderr,
        )

    for name, study in STUDIES.items():
        for source, file in study.set_aside.items():
            print(
                f"Left out of {name}: panels on {source}, which need {file} below {PROJECT.data_root}.",
                file=sys.stderr,
            )

    if not STUDIES:
        print("No study can run: none has all its files.", file=sys.stderr)
        sys.exit(1)


wildcard_constraints:
    study="|".join(STUDIES) or "none",
    lang="|".join(LANGUAGES),


# The tables that a stage writes, by contract name, in results/<study>/<stage>/<contract>.table.csv.
TABLES = {
    stage: [name for name, place in STAGE_OF.items() if place == stage]
    for stage in ("describe", "compare", "model", "qualitative", "triangulate")
}


def table_paths(stage):
    """Output or input paths of a stage's tables, by contract name."""
    return {
        name: f"results/{{study}}/{stage}/{name}.table.csv" for name in TABLES[stage]
    }


def setting(key):
    """An input function for one section of study.yaml, so that a change reruns only the rules that use it."""
    return lambda wildcards: STUDIES[wildcards.study].settings[key]


def settings_of(*keys):
    """An input function for several sections of study.yaml, by key."""
    return lambda wildcards: {
        key: STUDIES[wildcards.study].settings[key] for key in keys
    }


def design(*keys):
    """An input function for some entries of the study's design: only who uses an entry reruns when it changes."""
    return lambda wildcards: {
        key: STUDIES[wildcards.study].settings["design"][key]
        for key in keys
        if key in STUDIES[wildcards.study].settings["design"]
    }


def study_table(name):
    """An input function for items.csv, codebook.csv or links.csv of the study."""
    return lambda wildcards: STUDIES[wildcards.study].tables[name]


def study_title(wildcards):
    """The study's title, under which Snakemake's own report lists its files."""
    title = STUDIES[wildcards.study].settings["title"]
    return title if isinstance(title, str) else title["en"]


# What Snakemake's own report calls the languages.
LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}


def language_and(**labels):
    """An input function for labels in Snakemake's own report: the language of the job in words, and ``labels``."""
    return lambda wildcards: {"Language": LANGUAGE_NAMES[wildcards.lang], **labels}


# The rules that a report's numbers go through, in their order.
RAN = (
    "clean_sources",
    "describe_groups",
    "compare_groups",
    "model_effects",
    "qualitative_matrices",
    "triangulate_strands",
    "report_settings",
    "report_checks",
    "report_study",
)


def ran(rules):
    """An input function for what each rule of a study read, wrote and was told.

    Source files are told by the tables of stage clean, words of interviews by nobody; the folder clean is the one output without a name.
    """

    def told(wildcards):
        def given(named):
            return {k: v(wildcards) if callable(v) else v for k, v in named.items()}

        def paths(named):
            listed = [
                [v] if isinstance(v, str) else v
                for k, v in given(named).items()
                if k not in ("files", "private")
            ]
            every = [str(path) for some in listed for path in some]
            return list(
                dict.fromkeys(expand(every, study=wildcards.study, lang=LANGUAGES))
            )

        return {
            name: {
                "inputs": paths(getattr(rules, name).input),
                "outputs": paths(getattr(rules, name).output)
                or [f"results/{wildcards.study}/clean"],
                "params": given(getattr(rules, name).params),
            }
            for name in RAN
        }

    return told
