"""The codebook as rows of text: its checks and its walk.

No pandas here, so that the workflow can check a codebook before any job starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trenza.contracts.faults import Fault, InputFaults

COLUMNS = ("code", "parent", "codable", "label_en", "label_es", "definition_en", "definition_es")
_STRUCTURE = ("code", "parent", "codable")
_ID = re.compile(r"[a-z][a-z0-9_]*")

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Node:
    """One code: ``path`` holds the codes from the root to itself; ``codable`` is false for a folder."""

    code: str
    parent: str
    path: tuple[str, ...]
    codable: bool

    @property
    def depth(self) -> int:
        """0 at the root."""
        return len(self.path) - 1


def check_codebook(codebook: Sequence[Row], file: str) -> list[Fault]:
    """Everything wrong in a codebook: one dict per line of codebook.csv, in the order of the file.

    Missing columns, ids that are no ids, repeated codes, unknown parents, cycles, ``codable`` other than
    yes or no, blank labels. ``row`` of a fault is the line in a spreadsheet, the header being 1.
    """
    if not codebook:
        return []
    missing = [c for c in COLUMNS if c not in codebook[0]]
    faults = [Fault(file, "1", c, "no such column", "a column of this name") for c in missing]
    if not {*missing} & {*_STRUCTURE}:
        faults += _check_structure(codebook, file)
    for line, row in enumerate(codebook, 2):
        for column in ("label_en", "label_es"):
            if column not in missing and not _cell(row, column).strip():
                faults.append(Fault(file, str(line), column, "a blank label", "a label"))
    return faults


def walk(codebook: Sequence[Row], file: str = "codebook.csv") -> list[Node]:
    """All codes depth-first, roots and siblings in the order of the file.

    Raises ``InputFaults`` where the rows are no forest (repeated code, unknown parent, cycle): a walk
    would lose those codes in silence. Labels are not looked at.
    """
    faults = _check_structure(codebook, file)
    if faults:
        raise InputFaults(faults)
    below: dict[str, list[Row]] = {}
    for row in codebook:
        below.setdefault(_cell(row, "parent"), []).append(row)
    nodes: list[Node] = []
    waiting: list[tuple[Row, tuple[str, ...]]] = [(row, ()) for row in reversed(below.get("", []))]
    while waiting:
        row, above = waiting.pop()
        code = _cell(row, "code")
        path: tuple[str, ...] = (*above, code)
        nodes.append(Node(code, _cell(row, "parent"), path, _cell(row, "codable") == "yes"))
        waiting += [(child, path) for child in reversed(below.get(code, []))]
    return nodes


def _cell(row: Row, column: str) -> str:
    return row.get(column) or ""


def _check_structure(codebook: Sequence[Row], file: str) -> list[Fault]:
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    for line, row in enumerate(codebook, 2):
        code = _cell(row, "code")
        # Codes are joined by ; and / elsewhere, so their letters matter.
        if not _ID.fullmatch(code):
            faults.append(
                Fault(file, str(line), "code", repr(code), "small letters, digits and _, a letter first")
            )
        if code in lines:
            faults.append(
                Fault(file, str(line), "code", f"{code!r}, as in row {lines[code]}", "each code once")
            )
        lines.setdefault(code, line)
        if _cell(row, "codable") not in ("yes", "no"):
            faults.append(Fault(file, str(line), "codable", repr(_cell(row, "codable")), "yes or no"))
    for line, row in enumerate(codebook, 2):
        parent = _cell(row, "parent")
        if parent and parent not in lines:
            faults.append(Fault(file, str(line), "parent", repr(parent), "blank, or a code of this file"))
    return faults + _check_cycles(codebook, file)


def _check_cycles(codebook: Sequence[Row], file: str) -> list[Fault]:
    """One fault per cycle, at its first line. A repeated code counts as at its first line."""
    parents: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in enumerate(codebook, 2):
        parents.setdefault(_cell(row, "code"), _cell(row, "parent"))
        lines.setdefault(_cell(row, "code"), line)
    faults: list[Fault] = []
    seen: set[str] = set()
    for start in parents:
        trail: list[str] = []
        code = start
        while code and code in parents and code not in seen:
            seen.add(code)
            trail.append(code)
            code = parents[code]
        if code in trail:
            ring = trail[trail.index(code) :]
            turn = ring.index(min(ring, key=lines.__getitem__))
            ring = [*ring[turn:], *ring[:turn]]
            found = "a circle: " + " below ".join([*ring, ring[0]])
            faults.append(
                Fault(file, str(lines[ring[0]]), "parent", found, "a tree: every code ends at a root")
            )
    return faults
