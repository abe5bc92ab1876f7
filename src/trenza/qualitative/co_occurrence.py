"""Codes that meet: in the same document, and on the same text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES


def co_occurrence(passages: pd.DataFrame, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Table ``co_occurrence``: a row for each two codes that share a document, ``code_a`` before ``code_b``.

    ``passages`` as ``coded_passages.passages_in`` returns them. ``jaccard_documents`` is documents with both
    over documents with either. ``n_overlaps`` counts pairs of passages that share a character; ``segments``
    names them (both ids joined by &, pairs by ;). Whole-document codings meet in the document alone.
    """
    codes = sorted(set(passages["code"]))
    number = {c: i for i, c in enumerate(codes)}
    document = passages["document"].astype("category").cat.codes.to_numpy()
    there = np.zeros((document.max() + 1 if len(document) else 0, len(codes)), dtype=np.float64)
    there[document, passages["code"].map(number).to_numpy(dtype=np.int64)] = 1
    both = (there.T @ there).astype(np.int64)
    meets = _overlaps(passages, number)
    rows = []
    for a, b in np.argwhere(np.triu(both, 1)):
        shared = meets.get((a, b), [])
        rows.append(
            {
                "code_a": codes[a],
                "code_b": codes[b],
                "n_documents": both[a, b],
                "n_documents_a": both[a, a],
                "n_documents_b": both[b, b],
                "jaccard_documents": both[a, b] / (both[a, a] + both[b, b] - both[a, b]),
                "n_overlaps": len(shared),
                "n_characters": sum(n for n, _ in shared),
                "segments": ";".join(sorted(name for _, name in shared)) or None,
            }
        )
    contract = QUALITATIVE_TABLES["co_occurrence"]
    table = pd.DataFrame(rows).reindex(columns=contract.names)
    return contract.check(table.assign(study=study, source_id=source_id, source=source))


def _overlaps(passages: pd.DataFrame, number: dict[str, int]) -> dict[tuple[int, int], list[tuple[int, str]]]:
    """(code, code) -> shared characters and names of the passages, for codes in the order of ``number``."""
    found: dict[tuple[int, int], list[tuple[int, str]]] = {}
    text = passages.dropna(subset=["start"]).astype({"start": "int64", "end": "int64"})
    for _, own in text.groupby("document", sort=True):
        start, end = own["start"].to_numpy(), own["end"].to_numpy()
        code, name = own["code"].map(number).to_numpy(), own["segment_id"].to_numpy()
        shared = np.minimum(end[:, None], end) - np.maximum(start[:, None], start)
        for i, j in np.argwhere((shared > 0) & (code[:, None] < code)):
            found.setdefault((code[i], code[j]), []).append((int(shared[i, j]), f"{name[i]}&{name[j]}"))
    return found
