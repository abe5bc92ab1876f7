"""The national study over toy files in many dialects: it runs through, names a bad file, and names no school."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from simce_files import STYLES, rows, write_xlsx

ROOT = Path(__file__).resolve().parents[2]


def many(grade: str, year: int) -> list[dict[str, Any]]:
    """The six toy schools eight times over, under other numbers and with scores that differ a little."""
    table = []
    for k in range(8):
        for row in rows(grade, year):
            new = {**row, "rbd": row["rbd"] + 100 * k, "dvrbd": None}
            for column, value in row.items():
                if column.startswith("prom_") and isinstance(value, int) and value:
                    new[column] = value + k
            table.append(new)
    return table


@pytest.fixture(scope="module")
def national(make_project: Callable[..., Any]) -> Any:
    """The study run once, in both languages, over six good files, a broken one, a code book and a copy."""
    project = make_project("simce_national", languages="[en, es]")
    data = project.folder / "datos de prueba"
    (data / "simce").mkdir(parents=True)
    # Years to come: of known years these few schools would be an extract, which is in no national figure.
    project.replace(
        "config/studies/simce_national/study.yaml",
        "    kind: real",
        "    kind: real\n    allow_unknown_years: true",
    )
    for grade, year in [("4b", 2031), ("4b", 2032), ("4b", 2034), ("2m", 2031), ("4b", 2018), ("8b", 2019)]:
        style = (grade, year) if (grade, year) in STYLES else (grade, 2025)
        made = [{**r, "agno": year} for r in many(*style)]
        write_xlsx(data / "simce" / f"f{grade}{year}.xlsx", made)
    shutil.copy(data / "simce" / "f4b2018.xlsx", data / "simce" / "z copy.xlsx")
    (data / "simce" / "roto.xls").write_text("<html><table></table></html>", encoding="utf-8")
    write_xlsx(data / "simce" / "glosa.xlsx", [{"Características Generales": "SECRETA"}])
    ran = project.snakemake(data=data)
    assert ran.returncode == 0, ran.stderr[-4000:]
    return project, data


def table(project: Any, stage: str, name: str) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / "simce_national" / stage / f"{name}.table.csv")


def test_reports_and_tables_are_there(national: Any) -> None:
    project, _ = national
    for lang in ("en", "es"):
        html = (project.folder / f"results/simce_national/report/report.{lang}.html").read_text(
            encoding="utf-8"
        )
        assert len(html) > 20_000
    trends = table(project, "describe", "trends")
    assert set(trends["year"]) == {2031, 2032, 2034}
    assert trends["preliminary"].all()
    assert table(project, "describe", "checks")["agrees"].any()


def test_every_number_of_the_reports_leads_to_a_cell(national: Any) -> None:
    project, _ = national
    claims = pd.read_csv(project.folder / "results/simce_national/report/claims.ledger.csv")
    assert claims.loc[claims["kind"] == "derived", ["section", "sentence"]].to_numpy().tolist() == []


def test_what_came_of_each_file(national: Any) -> None:
    project, _ = national
    files = table(project, "clean", "files").set_index("file")
    assert files["outcome"].value_counts().to_dict() == {"read": 6, "not_data": 2, "refused": 1}
    assert "a web page" in files.loc["simce/roto.xls", "message"]
    assert files.loc["simce/z copy.xlsx", "message"] == "a copy of simce/f4b2018.xlsx"


def test_the_bad_file_is_named_at_the_end_and_the_exit_code_is_1(
    national: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = national
    spec = importlib.util.spec_from_file_location("launch", ROOT / "workflow" / "launch.py")
    assert spec and spec.loader
    launch = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launch)
    monkeypatch.setattr(launch, "ROOT", project.folder)
    lines = launch.refused_files([])
    assert len(lines) == 1 and "simce/roto.xls" in lines[0] and "save it as .xlsx" in lines[0]
    assert launch.refused_files(["cic2019"]) == []


def test_no_school_is_named_anywhere_below_results(national: Any) -> None:
    project, _ = national
    for folder in ("results", "logs"):
        for path in (project.folder / folder).rglob("*"):
            if path.is_file():
                assert b"SECRETA" not in path.read_bytes(), path


def test_no_school_number_stands_in_what_is_meant_to_be_shared(national: Any) -> None:
    project, _ = national
    for path in (project.folder / "results" / "simce_national").rglob("*.table.csv"):
        if "clean" not in path.parts:
            assert "rbd" not in path.read_text(encoding="utf-8").splitlines()[0]
            assert "27072" not in path.read_text(encoding="utf-8")  # a school of the toy files


def test_the_same_files_give_the_same_bytes(national: Any) -> None:
    project, data = national
    clean = project.folder / "results" / "simce_national" / "clean"
    before = {p.relative_to(clean): p.read_bytes() for p in clean.rglob("*") if p.is_file()}
    ran = project.snakemake("--forcerun", "clean_sources", "--until", "clean_sources", data=data)
    assert ran.returncode == 0, ran.stderr[-3000:]
    after = {p.relative_to(clean): p.read_bytes() for p in clean.rglob("*") if p.is_file()}
    assert before == after and any(p.suffix == ".parquet" for p in before)


def test_without_official_files_the_study_is_left_out(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    project = make_project("simce_national")
    ran = project.snakemake("-n", data=tmp_path)
    assert ran.returncode == 1
    assert "simce_national" in ran.stderr and "official files in simce or idps" in ran.stderr
