"""Every word that a contract allows in a closed list has a text wherever a table shows it, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from render_demo import context

from trenza.contracts.columns import Column
from trenza.contracts.tables import CONTRACTS
from trenza.render.language import LANGUAGES
from trenza.render.tables import COLUMNS

# One word for each open column that tables look up by what stands in it.
OPEN = {
    "holds": "records", "check": "assignment", "curve": "take_up", "side": "all", "unit": "points", "item": "silence",
    "effect_kind": "rank_biserial", "call": "silence", "display": "qca", "target": "average",
    "baseline": "all", "judged": "all", "index": "speed", "groups": "school 22", "counts": "12",
}  # fmt: skip


def _filled(column: Column) -> Any:
    numbers = {"float": 0.5, "int": 2, "bool": True}
    return (
        column.allowed[0] if column.allowed else numbers.get(column.kind, OPEN.get(column.name, "commitment"))
    )


class _Row(dict[str, Any]):
    """A row that remembers what was read of it."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def __getattr__(self, name: str) -> Any:
        return self[name]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_closed_list_can_be_shown(lang: str) -> None:
    view = context("cic2019", lang)
    tried, wordless = 0, []
    for name in sorted(COLUMNS.keys() & CONTRACTS.keys()):
        columns = {c.name: c for c in CONTRACTS[name].columns}
        typical = {n: _filled(c) for n, c in columns.items()}
        for shown in COLUMNS[name]:
            first = _Row(typical)
            shown.cell(view, first)
            for column in sorted(first.read):
                for word in columns[column].allowed:
                    tried += 1
                    try:
                        assert isinstance(shown.cell(view, _Row(typical | {column: word})), str)
                    except KeyError as error:
                        wordless.append(f"{name}.{column} {word}: {error}")
    assert tried > 300 and not wordless, wordless
