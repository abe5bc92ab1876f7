"""REFI-QDA as programs really write it: what is taken over, what is counted as lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from coded_projects import guid, qdpx

from trenza.contracts.coded_project import Project
from trenza.qualitative import read_project, write_qdpx

FILES = {"Sources/uno.txt": "Hola mundo\nAdiós".encode(), "Sources/nota.txt": b"una nota"}
ANA, LUZ = guid("coder", 0), guid("coder", 1)
CLIMA, CASE, FOLDER = guid("code", 0), guid("code", 1), guid("code", 2)
UNO, NOTE, TALK = guid("document", 0), guid("note", 0), guid("selection", 0)
CODES = (
    f'<Code guid="{{{FOLDER.upper()}}}" name="Temas" isCodable="false"><Code guid="{CLIMA}" name="Clima" isCodable="true" '
    f'color="#ff0000"><Description>qué es</Description></Code></Code><Code guid="{CASE}" name="Escuela 1" isCodable="true"/>'
)
USERS = f'<Users><User guid="{ANA}" name="Ana"/><User guid="{LUZ}" name="Luz"/></Users>'


def coding(code: str, coder: str | None = ANA, number: int = 0, inside: str = "") -> str:
    who = f' creatingUser="{coder}"' if coder else ""
    return f'<Coding guid="{guid("coding", number)}"{who}><CodeRef targetGUID="{code}"/>{inside}</Coding>'


def passage(start: int, end: int, inside: str, key: str = TALK, more: str = "") -> str:
    return f'<PlainTextSelection guid="{key}" startPosition="{start}" endPosition="{end}"{more}>{inside}</PlainTextSelection>'


def read(
    path: Path,
    *,
    sources: str = "",
    cases: str = "",
    end: str = "",
    variables: str = "",
    text: str = "uno.txt",
) -> Project:
    body = (
        f"{USERS}<CodeBook><Codes>{CODES}</Codes></CodeBook>{variables}{cases}<Sources>"
        f'<TextSource guid="{UNO}" name="uno" plainTextPath="internal://{text}">{sources}</TextSource></Sources>{end}'
    )
    return read_project(qdpx(path / "p.qdpx", body, FILES))


def rows(project: Project, frame: str, *columns: str) -> list[tuple]:  # type: ignore[type-arg]
    told = getattr(project, frame)[[*columns]].astype("object")
    return [*told.where(told.notna(), None).itertuples(index=False, name=None)]


def losses(project: Project) -> dict[str, int]:
    return dict(zip(project.loss["what"], project.loss["count"], strict=True))


def test_codes_folders_and_braces(tmp_path: Path) -> None:
    project = read(
        tmp_path, sources=passage(0, 4, coding("{" + CLIMA.upper() + "}", "{" + ANA.upper() + "}"))
    )
    assert rows(project, "codes", "code", "parent", "path", "depth", "codable") == [
        (CASE, None, "Escuela 1", 0, True),
        (FOLDER, None, "Temas", 0, False),
        (CLIMA, FOLDER, "Temas > Clima", 1, True),
    ]
    assert rows(project, "codings", "document", "start", "end", "code", "coder") == [(UNO, 0, 4, CLIMA, ANA)]


def test_a_case_node_of_nvivo_is_no_code(tmp_path: Path) -> None:
    case = f'<Cases><Case guid="{CASE.upper()}" name="Escuela 1"/></Cases>'
    talk = passage(0, 4, coding(CASE)) + passage(5, 10, coding(CLIMA, number=1), guid("selection", 1))
    project = read(tmp_path, sources=talk + coding(CASE, number=2), cases=case)
    assert CASE not in set(project.codes["code"])
    assert rows(project, "case_spans", "case", "document", "start", "end") == [
        (CASE, UNO, None, None),
        (CASE, UNO, 0, 4),
    ]
    assert rows(project, "codings", "start", "end", "code") == [(5, 10, CLIMA)]


def test_coders_from_the_coding_from_the_passage_or_nobody(tmp_path: Path) -> None:
    talk = passage(0, 4, coding(CLIMA, LUZ), more=f' creatingUser="{ANA}"')
    talk += passage(5, 10, coding(CLIMA, None, 1), guid("selection", 1), f' creatingUser="{ANA}"')
    talk += passage(11, 16, coding(CLIMA, None, 2), guid("selection", 2))
    project = read(tmp_path, sources=talk)
    assert rows(project, "codings", "start", "coder") == [(0, LUZ), (5, ANA), (11, None)]
    assert losses(project)["coders taken from their passage"] == 1
    assert losses(project)["codings by nobody knows whom"] == 1


def test_the_same_passage_for_several_codes_and_twice_for_one(tmp_path: Path) -> None:
    talk = "".join(
        passage(0, 4, coding(c, ANA, i), guid("selection", i)) for i, c in enumerate([CLIMA, CASE, CLIMA])
    )
    project = read(tmp_path, sources=talk)
    assert rows(project, "codings", "start", "code") == sorted([(0, CLIMA), (0, CASE)])
    assert losses(project)["the same passage twice under one code by one coder"] == 1


def test_a_coding_of_the_whole_document(tmp_path: Path) -> None:
    project = read(tmp_path, sources=coding(CLIMA))
    assert rows(project, "codings", "start", "end", "code", "whole_document") == [(None, None, CLIMA, True)]


def test_variables_of_cases_and_of_documents(tmp_path: Path) -> None:
    age = guid("variable", 0)
    value = f'<VariableValue><VariableRef targetGUID="{age}"/><IntegerValue>7</IntegerValue></VariableValue>'
    variables = f'<Variables><Variable guid="{age}" name="edad" typeOfVariable="Integer"/></Variables>'
    named = f'<Case guid="{guid("case", 0)}" name="Rosa">{value}<SourceRef targetGUID="{UNO}"/></Case>'
    project = read(tmp_path, cases=f"<Cases>{named}</Cases>", variables=variables)
    assert rows(project, "case_attributes", "attribute", "type", "value") == [("edad", "Integer", "7")]
    assert rows(project, "case_spans", "case", "document", "start") == [(guid("case", 0), UNO, None)]
    # MAXQDA and Quirkos: a case without a name stands for its one document, or the document has the value itself.
    bare = f'<Cases><Case guid="{guid("case", 0)}">{value}<SourceRef targetGUID="{UNO}"/></Case></Cases>'
    for told in ({"cases": bare}, {"sources": value}):
        project = read(tmp_path, variables=variables, **told)
        assert rows(project, "cases", "case", "name") == [(UNO, "uno")]
        assert rows(project, "case_attributes", "case", "value") == [(UNO, "7")]
        assert rows(project, "case_spans", "case", "document", "start") == [(UNO, UNO, None)]


def test_notes_and_annotations(tmp_path: Path) -> None:
    note = f'<Notes><Note guid="{NOTE}" name="N" plainTextPath="internal://nota.txt"/></Notes>'
    link = f'<Links><Link guid="{guid("link", 0)}" originGUID="{NOTE}" targetGUID="{TALK}"/></Links>'
    # NVivo: a link from a note to a passage. MAXQDA: a passage with a description and no code.
    project = read(
        tmp_path,
        sources=passage(0, 4, "") + passage(5, 10, "<Description>ojo</Description>", guid("selection", 1)),
        end=note + link,
    )
    assert sorted(rows(project, "notes", "name", "text", "target_kind", "target"), key=str) == sorted(
        [("N", "una nota", "selection", f"{UNO}:0:4"), (None, "ojo", "selection", f"{UNO}:5:10")], key=str
    )
    assert "passages without code, note or case" not in losses(project)
    assert losses(read(tmp_path, sources=passage(0, 4, "")))["passages without code, note or case"] == 1
    noted = coding(CLIMA, inside=f'<NoteRef targetGUID="{NOTE}"/>')
    project = read(tmp_path, sources=passage(0, 4, noted), end=note)
    assert rows(project, "notes", "target_kind", "target") == [("coding", f"{UNO}:0:4:{CLIMA}")]


def test_what_is_not_imported_is_counted(tmp_path: Path) -> None:
    graph = '<Graphs><Graph guid="x"/></Graphs>'
    sets = f'<Sets><Set guid="{guid("set", 0)}" name="s"/><Set guid="{guid("set", 1)}" name="t"/></Sets>'
    project = read(tmp_path, end=sets + graph)
    assert losses(project)["sets of codes, sources or notes"] == 2 and losses(project)["maps"] == 1


def test_areas_of_pdf_files_are_counted_and_their_text_is_read(tmp_path: Path) -> None:
    pdf = (
        f'<PDFSource guid="{guid("document", 1)}" name="pdf" path="internal://x.pdf"><PDFSelection guid="{guid("s", 1)}" page="0" '
        f'firstX="1" firstY="1" secondX="2" secondY="2">{coding(CLIMA, ANA, 5)}</PDFSelection><Representation '
        f'guid="{guid("r", 0)}" plainTextPath="internal://uno.txt">{passage(0, 4, coding(CLIMA))}</Representation></PDFSource>'
    )
    body = f"{USERS}<CodeBook><Codes>{CODES}</Codes></CodeBook><Sources>{pdf}</Sources>"
    project = read_project(qdpx(tmp_path / "p.qdpx", body, FILES))
    assert rows(project, "documents", "document", "kind", "text") == [
        (guid("document", 1), "pdf", "Hola mundo\nAdiós")
    ]
    assert rows(project, "codings", "start", "end") == [(0, 4)]
    assert losses(project)["codings of areas of pages"] == 1


def test_a_file_that_breaks_the_standard_is_read_and_told(tmp_path: Path) -> None:
    talk = f'<NoteRef targetGUID="{NOTE}"/>' + passage(0, 4, coding(CLIMA), more=' flavour="x"')
    project = read(tmp_path, sources=talk, end='<Sets><Set guid="1" name="s" creatingUser="x"/></Sets>')
    told = losses(project)
    assert told["an attribute flavour, which the standard does not have"] == 1
    assert told["an attribute creatingUser, which the standard does not have"] == 1
    assert told["guid is no GUID"] == 1
    assert told["elements missing, too many, or in another order"] == 1
    assert len(project.codings) == 1


@pytest.mark.parametrize("path", ["uno.txt", "UNO.TXT", "sources/uno.txt"])
def test_paths_as_programs_write_them(tmp_path: Path, path: str) -> None:
    assert read(tmp_path, text=path).documents["text"].tolist() == ["Hola mundo\nAdiós"]


def test_no_codings_at_all(tmp_path: Path) -> None:
    project = read_project(qdpx(tmp_path / "p.qdpx", ""))
    assert not len(project.documents) and project.meta["score"] is None
    write_qdpx(project, tmp_path / "q.qdpx")
    assert not len(read_project(tmp_path / "q.qdpx").loss)


def test_notes_on_cases_are_written_as_their_descriptions(tmp_path: Path) -> None:
    case = f'<Cases><Case guid="{guid("case", 0)}" name="Rosa"><Description>tercera escuela</Description></Case></Cases>'
    project = read(tmp_path, cases=case)
    assert rows(project, "notes", "text", "target_kind", "target") == [
        ("tercera escuela", "case", guid("case", 0))
    ]
    assert write_qdpx(project, tmp_path / "q.qdpx") == []
    again = read_project(tmp_path / "q.qdpx")
    assert rows(again, "notes", "note", "text", "target") == rows(project, "notes", "note", "text", "target")


def test_what_the_standard_would_refuse_is_not_written(tmp_path: Path) -> None:
    from trenza.io.coded.collect import Found

    found = Found("made")
    found.documents.append((UNO, "uno", "Hola mundo", "text", None))
    found.codes += [(CLIMA, None, "Clima", True, "rojo", None), (FOLDER, None, "Otro", True, "#0f0", None)]
    found.codings += [
        (UNO, 0, 4, CLIMA, None, "2022-02-18 17:32:47.519911"),
        (UNO, 5, 10, CLIMA, None, "ayer"),
    ]
    found.cases.append((guid("case", 0), "Rosa"))
    found.attributes += [
        (guid("case", 0), "edad", "Integer", "unos 30"),
        (guid("case", 0), "hijos", "Integer", "2"),
    ]
    left = write_qdpx(found.project(), tmp_path / "q.qdpx")
    assert left == [
        "1 colours of codes in another form than #rrggbb",
        "1 dates of codings that are no date and time",
    ]
    again = read_project(tmp_path / "q.qdpx")
    assert not len(again.loss[~again.loss["what"].str.contains("nobody")])
    assert rows(again, "codings", "created") == [("2022-02-18T17:32:47.519911",), (None,)]
    assert sorted(rows(again, "case_attributes", "attribute", "type", "value")) == [
        ("edad", "Integer", "unos 30"),
        ("hijos", "Integer", "2"),
    ]
