"""Careless answering: known truth, cases done by hand, and base R (tests/oracle/careless.R)."""

from __future__ import annotations

import math
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, chi2

from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.careless import (
    INDICES,
    _indices,
    careless_table,
    even_odd,
    flags,
    long_string,
    mahalanobis_p,
)
from trenza.questionnaire.instrument import Item

ORACLE = Path(__file__).parents[1] / "oracle"
SETTINGS = {
    "long_string_share": 0.9,
    "variability_below": 0.02,
    "even_odd_below": 0.3,
    "mahalanobis_p": 0.001,
    "seconds_per_item": 2.0,
}
NAN = math.nan


def item(name: str, *scales: str, low: float = 1, high: float = 4, reverse: bool = False) -> Item:
    return Item(name, scales, low, high, reverse, (), "points", (), (), "", {}, False)


def frame(rows: list[list[float]], items: list[Item]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[i.id for i in items], dtype="float64")


def oracle() -> tuple[pd.DataFrame, list[Item], pd.DataFrame]:
    answers = pd.read_csv(ORACLE / "careless_answers.csv", dtype="float64")
    turned = {2, 7, 12, 14}  # as in careless.R
    items = [
        item(
            name,
            name[0],
            low=0 if name[0] == "d" else 1,
            high=100 if name[0] == "d" else 4,
            reverse=n in turned,
        )
        for n, name in enumerate(answers.columns, 1)
    ]
    return (
        answers,
        items,
        pd.read_csv(ORACLE / "careless_indices.csv", dtype="float64", skip_blank_lines=False),
    )


def test_all_indices_as_base_r_computes_them() -> None:
    answers, items, expected = oracle()
    # A scale that holds everything changes nothing: each item stands in its smallest scale.
    both = [Item(**{**i.__dict__, "scales": ("total", *i.scales)}) for i in items]
    for instrument in (items, both):
        found = _indices(answers, instrument, None)
        for index in expected.columns:
            np.testing.assert_allclose(found[index], expected[index], rtol=1e-10, atol=1e-12, err_msg=index)
    assert 0 < expected["mahalanobis"].notna().sum() < len(expected) == len(answers)


@given(st.lists(st.sampled_from([1.0, 2.0, NAN]), max_size=12))
def test_long_string_against_groupby(row: list[float]) -> None:
    given_answers = [v for v in row if not math.isnan(v)]
    expected = max((len([*run]) for _, run in groupby(given_answers)), default=0)
    found = long_string(np.array(row, dtype="float64"))
    if len(given_answers) < 2:
        assert math.isnan(found)
    else:
        assert found == expected / len(given_answers)


def test_long_string_passes_over_blanks_and_items_of_another_range() -> None:
    items = [item("a"), item("x", low=0, high=100), item("b"), item("c"), item("d")]
    rows = [[2, 50, 2, NAN, 2], [2, 2, 3, 3, 3], [2, 50, NAN, NAN, NAN]]
    values = _indices(frame(rows, items), items, None)
    # 2 2 2 of three answers; 2 3 3 3 of four (the 2 on 0 to 100 is not asked); one answer of four is not judged.
    np.testing.assert_array_equal(values["long_string"], [1.0, 0.75, NAN])


def test_variability_by_hand() -> None:
    items = [item(n) for n in "abcd"]
    values = _indices(
        frame([[1, 4, 1, 4], [2, 2, 2, 2], [1, 2, NAN, NAN], [3, NAN, NAN, NAN]], items), items, None
    )
    # 0 1 0 1: squares 4 x 1/4 over 3; 0 and 1/3: SD = (1/3) / sqrt 2.
    np.testing.assert_allclose(
        values["variability"], [math.sqrt(1 / 3), 0, 1 / 3 / math.sqrt(2), NAN], rtol=1e-14
    )


def test_even_odd_by_hand() -> None:
    items = [item(f"{s}{n}", s, reverse=n == 3) for s in "abc" for n in (1, 2, 3)]
    rows = [
        # Odd halves (items 1 and 3, the third reversed): 1, 2, 3. Even halves: 1, 3, 2. r = .5, stepped up 2/3.
        [1, 1, 4, 2, 3, 3, 3, 2, 2],
        # Even halves 3, 2, 1: r = -1.
        [1, 3, 4, 2, 2, 3, 3, 1, 2],
        # r = -.5: 2r / (1 + r) = -2, cut to -1.
        [1, 2, 4, 2, 3, 3, 3, 1, 2],
        # One half of one scale is blank: two scales are too few.
        [1, NAN, 4, 2, 3, 3, 3, 2, 2],
        # All the same once keyed.
        [2, 2, 3, 2, 2, 3, 2, 2, 3],
    ]
    found = even_odd(frame(rows, items), items)
    np.testing.assert_allclose(found, [2 / 3, -1, -1, NAN, NAN], rtol=1e-12)
    assert np.isnan(even_odd(frame(rows, items), items[:6])).all()


def test_mahalanobis_sums_to_its_trace_and_finds_the_odd_one_out() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(400, 1))
    values = shared + 0.3 * rng.normal(size=(400, 5))
    values[7] = [2, -2, 2, -2, 2]  # each answer is ordinary, together they are not
    p = mahalanobis_p(values)
    # The squared distances of a sample sum to (n - 1) k, whatever the data.
    assert chi2.isf(p[np.arange(400) != 7], 5).sum() + chi2.isf(max(p[7], 1e-300), 5) == pytest.approx(
        399 * 5
    )
    assert p.argmin() == 7 and p[7] < 1e-12 and (p < 0.001).sum() <= 4


def test_share_flagged_of_normal_answers_is_what_the_exact_distribution_says() -> None:
    # D2 n / (n - 1)^2 is Beta(k / 2, (n - k - 1) / 2) for normal data (Gnanadesikan & Kettenring 1972).
    n, k, level = 4000, 6, 0.05
    p = mahalanobis_p(np.random.default_rng(2).normal(size=(n, k)))
    exact = beta.sf(chi2.isf(level, k) * n / (n - 1) ** 2, k / 2, (n - k - 1) / 2)
    assert exact == pytest.approx(level, abs=0.001)
    assert abs((p < level).mean() - exact) < 4 * math.sqrt(exact * (1 - exact) / n)


@pytest.mark.parametrize(
    "values",
    [
        np.ones((9, 2)),  # no variance
        np.column_stack([np.arange(9.0), np.arange(9.0) * 2 + 1]),  # one item is another
        np.arange(6.0).reshape(2, 3),  # no more people than items
        np.full((5, 2), NAN),
    ],
)
def test_mahalanobis_is_not_defined(values: np.ndarray) -> None:
    assert np.isnan(mahalanobis_p(values)).all()


def test_mahalanobis_is_not_defined_where_nobody_could_be_flagged() -> None:
    items = [item(f"i{n}") for n in range(3)]
    rng = np.random.default_rng(3)
    # chi-squared of 3 at .001 is 16.27; (n - 1)^2 / n passes it from n = 19 (17.05); 18 gives 16.06.
    for n, defined in ((18, False), (19, True)):
        answers = frame(rng.integers(1, 5, size=(n, 3)).astype(float).tolist(), items)
        assert (
            flags(answers, items, seconds=None, settings=SETTINGS)["flag_mahalanobis"].notna().all()
            == defined
        )


def test_speed_counts_the_items_answered() -> None:
    items = [item(n) for n in "abcd"]
    answers = frame(
        [[1, 2, 3, 4], [1, 2, NAN, NAN], [1, 2, 3, 4], [NAN] * 4, [1, 2, 3, 4], [1, 2, 3, 4]], items
    )
    seconds = pd.Series([8.0, 3.9, 7.9, 60, NAN, -5])
    found = flags(answers, items, seconds=seconds, settings=SETTINGS)["flag_speed"]
    np.testing.assert_array_equal(found, [0, 1, 1, NAN, NAN, NAN])
    assert flags(answers, items, seconds=None, settings=SETTINGS)["flag_speed"].isna().all()


def test_flags_at_their_limits() -> None:
    items = [item(f"i{n}") for n in range(10)]
    ninth, eighth = [2] * 9 + [3], [2] * 8 + [3, 3]
    found = flags(frame([ninth, eighth, [2] * 10], items), items, seconds=None, settings=SETTINGS)
    assert found["flag_long_string"].tolist() == [1, 0, 1]  # .9 of the answers is flagged
    assert found["flag_variability"].tolist() == [0, 0, 1]
    assert list(found.columns) == [f"flag_{i}" for i in INDICES]
    assert flags(frame([], []), [], seconds=None, settings=SETTINGS).empty


def test_order_of_rows_and_columns_of_the_file_changes_nothing() -> None:
    answers, items, _ = oracle()
    seconds = pd.Series(np.linspace(10, 60, len(answers)), answers.index)
    asked = flags(answers, items, seconds=seconds, settings=SETTINGS)
    rng = np.random.default_rng(5)
    shuffled = answers.sample(frac=1, random_state=6)[rng.permutation(answers.columns)]
    again = flags(shuffled, items, seconds=seconds[shuffled.index], settings=SETTINGS)
    pd.testing.assert_frame_equal(again.loc[answers.index], asked)
    assert asked["flag_long_string"].sum() == 3 and asked["flag_speed"].sum() > 0


def test_indices_tell_careful_people_from_people_who_answer_at_random() -> None:
    rng = np.random.default_rng(8)
    items = [item(f"{s}{n}", s, high=7) for s in "abcdefgh" for n in range(4)]
    level = np.repeat(rng.normal(4, 1.2, size=(300, 8)), 4, axis=1)
    careful = np.clip(np.round(level + 0.6 * rng.normal(size=level.shape)), 1, 7)
    at_random = rng.integers(1, 8, size=(30, 32)).astype(float)
    found = flags(frame([*careful, *at_random], items), items, seconds=None, settings=SETTINGS)
    assert found["flag_even_odd"][:300].mean() < 0.05 < 0.5 < found["flag_even_odd"][300:].mean()
    assert found["flag_mahalanobis"][:300].mean() < 0.05 < 0.5 < found["flag_mahalanobis"][300:].mean()
    assert found[["flag_long_string", "flag_variability"]].to_numpy().max() == 0


def table(
    marks: dict[str, list[float]], groups: list[str | None] | None, min_cell: int | None
) -> pd.DataFrame:
    n = len(next(iter(marks.values())))
    data = pd.DataFrame({f"flag_{i}": marks.get(i, [NAN] * n) for i in INDICES}, dtype="float64")
    settings: dict[str, Any] = {
        "group": None if groups is None else "took_part",
        "levels": [] if groups is None else ["yes", "no"],
        "min_cell": min_cell,
    }
    if groups is not None:
        data["took_part"] = groups
    return careless_table(
        data,
        study="s",
        source_id="q",
        source="real" if min_cell else "simulated",
        settings=SETTINGS,
        **settings,
    )


def cells(found: pd.DataFrame, group: str) -> dict[str, tuple[Any, ...]]:
    rows = (
        found[found["group"] == group].set_index("index")[["n", "n_flagged", "suppressed"]].astype("object")
    )
    return {
        str(k): tuple(None if pd.isna(v) else v for v in row)
        for k, row in zip(rows.index, rows.values, strict=True)
    }


def test_table_counts_by_group_and_any_is_a_person_once() -> None:
    marks = {"long_string": [1, 0, NAN, 1], "variability": [1, 0, NAN, 0], "speed": [NAN, 0, 1, NAN]}
    found = table(marks, ["yes", "yes", "no", None], None)
    CONTRACTS["careless"].check(found)
    assert list(found["group"].unique()) == ["yes", "no", "unknown"]
    assert cells(found, "yes")["any"] == (2, 1, False)
    assert cells(found, "yes")["long_string"] == (2, 1, False)
    assert cells(found, "no")["any"] == (1, 1, False) and cells(found, "no")["long_string"] == (0, 0, False)
    assert cells(found, "unknown")["any"] == (1, 1, False)
    one = found[(found["group"] == "yes") & (found["index"] == "long_string")].iloc[0]
    assert one["share"] == 0.5 and one["rule"] == "longest run of equal answers at least 0.9 of the answers"
    assert found.loc[found["n"] == 0, "note"].str.startswith("not defined").all()
    assert list(table(marks, None, None)["group"].unique()) == ["all"]


def test_small_counts_are_withheld_with_what_gives_them_away() -> None:
    marks = {
        "long_string": [1] * 5 + [0] * 15,
        "variability": [0] * 5 + [1] * 4 + [0] * 11,  # 4 of 20
        "speed": [0] * 18 + [NAN] * 2,  # two people without a time
        "even_odd": [0] * 20,
    }
    found = cells(table(marks, None, 5), "all")
    assert found["long_string"] == (20, 5, False) and found["even_odd"] == (20, 0, False)
    assert found["variability"] == (20, None, True)
    assert found["speed"] == (None, 0, True)
    # 9 flagged by any, 5 of them by long_string: the rest would be the 4.
    assert found["any"] == (20, None, True)
    assert found["mahalanobis"] == (0, 0, False)
    # All but two are flagged: the two are as easily told.
    assert cells(table({"speed": [1] * 18 + [0] * 2}, None, 5), "all")["speed"] == (20, None, True)
