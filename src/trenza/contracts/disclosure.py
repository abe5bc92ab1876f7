"""The rules that keep a person or a school from being recognised by a small group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault

if TYPE_CHECKING:
    import numpy as np
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


def hidden_cells(counts: np.ndarray, min_cell: int, start: np.ndarray | None = None) -> np.ndarray:
    """True for each cell to withhold; ``counts`` has the shape (cells,) or (cells, parts), whole numbers from 0.

    The cells of a part add up to a total that readers know; the parts (schools tested, schools withheld, ...)
    share one mask. Withheld are, first, ``start`` and every cell with 0 < n < ``min_cell`` in any part. Then,
    while the withheld schools of a part stand in one cell only, or are so few that none of these cells could hold
    ``min_cell`` with one left for each of the others, the smallest shown cell of that part is withheld too
    (complementary suppression). Empty cells are shown as empty, unless the whole part is too small. Then no withheld number follows from totals and shown cells;
    a reader who replays the choice of the smallest cell can still narrow it down. Source: Hundepool et al. 2012,
    Statistical Disclosure Control, Wiley, chapter 4.
    """
    import numpy as np

    parts = counts.reshape(len(counts), -1)
    hidden = np.asarray(((parts > 0) & (parts < min_cell)).any(axis=1))
    if start is not None:
        hidden = hidden | start
    while True:
        weak = [part for part in parts.T if _gives_away(part[hidden], min_cell)]
        if not weak:
            return hidden
        shown = np.flatnonzero(~hidden & (weak[0] > 0))
        if not len(shown):
            return np.ones(len(parts), dtype=bool)
        hidden[shown[weak[0][shown].argmin()]] = True


def _gives_away(withheld: np.ndarray, min_cell: int) -> bool:
    """Whether the total less the shown cells, which readers have, tells a withheld cell or is itself too small."""
    filled = withheld[withheld > 0]
    return len(filled) == 1 or 0 < filled.sum() < len(filled) - 1 + max(min_cell, 2)
