"""Everything that a user can get wrong with a coded project: one plain message each, and nothing half read."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from coded_projects import guid, qdpx, qualcoder, taguette

from trenza.contracts.faults import InputFaults
from trenza.qualitative import read_project, write_csv_folder

USER = f'<Users><User guid="{guid("coder", 0)}" name="Ana"/></Users>'
CODES = f'<CodeBook><Codes><Code guid="{guid("code", 0)}" name="Clima" isCodable="true"/></Codes></CodeBook>'
FILES = {"sources/uno.txt": b"Hola mundo"}


def source(start: int = 0, end: int = 4, coder: str = guid("coder", 0), path: str = "uno.txt") -> str:
    return (
        f'<Sources><TextSource guid="{guid("document", 0)}" name="uno" plainTextPath="internal://{path}">'
        f'<PlainTextSelection guid="{guid("selection", 0)}" startPosition="{start}" endPosition="{end}">'
        f'<Coding guid="{guid("coding", 0)}" creatingUser="{coder}"><CodeRef targetGUID="{guid("code", 0)}"/></Coding>'
        "</PlainTextSelection></TextSource></Sources>"
    )


def text_file(path: Path) -> Path:
    path.write_text("this is no archive at all", encoding="utf-8")
    return path


def archive(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def zeros(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("project.qde", "<Project/>")
        with file.open("sources/uno.txt", "w", force_zip64=True) as entry:
            for _ in range(40):
                entry.write(bytes(1_000_000))
    return path


def locked(path: Path) -> Path:
    qdpx(path, USER + CODES + source(), FILES)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    path.write_bytes(bytes(data))
    return path


def xml_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def old_taguette(path: Path) -> Path:
    return taguette(path, {"uno": "Hola"}, [("uno", 0, 4, "Clima")], revision="ffffffffffff")


def changed(path: Path, statement: str) -> Path:
    base = sqlite3.connect(path / "data.qda" if path.is_dir() else path)
    base.execute(statement)
    base.commit()
    base.close()
    return path


def circle(path: Path) -> Path:
    folder = qualcoder(
        path, {"uno": "Hola mundo"}, [("uno", 0, 4, "Clima", "Ana")], (("a", None), ("b", "a"))
    )
    return changed(folder, "update code_cat set supercatid = 2 where catid = 1")


def cut(path: Path) -> Path:
    qdpx(path, USER + CODES + source(), FILES)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def csv_circle(path: Path) -> Path:
    project = read_project(qdpx(path.with_suffix(".qdpx"), USER + CODES + source(), FILES))
    write_csv_folder(project, path)
    codes = path / "codes.csv"
    codes.write_text(
        codes.read_text().replace(f"{guid('code', 0)},,", f"{guid('code', 0)},{guid('code', 0)},")
    )
    return path


def csv_text_outside(path: Path) -> Path:
    write_csv_folder(read_project(qdpx(path.with_suffix(".qdpx"), USER + CODES + source(), FILES)), path)
    documents = path / "documents.csv"
    documents.write_text(documents.read_text().replace("texts/", "texts/../../"))
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no zip": (lambda d: text_file(d / "p.qdpx"), "no zip archive"),
    "cut short": (lambda d: cut(d / "p.qdpx"), "no zip archive, or a damaged one"),
    "dots": (lambda d: qdpx(d / "p.qdpx", USER, {"../evil.txt": b""}), "leads out of its folder"),
    "dots of Windows": (
        lambda d: qdpx(d / "p.qdpx", USER, {"sources\\..\\..\\evil.txt": b""}),
        "leads out of its folder",
    ),
    "absolute": (lambda d: qdpx(d / "p.qdpx", USER, {"/etc/evil.txt": b""}), "leads out of its folder"),
    "drive": (lambda d: qdpx(d / "p.qdpx", USER, {"C:evil.txt": b""}), "leads out of its folder"),
    "zeros": (lambda d: zeros(d / "p.qdpx"), "times its size"),
    "password": (lambda d: locked(d / "p.qdpx"), "locked with a password"),
    "no project": (lambda d: archive(d / "p.qdpx", other=b"x"), "without a .qde file"),
    "two projects": (lambda d: qdpx(d / "p.qdpx", USER, {"b.qde": b"<Project/>"}), "2 .qde files"),
    "entities": (
        lambda d: archive(
            d / "p.qdpx", **{"project.qde": b'<!DOCTYPE p [<!ENTITY a "b">]><Project name="&a;"/>'}
        ),
        "document type or entities",
    ),
    "broken xml": (lambda d: archive(d / "p.qdpx", **{"project.qde": b"<Project>"}), "no XML, or damaged"),
    "deep xml": (
        lambda d: archive(
            d / "p.qdpx", **{"project.qde": b"<Project>" + b"<Code>" * 999 + b"</Code>" * 999 + b"</Project>"}
        ),
        "levels deep",
    ),
    "other xml": (lambda d: xml_file(d / "p.qdc", "<html/>"), "begins with CodeBook"),
    "web page": (lambda d: xml_file(d / "p.csv", "<html><body/></html>"), "XML of another kind"),
    "missing text": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(path="dos.txt"), FILES),
        "no file 'internal://dos.txt'",
    ),
    "beyond": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(0, 11), FILES),
        "beyond the text of 'uno' (10 characters)",
    ),
    "negative": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(-1, 4), FILES),
        "beyond the text of 'uno'",
    ),
    "backwards": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(4, 0), FILES),
        "beyond the text of 'uno'",
    ),
    "huge": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(0, 10**30), FILES),
        "beyond the text of 'uno'",
    ),
    "one GUID": (
        lambda d: qdpx(
            d / "p.qdpx",
            USER
            + CODES.replace(
                "</Codes>",
                f'<Code guid="{{{guid("code", 0).upper()}}}" name="Otro" isCodable="true"/></Codes>',
            )
            + source(),
            FILES,
        ),
        "2 with the id",
    ),
    "unknown coder": (
        lambda d: qdpx(d / "p.qdpx", USER + CODES + source(coder=guid("coder", 9)), FILES),
        "not in the list of coders",
    ),
    "no coders": (lambda d: qdpx(d / "p.qdpx", CODES + source(), FILES), "not in the list of coders"),
    "unknown code": (lambda d: qdpx(d / "p.qdpx", USER + source(), FILES), "which is not there"),
    "circle": (lambda d: circle(d / "p.qda"), "a circle: a below b below a"),
    "circle in CSV": (lambda d: csv_circle(d / "p"), "a circle: Clima below Clima"),
    "text outside": (lambda d: csv_text_outside(d / "p"), "a file in texts/"),
    "newer Taguette": (
        lambda d: old_taguette(d / "p.sqlite3"),
        "another version of Taguette (revision ffffffffffff)",
    ),
    "other database": (lambda d: changed(d / "p.sqlite3", "create table x (y)"), "without the tables"),
    "damaged database": (lambda d: damaged(d / "p.sqlite3"), "damaged"),
    "not there": (lambda d: d / "nothing.qdpx", "cannot be opened"),
    "empty": (lambda d: xml_file(d / "p.csv", ""), "an empty file"),
    "empty folder": (lambda d: d, "a folder without project.json"),
    "other table": (
        lambda d: xml_file(d / "p.csv", "a,b\n1,2\n"),
        "found columns a, b; allowed: columns of coded segments",
    ),
}


def damaged(path: Path) -> Path:
    taguette(path, {"uno": "Hola " * 5000}, [("uno", 0, 4, "Clima")])
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("name", BAD)
def test_one_plain_message(name: str, tmp_path: Path) -> None:
    make, told = BAD[name]
    path = make(tmp_path)
    with pytest.raises(InputFaults) as error:
        read_project(path, "datos/mine")
    assert len(error.value.faults) == 1, str(error.value)
    assert told in str(error.value)
    assert error.value.faults[0].file.startswith("datos/mine")


def test_all_faults_in_one_message(tmp_path: Path) -> None:
    body = USER + CODES + source(0, 99, guid("coder", 9))
    more = body.replace(
        "</Sources>",
        f'<TextSource guid="{guid("document", 1)}" name="dos" plainTextPath="internal://no.txt"/></Sources>',
    )
    with pytest.raises(InputFaults) as error:
        read_project(qdpx(tmp_path / "p.qdpx", more, FILES))
    assert len(error.value.faults) == 2


def test_tolerant_reading_counts_what_leads_nowhere(tmp_path: Path) -> None:
    path = qdpx(tmp_path / "p.qdpx", USER + CODES + source(coder=guid("coder", 9)), FILES)
    project = read_project(path, tolerant=True)
    assert project.codings["coder"].tolist() == [guid("coder", 9)]
    assert (guid("coder", 9), guid("coder", 9)) in {*project.coders.itertuples(index=False, name=None)}
    assert project.loss["what"].str.contains("not in the list of coders").any()
    project = read_project(qdpx(path, USER + CODES + source(0, 99), FILES), tolerant=True)
    assert not len(project.codings) and project.loss["what"].str.contains("beyond the text").any()


def test_nothing_of_an_archive_reaches_the_disk(tmp_path: Path) -> None:
    with pytest.raises(InputFaults):
        read_project(qdpx(tmp_path / "p.qdpx", USER, {"../evil.txt": b"x"}))
    assert [p.name for p in tmp_path.iterdir()] == ["p.qdpx"] and not (tmp_path.parent / "evil.txt").exists()


def test_two_projects_in_one_taguette_database(tmp_path: Path) -> None:
    path = taguette(tmp_path / "t.sqlite3", {"uno": "Hola mundo"}, [("uno", 0, 4, "Clima")])
    changed(path, "insert into projects values (2, 'otro')")
    with pytest.raises(InputFaults, match="'p', 'otro'"):
        read_project(path)
    assert len(read_project(path, project="p").codings) == 1
