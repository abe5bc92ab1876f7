"""The official files of other kinds, where they are at hand: counts, publishers' formulas, every cell accounted for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.io.any_file import read_grid
from trenza.official.ledger import Ledger
from trenza.official.recognise import kind_of, plain

FILES = {
    "idps": "idps/idps8b2017_rbd_historico.xlsx",
    "sac": "sac/Desempeno2017.xlsx",
    "sned": "mineduc/SNED_2018_2019.csv",
    "ive": "junaeb/IVE-SINAE-BASICA.csv",
    "directory": "mineduc/directorio_oficial_ee_publico.csv",
    "slep": "mineduc/listado_slep_2026.xlsx",
}
Read = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]


@pytest.fixture(scope="module")
def files(real_data: Path) -> Callable[[str], Read]:
    """A function that reads the file of a kind, once, as the dispatcher does; skips where it is not at hand."""
    done: dict[str, Read] = {}

    def read(kind: str) -> Read:
        path = real_data / FILES[kind]
        if not path.is_file():
            pytest.skip(f"no {FILES[kind]} at hand")
        if kind not in done:
            wanted = lambda c: not plain(c).startswith("nom")  # noqa: E731
            grid = read_grid(path, path.name, lambda h: kind_of(h) is not None, wanted)
            assert kind_of(grid.header) == kind
            ledger = Ledger(grid)
            frame, meta = getattr(import_module(f"trenza.official.{kind}"), f"read_{kind}")(
                grid, ledger, False
            )
            done[kind] = frame, meta, ledger.frame()
        return done[kind]

    return read


def counts(column: pd.Series[Any]) -> dict[str, int]:
    return {str(k): int(n) for k, n in column.value_counts().items() if n}


@pytest.mark.parametrize("kind", FILES)
def test_every_cell_is_in_the_frame_or_in_the_ledger(files: Callable[[str], Read], kind: str) -> None:
    """Non-blank raw cells = non-blank clean cells + cells that the ledger says are missing, refused, not carried."""
    frame, meta, ledger = files(kind)
    lost = ledger[ledger["action"].isin(["missing", "refused", "not_carried"])]
    gone = lost.groupby("column", observed=True)["cells"].sum()
    schools = frame.drop_duplicates("rbd") if kind == "idps" else frame
    carried = 0
    for column in meta["columns"]:
        clean = 0
        if "indicator" in column:
            rows = frame[(frame["indicator"] == column["indicator"]) & frame["dimension"].isna()]
            clean = int(rows["score_points"].notna().sum())
        elif column["field"]:
            clean = int(schools[column["field"]].notna().sum())
        assert column["cells"] == clean + gone.get(column["column"], 0), column
        carried += bool(column["field"])
    assert carried >= 4 and meta["assumed"] == ""
    assert not [n for n in meta["notes"] if "the official file has" in n]


@pytest.mark.parametrize("kind", FILES)
def test_no_name_leaves_the_file(files: Callable[[str], Read], kind: str) -> None:
    frame, _, ledger = files(kind)
    assert not [c for c in frame.columns if "nom" in c or "name" in c]
    assert not any(
        plain(str(c)).startswith("nom") for c in ledger.loc[ledger["value"].notna(), "column"].unique()
    )


def test_idps_8b_2017(files: Callable[[str], Read]) -> None:
    """5,982 schools (glosa and document); blanks and means as counted in the file by independent software."""
    frame, meta, _ = files("idps")
    assert (meta["grade"], meta["year"], meta["rows"]) == ("8b", 2017, 5982)
    assert len(frame) == 4 * 5982 and frame["rbd"].nunique() == 5982
    blank = frame[frame["status"] == "missing"].groupby("indicator", observed=True).size()
    assert blank.to_dict() == {
        "self_esteem_motivation": 10,
        "school_climate": 117,
        "participation_citizenship": 8,
        "healthy_habits": 9,
    }
    assert frame["score_points"].between(0, 100).sum() == 4 * 5982 - 144


def test_idps_against_another_reader(files: Callable[[str], Read], real_data: Path) -> None:
    """The scores are those that openpyxl finds under the four names."""
    frame, _, _ = files("idps")
    names = {
        "self_esteem_motivation": "ind_am",
        "school_climate": "ind_cc",
        "participation_citizenship": "ind_pf",
        "healthy_habits": "ind_hv",
    }
    raw = pd.read_excel(real_data / FILES["idps"], engine="openpyxl", usecols=["rbd", *names.values()])
    wide = frame.pivot(index="rbd", columns="indicator", values="score_points")
    for indicator, name in names.items():
        other = raw.set_index("rbd")[name].sort_index()
        assert wide.index.tolist() == other.index.tolist()
        np.testing.assert_array_equal(wide[indicator], other)


def test_sac_2017(files: Callable[[str], Read]) -> None:
    frame, meta, _ = files("sac")
    assert (meta["year"], meta["level"], len(frame)) == (2017, "basica", 8219)
    expected = {"medium": 2793, "none": 2511, "medium_low": 1374, "high": 925, "insufficient": 616}
    assert counts(frame["category"]) == expected
    assert counts(frame["category_reason"]) == {"low_enrolment": 2346, "lack_of_information": 165}
    assert counts(frame.loc[frame["is_new"], "category"]) == {"medium_low": 31}
    assert counts(frame["dependency"]) == {"municipal": 4523, "subsidised": 3249, "private": 447}


def test_sned_2018_awards(files: Callable[[str], Read]) -> None:
    frame, meta, _ = files("sned")
    assert (meta["year"], len(frame)) == (2018, 11025)
    assert counts(frame["award"]) == {"none": 8178, "full": 2002, "partial": 845}
    assert frame["award_25"].sum() == 2002 and frame["award_35"].sum() == 845
    assert ((frame["award"] == "full") == frame["award_25"]).all()
    assert ((frame["award"] == "partial") == frame["award_35"]).all()
    assert counts(frame["rural"]) == {"False": 7528, "True": 3497}
    assert frame[["effectiveness", "improvement"]].isna().sum().tolist() == [1913, 1913]


def test_sned_index_is_the_weighted_sum_of_its_factors(files: Callable[[str], Read]) -> None:
    """The weights of the SNED (37, 28, 6, 2, 5 and 22 per cent) give the index of every school.

    Schools without the two factors that rest on tests: the other four, their weights raised to a sum of one.
    Any slip in a decimal comma or a column breaks it.
    """
    frame, _, _ = files("sned")
    weights = {
        "effectiveness": 0.37,
        "improvement": 0.28,
        "initiative": 0.06,
        "working_conditions": 0.02,
        "integration": 0.05,
        "equality": 0.22,
    }
    factors = frame[list(weights)].to_numpy()
    there = ~np.isnan(factors)
    weight = np.where(there, np.array(list(weights.values())), 0)
    index = np.nansum(factors * weight, axis=1) / weight.sum(axis=1)
    assert np.abs(index - frame["index"].to_numpy()).max() < 1e-6


def test_ive_formula_is_exact_in_all_rows(files: Callable[[str], Read]) -> None:
    frame, meta, _ = files("ive")
    assert (meta["year"], meta["level"], len(frame)) == (2016, "basica", 8000)
    pupils = frame["enrolment"].to_numpy(dtype=float)
    vulnerable = (
        frame[["first_priority", "second_priority", "third_priority"]].to_numpy(dtype=float).sum(axis=1)
    )
    assert (np.floor(vulnerable / pupils * 1000 + 0.5) == np.round(frame["ive_percent"] * 10)).all()
    rest = frame[["not_vulnerable", "no_information"]].to_numpy(dtype=float).sum(axis=1)
    assert (vulnerable + rest == pupils).all()
    expected = {"municipal": 3691 + 923, "subsidised": 3384, "delegated": 2}
    assert counts(frame["dependency"]) == expected
    assert counts(frame["rural"]) == {"False": 4463, "True": 3537}


def test_directory_2025(files: Callable[[str], Read]) -> None:
    frame, meta, ledger = files("directory")
    assert (meta["year"], len(frame), frame["rbd"].nunique()) == (2025, 16768, 16768)
    expected = {"subsidised": 7658, "municipal": 4696, "private": 2183, "slep": 2161, "delegated": 70}
    assert counts(frame["dependency"]) == expected
    assert counts(frame["state"])["operating"] == 12038
    assert frame["commune_code"].nunique() == 346 and frame["region_code"].nunique() == 16
    # A commune's code begins with its region's.
    assert (frame["commune_code"] // 1000 == frame["region_code"]).all()
    assert (frame["province_code"] // 10 == frame["region_code"]).all()
    broken = ledger[ledger["rule"] == "broken_coordinate"]
    assert sorted(broken["row"]) == [16722, 16722, 16723, 16723, 16739, 16739]
    assert frame["latitude"].isna().equals(frame["longitude"].isna())
    assert frame["latitude"].notna().sum() == 16768 - 3267 - 3


def test_slep_transfers(files: Callable[[str], Read]) -> None:
    frame, meta, _ = files("slep")
    assert len(frame) == frame["commune_code"].nunique() == 346
    settled = frame[~frame["provisional"]]
    assert counts(settled["transfer_year"]) == {"2018": 14, "2020": 11, "2021": 16, "2024": 28, "2025": 54}
    assert frame.loc[frame["provisional"], "transfer_year"].min() == meta["last_settled_year"] + 1
    assert (frame["start_year"] <= frame["transfer_year"]).all()


def test_slep_communes_are_those_of_the_directory(files: Callable[[str], Read]) -> None:
    """Every school that the directory calls SLEP lies in a commune whose schools had passed over by then."""
    directory, slep = files("directory")[0], files("slep")[0]
    year = directory["commune_code"].map(slep.set_index("commune_code")["transfer_year"])
    assert year.notna().all()
    assert (year[directory["dependency"] == "slep"] <= 2025).all()
