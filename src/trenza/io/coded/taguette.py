"""A Taguette database as a ``Project``.

Taguette keeps documents as HTML and counts the bytes of their text in UTF-8, tags left out. A highlight has no
coder; the log of commands says who set which tag on it, and is believed where it knows the highlight.
"""

from __future__ import annotations

import json
import sqlite3
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import normalised
from trenza.io.coded.sqlite import columns_of, opened
from trenza.io.grid import refusal

TABLES = {"projects", "documents", "tags", "highlights", "highlight_tags"}
# Revisions of the database whose tables read as here; from Taguette's migrations up to 1.5.2.
REVISIONS = {
    "09c662cd9483",
    "382db36f20f4",
    "43d6c240309d",
    "447d636f72c5",
    "491de2dc7cd7",
    "6489b5f9cfb5",
    "679f625e6e6a",
    "807c0cc0ecf6",
    "80b1cc9d4c22",
    "91ade71ccf4d",
    "b23f3b7a638e",
    "bc8e0e0677e9",
    "bce44849c2f2",
    "d86c45d7aa8a",
    "db5e31a0233d",
    "dd37d9027a24",
    "e4cf92942271",
    "e4e090a5b511",
    "ecb4065de575",
}
SEPARATORS = (".", "/", "::", ">")
_WHAT = "a Taguette database (.sqlite3)"


def read_taguette(path: Path, shown_as: str, *, project: str | None = None) -> Project:
    """One project of a Taguette database; ``project`` is its name where the database holds several.

    Raises ``InputFaults`` for a database of a newer Taguette, several projects without ``project``, highlights
    beyond their text.
    """
    with opened(path, shown_as, _WHAT) as database:
        missing = TABLES - columns_of(database).keys()
        if missing:
            raise refusal(shown_as, f"a database without the tables {', '.join(sorted(missing))}", _WHAT)
        _known_revision(database, shown_as)
        number = _project(database, shown_as, project)
        found = Found(shown_as)
        found.meta |= {"format": "taguette", "exporter": "Taguette", "unit": "UTF-8 byte", "newline": 1}
        found.meta |= {"bom": 0, "end": "exclusive"}
        offsets = _documents(found, database, number)
        codes = _tags(found, database, number)
        _highlights(found, database, number, offsets, codes)
        return found.project()


def _known_revision(database: sqlite3.Connection, shown_as: str) -> None:
    told = "select version_num from alembic_version"
    has = database.execute("select count(*) from sqlite_master where name = 'alembic_version'").fetchone()[0]
    revisions = {r[0] for r in database.execute(told)} if has else set()
    unknown = sorted(revisions - REVISIONS)
    if unknown or not revisions:
        found = f"a database of another version of Taguette (revision {', '.join(unknown) or 'none'})"
        allowed = "a version up to 1.5.2; export the highlights as CSV or .xlsx and read those"
        raise InputFaults([Fault(shown_as, "alembic_version", "", found, allowed)])


def _project(database: sqlite3.Connection, shown_as: str, wanted: str | None) -> int:
    projects = database.execute("select id, name from projects order by id").fetchall()
    fitting = [p for p in projects if wanted in (None, p[1])]
    if len(fitting) != 1:
        names = ", ".join(repr(p[1]) for p in projects) or "none"
        found = f"the projects {names}" + (f", and {wanted!r} is asked for" if wanted else "")
        raise refusal(shown_as, found, "one project; name it: read_project(..., project=...)")
    return int(fitting[0][0])


def _documents(found: Found, database: sqlite3.Connection, project: int) -> dict[int, tuple[str, bytes]]:
    """Add the documents; gives each one's id and text in bytes. The name is the id, where it stands once."""
    rows = database.execute(
        "select id, name, filename, description, contents from documents where project_id = ? order by id",
        (project,),
    ).fetchall()
    names = [r[1] for r in rows]
    texts = {}
    for number, name, filename, description, contents in rows:
        key = name if names.count(name) == 1 and name else f"{name} ({number})"
        # html5lib, by which Taguette reads it, has every line break as LF too.
        text = text_of_html(normalised(contents))
        texts[number] = (key, text.encode("utf-8", "surrogatepass"))
        found.documents.append((key, name or key, text, "text", filename or None))
        if description:
            found.notes.append((f"description of {key}", None, normalised(description), "document", key))
    return texts


def _tags(found: Found, database: sqlite3.Connection, project: int) -> dict[int, str]:
    rows = database.execute(
        "select id, path, description from tags where project_id = ?", (project,)
    ).fetchall()
    add_tags(found, [(path, description or None) for _, path, description in rows])
    return {number: path for number, path, _ in rows}


def add_tags(found: Found, tags: list[tuple[str, str | None]]) -> None:
    """Add tags as codes, each by its path; one lies below the longest tag that its path begins with."""
    paths = {path for path, _ in tags}
    for path, description in tags:
        parent, name = None, path
        for end in range(len(path) - 1, 0, -1):
            above = path[:end].rstrip()
            if above in paths and path[end:].strip().startswith(SEPARATORS) and above != path:
                rest = path[end:].strip()
                cut = next(s for s in SEPARATORS if rest.startswith(s))
                if rest[len(cut) :].strip():
                    parent, name = above, rest[len(cut) :].strip()
                    break
        found.codes.append((path, parent, name, True, None, normalised(description or "") or None))


def _highlights(
    found: Found,
    database: sqlite3.Connection,
    project: int,
    offsets: dict[int, tuple[str, bytes]],
    codes: dict[int, str],
) -> None:
    who = _who(database, project)
    rows = database.execute(
        "select h.id, h.document_id, h.start_offset, h.end_offset, t.tag_id from highlights h "
        "join documents d on d.id = h.document_id left join highlight_tags t on t.highlight_id = h.id "
        "where d.project_id = ?",
        (project,),
    )
    unknown = untagged = 0
    coders = set()
    for highlight, document, start, end, tag in rows:
        key, text = offsets[document]
        if tag is None:
            untagged += 1
            continue
        if not 0 <= start < end <= len(text):
            told = f"the highlight {highlight} of {key!r} beyond its text ({len(text):,} bytes)"
            found.refuse("highlights", told, "highlights within the text")
            continue
        first, last = _count(text, start), _count(text, end)
        coder, when = who.get((highlight, document, start, end, tag), who.get((), (None, None)))
        unknown += coder is None
        coders |= {coder} - {None}
        found.codings.append((key, first, last, codes.get(tag, str(tag)), coder, when))
    found.coders += [(c, c) for c in sorted(c for c in coders if c)]
    found.lose("highlights", "highlights without a tag", "a coding needs a code", untagged)
    found.lose(
        "highlights", "codings by nobody knows whom", "the log of commands does not name them", unknown
    )


def _count(text: bytes, position: int) -> int:
    """Code points before a byte; inside a character, those up to its end, as Taguette shows it."""
    while position < len(text) and 0x80 <= text[position] <= 0xBF:
        position += 1
    return len(text[:position].decode("utf-8", "surrogatepass"))


def _who(database: sqlite3.Connection, project: int) -> dict[tuple[Any, ...], tuple[str, str | None]]:
    """Who put a tag on a highlight, and when: by (highlight, document, start, end, tag).

    Numbers are made anew when a project is imported, so that only a command that tells the same passage counts.
    Where one person alone ever set highlights, ``()`` leads to that person.
    """
    if not {"user_login", "payload", "date", "document_id"} <= columns_of(database).get("commands", set()):
        return {}
    # Of each highlight: document, start and end, and who set each of its tags and when.
    now: dict[int, tuple[tuple[Any, ...], dict[int, tuple[str, str | None]]]] = {}
    people = set()
    rows = database.execute(
        "select user_login, date, document_id, payload from commands where project_id = ? order by id",
        (project,),
    )
    for login, date, document, payload in rows:
        try:
            told = json.loads(payload)
        except ValueError:
            continue
        if not isinstance(told, dict):
            continue
        highlight = told.get("highlight_id", told.get("id"))
        if told.get("type") == "highlight_add" and isinstance(highlight, int):
            people.add(login)
            before = now[highlight][1] if highlight in now else {}
            tags = {t: before.get(t, (login, date)) for t in told.get("tags") or () if isinstance(t, int)}
            now[highlight] = ((document, told.get("start_offset"), told.get("end_offset")), tags)
        elif told.get("type") == "highlight_delete":
            now.pop(highlight, None)  # type: ignore[arg-type]
        elif told.get("type") == "tag_merge":
            for _, tags in now.values():
                if told.get("src_tag_id") in tags:
                    tags.setdefault(told.get("dest_tag_id"), tags.pop(told.get("src_tag_id")))  # type: ignore[arg-type]
    who: dict[tuple[Any, ...], tuple[str, str | None]] = {
        (highlight, *place, tag): by for highlight, (place, tags) in now.items() for tag, by in tags.items()
    }
    if len(people) == 1:
        who[()] = (people.pop(), None)
    return who


class _Text(HTMLParser):
    """The text of an HTML document: what stands between tags, entities resolved."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        self.parts.append(data)


def text_of_html(html: str) -> str:
    """The text of HTML without its tags."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)
