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
    frame = pd.DataFrame(rows, columns=["rule", "year", "result", "schools"]).assign(
        **PLACE, of_schools=100, setting="as declared"
    )
    frame["suppressed"] = frame["schools"].isna()
    return CONTRACTS["policy_counts"].check(frame)


RECOVERY = {"en": "In recovery", "es": "En recuperación"}


def text(table: pd.DataFrame, lang: str, used: pd.DataFrame | None = None) -> str:
    parameters = pd.DataFrame(columns=["rule", "parameter", "value"]) if used is None else used
    context = school_context(lang, policy_counts=table, policy_parameters=parameters)
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
    assert "Fewest" not in said  # one setting only
    assert "Insufficient for four years" in said and "SAC index" in said and "Eligibility for PAC" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_low_and_high_over_the_settings_are_shown_and_the_tests_named(lang: str) -> None:
    """In recovery 30 as declared, 10 with a margin, none with each subject: from 0 to 30."""
    one = counts(("sep_class", 2022, "in_recovery", 30), ("sep_class", 2022, "emergent", 60))
    two = counts(("sep_class", 2022, "in_recovery", 10), ("sep_class", 2022, "emergent", 80)).assign(
        setting="margin_points 5"
    )
    three = counts(("sep_class", 2022, "emergent", 90)).assign(setting="combine each")
    table = CONTRACTS["policy_counts"].check(pd.concat([one, two, three], ignore_index=True))
    rows = [("simce", "window", "tests"), ("sep_class", "years", "3"), ("sep_class", "grade", "4b")]
    used = pd.DataFrame(rows, columns=["rule", "parameter", "value"])
    said = text(table, lang, used)
    recovery = RECOVERY[lang]
    assert f"| {recovery} | 30 | 0 | 30 |" in said
    assert "2017" in said and "2018" in said and "2022" in said and "2016" not in said
    assert "margin\\_points" not in said and "as declared" not in said.replace("As declared", "")


def test_a_rule_without_any_verdict_is_said_to_be_silent() -> None:
    said = text(counts(("pac_eligibility", 2023, "not_enough_years", 99)), "es")
    assert "- Elegibilidad para el PAC" in said and "99" not in said


def test_nothing_without_verdicts() -> None:
    assert text(counts(), "en").strip() == ""
