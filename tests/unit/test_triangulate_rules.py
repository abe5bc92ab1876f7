"""The convergence rule cell by cell, and what must hold for any input."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trenza.contracts.tables import CALLS, DIRECTIONS, QUALITATIVE_SIDES, QUANTITATIVE_SIDES
from trenza.triangulate.links import Expectation
from trenza.triangulate.rules import (
    CALL_RULES,
    QUALITATIVE_REASONS,
    QUANTITATIVE_REASONS,
    Side,
    call_of,
    difference_side,
    interval_sign,
    qualitative_side,
    rating_side,
)

# Rows: quantitative side; columns: supports, mixed, opposes, absent.
A, P, S, D = "agreement", "partial_agreement", "silence", "dissonance"
TABLE = {
    "supports": (A, P, D, S),
    "equivalent": (D, P, P, S),
    "uncertain": (P, P, P, S),
    "opposes": (D, P, A, S),
    "absent": (S, S, S, S),
}
CELLS = [(n, q, call) for n, row in TABLE.items() for q, call in zip(QUALITATIVE_SIDES, row, strict=True)]
directions = st.lists(st.sampled_from(DIRECTIONS), max_size=12)
words = st.sampled_from(["higher", "lower", "no_difference"])
numbers = st.floats(-5, 5)
# Turning every segment and every estimate round.
TURN = {"enabling": "hindering", "hindering": "enabling", "ambivalent": "ambivalent"}
SWAP = {"supports": "opposes", "opposes": "supports"}


@pytest.mark.parametrize(("quantitative", "qualitative", "call"), CELLS)
def test_every_cell_of_the_table_of_calls(quantitative: str, qualitative: str, call: str) -> None:
    assert call_of(Side(quantitative, "r"), Side(qualitative, "r")) == call


def test_the_table_is_complete_and_gives_its_reasons() -> None:
    assert set(CALL_RULES) == set(product(QUANTITATIVE_SIDES, QUALITATIVE_SIDES))
    assert len(CELLS) == len(CALL_RULES)
    for rule in CALL_RULES.values():
        assert rule.call in CALLS
        assert len(rule.rationale) > 20


def test_dissonance_needs_two_decided_strands() -> None:
    for (quantitative, qualitative), rule in CALL_RULES.items():
        if rule.call == "dissonance":
            assert quantitative in ("supports", "opposes", "equivalent")
            assert qualitative in ("supports", "opposes")


@pytest.mark.parametrize(
    ("word", "equivalent", "sign", "side", "reason"),
    [
        ("higher", False, 1, "supports", "interval_excludes_zero"),
        ("higher", False, -1, "opposes", "interval_excludes_zero_other_way"),
        ("higher", False, 0, "uncertain", "interval_includes_zero"),
        ("higher", False, None, "uncertain", "no_interval"),
        ("higher", True, 0, "equivalent", "equivalent_within_sesoi"),
        ("higher", True, 1, "equivalent", "equivalent_within_sesoi"),
        ("lower", False, -1, "supports", "interval_excludes_zero"),
        ("lower", False, 1, "opposes", "interval_excludes_zero_other_way"),
        ("lower", False, 0, "uncertain", "interval_includes_zero"),
        ("lower", True, -1, "equivalent", "equivalent_within_sesoi"),
        ("no_difference", True, 0, "supports", "equivalent_within_sesoi"),
        ("no_difference", True, 1, "supports", "equivalent_within_sesoi"),
        ("no_difference", False, 1, "opposes", "interval_excludes_zero"),
        ("no_difference", False, -1, "opposes", "interval_excludes_zero"),
        ("no_difference", False, 0, "uncertain", "interval_includes_zero"),
        ("no_difference", False, None, "uncertain", "no_interval"),
    ],
)
def test_sides_of_a_difference(word: str, equivalent: bool, sign: int | None, side: str, reason: str) -> None:
    assert difference_side(Expectation(word), equivalent=equivalent, sign=sign) == (side, reason)


@pytest.mark.parametrize(
    ("low", "high", "sign"),
    [
        (0.1, 1.0, 1),
        (-1.0, -0.1, -1),
        (-1.0, 1.0, 0),
        (0.0, 1.0, 0),
        (-1.0, 0.0, 0),
        (math.nan, 1.0, None),
        (0.1, math.nan, None),
    ],
)
def test_where_an_interval_lies(low: float, high: float, sign: int | None) -> None:
    assert interval_sign(low, high) == sign


@pytest.mark.parametrize(
    ("expected", "mean", "others", "side", "reason"),
    [
        (Expectation("lowest"), 2.77, [3.2, 3.4], "supports", "rank_lowest_descriptive"),
        (Expectation("lowest"), 3.3, [3.2, 3.4], "opposes", "rank_not_lowest_descriptive"),
        (Expectation("lowest"), 3.2, [3.2, 3.4], "uncertain", "rank_tied_descriptive"),
        (Expectation("highest"), 3.5, [3.2, 3.4], "supports", "rank_highest_descriptive"),
        (Expectation("highest"), 3.3, [3.2, 3.4], "opposes", "rank_not_highest_descriptive"),
        (Expectation("highest"), 3.4, [3.2, 3.4], "uncertain", "rank_tied_descriptive"),
        (Expectation("highest"), 3.4, [], "uncertain", "rank_of_one_descriptive"),
        (Expectation("lowest"), 3.4, [math.nan], "uncertain", "rank_of_one_descriptive"),
        (Expectation("at_least", 3.0), 3.0, [], "supports", "mean_reaches_bound_descriptive"),
        (Expectation("at_least", 3.0), 2.99, [], "opposes", "mean_misses_bound_descriptive"),
        (Expectation("at_most", 3.0), 3.0, [], "supports", "mean_reaches_bound_descriptive"),
        (Expectation("at_most", 3.0), 3.01, [], "opposes", "mean_misses_bound_descriptive"),
    ],
)
def test_sides_of_a_rating(
    expected: Expectation, mean: float, others: list[float], side: str, reason: str
) -> None:
    assert rating_side(expected, mean, others) == (side, reason)


@pytest.mark.parametrize(
    ("expected", "said", "n_cases", "side", "reason"),
    [
        ("enabling", "", 0, "absent", "no_segments"),
        ("enabling", "eeee", 1, "mixed", "too_few_cases"),
        ("enabling", "hhhh", 1, "mixed", "too_few_cases"),
        ("enabling", "eeehh", 2, "supports", "share_in_expected_direction"),  # exactly 0.6
        ("enabling", "hhhee", 2, "opposes", "share_in_opposite_direction"),
        ("enabling", "eehh", 2, "mixed", "directions_differ"),
        ("enabling", "eeaa", 2, "mixed", "directions_differ"),
        ("enabling", "aaaa", 2, "mixed", "directions_differ"),
        ("hindering", "hhhe", 2, "supports", "share_in_expected_direction"),
        ("hindering", "eeeh", 2, "opposes", "share_in_opposite_direction"),
        ("ambivalent", "aaah", 2, "supports", "share_in_expected_direction"),
        ("ambivalent", "eeee", 2, "mixed", "directions_differ"),
        ("ambivalent", "hhhh", 2, "mixed", "directions_differ"),
    ],
)
def test_sides_of_a_theme(expected: str, said: str, n_cases: int, side: str, reason: str) -> None:
    letters = {d[0]: d for d in DIRECTIONS}
    heard = [letters[s] for s in said]
    judged = qualitative_side(expected, heard, n_cases=n_cases, min_cases=2, min_share=0.6)
    assert judged == (side, reason)


def test_a_low_threshold_that_both_directions_reach_decides_nothing() -> None:
    judged = qualitative_side("enabling", ["enabling", "hindering"], n_cases=2, min_cases=2, min_share=0.5)
    assert judged == ("mixed", "directions_differ")


@given(words, numbers, numbers, st.sampled_from(QUALITATIVE_SIDES))
def test_what_is_not_significant_never_gives_dissonance(
    word: str, one: float, two: float, theme: str
) -> None:
    low, high = min(one, two), max(one, two)
    assume(low <= 0 <= high)
    side = difference_side(Expectation(word), equivalent=False, sign=interval_sign(low, high))
    assert side.side == "uncertain"
    assert call_of(side, Side(theme, "r")) in ("partial_agreement", "silence")


@given(st.sampled_from(["higher", "lower"]), numbers, numbers, st.booleans())
def test_turning_an_interval_round_swaps_its_side(
    word: str, one: float, two: float, equivalent: bool
) -> None:
    low, high = min(one, two), max(one, two)
    here = difference_side(Expectation(word), equivalent=equivalent, sign=interval_sign(low, high))
    there = difference_side(Expectation(word), equivalent=equivalent, sign=interval_sign(-high, -low))
    assert there.side == SWAP.get(here.side, here.side)
    assert here.reason in QUANTITATIVE_REASONS


@given(
    st.sampled_from(["enabling", "hindering"]),
    directions,
    st.integers(0, 5),
    st.integers(1, 4),
    st.floats(0.01, 1),
)
def test_turning_all_segments_round_swaps_the_side(
    expected: str, heard: list[str], n_cases: int, min_cases: int, min_share: float
) -> None:
    rule = {"n_cases": n_cases, "min_cases": min_cases, "min_share": min_share}
    here = qualitative_side(expected, heard, **rule)
    there = qualitative_side(expected, [TURN[d] for d in heard], **rule)
    assert there.side == SWAP.get(here.side, here.side)
    # Turning the expectation instead of the segments is the same thing.
    assert qualitative_side(TURN[expected], heard, **rule) == there
    assert here.reason in QUALITATIVE_REASONS


@given(st.sampled_from(DIRECTIONS), directions, st.integers(2, 5), st.randoms())
def test_the_order_of_segments_does_not_matter(
    expected: str, heard: list[str], n_cases: int, dice: object
) -> None:
    mixed = list(heard)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    rule = {"n_cases": n_cases, "min_cases": 2, "min_share": 0.6}
    assert qualitative_side(expected, heard, **rule) == qualitative_side(expected, mixed, **rule)


@given(st.sampled_from(["highest", "lowest"]), numbers, st.lists(numbers, max_size=6))
def test_a_mirrored_scale_swaps_highest_and_lowest(word: str, mean: float, others: list[float]) -> None:
    mirror = {"highest": "lowest", "lowest": "highest"}[word]
    here = rating_side(Expectation(word), mean, others)
    there = rating_side(Expectation(mirror), -mean, [-m for m in others])
    assert here.side == there.side
    assert here.reason in QUANTITATIVE_REASONS
    assert here.reason.endswith("_descriptive")
