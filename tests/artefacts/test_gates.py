"""Style, types and the workflow's own lint, each as its tool says it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GATES = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "snakefmt": ["snakefmt", "--check", "Snakefile", "workflow"],
    "lint": ["snakemake", "--lint"],
}


@pytest.mark.parametrize("gate", GATES, ids=lambda g: g.replace(" ", "_"))
def test_gate(gate: str) -> None:
    tool, *arguments = GATES[gate]
    ran = subprocess.run(
        [sys.executable, "-m", tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-4000:]
