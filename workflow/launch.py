"""One run of snakemake for run.py: tidies up after a killed run, shows progress, says where the reports are.

Runs in the project's environment. Options are snakemake's own, and ``--study NAME`` (more than once if wanted).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# With these, snakemake prints something that was asked for; progress lines would be in the way.
ASKS = {
    "-n",
    "--dry-run",
    "--dryrun",
    "--lint",
    "-l",
    "--list-rules",
    "--list",
    "--list-target-rules",
    "--dag",
    "--rulegraph",
    "--filegraph",
    "--d3dag",
    "--summary",
    "-S",
    "--detailed-summary",
    "-D",
    "--report",
    "--unlock",
    "-h",
    "--help",
    "-v",
    "--version",
    "--logger",
    "--quiet",
    "-q",
    "--verbose",
    "--print-compilation",
    "--list-changes",
    "--generate-unit-tests",
}


def with_studies(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Turn ``--study a --study b`` into snakemake's ``--config studies=[a,b]``; also returns the names."""
    rest: list[str] = []
    config: list[str] = []
    studies: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "--study" or word.startswith("--study="):
            value = word.removeprefix("--study").removeprefix("=") or (words.pop(0) if words else "")
            if not value or value.startswith("-"):
                sys.exit("--study needs the name of a study, for example --study cic2019")
            studies += [name.strip() for name in value.split(",") if name.strip()]
        elif word in ("--config", "-C"):
            # Snakemake heeds only the last --config, so all of them become one.
            while words and "=" in words[0] and not words[0].startswith("-"):
                config.append(words.pop(0))
        else:
            rest.append(word)
    # A list of ids is YAML in brackets; --config last, because it takes every word that follows it.
    config += [f"studies=[{','.join(studies)}]"] if studies else []
    return ([*rest, "--config", *config] if config else rest), studies


def other_runs() -> tuple[list[int], list[int]]:
    """Process ids of live snakemake runs in this folder, and of jobs that a killed run left behind."""
    import psutil

    own = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    runs: list[int] = []
    leftovers: list[int] = []
    for process in psutil.process_iter(["pid"]):
        try:
            if process.pid in own or Path(process.cwd()).resolve() != ROOT:
                continue
            words = process.cmdline()
            if any(".snakemake/scripts" in w.replace("\\", "/") for w in words):
                leftovers.append(process.pid)
            elif any(Path(w).stem in ("snakemake", "launch") for w in words[:3]) or words[1:3] == [
                "-m",
                "snakemake",
            ]:
                runs.append(process.pid)
        except (psutil.Error, OSError):
            # Another user's process, or one that has just ended.
            continue
    return runs, leftovers


def recover() -> None:
    """Wait for another run in this folder, then free the folder from a run that was killed."""
    import psutil

    runs, leftovers = other_runs()
    if runs:
        print(
            f"Another run is at work in this folder (process {runs[0]}); waiting for its end.",
            file=sys.stderr,
        )
        while runs:
            time.sleep(1)
            runs, leftovers = other_runs()
    locks = ROOT / ".snakemake" / "locks"
    if not (locks.is_dir() and any(locks.iterdir())):
        return
    for pid in leftovers:
        try:
            psutil.Process(pid).kill()
        except psutil.Error:
            continue
    print("The last run was cut short; going on from where it stopped.", file=sys.stderr)
    subprocess.run(
        [sys.executable, "-m", "snakemake", "--unlock", "--config", "studies=all"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def check_config() -> None:
    """Read config.yaml as strictly as the studies' files; snakemake itself would let a key stand twice."""
    from trenza.contracts.faults import InputFaults
    from trenza.io.study_files import read_yaml

    try:
        read_yaml(ROOT / "config" / "config.yaml", "config/config.yaml")
    except InputFaults as faults:
        sys.exit(str(faults))
    except OSError:
        sys.exit("config/config.yaml: found no such file; allowed: the settings of the run")


def cores(arguments: list[str]) -> list[str]:
    """All cores, unless the user says how many."""
    return (
        []
        if any(word.split("=")[0] in ("--cores", "-c", "--jobs", "-j") for word in arguments)
        else ["--cores", "all"]
    )


def say_where(named: list[str]) -> None:
    """The one line that ends a run: whether anything was done, and where the reports are.

    ``named`` are the studies that were asked for by name, none for all.
    """
    from snakemake_logger_plugin_trenza import LogHandler

    done = "Done." if LogHandler.finished else "There is nothing to do: everything is up to date."
    written: dict[Path, list[str]] = {}
    for path in sorted(
        (ROOT / "results").glob("*/report/report.*.*"), key=lambda p: (p.stem, p.suffix != ".html", p.suffix)
    ):
        if path.suffix in (".html", ".pdf", ".docx") and (not named or path.parts[-3] in named):
            written.setdefault(path.relative_to(ROOT).with_suffix(""), []).append(path.suffix)
    also = {stem: f" (also {', '.join(ends[1:])})" if ends[1:] else "" for stem, ends in written.items()}
    reports = [f"{stem.as_posix()}{written[stem][0]}{also[stem]}" for stem in sorted(written)]
    print(f"{done} Reports: {', '.join(reports) or 'none yet'}")


def refused_files(named: list[str]) -> list[str]:
    """One line for each official file that could not be used, of the studies asked for; the rest was processed."""
    import csv

    lines = []
    for table in sorted((ROOT / "results").glob("*/clean/files.table.csv")):
        study = table.parts[-3]
        if named and study not in named:
            continue
        with table.open(encoding="utf-8", newline="") as handle:
            rows = [r for r in csv.DictReader(handle) if r["outcome"] == "refused"]
        lines += [f"  {study}: {message}" for r in rows for message in r["message"].splitlines()]
    return lines


def numbers_without_a_cell(named: list[str]) -> list[str]:
    """One line for each study asked for whose claim ledger has numbers that come from no cell, setting or text."""
    import csv

    lines = []
    for ledger in sorted((ROOT / "results").glob("*/report/claims.ledger.csv")):
        study = ledger.parts[-3]
        if (named and study not in named) or b",derived," not in ledger.read_bytes():
            continue
        with ledger.open(encoding="utf-8", newline="") as handle:
            rows = [r for r in csv.DictReader(handle) if r["kind"] == "derived"]
        if rows:
            first = f"the first is {rows[0]['shown']} in: {rows[0]['sentence']}"
            lines.append(f"  {ledger.relative_to(ROOT).as_posix()}: {len(rows)}; {first}")
    return lines


def main(arguments: list[str]) -> int:
    """Run snakemake and return its exit code."""
    os.chdir(ROOT)
    # -np is -n and -p in one word.
    asked = any(word.split("=")[0] in ASKS or re.fullmatch("-[npFRr]*n[npFRr]*", word) for word in arguments)
    arguments, named = with_studies(arguments)
    if "--configfile" not in arguments:
        check_config()
    if not asked:
        recover()
        sys.path.insert(0, str(ROOT / "workflow" / "progress"))
        if not any(word.split("=")[0] in ("--profile", "--workflow-profile") for word in arguments):
            arguments = ["--workflow-profile", "none", "--rerun-incomplete", *cores(arguments), *arguments]
        # Last, because it takes every word that follows it.
        arguments = [*arguments, "--logger", "trenza"]
    from snakemake.cli import main as snakemake

    try:
        snakemake(arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    if asked:
        return code
    if code:
        print(
            "The run stopped; what was finished is kept. Mend what is said above and run it again.",
            file=sys.stderr,
        )
        return code
    say_where(named)
    refused, lost = refused_files(named), numbers_without_a_cell(named)
    if refused:
        print("Not used, all other files were:", *refused, sep="\n", file=sys.stderr)
    if lost:
        print(
            "Numbers of a report that lead to no cell (kind derived in its claim ledger):",
            *lost,
            sep="\n",
            file=sys.stderr,
        )
    return 1 if refused or lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
