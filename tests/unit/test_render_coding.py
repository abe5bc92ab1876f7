"""The section of the report about coded projects: in both languages, with every figure told in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from render_lost import lost_numbers
from test_qualitative_coded_study import CODEBOOK, SETTINGS, segments

from trenza.qualitative.coded_study import count_coded
from trenza.render import figures, figures_coding, report_coding, sentences_coding, style
from trenza.render.context import Context
from trenza.render.language import untranslated
from trenza.render.markdown import Paper
from trenza.simulate.coders import simulate_coders

TEXT = Path(__file__).resolve().parents[2] / "src" / "trenza" / "render" / "text"
THEMES = pd.DataFrame(
    {
        "code": ["time", "time", "trust"], "case": ["EP", "CP", "EP"],
        "direction": ["hindering", "hindering", "enabling"], "where": "Table 4", "note": ["ready plans", None, None],
    }
)  # fmt: skip
COUNTS = pd.DataFrame(
    {"name": ["Teacher Role", "Teacher Pay", "Teacher Voice", "Trust"], "sources": [1, 2, 1, 3], "references": [1, 2, 1, 6]}
)  # fmt: skip


def study_of(kind: str) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    sources = {
        "coders": {"holds": "coded_project", "kind": kind, "file": "x.qdpx", "coded": {}},
        "themes": {"holds": "case_themes", "kind": "published"},
        "counts": {"holds": "code_counts", "kind": "published"},
    }
    place = {"study": "made", "source": "published"}
    made = simulate_coders(segments(), CODEBOOK, missed=0.1, other_code=0.2, moved=0.5, seed=5)
    data = {
        "themes": THEMES.assign(**place, source_id="themes"),
        "counts": COUNTS.assign(**place, source_id="counts"),
    }
    found = count_coded(
        {"coders": made}, {}, data, study="made", sources=sources, settings=SETTINGS | {"by": ["role"], "min_uses": 3},
        unit="person", pseudonym=lambda p, i: p + i, seed=1, ci_level=0.95, min_cell=2,
    )  # fmt: skip
    return {"sources": sources, "design": {}, "labels": {}, "qualitative": {"min_uses": 3}}, found.tables


def view(kind: str, lang: str) -> Context:
    study, tables = study_of(kind)
    labelled = CODEBOOK.assign(label_en="Label " + CODEBOOK["code"], label_es="Nombre " + CODEBOOK["code"])
    nothing = pd.DataFrame({"item": [], "link": []}, dtype="str")
    return Context(tables, study, nothing, labelled, nothing, lang)


def page(kind: str, lang: str) -> tuple[str, Context]:
    ctx = view(kind, lang)
    drawn = {i: f"{i}.svg" for i in figures_coding.PAGE_FIGURES if figures.draw(i, ctx) is not None}
    paper = Paper(ctx, drawn)
    report_coding.section(paper, "made")
    assert set(paper.shown) == set(drawn)
    return paper.text(), ctx


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_real_project_has_every_part_and_says_that_words_stay_private(lang: str) -> None:
    text, ctx = page("real", lang)
    for key in ("agreement", "cases", "tree", "by", "meet", "saturation", "prevalence", "counts"):
        assert f"#h-coding-{key}" in text
    assert {"en": "Label time", "es": "Nombre time"}[lang] in text
    assert {"en": "SIMULATED", "es": "SIMULADO"}[lang] not in text
    assert "private" in text and "Words of segment" not in text
    # Pooled kappa as the table has it, rounded for the reader.
    table = ctx.table("agreement")
    kappa = table.loc[table["statistic"] == "kappa_pooled", "estimate"].item()
    assert ctx.num(kappa) in text
    assert all(alt and not alt.endswith(": .") for alt in re.findall(r'alt="([^"]*)"', text))


@pytest.mark.parametrize("lang", ["en", "es"])
def test_made_coders_are_called_so_and_only_their_agreement_is_shown(lang: str) -> None:
    text, _ = page("simulated", lang)
    assert text.index({"en": "SIMULATED. These", "es": "SIMULADO. Estos"}[lang]) < text.index(
        "#h-coding-agreement"
    )
    for key in ("tree", "by", "meet", "saturation"):
        assert f"#h-coding-{key}" not in text
    captions = [
        line for line in text.splitlines() if line.startswith(": ") and re.search("coder|codif", line.lower())
    ]
    assert captions and all({"en": "SIMULATED", "es": "SIMULADO"}[lang] in c for c in captions)


def test_every_phrase_of_the_tables_has_its_spanish_and_every_text_both_languages() -> None:
    _, tables = study_of("real")
    for table in tables.values():
        for column in {"method", "note", "counting"} & {*table.columns}:
            for value in table[column].dropna().unique():
                assert untranslated(value) == []
    assert untranslated("UTF-16; a line break counts 2; mark at the beginning 0; end exclusive") == []
    for key, both in yaml.safe_load((TEXT / "coding.yaml").read_text(encoding="utf-8")).items():
        assert set(both) == {"en", "es"}, key
        fields = [set(re.findall(r"{(\w+)}", str(both[lang]))) for lang in ("en", "es")]
        assert fields[0] == fields[1], key


def test_a_figure_of_a_real_project_is_the_same_twice(tmp_path: Path) -> None:
    study, tables = study_of("real")
    ctx = Context(
        tables, study, pd.DataFrame(), CODEBOOK.assign(label_en=CODEBOOK["code"]), pd.DataFrame(), "en"
    )
    both = []
    for name in ("a", "b"):
        file = style.save(figures.draw("code_families", ctx), tmp_path / name, "code_families", "en")["svg"]
        both.append((tmp_path / name / file).read_bytes())
    assert both[0] == both[1]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_remarks_on_themes_of_bundled_studies_have_their_spanish_and_stand_on_the_page(lang: str) -> None:
    text, _ = page("real", lang)
    assert {"en": "(EP): ready plans.", "es": "(EP): planificaciones listas."}[lang] in text
    for path in sorted((TEXT.parents[3] / "data" / "published").glob("*/case_themes.csv")):
        for note in pd.read_csv(path)["note"].dropna().unique():
            assert untranslated(note) == [], path


def test_codes_by_an_attribute_of_cases_are_a_heat_map_that_shows_no_withheld_count() -> None:
    study, tables = study_of("real")
    own = tables["code_matrix"].loc[lambda t: (t["by"] == "role") & (t["source_id"] == "coders")]
    own = own.assign(suppressed=False, n_segments=range(4, 4 + len(own)))
    hidden = own.assign(level="head_of_a_very_long_role", suppressed=True, n_segments=pd.NA)
    tables = tables | {"code_matrix": pd.concat([own, hidden], ignore_index=True)}
    labels = CODEBOOK.assign(label_en=CODEBOOK["code"])
    ctx = Context(tables, study, pd.DataFrame(), labels, pd.DataFrame(), "en")
    fig = figures.draw("codes_by_attribute", ctx)
    assert fig is not None
    cells = [t.get_text() for t in fig.axes[0].texts]
    known = [ctx.count(n) for n in own["n_segments"]]
    assert sorted(cells) == sorted([*known, *["\u00d7"] * len(own)])
    # Of one level alone there is nothing to compare.
    alone = Context(tables | {"code_matrix": own}, study, pd.DataFrame(), labels, pd.DataFrame(), "en")
    assert figures.draw("codes_by_attribute", alone) is None


def test_no_number_is_without_its_cells() -> None:
    assert lost_numbers(view("real", "en"), *figures_coding.PAGE_FIGURES) == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_passages_that_are_too_long_for_quoting_are_told_by_their_number(lang: str) -> None:
    ctx = view("real", lang)
    row = ctx.tables["coded_projects"].iloc[0]
    words = "(qualitative.quotations.longest): 7."
    assert row["n_too_long"] == 0 and "longest" not in " ".join(sentences_coding.project(ctx, row))
    assert words in " ".join(sentences_coding.project(ctx, pd.Series({**row, "n_too_long": 7})))
