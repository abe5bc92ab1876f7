"""IDPS files, wide and long, of every year also of those not at hand: one frame comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from official_files import faults_of, read, xls, xlsx


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
