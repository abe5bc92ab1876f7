"""What each coder marked with each code, on the line of units that coders are compared on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trenza.contracts.faults import Fault, InputFaults
from trenza.qualitative.spans import merged
from trenza.qualitative.units import SPEAKER, UNITS, marked_units, unit_table

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["doc", "code", "coder"]


@dataclass(frozen=True)
class Marks:
    """Merged passages by document, code and coder.

    ``table``: doc, code, coder (positions in the tuples), start, end on the line of units. ``sizes``: units of
    each document. ``worked``: (coder, document), true where the coder coded the document at all or was to.
    """

    table: pd.DataFrame
    documents: tuple[str, ...]
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    sizes: np.ndarray
    worked: np.ndarray


def check_codings(codings: pd.DataFrame, documents: pd.DataFrame, codes: pd.DataFrame) -> list[Fault]:
    """Codings that no text or no code stands behind: unknown ids, and passages that are not in the text."""
    import pandas as pd

    length = dict(zip(documents["document"], documents["text"].str.len(), strict=True))
    known = set(codes["code"])
    faults = []
    columns = ["document", "start", "end", "code", "whole_document"]
    for number, (document, start, end, code, whole) in enumerate(
        codings[columns].astype("object").itertuples(index=False, name=None), 1
    ):
        row = f"coding {number}"
        if document not in length:
            faults.append(Fault("codings", row, "document", repr(document), "a document of the project"))
            continue
        if code not in known:
            faults.append(Fault("codings", row, "code", repr(code), "a code of the project"))
        inside = whole or (pd.notna(start) and pd.notna(end) and 0 <= start <= end <= length[document])
        if not inside:
            allowed = f"positions in the text, 0 to {length[document]}, the first not after the second"
            faults.append(Fault("codings", row, "start, end", f"{start} to {end}", allowed))
    return faults


def marks_of(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    unit: str,
    assignments: pd.DataFrame | None = None,
    min_share: float = 0.0,
    speaker: str = SPEAKER,
) -> Marks:
    """The codings of known coders as merged passages of ``unit``.

    ``codings``, ``documents`` and ``codes`` as in ``contracts.coded_project``. Codings of a whole document
    count for the unit document alone. ``assignments`` (document, coder) names documents that a coder worked on
    without marking anything; without it a coder worked on the documents where a coding is theirs. ``min_share``
    is the share of a sentence or turn that must be marked, 0 for any part of it.
    Raises ``InputFaults`` for codings that ``check_codings`` finds, assignments to unknown documents, an
    unknown unit, and texts without speakers.
    """
    faults = check_codings(codings, documents, codes)
    if unit not in UNITS:
        faults.append(Fault("agreement", "", "unit", repr(unit), ", ".join(UNITS)))
    if assignments is not None:
        unknown = sorted(set(assignments["document"]) - set(documents["document"]))
        faults += [
            Fault("assignments", "", "document", repr(d), "a document of the project") for d in unknown
        ]
    if faults:
        raise InputFaults(faults)
    known = codings.loc[codings["coder"].notna()]
    names = set(known["coder"]) | (set(assignments["coder"]) if assignments is not None else set())
    ids = (
        tuple(sorted(documents["document"])),
        tuple(sorted(codes["code"])),
        tuple(sorted(names)),
    )
    doc, code, coder = ({name: i for i, name in enumerate(part)} for part in ids)
    table = known[["start", "end"]].assign(
        doc=known["document"].map(doc).astype("int64"),
        code=known["code"].map(code).astype("int64"),
        coder=known["coder"].map(coder).astype("int64"),
    )
    worked = np.zeros((len(coder), len(doc)), dtype=bool)
    worked[table["coder"], table["doc"]] = True
    if assignments is not None:
        worked[assignments["coder"].map(coder), assignments["document"].map(doc)] = True
    ordered = documents.sort_values("document", ignore_index=True)
    if unit == "document":
        table, sizes = table.assign(start=0, end=1), np.ones(len(doc), dtype=np.int64)
    else:
        table = table.loc[~known["whole_document"].to_numpy(dtype=bool)]
        table = table.astype({"start": "int64", "end": "int64"})
        sizes = ordered["text"].str.len().to_numpy(dtype=np.int64)
    table = merged(table, KEYS)
    if unit in ("sentence", "turn"):
        units = unit_table(ordered, unit, speaker)
        units = units.assign(doc=units["document"].map(doc).astype("int64"))
        table = marked_units(table, units, min_share)
        sizes = np.bincount(units["doc"], minlength=len(doc)).astype(np.int64)
    return Marks(table, *ids, sizes, worked)


def rolled_up(marks: Marks, codes: pd.DataFrame) -> Marks:
    """The same marks under every code that has codes below it: its own and theirs, merged."""
    import pandas as pd

    above = ancestors(codes)
    has_below = {parent for line in above.values() for parent in line[1:]}
    parents = tuple(sorted(has_below))
    number = {name: i for i, name in enumerate(parents)}
    pairs = pd.DataFrame(
        [(i, number[a]) for i, name in enumerate(marks.codes) for a in above[name] if a in number],
        columns=["code", "to"],
        dtype="int64",
    )
    table = marks.table.merge(pairs, on="code").drop(columns="code").rename(columns={"to": "code"})
    return replace(marks, table=merged(table, KEYS), codes=parents)


def under_any_code(marks: Marks) -> Marks:
    """The same marks whatever their code: which text each coder marked at all. The only code is ``any``."""
    return replace(marks, table=merged(marks.table.assign(code=0), KEYS), codes=("any",))


def ancestors(codes: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """For each code itself and the codes above it, nearest first. Raises ``InputFaults`` for a circle or an unknown parent."""
    parent = {c: p for c, p in zip(codes["code"], codes["parent"], strict=True) if isinstance(p, str) and p}
    known, faults, lines = set(codes["code"]), [], {}
    for code in codes["code"]:
        line = [code]
        while line[-1] in parent:
            step = parent[line[-1]]
            if step in line or step not in known:
                allowed = "a code of the project, and a tree: every code ends at a root"
                faults.append(Fault("codes", str(line[-1]), "parent", repr(step), allowed))
                break
            line.append(step)
        lines[code] = tuple(line)
    if faults:
        raise InputFaults(faults)
    return lines
