"""What the REFI-QDA standard asks of an XML file, as data, and where a file breaks it.

Source: Project.xsd and Codebook.xsd of 18 March 2019. A type is its attributes (``!`` = required; kinds: g GUID,
i integer, b boolean, c colour, else text) and its children in their order (``!`` exactly one, ``?`` at most one,
``*`` any number, ``+`` at least one; a choice in round brackets stands at one place). Dates are not looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trenza.io.safe_xml import local_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MADE = "creatingUser:g creationDateTime modifyingUser:g modifiedDateTime"
_REF = ("targetGUID:g!", "")
_MEDIA = f"guid:g! name path currentPath {_MADE}"
_LAST = "Coding* NoteRef* VariableValue*"
_TEXT = (
    f"guid:g! name richTextPath plainTextPath {_MADE}",
    f"Description? PlainTextContent? PlainTextSelection* {_LAST}",
)
_SPOT = "firstX:i! firstY:i! secondX:i! secondY:i!"
_TIMED = (f"guid:g! name begin:i! end:i! {_MADE}", "Description? Coding* NoteRef*")
TYPES: dict[str, tuple[str, str]] = {
    "Project": (
        "name! origin creatingUserGUID:g creationDateTime modifyingUserGUID:g modifiedDateTime basePath",
        "Users? CodeBook? Variables? Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*",
    ),
    "Users": ("", "User+"),
    "User": ("guid:g! name id", ""),
    "CodeBook": ("", "Codes!"),
    "Codes": ("", "Code+"),
    "Code": ("guid:g! name! isCodable:b! color:c", "Description? NoteRef* Code*"),
    "Variables": ("", "Variable+"),
    "Variable": ("guid:g! name! typeOfVariable!", "Description?"),
    "VariableValue": (
        "",
        "VariableRef! (TextValue|BooleanValue|IntegerValue|FloatValue|DateValue|DateTimeValue)?",
    ),
    "Cases": ("", "Case+"),
    "Case": ("guid:g! name", "Description? CodeRef* VariableValue* SourceRef* SelectionRef*"),
    "Sources": ("", "(TextSource|PictureSource|PDFSource|AudioSource|VideoSource)+"),
    "TextSource": _TEXT,
    "Note": _TEXT,
    "Representation": _TEXT,
    "TextDescription": _TEXT,
    "PlainTextSelection": (
        f"guid:g! name startPosition:i! endPosition:i! {_MADE}",
        "Description? Coding* NoteRef*",
    ),
    "Coding": ("guid:g! creatingUser:g creationDateTime", "CodeRef! NoteRef*"),
    "PictureSource": (_MEDIA, f"Description? TextDescription? PictureSelection* {_LAST}"),
    "PictureSelection": (f"guid:g! name {_SPOT} {_MADE}", "Description? Coding* NoteRef*"),
    "PDFSource": (_MEDIA, f"Description? PDFSelection* Representation? {_LAST}"),
    "PDFSelection": (
        f"guid:g! name page:i! {_SPOT} {_MADE}",
        "Description? Representation? Coding* NoteRef*",
    ),
    "AudioSource": (_MEDIA, f"Description? Transcript* AudioSelection* {_LAST}"),
    "VideoSource": (_MEDIA, f"Description? Transcript* VideoSelection* {_LAST}"),
    "AudioSelection": _TIMED,
    "VideoSelection": _TIMED,
    "Transcript": (
        f"guid:g! name richTextPath plainTextPath {_MADE}",
        "Description? PlainTextContent? SyncPoint* TranscriptSelection* NoteRef*",
    ),
    "SyncPoint": ("guid:g! timeStamp:i position:i", ""),
    "TranscriptSelection": (
        f"guid:g! name fromSyncPoint:g toSyncPoint:g {_MADE}",
        "Description? Coding* NoteRef*",
    ),
    "Notes": ("", "Note+"),
    "Links": ("", "Link+"),
    "Link": ("guid:g! name direction color:c originGUID:g targetGUID:g", "NoteRef*"),
    "Sets": ("", "Set+"),
    "Set": ("guid:g! name!", "Description? MemberCode* MemberSource* MemberNote*"),
    "Graphs": ("", "Graph+"),
    **dict.fromkeys(
        (
            "CodeRef",
            "NoteRef",
            "SourceRef",
            "SelectionRef",
            "VariableRef",
            "MemberCode",
            "MemberSource",
            "MemberNote",
        ),
        _REF,
    ),
}
# In a codebook of its own: no notes, and MemberCode names its code otherwise.
CODEBOOK_TYPES = TYPES | {
    "CodeBook": ("origin", "Codes! Sets?"),
    "Code": ("guid:g! name! isCodable:b! color:c", "Description? Code*"),
    "Set": ("guid:g! name!", "Description? MemberCode*"),
    "MemberCode": ("guid:g!", ""),
}
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KINDS = {
    "g": ("GUID", re.compile(rf"{_GUID}|\{{{_GUID}\}}")),
    "i": ("whole number", re.compile(r"\s*[+-]?\d+\s*")),
    "b": ("true or false", re.compile(r"\s*(true|false|0|1)\s*")),
    "c": ("colour", re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")),
}


_Type = tuple[dict[str, str], dict[str, str], re.Pattern[str]]


def violations(root: Element, *, codebook: bool = False) -> Counter[tuple[str, str]]:
    """Where a file breaks the standard: (element, what is wrong) and how often."""
    types = {name: _compiled(*told) for name, told in (CODEBOOK_TYPES if codebook else TYPES).items()}
    found: Counter[tuple[str, str]] = Counter()
    # Most elements are alike but for their values: what is wrong with a form is found out once.
    forms: dict[tuple[Any, ...], tuple[list[str], list[tuple[str, str, Callable[[str], object]]]]] = {}
    for element in root.iter():
        form = (element.tag, *element.attrib, None, *[child.tag for child in element])
        if form not in forms:
            forms[form] = _form(element, types)
        wrong, checks = forms[form]
        for told in wrong:
            found[local_name(element), told] += 1
        for key, kind, fits in checks:
            if not fits(element.attrib[key]):
                found[local_name(element), f"{key} is no {kind}"] += 1
    return found


def _form(
    element: Element, types: Mapping[str, _Type]
) -> tuple[list[str], list[tuple[str, str, Callable[[str], object]]]]:
    """What is wrong with names and order in an element, and its attributes whose values have to be checked."""
    told = types.get(local_name(element))
    if told is None:
        return [], []
    attributes, order, pattern = told
    wrong: list[str] = []
    checks: list[tuple[str, str, Callable[[str], object]]] = []
    for key in element.attrib:
        kind = attributes.get(key.rpartition("}")[2])
        if kind is None and not key.startswith("{"):
            wrong.append(f"an attribute {key}, which the standard does not have")
        elif kind and kind[0] in _KINDS:
            name, allowed = _KINDS[kind[0]]
            checks.append((key, name, allowed.fullmatch))
    wrong += [
        f"no {key}" for key, kind in attributes.items() if kind.endswith("!") and key not in element.attrib
    ]
    children = [n for child in element if (n := local_name(child))]
    wrong += [f"an element {n}, which the standard does not have there" for n in children if n not in order]
    if not pattern.fullmatch("".join(order[n] for n in children if n in order)):
        wrong.append("elements missing, too many, or in another order")
    return wrong, checks


def _compiled(attributes: str, children: str) -> _Type:
    """Attributes with their kinds, a letter for each child, and the pattern of letters that is allowed."""
    kinds = {}
    for told in attributes.split():
        name, _, kind = told.rstrip("!").partition(":")
        kinds[name] = (kind or "t") + ("!" if told.endswith("!") else "")
    letters: dict[str, str] = {}
    pattern = ""
    for told in children.split():
        names = told[:-1].strip("()").split("|")
        for n in names:
            letters[n] = chr(ord("A") + len(letters))
        pattern += "[" + "".join(letters[n] for n in names) + "]" + told[-1].replace("!", "")
    return kinds, letters, re.compile(pattern)
