"""The notes of a REFI-QDA project, and what each is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.refi_names import child, children, guid_of, made_guid, parts_of, text_in
from trenza.io.coded.refi_sources import KINDS, Archive, Sources, plain_text
from trenza.io.safe_xml import local_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class Targets:
    """What each note is about, by the note's id."""

    def __init__(self, codes: Mapping[str, list[str]]) -> None:
        self.told: dict[str, list[tuple[str, str | None]]] = {}
        for code, notes in codes.items():
            for note in notes:
                self.add(note, "code", code)

    def add(self, note: str, kind: str, target: str | None) -> None:
        """``note`` is about ``target``, a ``kind`` of thing."""
        self.told.setdefault(note, []).append((kind, target))


def read_notes(
    found: Found,
    root: Element,
    archive: Archive,
    sources: Sources,
    spots: Sequence[tuple[int, int]],
    selections: Mapping[str, tuple[str, int, int]],
    targets: Targets,
    spoken: set[str],
) -> None:
    """Add the notes, one row for each thing that one is about; a note about nothing is about the project.

    Descriptions of passages, and of the project, are notes too (annotations of MAXQDA, memos of QualCoder).
    ``spoken``: passages that belong to a case. Passages with neither code, note, description nor case are counted.
    """
    for reference in children(root, "NoteRef"):
        targets.add(guid_of(reference.get("targetGUID")), "project", None)
    for source in parts_of(child(root, "Sources")):
        if local_name(source) in KINDS:
            for reference in children(source, "NoteRef"):
                targets.add(guid_of(reference.get("targetGUID")), "document", guid_of(source.get("guid")))
    noted = _links(found, root, selections, targets)
    bare = 0
    for element, passage, spot, codings in zip(
        sources.elements, sources.passages, spots, sources.codings, strict=True
    ):
        key = guid_of(element.get("guid"))
        at = f"{passage.document}:{spot[0]}:{spot[1]}"
        notes = [guid_of(n.get("targetGUID")) for n in children(element, "NoteRef")]
        for note in notes:
            targets.add(note, "selection", at)
        text = normalised(text_in(element, "Description"))
        if text.strip():
            note = made_guid("description", key or at)
            found.notes.append((note, (element.get("name") or "").strip() or None, text, "selection", at))
        bare += not (codings or notes or text.strip() or key in noted or key in spoken)
    found.lose("PlainTextSelection", "passages without code, note or case", "they say nothing", bare)
    described = normalised(text_in(root, "Description"))
    if described.strip():
        found.notes.append((made_guid("description", "project"), None, described, "project", None))
    _notes(found, root, archive, targets)


def _links(
    found: Found, root: Element, selections: Mapping[str, tuple[str, int, int]], targets: Targets
) -> set[str]:
    """Links from a note to a passage are annotations (NVivo); gives those passages."""
    notes = {guid_of(n.get("guid")) for n in children(child(root, "Notes"), "Note")}
    noted = set()
    for link in children(child(root, "Links"), "Link"):
        ends = [guid_of(link.get("originGUID")), guid_of(link.get("targetGUID"))]
        if ends[1] in notes and ends[0] in selections:
            ends.reverse()
        if ends[0] in notes and ends[1] in selections:
            document, start, end = selections[ends[1]]
            targets.add(ends[0], "selection", f"{document}:{start}:{end}")
            noted.add(ends[1])
        else:
            found.lose("Links", "links between things other than a note and a passage", "the model has none")
    return noted


def _notes(found: Found, root: Element, archive: Archive, targets: Targets) -> None:
    known = set()
    for element in children(child(root, "Notes"), "Note"):
        note = guid_of(element.get("guid"))
        if not note or note in known:
            found.refuse(
                "Notes",
                f"a note with the id {note or '(none)'}, which is no id of its own",
                "a GUID for each",
            )
            continue
        known.add(note)
        text = plain_text(element, archive)
        if text is None and element.get("plainTextPath"):
            told = f"no file {element.get('plainTextPath')!r}, the text of a note"
            found.broken("Notes", told, "all texts")
        text = normalised((text or "").removeprefix("\ufeff"))
        coded = sum(local_name(e) == "Coding" for e in element.iter())
        found.lose("Notes", "codings of notes", "the model codes documents", coded)
        name = (element.get("name") or "").strip() or None
        for kind, target in dict.fromkeys(targets.told.get(note, [("project", None)])):
            found.notes.append((note, name, text or None, kind, target))
    missing = set(targets.told) - known
    found.lose("Notes", "references to notes that are not there", "the reference leads nowhere", len(missing))
