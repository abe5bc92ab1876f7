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
from trenza.official import checks, gaps, remarks, trends
from trenza.official.known import national_means
from trenza.render import language, schools, tables_schools
from trenza.render.context import Context
from trenza.render.figures import FIGURES, draw, draw_all
from trenza.render.language import LANGUAGES, has_text, text, untranslated
from trenza.render.markdown import escape
from trenza.render.report import report_markdown, write_report
from trenza.render.style import PAPER

DRAWN = [i for i in FIGURES if i.startswith("school_")]
SECTIONS = ("h_summary", "h_data", "h_trends", "h_gaps", "h_missing", "h_distribution", "h_changes", "h_checks", "h_ledger", "h_limits",
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
    assert not [h for h in SECTIONS[2:9] if f"{{#{h.replace('_', '-')}}}" in report]


def test_a_study_without_any_result_says_so_once() -> None:
    view = replace(school_context("en"), tables={})
    report = markdown(view)
    assert text("en", "none_findings") in report
    assert re.findall(r"\{#(h-\w+)\}", report) == [
        "h-summary",
        "h-data",
        "h-limits",
        "h-methods",
        "h-reproduction",
    ]
    assert [i for i in FIGURES if draw(i, view) is not None] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_is_six_points_of_real_numbers_and_claims_no_cause(lang: str) -> None:
    summary = part(markdown(school_context(lang)), "h_summary")
    points = [line for line in summary.splitlines() if line.startswith("- ")]
    assert len(points) == 6
    assert all("{.kind .real}" in p for p in points)
    assert text(lang, "trends_close") in summary


def test_a_mean_is_told_with_schools_interval_and_what_it_leaves_open() -> None:
    """Of the toy 2m: 2018 to 2023 the mean moves by -0.5 x 5 + 7 = +4.5; half an interval is 1.1 x 1.96 x 28 / sqrt(2664)."""
    view = school_context("en")
    said = part(markdown(view), "h_trends")
    assert (
        "10th grade, reading: 257.5 \\[256.4, 258.6\\] points in 2023 (2,664 schools, 79,920 pupils, 95% interval)."
        in said
    )
    assert "Compared with 2018: +4.5 \\[3.3, 5.7\\] points; the interval lies above zero." in said
    table = view.table("trends").copy()
    table.loc[table["term"] == "change_points", "ci_low"] = -1.0
    said = part(markdown(with_rows(view, "trends", table)), "h_trends")
    assert "the data leave open whether the mean rose or fell" in said
    assert "no effect" not in said


def test_regression_to_the_mean_is_said_in_words() -> None:
    said = part(markdown(school_context("en")), "h_changes")
    assert "correlate at 0.71" in said
    assert "about 71% is expected to remain at the next test; the rest is regression to the mean" in said
    assert "14% significantly up and 11% significantly down" in said


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


def test_failed_checks_are_shown_with_their_rows() -> None:
    said = part(markdown(school_context("en")), "h_checks")
    assert "7 of 9 checks pass; those that do not: 2." in said
    assert "| 250 | 251.90 | ✗ no |" in said
    assert "| 99.98% | 1 | ✗ no |" in said


def test_a_share_that_cannot_be_known_is_suppressed_in_its_table() -> None:
    view = school_context("en")
    table = view.table("missing").copy()
    table.loc[(table["grade"] == "2m") & (table["status"] == "ok"), "suppressed"] = True
    table.loc[(table["grade"] == "2m") & (table["status"] == "too_few"), "suppressed"] = True
    shown = tables_schools.without_value(with_rows(view, "missing", table), "change")
    assert set(shown.loc[shown["Test"] == "10th grade, reading", ["2018", "2022", "2023"]].iloc[0]) == {
        "suppressed"
    }
    assert shown.loc[shown["Test"] == "4th grade, reading", "2017"].item() == "10.0%"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        # (status, schools of 100, suppressed): the rest of the file, though a cause is hidden
        ([("ok", 90, False), ("too_few", 6, False), ("no_report", None, True)], (0.1, False)),
        ([("ok", 90, False), ("too_few", 10, False)], (0.1, False)),
        # the valid ones are hidden: what is shown is a lower bound
        ([("ok", None, True), ("too_few", 6, False), ("no_report", None, True)], (0.06, True)),
        ([("too_few", 6, False), ("did_not_sit", 2, False)], (0.08, False)),
    ],
)
def test_the_share_without_a_value(
    shown: list[tuple[str, int | None, bool]], expected: tuple[float, bool]
) -> None:
    rows = [{"source_id": "f", "source": "real", "grade": "4b", "year": 2018, "subject": "lect", "what": "score", "status": status,
             "has_value": False, "schools": n, "of_schools": 100, "share": None if n is None else n / 100, "suppressed": hidden}
            for status, n, hidden in shown]  # fmt: skip
    share, at_least = schools.without_value(frame("missing", rows))
    assert (share, at_least) == (pytest.approx(expected[0]), expected[1])


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


def test_bars_of_causes_add_up_and_hold_what_is_suppressed() -> None:
    figure = draw("school_missing", school_context("en"))
    assert figure is not None
    bars = [b for b in figure.axes[0].patches if hasattr(b, "get_width") and b.get_width() > 0]
    ends: dict[float, float] = {}
    for bar in bars:
        y = round(bar.get_y(), 3)
        ends[y] = max(ends.get(y, 0.0), bar.get_x() + bar.get_width())
    assert {round(v, 6) for v in ends.values()} == {0.1}
    legend = [t.get_text() for t in figure.legends[0].get_texts()]
    assert legend[-1] == text("en", "status_suppressed")


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
    keys += [f"school_check_{c}" for c in (*checks._ORIGINS, "national_mean")]
    assert [k for k in keys if not has_text(lang, k)] == []


def test_every_phrase_of_the_official_room_has_its_spanish() -> None:
    phrases = [
        remarks.MEAN,
        remarks.CHANGE,
        remarks.GAP,
        remarks.SHARE,
        remarks.WITHHELD,
        trends.EFFECT_KIND,
        gaps.EFFECT_KIND,
    ]
    phrases += [
        remarks._COHORTS,
        remarks._INDEPENDENT,
        *remarks._OF_GROUP.values(),
        remarks._PRELIMINARY,
        remarks._REPORTED,
        remarks._MERGED,
    ]
    phrases += [
        remarks._UNWEIGHTED.format(n=7),
        *checks._ORIGINS.values(),
        *(known["origin"] for known in national_means()),
    ]
    assert [p for phrase in phrases for p in untranslated(phrase)] == []


def test_a_value_that_has_no_words_yet_is_still_readable() -> None:
    view = school_context("en")
    assert schools.word(view, "rule_something_new") == "something new"


def test_a_gap_column_and_a_change_are_written_with_their_interval() -> None:
    table = tables_schools.gaps(school_context("es"), "2m")
    assert list(table.columns) == ["Brecha", "2018", "2022", "2023"]
    row = table.loc[table["Brecha"] == "Lectura: GSE alto \u2212 GSE bajo"].iloc[0]
    assert re.fullmatch(r"54,0 \[\d\d,\d; \d\d,\d\]", row["2018"])
    row = table.loc[table["Brecha"].str.startswith("Lectura: Administración delegada")].iloc[0]
    assert list(row.iloc[1:]) == ["suprimido"] * 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_and_twice_the_same(lang: str, tmp_path: Path) -> None:
    view = school_context(lang)
    parts = (view.study, view.tables, view.items, view.codebook, view.links, lang)
    figures = draw_all(view.tables, STUDY, view.items, view.codebook, view.links, lang, tmp_path / "figures")
    assert list(figures) == DRAWN
    for name in ("one", "two"):
        write_report("toy", *parts, tmp_path / "figures", tmp_path / f"{name}.html")
    page = (tmp_path / "one.html").read_bytes()
    assert page == (tmp_path / "two.html").read_bytes()
    assert page.count(b"<figcaption") == len(DRAWN)
    assert b"<script" not in page
