"""The policy rules as data: sources, closed lists, and what a study may override."""

from __future__ import annotations

from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.schema import schema_faults
from trenza.contracts.school_tables import DEPENDENCIES, GRADES, SCORE_STATUSES, SUBJECTS
from trenza.official import policy


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
