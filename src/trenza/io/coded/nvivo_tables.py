"""Tables that NVivo exports beside its projects: the coding comparison query and the matrix coding query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.segments import plain_header
from trenza.io.coded.tables import read_table_rows

if TYPE_CHECKING:
    import pandas as pd

# Headers in English, Spanish and German; NVivo adds the unit to some, which is cut off.
COMPARISON = {
    "node": ("node", "code", "nodo", "codigo", "knoten", "kode"),
    "file": ("file", "source", "archivo", "recurso", "fuente", "datei", "quelle"),
    "folder": (
        "file folder",
        "source folder",
        "carpeta de archivo",
        "carpeta del archivo",
        "ordner",
        "dateiordner",
    ),
    "size": (
        "file size",
        "source size",
        "tamano de archivo",
        "tamano del archivo",
        "tamano",
        "dateigrosse",
        "quellgrosse",
    ),
    "kappa": ("kappa", "kappa coefficient", "coeficiente kappa", "kappa-koeffizient"),
    "agreement": (
        "agreement (%)",
        "agreement",
        "acuerdo (%)",
        "acuerdo",
        "ubereinstimmung (%)",
        "ubereinstimmung",
    ),
    "both": ("a and b (%)", "a y b (%)", "a und b (%)"),
    "neither": ("not a and not b (%)", "no a y no b (%)", "ni a ni b (%)", "nicht a und nicht b (%)"),
    "disagreement": ("disagreement (%)", "disagreement", "desacuerdo (%)", "nichtubereinstimmung (%)"),
    "only_a": ("a and not b (%)", "a y no b (%)", "a und nicht b (%)"),
    "only_b": ("b and not a (%)", "b y no a (%)", "b und nicht a (%)"),
}
_NEEDED = ("node", "file", "both", "neither", "only_a", "only_b")
_COMPARISON_TABLE = "NVivo's coding comparison: Node, File, A and B (%), Not A and Not B (%), A and Not B (%), B and Not A (%)"
_MATRIX_TABLE = "NVivo's matrix coding query: names in the first column and the first row"
_NUMBERS = ("kappa", "agreement", "both", "neither", "disagreement", "only_a", "only_b")
_SIZE = re.compile(r"(\d+)\s*(\D*)")
_PREFIX = re.compile(r"^\s*(?:[A-Z]{1,3}|\d+)\s*:\s*(?=\S)")


def read_nvivo_comparison(path: Path | str, shown_as: str | None = None) -> pd.DataFrame:
    """A coding comparison as NVivo prints it, one row a node and file.

    Columns: node, file, folder, size (whole number, blank where NVivo gives none), size_unit (as printed, such as
    chars), kappa, and in per cent (0 to 100): agreement, both, neither, disagreement, only_a, only_b. Values are as
    printed, rounded by NVivo; columns that the file does not have are blank. Raises ``InputFaults``.
    """
    import pandas as pd

    path = Path(path)
    name = shown_as or str(path)
    table = read_table_rows(
        path, name, lambda header: all(m in _columns(header) for m in _NEEDED), _COMPARISON_TABLE
    )
    columns = _columns(table.header)
    faults: list[Fault] = []
    out: dict[str, list[str | float | int | None]] = {}
    for meaning in COMPARISON:
        cells = [row[columns[meaning]].strip() if meaning in columns else "" for row in table.rows]
        if meaning in _NUMBERS:
            out[meaning] = [
                _number(cell, name, str(line), table.header[columns[meaning]] if cell else "", faults)
                for line, cell in enumerate(cells, table.first_row)
            ]
        elif meaning == "size":
            found = [_SIZE.search(re.sub(r"(?<=\d)[.,\s\u00a0](?=\d{3}\b)", "", c)) for c in cells]
            out["size"] = [int(m.group(1)) if m else None for m in found]
            out["size_unit"] = [(m.group(2).strip() or None) if m else None for m in found]
        else:
            out[meaning] = [c or None for c in cells]
            if meaning in ("node", "file"):
                faults += [
                    Fault(name, str(line), table.header[columns[meaning]], "a blank cell", "a name")
                    for line, c in enumerate(cells, table.first_row)
                    if not c
                ]
    if faults:
        raise InputFaults(faults)
    kinds = {"size": "Int64"} | dict.fromkeys(_NUMBERS, "float64")
    frame = pd.DataFrame({c: pd.Series(v, dtype=kinds.get(c, "str")) for c, v in out.items()})
    return frame.sort_values(["node", "file"], kind="stable", ignore_index=True)


def read_nvivo_matrix(path: Path | str, shown_as: str | None = None) -> pd.DataFrame:
    """A matrix coding query, one row a cell: row, column, value (as printed), sorted.

    The letters and numbers that NVivo puts before names (``A : Directora``, ``1 : Clima``) are taken off. Raises
    ``InputFaults`` for cells that are no numbers.
    """
    import pandas as pd

    path = Path(path)
    name = shown_as or str(path)
    table = read_table_rows(path, name, lambda header: any(header[1:]), _MATRIX_TABLE)
    faults: list[Fault] = []
    told = []
    for line, row in enumerate(table.rows, table.first_row):
        if not row[0].strip():
            faults.append(Fault(name, str(line), "", "a row without a name", "a name in the first column"))
        for header, cell in zip(table.header[1:], row[1:], strict=True):
            if header:
                value = _number(cell.strip(), name, str(line), header, faults)
                told.append((_PREFIX.sub("", row[0]).strip(), _PREFIX.sub("", header).strip(), value))
    if faults:
        raise InputFaults(faults)
    frame = pd.DataFrame(told, columns=["row", "column", "value"]).astype(
        {"row": "str", "column": "str", "value": "float64"}
    )
    return frame.sort_values(["row", "column"], kind="stable", ignore_index=True)


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [plain_header(h) for h in header]
    found = {}
    for meaning, variants in COMPARISON.items():
        place = next((names.index(v) for v in variants if v in names), None)
        if place is not None:
            found[meaning] = place
    return found


def _number(text: str, file: str, line: str, column: str, faults: list[Fault]) -> float | None:
    """A number with a point or a comma, with or without a sign for per cent; blank and dashes are blank."""
    bare = text.replace("%", "").replace("\u00a0", "").strip()
    if bare in ("", "-", "–", "N/A", "NaN"):
        return None
    try:
        value = float(bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare)
        if value == value and abs(value) != float("inf"):
            return value
    except ValueError:
        pass
    faults.append(Fault(file, line, column, repr(text), "a number"))
    return None
