"""Tables that programs for qualitative analysis export, in three languages, CSV and workbooks."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from coded_projects import qualcoder, taguette

from trenza.contracts.faults import InputFaults
from trenza.qualitative import read_nvivo_comparison, read_nvivo_matrix, read_project

MAXQDA = {
    "en": [
        "Document group",
        "Document name",
        "Code",
        "Begin",
        "End",
        "Weight score",
        "Segment",
        "Author",
        "Date",
    ],
    "de": [
        "Dokumentgruppe",
        "Dokumentname",
        "Code",
        "Anfang",
        "Ende",
        "Gewicht",
        "Segment",
        "Autor",
        "Datum",
    ],
    "es": [
        "Grupo de documentos",
        "Nombre del documento",
        "Código",
        "Inicio",
        "Final",
        "Peso",
        "Segmento",
        "Autor",
        "Fecha",
    ],
}
ROWS = [
    ["Norte", "Ana", "Clima > Aula", "10", "10", "0", "hay respeto", "Luz", "2026-01-01"],
    ["Norte", "Ana", "Clima", "2", "2", "0", "llegan\ntarde", "Luz", "2026-01-01"],
    ["Norte", "Ana", "Clima", "10", "10", "0", "hay respeto", "Eva", "2026-01-02"],
    ["Sur", "Ana", "Clima\\Patio", "1", "1", "0", "juegan", "Eva", "2026-01-02"],
]


def table(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        path.write_text("\n".join(";".join(f'"{c}"' for c in row) for row in rows) + "\n", encoding="utf-8")
    return path


def told(project) -> list[tuple]:  # type: ignore[no-untyped-def, type-arg]
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    cells = project.codings[["document", "start", "end", "code", "coder"]].fillna({"coder": ""})
    return sorted((d, text[d][a:b], c, k) for d, a, b, c, k in cells.itertuples(index=False, name=None))


@pytest.mark.parametrize("language", MAXQDA)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_maxqda_segments_in_three_languages(tmp_path: Path, language: str, ending: str) -> None:
    project = read_project(table(tmp_path / f"s.{ending}", [MAXQDA[language], *ROWS]))
    assert project.meta["exporter"] == "maxqda"
    assert told(project) == [
        ("Norte > Ana", "hay respeto", "Clima", "Eva"),
        ("Norte > Ana", "hay respeto", "Clima > Aula", "Luz"),
        ("Norte > Ana", "llegan\ntarde", "Clima", "Luz"),
        ("Sur > Ana", "juegan", "Clima > Patio", "Eva"),
    ]
    # Passages in the order of the document, paragraph 2 before 10.
    assert project.documents["text"].tolist() == ["llegan\ntarde\n\nhay respeto", "juegan"]
    assert project.codes["path"].tolist() == ["Clima", "Clima > Aula", "Clima > Patio"]
    assert project.codes["parent"].tolist()[1:] == ["Clima", "Clima"]
    assert project.loss["what"].str.contains("the column").sum() == 1


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one = read_project(table(tmp_path / "s.csv", [MAXQDA["en"], *ROWS]))
    two = read_project(table(tmp_path / "s.csv", [MAXQDA["en"], *reversed(ROWS)]))
    assert one.codings.equals(two.codings) and one.documents.equals(two.documents)


@pytest.mark.parametrize(
    "header",
    [
        ["ID", "Document", "Quotation Content", "Codes", "Created by", "Reference"],
        ["ID", "Documento", "Contenido de la cita", "Códigos", "Creado por", "Referencia"],
        ["ID", "Dokument", "Zitatinhalt", "Kodes", "Erstellt von", "Referenz"],
    ],
)
def test_atlas_ti_quotations_with_several_codes(tmp_path: Path, header: list[str]) -> None:
    rows = [
        ["1:1", "e1", "hay respeto", "Clima\nAula: respeto", "Luz", "p. 1"],
        ["1:2", "e1", "hay respeto", "Clima", "Luz", "p. 2"],
    ]
    project = read_project(table(tmp_path / "s.xlsx", [header, *rows]))
    assert project.meta["exporter"] == "atlas_ti"
    assert [t[1:3] for t in told(project)] == [
        ("hay respeto", "Aula: respeto"),
        ("hay respeto", "Clima"),
        ("hay respeto", "Clima"),
    ]
    assert project.documents["text"].tolist() == ["hay respeto\n\nhay respeto"]


def test_plain_segments_with_and_without_places(tmp_path: Path) -> None:
    plain = [
        ["document", "code", "text", "coder"],
        ["e1", "Clima", "hay respeto", "Luz"],
        ["e1", "Clima", "llegan tarde", ""],
    ]
    project = read_project(table(tmp_path / "s.csv", plain))
    assert told(project) == [("e1", "hay respeto", "Clima", "Luz"), ("e1", "llegan tarde", "Clima", "")]
    placed = [
        ["documento", "código", "inicio", "fin", "texto"],
        ["e1", "Clima", "5", "8", "sol"],
        ["e1", "Aula", "6", "10", "ol y"],
    ]
    project = read_project(table(tmp_path / "s.csv", placed))
    assert project.codings[["start", "end"]].to_numpy().tolist() == [[5, 8], [6, 10]]
    assert project.documents["text"].tolist() == ["     sol y"]


def test_faults_of_a_table_name_row_and_column(tmp_path: Path) -> None:
    rows = [["document", "code", "text"], ["", "Clima", "uno"], ["e1", "Clima", ""]]
    with pytest.raises(InputFaults) as error:
        read_project(table(tmp_path / "s.csv", rows))
    assert [(f.row, f.column) for f in error.value.faults] == [("2", "document"), ("3", "text")]


def test_taguette_csv_has_the_same_passages_as_its_database(tmp_path: Path) -> None:
    base = read_project(
        taguette(
            tmp_path / "t.sqlite3", {"uno": "Hola mundo, adiós"}, [("uno", 0, 4, "a"), ("uno", 5, 10, "a.b")]
        )
    )
    rows = [
        ["id", "document", "tag", "content"],
        ["1", "uno", "a", "Hola"],
        ["2", "uno", "a.b", "mundo"],
        ["3", "uno", "", "adiós"],
    ]
    csv = read_project(table(tmp_path / "s.csv", rows))
    assert csv.meta["exporter"] == "taguette" and told(csv) == told(base)
    assert csv.codes.equals(base.codes) and csv.codes["path"].tolist() == ["a", "a > b"]
    assert csv.loss["what"].eq("passages without a code").any()


def test_qualcoder_categories_are_folders(tmp_path: Path) -> None:
    folder = qualcoder(
        tmp_path / "q.qda",
        {"uno": "Hola mundo"},
        [("uno", 0, 4, "Clima", "Ana")],
        (("Temas", None), ("Hondo", "Temas")),
    )
    project = read_project(folder)
    assert project.codes[["path", "codable"]].to_numpy().tolist() == [
        ["Temas", False],
        ["Temas > Clima", True],
        ["Temas > Hondo", False],
    ]
    assert told(project) == [("uno", "Hola", "Clima", "Ana")]


COMPARISON = [
    "Node",
    "File",
    "File Folder",
    "File Size",
    "Kappa",
    "Agreement (%)",
    "A and B (%)",
    "Not A and Not B (%)",
    "Disagreement (%)",
    "A and Not B (%)",
    "B and Not A (%)",
]


def test_nvivo_comparison(tmp_path: Path) -> None:
    rows = [["Clima", "e1", "Files", "12,345 chars", "0.5632", "97.1", "2.1", "95.0", "2.9", "1.2", "1.7"]]
    frame = read_nvivo_comparison(table(tmp_path / "c.xlsx", [COMPARISON, *rows]))
    row = frame.iloc[0]
    assert (row["size"], row["size_unit"], row["kappa"], row["both"], row["only_b"]) == (
        12345,
        "chars",
        0.5632,
        2.1,
        1.7,
    )
    comma = [
        ["Clima", "e1", "Files", "12.345 caracteres", "0,5632", "97,1 %", "2,1", "95", "2,9", "1,2", "1,7"]
    ]
    spanish = [
        "Nodo",
        "Archivo",
        "Carpeta de archivo",
        "Tamaño de archivo",
        "Kappa",
        "Acuerdo (%)",
        "A y B (%)",
        "No A y No B (%)",
        "Desacuerdo (%)",
        "A y No B (%)",
        "B y No A (%)",
    ]
    again = read_nvivo_comparison(table(tmp_path / "c.csv", [spanish, *comma]))
    assert again.drop(columns="size_unit").equals(frame.drop(columns="size_unit"))
    with pytest.raises(InputFaults, match="column Kappa: found 'mucho'"):
        read_nvivo_comparison(
            table(tmp_path / "c.csv", [COMPARISON, ["Clima", "e1", "", "9", "mucho", *["1"] * 6]])
        )


def test_nvivo_matrix(tmp_path: Path) -> None:
    rows = [["", "A : Directora", "B : Docente"], ["1 : Clima", "3", "0"], ["2 : Aula", "", "12"]]
    frame = read_nvivo_matrix(table(tmp_path / "m.csv", rows))
    assert frame.fillna(-1).to_numpy().tolist() == [
        ["Aula", "Directora", -1.0],
        ["Aula", "Docente", 12.0],
        ["Clima", "Directora", 3.0],
        ["Clima", "Docente", 0.0],
    ]
