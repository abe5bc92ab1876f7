"""The workflow as a whole, on one run of the bundled study that many tests look at."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.render.traced import MARKS

ROOT = Path(__file__).resolve().parents[2]


def digests(results: Path) -> dict[str, str]:
    """Content of every file below a folder, by its path."""
    return {
        path.relative_to(results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file()
    }


def rules_to_run(project: Any, *arguments: str) -> set[str]:
    """Rules that a dry run names."""
    said = project.snakemake("-n", "--quiet", "host", *arguments)
    assert said.returncode == 0, said.stdout + said.stderr
    lines = (said.stdout + said.stderr).splitlines()
    return {line.split()[1].rstrip(":") for line in lines if line.startswith(("rule ", "localrule "))} - {
        "all"
    }


ALL_RULES = {
    "clean_sources", "describe_groups", "compare_groups", "model_effects", "qualitative_matrices",
    "triangulate_strands", "report_settings", "report_checks", "report_study", "report_notebooks",
    "provenance_record",
}  # fmt: skip


# What an edit of the qualitative strand leaves alone.
FIRST = {"clean_sources", "describe_groups", "compare_groups", "model_effects", "report_settings"}


def test_seven_stages_write_their_folders(finished: Any) -> None:
    stages = {p.name for p in (finished.folder / "results" / "cic2019").iterdir()}
    assert {"clean", "describe", "compare", "model", "qualitative", "triangulate", "report"} <= stages
    checks = {p.name for p in (finished.folder / "results" / "cic2019" / "report").glob("*.table.csv")}
    assert {"disclosure.table.csv", "checklists.table.csv"} <= checks


def test_every_number_of_a_report_is_in_the_ledger_and_every_file_in_the_provenance(
    finished: Any,
) -> None:
    report = finished.folder / "results" / "cic2019" / "report"
    with (report / "claims.ledger.csv").open(encoding="utf-8", newline="") as handle:
        claims = list(csv.DictReader(handle))
    langs = {page.name.split(".")[1] for page in report.glob("report.*.html")}
    assert langs and {row["lang"] for row in claims} == langs
    assert not [(row["section"], row["sentence"]) for row in claims if row["kind"] == "derived"]
    told = json.loads((report / "provenance.prov.json").read_text(encoding="utf-8"))["entity"]
    for row in claims:
        if row["file"].startswith("results/"):
            assert told[f"file:{row['file']}"]["trenza:sha256"] == row["file_sha256"], row
    for lang in langs:
        page = report / f"report.{lang}.html"
        shown = page.read_bytes()
        digest = hashlib.sha256(shown).hexdigest()
        assert told[f"file:results/cic2019/report/{page.name}"]["trenza:sha256"] == digest
        assert not MARKS.search(shown.decode("utf-8"))
    assert str(finished.folder) not in (report / "provenance.prov.json").read_text(encoding="utf-8")


def test_both_entry_points_list_the_same_rules_and_the_same_target() -> None:
    listed = []
    for snakefile in ("Snakefile", "workflow/Snakefile"):
        command = [sys.executable, "-m", "snakemake", "-s", snakefile, "--workflow-profile", "none"]
        rules = subprocess.run(
            [*command, "--list-rules"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        listed.append(set(rules.stdout.split()))
        dry = subprocess.run([*command, "-n", "--forceall", "--config", "studies=[cic2019]"], cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
        assert "report_study" in dry.stdout + dry.stderr
    assert listed[0] == listed[1] >= ALL_RULES | {"all"}


def test_a_second_run_does_nothing(finished: Any) -> None:
    before = digests(finished.folder / "results")
    again = finished.snakemake()
    assert again.returncode == 0
    assert "Nothing to be done" in again.stdout + again.stderr
    assert digests(finished.folder / "results") == before


@pytest.mark.parametrize(
    ("room", "reruns"),
    [
        ("triangulate", ALL_RULES - FIRST - {"qualitative_matrices"}),
        ("render", {"report_study", "report_notebooks", "provenance_record"}),
        ("qualitative", ALL_RULES - FIRST),
        ("simulate", ALL_RULES),
    ],
)
def test_an_edited_room_reruns_exactly_its_rules_and_what_follows(
    finished: Any, room: str, reruns: set[str], tmp_path: Path
) -> None:
    """The edit is made in a copy of the package that shadows the installed one."""
    copy = tmp_path / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    edited = copy / "trenza" / room / "__init__.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    kept = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(copy)
    try:
        assert rules_to_run(finished) == reruns
    finally:
        os.environ.pop("PYTHONPATH") if kept is None else os.environ.update(PYTHONPATH=kept)
    assert rules_to_run(finished) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "first", "untouched"),
    [
        ("config/studies/cic2019/study.yaml", "sesoi_sd: 0.25", "sesoi_sd: 0.5", "compare_groups", "qualitative_matrices"),
        ("config/config.yaml", "min_share: 0.6", "min_share: 0.7", "triangulate_strands", "compare_groups"),
        ("config/studies/cic2019/links.csv", "Participants feel more at ease", "Participants are more at ease", "triangulate_strands", "clean_sources"),
    ],
)  # fmt: skip
def test_a_changed_setting_reruns_the_rules_that_use_it(
    finished: Any, file: str, old: str, new: str, first: str, untouched: str
) -> None:
    path = finished.folder / file
    kept = path.read_bytes()
    stat = path.stat()
    try:
        finished.replace(file, old, new)
        told = rules_to_run(finished)
        assert first in told
        assert untouched not in told
    finally:
        path.write_bytes(kept)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_published_figure_that_is_no_number_stops_with_one_message(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("cic2019")
    table = "data/published/cic2019/table2_comparison.csv"
    project.replace(table, "collaboration,48,3.13,0.61", "collaboration,forty,3.13,-0.61")
    ran = project.snakemake("results/cic2019/compare/groups.table.csv")
    assert ran.returncode == 1
    log = (project.folder / "logs/cic2019/clean_sources.log").read_text(encoding="utf-8")
    assert "2 faults" in log and "Traceback" not in log
    for words in (f"{table}, row 2, column n_participants: found 'forty'", "column sd_participants: found -0.61"):  # fmt: skip
        assert words in log, log


def test_five_faults_give_one_message_and_exit_code_1(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.replace("config/config.yaml", "ci_level: 0.95", "ci_level: 95")
    project.replace("config/studies/cic2019/study.yaml", "assignment: same_clusters ", "assignment: mixed ")
    project.replace(
        "config/studies/cic2019/study.yaml",
        "    kind: published\n    holds: counts",
        "    kind: printed\n    holds: counts",
    )
    project.replace(
        "config/studies/cic2019/items.csv", "comfort,comfort,0,100,no", "comfort,comfort,0,100,perhaps"
    )
    project.replace(
        "config/studies/cic2019/links.csv",
        "compare:teachers_comfort,higher",
        "compare:teachers_comfort,bigger",
    )
    ran = project.snakemake()
    said = ran.stdout + ran.stderr
    assert ran.returncode == 1
    assert "5 faults found" in said and "Traceback" not in said and 'File "' not in said
    assert not (project.folder / "results").exists()


@pytest.mark.skipif(os.name == "nt", reason="kills by POSIX signal")
def test_a_killed_run_goes_on_to_the_same_bytes(finished: Any, make_project: Callable[..., Any]) -> None:
    """run.py's launcher, killed hard in the middle, then called again: no question, the same files."""
    project = make_project("cic2019", formats="[html, pdf, docx]")
    for name in ("workflow", "notebooks"):
        shutil.copytree(ROOT / name, project.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (project.folder / "run.py").write_bytes((ROOT / "run.py").read_bytes())
    shutil.copy(ROOT / "Snakefile", project.folder)
    command = [sys.executable, str(project.folder / "workflow" / "launch.py")]
    environ = {k: v for k, v in os.environ.items() if k != "TRENZA_DATA"} | {
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    results = project.folder / "results" / "cic2019"
    first = subprocess.Popen(
        command, cwd=project.folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not (results / "clean").exists() or not (results / "compare").exists():
        assert time.monotonic() < deadline and first.poll() is None, "the run ended before it could be killed"
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert any((project.folder / ".snakemake" / "locks").iterdir())
    second = subprocess.run(
        command, cwd=project.folder, env=environ, capture_output=True, text=True, check=False
    )
    assert second.returncode == 0, second.stderr[-3000:]
    assert "cut short" in second.stderr
    assert "report/report.en.html (also .docx, .pdf)" in second.stdout.splitlines()[-1]
    assert digests(results) == digests(finished.folder / "results" / "cic2019")
    third = subprocess.run(
        command, cwd=project.folder, env=environ, capture_output=True, text=True, check=False
    )
    assert third.returncode == 0 and "nothing to do" in third.stdout
