"""What a table is, told from its column names and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import StringIO

from trenza.contracts.plain import plain


@cache
def _kinds() -> tuple[tuple[str, tuple[re.Pattern[str], ...], str], ...]:
    text = (files("trenza.official") / "dialects" / "kinds.csv").read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(StringIO(text)):
        # A code book is known by one phrase, a table by several columns.
        parts = (
            [row["columns"]]
            if row["kind"] == "not_data" and "_" not in row["columns"]
            else row["columns"].split()
        )
        found.append((row["kind"], tuple(re.compile(p) for p in parts), row["what"]))
    return tuple(found)


def kind_of(header: Sequence[str]) -> str | None:
    """Kind of the table with these columns (``dialects/kinds.csv``), or None for one that is not known."""
    names = [plain(h) for h in header]
    for kind, patterns, _ in _kinds():
        if all(any(p.fullmatch(n) for n in names) for p in patterns):
            return kind
    return None


def known_kinds() -> str:
    """The kinds in words, for a message."""
    return "; ".join(dict.fromkeys(what for kind, _, what in _kinds() if kind != "not_data"))
