"""A QualCoder project (a .qda folder with data.qda) as a ``Project``."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from trenza.contracts.coded_project import Project
from trenza.io.coded.calibrate import Passage, calibrate
from trenza.io.coded.collect import Found
from trenza.io.coded.offsets import Rule, Text, normalised, text_of
from trenza.io.coded.sqlite import columns_of, opened
from trenza.io.grid import refusal

NEEDED = {
    "source": {"id", "name", "fulltext"},
    "code_name": {"cid", "name", "memo", "catid", "color"},
    "code_cat": {"catid", "name", "memo", "supercatid"},
    "code_text": {"cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo"},
}
_WHAT = "a QualCoder project: a folder .qda with data.qda"
_MEDIA = {"images": "picture", "audio": "audio", "video": "video"}


def read_qualcoder(path: Path, shown_as: str, *, counting: Rule | None, tolerant: bool) -> Project:
    """A QualCoder project: ``path`` is its folder, or the data.qda in it.

    Names are the ids, since QualCoder has each once; categories, which are folders, begin with ``category: ``.
    Positions are checked against the passages that QualCoder stored beside them. Raises ``InputFaults``.
    """
    with opened(path / "data.qda" if path.is_dir() else path, shown_as, _WHAT) as database:
        tables = columns_of(database)
        missing = {f"{t}.{c}" for t, cs in NEEDED.items() for c in cs - tables.get(t, set())}
        if missing:
            raise refusal(shown_as, f"a database without {', '.join(sorted(missing))}", _WHAT)
        found = Found(shown_as, tolerant)
        about = database.execute("select about from project").fetchone() if "project" in tables else None
        found.meta |= {"format": "qualcoder", "exporter": str((about or ["QualCoder"])[0] or "QualCoder")}
        documents, texts = _documents(found, database, tables)
        codes = _codes(found, database, tables)
        _codings(found, database, tables, documents, texts, codes, counting)
        _cases(found, database, tables, documents, texts, found.meta)
        _loss(found, database, tables)
        return found.project()


def _documents(
    found: Found, database: sqlite3.Connection, tables: dict[str, set[str]]
) -> tuple[dict[int, str], dict[str, Text]]:
    media = "mediapath" if "mediapath" in tables["source"] else "null"
    memo = "memo" if "memo" in tables["source"] else "null"
    names: dict[int, str] = {}
    texts: dict[str, Text] = {}
    for number, name, raw, path, note in database.execute(
        f"select id, name, fulltext, {media}, {memo} from source"
    ):
        name = name or f"(no name {number})"
        names[number] = name
        texts[name] = text_of(raw or "", in_file=False)
        folder = (path or "").replace(":", "/").strip("/").partition("/")[0].lower()
        kind = _MEDIA.get(folder, "pdf" if (path or name).lower().endswith(".pdf") else "text")
        found.documents.append((name, name, texts[name].lf, kind, path or None))
        if note:
            found.notes.append((f"memo of the document {name}", None, normalised(note), "document", name))
    return names, texts


def _codes(found: Found, database: sqlite3.Connection, tables: dict[str, set[str]]) -> dict[int, str]:
    folders = dict(database.execute("select catid, name from code_cat").fetchall())
    codes = dict(database.execute("select cid, name from code_name").fetchall())

    def folder(number: int | None) -> str | None:
        if number is None or number == 0:
            return None
        return f"category: {folders.get(number, number)}"

    for name, memo, above in database.execute("select name, memo, supercatid from code_cat"):
        found.codes.append(
            (f"category: {name}", folder(above), name, False, None, normalised(memo or "") or None)
        )
    below = "supercid" if "supercid" in tables["code_name"] else "null"
    query = f"select name, memo, catid, color, {below} from code_name"
    for name, memo, above, colour, code in database.execute(query):
        parent = codes.get(code, str(code)) if code else folder(above)
        found.codes.append((name, parent, name, True, colour or None, normalised(memo or "") or None))
    return codes


def _codings(
    found: Found,
    database: sqlite3.Connection,
    tables: dict[str, set[str]],
    documents: dict[int, str],
    texts: dict[str, Text],
    codes: dict[int, str],
    counting: Rule | None,
) -> None:
    query = "select cid, fid, seltext, pos0, pos1, owner, date, memo from code_text order by rowid"
    rows = database.execute(query).fetchall()
    good = [r for r in rows if r[1] in documents and isinstance(r[3], int) and isinstance(r[4], int)]
    if len(good) < len(rows):
        told = f"{len(rows) - len(good)} codings of documents that are not there, or without positions"
        found.broken("code_text", told, "codings of documents of the project")
    passages = [Passage(documents[r[1]], r[3], r[4], normalised(r[2] or "")) for r in good]
    exporter = "QualCoder"
    calibration = calibrate(texts, passages, exporter, found.file, counting)
    rule = calibration.rule
    found.meta |= {"unit": rule.unit, "newline": rule.newline or 2, "bom": rule.bom, "end": rule.end}
    found.meta |= {"score": calibration.score, "margin": calibration.margin}
    spots = zip(good, calibration.starts.tolist(), calibration.ends.tolist(), strict=True)
    for (cid, fid, _, _, _, owner, date, memo), start, end in spots:
        code, document = codes.get(cid, str(cid)), documents[fid]
        found.codings.append((document, start, end, code, owner or None, date or None))
        if memo:
            place = f"{document}:{start}:{end}:{code}"
            found.notes.append((f"memo of {place} by {owner}", None, normalised(memo), "coding", place))
    owners = {r[5] for r in rows if r[5]}
    found.coders += [(o, o) for o in sorted(owners)]
    unknown = sum(not r[5] for r in good)
    found.lose("code_text", "codings by nobody knows whom", "they have no owner", unknown)
    if "annotation" in tables:
        query = "select anid, fid, pos0, pos1, memo from annotation"
        for number, fid, start, end, memo in database.execute(query):
            place = f"{documents.get(fid, fid)}:{start}:{end}"
            found.notes.append(
                (f"annotation {number}", None, normalised(memo or "") or None, "selection", place)
            )


def _cases(
    found: Found,
    database: sqlite3.Connection,
    tables: dict[str, set[str]],
    documents: dict[int, str],
    texts: dict[str, Text],
    meta: dict[str, Any],
) -> None:
    """Cases and their passages; attributes of files make each file a case of its own name."""
    from trenza.io.coded.offsets import places

    if not {"caseid", "name", "memo"} <= tables.get("cases", set()):
        return
    cases = dict(database.execute("select caseid, name from cases").fetchall())
    found.cases += [(f"case: {n}", n) for n in cases.values()]
    for name, memo in database.execute("select name, memo from cases"):
        if memo:
            found.notes.append((f"memo of the case {name}", None, normalised(memo), "case", f"case: {name}"))
    import numpy as np

    rule = Rule(meta["unit"], meta["newline"], meta["bom"], meta["end"])
    for case, fid, start, end in database.execute("select caseid, fid, pos0, pos1 from case_text"):
        if case not in cases or fid not in documents:
            found.broken(
                "case_text", "a passage of a case or document that is not there", "both in the project"
            )
            continue
        document = documents[fid]
        size = len(texts[document].lf)
        spot = places(texts[document], rule, np.array([start or 0, end or 0]))[0].tolist()
        # A whole file of a case goes from 0 to its last character, or to 0 for pictures and recordings.
        whole = spot[0] <= 0 and (spot[1] >= size - 1 or spot[1] == 0)
        found.spans.append((f"case: {cases[case]}", document, *((None, None) if whole else spot)))
    if "attribute" not in tables:
        return
    kinds = dict(database.execute("select name, valuetype from attribute_type").fetchall())
    files = set()
    for name, kind, value, number in database.execute("select name, attr_type, value, id from attribute"):
        told = "Float" if kinds.get(name) == "numeric" else "Text"
        if kind == "case" and number in cases:
            found.attributes.append((f"case: {cases[number]}", name, told, value or None))
        elif kind == "file" and number in documents:
            files.add(documents[number])
            found.attributes.append((f"file: {documents[number]}", name, told, value or None))
        else:
            found.lose("attribute", f"attributes of the kind {kind}", "the model has cases and documents")
    found.cases += [(f"file: {d}", d) for d in sorted(files)]
    found.spans += [(f"file: {d}", d, None, None) for d in sorted(files)]


def _loss(found: Found, database: sqlite3.Connection, tables: dict[str, set[str]]) -> None:
    for table, what in (
        ("code_image", "codings of areas of pictures"),
        ("code_av", "codings of stretches of recordings"),
    ):
        if table in tables:
            n = database.execute(f"select count(*) from {table}").fetchone()[0]
            found.lose(table, what, "they are no passages of a text", n)
    if "journal" in tables:
        query = "select name, jentry from journal"
        for name, text in database.execute(query):
            found.notes.append((f"journal {name}", name, normalised(text or "") or None, "project", None))
