"""What each survey tool's export says: questions, the tool's own columns, and rows that are no answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.io.survey_file import read_survey
from trenza.questionnaire.export import Export, read_export
from trenza.questionnaire.export_tools import no_answer

SAMPLES = Path(__file__).resolve().parents[1] / "exports"


def export(name: str, tool: str = "auto") -> Export:
    return read_export(read_survey(SAMPLES / name, name), tool=tool)


def questions(found: Export) -> list[str]:
    return [c.name for c in found.columns if not c.own]


def made(*rows: list[str | float | None]) -> SurveyFile:
    return SurveyFile("made", "", rows)


MATRIX = "¿Con qué frecuencia ocurre en su escuela?\nPiense en este año. [{}]"


@pytest.mark.parametrize("name", ["google_forms.csv", "google_forms.xlsx"])
def test_google_forms(name: str) -> None:
    found = export(name)
    assert found.tool == "google_forms"
    assert found.system == {"submitted": "Marca temporal", "person": "Dirección de correo electrónico"}
    assert questions(found) == [
        "¿Cuál es su función?",
        MATRIX.format("Los profesores planifican juntos"),
        MATRIX.format("Observamos clases de colegas"),
        "Comentarios",
        "Me siento cómodo/a cuando me observan.",
        "Comentarios (2)",
        "¿Qué asignaturas hace?",
    ]
    assert found.frame["Comentarios"].tolist()[:2] == ["Todo bien", "Poco tiempo,\nmucha carga"]
    assert found.frame["Comentarios (2)"].tolist()[1:3] == ["Gracias", 'Dijo "no sé"']
    assert list(found.frame.index) == [2, 3, 4, 5, 6, 7]
    texts = {c.name: c.text for c in found.columns}
    assert texts["¿Qué asignaturas hace?"] == "¿Qué asignaturas hace?"
    assert texts["Comentarios"] == ""


def test_times_of_a_sheet_are_times_and_those_of_forms_are_text() -> None:
    assert export("google_forms.xlsx").frame["Marca temporal"].iloc[0] == dt.datetime(2019, 8, 1, 10, 11, 12)
    assert export("google_forms.csv").frame["Marca temporal"].iloc[0] == "2019/08/01 10:11:12 AM GMT-4"


def test_qualtrics_has_three_header_rows_and_rows_that_are_no_answers() -> None:
    found = export("qualtrics.csv")
    assert found.tool == "qualtrics"
    assert questions(found) == ["Q1_1", "Q1_2", "Q2", "Q2_4_TEXT", "Q3"]
    column = {c.name: c.text for c in found.columns}
    assert column["Q1_1"] == "How much do you agree? Think of this year. - We plan lessons together"
    assert list(found.frame.index) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert found.system == {
        "submitted": "RecordedDate",
        "started": "StartDate",
        "seconds": "Duration (in seconds)",
        "finished": "Finished",
        "person": "ExternalReference",
        "status": "Status",
    }
    # The unfinished answer in row 7 stays, as do offline and imported ones.
    assert [row for row, _ in found.left_out] == [4, 8, 9]
    assert found.left_out[0][1] == "a preview of the questionnaire, no answer"
    # Left out rows are in the frame, so that their cells can be counted.
    assert found.frame.loc[4, "Q3"] == "test"


def test_a_workbook_of_qualtrics_has_two_header_rows() -> None:
    names: list[str | float | None] = ["StartDate", "EndDate", "Finished", "Status", "Q1"]
    texts: list[str | float | None] = ["Fecha de inicio", "Fecha final", "Terminado", "Tipo", "¿Cuánto?"]
    row: list[str | float | None] = ["2021-03-01 09:00:00", "2021-03-01 09:05:00", "1", 1.0, "3"]
    found = read_export(made(names, texts, row))
    assert (list(found.frame.index), found.left_out[0][0]) == ([3], 3)
    assert found.columns[4].text == "¿Cuánto?"
    found = read_export(made(names, row))
    assert list(found.frame.index) == [2]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Survey Preview", "preview"),
        (1.0, "preview"),
        ("17", "preview"),
        ("Survey Test", "test"),
        ("8", "spam"),
    ]
    + [("Vista previa de la encuesta", "preview"), ("Imported Spam", "spam")]
    + [(s, "") for s in ("IP Address", 0.0, "0", "Imported", "4", "16", "Offline Response", None)],
)
def test_status_of_qualtrics(status: str | float | None, kind: str) -> None:
    assert (kind in no_answer(status)) if kind else no_answer(status) == ""


LIMESURVEY = ["COL[SQ001]", "COL[SQ002]", "ROL", "ROL[other]", "ASIG[M]", "ASIG[L]", "COMENT"]


@pytest.mark.parametrize("name", ["limesurvey.csv", "limesurvey_full.csv"])
def test_limesurvey_with_codes_and_with_texts(name: str) -> None:
    found = export(name)
    assert found.tool == "limesurvey"
    assert questions(found) == LIMESURVEY
    assert found.system == {
        "submitted": "submitdate",
        "started": "startdate",
        "seconds": "interviewtime",
        "person": "token",
    }
    assert found.frame["submitdate"].isna().sum() == 1
    texts = {c.name: c.text for c in found.columns}
    full = name == "limesurvey_full.csv"
    assert texts["COL[SQ001]"] == ("¿Qué tan de acuerdo está? [Planificamos juntos]" if full else "")
    assert found.frame["ROL"].iloc[3] == ("Otro" if full else "-oth-")


def test_limesurvey_with_texts_alone_and_without_times() -> None:
    header: list[str | float | None] = [
        "ID de respuesta",
        "Fecha de envío",
        "Última página",
        "¿Cómo está? [Hoy]",
    ]
    found = read_export(made(header, [1.0, "1980-01-01 00:00:00", 3.0, "Bien"]))
    assert (found.tool, questions(found)) == ("limesurvey", ["¿Cómo está? [Hoy]"])
    # LimeSurvey writes this day where a survey keeps no times.
    assert found.system == {}


def test_a_full_stop_in_a_question_of_limesurvey_is_no_code() -> None:
    header: list[str | float | None] = ["Response ID", "Date submitted", "Last page", "Today. How are you?"]
    assert questions(read_export(made(header, [1.0, "2021-01-02", 3.0, "Well"]))) == ["Today. How are you?"]


def test_redcap_raw_and_labels() -> None:
    raw, labels = export("redcap_raw.csv"), export("redcap_labels.csv")
    assert (raw.tool, labels.tool) == ("redcap", "redcap")
    assert questions(raw) == [
        "consiento",
        "colab_1",
        "colab_2",
        "asignaturas___1",
        "asignaturas___2",
        "comentario",
    ]
    assert raw.system == {"person": "redcap_survey_identifier"}
    names = [c.name for c in labels.columns]
    assert names[4:8] == ["Survey Timestamp", "¿Acepta participar?", "Complete?", "Survey Timestamp (2)"]
    assert questions(labels)[3] == "¿Qué asignaturas hace? (choice=Matemática)"
    assert labels.system == {"person": "Survey Identifier"}
    assert raw.frame["encuesta_timestamp"].iloc[2] == "[not completed]"


def test_redcap_with_one_form_says_when_it_was_sent() -> None:
    header: list[str | float | None] = ["record_id", "encuesta_timestamp", "p1", "encuesta_complete"]
    found = read_export(made(header, ["1", "2021-05-03 10:00:00", "4", "2"]))
    assert found.system == {
        "finished": "encuesta_complete",
        "submitted": "encuesta_timestamp",
        "person": "record_id",
    }
    assert questions(found) == ["p1"]


@pytest.mark.parametrize("name", ["kobo.csv", "kobo.xlsx"])
def test_kobo(name: str) -> None:
    found = export(name)
    assert found.tool == "kobo"
    choices = ["asignaturas", "asignaturas/matematica", "asignaturas/lenguaje"]
    assert questions(found) == ["escuela/colab_1", "escuela/colab_2", *choices, "nota"]
    assert found.system == {
        "submitted": "_submission_time",
        "started": "start",
        "status": "_validation_status",
    }
    assert len(found.frame) == 6
    assert found.frame["asignaturas"].iloc[0] == "matematica lenguaje"


def test_spss_and_stata_bring_labels_and_missing_values() -> None:
    spss, stata = export("spss.sav"), export("stata.dta")
    assert (spss.tool, spss.system, stata.tool) == ("plain", {}, "plain")
    p1 = spss.columns[1]
    assert (p1.name, p1.text, p1.labels[4.0], list(p1.missing)) == (
        "p1",
        "Planificamos juntos",
        "De acuerdo",
        [99.0],
    )
    assert list(spss.columns[2].missing) == [(-9.0, -1.0)]
    assert list(spss.frame.index) == [2, 3, 4, 5, 6, 7, 8]
    assert stata.frame["p1"].iloc[3] == ".a"


@pytest.mark.parametrize("name", ["windows_semicolon.csv", "unicode_tab.txt"])
def test_plain_files_in_any_encoding(name: str) -> None:
    found = export(name)
    assert found.tool == "plain"
    assert found.frame.loc[2].tolist() == ["007", "Profesor", "Sí", "91,17", "18-11-2021", "Señaló: «mejor»"]
    assert found.frame.loc[5, "Observación"] == "dos\nlíneas"


def test_repeated_and_blank_headers_get_names_of_their_own() -> None:
    header: list[str | float | None] = ["a", "a", "a (2)", None, None, "a", 2020.0]
    found = read_export(made(header, ["1", "2", "3", "4", None, "5", "6"]))
    assert list(found.frame.columns) == ["a", "a (3)", "a (2)", "column 4", "a (4)", "2020"]
    assert found.frame.loc[2].tolist() == ["1", "2", "3", "4", "5", "6"]


def test_every_cell_of_a_file_is_in_the_frame() -> None:
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix == ".py":
            continue
        file = read_survey(path, path.name)
        found = read_export(file)
        rows = file.rows[found.frame.index[0] - file.first_row :]
        cells = [c for row in rows for c in row if c is not None]
        assert found.frame.notna().sum().sum() == len(cells), path.name
        assert sorted(map(str, cells)) == sorted(
            str(v) for v in found.frame.to_numpy().ravel() if v is not None
        )


@pytest.mark.parametrize(
    ("rows", "tool", "message"),
    [
        ([["a", "b"]], "auto", "no rows below the header"),
        ([["a", "b"], ["1", "2"]], "kobo", "a header that is not one of kobo"),
        ([["Resultados", None, None], ["a", "b", "c"]], "auto", "a first row without names for most columns"),
        ([["StartDate", "EndDate", "Finished"], ["Start Date", "End Date", "Finished"]], "auto", "no rows"),
    ],
)
def test_what_is_no_export_is_told(rows: list[list[str | float | None]], tool: str, message: str) -> None:
    with pytest.raises(InputFaults, match=message):
        read_export(made(*rows), tool=tool)


def test_a_tool_can_be_named_and_plain_takes_any_header() -> None:
    assert export("kobo.csv", "plain").system == {}
    assert export("qualtrics.csv", "qualtrics").tool == "qualtrics"
