"""The codes of a REFI-QDA file, in a project or in a codebook of its own (.qdc)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.coded_project import Project
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.refi_names import NOT_NAMED, check_root, child, children, guid_of, text_in
from trenza.io.coded.refi_rules import violations
from trenza.io.grid import refusal
from trenza.io.safe_xml import local_name, parse_xml
from trenza.io.safe_zip import MOST_BYTES_READ

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

BREAKS = "breaks the standard REFI-QDA; read all the same"


def read_qdc(path: Path, shown_as: str) -> Project:
    """A codebook in REFI-QDA's form: a project that holds codes alone. Raises ``InputFaults``."""
    found = Found(shown_as)
    root = parse_xml(bytes_of(path, shown_as), shown_as)
    check_root(root, "CodeBook", shown_as, "")
    list_violations(found, root, codebook=True)
    found.meta |= {"format": "qdc", "exporter": root.get("origin") or None}
    read_codes(found, child(root, "Codes"), frozenset())
    found.lose("Sets", "sets of codes", "the model has no sets", len([*children(child(root, "Sets"), "Set")]))
    return found.project()


def bytes_of(path: Path, shown_as: str) -> bytes:
    """A file's bytes; raises ``InputFaults`` where it cannot be opened or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES_READ:
            raise refusal(shown_as, "a file too large to be read", f"at most {MOST_BYTES_READ / 1e6:,.0f} MB")
        return path.read_bytes()
    except OSError as error:
        raise refusal(shown_as, "a file that cannot be opened", "a file that you may read") from error


def list_violations(found: Found, root: Element, *, codebook: bool = False) -> None:
    """Count where the file breaks the standard in the loss report."""
    for (element, what), count in violations(root, codebook=codebook).items():
        found.lose(element, what, BREAKS, count)


def read_codes(found: Found, codes: Element | None, cases: frozenset[str]) -> dict[str, list[str]]:
    """Add the tree of codes; those whose id is one of ``cases`` are NVivo's case nodes, and no codes.

    Gives the notes of each code by its id.
    """
    notes: dict[str, list[str]] = {}
    waiting: list[tuple[Element, str | None]] = [(c, None) for c in children(codes, "Code")]
    unnamed = without = 0
    while waiting:
        element, parent = waiting.pop()
        code = guid_of(element.get("guid"))
        below = code
        if not code:
            without += 1
        elif code in cases:
            below = parent or ""
        else:
            name = (element.get("name") or "").strip()
            unnamed += not name
            codable = (element.get("isCodable") or "true").strip() in ("true", "1")
            text = normalised(text_in(element, "Description"))
            found.codes.append(
                (
                    code,
                    parent,
                    name or NOT_NAMED,
                    codable,
                    element.get("color") or None,
                    text if text.strip() else None,
                )
            )
            notes[code] = [guid_of(n.get("targetGUID")) for n in children(element, "NoteRef")]
        waiting += [(c, below or None) for c in element if local_name(c) == "Code"]
    if without:
        found.refuse("Codes", f"{without} codes without a GUID", "a GUID for each code")
    found.lose("Codes", f"codes without a name, now called {NOT_NAMED}", BREAKS, unnamed)
    return notes
