"""Finished tables as quantities with names, and the sums that a reader can make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One cell that counts: ``name`` of its quantity, ``value`` (None: withheld), ``kind`` of its row.

    ``shown``: a row that is not split, whose count may be small. ``share``: not the count itself stands there, but
    its share of a number that stands beside it.
    """

    table: str
    row: str
    column: str
    name: str
    value: int | None
    kind: str
    unit: str
    shown: bool = False
    share: bool = False


@dataclass(frozen=True)
class Sum:
    """``parts`` add up to ``total``; not ``exact``: to it at most. ``table`` is where a reader sees it."""

    table: str
    parts: tuple[str, ...]
    total: str
    exact: bool = True


@dataclass(frozen=True)
class Quantities:
    """All cells that count, all sums, and the names in rows of single units: (table, row, column, name, kind)."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]
    single: tuple[tuple[str, str, str, str, str], ...] = field(default=())


@cache
def rules() -> dict[str, Rule]:
    """The entries of rules.yaml by table."""
    import yaml

    raw = (files("trenza.disclosure") / "rules.yaml").read_text(encoding="utf-8")
    return {str(name): entry for name, entry in yaml.safe_load(raw).items()}


def quantities(
    tables: Mapping[str, pd.DataFrame], keys: Mapping[str, Sequence[str]], kinds: Mapping[str, str]
) -> Quantities:
    """Cells, sums and names of all tables that ``rules`` know.

    ``keys``: the columns that name a row of a table; ``kinds``: kind of number by source id. A row without a kind of
    its own has that of its source, else the strictest of the study: a table of real people is not missed for a
    column that it lacks.
    """
    cells: list[Cell] = []
    sums: list[Sum] = []
    single: list[tuple[str, str, str, str, str]] = []
    for name in sorted(tables):
        rule = rules().get(name)
        if rule is None or not len(tables[name]):
            continue
        records = _records(tables[name])
        for number, record in enumerate(records):
            kind, row = _kind(record, kinds), _row(record, keys.get(name, ()), number)
            column = rule.get("single")
            if column and not _blank(record.get(column)):
                single.append((name, row, column, str(record[column]), kind))
            found = list(_cells(name, rule, record, row, kind))
            cells += found
            sums += _lost(name, rule, row, found)
        for entry in rule.get("sums", ()):
            sums += _sums(name, rule, entry, records, keys.get(name, ()))
    return Quantities(tuple(cells), tuple(sums), tuple(single))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _kind(record: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    for own in (record.get("source"), record.get("kind")):
        if own in ("real", "simulated", "published"):
            return str(own)
    named = [kinds[str(record[c])] for c in ("source_id", "first") if str(record.get(c)) in kinds]
    found = named or [*kinds.values()]
    return next((k for k in ("real", "simulated", "published") if k in found), "real")


def _row(record: Mapping[str, Any], key: Sequence[str], number: int) -> str:
    named = [f"{c}={record[c]}" for c in key if not _blank(record.get(c))]
    return "; ".join(named) or f"row {number + 2}"


def _filled(template: str, record: Mapping[str, Any]) -> str:
    """The template with values of the row: a blank is empty, and a column that the row lacks stays as it is."""
    return re.sub(
        r"\{(\w+)\}",
        lambda m: "" if _blank(record.get(m[1], m[0])) else str(record.get(m[1], m[0])),
        template,
    )


def _fits(record: Mapping[str, Any], patterns: Mapping[str, Sequence[str]]) -> bool:
    return all(
        any(re.search(p, "" if _blank(record.get(column)) else str(record[column])) for p in allowed)
        for column, allowed in patterns.items()
    )


def _name(table: str, rule: Rule, record: Mapping[str, Any], row: str, column: str) -> str:
    template = rule.get("counts", {}).get(column)
    return _filled(template, record) if template else f"{table}|{row}|{column}"


def _cells(table: str, rule: Rule, record: Mapping[str, Any], row: str, kind: str) -> Iterator[Cell]:
    unit = rule.get("unit", "units")
    shown = bool(rule.get("shown")) and _fits(record, rule["shown"])
    held_back = False if rule.get("always") else record.get("suppressed")
    for column in rule.get("counts", {}):
        value = record.get(column)
        # A blank of a row that was not withheld is no number at all, but where a table has no such mark.
        if value is None and held_back is not None and not bool(held_back):
            continue
        count = None if value is None else int(value)
        yield Cell(table, row, column, _name(table, rule, record, row, column), count, kind, unit, shown)
    for share, base in rule.get("shares", {}).items():
        n, part = record.get(base), record.get(share)
        if n is None or part is None or not _fits(record, rule.get("shares_where", {})):
            continue
        yield Cell(table, row, share, f"{table}|{row}|{share}", round(float(part) * int(n)), kind, unit, shown, True)  # fmt: skip


def _lost(table: str, rule: Rule, row: str, found: Sequence[Cell]) -> Iterator[Sum]:
    names = {cell.column: cell.name for cell in found}
    for name, (whole, part) in rule.get("lost", {}).items():
        if whole in names and part in names:
            yield Sum(table, (names[part], f"{table}|{row}|{name}|lost"), names[whole])


def _sums(
    table: str, rule: Rule, entry: Rule, records: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> Iterator[Sum]:
    column = entry["column"]
    groups: dict[tuple[str, ...], list[tuple[str, Mapping[str, Any]]]] = {}
    for number, record in enumerate(records):
        unfit = entry.get("where_not") and _fits(record, entry["where_not"])
        if unfit or not _fits(record, entry.get("where", {})):
            continue
        name = _name(table, rule, record, _row(record, key, number), column)
        groups.setdefault(tuple(str(record.get(c)) for c in entry["by"]), []).append((name, record))
    for group in groups.values():
        first = group[0][1]
        total = entry["total"]
        # A column that gives the total is a number of its own, the same for all rows of the group.
        whole = _filled(total, first) if "{" in total else f"{table}|{first.get(total)}|{total}|fixed"
        parts = tuple(dict.fromkeys(name for name, _ in group))
        if whole not in parts:
            yield Sum(table, parts, whole, entry.get("exact", True))
