"""The report and the figures of a study over official school files, from toy tables."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from render_demo import ROOT, context
from render_frames import frame
from render_schools import STUDY, school_context, school_tables

from trenza.contracts.school_tables import (
    ACTIONS,
    CHANGE_STATUSES,
    DEPENDENCIES,
    GRADES,
    SCORE_STATUSES,
    SUBJECTS,
)
from trenza.contracts.tables import CONTRACTS
from trenza.official import checks
from trenza.official.known import national_means
from trenza.render import language, schools, tables_schools
from trenza.render.context import Context
from trenza.render.figures import FIGURES, draw, draw_all
from trenza.render.language import LANGUAGES, has_text, text, untranslated
from trenza.render.markdown import escape
from trenza.render.report import report_markdown, write_report
from trenza.render.style import PAPER

DRAWN = [i for i in FIGURES if i.startswith("school_") and i != "school_quadrants"]
SECTIONS = ("h_summary", "h_trends", "h_gaps", "h_missing", "h_distribution", "h_changes", "h_checks", "h_limits", "h_data", "h_ledger",
            "h_methods", "h_reproduction")  # fmt: skip
OF_GROUPS = (
    "h_design",
    "h_descriptives",
    "h_comparisons",
    "h_models",
    "h_misleading",
    "h_interviews",
    "h_together",
)


def markdown(view: Context, study: str = "toy") -> str:
    return report_markdown(
        study, view.study, view.tables, view.items, view.codebook, view.links, view.lang, {}
    )


def part(report: str, key: str) -> str:
    """One section of a report."""
    return report.split(f"{{#{key.replace('_', '-')}}}")[1].split("\n## ")[0]


def with_rows(view: Context, name: str, table: Any) -> Context:
    return replace(view, tables={**view.tables, name: table})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_descriptive_study_has_its_sections_and_none_about_groups(lang: str) -> None:
    report = markdown(school_context(lang))
    places = [report.index(f"## {escape(text(lang, h))} {{#") for h in SECTIONS]
    assert places == sorted(places)
    assert not [h for h in OF_GROUPS if f"{{#{h.replace('_', '-')}}}" in report]
    assert not [
        k
        for k in language.texts(lang)
        if k.startswith("none_") and k != "none_manifest" and escape(text(lang, k)) in report
    ]
    assert not {"nan", "NaN", "NaT", "None"} & set(re.findall(r"\w+", report))
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"\{[#.:][^}]*\}|\]\{[^}]*\}", "", report))


def test_a_descriptive_study_keeps_a_section_that_has_rows() -> None:
    view = school_context("en")
    codes = context("cic2019", "en").table("codes")
    assert "{#h-interviews}" in markdown(with_rows(view, "codes", codes))


@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_a_study_of_groups_has_nothing_of_school_files(study: str) -> None:
    view = context(study, "en")
    report = markdown(
        replace(view, tables={**{n: school_tables()[n].iloc[:0] for n in CONTRACTS}, **view.tables}), study
    )
    assert report == markdown(view, study)
    assert not [h for h in SECTIONS[1:7] if f"{{#{h.replace('_', '-')}}}" in report]


def test_a_study_without_any_result_says_so_once() -> None:
    view = replace(school_context("en"), tables={})
    report = markdown(view)
    assert text("en", "none_findings") in report
    assert re.findall(r"\{#(h-\w+)\}", report) == [
        "h-page",
        "h-summary",
        "h-limits",
        "h-data",
        "h-methods",
        "h-disclosure",
        "h-reproduction",
    ]
    assert [i for i in FIGURES if draw(i, view) is not None] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_is_six_points_and_one_table_and_claims_no_cause(lang: str) -> None:
    report = markdown(school_context(lang))
    summary = part(report, "h_summary")
    points = [line for line in summary.splitlines() if line.startswith("- ")]
    assert len(points) == 6
    assert "{.kind" not in report  # one kind of number needs no badge
    assert text(lang, "trends_close") in summary
    assert summary.count(f": {text(lang, 'table_word')} ") == 1


def test_the_table_of_the_summary_has_a_row_a_test() -> None:
    """Of the toy 2m reading: 2022 to 2023 -0.5 + 7 = +6.5, 2018 to 2023 +4.5, gap of the fixed shifts 36 + 18 = 54."""
    view = school_context("en")
    table = tables_schools.overview(view)
    assert len(table) == len(schools.tests(view.table("trends")))
    row = table.loc[table.iloc[:, 0] == "10th grade (2.º medio), reading 2023"].iloc[0]
    assert row.iloc[1].startswith("257.5 [256.4, 258.6]"[:12])
    assert row.iloc[2] == "+6.5 [5.3, 7.7] (2022)"
    assert row.iloc[3] == "+4.5 [3.3, 5.7] (2018)"
    assert row.iloc[4].startswith("54.0 [")
    assert row.iloc[5].startswith("\u22122.0 [") and row.iloc[5].endswith("(2018)")
    assert row.iloc[6] == "0.7%"
    published = table.loc[table.iloc[:, 0].str.startswith("4th grade, reading"), text("en", "col_published")]
    assert published.item() == language.NO_VALUE  # the published figure of the toy is of an earlier year


def test_the_summary_says_what_the_interval_leaves_open() -> None:
    view = school_context("en")
    said = part(markdown(view), "h_summary")
    assert "the national mean rose in 10th grade (2.º medio), reading (2022\u20132023: +6.5)" in said
    table = view.table("trends").copy()
    table.loc[table["term"] == "step_points", "ci_low"] = -20.0
    said = part(markdown(with_rows(view, "trends", table)), "h_summary")
    assert "it may have risen or fallen in 4th grade" in said
    assert "rose" not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_interval_names_what_varies(lang: str) -> None:
    view = school_context(lang)
    said = part(markdown(view), "h_trends")
    assert text(lang, "interval_communes") in said and text(lang, "interval_no_equating") in said
    table = view.table("trends").assign(clusters=None)
    said = part(markdown(with_rows(view, "trends", table)), "h_trends")
    assert text(lang, "interval_schools") in said and text(lang, "interval_communes") not in said


def test_regression_to_the_mean_is_said_by_size_and_not_as_a_share() -> None:
    said = part(markdown(school_context("en")), "h_changes")
    assert (
        "correlate at 0.10 for schools with 1 to 5 pupils tested and at 0.70 for those with 60 or more"
        in said
    )
    assert "expected to remain" not in said and "mostly ranks chance" not in said
    assert "14% significantly up and 11% significantly down" in said


def test_fixed_groups_name_their_year_and_do_not_repeat_it() -> None:
    view = school_context("en")
    report = markdown(view)
    assert "High SES group as of 2016" in report and "High SES group as of 2018" in report
    shown = tables_schools.trend_by_group(view, "4b", "lect")
    fixed = shown.loc[shown["Group"] == "High SES group as of 2016"].iloc[0]
    assert fixed.iloc[1].endswith("(2017)")  # 2016 itself would repeat the groups of that year


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_table_is_longer_than_a_page_and_small_cells_are_named(lang: str) -> None:
    report = markdown(school_context(lang))
    tables = [b.splitlines() for b in report.split("\n\n") if b.startswith("| ")]
    assert len(tables) > 15
    assert max(len(t) - 2 for t in tables) <= 25
    delegated = [
        line
        for t in tables
        for line in t
        if line.startswith(f"| {text(lang, 'group_dependency_delegated')} |")
    ]
    assert delegated
    assert all(text(lang, "suppressed") in line and not re.search(r"\d", line) for line in delegated)


def test_refused_and_preliminary_files_are_named() -> None:
    for lang in LANGUAGES:
        said = part(markdown(school_context(lang)), "h_data")
        assert "simce/toy\\_broken.xlsx: found a file that is cut off" in said
        assert said.count("toy\\_broken") == 1
        assert ("{lang=en}" in said) == (lang == "es")
        assert "2024 (prel.)" in said
    assert "- 2 archivos: una glosa, sin datos." in said


def test_checks_are_told_apart_and_failed_ones_shown_with_their_rows() -> None:
    said = part(markdown(school_context("en")), "h_checks")
    assert (
        "1 of 2 against published national means; 0 of 1 against other official files; 6 of 6 within a file."
        in said
    )
    assert "For 21 tests no published mean is at hand." in said  # 23 tests, 2 with a figure
    assert "| 250 | 251.90 | 251.00 | ✗ no |" in said
    assert "differ by at most 0.9 points (4th grade, mathematics 2022: 251.0 here, 250 published)" in said
    assert "| 99.98% | 1 | ✗ no |" in said


def test_shares_are_of_the_schools_that_tested_the_subject() -> None:
    """Of 1,000 rows 8 did not sit and 10 tested nobody: 82 of 982 are without a valid score."""
    rows = [{"source_id": "f", "source": "real", "grade": "4b", "year": 2018, "subject": "lect", "what": what, "status": status,
             "has_value": False, "schools": n, "of_schools": 1000, "share": n / 1000, "suppressed": False}
            for what, ok in (("score", 900), ("change", 491))
            for status, n in (("ok", ok), ("too_few", 82), ("not_tested", 10), ("did_not_sit", 8))]  # fmt: skip
    table = frame("missing", rows)
    score, change = (table.loc[table["what"] == w] for w in ("score", "change"))
    assert schools.tested(score) == 982
    assert schools.without_value(score, score) == pytest.approx(82 / 982)
    assert schools.without_value(change, score) == pytest.approx(0.5)
    view = with_rows(school_context("en"), "missing", table)
    assert tables_schools.without_value(view, "change")["2018"].item() == "50.0%"
    shown = tables_schools.missing(view, "4b", ["lect"])
    assert list(shown["2018"]) == ["982", "82 (8.4%)", "0.7%"]
    assert list(tables_schools.not_at_test(view)["2018"]) == ["8", "10"]


def test_a_figure_is_drawn_for_every_table() -> None:
    assert [i for i in FIGURES if draw(i, school_context("en")) is not None] == DRAWN


@pytest.mark.parametrize(
    "identifier",
    [
        "school_trends",
        "school_trends_dependency",
        "school_trends_ses",
        "school_trends_baseline",
        "school_gaps",
    ],
)
def test_years_without_a_test_are_never_joined_and_preliminary_marks_are_hollow(identifier: str) -> None:
    figure = draw(identifier, school_context("en"))
    assert figure is not None
    lines = [line for ax in figure.axes for line in ax.lines]
    spans = {
        (*map(int, line.get_xdata()), line.get_linestyle())
        for line in lines
        if len(set(line.get_xdata())) == 2 and line.get_marker() == "None"
    }
    spans = {s for s in spans if s[0] > 2000}
    assert {b - a for a, b, how in spans if how == "-"} == {1}
    assert (2018, 2022, "--") in spans
    assert all(how != "-" for a, b, how in spans if b - a > 1)
    hollow = {
        int(line.get_xdata()[0])
        for line in lines
        if line.get_markerfacecolor() == PAPER and line.get_marker() != "None"
    }
    assert hollow == {2024}


def test_every_point_has_its_interval() -> None:
    view = school_context("en")
    figure = draw("school_trends", view)
    assert figure is not None
    table = schools.repeated(schools.term(view.table("trends"), "mean_points"))
    drawn = {(int(x[0]), round(y[0], 6), round(y[1], 6)) for ax in figure.axes for line in ax.lines
             for x, y in [(line.get_xdata(), line.get_ydata())] if len(x) == 2 and x[0] == x[1]}  # fmt: skip
    assert drawn == {
        (int(r["year"]), round(r["ci_low"], 6), round(r["ci_high"], 6)) for _, r in table.iterrows()
    }


def test_boxes_are_the_quantiles_and_a_small_group_is_named_suppressed() -> None:
    view = school_context("en")
    figure = draw("school_distribution", view)
    assert figure is not None
    ax = figure.axes[0]
    last = schools.latest(view.table("score_distribution"))
    whole = schools.of_test(last, "4b", "lect").iloc[0]
    box = ax.patches[0]
    assert (box.get_x(), box.get_x() + box.get_width()) == (
        pytest.approx(whole["q25_points"]),
        pytest.approx(whole["q75_points"]),
    )
    assert "suppressed" in [t.get_text() for t in ax.findobj(Text)]
    assert len(ax.patches) == 1 + 4 + 5  # all, dependencies without the suppressed one, socio-economic groups


def test_bars_of_causes_add_up_without_those_that_did_not_sit() -> None:
    figure = draw("school_missing", school_context("en"))
    assert figure is not None
    bars = [b for b in figure.axes[0].patches if hasattr(b, "get_width") and b.get_width() > 0]
    ends: dict[float, float] = {}
    for bar in bars:
        y = round(bar.get_y(), 3)
        ends[y] = max(ends.get(y, 0.0), bar.get_x() + bar.get_width())
    assert {round(v, 3) for v in ends.values()} <= {0.083, 0.084}  # 0.082 of 0.982
    legend = [t.get_text() for t in figure.legends[0].get_texts()]
    assert legend == [text("en", f"status_{s}") for s in ("too_few", "not_representative", "no_report")]


def test_labels_at_the_end_of_lines_keep_apart_and_inside() -> None:
    figure = draw("school_trends_dependency", school_context("en"))
    assert figure is not None
    figure.draw_without_rendering()
    for ax in figure.axes:
        boxes = sorted((t.get_window_extent() for t in ax.texts if t.get_text()), key=lambda b: b.y0)
        assert all(a.y1 <= b.y0 + 1.5 for a, b in pairwise(boxes))
        frame_ = ax.get_window_extent()
        assert all(frame_.y0 - 2 <= b.y0 and b.y1 <= frame_.y1 + 2 for b in boxes)


def test_figures_speak_the_language() -> None:
    figure = draw("school_trends", school_context("es"))
    assert figure is not None
    said = [t.get_text() for t in figure.findobj(Text)]
    assert "257,5" in said
    assert "4.º básico, lectura" in said
    assert not any(re.fullmatch(r"\d+\.\d", s) for s in said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_of_school_files_has_its_words(lang: str) -> None:
    dialects = ROOT / "src/trenza/official/dialects"

    def column(name: str, key: str) -> set[str]:
        with (dialects / name).open(encoding="utf-8") as file:
            return {row[key] for row in csv.DictReader(file)} - {""}

    keys = (
        [f"grade_{g}" for g in GRADES] + [f"subject_{s}" for s in SUBJECTS] + [f"action_{a}" for a in ACTIONS]
    )
    keys += [f"status_{s}" for s in {*SCORE_STATUSES, *CHANGE_STATUSES, "score_withheld"}]
    keys += [f"{k}_dependency_{d}" for d in DEPENDENCIES for k in ("group", "short")] + [
        "group_dependency_unknown"
    ]
    keys += [
        f"{k}_{b}_{g}"
        for b in ("ses_group", "ses_group_baseline")
        for g in "12345"
        for k in ("group", "short")
    ]
    keys += [f"rule_{r}" for r in column("rules.csv", "rule")] + [
        f"cause_{r}" for r in column("simce_codes.csv", "reason")
    ]
    keys += [f"kind_{k}" for k in column("kinds.csv", "kind") - {"not_data"}] + ["holds_official"]
    kept = set(checks._ORIGINS) - {"score_present", "score_range", "significance_has_change"}
    keys += [f"school_check_{c}" for c in (*kept, "national_mean")]
    assert [k for k in keys if not has_text(lang, k)] == []


# What the official room writes into method, note and effect_kind of trends and gaps, piece by piece.
PIECES = (
    "pupil-weighted mean of school means, status ok",
    "pupil-weighted mean of school shares, status ok",
    "difference of two pupil-weighted means, status ok",
    "change of a difference of two pupil-weighted means, status ok",
    "the two years are taken to covary through what they share",
    "the two groups are taken to covary through communes that have both",
    "standard error linearised with communes as units, t with communes - 1",
    "standard error linearised with schools as units, t with schools - 1",
    "standard error linearised with communes as units, t with communes of the group or year with fewest - 1",
    "standard error linearised with schools as units, t with schools of the group or year with fewest - 1",
    "share of all schools that tested the subject",
    "share of all pupils tested in the subject",
    "a count, no interval",
    "all schools are seen: the interval is not about sampling",
    "communes are treated as one draw from many of their kind, independent of each other",
    "schools are treated as one draw from many of their kind, independent of each other",
    "wider than chance between cohorts of the same schools alone",
    "narrower than if schools of a commune move together",
    "no error of equating the tests is in it",
    "communes are not known: schools are the units",
    "schools without a known commune, each a unit of its own: 7",
    "schools that tested nobody in the subject, in no figure: 7",
    "groups as of each year: schools change hands, from municipal to slep above all",
    "groups as of each year: they are estimated anew each time, so that a trend mixes change with reassignment",
    "groups fixed in 2014: schools of a fixed group tend towards the middle afterwards",
    "groups fixed in a baseline year: schools of a fixed group tend towards the middle afterwards",
    "schools without a group in the baseline year are unknown",
    "slep schools are those of communes transferred by that year, chosen by law and calendar and not by lot",
    "the course of a gap with slep compares other communes each year",
    "delegated schools, too few to be shown, counted as subsidised, as in the file's own short list of dependencies",
    "schools whose file gives standards: those with few pupils have none",
    "schools with a score but no number of pupils left out: 7",
    "rests on a preliminary file",
    "change / SD in the year it is counted from",
    "gap / SD in the year",
    "change of the gap / SD in the year it is counted from",
    "SD between school means weighted by pupils, not between pupils",
)


def test_every_phrase_of_the_official_room_has_its_spanish() -> None:
    assert [p for p in PIECES if untranslated(p)] == []
    origins = [*checks._ORIGINS.values(), *(known["origin"] for known in national_means())]
    assert [p for phrase in origins for p in untranslated(phrase)] == []
    said = language.phrase(
        "groups fixed in 2014: schools of a fixed group tend towards the middle afterwards", "es"
    )
    assert said.startswith("grupos fijados en 2014:")


def test_a_value_that_has_no_words_yet_is_still_readable() -> None:
    view = school_context("en")
    assert schools.word(view, "rule_something_new") == "something new"


def test_a_gap_column_and_a_change_are_written_with_their_interval() -> None:
    table = tables_schools.gaps(school_context("es"), "2m")
    assert len(table.columns) == 5
    row = table.loc[table["Brecha"] == "Lectura: GSE alto \u2212 GSE bajo"].iloc[0]
    assert re.fullmatch(r"54,0 \[\d\d,\d; \d\d,\d\] \(2018\)", row.iloc[1])
    assert re.fullmatch(r"54,0 \[\d\d,\d; \d\d,\d\] \(2023\)", row.iloc[2])
    assert re.fullmatch(r"\u22122,0 \[\S+; \S+\] \(2018\)", row.iloc[3])
    assert row.iloc[4] == "506 + 506"
    row = table.loc[table["Brecha"].str.startswith("Lectura: Administración delegada")].iloc[0]
    assert "suprimido" in row.iloc[2] and row.iloc[4] == "suprimido"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_and_twice_the_same(lang: str, tmp_path: Path) -> None:
    view = school_context(lang)
    parts = (view.study, view.tables, view.items, view.codebook, view.links, lang)
    figures = draw_all(view.tables, STUDY, view.items, view.codebook, view.links, lang, tmp_path / "figures")
    assert list(figures) == DRAWN
    for name in ("one", "two"):
        write_report("toy", *parts, tmp_path / "figures", [tmp_path / f"{name}.html"])
    page = (tmp_path / "one.html").read_bytes()
    assert page == (tmp_path / "two.html").read_bytes()
    # the first page shows one picture that stands again in its section
    assert page.count(b"<figcaption") == len(DRAWN) + 1
    assert b"<script" not in page
