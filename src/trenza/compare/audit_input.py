"""A published table as it was typed in, cell by cell as text, turned into contract ``audit_input``.

Column names may be English or Spanish. Every fault of every cell is collected; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trenza.contracts.audit_tables import CELLS
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS

# What a column may be called, apart from capitals, accents, spaces, points, dashes and underscores.
COLUMNS: dict[str, tuple[str, ...]] = {
    "outcome": ("outcome", "variable", "measure", "dimension", "resultado", "medida", "desenlace"),
    "n1": ("n1", "nparticipants", "nparticipantes", "ngroup1", "ngrupo1"),
    "mean1": ("mean1", "m1", "meanparticipants", "media1", "mediaparticipantes"),
    "sd1": ("sd1", "sdparticipants", "de1", "ds1", "dt1", "departicipantes"),
    "n2": ("n2", "ncontrol", "ngroup2", "ngrupo2"),
    "mean2": ("mean2", "m2", "meancontrol", "media2", "mediacontrol"),
    "sd2": ("sd2", "sdcontrol", "de2", "ds2", "dt2", "decontrol"),
    "t": ("t", "tvalue", "valort"),
    "df": ("df", "gl"),
    "p": ("p", "pvalue", "valorp"),
    "scale_min": ("scalemin", "minimum", "escalamin", "escalaminimo", "minimo"),
    "scale_max": ("scalemax", "maximum", "escalamax", "escalamaximo", "maximo"),
    "items": ("items", "itemes"),
    "integer": ("integer", "integers", "entero", "enteros"),
}
NEEDED = ("outcome", "n1", "mean1", "sd1", "n2", "mean2", "sd2")
YES, NO = ("yes", "y", "true", "1", "si", "s"), ("no", "n", "false", "0")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
STARS = re.compile(r"\s*[*†‡§]+$|\s+[a-e]$")  # marks of significance and of footnotes
MOST = 999_999_999  # of units or items in a cell
A_NUMBER = "a number with a decimal point, such as 2.15"


@dataclass
class Reading:
    """One pass over a table: the file's name, how decimals are written, and the faults so far."""

    file: str
    comma: bool
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: str, column: str, found: str, allowed: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(self.file, row, column, found, allowed))

    def number(self, row: str, column: str, text: str, allowed: str = A_NUMBER) -> tuple[float, int] | None:
        """Value and decimals of a cell, or None with a fault."""
        plain = text.strip().replace("\u2212", "-").replace("\u2013", "-")
        if self.comma:
            allowed = allowed.replace("decimal point, such as 2.15", "decimal comma, such as 2,15")
            if re.search(r"\d*,\d+", plain) and "." not in plain:
                plain = plain.replace(",", ".")
            elif "." in plain:
                self.fault(row, column, f"{text!r}, a decimal point where commas are declared", allowed)
                return None
        if "%" in plain:
            self.fault(row, column, f"{text!r}, a percent sign", allowed)
        elif "," in plain:
            self.fault(row, column, f"{text!r}, a comma", f"{allowed} (or --decimal-comma)")
        elif not NUMBER.fullmatch(plain):
            self.fault(row, column, repr(text), allowed)
        else:
            return float(plain), len(plain.partition(".")[2])
        return None

    def whole(self, row: str, column: str, text: str, least: int) -> int | None:
        """A whole number from ``least``, or None with a fault."""
        allowed = f"a whole number from {least}"
        if not re.fullmatch(rf"\d{{1,{len(str(MOST))}}}", text.strip()):
            found = f"{text!r}, a percent sign" if "%" in text else repr(text)
            too_large = re.fullmatch(r"\d+", text.strip()) is not None
            self.fault(row, column, found, f"{allowed} to {MOST:,}" if too_large else allowed)
        elif int(text) < least:
            self.fault(row, column, text.strip(), allowed)
        else:
            return int(text)
        return None


def named(header: Sequence[str], columns: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Column id -> name in ``header``; the first that fits."""
    found: dict[str, str] = {}
    for name in header:
        plain = unicodedata.normalize("NFKD", name.lower())
        plain = re.sub(r"[^a-z0-9]", "", plain)
        for column, spellings in columns.items():
            if plain in spellings:
                found.setdefault(column, name)
    return found


def parse_table(
    header: Sequence[str], body: Sequence[Sequence[str]], file: str, *, decimal_comma: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Contract ``audit_input`` of a table of text cells, and the columns that were not used.

    ``header`` names the columns (see ``COLUMNS``), ``body`` holds the rows below it, ``file`` is their name in
    messages. Row numbers count the header as row 1. Raises one ``InputFaults`` with every fault: columns that are
    missing, blank cells, text, percent signs and decimal commas in numbers, sizes below 2, negative SDs, no variance
    in either group, p outside 0 to 1, df not above 0, scales whose ends are in the wrong order.
    """
    reading = Reading(file, decimal_comma)
    names = named(header, COLUMNS)
    for column in NEEDED:
        if column not in names:
            allowed = f"a column {column}; English and Spanish names are in docs/audit.md"
            reading.fault("1", column, "no such column", allowed)
    if reading.faults:
        raise InputFaults(reading.faults)
    place = {name: header.index(name) for name in names.values()}
    rows = []
    for number, cells in enumerate(body, 2):
        given = {column: cells[place[name]].strip() for column, name in names.items()}
        rows.append(_row(reading, str(number), given, names))
    if not rows:
        reading.fault("2", "", "no rows below the header", "at least one row")
    if reading.faults:
        raise InputFaults(reading.faults)
    kept = CONTRACTS["audit_input"]
    return (
        kept.check(pd.DataFrame(rows, columns=kept.names)),
        [name for name in header if name not in place],
    )


def _row(reading: Reading, row: str, given: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {"row": row, "p_relation": "=", "outcome": given["outcome"]}
    for column in NEEDED:
        if not given[column]:
            reading.fault(row, names[column], "a blank cell", "a value: both groups need n, mean and SD")
    for column in ("n1", "n2"):
        if given[column]:
            record[column] = reading.whole(row, names[column], given[column], 2)
    for column in CELLS:
        text = given.get(column, "")
        if column in ("t", "df", "p"):
            text = STARS.sub("", text)
        if column == "p" and text[:1] in "<>≤≥" and text:
            record["p_relation"] = "<" if text[0] in "<≤" else ">"
            text = text[1:].strip()
        if text:
            value = reading.number(row, names[column], text)
            if value is not None:
                record[column], record[f"decimals_{column}"] = value
                _in_bounds(reading, row, column, names[column], value[0])
    _scale(reading, row, record, given, names)
    if record.get("sd1") == 0.0 and record.get("sd2") == 0.0:
        found = "an SD of 0 in both groups"
        reading.fault(row, names["sd1"], found, "values that differ in at least one group")
    return record


def _in_bounds(reading: Reading, row: str, column: str, name: str, value: float) -> None:
    """Note a fault where a number cannot be what its column holds."""
    bounds: dict[str, tuple[Callable[[float], bool], str]] = {
        "sd1": (lambda v: v >= 0, "an SD of 0 or more"),
        "sd2": (lambda v: v >= 0, "an SD of 0 or more"),
        "df": (lambda v: v > 0, "degrees of freedom above 0"),
        "p": (lambda v: 0 <= v <= 1, "a p value from 0 to 1"),
    }
    if column in bounds and not bounds[column][0](value):
        reading.fault(row, name, f"{value:g}", bounds[column][1])


def _scale(
    reading: Reading, row: str, record: dict[str, Any], given: dict[str, str], names: dict[str, str]
) -> None:
    """The columns that may be left out: ends of the scale, items, whole numbers."""
    for column in ("scale_min", "scale_max"):
        if given.get(column):
            value = reading.number(row, names[column], given[column])
            record[column] = None if value is None else value[0]
    ends = [record.get(c) for c in ("scale_min", "scale_max")]
    if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
        reading.fault(row, names["scale_max"], f"{ends[1]:g}", f"a number above scale_min, {ends[0]:g}")
    if given.get("items"):
        record["items"] = reading.whole(row, names["items"], given["items"], 1)
    if given.get("integer"):
        word = unicodedata.normalize("NFKD", given["integer"].lower()).encode("ascii", "ignore").decode()
        if word not in YES + NO:
            reading.fault(row, names["integer"], repr(given["integer"]), "yes or no (sí or no)")
        record["integer"] = word in YES


def from_summaries(summaries: pd.DataFrame) -> pd.DataFrame:
    """Contract ``audit_input`` of contract ``summaries``: participants are group 1, t is participants - control."""
    frame = pd.DataFrame({"row": [str(i) for i in range(2, len(summaries) + 2)]})
    frame["outcome"] = summaries["outcome"].to_numpy()
    for k, who in ((1, "participants"), (2, "control")):
        frame[f"n{k}"] = summaries[f"n_{who}"].to_numpy()
        for figure in ("mean", "sd"):
            frame[f"{figure}{k}"] = summaries[f"{figure}_{who}"].to_numpy()
            frame[f"decimals_{figure}{k}"] = summaries[f"decimals_{figure}"].to_numpy()
    for ours, theirs in (("t", "t"), ("df", "df"), ("p", "p_value")):
        frame[ours] = summaries[theirs].to_numpy()
        frame[f"decimals_{ours}"] = summaries[f"decimals_{theirs}"].to_numpy()
    kept = CONTRACTS["audit_input"]
    return kept.check(frame.assign(p_relation="=").reindex(columns=kept.names))
