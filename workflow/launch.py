"""One run of snakemake for run.py: tidies up after a killed run, shows progress, says where the reports are.

Runs in the project's environment. Options are snakemake's own, and ``--study NAME`` (more than once if wanted).
"""

from __future__ import annotations

import os
import subprocess
import sys
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
    studies: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--study" or word.startswith("--study="):
            value = word.removeprefix("--study").removeprefix("=") or next(words, "")
            if not value or value.startswith("-"):
                sys.exit("--study needs the name of a study, for example --study cic2019")
            studies += [name.strip() for name in value.split(",") if name.strip()]
        else:
            rest.append(word)
    # A list of ids is YAML in brackets; --config last, because it takes every word that follows it.
    return ([*rest, "--config", f"studies=[{','.join(studies)}]"] if studies else rest), studies


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
    """Free the folder from a run that was killed; stop where another run is alive."""
    import psutil

    locks = ROOT / ".snakemake" / "locks"
    if not (locks.is_dir() and any(locks.iterdir())):
        return
    runs, leftovers = other_runs()
    if runs:
        sys.exit(
            f"Another run is at work in this folder (process {runs[0]}). Wait for it, or stop it, and try again."
        )
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
    found = sorted((ROOT / "results").glob("*/report/report.*.html"))
    reports = [p.relative_to(ROOT).as_posix() for p in found if not named or p.parts[-3] in named]
    print(f"{done} Reports: {', '.join(reports) or 'none yet'}")


def main(arguments: list[str]) -> int:
    """Run snakemake and return its exit code."""
    os.chdir(ROOT)
    asked = any(word.split("=")[0] in ASKS for word in arguments)
    arguments, named = with_studies(arguments)
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
    else:
        say_where(named)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
