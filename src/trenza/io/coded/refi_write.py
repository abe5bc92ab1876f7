"""Writing a ``Project`` as REFI-QDA: a whole project (.qdpx) or its codes alone (.qdc).

Positions are code points, a line break is one character, the end is the character after the passage; texts are UTF-8
with LF, without a mark. The same project gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from trenza.contracts.coded_project import Project
from trenza.io.coded.refi_ids import guids
from trenza.io.coded.refi_names import CODEBOOK_SPACE, PROJECT_SPACE, made_guid
from trenza.io.coded.refi_project import OURS
from trenza.io.coded.refi_write_sources import Passages, add_sources, encoded, rows_of
from trenza.io.files import write_bytes

if TYPE_CHECKING:
    import pandas as pd

# What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOUR = re.compile("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# What a value of each type of variable looks like; any other value is written as text.
_TYPES = {
    "Text": re.compile("(?s).*"),
    "Boolean": re.compile("true|false|0|1"),
    "Integer": re.compile(r"[+-]?\d+"),
    "Float": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    "Date": re.compile(r"-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?"),
    "DateTime": re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_qdpx(project: Project, path: Path) -> list[str]:
    """Write a REFI-QDA project; gives in words what the format, or this writer, leaves out.

    Ids that are no GUIDs are written as GUIDs made from them. Raises ``InputFaults`` for a text that is no Unicode.
    """
    ids = guids(project)
    left: Counter[str] = Counter()
    root = Element("Project", xmlns=PROJECT_SPACE, name=path.stem, origin=_origin())
    if len(project.coders):
        users = SubElement(root, "Users")
        for coder, name in rows_of(project.coders):
            SubElement(users, "User", guid=ids["coder", coder], name=name)
    notes = _notes_by_target(project, ids)
    if len(project.codes):
        codes = SubElement(SubElement(root, "CodeBook"), "Codes")
        _add_codes(codes, project.codes, ids, notes)
    variables = _add_variables(root, project.case_attributes)
    colours = project.codes["colour"].dropna()
    left["colours of codes in another form than #rrggbb"] += int(
        (~colours.str.fullmatch(_COLOUR.pattern)).sum()
    )
    passages = Passages(project)
    _add_cases(root, project, ids, variables, passages)
    odd = {r[1] for r in rows_of(project.case_attributes) if r[2] not in _TYPES}
    left["attributes of a type that the standard does not have, written as text"] += len(odd)
    files = add_sources(root, project, ids, notes, passages, left, path)
    _add_notes(root, project, ids, files, path)
    for note in notes.pop(("project", ""), ()):
        SubElement(root, "NoteRef", targetGUID=note)
    left["notes about things that are not in the project"] += sum(map(len, notes.values()))
    data = _bytes(root, left)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("project.qde", data), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    write_bytes(path, packed.getvalue())
    return sorted(f"{n} {what}" for what, n in left.items() if n)


def write_qdc(codes: pd.DataFrame, path: Path) -> None:
    """Write the codes of a project (its frame ``codes``) as a REFI-QDA codebook."""
    root = Element("CodeBook", xmlns=CODEBOOK_SPACE, origin=_origin())
    ids = {("code", c): g for c, g in _code_guids(codes["code"]).items()}
    _add_codes(SubElement(root, "Codes"), codes, ids, {})
    write_bytes(path, _bytes(root, Counter()))


def _code_guids(codes: Iterable[str]) -> dict[str, str]:
    from trenza.io.coded.refi_names import is_guid

    return {c: c if is_guid(c) else made_guid("code", c) for c in codes}


def _origin() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{OURS} {version('trenza')}"
    except PackageNotFoundError:
        return OURS


def _notes_by_target(project: Project, ids: dict[tuple[str, str], str]) -> dict[tuple[str, str], list[str]]:
    """GUIDs of notes by (kind, id) of what they are about; those about cases are their descriptions."""
    told: dict[tuple[str, str], list[str]] = {}
    for note, _, _, kind, target in rows_of(project.notes):
        if kind != "case":
            told.setdefault((kind, target or ""), []).append(ids["note", note])
    return told


def _add_codes(
    parent: Element,
    codes: pd.DataFrame,
    ids: dict[tuple[str, str], str],
    notes: dict[tuple[str, str], list[str]],
) -> None:
    elements: dict[str, Element] = {}
    # Depth by depth, so that a parent is there before its children.
    for code, above, name, _, _, codable, colour, description in sorted(
        rows_of(codes), key=lambda r: (r[4], r[3], r[0])
    ):
        element = SubElement(elements[above] if above else parent, "Code")
        element.attrib |= {
            "guid": ids["code", code],
            "name": name,
            "isCodable": "true" if codable else "false",
        }
        if colour and _COLOUR.fullmatch(colour):
            element.set("color", colour)
        if description:
            SubElement(element, "Description").text = description
        for note in notes.pop(("code", code), ()):
            SubElement(element, "NoteRef", targetGUID=note)
        elements[code] = element


def _add_variables(root: Element, attributes: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The variables, and their GUIDs by name and type."""
    told = sorted({(r[1], r[2]) for r in rows_of(attributes)})
    names = {v: made_guid("variable", *v) for v in told}
    if told:
        variables = SubElement(root, "Variables")
        for (name, kind), guid in names.items():
            SubElement(
                variables, "Variable", guid=guid, name=name, typeOfVariable=kind if kind in _TYPES else "Text"
            )
    return names


def _add_cases(
    root: Element,
    project: Project,
    ids: dict[tuple[str, str], str],
    variables: dict[tuple[str, str], str],
    passages: Passages,
) -> None:
    if not len(project.cases):
        return
    cases = SubElement(root, "Cases")
    values: dict[str, list[Any]] = {}
    spans: dict[str, list[Any]] = {}
    for case, *rest in rows_of(project.case_attributes):
        values.setdefault(case, []).append(rest)
    described: dict[str, list[str]] = {}
    for _, _, text, kind, target in rows_of(project.notes):
        if kind == "case" and text:
            described.setdefault(target, []).append(text)
    for case, *rest in rows_of(project.case_spans):
        spans.setdefault(case, []).append(rest)
    for case, name in rows_of(project.cases):
        element = SubElement(cases, "Case", guid=ids["case", case], name=name)
        if case in described:
            SubElement(element, "Description").text = "\n\n".join(described[case])
        for attribute, kind, value in values.get(case, ()):
            holder = SubElement(element, "VariableValue")
            SubElement(holder, "VariableRef", targetGUID=variables[attribute, kind])
            if value is not None:
                fits = kind in _TYPES and _TYPES[kind].fullmatch(value)
                SubElement(holder, f"{kind if fits else 'Text'}Value").text = value
        mine = spans.get(case, [])
        for document, start, _ in mine:
            if start is None:
                SubElement(element, "SourceRef", targetGUID=ids["document", document])
        for document, start, end in mine:
            if start is not None:
                SubElement(element, "SelectionRef", targetGUID=passages.guid(document, start, end))


def _add_notes(
    root: Element, project: Project, ids: dict[tuple[str, str], str], files: dict[str, bytes], path: Path
) -> None:
    """Notes with their texts in files, so that any character survives."""
    texts = {note: (name, text) for note, name, text, kind, _ in rows_of(project.notes) if kind != "case"}
    if not texts:
        return
    notes = SubElement(root, "Notes")
    for note, (name, text) in sorted(texts.items()):
        guid = ids["note", note]
        element = SubElement(notes, "Note", guid=guid)
        if name:
            element.set("name", name)
        element.set("plainTextPath", f"internal://{guid}.txt")
        files[f"sources/{guid}.txt"] = encoded(text or "", path, "notes")


def _bytes(root: Element, left: Counter[str]) -> bytes:
    """XML in UTF-8; characters that XML cannot hold become the sign for an unknown one, and are counted."""
    told = "characters of names that XML cannot hold, written as \ufffd"
    for element in root.iter():
        if element.text:
            element.text, n = _NO_XML.subn("\ufffd", element.text)
            left[told] += n
        for key, value in element.attrib.items():
            element.attrib[key], n = _NO_XML.subn("\ufffd", value)
            left[told] += n
    indent(root, " ")
    data: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + data + b"\n"
