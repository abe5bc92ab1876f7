"""Which column is which item: proposed with how sure it is, never twice, and written where nothing is lost."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.survey_file import SurveyFile
from trenza.io.study_files import read_rows
from trenza.io.survey_file import read_survey
from trenza.questionnaire.draft_items import draft_items
from trenza.questionnaire.export import Export, read_export
from trenza.questionnaire.propose import propose

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "exports"


def export(name: str) -> Export:
    return read_export(read_survey(SAMPLES / name, name))


def made(*header: str) -> Export:
    return read_export(SurveyFile("made", "", [list(header), ["1"] * len(header)]))


def items(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Rows of id, Spanish label, English label, and from."""
    names = ["item", "label_es", "label_en", "from"]
    frame = pd.DataFrame([(*row, *[""] * (4 - len(row))) for row in rows], columns=names, dtype="str")
    return frame.assign(
        scale="s", min="1", max="5", reverse="no", missing_codes="", unit="points", stand_in="no"
    )


def found(export: Export, table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    proposal = propose(export, table)
    kept = proposal[proposal["item"] != ""]
    return dict(zip(kept["item"], zip(kept["column"], kept["sure"], strict=True), strict=True))


def test_the_same_name_or_text_is_certain() -> None:
    table = items(
        ("p1",), ("p2", "¿Observa clases?"), ("p3", "", "", "Vieja|Nueva"), ("p4", "", "Do you plan?")
    )
    assert found(made("p1", "¿OBSERVA  clases?", "Nueva", "Do you plan?"), table) == {
        "p1": ("p1", "certain"),
        "p2": ("¿OBSERVA  clases?", "certain"),
        "p3": ("Nueva", "certain"),
        "p4": ("Do you plan?", "certain"),
    }


def test_codes_numbering_and_what_stands_around_a_question_make_it_likely() -> None:
    table = items(
        ("q1_sq001", "Uno"),
        ("p03", "Tres"),
        ("plan", "Planificamos juntos"),
        ("observe", "Nos observamos"),
        ("reflect", "Reflexionamos sobre la práctica"),
    )
    header = (
        "Q1[SQ001]",
        "¿Cuántas veces? [P03]",
        "12. Planificamos juntos.",
        "¿Qué tan de acuerdo está? [Nos observamos]",
        "Reflexionamos sobre las prácticas",
    )
    assert found(made(*header), table) == {
        item: (name, "likely") for item, name in zip(table["item"], header, strict=True)
    }


def test_several_columns_that_fit_leave_it_unsure_and_say_so() -> None:
    proposal = propose(
        made("Comentarios", "Nos observamos hoy", "Nos observamos hoy"), items(("o", "Nos observamos hoy"))
    )
    row = proposal.iloc[0]
    assert (row["column"], row["sure"]) == ("Nos observamos hoy", "unsure")
    assert row["why"].endswith("as good: column 'Nos observamos hoy (2)'")
    two = propose(made("Nos observamos"), items(("a", "Nos observamos"), ("b", "Nos observamos")))
    assert two["sure"].tolist() == ["unsure", "none"]
    assert "as good: item 'b'" in two.loc[0, "why"]


def test_nothing_like_it_is_said_on_both_sides() -> None:
    proposal = propose(made("Edad", "Sexo"), items(("collaboration", "Colaboración con foco")))
    assert proposal[["item", "column", "sure"]].to_numpy().tolist() == [
        ["collaboration", "", "none"],
        ["", "Edad", "none"],
        ["", "Sexo", "none"],
    ]


def test_columns_of_the_tool_and_rows_of_scales_take_no_part() -> None:
    table = items(
        ("status", "Status"), ("q1_1", "We plan lessons together"), ("q1_2", "", "We observe each other")
    )
    table = pd.concat([table, items(("collaboration", "Q3")).assign(score="mean")])
    assert found(export("qualtrics.csv"), table) == {
        "status": ("", "none"),
        "q1_1": ("Q1_1", "certain"),
        "q1_2": ("Q1_2", "certain"),
    }


def test_labels_find_the_questions_of_each_tool() -> None:
    table = items(
        ("c1", "Planificamos juntos", "We plan lessons together"),
        ("c2", "Nos observamos", "We observe each other"),
    )
    wanted = {
        "qualtrics.csv": ["Q1_1", "Q1_2"],
        "limesurvey_full.csv": ["COL[SQ001]", "COL[SQ002]"],
        "redcap_labels.csv": ["Planificamos juntos", "Nos observamos"],
        "spss.sav": ["p1", "p2"],
    }
    for name, columns in wanted.items():
        assert [column for column, _ in found(export(name), table).values()] == columns, name


NAMES = st.lists(st.text("abcñé 123[].-|", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=6)


@settings(deadline=None)
@given(NAMES, NAMES)
def test_no_column_is_proposed_twice_and_each_is_named(header: list[str], labels: list[str]) -> None:
    one = made(*header)
    proposal = propose(one, items(*((f"i{k}", label) for k, label in enumerate(labels))))
    given_out = [name for name in proposal["column"] if name]
    assert sorted(given_out) == sorted(c.name for c in one.columns)
    assert proposal["item"].tolist()[: len(labels)] == [f"i{k}" for k in range(len(labels))]


def test_a_draft_guesses_ranges_and_says_that_they_are_guesses() -> None:
    draft = draft_items(export("windows_semicolon.csv")).set_index("item")
    assert list(draft.index) == [
        "codigo",
        "funcion",
        "planifican_juntos_siempre",
        "puntaje_0_a_100",
        "fecha",
        "observacion",
    ]
    yes = draft.loc["planifican_juntos_siempre"]
    assert (yes["from"], yes["words"], yes["stand_in"]) == (
        "¿Planifican, juntos, siempre?",
        "yes_no_unsure",
        "yes",
    )
    assert yes["why"].startswith("guess: ")
    score = draft.loc["puntaje_0_a_100"]
    assert (score["min"], score["max"], score["why"]) == ("0", "100", "guess: many numbers from 0 to 100")
    assert draft.loc["observacion", "min"] == ""
    spss = draft_items(export("spss.sav")).set_index("item")
    assert spss.loc["p1", ["min", "max", "why"]].tolist() == ["1", "5", "the file's value labels"]


def test_a_draft_quotes_no_number_of_a_person() -> None:
    cells: list[list[str | float | None]] = [
        ["RUT", "Sueldo"],
        ["12345678", 900_000.0],
        ["8765432", 800_000.0],
    ]
    draft = draft_items(read_export(SurveyFile("made", "", cells)))
    assert (draft[["min", "max"]] == "").all(axis=None)
    assert "1234" not in draft.to_csv()


def test_ids_are_ids_and_differ() -> None:
    draft = draft_items(
        made(
            "¿Está de acuerdo con todo lo que se ha dicho aquí?",
            "¿Está de acuerdo con todo lo que se dice?",
            "1",
            "!!",
            "a|b",
        )
    )
    assert draft["item"].is_unique
    assert draft["item"].str.fullmatch(r"[a-z][a-z0-9_]*").all()
    assert draft["from"].iloc[4] == ""
    assert "|" in draft["why"].iloc[4]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("propose_command", ROOT / "workflow" / "propose.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config" / "studies" / "demo").mkdir(parents=True)
    (tmp_path / "config" / "config.yaml").write_text("studies: all\n", encoding="utf-8")
    table = items(
        ("c1", "Planificamos juntos"), ("c2", "Nos observamos", "", "Otra"), ("c3", "Algo distinto")
    )
    table.to_csv(tmp_path / "config" / "studies" / "demo" / "items.csv", index=False)
    return module


def test_the_command_fills_in_a_study_and_never_writes_over(
    command: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "config" / "studies" / "demo"
    before = (folder / "items.csv").read_bytes()
    shutil.copy(SAMPLES / "limesurvey_full.csv", tmp_path / "answers.csv")
    assert command.main(["answers.csv", "--study", "demo"]) == 0
    assert "limesurvey, 6 rows, 18 columns" in capsys.readouterr().out
    header, rows = read_rows(folder / "items.proposed.csv", "x")
    assert header[-2:] == ["sure", "why"]
    assert [(r["item"], r["from"], r["sure"]) for r in rows] == [
        ("c1", "COL[SQ001]", "likely"),
        ("c2", "COL[SQ002]", "likely"),
        ("c3", "", "none"),
    ]
    assert (folder / "items.csv").read_bytes() == before
    with pytest.raises(SystemExit, match="--force"):
        command.main(["answers.csv", "--study", "demo"])
    assert command.main(["answers.csv", "--study", "demo", "--force"]) == 0


def test_the_command_drafts_items_where_the_user_stands(
    command: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(SAMPLES / "google_forms.csv")]) == 0
    assert "Check every row" in capsys.readouterr().out
    header, rows = read_rows(tmp_path / "items.proposed.csv", "x")
    assert header[-1] == "why"
    assert len(rows) == 7


def test_what_cannot_be_read_is_one_message(command: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be opened"):
        command.main(["none.csv"])
    with pytest.raises(SystemExit, match=r"no items\.csv"):
        command.main(["none.csv", "--study", "other"])
    assert not (tmp_path / "items.proposed.csv").exists()


def test_the_front_door_passes_it_on_from_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("front_door", ROOT / "run.py")
    assert spec and spec.loader
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    started: list[tuple[list[str], str]] = []

    class Process:
        def __init__(self, command: list[str], cwd: str, env: dict[str, str]) -> None:
            started.append((command[1:], cwd))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(run, "set_up", lambda: None)
    monkeypatch.setattr(run.subprocess, "Popen", Process)
    monkeypatch.chdir(tmp_path)
    assert run.main(["propose", "a.csv", "--study", "x"]) == 0
    assert run.main(["--study", "x"]) == 0
    workflow = ROOT / "workflow"
    assert started == [
        ([str(workflow / "propose.py"), "a.csv", "--study", "x"], str(tmp_path)),
        ([str(workflow / "launch.py"), "--study", "x"], str(ROOT)),
    ]
