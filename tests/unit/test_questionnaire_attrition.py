"""Attrition: the printed boundary against the model behind it, cases by hand, and a reader who tries to undo."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.attrition import _boundary, _row, attrition_between, attrition_of_source, bound

# Correlations of response with outcome, participants and control: Deke & Chiang 2017, Evaluation Review 41.
ALPHAS = {"cautious": (0.45, 0.39), "optimistic": (0.27, 0.22)}


def bias(p: float, alpha: float) -> float:
    """By how many SD the mean of responders is off, if a share ``p`` responds."""
    return alpha * float(norm.pdf(norm.ppf(p))) / p


def test_the_model_of_attrition_bias_by_simulation() -> None:
    z, u = np.random.default_rng(1).normal(size=(2, 1_000_000))
    y = 0.45 * z + math.sqrt(1 - 0.45**2) * u
    stayed = z > norm.isf(0.7)
    assert stayed.mean() == pytest.approx(0.7, abs=0.002)
    assert y[stayed].mean() == pytest.approx(bias(0.7, 0.45), abs=0.004)


@pytest.mark.parametrize("assumption", ["cautious", "optimistic"])
def test_every_printed_value_is_a_bias_of_five_hundredths_under_the_model(assumption: str) -> None:
    points = _boundary()[assumption]
    assert [o for o, _ in points] == [n / 100 for n in range(58 if assumption == "cautious" else 66)]
    found = {}
    for overall, differential in points:
        # Two groups of one size cannot differ by more than twice the overall rate.
        if differential <= 2 * overall:
            treated, control = ALPHAS[assumption]
            found[overall] = bias(1 - overall - differential / 2, treated) - bias(
                1 - overall + differential / 2, control
            )
    assert len(found) > 54
    assert min(found.values()) > 0.0538 and max(found.values()) < 0.056
    # The table is printed to 0.1 points, which make 0.0009 of bias at most: a slip of 0.2 points would stand out.
    assert np.abs(np.diff([b for o, b in found.items() if o >= 0.04])).max() < 0.0007


@pytest.mark.parametrize(
    ("percent", "cautious", "optimistic"),
    # What Works Clearinghouse, Standards Handbook 4.1, Table II.1.
    [
        (0, 5.7, 10.0),
        (10, 6.3, 10.9),
        (20, 5.4, 10.0),
        (30, 4.1, 8.2),
        (40, 2.6, 6.0),
        (50, 1.0, 3.7),
        (57, 0.0, 2.1),
        (65, None, 0.3),
        (66, None, None),
    ],
)
def test_printed_values(percent: int, cautious: float | None, optimistic: float | None) -> None:
    for assumption, value in (("cautious", cautious), ("optimistic", optimistic)):
        found = bound(percent / 100, assumption)
        assert found == (None if value is None else pytest.approx(value / 100, abs=1e-12))


def test_between_two_printed_values_the_line_is_straight() -> None:
    # 20 %: 5.4, 21 %: 5.3. 57 % is the last row of the cautious column.
    assert bound(0.2025, "cautious") == pytest.approx(0.05375, abs=1e-12)
    assert bound(0.5701, "cautious") is None


def source(
    people: dict[str, int], asked: dict[str, int], kind: str = "simulated", **more: Any
) -> pd.Series[Any]:
    """The row of a questionnaire that ``people`` answered, by group."""
    settings = {"assignment": "same_clusters", "min_cell": 5, **more}
    found = attrition_of_source(
        pd.DataFrame({"took_part": [g for g, n in people.items() for _ in range(n)]}),
        study="s", id="q", source=kind, group="took_part", participants="yes", control="no", asked=asked, **settings,
    )  # fmt: skip
    return CONTRACTS["attrition"].check(found).iloc[0]


def between(first: pd.DataFrame, second: pd.DataFrame, kind: str = "simulated") -> pd.Series[Any]:
    found = attrition_between(
        first, second, study="s", id="pre_post", source=kind, unit="id", group="g", participants="yes", control="no",
        assignment="same_clusters", min_cell=5,
    )  # fmt: skip
    return CONTRACTS["attrition"].check(found).iloc[0]


def row_of(counts: Any, min_cell: int | None, known: str = "end") -> dict[str, Any]:
    return _row(counts, min_cell, known=known, assignment="same_clusters")


def test_a_group_whose_number_asked_is_not_known() -> None:
    # The CIC study: 74 participating teachers were asked, 48 answered; 49 controls, of how many is not printed.
    row = source({"yes": 48, "no": 49}, {"yes": 74})
    assert (row["n_participants_start"], row["n_participants_end"], row["n_control_end"]) == (74, 48, 49)
    assert row["call"] == "unknown" and not row["suppressed"]
    assert row[["n_control_start", "overall", "differential", "bound_cautious"]].isna().all()
    assert row["note"].endswith("; number of control at the start not known")
    assert row["note"].startswith("the boundary was made for randomised trials")


def test_rates_by_hand() -> None:
    # Of 80 and 50 people 60 and 45 are left: lost 20 + 5 of 130; .25 - .10.
    row = source({"yes": 60, "no": 45}, {"yes": 80, "no": 50}, assignment="different_clusters")
    assert row["overall"] == pytest.approx(25 / 130) and row["differential"] == pytest.approx(0.15)
    # 19.23 %: 5.5 at 19, 5.4 at 20; 10.2 and 10.0.
    assert row["bound_cautious"] == pytest.approx((5.5 - 0.1 * (2500 / 130 - 19)) / 100)
    assert row["bound_optimistic"] == pytest.approx((10.2 - 0.2 * (2500 / 130 - 19)) / 100)
    assert row["call"] == "high" and "loss of whole clusters is not judged here" in row["note"]


@pytest.mark.parametrize(
    ("ends", "call"),
    [
        ((900, 900), "low_cautious"),  # 10 % lost, no difference
        ((9315, 8685), "low_cautious"),  # of 10,000 each: exactly 6.3 points
        ((9316, 8684), "low_optimistic"),
        ((9445, 8555), "low_optimistic"),  # 8.9 points
        ((9600, 8400), "high"),
        ((430, 430), "low_cautious"),  # 57 % lost
        ((429, 429), "low_optimistic"),
        ((350, 350), "low_optimistic"),  # 65 %
        ((349, 349), "high"),
    ],
)
def test_calls(ends: tuple[int, int], call: str) -> None:
    start = 10_000 if max(ends) > 1000 else 1000
    for pair in (ends, ends[::-1]):
        assert row_of([(start, n) for n in pair], None)["call"] == call


def test_fewer_asked_than_analysed_is_a_fault() -> None:
    with pytest.raises(InputFaults) as error:
        source({"yes": 48, "no": 49}, {"yes": 40, "no": 60})
    assert [(f.row, f.column, f.found) for f in error.value.faults] == [
        ("questionnaire.asked", "yes", "40 people asked, but 48 analysed")
    ]


def test_between_waves_people_count_in_the_group_of_the_first() -> None:
    first = pd.DataFrame({"id": list("abcdef"), "g": ["yes", "yes", "yes", "no", "no", None]})
    second = pd.DataFrame(
        {"id": list("fedaxy"), "g": ["no"] * 6}
    )  # c and b gone, x and y new, a changed groups
    row = between(first, second)
    assert row["id"] == "pre_post"
    assert row[[c for c in row.index if c.startswith("n_")]].tolist() == [3, 1, 2, 2]
    assert row["overall"] == pytest.approx(2 / 5) and row["differential"] == pytest.approx(2 / 3)


def test_a_group_without_people_and_real_people_only_are_withheld() -> None:
    row = row_of([(0, 0), (4, 4)], None, "start")
    assert row["call"] == "unknown" and "no participants at the start" in row["note"]
    for kind, hidden in (("real", True), ("simulated", False)):
        assert source({"yes": 97, "no": 100}, {"yes": 100, "no": 100}, kind)["suppressed"] == hidden
        first = pd.DataFrame({"id": range(40), "g": ["yes"] * 20 + ["no"] * 20})
        assert between(first, first[3:], kind)["suppressed"] == hidden


def test_small_losses_are_withheld_and_a_call_that_depends_on_them() -> None:
    # 3 of 100 lost: 1 to 4 lost in one group and none in the other is low however many.
    row = row_of([(100, 97), (100, 100)], 5)
    assert row["n_participants_start"] is None and row["n_control_start"] == 100 and row["suppressed"]
    assert row["overall"] is row["differential"] is row["bound_cautious"] is row["bound_optimistic"] is None
    assert row["call"] == "low_cautious" and row["note"].endswith("counts from 1 to 4 are withheld")
    # 1 of 20 lost is a difference of 5 points, 4 of 20 one of 20.
    row = row_of([(20, 19), (20, 20)], 5)
    assert row["call"] == "unknown" and "give them away" in row["note"]


@pytest.mark.parametrize("known", ["start", "end"])
def test_a_reader_cannot_undo_what_is_withheld(known: str) -> None:
    """Of all small studies that look the same to a reader, none of the withheld counts is the same in all."""
    looks: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    if known == "start":
        starts = (0, 1, 2, 3, 4, 5, 6, 9, 30, 31, 32, 33, 60)
        groups = [(s, e) for s in starts for e in range(s + 1) if e < 4 or e > s - 5]
    else:
        groups = [(e + lost, e) for e in (0, 1, 2, 3, 4, 5, 6, 29, 30, 60) for lost in range(7)]
    for counts in product(groups, repeat=2):
        row = row_of(counts, 3, known)
        seen = tuple(c[0 if known == "start" else 1] for c in counts)
        looks[(seen, tuple(row.items()))].append(counts)
    hidden = 0
    for (_, row_items), studies in looks.items():
        for place, name in enumerate(("participants", "control")):
            if dict(row_items)[f"n_{name}_start"] is None:
                hidden += 1
                # A group that starts with one person has no second possibility when its start is known.
                if known == "start" and studies[0][place][0] == 1:
                    continue
                assert len({study[place] for study in studies}) > 1, (row_items, studies)
    assert hidden > 100
