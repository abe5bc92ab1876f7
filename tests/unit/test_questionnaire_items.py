"""Item statistics: against R, by hand, and what is blank or withheld."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scale_cases import frame_of, item, likert, one_factor_rows, oracle, oracle_answers, scale, scale_of

from trenza.questionnaire.instrument import Scale
from trenza.questionnaire.item_statistics import item_statistics
from trenza.questionnaire.keys import find_keys
from trenza.questionnaire.one_factor import fit_one_factor
from trenza.questionnaire.scale_rows import complete_rows


def statistics(data: pd.DataFrame, of: Scale, min_cell: int | None = None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = item_statistics(
        data,
        of,
        asked=pd.Series(len(data), index=[i.id for i in of.items]),
        found=find_keys(data, [of]),
        fit=fit_one_factor(complete_rows(data, of).to_numpy()),
        min_cell=min_cell,
    )
    return pd.DataFrame(rows).set_index("item")


def test_item_rest_alpha_without_and_loading_as_in_r() -> None:
    found = statistics(oracle_answers(), scale_of("s", list("abcdef"), reverse={"d"}))
    for column, what, within in (
        ("item_rest", "item_rest", 1e-12),
        ("alpha_without", "alpha_without", 1e-12),
        ("loading", "loading", 1e-6),
    ):
        assert found[column].to_dict() == pytest.approx(oracle(what), abs=within), column
    assert (found["item_rest_found"] == found["item_rest"]).all()
    assert found["key_found"].tolist() == found["key_declared"].tolist()
    assert not found["suspect"].any()


def test_a_missing_reverse_key_is_suspect_and_shows_in_both_correlations() -> None:
    found = statistics(oracle_answers(), scale_of("s", list("abcdef")))
    assert found.loc["d", ["key_declared", "key_found"]].tolist() == ["straight", "reversed"]
    assert found["suspect"].tolist() == [False, False, False, True, False, False]
    assert found.loc["d", "item_rest"] < -0.4
    assert found["item_rest_found"].to_dict() == pytest.approx(oracle("item_rest"))
    assert found.loc["d", "note"] == "declared straight, but the answers run against the other items"
    wrong = statistics(oracle_answers(), scale_of("s", list("abcdef"), reverse={"a", "d"}))
    assert wrong.loc["a", "note"] == "declared reversed, but the answers run with the other items"


def test_spread_by_hand() -> None:
    data = pd.DataFrame({"x": [1, 1, 5, 3, np.nan], "y": [2.0, 4, 5, 3, 1]})
    found = statistics(data, scale_of("s", ["x", "y"])).loc["x"]
    assert (found["n"], found["n_missing"], found["mean"]) == (4, 1, 2.5)
    assert found["sd"] == pytest.approx(np.sqrt(11 / 3))  # squares 2.25 2.25 6.25 .25
    assert (found["floor_share"], found["ceiling_share"]) == (0.5, 0.25)
    # of the four people with both answers: 1 1 5 3 and 2 4 5 3
    assert found["item_rest"] == pytest.approx(np.corrcoef([1, 1, 5, 3], [2, 4, 5, 3])[0, 1])
    assert np.isnan(found["alpha_without"])  # one item is left


def test_a_percent_scale_puts_items_of_unequal_ranges_side_by_side() -> None:
    rng = np.random.default_rng(51)
    data = frame_of(likert(one_factor_rows([0.7, 0.7, 0.7], 200, rng)))
    wide = data.assign(i3=(data["i3"] - 1) * 25)  # the same answers from 0 to 100
    same = statistics(data, scale("s", [item("i1"), item("i2"), item("i3")], "percent"))
    other = statistics(wide, scale("s", [item("i1"), item("i2"), item("i3", 0.0, 100.0)], "percent"))
    columns = ["item_rest", "item_rest_found", "alpha_without", "loading"]
    assert other[columns].to_numpy() == pytest.approx(same[columns].to_numpy(), nan_ok=True)


def test_small_counts_are_withheld() -> None:
    rng = np.random.default_rng(52)
    data = frame_of(likert(one_factor_rows([0.7] * 4, 60, rng)))
    data["i1"] = [1.0] * 3 + [5.0] * 20 + [3.0] * 35 + [np.nan] * 2
    data["i2"] = [1.0] * 55 + [3.0] * 5
    data["i3"] = [1.0] * 20 + [5.0] * 20 + [2.0] * 20
    data.loc[9:, "i4"] = np.nan
    found = statistics(data, scale_of("s", ["i1", "i2", "i3", "i4"]), min_cell=10)
    assert found["floor_share"].isna().tolist() == [
        True,
        True,
        False,
        True,
    ]  # 3 people; all but 5; 20; too few
    assert found["ceiling_share"].tolist()[:3] == [20 / 58, 0.0, 1 / 3]
    assert found["n_missing"].isna().tolist() == [True, False, False, False]
    # nine people have all items: no correlation of them is shown
    assert (
        found[["item_rest", "item_rest_found", "alpha_without", "loading", "key_found"]].isna().all(axis=None)
    )
    assert set(found["note"]) == {"fewer than 10 people"}
    assert found["mean"].isna().tolist() == [False, False, False, True]
    assert statistics(data, scale_of("s", ["i1", "i2", "i3", "i4"]))["item_rest"].notna().any()


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"x": [np.nan] * 3, "y": [np.nan] * 3}),
        pd.DataFrame({"x": [1.0], "y": [2.0]}),
        pd.DataFrame({"x": [3.0] * 9, "y": [3.0] * 9}),
        pd.DataFrame({"x": [], "y": []}, dtype=float),
    ],
)
def test_nothing_to_compute_is_blank(data: pd.DataFrame) -> None:
    found = statistics(data, scale_of("s", ["x", "y"]))
    assert found[["item_rest", "item_rest_found", "alpha_without", "loading"]].isna().all(axis=None)


def test_a_scale_of_one_item() -> None:
    found = statistics(pd.DataFrame({"x": [1.0, 2, 3, 4]}), scale_of("s", ["x"]))
    assert found.loc["x", "mean"] == 2.5 and found[["item_rest", "alpha_without"]].isna().all(axis=None)


def test_an_item_that_runs_weakly_against_the_others_is_suspect_too() -> None:
    data = frame_of(one_factor_rows([0.7] * 5 + [-0.25], 1000, np.random.default_rng(53)))
    found = statistics(data, scale_of("s", [f"i{k}" for k in range(1, 7)])).loc["i6"]
    assert found["suspect"] and pd.isna(found["key_found"])
    assert found["note"] == "runs against the other items, too weakly to be called reversed"
    declared = statistics(data, scale_of("s", [f"i{k}" for k in range(1, 7)], reverse={"i6"})).loc["i6"]
    assert not declared["suspect"]
