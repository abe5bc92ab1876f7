"""Programmes by theme and outcome, on three cases made for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.study_displays import check_case_comparison
from trenza.contracts.tables import CONTRACTS
from trenza.triangulate.case_comparison import case_comparison

ROOT = Path(__file__).resolve().parents[2]
SAID = {"en": "From below", "es": "Desde abajo", "where": "p. 7"}
SETTINGS: dict[str, Any] = {
    "dimensions": [{"id": "strategy", "en": "Strategy", "es": "Estrategia"}],
    "themes": ["trust", "time"],
    "programmes": [
        {"id": "one", "cases": ["A", "B"], "claims": ["gain"], "said": {"strategy": SAID}},
        {"id": "two", "cases": ["C"], "claims": [], "no_claims": SAID, "said": {}},
    ],
}


def themes() -> pd.DataFrame:
    rows = [
        ("trust", "A", "enabling"),
        ("trust", "B", "hindering"),
        ("time", "A", "hindering"),
        ("trust", "C", "enabling"),
    ]
    place = {"study": "x", "source_id": "t", "source": "published", "where": "ch. 2", "note": None}
    return pd.DataFrame([{**place, "code": c, "case": s, "direction": d} for c, s, d in rows])  # fmt: skip


def claims(estimate: float | None = 5.4) -> pd.DataFrame:
    row = dict.fromkeys(CONTRACTS["claims"].names)
    row |= {"study": "x", "source_id": "c", "source": "published", "claim": "gain", "estimate": estimate}
    row |= {"unit": "SIMCE points", "direction": "positive", "quality": "before_after", "where": "p. 9"}
    return pd.DataFrame([row])


def compared(**other: Any) -> dict[tuple[str, str], dict[str, Any]]:
    given = {"case_themes": themes(), "claims": claims(), **other}
    table = case_comparison(SETTINGS, study="x", **given)
    return {(r["programme"], r["item"]): {str(k): v for k, v in r.items()} for r in table.to_dict("records")}


def test_cases_that_agree_share_a_direction_and_others_are_mixed() -> None:
    cells = compared()
    assert cells["one", "trust"]["direction"] == "mixed"
    assert [cells["one", "trust"][d] for d in ("enabling", "hindering", "ambivalent")] == [1, 1, 0]
    assert (cells["one", "time"]["direction"], cells["two", "trust"]["direction"]) == (
        "hindering",
        "enabling",
    )
    assert cells["two", "time"]["direction"] == "not_reported" and pd.isna(cells["two", "time"]["row"])
    assert (cells["one", "time"]["n_cases_total"], cells["two", "time"]["n_cases_total"]) == (2, 1)


def test_every_filled_cell_leads_to_its_rows() -> None:
    cells = compared()
    for cell in cells.values():
        if cell["file"] != "results/x/qualitative/case_themes.table.csv":
            continue
        for row in cell["row"].split("|"):
            wanted = dict(part.split("=") for part in row.split(";"))
            found = themes()
            for column, value in wanted.items():
                found = found[found[column] == value]
            assert len(found) == 1 and found["code"].iloc[0] == cell["item"]
    assert cells["one", "trust"]["row"].count("|") == 1
    assert cells["one", "gain"]["row"] == "source_id=c;claim=gain"
    assert cells["one", "strategy"]["row"] == "case_comparison.programmes.one.said.strategy"
    assert cells["two", "not_measured"]["row"] == "case_comparison.programmes.two.no_claims"


def test_an_effect_without_a_printed_size_keeps_its_direction_alone() -> None:
    sized, bare = compared()["one", "gain"], compared(claims=claims(None))["one", "gain"]
    assert (sized["value"], sized["direction"], sized["quality"]) == (5.4, "positive", "before_after")
    assert pd.isna(bare["value"]) and bare["direction"] == "positive"
    nothing = compared()["two", "not_measured"]
    assert nothing["direction"] == "not_measured" and nothing["words_es"] == "Desde abajo"
    assert pd.isna(compared()["two", "strategy"]["words_en"])


def test_the_order_of_rows_changes_nothing() -> None:
    one = case_comparison(SETTINGS, study="x", case_themes=themes(), claims=claims())
    other = case_comparison(SETTINGS, study="x", case_themes=themes().iloc[::-1], claims=claims())
    pd.testing.assert_frame_equal(one, other)
    assert not len(case_comparison({}, study="x", case_themes=themes(), claims=claims()))


KNOWN: dict[str, Any] = {
    "cases": {"A", "B", "C"},
    "themes": {"trust", "time"},
    "claims": {"gain"},
    "labels": {"one": {}, "two": {}},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"themes": ["trust", "tim"]}, ["'tim'", "trust"]),
        ({"dimensions": [{"id": "strategy"}, {"id": "strategy"}]}, ["a second time"]),
        ({"programmes": [{"id": "three", "cases": ["Z"], "claims": ["loss"], "said": {"role": SAID}}]},
         ["no label for 'three'", "'Z'", "'loss'", "'role'"]),
        ({"programmes": [{"id": "one", "cases": ["A"], "claims": [], "said": {}}, {"id": "two", "cases": ["A"], "claims": ["gain"], "no_claims": SAID, "said": {}}]},
         ["neither claims nor no_claims", "'A', which one has", "found claims and no_claims"]),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_words(change: dict[str, Any], words: list[str]) -> None:
    found = "\n".join(str(f) for f in check_case_comparison(SETTINGS | change, **KNOWN, file="study.yaml"))
    for word in words:
        assert word in found, found
    assert not check_case_comparison(SETTINGS, **KNOWN, file="study.yaml")


def test_the_study_of_programmes_repeats_the_files_that_it_brings_together() -> None:
    folder = ROOT / "data/published"
    own = pd.read_csv(folder / "programmes/case_themes.csv")
    parts = [
        pd.read_csv(folder / s / "case_themes.csv")
        for s in ("redes2012", "lht2011", "pac2011_case", "blackwell2010")
    ]
    columns = ["code", "case", "direction", "note"]
    pd.testing.assert_frame_equal(own[columns], pd.concat(parts, ignore_index=True)[columns])
    segments = pd.read_csv(folder / "programmes/segments.csv").set_index("segment_id")
    studies = ("policy2013", "redes2012", "lht2011", "pac2011_case", "blackwell2010")
    told = pd.concat([pd.read_csv(folder / s / "segments.csv") for s in studies]).set_index("segment_id")
    columns = ["case", "direction", "text", "where", "note"]
    pd.testing.assert_frame_equal(segments[columns], told.loc[segments.index, columns])
    claims = pd.read_csv(folder / "programmes/claims.csv").set_index("claim").drop(index="lht_contracts")
    review = pd.read_csv(folder / "ets_review/claims.csv").set_index("claim")
    pd.testing.assert_frame_equal(claims, review.loc[claims.index])
