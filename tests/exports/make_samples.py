"""Makes the samples in this folder: what each survey tool's export looks like, with invented people and answers.

Run by hand: ``python tests/exports/make_samples.py``. The tests read the files and never run this.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat

# Rows of samples stand in one line each.
# fmt: off
HERE = Path(__file__).resolve().parent
Rows = Sequence[Sequence[Any]]


def write(name: str, rows: Rows, delimiter: str = ",", encoding: str = "utf-8", quoting: int = 0) -> None:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    (HERE / name).write_bytes(text.getvalue().encode(encoding))


def write_workbook(name: str, sheets: dict[str, Rows]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(HERE / name)


def google_forms() -> None:
    """Forms' own CSV has zones and ``;`` between choices; the sheet has times and ``, ``."""
    matrix = "¿Con qué frecuencia ocurre en su escuela?\nPiense en este año. [{}]"
    header = [
        "Dirección de correo electrónico",
        "¿Cuál es su función?",
        matrix.format("Los profesores planifican juntos"),
        matrix.format("Observamos clases de colegas"),
        "Comentarios",
        "Me siento cómodo/a cuando me observan. ",
        "Comentarios",
        "¿Qué asignaturas hace?",
    ]
    maths, language = "Matemática", "Lenguaje, Comunicación"
    people: list[list[Any]] = [
        ["2019/08/01 10:11:12 AM GMT-4", "ana@ejemplo.cl", "Profesor/a", "Siempre", "Casi siempre", "Todo bien", "De acuerdo", "", [maths, language]],
        ["2019/08/01 1:05:00 PM GMT-4", "luis@ejemplo.cl", "Profesor/a", "A veces", "Nunca", "Poco tiempo,\nmucha carga", "Muy de acuerdo", "Gracias", [maths]],
        ["2019/08/02 12:00:30 AM GMT-4", "eva@ejemplo.cl", "Directivo/a", "casi nunca", "A VECES", "", "En desacuerdo", 'Dijo "no sé"', []],
        ["2019/08/14 9:59:59 AM GMT-4", "iván@ejemplo.cl", "Profesor/a", "Siempre", "Rara vez", "", "Ni de acuerdo ni en desacuerdo", "", [language]],
        ["2019/09/09 11:30:00 AM GMT-3", "ana@ejemplo.cl", "Profesor/a", "Casi siempre", "", "otra vez", "De acuerdo", "", [maths]],
        ["2019/09/10 8:00:00 AM GMT-3", "", "Profesor/a", "", "", "", "", "", []],
    ]
    rows = [[*p[:-1], ";".join(p[-1])] for p in people]
    write("google_forms.csv", [["Marca temporal", *header], *rows], quoting=csv.QUOTE_ALL)
    times = [dt.datetime(2019, 8, 1, 10, 11, 12), dt.datetime(2019, 8, 1, 13, 5), dt.datetime(2019, 8, 2, 0, 0, 30)]
    times += [dt.datetime(2019, 8, 14, 9, 59, 59), dt.datetime(2019, 9, 9, 11, 30), dt.datetime(2019, 9, 10, 8)]
    sheet = [[t, *(c or None for c in p[1:-1]), ", ".join(p[-1]) or None] for t, p in zip(times, people, strict=True)]
    write_workbook("google_forms.xlsx", {"Respuestas de formulario 1": [["Marca temporal", *header], *sheet]})


def qualtrics() -> None:
    """Three header rows; previews, spam and an unfinished answer; ``;`` nowhere, line breaks in texts."""
    stem = "How much do you agree?\nThink of this year."
    columns = [
        ("StartDate", "Start Date", '{"ImportId":"startDate","timeZone":"America/Santiago"}'),
        ("EndDate", "End Date", '{"ImportId":"endDate","timeZone":"America/Santiago"}'),
        ("Status", "Response Type", '{"ImportId":"status"}'),
        ("IPAddress", "IP Address", '{"ImportId":"ipAddress"}'),
        ("Progress", "Progress", '{"ImportId":"progress"}'),
        ("Duration (in seconds)", "Duration (in seconds)", '{"ImportId":"duration"}'),
        ("Finished", "Finished", '{"ImportId":"finished"}'),
        ("RecordedDate", "Recorded Date", '{"ImportId":"recordedDate","timeZone":"America/Santiago"}'),
        ("ResponseId", "Response ID", '{"ImportId":"_recordId"}'),
        ("ExternalReference", "External Data Reference", '{"ImportId":"externalDataReference"}'),
        ("DistributionChannel", "Distribution Channel", '{"ImportId":"distributionChannel"}'),
        ("UserLanguage", "User Language", '{"ImportId":"userLanguage"}'),
        ("Q1_1", f"{stem} - We plan lessons together", '{"ImportId":"QID1_1"}'),
        ("Q1_2", f"{stem} - We observe each other", '{"ImportId":"QID1_2"}'),
        ("Q2", "Which subjects do you teach? - Selected Choice", '{"ImportId":"QID2"}'),
        ("Q2_4_TEXT", "Which subjects do you teach? - Other - Text", '{"ImportId":"QID2_4_TEXT"}'),
        ("Q3", "Anything else?", '{"ImportId":"QID3_TEXT"}'),
    ]

    def answer(day: int, status: str, progress: int, seconds: int, who: str, *answers: str) -> list[Any]:
        start, end = f"2021-03-{day:02} 09:00:00", f"2021-03-{day:02} 09:{seconds // 60:02}:{seconds % 60:02}"
        done = str(progress == 100)
        own = [start, end, status, "192.0.2.1", progress, seconds, done, end, f"R_{day:03}", who]
        return [*own, "anonymous" if status != "Survey Preview" else "preview", "EN", *answers]

    rows = [
        answer(1, "Survey Preview", 100, 20, "", "Agree", "Agree", "Mathematics", "", "test"),
        answer(2, "IP Address", 100, 312, "t01", "Strongly agree", "Agree", "Mathematics,Language", "", ""),
        answer(3, "IP Address", 100, 188, "t02", "Disagree", "Neither agree nor disagree", "Other", "Music, art", "Good\nluck"),
        answer(4, "IP Address", 35, 61, "t03", "Agree", "", "", "", ""),
        answer(5, "Spam", 100, 9, "", "Strongly agree", "Strongly agree", "", "", "buy"),
        answer(6, "Survey Test", 100, 0, "", "Disagree", "Agree", "Language", "", ""),
        answer(7, "Offline Response", 100, 400, "t04", "agree ", "Strongly disagree", "Language", "", "señal débil"),
        answer(8, "Imported", 100, 275, "t02", "Disagree", "Agree", "Other", "Music", ""),
    ]
    write("qualtrics.csv", [*zip(*columns, strict=True), *rows])


def limesurvey() -> None:
    """Codes of questions and answers; and the other kind: code and text above full answers."""
    columns = [
        ("id", "ID de respuesta"),
        ("submitdate", "Fecha de envío"),
        ("lastpage", "Última página"),
        ("startlanguage", "Lenguaje inicial"),
        ("seed", "Semilla"),
        ("token", "Código de acceso"),
        ("startdate", "Fecha de inicio"),
        ("datestamp", "Fecha de la última acción"),
        ("COL[SQ001]", "¿Qué tan de acuerdo está? [Planificamos juntos]"),
        ("COL[SQ002]", "¿Qué tan de acuerdo está? [Nos observamos]"),
        ("ROL", "¿Cuál es su función?"),
        ("ROL[other]", "¿Cuál es su función? [Otro]"),
        ("ASIG[M]", "¿Qué asignaturas hace? [Matemática]"),
        ("ASIG[L]", "¿Qué asignaturas hace? [Lenguaje]"),
        ("COMENT", "Comentarios"),
        ("interviewtime", "Tiempo total"),
        ("groupTime12", "Tiempo del grupo: Colaboración"),
        ("ROLTime", "Tiempo de la pregunta: ROL"),
    ]
    words = {"A1": "Muy en desacuerdo", "A2": "En desacuerdo", "A3": "De acuerdo", "A4": "Muy de acuerdo"}
    roles = {"P": "Profesor/a", "D": "Directivo/a", "-oth-": "Otro"}
    people: list[list[Any]] = [
        [1, 13, "", "aB3", "A4", "A3", "P", "", "Y", "Y", "", "312.45"],
        [2, 14, "", "aB4", "A1", "A2", "D", "", "", "Y", "Falta tiempo;\nmucho", "188.02"],
        [3, 15, "no", "aB5", "A3", "", "", "", "", "", "", "41.9"],
        [5, 16, "", "aB6", "A2", "A4", "-oth-", "Jefa de UTP", "Y", "", "", "501.3"],
        [6, 17, "", "aB4", "A1", "A1", "D", "", "", "Y", "de nuevo", "150"],
        [7, 18, "", "", "A3", "A3", "P", "", "", "", "", "260.7"],
    ]

    def row(person: list[Any], full: bool) -> list[Any]:
        number, day, sent, token, one, two, role, other, maths, language, comment, seconds = person
        start, end = f"2021-04-{day} 08:00:00", f"2021-04-{day} 08:09:00"
        if full:
            one, two, role = words.get(one, ""), words.get(two, ""), roles.get(role, "")
            maths, language = (("Sí" if tick else "No") if sent != "no" else "" for tick in (maths, language))
        own = [number, "" if sent == "no" else end, 1 if sent == "no" else 3, "es", 90210 + number, token, start, end]
        return [*own, one, two, role, other, maths, language, comment, seconds, seconds, ""]

    write("limesurvey.csv", [[c for c, _ in columns], *(row(p, False) for p in people)], quoting=csv.QUOTE_ALL)
    full = [f"{code}. {text}" for code, text in columns]
    write("limesurvey_full.csv", [full, *(row(p, True) for p in people)], ";", "utf-8-sig", csv.QUOTE_ALL)


def redcap() -> None:
    """Raw and labels: the second repeats ``Complete?`` and says Checked, Unchecked."""
    raw = ["record_id", "redcap_event_name", "redcap_survey_identifier", "redcap_data_access_group"]
    raw += ["consentimiento_timestamp", "consiento", "consentimiento_complete", "encuesta_timestamp"]
    raw += ["colab_1", "colab_2", "asignaturas___1", "asignaturas___2", "comentario", "encuesta_complete"]
    labels = ["Record ID", "Event Name", "Survey Identifier", "Data Access Group"]
    labels += ["Survey Timestamp", "¿Acepta participar?", "Complete?", "Survey Timestamp"]
    labels += ["Planificamos juntos", "Nos observamos", "¿Qué asignaturas hace? (choice=Matemática)"]
    labels += ["¿Qué asignaturas hace? (choice=Lenguaje)", "Comentario", "Complete?"]
    words = {"1": "Nunca", "2": "Rara vez", "3": "A veces", "4": "A menudo", "5": "Siempre", "": ""}
    done = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
    people = [
        ["1", "pre", "d001", "2", "2021-05-03 10:00:00", "4", "5", "1", "0", "", "2"],
        ["1", "post", "d001", "2", "2021-11-08 10:20:00", "5", "5", "1", "0", "Mejoró", "2"],
        ["2", "pre", "d002", "2", "[not completed]", "3", "", "0", "0", "", "0"],
        ["3", "pre", "d003", "2", "2021-05-04 09:30:00", "1", "2", "1", "1", "Uno,\ndos", "2"],
        ["4", "pre", "", "2", "2021-05-04 11:00:00", "2", "2", "0", "1", "", "1"],
        ["5", "pre", "d005", "0", "", "", "", "0", "0", "", "0"],
    ]
    coded, worded = [], []
    for record, event, who, agreed, sent, one, two, maths, language, comment, complete in people:
        first = "2021-05-03 09:55:00" if agreed == "2" else "[not completed]"
        yes = "1" if agreed == "2" else ""
        coded.append([record, f"{event}_arm_1", who, "escuela_a", first, yes, agreed, sent])
        coded[-1] += [one, two, maths, language, comment, complete]
        ticks = ["Checked" if tick == "1" else "Unchecked" for tick in (maths, language)]
        worded.append([record, event.title(), who, "Escuela A", first, "Sí" if yes else "", done[agreed], sent])
        worded[-1] += [words[one], words[two], *ticks, comment, done[complete]]
    write("redcap_raw.csv", [raw, *coded])
    write("redcap_labels.csv", [labels, *worded], quoting=csv.QUOTE_ALL)


def kobo() -> None:
    """Values as the form has them; several choices as one cell and as columns of 0 and 1; a repeat on its own sheet."""
    header = ["start", "end", "today", "deviceid", "escuela/colab_1", "escuela/colab_2", "asignaturas"]
    header += ["asignaturas/matematica", "asignaturas/lenguaje", "nota", "_id", "_uuid", "_submission_time"]
    header += ["_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags", "_index"]
    answers = [
        ("4", "3", "matematica lenguaje", "Todo bien"),
        ("1", "", "lenguaje", ""),
        ("5", "5", "", "Más tiempo;\npor favor"),
        ("2", "2", "matematica", ""),
        ("3", "4", "matematica lenguaje", "Ñuble"),
        ("4", "4", "lenguaje", ""),
    ]
    rows: list[list[Any]] = []
    for i, (one, two, chosen, note) in enumerate(answers, 1):
        day = f"2022-06-{i + 10}"
        marks = ["1" if o in chosen.split() else "0" for o in ("matematica", "lenguaje")] if chosen else ["", ""]
        own = [str(41000 + i), f"00000000-0000-4000-8000-00000000000{i}", f"{day}T14:05:09"]
        own += ["", "", "submitted_via_web", "", "vA1b2C3", "", str(i)]
        begin = [f"{day}T10:00:00.000-04:00", f"{day}T10:04:30.512-04:00", day, "collect:x1"]
        rows.append([*begin, one, two, chosen, *marks, note, *own])
    write("kobo.csv", [header, *rows], ";", "utf-8-sig", csv.QUOTE_ALL)
    numbers = {"escuela/colab_1", "escuela/colab_2", "asignaturas/matematica", "asignaturas/lenguaje", "_id", "_index"}
    typed = []
    for row in rows:
        cells = []
        for name, cell in zip(header, row, strict=True):
            if name in ("start", "end", "_submission_time", "today"):
                cells.append(dt.datetime.fromisoformat(cell).replace(tzinfo=None, microsecond=0))
            else:
                cells.append(int(cell) if name in numbers and cell else cell or None)
        typed.append(cells)
    repeat = [["nombre_curso", "_index", "_parent_table_name", "_parent_index"], ["7A", 1, "Encuesta", 1]]
    repeat += [["8B", 2, "Encuesta", 1], ["7A", 3, "Encuesta", 3]]
    write_workbook("kobo.xlsx", {"Encuesta": [header, *typed], "cursos": repeat})


def statistics() -> None:
    """SPSS: value labels, a user-missing value and a range, dates; Stata: value labels and .a."""
    frame = pd.DataFrame(
        {
            "folio": [f"d{i:02}" for i in range(1, 8)],
            "p1": [1.0, 5.0, 4.0, 99.0, 2.0, None, 3.0],
            "p2": [2.0, 2.0, -2.0, 4.0, -1.0, 5.0, 1.0],
            "comentario": ["", "Más tiempo", "", "Año difícil", "", "", ""],
            "fecha": [dt.date(2020, 3, day) for day in range(10, 17)],
        }
    )
    agree = {1.0: "Muy en desacuerdo", 2.0: "En desacuerdo", 3.0: "Ni de acuerdo ni en desacuerdo"}
    agree |= {4.0: "De acuerdo", 5.0: "Muy de acuerdo"}
    pyreadstat.write_sav(
        frame,
        str(HERE / "spss.sav"),
        column_labels={"p1": "Planificamos juntos", "p2": "Nos observamos", "comentario": "¿Algo más?"},
        variable_value_labels={"p1": {**agree, 99.0: "No sabe"}, "p2": agree},
        missing_ranges={"p1": [99], "p2": [{"lo": -9, "hi": -1}]},
    )
    stata = pd.DataFrame({"folio": frame["folio"], "p1": pd.Series([1, 5, 4, "a", 2, 3, "b"], dtype=object), "puntaje": [1.5, None, 3.25, 4.0, 2.0, 5.0, 1.0]})
    pyreadstat.write_dta(
        stata,
        str(HERE / "stata.dta"),
        column_labels={"p1": "Planificamos juntos", "puntaje": "Puntaje de colaboración"},
        variable_value_labels={"p1": {**{int(k): v for k, v in agree.items()}, "a": "No sabe", "b": "No aplica"}},
        missing_user_values={"p1": ["a", "b"]},
    )


def plain_files() -> None:
    """As a spreadsheet in Chile saves it: ``;``, decimal comma, Latin letters of Windows; and as Unicode text."""
    header = ["Código", "Función", "¿Planifican, juntos, siempre?", "Puntaje (0 a 100)", "Fecha", "Observación"]
    rows = [
        ["007", "Profesor", "Sí", "91,17", "18-11-2021", "Señaló: «mejor»"],
        ["012", "Profesora", "No", "88,7", "19-11-2021", ""],
        ["101", "Directora", "Sí", "100", "01-12-2021", "niños, niñas"],
        ["102", "Profesor", "", "", "02-12-2021", "dos\nlíneas"],
        ["103", "Profesora", "No estoy segura", "74,05", "03-12-2021", ""],
        ["104", "Profesora", "Sí", "63,4", "03-12-2021", "ok"],
    ]
    write("windows_semicolon.csv", [header, *rows], ";", "cp1252")
    write("unicode_tab.txt", [header, *rows], "\t", "utf-16")


if __name__ == "__main__":
    for make in (google_forms, qualtrics, limesurvey, redcap, kobo, statistics, plain_files):
        make()
