"""Files that look right and are not: nothing is swallowed, no name of a school is quoted, one file stops no other."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from simce_files import rows, write_csv, write_xlsx

from trenza.contracts.faults import InputFaults
from trenza.io.raw import read_csv_rows
from trenza.official import read
from trenza.official.panel import harmonised, read_files

Table = list[dict[str, Any]]


def message(path: Path) -> str:
    with pytest.raises(InputFaults) as caught:
        read(path)
    assert "SECRETA" not in str(caught.value)
    return str(caught.value)


def table(year: int = 2018, **first: Any) -> Table:
    made = rows("4b", year)
    made[0] |= first
    return made


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with one part changed."""
    with zipfile.ZipFile(path) as book:
        parts = {i.filename: book.read(i) for i in book.infolist()}
    before = parts[part]
    parts[part] = change(before)
    assert parts[part] != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("word", ["NA", "N/A", "n/a", "null", "None", "nan", "NaN", "-nan", "inf"])
def test_words_that_libraries_take_for_blanks_are_told(tmp_path: Path, word: str) -> None:
    said = message(write_xlsx(tmp_path / "a.xlsx", table(prom_lect4b_rbd=word)))
    assert "row 2, column prom_lect4b_rbd" in said
    text = table(palu_eda_ins_lect4b_rbd=word)
    assert "row 2, column palu_eda_ins_lect4b_rbd" in message(write_xlsx(tmp_path / "b.xlsx", text))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b't="e"', b"t='e'"), (b'<c r="', b'<c s="0" r="')],
    ids=["single quotes", "another attribute first"],
)
def test_an_error_in_any_spelling_is_told(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(prom_lect4b_rbd="#N/A"))
    assert "the error #N/A" in message(rewritten(path, SHEET, lambda xml: xml.replace(old, new)))


def test_an_error_under_a_prefix_is_told(tmp_path: Path) -> None:
    import re

    def prefixed(xml: bytes) -> bytes:
        named = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", xml)
        return named.replace(b"xmlns=", b"xmlns:x=")

    path = write_xlsx(tmp_path / "a.xlsx", table(prom_lect4b_rbd="#REF!"))
    assert "the error #REF!" in message(rewritten(path, SHEET, prefixed))


def test_an_error_on_another_sheet_does_no_harm(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(), extra=("Notas",))
    book = openpyxl.load_workbook(path)
    book["Notas"]["A1"] = "#N/A"
    book.save(path)
    assert read(path).meta["rows"] == 6


def test_true_in_any_spelling_is_no_number(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(dif_lect4b_rbd=True))
    assert "column dif_lect4b_rbd" in message(path)
    assert "column dif_lect4b_rbd" in message(
        rewritten(path, SHEET, lambda xml: xml.replace(b't="b"', b"t='b'"))
    )


@pytest.mark.parametrize("twin", ["prom_lect4b_rbd ", "PROM_LECT4B_RBD"])
def test_two_columns_of_one_name_are_refused(tmp_path: Path, twin: str) -> None:
    made = [{**r, twin: 111} for r in table()]
    for path in (write_xlsx(tmp_path / "a.xlsx", made), write_csv(tmp_path / "a.csv", made, ",", "utf-8")):
        assert "twice" in message(path)


@pytest.mark.parametrize("number", ["1.050", 12.7])
def test_a_number_of_pupils_is_whole(tmp_path: Path, number: Any) -> None:
    made = table(nalu_lect4b_rbd=number)
    for path in (write_xlsx(tmp_path / "a.xlsx", made), write_csv(tmp_path / "a.csv", made, ";", "utf-8")):
        said = message(path)
        assert (
            f"row 2, column nalu_lect4b_rbd: found {'text ' if number == '1.050' else 'the value '}" in said
        )
        assert f"'{number}'; allowed: a whole number from 0 to 5000, or blank" in said


def test_significance_is_not_rounded(tmp_path: Path) -> None:
    assert "column sigdif_lect4b_rbd" in message(
        write_xlsx(tmp_path / "a.xlsx", table(sigdif_lect4b_rbd=-0.9))
    )


def test_an_extract_is_not_taken_for_the_country(tmp_path: Path) -> None:
    meta = read(write_xlsx(tmp_path / "a.xlsx", table())).meta
    assert meta["coverage"] != "national"
    assert any("6 schools, the official file has 7414" in note for note in meta["notes"])


def test_results_without_grade_and_year_are_not_guessed(tmp_path: Path) -> None:
    made = [{"RBD": 5, "PROM_LECT": "225", "PROM_MAT": "231"}]
    assert "results without grade and year" in message(write_xlsx(tmp_path / "a.xlsx", made))


def test_one_damaged_byte_changes_no_other_word(tmp_path: Path) -> None:
    made = rows("4b", 2016)
    right = read(write_csv(tmp_path / "a.csv", made, ";", "utf-8"))
    data = (tmp_path / "a.csv").read_bytes().replace(b"SECRETA 3", b"SECRET\xc1 3", 1)
    (tmp_path / "b.csv").write_bytes(data)
    broken = read(tmp_path / "b.csv")
    assert broken.frame["change_status"].tolist() == right.frame["change_status"].tolist()
    # A file of Windows-1252 is still one.
    write_csv(tmp_path / "c.csv", [{"región": "Ñuble", "año": "1"}], ";", "cp1252")
    assert read_csv_rows(tmp_path / "c.csv", "c.csv") == [["región", "año"], ["Ñuble", "1"]]


def test_files_of_2025_are_preliminary_unless_they_say_final(tmp_path: Path) -> None:
    found = {}
    for version in ("preliminar20260101v1", "v1", None, "final20260901v2"):
        made = [
            {k: v for k, v in r.items() if k not in ("codigo_bbdd", "fecha_bbdd")} for r in rows("4b", 2025)
        ]
        if version:
            made = [{**r, "codigo_bbdd": version} for r in made]
        found[version] = read(write_xlsx(tmp_path / "a.xlsx", made)).meta["preliminary"]
    assert found == {"preliminar20260101v1": True, "v1": True, None: True, "final20260901v2": False}


def test_a_hidden_sheet_is_not_read_and_two_tables_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(), sheet="Vieja")
    book = openpyxl.load_workbook(path)
    copied = book.copy_worksheet(book["Vieja"])
    copied.title = "Nueva"
    book["Vieja"]["A2"] = 2018
    book.save(path)
    assert "the same kind of table on the sheets Vieja, Nueva" in message(path)
    book["Vieja"].sheet_state = "hidden"
    book.save(path)
    assert read(path).meta["sheet"] == "Nueva"


def test_no_school_is_named_in_a_message(tmp_path: Path) -> None:
    made = table()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in made:
        sheet.append(list(row.values()))
    book.save(tmp_path / "headless.xlsx")
    assert "holds data, not column names" in message(tmp_path / "headless.xlsx")
    write_csv(tmp_path / "a.csv", made, ";", "utf-8")
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "headless.csv").write_text("\n".join(lines[1:]), encoding="utf-8")
    message(tmp_path / "headless.csv")
    # A row that slipped one cell to the right puts the name into a column of numbers.
    made[2] |= {"nom_rbd": None, "cod_reg_rbd": made[2]["nom_rbd"]}
    assert "row 4, column cod_reg_rbd" in message(write_xlsx(tmp_path / "shifted.xlsx", made))


def test_no_rows_and_no_school_numbers(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table())
    book = openpyxl.load_workbook(path)
    book["Hoja1"].delete_rows(2, 10)
    book.save(path)
    assert "no rows below the header" in message(path)
    assert "no school number" in message(
        write_xlsx(tmp_path / "b.xlsx", [{**r, "rbd": None} for r in table()])
    )


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "AAA3"])
def test_a_cell_far_away_is_refused_before_it_costs_memory(tmp_path: Path, place: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(), extra=("Hoja2",))
    book = openpyxl.load_workbook(path)
    book["Hoja2"][place] = "x"
    book.save(path)
    assert "far outside the table on sheet 'Hoja2'" in message(path)


def test_texts_that_are_longer_than_they_say(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * 2_345_678 + b"</sst>")
        size = book.getinfo("xl/sharedStrings.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert "damaged" in message(path)


def test_formulas_without_their_values(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", table(prom_lect4b_rbd="=200+61"))
    assert "1 formulas saved without their value" in message(path)


def test_blank_columns_without_a_name_are_what_spreadsheets_leave(tmp_path: Path) -> None:
    made = [{**r, "": None} for r in table()]
    assert read(write_xlsx(tmp_path / "a.xlsx", made)).meta["rows"] == 6
    made[1][""] = 7
    assert "no name" in message(write_xlsx(tmp_path / "b.xlsx", made))


def many(change: Callable[[dict[str, Any], int], None]) -> Table:
    made = []
    for k in range(60):
        row = {**rows("4b", 2018)[0], "rbd": 100 + k, "dvrbd": None}
        change(row, k)
        made.append(row)
    return made


def test_a_code_never_seen_in_many_rows_is_a_fault(tmp_path: Path) -> None:
    marked = many(lambda row, k: row.update(marca_lect4b_rbd=0))
    assert "column marca_lect4b_rbd" in message(write_xlsx(tmp_path / "a.xlsx", marked))
    away = many(lambda row, k: row.update(noaplica="Si rinde"))
    assert "column noaplica" in message(write_xlsx(tmp_path / "b.xlsx", away))


def test_standards_have_to_add_up(tmp_path: Path) -> None:
    def shares(row: dict[str, Any], k: int) -> None:
        row.update(palu_eda_ins_lect4b_rbd=0.205, palu_eda_ele_lect4b_rbd=0.3, palu_eda_ade_lect4b_rbd=0.495)

    assert "three standards that add to 1" in message(write_xlsx(tmp_path / "a.xlsx", many(shares)))
    one = table(palu_eda_ins_lect4b_rbd=40)
    ledger = read(write_xlsx(tmp_path / "b.xlsx", one)).ledger
    assert (ledger["rule"] == "standards_off").sum() == 1


def test_a_baseline_year_without_a_file_is_told(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", table())
    with pytest.raises(InputFaults, match=r"2019.*a year at hand: 2018"):
        harmonised(read_files({"a.xlsx": tmp_path / "a.xlsx"}), baseline_year=2019)


def test_a_fault_of_the_reader_itself_stops_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import trenza.official.simce as simce

    write_xlsx(tmp_path / "a.xlsx", table())
    write_xlsx(tmp_path / "b.xlsx", [{"Comuna cabecera": "x"}])
    monkeypatch.setattr(simce, "_repeated", lambda *a: 1 / 0)
    found = read_files({p.name: p for p in tmp_path.iterdir()})
    assert set(found.refused) == {"a.xlsx", "b.xlsx"}
    assert "please report" in str(found.refused["a.xlsx"]) and "Zero" not in str(found.refused["a.xlsx"])
    assert "ZeroDivisionError" in capsys.readouterr().err
