"""Figures, tables and sentences about questionnaires: complete in both languages, nothing withheld is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from render_demo import context
from render_questionnaire import COUNTS, ITEMS, questionnaire_context, questionnaire_tables

from trenza.contracts.questionnaire_tables import (
    ATTRITION_CALLS,
    KEYINGS,
    MISSING_REASONS,
    QUESTIONNAIRE_CONTRACTS,
)
from trenza.questionnaire.careless import INDICES
from trenza.render import questionnaire, rows, sentences_questionnaire, sentences_questionnaire_published
from trenza.render.alternatives import alt
from trenza.render.context import Context
from trenza.render.figures import FIGURES, draw
from trenza.render.figures_questionnaire_answers import PAGES, SHADES, pages, shade
from trenza.render.figures_questionnaire_missing import map_of_missing
from trenza.render.language import LANGUAGES, has_text, percent, text, untranslated
from trenza.render.markdown import escape, stem
from trenza.render.questionnaire import Cell
from trenza.render.report import report_markdown
from trenza.render.report_questionnaire_parts import gathered
from trenza.render.tables import show
from trenza.render.tables_questionnaire import (
    nearest_count,
    reliability_by_scale,
    score_checks_by_scale,
)

DRAWN = [i for i in FIGURES if i.startswith("questionnaire_") and i == stem(i)]
HEADINGS = (
    "h_q_people",
    "h_q_answers",
    "h_q_missing",
    "h_q_scales",
    "h_q_scores",
    "h_q_shares",
    "h_q_careless",
)


def words(figure: Any) -> list[str]:
    def visible() -> Iterator[str]:
        for found in figure.findobj(Text):
            if found.get_text().strip():
                yield " ".join(found.get_text().split())

    figure.draw_without_rendering()
    return list(visible())


def markdown(view: Context) -> str:
    parts = (view.study, view.tables, view.items, view.codebook, view.links, view.lang)
    return report_markdown("toy", *parts, {i: f"{i}.svg" for i in DRAWN})


def part(report: str, key: str) -> str:
    return report.split(f"{{#{key.replace('_', '-')}}}")[1].split("\n## ")[0]


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


# --- bars --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "points", "below"),
    [
        (Cell(1, 1, 0.2), 5, 1.0),
        (Cell(3, 3, 0.2), 5, 0.5),
        (Cell(4, 4, 0.2), 5, 0.0),
        (Cell(2, 2, 0.2), 4, 1.0),
        (Cell(2, 3, 0.2), 4, 0.5),
        (Cell(1, 3, 0.2), 5, 2.5 / 3),
    ],
)
def test_a_middle_answer_lies_half_on_either_side(cell: Cell, points: int, below: float) -> None:
    assert cell.below(points) == pytest.approx(below)


def test_sliders_are_shown_by_fifths_which_join_where_a_cell_lies_across_them() -> None:
    """Of 0 to 100: 19 is in the first fifth, 20 in the second, 100 in the last; 35 to 45 joins the second and third."""
    table = pd.DataFrame(
        {"low": [0, 19, 20, 35, 100], "high": [0, 19, 20, 45, 100], "share": [0.1, 0.2, 0.1, 0.3, 0.3]}
    )
    found, points = questionnaire.cells(table, 0, 100)
    assert points == 5
    assert [(c.first, c.last) for c in found] == [(1, 1), (2, 3), (5, 5)]
    assert [c.share for c in found] == pytest.approx([0.3, 0.4, 0.3])
    view = questionnaire_context("en")
    assert questionnaire.answer_words(view, view.table("answers"), 0, 100)[0] == "0 to below 20"


def test_bars_are_whole_centred_and_have_participants_above_control() -> None:
    view = questionnaire_context("en", "teachers")
    figure = draw("questionnaire_answers", view)
    assert figure is not None
    trust = figure.axes[0]
    bars: dict[float, list[Rectangle]] = {}
    for patch in trust.patches:
        if isinstance(patch, Rectangle) and patch.get_fill():
            bars.setdefault(round(patch.get_y() + patch.get_height() / 2, 3), []).append(patch)
    assert len(bars) == 2 * len(ITEMS["trust"])
    for segments in bars.values():
        assert sum(s.get_width() for s in segments) == pytest.approx(1.0)
    first, second = (bars[y] for y in sorted(bars)[:2])  # the axis points downwards
    counts = COUNTS["participant"]
    left = (counts[0] + counts[1] + counts[2] / 2) / sum(counts)
    assert min(s.get_x() for s in first) == pytest.approx(-left)
    assert min(s.get_x() for s in second) == pytest.approx(-(5 + 9 + 6) / 47)
    assert trust.yaxis_inverted()


def test_joined_answers_are_one_hatched_bar_and_reversed_items_are_marked() -> None:
    view = questionnaire_context("en", "leaders")
    figure = draw("questionnaire_answers", view)
    assert figure is not None
    joined = [p for p in figure.axes[0].patches if p.get_hatch()]
    assert len(joined) == 3  # one an item, in the group with a count of 3
    assert joined[0].get_width() == pytest.approx(12 / 46)
    labels = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    assert [x.startswith("\u21ba") for x in labels] == [False, True, False]


def test_items_of_several_ranges_in_one_scale_keep_their_own_middle() -> None:
    """An item from 1 to 5 beside one from 0 to 100: each is centred on its own middle, the key names the ends."""
    view = questionnaire_context("en", "teachers")
    table = view.table("answers")
    mixed = table.loc[table["item"].isin(["trust_1", "comfort_1"])].assign(scale="trust")
    figure = draw("questionnaire_answers", replace(view, tables={**view.tables, "answers": mixed}))
    assert figure is not None
    left = {round(p.get_y(), 2): 0.0 for p in figure.axes[0].patches}
    for p in figure.axes[0].patches:
        left[round(p.get_y(), 2)] = min(left[round(p.get_y(), 2)], p.get_x())
    tops = sorted(left)
    assert left[tops[0]] == pytest.approx(left[tops[2]])  # participants: the same counts on both ranges
    assert {"lowest answer", "highest answer"} <= set(words(figure))
    assert "3 Neither agree nor disagree" not in words(figure)


def test_shades_darken_from_the_lowest_answer_to_the_highest() -> None:
    def light(colour: str) -> float:
        return sum(w * int(colour[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5)))

    for points in (2, 4, 5, 7, 11):
        found = [light(shade(k / (points - 1))) for k in range(points)]
        assert found == sorted(found, reverse=True)
        assert min(a - b for a, b in pairwise(found)) > 8
    assert len(SHADES) == 5


def _many_scales(view: Context, scales: int) -> Context:
    """``scales`` copies of the scale trust, each with a name of its own."""
    trust = view.table("answers").loc[view.table("answers")["scale"] == "trust"]
    many = pd.concat([trust.assign(scale=f"scale_{k}") for k in range(scales)], ignore_index=True)
    return replace(view, tables={**view.tables, "answers": many})


def test_a_long_instrument_goes_on_over_pages_and_the_last_says_what_is_left() -> None:
    view = _many_scales(questionnaire_context("en", "teachers"), 40)
    found = pages(view, view.table("answers"))
    assert len(found) == PAGES
    named = [p.scale for on_page in found for p in on_page]
    assert named == [f"scale_{k}" for k in range(len(named))]
    said = {k: " ".join(words(draw(f"questionnaire_answers_{k}", view))) for k in (2, PAGES)}
    assert "(page 2 of 6)" in said[2]
    assert "Shown:" not in said[2]
    assert f"Shown: {len(named)} of 40; the others are in the table answers" in said[PAGES]
    figure = draw("questionnaire_answers", view)
    assert figure is not None
    assert figure.get_size_inches()[1] < 11


def test_a_short_instrument_has_one_page_and_a_long_scale_goes_on_with_its_items() -> None:
    view = questionnaire_context("en", "teachers")
    assert draw("questionnaire_answers_2", view) is None
    assert "page 1" not in " ".join(words(draw("questionnaire_answers", view)))
    trust = view.table("answers").loc[view.table("answers")["scale"] == "trust"]
    long = pd.concat([trust.assign(item=trust["item"] + f"_{k}") for k in range(9)], ignore_index=True)
    found = pages(view, long)
    items = [i for on_page in found for p in on_page for i in dict.fromkeys(p.table["item"])]
    assert len(found) == 2
    assert items == list(dict.fromkeys(long["item"]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_stands_in_the_report_with_caption_and_alternative(lang: str) -> None:
    view = _many_scales(questionnaire_context(lang, "teachers"), 8)
    there = [f"questionnaire_answers{k}" for k in ("", "_2")]
    parts = (view.study, view.tables, view.items, view.codebook, view.links, view.lang)
    said = part(report_markdown("toy", *parts, {i: f"{i}.svg" for i in there}), "h_q_answers")
    assert said.count("![") == 2
    assert escape(text(lang, "caption_further_page")) in said
    second = {p.scale for p in pages(view, view.table("answers"))[1]}
    assert second
    assert "scale 0" not in said.split("fig-questionnaire-answers-2")[1]
    assert all(questionnaire.plain(k) in said.split("fig-questionnaire-answers-2")[1] for k in second)


@pytest.mark.parametrize(
    ("item", "scale", "short"),
    [
        ("Stand-in item 1: trust at work", "Trust at work", "Stand-in item 1"),
        ("Trust, item A (before)", "Trust (before)", "Item A"),
        ("Trust, item A (before)", "Help (before)", "Trust, item A (before)"),
        ("Trusting others", "Trust", "Trusting others"),
        ("Trust", "Trust", "Trust"),
    ],
)
def test_an_item_does_not_repeat_the_name_above_it(item: str, scale: str, short: str) -> None:
    view = questionnaire_context("en")
    named = pd.DataFrame({"item": ["i", "s"], "label_en": [item, scale]})
    assert questionnaire.under(replace(view, items=named), "i", "s") == short


# --- what is missing ---------------------------------------------------------------------------------


def _missing_of(view: Context, counts: dict[str, int | None]) -> Context:
    """Only one source and group; ``counts`` of people without an answer by item, None for a withheld one."""
    table = view.table("missingness")
    some = table.loc[(table["group"] == "control") & table["item"].isin(counts)].copy()
    n = some["item"].map(counts).where(some["reason"] == "not_answered", 0)
    some = some.assign(n=n.astype("Int64"), share=n.astype(float) / 47, suppressed=n.isna())
    return replace(view, tables={**view.tables, "missingness": some})


def test_nothing_is_called_whole_where_counts_are_withheld() -> None:
    view = questionnaire_context("en", "leaders")
    cases = {
        (0, 0): "leaders: no answer is missing.",
        (None, 0): "leaders: for one of 2 items the count of missing answers is withheld",
        (None, None): "leaders: for all 2 items the counts of missing answers are withheld",
        (6, None): "of the counts that may be shown, most is missing in",
    }
    for counts, said in cases.items():
        some = _missing_of(view, dict(zip(("trust_1", "trust_2"), counts, strict=True)))
        found = sentences_questionnaire.missing(some, some.table("missingness"))
        assert said in found
        assert ("no answer is missing" in found) == (counts in ((0, 0), (None, 0)))
        assert (draw("questionnaire_missing", some) is None) == (6 not in counts)


def test_the_map_has_gaps_alone_withheld_ones_last_and_counts_the_whole_items() -> None:
    view = questionnaire_context("en", "leaders")
    some = _missing_of(view, {"trust_1": 0, "trust_2": None, "trust_3": 6, "comfort_1": 9, "comfort_2": 0})
    ((_, _, found),) = map_of_missing(some.table("missingness"))
    assert list(dict.fromkeys(found["item"])) == ["comfort_1", "trust_3", "trust_2"]
    assert "Items without a missing answer are left out: 2." in " ".join(
        words(draw("questionnaire_missing", some))
    )


def test_people_in_two_questionnaires_that_are_withheld_are_not_a_mark_in_a_sentence() -> None:
    view = questionnaire_context("en", "leaders")
    row = view.table("linked").assign(n_both=None, suppressed=True).iloc[0]
    assert "is withheld" in sentences_questionnaire.linked(view, row)
    assert "*" not in sentences_questionnaire.linked(view, row)


def test_schools_are_marks_at_their_means_with_the_mean_of_all_people() -> None:
    figure = draw("questionnaire_schools", questionnaire_context("en", "leaders"))
    assert figure is not None
    trust = figure.axes[0]
    assert [line.get_ydata()[0] for line in trust.lines] == pytest.approx([2.6 + 1.6 / 2])
    means = [y for _, y in trust.collections[1].get_offsets()]
    assert means == pytest.approx([2.6 + 1.6 * r / 22 for r in range(1, 23)])


# --- alternatives ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_alternatives_agree_with_the_tables(lang: str) -> None:
    view = questionnaire_context(lang, "leaders")
    flow = alt("questionnaire_flow", view)
    assert f"{text(lang, 'box_asked')}: 134, " in flow
    assert f"{text(lang, 'box_repeated')}: *, " in flow
    trust = view.item("trust_1")
    right = questionnaire.small_percent(view, 1 - (12 / 46) * (2.5 / 3))
    assert f"{trust}, {view.level('participant')} {right}" in alt("questionnaire_answers", view)
    missing = alt("questionnaire_missing", view)
    assert (
        f"{view.item('trust_2')}, {view.level('control')}: {text(lang, 'reason_missing_missing_code')} *"
        in missing
    )
    assert text(lang, "reason_missing_not_asked") not in missing
    assert f"{view.item('trust')}: 22, " in alt("questionnaire_schools", view)


# --- sentences ---------------------------------------------------------------------------------------


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
    assert "Printed shares: 2. Of the 15 people who were asked, a whole count gives 1 of them" in said
    assert f"for \u201c{view.item('trust_2')}\u201d, 75% (with 12 people some count does)." in said
    never = sentences_questionnaire_published.shares(view, table.iloc[[2]])
    assert "nor with any number of people looked at" in never
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
    assert "0.24 \\[\u22120.16, 0.64\\] | 80 | 0.30 \\[\u22120.10, 0.70\\]" in said
    pairs = [(a, b) for _, a, b in sentences_questionnaire.pairs_of(view)]
    turned = [(a, b.copy()) for a, b in pairs]
    turned[0][1]["ci_low"] = 0.01
    assert "Trust among teachers" in sentences_questionnaire.sensitivity(view, turned)


def test_a_long_table_of_items_is_told_by_its_suspects_or_shows_them() -> None:
    view = questionnaire_context("en", "leaders")
    items = view.table("item_statistics")

    def said(copies: int) -> str:
        many = pd.concat([items.assign(source_id=f"wave_{k}") for k in range(copies)], ignore_index=True)
        return part(markdown(replace(view, tables={**view.tables, "item_statistics": many})), "h_q_scales")

    assert said(7).count("is declared straight") == 7
    assert "all 35 rows are in item\\_statistics.table.csv" in said(7)
    assert "Shown are 10 of 50 rows; all are in item\\_statistics.table.csv" in said(10)
    assert "is declared straight" not in said(10)


def test_items_stand_under_their_scale_without_its_name_in_each_row() -> None:
    said = part(markdown(questionnaire_context("en", "leaders")), "h_q_items").split("\n### ")[0]
    assert "| **Trust among teachers** |" in said
    assert said.count("Trust among teachers |") == 0
    assert "| Kind |" not in said


def test_alpha_and_omega_of_a_scale_and_group_share_a_row() -> None:
    view = questionnaire_context("en", "leaders")
    wide = reliability_by_scale(view.table("reliability"))
    assert len(wide) == len(view.table("reliability")) / 2
    assert (wide["omega_estimate"] - wide["estimate"]).dropna().to_numpy() == pytest.approx(0.02)
    assert "| 0.71 \\[0.59, 0.78\\] | 0.73 \\[0.61, 0.80\\] |" in part(markdown(view), "h_q_reliability")


def test_remarks_that_differ_in_a_count_alone_are_one() -> None:
    view = questionnaire_context("en")
    pieces = [
        ("not fitted: 92 people, at least 100 needed", "a"),
        ("not fitted: 98 people, at least 100 needed", "b"),
        ("p of 0.05", "c"),
    ]
    assert gathered(view, pieces) == [
        ("not fitted: 92 to 98 people, at least 100 needed", ["a", "b"]),
        ("p of 0.05", ["c"]),
    ]


def test_a_model_that_was_fitted_nowhere_has_no_table_and_says_why_once() -> None:
    view = questionnaire_context("en", "leaders")
    said = part(markdown(view), "h_q_one_factor").split("\n### ")[0]
    assert "It was fitted for none of 2 scales" in said
    assert said.count("toy reason") == 1
    assert "|" not in said


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


# --- the ledger --------------------------------------------------------------------------------------


def test_cells_of_whole_rows_and_columns_are_counted_in_the_report() -> None:
    from render_frames import frame

    def line(row: int | None, column: str | None, rule: str, cells: int) -> dict[str, Any]:
        return {
            "source_id": "leaders",
            "file": "toy.csv",
            "row": row,
            "column": column,
            "rule": rule,
            "cells": cells,
        }

    ledger = [
        line(4, None, "row left out: same person again, last_submitted stays; that is row 9", 12),
        line(6, None, "row left out: same person again, last_submitted stays; that is row 8", 11),
        line(None, "Comments", "column not read", 1500),
        line(None, "Name", "column not read", 77),
        line(7, "Q1", "missing code", 1),
    ]
    view = questionnaire_context("en", "leaders")
    said = part(markdown(replace(view, tables={**view.tables, "ledger": frame("ledger", ledger)})), "h_data")
    assert "1,601 cells did not come through as they stand in their file" in said
    assert "| leaders | \u2013 | row left out: same person again, last\\_submitted stays | 23 |" in said
    assert "| leaders | Comments | column not read | 1,500 |" in said
    assert "| leaders | Name | column not read | 77 |" in said
    assert "| leaders | Q1 | missing code | 1 |" in said
