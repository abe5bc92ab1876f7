"""Files that a report takes numbers from: their rows as they stand there, with line numbers and hashes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trenza.contracts.tables import CONTRACTS
from trenza.io.files import sha256
from trenza.io.finished import FINISHED, SETTINGS
from trenza.io.provenance import PACKAGE
from trenza.io.study_files import read_rows

# What names a row of the study's own tables.
STUDY_KEYS = {"items": ("item",), "codebook": ("code",), "links": ("link",)}
TEXT = "text/"
# Signs of a key's value that would end it, as RFC 3986 (section 2.1) writes them.
_TEXT_KEY = re.compile(r"^\"?(\w+)\"?:", re.MULTILINE)
ESCAPES = {"%": "%25", ";": "%3B", "|": "%7C", "\n": "%0A"}


@dataclass(frozen=True)
class CitedFile:
    """One file: ``name`` as reports say it, ``key`` the columns that name a row."""

    path: Path
    name: str
    key: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return sha256(self.path)

    @cached_property
    def _records(self) -> list[tuple[int, str]]:
        """Line and text of each record below the header; a quoted cell may hold line ends."""
        found: list[tuple[int, str]] = []
        open_text, began = "", 0
        for number, line in enumerate(self.path.read_text(encoding="utf-8").split("\n")[:-1], start=1):
            began = began if open_text else number
            open_text += f"{line}\n"
            if open_text.count('"') % 2 == 0:
                found.append((began, open_text.removesuffix("\n")))
                open_text = ""
        return found

    @cached_property
    def header(self) -> list[str]:
        """The columns."""
        return next(csv.reader([self._records[0][1]])) if self._records else []

    def __len__(self) -> int:
        return max(len(self._records) - 1, 0)

    def line(self, row: int) -> int:
        """The line at which a row begins."""
        return self._records[row + 1][0]

    def text(self, row: int) -> str:
        """The row as it stands in the file."""
        return self._records[row + 1][1]

    def cell(self, row: int, column: str) -> str:
        """One cell as it stands in the file."""
        return self._cells(row)[self.header.index(column)]

    def _cells(self, row: int) -> list[str]:
        return next(csv.reader(io.StringIO(self.text(row), newline="")))

    def named(self, row: int) -> str:
        """The row by its key: ``id=teachers_commitment;source=published`` (``row_key`` reads it)."""
        named = dict(zip(self.header, self._cells(row), strict=True))
        return ";".join(f"{k}={_escaped(named[k])}" for k in self.key if k != "study")


@dataclass(frozen=True)
class StudyTable(CitedFile):
    """items.csv, codebook.csv or links.csv, read as ``read_rows`` reads it, whatever program saved it."""

    @cached_property
    def _records(self) -> list[tuple[int, str]]:
        header, rows = read_rows(self.path, self.name)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        found = []
        for number, cells in enumerate([header, *([*row.values()] for row in rows)], start=1):
            text.seek(0)
            text.truncate()
            writer.writerow(cells)
            found.append((number, text.getvalue().removesuffix("\n")))
        return found


@dataclass(frozen=True)
class CitedKeys:
    """A file of keys and values: the settings as they ran, or the report's fixed texts."""

    path: Path
    name: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return sha256(self.path)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Values by their keys, joined by points; of the report's texts the keys alone."""
        if self.path.suffix != ".json":
            return dict.fromkeys(_TEXT_KEY.findall(self.path.read_text(encoding="utf-8")), "")
        return dict(_flat(json.loads(self.path.read_text(encoding="utf-8"))["settings"]))


def _escaped(value: str) -> str:
    return "".join(ESCAPES.get(sign, sign) for sign in value)


def row_key(row: str) -> dict[str, str]:
    """The key columns and their values that ``CitedFile.named`` wrote; the value of a cell without words is empty."""
    pairs = (part.partition("=") for part in row.split(";"))
    return {name: unquote(value) for name, _, value in pairs}


def _flat(entry: Any, path: str = "") -> list[tuple[str, Any]]:
    pairs = (
        entry.items() if isinstance(entry, dict) else enumerate(entry) if isinstance(entry, list) else None
    )
    if pairs is None:
        return [(path, entry)]
    return [one for k, v in pairs for one in _flat(v, f"{path}.{k}".lstrip("."))]


def cited(name: str, study: str, root: Path) -> CitedFile | CitedKeys:
    """The file behind a name of the trace: a finished table, a table of the study, its settings, or fixed texts.

    ``root`` is the project's folder. ``KeyError`` for any other name.
    """
    ran = f"results/{study}/{SETTINGS}"
    if name == "study.yaml":
        return CitedKeys(root / ran, ran)
    if name.startswith(TEXT):
        return CitedKeys(PACKAGE / "render" / name, f"trenza/render/{name}")
    if name in STUDY_KEYS:
        lies = json.loads((root / ran).read_text(encoding="utf-8"))["files"][name]
        return StudyTable(root / lies, lies, STUDY_KEYS[name])
    shown = f"results/{study}/{FINISHED[name]}/{name}.table.csv"
    return CitedFile(root / shown, shown, CONTRACTS[name].key)


def digest_of(lines: Sequence[str]) -> str:
    """SHA-256 of lines, each ended by a line feed: what ``sed -n '7p' file | sha256sum`` prints."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
