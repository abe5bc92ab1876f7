"""Files that cannot be used: one message that names file, row, column, what was found and what is allowed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from simce_files import rows, write_csv, write_xlsx

from trenza.contracts.faults import InputFaults
from trenza.official import read
from trenza.official.panel import read_files

Table = list[dict[str, Any]]


def refused(path: Path) -> InputFaults:
    with pytest.raises(InputFaults) as caught:
        read(path)
    assert all(f.file == path.name for f in caught.value.faults)
    return caught.value


def changed(row: int, column: str, value: Any) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        assert column in table[row]
        table[row][column] = value

    return change


def renamed(old: str, new: str) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        for row in table:
            items = [(new if k == old else k, v) for k, v in row.items()]
            row.clear()
            row.update(items)

    return change


def comma(table: Table) -> None:
    for row in table:
        value = row["palu_eda_ins_lect4b_rbd"]
        row["palu_eda_ins_lect4b_rbd"] = None if value is None else str(value).replace(".", ",")


def dropped(table: Table) -> None:
    for row in table:
        del row["marca_mate4b_rbd"]


CELLS: dict[str, tuple[Callable[[Table], None], list[str]]] = {
    "repeated RBD": (changed(1, "rbd", 5), ["2, 3, column rbd", "one RBD in several rows"]),
    "negative score": (
        changed(2, "prom_mate4b_rbd", -240),
        ["row 4, column prom_mate4b_rbd", "'-240'", "450"],
    ),
    "score of 900": (changed(2, "prom_mate4b_rbd", 900), ["row 4, column prom_mate4b_rbd", "'900'", "450"]),
    "score of 12": (changed(2, "prom_mate4b_rbd", 12), ["row 4, column prom_mate4b_rbd", "'12'", "90"]),
    "column renamed": (
        renamed("prom_mate4b_rbd", "promedio_mate4b"),
        ["prom_mate4b_rbd", "no such column", "promedio_mate4b"],
    ),
    "column gone": (dropped, ["row 1, column marca_mate4b_rbd", "no such column"]),
    "column more": (
        renamed("nom_reg_rbd", "indice_nuevo"),
        ["row 1, column indice_nuevo", "columns never seen", "allow_unknown_years"],
    ),
    "decimal comma": (comma, ["palu_eda_ins_lect4b_rbd", "a decimal comma", "'20,5'", "2 more cells"]),
    "words for a number": (
        changed(0, "nalu_lect4b_rbd", "treinta"),
        ["row 2", "text of 7 characters", "5000"],
    ),
    "share of 120": (changed(0, "palu_eda_ade_lect4b_rbd", 120), ["row 2", "'120'", "0 to 100"]),
    "unknown dependency": (changed(0, "cod_depe1", 9), ["row 2, column cod_depe1", "'9'"]),
    "unknown significance": (changed(0, "sigdif_lect4b_rbd", 2), ["row 2, column sigdif_lect4b_rbd", "'2'"]),
    "two years": (changed(0, "agno", 2016), ["column agno", "2016, 2018", "one value"]),
    "another grade's columns": (
        renamed("prom_mate4b_rbd", "prom_mate2m_rbd"),
        ["columns of the grades 2m, 4b", "one grade"],
    ),
    "excel error": (changed(2, "prom_mate4b_rbd", "#N/A"), ["row 4, column prom_mate4b_rbd", "#N/A"]),
    "true": (changed(2, "prom_mate4b_rbd", True), ["row 4, column prom_mate4b_rbd", "TRUE"]),
    "RBD as text": (changed(2, "rbd", "nueve"), ["row 4, column rbd", "text of 5 characters"]),
    "half an RBD": (changed(2, "rbd", 9.5), ["row 4, column rbd", "'9.5'", "whole number"]),
}


@pytest.mark.parametrize("case", sorted(CELLS))
def test_a_wrong_cell_or_column_is_named(case: str, tmp_path: Path) -> None:
    change, wanted = CELLS[case]
    table = rows("4b", 2018)
    change(table)
    message = str(refused(write_xlsx(tmp_path / "simce.xlsx", table)))
    for part in ["simce.xlsx", *wanted]:
        assert part in message, message
    assert "SECRETA" not in message


def test_all_faults_at_once(tmp_path: Path) -> None:
    table = rows("4b", 2018)
    for change in (changed(0, "prom_lect4b_rbd", 900), changed(1, "rbd", 5), changed(3, "cod_depe1", 9)):
        change(table)
    comma(table)
    assert len(refused(write_xlsx(tmp_path / "a.xlsx", table)).faults) == 4


def test_a_year_never_seen_says_what_was_recognised(tmp_path: Path) -> None:
    table = rows("4b", 2025)
    for row in table:
        row["agno"] = 2031
    renamed("nom_reg_rbd", "indice_nuevo")(table)
    path = write_xlsx(tmp_path / "a.xlsx", table)
    message = str(refused(path))
    for part in ("SIMCE 4b 2031", "lect, mate", "indice_nuevo", "allow_unknown_years", "rules of 4b 2025"):
        assert part in message
    official = read(path, allow_unknown=True)
    assert "rules of 4b 2025" in official.meta["assumed"]
    assert official.frame["score_points"].notna().sum() == 8
    left = official.ledger[official.ledger["column"] == "indice_nuevo"]
    assert left[["action", "cells"]].values.tolist() == [["not_carried", 6]]


def test_a_grade_never_seen_is_refused_even_then(tmp_path: Path) -> None:
    table = [
        {k.replace("4b", "6b"): ("6b" if v == "4b" else v) for k, v in r.items()} for r in rows("4b", 2016)
    ]
    path = write_xlsx(tmp_path / "a.xlsx", table)
    assert "SIMCE 6b 2016" in str(refused(path))
    with pytest.raises(InputFaults):
        read(path, allow_unknown=True)


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows("4b", 2018))
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert "cut short, locked or damaged" in str(refused(path))


def test_a_damaged_sheet(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows("4b", 2018))
    with zipfile.ZipFile(path) as book:
        parts = {i.filename: book.read(i) for i in book.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet][: len(parts[sheet]) // 2]
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    assert "cannot be read" in str(refused(path))


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(450):
                sheet.write(b"0" * 1_000_000)
    assert path.stat().st_size < 5_000_000
    assert "unpacks to 450 MB" in str(refused(path))


def test_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    data = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (3_000).to_bytes(4, "little"))
    path.write_bytes(data)
    assert "damaged" in str(refused(path))


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("datos.csv", "rbd\n1\n")
    assert "no .xlsx workbook" in str(refused(path))


def test_the_wrong_sheet(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [{"Comuna cabecera": "Vallenar"}], sheet="Hoja1", extra=("Hoja2",))
    message = str(refused(path))
    assert "sheet 'Hoja1' with columns Comuna cabecera" in message and "SIMCE results by school" in message


def test_the_right_sheet_is_found_behind_others(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows("4b", 2018), sheet="Datos")
    book = openpyxl.load_workbook(path)
    book.create_sheet("Portada", 0).append(["Resultados"])
    book.save(path)
    assert read(path).meta["sheet"] == "Datos"


def test_rows_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    """A table that begins in row 3: the message names the row that a user sees."""
    table = rows("4b", 2018)
    table[1]["prom_lect4b_rbd"] = 900
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for j, column in enumerate(table[0], 1):
        sheet.cell(3, j, column)
        for i, row in enumerate(table, 4):
            sheet.cell(i, j, row[column])
    book.save(path)
    assert "row 5, column prom_lect4b_rbd" in str(refused(path))


@pytest.mark.parametrize("start", ["<html><table>", "<!DOCTYPE html>\n<html>", "\ufeff<table>", "\n <HTML>"])
def test_a_web_page_saved_as_xls(tmp_path: Path, start: str) -> None:
    path = tmp_path / "simce.xls"
    path.write_text(f"{start}<tr><td>rbd</td></tr></table></html>", encoding="utf-8")
    message = str(refused(path))
    assert "a web page" in message and "save it as .xlsx" in message


def test_a_file_of_another_country(tmp_path: Path) -> None:
    table = [{"URN": 100000, "LA": 201, "SCHNAME": "Sir John", "READ_AVERAGE": 105.2, "MAT_AVERAGE": 104.8}]
    for path in (
        write_xlsx(tmp_path / "ks2.xlsx", table),
        write_csv(tmp_path / "ks2.csv", table, ",", "utf-8"),
    ):
        message = str(refused(path))
        assert "URN, LA, SCHNAME" in message and "SIMCE results by school" in message


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ["row 1", "no header", "a first row with column names"]),
        (b"\n\n", ["row 1", "no header", "a first row with column names"]),
        (b"\x00\x01\x02" * 50, ["a file of another kind", ".xlsx or .xls", ".dta", "CSV"]),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 3000, ["a workbook that cannot be read", "a whole workbook"]),
    ],
    ids=["nothing", "blank lines", "other bytes", "a broken .xls"],
)
def test_what_is_no_table_at_all(tmp_path: Path, content: bytes, parts: list[str]) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    message = str(refused(path))
    for part in ["1 fault found", "a.xlsx", *parts]:
        assert part in message, message


def test_a_stata_file_cut_short(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "a.dta"
    pd.DataFrame({"rbd": [1, 2], "prom_lect4b_rbd": [250, 260]}).to_stata(
        path, write_index=False, version=118
    )
    path.write_bytes(path.read_bytes()[:300])
    assert "cut short or damaged" in str(refused(path))


def test_a_bad_file_stops_no_other(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "good.xlsx", rows("4b", 2018))
    (tmp_path / "bad.xls").write_text("<html></html>")
    write_xlsx(tmp_path / "copy.xlsx", rows("4b", 2018))
    (tmp_path / "copy.xlsx").write_bytes((tmp_path / "good.xlsx").read_bytes())
    write_xlsx(tmp_path / "second.xlsx", [*rows("4b", 2018)[:3]])
    write_xlsx(tmp_path / "glosa.xlsx", [{"Características Generales": "Nombre archivo"}])
    found = read_files({p.name: p for p in tmp_path.iterdir()})
    assert set(found.read) == {"copy.xlsx"}
    assert set(found.refused) == {"bad.xls", "second.xlsx"}
    assert "second file of simce 4b 2018 beside copy.xlsx" in str(found.refused["second.xlsx"])
    assert found.left_aside == {"good.xlsx": "a copy of copy.xlsx", "glosa.xlsx": "a code book, no data"}


def test_a_final_file_takes_the_place_of_the_preliminary(tmp_path: Path) -> None:
    for name, version in (("a.xlsx", "preliminar20260101v1"), ("b.xlsx", "final20260901v1")):
        write_xlsx(tmp_path / name, [{**r, "codigo_bbdd": version} for r in rows("4b", 2025)])
    for order in (("a.xlsx", "b.xlsx"), ("b.xlsx", "a.xlsx")):
        for name, content in zip(("1.xlsx", "2.xlsx"), order, strict=True):
            (tmp_path / name).write_bytes((tmp_path / content).read_bytes())
        found = read_files({n: tmp_path / n for n in ("1.xlsx", "2.xlsx")})
        assert [r.meta["version"] for r in found.read.values()] == ["final20260901v1"]
        assert len(found.left_aside) == 1 and not found.refused
