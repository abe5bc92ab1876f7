"""SEP classes, what follows from them, and PAC eligibility: every branch on cases done by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from official_policies import YEARS, history, reading, simce, verdict

from trenza.contracts.faults import ContractBroken
from trenza.official import policy
from trenza.official.policy_years import verdicts


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
