"""Cells of a workbook that the sheet shows as percent: 0.8 in the file, 80 to whoever looks, so they are refused."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.survey_file import read_survey


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InputFaults) as caught:
        read_survey(path, "file")
    return [(f.row, f.found) for f in caught.value.faults]


def workbook(path: Path, fill: Callable[[openpyxl.Workbook], None]) -> Path:
    book = openpyxl.Workbook()
    fill(book)
    book.save(path)
    return path


def table(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("Datos")
    for row in (["Fecha", "P1", "P2"], ["lunes", 3, "Sí"]):
        sheet.append(row)


def test_numbers_that_the_sheet_shows_as_percent_are_refused_once_a_column(tmp_path: Path) -> None:
    """0.8 in a cell of format 0% is what the reader of the sheet calls 80."""

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        for row in (
            ["id", "avance", "meta", "nota", "texto", "punto"],
            ["a", 1, 0.5, 2, "80 %", 3],
            ["b", 0.8, 0.25, 4, "x", 5],
        ):
            sheet.append([None, *row])
        # Built in (9), of its own, literal only (three ways), text in a cell of percent, blank in one.
        for cell, shape in {
            "C3": "0%",
            "D2": '[>1]0.0" de ";0.0%',
            "D3": "0.00%",
            "E2": '0.0" %"',
            "E3": "0.0\\%",
            "F2": "0%",
            "G2": "[$%-340A]0",
            "H3": "0%",
        }.items():
            sheet[cell].number_format = shape

    path = workbook(tmp_path / "x.xlsx", fill)
    with pytest.raises(InputFaults) as caught:
        read_survey(path, "x.xlsx")
    allowed = "numbers in a format without %, or text"
    assert [(f.file, f.row, f.column, f.found, f.allowed) for f in caught.value.faults] == [
        ("x.xlsx", "2", "meta", "numbers that the sheet shows as percent", allowed),
        ("x.xlsx", "3", "avance", "numbers that the sheet shows as percent", allowed),
    ]


def test_a_percent_is_told_with_all_that_is_wrong_and_only_of_the_table_that_counts(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        table(book)
        book["Datos"]["B4"], book["Datos"]["C4"] = 0.5, "#N/A"
        book["Datos"]["B4"].number_format = "0.0%"
        book.create_sheet("Nota").append([0.5])
        book["Nota"]["A1"].number_format = "0%"

    assert faults(workbook(tmp_path / "x.xlsx", fill)) == [
        ("3", "a blank row"),
        ("4", "numbers that the sheet shows as percent"),
        ("4", "the error #N/A"),
    ]

    def note(book: openpyxl.Workbook) -> None:
        fill(book)
        for cell in ("B4", "C4"):
            book["Datos"][cell].value = None

    assert read_survey(workbook(tmp_path / "y.xlsx", note), "y").sheet == "Datos"


def test_a_percent_is_found_however_the_workbook_writes_its_xml(tmp_path: Path) -> None:
    """Prefixes for every name, cells without their place, styles in a part of another name, 9 given a meaning of its own."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["a", "b"], [0.5, 0.5]):
        sheet.append(row)
    sheet["A2"].number_format, sheet["B2"].number_format = "0%", "0.0%"
    book.save(tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as whole, zipfile.ZipFile(tmp_path / "y.xlsx", "w") as other:
        for name in whole.namelist():
            text = whole.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(r' r="[A-Z]?\d+"', "", text)
                text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).replace("xmlns=", "xmlns:x=")
            if name == "xl/styles.xml":
                text = text.replace(
                    '<numFmts count="1">', '<numFmts count="2"><numFmt numFmtId="9" formatCode="0" />'
                )
            other.writestr(name.replace("styles", "looks"), text.replace("styles.xml", "looks.xml"))
    assert faults(tmp_path / "x.xlsx") == [("2", "numbers that the sheet shows as percent")] * 2
    with pytest.raises(InputFaults) as caught:
        read_survey(tmp_path / "y.xlsx", "y")
    assert [(f.row, f.column) for f in caught.value.faults] == [("2", "b")]
