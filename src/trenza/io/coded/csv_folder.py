"""A coded project as a folder of CSV files and texts, for people and for other programs; written and read.

``project.json`` says what it is; each frame of the model is a CSV of its name; the text of a document is a file in
``texts/``, named in ``documents.csv``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.coded_project import FRAMES, META, Project
from trenza.contracts.columns import Contract
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.refi_names import made_guid
from trenza.io.grid import refusal

if TYPE_CHECKING:
    import pandas as pd

MARKER = "project.json"
VERSION = 1
_WHAT = "a folder that write_csv_folder made"


def write_csv_folder(project: Project, folder: Path) -> None:
    """Write the project; the folder is there whole or not at all, and an earlier project of Trenza in it goes.

    Raises ``InputFaults`` where ``folder`` holds anything else.
    """
    if (
        folder.exists()
        and not (folder / MARKER).is_file()
        and any(folder.iterdir() if folder.is_dir() else [1])
    ):
        raise refusal(
            str(folder), "other files", "a new folder, an empty one, or a project that Trenza wrote"
        )
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        (part / "texts").mkdir(parents=True)
        _write(project, part)
        if folder.exists():
            folder.replace(old)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _write(project: Project, folder: Path) -> None:
    told = {"format": "trenza project", "version": VERSION, "meta": {k: project.meta.get(k) for k in META}}
    _put(folder / MARKER, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    for name in FRAMES:
        frame: pd.DataFrame = getattr(project, name)
        if name == "documents":
            files = [f"texts/{made_guid('text', d)}.txt" for d in frame["document"]]
            for file, text in zip(files, frame["text"], strict=True):
                _put(folder / file, text)
            frame = frame.drop(columns="text").assign(text_file=files)
        _put(folder / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def read_csv_folder(folder: Path, shown_as: str) -> Project:
    """The project in a folder that ``write_csv_folder`` made. Raises ``InputFaults``."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        if told["format"] != "trenza project" or not isinstance(told["meta"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refusal(f"{shown_as}/{MARKER}", "no project of Trenza", _WHAT) from error
    if told.get("version") != VERSION:
        raise refusal(f"{shown_as}/{MARKER}", f"version {told.get('version')}", f"version {VERSION}")
    faults: list[Fault] = []
    rows = {name: _rows(folder, shown_as, name, contract, faults) for name, contract in FRAMES.items()}
    if faults:
        raise InputFaults(faults)
    found = Found(shown_as)
    for row in rows["documents"]:
        text = _text(folder, shown_as, row["text_file"] or "", faults)
        found.documents.append(
            (row["document"] or "", row["name"] or "", text, row["kind"] or "", row["path"])
        )
    if faults:
        raise InputFaults(faults)
    for r in rows["codes"]:
        found.codes.append(
            (
                r["code"] or "",
                r["parent"],
                r["name"] or "",
                r["codable"] == "True",
                r["colour"],
                r["description"],
            )
        )
    for r in rows["codings"]:
        start, end = _whole(r["start"]), _whole(r["end"])
        found.codings.append((r["document"] or "", start, end, r["code"] or "", r["coder"], r["created"]))
    found.coders += [(r["coder"] or "", r["name"] or "") for r in rows["coders"]]
    found.cases += [(r["case"] or "", r["name"] or "") for r in rows["cases"]]
    found.attributes += [
        (r["case"] or "", r["attribute"] or "", r["type"] or "", r["value"]) for r in rows["case_attributes"]
    ]
    found.spans += [
        (r["case"] or "", r["document"] or "", _whole(r["start"]), _whole(r["end"]))
        for r in rows["case_spans"]
    ]
    found.notes += [
        (r["note"] or "", r["name"], r["text"], r["target_kind"] or "", r["target"]) for r in rows["notes"]
    ]
    for r in rows["loss"]:
        found.lose(r["place"] or "", r["what"] or "", r["why"] or "", _whole(r["count"]) or 0)
    found.meta |= {k: told["meta"].get(k) for k in META}
    return found.project()


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _rows(
    folder: Path, shown_as: str, name: str, contract: Contract, faults: list[Fault]
) -> list[dict[str, str | None]]:
    """Rows of a CSV as text with blanks as ``None``; faults for what does not keep the contract."""
    import pandas as pd

    file, columns = f"{shown_as}/{name}.csv", contract.names
    if name == "documents":
        columns = [c for c in columns if c != "text"] + ["text_file"]
    try:
        frame = pd.read_csv(
            folder / f"{name}.csv", dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except (OSError, ValueError):
        faults.append(Fault(file, "", "", "a file that is missing or no CSV", _WHAT))
        return []
    if [*frame.columns] != columns:
        faults.append(
            Fault(file, "1", "", f"columns {', '.join(map(str, frame.columns))}", ", ".join(columns))
        )
        return []
    rows: list[dict[str, str | None]] = [
        dict(zip(columns, (None if v is None or v != v else str(v) for v in row), strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
    for line, row in enumerate(rows, 2):
        for column in contract.columns:
            if column.name == "text" and name == "documents":
                continue
            faults += _cell_faults(
                file, str(line), row, column.name, column.kind, column.blank, column.allowed
            )
    return rows


def _cell_faults(
    file: str,
    line: str,
    row: Mapping[str, str | None],
    name: str,
    kind: str,
    blank: bool,
    allowed: tuple[str, ...],
) -> list[Fault]:
    value = row[name]
    if value is None:
        return [] if blank else [Fault(file, line, name, "a blank cell", "a value")]
    if allowed and value not in allowed:
        return [Fault(file, line, name, repr(value), ", ".join(allowed))]
    if kind == "bool" and value not in ("True", "False"):
        return [Fault(file, line, name, repr(value), "True or False")]
    if kind == "int" and not (value.isascii() and value.isdigit() and len(value) < 16):
        return [Fault(file, line, name, repr(value), "a whole number")]
    return []


def _text(folder: Path, shown_as: str, name: str, faults: list[Fault]) -> str:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not name.startswith("texts/"):
        faults.append(Fault(f"{shown_as}/documents.csv", "", "text_file", repr(name), "a file in texts/"))
        return ""
    try:
        return normalised(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        faults.append(Fault(f"{shown_as}/{name}", "", "", "a text that is missing or no UTF-8", _WHAT))
        return ""
