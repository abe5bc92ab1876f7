"""Random coded projects, and the files that other programs would make of them."""

from __future__ import annotations

import html
import sqlite3
import uuid
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from trenza.contracts.coded_project import FRAMES, Project
from trenza.io.coded.collect import Found

PIECES = [
    "casa",
    "niño",
    "an\u0303o",
    "e\u0301l",
    "😀",
    "👩‍👧",
    "𝒜",
    " ",
    " ",
    "\n",
    ". ",
    ", ",
    '"',
    "<b>&",
    "\t",
    "\u2028",
    "\x0b",
    "\ufeff",
    "漢字",
]
NAMES = [
    "Clima",
    "Liderazgo > ética",
    "a & b",
    '"x"',
    "e\u0301",
    "é",
    "😀",
    "con\nsalto",
    "Ñandú",
    "1",
    "<i>",
]
NAMESPACE = uuid.UUID(int=7)


def guid(kind: str, number: int) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind}{number}"))


texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
names = st.sampled_from(NAMES)
maybe = st.one_of(st.none(), st.sampled_from(["uno\n\ndos", " sangría", "😀"]))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Nested codes, overlaps, several coders, whole documents, cases with attributes, notes of every kind."""
    found = Found("made")
    for i in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["text", "text", "pdf", "picture"]))
        found.documents.append((guid("document", i), draw(names), draw(texts), kind, None))
    for i in range(draw(st.integers(0, 5))):
        parent = draw(st.one_of(st.none(), st.integers(0, i - 1))) if i else None
        above = None if parent is None else guid("code", parent)
        colour = draw(st.sampled_from([None, "#ff0000"]))
        found.codes.append((guid("code", i), above, draw(names), draw(st.booleans()), colour, draw(maybe)))
    found.coders = [(guid("coder", i), draw(names)) for i in range(draw(st.integers(0, 3)))]
    spots = [(d, None, None) for d, *_ in found.documents]
    for document, _, text, *_ in found.documents:
        for _ in range(draw(st.integers(0, 4)) if text else 0):
            start = draw(st.integers(0, len(text) - 1))
            spots.append((document, start, draw(st.integers(start + 1, len(text)))))
    if spots and found.codes:
        for _ in range(draw(st.integers(0, 10))):
            document, start, end = draw(st.sampled_from(spots))
            code = draw(st.sampled_from(found.codes))[0]
            coder = draw(st.sampled_from([None, *(c for c, _ in found.coders)]))
            when = draw(st.sampled_from([None, "2026-01-02T03:04:05Z"]))
            found.codings.append((document, start, end, code, coder, when))
    for i in range(draw(st.integers(0, 2))):
        found.cases.append((guid("case", i), draw(names)))
        if draw(st.booleans()):
            value = draw(st.sampled_from(["3", "", "sí\nno"]))
            found.attributes.append(
                (guid("case", i), draw(st.sampled_from(["edad", "a & b"])), "Text", value or None)
            )
        if spots:
            found.spans += [(guid("case", i), *s) for s in draw(st.lists(st.sampled_from(spots), max_size=3))]
    _add_notes(draw, found, spots)
    return found.project()


def _add_notes(draw: st.DrawFn, found: Found, spots: list[Any]) -> None:
    about: list[tuple[str, str | None]] = [("project", None)]
    about += [("document", d[0]) for d in found.documents] + [("code", c[0]) for c in found.codes]
    about += [("selection", f"{d}:{a}:{b}") for d, a, b in spots if a is not None]
    about += [
        ("coding", f"{d}:{a}:{b}:{c}" if a is not None else f"{d}:{c}") for d, a, b, c, *_ in found.codings
    ]
    for i in range(draw(st.integers(0, 2))):
        for kind, target in draw(st.lists(st.sampled_from(about), min_size=1, max_size=2, unique=True)):
            found.notes.append((guid("note", i), f"nota {i}", f"texto {i}\n😀", kind, target))


def same(one: Project, other: Project, leave: tuple[str, ...] = ()) -> None:
    """The same frames, but for the path of documents, the loss report and the meta data."""
    from pandas.testing import assert_frame_equal

    for name in FRAMES:
        if name == "loss" or name in leave:
            continue
        a, b = getattr(one, name), getattr(other, name)
        if name == "documents":
            a, b = a.drop(columns="path"), b.drop(columns="path")
        assert_frame_equal(a, b)


def passages(project: Project) -> list[tuple[str, str, str, str]]:
    """Document, text, code and coder by name of every coding, sorted."""
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    title = dict(zip(project.documents["document"], project.documents["name"], strict=True))
    code = dict(zip(project.codes["code"], project.codes["name"], strict=True))
    coder = dict(zip(project.coders["coder"], project.coders["name"], strict=True))
    told = project.codings[["document", "start", "end", "code", "coder"]].itertuples(index=False, name=None)
    return sorted((title[d], text[d][a:b], code[c], coder.get(k, "")) for d, a, b, c, k in told)


def qdpx(path: Path, body: str, files: dict[str, bytes] | None = None, origin: str = "Nobody 1") -> Path:
    """A REFI-QDA archive around the inside of ``Project``."""
    head = f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="p" origin={quoteattr(origin)}>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", f"{head}{body}</Project>")
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return path


def counted(text: str, place: int, *, unit: str, newline: int, bom: int) -> int:
    """A place in an LF text as another program counts it."""
    before = text[:place]
    n = len(before) + (sum(ord(c) > 0xFFFF for c in before) if unit == "UTF-16" else 0)
    return n + before.count("\n") * (newline - 1) + bom


def foreign(
    path: Path,
    text: str,
    spots: list[tuple[int, int]],
    *,
    unit: str,
    newline: int,
    bom: int,
    end: str,
    stored: str = "\r\n",
    origin: str = "Nobody 1",
) -> Path:
    """An archive whose one document is counted by another rule; breaks are stored as ``stored``, after a mark."""
    rows = []
    for i, (a, b) in enumerate(spots):
        start = counted(text, a, unit=unit, newline=newline, bom=bom)
        # The last character of a passage, which may be wide, begins one character before its end.
        stop = counted(text, b, unit=unit, newline=newline, bom=bom) - (end == "inclusive")
        rows.append(
            f'<PlainTextSelection guid="{guid("selection", i)}" startPosition="{start}" endPosition="{stop}">'
            f'<Coding guid="{guid("coding", i)}" creatingUser="{guid("coder", 0)}">'
            f'<CodeRef targetGUID="{guid("code", 0)}"/></Coding></PlainTextSelection>'
        )
    body = (
        f'<Users><User guid="{guid("coder", 0)}" name="Ana"/></Users><CodeBook><Codes><Code guid="{guid("code", 0)}" '
        f'name="Clima" isCodable="true"/></Codes></CodeBook><Sources><TextSource guid="{guid("document", 0)}" name="uno" '
        f'plainTextPath="internal://uno.txt">{"".join(rows)}</TextSource></Sources>'
    )
    return qdpx(
        path, body, {"Sources/uno.txt": b"\xef\xbb\xbf" + text.replace("\n", stored).encode()}, origin
    )


def taguette(
    path: Path,
    documents: dict[str, str],
    codings: list[tuple[str, int, int, str]],
    revision: str = "09c662cd9483",
) -> Path:
    """A Taguette database; codings are document, start, end and tag."""
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute("pragma synchronous = off")
    base.executescript(
        "create table alembic_version (version_num); create table projects (id integer, name);"
        "create table documents (id integer, name, description, filename, contents, project_id integer);"
        "create table tags (id integer, project_id integer, path, description);"
        "create table highlights (id integer, document_id integer, start_offset integer, end_offset integer, snippet);"
        "create table highlight_tags (highlight_id integer, tag_id integer);"
    )
    base.execute("insert into alembic_version values (?)", (revision,))
    base.execute("insert into projects values (1, 'p')")
    numbers = {name: i for i, name in enumerate(documents)}
    tags = {t: i for i, t in enumerate(sorted({c[3] for c in codings}))}
    for name, text in documents.items():
        row = (numbers[name], name, "", name, f"<p>{html.escape(text)}</p>", 1)
        base.execute("insert into documents values (?, ?, ?, ?, ?, ?)", row)
    for tag, i in tags.items():
        base.execute("insert into tags values (?, 1, ?, '')", (i, tag))
    for i, (name, start, end, tag) in enumerate(codings):
        ends = [len(documents[name][:k].encode()) for k in (start, end)]
        base.execute("insert into highlights values (?, ?, ?, ?, '')", (i, numbers[name], *ends))
        base.execute("insert into highlight_tags values (?, ?)", (i, tags[tag]))
    base.commit()
    base.close()
    return path


def qualcoder(
    folder: Path,
    documents: dict[str, str],
    codings: list[tuple[str, int, int, str, str | None]],
    categories: tuple[tuple[str, str | None], ...] = (),
    stored: str = "\n",
) -> Path:
    """A QualCoder folder; codings are document, start, end, code and owner. Positions are those of the stored text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.qda").unlink(missing_ok=True)
    base = sqlite3.connect(folder / "data.qda")
    base.execute("pragma synchronous = off")
    base.executescript(
        "create table project (databaseversion, date, memo, about);"
        "insert into project values ('v11', '', '', 'QualCoder 3.5');"
        "create table source (id integer primary key, name, fulltext, mediapath, memo, owner, date);"
        "create table code_cat (catid integer primary key, name, owner, date, memo, supercatid integer);"
        "create table code_name (cid integer primary key, name, memo, catid integer, owner, date, color);"
        "create table code_text (ctid integer primary key, cid integer, fid integer, seltext, pos0 integer, pos1 integer, owner, date, memo);"
        "create table cases (caseid integer primary key, name, memo);"
        "create table case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer);"
        "create table attribute_type (name, caseOrFile, valuetype);"
        "create table attribute (attrid integer primary key, name, attr_type, value, id integer);"
    )
    cats = {name: i for i, (name, _) in enumerate(categories, 1)}
    for name, above in categories:
        base.execute(
            "insert into code_cat values (?, ?, '', '', '', ?)", (cats[name], name, cats.get(above or ""))
        )
    numbers = {name: i for i, name in enumerate(documents, 1)}
    codes = {c: i for i, c in enumerate(sorted({c[3] for c in codings}), 1)}
    for name, text in documents.items():
        base.execute(
            "insert into source values (?, ?, ?, null, '', '', '')",
            (numbers[name], name, text.replace("\n", stored)),
        )
    for code, i in codes.items():
        base.execute(
            "insert into code_name values (?, ?, '', ?, '', '', '#00ff00')", (i, code, 1 if cats else None)
        )
    for name, start, end, code, owner in codings:
        raw = documents[name].replace("\n", stored)
        a, b = (len(documents[name][:k].replace("\n", stored)) for k in (start, end))
        row = (codes[code], numbers[name], raw[a:b], a, b, owner)
        base.execute(
            "insert into code_text (cid, fid, seltext, pos0, pos1, owner, date, memo) values (?, ?, ?, ?, ?, ?, '2026', '')",
            row,
        )
    base.commit()
    base.close()
    return folder


def xml(text: str) -> str:
    return escape(text)
