"""Which cells are withheld: the rule by hand, and an attacker who knows totals, shown cells and the rule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest

from trenza.compare.describe import distribution
from trenza.contracts.disclosure import hidden_cells


def withheld(*counts: int, min_cell: int = 5) -> list[int]:
    return np.flatnonzero(hidden_cells(np.array(counts), min_cell)).tolist()


def test_by_hand() -> None:
    assert withheld(5, 8, 20) == []
    assert withheld(4, 8, 20) == [0, 1]  # one alone: the total would tell it
    assert withheld(2, 2, 9, 20) == [0, 1, 2]  # together 4: too few
    assert withheld(2, 3, 9, 20) == [0, 1, 2]  # together 5: with one in the other, neither could be 5
    assert withheld(2, 4, 9, 20) == [0, 1]  # together 6
    assert withheld(0, 4, 0, 9) == [1, 3]  # empty cells are shown as empty
    assert withheld(0, 4) == [0, 1]  # nothing left to hide behind: all go
    assert withheld(1, 1, 7, 9, min_cell=2) == [0, 1, 2]  # 2 in two cells can only be 1 and 1
    assert withheld(0, 0) == [] and withheld(3) == [0]


def test_parts_share_one_mask_and_a_start_is_kept() -> None:
    counts = np.array([[30, 2], [40, 9], [50, 6]])
    assert hidden_cells(counts, 5).tolist() == [
        True,
        True,
        False,
    ]  # 2 alone in its part, and so 30 in its own
    start = np.array([False, True, False])
    assert hidden_cells(counts[:, 0], 5, start).tolist() == [True, True, False]
    assert start.tolist() == [False, True, False]


def alike(counts: tuple[int, ...], hidden: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All tables with the same total and shown cells; unless all are withheld, no withheld cell is empty."""
    held = int(np.array(counts)[hidden].sum())
    for values in product(range(0 if hidden.all() else 1, held + 1), repeat=int(hidden.sum())):
        if sum(values) == held:
            table = np.array(counts)
            table[hidden] = values
            yield tuple(table.tolist())


@pytest.mark.parametrize("min_cell", [2, 3, 4])
@pytest.mark.parametrize("cells", [2, 3, 4])
def test_an_attacker_who_tries_all_tables_cannot_tell_a_withheld_cell(cells: int, min_cell: int) -> None:
    """Every table of up to 7 a cell: among those that print the same, each withheld school count varies."""
    attacked = 0
    for counts in product(range(8), repeat=cells):
        hidden = hidden_cells(np.array(counts), min_cell)
        if not hidden.any():
            continue
        possible = list(alike(counts, hidden))
        for cell in np.flatnonzero(hidden):
            assert len({t[cell] for t in possible}) > 1, (counts, cell)
            # What the guard before a report asks: no withheld cell is surely small.
            assert hidden.all() or max(t[cell] for t in possible) >= min_cell, (counts, cell)
        attacked += 1
    assert attacked > 10


def test_without_the_complement_the_attack_succeeds() -> None:
    counts, only_small = (3, 8, 20), np.array([True, False, False])
    assert [t[0] for t in alike(counts, only_small)] == [3]


def test_groups_of_a_study_are_withheld_by_the_same_rule() -> None:
    """2 and 2 hide each other, but together they are 4: the total less what is shown would give their mean."""
    sizes = {"a": 9, "b": 2, "c": 2, "d": 30}
    frame = pd.DataFrame({"group": np.repeat(list(sizes), list(sizes.values())), "y": 1.0})
    place = {"study": "s", "source_id": "x", "source": "real"}
    got = distribution(frame, **place, outcomes=["y"], group="group", min_cell=5)
    assert got.loc[got["suppressed"], "group"].tolist() == ["a", "b", "c"]
    assert np.flatnonzero(hidden_cells(np.array([*sizes.values()]), 5)).tolist() == [0, 1, 2]
