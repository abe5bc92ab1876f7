"""Pandoc, as every format of the report calls it: the Markdown that the room writes, and nothing of the machine."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# Off: what could turn plain words into markup (citations, math between dollars, typographic quotes).
READER = (
    "markdown-smart-citations-tex_math_dollars-example_lists-yaml_metadata_block-raw_html-raw_tex+pipe_tables"
)
# Keeps pandoc from giving every column of a wide table the same width.
ALWAYS = ("--wrap=none", "--columns=10000", "--fail-if-warnings", "--syntax-highlighting=none")
LOCALES = {"en": "en", "es": "es-CL"}
PAPERS = Path(__file__).resolve().parent / "papers.lua"
NEW_YEAR_1980 = "315532800"  # the first second that a zip file can tell; the same on every build


def convert(
    markdown: str, to: str, arguments: Iterable[str], variables: Mapping[str, Any] | None = None
) -> bytes:
    """What pandoc makes of the Markdown; ``variables`` go into its template as they stand.

    Raises ``RuntimeError`` with pandoc's words if pandoc fails, for example for a missing picture.
    """
    import pypandoc

    with tempfile.TemporaryDirectory(prefix="trenza") as folder:
        target, defaults = Path(folder) / "out", Path(folder) / "variables.json"
        defaults.write_text(json.dumps({"variables": dict(variables or {})}), encoding="utf-8")
        command = [pypandoc.get_pandoc_path(), f"--from={READER}", f"--to={to}", *ALWAYS, *arguments]
        done = subprocess.run(
            [*command, f"--defaults={defaults}", f"--output={target}"],
            input=markdown.encode("utf-8"),
            capture_output=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": NEW_YEAR_1980},
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", errors="replace").strip())
        return target.read_bytes()
