"""What a researcher is told who swaps one source of the rehearsal for a file and leaves the others simulated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trenza.contracts.faults import InputFaults
from trenza.project import load_project

ROOT = Path(__file__).resolve().parents[2]
SWAPPED = (
    "  interviews:\n    kind: published\n    holds: segments\n    file: data/published/cic2019/segments.csv\n"
)


def test_findings_that_are_still_simulated_are_refused_by_name(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "data/published/cic2019", tmp_path / "data/published/cic2019")
    file = tmp_path / "config/studies/cic_online/study.yaml"
    text = file.read_text(encoding="utf-8")
    before, after = (
        text.partition("  interviews_simulated:\n    kind")[0],
        text.partition("  coders_simulated:\n")[2],
    )
    after = after.replace("from: interviews_simulated", "from: interviews")
    file.write_text(f"{before}{SWAPPED}  coders_simulated:\n{after}", encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        load_project({"studies": ["cic_online"]}, ROOT / "workflow/schemas", tmp_path)
    told = str(caught.value)
    assert "column finding: found 'compare:teachers_commitment'; allowed: nothing: the study has no compare finding that is not simulated" in told  # fmt: skip
    assert "found 'connection_hindering = hindering'; allowed: codable codes" in told
    assert {f.file for f in caught.value.faults} == {
        "config/studies/cic_online/links.csv",
        "data/published/cic2019/segments.csv",  # its codes are those of another codebook
    }
