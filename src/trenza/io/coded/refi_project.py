"""A REFI-QDA project (.qdpx, or a .qde without its archive) as a ``Project``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import InputFaults
from trenza.io.coded.calibrate import Calibration, calibrate
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import Rule
from trenza.io.coded.refi_cases import read_cases
from trenza.io.coded.refi_codebook import bytes_of, list_violations, read_codes
from trenza.io.coded.refi_names import check_root, child, children, guid_of, parts_of
from trenza.io.coded.refi_notes import Targets, read_notes
from trenza.io.coded.refi_sources import Archive, CodingRow, Sources, read_sources
from trenza.io.grid import refusal
from trenza.io.safe_xml import parse_xml
from trenza.io.safe_zip import SafeZip

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OURS = "Trenza"
_WHAT = "a REFI-QDA project: a zip archive with one project.qde and a folder of sources"


def read_qdpx(path: Path, shown_as: str, *, counting: Rule | None, tolerant: bool) -> Project:
    """A REFI-QDA project.

    ``counting``: how its positions are counted, where the user knows; else it is found out from its passages.
    ``tolerant``: what leads nowhere is left out and counted. Raises ``InputFaults`` with everything that is wrong.
    """
    with SafeZip(path, shown_as, _WHAT) as archive:
        inside = [n for n in archive.names if n.lower().endswith(".qde") and not n.startswith("__MACOSX/")]
        # At the top, as the standard has it; or in the folder that somebody packed again.
        projects = [n for n in inside if "/" not in n] or inside
        if len(projects) != 1:
            raise refusal(shown_as, f"{len(projects)} .qde files in the archive", _WHAT)
        root = parse_xml(archive.read(projects[0]), shown_as, projects[0])
        return _project(root, Archive(archive), shown_as, counting, tolerant)


def read_qde(path: Path, shown_as: str, *, counting: Rule | None, tolerant: bool) -> Project:
    """The XML of a project without its archive: only texts that stand in it can be read."""
    root = parse_xml(bytes_of(path, shown_as), shown_as)
    return _project(root, Archive(None), shown_as, counting, tolerant)


def _project(
    root: Element, archive: Archive, shown_as: str, counting: Rule | None, tolerant: bool
) -> Project:
    check_root(root, "Project", shown_as, "project.qde")
    found = Found(shown_as, tolerant)
    list_violations(found, root)
    exporter = root.get("origin") or ""
    found.meta |= {"format": "qdpx", "exporter": exporter or None}
    _users(found, child(root, "Users"))
    case_ids = {guid_of(c.get("guid")) for c in children(child(root, "Cases"), "Case")} - {""}
    code_notes = read_codes(found, child(child(root, "CodeBook"), "Codes"), frozenset(case_ids))
    sources = read_sources(found, child(root, "Sources"), archive)
    # A file that Trenza wrote says by its name how it counts.
    said = Rule() if exporter.startswith(OURS) else None
    try:
        calibration = calibrate(sources.texts, sources.passages, exporter, shown_as, counting or said)
    except InputFaults as error:
        raise InputFaults([*found.faults, *error.faults]) from error
    _tell(found, sources, calibration)
    spots = [*zip(calibration.starts.tolist(), calibration.ends.tolist(), strict=True)]
    targets = Targets(code_notes)
    _codings(found, sources, spots, case_ids, targets)
    selections = {
        guid_of(element.get("guid")): (passage.document, *spot)
        for element, passage, spot in zip(sources.elements, sources.passages, spots, strict=True)
    }
    read_cases(found, root, selections, sources)
    referred = {
        guid_of(r.get("targetGUID"))
        for case in children(child(root, "Cases"), "Case")
        for r in children(case, "SelectionRef")
    }
    read_notes(found, root, archive, sources, spots, selections, targets, referred)
    for name, what in (("Sets", "sets of codes, sources or notes"), ("Graphs", "maps")):
        found.lose(name, what, "the model has none", len(parts_of(child(root, name))))
    return found.project()


def _users(found: Found, users: Element | None) -> None:
    for user in children(users, "User"):
        coder = guid_of(user.get("guid"))
        if coder:
            found.coders.append((coder, (user.get("name") or user.get("id") or "").strip() or coder))


def _tell(found: Found, sources: Sources, calibration: Calibration) -> None:
    """The rule into the meta data, and positions inside a character into the loss report."""
    rule = calibration.rule
    stored = any(t.crlf.size for t in sources.texts.values())
    found.meta |= {
        "unit": rule.unit,
        "newline": rule.newline or (2 if stored else 1),
        "bom": rule.bom,
        "end": rule.end,
        "score": calibration.score,
        "margin": calibration.margin,
    }
    inside = int((~calibration.whole).sum())
    why = "it is taken as the place before that character"
    found.lose("PlainTextSelection", "passages that begin or end inside a character", why, inside)


def _codings(
    found: Found,
    sources: Sources,
    spots: list[tuple[int, int]],
    cases: set[str],
    targets: Targets,
) -> None:
    """Codings, and what is coded with a case node as a span of that case."""
    rows: list[tuple[str, int | None, int | None, CodingRow]] = [
        (passage.document, *spot, coding)
        for passage, spot, codings in zip(sources.passages, spots, sources.codings, strict=True)
        for coding in codings
    ]
    rows += [(document, None, None, coding) for document, coding in sources.whole]
    nodes: Counter[str] = Counter()
    for document, start, end, coding in rows:
        if not coding.code:
            nodes["without a code"] += 1
        elif coding.code in cases:
            found.spans.append((coding.code, document, start, end))
        else:
            coder = coding.coder or None
            found.codings.append((document, start, end, coding.code, coder, coding.created or None))
            at = document if start is None else f"{document}:{start}:{end}"
            for note in coding.notes:
                targets.add(note, "coding", f"{at}:{coding.code}")
    if nodes:
        found.broken(
            "Coding", f"{nodes['without a code']} codings without a code", "one CodeRef in each Coding"
        )
