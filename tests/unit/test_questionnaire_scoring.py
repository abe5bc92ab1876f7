"""Scale scores: hand-sized cases, the rule for missing items, and what must hold for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from clean_cases import row
from hypothesis import given
from hypothesis import strategies as st

from trenza.questionnaire.instrument import Scale, instrument_of
from trenza.questionnaire.scoring import score

NAN = math.nan


def scale(how: str, low: float, high: float, *items: dict[str, str], **more: str) -> Scale:
    rows = [*items, row("s", "s", low, high, score=how, **more)]
    return instrument_of(pd.DataFrame(rows), answer_words={}).scales[0]


FOUR = [row(f"i{n}", "s", 1, 5, reverse="yes" if n == 2 else "no") for n in range(1, 5)]


def scores(
    one: Scale, rows: list[list[float]], share: float = 0.5, reverse: list[str] | None = None
) -> list[float]:
    answers = pd.DataFrame(rows, columns=[i.id for i in one.items])
    return score(answers, one, min_answered=share, reverse=reverse).tolist()


def test_mean_by_hand() -> None:
    # 5, 6 - 1 = 5, 4, 2: mean 4. Keyed with nothing: (5 + 1 + 4 + 2) / 4 = 3. Keyed with i1: (1 + 1 + 4 + 2) / 4 = 2.
    one = scale("mean", 1, 5, *FOUR)
    assert scores(one, [[5, 1, 4, 2]]) == [4.0]
    assert scores(one, [[5, 1, 4, 2]], reverse=[]) == [3.0]
    assert scores(one, [[5, 1, 4, 2]], reverse=["i1", "elsewhere"]) == [2.0]


def test_sum_is_the_persons_mean_times_the_items_and_percent_goes_by_each_items_range() -> None:
    assert scores(scale("sum", 4, 20, *FOUR), [[5, 1, 4, 2], [5, NAN, 4, NAN]]) == [16.0, 18.0]
    mixed = [row("a", "s", 0, 10), row("b", "s", 1, 3, reverse="yes")]
    # 5 of 0-10 is 50; 1 of 1-3 turned round is 3, which is 100.
    assert scores(scale("percent", 0, 100, *mixed), [[5, 1]]) == [75.0]


@pytest.mark.parametrize(
    ("share", "answered", "scored"),
    [
        (0.5, 2, True),
        (0.5, 1, False),
        (0.75, 3, True),
        (0.75, 2, False),
        (1, 4, True),
        (1, 3, False),
        (0.01, 0, False),
    ],
)
def test_a_declared_share_of_items_must_be_answered(share: float, answered: int, scored: bool) -> None:
    values = [3.0] * answered + [NAN] * (4 - answered)
    assert (scores(scale("mean", 1, 5, *FOUR), [values], share)[0] == 3.0) == scored


@pytest.mark.parametrize(
    ("items", "share"),
    [(5, 0.6), (10, 0.7), (10, 0.3), (3, 1 / 3), (100, 0.29), (100, 0.57), (100, 0.07), (100, 0.55)],
)
def test_decimal_shares_ask_for_no_item_too_many(items: int, share: float) -> None:
    one = scale("mean", 1, 5, *[row(f"i{n}", "s", 1, 5) for n in range(items)])
    needed = round(share * items)
    enough = [2.0] * needed + [NAN] * (items - needed)
    short = [2.0] * (needed - 1) + [NAN] * (items - needed + 1)
    assert scores(one, [enough, short], share)[0] == 2.0 and math.isnan(scores(one, [short], share)[0])


def test_the_scales_own_share_goes_before_the_studys() -> None:
    one = scale("mean", 1, 5, *FOUR, min_answered="1")
    assert np.isnan(scores(one, [[1, 2, 3, NAN]], 0.25)).all()


@given(
    st.lists(
        st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]), min_size=4, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_scores_stay_in_their_range_and_reversing_all_items_mirrors_them(rows: list[list[float]]) -> None:
    mean, total = scale("mean", 1, 5, *FOUR), scale("sum", 4, 20, *FOUR)
    percent = scale("percent", 0, 100, *FOUR)
    everything = np.array([scores(s, rows) for s in (mean, total, percent)])
    blank = [sum(v == v for v in r) < 2 for r in rows]
    assert (np.isnan(everything) == np.array([blank] * 3)).all()
    assert np.allclose(everything[1], everything[0] * 4, equal_nan=True)
    assert np.allclose(everything[2], (everything[0] - 1) * 25, equal_nan=True)
    mirrored = scores(mean, rows, reverse=["i1", "i3", "i4"])
    assert np.allclose(mirrored, 6 - everything[0], equal_nan=True)
    # Against plain Python, item by item.
    for values, found in zip(rows, everything[0], strict=True):
        keyed = [6 - v if n == 1 else v for n, v in enumerate(values) if v == v]
        assert math.isnan(found) or math.isclose(found, math.fsum(keyed) / len(keyed))
