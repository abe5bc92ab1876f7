"""Claims as typed in, their checks in study.yaml, and the Spanish of all that their tables carry."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.study_claims import check_rules
from trenza.effects import claim_checks, rule_tables, score_ranks
from trenza.questionnaire.published import read_claims
from trenza.render.language import untranslated

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "data" / "published").glob("*/claims.csv"))
WORDS = ("claimed_by", "design", "outcome", "unit", "where", "note")


def raw(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    frame.index = pd.Index(range(2, len(frame) + 2))
    return frame


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_published_claims_are_read_and_have_their_spanish_and_their_labels(path: Path) -> None:
    import yaml

    claims = read_claims(raw(path), study="s", source_id="claims", source="published", file=path.name)
    assert len(claims) == len(raw(path)) and claims["where"].str.len().min() > 0
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert not any(untranslated(row[column]) for column in WORDS), row
    study = ROOT / "config" / "studies" / path.parent.name / "study.yaml"
    labels = yaml.safe_load(study.read_text(encoding="utf-8"))["labels"]
    assert {*claims["claim"], *claims["programme"]} <= set(labels)


def test_faults_of_claims_are_told_together() -> None:
    frame = raw(FILES[0]).astype(object)
    frame.loc[2, ["quality", "unit", "estimate"]] = ["strong", "", "3"]
    frame.loc[3, "direction"] = "up"
    frame.loc[4, "claim"] = frame.loc[2, "claim"]
    with pytest.raises(InputFaults) as told:
        read_claims(frame, study="s", source_id="claims", source="published", file="claims.csv")
    columns = {f.column for f in told.value.faults}
    assert {"quality", "unit", "direction", "claim"} <= columns


def test_methods_of_these_tables_have_their_spanish() -> None:
    said = [
        value
        for module in (claim_checks, rule_tables, score_ranks)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    ]
    said += ["3 tests below the mean", "46 pupils tested", "any school, reliability 0.7"]
    said += ["from the lowest 10% of scores, reliability 0.5"]
    said += ["12 schools left out: a score is missing in one of the years"]
    assert len(said) > 10 and [untranslated(s) for s in said if untranslated(s)] == []


def study(**changed: Any) -> dict[str, Any]:
    rule = {"id": "r", "source": "official", "years": [2014, 2016], "outcome_year": 2018}
    return {
        "sources": {"official": {"holds": "official"}, "claims": {"holds": "claims"}},
        "selection_rules": [rule],
        "claim_checks": [{"id": "c", "check": "rule", "claims": ["a"], "rule": "r"}],
    } | changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, []),
        ({"sources": {"official": {"holds": "official"}}}, ["no source of claims"]),
        ({"sources": {"official": {"holds": "records"}, "claims": {"holds": "claims"}}}, ["holds official"]),
        ({"selection_rules": []}, ["an entry of selection_rules"]),
        ({"claim_checks": [{"id": "c", "check": "sum", "claims": ["a"]}] * 2}, ["second time", "later part"]),
        (
            {"selection_rules": [{"id": "r", "source": "official", "years": [2018], "outcome_year": 2018}]},
            ["a year after 2018"],
        ),
    ],
)
def test_rules_and_checks_that_do_not_fit_the_study_are_told(
    changed: dict[str, Any], words: list[str]
) -> None:
    told = "\n".join(str(f) for f in check_rules(study(**changed), "study.yaml"))
    assert all(word in told for word in words) and bool(told) == bool(words)
