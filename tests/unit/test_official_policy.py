"""Policy rules: every branch on cases done by hand, and all of SEP and PAC again in plain loops on random data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import ContractBroken, InputFaults
from trenza.contracts.schema import schema_faults
from trenza.contracts.school_tables import DEPENDENCIES, GRADES, SCORE_STATUSES, SUBJECTS
from trenza.official import policy
from trenza.official.policy_years import last_years, verdicts

YEARS = (2016, 2017, 2018)


def simce(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows in the SIMCE frame's form; what a row leaves out is a reading score of a municipal school, 30 pupils."""
    usual = {
        "grade": "4b",
        "subject": "lect",
        "n_pupils": 30,
        "score_status": "ok",
        "dependency": "municipal",
        "ses_group": 1,
    }
    frame = pd.DataFrame([usual | row for row in rows]).astype(
        {"rbd": "int32", "year": "int16", "n_pupils": "Int32", "score_points": "float64", "ses_group": "Int8"}
    )
    return frame.astype(dict.fromkeys(("grade", "subject", "score_status", "dependency"), "category"))


def history(scores: dict[int, list[float | None]], years: Iterable[int] = YEARS, **more: Any) -> pd.DataFrame:
    """Reading scores by school, one a year; None is no row."""
    return simce(
        {"rbd": rbd, "year": year, "score_points": score, **more}
        for rbd, row in scores.items()
        for year, score in zip(years, row, strict=True)
        if score is not None
    )


def reading(rule: str, **values: Any) -> dict[str, policy.Rule]:
    """Rules with reading alone, so that a case has one score a year."""
    return policy.load_rules({rule: {"subjects": ["lect"], **values}})


def verdict(frame: pd.DataFrame, rbd: int, year: int = YEARS[-1]) -> tuple[str, str]:
    row = frame.set_index(["rbd", "year"]).loc[(rbd, year)]
    return row["result"], row["reason"]


# ---- the rules as data ----------------------------------------------------------------------------------------------


def test_every_parameter_has_a_source_or_says_that_it_is_open_and_why() -> None:
    rules = policy.load_rules()
    for rule in rules.values():
        assert rule.title and rule.law and rule.source
        assert rule.name == "simce" or rule.results
        for name, p in rule.parameters.items():
            assert p.description, name
            assert bool(p.source) != p.open, f"{rule.name}.{name}: a source or open, not both"
            assert bool(p.why) == p.open, f"{rule.name}.{name}"
            if p.value is not None:
                assert not schema_faults(p.value, p.allowed, "policy.yaml"), f"{rule.name}.{name}"


def test_the_numbers_that_the_sources_give() -> None:
    """González Torres 2016, as the project's notes paraphrase it: policy rules and programme table."""
    rules = policy.load_rules()
    assert rules["sep_class"]["years"] == 3
    assert rules["sep_consequence"]["plan_years"] == 4
    assert rules["sep_concentration"]["min_priority_share"] == 0.15
    assert rules["sac_index"]["simce_weight"] == 0.67
    assert rules["sac_insufficient"]["years"] == 4
    assert (rules["pac_eligibility"]["years"], rules["pac_eligibility"]["min_pupils_per_grade"]) == (5, 20)
    assert not {2019, 2020, 2021} & set(rules["simce"]["test_years"])
    assert rules["sac_index"]["cutoffs"] is None


def test_lists_of_the_rules_are_those_of_the_frames() -> None:
    schema = policy.overrides_schema()["properties"]
    assert set(schema["simce"]["properties"]["score_statuses"]["items"]["enum"]) < set(SCORE_STATUSES)
    assert set(schema["sac_index"]["properties"]["grade"]["enum"]) == set(GRADES)
    for rule in ("sep_class", "pac_eligibility"):
        properties = schema[rule]["properties"]
        assert set(properties["subjects"]["items"]["enum"]) == set(SUBJECTS)
        assert set(properties["dependencies"]["items"]["enum"]) == set(DEPENDENCIES)


def test_overrides_are_taken_and_told() -> None:
    rules = policy.load_rules({"sep_class": {"margin_points": 5.5, "years": 2.0, "years_required": 2}})
    assert rules["sep_class"]["margin_points"] == 5.5
    assert isinstance(rules["sep_class"]["years"], int)
    table = policy.parameter_table(rules).set_index(["rule", "parameter"])
    assert table.loc[("sep_class", "margin_points"), "value"] == "5.5"
    assert table["given"].sum() == 3
    assert policy.load_rules()["sep_class"]["margin_points"] == 0


@pytest.mark.parametrize(
    ("overrides", "place", "found", "allowed"),
    [
        ({"sepp": {}}, "policy", "unknown key 'sepp'", "sep_class"),
        ({"sep_class": {"margin": 3}}, "policy.sep_class", "unknown key 'margin'", "margin_points"),
        ({"sep_class": {"margin_points": -1}}, "policy.sep_class.margin_points", "-1", "at least 0"),
        ({"sep_class": {"margin_points": float("nan")}}, "policy.sep_class.margin_points", "nan", "finite"),
        ({"sep_class": {"grade": "8b"}}, "policy.sep_class.grade", "'8b'", "4b"),
        ({"sep_class": {"subjects": ["reading"]}}, "policy.sep_class.subjects.0", "'reading'", "lect"),
        ({"sep_class": {"years_required": 4}}, "policy.sep_class.years_required", "4", "at most all"),
        (
            {"sep_class": {"years": 4, "years_required": 2}},
            "policy.sep_class.years_required",
            "2",
            "more than half",
        ),
        ({"sac_index": {"cutoffs": [1, 2]}}, "policy.sac_index.cutoffs", "[1, 2]", "at least 3"),
        ({"sac_index": {"cutoffs": [3, 2, 1]}}, "policy.sac_index.cutoffs", "[3, 2, 1]", "rising"),
        (
            {"sac_index": {"cutoffs": [1, 2, float("inf")]}},
            "policy.sac_index.cutoffs.2",
            "inf",
            "finite",
        ),
        ({"simce": {"window": "years"}}, "policy.simce.window", "'years'", "calendar_years"),
        (["sep_class"], "policy", "['sep_class']", "keys with values"),
    ],
)
def test_a_bad_override_is_refused(overrides: Any, place: str, found: str, allowed: str) -> None:
    with pytest.raises(InputFaults) as caught:
        policy.load_rules(overrides)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.found) == ("study.yaml", place, found)
    assert allowed in fault.allowed


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputFaults) as caught:
        policy.load_rules({"x": {}, "pac_eligibility": {"years": 0, "combine": "sum"}})
    assert len(caught.value.faults) == 3


# ---- SEP class ------------------------------------------------------------------------------------------------------


def test_sep_class_by_hand() -> None:
    # Mean 250 every year: schools 1 and 2 mirror each other, 3 and 4 too, 5 sits exactly on it.
    frame = history(
        {
            1: [260, 255, 251],
            2: [240, 245, 249],
            3: [260, 260, 249],
            4: [240, 240, 251],
            5: [250, 250, 250],
        }
    )
    found = policy.sep_class(frame, reading("sep_class"))
    assert list(found.columns) == list(policy.COLUMNS)
    assert verdict(found, 1) == ("autonomous", "2016 above; 2017 above; 2018 above")
    assert verdict(found, 2) == ("in_recovery", "2016 below; 2017 below; 2018 below")
    assert verdict(found, 3) == ("emergent", "2016 above; 2017 above; 2018 below")
    assert verdict(found, 5) == ("emergent", "2016 neither; 2017 neither; 2018 neither")
    assert verdict(found, 1, 2017) == ("not_enough_years", "2015 no file; 2016 above; 2017 above")
    assert found.set_index(["rbd", "year"]).loc[(1, 2017), "n_years"] == 2
    assert set(found["not_considered"]) == {
        "promotion; drop-out; facilities; teacher evaluation; whether the school signed the SEP agreement"
    }
    two_of_three = policy.sep_class(frame, reading("sep_class", years_required=2))
    assert verdict(two_of_three, 3)[0] == "autonomous"
    assert verdict(two_of_three, 4)[0] == "in_recovery"


def test_a_year_on_the_margin_is_not_beyond_it() -> None:
    frame = history({1: [255, 255, 255], 2: [245, 245, 245]})
    assert verdict(policy.sep_class(frame, reading("sep_class", margin_points=5)), 1)[0] == "emergent"
    assert verdict(policy.sep_class(frame, reading("sep_class", margin_points=5)), 2)[0] == "emergent"
    assert verdict(policy.sep_class(frame, reading("sep_class", margin_points=4.999)), 1)[0] == "autonomous"
    assert verdict(policy.sep_class(frame, reading("sep_class", margin_points=4.999)), 2)[0] == "in_recovery"


def test_equal_scores_tie_whatever_the_rounding_of_the_weights() -> None:
    # In floating point 252.3 weighted by 7, 13 and 11 comes out above 252.3.
    frame = simce(
        {"rbd": rbd, "year": year, "score_points": 252.3, "n_pupils": n}
        for rbd, n in ((1, 7), (2, 13), (3, 11))
        for year in YEARS
    )
    found = policy.sep_class(frame, reading("sep_class"))
    assert set(found.loc[found["year"] == 2018, "result"]) == {"emergent"}


def test_the_mean_is_weighted_by_pupils_or_plain() -> None:
    # Plain mean of 300, 240, 240 is 260; with 10, 40, 10 pupils it is 250. A school of 255 without pupils known adds nothing.
    rows = [
        {"rbd": rbd, "year": year, "score_points": score, "n_pupils": n}
        for rbd, score, n in ((1, 300, 10), (2, 240, 40), (3, 240, 10), (4, 255, None))
        for year in YEARS
    ]
    assert verdict(policy.sep_class(simce(rows), reading("sep_class")), 4)[0] == "autonomous"
    plain = policy.sep_class(simce(rows), reading("sep_class", mean_of="schools"))
    assert verdict(plain, 4)[0] == "in_recovery"  # (300 + 240 + 240 + 255) / 4 = 258.75
    unweighted = simce([row for row in rows if row["rbd"] == 4])
    assert verdict(policy.sep_class(unweighted, reading("sep_class")), 4) == (
        "not_enough_years",
        "2016 no result (lect no_weight); 2017 no result (lect no_weight); 2018 no result (lect no_weight)",
    )


def test_a_school_is_held_against_the_group_of_the_year_or_of_the_baseline() -> None:
    # Group 1 means: 200; group 2 means: 300. School 1 scores 250 and moves from group 1 to group 2 in 2018.
    rows = [
        {"rbd": 1, "year": year, "score_points": 250, "n_pupils": 1, "ses_group": group}
        for year, group in zip(YEARS, (1, 1, 2), strict=True)
    ]
    rows += [{"rbd": 10, "year": y, "score_points": 200, "n_pupils": 999, "ses_group": 1} for y in YEARS]
    rows += [{"rbd": 20, "year": y, "score_points": 300, "n_pupils": 999, "ses_group": 2} for y in YEARS]
    frame = simce(rows)
    moved = policy.sep_class(frame, reading("sep_class"))
    assert verdict(moved, 1) == ("emergent", "2016 above; 2017 above; 2018 below")
    frame["ses_group_baseline"] = frame["rbd"].map({1: 1, 10: 1, 20: 2}).astype("Int8")
    fixed = policy.sep_class(frame, reading("sep_class", group_of="baseline"))
    assert verdict(fixed, 1) == ("autonomous", "2016 above; 2017 above; 2018 above")
    frame.loc[(frame["rbd"] == 1) & (frame["year"] == 2017), "ses_group"] = pd.NA
    lost = policy.sep_class(frame, reading("sep_class"))
    assert verdict(lost, 1) == (
        "not_enough_years",
        "2016 above; 2017 no result (lect no_group); 2018 below",
    )


def test_subjects_are_averaged_or_all_asked_and_all_needed() -> None:
    rows = [
        {"rbd": rbd, "year": year, "subject": subject, "score_points": 250 + sign * away}
        for year in YEARS
        for rbd, sign in ((1, 1), (2, -1))
        for subject, away in (("lect", 10), ("mate", -4))
    ]
    averaged = policy.sep_class(simce(rows), policy.load_rules())
    assert (verdict(averaged, 1)[0], verdict(averaged, 2)[0]) == ("autonomous", "in_recovery")
    each = policy.sep_class(simce(rows), policy.load_rules({"sep_class": {"combine": "each"}}))
    assert (verdict(each, 1)[0], verdict(each, 2)[0]) == ("emergent", "emergent")
    one_gone = simce(r for r in rows if (r["rbd"], r["year"], r["subject"]) != (1, 2017, "mate"))
    assert verdict(policy.sep_class(one_gone, policy.load_rules()), 1) == (
        "not_enough_years",
        "2016 above; 2017 no result (mate not_in_file); 2018 above",
    )


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"score_status": "not_representative"}, "not_representative"),
        ({"score_status": "did_not_sit", "score_points": None}, "did_not_sit"),
        ({"score_points": None}, "no_score"),
    ],
)
def test_a_year_without_a_usable_result_leaves_a_school_unclassified(
    change: dict[str, Any], cause: str
) -> None:
    rows = [
        {"rbd": rbd, "year": y, "score_points": s} | (change if (rbd, y) == (1, 2017) else {})
        for y in YEARS
        for rbd, s in ((1, 260), (2, 240), (3, 250))
    ]
    result, reason = verdict(policy.sep_class(simce(rows), reading("sep_class")), 1)
    assert result == "not_enough_years"
    assert reason == f"2016 above; 2017 no result (lect {cause}); 2018 above"


def test_marked_results_count_where_the_study_says_so_and_small_ones_do_not() -> None:
    frame = history({1: [260, 260, 260], 2: [240, 240, 240]}, score_status="not_representative")
    rules = policy.load_rules(
        {"simce": {"score_statuses": ["ok", "not_representative"]}, "sep_class": {"subjects": ["lect"]}}
    )
    assert verdict(policy.sep_class(frame, rules), 1)[0] == "autonomous"

    def floor(n: int) -> str:
        rules = policy.load_rules({"simce": {"min_tested": n}, "sep_class": {"subjects": ["lect"]}})
        return verdict(policy.sep_class(history({1: [260] * 3, 2: [240] * 3}), rules), 1)[0]

    assert floor(30) == "autonomous"
    assert floor(31) == "not_enough_years"


def test_the_last_three_years_are_the_last_three_tests_and_nothing_is_filled_in() -> None:
    years = (2017, 2018, 2022, 2023)
    frame = history({1: [260] * 4, 2: [240] * 4}, years)
    found = policy.sep_class(frame, reading("sep_class"))
    assert verdict(found, 1, 2023) == ("autonomous", "2018 above; 2022 above; 2023 above")
    assert verdict(found, 1, 2022) == ("autonomous", "2017 above; 2018 above; 2022 above")
    assert set(found["year"]) == set(years)
    calendar = policy.load_rules({"simce": {"window": "calendar_years"}, "sep_class": {"subjects": ["lect"]}})
    assert verdict(policy.sep_class(frame, calendar), 1, 2023) == (
        "not_enough_years",
        "2021 no test; 2022 above; 2023 above",
    )


def test_a_test_whose_file_is_not_at_hand_is_missing_unless_the_study_names_its_tests() -> None:
    years = (2014, 2016, 2018)
    frame = history({1: [260] * 3, 2: [240] * 3}, years)
    assert verdict(policy.sep_class(frame, reading("sep_class")), 1) == (
        "not_enough_years",
        "2016 above; 2017 no file; 2018 above",
    )
    named = policy.load_rules({"simce": {"test_years": list(years)}, "sep_class": {"subjects": ["lect"]}})
    assert verdict(policy.sep_class(frame, named), 1)[0] == "autonomous"


def test_a_school_that_is_new_or_missed_a_file_is_not_classified() -> None:
    frame = history({1: [None, 260, 260], 2: [240, None, 240], 3: [250, 250, None], 4: [250, 250, 250]})
    found = policy.sep_class(frame, reading("sep_class"))
    assert verdict(found, 1) == ("not_enough_years", "2016 not in the file; 2017 above; 2018 above")
    assert verdict(found, 2)[0] == "not_enough_years"
    assert (3, 2018) not in set(zip(found["rbd"], found["year"], strict=True))


@pytest.mark.parametrize(("kind", "said"), [("private", "private"), (None, "unknown dependency")])
def test_sep_is_not_applied_to_schools_outside_it(kind: str | None, said: str) -> None:
    frame = history({1: [260] * 3}, dependency=kind)
    others = history({2: [240] * 3})
    both = pd.concat([frame.astype({"dependency": "object"}), others.astype({"dependency": "object"})])
    result, reason = verdict(policy.sep_class(both, reading("sep_class")), 1)
    assert result == "not_covered"
    assert reason.startswith(f"{said}; 2016 above")


def test_no_rows_give_no_verdicts_and_two_rows_for_one_school_are_a_bug() -> None:
    frame = history({1: [260] * 3})
    empty = policy.sep_class(frame.iloc[:0], reading("sep_class"))
    assert empty.empty and list(empty.columns) == list(policy.COLUMNS)
    other_grade = frame.assign(grade="8b")
    assert policy.sep_class(other_grade, reading("sep_class")).empty
    with pytest.raises(ContractBroken, match="two rows"):
        policy.sep_class(pd.concat([frame, frame]), reading("sep_class"))


def test_a_result_outside_the_closed_list_is_a_bug() -> None:
    rows = pd.DataFrame({"rbd": [1], "year": [2018], "result": ["good"], "reason": [""], "n_years": [1]})
    with pytest.raises(ContractBroken, match="good"):
        verdicts(rows, policy.load_rules()["sep_class"])


# ---- what follows from a SEP class ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "ran", "met", "result"),
    [
        ("autonomous", 4, False, "drops_to_emergent"),
        ("emergent", 4, False, "drops_to_in_recovery"),
        ("in_recovery", 4, False, "special_measures"),
        ("in_recovery", 5, False, "special_measures"),
        ("autonomous", 4, True, "no_consequence"),
        ("autonomous", 3, False, "plan_running"),
        ("autonomous", 4, None, "unknown_targets"),
        ("not_enough_years", 4, False, "not_classified"),
        (None, 4, False, "not_classified"),
        ("autonomous", None, False, "not_classified"),
    ],
)
def test_missed_targets(held: str | None, ran: int | None, met: bool | None, result: str) -> None:
    plans = pd.DataFrame(
        {"rbd": [1], "year": [2012], "sep_class": [held], "plan_years": [ran], "targets_met": [met]}
    )
    (row,) = policy.sep_consequence(plans, policy.load_rules()).to_dict("records")
    assert row["result"] == result
    assert f"plan has run {'unknown' if ran is None else ran} years" in row["reason"]


def test_the_concentration_payment_starts_at_its_threshold() -> None:
    shares = pd.DataFrame({"rbd": [1, 2, 3], "year": 2012, "priority_share": [0.15, 0.1499999, None]})
    found = policy.sep_concentration(shares, policy.load_rules())
    assert found["result"].tolist() == ["payment", "no_payment", "unknown_share"]
    assert found["n_years"].tolist() == [1, 1, 0]


# ---- PAC ------------------------------------------------------------------------------------------------------------

PAC_YEARS = (2006, 2007, 2008, 2009, 2010)


def pac_frame(**scores: list[float | None]) -> pd.DataFrame:
    """School 1 (20 pupils) as given, school 9 holds the national mean near 250."""
    return pd.concat(
        [
            history({1: scores["school"]}, PAC_YEARS, n_pupils=20),
            history({9: [250.0] * 5}, PAC_YEARS, n_pupils=30_000),
        ]
    )


def schools(**values: Any) -> pd.DataFrame:
    return pd.DataFrame({"rbd": [1], "year": [2010], **{k: [v] for k, v in values.items()}})


@pytest.mark.parametrize(
    ("scores", "given", "result"),
    [
        ([240] * 5, {"sanctioned": False, "pupils_smallest_grade": 20}, "eligible"),
        ([240] * 5, {"sanctioned": False, "pupils_smallest_grade": 19}, "too_few_pupils"),
        ([240] * 5, {"sanctioned": True, "pupils_smallest_grade": 20}, "sanctioned"),
        ([240] * 5, {"sanctioned": None, "pupils_smallest_grade": 20}, "unknown_sanction"),
        ([240] * 5, {"sanctioned": False, "pupils_smallest_grade": None}, "unknown_pupils"),
        ([240] * 5, {"sanctioned": True, "pupils_smallest_grade": None}, "sanctioned"),
        ([240] * 5, {"sanctioned": None, "pupils_smallest_grade": 5}, "too_few_pupils"),
        ([240] * 5, {"sanctioned": False}, "eligible"),
        ([240] * 5, {"pupils_smallest_grade": 20}, "unknown_sanction"),
        ([240] * 5, {}, "unknown_sanction"),
        ([240, 240, 251, 240, 240], {"sanctioned": False}, "not_below_mean"),
        ([240, 240, 250, 240, 240], {"sanctioned": False}, "not_below_mean"),
        ([240, 240, None, 240, 240], {"sanctioned": False}, "not_enough_years"),
    ],
)
def test_pac_eligibility(scores: list[float | None], given: dict[str, Any], result: str) -> None:
    found = policy.pac_eligibility(pac_frame(school=scores), reading("pac_eligibility"), schools(**given))
    assert verdict(found, 1, 2010)[0] == result


def test_pac_says_what_stood_in_and_what_is_unknown() -> None:
    found = policy.pac_eligibility(pac_frame(school=[240] * 5), reading("pac_eligibility"))
    result, reason = verdict(found, 1, 2010)
    assert result == "unknown_sanction"
    assert reason == (
        "2006 below; 2007 below; 2008 below; 2009 below; 2010 below; pupils tested 20; sanction unknown"
    )
    assert found["not_considered"].str.contains("stand in").all()
    assert "eligible" not in set(found["result"])
    told = policy.pac_eligibility(
        pac_frame(school=[240] * 5), reading("pac_eligibility"), schools(pupils_smallest_grade=25)
    )
    assert not told["not_considered"].str.contains("stand in").any()
    assert "pupils in the smallest grade 25" in verdict(told, 1, 2010)[1]


def test_pac_is_held_against_all_schools_and_not_against_its_group() -> None:
    frame = pac_frame(school=[240] * 5)
    frame["ses_group"] = pd.array([pd.NA] * len(frame), dtype="Int8")
    given = schools(sanctioned=False)
    assert verdict(policy.pac_eligibility(frame, reading("pac_eligibility"), given), 1, 2010)[0] == "eligible"
    only = reading("pac_eligibility", dependencies=["subsidised"])
    assert verdict(policy.pac_eligibility(frame, only, given), 1, 2010)[0] == "not_covered"


# ---- SAC ------------------------------------------------------------------------------------------------------------


def sac(scores: list[float | None], other: list[float | None], **values: Any) -> pd.DataFrame:
    frame = simce(
        {"rbd": rbd, "year": 2018, "score_points": s} for rbd, s in enumerate(scores, 1) if s is not None
    )
    indicators = pd.DataFrame({"rbd": range(1, len(other) + 1), "year": 2018, "other": other})
    return policy.sac_index(frame, indicators, reading("sac_index", **values))


def test_sac_index_by_hand() -> None:
    as_given = sac([50, 80], [20, 90], scale="as_given")
    assert as_given["index"].tolist() == pytest.approx([0.67 * 50 + 0.33 * 20, 0.67 * 80 + 0.33 * 90])
    # Three values a step apart have SD 1 step, so z is -1, 0, 1 on both parts, in opposite order.
    z = sac([200, 250, 300], [80, 70, 60])
    assert z["index"].tolist() == pytest.approx([-0.67 + 0.33, 0, 0.67 - 0.33], abs=1e-12)
    assert set(z["result"]) == {"no_cutoffs"}
    assert not z["ses_adjusted"].any()
    assert z["not_considered"].str.contains("socio-economic status").all()


def test_sac_category_only_with_cutoffs_and_from_the_cut_off_on() -> None:
    found = sac([10, 20, 30, 40, 9], [10, 20, 30, 40, 9], scale="as_given", cutoffs=[10, 20, 40])
    assert found["result"].tolist() == ["medium_low", "medium", "medium", "high", "insufficient"]


def test_sac_index_needs_both_parts() -> None:
    found = sac([200, 250, None, 300, 220], [80, 70, 60, None, 50], cutoffs=[-1, 0, 1])
    assert found["rbd"].tolist() == [1, 2, 4, 5]  # school 3 has no row in the SIMCE frame
    assert verdict(found, 4) == ("no_index", "other missing")
    used = np.array([200.0, 250, 220])
    z = (used - used.mean()) / used.std(ddof=1)
    o = (np.array([80.0, 70, 50]) - 200 / 3) / np.std([80.0, 70, 50], ddof=1)
    assert found.loc[found["rbd"].isin([1, 2, 5]), "index"].to_numpy() == pytest.approx(0.67 * z + 0.33 * o)
    assert verdict(sac([200, 200], [80, 70]), 1) == ("no_index", "no spread among the year's schools")
    assert verdict(sac([200], [80]), 1)[0] == "no_index"


def test_sac_takes_an_adjustment_that_the_user_gives() -> None:
    frame = simce({"rbd": rbd, "year": 2018, "score_points": 50} for rbd in (1, 2))
    other = pd.DataFrame({"rbd": [1, 2], "year": 2018, "other": 20.0, "ses_adjustment": [4.0, None]})
    found = policy.sac_index(frame, other, reading("sac_index", scale="as_given"))
    assert found.loc[0, "index"] == pytest.approx(0.67 * 50 + 0.33 * 20 + 4)
    assert found["ses_adjusted"].all()
    assert not found["not_considered"].str.contains("socio-economic status").any()
    assert verdict(found, 2) == ("no_index", "ses_adjustment missing")


def test_sac_asks_for_all_subjects_and_usable_scores() -> None:
    rows = [
        {"rbd": 1, "year": 2018, "score_points": 50, "subject": "lect"},
        {"rbd": 1, "year": 2018, "score_points": 70, "subject": "mate"},
        {"rbd": 2, "year": 2018, "score_points": 50, "subject": "lect"},
        {"rbd": 3, "year": 2018, "score_points": 50, "subject": "lect", "n_pupils": 5},
        {"rbd": 3, "year": 2018, "score_points": 50, "subject": "mate", "score_status": "too_few"},
    ]
    other = pd.DataFrame({"rbd": [1, 2, 3], "year": 2018, "other": 20.0})
    rules = policy.load_rules({"sac_index": {"scale": "as_given"}})
    found = policy.sac_index(simce(rows), other, rules)
    assert found.loc[0, "index"] == pytest.approx(0.67 * 60 + 0.33 * 20)
    assert found["reason"].tolist() == ["", "simce missing", "simce missing"]
    floor = policy.load_rules(
        {"sac_index": {"scale": "as_given", "subjects": ["lect"]}, "simce": {"min_tested": 6}}
    )
    assert policy.sac_index(simce(rows), other, floor)["reason"].tolist() == ["", "", "simce missing"]


def categories(by_year: dict[int, str | None]) -> pd.DataFrame:
    return pd.DataFrame([{"rbd": 1, "year": y, "category": c} for y, c in by_year.items()])


@pytest.mark.parametrize(
    ("category", "result"),
    [
        ("insufficient", "every_two_years"),
        ("medium_low", "every_two_years"),
        ("medium", "no_fixed_visits"),
        ("high", "no_fixed_visits"),
        ("new", "no_category"),
        (None, "no_category"),
    ],
)
def test_inspection(category: str | None, result: str) -> None:
    found = policy.sac_inspection(categories({2017: category}), policy.load_rules())
    assert found["result"].tolist() == [result]


def test_insufficient_for_four_consecutive_years() -> None:
    rules = policy.load_rules()
    low = "insufficient"
    four = categories(dict.fromkeys((2016, 2017, 2018, 2019), low))
    assert verdict(policy.sac_insufficient(four, rules), 1, 2019) == (
        "support_compulsory",
        "2016 insufficient; 2017 insufficient; 2018 insufficient; 2019 insufficient",
    )
    assert verdict(policy.sac_insufficient(four, rules), 1, 2018)[0] == "not_enough_years"
    broken = categories({2016: low, 2017: "medium_low", 2018: low, 2019: low})
    assert verdict(policy.sac_insufficient(broken, rules), 1, 2019)[0] == "not_reached"
    unknown = categories({2016: low, 2017: "new", 2018: low, 2019: low})
    assert verdict(policy.sac_insufficient(unknown, rules), 1, 2019) == (
        "not_enough_years",
        "2016 insufficient; 2017 no category; 2018 insufficient; 2019 insufficient",
    )
    gap = categories(dict.fromkeys((2016, 2017, 2018, 2023), low))
    assert verdict(policy.sac_insufficient(gap, rules), 1, 2023) == (
        "not_enough_years",
        "2020 no file; 2021 no file; 2022 no file; 2023 insufficient",
    )
    published = policy.load_rules({"sac_insufficient": {"window": "published"}})
    assert verdict(policy.sac_insufficient(gap, published), 1, 2023)[0] == "support_compulsory"


# ---- properties, and the whole again in plain loops -----------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.integers(1, 6),
        st.lists(st.none() | st.integers(150, 350), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    ).filter(lambda d: any(v is not None for row in d.values() for v in row)),
    st.integers(-50, 50),
    st.sampled_from([(3, 3), (3, 2), (2, 2)]),
)
def test_a_shift_of_all_scores_changes_nothing_and_a_mirror_swaps_the_ends(
    scores: dict[int, list[int | None]], shift: int, wanted: tuple[int, int]
) -> None:
    rules = reading("sep_class", years=wanted[0], years_required=wanted[1])

    def results(change: Any) -> list[str]:
        moved = {k: [None if v is None else change(v) for v in row] for k, row in scores.items()}
        return policy.sep_class(history(moved), rules)["result"].tolist()

    as_is = results(float)
    assert results(lambda v: v + shift) == as_is
    swap = {"autonomous": "in_recovery", "in_recovery": "autonomous"}
    assert results(lambda v: 500 - v) == [swap.get(r, r) for r in as_is]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([2014, 2015, 2016, 2017, 2018, 2022, 2023]), st.booleans()), max_size=7,
             unique_by=lambda t: t[0]),
    st.integers(1, 5),
    st.sampled_from(["tests", "calendar_years"]),
)  # fmt: skip
def test_windows_hold_only_years_up_to_the_verdict(
    years: list[tuple[int, bool]], length: int, window: str
) -> None:
    states = pd.DataFrame(
        [
            {"rbd": 1, "year": y, "usable": ok, "state": "above" if ok else "no result", "why": None}
            for y, ok in years
        ],
        columns=["rbd", "year", "usable", "state", "why"],
    )
    found = last_years(states, years=length, window=window, held=[2017, 2018, 2022], counted=["above"])
    assert len(found) == len(states)
    for row in found.itertuples():
        told = [int(piece[:4]) for piece in row.reason.split("; ")]
        assert told == sorted(told) and told[-1] == row.year and len(told) <= length
        assert row.n_years == row.above <= len(told)
        if window == "tests":
            assert not {2019, 2020, 2021} & set(told)


@pytest.mark.parametrize("seed", range(6))
def test_sep_and_pac_again_in_plain_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    combine, mean_of = ("mean", "each")[seed % 2], ("pupils", "schools")[seed // 2 % 2]
    margin, years, required = float(rng.integers(0, 8)), 3, int(rng.integers(2, 4))
    tests = [2014, 2015, 2016, 2017, 2018, 2022, 2023]
    rows = [
        {
            "rbd": rbd,
            "year": year,
            "subject": subject,
            # Schools keep their place over the years, so that every result comes up.
            "score_points": float(rng.integers(240, 261) + 12 * (rbd % 3 - 1)),
            "n_pupils": int(rng.integers(1, 40)),
            "score_status": str(rng.choice(["ok", "too_few"], p=[0.95, 0.05])),
            "ses_group": int(rng.integers(1, 4)),
            "dependency": str(rng.choice(["municipal", "private"], p=[0.9, 0.1])),
        }
        for rbd in range(1, 41)
        for year in tests
        for subject in ("lect", "mate")
        if rng.random() > 0.03
    ]
    for row in rows:  # a school has one group and one dependency a year
        twin = next(r for r in rows if (r["rbd"], r["year"]) == (row["rbd"], row["year"]))
        row["ses_group"], row["dependency"] = twin["ses_group"], twin["dependency"]
    shared = {"combine": combine, "mean_of": mean_of, "margin_points": margin}
    rules = policy.load_rules(
        {
            "sep_class": {**shared, "years": years, "years_required": required},
            "pac_eligibility": {**shared, "years": years},
        }
    )

    def state(rbd: int, year: int, by_group: bool) -> str | None:
        away = []
        for subject in ("lect", "mate"):
            own = [r for r in rows if (r["rbd"], r["year"], r["subject"]) == (rbd, year, subject)]
            if not own or own[0]["score_status"] != "ok":
                return None
            total = weight = 0.0
            for r in rows:
                if (r["year"], r["subject"], r["score_status"]) != (year, subject, "ok"):
                    continue
                if by_group and r["ses_group"] != own[0]["ses_group"]:
                    continue
                w = r["n_pupils"] if mean_of == "pupils" else 1
                total, weight = total + w * r["score_points"], weight + w
            away.append(own[0]["score_points"] - total / weight)
        if combine == "mean":
            away = [sum(away) / 2]
        if all(d > margin + 1e-9 for d in away):
            return "above"
        return "below" if all(d < -margin - 1e-9 for d in away) else "neither"

    for by_group, found in (
        (True, policy.sep_class(simce(rows), rules)),
        (False, policy.pac_eligibility(simce(rows), rules)),
    ):
        expected = {}
        for rbd, year in {(r["rbd"], r["year"]) for r in rows}:
            here = [r for r in rows if (r["rbd"], r["year"]) == (rbd, year)]
            # The rules' calendar holds 2006 to 2013 as well, of which there is no row.
            last = [t for t in [2012, 2013, *tests] if t <= year][-years:]
            states = [state(rbd, t, by_group) for t in last]
            if by_group and here[0]["dependency"] == "private":
                result = "not_covered"
            elif None in states:
                result = "not_enough_years"
            elif by_group:
                result = (
                    "autonomous"
                    if states.count("above") >= required
                    else "in_recovery"
                    if states.count("below") >= required
                    else "emergent"
                )
            elif states.count("below") < years:
                result = "not_below_mean"
            else:
                enough = max(r["n_pupils"] for r in here) >= 20
                result = "unknown_sanction" if enough else "too_few_pupils"
            expected[rbd, year] = (result, years - states.count(None))
        told = {(r.rbd, r.year): (r.result, r.n_years) for r in found.itertuples()}
        assert told == expected
        assert len(set(found["result"])) >= 3
