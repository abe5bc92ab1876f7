"""DuckDB in memory: one for the process, because opening one costs as much as reading a sheet."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _database() -> Any:
    import duckdb

    # One thread: rows keep their order, and the same rows give the same file.
    return duckdb.connect(config={"threads": 1})


def connection() -> Any:
    """A connection of one's own (close it, or use it in a ``with``); what it registers nobody else sees."""
    return _database().cursor()
