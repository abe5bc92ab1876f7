"""The report on questionnaires as a whole: complete in both languages, nothing withheld is shown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from render_demo import context
from render_questionnaire import questionnaire_context
from render_questionnaire_report import DRAWN, markdown, words

from trenza.contracts.questionnaire_tables import (
    ATTRITION_CALLS,
    KEYINGS,
    MISSING_REASONS,
    QUESTIONNAIRE_CONTRACTS,
)
from trenza.questionnaire.careless import INDICES
from trenza.render import questionnaire
from trenza.render.alternatives import alt
from trenza.render.figures import draw
from trenza.render.language import LANGUAGES, has_text, text, untranslated
from trenza.render.markdown import escape
from trenza.render.tables import show

HEADINGS = (
    "h_q_people",
    "h_q_answers",
    "h_q_missing",
    "h_q_scales",
    "h_q_scores",
    "h_q_shares",
    "h_q_careless",
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_is_drawn_and_stamped_where_any_number_is_simulated(lang: str) -> None:
    stamp = text(lang, "simulated_stamp")
    for sources, stamped in (((), True), (("leaders",), False)):
        view = questionnaire_context(lang, *sources)
        for identifier in DRAWN:
            figure = draw(identifier, view)
            assert figure is not None, identifier
            assert (stamp in words(figure)) == stamped, identifier


def test_nothing_is_drawn_and_nothing_said_without_questionnaires() -> None:
    for view in (replace(questionnaire_context("en"), tables={}), context("cic2019", "en")):
        assert [i for i in DRAWN if draw(i, view) is not None] == []
        report = markdown(view)
        assert not [h for h in HEADINGS if f"{{#{h.replace('_', '-')}}}" in report]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_has_its_sections_in_their_order_and_no_gaps(lang: str) -> None:
    report = markdown(questionnaire_context(lang))
    places = [report.index(f"## {escape(text(lang, h))} {{#") for h in HEADINGS]
    assert places == sorted(places)
    assert report.index("{#h-comparisons}") < report.index("{#h-q-careless}") < report.index("{#h-models}")
    assert not {"nan", "NaN", "NaT", "None"} & set(re.findall(r"\w+", report))
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"\{[#.:][^}]*\}|\]\{[^}]*\}", "", report))
    assert report.count(escape(text(lang, "q_simulated"))) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_has_its_words(lang: str) -> None:
    keys = [f"reason_missing_{r}" for r in MISSING_REASONS] + [f"keying_{k}" for k in KEYINGS]
    keys += [f"{stem}_{c}" for c in ATTRITION_CALLS for stem in ("attrition", "q_attrition")]
    keys += [f"careless_{i}" for i in (*INDICES, "any")] + [
        "key_straight",
        "key_reversed",
        "short_alpha",
        "short_omega",
    ]
    keys += [
        f"box_{b}"
        for b in (
            "asked",
            "rows_read",
            "did_not_answer",
            "no_answer",
            "no_consent",
            "not_eligible",
            "nothing_answered",
            "repeated",
            "kept",
        )
    ]
    assert [k for k in keys if not has_text(lang, k)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_of_questionnaires_can_be_shown(lang: str) -> None:
    view = questionnaire_context(lang)
    for contract in QUESTIONNAIRE_CONTRACTS:
        table = view.table(contract.name)
        shown = show(contract.name, view)
        assert len(table) == len(shown) > 0
        assert shown.columns.is_unique


# --- nothing withheld is shown -----------------------------------------------------------------------


def test_a_withheld_count_is_a_mark_with_the_threshold_in_words() -> None:
    view = questionnaire_context("en", "leaders")
    for identifier in ("questionnaire_flow", "questionnaire_missing", "questionnaire_answers"):
        said = " ".join(words(draw(identifier, view)))
        assert "*: withheld, because fewer than 5 people are in it" in said
        assert " <5" not in said  # a count may be withheld though it is large
    alone = replace(view, tables={**view.tables, "manifest": view.table("manifest").iloc[:0]})
    assert "*: withheld, because few people are in it" in " ".join(words(draw("questionnaire_flow", alone)))
    flow = show("participant_flow", view)
    hidden = view.table("participant_flow")["suppressed"].to_numpy(dtype=bool)
    assert set(flow.loc[hidden, "n"]) == {"*"}
    assert "*" not in set(flow.loc[~hidden, "n"])


def test_missing_answers_are_not_summed_over_a_withheld_reason() -> None:
    """The toy withholds the 2 (trust_2) and 4 (trust_3) with a missing code of real people and keeps 6 without an answer."""
    view = questionnaire_context("en")
    assert questionnaire.missing_of(view, "leaders", "trust_1", "control") == "6"
    assert questionnaire.missing_of(view, "leaders", "trust_2", "control") == "*"
    assert questionnaire.missing_of(view, "teachers", "trust_2", "control") == "10"
    assert questionnaire.missing_of(view, "nobody", "trust_2", "control") == "\u2013"


def test_the_size_of_a_group_is_not_shown_beside_a_withheld_count() -> None:
    shown = show("missingness", questionnaire_context("en", "leaders"))
    assert not {"46", "47"} & set(shown.to_numpy().ravel())


def test_a_suppressed_reliability_has_neither_mark_nor_number() -> None:
    view = questionnaire_context("en", "leaders")
    figure = draw("questionnaire_reliability", view)
    assert figure is not None
    marks = [line for ax in figure.axes for line in ax.lines if line.get_marker() in ("o", "D")]
    assert len(marks) == 6  # two scales, two groups, two coefficients, less those of one group
    assert "suppressed" in words(figure)
    assert alt("questionnaire_reliability", view).count("\u03b1") == 3


# --- phrases of the computing room -------------------------------------------------------------------


def test_what_the_room_writes_has_its_spanish() -> None:
    from trenza.questionnaire import attrition, careless, keys, one_factor, reliability, school_agreement

    said = [reliability.ALPHA_METHOD, reliability.OMEGA_METHOD, reliability.DIFFERENCE_METHOD, one_factor.METHOD,
            school_agreement.ICC_METHOD, school_agreement.RWG_METHOD, keys.OPEN, keys.WEAK, keys.TIE, keys.CONTRADICTION,
            attrition._METHOD, attrition._TRIALS, attrition._CLUSTERS, *careless._UNDEFINED.values()]  # fmt: skip
    settings = {
        "long_string_share": 0.9,
        "variability_below": 0.02,
        "even_odd_below": 0.3,
        "mahalanobis_p": 0.001,
        "seconds_per_item": 2,
    }
    said += careless._rules(settings).values()
    assert [p for phrase in said for p in untranslated(phrase)] == []
