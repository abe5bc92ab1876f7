"""Which cases carry which code, by each coder, by all of them together, and by what they agree on.

A link joins several codes, and a case that carries two of them is one case: counts by code cannot tell. The rows name
cases one by one, so they are for the private folder.
"""

from __future__ import annotations

import pandas as pd

from trenza.qualitative.coded_passages import passages_in, with_cases

COLUMNS = ["source_id", "source", "code", "view", "coder", "case"]


def code_cases(
    codings: pd.DataFrame, case_spans: pd.DataFrame, *, source_id: str, source: str
) -> pd.DataFrame:
    """Columns ``COLUMNS``; one row a code, view and case, and one without a code for each case that the view looked at.

    A case is a case of the project or, where the project has none, a document. A coder looked at the cases of the
    documents that they coded, the consensus at those that two coders or more coded.
    """
    known = codings.loc[codings["coder"].notna()]
    crowd = known.groupby("document")["coder"].nunique()
    documents = {
        ("coder", str(c)): set(known.loc[known["coder"] == c, "document"]) for c in set(known["coder"])
    }
    documents[("consensus", "")] = set(crowd.index[crowd >= 2])
    documents[("union", "")] = set(codings["document"])
    rows: list[tuple[str, str, str, str]] = []
    for (view, coder), there in sorted(documents.items()):
        passages = passages_in(codings, coder or view)
        if len(case_spans):
            seen = set(case_spans.loc[case_spans["document"].isin(there), "case"])
            pairs = with_cases(passages, case_spans).dropna(subset=["case"])[["code", "case"]]
        else:
            seen = there
            pairs = passages[["code", "document"]].set_axis(["code", "case"], axis=1)
        rows += [("", view, coder, str(case)) for case in seen]
        rows += [(str(c), view, coder, str(case)) for c, case in pairs.itertuples(index=False, name=None)]
    table = pd.DataFrame(sorted(set(rows)), columns=["code", "view", "coder", "case"], dtype="str")
    table[["code", "coder"]] = table[["code", "coder"]].where(table[["code", "coder"]] != "", None)
    return table.assign(source_id=source_id, source=source)[COLUMNS]
