"""The SIMCE reader on the official files: what is known of them from outside, and every cell accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import python_calamine

from trenza.official import Official, read
from trenza.official.panel import harmonised, history, query, read_files, write_panel

# file: grade, year, rows, schools that sat, and reading scores above 0 without a mark, counted straight from the files
FILES = {
    "simce2m2018_rbd_final.xlsx": ("2m", 2018, 2935, 2930, 2927),
    "simce2m2022_rbd_final.xlsx": ("2m", 2022, 2976, 2972, 2822),
    "simce4b2014_rbd_final.xlsx": ("4b", 2014, 7667, 7546, 6942),
    "simce4b2016_rbd_final.xlsx": ("4b", 2016, 7507, 7397, 6730),
    "simce4b2018_rbd_final.xlsx": ("4b", 2018, 7414, 7306, 6744),
    "simce4b2022_rbd_final.xlsx": ("4b", 2022, 7210, 7082, 6474),
    "simce4b2023_rbd_final.xlsx": ("4b", 2023, 7204, 7038, 6463),
    "simce8b2017_rbd_publica_final.dta": ("8b", 2017, 5992, 5975, 5879),
}


@pytest.fixture(scope="module")
def official(real_data: Path) -> Iterator[dict[str, Official]]:
    yield {name: read(real_data / "simce" / name) for name in FILES if (real_data / "simce" / name).is_file()}


def test_rows_and_schools_that_sat(official: dict[str, Official]) -> None:
    assert official
    for name, found in official.items():
        grade, year, rows, sat, ok = FILES[name]
        assert (found.meta["grade"], found.meta["year"]) == (grade, year)
        assert (found.meta["rows"], found.meta["schools_sat"]) == (rows, sat)
        lect = found.frame[found.frame["subject"] == "lect"]
        assert len(lect) == rows and lect["rbd"].is_unique
        assert int((lect["score_status"] == "ok").sum()) == ok


def weighted(frame: pd.DataFrame, subject: str) -> float:
    part = frame[(frame["subject"] == subject) & frame["score_points"].notna()]
    pupils = part["n_pupils"].astype("float64")
    return float((part["score_points"] * pupils).sum() / pupils.sum())


@pytest.mark.parametrize(
    ("name", "subject", "mean", "digits"),
    [
        ("simce4b2023_rbd_final.xlsx", "lect", 272, 0),
        ("simce4b2023_rbd_final.xlsx", "mate", 259, 0),
        ("simce2m2022_rbd_final.xlsx", "lect", 243, 0),
        ("simce4b2022_rbd_final.xlsx", "mate", 250, 0),
        ("simce4b2018_rbd_final.xlsx", "mate", 260, 0),
        ("simce4b2016_rbd_final.xlsx", "mate", 262, 0),
        ("simce4b2018_rbd_final.xlsx", "lect", 271.14, 2),
        ("simce8b2017_rbd_publica_final.dta", "lect", 244.07, 2),
        ("simce8b2017_rbd_publica_final.dta", "mate", 259.82, 2),
        ("simce8b2017_rbd_publica_final.dta", "nat", 258.28, 2),
        ("simce2m2018_rbd_final.xlsx", "lect", 248.74, 2),
        ("simce2m2018_rbd_final.xlsx", "mate", 263.81, 2),
    ],
)
def test_pupil_weighted_means_are_the_published_ones(
    official: dict[str, Official], name: str, subject: str, mean: float, digits: int
) -> None:
    assert round(weighted(official[name].frame, subject), digits) == mean


def test_zeros_would_have_moved_the_mean(official: dict[str, Official]) -> None:
    """The plain mean of 4b 2022 reading is 260.71; with zeros kept as scores it would be 242.20."""
    found = official["simce4b2022_rbd_final.xlsx"]
    lect = found.frame[found.frame["subject"] == "lect"]
    assert round(lect["score_points"].mean(), 2) == 260.71
    zeros = found.ledger[
        (found.ledger["rule"] == "zero_score") & (found.ledger["column"] == "prom_lect4b_rbd")
    ]
    sat = int(lect["score_points"].notna().sum()) + len(zeros)
    assert round(lect["score_points"].sum() / sat, 2) == 242.20


@pytest.mark.parametrize(
    ("before", "after", "subject", "rows"),
    [
        ("simce4b2018_rbd_final.xlsx", "simce4b2022_rbd_final.xlsx", "lect", 5243),
        ("simce4b2022_rbd_final.xlsx", "simce4b2023_rbd_final.xlsx", "lect", 5193),
        ("simce2m2018_rbd_final.xlsx", "simce2m2022_rbd_final.xlsx", "lect", 2646),
    ],
)
def test_changes_are_the_difference_of_two_files(
    official: dict[str, Official], before: str, after: str, subject: str, rows: int
) -> None:
    def part(name: str) -> pd.DataFrame:
        frame = official[name].frame
        return frame[frame["subject"] == subject].set_index("rbd")

    later = part(after)
    valid = later[later["change_status"] == "ok"]
    assert len(valid) == rows
    difference = later["score_points"] - part(before)["score_points"].reindex(later.index)
    both = later["change_points"].notna() & difference.notna()
    assert both.sum() >= rows - 5
    assert (later["change_points"][both] == difference[both]).all()


def test_standards_add_to_one_and_rest_on_ten_pupils(official: dict[str, Official]) -> None:
    shares = ["share_insufficient", "share_elementary", "share_adequate"]
    for found in official.values():
        there = found.frame[found.frame[shares].notna().any(axis=1)]
        if found.meta["grade"] != "8b":
            assert len(there) > 5000
        assert there[shares].notna().all(axis=None)
        assert ((there[shares].sum(axis=1) - 1).abs() <= 0.002 + 1e-9).all()
        assert (there["n_pupils"] >= 10).all()


def test_every_cell_of_every_file_is_accounted_for(real_data: Path, official: dict[str, Official]) -> None:
    """Raw cells are counted here with another library; the ledger explains what is no longer there."""
    for name, found in official.items():
        path = real_data / "simce" / name
        if name.endswith(".dta"):
            frame = pd.read_stata(path, convert_categoricals=False)
            raw = {c: int((frame[c].notna() & (frame[c].astype(str).str.strip() != "")).sum()) for c in frame}
        else:
            header, *body = (
                python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
            )
            columns = zip(header, zip(*body, strict=True), strict=True)
            raw = {c: sum(str(v).strip() != "" for v in values) for c, values in columns}
        gone = found.ledger[found.ledger["action"].isin(["missing", "refused", "not_carried"])]
        taken = gone.groupby("column", observed=True)["cells"].sum().to_dict()
        one = found.frame.drop_duplicates("rbd")
        assert {e["column"] for e in found.meta["columns"]} == set(raw)
        for entry in found.meta["columns"]:
            column, field = entry["column"], entry["field"]
            assert entry["cells"] == raw[column], (name, column)
            assert entry["carried"] + taken.get(column, 0) == raw[column], (name, column)
            if field in one.columns and field not in ("score_status", "change_status"):
                part = one
                if entry["subject"]:
                    part = found.frame[found.frame["subject"] == entry["subject"]]
                assert int(part[field].notna().sum()) == entry["carried"], (name, column)


def test_no_school_is_named(real_data: Path, official: dict[str, Official]) -> None:
    path = real_data / "simce" / "simce4b2018_rbd_final.xlsx"
    header, *body = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    at = header.index("nom_rbd")
    names = {str(row[at]) for row in body}
    found = official[path.name]
    words = {str(v) for c in found.frame for v in found.frame[c].astype("object").unique()}
    words |= {str(v) for v in found.ledger["value"].unique()} | {
        str(v) for v in found.ledger["new_value"].unique()
    }
    assert len(names) > 6000 and not names & words


def test_the_check_digit_fails_for_the_schools_known_to_fail(official: dict[str, Official]) -> None:
    for found in official.values():
        assert 9 <= (found.ledger["rule"] == "check_digit").sum() <= 12


def test_the_panel_holds_every_row_once(real_data: Path, tmp_path: Path) -> None:
    folders = ("simce", "mineduc")
    paths = {
        p.relative_to(real_data).as_posix(): p
        for f in folders
        for p in (real_data / f).rglob("*")
        if p.is_file()
    }
    readings = read_files(paths)
    assert not readings.refused
    frames = harmonised(readings, baseline_year=2018)
    write_panel(frames, tmp_path)
    panel = query(tmp_path)
    assert len(panel) == sum(len(f) for f in frames) == sum(len(r.frame) for r in readings.of_kind("simce"))
    assert not panel.duplicated(["grade", "year", "subject", "rbd"]).any()
    assert not set(panel["year"]) & {2019, 2020, 2021}
    fixed = panel[(panel["grade"] == "4b") & panel["ses_group_baseline"].notna()]
    assert (fixed.groupby("rbd")["ses_group_baseline"].nunique() == 1).all()
    then = panel[(panel["grade"] == "4b") & (panel["year"] == 2018)]
    assert (then["ses_group"].dropna() == then["ses_group_baseline"].dropna()).all()
    # Every SLEP school lies in a commune that was transferred by the year of the test.
    slep = panel[panel["slep"] & panel["slep_transfer_year"].notna()]
    assert len(slep) > 1500 and (slep["slep_transfer_year"] <= slep["year"]).all()
    schools = panel[panel["slep"] & (panel["grade"] == "4b") & (panel["subject"] == "lect")]
    assert schools.groupby("year").size().to_dict() == {2018: 177, 2022: 476, 2023: 479}


def test_a_school_has_one_dependency_at_a_time(real_data: Path) -> None:
    paths = {p.name: p for p in (real_data / "simce").glob("simce4b*.xlsx")}
    spells = history(read_files(paths))
    assert (spells["from_year"] <= spells["to_year"]).all()
    following = spells.groupby("rbd")["from_year"].shift(-1)
    assert (spells["to_year"] < following)[following.notna()].all()
    moved = spells[
        (spells["dependency"] == "slep") & (spells.groupby("rbd")["dependency"].shift() == "municipal")
    ]
    assert len(moved) > 400
