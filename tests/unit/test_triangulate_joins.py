"""What a link may join: several findings, panels, claims, coded projects, themes by case; at which level; by which table."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from triangulate_cases import (
    ABOVE,
    AROUND,
    BELOW,
    PROJECT,
    RULE,
    TWO_SAY_YES,
    agreement_rows,
    carried,
    codes_of,
    difference_row,
    display_of,
    join,
    links_of,
    nodes_of,
    segments_of,
    study_of,
    verdicts_of,
)

from trenza.contracts.tables import CONTRACTS, empty
from trenza.qualitative.code_cases import code_cases
from trenza.triangulate.convergence import Rule, link_findings
from trenza.triangulate.links import NamedCode
from trenza.triangulate.rules import CALL_RULES, Side, call_of, findings_side
from trenza.triangulate.themes import Voice, theme_of, voices


def panel_rows(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {
        "study": "x", "term": "imputation_overall", "source": "real", "ci_level": 0.95, "method": "m",
        "outcome": "reading", "estimator": "imputation", "role": "called_for", "aggregation": "overall",
        "estimand": "e", "id": "reading", "n": 9,
    }  # fmt: skip
    contract = CONTRACTS["panel_effects"]
    return contract.check(pd.DataFrame([{**base, **r} for r in rows]).reindex(columns=contract.names))


def claim_rows(**directions: str) -> pd.DataFrame:
    contract = CONTRACTS["claims"]
    rows = [
        {
            "study": "x", "source_id": "claims", "source": "published", "claim": claim, "programme": "p",
            "claimed_by": "c", "design": "d", "quality": "matched_comparison", "outcome": "o", "direction": direction,
            "role": "effect", "where": "w",
        }
        for claim, direction in directions.items()
    ]  # fmt: skip
    return contract.check(pd.DataFrame(rows).reindex(columns=contract.names))


@pytest.mark.parametrize(
    ("sides", "together"),
    [
        (["supports"], ("supports", "r0")),
        (["supports", "supports"], ("supports", "findings_agree")),
        (["supports", "absent"], ("supports", "r0")),
        (["supports", "uncertain"], ("uncertain", "findings_differ")),
        (["supports", "opposes"], ("uncertain", "findings_differ")),
        (["equivalent", "opposes", "absent"], ("uncertain", "findings_differ")),
        (["absent", "absent"], ("absent", "not_found")),
    ],
)
def test_several_findings_decide_together_or_not_at_all(sides: list[str], together: tuple[str, str]) -> None:
    assert findings_side([Side(s, f"r{i}") for i, s in enumerate(sides)]) == together


@pytest.mark.parametrize(
    ("quality", "side"),
    [
        ("matched_comparison", ("supports", "claimed_as_expected")),
        ("discontinuity", ("supports", "claimed_as_expected")),
        *((q, ("uncertain", "claimed_by_weak_design")) for q in ("uncontrolled_comparison", "before_after", "programme_report", "review", "not_told")),
    ],
)  # fmt: skip
def test_a_claim_of_a_design_that_carries_no_effect_decides_nothing(
    quality: str, side: tuple[str, str]
) -> None:
    table = join({"finding": "claims:c"}, claims=claim_rows(c="positive").assign(quality=quality))
    assert (table["quantitative_side"].iloc[0], table["quantitative_reason"].iloc[0]) == side


def test_a_link_with_several_findings_keeps_each_in_a_row_of_its_own() -> None:
    verdicts = verdicts_of(
        difference_row("t_y", **ABOVE, p_holm=0.01),
        difference_row("t_z", **BELOW, p_holm=0.2),
        difference_row("t_u", **AROUND),
    )
    rows = (
        {"finding": "compare:t_y; compare:t_z", "expects": "higher;lower"},
        {"finding": "compare:t_y;compare:t_u"},
        {"finding": "compare:t_y;claims:c"},
    )
    table = join(*rows, verdicts=verdicts, claims=claim_rows(c="positive"))
    assert table["quantitative_side"].tolist() == ["supports", "uncertain", "supports"]
    assert table["quantitative_reason"].tolist() == [
        "interval_excludes_zero", "findings_differ", "findings_agree",
    ]  # fmt: skip
    assert table["estimate"].isna().all()
    assert table["call"].tolist() == ["agreement", "partial_agreement", "agreement"]
    # One of two findings does not survive Holm: they no longer say the same.
    assert table["call_if_holm"].tolist() == ["partial_agreement", "partial_agreement", "agreement"]
    assert table["finding"].iloc[0] == "compare:t_y;compare:t_z"
    assert table["finding_file"].iloc[2] == (
        "results/x/compare/verdicts.table.csv;results/x/model/claims.table.csv"
    )
    study = study_of(verdicts=verdicts, claims=claim_rows(c="positive"))
    each = link_findings(links_of(*rows), study, Rule(**RULE))
    assert each["side"].tolist() == [
        "supports", "supports", "supports", "uncertain", "supports", "supports",
    ]  # fmt: skip
    assert each["expects"].tolist()[:2] == ["higher", "lower"]
    shown = display_of(*rows, verdicts=verdicts, claims=claim_rows(c="positive"))
    numbers = shown[(shown["strand"] == "quantitative") & (shown["link"] == "link2")]
    assert numbers["row"].tolist() == ["id=t_y;source=published", "source_id=claims;claim=c"]
    assert math.isnan(numbers["value"].iloc[1])


def test_a_panel_speaks_through_the_estimator_that_its_design_calls_for() -> None:
    panels = panel_rows(
        {"estimate": 9.0, "ci_low": 8.0, "ci_high": 10.0, "role": "unsafe", "estimator": "gain", "term": "gain_overall"},
        {"estimate": 0.4, "ci_low": -1.0, "ci_high": 1.8},
        {"estimate": 7.0, "ci_low": 6.0, "ci_high": 8.0, "aggregation": "event", "term": "imputation_event"},
        {"id": "maths", "estimate": 3.0, "ci_low": 1.0, "ci_high": 5.0, "role": "beside"},
    )  # fmt: skip
    table = join({"finding": "panel:reading"}, {"finding": "panel:maths"}, panels=panels)
    assert table["estimate"].tolist()[0] == 0.4
    assert table["quantitative_reason"].tolist() == ["interval_includes_zero", "no_estimator_called_for"]
    shown = display_of({"finding": "panel:reading"}, panels=panels)
    assert shown.iloc[0][["value", "low", "unit", "row"]].tolist() == [
        0.4, -1.0, "outcome unit", "id=reading;source=real;term=imputation_overall",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("direction", "expects", "side"),
    [
        ("positive", "higher", "supports"),
        ("positive", "lower", "opposes"),
        ("negative", "higher", "opposes"),
        ("null", "higher", "uncertain"),
        ("mixed", "higher", "uncertain"),
        ("no_size", "lower", "uncertain"),
    ],
)
def test_a_published_claim_has_a_direction_and_no_more(direction: str, expects: str, side: str) -> None:
    table = join({"finding": "claims:c", "expects": expects}, claims=claim_rows(c=direction))
    assert table["quantitative_side"].tolist() == [side]
    assert table["estimate"].isna().all()


def test_a_declared_table_of_calls_is_followed_and_silence_stays_silence() -> None:
    sides = ("supports", "equivalent", "uncertain", "opposes")
    declared = {q: dict.fromkeys(("supports", "mixed", "opposes"), "partial_agreement") for q in sides}
    verdicts = verdicts_of(difference_row("t_y", **ABOVE))
    (row,) = join({}, verdicts=verdicts, rule={"calls": declared}).to_dict("records")
    assert (row["call"], row["call_by"]) == ("partial_agreement", "declared")
    (row,) = join({}, verdicts=verdicts).to_dict("records")
    assert (row["call"], row["call_by"]) == ("agreement", "default")
    for quantitative, qualitative in CALL_RULES:
        call = call_of(Side(quantitative, ""), Side(qualitative, ""), declared)
        assert (call == "silence") == ("absent" in (quantitative, qualitative))
    (row,) = join({}, rule={"calls": declared}).to_dict("records")
    assert (row["call"], row["call_by"]) == ("silence", "default")


@pytest.mark.parametrize(
    ("floor", "statistic", "side", "agreement"),
    [
        (None, "alpha", "supports", 0.5),
        (0.5, "alpha", "supports", 0.5),
        (0.51, "alpha", "mixed", 0.5),
        (0.9, "kappa", "supports", math.nan),  # nobody knows: there is nothing below the floor
    ],
)
def test_coders_who_agree_too_little_decide_nothing(
    floor: float | None, statistic: str, side: str, agreement: float
) -> None:
    known = agreement_rows(("theme", "alpha", 0.5), ("theme", "kappa", None), ("other", "alpha", -0.2))
    rule = {"min_agreement": floor, "agreement_statistic": statistic}
    (row,) = join({}, strand={"agreement": known}, rule=rule).to_dict("records")
    assert row["qualitative_side"] == side
    assert row["agreement"] == agreement or (math.isnan(agreement) and math.isnan(row["agreement"]))
    if side == "mixed":
        assert row["qualitative_reason"] == "agreement_below_floor"


def test_simulated_coders_are_not_held_against_a_theme() -> None:
    made = agreement_rows(("theme", "alpha", -1.0), source="simulated")
    (row,) = join({}, strand={"agreement": made}, rule={"min_agreement": 0.8}).to_dict("records")
    assert (row["qualitative_side"], math.isnan(row["agreement"])) == ("supports", True)


def test_a_share_of_the_schools_can_be_asked_for() -> None:
    segments = pd.concat(
        [TWO_SAY_YES, segments_of(("s3", "C", "aside", "hindering"), ("s4", "D", "aside", "hindering"))]
    )
    codes = codes_of(segments, "theme", "aside")
    for least, reason in ((0.5, "share_in_expected_direction"), (0.51, "too_few_cases")):
        table = join({}, segments=segments, codes=codes, rule={"min_case_share": least})
        assert table["qualitative_reason"].tolist() == [reason]


def test_at_the_level_of_roles_only_the_roles_of_the_finding_are_heard() -> None:
    segments = segments_of(
        ("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"), ("s3", "C", "theme", "hindering")
    ).assign(role=["teacher", "teacher", "principal"])
    rows = (
        {},
        {"level": "role"},
        {"level": "role", "roles": "principal"},
        {"level": "role", "roles": "cook"},
    )
    table = join(*rows, segments=segments, unit="teacher")
    assert table["n_segments"].tolist() == [3, 2, 1, 0]
    assert table["n_cases_total"].tolist() == [3, 2, 1, 0]
    assert table["roles"].fillna("").tolist() == ["", "teacher", "principal", "cook"]
    assert table["qualitative_side"].tolist() == ["supports", "supports", "mixed", "absent"]


def test_at_the_level_of_schools_only_schools_with_both_are_heard() -> None:
    segments = segments_of(
        ("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"), ("s3", "C", "theme", "hindering")
    )
    schools = {"compare:t_y|published": frozenset("ABZ"), "compare:t_z|published": frozenset("Z")}
    verdicts = verdicts_of(difference_row("t_y", **ABOVE), difference_row("t_z", **ABOVE))
    rows = (
        {"level": "school"},
        {"level": "school", "finding": "compare:t_z"},
        {"level": "school", "finding": "compare:t_y;compare:t_z"},
    )
    table = join(*rows, segments=segments, verdicts=verdicts, schools=schools)
    assert table["n_cases"].tolist() == [2, 0, 0]
    assert table["n_cases_total"].tolist() == [2, 0, 0]
    assert table["share_expected"].iloc[0] == 1
    assert table["qualitative_reason"].tolist()[1:] == ["no_school_in_both"] * 2


def test_themes_told_by_case_are_heard_with_the_codes_below() -> None:
    contract = CONTRACTS["case_themes"]
    rows = [("trust", "A", "enabling"), ("trust", "B", "hindering"), ("deep", "B", "hindering")]
    told = contract.check(
        pd.DataFrame(rows, columns=["code", "case", "direction"])
        .assign(study="x", source_id="c", source="published", where="w")
        .reindex(columns=contract.names)
    )
    nothing = {"segments": empty("segments"), "codes": empty("codes")}
    study = study_of(**nothing, strand={"case_themes": told})
    strand = type(study.strand)(**{**vars(study.strand), "parents": {"deep": "trust", "trust": ""}})
    theme = theme_of([NamedCode("trust")], "enabling", strand)
    assert (theme.n_cases, theme.n_cases_total) == (2, 2)
    assert sorted(theme.directions) == ["enabling", "hindering", "hindering"]
    (row,) = join({"codes": "trust"}, **nothing, strand={"case_themes": told}).to_dict("records")
    assert (row["n_segments"], row["n_cases"]) == (2, 2)
    shown = display_of({"codes": "trust"}, **nothing, strand={"case_themes": told})
    theme_row = shown[shown["strand"] == "qualitative"].iloc[0]
    assert (theme_row["value"], theme_row["unit"], theme_row["row"]) == (2, "cases", "code=trust")


def test_codes_of_a_coded_project_are_heard_case_by_case() -> None:
    nothing = {"segments": empty("segments"), "codes": empty("codes"), "strand": PROJECT}
    rows = (
        {"codes": "Clima"},  # with Confianza below it: cases A and B
        {"codes": "c1 ; Falta de tiempo = hindering"},  # A yes, B both ways, C no
        {"codes": "c3=hindering", "code_expects": "hindering"},
    )
    table = join(*rows, **nothing)
    assert table["n_cases"].tolist() == [2, 3, 2]
    assert table["n_cases_total"].tolist() == [4, 4, 4]
    assert table["share_expected"].tolist() == [1, 1 / 3, 1]
    assert table["qualitative_side"].tolist() == ["supports", "mixed", "supports"]
    assert table["codes"].iloc[1] == "c1;Falta de tiempo"
    shown = display_of(rows[1], **nothing)
    heard = shown[shown["strand"] == "qualitative"]
    assert heard["item"].tolist() == ["c1", "Falta de tiempo", "c2"]
    assert heard["row"].iloc[1] == "source_id=p;code=c3"
    assert heard["file"].eq("results/x/qualitative/code_nodes.table.csv").all()


def test_a_link_of_project_codes_alone_counts_no_school_of_typed_segments() -> None:
    segments = segments_of(("s1", "P", "theme", "enabling"), ("s2", "Q", "theme", "enabling"))
    rows = ({"codes": "Clima"}, {"codes": "theme"}, {"codes": "theme;Clima"})
    table = join(*rows, segments=segments, strand=PROJECT)
    assert table["n_cases_total"].tolist() == [4, 2, 6]
    assert table["n_cases"].tolist() == [2, 2, 4]


def test_each_coder_and_the_consensus_have_a_theme_of_their_own() -> None:
    strand = study_of(segments=empty("segments"), codes=empty("codes"), strand=PROJECT).strand
    assert voices(strand) == [
        Voice("coder", "a"), Voice("coder", "b"), Voice("consensus"), Voice("union"),
    ]  # fmt: skip
    named = [NamedCode("Clima"), NamedCode("c3", "hindering")]
    by_voice = {
        (v.view, v.coder): theme_of(named, "enabling", strand, voice=v).directions for v in voices(strand)
    }
    assert by_voice[("coder", "a")] == ("enabling", "enabling")
    assert by_voice[("coder", "b")] == ("hindering",)
    assert by_voice[("consensus", None)] == ()
    alone = {**PROJECT, "code_cases": carried((None, "coder", "a", "A"), (None, "union", None, "A"))}
    one = study_of(segments=empty("segments"), codes=empty("codes"), strand=alone).strand
    assert voices(one) == []


def test_a_simulated_project_says_nothing() -> None:
    made = {
        "code_nodes": nodes_of(("c1", None, "Clima"), source="simulated"),
        "code_cases": carried(("c1", "union", None, "A"), source="simulated"),
    }
    (row,) = join({"codes": "c1"}, segments=empty("segments"), codes=empty("codes"), strand=made).to_dict(
        "records"
    )
    assert (row["n_segments"], row["qualitative_reason"]) == (0, "only_simulated")
    # Coders simulated from typed segments do not turn the silence of these into theirs.
    segments = segments_of(("s1", "A", "aside", "enabling"))
    codes = codes_of(segments, "aside", "c1")
    (row,) = join({"codes": "c1"}, segments=segments, codes=codes, strand=made).to_dict("records")
    assert row["qualitative_reason"] == "no_segments"


def test_cases_are_those_that_speak_in_the_passages_and_documents_where_there_are_none() -> None:
    codings = pd.DataFrame(
        [("d1", "k", "a", 0, 5), ("d1", "k", "b", 2, 6), ("d2", "k", "a", 0, 3), ("d2", "m", "b", 0, 3)],
        columns=["document", "code", "coder", "start", "end"],
    ).assign(whole_document=False)
    spans = pd.DataFrame(
        [("A", "d1", 0, 3), ("B", "d1", 3, 9), ("C", "d2", None, None)],
        columns=["case", "document", "start", "end"],
    ).astype({"start": "Int64", "end": "Int64"})
    table = code_cases(codings, spans, source_id="p", source="real")

    def cases(code: str, view: str, coder: str | None = None) -> str:
        mine = table[(table["code"] == code) & (table["view"] == view)]
        mine = mine[mine["coder"].eq(coder)] if coder else mine[mine["coder"].isna()]
        return "".join(mine["case"])

    assert cases("k", "union") == "ABC"
    assert cases("k", "coder", "a") == "ABC"
    assert cases("k", "coder", "b") == "AB"
    assert cases("k", "consensus") == "AB"  # characters 2 to 5; in d2 they chose other codes
    looked_at = table[table["code"].isna() & (table["view"] == "consensus")]
    assert "".join(looked_at["case"]) == "ABC"
    without = code_cases(codings, spans.iloc[:0], source_id="p", source="real")
    assert set(without.loc[without["code"].eq("m"), "case"]) == {"d2"}
