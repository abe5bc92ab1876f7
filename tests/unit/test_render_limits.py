"""Limits that design and tables imply: each from what implies it, none twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.render.context import Context
from trenza.render.detectable import smallest
from trenza.render.language import integer, number, text
from trenza.render.limits_implied import FEW_CLUSTERS, LARGE_EFFECT_SD, implied, implied_words
from trenza.render.markdown import Paper
from trenza.render.report_frame import limits

GROUPS = {"group": "g", "participants": "yes", "control": "no", "unit": "teacher", "cluster": "school"}


def context(tables: dict[str, pd.DataFrame] | None = None, lang: str = "en", **study: Any) -> Context:
    nothing = pd.DataFrame()
    return Context(tables or {}, study, nothing, nothing, nothing, lang)


def ids(ctx: Context) -> list[str]:
    return [one.limit for one in implied(ctx)]


def verdicts(source: str = "real", **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "clusters": 22, "mdes_sd": 0.15, **columns}, index=[0])


def test_groups_that_share_schools_and_answer_for_themselves() -> None:
    design = {**GROUPS, "assignment": "same_clusters"}
    asked = {"survey": {"kind": "real", "holds": "questionnaire"}}
    assert ids(context(design=design, sources=asked)) == [
        "self_selection", "self_report", "contamination", "no_qualitative_strand", "baseline_not_shown",
    ]  # fmt: skip
    schools = {**design, "unit": "school", "cluster": "region"}
    assert "contamination" not in ids(context(design=schools, sources=asked))


def test_what_is_declared_is_not_told_again() -> None:
    said = [
        "self_selection",
        "self_report",
        "contamination",
        "no_qualitative_strand",
        "no_baseline",
        "few_clusters",
    ]
    design = {**GROUPS, "assignment": "same_clusters", "limits": said}
    asked = {"survey": {"kind": "real", "holds": "questionnaire"}}
    assert ids(context({"verdicts": verdicts()}, design=design, sources=asked)) == []


def test_few_clusters_and_small_effects_come_with_their_numbers() -> None:
    tables = {"verdicts": verdicts(mdes_sd=0.566), "baseline": pd.DataFrame({"source": ["real"]})}
    ctx = context(
        tables, design={**GROUPS, "limits": ["self_selection", "no_qualitative_strand"]}, sources={}
    )
    assert ids(ctx) == ["clusters_counted", "mdes"]
    few, small = (implied_words(ctx, one) for one in implied(ctx))
    assert "rests on 22 schools" in few and "about 40" in few
    assert "0.57 standard deviations (1 of 1 comparisons are above 0.20" in small and "Kraft 2020" in small
    other = context({"verdicts": verdicts(clusters=40)}, design={**GROUPS, "sesoi_sd": 0.15}, sources={})
    assert not {"mdes", "clusters_counted"} & {*ids(other)}  # 0.15 is not above 0.15, 40 are not few


def test_smallest_effects_are_those_of_what_the_design_calls_for() -> None:
    """A gap before the programme is no effect; at a cut-off 2.8016 x SE 3.377 in SDs of 10.08 points is 0.939."""
    before = pd.concat([verdicts(outcome="pre", mdes_sd=0.4), verdicts(outcome="post", mdes_sd=0.3)])
    ctx = context({"verdicts": before}, models=[{"covariates": ["pre"]}])
    assert smallest(ctx) == ([0.3], False)
    naive = {"verdicts": before, "panel_effects": result("panel_effects", "gain_overall", role="unsafe")}
    size = {"source": "real", "id": "a", "mdes": 0.981, "mdes_sd": 0.0973214}
    naive["panel_detectable"] = pd.DataFrame(size, index=[0])
    naive["discontinuity"] = result("discontinuity", "fuzzy_rd_linear", id="cut", se=3.377)
    panel = {"id": "a", "chosen_by": "cutoff", "discontinuities": ["cut"]}
    at_cutoff = context(naive, panels=[panel])
    assert smallest(at_cutoff).sizes == [pytest.approx(0.9386, abs=1e-4)] and smallest(at_cutoff).cutoff
    words = [implied_words(at_cutoff, one) for one in implied(at_cutoff) if one.limit == "mdes"]
    assert "0.94 standard deviations" in words[0] and "At the cut-off it is" in words[0]
    assert (
        smallest(context(naive, panels=[{**panel, "chosen_by": "score"}])).sizes == []
    )  # nothing is called for


def test_means_of_schools_are_not_held_against_a_size_of_pupils() -> None:
    size = {"source": "real", "id": "a", "mdes": 4.66, "mdes_sd": 0.2026}
    tables = {"panel_effects": result("panel_effects", "gain_overall", role="called_for", outcome="mat")}
    tables["panel_detectable"] = pd.DataFrame(size, index=[0])
    schools = context(tables, design={**GROUPS, "unit": "school"}, panels=[{"id": "a"}])
    schools = replace(schools, items=pd.DataFrame({"item": ["mat"], "unit": ["points"]}))
    words = [implied_words(schools, one) for one in implied(schools) if one.limit.startswith("mdes")]
    assert (
        len(words) == 1
        and "4.7 points" in words[0]
        and "0.20 standard deviations between schools" in words[0]
    )
    assert "Kraft" not in words[0]


def result(table: str, term: str, **columns: Any) -> pd.DataFrame:
    row = {"id": "a", "source": "real", "term": term, "estimate": 1.0, "se": 1.0, "ci_level": 0.95}
    row |= {"estimator": "gain", "aggregation": "overall"} | columns
    return pd.DataFrame(row, index=[0]).reindex(columns=CONTRACTS[table].names)


def test_participants_chosen_by_score_regress_and_are_no_volunteers() -> None:
    ctx = context(design=GROUPS, sources={}, panels=[{"id": "p", "chosen_by": "score"}])
    assert ids(ctx) == ["regression_to_the_mean", "no_qualitative_strand"]


def test_kinds_of_numbers_losses_and_coders() -> None:
    printed = {"a": {"kind": "published", "holds": "segments"}}
    words = {"segments": pd.DataFrame({"source": ["published"]})}
    assert ids(context(words, design={}, sources=printed)) == ["coders_not_compared", "published_only"]
    compared = words | {"agreement": pd.DataFrame({"source": ["real"]})}
    assert ids(context(compared, design={}, sources=printed)) == ["published_only"]
    made = {**printed, "b_simulated": {"kind": "simulated", "holds": "records"}}
    assert ids(context(compared, design={}, sources=made)) == ["published_only", "simulated"]
    lost = {"attrition": pd.DataFrame({"source": ["real"], "call": ["high"]})}
    flow = pd.DataFrame({"source": ["real"], "box": ["did_not_answer"], "n": [None]})  # withheld, so not 0
    assert ids(context({**lost, "participant_flow": flow}, design={}, sources={})) == [
        "attrition_high",
        "nonresponse",
    ]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_section_prints_them_beside_the_declared_ones(lang: str) -> None:
    tables = {"verdicts": verdicts(mdes_sd=0.5)}
    sources = {
        "a": {"kind": "published", "holds": "group_summaries"},
        "b": {"kind": "simulated", "holds": "ratings"},
    }
    paper = Paper(
        context(
            tables,
            lang,
            design={**GROUPS, "assignment": "same_clusters", "limits": ["volunteers"]},
            sources=sources,
        ),
        {},
    )
    limits(paper, "s")
    said = paper.text()
    assert said.count("- **") == 10 and "{" not in said.replace("{#h-limits}", "")
    assert ("0.50" if lang == "en" else "0,50") in said


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_numbers_that_the_code_holds_stand_in_the_texts_that_the_ledger_names(lang: str) -> None:
    assert text(lang, "limit_clusters_few") == integer(FEW_CLUSTERS, lang)
    assert text(lang, "limit_large_effect") == number(LARGE_EFFECT_SD, lang)
