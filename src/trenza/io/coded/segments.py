"""Tables of coded segments (Taguette, MAXQDA, ATLAS.ti, plain) as a ``Project``.

Such a table has the coded passages, but neither the whole text nor, mostly, their places in it. A document's text is
then its passages in their order, a blank line between them, each passage once whatever its codes and coders. Where
the table counts characters (``start``, ``end``, as long as the passage), these are kept, and what is not coded is
blank. Headers and their languages are in ``headers.yaml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.collect import SEPARATOR, Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.tables import Table, read_table_rows
from trenza.io.coded.taguette import add_tags

GAP = "\n\n"
_PARTIAL = "the table has coded passages alone"


@dataclass(frozen=True)
class _Row:
    """One coding: its row in the file, and its cells by meaning."""

    line: str
    document: str
    code: str
    cells: Mapping[str, str]

    @property
    def place(self) -> tuple[Any, ...]:
        """What tells passages of one document apart, and puts them into their order."""
        begin, end, passage = (self.cells.get(k, "") for k in ("begin", "end", "passage"))
        return (_natural(begin), _natural(end), _natural(passage), self.cells.get("text", ""))


@cache
def tools() -> dict[str, Any]:
    """What ``headers.yaml`` holds."""
    import yaml

    told = yaml.safe_load((Path(__file__).parent / "headers.yaml").read_text(encoding="utf-8"))
    return dict(told["tools"])


def plain_header(name: str) -> str:
    """A header without capitals, accents and double spaces."""
    marks = unicodedata.normalize("NFKD", name)
    return " ".join("".join(c for c in marks if not unicodedata.combining(c)).casefold().split())


def read_segments(path: Path, shown_as: str, headers: Mapping[str, str] | None = None) -> Project:
    """A table of coded segments. Raises ``InputFaults`` with everything that is wrong.

    ``headers``: meaning (as in headers.yaml) -> header, for a table of no program that is known there.
    """
    known_tools = _own(headers) if headers else tools()
    wanted = ", ".join(headers.values()) if headers else _WANTED
    table = read_table_rows(path, shown_as, lambda header: _tool(header, known_tools)[0] is not None, wanted)
    tool, columns = _tool(table.header, known_tools)
    if tool is None:
        raise InputFaults([Fault(shown_as, str(table.first_row - 1), "", _seen(table.header), wanted)])
    found = Found(shown_as)
    found.meta |= {"format": "segments", "exporter": None if tool == "plain" else tool}
    told = known_tools[tool]
    known = {*told.get("left_out", ())}
    for place, name in enumerate(table.header):
        if place not in columns.values() and name:
            why = (
                "the model has no place for it" if plain_header(name) in known else "the column is not known"
            )
            filled = sum(bool(row[place].strip()) for row in table.rows)
            found.lose("columns", f"the column {name}", why, filled)
    rows = _codings(found, table, columns, told)
    _codes(found, tool, rows)
    counted = bool(rows) and tool == "plain" and all(_counted(r) for r in rows)
    for row in () if counted else rows:
        if not row.cells.get("text"):
            column = table.header[columns["text"]] if "text" in columns else ""
            found.refuse(row.line, "a passage without text", "the text of each passage", column)
    if found.faults:
        raise InputFaults(found.faults)
    _passages(found, rows, counted)
    found.coders += [(c, c) for c in sorted({r.cells["coder"] for r in rows if r.cells.get("coder")})]
    found.lose(
        "rows",
        "codings by nobody knows whom",
        "no coder is named",
        sum(not r.cells.get("coder") for r in rows),
    )
    return found.project()


_WANTED = "columns of coded segments: Taguette's (id, document, tag, content), MAXQDA's, ATLAS.ti's, or document, code, text"


def _seen(header: Sequence[str]) -> str:
    return "columns " + ", ".join(h[:30] for h in header[:10] if h) if any(header) else "no columns"


def _own(headers: Mapping[str, str]) -> dict[str, Any]:
    """The headers of a study in place of those of ``headers.yaml``."""
    names = {meaning: [plain_header(header)] for meaning, header in headers.items()}
    return {"plain": {"needs": list(names), "several": [], "levels": [" > ", "\\"], "headers": names}}


def _tool(header: Sequence[str], known_tools: Mapping[str, Any]) -> tuple[str | None, dict[str, int]]:
    """The program whose headers fit best, and where each meaning stands."""
    names = [plain_header(h) for h in header]
    best: tuple[str | None, dict[str, int]] = (None, {})
    for tool, told in known_tools.items():
        columns: dict[str, int] = {}
        for meaning, variants in told["headers"].items():
            # The first variant of the list wins, not the first column.
            place = next((names.index(v) for v in variants if v in names), None)
            if place is not None and place not in columns.values():
                columns[meaning] = place
        if all(n in columns for n in told["needs"]) and len(columns) > len(best[1]):
            best = (tool, columns)
    if best[0] == "plain" and "text" not in best[1] and not {"begin", "end"} <= best[1].keys():
        return None, {}
    return best


def _codings(found: Found, table: Table, columns: Mapping[str, int], told: Mapping[str, Any]) -> list[_Row]:
    rows: list[_Row] = []
    for line, raw in enumerate(table.rows, table.first_row):
        cells = {meaning: normalised(raw[place]).strip() for meaning, place in columns.items()}
        if "text" in columns:
            cells["text"] = normalised(raw[columns["text"]]).strip("\n")
        document = SEPARATOR.join(c for c in (cells.get("group", ""), cells["document"]) if c)
        if not cells["document"]:
            found.refuse(
                str(line), "a blank cell", "the name of a document", table.header[columns["document"]]
            )
        codes = _split(cells["code"], told["several"])
        if not codes:
            found.lose("rows", "passages without a code", "a coding needs a code")
        for code in codes:
            path = SEPARATOR.join(_split(code, told["levels"]))
            rows.append(_Row(str(line), document, path, cells))
    return rows


def _split(text: str, joints: Sequence[str]) -> list[str]:
    pieces = re.split("|".join(map(re.escape, joints)), text) if joints else [text]
    return [p.strip() for p in pieces if p.strip()]


def _codes(found: Found, tool: str, rows: Sequence[_Row]) -> None:
    names = sorted({r.code for r in rows})
    if tool == "taguette":
        add_tags(found, [(n, None) for n in names])
        return
    paths = {
        SEPARATOR.join(parts[:k])
        for n in names
        for parts in [n.split(SEPARATOR)]
        for k in range(1, len(parts) + 1)
    }
    for path in sorted(paths):
        above, _, name = path.rpartition(SEPARATOR)
        found.codes.append((path, above or None, name, True, None, None))


def _counted(row: _Row) -> bool:
    """Whether a row says where its passage stands, in characters."""
    begin, end = row.cells.get("begin", ""), row.cells.get("end", "")
    if not (begin.isascii() and begin.isdigit() and end.isascii() and end.isdigit() and len(end) < 9):
        return False
    text = row.cells.get("text", "")
    return int(begin) < int(end) and (not text or len(text) == int(end) - int(begin))


def _passages(found: Found, rows: Sequence[_Row], counted: bool) -> None:
    """Documents, made of their passages, and the codings in them."""
    documents: dict[str, list[_Row]] = {}
    for row in rows:
        documents.setdefault(row.document, []).append(row)
    for document, mine in documents.items():
        text, spots = _laid_out(found, document, mine) if counted else _joined(mine)
        found.documents.append((document, document.rpartition(SEPARATOR)[2], text, "text", None))
        for row in mine:
            start, end = spots[row.place]
            cells = row.cells
            coder, created = cells.get("coder") or None, cells.get("created") or None
            found.codings.append((document, start, end, row.code, coder, created))
            if cells.get("note"):
                place = f"{document}:{start}:{end}:{row.code}"
                found.notes.append(
                    (f"comment on {place} {cells['note'][:40]}", None, cells["note"], "coding", place)
                )
    why = f"{_PARTIAL}: " + (
        "their places are the file's" if counted else "their places are those in this text"
    )
    found.lose("documents", "text that is not coded", why, len(documents))


def _joined(rows: Sequence[_Row]) -> tuple[str, dict[tuple[Any, ...], tuple[int, int]]]:
    """Passages one after the other."""
    parts: list[str] = []
    spots: dict[tuple[Any, ...], tuple[int, int]] = {}
    at = 0
    for place in sorted({r.place for r in rows}):
        spots[place] = (at, at + len(place[-1]))
        parts.append(place[-1])
        at += len(place[-1]) + len(GAP)
    return GAP.join(parts), spots


def _laid_out(
    found: Found, document: str, rows: Sequence[_Row]
) -> tuple[str, dict[tuple[Any, ...], tuple[int, int]]]:
    """Passages at their places; blanks where nothing is known."""
    spots = {r.place: (int(r.cells["begin"]), int(r.cells["end"])) for r in rows}
    size = max(end for _, end in spots.values())
    if size > 50_000_000:
        found.refuse(
            "", f"a passage of {document!r} at character {size:,}", "texts below 50 million characters"
        )
        return "", spots
    letters = [" "] * size
    for place, (start, end) in sorted(spots.items()):
        if place[-1]:
            known = "".join(letters[start:end])
            if any(a not in (" ", b) for a, b in zip(known, place[-1], strict=True)):
                told = f"two passages of {document!r} that overlap at {start} and differ"
                found.refuse("", told, "the same text at the same place")
            letters[start:end] = place[-1]
    return "".join(letters), spots


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts 2 before 10, in text and numbers mixed."""
    pieces = re.findall(r"\d+|\D+", text)
    return tuple(
        (0, int(p), "") if p.isascii() and p.isdigit() and len(p) < 4000 else (1, 0, p) for p in pieces
    )
