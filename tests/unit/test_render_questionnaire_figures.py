"""Figures about questionnaires: bars, pages, maps and marks are where the numbers say, and so do their alternatives."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from render_questionnaire import COUNTS, ITEMS, questionnaire_context
from render_questionnaire_report import part, words

from trenza.render import questionnaire, sentences_questionnaire
from trenza.render.alternatives import alt
from trenza.render.context import Context
from trenza.render.figures import draw
from trenza.render.figures_questionnaire_answers import PAGES, SHADES, pages, shade
from trenza.render.figures_questionnaire_missing import map_of_missing
from trenza.render.language import LANGUAGES, text
from trenza.render.markdown import escape
from trenza.render.questionnaire import Cell
from trenza.render.report import report_markdown

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


def test_joined_answers_from_both_sides_of_the_middle_stand_apart_and_give_no_share_above_it() -> None:
    """Answers 1, 2 to 4 and 5: of 2 to 4 nobody knows how many lie above 3, so 30 % is left and 20 % right of the line."""
    assert (
        Cell(2, 4, 0.5).undivided(5) and not Cell(4, 5, 0.5).undivided(5) and not Cell(3, 3, 0.5).undivided(5)
    )
    view = questionnaire_context("en", "teachers")
    table = view.table("answers")
    one = table.loc[(table["item"] == "trust_1") & (table["group"] == table["group"].iloc[0])].iloc[:3]
    bins = {"low": [1, 2, 5], "high": [1, 4, 5], "share": [0.3, 0.5, 0.2]}
    joined = replace(view, tables={**view.tables, "answers": one.assign(**bins)})
    figure = draw("questionnaire_answers", joined)
    assert figure is not None
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and p.get_fill()]
    assert [p.get_x() for p in bars] == pytest.approx([-0.3, 0.0, 0.24])
    assert [bool(p.get_hatch()) for p in bars] == [False, False, True]
    assert "Grey, apart" in " ".join(words(figure))
    assert "not told for one bar, whose joined" in alt("questionnaire_answers", joined)


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
    said = alt("questionnaire_answers", view)  # answers 1 to 3 of 5 are joined among participants
    assert f"{trust}, {view.level('participant')}" not in said and f"{trust}, {view.level('control')}" in said
    assert text(lang, "answers_not_told", n="3") in said
    missing = alt("questionnaire_missing", view)
    assert (
        f"{view.item('trust_2')}, {view.level('control')}: {text(lang, 'reason_missing_missing_code')} *"
        in missing
    )
    assert text(lang, "reason_missing_not_asked") not in missing
    assert f"{view.item('trust')}: 22, " in alt("questionnaire_schools", view)


@pytest.mark.parametrize(("origin", "told"), [("published", ["asked", "did_not_answer"]), ("real", [])])
def test_counts_that_a_source_prints_are_not_marked_as_simulated(origin: str, told: list[str]) -> None:
    rows = {"asked": "simulated", "did_not_answer": "simulated", "kept": "simulated"}
    flow = pd.DataFrame({"source_id": "q", "box": [*rows], "source": [*rows.values()]})
    q = {"kind": "simulated", "questionnaire": {"asked": {"a": 74}}, "simulate": {"from": "table2"}}
    view = replace(questionnaire_context("en"), study={"sources": {"q": q, "table2": {"kind": origin}}})
    assert questionnaire.printed_counts(view, flow) == told
