"""Passages as counts see them: one view of several coders, with the case that speaks.

A view is ``union`` (text that any coder gave the code; passages that overlap are one), ``consensus`` (text that
every coder of the document gave it; documents of one coder are left out) or the id of one coder.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.qualitative.marks import ancestors
from trenza.qualitative.spans import merged

COLUMNS = ["segment_id", "document", "start", "end", "code"]


def passages_in(codings: pd.DataFrame, view: str) -> pd.DataFrame:
    """Columns segment_id (document:start:end), document, start, end, code; one row a passage and code, sorted.

    Whole-document codings have no start and are passages of their own; in the consensus they need every coder.
    Codings of unknown coders count in the union alone.
    """
    chosen = (
        codings if view in ("union", "consensus") else codings.loc[codings["coder"].eq(view).fillna(False)]
    )
    if view == "consensus":
        chosen = codings.loc[codings["document"].isin(_of_several(codings)) & codings["coder"].notna()]
    whole = chosen.loc[chosen["whole_document"].astype(bool), ["document", "code", "coder"]].drop_duplicates()
    text = chosen.loc[~chosen["whole_document"].astype(bool)].astype({"start": "int64", "end": "int64"})
    keys = ["document", "code"]
    if view == "consensus":
        crowd = chosen.groupby("document")["coder"].nunique()
        own = merged(text, [*keys, "coder"])
        parts = _deep(own, own["document"].map(crowd).to_numpy(dtype=np.int64))
        everyone = whole.groupby(keys).size().reset_index(name="n")
        whole = everyone.loc[everyone["n"].to_numpy() == everyone["document"].map(crowd).to_numpy()]
    else:
        parts = merged(text, keys)
    parts = parts.astype({"start": "Int64", "end": "Int64"})
    all_parts = pd.concat([whole[keys].drop_duplicates(), parts], ignore_index=True)
    all_parts = all_parts.reindex(columns=["document", "start", "end", "code"]).astype(
        {"start": "Int64", "end": "Int64"}
    )
    name = [
        f"{d}:{'' if pd.isna(s) else s}:{'' if pd.isna(e) else e}"
        for d, s, e in all_parts[["document", "start", "end"]]
        .astype("object")
        .itertuples(index=False, name=None)
    ]
    found = all_parts.assign(segment_id=pd.Series(name, dtype="str"))[COLUMNS]
    return found.sort_values(["document", "start", "end", "code"], ignore_index=True)


def with_cases(passages: pd.DataFrame, case_spans: pd.DataFrame) -> pd.DataFrame:
    """The passages with the column case: a row for each case that speaks there, missing where none does.

    A case speaks in a passage when its span is the whole document or shares a character with the passage; a
    passage that is a whole document belongs to every case of the document.
    """
    spans = case_spans.rename(columns={"start": "from", "end": "to"})
    pairs = passages.merge(spans[["case", "document", "from", "to"]], on="document", how="left")
    anywhere = pairs["from"].isna() | pairs["start"].isna()
    inside = (pairs["from"] < pairs["end"]) & (pairs["to"] > pairs["start"])
    hit = pairs.loc[
        pairs["case"].notna() & (anywhere | inside.fillna(False)), [*COLUMNS, "case"]
    ].drop_duplicates()
    lone = passages.merge(
        hit[["segment_id", "code"]].drop_duplicates(), on=["segment_id", "code"], how="left", indicator=True
    )
    lone = lone.loc[lone["_merge"] == "left_only", COLUMNS].assign(case=None)
    found = pd.concat([hit, lone], ignore_index=True).astype({"case": "str"})
    return found.sort_values(["document", "start", "end", "code", "case"], ignore_index=True)


def with_attributes(passages: pd.DataFrame, case_attributes: pd.DataFrame) -> pd.DataFrame:
    """A further column for each attribute of the cases; missing where a case has none."""
    if not len(case_attributes):
        return passages.copy()
    wide = case_attributes.pivot(index="case", columns="attribute", values="value")
    taken = sorted({*wide.columns} & {*passages.columns})
    wide = wide.rename(columns={c: f"{c}_of_case" for c in taken})
    return passages.merge(wide.reset_index(), on="case", how="left")


def with_codes_above(passages: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """The passages under every code above theirs too, each once a code."""
    lines = ancestors(codes)
    steps = pd.DataFrame(
        [(c, a) for c, line in sorted(lines.items()) for a in line], columns=["code", "above"]
    )
    found = passages.merge(steps, on="code").drop(columns="code").rename(columns={"above": "code"})
    return found[passages.columns].drop_duplicates(ignore_index=True)


def _of_several(codings: pd.DataFrame) -> list[str]:
    coders = codings.groupby("document")["coder"].nunique()
    return list(coders.index[coders >= 2])


def _deep(own: pd.DataFrame, needed: np.ndarray) -> pd.DataFrame:
    """Stretches that lie under ``needed`` passages of one document and code at once."""
    keys = ["document", "code"]
    events = pd.concat(
        [
            own[keys].assign(at=own["start"], step=1, needed=needed),
            own[keys].assign(at=own["end"], step=-1, needed=needed),
        ]
    )
    events = events.groupby([*keys, "at"], sort=True).agg(step=("step", "sum"), needed=("needed", "first"))
    events = events.reset_index()
    enough = (events["step"].cumsum() >= events["needed"]).to_numpy(dtype=bool)
    # Every group ends with nothing open, so a stretch never runs on into the next group.
    before = np.r_[False, enough[:-1]]
    opens, closes = events.loc[enough & ~before], events.loc[~enough & before]
    return opens[keys].assign(start=opens["at"], end=closes["at"].to_numpy()).reset_index(drop=True)
