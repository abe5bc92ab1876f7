"""One official file, whatever its name: told by its columns, cleaned by the dialect of its kind, grade and year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.io.any_file import read_grid
from trenza.io.files import sha256
from trenza.io.grid import UNKNOWN_TABLE
from trenza.official.ledger import Ledger
from trenza.official.recognise import kind_of, known_kinds

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Official:
    """An official file, cleaned.

    ``frame``: for SIMCE one row a school and subject (columns in the manual, ``config/README.md``), for other
    kinds see their modules. ``ledger``: one row for each cell or row that was changed, set to missing, flagged
    or refused, and one for each column that is not carried. ``meta``: kind, grade, year, version, build_date,
    preliminary, rows, sha256, and ``columns``, which accounts for the cells of every column of the file.
    """

    frame: pd.DataFrame
    ledger: pd.DataFrame
    meta: dict[str, Any]


class NotData(Exception):
    """A file that is known and holds no data: a code book."""


def read(path: str | Path, *, shown_as: str | None = None, allow_unknown: bool = False) -> Official:
    """Read an official file of any kind listed in ``dialects/kinds.csv``.

    ``shown_as``: the file's name in messages and the ledger (default: its own). ``allow_unknown``: read years
    and columns that were never seen, as far as that is safe, by the rules of the nearest earlier year.
    Names of schools are not read. Raises ``InputFaults`` with all faults of the file, ``NotData`` for a code book.
    """
    path = Path(path)
    name = shown_as or path.name
    if not path.is_file():
        raise InputFaults([Fault(name, "", "", "no such file", "an official file")])
    seen: set[str | None] = set()

    def fits(header: Sequence[str]) -> bool:
        seen.add(kind_of(header))
        return kind_of(header) not in (None, "not_data")

    try:
        grid = read_grid(path, name, fits, _may_leave_the_file)
    except InputFaults as error:
        if "not_data" in seen and error.faults[0].allowed == UNKNOWN_TABLE:
            raise NotData(name) from error
        # A file that is whole but of no known kind: say what kinds there are.
        raise InputFaults(
            Fault(f.file, f.row, f.column, f.found, f"a file of {known_kinds()}")
            if f.allowed == UNKNOWN_TABLE
            else f
            for f in error.faults
        ) from error
    kind = kind_of(grid.header)
    assert kind is not None
    ledger = Ledger(grid)
    reader: Callable[..., tuple[pd.DataFrame, dict[str, Any]]]
    reader = getattr(import_module(f"trenza.official.{kind}"), f"read_{kind}")
    frame, meta = reader(grid, ledger, allow_unknown)
    head = {"kind": kind, "file": name, "sheet": grid.sheet}
    return Official(frame, ledger.frame(), {**head, "rows": grid.rows, **meta, "sha256": sha256(path)})


def _may_leave_the_file(column: str) -> bool:
    """Names of schools (and of anything else) stay where they are: geography goes by codes."""
    return not plain(column).startswith("nom")
