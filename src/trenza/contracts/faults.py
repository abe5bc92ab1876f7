"""One kind of complaint for everything a user can get wrong: where it is, what was found, what is allowed.

Every check in the project collects ``Fault`` objects and raises them together, so that a user
mends a file once and not ten times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place.

    ``file`` is the path as the user knows it; ``row`` is the line of the file that an editor or a
    spreadsheet shows (the header is row 1) or a key such as ``sources.table2`` in a YAML file;
    ``column`` may be empty. ``found`` is what stands there, ``allowed`` what may stand there.
    """

    file: str
    row: str
    column: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", {'row ' if self.row.isdigit() else ''}{self.row}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; allowed: {self.allowed}"


class TrenzaError(Exception):
    """A mistake in the input that the user can mend: shown as its message, never as a traceback."""


class InputFaults(TrenzaError):
    """All faults of one pass, in one message, in a stable order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        # Row 2 before row 10.
        self.faults = sorted(
            set(faults), key=lambda f: (f.file, f.row.zfill(9) if f.row.isdigit() else f.row, f)
        )
        count = len(self.faults)
        head = f"{count} {'fault' if count == 1 else 'faults'} found, nothing was computed:"
        super().__init__("\n".join([head, *(f"  {i}. {f}" for i, f in enumerate(self.faults, 1))]))


class ContractBroken(Exception):
    """A table that the project itself made does not keep its contract: a bug, not a user's mistake."""
