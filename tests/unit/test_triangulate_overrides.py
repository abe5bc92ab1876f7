"""Researchers' calls: shown beside the computed ones, without names, and held against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from triangulate_cases import RULE, links_of, study_of

from trenza.contracts.strand_tables import CALLS
from trenza.qualitative.call_agreement import call_agreement
from trenza.triangulate.convergence import Rule
from trenza.triangulate.overrides import COLUMNS, call_overrides, check_overrides, initials
from trenza.triangulate.study import triangulate

GOOD = {
    "link": "link0", "call": "dissonance", "name": "Ana María Soto", "date": "2024-03-31",
    "reason": "Two interviews say so, one head of them", "shown_as": "",
}  # fmt: skip
HOW = {"study": "x", "ci_level": 0.95, "seed": 1, "draws": 199}


def test_an_override_stands_beside_the_computed_call_and_never_in_its_place() -> None:
    links = links_of({}, {})
    without = triangulate(links, study_of(), Rule(**RULE))
    overrides = pd.DataFrame(
        [{**GOOD, "link": "link1"}, GOOD, {**GOOD, "name": "Luis Vera", "shown_as": "R2", "call": "silence"}]
    )
    made = triangulate(links, study_of(), Rule(**RULE), overrides)
    for name in ("convergence", "link_findings", "joint_display"):
        pd.testing.assert_frame_equal(made[name], without[name])
    said = made["call_overrides"]
    assert said[["link", "researcher", "call", "computed", "same"]].to_numpy().tolist() == [
        ["link0", "AMS", "dissonance", "silence", False],
        ["link0", "R2", "silence", "silence", True],
        ["link1", "AMS", "dissonance", "silence", False],
    ]
    assert set(said["reason_en"]) == set(said["reason_es"]) == {GOOD["reason"]}
    everything = " ".join(frame.to_csv() for frame in made.values())
    assert "Soto" not in everything and "Vera" not in everything
    shuffled = triangulate(links, study_of(), Rule(**RULE), overrides.iloc[::-1])
    pd.testing.assert_frame_equal(shuffled["call_overrides"], said)
    assert call_overrides(pd.DataFrame(columns=COLUMNS), made["convergence"], study="x").empty


def test_a_reason_stands_in_one_language_or_in_both() -> None:
    both = {k: v for k, v in GOOD.items() if k != "reason"}
    both |= {"reason_en": "Two interviews say so", "reason_es": "Lo dicen dos entrevistas"}
    assert check_overrides([both], {"link0"}, "f") == []
    made = triangulate(links_of({}), study_of(), Rule(**RULE), pd.DataFrame([both], columns=COLUMNS))
    row = made["call_overrides"].iloc[0]
    assert (row["reason_en"], row["reason_es"]) == ("Two interviews say so", "Lo dicen dos entrevistas")
    for wrong in ({**both, "reason": "x"}, {k: v for k, v in both.items() if k != "reason_es"}):
        (fault,) = check_overrides([wrong], {"link0"}, "f")
        assert (fault.row, fault.column, fault.allowed) == (
            "1",
            "reason",
            "reason, or reason_en and reason_es",
        )


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"link": "nowhere"}, "link", "a link of links.csv: link0, link1"),
        ({"link": "link1", "date": "2024-02-30"}, "date", "a day of the calendar"),
        ({}, "link", "one call a link and researcher"),
        ({"link": "link1", "name": "Alba M. Sáez"}, "shown_as", "tells them apart"),
        ({"link": "link1", "reason": "ana maría soto heard it"}, "reason", "a reason without it"),
        ({"link": "link1", "shown_as": "R1"}, "shown_as", "one pseudonym a person"),
        ({"link": "link1", "name": "Luis Vera", "shown_as": "luis vera"}, "shown_as", "initials"),
        ({"link": "link1", "name": "Luis Vera", "shown_as": "computed"}, "shown_as", "initials"),
    ],
)
def test_mistakes_in_overrides(cells: dict[str, str], column: str, said: str) -> None:
    (fault,) = check_overrides([GOOD, {**GOOD, **cells}], {"link0", "link1"}, "overrides.csv")
    assert (fault.row, fault.column) == ("3", column)
    assert said in fault.allowed


def test_good_overrides_and_initials() -> None:
    rows = [GOOD, {**GOOD, "link": "link1"}, {**GOOD, "name": "Luis Vera"}]
    assert check_overrides(rows, {"link0", "link1"}, "f") == []
    assert initials("Ana María  Soto-Díaz") == "AMSD"


def calls_of(**said: str) -> pd.DataFrame:
    """Each researcher's calls by their first letters, link by link; a dot is no call."""
    words = {c[0]: c for c in CALLS}
    computed = said.pop("computed")
    return pd.DataFrame(
        [
            {"link": f"l{i}", "researcher": who, "call": words[letter], "computed": words[computed[i]]}
            for who, letters in said.items()
            for i, letter in enumerate(letters)
            if letter != "."
        ]
    )


def test_kappa_of_two_researchers_by_hand() -> None:
    # o = 3/4, e = (2 x 1 + 1 x 2 + 1 x 1) / 16 = 5/16, kappa = (12 - 5) / (16 - 5).
    table = call_agreement(calls_of(AS="aapd", LV="appd", computed="aapd"), **HOW)
    both = table.set_index(["researcher_a", "researcher_b"])
    assert both.index.tolist() == [("AS", "LV"), ("AS", "computed"), ("LV", "computed")]
    pair = both.loc[("AS", "LV")]
    assert (pair["n_links"], pair["percent"]) == (4, 0.75)
    assert pair["kappa"] == pytest.approx(7 / 11, abs=1e-15)
    assert pair["ci_low"] <= pair["kappa"] <= pair["ci_high"] <= 1
    assert both.loc[("AS", "computed"), "kappa"] == 1


def test_kappa_as_statsmodels_has_it() -> None:
    first, second = "aappssddadpspa", "apppssdaadpsaa"
    table = call_agreement(calls_of(A=first, B=second, computed=first), **HOW)
    counts = np.zeros((4, 4))
    for a, b in zip(first, second, strict=True):
        counts["apsd".index(a), "apsd".index(b)] += 1
    assert table["kappa"].iloc[0] == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-12)


def test_kappa_where_there_is_nothing_to_compare() -> None:
    table = call_agreement(calls_of(A="aa.", B="aap", C="..s", computed="aas"), **HOW)
    notes = dict(
        zip(zip(table["researcher_a"], table["researcher_b"], strict=True), table["note"], strict=True)
    )
    assert notes[("A", "B")] == "undefined: both used one and the same call alone"
    assert notes[("B", "C")] == "fewer than two links: no interval"
    assert table["kappa"].isna().tolist() == [True, True, True, False, False, True]
    assert table["n_links"].tolist() == [2, 0, 2, 1, 3, 1]
    assert call_agreement(calls_of(A="aa", computed="aa").iloc[:0], **HOW).empty
