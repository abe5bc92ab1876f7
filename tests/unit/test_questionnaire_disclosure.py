"""Small cells are joined or withheld, and what is shown does not give them away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.questionnaire.disclosure import Cell, joined, share_withheld, withheld

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=9)


def cells(counts: list[int], min_cell: int | None) -> list[tuple[int, int, int]]:
    return [(c.first, c.last, c.n) for c in joined(counts, min_cell)]


def test_made_answers_stay_as_they_are() -> None:
    assert cells([1, 0, 2], None) == [(0, 0, 1), (1, 1, 0), (2, 2, 2)]
    assert withheld([1, 0, 2], None) == [False, False, False]
    assert not share_withheld(1, 40, None)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([12, 15, 11], [(0, 0, 12), (1, 1, 15), (2, 2, 11)]),
        ([0, 0, 30], [(0, 0, 0), (1, 1, 0), (2, 2, 30)]),
        ([3, 12, 20], [(0, 1, 15), (2, 2, 20)]),  # the end has one neighbour
        ([12, 3, 11, 20], [(0, 0, 12), (1, 2, 14), (3, 3, 20)]),  # the smaller neighbour
        ([12, 3, 12, 20], [(0, 1, 15), (2, 2, 12), (3, 3, 20)]),  # the lower of two equal ones
        ([4, 3, 4, 20], [(0, 2, 11), (3, 3, 20)]),  # again and again
        ([20, 0, 3, 20], [(0, 2, 23), (3, 3, 20)]),  # by way of an empty one
        ([3, 40], []),
        ([3, 2, 4], []),
        ([5], []),
    ],
)
def test_cells_are_joined_with_the_smaller_neighbour(
    counts: list[int], expected: list[tuple[int, int, int]]
) -> None:
    assert cells(counts, 10) == expected


@given(COUNTS, st.integers(2, 20))
def test_joined_cells_are_safe_complete_and_in_order(counts: list[int], min_cell: int) -> None:
    found = joined(counts, min_cell)
    if not found:
        assert any(0 < n < min_cell for n in counts)
        return
    assert all(c.n == 0 or c.n >= min_cell for c in found)
    assert [c.first for c in found] == [0, *(c.last + 1 for c in found[:-1])]
    assert found[-1].last == len(counts) - 1
    assert all(c == Cell(c.first, c.last, sum(counts[c.first : c.last + 1])) for c in found)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([0, 0, 0, 0], [0, 0, 0, 0]),
        ([3, 40, 12, 0], [1, 0, 1, 0]),  # a second one, the smallest that is not 0
        ([3, 4, 12, 0], [1, 1, 0, 0]),
        ([3, 0, 0, 0], [1, 0, 0, 0]),  # none is left
        ([10, 11, 12, 13], [0, 0, 0, 0]),
    ],
)
def test_parts_of_a_total_are_withheld(counts: list[int], hidden: list[int]) -> None:
    assert withheld(counts, 10) == [bool(h) for h in hidden]


@given(COUNTS, st.integers(2, 20))
def test_a_withheld_part_cannot_be_had_by_subtraction(counts: list[int], min_cell: int) -> None:
    hidden = withheld(counts, min_cell)
    assert all(hide for n, hide in zip(counts, hidden, strict=True) if 0 < n < min_cell)
    assert not any(hide for n, hide in zip(counts, hidden, strict=True) if n == 0)
    if sum(hidden) == 1:
        assert sum(n > 0 for n in counts) == 1


def test_shares_of_few_or_of_all_but_few_are_withheld() -> None:
    shown = [count for count in range(31) if not share_withheld(count, 30, 10)]
    assert shown == [0, *range(10, 21), 30]
