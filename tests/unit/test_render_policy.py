"""The section on policy rules: its words, what it leaves silent, and what it does not claim."""

from __future__ import annotations

import pandas as pd
import pytest
from render_schools import school_context

from trenza.contracts.tables import CONTRACTS
from trenza.official.policy import load_rules
from trenza.render import report_policy
from trenza.render.language import LANGUAGES, has_text
from trenza.render.markdown import Paper

PLACE = {"study": "toy", "source_id": "official", "source": "real"}


def counts(*rows: tuple[str, int, str, int | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["rule", "year", "result", "schools"]).assign(**PLACE, of_schools=100)
    frame["suppressed"] = frame["schools"].isna()
    return CONTRACTS["policy_counts"].check(frame)


def parameters(is_open: bool) -> pd.DataFrame:
    row = {"rule": "sep_class", "law": "Law 20.248", "year": 2008, "parameter": "margin_points", "value": "0"}
    frame = pd.DataFrame([{**PLACE, **row, "origin": "", "open": is_open, "why": "", "given": False}])
    return CONTRACTS["policy_parameters"].check(frame)


def text(table: pd.DataFrame, lang: str, is_open: bool = True) -> str:
    context = school_context(lang, policy_counts=table, policy_parameters=parameters(is_open))
    paper = Paper(context, {})
    report_policy.policy(paper, "toy")
    return paper.text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_result_of_the_rules_that_run_has_words(lang: str) -> None:
    rules = load_rules({})
    for rule in ("sep_class", "pac_eligibility", "sac_index"):
        assert has_text(lang, f"policy_{rule}")
        for result in rules[rule].results:
            assert has_text(lang, f"verdict_{result}"), result


def test_the_last_year_with_a_verdict_is_shown() -> None:
    table = counts(
        ("sep_class", 2018, "autonomous", 11),
        ("sep_class", 2022, "autonomous", 23),
        ("sep_class", 2022, "emergent", None),
        ("sep_class", 2023, "not_enough_years", 99),
    )
    said = text(table, "en")
    assert "2022" in said and "| Autonomous | 23 |" in said and "| Emergent | suppressed |" in said
    assert "11" not in said and "99" not in said
    assert "not the classes or categories that an authority gave" in said


def test_a_rule_without_any_verdict_is_said_to_be_silent() -> None:
    said = text(counts(("pac_eligibility", 2023, "not_enough_years", 99)), "es")
    assert "nada se puede decir de: Elegibilidad para el PAC" in said and "99" not in said


def test_open_parameters_are_listed_and_others_are_not() -> None:
    table = counts(("sep_class", 2023, "autonomous", 20))
    assert "margin" in text(table, "en")
    assert "margin" not in text(table, "en", is_open=False)


def test_nothing_without_verdicts() -> None:
    assert text(counts(), "en").strip() == ""
