"""The describe stage of a questionnaire: every table keeps its contract, nobody is given away, order is no matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale_cases import item, likert, one_factor_rows, scale

from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.answer_tables import answers_table, school_scores_table
from trenza.questionnaire.describe import describe_questionnaire
from trenza.questionnaire.instrument import Instrument, Scale
from trenza.questionnaire.item_statistics import item_statistics
from trenza.questionnaire.keys import find_keys
from trenza.questionnaire.one_factor import fit_one_factor
from trenza.questionnaire.reliability import alpha, alpha_difference, omega
from trenza.questionnaire.scale_rows import complete_rows
from trenza.questionnaire.school_agreement import icc, rwg_by_school
from trenza.questionnaire.words import AnswerWords

INDICES = ("long_string", "variability", "even_odd", "mahalanobis", "speed")
CARELESS = {
    "long_string_share": 0.9,
    "variability_below": 0.02,
    "even_odd_below": 0.3,
    "mahalanobis_p": 0.001,
    "seconds_per_item": 2,
}
AGREE = AnswerWords(
    "agree", {k: {"en": (f"word {k:.0f}",), "es": (f"palabra {k:.0f}",)} for k in range(1, 6)}
)


def instrument(scales: list[Scale]) -> Instrument:
    items = {i.id: i for s in scales for i in s.items}
    return Instrument(tuple(items.values()), tuple(scales), {"agree": AGREE})


def trust(published: str = "") -> Scale:
    items = [item(f"t{k}", words="agree", reverse=k == 4) for k in range(1, 5)]
    return scale("trust", items, published=published)


def comfort() -> Scale:
    return scale("comfort", [item(f"c{k}", words="agree") for k in range(1, 4)], "percent")


def clean(n: int = 160, schools: int = 16, seed: int = 71) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean data and reasons: ``n`` people in ``schools``, the first half of each school participants."""
    rng = np.random.default_rng(seed)
    answers = likert(one_factor_rows([0.7, 0.7, 0.7, -0.7, 0.6, 0.6, 0.6], n, rng))
    data = pd.DataFrame(answers, columns=["t1", "t2", "t3", "t4", "c1", "c2", "c3"])
    data.insert(0, "person", [f"r{k:03d}" for k in range(n)])
    data.insert(1, "school", [f"s{k % schools:02d}" for k in range(n)])
    data.insert(2, "group", np.where(np.arange(n) % (2 * schools) < schools, "participants", "control"))
    keyed = data.assign(t4=6 - data["t4"])
    data["trust"] = keyed[["t1", "t2", "t3", "t4"]].mean(axis=1)
    data["comfort"] = (data[["c1", "c2", "c3"]].mean(axis=1) - 1) * 25
    for k, index in enumerate(INDICES):
        data[f"flag_{index}"] = (rng.random(n) < 0.1 * k).astype(float)
    data["source"] = "simulated"
    return data, pd.DataFrame({"person": [], "item": [], "reason": []}, dtype=str)


def describe(data: pd.DataFrame, reasons: pd.DataFrame, **changed: Any) -> dict[str, pd.DataFrame]:
    usual = {
        "study": "demo",
        "source_id": "survey",
        "source": "simulated",
        "instrument": instrument([trust(), comfort()]),
        "settings": {"min_answered": 0.5, "careless": CARELESS},
        "group": "group",
        "participants": "participants",
        "control": "control",
        "cluster": "school",
        "unit": "person",
        "ci_level": 0.95,
        "min_cell": 10,
        "seed": 1,
    }
    return describe_questionnaire(data, reasons, **(usual | changed))


TABLES = (
    *(
        "answers",
        "missingness",
        "item_statistics",
        "reliability",
        "reliability_difference",
        "school_agreement",
    ),
    *("one_factor", "score_checks", "careless", "school_scores"),
)


def test_every_table_keeps_its_contract_and_has_its_rows() -> None:
    found = describe(*clean())
    assert set(found) == set(TABLES)
    for name, table in found.items():
        CONTRACTS[name].check(table)
    assert found["reliability"].groupby("scale")["group"].nunique().tolist() == [3, 3]
    assert set(found["answers"]["group"]) == {"participants", "control"}
    assert len(found["answers"]) == 7 * 2 * 5 and len(found["missingness"]) == 7 * 2 * 4
    assert found["answers"].loc[0, ["word_en", "word_es"]].tolist() == ["word 1", "palabra 1"]
    assert len(found["school_scores"]) == 32 and found["school_scores"]["n"].eq(10).all()
    agreement = found["school_agreement"].set_index("scale")
    assert agreement["clusters_rwg"].tolist() == [16, 16] and agreement["clusters"].tolist() == [16, 16]
    direct = icc(clean()[0]["trust"].to_numpy(), clean()[0]["school"].to_numpy(), ci_level=0.95)
    assert agreement.loc["trust", ["icc1", "icc1_low", "icc1_high"]].tolist() == pytest.approx(
        [direct.icc1, direct.icc1_low, direct.icc1_high]
    )
    overall = found["school_scores"].groupby("outcome")["overall"].agg(["min", "max"])
    assert overall.loc["trust"].tolist() == pytest.approx([clean()[0]["trust"].mean()] * 2)
    assert found["score_checks"].empty
    assert found["one_factor"].set_index("scale")["fitted"].to_dict() == {"trust": True, "comfort": False}
    assert not found["item_statistics"]["suspect"].any()


def test_shares_add_up_to_one_and_counts_to_the_people() -> None:
    data, reasons = clean()
    data.loc[:29, "t1"] = np.nan
    reasons = pd.DataFrame({"person": data["person"][:30], "item": "t1", "reason": "not_answered"})
    found = describe(data, reasons)
    per_item = found["answers"].groupby(["item", "group"])
    assert per_item["share"].sum().to_numpy() == pytest.approx(1.0)
    assert (per_item["n"].sum() == per_item["n_answered"].first()).all()
    missing = (
        found["missingness"]
        .groupby(["item", "group"])[["n", "n_people"]]
        .agg({"n": "sum", "n_people": "first"})
    )
    assert (missing["n"] + per_item["n_answered"].first() == missing["n_people"]).all()
    statistics = found["item_statistics"].set_index("item")
    assert statistics.loc["t1", ["n", "n_missing"]].tolist() == [130, 30]


def test_school_scores_by_hand() -> None:
    data = pd.DataFrame({"school": ["a", "a", "b", "b", "c", None], "s": [1.0, 3, 4, 4, 2, 10]})
    found = pd.DataFrame(school_scores_table(data, (scale("s", [item("x")]),), "school", None))
    # b: 4 and 4; a: mean 2, SD sqrt 2, standard error sqrt 2 / sqrt 2 = 1; c: one person. Over all 24 / 6.
    assert found["rank"].tolist() == [1, 2, 3] and found["n"].tolist() == [2, 2, 1]
    assert found["mean"].tolist() == [4, 2, 2] and (found["overall"] == 4).all()
    assert found["low"].tolist()[:2] == pytest.approx([4, 1]) and found["high"].tolist()[:2] == pytest.approx(
        [4, 3]
    )
    assert np.isnan(found["low"][2])
    assert pd.DataFrame(school_scores_table(data, (scale("s", [item("x")]),), "school", 2))["n"].tolist() == [
        2,
        2,
    ]
    assert school_scores_table(data, (scale("s", [item("x")]),), None, None) == []


def test_answers_are_every_step_of_a_short_range_and_what_occurs_of_a_long_one() -> None:
    data = pd.DataFrame({"x": [1.0, 2, 2, 2.5], "y": [0.0, 40, 40, np.nan]})
    made = instrument([scale("s", [item("x", 1, 3), item("y", 0, 100)])])
    rows = pd.DataFrame(answers_table(data, made, {"all": np.ones(4, dtype=bool)}, None))
    x, y = rows[rows["item"] == "x"], rows[rows["item"] == "y"]
    assert x["low"].tolist() == [1, 2, 2.5, 3] and x["n"].tolist() == [1, 2, 1, 0]
    assert y["low"].tolist() == [0, 40] and y["share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert (rows["word_en"] == "").all()


def test_items_that_were_not_asked_are_not_missing_people() -> None:
    data, _ = clean()
    data.loc[:29, "t1"] = np.nan
    reasons = pd.DataFrame({"person": data["person"][:30], "item": "t1", "reason": "not_asked"})
    statistics = describe(data, reasons)["item_statistics"].set_index("item")
    assert statistics.loc["t1", ["n", "n_missing"]].tolist() == [130, 0]


def test_real_people_are_not_given_away() -> None:
    data, _ = clean(60, 6)
    data["t1"] = [1.0] * 2 + [3.0, 5.0] * 27 + [5.0] + [np.nan] * 3
    data.loc[data.index[50:], "group"] = None
    data.loc[(data["group"] == "control").to_numpy().nonzero()[0][:20], "t2"] = np.nan
    reasons = pd.DataFrame({"person": data["person"][57:], "item": "t1", "reason": "not_answered"})
    found = describe(data, reasons, source="real")
    answers = found["answers"]
    assert answers["n"].where(answers["n"] > 0).min() >= 10
    assert "all" not in set(answers["group"])
    t1 = answers[(answers["item"] == "t1") & (answers["low"] < answers["high"])]
    assert len(t1) and (t1["word_en"] == "").all()
    hidden = (
        found["missingness"].query("item == 't1' and group == 'unknown' and reason == 'not_answered'").iloc[0]
    )
    assert hidden["suppressed"] and hidden[["n", "share", "n_people"]].isna().all()
    trust_rows = found["reliability"].query("scale == 'trust'").set_index(["group", "coefficient"])
    few = trust_rows.loc[("control", "alpha")]
    assert few["suppressed"] and pd.isna(few["n"]) and pd.isna(few["estimate"])
    assert few["note"] == "withheld: this group or the other has fewer than 10 people with all items"
    # all less participants would be the number of the few
    assert trust_rows.loc[("participants", "alpha"), "suppressed"]
    assert pd.isna(trust_rows.loc[("participants", "alpha"), "n"])
    assert not trust_rows.loc[("all", "alpha"), "suppressed"]
    difference = found["reliability_difference"].set_index("scale")
    assert pd.isna(difference.loc["trust", "difference"]) and pd.notna(
        difference.loc["comfort", "difference"]
    )
    assert found["school_scores"]["n"].min() >= 10
    small = describe(*clean(60, 12), source="real")
    assert small["school_scores"].empty and small["school_agreement"]["rwg_mean"].notna().all()
    tiny = describe(*clean(8, 2), source="real")
    assert tiny["answers"].empty and tiny["reliability"]["estimate"].isna().all()
    assert tiny["school_agreement"][["icc1", "f_value", "rwg_mean"]].isna().all(axis=None)
    assert tiny["item_statistics"][["mean", "item_rest", "key_found"]].isna().all(axis=None)
    shown = describe(*clean(8, 2))
    assert shown["reliability"]["estimate"].notna().any() and len(shown["answers"])


def test_order_of_scales_and_one_more_scale_change_no_figure() -> None:
    data, reasons = clean()
    first = describe(data, reasons)["reliability"].set_index(["scale", "group", "coefficient"])
    other = describe(data, reasons, instrument=instrument([comfort(), trust()]))["reliability"]
    pd.testing.assert_frame_equal(
        first.sort_index(), other.set_index(["scale", "group", "coefficient"]).sort_index()
    )
    alone = describe(data, reasons, instrument=instrument([trust()]))["reliability"]
    pd.testing.assert_frame_equal(first.loc[["trust"]], alone.set_index(["scale", "group", "coefficient"]))


def test_a_wrong_key_is_told_wherever_the_scale_is_judged() -> None:
    wrong = scale("trust", [item(f"t{k}") for k in range(1, 5)])
    data, reasons = clean()
    found = describe(data, reasons, instrument=instrument([wrong]))
    assert found["item_statistics"].set_index("item")["suspect"].to_dict() == {
        "t1": False,
        "t2": False,
        "t3": False,
        "t4": True,
    }
    assert (
        found["reliability"]["note"].str.contains("the answers contradict the declared key of an item").all()
    )


def test_published_scores_are_checked() -> None:
    data, reasons = clean()
    data["published_trust"] = data["trust"].round(2)
    checks = describe(data, reasons, instrument=instrument([trust("TRUST")]))["score_checks"]
    assert checks.set_index("keying")["agrees"].to_dict() == {
        "as_answered": False,
        "declared": True,
        "found": True,
    }


def test_no_group_and_no_school() -> None:
    data, reasons = clean()
    found = describe(data, reasons, group=None, participants=None, control=None, cluster=None)
    assert set(found["answers"]["group"]) == set(found["reliability"]["group"]) == {"all"}
    assert found["reliability_difference"].empty and found["school_scores"].empty
    agreement = found["school_agreement"]
    assert set(agreement["note"]) == {"no ICC: no schools are known"} and agreement["icc1"].isna().all()
    assert found["reliability"]["clusters"].isna().all()


def test_people_without_a_school_are_drawn_one_by_one() -> None:
    data, reasons = clean()
    data.loc[3, "school"] = None
    omegas = describe(data, reasons)["reliability"].query("coefficient == 'omega' and group == 'all'")
    assert omegas["note"].str.contains("some people have no school: people are drawn").all()
    assert omegas["method"].str.endswith("people drawn and taken as independent").all()


def test_one_teacher_a_school_is_no_crash() -> None:
    data, reasons = clean(100, 100)
    agreement = describe(data, reasons)["school_agreement"]
    assert agreement["icc1"].isna().all() and agreement["clusters_rwg"].eq(0).all()
    assert set(agreement["note"]) == {"no ICC: no school with two people; no rwg: no school with two people"}


def test_nobody_answered() -> None:
    data, reasons = clean(20)
    items = ["t1", "t2", "t3", "t4", "c1", "c2", "c3", "trust", "comfort"]
    data[items] = np.nan
    found = describe(data, reasons)
    assert found["answers"].empty and found["reliability"]["estimate"].isna().all()
    assert describe(data.iloc[:0], reasons)["item_statistics"]["mean"].isna().all()


def test_what_is_given_is_not_changed() -> None:
    data, reasons = clean()
    before = data.copy(), reasons.copy()
    describe(data, reasons)
    pd.testing.assert_frame_equal(data, before[0])
    pd.testing.assert_frame_equal(reasons, before[1])


ANSWER = st.sampled_from([1, 1, 2, 3, 3, 4, 5, 5, None])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[ANSWER] * 5), max_size=14), st.integers(1, 4))
def test_no_answers_however_odd_make_a_crash_or_an_impossible_figure(
    rows: list[tuple[int | None, ...]], schools: int
) -> None:
    names = [f"i{k}" for k in range(5)]
    data = pd.DataFrame(rows, columns=names, dtype=float)
    cluster = np.array([f"s{k % schools}" for k in range(len(data))])
    for members in (names, names[:3], names[:2], names[:1]):
        one = scale("s", [item(name) for name in members])
        found = find_keys(data, [one])
        assert set(found.keys) | {i for _, i in found.notes} == set(members)
        fit = fit_one_factor(complete_rows(data, one).to_numpy())
        asked = pd.Series(len(data), index=members)
        for row in item_statistics(data, one, asked=asked, found=found, fit=fit, min_cell=None):
            assert not abs(row["item_rest"]) > 1 + 1e-9 and not row["alpha_without"] > 1 + 1e-9
        frame = complete_rows(data, one)
        a = alpha(frame.to_numpy(), ci_level=0.95)
        assert bool(a.note) or a.low <= a.estimate <= a.high <= 1 + 1e-9
        o = omega(frame.to_numpy(), cluster[frame.index], ci_level=0.95, seed=1, name="s")
        assert bool(o.note) or 0 <= o.low <= o.high <= 1
        scores = data[members].mean(axis=1).dropna()
        c = icc(scores.to_numpy(), cluster[scores.index], ci_level=0.95)
        assert bool(c.note) or c.icc1_low <= c.icc1 <= c.icc1_high <= 1
        r = rwg_by_school(frame.to_numpy(), cluster[frame.index], [4] * len(members))
        assert ((r >= 0) & (r <= 1)).all()
        alpha_difference(frame.to_numpy(), frame.to_numpy()[: len(frame) // 2], ci_level=0.95)
