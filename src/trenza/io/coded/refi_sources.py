"""The sources of a REFI-QDA project: their texts, and the passages and codings in them as the file counts them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trenza.io.coded.calibrate import Passage
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import Text, normalised, text_of
from trenza.io.coded.refi_names import NOT_NAMED, child, children, guid_of, text_in
from trenza.io.safe_xml import local_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from trenza.io.safe_zip import SafeZip

KINDS = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
_PLACES = {"PDFSelection": "areas of pages", "PictureSelection": "areas of pictures"} | dict.fromkeys(
    ("AudioSelection", "VideoSelection"), "stretches of recordings"
)


@dataclass(frozen=True)
class CodingRow:
    """One coding: its code, its coder (blank: unknown), when, and its notes."""

    code: str
    coder: str
    created: str
    notes: tuple[str, ...]


@dataclass
class Sources:
    """Texts by document; passages as counted, and beside each its GUID, codings, notes and description.

    ``whole``: codings of whole documents; ``values``: documents with variables of their own.
    """

    texts: dict[str, Text] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    codings: list[list[CodingRow]] = field(default_factory=list)
    whole: list[tuple[str, CodingRow]] = field(default_factory=list)
    values: list[tuple[str, Element]] = field(default_factory=list)
    borrowed: int = 0
    unknown: int = 0


class Archive:
    """The source files of an archive by their names, whatever the case of their folder; blank for a bare .qde."""

    def __init__(self, archive: SafeZip | None) -> None:
        self._archive = archive
        self._names: dict[str, str] = {}
        for name in archive.names if archive else []:
            self._names.setdefault(posixpath.basename(name).lower(), name)

    def text(self, path: str) -> str | None:
        """Text of the file that ``path`` (internal://..., or bare) names; ``None`` where it is not there."""
        name = posixpath.basename(path.replace("\\", "/")).lower()
        if self._archive is None or name not in self._names:
            return None
        data = self._archive.read(self._names[name])
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "\ufeff" + data.decode("utf-16", errors="replace")
        return data.decode("utf-8", errors="replace")


def read_sources(found: Found, sources: Element | None, archive: Archive) -> Sources:
    """Add the documents to ``found`` and give their passages."""
    read = Sources()
    for source in sources if sources is not None else ():
        kind = KINDS.get(local_name(source))
        document = guid_of(source.get("guid"))
        if kind is None:
            if local_name(source):
                found.lose(
                    "Sources", f"sources of the kind {local_name(source)}", "the standard does not have it"
                )
            continue
        name = (source.get("name") or "").strip() or NOT_NAMED
        if not document:
            found.refuse("Sources", f"the source {name!r} without a GUID", "a GUID for each source")
            continue
        holder = _holder(found, source, kind)
        path = next((p for e in (source, holder) if e is not None for p in _paths(e)), None)
        raw = "" if holder is None else _text(found, holder, name, archive)
        read.texts[document] = text_of(raw or "")
        read.names[document] = name
        found.documents.append((document, name, read.texts[document].lf, kind, path))
        _described(found, source, document)
        for part in {id(e): e for e in (source, holder) if e is not None}.values():
            # Without its text nothing can be said of a passage.
            _codings_of(read, part, document, found, placed=raw is not None)
        read.values += [(document, v) for v in children(source, "VariableValue")]
    _say_who(found, read)
    return read


def plain_text(element: Element, archive: Archive) -> str | None:
    """Text of an element of the type of text sources; ``None`` where its file is missing, or it has none."""
    if child(element, "PlainTextContent") is not None:
        return text_in(element, "PlainTextContent")
    path = element.get("plainTextPath")
    return archive.text(path) if path else None


def _holder(found: Found, source: Element, kind: str) -> Element | None:
    """The element with the text of a source: itself, a representation, a transcript."""
    if kind == "text":
        return source
    if kind in ("pdf", "picture"):
        return child(source, "Representation" if kind == "pdf" else "TextDescription")
    scripts = [*children(source, "Transcript")]
    timed = sum(len([*s.iter()]) and sum(local_name(e) == "Coding" for e in s.iter()) for s in scripts)
    found.lose("Transcript", "codings of transcripts", "their places are times, not characters", timed)
    if len(scripts) > 1:
        found.lose("Transcript", "recordings with several transcripts", "only the first text is kept")
    return scripts[0] if scripts else None


def _paths(element: Element) -> list[str]:
    told = (element.get(k) for k in ("plainTextPath", "path", "currentPath", "richTextPath"))
    return [t for t in told if t]


def _text(found: Found, element: Element, name: str, archive: Archive) -> str | None:
    """The text of a source; ``None`` where passages need one that is not there."""
    if child(element, "PlainTextContent") is not None and element.get("plainTextPath"):
        found.lose("Sources", "texts both in the project and in a file", "the text in the project is taken")
    text = plain_text(element, archive)
    if text is not None:
        if "\ufffd" in text:
            found.lose(
                "Sources",
                f"characters of {name!r} that are no UTF-8",
                "shown as \ufffd",
                text.count("\ufffd"),
            )
        return text
    if element.get("plainTextPath"):
        found.broken(
            "Sources", f"no file {element.get('plainTextPath')!r}, the text of {name!r}", "all texts"
        )
        return None
    if child(element, "PlainTextSelection") is not None:
        found.broken("Sources", f"passages in {name!r}, which has no text", "the text of each document")
        return None
    if local_name(element) == "TextSource":
        found.lose("Sources", "documents without a text", "neither PlainTextContent nor plainTextPath")
    return ""


def _described(found: Found, source: Element, document: str) -> None:
    from trenza.io.coded.refi_names import made_guid

    text = normalised(text_in(source, "Description"))
    if text.strip():
        found.notes.append((made_guid("description", document), None, text, "document", document))


def _codings_of(read: Sources, element: Element, document: str, found: Found, *, placed: bool) -> None:
    for part in element:
        name = local_name(part)
        if name == "Coding":
            read.whole.append((document, _coding(read, part, "")))
        elif name == "PlainTextSelection" and not placed:
            found.lose("Sources", f"passages of {read.names[document]!r}", "its text is missing")
        elif name == "PlainTextSelection":
            start, end = _number(part.get("startPosition")), _number(part.get("endPosition"))
            if start is None or end is None:
                found.broken(
                    "Sources", f"a passage of {read.names[document]!r} without its two positions", "both"
                )
                continue
            quote = normalised(part.get("name") or "").strip()
            read.passages.append(Passage(document, start, end, quote))
            read.elements.append(part)
            maker = guid_of(part.get("creatingUser"))
            read.codings.append([_coding(read, c, maker) for c in children(part, "Coding")])
        elif name in _PLACES:
            n = sum(local_name(e) == "Coding" for e in part.iter())
            found.lose("Sources", f"codings of {_PLACES[name]}", "they are no passages of a text", n)
            found.lose(
                "Sources", f"{_PLACES[name]} without a code", "they are no passages of a text", int(not n)
            )


def _coding(read: Sources, coding: Element, maker: str) -> CodingRow:
    coder = guid_of(coding.get("creatingUser"))
    read.borrowed += bool(maker and not coder)
    read.unknown += not (maker or coder)
    reference = child(coding, "CodeRef")
    code = guid_of(reference.get("targetGUID")) if reference is not None else ""
    notes = tuple(guid_of(n.get("targetGUID")) for n in children(coding, "NoteRef"))
    return CodingRow(code, coder or maker, coding.get("creationDateTime") or "", notes)


def _say_who(found: Found, read: Sources) -> None:
    why = "the coding does not say who made it"
    found.lose("Coding", "coders taken from their passage", why, read.borrowed)
    found.lose("Coding", "codings by nobody knows whom", why, read.unknown)


def _number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    # numpy counts in 64 bits; nothing that people code is longer than this.
    return number if abs(number) < 2**40 else (2**40 if number > 0 else -(2**40))
