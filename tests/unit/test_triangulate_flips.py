"""How calls hold when thresholds move and when another coder is taken, on cases small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats
from triangulate_cases import (
    ABOVE,
    AROUND,
    PROJECT,
    RULE,
    agreement_rows,
    carried,
    codes_of,
    difference_row,
    links_of,
    segments_of,
    study_of,
    verdicts_of,
)

from trenza.compare.equivalence_range import equivalence_range
from trenza.contracts.tables import empty
from trenza.triangulate.convergence import Rule, converge
from trenza.triangulate.flips import call_coders, call_flips, call_grid
from trenza.triangulate.study import triangulate

RULES = Rule(**RULE)
RANGES = {"alpha": [0.01, 0.1], "min_cases": [1, 3], "min_share": [0.51, 0.75], "sesoi_factor": [1]}
# Two schools, two of three statements in the expected direction.
SEGMENTS = segments_of(
    ("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"), ("s3", "B", "theme", "hindering")
)


def test_a_call_is_counted_over_all_combinations() -> None:
    study = study_of(verdicts=verdicts_of(difference_row("t_y", **ABOVE, p_value=0.03)), segments=SEGMENTS)
    grid = call_grid(links_of({}), study, RULES, RANGES)
    assert len(grid) == 3 * 3 * 3 * 1
    agreed = grid[grid["call"] == "agreement"]
    # The number holds from 0.05 on, the theme up to two schools and up to a share of 0.6.
    assert set(map(tuple, agreed[["alpha", "min_cases", "min_share"]].to_numpy())) == {
        (a, c, s) for a in (0.05, 0.1) for c in (1, 2) for s in (0.51, 0.6)
    }
    (flip,) = call_flips(grid, RULES).to_dict("records")
    assert (flip["call"], flip["n_same"], flip["n_grid"]) == ("agreement", 8, 27)
    assert flip["share_same"] == 8 / 27
    assert (flip["first_threshold"], flip["first_value"], flip["first_call"]) == (
        "alpha", 0.01, "partial_agreement",
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        call_flips(grid.iloc[::-1].reset_index(drop=True), RULES), call_flips(grid, RULES)
    )


def test_what_is_fewer_steps_away_changes_the_call_first() -> None:
    study = study_of(verdicts=verdicts_of(difference_row("t_y", **ABOVE, p_value=0.03)), segments=SEGMENTS)
    ranges = {"alpha": [0.01, 0.04], "min_share": [0.65, 0.66, 0.7], "min_cases": [3]}
    (flip,) = call_flips(call_grid(links_of({}), study, RULES, ranges), RULES).to_dict("records")
    assert (flip["first_threshold"], flip["first_value"]) == ("min_cases", 3)


def test_the_declared_thresholds_give_the_computed_call_whatever_p_says() -> None:
    # A bootstrap's interval may exclude zero where its p is above alpha: at the declared level the interval decides.
    study = study_of(verdicts=verdicts_of(difference_row("t_y", **ABOVE, p_value=0.06)), segments=SEGMENTS)
    grid = call_grid(links_of({}), study, RULES, {"alpha": [0.049]})
    assert dict(zip(grid["alpha"], grid["call"], strict=True)) == {
        0.049: "partial_agreement",
        0.05: "agreement",
    }


def test_what_nothing_can_change_stays() -> None:
    study = study_of(segments=empty("segments"), codes=codes_of(SEGMENTS, "theme"))
    (flip,) = call_flips(call_grid(links_of({}), study, RULES, RANGES), RULES).to_dict("records")
    assert (flip["call"], flip["share_same"]) == ("silence", 1)
    assert pd.isna(flip["first_threshold"]) and pd.isna(flip["first_value"])
    made = triangulate(links_of({}).iloc[:0], study, RULES, ranges=RANGES)
    assert made["call_grid"].empty and made["call_flips"].empty


def test_equivalence_moves_with_the_smallest_effect_of_interest() -> None:
    numbers = {**AROUND, "se": 0.15, "df": 60.0, "sd": 1.0, "sesoi": 0.3}

    def larger(bound: float) -> float:
        return max(stats.t.sf((bound + 0.1) / 0.15, 60), stats.t.sf((bound - 0.1) / 0.15, 60))

    verdicts = verdicts_of(difference_row("t_y", **numbers, p_value=0.5, p_equivalence=larger(0.3)))
    table = equivalence_range(verdicts, [1, 2])
    assert table["p_equivalence"].tolist() == pytest.approx([larger(0.3), larger(0.6)], rel=1e-12)
    assert larger(0.3) > 0.05 > larger(0.6)
    study = study_of(verdicts=verdicts, segments=SEGMENTS, equivalence=table)
    assert converge(links_of({}), study, RULES)["quantitative_side"].tolist() == ["uncertain"]
    grid = call_grid(links_of({}), study, RULES, {"sesoi_factor": [2]})
    # The theme reports a difference that the wider bound rules out.
    assert grid["call"].tolist() == ["partial_agreement", "dissonance"]
    untested = verdicts_of(difference_row("t_y", **AROUND))
    assert equivalence_range(untested, [1, 2]).empty


def test_a_floor_of_agreement_moves_where_agreement_is_known() -> None:
    verdicts = verdicts_of(difference_row("t_y", **ABOVE))
    ranges = {"min_agreement": [0.4, 0.667, 0.8]}
    agreed = {"agreement": agreement_rows(("theme", "alpha", 0.7))}
    study = study_of(verdicts=verdicts, segments=SEGMENTS, strand=agreed)
    grid = call_grid(links_of({}), study, RULES, ranges)
    # No floor is declared: -1 stands for it. Coders who reach 0.7 fall below 0.8 alone.
    assert dict(zip(grid["min_agreement"], grid["call"], strict=True)) == {
        -1: "agreement", 0.4: "agreement", 0.667: "agreement", 0.8: "partial_agreement",
    }  # fmt: skip
    (flip,) = call_flips(grid, RULES).to_dict("records")
    assert (flip["first_threshold"], flip["first_value"], flip["n_grid"]) == ("min_agreement", 0.8, 4)
    unknown = study_of(verdicts=verdicts, segments=SEGMENTS)
    assert call_grid(links_of({}), unknown, RULES, ranges)["min_agreement"].tolist() == [-1]


def test_coders_and_the_consensus_each_have_their_call() -> None:
    verdicts = verdicts_of(difference_row("t_y", **ABOVE))
    study = study_of(verdicts=verdicts, segments=empty("segments"), codes=empty("codes"), strand=PROJECT)
    links = links_of({"codes": "Clima"}, {"codes": "c3 = hindering"})
    table = call_coders(links, study, RULES)
    told = {
        (r["link"], r["view"], r["coder"] if r["view"] == "coder" else ""): (r["qualitative_side"], r["call"])
        for r in table.to_dict("records")
    }
    assert told == {
        ("link0", "coder", "a"): ("supports", "agreement"),
        ("link0", "coder", "b"): ("absent", "silence"),
        ("link0", "consensus", ""): ("absent", "silence"),
        ("link0", "union", ""): ("supports", "agreement"),
        ("link1", "coder", "a"): ("absent", "silence"),
        ("link1", "coder", "b"): ("mixed", "partial_agreement"),
        ("link1", "consensus", ""): ("absent", "silence"),
        ("link1", "union", ""): ("opposes", "dissonance"),
    }
    assert table["same"].tolist() == [True, False, False, True, False, False, False, True]
    alone = {**PROJECT, "code_cases": carried(("c1", "coder", "a", "A"), ("c1", "union", None, "A"))}
    study = study_of(verdicts=verdicts, segments=empty("segments"), codes=empty("codes"), strand=alone)
    assert call_coders(links, study, RULES).empty
    assert call_coders(links_of({}), study_of(segments=SEGMENTS, strand=PROJECT), RULES).empty
