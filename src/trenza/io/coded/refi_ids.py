"""GUIDs for a project that is written: its own ids where they are GUIDs, made ones where they are not."""

from __future__ import annotations

from collections.abc import Iterable

from trenza.contracts.coded_project import Project
from trenza.io.coded.refi_names import is_guid, made_guid

KINDS = {"document": "documents", "code": "codes", "coder": "coders", "case": "cases", "note": "notes"}


def guids(project: Project) -> dict[tuple[str, str], str]:
    """(kind, id) to GUID, each GUID once in the file.

    A case with the id of a code would be read as NVivo's case node, so the later kind gets a made one.
    """
    taken: set[str] = set()
    told: dict[tuple[str, str], str] = {}
    for kind, frame in KINDS.items():
        for key in _ids(getattr(project, frame)[kind]):
            guid = key if is_guid(key) and key not in taken else made_guid(kind, key)
            taken.add(guid)
            told[kind, key] = guid
    return told


def _ids(values: Iterable[str]) -> list[str]:
    # Ids that are GUIDs come first: a made one must not take theirs.
    return sorted(dict.fromkeys(values), key=lambda v: (not is_guid(v), v))
