"""What a coded project holds, counted: the project as a whole, its losses, and its tree of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trenza.contracts.tables import CONTRACTS
from trenza.qualitative.coded_passages import passages_in, with_codes_above

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project


def project_row(project: Project, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Table ``coded_projects``: one row."""
    meta, codings = project.meta, project.codings
    rule = [meta.get("unit"), meta.get("newline"), meta.get("bom"), meta.get("end")]
    counting = "{}; a line break counts {}; mark at the beginning {}; end {}".format(*rule)
    row = {
        "study": study,
        "source_id": source_id,
        "source": source,
        "format": meta["format"],
        "exporter": meta.get("exporter"),
        "counting": counting if rule[0] is not None else None,
        "score": meta.get("score"),
        "margin": meta.get("margin"),
        "n_documents": len(project.documents),
        "n_documents_coded": codings["document"].nunique(),
        "n_characters": int(project.documents["text"].str.len().sum()),
        "n_codes": int(project.codes["codable"].astype(bool).sum()),
        "n_coders": codings["coder"].nunique(),
        "n_codings": len(codings),
        "n_no_coder": int(codings["coder"].isna().sum()),
        "n_cases": len(project.cases),
        "n_lost": int(project.loss["count"].sum()),
        "n_withheld": None,
        "n_too_long": None,
    }
    return CONTRACTS["coded_projects"].check(pd.DataFrame([row]))


def loss_rows(project: Project, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Table ``coded_loss``: what was lost and why, without its place, which may hold a name."""
    counted = project.loss.groupby(["what", "why"], sort=True)["count"].sum().reset_index()
    counted = counted.assign(study=study, source_id=source_id, source=source)
    return CONTRACTS["coded_loss"].check(counted)


def code_nodes(project: Project, *, study: str, source_id: str, source: str) -> pd.DataFrame:
    """Table ``code_nodes``: every code in the order of the tree with its passages, documents and coders."""
    codes = project.codes
    passages = passages_in(project.codings, "union")
    own = passages.groupby("code").agg(n_segments=("segment_id", "size"), n_documents=("document", "nunique"))
    below = with_codes_above(passages, codes).groupby("code")["segment_id"].nunique()
    coders = project.codings.groupby("code")["coder"].nunique()
    table = codes.sort_values("path", key=lambda p: p.str.split(" > "), ignore_index=True)
    table = table[["code", "parent", "name", "depth", "codable"]]
    for name, counts in (("n_segments", own["n_segments"]), ("n_documents", own["n_documents"]),
                         ("n_segments_below", below), ("n_coders", coders)):  # fmt: skip
        table[name] = table["code"].map(counts).fillna(0).astype("int64")
    table = table.assign(study=study, source_id=source_id, source=source)
    return CONTRACTS["code_nodes"].check(table)
