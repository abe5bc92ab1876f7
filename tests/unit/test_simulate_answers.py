"""Made questionnaires: scored like any other, they have the printed figures; one seed, one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from simulate_cases import (
    CIC,
    PRINTED,
    TABLE_2,
    Figures,
    Spec,
    assert_printed,
    instrument,
    make,
    rows,
    scored,
    table,
)

from trenza.contracts.survey_file import SurveyFile
from trenza.questionnaire.published import read_summaries
from trenza.simulate import answers as room
from trenza.simulate.answers import simulate_answers
from trenza.simulate.microdata import microdata_like

# The printed figures


@pytest.mark.parametrize("seed", range(6))
def test_the_cic_table_comes_out_to_the_printed_digits(seed: int) -> None:
    scores, answers = scored(make(seed=seed), CIC)
    assert_printed(scores, PRINTED)
    for name, k in ((n, spec[1]) for n, spec in CIC.items()):
        assert answers[name].isna().sum().sum() == round(0.02 * 97 * k)
        assert (answers[name].notna().mean(axis=1) >= 0.5).all()


def test_table_2_as_the_study_reads_it_gives_the_same_file() -> None:
    raw = pd.read_csv(TABLE_2, dtype=str, keep_default_na=False)
    read = read_summaries(raw, study="cic2019", source_id="table2", source="published", file="table2")
    made = simulate_answers(
        read, instrument_items=instrument(CIC), file="made", clusters_by_stratum={"central": 11, "southern": 11},
        participants="participant", control="control", icc=0.1, reliability=0.8, nonresponse=0.02, min_answered=0.5,
        seed=20190801,
    )  # fmt: skip
    assert made.rows == make().rows


@pytest.mark.parametrize(
    ("spec", "figures", "decimals"),
    [
        (("mean", 4, 1, 4, (2,)), (48, 3.21, 0.48, 49, 2.97, 0.66), 2),
        (("percent", 18, 1, 5, (1,)), (48, 91.17, 10.38, 48, 88.74, 14.28), 2),
        (("sum", 6, 1, 5, (6,)), (48, 20.31, 3.2, 49, 19.3, 4.1), 1),
        (("mean", 1, 1, 5, ()), (48, 3.1, 0.9, 49, 2.9, 1.2), 1),
        (("mean", 1, 0, 1, ()), (48, 0.25, 0.44, 49, 0.49, 0.51), 2),
        (("mean", 3, 1, 7, (1, 2, 3)), (40, 6.8, 0.3, 49, 7.0, 0.0), 1),
        (("mean", 5, 0, 100, ()), (48, 50.0, 50.5, 49, 1.3, 4.0), 1),
    ],
)
@pytest.mark.parametrize("nonresponse", [0.0, 0.15])
def test_scores_of_every_kind(spec: Spec, figures: Figures, decimals: int, nonresponse: float) -> None:
    figures = tuple(round(f, decimals) for f in figures)  # type: ignore[assignment]
    file = make({"y": figures}, {"y": spec}, decimals, nonresponse=nonresponse)
    assert_printed(scored(file, {"y": spec})[0], {"y": figures}, decimals)


def test_any_table_of_real_answers_can_be_made() -> None:
    """Known truth: figures that whole-number answers did have are never refused, and are met."""
    draw = np.random.default_rng(8)
    for _ in range(25):
        how, k, low = (
            str(draw.choice(["mean", "sum", "percent"])),
            int(draw.integers(1, 8)),
            int(draw.integers(2)),
        )
        high, decimals = low + int(draw.choice([1, 3, 4, 10])), int(draw.integers(4))
        figures: list[float] = []
        for n in draw.integers(4, 60, size=2):
            start = draw.beta(*draw.choice([0.4, 1.0, 3.0], 2), size=n)[:, None] + draw.normal(0, 0.1, (n, k))
            points = low + np.round(np.clip(start, 0, 1) * (high - low))
            mean = points.mean(axis=1)
            values = {"mean": mean, "sum": k * mean, "percent": (mean - low) / (high - low) * 100}[how]
            figures += [
                int(n),
                round(float(values.mean()), decimals),
                round(float(values.std(ddof=1)), decimals),
            ]
        printed, spec = {"y": tuple(figures)}, {"y": (how, k, low, high, (1,))}
        file = make(
            printed, spec, decimals, clusters_by_stratum={"a": 2, "b": 2}, seed=int(draw.integers(99))
        )  # type: ignore[arg-type]
        assert_printed(scored(file, spec)[0], printed, decimals)  # type: ignore[arg-type]


def test_two_people_by_hand() -> None:
    """Mean 3.5 and SD 2.12 of two whole points are 2 and 5, turned round 4 and 1."""
    spec: dict[str, Spec] = {"y": ("mean", 1, 1, 5, (1,))}
    frame = rows(make({"y": (2, 3.5, 2.12, 2, 1.0, 0.0)}, spec, clusters_by_stratum={"a": 1}))
    assert sorted(frame.loc[frame["group"] == "participant", "y_1"]) == ["1", "4"]
    assert set(frame.loc[frame["group"] == "control", "y_1"]) == {"5"}


def test_where_blanks_stand_in_the_way_answers_are_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "settle", lambda *_: None)
    scores, answers = scored(make(), CIC)
    assert_printed(scores, PRINTED)
    assert all(frame.notna().all(axis=None) for frame in answers.values())


# The file


def test_columns_people_and_seats_are_those_of_simulated_records() -> None:
    file = make()
    frame = rows(file)
    items = [f"{name}_{i}" for name, spec in CIC.items() for i in range(1, spec[1] + 1)]
    assert list(file.rows[0]) == ["teacher", "school", "municipality", "group", *items, "source"]
    assert (file.file, file.sheet, file.first_row, set(frame["source"])) == ("made", "", 1, {"simulated"})
    records = microdata_like(
        table(PRINTED), clusters_by_stratum={"central": 11, "southern": 11}, participants="participant", control="control",
        icc=0.1, ranges={n: (0, 100) if n == "comfort" else (1, 5) for n in PRINTED}, seed=20190801,
    )  # fmt: skip
    seats = ["teacher", "school", "municipality", "group"]
    assert frame[seats].to_numpy().tolist() == records[seats].to_numpy().tolist()
    named = make(unit="pupil", cluster="class", stratum="zone", group="arm").rows
    assert named[0][:4] == ["pupil", "class", "zone", "arm"] and named[1][1] == "sim_class_01"


def test_a_smaller_n_leaves_all_items_of_the_others_blank() -> None:
    printed: dict[str, Figures] = {"a": (48, 3.13, 0.61, 49, 3.02, 0.61), "b": (40, 3.1, 0.7, 49, 3.2, 0.6)}
    spec: dict[str, Spec] = {"a": CIC["leadership"], "b": CIC["leadership"]}
    scores, answers = scored(make(printed, spec), spec)
    assert_printed(scores, printed)
    nobody = answers["b"].isna().all(axis=1)
    assert nobody.sum() == 8 and set(scores.loc[nobody, "group"]) == {"participant"}


def test_people_keep_the_answers_they_need() -> None:
    spec: dict[str, Spec] = {"y": ("mean", 6, 1, 5, ())}
    printed = {"y": PRINTED["leadership"]}
    for settings, needed in (({"min_answered": 0.5}, 3), ({"min_answered": 0.75}, 5)):
        _, answers = scored(make(printed, spec, nonresponse=0.16, **settings), spec)
        assert answers["y"].notna().sum(axis=1).min() == needed
    of_scale = make(
        printed,
        spec,
        nonresponse=0.3,
        min_answered=1.0,
        instrument_items=instrument(spec, min_answered="0.6"),
    )
    assert rows(of_scale).filter(like="y_").notna().sum(axis=1).min() == 4


def test_headers_and_versions_follow_items_csv() -> None:
    items = instrument({"y": ("mean", 3, 1, 5, ())}).assign(**{"from": "", "version": ""})
    items.loc[1, "from"] = "Question 1 | q1"
    items.loc[3, "version"] = "leader;other"
    printed: dict[str, Figures] = {"y": (48, 3.25, 0.7, 49, 3.2, 0.6)}
    header = make(printed, instrument_items=items, version="teacher").rows[0]
    assert header[4:] == ["Question 1", "y_2", "source"]
    assert make(printed, instrument_items=items, version="leader").rows[0][4:] == [
        "Question 1",
        "y_2",
        "y_3",
        "source",
    ]
    assert make(printed, instrument_items=items).rows[0][4:] == ["Question 1", "y_2", "y_3", "source"]


def test_arguments_stay_as_they_were() -> None:
    summaries, items = table(PRINTED), instrument(CIC)
    before = summaries.copy(deep=True), items.copy(deep=True)
    simulate_answers(summaries, instrument_items=items, file="", clusters_by_stratum={"a": 4}, participants="p", control="c",
                     icc=0.0, reliability=0.8, nonresponse=0.0, min_answered=0.5, seed=1)  # fmt: skip
    pd.testing.assert_frame_equal(summaries, before[0])
    pd.testing.assert_frame_equal(items, before[1])


# The same everywhere


def digest(file: SurveyFile) -> str:
    return hashlib.sha256(json.dumps(file.rows).encode()).hexdigest()


def test_one_seed_one_file() -> None:
    assert digest(make()) == digest(make()) != digest(make(seed=1))


def test_last_digits_that_differ_between_machines_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    there = digest(make())
    for name, by in (("bound_scores", 1e-12), ("latent_icc", 1e-15)):
        exact: Callable[..., object] = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *a, exact=exact, by=by: exact(*a) + by)
    assert digest(make()) == there


def test_an_outcome_more_changes_no_other() -> None:
    few = {name: PRINTED[name] for name in ("leadership", "comfort")}
    part, whole = rows(make(few)), rows(make())
    assert part.equals(whole[part.columns])
