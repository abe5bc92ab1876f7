"""Audit of a published table of counts: do the cells sum to the totals, do percentages follow from the counts?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from trenza.compare.audit_input import Reading, named
from trenza.compare.audit_ranges import SLACK, Interval, spread
from trenza.compare.audit_rows import AS_PRINTED, OTHER
from trenza.contracts.audit_tables import RULES
from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS

COLUMNS: dict[str, tuple[str, ...]] = {
    "label": ("label", "category", "level", "etiqueta", "categoria", "nivel", "outcome", "variable"),
    "n": ("n", "count", "frequency", "frecuencia", "casos"),
    "percent": ("percent", "percentage", "pct", "porcentaje", "porciento"),
    "part": ("part", "printedas", "parte"),
}
PARTS = {"cell": "cell", "celda": "cell", "total": "total", "": "cell"}


def is_count_table(header: Sequence[str]) -> bool:
    """Whether the header is that of a table of counts."""
    found = named(header, COLUMNS)
    return "n" in found and ("percent" in found or "part" in found)


def audit_counts(
    header: Sequence[str],
    body: Sequence[Sequence[str]],
    file: str,
    *,
    rule: str = "rounded",
    decimal_comma: bool = False,
) -> pd.DataFrame:
    """Contract ``audit_count_findings`` of a table of text cells.

    Columns: label, n, percent (with or without its sign, 0 to 100) and part, cell or total; blank is a cell. A total
    covers the cells above it up to the total before; a second total right below a first covers all totals so far.
    Percentages of cells are of the total below them (the sum of the cells where none is printed) or of all cells of
    the table, whichever agrees more; those of totals are not checked. Raises one ``InputFaults`` with every fault.
    """
    reading = Reading(file, decimal_comma)
    names = named(header, COLUMNS)
    for column in ("label", "n"):
        if column not in names:
            reading.fault("1", column, "no such column", f"a column {column}")
    if reading.faults:
        raise InputFaults(reading.faults)
    place = {column: header.index(name) for column, name in names.items()}
    rows = [
        _row(reading, str(i), {c: cells[k].strip() for c, k in place.items()}, names)
        for i, cells in enumerate(body, 2)
    ]
    if not rows:
        reading.fault("2", "", "no rows below the header", "at least one row")
    if reading.faults:
        raise InputFaults(reading.faults)
    kept = CONTRACTS["audit_count_findings"]
    return kept.check(pd.DataFrame(_findings(rows, rule), columns=kept.names))


def _row(reading: Reading, row: str, given: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    part = PARTS.get(given.get("part", "").lower())
    if part is None:
        reading.fault(row, names["part"], repr(given["part"]), "cell or total (celda or total)")
    text = given.get("percent", "").removesuffix("%").strip()
    percent = reading.number(row, names["percent"], text) if text else None
    if percent is not None and not 0 <= percent[0] <= 100:
        reading.fault(row, names["percent"], f"{percent[0]:g}", "a percentage from 0 to 100")
    return {
        "row": row,
        "label": given["label"],
        "n": reading.whole(row, names["n"], given["n"], 0),
        "percent": percent,
        "part": part,
    }


def _findings(rows: Sequence[dict[str, Any]], rule: str) -> list[dict[str, Any]]:
    """Totals, then percentages of whichever base leaves fewer of them apart: their own block's total or the table's."""
    totals: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    blocks: list[tuple[list[dict[str, Any]], dict[str, Any] | None]] = []
    cells: list[dict[str, Any]] = []
    for row in rows:
        if row["part"] == "cell":
            cells.append(row)
            continue
        covered = cells or totals
        what = "the cells above it" if cells else "the totals above it"
        if covered:
            found.append(_total(row, sum(part["n"] for part in covered), what))
        if cells:
            blocks.append((cells, row))
            totals.append(row)
        cells = []
    if cells:
        blocks.append((cells, None))
    every = [cell for block, _ in blocks for cell in block]
    grand = sum(cell["n"] for cell in every)
    own = [
        finding
        for block, total in blocks
        for finding in _percents(
            block,
            sum(cell["n"] for cell in block) if total is None else total["n"],
            "the sum of the cells" if total is None else "the printed total",
            rule,
        )
    ]
    of_table = _percents(every, grand, "all cells of the table", rule)
    return found + min((own, of_table), key=lambda checks: sum(c["verdict"] != "consistent" for c in checks))


def _total(row: dict[str, Any], computed: int, what: str) -> dict[str, Any]:
    agrees = row["n"] == computed
    reading = f"is the sum of {what}" if agrees else f"is not the sum of {what}, {computed}"
    return _finding(
        row,
        "total",
        row["n"],
        computed,
        Interval(computed, computed),
        agrees,
        reading,
        f"the total covers {what}",
    )


def _percents(rows: Sequence[dict[str, Any]], base: int, what: str, rule: str) -> list[dict[str, Any]]:
    """Each percentage against n / base, and their sum against 100 where all rows have one."""
    found = []
    assumes = f"percentages of {what}, {base}; {AS_PRINTED[rule]}"
    asked = [row for row in rows if row["percent"] is not None]
    for row in asked if base else []:
        share = 100 * row["n"] / base
        exact = Interval(share, share)
        agrees = spread(row["percent"][0], row["percent"][1], rule).meets(exact)
        reading = (
            f"follows from {row['n']} of {base}" if agrees else f"does not follow from {row['n']} of {base}"
        )
        finding = _finding(row, "percent", row["percent"][0], share, exact, agrees, reading, assumes)
        if not agrees and spread(row["percent"][0], row["percent"][1], _other(rule)).meets(exact):
            finding |= {
                "verdict": "conditional",
                "reading": f"agrees only if the percentage was {OTHER[rule]}",
            }
        found.append(finding)
    if len(asked) == len(rows) > 1 and base:
        ends = [spread(row["percent"][0], row["percent"][1], rule) for row in asked]
        low, high = (math.fsum(getattr(e, end) for e in ends) for end in ("low", "high"))
        agrees = low - SLACK <= 100 <= high + SLACK
        total = math.fsum(row["percent"][0] for row in asked)
        reading = (
            "the percentages sum to 100 within their printing"
            if agrees
            else "the percentages do not sum to 100"
        )
        found.append(
            _finding(
                rows[-1],
                "percent_sum",
                total,
                100.0,
                Interval(low, high),
                agrees,
                reading,
                f"each unit is in one cell; {AS_PRINTED[rule]}",
            )
        )
    return found


def _other(rule: str) -> str:
    return RULES[1 - RULES.index(rule)]


def _finding(
    row: dict[str, Any],
    check: str,
    printed: float,
    computed: float,
    reach: Interval,
    agrees: bool,
    reading: str,
    assumes: str,
) -> dict[str, Any]:
    return {
        "row": row["row"],
        "label": row["label"],
        "check": check,
        "printed": printed,
        "recomputed": computed,
        "reach_low": reach.low,
        "reach_high": reach.high,
        "verdict": "consistent" if agrees else "inconsistent",
        "reading": reading,
        "assumes": assumes,
    }
