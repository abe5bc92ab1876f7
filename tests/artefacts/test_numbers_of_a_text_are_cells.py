"""Sentences and tables of the report write cells, not what ``int``, ``float`` or ``len`` made of them: those lose their place in the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

RENDER = Path(__file__).resolve().parents[2] / "src" / "trenza" / "render"
WRITES = {"count", "num", "year", "span", "percent", "integer", "number", "p_value", "p_phrase", "str"}
LOSES = {"int", "float", "len", "round", "nunique"}
KEEPS = {"part_of", "worked", "traced"}
# Pictures have no marks, pages of stages and of an audit no ledger; ``language`` is what writes.
OTHERS = ("figures", "notebook", "audit_words", "language", "traced", "style")
# The running number of a picture, and the cell of the example as the file has it.
ALLOWED = {"markdown.py": ["len(self.shown)"], "report_trace.py": ["float(number.value)"]}


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def lost_in(node: ast.AST) -> Iterator[str]:
    """What of an argument loses its cell, unless it is told again where it is from."""
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and name_of(node) in KEEPS):
        return
    if isinstance(node, ast.Call) and name_of(node) in LOSES:
        yield ast.unparse(node)
    for child in ast.iter_child_nodes(node):
        yield from lost_in(child)


def written(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in WRITES:
            for argument in node.args[:1]:
                yield from lost_in(argument)
        if isinstance(node, ast.Call) and name_of(node) == "t":
            for field in node.keywords:
                yield from lost_in(field.value)
        if isinstance(node, ast.FormattedValue):
            yield from lost_in(node.value)


def test_no_number_of_a_text_goes_through_what_loses_its_cell() -> None:
    found = {
        path.name: told
        for path in sorted(RENDER.glob("*.py"))
        if not path.name.startswith(OTHERS)
        for told in [sorted(set(written(ast.parse(path.read_text(encoding="utf-8")))))]
        if told
    }
    assert found == ALLOWED
