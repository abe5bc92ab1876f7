"""The comparison for readers: roles never mixed up, nothing claimed that the called-for interval does not carry."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import render_compare as made
from render_demo import OUTCOMES

from trenza.contracts.inference_tables import BASELINE_BANDS, EFFECT_KINDS, READINGS, ROLES
from trenza.render import comparison, language, report_audit, sentences_compare
from trenza.render.context import Context
from trenza.render.language import LANGUAGES
from trenza.render.report import report_markdown
from trenza.render.tables import show

NOTHING = re.compile(
    r"no (?:statistical(?:ly)? )?(?:significant )?(?:difference|effect)s?\b(?! stands out)|are equal|son iguales\b(?! hasta)"
    r"|no hay (?:diferencia|efecto)|sin (?:diferencia|efecto)",
    re.IGNORECASE,
)
ROOM = Path(__file__).parent


def markdown(view: Context) -> str:
    return report_markdown(
        "cic2019", view.study, view.tables, view.items, view.codebook, view.links, view.lang, {}
    )


# --- words -------------------------------------------------------------------------------------------


def pieces() -> list[str]:
    raw = (ROOM / "inference_phrases.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in raw if line and not line.startswith("#")]


def example(pattern: str) -> str:
    """A text that the pattern matches: every group filled with a number or a word."""
    filled = re.sub(r"\(\?P<(?:text|what|why)>[^)]*\)", "some words", pattern)
    filled = re.sub(r"\(\?P<kind>[^)]*\)", "RuntimeWarning", filled)
    filled = re.sub(r"\(\?P<\w+>\\[dS]\+\)", "7", filled)
    found = re.sub(r"\\(.)", r"\1", filled)
    assert re.fullmatch(pattern, found), pattern
    return found


@pytest.mark.parametrize("piece", pieces())
def test_every_piece_of_the_inference_tables_has_its_spanish(piece: str) -> None:
    assert language.untranslated(example(piece)) == []


@pytest.mark.parametrize("assignment", ["same_clusters", "different_clusters"])
def test_every_phrase_of_computed_tables_has_its_spanish(assignment: str) -> None:
    tables = made.joined(
        made.published(), made.simulated(assignment), {"baseline": made.baseline()}, made.audited()
    )
    for name, table in tables.items():
        for column in ("method", "note", "why", "reading", "assumes"):
            if column in table and not (name == "verdicts" and column == "reading"):
                for text in table[column].dropna().unique():
                    assert language.untranslated(text) == [], (name, column)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_has_its_words(lang: str) -> None:
    keys = [f"role_{r}" for r in ROLES if r != "what_if"] + [f"standing_{r}" for r in ROLES]
    keys += [f"role_what_if_{a}" for a in ("same_clusters", "different_clusters")]
    keys += [f"cmp_band_{b}" for b in BASELINE_BANDS] + [f"effect_{k}" for k in EFFECT_KINDS]
    keys += [f"inference_{k}" for k in comparison.NAMES.values()]
    assert [k for k in keys if not language.has_text(lang, k)] == []
    assert set(READINGS) == {"above_zero", "below_zero", "holds_zero", "not_computed"}


def test_names_of_methods_are_short_and_keep_the_correlation() -> None:
    view = made.view("en")
    full = view.table("inferences")["method"].unique()
    names = [comparison.name(view, m) for m in full]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) < 45
    assert "Hedges (2007), ICC 0.05 assumed" in names
    assert comparison.name(made.view("es"), "a new method; assumes much") == "a new method"


# --- which rows --------------------------------------------------------------------------------------


def test_published_comes_before_simulated_and_sensitivity_runs_stay_out() -> None:
    run = made.simulated()["verdicts"].assign(id=lambda t: "teachers_attentive_" + t["outcome"])
    tables = made.joined(made.published(), made.simulated(), {"verdicts": run})
    found = comparison.blocks(made.view("en", tables))
    assert [(b.analysis, b.source, len(b.verdicts)) for b in found] == [
        ("teachers", "published", 5), ("teachers", "simulated", 5),
    ]  # fmt: skip
    assert [b.stands_in for b in found] == [True, False]


def test_where_rows_are_needed_what_stands_in_says_so() -> None:
    view = made.view("en")
    published, simulated = comparison.blocks(view)
    told = comparison.told(published)
    assert len(told) == len(OUTCOMES)
    assert all(m.startswith("Welch") for m in told["method"])
    said = sentences_compare.opening(view, published)
    assert "By Welch's" not in " ".join(sentences_compare.opening(view, simulated))
    assert any("Welch's t on individuals, which stands in" in s for s in said)


# --- sentences ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_design_calls_for_and_why_comes_first_with_people_and_schools(lang: str) -> None:
    view = made.view(lang)
    said = " ".join(sentences_compare.opening(view, comparison.blocks(view)[0]))
    assert ("97 teachers in 22 schools" if lang == "en" else "97 docentes en 22 escuelas") in said
    assert (
        "The design calls for: cluster intercepts" if lang == "en" else "El diseño pide: interceptos"
    ) in said
    assert ("needs rows, and only printed" if lang == "en" else "Requiere filas, y solo existen") in said
    simulated = " ".join(sentences_compare.opening(view, comparison.blocks(view)[1]))
    assert ("needs rows" if lang == "en" else "Requiere filas") not in simulated


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_detectable_effect_stands_with_every_outcome_and_nothing_is_called_no_difference(
    lang: str,
) -> None:
    for source in ("published", "real"):
        parts = (made.published(),) if source == "published" else (made.simulated(source="real"),)
        view = made.view(lang, *parts)
        said = sentences_compare.outcomes(view, comparison.blocks(view)[0])
        assert len(said) == len(OUTCOMES)
        for point in said:
            assert ("minimum detectable effect" if lang == "en" else "efecto mínimo detectable") in point
            assert not NOTHING.search(point), point
            # Which test stands in is said once, above the outcomes.
            assert "not by what the design calls for" not in point
            assert "no en lo que el diseño pide" not in point
        opening = " ".join(sentences_compare.opening(view, comparison.blocks(view)[0]))
        stands_in = "which stands in" if lang == "en" else "que la sustituye"
        assert opening.count(stands_in) == (source == "published")


def test_equality_is_said_only_by_the_test_of_equivalence() -> None:
    tables = made.simulated(source="real")
    view = made.view("en", tables)
    said = " ".join(sentences_compare.outcomes(view, comparison.blocks(view)[0]))
    assert "practically equal" not in said
    verdicts = tables["verdicts"].copy()
    verdicts["p_equivalence"] = 0.01
    view = made.view("en", {**tables, "verdicts": verdicts})
    said = sentences_compare.outcomes(view, comparison.blocks(view)[0])
    assert all("practically equal" in s for s in said)


def test_what_ifs_are_told_apart_and_counted() -> None:
    view = made.view("en")
    said = sentences_compare.what_if(view, comparison.blocks(view)[0])
    assert said.startswith("What if whole schools had belonged to one group, which they did not?")
    assert "Commitment to deprivatised practice in 1 of 3" in said
    apart = made.view("en", made.simulated("different_clusters", source="real"))
    assert sentences_compare.what_if(apart, comparison.blocks(apart)[0]) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_audit_is_told_in_neutral_words(lang: str) -> None:
    view = made.view(lang)
    said = " ".join(words for _, words in report_audit.conclusions(view, "table2")).lower()
    for word in ("error", "wrong", "mistake", "fraud", "equivoca", "falso", "mal "):
        assert word not in said
    kind, summary = report_audit.summary(view)[0]
    assert kind == "published"
    assert (
        "participants may be 49 instead of 48" if lang == "en" else "participantes podría ser 49 en vez de 48"
    ) in summary
    tried = "from 33 to 63 participants" if lang == "en" else "de 33 a 63 en participantes"
    assert tried in summary and "Welch" in summary
    assert ("not change any conclusion" if lang == "en" else "no cambia ninguna conclusión") in summary
    assert not re.search(r"\bn1\b|\bn2\b|\bdf\b|\bgl\b", summary)
    assert ("inconsistencies" if lang == "en" else "inconsistencias") in summary


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_inference_without_an_interval_says_why(lang: str) -> None:
    tables = made.simulated("different_clusters")
    inferences = tables["inferences"].copy()
    at = inferences["method"].str.startswith("randomisation")
    note = "all 20 assignments; smallest p value that can occur: 0.1"
    inferences.loc[at, ["ci_low", "ci_high"]] = np.nan
    inferences["note"] = inferences["note"].astype(object)
    inferences.loc[at, "note"] = note
    view = made.view(lang, {**tables, "inferences": inferences})
    (said,) = comparison.without_interval(view, comparison.blocks(view)[0])
    assert ("smallest p value that can occur: 0.1" if lang == "en" else "menor valor p posible: 0,1") in said
    assert said in markdown(view)
    whole = made.view(lang)
    assert comparison.without_interval(whole, comparison.blocks(whole)[1]) == []


@pytest.mark.parametrize("assignment", ["same_clusters", "different_clusters"])
def test_what_effects_of_other_kinds_leave_out_depends_on_the_design(assignment: str) -> None:
    report = markdown(made.view("en", made.simulated(assignment)))
    assert ("they leave schools out" in report) == (assignment == "same_clusters")
    assert ("blank on purpose" in report) == (assignment == "different_clusters")


# --- tables and report -------------------------------------------------------------------------------


def test_the_verdict_table_is_one_row_an_outcome() -> None:
    view = made.view("en", made.simulated(source="real"))
    shown = show("verdicts", view)
    assert list(shown["Outcome"]) == [view.item(o) for o in OUTCOMES]
    assert set(shown["n (clusters)"]) == {"97 (22)"}
    published = show("verdicts", made.view("es", made.published()))
    assert set(published["Inferencia"]) == {"t de Welch sobre individuos"}


def test_odds_are_ratios_and_endless_ones_stay_so() -> None:
    view = made.view("en", made.simulated())
    row = dict.fromkeys(view.table("effect_sizes").columns)
    base = {
        **row,
        "outcome": "comfort",
        "source": "real",
        "n": 97,
        "clusters": 22,
        "effect_kind": "log_odds_ratio",
    }
    rows = [
        {**base, "effect": np.log(2.0), "effect_ci_low": 0.0, "effect_ci_high": np.log(4.0)},
        {**base, "effect": 800.0},
        {**base, "effect_kind": "bayes_factor_10", "effect": 5000.0},
        {**base, "effect_kind": "bayes_factor_10", "effect": 0.0342},
        {**base, "note": "not computed: one value only"},
    ]
    shown = show("effect_sizes", view, pd.DataFrame(rows))
    assert list(shown["Value [CI]"]) == [
        "2.00 [1.00, 4.00]",
        "\u221e",
        "> 1,000",
        "0.034",
        "not computed: one value only",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_tells_verdicts_and_audit_and_never_no_difference(lang: str) -> None:
    view = made.view(lang)
    report = markdown(view)
    start = report.index("{#h-comparisons}")
    section = report[start : report.index("{#h-models}")]
    for anchor in ("{#h-cmp-published}", "{#h-cmp-simulated}", "{#h-audit}"):
        assert anchor in section
    assert "{#h-all-inferences}" in report[start:]
    assert not NOTHING.search(section.replace(view.t("caption_equivalence"), ""))
    caution = section.index("{.caution}")
    assert section.index("{#h-cmp-simulated}") < caution
    assert section.count("- ") > 10
    assert "  " not in re.sub(r"\u2003", "", view.t("cmp_open"))
