"""Joint displays on cases small enough to do by hand: schools, pillars, themes, tests of hypotheses."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.study_displays import check_displays, check_pillars, check_process_tests
from trenza.contracts.tables import CONTRACTS, empty
from trenza.triangulate.displays import DISPLAY_INPUTS, displays
from trenza.triangulate.pillars import pillars
from trenza.triangulate.process_tracing import INFERENCE, likelihood_ratio, process_tests
from trenza.triangulate.school_level import school_level
from trenza.triangulate.school_names import named_modes
from trenza.triangulate.theme_statistics import theme_statistics

# --- schools --------------------------------------------------------------------------------------------------------

ENTRY = {"id": "shown", "finding": "m_y", "group": "school", "term": "Intercept", "codes": ["theme"]}


def frame(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of a contract, what is not said being blank."""
    return pd.DataFrame([{**dict.fromkeys(CONTRACTS[name].names), "study": "x", **row} for row in rows])


def modes(source: str = "published", **modes: float) -> pd.DataFrame:
    one = {
        "id": "m_y",
        "outcome": "y",
        "source": source,
        "group": "school",
        "term": "Intercept",
        "se": 1.0,
        "ci_level": 0.95,
    }
    rows = [
        {**one, "level": s, "name": s, "mode": m, "ci_low": m - 2, "ci_high": m + 2} for s, m in modes.items()
    ]
    return frame("modes", *rows)  # fmt: skip


def said(*what: tuple[str, str], source: str = "published") -> pd.DataFrame:
    """(school, direction) of segments under one code."""
    one = {
        "source_id": "s",
        "source": source,
        "code": "theme",
        "role": "teacher",
        "text": "",
        "text_es": None,
        "participant": "yes",
    }
    return frame("segments", *({**one, "segment_id": f"s{i}", "case": c, "direction": d} for i, (c, d) in enumerate(what)))  # fmt: skip


CODES = frame(
    "codes", {"source": "published", "code": "theme", "path": "theme", "codable": True, "n_segments": 3}
)
VARIANCE = frame(
    "varcomp", {"id": "m_y", "source": "published", "group": "school", "term": "Intercept", "kind": "variance", "estimate": 4.0}
)  # fmt: skip


def schools(levels: pd.DataFrame, segments: pd.DataFrame, min_cell: int = 5) -> Any:
    return school_level(
        [ENTRY], study="x", modes=levels, varcomp=VARIANCE, codes=CODES, segments=segments, min_cell=min_cell
    )


def test_each_school_has_its_mode_beside_its_themes() -> None:
    table, notes = schools(
        modes(A=3.0, B=-3.0, C=0.5, D=1.0),
        said(("A", "enabling"), ("A", "hindering"), ("A", "enabling"), ("B", "enabling"), ("C", "hindering")),
    )
    assert not notes and table["school"].tolist() == ["B", "C", "D", "A"]
    rows = table.set_index("school")
    assert rows["side"].to_dict() == {"A": "above", "B": "below", "C": "undecided", "D": "undecided"}
    assert rows["quadrant"].to_dict() | {"D": None} == {
        "A": "above_enabling", "B": "below_enabling", "C": "above_hindering", "D": None,
    }  # fmt: skip
    # A: two segments help and one hinders of three. D says nothing: no balance, no quadrant.
    assert rows.loc["A", "balance"] == pytest.approx(1 / 3)
    assert math.isnan(rows.loc["D", "balance"]) and rows.loc["D", "theme"] == "none"
    # Conditional variance 1 of a variance of 4: three quarters of the school's own deviation are kept.
    assert rows["shrinkage"].tolist() == [0.75] * 4
    assert rows.loc["A", "theme_row"] == "segment_id=s0|segment_id=s1|segment_id=s2"
    assert rows.loc["B", "row"] == "id=m_y;source=published;group=school;level=B;term=Intercept"


def test_a_segment_with_two_directions_counts_once_as_ambivalent() -> None:
    twice = pd.concat([said(("A", "enabling")), said(("A", "hindering")).assign(code="below")])
    codes = pd.concat([CODES, CODES.assign(code="below", path="theme/below")])
    table, _ = school_level(
        [ENTRY], study="x", modes=modes(A=1.0), varcomp=VARIANCE, codes=codes, segments=twice, min_cell=5
    )
    row = table.iloc[0]
    assert (row["n_segments"], row["ambivalent"], row["balance"], row["theme"]) == (1, 1, 0.0, "balanced")


@pytest.mark.parametrize(
    ("levels", "segments", "why"),
    [
        (modes("simulated", A=1.0), said(("A", "enabling")), "scores_simulated"),
        (modes(A=1.0), said(("A", "enabling"), source="simulated"), "themes_simulated"),
        (modes(A=1.0), said(("Z", "enabling")), "no_common_school"),
        (modes("real", **{"01": 1.0}), said(("Z", "enabling")), "no_common_school"),
        (modes(A=1.0).iloc[:0], said(("A", "enabling")), "no_levels"),
        (modes(A=1.0), said(("A", "enabling")).iloc[:0], "no_segments"),
    ],
)
def test_strands_that_no_school_joins_are_not_joined(levels: Any, segments: Any, why: str) -> None:
    table, notes = schools(levels, segments)
    assert table.empty and [n["reason"] for n in notes] == [why]


def test_themes_of_few_real_segments_are_withheld_and_do_not_follow_from_the_others() -> None:
    one = [("A", "enabling")] * 7 + [("B", "hindering")] * 6 + [("C", "enabling")] * 2
    table, _ = schools(modes("real", A=3.0, B=1.0, C=-3.0), said(*one, source="real"))
    rows = table.set_index("school")
    # C has two; alone it would follow from the total, so the smallest shown school goes with it.
    assert rows["suppressed"].to_dict() == {"C": True, "B": True, "A": False}
    hidden = rows.loc[["B", "C"]]
    columns = ["n_segments", "enabling", "hindering", "balance", "quadrant", "theme_row"]
    assert hidden[columns].isna().all().all() and set(hidden["theme"]) == {"withheld"}
    assert rows.loc["A", "n_segments"] == 7 and rows["mode"].notna().all()


def test_real_schools_are_joined_by_name_and_shown_by_number() -> None:
    key = pd.DataFrame(
        {"id": ["m_y", "m_y"], "group": ["school"] * 2, "level": ["1", "2"], "name": ["Norte", "Sur"]}
    )
    levels = named_modes(modes("real", **{"1": -1.0, "2": 2.0}).drop(columns="name"), key)
    assert levels["name"].tolist() == ["Norte", "Sur"]
    told = [("Norte", "enabling")] * 6 + [("Sur", "hindering")] * 5
    table, notes = schools(levels, said(*told, source="real"))
    assert not notes and table["school"].tolist() == ["1", "2"]
    assert table["balance"].tolist() == [1.0, -1.0] and table["theme_row"].isna().all()
    assert "Norte" not in table.to_csv() and "Sur" not in table.to_csv()
    # The levels of other studies have their names already.
    assert named_modes(modes(A=1.0).drop(columns="name"), key)["name"].tolist() == ["A"]


# --- pillars and themes ---------------------------------------------------------------------------------------------


def cell(
    link: str, strand: str, item: str, value: float | None = 1.0, kind: str | None = "published"
) -> dict[str, Any]:
    unit = {"quantitative": "SD", "qualitative": "segments", "call": None}[strand]
    return {"link": link, "strand": strand, "item": item, "value": value, "unit": unit, "kind": kind, "file": "results/x/qualitative/codes.table.csv", "row": item}  # fmt: skip


JOINT = frame(
    "joint_display",
    cell("one", "quantitative", "compare:t_y", 0.4), cell("one", "qualitative", "theme", 3.0), cell("one", "call", "agreement"),
    cell("two", "quantitative", "compare:t_z", 0.1), cell("two", "qualitative", "quiet", 0.0), cell("two", "call", "silence"),
    cell("three", "quantitative", "describe:gone", None, None), cell("three", "qualitative", "theme", 3.0), cell("three", "call", "silence"),
)  # fmt: skip
VERDICTS = frame(
    "verdicts",
    *({"id": f"t_{y}", "source": "published", "effect": 0.2} for y in "yzw"),
    {"id": "t_w", "source": "simulated", "effect": 9.0},
    {"id": "t_v", "source": "simulated", "effect": 9.0},
)
ALL_CODES = frame(
    "codes",
    {"source": "published", "code": "theme", "path": "theme", "n_segments": 3, "enabling": 2, "hindering": 1, "ambivalent": 0, "n_cases": 2},
    {"source": "published", "code": "other", "path": "other", "n_segments": 1, "n_cases": 1},
    {"source": "published", "code": "unused", "path": "unused", "n_segments": 0, "n_cases": 0},
)  # fmt: skip


def test_pillars_list_match_check_and_name() -> None:
    declared = [{"id": "second", "links": ["two"]}, {"id": "first", "links": ["one"]}]
    given = {"ratings": empty("ratings"), "claims": empty("claims"), "case_themes": empty("case_themes")}
    table = pillars(declared, study="x", joint_display=JOINT, verdicts=VERDICTS, codes=ALL_CODES, **given)
    linked = table.dropna(subset=["link"])
    said_of = linked.drop_duplicates("link").set_index("link")
    assert said_of["pillar"].fillna("").to_dict() == {"two": "second", "one": "first", "three": ""}
    assert said_of.loc[["one", "two", "three"], "check"].tolist() == [
        "matched",
        "numbers_only",
        "themes_only",
    ]
    left = table[table["check"] == "not_linked"]
    assert left["item"].tolist() == ["compare:t_w", "other"]
    assert left["value"].tolist() == [0.2, 1.0]  # the simulated row of the same finding is not listed
    assert left["row"].tolist() == ["id=t_w;source=published", "code=other"]
    assert pillars([], study="x", joint_display=JOINT, verdicts=VERDICTS, codes=ALL_CODES, **given).empty


def test_statistics_by_themes_hold_the_same_cells_read_from_the_theme() -> None:
    scores = frame(
        "code_scores",
        {"source_id": "p", "source": "real", "code": "theme", "outcome": "y", "answers": "q", "mean_with": 3.5, "mean_without": None},
    )  # fmt: skip
    table = theme_statistics(study="x", joint_display=JOINT, codes=ALL_CODES, code_scores=scores)
    theme = table[table["code"] == "theme"]
    assert theme["statistic"].tolist() == ["finding", "finding", "mean_with_code", "mean_without_code"]
    assert theme["item"].tolist() == ["compare:t_y", "describe:gone", "y", "y"]
    assert theme["value"].fillna(-1).tolist() == [0.4, -1, 3.5, -1]
    assert theme["enabling"].dropna().tolist() == [2, 2]
    assert table[table["code"] == "quiet"]["n_segments"].tolist() == [0]


# --- process tracing ------------------------------------------------------------------------------------------------


def test_likelihoods_move_the_odds_as_bayes_has_it() -> None:
    # By hand: odds 1; 0.8 / 0.2 = 4 passed; (1 - 0.9) / (1 - 0.4) = 1/6 failed; 4 / 6 = 2/3; 2/3 of 5/3 = 0.4.
    tests = [
        {"id": "gun", "test": "smoking_gun", "passed": "yes", "where": "p. 1", "likelihoods": {"if_true": 0.8, "if_false": 0.2}},
        {"id": "none", "test": "hoop", "passed": "undecided", "where": "p. 2", "likelihoods": {"if_true": 0.9, "if_false": 0.4}},
        {"id": "hoop", "test": "hoop", "passed": "no", "where": "p. 3", "likelihoods": {"if_true": 0.9, "if_false": 0.4}},
        {"id": "bare", "test": "straw_in_the_wind", "passed": "yes", "where": "p. 4"},
    ]  # fmt: skip
    table = process_tests(
        [{"id": "h", "prior": 0.5, "tests": tests}], study="x", convergence=empty("convergence")
    )
    assert table["likelihood_ratio"].fillna(0).tolist() == pytest.approx([4, 1, 1 / 6, 0])
    assert table["posterior_odds"].fillna(0).tolist() == pytest.approx([4, 4, 2 / 3, 0])
    assert table["posterior"].iloc[2] == pytest.approx(0.4)
    # The same by Bayes' rule on probabilities, test by test.
    p = 0.5
    for a, b, passed in ((0.8, 0.2, True), (0.9, 0.4, False)):
        a, b = (a, b) if passed else (1 - a, 1 - b)
        p = p * a / (p * a + (1 - p) * b)
    assert p == pytest.approx(0.4)
    assert table["inference"].tolist() == ["confirmed", "undecided", "eliminated", "strengthened"]


def test_a_link_decides_a_test_only_where_its_side_is_decided() -> None:
    sides = ["supports", "opposes", "equivalent", "uncertain", "absent"]
    calls = frame(
        "convergence", *({"link": s, "quantitative_side": s, "qualitative_side": "supports"} for s in sides)
    )
    tests = [{"id": s, "test": "hoop", "link": s, "strand": "quantitative"} for s in sides]
    tests.append({"id": "theme", "test": "smoking_gun", "link": "opposes", "strand": "qualitative"})
    table = process_tests([{"id": "h", "tests": tests}], study="x", convergence=calls)
    assert table["passed"].tolist() == ["yes", "no", "no", "undecided", "undecided", "yes"]
    assert table["inference"].tolist()[-1] == "confirmed" and set(table["passed_by"]) == {"computed"}
    assert table["row"].iloc[0] == "link=supports" and table["posterior"].isna().all()  # fmt: skip


def test_smoking_guns_and_hoops_are_told_apart_by_their_likelihoods() -> None:
    # Passing moves the odds more than failing exactly where the probabilities sum to less than one.
    for a, b in ((0.5, 0.1), (0.9, 0.4), (0.7, 0.3), (0.95, 0.9)):
        gain = likelihood_ratio("yes", a, b) - 1 / likelihood_ratio("no", a, b)
        assert gain == pytest.approx(0, abs=1e-9) if a + b == 1 else (gain > 0) == (a + b < 1)
    assert set(INFERENCE) == {(k, p) for k in ("straw_in_the_wind", "hoop", "smoking_gun", "doubly_decisive") for p in ("yes", "no")}  # fmt: skip


def faults(**test: Any) -> str:
    hypothesis = {
        "id": "h",
        "prior": 0.5,
        "tests": [{"id": "t", "test": "hoop", "passed": "yes", "where": "p. 1"} | test],
    }
    return "\n".join(str(f) for f in check_process_tests([hypothesis], {"one"}, "study.yaml"))  # fmt: skip


def test_mistakes_about_displays_are_told_in_words() -> None:
    assert not faults() and not faults(likelihoods={"if_true": 0.9, "if_false": 0.4})
    assert "a sum above 1" in faults(likelihoods={"if_true": 0.5, "if_false": 0.1})
    assert "a sum below 1" in faults(test="smoking_gun", likelihoods={"if_true": 0.9, "if_false": 0.4})
    assert "if_true above if_false" in faults(likelihoods={"if_true": 0.2, "if_false": 0.4})
    assert "link and passed" in faults(link="one") and "'gone'" in faults(link="gone")
    no_prior = [
        {"id": "h", "tests": [{"id": "t", "test": "hoop", "likelihoods": {"if_true": 0.9, "if_false": 0.4}}]}
    ]
    found = "\n".join(str(f) for f in check_process_tests(no_prior, set(), "study.yaml"))
    assert "no prior" in found and "neither link nor passed" in found
    twice = [{"id": "a", "links": ["one"]}, {"id": "a", "links": ["one", "two"]}]
    found = "\n".join(str(f) for f in check_pillars(twice, {"one"}, "study.yaml"))
    assert "'two'" in found and "which a has" in found and "'a' a second time" in found
    study = {"case_comparison": {}, "pillars": [], "process_tests": [], "qca": [], "models": [], "labels": {}}
    study |= {"school_level": [{"id": "s", "finding": "m_y", "codes": ["gone"]}]}
    found = "\n".join(str(f) for f in check_displays(study, {}, codes={"theme"}, file="study.yaml"))
    assert "'m_y'" in found and "'gone'" in found and "theme" in found  # fmt: skip


def test_a_study_that_declares_nothing_has_empty_displays_that_keep_their_contracts() -> None:
    declared: dict[str, Any] = {
        "case_comparison": {},
        "school_level": [],
        "pillars": [],
        "process_tests": [],
        "qca": [],
    }
    tables = {name: empty(name) for name in DISPLAY_INPUTS}
    found = displays(
        declared, tables, study="x", convergence=empty("convergence"), joint_display=empty("joint_display"), min_cell=5
    )  # fmt: skip
    for name, table in found.items():
        assert table.empty and table.columns.tolist() == CONTRACTS[name].names
