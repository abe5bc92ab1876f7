"""A cohort as a researcher brings it: two waves and the leaders' version, linked to each other and to official files."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from simce_files import rows, write_xlsx

STUDY = """
title: {en: A cohort, es: Una cohorte}
summary: {en: Made for a test., es: Hecho para una prueba.}
design: {unit: teacher, cluster: school, group: group, assignment: same_clusters,
         participants: participant, control: control, limits: []}
sources:
  official: {kind: real, holds: official, folders: [simce]}
  first:
    kind: real
    holds: questionnaire
    file: answers/first.csv
    questionnaire: &asked
      version: teacher
      person: {from: RUT, type: rut}
      school: {from: RBD, type: rbd}
      consent: {from: "¿Acepta?", in: [Sí]}
      asked: {participant: 40, control: 30}
      official: {source: official, grade: 4b, year: 2018, columns: [dependency, rural]}
    columns: &columns
      group: {from: Grupo, levels: {Participa: participant, "No participa": control}}
  second:
    kind: real
    holds: questionnaire
    file: answers/second.csv
    questionnaire: {version: teacher, follows: first, person: {from: RUT, type: rut}, school: {from: RBD, type: rbd}}
    columns: *columns
  leaders:
    kind: real
    holds: questionnaire
    file: answers/leaders.csv
    questionnaire: {version: leader, person: {from: RUT, type: rut}, school: {from: RBD, type: rbd}}
labels:
  participant: {en: Participants, es: Participantes}
  control: {en: Control, es: Control}
"""
ITEMS = """item,scale,min,max,reverse,missing_codes,unit,stand_in,label_en,label_es,version,from,words,score
trust,trust,1,4,no,,points,no,Trust,Confianza,teacher;leader,,,mean
trust_1,trust,1,4,no,99,points,no,We trust each other,Confiamos,teacher;leader,Confiamos unos en otros,agree_4,
trust_2,trust,1,4,yes,99,points,no,We watch our backs,Nos cuidamos,teacher;leader,Nos cuidamos las espaldas,agree_4,
trust_3,trust,1,4,no,99,points,no,We ask for help,Pedimos ayuda,teacher;leader,Pedimos ayuda,agree_4,
vision,trust,1,4,no,,points,no,I share a vision,Comparto una visión,leader,Comparto una visión,agree_4,
"""
WORDS = ["Muy en desacuerdo", "En desacuerdo", "De acuerdo", "Muy de acuerdo"]


def rut(number: int) -> str:
    """With its check digit: 11 less the sum of digits by 2, 3, ..., 7, 2, ... from the right, modulo 11."""
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(str(number))))
    return f"{number:,}".replace(",", ".") + "-" + "0123456789K0"[11 - total % 11 if total % 11 else 0]


def answered(people: range, schools: list[int], seed: int, version: str) -> list[dict[str, str]]:
    draw = random.Random(seed)
    table = []
    for k in people:
        level = draw.random()
        row = {"RUT": rut(7_000_000 + 31 * k), "RBD": str(schools[k % len(schools)])}
        if version == "teacher":
            row |= {"Grupo": "Participa" if k % 2 else "No participa", "¿Acepta?": "Sí"}
        for text, turned in (
            ("Confiamos unos en otros", False),
            ("Nos cuidamos las espaldas", True),
            ("Pedimos ayuda", False),
        ):
            step = min(3, max(0, round(3 * level + draw.gauss(0, 0.5))))
            row[text] = WORDS[3 - step if turned else step]
        if version == "leader":
            row["Comparto una visión"] = WORDS[2]
        row["Comentarios"] = f"secreto de {row['RUT']}"
        table.append(row)
    return table


def write(path: Path, table: list[dict[str, str]], *, shuffled: bool = False) -> None:
    """Semicolons and Windows letters, as a spreadsheet in Spanish saves it."""
    columns = list(table[0])
    if shuffled:
        random.Random(5).shuffle(table)
        random.Random(6).shuffle(columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as handle:
        writer = csv.DictWriter(handle, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(table)


def made(make_project: Callable[..., Any], *, shuffled: bool) -> Any:
    project = make_project("simce_national")
    for name, text in {"study.yaml": STUDY, "items.csv": ITEMS}.items():
        project.write(f"config/studies/cohort/{name}", text)
    for name in ("codebook.csv", "links.csv"):
        text = (project.folder / "config/studies/simce_national" / name).read_text(encoding="utf-8")
        project.write(f"config/studies/cohort/{name}", text)
    data = project.folder / "datos"
    (data / "simce").mkdir(parents=True)
    toy = [{**r, "dvrbd": None} for r in rows("4b", 2018)]
    write_xlsx(data / "simce" / "f4b2018.xlsx", toy)
    schools = [int(r["rbd"]) for r in toy]
    first = answered(range(60), schools, 1, "teacher")
    for k in range(7):
        first[k]["¿Acepta?"] = "No"
    first[20]["Pedimos ayuda"] = "99"
    write(data / "answers" / "first.csv", first, shuffled=shuffled)
    write(data / "answers" / "second.csv", answered(range(15, 50), schools, 2, "teacher"), shuffled=shuffled)
    leaders = answered(range(100, 112), schools, 3, "leader")
    leaders[0]["RBD"] = "99999"
    write(data / "answers" / "leaders.csv", leaders, shuffled=shuffled)
    # The salt makes the pseudonyms: one salt for both projects, as for one researcher's two runs.
    project.write(".trenza_salt", "a salt of this test\n")
    ran = project.snakemake("results/cohort/describe/answers.table.csv", data=data)
    assert ran.returncode == 0, ran.stderr[-4000:]
    return project


@pytest.fixture(scope="module")
def cohort(make_project: Callable[..., Any]) -> Any:
    return made(make_project, shuffled=False)


def read(project: Any, name: str) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / "cohort" / name)


def test_schools_bring_what_the_official_file_says_of_them(cohort: Any) -> None:
    told = read(cohort, "clean/first.data.csv")
    official = {r["rbd"]: r for r in rows("4b", 2018)}
    assert told["dependency"].notna().all() and told["rural"].notna().all()
    assert told.groupby("school")["dependency"].nunique().eq(1).all()
    assert told["school"].nunique() == len(official)


def test_people_are_linked_across_waves_and_loss_is_counted(cohort: Any) -> None:
    linked = read(cohort, "clean/linked.table.csv").set_index(["first", "second"])
    assert linked.loc[("first", "second"), "n_both"] == 35
    assert linked.loc[("first", "leaders"), "n_both"] == 0
    attrition = read(cohort, "describe/attrition.table.csv").set_index("id")
    assert set(attrition.index) == {"first", "first_second"}
    # 53 consented, 35 of them answered again; all 7 who did not consent are 0 to 6.
    lost = attrition.loc["first_second"]
    assert lost["n_participants_start"] + lost["n_control_start"] == 53
    assert lost["overall"] == pytest.approx(18 / 53)
    flow = read(cohort, "clean/participant_flow.table.csv")
    whole = flow[(flow["source_id"] == "first") & (flow["group"] == "all")].set_index("box")["n"]
    assert whole["asked"] - whole["did_not_answer"] == whole["rows_read"] == 60
    assert whole["rows_read"] - whole["no_consent"] == whole["kept"] == 53


def test_the_leaders_version_has_its_own_item(cohort: Any) -> None:
    assert "vision" in read(cohort, "clean/leaders.data.csv") and "vision" not in read(
        cohort, "clean/first.data.csv"
    )
    flow = read(cohort, "clean/flow.table.csv").set_index(["source_id", "rule"])["n"]
    assert flow["leaders", "rows kept"] == 12


def test_nothing_personal_is_written(cohort: Any) -> None:
    people = [rut(7_000_000 + 31 * k) for k in range(112)]
    signs = {
        p
        for person in people
        for p in (person, person.replace(".", ""), person.replace(".", "").split("-")[0])
    }
    for folder in ("results/cohort", "logs/cohort"):
        for path in (cohort.folder / folder).rglob("*"):
            if path.is_file() and path.suffix != ".parquet":
                text = path.read_text(encoding="utf-8", errors="replace")
                assert "secreto" not in text and not [s for s in signs if s in text], path


def test_other_order_of_rows_and_columns_gives_the_same_bytes(
    cohort: Any, make_project: Callable[..., Any]
) -> None:
    again = made(make_project, shuffled=True)
    folder = cohort.folder / "results" / "cohort"
    compared = [
        *folder.glob("clean/*.data.csv"),
        *folder.glob("clean/*.reasons.csv"),
        *folder.glob("describe/*.csv"),
    ]
    assert len(compared) > 20
    for path in compared:
        twin = again.folder / "results" / "cohort" / path.relative_to(folder)
        assert twin.read_bytes() == path.read_bytes(), path.name
