"""Families of codes for cu-alpha: a root is the question, the codes right below it are its answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.qualitative.marks import Marks, ancestors
from trenza.qualitative.spans import merged, only_one_value, overlaps


@dataclass(frozen=True)
class FamilySums:
    """What cu-alpha of one family adds up over documents.

    ``sums`` (documents, 1 + 2 values): coincidences of equal values; coincidences by value; squared pairable
    lengths by value. ``left_out``: characters to which a coder gave two values. Blank coders: all of them.
    """

    root: str
    coder_a: str
    coder_b: str
    documents: np.ndarray
    sums: np.ndarray
    left_out: int
    uses: int


def family_of(codes: pd.DataFrame) -> pd.DataFrame:
    """Columns code, root, value: the code below the root that the code belongs to, or the root itself.

    Roots without codes below them are no family and are left out.
    """
    lines = ancestors(codes)
    rows = [(c, line[-1], line[-2] if len(line) > 1 else line[-1]) for c, line in sorted(lines.items())]
    table = pd.DataFrame(rows, columns=["code", "root", "value"])
    below = set(table.loc[table["code"] != table["root"], "root"])
    return table.loc[table["root"].isin(below)].reset_index(drop=True)


def family_sums(marks: Marks, codes: pd.DataFrame) -> list[FamilySums]:
    """Sums by family and pair of coders, and for all coders where there are more than two.

    Text to which one coder gave two values of a family is left out, since the values exclude each other. With
    m coders in a document each pair counts 1/(m - 1) times, and so does its part of the correction.
    """
    belongs = family_of(codes)
    number = {c: i for i, c in enumerate(marks.codes)}
    belongs = belongs.assign(code=belongs["code"].map(number))
    crowd = marks.worked.sum(axis=0)
    found = []
    for root, members in belongs.groupby("root", sort=True):
        values = {v: i for i, v in enumerate(sorted(members["value"].unique()))}
        members = members.assign(value=members["value"].map(values))
        passages = marks.table.merge(members[["code", "value"]], on="code")
        passages = merged(passages, ["doc", "coder", "value"])
        pieces = [_pieces(passages.loc[passages["coder"] == i]) for i in range(len(marks.coders))]
        uses = np.bincount(passages["coder"], minlength=len(marks.coders))
        together = np.zeros((len(marks.documents), 1 + 2 * len(values)))
        pairs = 0
        for a in range(len(marks.coders)):
            for b in range(a + 1, len(marks.coders)):
                docs = np.flatnonzero(marks.worked[a] & marks.worked[b])
                if not len(docs):
                    continue
                pairs += 1
                sums = _pair_sums(pieces[a][0], pieces[b][0], len(marks.documents), len(values))
                together[docs] += sums[docs] / (crowd[docs] - 1)[:, None]
                found.append(
                    FamilySums(str(root), marks.coders[a], marks.coders[b], docs, sums[docs],
                               pieces[a][1] + pieces[b][1], int(uses[a] + uses[b]))
                )  # fmt: skip
        if pairs > 1:
            docs = np.flatnonzero(crowd >= 2)
            left_out = sum(p[1] for p in pieces)
            found.append(FamilySums(str(root), "", "", docs, together[docs], left_out, int(uses.sum())))
    return found


def _pieces(passages: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Stretches under one value alone, and the number of characters under more."""
    pieces = only_one_value(passages, ["doc"], "value")
    covered = merged(passages, ["doc"])
    all_text = int((covered["end"] - covered["start"]).sum())
    return pieces, all_text - int((pieces["end"] - pieces["start"]).sum())


def _pair_sums(first: pd.DataFrame, second: pd.DataFrame, documents: int, values: int) -> np.ndarray:
    sums = np.zeros((documents, 1 + 2 * values))
    of_a, of_b, shared = overlaps(*_columns(first), *_columns(second))
    a, b = first.iloc[of_a].reset_index(drop=True), second.iloc[of_b].reset_index(drop=True)
    doc = a["doc"].to_numpy()
    equal = (a["value"] == b["value"]).to_numpy()
    np.add.at(sums[:, 0], doc[equal], 2 * shared[equal])
    for side in (a, b):
        np.add.at(sums, (doc, 1 + side["value"].to_numpy()), shared)
        pairable = side.assign(shared=shared).groupby(["doc", "value", "passage"])["shared"].sum()
        keys = pairable.reset_index()
        np.add.at(
            sums,
            (keys["doc"].to_numpy(), 1 + values + keys["value"].to_numpy()),
            keys["shared"].to_numpy(dtype=np.float64) ** 2,
        )
    return sums


def _columns(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        table["doc"].to_numpy(dtype=np.int64),
        table["start"].to_numpy(dtype=np.int64),
        table["end"].to_numpy(dtype=np.int64),
    )
