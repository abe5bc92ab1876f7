"""Small counts of real people are joined or withheld. A threshold of None (no real people) changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Answers ``first`` to ``last`` (positions from 0) that are told together, and their ``n``."""

    first: int
    last: int
    n: int


def joined(counts: Sequence[int], min_cell: int | None) -> list[Cell]:
    """Answers of one item in their order, small cells joined with a neighbour.

    The smallest cell with 0 < n < ``min_cell`` (the first of several) joins its smaller neighbour (the lower of two
    equal ones), again and again until every cell is 0 or at least ``min_cell``. Empty where that would leave one
    cell: it says nothing but n.
    """
    cells = [Cell(k, k, int(n)) for k, n in enumerate(counts)]
    if min_cell is None:
        return cells
    while small := [k for k, cell in enumerate(cells) if 0 < cell.n < min_cell]:
        k = min(small, key=lambda i: cells[i].n)
        beside = [i for i in (k - 1, k + 1) if 0 <= i < len(cells)]
        if len(cells) <= 2:
            return []
        low, high = sorted((k, min(beside, key=lambda i: cells[i].n)))
        cells[low : high + 1] = [Cell(cells[low].first, cells[high].last, cells[low].n + cells[high].n)]
    return cells


def withheld(counts: Sequence[int], min_cell: int | None) -> list[bool]:
    """Which of the parts of a total are withheld: 0 < n < ``min_cell``, and a second one if that is a single part.

    The second is the smallest other part that is not 0: a total printed elsewhere would give the single one away.
    Zeros are shown. Looser than ``contracts.disclosure.hidden_cells`` on purpose: there everybody knows the totals,
    here a total is withheld with its part (missing answers) or has to reach ``min_cell`` itself (reliability).
    """
    if min_cell is None:
        return [False] * len(counts)
    hidden = [0 < n < min_cell for n in counts]
    others = [k for k, n in enumerate(counts) if n > 0 and not hidden[k]]
    if sum(hidden) == 1 and others:
        hidden[min(others, key=lambda k: counts[k])] = True
    return hidden


def share_withheld(count: int, n: int, min_cell: int | None) -> bool:
    """Whether the share ``count`` / ``n`` is withheld: those counted, or the others, are some but few."""
    return min_cell is not None and (0 < count < min_cell or 0 < n - count < min_cell)
