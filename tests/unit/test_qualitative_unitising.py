"""cu-alpha and |u-alpha: by hand, and against a count of all pairs of characters."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from agreement_cases import PLACE, codes, codings, documents
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.qualitative.agreement import agree
from trenza.qualitative.families import family_of

TREE = codes({"f": None, "x": "f", "y": "f", "xx": "x", "lone": None}, folders=["f"])
Row = tuple[str, int, int, str, str]


def estimate(rows: list[Row], part: str, statistic: str, pair: tuple[str, str] | None, **texts: str) -> float:
    tables = agree(codings(rows), documents(**texts), TREE, min_uses=0, seed=1, resamples=20, **PLACE)
    found = tables["agreement"]
    found = found.loc[(found["part"] == part) & (found["statistic"] == statistic)]
    found = found.loc[found["coder_a"].isna() if pair is None else (found["coder_a"] == pair[0]) & (found["coder_b"] == pair[1])]  # fmt: skip
    assert len(found) == 1
    return float(found["estimate"].iloc[0])


def test_families_are_roots_with_what_is_right_below_them() -> None:
    found = family_of(TREE).set_index("code")
    assert found["root"].to_dict() == {"f": "f", "x": "f", "xx": "f", "y": "f"}
    assert found["value"].to_dict() == {"f": "f", "x": "x", "xx": "x", "y": "y"}


def test_cu_alpha_by_hand() -> None:
    """A: x 0-10, y 20-26. B: x 0-6, y 6-10, y 20-30. Shared: x with x 6, x with y 4, y with y 6.

    Coincidences: total 2 (6 + 4 + 6) = 32, equal 24, of x 16, of y 16. Squares of pairable lengths: A x 10, y 6;
    B x 6, y 4, y 6: x 136, y 88. Expected equal: (16² - 136 + 16² - 88) / (32 - 224/32) = 288/25.
    """
    rows: list[Row] = [
        ("d", 0, 10, "x", "A"), ("d", 20, 26, "y", "A"),
        ("d", 0, 6, "x", "B"), ("d", 6, 10, "y", "B"), ("d", 20, 30, "y", "B"),
    ]  # fmt: skip
    found = estimate(rows, "family", "cu_alpha", ("A", "B"), d="z" * 40)
    assert found == pytest.approx(1 - (32 - 24) / (32 - 288 / 25), abs=1e-14)


def test_text_with_two_codes_of_a_family_is_left_out_and_counted() -> None:
    rows: list[Row] = [
        ("d", 0, 10, "x", "A"), ("d", 8, 20, "y", "A"), ("d", 0, 10, "xx", "B"), ("d", 10, 20, "y", "B"),
    ]  # fmt: skip
    tables = agree(codings(rows), documents(d="z" * 40), TREE, min_uses=0, seed=1, **PLACE)
    found = tables["agreement"]
    row = found.loc[found["statistic"] == "cu_alpha"].iloc[0]
    assert row["estimate"] == 1
    assert "2 characters with two codes of the family left out" in row["note"]


PASSAGE = st.tuples(
    st.sampled_from(["d", "e"]), st.integers(0, 11), st.integers(1, 6), st.sampled_from(["x", "y", "xx", "f"]), st.sampled_from("ABC")
).map(lambda r: (r[0], r[1], min(r[1] + r[2], 12), r[3], r[4]))  # fmt: skip

# So that every coder worked on both documents.
EVERYONE: list[Row] = [(d, 0, 1, "y", c) for d in "de" for c in "ABC"]


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGE, min_size=4, max_size=14, unique=True))
def test_two_coders_against_all_pairs_of_characters(rows: list[Row]) -> None:
    """Chance is all pairs of pairable characters but those within one passage: no formula of the package."""
    rows = [r for r in dict.fromkeys([*rows, *EVERYONE]) if r[4] != "C"]
    value, unit = paint(rows)
    places = [p for p in value["A"] if p in value["B"]]
    atoms = [(value[c][p], (c, *unit[c][p])) for p in places for c in "AB"]
    observed = sum(2 for p in places if value["A"][p] != value["B"][p])
    pairs = [(a, b) for a, b in combinations(atoms, 2) if a[1] != b[1]]
    apart = sum(2 for a, b in pairs if a[0] != b[0])
    found = estimate(rows, "family", "cu_alpha", ("A", "B"), d="z" * 12, e="z" * 12)
    if len({a[0] for a in atoms}) < 2:
        assert np.isnan(found)
    else:
        expected = 1 - (observed / len(atoms)) / (apart / (2 * len(pairs)))
        assert found == pytest.approx(expected, abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGE, min_size=4, max_size=14, unique=True))
def test_marked_text_against_gaps_for_all_coders(rows: list[Row]) -> None:
    rows = list(dict.fromkeys([*rows, *EVERYONE]))
    marked, unit = paint([(d, s, e, "x", c) for d, s, e, _, c in rows])
    places = [(d, i) for d in "de" for i in range(12)]
    atoms = [
        (p in marked[c], (c, *unit[c][p]) if p in marked[c] else (c, "gap", *p))
        for p in places
        for c in "ABC"
    ]
    observed = (
        sum(
            1 for p in places for a in "ABC" for b in "ABC" if a != b and (p in marked[a]) != (p in marked[b])
        )
        / 2
    )
    pairs = [(a, b) for a, b in combinations(atoms, 2) if a[1] != b[1]]
    apart = sum(2 for a, b in pairs if a[0] != b[0])
    found = estimate(rows, "segmentation", "u_alpha_binary", None, d="z" * 12, e="z" * 12)
    if len({a[0] for a in atoms}) < 2:
        assert np.isnan(found)
    else:
        expected = 1 - (observed / len(atoms)) / (apart / (2 * len(pairs)))
        assert found == pytest.approx(expected, abs=1e-10)


def paint(rows: list[Row]) -> tuple[dict[str, dict], dict[str, dict]]:
    """Value and passage of every character by coder; characters with two values have none.

    A passage is a stretch of merged passages of one value; passages that only touch stay apart.
    """
    value: dict[str, dict] = {c: {} for c in "ABC"}
    unit: dict[str, dict] = {c: {} for c in "ABC"}
    for coder in "ABC":
        for document in "de":
            held: dict[int, list] = {}
            for kind in "xyf":
                own = sorted(
                    (s, e) for d, s, e, code, c in rows if (d, c) == (document, coder) and code[0] == kind
                )
                joined: list[list[int]] = []
                for s, e in own:
                    if joined and s < joined[-1][1]:
                        joined[-1][1] = max(e, joined[-1][1])
                    elif e > s:
                        joined.append([s, e])
                for s, e in joined:
                    for i in range(s, e):
                        held.setdefault(i, []).append((kind, (document, kind, s)))
            for i, both in held.items():
                if len(both) == 1:
                    value[coder][document, i], unit[coder][document, i] = both[0]
    return value, unit
