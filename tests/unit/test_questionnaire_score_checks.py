"""Published scores against the items: keyings, the digits that a column shows, missing scores, remarks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scale_cases import scale_of

from trenza.questionnaire.score_checks import check_scores

ITEMS = ["a", "b", "c"]
ANSWERS = pd.DataFrame({"a": [1, 2, 5, 4.0], "b": [2, 2, 4, 5.0], "c": [5, 3, 1, 1.0]})
STRAIGHT = ANSWERS.mean(axis=1)
TURNED = ANSWERS.assign(c=6 - ANSWERS["c"]).mean(axis=1)


def check(
    published: Any, *, answers: pd.DataFrame = ANSWERS, found: tuple[str, ...] = ("c",)
) -> pd.DataFrame:
    scale = scale_of("s", ITEMS, reverse={"b"}, published="S")
    rows = check_scores(answers.assign(published_s=published), [scale], min_answered=0.5, found=found)
    return pd.DataFrame(rows).set_index("keying")


def test_the_keying_that_the_published_score_follows_is_the_one_that_agrees() -> None:
    assert check(STRAIGHT)["agrees"].to_dict() == {"as_answered": True, "declared": False, "found": False}
    assert check(TURNED)["agrees"].to_dict() == {"as_answered": False, "declared": False, "found": True}
    declared = ANSWERS.assign(b=6 - ANSWERS["b"]).mean(axis=1)
    got = check(declared)
    assert got["agrees"].to_dict() == {"as_answered": False, "declared": True, "found": False}
    assert got["note"].to_dict() == {
        "as_answered": "",
        "declared": "items turned round: b",
        "found": "items turned round: c; the published score keys items otherwise than the answers suggest",
    }
    assert check(TURNED).loc["found", "note"] == "items turned round: c"
    unsettled = check(declared, found=()).loc["found", "note"]
    assert unsettled == "the published score keys items otherwise than the answers suggest"
    assert set(got["column"]) == {"S"}


def test_counts_and_largest_difference_by_hand() -> None:
    # As answered 8/3, 7/3, 10/3, 10/3; with c turned 4/3, 7/3, 14/3, 14/3: one person of four agrees.
    got = check(TURNED).loc["as_answered"]
    assert got[["n_published", "n_computed", "n_agree", "n_people"]].tolist() == [4, 4, 1, 4]
    assert got["largest_difference"] == pytest.approx(4 / 3)


@pytest.mark.parametrize("decimals", [1, 2, 5])
def test_agreement_is_to_the_digits_that_the_column_shows(decimals: int) -> None:
    assert check(STRAIGHT.round(decimals)).loc["as_answered", "agrees"]
    off = STRAIGHT.round(decimals)
    off.iloc[1] += 10.0**-decimals  # 7/3 is rounded down: the next number is two thirds of a unit off
    assert not check(off.round(decimals)).loc["as_answered", "agrees"]


def test_half_a_unit_is_within_rounding_either_way() -> None:
    halves = pd.DataFrame({"a": [1, 4.0], "b": [2, 4.0]})  # 1.5 and 4: a column may print 2 or 1
    for printed in (1.0, 2.0):
        scale = scale_of("s", ["a", "b"], published="S")
        rows = check_scores(halves.assign(published_s=[printed, 4.0]), [scale], min_answered=0.5, found=())
        assert rows[0]["agrees"]


def test_single_precision_agrees_and_more_than_that_does_not() -> None:
    single = STRAIGHT.astype("float32").astype("float64")
    assert (single != STRAIGHT).any()
    assert check(single).loc["as_answered", "agrees"]
    # as text files print it, eight digits
    assert check([float(f"{v:.8g}") for v in single]).loc["as_answered", "agrees"]
    assert not check(STRAIGHT + 1e-6).loc["as_answered", "agrees"]


def test_both_missing_is_no_disagreement_and_one_missing_is() -> None:
    answers = ANSWERS.copy()
    answers.loc[0] = np.nan
    published = answers.mean(axis=1)
    got = check(published, answers=answers).loc["as_answered"]
    counts = ["n_published", "n_computed", "n_both", "n_agree", "n_people"]
    assert got["agrees"] and got[counts].tolist() == [3, 3, 3, 3, 4]
    assert got["mean_published"] == pytest.approx(published.mean()) == got["mean_computed"]
    published[0] = 2.0
    got = check(published, answers=answers).loc["as_answered"]
    assert not got["agrees"] and got[counts].tolist() == [4, 3, 3, 3, 4]
    assert got["note"].split("; ")[0] == "published for people who answered too few items"
    published[:2] = np.nan
    got = check(published, answers=answers).loc["as_answered"]
    assert got["note"].split("; ")[0] == "not published for people who answered enough items"


def test_a_column_without_any_score_agrees_with_nothing() -> None:
    got = check([np.nan] * 4)
    assert not got["agrees"].any() and got["largest_difference"].isna().all()


def test_what_follows_from_no_keying_says_so_and_why() -> None:
    got = check([0.25, 0.5, 0.75, 1.0])
    assert not got["agrees"].any()
    assert got.loc["as_answered", "note"] == (
        "the published score does not follow from the items; published values outside the scale's range"
    )
    first, second = scale_of("s", ITEMS, published="S"), scale_of("t", ["a", "b"], published="T")
    data = ANSWERS.assign(published_s=STRAIGHT, published_t=STRAIGHT)
    rows = pd.DataFrame(check_scores(data, [first, second], min_answered=0.5, found=()))
    notes = rows[rows["scale"] == "t"]["note"]
    assert notes.str.endswith("the published score repeats that of s").all()
    assert rows[rows["scale"] == "s"]["agrees"].all() and (rows[rows["scale"] == "s"]["note"] == "").all()


def test_scales_without_a_published_column_have_no_row() -> None:
    assert check_scores(ANSWERS, [scale_of("s", ITEMS)], min_answered=0.5, found=()) == []
    assert check_scores(ANSWERS, [scale_of("s", ITEMS, published="S")], min_answered=0.5, found=()) == []
