"""Numbers, words and texts of the two report languages."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from render_demo import ROOT, context

from trenza.contracts.columns import SOURCES
from trenza.contracts.tables import CALLS, DIRECTIONS, QUALITATIVE_SIDES, QUANTITATIVE_SIDES
from trenza.render import language
from trenza.render.cells import source_and_id_cell, source_cell
from trenza.render.figures import FIGURES
from trenza.render.language import LANGUAGES
from trenza.render.markdown import stem
from trenza.triangulate.rules import QUALITATIVE_REASONS, QUANTITATIVE_REASONS

FIELD = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_keys_and_fields() -> None:
    english, spanish = language.texts("en"), language.texts("es")
    assert set(english) == set(spanish)
    # Spanish leaves out a word here and there; a field that only Spanish had could not be filled in.
    assert {
        k for k in english if not set(FIELD.findall(spanish[k])) <= set(FIELD.findall(english[k]))
    } == set()


def test_every_key_that_the_code_names_exists() -> None:
    room = ROOT / "src/trenza/render"
    # Notebooks have texts of their own.
    files_of_reports = (p for p in sorted(room.glob("*.py")) if p.stem != "notebook")
    source = "\n".join(p.read_text(encoding="utf-8") for p in files_of_reports)
    named = set(re.findall(r"""(?:\.t|\bShown|\.heading)\(\s*["']([a-z_0-9]+)["']""", source))
    assert len(named) > 150
    assert {k for k in named if not k.endswith("_")} - set(language.texts("en")) == set()


def test_every_text_is_used() -> None:
    room = ROOT / "src/trenza/render"
    source = "\n".join(p.read_text(encoding="utf-8") for p in sorted(room.glob("*.py")))
    stems = set(re.findall(r"""f["']([a-z_0-9]+_)\{""", source)) | set(
        re.findall(r"""["']([a-z]+_)["'] \+""", source)
    )

    def used(key: str) -> bool:
        return f'"{key}"' in source or f"'{key}'" in source or any(key.startswith(s) for s in stems)

    unused = [k for k in language.texts("en") if not used(k) and not used(k.removesuffix("_one"))]
    # "<key>_one" is the text of <key> for a count of one; "many_<cluster>" and "one_<unit>" are looked up by the study's own words.
    assert [k for k in unused if not k.startswith(("many_", "one_"))] == []


def test_no_spanish_text_was_left_in_english() -> None:
    english, spanish = language.texts("en"), language.texts("es")
    long = [k for k in english if len(english[k].split()) > 3 and english[k] == spanish[k]]
    assert long == []


# Their titles are in qualitative.yaml, whose keys test_render_qualitative.py looks through.
TITLED_ELSEWHERE = {"coder_agreement", "coded_tree", "themes_by_case", "codes_meet", "saturation"}


@pytest.mark.parametrize(
    ("value", "decimals", "en", "es"),
    [
        (0.435, 2, "0.43", "0,43"),
        (-0.0821, 2, "\u22120.08", "\u22120,08"),
        (-0.001, 2, "0.00", "0,00"),
        (1234.5, 1, "1,234.5", "1.234,5"),
        (float("nan"), 2, "\u2013", "\u2013"),
        (float("-inf"), 2, "\u2212\u221e", "\u2212\u221e"),
        (None, 2, "\u2013", "\u2013"),
    ],
)
def test_numbers(value: Any, decimals: int, en: str, es: str) -> None:
    assert (language.number(value, "en", decimals), language.number(value, "es", decimals)) == (en, es)


@pytest.mark.parametrize(
    ("p", "en", "es"),
    [
        (0.0302, "p = .030", "p = 0,030"),
        (0.00004, "p < .001", "p < 0,001"),
        (0.9996, "p > .999", "p > 0,999"),
        (0.5, "p = .500", "p = 0,500"),
    ],
)
def test_p_values(p: float, en: str, es: str) -> None:
    assert language.p_phrase(p, "en").replace("\u00a0", " ") == en
    assert language.p_phrase(p, "es").replace("\u00a0", " ") == es


def test_intervals_percentages_and_lists() -> None:
    assert language.interval(-0.217, 0.574, "en") == "[\u22120.22, 0.57]"
    assert language.interval(-0.217, 0.574, "es") == "[\u22120,22; 0,57]"
    assert language.interval(None, 0.5, "en") == "\u2013"
    assert (language.percent(0.061, "en", 1), language.percent(0.061, "es", 1)) == ("6.1%", "6,1\u00a0%")
    assert language.listed(["a", "b", "c"], "en") == "a, b and c"
    assert language.listed(["agua", "hierro"], "es") == "agua y hierro"
    assert language.listed(["padres", "hijos"], "es") == "padres e hijos"
    assert language.listed([], "en") == ""


def test_a_phrase_is_translated_piece_by_piece_with_its_numbers() -> None:
    said = "Welch t test on individual rows; 2401 of 6330 rows left out: blank in a used column"
    assert language.phrase(said, "es") == (
        "prueba t de Welch sobre filas individuales; 2.401 de 6.330 filas omitidas: vacías en una columna usada"
    )
    assert language.phrase(said, "en").endswith("2,401 of 6,330 rows left out: blank in a used column")
    assert language.phrase("something new; rows kept", "es") == "something new; filas conservadas"
    assert language.untranslated("something new; rows kept") == ["something new"]
    assert language.phrase(None, "es") == ""


def test_every_phrase_pattern_fills_its_spanish() -> None:
    raw = (ROOT / "src/trenza/render/text/phrases_es.yaml").read_text(encoding="utf-8")
    for entry in yaml.safe_load(raw):
        assert set(FIELD.findall(entry["es"])) <= set(re.compile(entry["en"]).groupindex), entry


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_has_its_words(lang: str) -> None:
    schema = yaml.safe_load((ROOT / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
    limits = schema["properties"]["design"]["properties"]["limits"]["items"]["enum"]
    keys = [f"source_{s}" for s in SOURCES] + [f"legend_{s}" for s in SOURCES if s != "simulated"]
    keys += [
        f"{k}_{how}"
        for k in ("legend_simulated", "caution_simulated", "cmp_simulated")
        for how in ("means", "pupils")
    ]
    keys += [f"direction_{d}" for d in DIRECTIONS] + [f"voices_{d}" for d in DIRECTIONS]
    keys += [f"call_{c}" for c in CALLS] + [f"together_{c}" for c in CALLS]
    keys += [f"bears_{s}" for s in {*QUANTITATIVE_SIDES, *QUALITATIVE_SIDES}]
    keys += [f"reason_{r}" for r in {*QUANTITATIVE_REASONS, *QUALITATIVE_REASONS}]
    keys += [f"why_{a}_{b}" for a in QUANTITATIVE_SIDES for b in QUALITATIVE_SIDES if "absent" not in (a, b)]
    keys += [f"limit_{x}{part}" for x in limits for part in ("", "_name", "_short")]
    joint = (ROOT / "src/trenza/triangulate/joint.py").read_text(encoding="utf-8")
    keys += [f"unit_{u}" for u in {*re.findall(r'"unit": "([a-zA-Z ]+)"', joint), "points", "outcome unit"}]
    figures = {stem(i) for i in FIGURES}
    keys += [f"{part}_{i}" for i in figures for part in ("caption", "alt")] + [
        f"fig_{i}_title" for i in figures - TITLED_ELSEWHERE
    ]
    assert [k for k in keys if not language.has_text(lang, k)] == []


def test_labels_fall_back_to_readable_words() -> None:
    view = context("cic2019", "es")
    assert view.level("head_of_utp") == "Jefe o jefa de UTP"
    assert view.level("not_declared_anywhere") == "not declared anywhere"
    assert view.group("participant") == "participantes"
    assert context("p900", "en").group("participant") == "P-900 schools"
    assert view.item("commitment") == "Compromiso con la práctica desprivatizada"
    assert view.code("trust") == "Confianza"
    assert view.term("participant - control") == "Participantes \u2212 Control"
    assert context("p900", "en").unit("gain_cas") == "% correct"


def test_ids_in_phrases_become_labels_but_common_words_stay() -> None:
    view = context("p900", "en")
    assert view.say("group: participant") == "group: P-900 schools"
    assert view.say("rows of group 'other' left out for lack of the outcome: 5").startswith(
        "rows of group 'other schools'"
    )
    assert "Reading 1988 only" in view.say("conditions on the one baseline score cas88 only")
    assert context("cic2019", "en").say("confirmed by the text: time is lowest").endswith("time is lowest")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed: en, es"):
        language.texts("fr")


def test_no_phrase_has_two_translations() -> None:
    folder = files("trenza.render") / "text"
    names = sorted(f.name for f in folder.iterdir() if f.name.startswith("phrases"))
    english = [p["en"] for name in names for p in yaml.safe_load((folder / name).read_text(encoding="utf-8"))]
    assert len(english) > 300 and len(english) == len(set(english))


@pytest.mark.parametrize("path", sorted((ROOT / "src/trenza").rglob("*.yaml")), ids=lambda p: p.stem)
def test_no_key_stands_twice_in_one_file(path: Path) -> None:
    # The later of two texts under one key would take the place of the earlier without a word.
    def keys(node: yaml.Node) -> list[str]:
        if isinstance(node, yaml.SequenceNode):
            return [k for part in node.value for k in keys(part)]
        if not isinstance(node, yaml.MappingNode):
            return []
        here = [name.value for name, _ in node.value]
        twice = [k for k in set(here) if here.count(k) > 1]
        return [*twice, *(k for _, value in node.value for k in keys(value))]

    assert keys(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)) == []


def test_no_key_stands_in_two_files_that_reports_read() -> None:
    room = ROOT / "src/trenza/render/text"
    both = [
        p
        for p in sorted(room.glob("*.yaml"))
        if p.stem not in ("es", "audit", "qualitative", "notebooks", "trace", "terms")
        and not p.stem.startswith("phrases")
    ]
    keys = [key for p in both for key in yaml.safe_load(p.read_text(encoding="utf-8"))]
    assert len(both) > 5 and [k for k in set(keys) if keys.count(k) > 1] == []


def test_a_list_whose_parts_have_commas_is_told_apart_by_semicolons() -> None:
    assert language.listed(["a, b", "c", "i"], "es") == "a, b; c; e i"
    assert language.listed(["a", "0,3", "c"], "en") == "a, 0,3 and c"


def test_a_source_without_a_label_is_told_by_what_it_holds_and_its_id_only_where_it_is_needed() -> None:
    ctx = context("cic2019", "es")
    one = {
        "a": {"holds": "counts"},
        "b": {"holds": "shares"},
        "c": {"holds": "shares"},
        "d": {"holds": "shares"},
    }
    ctx = replace(ctx, study={"sources": one, "labels": {"d": {"en": "Figure 4", "es": "Figura 4"}}})
    told = [source_cell(ctx, {"source_id": s}) for s in "abcde"]
    assert told == ["Conteos", "Porcentajes publicados (b)", "Porcentajes publicados (c)", "Figura 4", "e"]
    assert source_and_id_cell(ctx, {"source_id": "a"}) == "Conteos (a)"
