"""Figures about coded projects, and their words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from agreement_cases import PLACE, codes, codings, documents

from trenza.qualitative.agreement import agree
from trenza.qualitative.agreement_rows import METHODS
from trenza.qualitative.co_occurrence import co_occurrence
from trenza.qualitative.coded_matrices import code_matrix
from trenza.qualitative.coded_passages import passages_in, with_cases, with_codes_above
from trenza.qualitative.saturation import saturation
from trenza.render import figures_agreement, figures_co_occurrence, style
from trenza.render.figures_code_tree import code_tree, saturation_curve, themes_by_case
from trenza.render.language import file_texts

TEXT = Path(__file__).resolve().parents[2] / "src" / "trenza" / "render" / "text"
N = 40
TREE = codes({f"f{i}": None for i in range(4)} | {f"c{i:02}": f"f{i % 4}" for i in range(N)}, [f"f{i}" for i in range(4)])  # fmt: skip
NAMES = {f"c{i:02}": f"Código número {i}" for i in range(N)}
TEXTS = documents(**{f"e{i}": "x" * 3000 for i in range(8)})


@pytest.fixture(scope="module")
def marks() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = {}
    for i in range(500):
        start, code = int(rng.integers(0, 2800)), f"c{i % N:02}"
        document = f"e{rng.integers(0, 8)}"
        rows[document, start, start + 120, code, "A"] = None
        if i % 3 and int(code[1:]) < 35:
            rows[document, start + 15, start + 130, code, "B"] = None
    return codings(list(rows))


def said(fig) -> str:
    texts = [
        t.get_text() for ax in fig.axes for t in [*ax.texts, *ax.get_yticklabels(), *ax.get_xticklabels()]
    ]
    legends = [t.get_text() for ax in fig.axes if ax.get_legend() for t in ax.get_legend().get_texts()]
    return "\n".join(
        [*texts, *legends, *[t.get_text() for t in fig.texts], fig.get_suptitle(), fig.get_supxlabel()]
    )


@pytest.mark.parametrize("lang", ["en", "es"])
def test_agreement_shows_every_code_and_says_which_are_too_rare(marks: pd.DataFrame, lang: str) -> None:
    table = agree(marks, TEXTS, TREE, min_uses=18, seed=1, resamples=50, **PLACE)["agreement"]
    fig = figures_agreement.agreement_by_code(table, NAMES, {"A": "Ana", "B": "Bea"}, lang)
    words = said(fig)
    assert all(name in words for name in NAMES.values())
    rare = table.loc[(table["part"] == "code") & (table["statistic"] == "kappa") & table["estimate"].isna()]
    assert len(rare) > 0
    assert words.count(file_texts("qualitative.yaml")["agreement_few"][lang]) == len(rare)
    assert "Ana" in words and "Bea" in words
    assert {"en": "SIMULATED", "es": "SIMULADO"}[lang] in words
    assert figures_agreement.agreement_by_code(table.iloc[:0], NAMES, {}, lang) is None
    with pytest.raises(ValueError, match="one unit and two coders"):
        figures_agreement.agreement_by_code(pd.concat([table, table.assign(coder_b="C")]), NAMES, {}, lang)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_forty_codes_on_a_ring_have_names_that_do_not_overlap(marks: pd.DataFrame, lang: str) -> None:
    table = co_occurrence(passages_in(marks, "union"), **PLACE)
    family = {f"c{i:02}": f"f{i % 4}" for i in range(N)}
    fig = figures_co_occurrence.co_occurrence_ring(table, NAMES, family, lang)
    labels = [t for t in fig.axes[0].texts if t.get_text().startswith("Código")]
    assert 20 < len(labels) <= figures_co_occurrence.MOST_CODES
    # Neighbours on the ring are further apart than a letter is high.
    places = sorted(np.arctan2(t.get_position()[1], t.get_position()[0]) for t in labels)
    fig.draw_without_rendering()
    radius = np.hypot(*(fig.axes[0].transData.transform((1.08, 0)) - fig.axes[0].transData.transform((0, 0))))
    height = (style.SMALL - 0.5) / 72 * fig.dpi
    assert min(np.diff(places)) * radius > height
    assert figures_co_occurrence.co_occurrence_ring(table.assign(n_overlaps=0), NAMES, family, lang) is None


def test_tree_cases_and_saturation_say_what_the_tables_hold(marks: pd.DataFrame, tmp_path: Path) -> None:
    passages = passages_in(marks, "union")
    own = passages.groupby("code").size()
    below = with_codes_above(passages, TREE).groupby("code")["segment_id"].nunique()
    table = TREE.assign(n_segments=TREE["code"].map(own).fillna(0), n_segments_below=TREE["code"].map(below).fillna(0), source="real")  # fmt: skip
    fig = code_tree(table, NAMES, "en")
    assert f"0 / {below['f0']}" in said(fig) and "SIMULATED" not in said(fig)
    spans = pd.DataFrame({"case": [f"k{i}" for i in range(8)], "document": TEXTS["document"]})
    spans = spans.assign(start=pd.array([None] * 8, dtype="Int64"), end=pd.array([None] * 8, dtype="Int64"))
    spoken = with_cases(passages, spans).assign(direction="hindering")
    matrix = code_matrix(spoken, spans[["case"]], ["case"], **PLACE)
    cases = themes_by_case(matrix, NAMES, {"k0": "Liceo"}, list(NAMES), "es")
    assert "dificulta" in said(cases) and "facilita" not in said(cases) and "Liceo" in said(cases)
    curve = saturation_curve(saturation(passages, list(TEXTS["document"]), **PLACE), "en")
    first = style.save(curve, tmp_path, "curve", "en")["svg"]
    again = saturation_curve(saturation(passages, list(TEXTS["document"]), **PLACE), "en")
    before = (tmp_path / first).read_bytes()
    style.save(again, tmp_path, "curve", "en")
    assert (tmp_path / first).read_bytes() == before
    assert saturation_curve(pd.DataFrame(), "en") is None


def test_both_languages_have_every_text_with_the_same_fields() -> None:
    for key, both in file_texts("qualitative.yaml").items():
        assert set(both) == {"en", "es"}, key
        fields = [set(re.findall(r"{(\w+)}", both[lang])) for lang in ("en", "es")]
        assert fields[0] == fields[1], key


def test_every_piece_of_a_method_or_note_has_its_spanish(marks: pd.DataFrame) -> None:
    listed = yaml.safe_load((TEXT / "phrases_qualitative_es.yaml").read_text(encoding="utf-8"))
    patterns = {re.compile(p["en"]): p["es"] for p in listed}
    tables = agree(marks, TEXTS, TREE, min_uses=18, seed=1, resamples=50, **PLACE)
    lone = agree(marks.loc[marks["document"] == "e1"], TEXTS, TREE, min_uses=1, seed=1, resamples=9, **PLACE)
    pieces = {p for t in METHODS.values() for p in t.split("; ")}
    for table in (*tables.values(), *lone.values()):
        for column in {"method", "note"} & {*table.columns}:
            pieces |= {p for t in table[column].dropna().unique() for p in t.split("; ")}
    assert len(pieces) > 18
    for piece in pieces:
        found = [es.format(**m.groupdict()) for p, es in patterns.items() if (m := p.fullmatch(piece))]
        assert len(found) == 1, piece
        assert re.findall(r"\d+", found[0]) == re.findall(r"\d+", piece)
