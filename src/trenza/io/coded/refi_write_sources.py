"""The sources of a REFI-QDA project that is written: texts, passages, codings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.refi_names import made_guid

if TYPE_CHECKING:
    import pandas as pd

_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_ELEMENTS = {
    "text": ("TextSource", ""),
    "pdf": ("PDFSource", "Representation"),
    "picture": ("PictureSource", "TextDescription"),
    "audio": ("AudioSource", "Transcript"),
    "video": ("VideoSource", "Transcript"),
}


def rows_of(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows with blanks as ``None`` and plain Python values."""
    columns = [
        [None if blank else value for value, blank in zip(frame[c].tolist(), frame[c].isna(), strict=True)]
        for c in frame.columns
    ]
    return zip(*columns, strict=True)


def encoded(text: str, path: Path, place: str) -> bytes:
    """UTF-8; raises ``InputFaults`` for text with halves of characters."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = f"text that is no Unicode ({error.reason})"
        raise InputFaults([Fault(str(path), place, "", found, "Unicode")]) from error


def _marked(text: str) -> str:
    """A text that itself begins with U+FEFF needs the mark of its file before it, since readers take one away."""
    return "\ufeff" + text if text.startswith("\ufeff") else text


class Passages:
    """All passages of a project that a code, a case or a note needs, each once, with its codings."""

    def __init__(self, project: Project) -> None:
        self.coded: dict[str, dict[tuple[int, int], list[Any]]] = {}
        self.whole: dict[str, list[Any]] = {}
        for document, start, end, code, coder, _, created in rows_of(project.codings):
            if start is None:
                self.whole.setdefault(document, []).append((code, coder, created))
            else:
                self._at(document, start, end).append((code, coder, created))
        for _, document, start, end in rows_of(project.case_spans):
            if start is not None:
                self._at(document, start, end)
        known = {*project.documents["document"]}
        for _, _, _, kind, target in rows_of(project.notes):
            document, _, spot = (target or "").rpartition(":")
            document, _, start = document.rpartition(":")
            if kind == "selection" and document in known and start.isdigit() and spot.isdigit():
                self._at(document, int(start), int(spot))

    def _at(self, document: str, start: int, end: int) -> list[Any]:
        return self.coded.setdefault(document, {}).setdefault((start, end), [])

    @staticmethod
    def guid(document: str, start: int, end: int) -> str:
        """The GUID of a passage."""
        return made_guid("passage", document, str(start), str(end))


def add_sources(
    root: Element,
    project: Project,
    ids: dict[tuple[str, str], str],
    notes: dict[tuple[str, str], list[str]],
    passages: Passages,
    left: Counter[str],
    path: Path,
) -> dict[str, bytes]:
    """Add the sources; gives the files of their texts. Takes the notes that it has placed out of ``notes``."""
    files: dict[str, bytes] = {}
    if not len(project.documents):
        return files
    sources = SubElement(root, "Sources")
    for document, name, text, kind, _ in rows_of(project.documents):
        guid = ids["document", document]
        outer, inner = _ELEMENTS[kind]
        source = SubElement(sources, outer, guid=guid, name=name)
        coded = passages.coded.get(document, {})
        holder = source
        if inner and (text or coded):
            holder = SubElement(source, inner, guid=made_guid("text", guid))
        left["originals of pictures, PDF files and recordings"] += kind != "text"
        if not inner or text or coded:
            holder.set("plainTextPath", f"internal://{guid}.txt")
            files[f"sources/{guid}.txt"] = encoded(_marked(text), path, name)
        if inner == "Transcript":
            left["codings of passages of transcripts"] += sum(map(len, coded.values()))
            coded = {}
        for (start, end), codings in sorted(coded.items()):
            at = f"{document}:{start}:{end}"
            element = SubElement(holder, "PlainTextSelection", guid=passages.guid(document, start, end))
            element.attrib |= {"startPosition": str(start), "endPosition": str(end)}
            for coding in codings:
                _add_coding(element, at, coding, ids, notes, left)
            for note in notes.pop(("selection", at), ()):
                SubElement(element, "NoteRef", targetGUID=note)
        for coding in passages.whole.get(document, ()):
            _add_coding(source, document, coding, ids, notes, left)
        for note in notes.pop(("document", document), ()):
            SubElement(source, "NoteRef", targetGUID=note)
    return files


def _add_coding(
    parent: Element,
    at: str,
    coding: tuple[str, str | None, str | None],
    ids: dict[tuple[str, str], str],
    notes: dict[tuple[str, str], list[str]],
    left: Counter[str],
) -> None:
    code, coder, created = coding
    element = SubElement(parent, "Coding", guid=made_guid("coding", at, code, coder or ""))
    if coder:
        element.set("creatingUser", ids["coder", coder])
    if created:
        # Taguette and QualCoder have a space where XML wants a T.
        when = created.strip().replace(" ", "T", 1)
        if _DATE_TIME.fullmatch(when):
            element.set("creationDateTime", when)
        else:
            left["dates of codings that are no date and time"] += 1
    SubElement(element, "CodeRef", targetGUID=ids["code", code])
    # The first coder's coding carries the note; it is about the code at that place.
    for note in notes.pop(("coding", f"{at}:{code}"), ()):
        SubElement(element, "NoteRef", targetGUID=note)
