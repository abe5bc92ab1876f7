"""Small coded projects for the tests of agreement, and a slow way to count that shares no code with the package."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trenza.contracts.coded_project import CODES, CODINGS, DOCUMENTS

PLACE = {"study": "made", "source_id": "interviews", "source": "simulated"}
Coding = tuple[str, int | None, int | None, str, str | None]


def documents(**texts: str) -> pd.DataFrame:
    rows = [{"document": d, "name": d, "text": text, "kind": "text"} for d, text in texts.items()]
    return DOCUMENTS.check(pd.DataFrame(rows).assign(path=None))


def codes(tree: dict[str, str | None], folders: Sequence[str] = ()) -> pd.DataFrame:
    """``tree``: code -> parent; parents before children."""
    path: dict[str, list[str]] = {}
    for code, parent in tree.items():
        path[code] = [*path[parent], code] if parent else [code]
    frame = pd.DataFrame(
        {
            "code": list(tree),
            "parent": list(tree.values()),
            "name": list(tree),
            "path": [" > ".join(path[c]) for c in tree],
            "depth": [len(path[c]) - 1 for c in tree],
            "codable": [c not in folders for c in tree],
        }
    )
    return CODES.check(frame.assign(colour=None, description=None))


def codings(rows: Sequence[Coding]) -> pd.DataFrame:
    """Rows of (document, start, end, code, coder); without a start the coding is of the whole document."""
    frame = pd.DataFrame(rows, columns=["document", "start", "end", "code", "coder"])
    whole = [r[1] is None for r in rows]
    return CODINGS.check(frame.assign(whole_document=whole, created=None))


def assigned(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["document", "coder"], dtype="str")


def counted(marks: pd.DataFrame, text: str, document: str, code: str, a: str, b: str) -> tuple[int, ...]:
    """(both, only a, only b, neither) characters, one by one."""
    line = {c: np.zeros(len(text), dtype=bool) for c in (a, b)}
    for r in marks.itertuples():
        if r.document == document and r.code == code and r.coder in line:
            line[r.coder][int(r.start) : int(r.end)] = True
    x, y = line[a], line[b]
    return tuple(int(v.sum()) for v in (x & y, x & ~y, ~x & y, ~x & ~y))
