"""The coded interviews: exchange with other programs, the codebook's tree, its checks, counts of segments and schools."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded when asked for: the workflow checks a codebook without pandas.
_WHERE = {
    "read_project": "trenza.qualitative.read",
    "Rule": "trenza.io.coded.offsets",
    "read_nvivo_comparison": "trenza.io.coded.nvivo_tables",
    "read_nvivo_matrix": "trenza.io.coded.nvivo_tables",
    "write_qdpx": "trenza.io.coded.refi_write",
    "write_qdc": "trenza.io.coded.refi_write",
    "write_csv_folder": "trenza.io.coded.csv_folder",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
