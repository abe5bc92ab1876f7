"""The codebook's checks and its walk, on rows of text."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.qualitative.codebook import check_codebook, walk

STUDIES = Path(__file__).resolve().parents[2] / "config" / "studies"


def row(code: str, parent: str = "", codable: str = "yes", label: str = "a label") -> dict[str, str]:
    return {
        "code": code, "parent": parent, "codable": codable,
        "label_en": label, "label_es": "una etiqueta", "definition_en": "", "definition_es": "",
    }  # fmt: skip


@st.composite
def forests(draw: st.DrawFn) -> list[dict[str, str]]:
    """Codebooks in any order of lines: a code's parent may stand below it in the file."""
    size = draw(st.integers(0, 12))
    parents = [draw(st.integers(-1, i - 1)) for i in range(size)]
    rows = [
        row(f"c{i}", f"c{p}" if p >= 0 else "", draw(st.sampled_from(["yes", "no"])))
        for i, p in enumerate(parents)
    ]
    return draw(st.permutations(rows))


@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_shipped_codebooks_are_right(study: str) -> None:
    with (STUDIES / study / "codebook.csv").open(encoding="utf-8", newline="") as handle:
        assert check_codebook(list(csv.DictReader(handle)), "codebook.csv") == []


def test_every_mistake_is_listed_at_its_line() -> None:
    rows = [
        row("a"),
        row("a"),
        row("b", "nowhere"),
        row("c", "d"),
        row("d", "c"),
        row("e", "e"),
        row("f", codable="maybe"),
        row("g", label=" "),
        row("With Space"),
        row("h", "c"),
    ]
    found = {(f.row, f.column) for f in check_codebook(rows, "codebook.csv")}
    assert found == {
        ("3", "code"),
        ("4", "parent"),
        ("5", "parent"),  # c and d: one circle, told once
        ("7", "parent"),
        ("8", "codable"),
        ("9", "label_en"),
        ("10", "code"),
    }


def test_a_circle_is_shown_from_its_first_line_and_what_hangs_below_it_is_not_blamed() -> None:
    rows = [row("leaf", "z"), row("x", "y"), row("y", "z"), row("z", "x")]
    (fault,) = check_codebook(rows, "codebook.csv")
    assert fault.row == "3"
    assert fault.found == "a circle: x below y below z below x"


def test_missing_columns_are_named_and_the_rest_is_still_checked() -> None:
    rows = [{"code": "a", "parent": "b", "codable": "yes", "label_en": ""}]
    found = {(f.row, f.column) for f in check_codebook(rows, "codebook.csv")}
    assert found == {
        ("1", "label_es"), ("1", "definition_en"), ("1", "definition_es"), ("2", "parent"), ("2", "label_en"),
    }  # fmt: skip


def test_a_codebook_without_codes_is_no_mistake() -> None:
    assert check_codebook([], "codebook.csv") == []
    assert walk([]) == []


def test_walk_goes_depth_first_in_the_order_of_the_file() -> None:
    rows = [
        row("b2", "b"),
        row("a"),
        row("b", codable="no"),
        row("a1", "a"),
        row("b1", "b"),
        row("a11", "a1"),
    ]
    nodes = walk(rows)
    assert [n.code for n in nodes] == ["a", "a1", "a11", "b", "b2", "b1"]
    assert [n.depth for n in nodes] == [0, 1, 2, 0, 1, 1]
    assert nodes[2].path == ("a", "a1", "a11")
    assert [n.codable for n in nodes] == [True, True, True, False, True, True]


def test_walk_refuses_what_it_would_lose() -> None:
    with pytest.raises(InputFaults, match="a circle"):
        walk([row("a", "b"), row("b", "a")])


@given(forests())
def test_a_walk_visits_every_code_once_and_parents_first(rows: list[dict[str, str]]) -> None:
    assert check_codebook(rows, "f") == []
    nodes = walk(rows)
    codes = [n.code for n in nodes]
    assert sorted(codes) == sorted(r["code"] for r in rows)
    for place, node in enumerate(nodes):
        assert node.path[-1] == node.code
        if node.parent:
            assert codes.index(node.parent) < place
            assert node.path[-2] == node.parent
        # A subtree stands in one piece.
        inside = [i for i, n in enumerate(nodes) if node.code in n.path]
        assert inside == list(range(place, place + len(inside)))
    for parent in {n.parent for n in nodes}:
        in_file = [r["code"] for r in rows if r["parent"] == parent]
        assert [n.code for n in nodes if n.parent == parent] == in_file


def test_the_checks_load_no_pandas() -> None:
    """They run before any job, each time the workflow is read."""
    program = (
        "import sys, trenza.qualitative.codebook, trenza.triangulate.links; "
        "sys.exit(sum(name in sys.modules for name in ('pandas', 'numpy', 'pandera')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
