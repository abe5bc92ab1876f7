#!/usr/bin/env python3
"""Trenza's front door. Needs Python only; sets up everything else by itself, once.

python3 run.py                    run the main job: all studies whose files are here
python3 run.py --study cic2019    run one study (repeat the option for more)
python3 run.py -n                 say what would be done; every other option goes to snakemake
python3 run.py audit TABLE.csv    hold a published table against itself; see docs/audit.md
python3 run.py propose <file>     say which column of a questionnaire's export is which item (--study NAME)
python3 run.py test               run the tests; every other option goes to pytest
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "trenza.stamp"
SETUP_LOG = ROOT / ".setup.log"
OLDEST, NEWEST = (3, 11), (3, 13)


def stamps():
    """What the environment must have been made from: the lock and its place; and Trenza's own metadata."""
    lock = hashlib.sha256(
        str(ENVIRONMENT).encode() + (ROOT / "requirements.lock").read_bytes().replace(b"\r\n", b"\n")
    )
    own = hashlib.sha256((ROOT / "pyproject.toml").read_bytes().replace(b"\r\n", b"\n"))
    return [lock.hexdigest(), own.hexdigest()]


def call(command, what):
    """Run one step of the set-up, quietly, with the passing time on the screen."""
    started = time.monotonic()
    with SETUP_LOG.open("ab") as log:
        process = subprocess.Popen(
            [str(c) for c in command], cwd=str(ROOT), env=clean_environ(), stdout=log, stderr=log
        )
        while True:
            try:
                code = process.wait(timeout=15)
                break
            except subprocess.TimeoutExpired:
                print(f"  {what}: {time.monotonic() - started:.0f} s ...", flush=True)
    if code:
        tail = SETUP_LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        sys.exit("\n".join([f"The set-up failed while {what}. The end of {SETUP_LOG.name} says:", *tail]))


def clean_environ():
    """This process's environment without what would leak into the project's own."""
    environ = {
        k: v
        for k, v in os.environ.items()
        if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")
    }
    if environ.get("TRENZA_DATA"):
        # As the user wrote it, it is seen from the folder in which the user stands.
        environ["TRENZA_DATA"] = str(Path(environ["TRENZA_DATA"]).resolve())
    environ["PATH"] = f"{BIN}{os.pathsep}{environ.get('PATH', '')}"
    environ["VIRTUAL_ENV"] = str(ENVIRONMENT)
    # One thread a job: jobs already run side by side, and sums come out the same on any number of cores.
    fixed = {
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return {**environ, **fixed}


def python_for_venv():
    """An interpreter of a supported version: this one, or another that is installed."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    found = (shutil.which(f"python{OLDEST[0]}.{minor}") for minor in range(NEWEST[1], OLDEST[1] - 1, -1))
    return next((path for path in found if path), None)


def set_up():
    """Make the environment if it is not there or was made from another lock."""
    wanted = stamps()
    there = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() else []
    if there == wanted:
        return
    started = time.monotonic()
    SETUP_LOG.write_bytes(b"")
    uv = shutil.which("uv")
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--compile-bytecode"]
    else:
        install = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if there[:1] != wanted[:1]:
        print("Setting up Trenza's own environment in .venv (once; some minutes).", flush=True)
        shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
        make_environment(uv)
        call([*install, "--require-hashes", "-r", ROOT / "requirements.lock"], "installing the libraries")
        STAMP.write_text(wanted[0], encoding="utf-8")
    call([*install, "--no-deps", "--no-build-isolation", "-e", ROOT], "installing Trenza")
    STAMP.write_text("\n".join(wanted), encoding="utf-8")
    print(f"Set up in {time.monotonic() - started:.0f} s.", flush=True)


def make_environment(uv):
    """An empty environment with a Python of a supported version."""
    python = python_for_venv()
    if uv:
        call(
            [uv, "venv", "--quiet", "--python", python or f"{NEWEST[0]}.{NEWEST[1]}", ENVIRONMENT],
            "making the environment",
        )
    elif python:
        call(
            [python, "-m", "venv", ENVIRONMENT],
            "making the environment (Debian needs the package python3-venv for it)",
        )
    else:
        versions = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
        sys.exit(
            f"Trenza needs Python {versions}; this is {sys.version.split()[0]}. Install one of them, or uv."
        )


def main(arguments):
    set_up()
    folder = ROOT
    if arguments[:1] == ["test"]:
        # As many workers as cores, unless -n says otherwise.
        command = [PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", *arguments[1:]]
    elif arguments[:1] in (["propose"], ["audit"]):
        # Files are named, and answers written, from where the user stands.
        command, folder = [PYTHON, ROOT / "workflow" / f"{arguments[0]}.py", *arguments[1:]], Path.cwd()
    else:
        command = [PYTHON, ROOT / "workflow" / "launch.py", *arguments]
    process = subprocess.Popen([str(c) for c in command], cwd=str(folder), env=clean_environ())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The child got the same signal and is tidying up; wait for it.
            continue


if __name__ == "__main__":
    if sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
