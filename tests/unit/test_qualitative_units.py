"""Where sentences and turns begin and end, and the arithmetic of passages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.qualitative.spans import merged, only_one_value, overlaps
from trenza.qualitative.units import sentences, turns


def parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[a:b] for a, b in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uno dos. Tres.", ["Uno dos.", "Tres."]),
        ("  Sí.  ¿Qué hizo? Nada…  ", ["Sí.", "¿Qué hizo?", "Nada…"]),
        ("Vino el Sr. Pérez. Y habló.", ["Vino el Sr. Pérez.", "Y habló."]),
        ("Dijo que no. Luego se fue.", ["Dijo que no.", "Luego se fue."]),
        ("Una línea\nOtra", ["Una línea", "Otra"]),
        ("Subió 3.5 puntos. Bien", ["Subió 3.5 puntos.", "Bien"]),
        ("“Basta.” Dijo J. R. Soto.", ["“Basta.”", "Dijo J. R. Soto."]),
        ("Con materiales, p. ej. guías. Fin", ["Con materiales, p. ej. guías.", "Fin"]),
        ("Bien... pero tarde. Sí", ["Bien... pero tarde.", "Sí"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text, sentences(text)) == expected


def test_turns_run_from_one_speaker_to_the_next() -> None:
    text = "Liceo 2\nE: ¿Cómo fue?\n[00:12] Directora 1: Bien: mucho.\nY más.\nE:\nGracias"
    assert parts(text, turns(text)) == [
        "Liceo 2",
        "E: ¿Cómo fue?",
        "[00:12] Directora 1: Bien: mucho.\nY más.",
        "E:\nGracias",
    ]
    assert turns("Sin nadie que hable, a las 10:30.") == []
    assert parts("1) uno\n2) dos", turns("1) uno\n2) dos", r"\d\)")) == ["1) uno", "2) dos"]


@given(st.text(alphabet="aB .\n?¿:é😀", max_size=80))
def test_units_lie_in_order_apart_and_hold_all_that_is_not_blank(text: str) -> None:
    for found in (sentences(text), turns(text)):
        flat = [at for span in found for at in span]
        assert flat == sorted(flat)
        assert all(text[a:b] == text[a:b].strip() != "" for a, b in found)
    held = {i for a, b in sentences(text) for i in range(a, b)}
    assert {i for i, c in enumerate(text) if c.strip()} <= held


SPAN = st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 20))


def frame(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame([(k, min(a, b), max(a, b)) for k, a, b in rows], columns=["key", "start", "end"]).astype("int64")  # fmt: skip


def cells(table: pd.DataFrame) -> set[tuple[int, int]]:
    return {(int(k), i) for k, a, b in table[["key", "start", "end"]].to_numpy() for i in range(a, b)}


def test_merging_by_hand() -> None:
    rows = frame([(0, 0, 5), (0, 3, 8), (0, 8, 9), (1, 2, 4), (0, 12, 12)])
    assert merged(rows, ["key"]).to_numpy().tolist() == [[0, 0, 8], [0, 8, 9], [1, 2, 4]]


@given(st.lists(SPAN, max_size=15))
def test_merged_passages_cover_the_same_and_do_not_overlap(rows: list[tuple[int, int, int]]) -> None:
    table = frame(rows)
    found = merged(table, ["key"])
    assert cells(found) == cells(table)
    assert int((found["end"] - found["start"]).sum()) == len(cells(table))
    assert merged(found, ["key"]).equals(found)


@given(st.lists(SPAN, max_size=12), st.lists(SPAN, max_size=12))
def test_overlaps_are_all_shared_text(a: list[tuple[int, int, int]], b: list[tuple[int, int, int]]) -> None:
    left, right = frame(a), merged(frame(b), ["key"])
    columns = [t[c].to_numpy(dtype=np.int64) for t in (left, right) for c in ("key", "start", "end")]
    of_a, of_b, shared = overlaps(*columns)
    found = {(int(i), int(j)): int(n) for i, j, n in zip(of_a, of_b, shared, strict=True)}
    expected = {}
    for i in range(len(left)):
        for j in range(len(right)):
            common = len(cells(left.iloc[[i]]) & cells(right.iloc[[j]]))
            if common:
                expected[i, j] = common
    assert {k: n for k, n in found.items() if n} == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)), max_size=10
    )
)
def test_text_under_one_value_alone(rows: list[tuple[int, int, int, int]]) -> None:
    table = frame([r[:3] for r in rows]).assign(value=pd.Series([r[3] for r in rows], dtype="int64"))
    table = merged(table, ["key", "value"])
    found = only_one_value(table, ["key"], "value")
    open_at: dict[tuple[int, int], list[int]] = {}
    for row in table.itertuples():
        for i in range(row.start, row.end):
            open_at.setdefault((row.key, i), []).append(row.Index)
    expected = {(k, i, rows[0]) for (k, i), rows in open_at.items() if len(rows) == 1}
    assert {(r.key, i, r.passage) for r in found.itertuples() for i in range(r.start, r.end)} == expected
    assert (found["value"].to_numpy() == table["value"].to_numpy()[found["passage"]]).all()
