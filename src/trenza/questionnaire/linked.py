"""People found in more than one questionnaire: how many, and what is known of each side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def linked_people(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    unit: str,
    cluster: str | None,
    min_cell: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contract ``linked``, and the linked people: one row a person, not for sharing.

    ``data``: clean questionnaires by source id; ``sources``: study.yaml's.
    Compared are all pairs of one kind (real, simulated) that declare a person column; a person is the same where
    ``unit`` is (pseudonyms are made with one salt). A school differs where it is known in both and not the same.
    Of real people counts from 1 to ``min_cell`` - 1 are withheld, and those that would give them away.
    The second frame: ``unit``, ``source`` (the kind), then ``<source id>__<column>`` for all else (scores, answers,
    school, group, flags); nan where a person is not in a source.
    """
    import pandas as pd

    from trenza.contracts.tables import stacked

    named = [sid for sid in data if "person" in sources[sid].get("questionnaire", {})]
    kinds = {sid: str(sources[sid]["kind"]) for sid in named}
    rows = [
        _pair(data[a], data[b], unit, cluster, min_cell if kinds[a] == "real" else None)
        | {"study": study, "first": a, "second": b, "by": unit}
        for a, b in combinations(named, 2)
        if kinds[a] == kinds[b]
    ]
    counts = ["n_first", "n_second", "n_both", "n_other_school"]
    table = [pd.DataFrame(rows).astype(dict.fromkeys(counts, "Int64"))] if rows else []
    wide = []
    for kind in dict.fromkeys(kinds.values()):
        of_kind = [sid for sid in named if kinds[sid] == kind]
        columns = [data[sid].drop(columns="source").set_index(unit).add_prefix(f"{sid}__") for sid in of_kind]
        people = pd.concat(columns, axis=1).sort_index().rename_axis(unit).reset_index()
        people.insert(1, "source", kind)
        wide.append(people)
    empty = pd.DataFrame({unit: [], "source": []})
    return stacked("linked", table), pd.concat(wide, ignore_index=True) if wide else empty


def _pair(
    first: pd.DataFrame, second: pd.DataFrame, unit: str, cluster: str | None, min_cell: int | None
) -> dict[str, Any]:
    both = first.merge(second, on=unit, suffixes=("_first", "_second"), validate="one_to_one")
    other: int | None = None
    if cluster in first.columns and cluster in second.columns:
        here, there = both[f"{cluster}_first"], both[f"{cluster}_second"]
        other = int((here.notna() & there.notna() & (here != there)).sum())

    def small(*counts: int) -> bool:
        return min_cell is not None and any(0 < n < min_cell for n in counts)

    n_first, n_second, n_both = len(first), len(second), len(both)
    hide_both = small(n_both, n_first - n_both, n_second - n_both)
    hide_other = other is not None and (hide_both or small(other, n_both - other))
    return {
        "n_first": None if small(n_first) else n_first,
        "n_second": None if small(n_second) else n_second,
        "n_both": None if hide_both else n_both,
        "n_other_school": None if hide_other else other,
        "suppressed": hide_both or hide_other or small(n_first, n_second),
    }
