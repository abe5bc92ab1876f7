"""Snakemake's own report: everything in it has a caption, and every caption is of something."""

from __future__ import annotations

import re
from pathlib import Path

from trenza.io.finished import CHECKS
from trenza.render.language import LANGUAGES

WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
RULES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WORKFLOW.glob("rules/*.smk")))


def test_every_caption_is_there_and_used() -> None:
    named = set(re.findall(r'caption=f?"\.\./report/([\w{}]+)\.rst"', RULES)) - {"{name}"}
    there = {path.stem for path in WORKFLOW.glob("report/*.rst")}
    assert there == {*named, *CHECKS, "workflow"}
    for path in WORKFLOW.glob("report/*.rst"):
        assert "snakemake.wildcards.study" in path.read_text(encoding="utf-8") or path.stem == "workflow", (
            path
        )


def test_files_are_listed_under_the_study_in_words() -> None:
    flags = re.findall(r"\breport\(\n(.*?)\n +\)", RULES, re.S)
    assert len(flags) == 5
    for flag in flags:
        assert "category=study_title" in flag and "subcategory=" in flag and "labels=" in flag, flag
    names = re.search(r"LANGUAGE_NAMES = \{(.*)\}", RULES)
    assert names and set(re.findall(r'"(\w+)":', names[1])) == set(LANGUAGES)
