"""Agreement tables: the cases that tools get wrong, counts against a slow count, floors, roll-up, all coders."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from agreement_cases import PLACE, assigned, codes, codings, counted, documents
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.qualitative.agreement import agree

LONG = documents(d="x" * 10_000)
ONE = codes({"c": None})
FLAT = codes({"p": None, "q": "p", "r": "p", "s": None})


def run(rows, texts=LONG, tree=ONE, **more):
    options = {"min_uses": 1, "seed": 4, "resamples": 50, **PLACE, **more}
    return agree(codings(rows), texts, tree, **options)


def value(table: pd.DataFrame, statistic: str, **where: str) -> float:
    found = table.loc[table["statistic"] == statistic]
    for column, level in {"part": "code", **where}.items():
        found = found.loc[found[column].isna() if level == "" else found[column] == level]
    assert len(found) == 1, found
    return float(found["estimate"].iloc[0])


@pytest.mark.parametrize(
    ("rows", "kappa"),
    [
        ([("d", 0, 400, "c", "A"), ("d", 200, 500, "c", "B")], 0.556),
        ([("d", 0, 5000, "c", "A"), ("d", 2500, 7500, "c", "B")], 0.0),
        ([("d", 0, 300, "c", "A"), ("d", 100, 400, "c", "A")], 0.0),
        ([("d", 0, 400, "c", "A"), ("d", 0, 400, "c", "B")], 1.0),
    ],
)
def test_the_four_cases_with_a_known_kappa(rows, kappa: float) -> None:
    """Independent coders have 0, not 0.30; one coder's overlapping passages are no agreement."""
    found = run(rows, assignments=assigned(("d", "A"), ("d", "B")))["agreement"]
    assert value(found, "kappa") == pytest.approx(kappa, abs=0.0005)
    assert (value(found, "kappa") == kappa) == (kappa in (0, 1))


PASSAGE = st.tuples(
    st.sampled_from(["d", "e"]), st.integers(0, 40), st.integers(0, 40), st.sampled_from("pqrs"), st.sampled_from("ABC")
).map(lambda r: (r[0], min(r[1], r[2]), max(r[1], r[2]), r[3], r[4]))  # fmt: skip
TEXTS = documents(d="x" * 40, e="y" * 45)


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGE, max_size=25))
def test_counts_are_those_of_a_count_character_by_character(rows) -> None:
    rows = list(dict.fromkeys(rows))
    found = run(rows, TEXTS, FLAT, resamples=2)
    table = found["agreement_documents"]
    marks = codings(rows)
    for r in table.loc[table["part"] == "code"].itertuples():
        text = TEXTS.set_index("document").loc[r.document, "text"]
        expected = counted(marks, text, r.document, r.code, r.coder_a, r.coder_b)
        assert (r.both, r.only_a, r.only_b, r.neither) == expected
    pooled = found["agreement"]
    pooled = pooled.loc[(pooled["part"] == "code") & (pooled["statistic"] == "percent")]
    for r in pooled.itertuples():
        shared = [
            d for d in ("d", "e") if {r.coder_a, r.coder_b} <= {m[4] for m in rows if m[0] == d}
        ]  # fmt: skip
        each = [counted(marks, TEXTS.set_index("document").loc[d, "text"], d, r.code, r.coder_a, r.coder_b) for d in shared]  # fmt: skip
        assert (r.both, r.only_a, r.only_b, r.neither) == tuple(np.sum(each, axis=0))
        assert r.n_documents == len(shared)


@settings(max_examples=40, deadline=None)
@given(st.lists(PASSAGE, min_size=6, max_size=25))
def test_alpha_of_all_coders_is_that_of_krippendorff(rows) -> None:
    """Coders who did not work on a document have no values there."""
    rows = list(dict.fromkeys(rows))
    table = run(rows, TEXTS, FLAT, resamples=2)["agreement"]
    table = table.loc[(table["part"] == "code") & table["coder_a"].isna()]
    for r in table.itertuples():
        ratings = np.full((3, 85), np.nan)
        for i, coder in enumerate("ABC"):
            for document, place in (("d", slice(0, 40)), ("e", slice(40, 85))):
                if any(m[0] == document and m[4] == coder for m in rows):
                    ratings[i, place] = 0
            for d, start, end, code, who in rows:
                if (code, who) == (r.code, coder):
                    ratings[i, (0 if d == "d" else 40) + start : (0 if d == "d" else 40) + end] = 1
        # Values of one coder alone cannot be paired; theirs leaves them out by itself.
        pairable = ratings[:, (~np.isnan(ratings)).sum(axis=0) >= 2]
        if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
            assert np.isnan(r.estimate)
        else:
            expected = krippendorff.alpha(reliability_data=ratings, level_of_measurement="nominal")
            assert r.estimate == pytest.approx(expected, abs=1e-12)


def test_a_parent_has_its_own_marks_and_those_below_once() -> None:
    rows = [("d", 0, 100, "q", "A"), ("d", 50, 150, "r", "A"), ("d", 0, 150, "p", "B"), ("d", 0, 9, "q", "B")]
    found = run(rows, tree=FLAT)["agreement"]
    assert value(found, "jaccard", code="p", part="code") == 0
    assert value(found, "jaccard", code="p", part="code_and_below") == 1
    assert set(found.loc[found["part"] == "code_and_below", "code"]) == {"p"}


def test_marking_apart_from_naming() -> None:
    """Both mark 0-100; of it the second names the half with another code. 100-200 is marked by one alone."""
    rows = [("d", 0, 200, "q", "A"), ("d", 0, 50, "q", "B"), ("d", 50, 100, "r", "B")]
    found = run(rows, tree=FLAT)["agreement"]
    assert value(found, "jaccard", part="segmentation") == 0.5
    row = found.loc[(found["part"] == "categorisation") & (found["code"] == "q")].iloc[0]
    assert (row["n_units"], row["both"], row["only_a"], row["only_b"], row["neither"]) == (100, 50, 50, 0, 0)
    other = found.loc[(found["part"] == "categorisation") & (found["code"] == "r")].iloc[0]
    assert (other["both"], other["only_a"], other["only_b"], other["neither"]) == (0, 0, 50, 50)


def test_below_the_floor_nothing_is_given_and_the_row_says_why() -> None:
    rows = [("d", 0, 400, "q", "A"), ("d", 0, 400, "q", "B"), ("d", 500, 600, "s", "A")]
    found = run(rows, tree=FLAT, min_uses=2)["agreement"]
    rare = found.loc[(found["part"] == "code") & (found["code"] == "s")]
    assert rare[["estimate", "ci_low", "ci_high"]].isna().all(axis=None)
    assert set(rare["note"]) == {"used 1 times, fewer than 2"}
    assert value(found, "kappa", code="q") == 1
    pooled = found.loc[found["part"] == "all_codes"]
    assert pooled["note"].str.contains("codes that reach the floor: 1").all()


def test_one_coder_or_no_document_in_common_gives_no_rows() -> None:
    for rows in (
        [("d", 0, 4, "p", "A")],
        [("d", 0, 4, "p", "A"), ("e", 0, 4, "p", "B")],
        [("d", 0, 4, "p", None)],
    ):
        tables = run(rows, TEXTS, FLAT)
        assert [len(t) for t in tables.values()] == [0, 0]


def test_whole_document_codings_count_for_the_document_alone() -> None:
    rows = [("d", None, None, "p", "A"), ("d", 0, 4, "p", "B"), ("e", 0, 4, "p", "A"), ("e", 3, 9, "q", "B")]
    by_document = run(rows, TEXTS, FLAT, unit="document")["agreement"]
    row = by_document.loc[(by_document["code"] == "p") & (by_document["part"] == "code")].iloc[0]
    assert (row["both"], row["only_a"], row["only_b"], row["neither"]) == (1, 1, 0, 0)
    by_character = run(rows, TEXTS, FLAT)["agreement"]
    row = by_character.loc[(by_character["code"] == "p") & (by_character["part"] == "code")].iloc[0]
    assert (row["both"], row["only_a"], row["only_b"]) == (0, 4, 4)


def test_segments_match_from_the_declared_overlap_and_have_no_neither() -> None:
    """Shares in common: 5/10, 10/10; the third is one coder's alone."""
    rows = [("d", 0, 10, "c", "A"), ("d", 5, 10, "c", "B"), ("d", 20, 30, "c", "A"), ("d", 20, 30, "c", "B"),
            ("d", 40, 50, "c", "A")]  # fmt: skip
    for overlap, jaccard in ((0.5, 2 / 3), (0.51, 1 / 4)):
        found = run(rows, unit="segment", overlap=overlap)["agreement"]
        assert set(found.loc[found["part"] == "code", "statistic"]) == {"positive", "jaccard"}
        assert value(found, "jaccard") == pytest.approx(jaccard)
        assert found["neither"].isna().all()


def test_sentences_and_turns_are_marked_by_a_part_or_by_a_declared_share() -> None:
    text = "E: Uno dos. Tres cuatro.\nD: Cinco seis siete."
    rows = [("d", 3, 11, "c", "A"), ("d", 7, 15, "c", "B")]
    texts = documents(d=text)
    sentence = run(rows, texts, unit="sentence")["agreement"]
    row = sentence.loc[(sentence["part"] == "code") & (sentence["statistic"] == "percent")].iloc[0]
    assert (row["both"], row["only_a"], row["only_b"], row["neither"]) == (1, 0, 1, 1)
    half = run(rows, texts, unit="sentence", min_share=0.5)["agreement"]
    row = half.loc[(half["part"] == "code") & (half["statistic"] == "percent")].iloc[0]
    assert (row["both"], row["only_a"], row["only_b"], row["neither"]) == (0, 1, 0, 2)
    turn = run(rows, texts, unit="turn")["agreement"]
    row = turn.loc[(turn["part"] == "code") & (turn["statistic"] == "percent")].iloc[0]
    assert (row["both"], row["only_a"], row["only_b"], row["neither"]) == (1, 0, 0, 1)


def test_same_bytes_for_any_row_order_and_nothing_is_changed() -> None:
    rng = np.random.default_rng(1)
    rows = [(str(rng.choice(["d", "e"])), int(s), int(s) + 5, str(rng.choice([*"pqrs"])), str(rng.choice([*"ABC"])))
            for s in rng.integers(0, 35, 60)]  # fmt: skip
    frame = codings(list(dict.fromkeys(rows)))
    before = frame.copy(deep=True)
    options = {"min_uses": 3, "seed": 9, "resamples": 200, **PLACE}
    first = agree(frame, TEXTS, FLAT, **options)
    again = agree(frame.sample(frac=1, random_state=3), TEXTS.iloc[::-1], FLAT.iloc[::-1], **options)
    for name, table in first.items():
        assert table.to_csv() == again[name].to_csv()
    pd.testing.assert_frame_equal(frame, before)
    table = first["agreement"]
    inside = table["ci_low"].notna()
    assert inside.sum() > 50
    assert (table.loc[inside, "ci_low"] <= table.loc[inside, "ci_high"]).all()


def test_the_interval_is_the_bootstrap_over_documents() -> None:
    """Five documents, agreement 1 in three and 0 in two: the share over documents is binomial(5, .6) / 5."""
    texts = documents(**{f"d{i}": "x" * 10 for i in range(5)})
    rows = [(f"d{i}", 0, 10, "c", "A") for i in range(5)]
    rows += [(f"d{i}", 0, 10, "c", "B") for i in range(3)]
    both = assigned(*[(f"d{i}", c) for i in range(5) for c in "AB"])
    found = run(rows, texts, assignments=both, resamples=4000)["agreement"]
    row = found.loc[(found["part"] == "code") & (found["statistic"] == "percent")].iloc[0]
    assert row["estimate"] == pytest.approx(0.6)
    # P(0 of 5) = .01, P(5 of 5) = .078: 2.5 % lies at 1 of 5, 97.5 % at 5 of 5.
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((0.2, 1.0))


def test_all_faults_come_together() -> None:
    rows = [("x", 0, 4, "p", "A"), ("d", 0, 4, "nope", "A"), ("d", 3, 99, "p", "B")]
    with pytest.raises(InputFaults) as raised:
        run(rows, TEXTS, FLAT, unit="word", assignments=assigned(("gone", "A")))
    text = str(raised.value)
    for piece in ("'x'", "'nope'", "3 to 99", "0 to 40", "'word'", "'gone'"):
        assert piece in text
    blank = codings([("d", None, None, "p", "A")]).assign(whole_document=False)
    with pytest.raises(InputFaults, match="coding 1, column start, end"):
        agree(blank, TEXTS, FLAT, min_uses=1, seed=1, **PLACE)
    with pytest.raises(InputFaults, match="no line that begins with a speaker"):
        run([("d", 0, 4, "p", "A")], TEXTS, FLAT, unit="turn")
