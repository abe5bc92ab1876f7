"""Names and ids in REFI-QDA files."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.safe_xml import local_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PROJECT_SPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_SPACE = "urn:QDA-XML:codebook:1.0"
NOT_NAMED = "(no name)"
# All GUIDs that Trenza has to make come out of this one, so that the same project gives the same file.
_OURS = uuid.UUID("6f6d2e2c-3c1f-5b7e-9a55-5a3f0c1d7e42")
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")


def guid_of(text: str | None) -> str:
    """An id without braces and in small letters, so that all its spellings are one; blank stays blank."""
    text = (text or "").strip()
    found = _GUID.fullmatch(text)
    return found.group(1).lower() if found else text


def made_guid(*parts: str) -> str:
    """The GUID that stands for ``parts``, always the same."""
    return str(uuid.uuid5(_OURS, "\0".join(parts)))


def is_guid(text: str) -> bool:
    """Whether text is a GUID as ``guid_of`` gives it."""
    return guid_of(text) == text and _GUID.fullmatch(text) is not None


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of that name, whatever their namespace."""
    return (c for c in element if local_name(c) == name) if element is not None else iter(())


def parts_of(element: Element | None) -> list[Element]:
    """All children; none of nothing."""
    return [c for c in element if local_name(c)] if element is not None else []


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that name."""
    return next(children(element, name), None)


def text_in(element: Element | None, name: str) -> str:
    """Text of the first child of that name, blank where there is none."""
    found = child(element, name)
    return (found.text or "") if found is not None else ""


def check_root(root: Element, name: str, shown_as: str, place: str) -> None:
    """Raises ``InputFaults`` where a document is not the one looked for."""
    space = root.tag.rpartition("}")[0].lstrip("{")
    if local_name(root) != name or (space and not space.startswith("urn:QDA-XML:")):
        found = f"XML that begins with {root.tag!r}"
        raise InputFaults([Fault(shown_as, place, "", found, f"REFI-QDA, which begins with {name}")])
