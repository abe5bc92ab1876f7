"""People in several questionnaires: counts by hand, kinds apart, nobody recognisable."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.linked import linked_people

PERSON = {"person": {"from": "id"}}


def wave(people: list[str], schools: list[str | None], score: float = 3.0) -> pd.DataFrame:
    return pd.DataFrame({"teacher": people, "school": schools, "trust": score, "source": "x"})


def link(
    data: dict[str, pd.DataFrame], kinds: dict[str, str], min_cell: int = 1, **more: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sources = {s: {"kind": k, "questionnaire": PERSON} for s, k in kinds.items()} | more
    return linked_people(
        data,
        study="s",
        sources=sources,
        unit="teacher",
        cluster="school",
        min_cell=min_cell,
    )


def test_a_hand_sized_case() -> None:
    pre = wave(["a", "b", "c", "d"], ["s1", "s1", "s2", None], 2.0)
    post = wave(["e", "d", "c", "b"], ["s1", "s3", "s9", "s1"], 4.0)
    linked, wide = link({"pre": pre, "post": post}, {"pre": "real", "post": "real"})
    CONTRACTS["linked"].check(linked)
    assert linked.iloc[0].to_dict() == {
        "first": "pre", "second": "post", "by": "teacher", "study": "s", "suppressed": False,
        "n_first": 4, "n_second": 4, "n_both": 3, "n_other_school": 1,
    }  # fmt: skip
    assert list(wide.columns) == [
        "teacher", "source", "pre__school", "pre__trust", "post__school", "post__trust"
    ]  # fmt: skip
    assert wide["teacher"].tolist() == ["a", "b", "c", "d", "e"]
    assert wide.loc[wide["teacher"] == "a", "post__trust"].isna().all()
    assert wide.loc[wide["teacher"] == "b", ["pre__trust", "post__trust"]].values.tolist() == [[2.0, 4.0]]


def test_all_pairs_of_one_kind_that_say_who_answered() -> None:
    data = {s: wave(["a", "b"], ["s1", "s1"]) for s in ("r1", "sim", "r2", "r3", "nameless")}
    kinds = {"r1": "real", "sim": "simulated", "r2": "real", "r3": "real"}
    linked, wide = link(data, kinds, nameless={"kind": "real", "questionnaire": {}})
    assert linked[["first", "second"]].values.tolist() == [["r1", "r2"], ["r1", "r3"], ["r2", "r3"]]
    # Simulated and real people are never one person.
    assert wide["source"].tolist() == ["real", "real", "simulated", "simulated"]
    assert not any(c.startswith("nameless") for c in wide.columns)
    assert wide.loc[wide["source"] == "real", "sim__trust"].isna().all()


@pytest.mark.parametrize(
    ("both", "only_first", "only_second", "moved", "expected"),
    [
        (10, 0, 0, 0, (10, 0, False)),
        (10, 5, 6, 5, (10, 5, False)),
        (10, 6, 0, 4, (10, None, True)),  # four moved
        (10, 6, 0, 8, (10, None, True)),  # two stayed
        (4, 6, 6, 0, (None, None, True)),  # four linked
        (10, 2, 0, 5, (None, None, True)),  # two were lost
        (10, 0, 3, 5, (None, None, True)),  # three were new
    ],
)
def test_small_counts_of_real_people_are_withheld(
    both: int, only_first: int, only_second: int, moved: int, expected: tuple[Any, ...]
) -> None:
    people = [f"p{n}" for n in range(both + only_first)]
    first = wave(people, ["s1"] * len(people))
    new = [f"n{n}" for n in range(only_second)]
    second = wave(people[:both] + new, ["s2"] * moved + ["s1"] * (both - moved + only_second))
    for kind in ("real", "simulated"):
        linked, _ = link({"a": first, "b": second}, {"a": kind, "b": kind}, 5)
        row = linked[["n_both", "n_other_school", "suppressed"]].astype("object").iloc[0]
        shown = tuple(None if pd.isna(v) else v for v in row)
        assert shown == (expected if kind == "real" else (both, moved, False))


def test_no_pair_gives_an_empty_table_and_one_wave_its_people() -> None:
    linked, wide = link({"a": wave(["x"], [None])}, {"a": "real"})
    assert linked.empty and list(linked.columns) == CONTRACTS["linked"].names
    assert wide["teacher"].tolist() == ["x"]
    linked, wide = link({}, {})
    assert linked.empty and wide.empty


def test_a_wave_without_schools_has_no_count_of_other_schools() -> None:
    data = {"a": wave(["x"], ["s"]), "b": wave(["x"], ["s"]).drop(columns="school")}
    linked, _ = link(data, {"a": "simulated", "b": "simulated"})
    assert linked["n_both"].tolist() == [1] and linked["n_other_school"].isna().all()
