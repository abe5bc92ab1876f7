"""Readers of IDPS, SAC, SNED, IVE, directory and SLEP files, on toy files in every dialect, also of years not at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from trenza.contracts.faults import InputFaults
from trenza.io.any_file import read_grid
from trenza.io.grid import Grid
from trenza.official.dialect import dialect
from trenza.official.ledger import Ledger
from trenza.official.recognise import kind_of, plain

Rows = Sequence[Sequence[Any]]
Read = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]
POINTS = {"change_status": "change_points", "peer_status": "peer_diff_points"}
KINDS = ("idps", "sac", "sned", "ive", "directory", "slep")


def xlsx(path: Path, header: Sequence[str], rows: Rows) -> Path:
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(list(row))
    book.save(path)
    return path


def xls(path: Path, header: Sequence[str], rows: Rows) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate([header, *rows]):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.write(i, j, cell)
    book.save(str(path))
    return path


def delimited(path: Path, header: Sequence[str], rows: Rows, mark: str, encoding: str = "utf-8") -> Path:
    lines = [mark.join("" if c is None else str(c) for c in row) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def grid_of(path: Path) -> Grid:
    return read_grid(
        path, path.name, lambda h: kind_of(h) is not None, lambda c: not plain(c).startswith("nom")
    )


def read(path: Path, allow_unknown: bool = False) -> Read:
    """Read a file as the dispatcher does; checks that every cell of the file is accounted for."""
    grid = grid_of(path)
    kind = kind_of(grid.header)
    assert kind in KINDS
    ledger = Ledger(grid)
    frame, meta = getattr(import_module(f"trenza.official.{kind}"), f"read_{kind}")(
        grid, ledger, allow_unknown
    )
    rows = ledger.frame()
    gone = rows[rows["action"].isin(["missing", "refused", "not_carried"])]
    lost = gone.groupby("column", observed=True)["cells"].sum()
    wide = any("indicator" in c for c in meta["columns"])
    for column in meta["columns"]:
        name = column["column"]
        assert column["cells"] == grid.cells[name]
        assert column["cells"] == column["carried"] + lost.get(name, 0), name
        filled = int(((rows["column"] == name) & (rows["rule"] == "value_of_the_file")).sum())
        # What a sign in place of a difference says is not from the column of signs.
        beside = [c["column"] for c in meta["columns"] if c["field"] == POINTS.get(column["field"])]
        filled += int((rows["column"].isin(beside) & (rows["rule"] == "sign_for_missing")).sum())
        assert column["carried"] == counted(frame, column, wide) - filled, name
    return frame, meta, rows


def counted(frame: pd.DataFrame, column: dict[str, Any], wide: bool) -> int:
    """Cells of the frame that a column of the file filled, counted in the frame alone."""
    field = column["field"]
    if field in ("", "meta"):
        return int(column["carried"])
    if "indicator" in column:
        dimension = column["dimension"]
        same = frame["dimension"].isna() if dimension is None else frame["dimension"] == dimension
        return int(
            frame.loc[same & (frame["indicator"] == column["indicator"]), "score_points"].notna().sum()
        )
    if field.endswith("_status"):
        return int(frame[field].isin(["not_comparable", "not_reported"]).sum())
    # A row of a wide file is several rows of the frame.
    return int((frame.drop_duplicates("rbd") if wide else frame)[field].notna().sum())


def faults_of(path: Path, **how: Any) -> list[str]:
    with pytest.raises(InputFaults) as error:
        read(path, **how)
    return [str(f) for f in error.value.faults]


# --- IDPS ---------------------------------------------------------------------------------------------------------


def test_idps_2014_wide_xls_of_whole_numbers(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind_am", "ind_cc", "ind_pf", "ind_hv"]
    frame, meta, ledger = read(
        xls(tmp_path / "a.xls", header, [[5, 2014, "8b", 74, None, 78, 71], [8, 2014, "8b", 70, 75, 77, 0]])
    )
    assert (meta["grade"], meta["year"], meta["level"], meta["preliminary"]) == (
        "8b",
        2014,
        "indicator",
        False,
    )
    assert frame["rbd"].tolist() == [5] * 4 + [8] * 4
    scores = frame.pivot(index="rbd", columns="indicator", values="score_points")
    assert scores.loc[5, "self_esteem_motivation"] == 74
    assert scores.loc[5, "participation_citizenship"] == 78
    assert scores.loc[8, "healthy_habits"] == 0, "a zero is a value here: the scale begins at 0"
    blank = frame[(frame["rbd"] == 5) & (frame["indicator"] == "school_climate")].iloc[0]
    assert pd.isna(blank["score_points"]) and blank["status"] == "missing"
    assert (frame["status"] == "ok").sum() == 7
    assert frame["dimension"].isna().all() and frame["change_status"].isna().all()
    assert set(ledger["rule"]) == {"recoded"}


def test_idps_2016_reads_by_name_whatever_the_order_and_case(tmp_path: Path) -> None:
    header = ["AGNO", "Grado", "RBD", "IND_AM", "ind_CC", " ind_hv ", "ind_pf"]
    frame, meta, _ = read(xls(tmp_path / "a.xls", header, [[2016, "6b", 5, 1, 2, 3, 4]]))
    assert (meta["grade"], meta["year"]) == ("6b", 2016)
    assert dict(zip(frame["indicator"], frame["score_points"], strict=True)) == {
        "self_esteem_motivation": 1,
        "school_climate": 2,
        "healthy_habits": 3,
        "participation_citizenship": 4,
    }


WIDE_2017 = [
    *(
        "agno",
        "grado",
        "rbd",
        "nom_rbd",
        "cod_reg_rbd",
        "nom_reg_rbd",
        "cod_pro_rbd",
        "nom_pro_rbd",
        "cod_com_rbd",
    ),
    *(
        "nom_com_rbd",
        "nom_deprov_rbd",
        "cod_depe2",
        "cod_grupo",
        "cod_rural_rbd",
        "ind_am",
        "ind_cc",
        "ind_hv",
    ),
    "ind_pf",
]


def row_2017(rbd: int | None, *scores: float | None) -> list[Any]:
    place = ["A SCHOOL", 13, "R", 1, "P", 13110, "C", "D"] if rbd else [None] * 8
    group = ["Municipal", "Medio bajo", "Urbano"] if rbd else [None] * 3
    return [2017, "4b", rbd, *place, *group, *scores]


def test_idps_2017_words_and_a_last_row_without_a_school(tmp_path: Path) -> None:
    rows = [row_2017(10, 74.451063, 75.1927, 66.021, 79.89), row_2017(None, None, 70.5, None, None)]
    frame, meta, ledger = read(xlsx(tmp_path / "a.xlsx", WIDE_2017, rows))
    assert len(frame) == 4 and meta["rows"] == 1
    assert frame["score_points"].tolist() == [74.451063, 75.1927, 66.021, 79.89]
    refused = ledger[ledger["rule"] == "row_without_rbd"]
    assert refused["row"].tolist() == [3, 3, 3]
    assert sorted(refused["column"]) == ["agno", "grado", "ind_cc"]
    names = ledger[ledger["column"] == "nom_rbd"].iloc[0]
    assert (names["action"], names["cells"]) == ("not_carried", 1) and pd.isna(names["value"])


def test_idps_2018_dimensions_upper_case_no_year_and_rows_without_a_grade(tmp_path: Path) -> None:
    header = ["rbd", "nom_rbd", "cod_reg_rbd", "cod_pro_rbd", "cod_com_rbd", "NOM_REGI_N", "NOM_PROVINCIA"]
    header += ["cod_deprov", "NOM_DEPROV", "NOM_COMUNA", "grado"]
    wide = ["ind_am_rbd", "dim_am_aa_rbd", "dim_am_me_rbd", "ind_cc_rbd", "dim_cc_ao_rbd", "dim_cc_ar_rbd"]
    wide += ["dim_cc_as_rbd", "ind_hv_rbd", "dim_hv_ac_rbd", "dim_hv_ha_rbd", "dim_hv_va_rbd", "ind_pf_rbd"]
    wide += ["dim_pf_pa_rbd", "dim_pf_sp_rbd", "dim_pf_vd_rbd"]
    header += [*wide, "cod_depe2", "cod_grupo", "cod_rural_rbd"]
    assert len(header) == 29
    rows = [
        [5, "A", 13, 131, 13110, "R", "P", 134, "D", "C", "4b", *range(50, 65), 1, 2, 1],
        [8, "B", *[None] * 9, *[None] * 15, 1, None, 1],
    ]
    frame, meta, ledger = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert (meta["year"], meta["grade"], meta["level"]) == (2018, "4b", "indicator")
    assert "does not say its year" in meta["notes"][0]
    assert len(frame) == 30 and set(frame["grade"]) == {"4b"}
    filled = ledger[ledger["rule"] == "value_of_the_file"]
    assert filled[["row", "column", "new_value"]].values.tolist() == [[3, "grado", "4b"]]
    school = frame[frame["rbd"] == 5].reset_index(drop=True)
    own = school[school["dimension"].isna()]
    assert own["score_points"].tolist() == [50, 53, 57, 61]
    by_dimension = school.set_index("dimension")["score_points"]
    assert by_dimension["sense_of_belonging"] == 63 and by_dimension["self_care"] == 58
    assert school.set_index("dimension").loc["respectful_climate", "indicator"] == "school_climate"
    assert (frame.loc[frame["rbd"] == 8, "status"] == "missing").all()


def test_idps_2019_codes(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", *WIDE_2017[3:]]
    rows = [[5, 2019, "8b", "A", 16, "R", 161, "P", 16101, "C", "D", 1, 2, 2, 70.123456789, 71, None, 73]]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert (meta["grade"], meta["year"]) == ("8b", 2019)
    assert frame["score_points"].iloc[0] == 70.123456789


LONG = ["nom_rbd", "cod_reg_rbd", "nom_reg_rbd", "cod_depe2", "cod_grupo", "cod_rural_rbd"]
PLACE = ["A", 13, "R", 1, 2, 1]


@pytest.mark.parametrize(
    ("year", "code", "grade"), [(2022, 4, "4b"), (2022, 2, "2m"), (2023, "4", "4b"), (2023, "2", "2m")]
)
def test_idps_2022_and_2023_long_with_numbers_for_grades(
    tmp_path: Path, year: int, code: Any, grade: str
) -> None:
    header = ["rbd", "grado", "agno", "ind", "prom", *LONG, "fecha_bbdd", "codigo_bdd"]
    rows = [
        [5, code, year, i, p, *PLACE, 20240528, "final20240528v1"]
        for i, p in [("AM", 74), ("CC", None), ("HV", 70), ("PF", 80)]
    ]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert (meta["grade"], meta["year"], meta["build_date"]) == (grade, year, "2024-05-28")
    assert (meta["version"], meta["preliminary"]) == ("final20240528v1", False)
    assert frame["status"].astype(str).tolist() == ["ok", "missing", "ok", "ok"]
    assert frame["indicator"].iloc[3] == "participation_citizenship"
    assert frame["change_status"].isna().all()


def test_idps_long_file_of_dimensions(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "dim", "prom", *LONG]
    rows = [[5, 2022, 2, "AM", "AA", 70, *PLACE], [5, 2022, 2, "HV", "VA", 60, *PLACE]]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert meta["level"] == "dimension"
    assert frame["dimension"].astype(str).tolist() == ["academic_self_perception", "active_life"]
    rows = [[5, 1, 11, 2025, 70, 1, 0, "2m"], [5, 3, 33, 2025, 60, None, None, "2m"]]
    header = ["rbd", "id_indicador", "id_dimension", "agno", "prom", "dif", "sigdif", "grado"]
    frame, _, _ = read(xlsx(tmp_path / "b.xlsx", header, rows))
    assert frame["dimension"].astype(str).tolist() == ["academic_self_perception", "sense_of_belonging"]


HEADER_2025 = [
    "rbd",
    "agno",
    "id_indicador",
    "prom",
    "dif",
    "mdif",
    "sigdif",
    "difgru",
    "mdifgru",
    "sigdifgru",
]
HEADER_2025 += [*LONG, "codigo_bbdd", "fecha_bbdd", "grado"]
TAIL_2025 = [*PLACE, "v12025", 20260423, "8b"]


def test_idps_2025_differences_with_signs(tmp_path: Path) -> None:
    rows = [
        [5, 2025, 1, 74, -2, None, -1, 3, None, 1, *TAIL_2025],
        [5, 2025, 2, 75, None, "/", None, 0, None, 0, *TAIL_2025],
        [5, 2025, 3, None, None, "¬", None, None, "¬", None, *TAIL_2025],
        [5, 2025, 4, 70, None, "/", 0, None, None, 1, *TAIL_2025],
    ]
    frame, meta, ledger = read(xlsx(tmp_path / "a.xlsx", HEADER_2025, rows))
    assert (meta["grade"], meta["year"], meta["preliminary"]) == ("8b", 2025, True)
    assert (meta["version"], meta["build_date"]) == ("v12025", "2026-04-23")
    assert frame["change_status"].astype(str).tolist() == [
        "ok",
        "not_comparable",
        "not_reported",
        "not_comparable",
    ]
    assert frame["peer_status"].astype(str).tolist() == ["ok", "ok", "not_reported", "missing"]
    assert frame["change_significance"].tolist() == [-1, pd.NA, pd.NA, pd.NA]
    assert frame["peer_significance"].tolist() == [1, 0, pd.NA, pd.NA]
    assert frame["peer_diff_points"].fillna(-99).tolist() == [3, 0, -99, -99], "a true zero stays"
    dropped = ledger[ledger["action"] == "missing"]
    assert dropped[["column", "row", "rule"]].values.tolist() == [
        ["sigdif", 5, "significance_without_change"],
        ["sigdifgru", 5, "significance_without_peer_difference"],
    ]


def test_idps_signs_in_place_of_a_difference(tmp_path: Path) -> None:
    """As SIMCE 2m2013 has them; and a marked change that is there is kept and flagged."""
    rows = [
        [5, 2025, 1, 74, "/", None, None, "¬", None, "¬", *TAIL_2025],
        [5, 2025, 2, 75, "4", "/", "1", "2", None, "0", *TAIL_2025],
    ]
    frame, _, ledger = read(xlsx(tmp_path / "a.xlsx", HEADER_2025, rows))
    assert frame["change_status"].astype(str).tolist() == ["not_comparable", "not_comparable"]
    assert frame["peer_status"].astype(str).tolist() == ["not_reported", "ok"]
    assert frame["change_points"].iloc[1] == 4 and frame["change_significance"].iloc[1] == 1
    assert (ledger["rule"] == "sign_for_missing").sum() == 3
    assert ledger.loc[ledger["rule"] == "marked_change", "row"].tolist() == [3]


@pytest.mark.parametrize(("word", "expected"), [("final20250625v1", False), ("preliminar20240422v1", True)])
def test_idps_2024_says_itself_whether_it_is_preliminary(tmp_path: Path, word: str, expected: bool) -> None:
    header = ["agno", "rbd", "ind", "prom", "dif", "sigdif", "difgru", "sigdifgru", "codigo_bdd", "grado"]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, [[2024, 5, "AM", 70, 1, 0, 2, 1, word, "6b"]]))
    assert meta["preliminary"] is expected and frame["preliminary"].tolist() == [expected]


def test_idps_faults_all_at_once(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind_am", "ind_cc", "ind_pf"]
    rows = [[5, 2014, "8b", 101, "70,5", 1], [5, 2014, "8b", -1, "x", 2], [7.5, 2014, "9z", 1, 2, 3]]
    faults = faults_of(xlsx(tmp_path / "a.xlsx", header, rows))
    text = "\n".join(faults)
    for part in (
        "column ind_hv: found no such column",
        "row 2, column rbd: found the same rbd in rows 2 and 3",
        "row 4, column rbd: found the value '7.5'; allowed: a whole number from 1 to 99999",
        "row 2, column ind_am: found the value '101' (and 1 more cells like it); allowed: a number from 0 to 100",
        "row 2, column ind_cc: found a decimal comma, '70,5'",
        "row 3, column ind_cc: found text 'x'",
        "row 4, column grado: found the code '9z'",
    ):
        assert part in text, (part, text)


def test_idps_the_same_school_and_indicator_twice(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    rows = [[5, 2022, 4, "AM", 1], [5, 2022, 4, "CC", 1], [5, 2022, 4, "AM", 2]]
    (fault,) = faults_of(xlsx(tmp_path / "a.xlsx", header, rows))
    assert "the same rbd, ind" in fault and "in rows 2 and 4" in fault


def test_idps_two_grades_or_years_in_one_file(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    faults = faults_of(xlsx(tmp_path / "a.xlsx", header, [[5, 2022, 4, "AM", 1], [6, 2023, 2, "AM", 1]]))
    assert any("several values (2022, 2023)" in f for f in faults)
    assert any("several values (4b, 2m)" in f for f in faults)


def test_idps_file_of_levels_has_no_score(tmp_path: Path) -> None:
    header = ["rbd", "agno", "nivel", "grado", "ind", "dim", "sdim", "niv_bajo_por"]
    faults = faults_of(xlsx(tmp_path / "a.xlsx", header, [[5, 2023, "BASIC", 4, "AM", "AA", "AB", 12.5]]))
    assert any("column prom: found no such column" in f for f in faults)
    assert any("sdim, niv_bajo_por: found columns never seen" in f for f in faults)


# --- years and columns never seen ------------------------------------------------------------------------------


def test_a_year_never_seen_says_so_and_is_read_only_when_allowed(tmp_path: Path) -> None:
    header = ["rbd", "agno", "id_indicador", "prom", "grado", "nueva"]
    path = xlsx(tmp_path / "a.xlsx", header, [[5, 2031, 1, 70, "4b", 9]])
    faults = faults_of(path)
    assert len(faults) == 2
    assert any(
        "the year 2031, never seen before" in f and "2025" in f and "recognised: rbd, agno" in f
        for f in faults
    )
    assert any("nueva: found columns never seen" in f and "recognised: rbd, agno" in f for f in faults)
    frame, meta, ledger = read(path, allow_unknown=True)
    assert meta["year"] == 2031 and frame["score_points"].tolist() == [70]
    assert "read by the rules of 2025" in meta["assumed"] and "nueva" in meta["assumed"]
    assert ledger.loc[ledger["column"] == "nueva", ["action", "cells"]].values.tolist() == [
        ["not_carried", 1]
    ]


def test_a_grade_that_was_not_measured_in_a_year(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    path = xlsx(tmp_path / "a.xlsx", header, [[5, 2022, "6b", "AM", 1]])
    (fault,) = faults_of(path)
    assert "grade 6b in 2022, never seen before" in fault
    assert read(path, allow_unknown=True)[1]["grade"] == "6b"


def test_a_renamed_column_is_named_beside_what_was_not_recognised(tmp_path: Path) -> None:
    faults = faults_of(sned(tmp_path, rename={"INICIAR": "INICIATIVA"}))
    assert any(
        "column iniciar: found no such column" in f and "not recognised: INICIATIVA" in f for f in faults
    )


def test_two_columns_for_one_thing(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "indicador", "prom"]
    (fault,) = faults_of(xlsx(tmp_path / "a.xlsx", header, [[5, 2022, 4, "AM", "AM", 1]]))
    assert "a second column for what 'ind' holds" in fault


@pytest.mark.parametrize(
    "header",
    [
        ["school_id", "year", "score"],
        ["cod_mod", "nombre", "media_lectura", "media_matematica"],
        ["rbd", "nom_rbd", "cod_com_rbd"],
    ],
)
def test_a_file_of_another_country_or_kind_is_not_recognised(header: list[str]) -> None:
    assert kind_of(header) is None


# --- SAC ----------------------------------------------------------------------------------------------------------


def sac_header(year: int, level: str = "Básica") -> list[str]:
    places = ["RBD", "Nombre Establecimiento", "Región", "Comuna", "Dependencia"]
    return [*places, f"Matrícula {level} {year - 1}", f"Categoría Desempeño {year}"]


SAC_ROWS = [
    [5, "A", "R", "C", "Municipal", 300, "MEDIO"],
    [8, "B", "R", "C", "P. Subvencionado", 12, "SIN CATEGORIA: BAJA MATRICULA"],
    [9, "C", "R", "C", "P. Pagado", 90, "SIN CATEGORIA: FALTA DE INFORMACIÓN"],
    [10, "D", "R", "C", "Municipal", 200, "MEDIO-BAJO (NUEVO)"],
    [11, "E", "R", "C", "Municipal", 200, "INSUFICIENTE"],
    [12, "F", "R", "C", "Municipal", None, "Alto"],
]


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_sac_words(tmp_path: Path, year: int) -> None:
    frame, meta, ledger = read(xlsx(tmp_path / "a.xlsx", sac_header(year), SAC_ROWS))
    assert (meta["year"], meta["level"], meta["grade"]) == (year, "basica", None)
    assert frame["category"].astype(str).tolist() == [
        "medium",
        "none",
        "none",
        "medium_low",
        "insufficient",
        "high",
    ]
    reasons = [None, "low_enrolment", "lack_of_information", None, None, None]
    assert (
        frame["category_reason"].astype(object).where(frame["category_reason"].notna(), None).tolist()
        == reasons
    )
    assert frame["is_new"].tolist() == [False, False, False, True, False, False]
    assert frame["dependency"].astype(str).tolist()[:3] == ["municipal", "subsidised", "private"]
    assert frame["enrolment"].tolist() == [300, 12, 90, 200, 200, pd.NA]
    assert set(ledger.loc[ledger["action"] == "not_carried", "column"]) == {
        "Nombre Establecimiento",
        "Región",
        "Comuna",
    }


def test_sac_2019_other_order_and_other_words(tmp_path: Path) -> None:
    header = ["RBD", "Matrícula Básica 2018", "Comuna", "Dependencia", "Región", "Nombre Establecimiento"]
    header += ["Categoría Desempeño 2019"]
    rows = [
        [5, 300, "C", "Público", "R", "A", "Insuficiente (Nuevo)"],
        [8, 30, "C", "P. Pagado", "R", "B", "Medio-Bajo"],
    ]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", header, rows))
    assert meta["year"] == 2019
    assert frame["dependency"].astype(str).tolist() == ["municipal", "private"]
    assert frame["category"].astype(str).tolist() == ["insufficient", "medium_low"]
    assert frame["is_new"].tolist() == [True, False]


def test_sac_word_seen_in_the_file_of_2019_only(tmp_path: Path) -> None:
    rows = [[5, "A", "R", "C", "Público", 20, "S/O * S/O"]]
    frame, _, _ = read(xlsx(tmp_path / "a.xlsx", sac_header(2019), rows))
    assert frame[["category", "category_reason"]].astype(str).values.tolist() == [["none", "not_stated"]]


def test_sac_every_word_may_be_new(tmp_path: Path) -> None:
    listed = [w for w in dialect("sac")["codes"]["category"] if not w.startswith(("sin", "s/o"))]
    rows = [[i, "A", "R", "C", "Municipal", 50, f"{w.upper()} (NUEVO)"] for i, w in enumerate(listed, 1)]
    frame, _, _ = read(xlsx(tmp_path / "a.xlsx", sac_header(2018), rows))
    assert frame["is_new"].all() and frame["category"].notna().all()


def test_sac_2018_header_says_media_over_the_schools_of_primary(tmp_path: Path) -> None:
    most = dialect("sac")["most_schools_of_media"]
    header = sac_header(2018, "Media")
    rows = [[i, "A", "R", "C", "Municipal", 50, "MEDIO"] for i in range(1, most + 1)]
    _, meta, ledger = read(delimited(tmp_path / "a.csv", header, rows, ";"))
    assert meta["level"] == "basica" and "header says media" in "".join(meta["notes"])
    flagged = ledger[ledger["rule"] == "level_by_length"]
    assert flagged[["column", "action", "cells"]].values.tolist() == [
        ["Matrícula Media 2017", "flagged", most]
    ]
    assert f"{most} rows, the official file has 8023" in meta["notes"]
    frame, meta, _ = read(delimited(tmp_path / "b.csv", header, rows[:-1], ";"))
    assert meta["level"] == "media" and meta["notes"] == [] and set(frame["level"]) == {"media"}


def test_sac_faults_all_at_once(tmp_path: Path) -> None:
    rows = [*SAC_ROWS, [5, "X", "R", "C", "Ajena", -3, "REGULAR"]]
    text = "\n".join(faults_of(xlsx(tmp_path / "a.xlsx", sac_header(2017), rows)))
    for part in ("same RBD in rows 2 and 8", "the code of 5 characters", "the code of", "the value '-3'"):
        assert part in text
    (fault,) = faults_of(xlsx(tmp_path / "b.xlsx", sac_header(2024), SAC_ROWS))
    assert "the year 2024, never seen before" in fault


# --- SNED ---------------------------------------------------------------------------------------------------------

SNED = ["RBD", "DV_RBD", "NOM_RBD", "RBD_A1", "RBD_A2", "COD_DEPE", "COD_DEPE2", "COD_REG_RBD", "COD_PRO_RBD"]
SNED += ["COD_COM_RBD", "NOM_COM_RBD", "COD_DEPROV_RBD", "NOM_DEPROV_RBD", "RURAL_RBD", "EFECTIVR", "SUPERAR"]
SNED += ["INICIAR", "MEJORAR", "INTEGRAR", "IGUALDR", "CLUSTER", "INDICER", "SEL{y}_25", "SEL{y}_35", "SEL"]


def sned(
    folder: Path,
    year: int = 2018,
    rural: Sequence[int] = (1, 2, 1),
    change: Callable[[list[list[Any]]], None] = lambda rows: None,
    rename: dict[str, str] | None = None,
) -> Path:
    header = [(rename or {}).get(h, h).format(y=year) for h in SNED]
    place = [13, 131, 13110, "C", 134, "D"]
    rows: list[list[Any]] = [
        [
            1,
            9,
            "A",
            " ",
            " ",
            2,
            1,
            *place,
            rural[0],
            "45,7",
            "60,77",
            "0",
            "87,5",
            "91,5",
            "92,503",
            1351,
            "63,85",
            1,
            2,
            1,
        ],
        [
            2,
            7,
            "B",
            "7",
            " ",
            3,
            2,
            *place,
            rural[1],
            " ",
            " ",
            "100",
            "100",
            "95",
            "90",
            551,
            "70,1",
            2,
            1,
            2,
        ],
        [
            3,
            5,
            "C",
            " ",
            " ",
            6,
            5,
            *place,
            rural[2],
            "48,4",
            "61,05",
            "99",
            "75",
            "0",
            "89,25",
            922,
            "55,5",
            2,
            2,
            3,
        ],
    ]
    change(rows)
    return delimited(folder / f"s{year}.csv", header, rows, ";", "utf-8-sig")


@pytest.mark.parametrize(("year", "rural"), [(2018, (1, 2, 1)), (2020, (0, 1, 0))])
def test_sned_bom_comma_blanks_and_either_coding_of_rural(
    tmp_path: Path, year: int, rural: Sequence[int]
) -> None:
    frame, meta, _ = read(sned(tmp_path, year, rural))
    assert meta["year"] == year
    rows = next(y["rows"] for y in dialect("sned")["years"] if y["year"] == year)
    assert meta["notes"] == [f"3 rows, the official file has {rows}"]
    assert frame["year_from"].tolist() == [year] * 3 and frame["year_to"].tolist() == [year + 1] * 3
    assert frame["effectiveness"].fillna(-1).tolist() == [45.7, -1, 48.4]
    assert frame["equality"].tolist() == [92.503, 90, 89.25] and frame["index"].tolist() == [
        63.85,
        70.1,
        55.5,
    ]
    assert frame["working_conditions"].tolist() == [87.5, 100, 75]
    assert frame["award"].astype(str).tolist() == ["full", "partial", "none"]
    assert frame["award_25"].tolist() == [True, False, False] and frame["award_35"].tolist() == [
        False,
        True,
        False,
    ]
    assert frame["dependency"].astype(str).tolist() == ["municipal", "subsidised", "slep"]
    assert frame["rural"].tolist() == [False, True, False]
    assert frame["commune_code"].tolist() == [13110] * 3 and frame["cluster"].tolist() == [1351, 551, 922]


def test_sned_the_coding_of_rural_of_another_year_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(sned(tmp_path, 2020, (1, 2, 1)))
    assert "row 3, column RURAL_RBD: found the code '2'" in fault


def test_sned_decimal_point_where_a_comma_is_due(tmp_path: Path) -> None:
    def points(rows: list[list[Any]]) -> None:
        for row in rows:
            row[19] = str(row[19]).replace(",", ".")

    (fault,) = faults_of(sned(tmp_path, change=points))
    assert "column IGUALDR: found a decimal point, '92.503'" in fault

    def one_point(rows: list[list[Any]]) -> None:
        rows[0][19] = "92.503"

    (fault,) = faults_of(sned(tmp_path, change=one_point))
    assert "row 2, column IGUALDR: found a decimal point, '92.503'" in fault and "a decimal comma" in fault


def test_sned_faults_all_at_once(tmp_path: Path) -> None:
    def spoil(rows: list[list[Any]]) -> None:
        rows[1][0], rows[0][14], rows[2][24], rows[0][5] = 1, "345,7", 4, 9

    text = "\n".join(faults_of(sned(tmp_path, change=spoil)))
    for part in (
        "same RBD in rows 2 and 3",
        "the value '345,7'",
        "SEL: found the code '4'",
        "COD_DEPE: found the code '9'",
    ):
        assert part in text, text


# --- IVE ----------------------------------------------------------------------------------------------------------

IVE = [
    "RBD",
    "DV_RBD",
    "NOMBRE_ESTABLECIMIENTO",
    "DEPENDENCIA",
    "AREA",
    "COD_REGION",
    "COD_PROV",
    "COD_COM_EST",
]
IVE += ["COMUNA", "PRIMERA_PRIORIDAD", "SEGUNDA_PRIORIDAD", "TERCERA_PRIORIDAD", "NO_VULNERABLES"]
IVE += ["SIN_INFORMACION", "TOTAL_MATRICULA_2015", "IVE_SINAE_2016"]


def ive_row(rbd: int, word: str = "MUNICIPAL - DAEM", index: Any = 75, area: str = "URBANO") -> list[Any]:
    return [rbd, 1, "A", word, area, 13, 131, 13110, "C", 3, 2, 1, 1, 1, 8, index]


def test_ive_words_and_counts(tmp_path: Path) -> None:
    rows = [
        ive_row(5),
        ive_row(8, "MUNICIPAL - CORPORACIÓN", 83.3, "RURAL"),
        ive_row(9, "PARTICULAR SUBVENCIONADO"),
    ]
    frame, meta, _ = read(delimited(tmp_path / "IVE-SINAE-BASICA.csv", IVE, rows, ","))
    assert (meta["year"], meta["level"]) == (2016, "basica") and "by the file's name" in meta["notes"][0]
    assert frame["dependency"].astype(str).tolist() == ["municipal", "municipal", "subsidised"]
    assert frame["rural"].tolist() == [False, True, False]
    assert frame["ive_percent"].tolist() == [75, 83.3, 75]
    counts = [
        "first_priority",
        "second_priority",
        "third_priority",
        "not_vulnerable",
        "no_information",
        "enrolment",
    ]
    assert frame.loc[0, counts].tolist() == [3, 2, 1, 1, 1, 8]


@pytest.mark.parametrize(("delegated", "level"), [(3, "basica"), (30, "media")])
def test_ive_level_of_a_long_list_is_told_by_its_schools(tmp_path: Path, delegated: int, level: str) -> None:
    """No column tells primary from secondary: the schools under delegated administration do, whatever the name."""
    rows = [
        ive_row(i, "ADMINISTRACIÓN DELEGADA" if i <= delegated else "MUNICIPAL - DAEM")
        for i in range(1, 1001)
    ]
    other = "BASICA" if level == "media" else "MEDIA"
    frame, meta, _ = read(delimited(tmp_path / f"IVE-{other}.csv", IVE, rows, ","))
    assert meta["level"] == level and set(frame["level"]) == {level}
    assert meta["notes"] == [
        f"read as {level}: {delegated} of 1000 schools are under delegated administration"
    ]


def test_ive_short_list_of_secondary_by_its_name(tmp_path: Path) -> None:
    path = delimited(tmp_path / "IVE-SINAE-MEDIA.csv", IVE, [ive_row(5, "ADMINISTRACIÓN DELEGADA")], ",")
    frame, meta, _ = read(path)
    assert meta["level"] == "media" and frame["dependency"].tolist() == ["delegated"]


def test_ive_faults_all_at_once(tmp_path: Path) -> None:
    rows = [ive_row(5, "ESTATAL", "83,3"), ive_row(5, index=101, area="SUBURBANO")]
    text = "\n".join(faults_of(delimited(tmp_path / "a.csv", IVE, rows, ";")))
    for part in (
        "same RBD in rows 2 and 3",
        "the code of 7 characters",
        "a decimal comma, '83,3'",
        "'101'",
        "the code of 9 characters",
    ):
        assert part in text, text


# --- directory ----------------------------------------------------------------------------------------------------

DIRECTORY = ["AGNO", "RBD", "DGV_RBD", "NOM_RBD", "P_JURIDICA", "COD_REG_RBD", "NOM_REG_RBD_A", "COD_PRO_RBD"]
DIRECTORY += [
    "COD_COM_RBD",
    "NOM_COM_RBD",
    "COD_DEPROV_RBD",
    "NOM_DEPROV_RBD",
    "COD_DEPE",
    "COD_DEPE2",
    "RURAL_RBD",
]
DIRECTORY += ["LATITUD", "LONGITUD", "CONVENIO_PIE", "PACE", "ENS_01", "MAT_ENS_1", "MAT_TOTAL", "MATRICULA"]
DIRECTORY += ["ESTADO_ESTAB", "ORI_RELIGIOSA", "ORI_OTRO_GLOSA", "PAGO_MATRICULA", "PAGO_MENSUAL", "ESPE_01"]


def school(
    rbd: int, depe: int = 1, state: int = 1, at: tuple[str, str] = ("-33,45", "-70,65"), **other: Any
) -> list[Any]:
    row = dict.fromkeys(DIRECTORY, " ") | {
        **{"AGNO": 2025, "RBD": rbd, "DGV_RBD": 9, "NOM_RBD": "A", "COD_REG_RBD": 13, "COD_PRO_RBD": 131},
        **{"COD_COM_RBD": 13110, "COD_DEPROV_RBD": 134, "COD_DEPE": depe, "RURAL_RBD": 0, "LATITUD": at[0]},
        **{"LONGITUD": at[1], "CONVENIO_PIE": 1, "PACE": 0, "MAT_TOTAL": 300, "ESTADO_ESTAB": state},
        **{"PAGO_MENSUAL": "GRATUITO", **other},
    }
    return list(row.values())


def test_directory_codes(tmp_path: Path) -> None:
    rows = [school(i, depe=i) for i in range(1, 7)]
    rows += [school(10 + s, state=s, RURAL_RBD=1, PAGO_MENSUAL="MAS DE $100.000") for s in (1, 2, 3, 4)]
    frame, meta, ledger = read(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";"))
    assert meta["year"] == 2025 and set(frame["year"]) == {2025}
    expected = ["municipal", "municipal", "subsidised", "private", "delegated", "slep"]
    assert frame["dependency"].astype(str).tolist()[:6] == expected
    states = ["operating", "in_recess", "closed", "authorised_not_operating"]
    assert frame["state"].astype(str).tolist()[6:] == states
    assert frame["latitude"].tolist() == [-33.45] * 10 and frame["longitude"].tolist() == [-70.65] * 10
    assert frame["rural"].tolist() == [False] * 6 + [True] * 4
    assert frame["pie"].all() and not frame["pace"].any()
    assert frame["monthly_fee_band"].astype(str).tolist()[5:7] == ["free", "above 100000"]
    assert not [c for c in frame.columns if "nom" in c or "name" in c]
    assert "NOM_RBD" in set(ledger.loc[ledger["action"] == "not_carried", "column"])
    assert "A" not in set(ledger["value"].dropna())


def test_directory_broken_coordinates_and_unknown_fees_become_missing(tmp_path: Path) -> None:
    """The four ways of the directory of 2025: two numbers in a cell, a comma too many, swapped, and a blank before."""
    rows = [
        school(1, at=("-39,30433830647499, 72217207", "-39,30433830647499, 72217207")),
        school(2, at=("-33,2863756", "-70,8711003,17")),
        school(3, at=("-72,4800746", "-51,728334")),
        school(4, at=("-34", " -70,79695")),
        school(5, at=(" ", " "), PAGO_MENSUAL="SIN INFORMACION"),
        school(6, at=("-62,200997", "-58,964631")),
        school(7, at=("-27,16", "-109,42716")),
    ]
    frame, _, ledger = read(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";"))
    assert frame["latitude"].notna().tolist() == [False, False, False, True, False, True, True]
    assert frame["longitude"].notna().tolist() == [False, False, False, True, False, True, True]
    assert frame.loc[3, ["latitude", "longitude"]].tolist() == [-34, -70.79695]
    broken = ledger[ledger["rule"] == "broken_coordinate"]
    assert sorted(broken["row"]) == [2, 2, 3, 3, 4, 4]
    assert pd.isna(frame.loc[4, "monthly_fee_band"])
    unknown = ledger[ledger["rule"] == "no_information_word"]
    assert unknown[["row", "action", "value"]].values.tolist() == [[6, "missing", "SIN INFORMACION"]]


def test_directory_faults_all_at_once(tmp_path: Path) -> None:
    rows = [
        school(1, depe=7, at=("-33.45", "-70,6")),
        school(1, state=5, MAT_TOTAL="-2", COD_COM_RBD=77),
        school(3, AGNO=2024, PAGO_MENSUAL="CARO"),
    ]
    text = "\n".join(faults_of(delimited(tmp_path / "a.csv", DIRECTORY, rows, ";")))
    for part in (
        "COD_DEPE: found the code '7'",
        "LATITUD: found a decimal point, '-33.45'",
        "same RBD in rows 2 and 3",
        "ESTADO_ESTAB: found the code '5'",
        "the value '-2'",
        "the value '77'",
        "several values (2025, 2024)",
        "the code of 4 characters",
    ):
        assert part in text, (part, text)


# --- SLEP ---------------------------------------------------------------------------------------------------------

SLEP = [
    "INICIO_FUNCIONES",
    "AGNO_TRASPASO_EDUC",
    "COD_SLEP",
    "NOMBRE_SLEP",
    "NOMBRE_SLEP_FORMATO",
    "NOMBRE_REGION",
]
SLEP += [
    "NUM_REGION",
    "NOM_COMUNA_RBD",
    "NOM_COMUNA_FORMATO",
    "COD_COM_RBD",
    "DEPROV",
    "COD_DEPROV",
    "DECRETO",
]
SLEP += ["COMUNA CABECERA"]


def commune(code: Any, transfer: Any, start: Any = 2017, slep: Any = 1301) -> list[Any]:
    return [start, transfer, slep, "S", "S", "R", 13, "C", "C", code, "D", 134, "Decreto 1 de 2017", None]


def test_slep_transfers_after_the_last_settled_year_are_provisional(tmp_path: Path) -> None:
    settled = dialect("slep")["last_settled_year"]
    rows = [commune(13103, 2018), commune(9102, settled, 2024), commune(5101, settled + 1, 2024)]
    frame, meta, _ = read(xlsx(tmp_path / "a.xlsx", SLEP, rows))
    assert meta["last_settled_year"] == settled and meta["year"] > settled
    assert frame["commune_code"].tolist() == [13103, 9102, 5101]
    assert frame["provisional"].tolist() == [False, False, True]
    assert frame["start_year"].tolist() == [2017, 2024, 2024] and frame["slep_code"].tolist() == [1301] * 3


def test_slep_faults_all_at_once(tmp_path: Path) -> None:
    rows = [commune(13103, 2018), commune(13103, 1018), commune(5101, None), commune(None, 2020)]
    text = "\n".join(faults_of(xlsx(tmp_path / "a.xlsx", SLEP, rows)))
    for part in (
        "same COD_COM_RBD in rows 2 and 3",
        "the value '1018'",
        "AGNO_TRASPASO_EDUC: found blank in 1 rows",
    ):
        assert part in text, text


# --- the tables themselves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_dialect_tables_are_whole(kind: str) -> None:
    table = dialect(kind)
    assert [y["year"] for y in table["years"]] == sorted({y["year"] for y in table["years"]})
    for entry in table["columns"]:
        assert set(entry) <= {
            "column",
            "field",
            "wide",
            "fact",
            "codes",
            "low",
            "high",
            "whole",
            "required",
            "shown",
        }
        assert entry["column"] == plain(entry["column"]) or "\\d" in entry["column"]
        if "field" in entry or entry.get("wide"):
            assert ("codes" in entry) != ("low" in entry), entry
        assert entry.get("codes", next(iter(table["codes"]), None)) in {*table["codes"], None}


def test_a_file_without_rows_or_without_any_school(tmp_path: Path) -> None:
    header = ["rbd", "agno", "grado", "ind", "prom"]
    assert "no rows below the header" in faults_of(delimited(tmp_path / "a.csv", header, [], ";"))[0]
    faults = faults_of(delimited(tmp_path / "b.csv", header, [["", 2022, 4, "AM", 50]], ";"))
    assert any("column rbd: found no value in any row" in f for f in faults)
