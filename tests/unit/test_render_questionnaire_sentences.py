"""Sentences about questionnaires: what they say follows from the tables, and no more than that."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from render_questionnaire import questionnaire_context, questionnaire_tables
from render_questionnaire_report import markdown, part

from trenza.contracts.questionnaire_tables import KEYINGS
from trenza.render import questionnaire, rows, sentences_questionnaire, sentences_questionnaire_published
from trenza.render.language import LANGUAGES, percent, text
from trenza.render.markdown import escape
from trenza.render.tables import show
from trenza.render.tables_questionnaire import nearest_count, score_checks_by_scale


def test_a_suspect_key_is_told_first_and_as_a_question() -> None:
    view = questionnaire_context("en")
    said = part(markdown(view), "h_q_scales")
    assert "A suspect key is a question to the analyst" in said
    assert "is declared straight, its answers suggest reversed" in said
    assert said.index("is declared straight") < said.index("{#h-q-reliability}")
    assert said.count("is declared straight") == 1  # that of simulated people is no finding


def test_an_interval_with_zero_is_not_called_equality() -> None:
    view = questionnaire_context("en", "leaders")
    table = view.table("reliability_difference")
    assert "they do not show that both groups answer equally" in sentences_questionnaire.difference(
        view, table
    )
    apart = table.assign(ci_low=-0.3, ci_high=-0.01)
    said = sentences_questionnaire.difference(view, apart)
    assert "excludes zero for: Trust among teachers and Comfort" in said
    assert "do not decide" not in said


def test_published_scores_are_told_by_the_keys_with_which_they_follow() -> None:
    table = questionnaire_tables()["score_checks"]
    found = sentences_questionnaire_published.how_scores_follow(table)
    assert found == {"as_answered": [], "declared": [], "found": [("leaders", "trust")], "none": []}
    never = table.assign(agrees=False)
    assert sentences_questionnaire_published.how_scores_follow(never)["none"] == [("leaders", "trust")]
    always = table.assign(agrees=True)
    assert sentences_questionnaire_published.how_scores_follow(always)["as_answered"] == [
        ("leaders", "trust")
    ]


def _checked(scales: dict[str, tuple[bool, bool, bool]]) -> pd.DataFrame:
    """Score checks of scales by whether they agree as answered, as declared and as found; means 1, 2 and 3."""
    first = questionnaire_tables()["score_checks"].iloc[0]
    rows_ = [
        {**first, "scale": scale, "keying": k, "agrees": a, "mean_computed": float(m)}
        for scale, agrees in scales.items()
        for m, (k, a) in enumerate(zip(KEYINGS, agrees, strict=True), 1)
    ]
    return pd.DataFrame(rows_)


def test_published_scores_are_counted_and_scales_named_whose_keys_the_tool_does_not_find() -> None:
    """Of five scales one follows as answered, one as answered but not as found, one as declared, one as found, one never."""
    assert KEYINGS == ("as_answered", "declared", "found")
    table = _checked({"p": (True, True, True), "q": (True, True, False), "r": (False, True, True),
                      "s": (False, False, True), "t": (False, False, False)})  # fmt: skip
    view = questionnaire_context("en")
    said = sentences_questionnaire_published.score_checks(view, table)
    assert (
        "2 of 5 follow from the items as they were answered, 1 more only with the declared keys, 2 from neither"
        in said
    )
    assert "keys that give the same scores, except for: q." in said
    assert "the answers suggest it follows for: s." in said
    assert "in none of these ways for: t." in said
    same = sentences_questionnaire_published.score_checks(view, _checked({"r": (False, True, True)}))
    assert same.endswith("Told nothing, the tool finds keys that give the same scores.")
    shown = score_checks_by_scale(table).set_index("scale")
    assert shown["follows"].to_dict() == {
        "p": "as_answered",
        "q": "as_answered",
        "r": "declared",
        "s": "found",
        "t": "none",
    }
    assert shown["mean_computed"].to_dict() == {"p": 1, "q": 1, "r": 2, "s": 3, "t": 2}


def test_all_published_scores_stand_in_one_table() -> None:
    view = questionnaire_context("en", "leaders")
    table = _checked({f"scale_{k}": (True, True, True) for k in range(61)})
    said = part(markdown(replace(view, tables={**view.tables, "score_checks": table})), "h_q_scores")
    assert said.count("| 90 | 3.40 | 1.00 | as answered |") == 61


def test_printed_shares_are_counted_once_and_looked_at_for_all_people_asked() -> None:
    """Of 15 people 10 are 66.7%, within 65 to 67%; none is within 74 to 76% (10.5 wanted), of 12 people 9 are."""
    first = questionnaire_tables()["shares"].iloc[0]
    table = pd.DataFrame(
        {**first, "item": item, "n": n, "printed": p, "low": p - 0.01, "high": p + 0.01, "counts": c}
        for item, p, n, c in (("trust_1", 0.66, 15, "10"), ("trust_1", 0.66, 14, None), ("trust_2", 0.75, 15, None), ("trust_2", 0.75, 12, "9"))
    )  # fmt: skip
    view = questionnaire_context("en")
    said = sentences_questionnaire_published.shares(view, table)
    assert (
        "Printed shares: 2. If all 15 people who were asked answered, a whole number of them can give 1."
        in said
    )
    assert f"gives \u201c{view.item('trust_2')}\u201d, 75% (it can if 12 answered)." in said
    never = sentences_questionnaire_published.shares(view, table.iloc[[2]])
    assert "nor can it with any other number of answers that was looked at" in never
    near = [nearest_count(view, r) for _, r in table.iterrows()]
    assert near == ["10 (66.7%)", "9 (64.3%)", "11 (73.3%)", "9 (75.0%)"]
    half = table.iloc[0].copy()
    half["printed"], half["n"] = 0.75, 14
    assert nearest_count(view, half) == "10 (71.4%) and 11 (78.6%)"


def test_a_group_whose_own_loss_is_known_has_it_though_the_overall_one_is_not() -> None:
    """48 of 74 stayed: 35.1% lost."""
    view = questionnaire_context("en")
    row = view.table("attrition").iloc[1].copy()
    row["n_participants_end"] = 48
    row["n_participants_start"] = 74
    assert sentences_questionnaire.attrition(view, row).endswith("Lost of participants: 35.1%.")
    assert "74 \u2192 48 (\u221235.1%)" in show("attrition", view, row.to_frame().T).to_numpy().ravel()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_share_of_items_that_a_score_needs_is_that_of_the_study(lang: str) -> None:
    view = questionnaire_context(lang)
    assert questionnaire.least_answered(view) == text(lang, "declared_part")
    study = {"sources": {"a": {"questionnaire": {"min_answered": 0.5}}}}
    half = replace(view, study=study)
    assert questionnaire.least_answered(half).startswith("50")
    both = replace(half, items=view.items.assign(min_answered=["0.8", *[""] * (len(view.items) - 1)]))
    assert questionnaire.least_answered(both) == f"{percent(0.5, lang)} / {percent(0.8, lang)}"


def test_people_in_two_questionnaires_that_are_withheld_are_not_a_mark_in_a_sentence() -> None:
    view = questionnaire_context("en", "leaders")
    row = view.table("linked").assign(n_both=None, suppressed=True).iloc[0]
    assert "is withheld" in sentences_questionnaire.linked(view, row)
    assert "*" not in sentences_questionnaire.linked(view, row)


def test_attrition_names_the_boundary_and_what_it_was_made_for() -> None:
    view = questionnaire_context("en", "leaders")
    said = part(markdown(view), "h_q_people")
    assert "made for randomised trials" in said
    assert "30.6% of the people were lost, and the groups are 16.2 percentage points apart." in said
    assert "beyond both boundaries for trials" in said
    assert "by more than 0.05 SD under the assumptions" in said
    assert "within the cautious boundary" not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_simulated_answers_make_no_sentence(lang: str) -> None:
    view = questionnaire_context(lang, "teachers")
    report = markdown(view)
    for heading in ("h_q_people", "h_q_missing", "h_q_scales", "h_q_careless"):
        assert not re.search(r"^- .*teachers", part(report, heading), flags=re.M), heading
    summary = part(report, "h_summary")
    assert escape(text(lang, "q_keys_none").split("{")[0]) not in summary
    for caption in re.findall(r"^: (?:Table|Tabla) \d+\. (.*)$", part(report, "h_q_scales"), flags=re.M):
        assert text(lang, "q_all_simulated") in caption


def test_the_run_without_those_flagged_stands_apart_from_the_comparison() -> None:
    view = questionnaire_context("en", "leaders")
    assert len(rows.main(view.study, view.table("groups"))) == 2
    report = markdown(view)
    assert part(report, "h_comparisons").count("participants lie") == 2
    said = part(report, "h_q_careless")
    assert "For none of 2 outcomes does this change what may be said." in said
    pairs = [(a, b) for _, a, b in sentences_questionnaire.pairs_of(view)]
    # Hedges' g by hand: 0.12 / 0.9 and 0.27 / 0.9, times 1 - 3 / (4 df - 1) with 91 and 78 df
    assert [round(r["effect"], 2) for r in pairs[0]] == [0.13, 0.30]
    shown = [f"{r['n']:.0f} | {view.num(r['effect'])} \\[{view.num(r['effect_ci_low'])},\u00a0{view.num(r['effect_ci_high'])}\\]" for r in pairs[0]]  # fmt: skip
    assert " | ".join(shown) in said
    turned = [(a, b.copy()) for a, b in pairs]
    turned[0][1]["ci_low"] = 0.01
    assert "Trust among teachers" in sentences_questionnaire.sensitivity(view, turned)
