"""What the steps of reading one SIMCE file share: its cells, the ledger, the faults, and which columns are carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger, as_text, distinct_text
from trenza.official.simce_dialect import META, SCHOOL
from trenza.official.simce_frame import REASONS
from trenza.official.values import numbers, one_fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REASON = {s: i for i, s in enumerate(REASONS)}
# From this many cells, and this share of a column, on, what is odd is no exception.
SEVERAL, OFTEN = 20, 0.05


@dataclass
class SimceReading:
    """One file on its way to a frame; columns are asked for by their canonical names.

    ``names``: canonical name -> the file's own name. ``columns``: what of the carried columns reached the frame.
    """

    grid: Grid
    ledger: Ledger
    faults: list[Fault]
    names: dict[str, str]
    columns: list[dict[str, Any]]

    def has(self, name: str) -> bool:
        """Whether the file has the column."""
        return name in self.names

    def cells(self, name: str) -> NDArray[Any]:
        """The column as it stands in the file: numbers or text."""
        return self.grid.columns[self.names[name]]

    def number(
        self, name: str, low: float, high: float, whole: bool = False, any_sign: bool = False
    ) -> NDArray[np.float64]:
        """The column as float64, see ``trenza.official.values.numbers``."""
        limits: dict[str, Any] = {"low": low, "high": high, "whole": whole, "any_sign": any_sign}
        return numbers(self.grid, self.names[name], self.ledger, self.faults, **limits)

    def fault(self, name: str, where: NDArray[np.bool_], found: str, allowed: str) -> None:
        """A fault of the cells of a column where ``where`` is true."""
        self.faults.append(one_fault(self.grid, self.names[name], where, found, allowed))

    def flag(self, name: str, where: NDArray[np.bool_], rule: str) -> None:
        """A row in the ledger for each cell of the column where ``where`` is true."""
        self.ledger.cells(self.names[name], where, rule)

    def recoded(self, name: str, cells: int, rule: str = "recoded") -> None:
        """A row in the ledger for ``cells`` cells of the column, all read by one rule."""
        self.ledger.column(self.names[name], rule, cells=cells)

    def often_unknown(self, name: str, unknown: NDArray[np.bool_]) -> None:
        """A fault where a code never seen is no exception: the column then means something else than it should."""
        if is_often(unknown):
            self.fault(name, unknown, "the code", "the codes of the glosa; single unknown ones are flagged")

    def carried(self, name: str, field: str, subject: str, cells: int) -> None:
        """Note that ``cells`` cells of the column are in the frame."""
        self.columns.append(
            {"column": self.names[name], "field": field, "subject": subject, "carried": cells}
        )

    def single(self, name: str) -> str | None:
        """The one value of a column that is the same in all rows; several are joined."""
        if not self.has(name):
            return None
        return ", ".join(sorted(distinct_text(self.cells(name)))) or None

    def leave_out(self, there: NDArray[np.bool_]) -> None:
        """Columns that are not carried go to the ledger whole, the others' cells in rows without an RBD one by one."""
        carried = {c["column"] for c in self.columns} | self._constant()
        for header in self.grid.header:
            if header not in carried:
                self.ledger.column(header, "not_carried")
            elif not there.all():
                lost = ~there & (as_text(self.grid.columns[header]) != None)  # noqa: E711
                self.ledger.cells(header, lost, "row_without_rbd")

    def accounted(self, there: NDArray[np.bool_]) -> list[dict[str, Any]]:
        """For every column of the file: its field and subject, its non-blank cells, and how many are carried."""
        import numpy as np

        carried = {c["column"]: c for c in self.columns}
        fields = {self.names[n]: f for n, f in SCHOOL.items() if n in self.names}
        fields |= {self.names[n]: "meta" for n in META if n in self.names}
        constant = self._constant()
        found = []
        for header in self.grid.header:
            entry = {"column": header, "field": "", "subject": "", "carried": 0}
            if header in carried:
                entry = carried[header]
            elif header in constant:
                cells = self.grid.cells[header]
                if not there.all():
                    cells = int(np.sum(as_text(self.grid.columns[header])[there] != None))  # noqa: E711
                entry |= {"field": fields[header], "carried": cells}
            found.append({**entry, "cells": self.grid.cells[header]})
        return found

    def _constant(self) -> set[str]:
        """The file's own names of the columns that say which school, file, grade and year it is."""
        return {self.names[n] for n in ("rbd", "agno", "grado", *META) if self.has(n)}


def is_often(odd: NDArray[np.bool_]) -> bool:
    """Whether what is odd stands in so many rows that it is no exception."""
    return bool(odd.sum() > max(SEVERAL, OFTEN * len(odd)))


def filled(values: NDArray[np.float64], there: NDArray[np.bool_]) -> int:
    """How many of the values in rows with an RBD are not blank."""
    import numpy as np

    return int(np.sum(~np.isnan(values[there])))


def looked_up(raw: NDArray[Any], table: dict[str, int]) -> NDArray[np.int8]:
    """The number that ``table`` gives each cell (by its text), -1 for blank cells."""
    import numpy as np
    import pandas as pd

    if raw.dtype == object:
        places, distinct = pd.factorize(raw)
        found = np.array([*(table.get(text, -1) for text in distinct), -1], dtype="int8")
        looked: NDArray[np.int8] = found[places]
        return looked
    result = np.full(len(raw), -1, dtype="int8")
    for text, place in table.items():
        result[raw == float(text)] = place
    return result
