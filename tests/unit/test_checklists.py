"""Checklists: an item is answered only by what its rule names; the rating of a design by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.checklists.fill import fill, lists, said_faults
from trenza.checklists.wwc import wwc_found
from trenza.contracts.tables import CONTRACTS
from trenza.render.context import Context
from trenza.render.language import texts
from trenza.render.markdown import Paper
from trenza.render.report_checklists import annex

DESIGN = {"group": "g", "assignment": "different_clusters", "limits": ["volunteers"]}
STUDY: dict[str, Any] = {"title": {"en": "T", "es": "T"}, "summary": {"en": "S", "es": "S"}, "design": DESIGN}


def some(source: str = "real", **columns: Any) -> pd.DataFrame:
    """A table with one row of a kind of number."""
    return pd.DataFrame([{"source": source, **columns}])


def filled(tables: dict[str, pd.DataFrame], study: dict[str, Any] = STUDY) -> pd.DataFrame:
    return fill(tables, study, study_id="s").set_index(["checklist", "item"])


def test_an_item_is_answered_only_where_its_table_has_rows_that_are_not_simulated() -> None:
    tables = {
        "groups": some(),
        "verdicts": some(),
        "baseline": some("simulated", band="satisfied"),
        "distribution": some(),
    }
    made = filled(tables)
    assert made.loc[("strobe", "15"), ["status", "evidence"]].tolist() == ["answered", "distribution"]
    assert made.loc[("strobe", "14"), "status"] == "not_done"  # its baseline is simulated
    assert made.loc[("strobe", "14"), "section"] is pd.NA or pd.isna(made.loc[("strobe", "14"), "section"])
    assert made.loc[("strobe", "12"), ["status", "rest_en"]].tolist() == [
        "partly",
        "how missing data were dealt with",
    ]
    assert made.loc[("strobe", "22"), "status"] == "not_done"
    assert made.loc[("consort_cluster", "17a"), "status"] == "answered"


def test_which_lists_fit_a_study() -> None:
    quantitative, words = {"groups": some()}, {"segments": some("published")}
    assert {*filled(quantitative).index.get_level_values(0)} == {"strobe", "consort_cluster", "wwc"}
    within = {**STUDY, "design": {**DESIGN, "assignment": "same_clusters"}}
    assert "consort_cluster" not in filled(quantitative, within).index.get_level_values(0)
    alone = {**STUDY, "design": {"limits": []}}
    assert {*filled(words, alone).index.get_level_values(0)} == {"coreq"}
    assert {*filled(quantitative | words).index.get_level_values(0)} == {*lists(), "wwc"}
    assert not len(filled({"segments": some("simulated")}, alone))


def test_the_analyst_has_a_word_and_cannot_name_an_item_that_is_not_there() -> None:
    said = {
        "strobe": {"22": {"en": "None.", "es": "Ninguno."}, "12": {"en": "Listwise.", "es": "Por lista."}}
    }
    made = filled({"groups": some(), "verdicts": some()}, {**STUDY, "checklists": said})
    assert made.loc[("strobe", "22"), ["status", "said_es"]].tolist() == ["analyst", "Ninguno."]
    assert made.loc[("strobe", "12"), ["status", "said_en"]].tolist() == ["partly", "Listwise."]
    wrong = {"checklists": {"strobe": {"99": {}}, "prisma": {"1": {}}}}
    assert [f.found for f in said_faults(wrong, "study.yaml")] == ["item '99'", "list 'prisma'"]


@pytest.mark.parametrize(
    ("bands", "calls", "expected"),
    [
        ([], [], ("unknown", "not_shown", "does_not_meet")),
        (["satisfied", "satisfied"], ["low_cautious"], ("low_cautious", "satisfied", "with_reservations")),
        (["satisfied", "adjust"], ["low_cautious", "high"], ("high", "adjust", "if_adjusted")),
        (["adjust", "not_satisfied"], ["unknown"], ("unknown", "not_satisfied", "does_not_meet")),
        (["satisfied", None], [], ("unknown", "unclear", "cannot_tell")),
    ],
)
def test_the_rating_by_hand(bands: list[str | None], calls: list[str], expected: tuple[str, ...]) -> None:
    tables = {"baseline": pd.DataFrame({"band": bands}), "attrition": pd.DataFrame({"call": calls})}
    found = wwc_found(tables, STUDY)
    assert (found["attrition"], found["baseline"], found["rating"]) == expected
    assert not wwc_found(tables, {"design": {}})


def test_cut_offs_panels_and_missing_outcomes_are_looked_at() -> None:
    lost = pd.DataFrame({"source": ["real"] * 2, "group": ["other", "participant"], "n_missing": [933, 32]})
    gain, ancova = some(estimator="gain"), some(estimator="ancova")
    tables = {"panel_effects": pd.concat([gain, ancova]), "discontinuity": some(), "distribution": lost}
    study = {**STUDY, "panels": [{"id": "p"}]}
    made = filled(tables, study)
    assert made.loc[("strobe", "6"), "status"] == "partly"
    assert made.loc[("strobe", "16"), ["status", "evidence"]].tolist() == ["answered", "panel_effects"]
    assert made.loc[("wwc", "attrition"), ["evidence", "section"]].tolist() == ["missing", "h-descriptives"]
    alone = filled({"panel_effects": gain, "distribution": lost.assign(n_missing=0)}, study)
    assert alone.loc[("strobe", ["6", "16"]), "status"].tolist() == ["not_done", "partly"]
    assert alone.loc[("wwc", "attrition"), "evidence"] == "unknown"


def test_lists_are_whole_and_every_anchor_is_a_section_of_the_report() -> None:
    """The numbers of items are those of the published lists; sections that items name exist in render."""
    assert {n: len(one["items"]) for n, one in lists().items()} == {
        "gramms": 6, "mmat": 17, "strobe": 22, "consort_cluster": 28, "coreq": 32,
    }  # fmt: skip
    render = Path(annex.__code__.co_filename).parent
    headings = "".join(p.read_text(encoding="utf-8") for p in render.glob("report*.py"))
    for one in lists().values():
        for item, entry in one["items"].items():
            assert ("needs" in entry) != ("part" in entry), item
            for anchor in str(entry.get("section", "h-summary")).split("|"):
                key = anchor.replace("-", "_")
                assert f'"{key}"' in headings and key in texts("es"), anchor
            for condition in "|".join([*entry.get("needs", []), *entry.get("part", [])]).split("|"):
                kind, _, name = condition.partition(":")
                assert kind in ("analyst", "key") or name in CONTRACTS, condition


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_annex_links_to_sections_that_are_there(lang: str) -> None:
    table = fill({"groups": some(), "verdicts": some(), "inferences": some()}, STUDY, study_id="s")
    nothing = pd.DataFrame()
    paper = Paper(Context({"checklists": table}, STUDY, nothing, nothing, nothing, lang), {})
    paper.raw("## X {#h-limits}")
    annex(paper, "s")
    said = paper.text()
    assert "](#h-limits)" in said and "](#h-comparisons)" not in said
    assert ("not done" if lang == "en" else "no hecho") in said and "\ue000" not in said
    assert ("does not meet standards" if lang == "en" else "no cumple los estándares") in said
