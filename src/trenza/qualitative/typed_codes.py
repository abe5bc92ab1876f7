"""Codes that a publication prints as counts alone: families by name, and how far codings sit in few codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trenza.contracts.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_FAMILY = 3  # names that share their first word


def families_of(names: Sequence[str]) -> list[str | None]:
    """For each name its first word where three names or more share it, a plural s aside; else None.

    A reading of names: it says nothing of a tree that the author may have had.
    """
    first = [n.split()[0].rstrip(",").lower() for n in names]
    stem = [w[:-1] if w.endswith("s") and w[:-1] in first else w for w in first]
    counts = {w: stem.count(w) for w in set(stem)}
    shown: dict[str, str] = {}
    for word, name in sorted(zip(stem, names, strict=True)):
        shown.setdefault(word, name.split()[0].rstrip(","))
    return [shown[w] if counts[w] >= MIN_FAMILY else None for w in stem]


def code_count_tables(counts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables ``code_counts`` (ordered by rank), ``code_families`` and ``code_concentration``.

    ``counts``: study, source_id, source, name, sources, references. Concentration: Gini's coefficient over codes (0
    all alike, near 1 all in one), the number of codes that hold half of the references, and the number of equally
    used codes that would be as spread (inverse of Simpson's index, Hill 1973).
    """
    place = {c: counts[c].iloc[0] for c in ("study", "source_id", "source")}
    table = counts.sort_values(["references", "name"], ascending=[False, True], ignore_index=True)
    share = table["references"] / table["references"].sum()
    table = table.assign(
        family=families_of(list(table["name"])),
        rank=np.arange(1, len(table) + 1),
        share=share,
        share_so_far=np.minimum(share.cumsum(), 1.0),
    )
    groups = table.assign(family=table["family"].fillna("")).groupby("family", sort=True)
    families = groups.agg(
        n_codes=("name", "size"), references=("references", "sum"), most_sources=("sources", "max")
    )
    families = families.reset_index().assign(family=lambda f: f["family"].replace("", None), **place)
    families["share"] = families["references"] / table["references"].sum()
    families = families.sort_values(["references", "family"], ascending=[False, True], ignore_index=True)
    n = len(table)
    rising = np.sort(table["references"].to_numpy(dtype=np.float64))
    gini = float((2 * np.arange(1, n + 1) - n - 1) @ rising / (n * rising.sum()))
    values = {
        "codes": n,
        "references": table["references"].sum(),
        "sources_by_code": table["sources"].sum(),
        "codes_in_one_source": (table["sources"] == 1).sum(),
        "share_top_tenth": share.iloc[: max(1, round(n / 10))].sum(),
        "codes_to_half": int((table["share_so_far"] < 0.5).sum()) + 1,
        "gini": gini,
        "effective_codes": 1 / float((share**2).sum()),
    }
    told = pd.DataFrame({"statistic": list(values), "value": [float(v) for v in values.values()]})
    return {
        "code_counts": CONTRACTS["code_counts"].check(table[CONTRACTS["code_counts"].names]),
        "code_families": CONTRACTS["code_families"].check(families),
        "code_concentration": CONTRACTS["code_concentration"].check(told.assign(**place)),
    }  # fmt: skip
