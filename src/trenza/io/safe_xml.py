"""XML that strangers made: no entities, no declarations of types, no trees deeper than people build them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_LEVELS = 250


class _Refused(Exception):
    pass


def _refuse(*told: object) -> None:
    raise _Refused


def parse_xml(data: bytes, shown_as: str, place: str = "") -> Element:
    """The root of a document. Raises ``InputFaults`` for what is no XML, has entities, or is far too deep."""
    from xml.etree.ElementTree import ParseError, fromstring
    from xml.parsers import expat

    # Entities can be declared in a document type alone: a first pass, without a tree, looks for one.
    look = expat.ParserCreate()
    look.StartDoctypeDeclHandler = _refuse
    try:
        look.Parse(data, True)
        root = fromstring(data)
    except _Refused as error:
        found = "XML with a document type or entities"
        raise InputFaults([Fault(shown_as, place, "", found, "XML without them")]) from error
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        found = f"no XML, or damaged ({error})"
        raise InputFaults([Fault(shown_as, place, "", found, "a whole XML document")]) from error
    level, depth = [root], 1
    while level := [child for element in level for child in element]:
        depth += 1
        if depth > MOST_LEVELS:
            found = f"elements more than {MOST_LEVELS} levels deep"
            raise InputFaults([Fault(shown_as, place, "", found, "the depth of a codebook")])
    return root


def local_name(element: Element) -> str:
    """An element's name without its namespace; blank for comments."""
    return _local(element.tag)


@cache
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
