"""What is in print on the first page: claims without a check, shares, ties of themes, thresholds, the kind of yardstick."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from render_demo import context

from trenza.render.context import Context
from trenza.render.first_page_found import found
from trenza.render.first_page_printed import (
    claims_told,
    counts_told,
    most,
    paraphrased,
    shares_told,
    thresholds,
    yardstick,
)
from trenza.render.first_page_together import together


def view(lang: str = "en", **tables: list[dict[str, object]]) -> Context:
    return replace(context("cic2019", lang), tables={k: pd.DataFrame(v) for k, v in tables.items()})


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([5, 4, 3, 2], ["a", "b", "c"]),
        ([5, 2, 2, 2], ["a"]),  # b, c and d are alike: the alphabet chooses none
        ([2, 2, 2, 2, 1, 0], ["4 themes with 2 each"]),
        ([2, 2, 2], ["a", "b", "c"]),
        ([0], []),
    ],
)
def test_a_code_is_named_only_where_the_next_has_fewer(counts: list[int], said: list[str]) -> None:
    codes = pd.DataFrame({"code": list("abcdef")[: len(counts)], "n_segments": counts})
    codes["name"] = codes["code"]
    for rows in (codes, codes.iloc[::-1]):
        assert most(rows, view(), "name", 3) == said


CLAIMS: list[dict[str, object]] = [
    {"estimate": 0.2, "quality": "discontinuity", "direction": "positive", "role": "effect"},
    {"estimate": 10.0, "quality": "programme_report", "direction": "target", "role": "target"},
    {"estimate": None, "quality": "review", "direction": "positive", "role": "effect"},
]


def test_claims_that_nothing_was_held_against_are_told_as_claims() -> None:
    said = claims_told(view(claims=CLAIMS))[0]
    assert "2 claims" in said and "2 of them of a gain" in said  # a goal claims no effect
    assert "With a printed figure: 1; found by comparing like with like: 1." in said
    assert claims_told(view(claims=CLAIMS, claim_checks=[{"check": "rule"}])) == []


def test_a_printed_list_of_codes_is_told_by_its_first() -> None:
    rows: list[dict[str, object]] = [
        {"name": "Time", "rank": 2, "references": 5, "sources": 4},
        {"name": "Trust", "rank": 1, "references": 9, "sources": 3},
    ]
    assert "each of 2 codes" in (said := counts_told(view(code_counts=rows))[0])
    assert "most often Trust: 9 times, in 3 sources" in said
    assert counts_told(view(code_counts=[])) == []


def test_shares_are_told_with_their_questions_or_their_number() -> None:
    rows = [
        {"relation": r, "printed": p, "item": i, "n": n}
        for r, p, i in (("about", 0.66, "x"), ("over", 0.9, "a"), ("over", 0.9, "b"), ("over", 0.9, "c"))
        for n in (15, 14)
    ]
    said = shares_told(view(shares=rows))[0]  # type: ignore[arg-type]
    assert "about 66% on “x”" in said and "over 90% on each of 3 questions" in said


@pytest.mark.parametrize(("same", "kept"), [((54, 1), 0), ((81, 1), 1), ((81, 81), None)])
def test_calls_that_the_bar_decides_are_counted(same: tuple[int, int], kept: int | None) -> None:
    sides = {"a": "supports", "b": "opposes"}
    calls = [
        {"link": i, "call": "agreement", "quantitative_side": s, "qualitative_side": s}
        for i, s in sides.items()
    ]
    flips = [{"link": i, "n_same": n, "n_grid": 81} for i, n in zip(sides, same, strict=True)]
    said = thresholds(view(convergence=calls, call_flips=flips))  # type: ignore[arg-type]
    assert (
        said == ""
        if kept is None
        else f"same way: 2. Of these the same at every bar that was tried: {kept}." in said
    )


def test_partial_agreement_names_what_interviews_speak_against() -> None:
    sides = [
        ("uncertain", "opposes"),
        ("uncertain", "supports"),
        ("supports", "mixed"),
        ("equivalent", "opposes"),
    ]
    calls = [
        {"link": str(i), "call": "partial_agreement", "quantitative_side": n, "qualitative_side": q}
        for i, (n, q) in enumerate(sides)
    ]
    said = together(view(convergence=calls))  # type: ignore[arg-type]
    assert "On 3 one side at least does not decide; of these the interviews speak against 1: 0." in said
    assert "They agree in part on 1." in said


def test_arithmetic_on_the_same_schools_is_not_said_to_come_from_others() -> None:
    assert "same 66 schools" in yardstick(view(claim_checks=[{"check": "counts", "n": 66}]))
    mixed: list[dict[str, object]] = [{"check": "rule", "n": 5}, {"check": "counts", "n": 66}]
    assert "does not come from the same" in yardstick(view(claim_checks=mixed))


def test_a_paraphrase_that_stands_for_several_informants_is_one() -> None:
    told = [{"source": "published", "text": t} for t in ("a", "a", "b")]
    own = paraphrased(pd.DataFrame(told))
    assert own is not None and [*own["text"]] == ["a", "b"]
    assert paraphrased(pd.DataFrame(told[1:])) is None  # none is repeated
    assert (
        paraphrased(pd.DataFrame(told).assign(source="real")) is None
    )  # two passages that read alike are two


@pytest.mark.parametrize(("lang", "said"), [("en", "2 paraphrased statements, told 3 times"), ("es", "2 afirmaciones parafraseadas, expresadas 3 veces")])  # fmt: skip
def test_statements_told_by_several_are_counted_both_ways(lang: str, said: str) -> None:
    told = [
        {"source": "published", "direction": "enabling", "code": "time", "text": t} for t in ("a", "a", "b")
    ]
    codes = [{"source": "published", "code": "time", "n_segments": 3}]
    page = " ".join(s for group in found(view(lang, segments=told, codes=codes)) for s in group)
    assert said in page
