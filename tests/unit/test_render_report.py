"""The report: complete, honest about its numbers, self-contained, the same bytes every time."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from render_demo import context

from trenza.render.context import Context
from trenza.render.figures import draw, draw_all
from trenza.render.html import STYLESHEET, to_html
from trenza.render.language import LANGUAGES, text
from trenza.render.markdown import escape
from trenza.render.report import report_markdown, write_report
from trenza.render.rows import baselines, first_scores
from trenza.render.style import save

HEADINGS = ("h_summary", "h_design", "h_data", "h_descriptives", "h_comparisons", "h_models", "h_interviews",
            "h_together", "h_limits", "h_methods", "h_reproduction")  # fmt: skip


def markdown(view: Context, study: str, figures: dict[str, str] | None = None) -> str:
    parts = (view.study, view.tables, view.items, view.codebook, view.links, view.lang)
    return report_markdown(study, *parts, figures or {})


class Page(HTMLParser):
    """What a page loads, its images, and whether each table can scroll."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.open: list[tuple[str, str]] = []
        self.bare_tables = 0
        self.tags: list[str] = []
        self.lang: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.loaded += [str(values[a]) for a in ("src", "data", "poster") if a in values]
        if tag == "link":
            self.loaded.append(str(values.get("href")))
        if tag == "html":
            self.lang = values.get("lang")
        if tag == "img":
            self.images.append(values)
        if tag == "table" and not any("scroll" in c for _, c in self.open):
            self.bare_tables += 1
        if tag == "div":
            self.open.append((tag, str(values.get("class"))))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.open:
            self.open.pop()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_every_section_is_there_in_its_order(study: str, lang: str) -> None:
    report = markdown(context(study, lang), study)
    places = [report.index(f"## {escape(text(lang, h))} {{#") for h in HEADINGS]
    assert places == sorted(places)
    assert ("## " + escape(text(lang, "h_misleading")) in report) == (study == "p900")
    assert " None" not in report.replace(" None of", "")
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"\{[#.:][^}]*\}|\]\{[^}]*\}", "", report))
    assert not {"nan", "NaN", "NaT"} & set(re.findall(r"\w+", report))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_study_without_results_says_so_section_by_section(lang: str) -> None:
    view = replace(context("p900", lang), tables={})
    report = markdown(view, "p900")
    for key in ("none_findings", "none_inputs", "none_descriptives", "none_comparisons", "none_models", "none_misleading",
                "none_interviews", "none_together", "none_manifest"):  # fmt: skip
        assert escape(text(lang, key)) in report, key


def test_simulated_numbers_carry_no_summary_and_no_sentence() -> None:
    view = context("cic2019", "en")
    only = {
        k: t.loc[t["source"] == "simulated"] if "source" in t.columns else t for k, t in view.tables.items()
    }
    report = markdown(
        replace(view, tables={**only, "convergence": view.table("convergence").iloc[:0]}), "cic2019"
    )
    summary = report[report.index("{#h-summary}") : report.index("{#h-design}")]
    assert "interval lies" not in summary
    assert "do not decide" not in summary
    body = report[report.index("{#h-comparisons}") : report.index("{#h-audit}")]
    assert "participants lie" not in body
    assert "SIMULATED" in body


def test_simulated_kind_is_marked_at_every_table_that_holds_it() -> None:
    report = markdown(context("cic2019", "en"), "cic2019")
    for caption in re.findall(r"^: (Table .*)$", report, flags=re.M):
        if "distribution" in caption.lower() or "Model \u201c" in caption:
            assert "SIMULATED" in caption
    assert "[simulated]{.kind .simulated}" in report


def test_segments_show_role_and_pseudonym_and_spanish_marks_their_language() -> None:
    assert "(Principal, II\\_4; Deprivatisation)" in markdown(context("cic2019", "en"), "cic2019")
    # Its segments have Spanish words of their own.
    assert "{lang=en}" not in markdown(context("cic2019", "es"), "cic2019")


def test_names_that_look_like_markup_stay_words(tmp_path: Path) -> None:
    view = context("cic2019", "en")
    items = view.items.copy()
    nasty = "A|B <b>bold</b> *x* $y$ [z](http://evil.example) @cite # `c`"
    items.loc[items["item"] == "commitment", "label_en"] = nasty
    page = to_html(
        markdown(replace(view, items=items), "cic2019"), STYLESHEET, tmp_path, "en", "T & <i>t</i>"
    )
    assert "<b>" not in page
    assert 'href="http://evil' not in page
    assert "A|B &lt;b&gt;bold&lt;/b&gt; *x* $y$" in page
    assert "<title>T &amp; &lt;i&gt;t&lt;/i&gt;</title>" in page
    assert "<h1>T &amp; &lt;i&gt;t&lt;/i&gt;</h1>" in page


@pytest.mark.parametrize(("study", "lang"), [("cic2019", "es"), ("p900", "en")])
def test_the_page_is_whole_and_asks_nothing_of_the_network(study: str, lang: str, tmp_path: Path) -> None:
    view = context(study, lang)
    parts = (view.study, view.tables, view.items, view.codebook, view.links, lang)
    figures = draw_all(
        view.tables, view.study, view.items, view.codebook, view.links, lang, tmp_path / "figures"
    )
    for name in ("one", "two"):
        write_report(study, *parts, tmp_path / "figures", [tmp_path / f"{name}.html"])
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["figures", "one.html", "two.html"]
    html = (tmp_path / "one.html").read_text(encoding="utf-8")
    page = Page(html)
    assert all(x.startswith("data:") for x in page.loaded)
    assert "script" not in page.tags
    assert "@import" not in html
    assert "url(http" not in html
    assert len(page.images) == len(figures)
    assert all(i.get("alt") for i in page.images)
    assert page.tags.count("figcaption") == len(figures)
    assert html.count("<figure") == html.count('<figure tabindex="0"') == len(figures)
    assert "table" in page.tags
    assert page.bare_tables == 0
    assert page.lang == {"en": "en", "es": "es-CL"}[lang]
    assert ('class="banner"' in html) == (study == "cic2019")
    assert "nav" in page.tags
    assert 'name="viewport"' in html


def test_a_missing_figure_stops_the_report(tmp_path: Path) -> None:
    report = markdown(context("cic2019", "en"), "cic2019", {"equivalence": "nowhere.svg"})
    with pytest.raises(RuntimeError, match=r"nowhere\.svg"):
        to_html(report, STYLESHEET, tmp_path, "en", "T")


def test_figures_are_numbered_and_have_words_for_those_who_cannot_see(tmp_path: Path) -> None:
    view = context("cic2019", "en")
    figure = draw("ratings", view)
    assert figure is not None
    save(figure, tmp_path, "ratings", "en")
    report = markdown(view, "cic2019", {"ratings": "ratings.figure.en.svg"})
    assert "![Figure 1. Mean ratings" in report
    assert 'alt="Mean ratings on their scale. Participation of colleagues: 3.47; ' in report


def test_words_of_real_interviews_are_withheld() -> None:
    view = context("cic2019", "en")
    printed = markdown(view, "cic2019")
    assert "no quotations" in printed
    assert "authors' choice" in printed
    real = {**view.tables, "segments": view.table("segments").assign(source="real")}
    report = markdown(replace(view, tables=real), "cic2019")
    assert "words of real interviews are not shown" in report
    assert "authors' choice" not in report
    assert "no quotations" not in report
    assert escape(str(view.table("segments")["text"].iloc[0]).rstrip(".")) not in report


def test_limits_fit_the_design_and_carry_numbers_and_notes() -> None:
    report = markdown(context("cic2019", "en"), "cic2019")
    assert "48 of the 74 participating teachers" in report
    assert "The interval that the design calls for lets it differ" in report
    assert "Within each school nobody was assigned by lot" in report
    assert "outcome is missing; differences rest" in markdown(context("p900", "en"), "p900")
    view = context("p900", "en")
    spread = view.table("distribution").assign(
        outcome="gain_cas", n=[75, 90, 25, 10], n_missing=[25, 10, 75, 90], group=["participant", "other"] * 2
    )
    rows = spread.iloc[:2]
    report = markdown(replace(view, tables={**view.tables, "distribution": rows}), "p900")
    assert "Of the gain outcomes, 10% are missing for other schools and 25% for P-900 schools" in report


def test_simulated_models_are_no_finding_and_say_what_was_put_in() -> None:
    report = markdown(context("cic2019", "en"), "cic2019")
    assert "The ICC was put in as 0.10; a single draw of 97 rows" in report
    models = report[report.index("{#h-models}") : report.index("{#h-interviews}")]
    assert models.count("(simulated, no finding)") == 5 and "participants lie" not in models
    captions = re.findall(r"^: (Table .*)$", models, flags=re.M)
    assert len(captions) == 3 and all("SIMULATED" in c for c in captions)
    assert "verifies the simulation against its own declaration" in report


def test_the_cut_off_is_never_told_with_one_window_alone() -> None:
    view = context("p900", "en")
    table = view.table("discontinuity")
    base = table.iloc[:1]
    rows = [
        base.assign(term=term, estimate=value, outcome=outcome, note=note)
        for term, value, outcome, note in (
            ("wald_no_running_variable", 5.0, "gain_read", "first-stage F = 9.0"),
            (
                "fuzzy_rd_linear",
                7.4,
                "gain_read",
                "first-stage F = 20.5; Anderson-Rubin interval -1.20 to 14.00",
            ),
            ("fuzzy_rd_linear_bandwidth_0_6", 9.1, "gain_read", "first-stage F = 8.1"),
            ("fuzzy_rd_linear_bandwidth_2", 3.2, "gain_read", "first-stage F = 44.0"),
            ("wald_no_running_variable", -4.0, "read92", "first-stage F = 9.0"),
        )
    ]
    jump = pd.concat(rows, ignore_index=True)
    report = markdown(replace(view, tables={**view.tables, "discontinuity": jump}), "p900")
    summary = report[report.index("{#h-summary}") : report.index("{#h-design}")]
    assert "from 3.20 to 9.10 depending on the width of the window" in summary
    assert "How the estimate moves with the width of the window" in report
    assert "| × 0.6 (± 3.0) |" in report
    assert "Anderson-Rubin interval \u22121.20 to 14.00" in report
    assert "its sign turns from gain to level" in report
    alone = markdown(replace(view, tables={**view.tables, "discontinuity": jump.iloc[:4]}), "p900")
    assert "its sign turns from gain to level" not in alone


def test_several_first_scores_may_be_declared() -> None:
    view = context("p900", "en")
    entry = {"id": "reading", "source": "schools", "gain": "gain_cas"}
    assert first_scores({**entry, "baseline": "cas88"}) == ["cas88"]
    assert first_scores({**entry, "baseline": ["cas88", "mat88"]}) == ["cas88", "mat88"]
    study = {
        **view.study,
        "regression_to_the_mean": [{**entry, "baseline": ["cas88", "mat88"]}],
        "models": [],
    }
    assert baselines(study) >= {"cas88", "mat88"}
    assert draw("gain_without_programme", replace(view, study=study)) is not None


def test_a_remark_of_some_rows_is_told_once_with_whom_it_concerns() -> None:
    view = context("p900", "en")
    table = view.table("mean_reversion").assign(note=["a; b", "a; c", "a"])
    other = table.assign(outcome="gain_mat", note="d")
    report = markdown(
        replace(view, tables={**view.tables, "mean_reversion": pd.concat([table, other])}), "p900"
    )
    assert report.count("- A. Applies to: Reading gain 1988-92.\n") == 1
    assert report.count("- D. Applies to: Mathematics gain 1988-92.\n") == 1
    assert len(re.findall(r"- B\. Applies to: Reading gain 1988-92 \([^;]+\)\.\n", report)) == 1


@pytest.mark.parametrize(("lang", "plain", "within"), [
    ("en", "Plain difference of the gains, all regions together", "Differences within regions."),
    ("es", "Diferencia simple de los avances, sin distinguir regiones", "Diferencias dentro de regiones."),
])  # fmt: skip
def test_the_plain_difference_and_that_within_clusters_are_told_apart(
    lang: str, plain: str, within: str
) -> None:
    view = context("p900", lang)
    report = markdown(view, "p900")
    assert report.count(plain) == 2  # what it is, and its row
    summary = report[report.index("{#h-summary}") : report.index("{#h-design}")]
    assert within in summary and plain[0].lower() + plain[1:] not in report[report.index("{#h-design}") :]
    assert escape(text(lang, "estimates_pooled", clusters=view.clusters())) in report
    apart = view.table("verdicts").assign(assignment="different_clusters")
    report = markdown(replace(view, tables={**view.tables, "verdicts": apart}), "p900")
    assert plain not in report and within not in report


def test_the_spanish_report_shows_the_spanish_words_of_a_segment_where_there_are_any() -> None:
    segments = context("cic2019", "es").table("segments").assign(text="Said in English", text_es=None)
    for spanish, shown in (("Dicho en español", "Dicho en español."), (None, "[Said in English.]{lang=en}")):
        view = context("cic2019", "es")
        view = replace(view, tables={**view.tables, "segments": segments.assign(text_es=spanish)})
        page = markdown(view, "cic2019")
        assert f"- {shown} (" in page.replace("\\(", "(")
        assert ("Said in English" in page) == (spanish is None)
