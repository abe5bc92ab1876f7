"""Notebooks: words in both languages cell by cell, tables and figures as the report has them, pages that lead on and back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from render_demo import context

from trenza.render.language import LANGUAGES, file_texts
from trenza.render.masthead import masthead
from trenza.render.notebook import Notebook
from trenza.render.notebook_page import NOTEBOOKS, TEXTS, in_language, notebook_page

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SOURCES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"]
    for path in sorted(FOLDER.glob("*.ipynb"))
}


def test_every_notebook_has_a_title_and_its_words_in_both_languages() -> None:
    assert tuple(SOURCES) == NOTEBOOKS
    for name, cells in SOURCES.items():
        words = [cell["metadata"]["lang"] for cell in cells if cell["cell_type"] == "markdown"]
        assert words[::2] == ["en"] * len(words[::2]) and words[1::2] == ["es"] * len(words[::2]), name
        told = {
            lang: ["".join(c["source"]) for c in in_language(cells, lang) if c["cell_type"] == "markdown"]
            for lang in LANGUAGES
        }
        for english, spanish in zip(told["en"], told["es"], strict=True):
            shape = [re.findall(r"^#+ |^- ", text, re.M) for text in (english, spanish)]
            assert shape[0] == shape[1] and english != spanish, name
    for key, by_language in file_texts(TEXTS).items():
        assert set(by_language) == set(LANGUAGES), key


def test_every_table_that_a_notebook_names_has_a_title() -> None:
    code = "\n".join("".join(cell["source"]) for cells in SOURCES.values() for cell in cells)
    titles = {key.removeprefix("table_") for key in file_texts(TEXTS) if key.startswith("table_")}
    named = set(re.findall(r'page\.table\("(\w+)"\)', code))
    named |= {n for names in re.findall(r"page\.tables\((.+)\)", code) for n in re.findall(r"\w+", names)}
    titled = set(re.findall(r'page\.(?:table|frame)\(.+, "(\w+)"\)', code))
    assert named | titled == titles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_shows_what_the_cells_left(lang: str, tmp_path: Path) -> None:
    view = context("cic2019", lang)
    (tmp_path / f"equivalence.figure.{lang}.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8"
    )
    book = Notebook(view, tmp_path)
    shown = [
        book.opening(),
        book.table("verdicts"),
        book.table("discontinuity"),
        book.figure("equivalence"),
        book.figure("discontinuity"),
        book.methods("verdicts", "mean_reversion"),
        book.frame(book.tables_behind(), "behind"),
        book.points([]),
    ]
    cells = [{"cell_type": "markdown", "metadata": {"lang": lang}, "source": "# Title\n\nWords.\n\n## Part"}]
    cells += [
        {
            "cell_type": "code",
            "metadata": {},
            "source": "f(1 < 2)",
            "outputs": [{"data": one._repr_mimebundle_()}],
        }
        for one in shown
    ]
    page = notebook_page(
        cells, "04_compare", masthead(view, "cic2019"), tmp_path, f"../report/report.{lang}.html"
    )
    assert page.count("<h1>") == 1 and page.count("<img") == 1
    assert page.count('<details class="code">') == len(shown) and "f(1 &lt; 2)" in page
    assert 'class="kind simulated"' in page and 'class="banner"' in page
    assert {"en": "SIMULATED", "es": "SIMULADO"}[lang] in page
    assert page.count("<table") == 2 and "Welch" in page
    assert f'href="../report/report.{lang}.html"' in page and f'href="05_model.{lang}.html"' in page
    assert page.count({"en": "none in this study.", "es": "este estudio no tiene."}[lang]) == 2
    assert "<script" not in page


def test_a_long_table_says_how_much_of_it_stands_here() -> None:
    view = context("cic2019", "en")
    one = view.table("verdicts").iloc[[0] * 151]
    assert "(the first 150 of 151 rows)" in Notebook(view).table("verdicts", one).markdown
    drawn = Notebook(view).figure("ratings")
    assert "<svg" in drawn.html and "ratings.figure.en.svg" in drawn.markdown


def test_of_several_tables_those_with_rows_stand_and_none_is_said_in_one_line() -> None:
    book = Notebook(context("cic2019", "en"))
    both = book.tables("discontinuity", "verdicts", "coef")
    assert both.markdown.count("none in this study") == 0 and both.html.count("<table") == 2
    none = book.tables("discontinuity", "mean_reversion").markdown
    assert none.strip() == "Estimates at the cut-off · Regression to the mean: none in this study."
