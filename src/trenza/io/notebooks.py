"""Executing a notebook over finished results and keeping it as one HTML page that loads nothing from outside."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trenza.io.files import write_text

PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}
</style>
</head>
<body class="notebook">
<main>
{body}
</main>
</body>
</html>
"""


class NotebookFailed(Exception):
    """A cell raised; the message holds the notebook, the cell and its error."""


def execute(path: Path, environ: Mapping[str, str]) -> Any:
    """Run all cells of the notebook at ``path`` in a kernel of its own with ``environ`` added; returns the notebook.

    Execution times are not recorded, so that the same results give the same bytes. Raises ``NotebookFailed``.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
    kernel: Any = client.create_kernel_manager()
    with tempfile.TemporaryDirectory(prefix="trenza") as sockets:
        if os.name != "nt":
            # Sockets in a folder of the user's own: no port that others on the machine could listen to.
            kernel.transport, kernel.ip = "ipc", str(Path(sockets) / "kernel")
        try:
            client.execute(cwd=str(path.parent), env={**os.environ, **environ}, stderr=sys.stderr)
        except CellExecutionError as error:
            raise NotebookFailed(f"{path.name}: {error}") from error
    return notebook


def write_page(notebook: Any, path: Path, *, title: str, css: str, lang: str) -> None:
    """Write an executed notebook as a page with the report's own style: no script, nothing from a network."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(notebook)
    write_text(path, PAGE.format(lang=lang, title=title, css=css, body=body))
