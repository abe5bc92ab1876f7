"""The list for the consensus meeting: every passage on which two coders differ, with both extents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES
from trenza.qualitative.marks import Marks, marks_of
from trenza.qualitative.matched_segments import matches
from trenza.qualitative.pair_counts import pairs_of

_KEPT = ["doc", "code", "start_a", "end_a", "start_b", "end_b", "share", "kind"]


def disagreements(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    assignments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Table ``agreement_disagreements``: merged passages under one code that the other coder did not mark alike.

    Kind ``only_a`` or ``only_b``: no overlap with a passage of the other under that code; ``extents_differ``:
    both marked, not the same characters, one row for each pair that overlaps. ``other_codes``: what else the
    coder who did not mark it gave to text of that passage. Same inputs and faults as ``agree``.
    """
    marks = marks_of(codings, documents, codes, unit="character", assignments=assignments)
    parts = []
    for a, b in pairs_of(marks):
        found = _of_pair(marks, a, b)
        found["document"] = np.array(marks.documents, dtype=object)[found["doc"]]
        found["code"] = np.array(marks.codes, dtype=object)[found["code"]]
        parts.append(found.assign(coder_a=marks.coders[a], coder_b=marks.coders[b]))
    contract = QUALITATIVE_TABLES["agreement_disagreements"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=contract.names)
    table = table.assign(
        study=study, source_id=source_id, source=source, at=table[["start_a", "start_b"]].min(axis=1)
    )
    order = ["document", "at", "code", "coder_a", "coder_b", "start_a", "start_b"]
    return contract.check(table.sort_values(order, ignore_index=True)[contract.names])


def _of_pair(marks: Marks, a: int, b: int) -> pd.DataFrame:
    both_worked = marks.worked[a] & marks.worked[b]
    table = marks.table.loc[both_worked[marks.table["doc"].to_numpy()]]
    overlapping = matches(marks, a, b, 0.0)
    pairs = overlapping.loc[overlapping["share"] < 1]
    left, right = table.loc[pairs["row_a"]], table.loc[pairs["row_b"]]
    differ = pairs[["doc", "code", "share"]].assign(
        start_a=left["start"].to_numpy(), end_a=left["end"].to_numpy(),
        start_b=right["start"].to_numpy(), end_b=right["end"].to_numpy(), kind="extents_differ", other_codes=None,
    )  # fmt: skip
    parts = [differ]
    for side, coder, other, row in (("a", a, b, "row_a"), ("b", b, a, "row_b")):
        own = table.loc[(table["coder"] == coder) & ~table.index.isin(overlapping[row])]
        alone = own[["doc", "code"]].assign(
            **{f"start_{side}": own["start"], f"end_{side}": own["end"]}, kind=f"only_{side}", share=0.0
        )
        parts.append(alone.assign(other_codes=_other_codes(marks, own, table.loc[table["coder"] == other])))
    found = pd.concat([p.reindex(columns=[*_KEPT, "other_codes"]) for p in parts], ignore_index=True)
    return found.astype(dict.fromkeys(("start_a", "end_a", "start_b", "end_b"), "Int64"))


def _other_codes(marks: Marks, own: pd.DataFrame, theirs: pd.DataFrame) -> list[str | None]:
    """For each passage of ``own`` the codes of ``theirs`` on its text, joined by ;."""
    by_document = dict(list(theirs.groupby("doc")))
    found: list[str | None] = []
    for doc, start, end in own[["doc", "start", "end"]].itertuples(index=False, name=None):
        there = by_document.get(doc)
        if there is None:
            found.append(None)
            continue
        touched = there["code"].to_numpy()[
            (there["start"].to_numpy() < end) & (there["end"].to_numpy() > start)
        ]
        found.append(";".join(marks.codes[i] for i in sorted(set(touched.tolist()))) or None)
    return found
