"""The SIMCE reader: the same six schools come out of every year's way of writing them, and every cell is accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from simce_files import STYLES, rows, write_csv, write_xlsx

from trenza.contracts.school_tables import CHANGE_STATUSES, DEPENDENCIES, SCORE_STATUSES
from trenza.official import Official, read
from trenza.official.simce_dialect import dialects


def key(pair: tuple[str, int]) -> str:
    return f"{pair[0]}{pair[1]}"


@pytest.fixture(params=sorted(STYLES), ids=key)
def toy(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[tuple[str, int], list[dict[str, Any]], Official]:
    table = rows(*request.param)
    # Neither the name nor the ending says what the file is.
    return request.param, table, read(write_xlsx(tmp_path / "x.bin", table, extra=("Hoja2", "Hoja3")))


def of(official: Official, subject: str = "mate") -> pd.DataFrame:
    frame = official.frame[official.frame["subject"] == subject]
    return frame.reset_index(drop=True)


def test_the_file_says_what_it_is(toy: Any) -> None:
    (grade, year), _, official = toy
    meta = official.meta
    assert (meta["kind"], meta["grade"], meta["year"]) == ("simce", grade, year)
    assert (meta["rows"], meta["schools_sat"]) == (6, 5)
    assert meta["preliminary"] == (year == 2025)
    assert meta["version"] == STYLES[grade, year].version
    assert meta["build_date"] == ("2019-01-01" if STYLES[grade, year].version else None)
    assert len(meta["sha256"]) == 64
    assert len(official.frame) == 6 * len(STYLES[grade, year].subjects)


def test_scores_and_statuses_are_the_same_in_every_year(toy: Any) -> None:
    (grade, year), _, official = toy
    frame = of(official)
    assert frame["score_points"].fillna(-1).tolist() == [261, -1, 240, 250, -1, 300]
    withheld = "no_report" if STYLES[grade, year].early_blank else "too_few"
    assert frame["score_status"].tolist() == [
        "ok",
        withheld,
        "ok",
        "not_representative",
        "did_not_sit",
        "ok",
    ]
    assert frame["n_pupils"].fillna(-1).tolist() == [30, 1, 4, 25, -1, 12]
    assert frame["status_reason"].astype(object)[4] == "all_absent"


def test_changes_are_the_same_in_every_year(toy: Any) -> None:
    (grade, year), _, official = toy
    frame = of(official)
    style = STYLES[grade, year]
    assert frame["change_points"].fillna(-99).tolist() == [5, -99, -99, -99, -99, 0]
    assert frame["change_significance"].fillna(-9).tolist() == [1, -9, -9, -9, -9, 0]
    other = "not_comparable" if style.changes in ("2015", "2023") else "not_representative"
    assert frame["change_status"].tolist() == ["ok", "too_few", "too_few", other, "did_not_sit", "ok"]
    assert frame["peer_diff_points"].fillna(-99).tolist() == [-3, -99, -99, 4, -99, 0]
    assert frame["peer_significance"].fillna(-9).tolist() == [0, -9, -9, 1, -9, 0]


def test_standards_are_shares_or_missing(toy: Any) -> None:
    (grade, year), _, official = toy
    frame = of(official)
    shares = frame[["share_insufficient", "share_elementary", "share_adequate"]]
    if not STYLES[grade, year].standards:
        assert shares.isna().all(axis=None)
        return
    assert shares.loc[0].tolist() == pytest.approx([0.205, 0.30, 0.495])
    assert shares.loc[[1, 2, 4]].isna().all(axis=None)
    assert shares.sum(axis=1)[[0, 3, 5]].tolist() == pytest.approx([1, 1, 1])


def test_what_holds_for_a_school(toy: Any) -> None:
    _, _, official = toy
    frame = of(official)
    assert frame["dependency"].tolist() == [
        "municipal",
        "subsidised",
        "municipal",
        "private",
        "municipal",
        "subsidised",
    ]
    assert frame["ses_group"].fillna(0).tolist() == [2, 3, 1, 5, 0, 4]
    assert frame["rural"].tolist() == [False, False, True, False, True, False]
    assert frame["region_code"].tolist() == [15, 13, 10, 13, 9, 8]
    assert set(official.frame["score_status"].cat.categories) == set(SCORE_STATUSES)
    assert set(official.frame["change_status"].cat.categories) == set(CHANGE_STATUSES)
    assert set(official.frame["dependency"].cat.categories) == set(DEPENDENCIES)


def test_no_name_leaves_the_reader(toy: Any) -> None:
    _, _, official = toy
    assert "SECRETA" not in official.frame.to_csv()
    assert "SECRETA" not in official.ledger.to_csv()
    assert "SECRETA" not in str(official.meta)


def test_every_cell_is_accounted_for(toy: Any) -> None:
    """Raw cells, counted here from the rows themselves = cells carried + cells that the ledger took out."""
    _, table, official = toy
    check_accounts(official, {c: sum(r[c] not in (None, "") for r in table) for c in table[0]})


def check_accounts(official: Official, raw: dict[str, int]) -> None:
    """``raw``: non-blank cells of each column, counted by other means than the reader's."""
    ledger, frame = official.ledger, official.frame
    gone = ledger[ledger["action"].isin(["missing", "refused", "not_carried"])]
    taken = gone.groupby("column", observed=True)["cells"].sum().to_dict()
    entries = {e["column"]: e for e in official.meta["columns"]}
    assert set(entries) == set(raw)
    one = frame.drop_duplicates("rbd")
    for column, cells in raw.items():
        entry = entries[column]
        assert entry["cells"] == cells, column
        assert entry["carried"] + taken.get(column, 0) == cells, column
        field, subject = entry["field"], entry["subject"]
        if field in ("", "meta", "score_status", "change_status", "status_reason", "grade", "year"):
            continue
        clean = frame[frame["subject"] == subject] if subject else one
        assert int(clean[field].notna().sum()) == entry["carried"], column


def test_the_ledger_names_the_cell(tmp_path: Path) -> None:
    official = read(write_xlsx(tmp_path / "a.xlsx", rows("4b", 2022)))
    ledger = official.ledger.astype({"rule": str, "column": str})
    zero = ledger[(ledger["rule"] == "zero_score") & (ledger["column"] == "prom_lect4b_rbd")]
    assert zero[["row", "value", "action", "cells"]].values.tolist() == [[3, "0", "missing", 1]]
    digit = ledger[ledger["rule"] == "check_digit"]
    assert digit[["row", "column", "value", "action"]].values.tolist() == [[5, "dvrbd", "2", "flagged"]]
    kept = ledger[(ledger["rule"] == "marked_score") & (ledger["column"] == "prom_mate4b_rbd")]
    assert kept[["row", "value"]].values.tolist() == [[5, "250"]]
    change = ledger[(ledger["rule"] == "zero_change") & (ledger["column"] == "dif_lect4b_rbd")]
    assert change["row"].tolist() == [3, 4, 5]
    names = ledger[ledger["column"] == "nom_rbd"]
    assert names[["action", "cells"]].values.tolist() == [["not_carried", 6]] and names["row"].isna().all()


def test_a_marked_change_is_kept_and_flagged(tmp_path: Path) -> None:
    table = rows("4b", 2022)
    table[3] |= {"dif_lect4b_rbd": -7, "sigdif_lect4b_rbd": -1}
    official = read(write_xlsx(tmp_path / "a.xlsx", table))
    school = of(official, "lect").loc[3]
    assert (school["change_points"], school["change_status"]) == (-7, "not_representative")
    assert school["change_significance"] == -1
    assert ((official.ledger["rule"] == "marked_change") & (official.ledger["row"] == 5)).sum() == 1


def test_codes_one_and_two_of_changes_swapped_in_2023(tmp_path: Path) -> None:
    found = {}
    for year in (2022, 2023):
        table = rows("4b", year)
        for row, mark in zip(table, (1, 2, None, None, None, None), strict=True):
            row |= {"marcadif_lect4b_rbd": mark, "dif_lect4b_rbd": None, "sigdif_lect4b_rbd": None}
        found[year] = of(read(write_xlsx(tmp_path / f"{year}.xlsx", table)), "lect")[
            "change_status"
        ].tolist()[:2]
    assert found == {2022: ["too_few", "previous_marked"], 2023: ["not_comparable", "too_few"]}


def test_codes_that_no_glosa_explains_are_flagged(tmp_path: Path) -> None:
    table = rows("4b", 2016)
    table[4]["noaplica"] = 7
    table[0]["marca_lect4b_rbd"] = "Otra causa"
    official = read(write_xlsx(tmp_path / "a.xlsx", table))
    frame = of(official, "lect")
    assert frame.loc[4, ["score_status", "status_reason"]].tolist() == ["did_not_sit", "undocumented"]
    assert frame.loc[0, ["score_status", "score_points"]].tolist() == ["undocumented", 261]
    assert (official.ledger["rule"] == "undocumented_code").sum() == 2
    table = rows("4b", 2024)
    table[4]["noaplica"] = 8
    assert (
        of(read(write_xlsx(tmp_path / "b.xlsx", table)))["status_reason"].astype(object)[4] == "undocumented"
    )
    table[4]["noaplica"] = 7
    assert (
        of(read(write_xlsx(tmp_path / "c.xlsx", table)))["status_reason"].astype(object)[4]
        == "community_refused"
    )


def test_a_school_that_sat_without_score_or_mark(tmp_path: Path) -> None:
    table = rows("4b", 2022)
    table[0] |= {c: None for c in table[0] if "lect4b" in c}
    official = read(write_xlsx(tmp_path / "a.xlsx", table))
    assert of(official, "lect")["score_status"][0] == "no_value"
    assert ((official.ledger["rule"] == "unmarked_blank") & (official.ledger["row"] == 2)).sum() == 1


def test_a_row_without_rbd_is_refused_cell_by_cell(tmp_path: Path) -> None:
    table = rows("4b", 2018)
    table.append({**table[0], "rbd": None})
    official = read(write_xlsx(tmp_path / "a.xlsx", table))
    assert official.meta["rows"] == 6
    assert official.frame["rbd"].nunique() == 6
    lost = official.ledger[official.ledger["rule"] == "row_without_rbd"]
    assert set(lost["row"]) == {8} and (lost["action"] == "refused").all()
    check_accounts(official, {c: sum(r[c] not in (None, "") for r in table) for c in table[0]})


def test_the_final_file_that_calls_itself_preliminary(tmp_path: Path) -> None:
    meta = read(write_xlsx(tmp_path / "a.xlsx", rows("4b", 2024))).meta
    assert not meta["preliminary"]
    assert any("preliminar20240422v1" in note for note in meta["notes"])


def test_slep_comes_from_the_six_way_code(tmp_path: Path) -> None:
    table = rows("8b", 2019)
    table[0] |= {"cod_depe1": 6, "cod_depe2": 1}
    assert of(read(write_xlsx(tmp_path / "a.xlsx", table)))["dependency"][0] == "slep"


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_csv_of_any_form_reads_as_the_workbook(tmp_path: Path, delimiter: str, encoding: str) -> None:
    table = rows("4b", 2016)
    book = read(write_xlsx(tmp_path / "a.xlsx", table))
    text = read(write_csv(tmp_path / "a.csv", table, delimiter, encoding))
    pd.testing.assert_frame_equal(text.frame, book.frame)


def test_stata_reads_as_the_workbook(tmp_path: Path) -> None:
    table = rows("8b", 2017)
    frame = pd.DataFrame(table)
    for column in frame.columns:
        if frame[column].isna().all():
            frame[column] = frame[column].astype("float64")
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=118)
    stata, book = read(tmp_path / "a.dta"), read(write_xlsx(tmp_path / "a.xlsx", table))
    pd.testing.assert_frame_equal(stata.frame, book.frame)


def test_an_old_workbook_reads_as_the_new(tmp_path: Path) -> None:
    import xlwt

    table = rows("4b", 2018)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Hoja1")
    for j, column in enumerate(table[0]):
        sheet.write(0, j, column)
        for i, row in enumerate(table, 1):
            if row[column] is not None:
                sheet.write(i, j, row[column])
    book.save(str(tmp_path / "a.xls"))
    old, new = read(tmp_path / "a.xls"), read(write_xlsx(tmp_path / "a.xlsx", table))
    pd.testing.assert_frame_equal(old.frame, new.frame)


def test_the_web_layout_of_2013(tmp_path: Path) -> None:
    header = ["RBD", "NOMBRE", "DDCIA", "GRUPO", "NALU_LECT", "PROM_LECT", "PROM_MAT", "DIF_LECT", "DIF_MAT"]
    body: list[list[Any]] = [
        [5, "SECRETA", "PS", "Medio Bajo", 30, "225*", "231", "4", "˜"],
        [8, "SECRETA", "MC", "Sin Información.", 12, "-", "240", "/", "-3"],
        [9, "SECRETA", "CP", "Alto", 40, "301", "310", "¬", "2"],
    ]
    table = [dict(zip(header, row, strict=True)) for row in body]
    official = read(write_xlsx(tmp_path / "a.xlsx", table, sheet="vistaWeb_regionXIII"))
    assert (official.meta["grade"], official.meta["year"]) == ("2m", 2013)
    assert official.meta["coverage"] != "national"
    lect, mate = of(official, "lect"), of(official)
    assert lect["score_points"].fillna(-1).tolist() == [225, -1, 301]
    assert lect["score_status"].tolist() == ["undocumented", "no_value", "ok"]
    assert mate["score_points"].tolist() == [231, 240, 310]
    assert lect["change_points"].fillna(-99).tolist() == [4, -99, -99]
    assert mate["change_points"].fillna(-99).tolist() == [-99, -3, 2]
    assert lect["dependency"].tolist() == ["subsidised", "municipal", "delegated"]
    assert lect["ses_group"].fillna(0).tolist() == [2, 0, 5]
    starred = official.ledger[official.ledger["rule"] == "typographic_mark"]
    told = ["row", "column", "action", "value", "new_value"]
    assert starred[told].values.tolist() == [[2, "PROM_LECT", "changed", "225*", "225"]]
    assert (official.ledger["rule"] == "sign_for_missing").sum() == 5
    check_accounts(official, {c: len(table) for c in header})
    assert "SECRETA" not in official.ledger.to_csv()


def test_every_listed_file_has_a_dialect() -> None:
    listed = {(g, y) for g in ("2m", "4b") for y in (2014, 2015, 2016, 2017, 2018, 2022, 2023, 2024, 2025)}
    assert set(dialects()) == listed | {("2m", 2013), ("8b", 2017), ("8b", 2019)}
