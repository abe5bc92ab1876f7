"""How common a code is by each coder alone, by all of them together, and by what they agree on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES
from trenza.qualitative.coded_passages import passages_in, with_cases
from trenza.qualitative.shares import wilson


def prevalence(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    case_spans: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    ci_level: float = 0.95,
) -> pd.DataFrame:
    """Table ``prevalence``: a row a code and view (each coder, consensus, union), so that a count never stands alone.

    The base of a coder's shares is the documents that coder worked on, of the consensus those of two coders or
    more, of the union all coded documents. The distance between consensus and union is what depends on who coded.
    """
    known = codings.loc[codings["coder"].notna()]
    crowd = known.groupby("document")["coder"].nunique()
    views = [
        (c, c, known.loc[known["coder"] == c, "document"].nunique()) for c in sorted(set(known["coder"]))
    ]
    views += [("consensus", None, int((crowd >= 2).sum())), ("union", None, codings["document"].nunique())]
    length = documents.set_index("document")["text"].str.len()
    codes_used = sorted(set(codings["code"]))
    rows: list[pd.DataFrame] = []
    for view, coder, base in views:
        passages = passages_in(codings, view)
        cases = with_cases(passages, case_spans)
        there = _documents(codings, view)
        cases_base = case_spans.loc[case_spans["document"].isin(there), "case"].nunique()
        characters_base = int(length.loc[there].sum())
        length_of = (passages["end"] - passages["start"]).fillna(0).astype("int64")
        counted = passages.assign(n=length_of).groupby("code").agg(
            n_segments=("n", "size"), n_characters=("n", "sum"), n_documents=("document", "nunique")
        )  # fmt: skip
        counted = counted.join(cases.groupby("code")["case"].nunique().rename("n_cases"))
        counted = counted.reindex(codes_used, fill_value=0).rename_axis("code").reset_index()
        rows.append(
            counted.assign(
                view="coder" if coder else view, coder=coder, n_documents_total=base,
                n_cases_total=cases_base, n_characters_total=characters_base,
            )
        )  # fmt: skip
    contract = QUALITATIVE_TABLES["prevalence"]
    table = pd.concat(rows, ignore_index=True).reindex(columns=contract.names)
    table = table.sort_values(["code", "view", "coder"], ignore_index=True)
    for unit in ("documents", "cases"):
        hits = table[f"n_{unit}"].to_numpy(dtype=np.float64)
        base_n = table[f"n_{unit}_total"].to_numpy(dtype=np.float64)
        low, high = wilson(hits, base_n, ci_level)
        table = table.assign(
            **{
                f"share_{unit}": hits / np.where(base_n > 0, base_n, np.nan),
                f"{unit}_ci_low": low,
                f"{unit}_ci_high": high,
            }
        )
    table = table.assign(study=study, source_id=source_id, source=source, ci_level=ci_level)
    return contract.check(table[contract.names])


def _documents(codings: pd.DataFrame, view: str) -> list[str]:
    if view == "union":
        return sorted(set(codings["document"]))
    known = codings.loc[codings["coder"].notna()]
    if view == "consensus":
        crowd = known.groupby("document")["coder"].nunique()
        return sorted(crowd.index[crowd >= 2])
    return sorted(set(known.loc[known["coder"] == view, "document"]))
