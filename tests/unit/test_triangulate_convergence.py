"""The convergence table and the joint display on cases made for a rule."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from triangulate_cases import (
    ABOVE,
    AROUND,
    BELOW,
    RULE,
    TWO_SAY_YES,
    codes_of,
    coef_of,
    difference_row,
    display_of,
    join,
    links_of,
    ratings_of,
    read,
    segments_of,
    study_of,
    verdicts_of,
)

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import empty
from trenza.triangulate.convergence import Rule, joint_display, link_findings
from trenza.triangulate.rules import QUALITATIVE_REASONS, QUANTITATIVE_REASONS
from trenza.triangulate.study import triangulate


@pytest.mark.parametrize(
    ("numbers", "side", "call", "if_holm"),
    [
        ({**ABOVE, "p_holm": 0.01}, "supports", "agreement", "agreement"),
        ({**ABOVE, "p_holm": 0.20}, "supports", "agreement", "partial_agreement"),
        ({**ABOVE}, "supports", "agreement", "agreement"),
        ({**BELOW, "p_holm": 0.01}, "opposes", "dissonance", "dissonance"),
        ({**BELOW, "p_holm": 0.05}, "opposes", "dissonance", "partial_agreement"),
        ({**AROUND, "p_holm": 0.90}, "uncertain", "partial_agreement", "partial_agreement"),
        ({**AROUND, "p_equivalence": 0.01, "p_holm": 0.9}, "equivalent", "dissonance", "dissonance"),
        ({**AROUND, "p_equivalence": 0.05}, "uncertain", "partial_agreement", "partial_agreement"),
        ({"estimate": 1.0, "effect": 0.5}, "uncertain", "partial_agreement", "partial_agreement"),
        ({"effect": 0.5}, "absent", "silence", "silence"),
    ],
)
def test_comparisons(numbers: dict[str, float], side: str, call: str, if_holm: str) -> None:
    (row,) = join({}, verdicts=verdicts_of(difference_row("t_y", **numbers))).to_dict("records")
    assert (row["quantitative_side"], row["call"], row["call_if_holm"]) == (side, call, if_holm)


def test_simulated_rows_are_never_findings() -> None:
    verdicts = verdicts_of(difference_row("t_y", "simulated", **ABOVE, p_equivalence=0.0, p_holm=0.0))
    coef = coef_of(difference_row("t_y", "simulated", **ABOVE))
    ratings = ratings_of(("q", "simulated", "item", 4.0), ("q", "simulated", "other", 1.0))
    rows = (
        {},
        {"finding": "model:t_y"},
        {"finding": "describe:item", "expects": "highest"},
    )
    table = join(*rows, verdicts=verdicts, coef=coef, ratings=ratings)
    assert table["quantitative_side"].eq("absent").all()
    assert table["quantitative_reason"].eq("only_simulated").all()
    assert table[["estimate", "ci_low", "effect", "finding_source", "finding_file"]].isna().all().all()
    assert table["call"].eq("silence").all()
    assert table["call_if_holm"].eq("silence").all()
    display = display_of(*rows, verdicts=verdicts, coef=coef, ratings=ratings)
    shown = display[display["strand"] == "quantitative"]
    assert shown["value"].isna().all()
    assert shown["file"].eq("results/x/triangulate/convergence.table.csv").all()
    assert shown["row"].tolist() == ["link=link0", "link=link1", "link=link2"]
    assert "simulated" not in set(display["kind"].dropna())


def test_simulated_segments_are_never_heard() -> None:
    simulated = segments_of(
        ("s3", "C", "theme", "hindering"), ("s4", "D", "theme", "hindering"), source="simulated"
    )
    verdicts = verdicts_of(difference_row("t_y", **ABOVE))
    (row,) = join({}, verdicts=verdicts, segments=pd.concat([TWO_SAY_YES, simulated])).to_dict("records")
    assert (row["n_segments"], row["n_cases_total"], row["qualitative_side"]) == (2, 2, "supports")
    codes = codes_of(simulated, "top/", "top/theme", source="simulated")
    table = join({}, verdicts=verdicts, segments=simulated, codes=codes)
    assert table["qualitative_reason"].tolist() == ["only_simulated"]
    assert table["call"].tolist() == ["silence"]
    display = display_of({}, verdicts=verdicts, segments=simulated, codes=codes)
    heard = display[display["strand"] == "qualitative"]
    assert heard["value"].isna().all()
    assert heard["row"].tolist() == ["link=link0"]


def test_a_published_row_beside_a_simulated_one_is_the_finding() -> None:
    verdicts = verdicts_of(difference_row("t_y", "simulated", **BELOW), difference_row("t_y", **ABOVE))
    (row,) = join({}, verdicts=verdicts).to_dict("records")
    assert (row["finding_source"], row["estimate"], row["call"]) == ("published", 1.0, "agreement")


def test_real_data_come_before_printed_figures() -> None:
    verdicts = verdicts_of(difference_row("t_y", **BELOW), difference_row("t_y", "real", **ABOVE))
    (row,) = join({}, verdicts=verdicts).to_dict("records")
    assert (row["finding_source"], row["quantitative_side"]) == ("real", "supports")


def test_two_rows_of_one_kind_are_refused_for_all_links_at_once() -> None:
    twice = [difference_row("t_y", term=term, **ABOVE) for term in ("a - b", "a - c")]
    ratings = ratings_of(("a", "real", "item", 3.0), ("b", "real", "item", 2.0))
    with pytest.raises(InputFaults, match="2 faults") as caught:
        join(
            {},
            {"finding": "describe:item", "expects": "at_least 1"},
            verdicts=verdicts_of(*twice),
            ratings=ratings,
        )
    message = str(caught.value)
    assert "term: a - b, a - c" in message
    assert "source_id: a, b" in message


def test_the_contrast_of_a_model_is_its_row_with_an_effect() -> None:
    rest = {"estimate": 9.0, "ci_low": 8.0, "ci_high": 10.0, "term": "intercept"}
    coef = coef_of(
        difference_row("t_y", "real", **rest),
        difference_row("t_y", "real", **BELOW),
        difference_row("t_z", "real", **rest),
    )
    rows = ({"finding": "model:t_y", "expects": "lower"}, {"finding": "model:t_z"})
    table = join(*rows, coef=coef)
    assert table["quantitative_side"].tolist() == ["supports", "absent"]
    assert table["quantitative_reason"].tolist() == ["interval_excludes_zero", "no_group_contrast"]
    assert table["estimate"].iloc[0] == -1.0
    assert table["finding_file"].iloc[0] == "results/x/model/coef.table.csv"
    display = display_of(*rows, coef=coef)
    assert display["row"].iloc[0] == "id=t_y;source=real;term=participant - control"
    assert display["value"].iloc[0] == -0.5


def test_a_finding_that_is_nowhere_is_absent() -> None:
    table = join({}, {"finding": "describe:item", "expects": "lowest"})
    assert table["quantitative_reason"].tolist() == ["not_found", "not_found"]
    no_mean = ratings_of(("a", "real", "item", math.nan), ("a", "real", "other", 3.0))
    table = join({"finding": "describe:item", "expects": "lowest"}, ratings=no_mean)
    assert table["quantitative_reason"].tolist() == ["no_estimate"]


def test_ranks_are_taken_within_one_source() -> None:
    ratings = ratings_of(
        ("a", "real", "item", 3.0), ("a", "real", "other", 3.5), ("b", "published", "third", 1.0)
    )
    table = join({"finding": "describe:item", "expects": "lowest"}, ratings=ratings)
    assert table["quantitative_reason"].tolist() == ["rank_lowest_descriptive"]


def test_codes_below_a_code_belong_to_its_theme() -> None:
    segments = segments_of(
        ("s1", "A", "theme", "enabling"),
        ("s2", "B", "deep", "enabling"),
        ("s3", "C", "aside", "hindering"),
        ("s4", "C", "theme_two", "hindering"),  # a name that only begins alike
    )
    paths = ("top/", "top/theme", "top/theme/middle", "top/theme/middle/deep", "top/aside", "top/theme_two")
    codes = codes_of(segments, *paths)
    table = join({"codes": "theme"}, {"codes": "theme;deep"}, segments=segments, codes=codes)
    assert table["n_segments"].tolist() == [2, 2]
    assert table["n_cases_total"].tolist() == [3, 3]
    assert table["qualitative_side"].tolist() == ["supports", "supports"]
    display = display_of({}, segments=segments, codes=codes)
    heard = display[display["strand"] == "qualitative"]
    assert dict(zip(heard["item"], heard["value"], strict=True)) == {"theme": 1, "deep": 1}


def test_a_segment_under_two_codes_counts_once() -> None:
    segments = segments_of(
        ("s1", "A", "theme", "enabling"),
        ("s1", "A", "other", "enabling"),
        ("s2", "B", "theme", "hindering"),
        ("s3", "B", "theme", "hindering"),
        ("s4", "B", "theme", "enabling"),
        ("s4", "B", "other", "hindering"),  # told two ways: ambivalent for this link
    )
    codes = codes_of(segments, "theme", "other")
    (row,) = join({"codes": "theme;other"}, segments=segments, codes=codes).to_dict("records")
    assert (row["n_segments"], row["share_expected"], row["qualitative_side"]) == (4, 0.25, "mixed")


def test_a_study_without_segments_or_without_links() -> None:
    verdicts = verdicts_of(difference_row("t_y", **ABOVE))
    table = join({}, verdicts=verdicts, segments=empty("segments"), codes=empty("codes"))
    assert table["call"].tolist() == ["silence"]
    display = display_of({}, verdicts=verdicts, segments=empty("segments"), codes=empty("codes"))
    assert display["strand"].tolist() == ["quantitative", "qualitative", "call"]
    none = read("config/studies/p900/links.csv")
    made = triangulate(none, study_of(segments=empty("segments"), codes=empty("codes")), Rule(**RULE))
    assert made and all(table.empty for table in made.values())


def test_links_that_cannot_be_joined_are_refused_before_anything_is_joined() -> None:
    with pytest.raises(InputFaults, match="3 faults"):
        join({"level": "planet"}, {"expects": "tallest"}, {"codes": "top"})


def test_names_of_files_can_be_given() -> None:
    links, study, rule = links_of({}), study_of(), Rule(**RULE)
    display = joint_display(
        join({}), links, study="x", codes=study.strand.codes, findings=link_findings(links, study, rule),
        codes_file="c.csv", convergence_file="v.csv",
    )  # fmt: skip
    assert display["file"].tolist() == ["v.csv", "c.csv", "v.csv"]


TURN = {"enabling": "hindering", "hindering": "enabling", "ambivalent": "ambivalent"}
SWAP = {"supports": "opposes", "opposes": "supports"}
heard = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["enabling", "hindering", "ambivalent"])), max_size=6
)


@settings(deadline=None, max_examples=25)
@given(heard, st.floats(-2, 2), st.floats(0.01, 2), st.floats(0, 1), st.none() | st.floats(0, 1))
def test_what_holds_for_any_finding_and_any_theme(
    said: list[tuple[str, str]], estimate: float, half: float, p_holm: float, p_equivalence: float | None
) -> None:
    # One table with the case and its mirror: every estimate and every segment turned round.
    rows, heard_twice = [], []
    for name, sign, turn in (("here", 1, {d: d for d in TURN}), ("there", -1, TURN)):
        e = sign * estimate
        numbers = {"estimate": e, "ci_low": e - half, "ci_high": e + half, "effect": e}
        rows.append(difference_row(f"t_{name}", **numbers, p_holm=p_holm, p_equivalence=p_equivalence))
        heard_twice += [(f"{name}{i}", case, name, turn[d]) for i, (case, d) in enumerate(said)]
    segments = segments_of(*heard_twice)
    here, there = join(
        *({"finding": f"compare:t_{name}", "codes": name} for name in ("here", "there")),
        verdicts=verdicts_of(*rows),
        segments=segments,
        codes=codes_of(segments, "here", "there"),
    ).to_dict("records")
    assert there["quantitative_side"] == SWAP.get(here["quantitative_side"], here["quantitative_side"])
    assert there["qualitative_side"] == SWAP.get(here["qualitative_side"], here["qualitative_side"])
    if here["quantitative_side"] == "supports":
        assert there["call"] == here["call"]
    significant = here["ci_low"] > 0 or here["ci_high"] < 0
    if not significant and here["quantitative_side"] != "equivalent":
        assert here["call"] != "dissonance"
    if p_holm >= 0.05 and here["quantitative_side"] != "equivalent":
        assert here["call_if_holm"] in ("partial_agreement", "silence")
    if not said:
        assert here["call"] == "silence"
    assert here["quantitative_reason"] in QUANTITATIVE_REASONS
    assert here["qualitative_reason"] in QUALITATIVE_REASONS
