"""The rule that keeps a person or a school from being recognised by a small group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault

if TYPE_CHECKING:
    import pandas as pd


def small_groups(
    records: pd.DataFrame,
    *,
    source_id: str,
    group: str,
    levels: Sequence[str],
    outcomes: Sequence[str],
    min_cell: int,
) -> list[Fault]:
    """A fault for each outcome and group level with 0 < n < ``min_cell`` units that have the outcome.

    A difference between groups lets a reader work out a tiny group's mean, and with few units their answers;
    so a comparison or model of real data with such a group is refused. An empty group is another fault,
    told by the procedure itself.
    """
    found = []
    for outcome in outcomes:
        if outcome not in records.columns:
            continue
        for level in levels:
            n = int(records.loc[records[group] == level, outcome].notna().sum())
            if 0 < n < min_cell:
                allowed = f"at least {min_cell} (disclosure.min_cell in config/config.yaml)"
                found.append(Fault(f"source {source_id}", f"group {level}", outcome, f"{n} units", allowed))
    return found
