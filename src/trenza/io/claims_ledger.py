"""Writing the claim ledger of a report: each number with the file, rows and column that it shows, checked against the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import ContractBroken
from trenza.contracts.ledger_tables import CLAIMS
from trenza.io.cited_files import CitedFile, CitedKeys, cited, digest_of
from trenza.io.files import write_frame, write_text

if TYPE_CHECKING:
    import pandas as pd

    Cited = CitedFile | CitedKeys

PER_CENT = "times 100"
TOLD = 20  # broken references named in one message


def claims(numbers: Iterable[Mapping[str, Any]], study: str, lang: str, root: Path) -> pd.DataFrame:
    """The ledger of one report: a row for each number and column that it shows, in the order of reading.

    ``numbers`` have the fields of ``trenza.render.number_places.NumberPlace``; ``root`` is the project's folder. Raises ``ContractBroken`` with all references that lead
    nowhere: a file, row, column or key that is not there, or a cell that does not hold what the report was made from.
    """
    import pandas as pd

    known: dict[str, Cited] = {}
    rows: list[dict[str, Any]] = []
    broken: list[str] = []
    for count, number in enumerate(numbers, start=1):
        told = {k: number[k] for k in ("section", "element", "sentence", "shown", "kind", "operation")}
        told |= {"study": study, "lang": lang, "number": count}
        for name, column in dict.fromkeys((o.file, o.column) for o in number["sources"]):
            places = [o.row for o in number["sources"] if (o.file, o.column) == (name, column)]
            try:
                if name not in known:
                    known[name] = cited(name, study, root)
                rows.append(told | _reference(known[name], places, column, number))
            except (KeyError, IndexError, ValueError, OSError) as error:
                broken.append(f"{number['shown']} in {number['section']}, {number['element']}: {name}, {places[:3]}, {column}: {error}")  # fmt: skip
        if not number["sources"]:
            rows.append(told | {"tables": ";".join(number["tables"])})
    if broken:
        more = f"\nand {len(broken) - TOLD} more" if len(broken) > TOLD else ""
        raise ContractBroken(
            "numbers of the report that lead to no cell:\n" + "\n".join(broken[:TOLD]) + more
        )
    frame = pd.DataFrame(rows, columns=CLAIMS.names)
    return CLAIMS.check(frame.replace("", None))


def _reference(file: Cited, places: list[Any], column: str, number: Mapping[str, Any]) -> dict[str, str]:
    """Where one column of the number stands; the cell itself must hold the value that was shown."""
    found = {"file": file.name, "column": column, "file_sha256": file.digest}
    if isinstance(file, CitedKeys):
        values = [file.values.get(key) for key in places]
        if file.values and None in values:
            raise KeyError(f"no key {places[values.index(None)]}")
        value = str(values[0]) if file.values and len(values) == 1 else ""
        if value and not number["operation"] and str(number["value"]) not in value:
            raise ValueError(f"{places[0]} is {value!r}, the report was made from {number['value']!r}")
        return found | {"row": ";".join(map(str, places)), "value": value}
    places = sorted(place for place in places if place != "")  # none where no row was counted
    lines = [file.text(place) for place in places]
    if column:
        cells = [file.cell(place, column) for place in places]
        if number["operation"] in ("", PER_CENT):
            _compare(cells, number["value"], 100 if number["operation"] else 1)
    value = number["value"] if number["kind"] == "aggregate" else cells[0] if column else ""
    return found | {
        "lines": _ranges([file.line(place) for place in places]),
        "row": file.named(places[0]) if len(places) == 1 else "",
        "value": repr(float(value)) if isinstance(value, float) else str(value),
        "source": ";".join(
            sorted({file.cell(p, "source") for p in places} if "source" in file.header else ())
        ),
        "rows_sha256": digest_of(lines),
    }


def _compare(cells: list[str], value: Any, times: int) -> None:
    for cell in cells:
        same = str(value) in cell if isinstance(value, str) else times * float(cell) == float(value)
        if not same:
            raise ValueError(f"the cell holds {cell!r}, the report was made from {value!r}")


def _ranges(lines: list[int]) -> str:
    """``2-14,17``."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def write_claims(numbers: Iterable[Mapping[str, Any]], study: str, lang: str, root: Path, path: Path) -> None:
    """Write the ledger of one report, whole or not at all."""
    write_frame(claims(numbers, study, lang, root), path)


def join_claims(parts: Iterable[Path], path: Path) -> None:
    """Put the ledgers of all languages into one file, by language."""
    texts = [part.read_text(encoding="utf-8").split("\n", 1) for part in sorted(parts)]
    write_text(path, texts[0][0] + "\n" + "".join(body for _, body in texts))
