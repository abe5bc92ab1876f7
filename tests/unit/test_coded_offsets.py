"""Counting rules against a count by hand, and their calibration: never silently wrong."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from coded_projects import foreign, qualcoder
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.io.coded.calibrate import Passage, calibrate
from trenza.io.coded.offsets import RULES, Rule, places, text_of
from trenza.qualitative import read_project

WORDS = ["niño", "escuela", "e\u0301tica", "director", "😀", "👍👍", "a", "y", "clima", "¿Qué", "no.", "sí,"]


def prose(seed: int, lines: int) -> tuple[str, list[tuple[int, int]]]:
    """Lines of words, and passages that begin and end at words."""
    chance = random.Random(seed)
    text = "\n".join(" ".join(chance.choices(WORDS, k=chance.randint(3, 12))) for _ in range(lines))
    starts = [m.span() for m in re.finditer(r"\S+", text)]
    spots = set()
    for _ in range(lines):
        i = chance.randrange(len(starts))
        j = min(i + chance.randint(0, 6), len(starts) - 1)
        spots.add((starts[i][0], starts[j][1]))
    return text, sorted(spots)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "\r\n", "\n", "\r", "😀", "\u0301", "\ufeff"]), max_size=12).map("".join)
)
def test_places_are_those_of_a_count_by_hand(raw: str) -> None:
    text = text_of(raw)
    tokens = re.findall(r"\r\n|\r|\n|.", raw[1:] if text.bom else raw, re.S)
    for rule in RULES:
        wide = [2 if rule.unit == "UTF-16" and ord(t[0]) > 0xFFFF else 1 for t in tokens]
        widths = [
            (rule.newline or len(t)) if t[0] in "\r\n" else w for t, w in zip(tokens, wide, strict=True)
        ]
        begins = [0, *np.cumsum(widths).tolist()]
        shift = rule.bom if text.bom else 0
        for i, begin in enumerate(begins):
            at, whole = places(text, rule, np.array([begin + shift]))
            assert (at[0], whole[0]) == (i, True)
        for i, (begin, after) in enumerate(pairwise(begins)):
            if after - begin == 2:
                at, whole = places(text, rule, np.array([begin + 1 + shift]))
                assert (at[0], whole[0]) == (i, False)
        beyond = places(text, rule, np.array([begins[-1] + 3 + shift, shift - 2]))[0]
        assert beyond.tolist() == [len(tokens) + 3, -2]


@pytest.mark.parametrize("stored", ["\n", "\r\n"])
@pytest.mark.parametrize("unit", ["code point", "UTF-16"])
@pytest.mark.parametrize("newline", [1, 2])
@pytest.mark.parametrize("bom", [0, 1])
@pytest.mark.parametrize("end", ["exclusive", "inclusive"])
def test_every_rule_is_found(
    tmp_path: Path, stored: str, unit: str, newline: int, bom: int, end: str
) -> None:
    text, spots = prose(3, 60)
    path = foreign(
        tmp_path / "p.qdpx", text, spots, unit=unit, newline=newline, bom=bom, end=end, stored=stored
    )
    project = read_project(path)
    assert [*project.codings[["start", "end"]].itertuples(index=False, name=None)] == spots
    assert (project.meta["unit"], project.meta["newline"]) == (unit, newline)
    assert (project.meta["bom"], project.meta["end"]) == (bom, end)
    assert project.meta["score"] == 1.0 and project.meta["margin"] > 0.1
    assert project.documents["text"][0] == text


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    lines=st.integers(1, 6),
    unit=st.sampled_from(["code point", "UTF-16"]),
    newline=st.sampled_from([1, 2]),
)
def test_a_small_project_is_read_right_or_refused(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lines: int, unit: str, newline: int
) -> None:
    text, spots = prose(seed, lines)
    path = tmp_path_factory.getbasetemp() / "small.qdpx"
    foreign(path, text, spots, unit=unit, newline=newline, bom=0, end="exclusive")
    try:
        project = read_project(path)
    except InputFaults as error:
        assert "can be counted in two ways" in str(error)
        return
    assert [*project.codings[["start", "end"]].itertuples(index=False, name=None)] == spots


def test_a_thin_margin_stops_and_a_said_rule_helps(tmp_path: Path) -> None:
    path = tmp_path / "p.qdpx"
    # Counted by either unit the passages are one whole word each.
    twice = "ab\n😀a😀a😀a😀a"
    spots = [(4, 5), (6, 7)]
    foreign(path, twice, spots, unit="UTF-16", newline=1, bom=0, end="exclusive")
    with pytest.raises(InputFaults, match="can be counted in two ways"):
        read_project(path)
    project = read_project(path, counting=Rule("UTF-16", 1))
    assert project.codings["start"].tolist() == [4, 6]


def test_a_known_exporter_is_believed_where_the_passages_do_not_tell(tmp_path: Path) -> None:
    twice = "ab\n😀a😀a😀a😀a"
    spots = [(4, 5), (6, 7)]
    path = tmp_path / "p.qdpx"
    said = {"unit": "UTF-16", "newline": 2, "bom": 0, "end": "exclusive", "origin": "NVivo for Windows 14.1"}
    project = read_project(foreign(path, twice, spots, **said))  # type: ignore[arg-type]
    assert project.codings["start"].tolist() == [4, 6] and project.meta["newline"] == 2


def test_a_known_exporter_is_not_believed_against_the_passages(tmp_path: Path) -> None:
    text, spots = prose(5, 60)
    path = tmp_path / "p.qdpx"
    said = {
        "unit": "code point",
        "newline": 1,
        "bom": 0,
        "end": "exclusive",
        "origin": "NVivo for Windows 15",
    }
    project = read_project(foreign(path, text, spots, **said))  # type: ignore[arg-type]
    assert project.meta["unit"] == "code point" and project.meta["newline"] == 1
    assert [*project.codings[["start", "end"]].itertuples(index=False, name=None)] == spots


def test_quotations_decide_where_the_file_has_them() -> None:
    # Passages in the middle of words: edges say nothing, the quotation says all.
    text = text_of("abcd😀efgh😀ijkl\r\nmnop")
    quoted = [Passage("d", 7, 9, "fg"), Passage("d", 13, 15, "jk")]
    found = calibrate({"d": text}, quoted, "", "f")
    assert found.rule.unit == "UTF-16" and found.score == 1.0
    assert [text.lf[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == ["fg", "jk"]


def test_qualcoder_is_checked_against_the_passages_that_it_stored(tmp_path: Path) -> None:
    folder = qualcoder(
        tmp_path / "q.qda",
        {"uno": "abcd\nefgh\nijkl"},
        [("uno", 6, 8, "c", "Ana"), ("uno", 11, 13, "c", "Ana")],
        stored="\r\n",
    )
    project = read_project(folder)
    assert project.meta["newline"] == 2 and project.meta["score"] == 1.0
    assert project.codings["start"].tolist() == [6, 11]


def test_no_passages_need_no_rule(tmp_path: Path) -> None:
    path = foreign(tmp_path / "p.qdpx", "uno\ndos", [], unit="UTF-16", newline=2, bom=0, end="exclusive")
    project = read_project(path)
    assert project.meta["score"] is None and project.documents["text"].tolist() == ["uno\ndos"]
