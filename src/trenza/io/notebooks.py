"""Executing notebooks over finished results: one kernel for all of a study's, emptied before each."""

from __future__ import annotations

import copy
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


class NotebookFailed(Exception):
    """A cell raised; the message holds the notebook, the cell and its error."""


def execute_all(
    paths: Iterable[Path],
    languages: Iterable[str],
    environ: Mapping[str, str],
    choose: Callable[[Any, str], list[Any]],
) -> Iterator[tuple[Path, str, list[Any]]]:
    """Run each notebook in each language; yields its path, the language and the executed cells.

    ``choose`` picks the cells of a language. All run in one kernel, because starting one and importing the libraries costs more than
    all the cells; before each, every name is deleted, so that no notebook can lean on another. The kernel sees
    ``environ`` and the language as TRENZA_LANG. Execution times are not kept: the same results give the same cells.
    Raises ``NotebookFailed``.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    empty: Any = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    client = NotebookClient(empty, timeout=300, kernel_name="python3", record_timing=False)
    kernel: Any = client.create_kernel_manager()
    with tempfile.TemporaryDirectory(prefix="trenza") as sockets:
        if os.name != "nt":
            # Sockets in a folder of the user's own: no port that others on the machine could listen to.
            kernel.transport, kernel.ip = "ipc", str(Path(sockets) / "kernel")
        with client.setup_kernel(env={**os.environ, **environ}, stderr=sys.stderr):
            for path in paths:
                source: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
                for lang in languages:
                    cells = choose(copy.deepcopy(source).cells, lang)
                    yield path, lang, _run(client, path, lang, cells, CellExecutionError)


def _run(client: Any, path: Path, lang: str, cells: list[Any], failure: type[Exception]) -> list[Any]:
    import nbformat

    prepare: Any = nbformat.v4.new_code_cell(_PREPARE.format(folder=str(path.resolve().parent), lang=lang))  # type: ignore[no-untyped-call]
    executed = [prepare, *cells]
    client.nb.cells = executed
    client.reset_execution_trackers()
    try:
        for place, cell in enumerate(executed):
            client.execute_cell(cell, place)
    except failure as error:
        raise NotebookFailed(f"{path.name} ({lang}): {error}") from error
    return cells


_PREPARE = """
%reset -f
import os
os.chdir({folder!r})
os.environ["TRENZA_LANG"] = {lang!r}
del os
"""
