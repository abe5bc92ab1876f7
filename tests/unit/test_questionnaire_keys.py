"""Reverse keys out of the answers alone: known keys found, none made up, ties and contradictions left open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scale_cases import frame_of, likert, one_factor_rows, scale_of, with_correlations

from trenza.questionnaire.keys import CONTRADICTION, OPEN, TIE, WEAK, find_keys, item_rest, signs_of


def ids(count: int, first: int = 1) -> list[str]:
    return [f"i{k}" for k in range(first, first + count)]


def test_item_rest_by_hand() -> None:
    # Items 1 and 2 correlate .5, both -.4 with item 3. With item 3 turned: item 1 against the others,
    # (.5 + .4) / sqrt(2 + 2 * .4); item 3, (.4 + .4) / sqrt(2 + 2 * .5).
    r = np.array([[1, 0.5, -0.4], [0.5, 1, -0.4], [-0.4, -0.4, 1]])
    found = item_rest(r, np.array([1, 1, -1]))
    assert found == pytest.approx([0.9 / np.sqrt(2.8), 0.9 / np.sqrt(2.8), 0.8 / np.sqrt(3.0)])


def test_known_keys_are_found_as_answers_from_1_to_5() -> None:
    rng = np.random.default_rng(31)
    load = [0.7, 0.6, -0.7, 0.8, -0.6, 0.7, 0.6]
    missed = wrong = 0
    for _ in range(200):
        found = find_keys(frame_of(likert(one_factor_rows(load, 150, rng))), [scale_of("s", ids(7))])
        missed += 2 - len(found.reversed & {"i3", "i5"})
        wrong += len(found.reversed - {"i3", "i5"})
    # power of at least 98 % an item, and no straight item ever called reversed
    assert missed <= 8 and wrong == 0


@pytest.mark.parametrize("n", [25, 50, 200])
@pytest.mark.parametrize(
    ("load", "most"),
    [
        ([0.6] * 6, 1),
        ([0.4] * 6, 1),
        ([0.7, 0.6, 0.5, 0.4, 0.2, 0.1], 3),
        # Two items that have nothing to do with the others: each runs against them by chance once in 40 times.
        ([0.7, 0.7, 0.7, 0.7, 0.0, 0.0], 6),
    ],
)
def test_straight_items_are_not_called_reversed(load: list[float], most: int, n: int) -> None:
    rng = np.random.default_rng(32)
    false = sum(
        bool(find_keys(frame_of(likert(one_factor_rows(load, n, rng))), [scale_of("s", ids(6))]).reversed)
        for _ in range(100)
    )
    assert false <= most  # of 100 scales


@pytest.mark.parametrize("n", [30, 200, 1000])
def test_answers_that_mean_nothing_have_hardly_any_key(n: int) -> None:
    rng = np.random.default_rng(33)
    false = sum(
        bool(find_keys(frame_of(likert(rng.normal(size=(n, 6)))), [scale_of("s", ids(6))]).reversed)
        for _ in range(100)
    )
    assert false <= 10  # 10 % of the scales, though signs fitted to chance look better than they are


@pytest.mark.parametrize(
    ("most", "few"),
    [
        ([0.8] * 5, [0.8] * 3),
        # the few make the factor, and so load high on it: only the second condition speaks against them
        ([0.45] * 5, [0.9] * 3),
    ],
)
def test_two_blocks_without_anything_in_common_are_rarely_opposed(
    most: list[float], few: list[float]
) -> None:
    rng = np.random.default_rng(34)
    scale = scale_of("s", ids(len(most) + len(few)))
    false = 0
    for _ in range(150):
        rows = np.hstack([one_factor_rows(most, 150, rng), one_factor_rows(few, 150, rng)])
        false += bool(find_keys(frame_of(likert(rows)), [scale]).reversed)
    assert false <= 9  # 6 %


def test_a_weak_item_that_runs_against_the_others_is_told_not_called() -> None:
    rng = np.random.default_rng(35)
    frame = frame_of(one_factor_rows([0.7] * 6 + [-0.25], 1000, rng))
    found = find_keys(frame, [scale_of("s", ids(7))])
    assert "i7" not in found.keys and found.notes["s", "i7"] == WEAK
    frame["i7"] = rng.normal(size=1000)
    assert find_keys(frame, [scale_of("s", ids(7))]).notes["s", "i7"] == OPEN


def test_most_items_are_straight_whichever_way_the_scale_was_meant() -> None:
    rows = one_factor_rows([0.7, 0.7, -0.7, -0.7, -0.7], 300, np.random.default_rng(36))
    assert find_keys(frame_of(rows), [scale_of("s", ids(5))]).reversed == {"i1", "i2"}
    assert find_keys(frame_of(-rows), [scale_of("s", ids(5))]).reversed == {"i1", "i2"}


@pytest.mark.parametrize("load", [[0.8, 0.8, -0.8, -0.8], [0.7, 0.7, 0.7, -0.7, -0.7, -0.7]])
def test_a_tie_is_not_guessed(load: list[float]) -> None:
    rows = one_factor_rows(load, 300, np.random.default_rng(37))
    found = find_keys(frame_of(rows), [scale_of("s", ids(len(load)))])
    assert not found.keys
    assert set(found.notes.values()) == {TIE}


def test_two_items_settle_nothing() -> None:
    rows = one_factor_rows([0.8, -0.8], 300, np.random.default_rng(38))
    found = find_keys(frame_of(rows), [scale_of("s", ids(2))])
    assert not found.keys and set(found.notes.values()) == {TIE}


def test_a_larger_scale_settles_what_a_smaller_cannot_see() -> None:
    rows = one_factor_rows([0.7, 0.7, 0.7, 0.7, 0.7, -0.8, -0.8, -0.8], 300, np.random.default_rng(39))
    whole, part = scale_of("whole", ids(8)), scale_of("part", ids(3, first=6))
    assert not find_keys(frame_of(rows), [part]).reversed
    for order in ([whole, part], [part, whole]):
        found = find_keys(frame_of(rows), order)
        assert found.reversed == {"i6", "i7", "i8"} and not found.notes


def test_a_smaller_scale_settles_what_a_larger_leaves_open() -> None:
    # i7 hardly belongs to the factor of the whole, and is plain among i5 and i6, its own kind.
    rng = np.random.default_rng(40)
    general, own = rng.normal(size=(2, 2000, 1))
    rows = general * [0.9, 0.9, 0.9, 0.9, 0.2, 0.2, -0.2] + own * [0, 0, 0, 0, 0.7, 0.7, -0.7]
    rows += 0.5 * rng.normal(size=rows.shape)
    whole, part = scale_of("whole", ids(7)), scale_of("part", ids(3, first=5))
    assert find_keys(frame_of(rows), [whole]).notes["whole", "i7"] == WEAK
    found = find_keys(frame_of(rows), [whole, part])
    assert found.reversed == {"i7"} and ("whole", "i7") not in found.notes


def test_scales_that_contradict_each_other_settle_nothing() -> None:
    # In the whole i5 and i6 run with the others; of the people who also answered i7 and i8 they run apart.
    rng = np.random.default_rng(41)
    frame = frame_of(one_factor_rows([0.8] * 6, 400, rng))
    second = one_factor_rows([0.8, -0.8, 0.8, 0.8], 400, rng)
    frame = pd.concat(
        [frame, pd.DataFrame(np.nan, index=range(400), columns=["i5", "i6"])], ignore_index=True
    )
    frame = frame.loc[:, ~frame.columns.duplicated()]
    frame["i7"] = frame["i8"] = np.nan
    frame.loc[400:, ["i5", "i6", "i7", "i8"]] = second
    found = find_keys(frame, [scale_of("whole", ids(6)), scale_of("part", ids(4, first=5))])
    assert {"i1", "i2", "i3", "i4"} <= set(found.keys)
    assert "i5" not in found.keys and "i6" not in found.keys
    assert found.notes["part", "i5"] == found.notes["whole", "i5"] == CONTRADICTION


def test_declared_keys_are_not_looked_at() -> None:
    frame = frame_of(one_factor_rows([0.7, 0.7, 0.7, -0.7], 300, np.random.default_rng(42)))
    told = find_keys(frame, [scale_of("s", ids(4), reverse={"i1", "i4"})])
    assert told == find_keys(frame, [scale_of("s", ids(4))])


def test_order_of_rows_and_items_makes_no_difference() -> None:
    rng = np.random.default_rng(43)
    frame = frame_of(likert(one_factor_rows([0.7, 0.6, 0.7, -0.7, 0.1], 100, rng)))
    first = find_keys(frame, [scale_of("s", ids(5))])
    mixed = frame.sample(frac=1, random_state=1)
    assert find_keys(mixed, [scale_of("s", ["i4", "i5", "i1", "i3", "i2"])]) == first


@pytest.mark.parametrize(
    "rows", [np.zeros((0, 4)), np.ones((3, 4)), np.ones((50, 4)), np.full((9, 4), np.nan)]
)
def test_nothing_to_go_by_is_no_crash(rows: np.ndarray) -> None:
    found = find_keys(frame_of(rows), [scale_of("s", ids(4))])
    assert not found.keys and len(found.notes) == 4


def test_an_item_without_variance_stays_open_beside_others() -> None:
    rows = one_factor_rows([0.7, 0.7, 0.7, -0.7], 300, np.random.default_rng(44))
    found = signs_of(np.column_stack([rows, np.ones(300)]))
    assert found.clear.tolist() == [True] * 4 + [False]
    assert found.sign.tolist() == [1, 1, 1, -1, 1]


def test_signs_of_the_eigenvector_are_mended_by_the_correlation_with_the_others() -> None:
    # The leading eigenvector puts the fourth item beside the fifth; with the first four against the fifth it
    # correlates .4 - .2 + .5 - .3 = .4 with their sum, with the eigenvector's signs -.4.
    r = np.array(
        [
            [1, 0.6, 0.3, 0.4, -0.4],
            [0.6, 1, 0, -0.2, -0.7],
            [0.3, 0, 1, 0.5, 0.1],
            [0.4, -0.2, 0.5, 1, 0.3],
            [-0.4, -0.7, 0.1, 0.3, 1],
        ]
    )
    leading = np.linalg.eigh(r)[1][:, -1]
    assert (np.sign(leading) * np.sign(leading[0])).tolist() == [1, 1, 1, -1, -1]
    assert signs_of(with_correlations(r, 500)).sign.tolist() == [1, 1, 1, 1, -1]
