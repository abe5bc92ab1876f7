"""Before a report is written: no count of real people or schools is shown, or can be worked out, that is too small."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults, TrenzaError
from trenza.contracts.tables import CONTRACTS
from trenza.disclosure.attack import LOST, reach
from trenza.disclosure.quantities import Cell, Quantities, Sum, quantities, rules
from trenza.disclosure.quotes import quotation_faults

if TYPE_CHECKING:
    import pandas as pd

# A number, also with a word before it, a salted pseudonym (``io.pseudonyms``), or what is left over.
NUMBER = re.compile(r"(?:[a-z]+_)?\d+|[PS](?:[A-Z2-7]{8}|[A-Z2-7]{12})|other|rest|all")
SETTING = "disclosure.min_cell in config/config.yaml"


class ReportWithheld(TrenzaError):
    """The report would tell too much of somebody: all places in one message."""

    def __init__(self, study: str, faults: Iterable[Fault]) -> None:
        self.faults = InputFaults(faults).faults
        head = f"study {study}: the report is not written, since it would tell too much in {len(self.faults)} places:"
        super().__init__("\n".join([head, *(f"  {i}. {f}" for i, f in enumerate(self.faults, 1))]))


def guard(
    tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], *, study_id: str, min_cell: int
) -> pd.DataFrame:
    """Table ``disclosure`` of the study, once nothing in ``tables`` tells too much.

    ``tables``: finished tables by name; ``study``: the settings of study.yaml. Raises ``ReportWithheld`` with all
    counts of real people and schools from 1 to ``min_cell`` - 1 that are shown or follow from what is shown, names in
    rows of single units, and quotations that single out one person. Simulated rows stop nothing: what would be withheld
    in them is listed as practice. Published figures are public and not looked at.
    """
    sources = study.get("sources") or {}
    kinds = {str(sid): str(s.get("kind")) for sid, s in sources.items()}
    found = quantities(tables, {name: c.key for name, c in CONTRACTS.items()}, kinds)
    faults = [
        *_small(found, "real", min_cell),
        *_names(found),
        *quotation_faults(tables.get("segments"), study),
    ]
    if faults:
        raise ReportWithheld(study_id, faults)
    return withheld_table(found, study_id, min_cell)


def _small(found: Quantities, kind: str, min_cell: int) -> list[Fault]:
    """Counts that are shown, stand in a share, or follow from sums."""
    cells = [c for c in found.cells if c.kind == kind]
    names = {c.name for c in cells}
    faults = [_fault(c, _told(c), min_cell) for c in cells if not c.shown and _is_small(c.value, min_cell)]
    known = _known(cells)
    own = [s for s in found.sums if names & {*s.parts, s.total}]
    by_name: dict[str, Cell] = {c.name: c for c in reversed(cells) if c.value is None}
    for name, (low, high) in sorted(reach(known, own).items()):
        # A total that no table shows is told by its parts, which stand above.
        if low < 1 or high >= min_cell or (name not in by_name and not name.endswith(LOST)):
            continue
        cell = by_name.get(name) or _nowhere(name, own, kind)
        said = f"exactly {low}" if low == high else f"from {low} to {high}"
        seen = ", ".join(sorted({s.table for s in own if name in (*s.parts, s.total)}))
        faults.append(_fault(cell, f"no number, but it follows from what is shown ({seen}): {said} {cell.unit}", min_cell))  # fmt: skip
    return faults


def _known(cells: Sequence[Cell]) -> dict[str, int]:
    """Shown quantities by name. A name with two values is no one quantity, and then tells nothing of its sums."""
    values: dict[str, set[int]] = {}
    for cell in cells:
        if cell.value is not None and not cell.share:
            values.setdefault(cell.name, set()).add(cell.value)
    return {name: v.pop() for name, v in values.items() if len(v) == 1}


def _is_small(value: int | None, min_cell: int) -> bool:
    return value is not None and 0 < value < min_cell


def _told(cell: Cell) -> str:
    return f"a share that is {cell.value} {cell.unit}" if cell.share else f"{cell.value} {cell.unit}"


def _fault(cell: Cell, what: str, min_cell: int) -> Fault:
    allowed = f"0, a blank, or at least {min_cell} ({SETTING})"
    return Fault(f"table {cell.table}", cell.row, cell.column, what, allowed)


def _nowhere(name: str, sums: Sequence[Sum], kind: str) -> Cell:
    """A quantity that no cell holds, such as those who were lost between two moments."""
    table = next(s.table for s in sums if name in (*s.parts, s.total))
    row, column = name.split("|")[1:3]
    return Cell(table, row, column, name, None, kind, str(rules()[table].get("unit", "units")))


def _names(found: Quantities) -> list[Fault]:
    return [
        Fault(
            f"table {table}",
            row,
            column,
            f"the name {name!r} of a single unit",
            "a number in place of a name (a row is one person, school or interview)",
        )
        for table, row, column, name, kind in found.single
        if kind == "real" and not NUMBER.fullmatch(name)
    ]


def withheld_table(found: Quantities, study_id: str, min_cell: int) -> pd.DataFrame:
    """Table ``disclosure``: withheld counts of real rows, and of simulated ones what would be withheld. No values.

    ``why``: primary where the table hides only what is itself small; primary_or_secondary where it also hides
    what would give a small one away. Which of the two a cell is, is not told: a reader who knew could narrow it down.
    """
    import pandas as pd

    rows = []
    for c in found.cells:
        real = c.kind == "real" and c.value is None
        practice = c.kind == "simulated" and not c.shown and _is_small(c.value, min_cell)
        if real or practice:
            small_only = rules()[c.table].get("small_only")
            why = "practice" if practice else "primary" if small_only else "primary_or_secondary"
            rows.append((study_id, c.table, c.row, c.column, c.kind, c.unit, why, min_cell))
    contract = CONTRACTS["disclosure"]
    table = pd.DataFrame(rows, columns=contract.names).drop_duplicates([*contract.key])
    return contract.check(table.sort_values([*contract.key], ignore_index=True))
