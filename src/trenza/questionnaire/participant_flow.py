"""How many people came in, were left out and why, and stayed: in all and by group, small groups withheld."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Cells = Mapping[tuple[str, str], int]
Cell = tuple[str, str]
ALL, UNKNOWN = "all", "unknown"
SILENT = "did_not_answer"


@dataclass(frozen=True)
class Box:
    """One box of the flow: its name, its kind (contract ``participant_flow``), and the group of each of its people."""

    name: str
    kind: str
    groups: pd.Series[Any]


def participant_flow(
    boxes: Sequence[Box],
    *,
    groups: Sequence[str],
    asked: Mapping[str, int],
    min_cell: int | None,
) -> pd.DataFrame:
    """The table ``participant_flow`` without study, source_id and source.

    ``boxes`` in order (a group that is not known is None): the first is what came in, then
    those left out, then those who stayed, then parts of these. ``groups``: levels shown beside ``all``. ``asked``:
    people asked by level; of them, those without a row did not answer. With ``min_cell`` (real data) a group's
    count from 1 to below it is withheld, with as many others as it takes that no withheld count follows from the
    rest; what is not split by group is shown.
    """
    import pandas as pd

    shown = [*groups]
    if groups and any(box.groups.isna().any() for box in boxes):
        shown.append(UNKNOWN)
    cells: dict[Cell, int] = {}
    for box in boxes:
        cells |= {(box.name, g): int((box.groups == g).sum()) for g in groups}
        if UNKNOWN in shown:
            cells[box.name, UNKNOWN] = int(box.groups.isna().sum())
    known = [box.name for box in boxes if box.kind in ("stayed", "part")]
    sums = _sums(boxes, shown)
    # Rows without a group, or more rows than people asked, tell nothing of who in a group did not answer.
    silent = (
        [] if UNKNOWN in shown else [g for g in asked if asked[g] >= cells.get((boxes[0].name, g), 1 << 62)]
    )
    cells |= {(SILENT, g): asked[g] - cells[boxes[0].name, g] for g in silent}
    sums += [[(SILENT, g) for g in silent], *([(SILENT, g), (boxes[0].name, g)] for g in silent)]
    hidden = withheld(cells, sums=sums, min_cell=min_cell or 0, known=known)
    rows: list[dict[str, Any]] = []
    before = [("asked", "entered")] * bool(asked) + [(SILENT, "left_out")] * bool(silent)
    kinds = before + [(box.name, box.kind) for box in boxes]
    totals = {box.name: len(box.groups) for box in boxes}
    if set(asked) >= set(groups):
        totals["asked"] = sum(asked.values())
    if set(silent) >= set(groups):
        totals[SILENT] = sum(cells[SILENT, g] for g in silent)
    listed = {"asked": list(asked), SILENT: silent}
    for step, (name, kind) in enumerate(kinds, 1):
        counts = {ALL: totals[name]} if name in totals else {}
        counts |= asked if name == "asked" else {g: cells[name, g] for g in listed.get(name, shown)}
        for group, n in counts.items():
            gone = (name, group) in hidden
            n_shown = None if gone else n
            rows.append(
                {"step": step, "box": name, "kind": kind, "group": group, "n": n_shown, "suppressed": gone}
            )
    return pd.DataFrame(rows).astype({"n": "Int64"})


def withheld(
    cells: Cells, *, sums: Sequence[Sequence[Cell]], min_cell: int, known: Collection[str] = ()
) -> set[Cell]:
    """Cells to withhold: 0 < n < ``min_cell``, and others until none of them follows from the rest.

    ``sums``: sets of cells whose sum, or sum and difference, a reader knows. A withheld cell follows when these
    equations settle it, which is so when the equation "this cell" lies in the space of their rows. Then another
    cell of one of its equations is withheld too: the smallest above zero, and last those of boxes in ``known``,
    whose counts stand in other tables.
    """
    import numpy as np

    hidden = {cell for cell, n in cells.items() if 0 < n < min_cell}
    while hidden:
        order = sorted(hidden)
        equations = np.array([[float(cell in total) for cell in order] for total in sums])
        rank = np.linalg.matrix_rank(equations)
        told = [
            cell
            for cell, unit in zip(order, np.eye(len(order)), strict=True)
            if np.linalg.matrix_rank(np.vstack([equations, unit])) == rank
        ]
        # First the equations with one unknown, then any that holds a cell that follows.
        open_sums = [total for total in sums if set(told) & set(total) and set(total) - hidden]
        open_sums.sort(key=lambda total: len(hidden & set(total)))
        if not open_sums:
            break
        near = set(open_sums[0]) - hidden
        hidden.add(min(near, key=lambda cell: (cell[0] in known, cells[cell] == 0, cells[cell], cell)))
    return hidden


def flow_of(left_out: Mapping[Any, str], people: pd.DataFrame, *, unknown_schools: int) -> pd.DataFrame:
    """The table ``flow`` without study, source_id and source: rows read, left out by rule, kept, and their groups.

    ``left_out``: row and rule. ``people``: the table ``participant_flow``; where it withholds a group of those who
    stayed, no group is listed here either.
    """
    import pandas as pd

    total = people.loc[people["group"] == ALL].set_index("box")["n"]
    kept = people.loc[(people["box"] == "kept") & (people["group"] != ALL)]
    steps = [("rows read", int(total["rows_read"]))]
    rules = [rule.split("; that is row ")[0] for rule in left_out.values()]
    steps += [(f"row left out: {rule}", rules.count(rule)) for rule in dict.fromkeys(sorted(rules))]
    steps += [("rows kept", int(total["kept"]))]
    if not kept["suppressed"].any():
        for group, n in zip(kept["group"], kept["n"], strict=True):
            unknown = group == UNKNOWN
            rule = "group unknown: kept, in no comparison" if unknown else f"group: {group}"
            steps.append((rule, int(n)))
    if unknown_schools:
        steps.append(("school not in the official files: kept", unknown_schools))
    return pd.DataFrame([{"step": i, "rule": rule, "n": n} for i, (rule, n) in enumerate(steps, 1)])


def _sums(boxes: Sequence[Box], groups: Sequence[str]) -> list[list[Cell]]:
    """What a reader can add up: over groups, each box gives ``all``; in a group, what came in is left out or stayed.

    (What came in stands on the other side of the second equation; that turns signs round, and settles nothing else.)
    """
    whole = [box.name for box in boxes if box.kind != "part"]
    return [[(box.name, g) for g in groups] for box in boxes] + [[(box, g) for box in whole] for g in groups]
