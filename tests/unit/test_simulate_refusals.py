"""What a questionnaire cannot be made of, and the questionnaires of a study."""

from __future__ import annotations

import pandas as pd
import pytest
from simulate_cases import (
    CIC,
    LEVELS,
    PRINTED,
    Spec,
    instrument,
    make,
    table,
)

from trenza.contracts.faults import InputFaults
from trenza.simulate.answers import simulate_answers
from trenza.simulate.study import simulate_questionnaires, simulate_study

# Faults


def told(*args: object, **changes: object) -> str:
    with pytest.raises(InputFaults) as caught:
        make(*args, **changes)  # type: ignore[arg-type]
    return str(caught.value)


def test_comfort_in_percent_of_five_likert_items_is_refused_for_both_groups() -> None:
    message = told(spec={**CIC, "comfort": ("percent", 5, 1, 5, ())})
    assert "2 faults found" in message
    assert (
        "study cic2019, sources.table2, column comfort: found group 'participant': mean 91.17, which no complete whole-number "
        "answers of 48 people to 5 items of 5 points each can give (GRIM); allowed: the nearest possible means are 91.14583 and "
        "91.25; 18 such items would do" in message
    )
    assert "group 'control': mean 88.70" in message


def test_all_impossible_figures_at_once() -> None:
    spec: dict[str, Spec] = dict.fromkeys(("far", "wide", "odd"), ("mean", 1, 1, 5, ()))
    message = told({"far": (48, 6.0, 0.5, 49, 3.0, 1.0), "wide": (48, 3.0, 2.1, 49, 3.0, 1.0),
                    "odd": (48, 3.25, 0.61, 49, 3.0, 1.0)}, spec)  # fmt: skip
    assert "3 faults found" in message
    assert "column far: found group 'participant': mean 6.00, outside the range of the score; allowed: a mean from 1 to 5" in message  # fmt: skip
    assert "column wide: found group 'participant': SD 2.10 with mean 3.00, beyond what the range" in message
    assert "column odd: found group 'participant': SD 0.61 with mean 3.25, which no complete" in message


def test_too_many_blanks() -> None:
    message = told(nonresponse=0.6)
    assert "column leadership: found nonresponse 0.6 where 3 of 6 items have to be answered; allowed: a share from 0 to 0.5" in message  # fmt: skip
    assert "nonresponse 0.02 where 6 of 6" in told(min_answered=1.0)
    assert "a share from 0 to" in told(nonresponse=-0.1)


def test_faults_of_table_and_settings() -> None:
    assert "icc: found 1.0; allowed: a number from 0 to below 1" in told(icc=1.0)
    assert "reliability: found 1.0" in told(reliability=1.0)
    assert "0 clusters" in told(clusters_by_stratum={})
    assert "49 people in n_control for 50 clusters" in told(clusters_by_stratum={"a": 50})
    assert "1 people in n_control" in told({"y": (2, 3.0, 0.0, 1, 3.0, 0.0)}, {"y": CIC["leadership"]}, clusters_by_stratum={"a": 1})  # fmt: skip
    assert "no scale of items.csv" in told({"other": PRINTED["leadership"]})
    assert "an item under the name 'group'" in told(
        instrument_items=instrument(CIC).replace("comfort_1", "group")
    )
    twice = pd.concat([table(PRINTED)] * 2)
    with pytest.raises(InputFaults, match="more than one row of summaries"):
        simulate_answers(twice, instrument_items=instrument(CIC), file="", clusters_by_stratum={"a": 4}, participants="p",
                         control="c", icc=0.0, reliability=0.8, nonresponse=0.0, min_answered=0.5, seed=1)  # fmt: skip


def test_decimals_have_to_be_known() -> None:
    with pytest.raises(InputFaults, match="found no decimals_sd; allowed: the number of printed decimals"):
        simulate_answers(
            table(PRINTED).assign(decimals_sd=pd.NA), instrument_items=instrument(CIC), file="", clusters_by_stratum={"a": 4},
            participants="p", control="c", icc=0.0, reliability=0.8, nonresponse=0.0, min_answered=0.5, seed=1,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        (1, "max", "6", "scale 'collaboration' (mean) with items of different ranges"),
        (1, "min", "1.5", "scale 'collaboration' with ends of ranges that are not whole numbers"),
        (
            1,
            "scale",
            "collaboration; community",
            "column collaboration_1: found an item of 2 simulated scales",
        ),
    ],
)
def test_faults_of_items(row: int, column: str, cell: str, message: str) -> None:
    items = instrument(CIC)
    items.loc[row, column] = cell
    assert message in told(instrument_items=items)


def test_scales_without_items_and_of_mixed_width() -> None:
    items = instrument({"y": ("percent", 3, 1, 5, ())})
    printed = {"y": (48, 75.0, 10.0, 49, 75.0, 10.0)}
    assert "scale 'y' without items" in told(printed, instrument_items=items.iloc[:1])
    items.loc[1, "max"] = "6"
    assert "scale 'y' with items of different width" in told(printed, instrument_items=items)
    items.loc[1, "min"] = "2"  # 2 to 6 is as wide as 1 to 5: percent does not mind
    assert (
        make({"y": (48, 75.0, 10.0, 48, 75.0, 10.0)}, instrument_items=items, decimals=0).rows[0][4] == "y_1"
    )


# In a study


def study(**changes: object) -> dict[str, object]:
    how = {
        "from": "table2",
        "strata": {"central": 11, "southern": 11},
        "icc": 0.1,
        "reliability": 0.8,
        "nonresponse": 0.02,
    }
    made = {"kind": "simulated", "holds": "questionnaire", "simulate": how, "questionnaire": {"version": "", "min_answered": 0.5}}  # fmt: skip
    ranges = {n: [0, 100] if n == "comfort" else [1, 5] for n in PRINTED}
    records = {"kind": "simulated", "holds": "records", "simulate": {**how, "ranges": ranges}}
    design = {"unit": "teacher", "cluster": "school", "group": "group", **LEVELS}
    sources = {
        "table2": {"kind": "published", "holds": "group_summaries"},
        "made_simulated": made,
        "rows_simulated": records,
    }
    return {"study": "cic2019", "sources": sources, "design": design, "seed": 20190801, **changes}


def test_a_study_makes_its_questionnaires_apart_from_its_records() -> None:
    data = {"table2": table(PRINTED)}
    made = simulate_questionnaires(data, items=instrument(CIC), **study())  # type: ignore[arg-type]
    assert list(made) == ["made_simulated"] and "made_simulated" in made["made_simulated"].file
    assert made["made_simulated"].rows == make().rows
    assert list(simulate_study(data, **study()).data) == ["rows_simulated"]  # type: ignore[arg-type]
    sources = {"only_simulated": study()["sources"]["made_simulated"]}  # type: ignore[index]
    assert simulate_study(data, **study(sources=sources)).data == {}  # type: ignore[arg-type]


def test_faults_of_all_questionnaires_of_a_study_come_together() -> None:
    data = {
        "table2": table(PRINTED),
        "other": table({"comfort": PRINTED["comfort"]}).assign(source_id="other"),
    }
    sources = dict(study()["sources"])  # type: ignore[call-overload]
    first = sources["made_simulated"]
    sources["second_simulated"] = {**first, "simulate": {**first["simulate"], "from": "other"}}
    items = instrument({**CIC, "comfort": ("percent", 5, 1, 5, ())})
    with pytest.raises(InputFaults) as caught:
        simulate_questionnaires(data, items=items, **study(sources=sources))  # type: ignore[arg-type]
    assert len(caught.value.faults) == 4 and "sources.other" in str(caught.value)
