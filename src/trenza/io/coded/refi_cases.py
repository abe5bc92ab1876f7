"""The cases of a REFI-QDA project, their attributes, and where they speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.refi_names import NOT_NAMED, child, children, guid_of, made_guid, text_in
from trenza.io.coded.refi_sources import Sources
from trenza.io.safe_xml import local_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_cases(
    found: Found, root: Element, selections: Mapping[str, tuple[str, int, int]], sources: Sources
) -> None:
    """Add cases, attributes and spans.

    ``selections``: document, start and end of each passage by its GUID. A case without a name that holds one
    source alone carries the variables of that document (MAXQDA, Quirkos): it becomes a case of the document's id
    and name, and so do variables that stand on a source itself.
    """
    variables = _variables(found, root)
    names: dict[str, str] = {}
    for case in children(child(root, "Cases"), "Case"):
        key, name = guid_of(case.get("guid")), (case.get("name") or "").strip()
        held = [guid_of(s.get("targetGUID")) for s in children(case, "SourceRef")]
        spoken = [guid_of(s.get("targetGUID")) for s in children(case, "SelectionRef")]
        if not name and len(held) == 1 and not spoken and held[0] in sources.names:
            key, name = held[0], sources.names[held[0]]
            found.lose(
                "Cases", "cases without a name and with one source", "they are the variables of that document"
            )
        if not key:
            found.refuse("Cases", f"the case {name!r} without a GUID", "a GUID for each case")
            continue
        if key in names and key not in sources.names:
            found.refuse("Cases", f"two cases with the id {key}", "an id of its own for each case")
            continue
        names[key] = name or NOT_NAMED
        found.spans += [(key, document, None, None) for document in held]
        for selection in spoken:
            if selection in selections:
                found.spans.append((key, *selections[selection]))
            else:
                told = f"the passage {selection} of the case {names[key]!r}, which is not there"
                found.broken("Cases", told, "a passage of the file")
        _values(found, key, [*children(case, "VariableValue")], variables)
        codes = len([*children(case, "CodeRef")])
        found.lose(
            "Cases", "codes that are set beside a case", "the model codes passages and documents", codes
        )
        text = normalised(text_in(case, "Description"))
        if text.strip():
            found.notes.append((made_guid("description", key), None, text, "case", key))
    for document, value in sources.values:
        names.setdefault(document, sources.names[document])
        found.spans.append((document, document, None, None))
        _values(found, document, [value], variables)
    found.cases += sorted(names.items())


def _variables(found: Found, root: Element) -> dict[str, tuple[str, str]]:
    """Name and type of each variable; where names repeat, the later ones by id get a number."""
    told = sorted(
        (
            guid_of(v.get("guid")),
            (v.get("name") or "").strip() or NOT_NAMED,
            v.get("typeOfVariable") or "Text",
            v,
        )
        for v in children(child(root, "Variables"), "Variable")
    )
    taken: dict[str, int] = {}
    variables = {}
    for key, name, kind, element in told:
        taken[name] = taken.get(name, 0) + 1
        variables[key] = (name if taken[name] == 1 else f"{name} ({taken[name]})", kind)
        described = bool(text_in(element, "Description").strip())
        found.lose(
            "Variables", "descriptions of variables", "the model has no place for them", int(described)
        )
    return variables


def _values(found: Found, case: str, values: list[Element], variables: Mapping[str, tuple[str, str]]) -> None:
    for value in values:
        reference = child(value, "VariableRef")
        key = guid_of(reference.get("targetGUID")) if reference is not None else ""
        if key not in variables:
            found.broken(
                "Cases",
                f"a value of the variable {key or '(none)'}, which is not there",
                "a variable of the file",
            )
            continue
        given = next((e for e in value if local_name(e).endswith("Value")), None)
        text = normalised(given.text or "") if given is not None else ""
        found.attributes.append((case, *variables[key], text or None))
