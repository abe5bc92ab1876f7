"""No report, in any form, is made before the checks that may withhold it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trenza.io.finished import CHECKS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("rule", ["report_study", "report_notebooks"])
def test_what_people_read_waits_for_the_guard(rule: str) -> None:
    text = (ROOT / "workflow" / "rules" / "report.smk").read_text(encoding="utf-8")
    assert "disclosure" in CHECKS
    body = text.split(f"rule {rule}:")[1]
    assert re.match(r"\s+input:\s+\*\*CHECKED,", body)


def test_the_guard_is_asked_and_its_refusal_is_not_caught() -> None:
    script = (ROOT / "workflow" / "scripts" / "report_checks.py").read_text(encoding="utf-8")
    assert '"disclosure": guard(' in script and "except" not in script
