"""Cleaning a whole questionnaire: hand-sized files, every rule in order, accounts that add up, nothing personal."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pandas as pd
import pytest
from clean_cases import CONSENT, GROUP, HEADER, IDS, ITEMS, clean, faults_of, pseudonym, row, steps

from trenza.contracts.tables import CONTRACTS

ROWS: list[list[Any]] = [
    ["12.345.678-5", "10-8", "Sí", "P", "De acuerdo", "2", "30", "bien"],
    ["60803000-k", 10.0, "si", "C", "4 - Muy de acuerdo", "99", "no sabe", None],
    ["81.698.900-0", "11", "No", "C", "1", "1", "40", "secreto"],
    ["60910000-1", "", "SI", None, None, " ", None, "nada"],
    ["12.678.579-8", None, "sí", "P", "1", 4.0, "60", None],
]


def test_a_hand_sized_file() -> None:
    done = clean(ROWS, **IDS, **CONSENT)
    data = done.data.set_index("teacher")
    first, second, last = (pseudonym("P", rut) for rut in ("12345678-5", "60803000-K", "12678579-8"))
    assert data.index.tolist() == sorted([first, second, last])
    assert list(done.data.columns) == [
        *("teacher", "school", "group", "calm", "tense", "hours", "mood", "load"),
        *(f"flag_{i}" for i in ("long_string", "variability", "even_odd", "mahalanobis", "speed")),
        "source",
    ]
    # As answered, and scored with tense turned round: (3 + 5 - 2) / 2 = 3; 4; (1 + 5 - 4) / 2 = 1. 30 of 0-60 is 50.
    assert data.loc[first, ["calm", "tense", "hours", "mood", "load"]].tolist() == [3, 2, 30, 3, 50]
    assert data.loc[last, ["calm", "tense", "hours", "mood", "load"]].tolist() == [1, 4, 60, 1, 100]
    assert data.loc[second, ["calm", "mood"]].tolist() == [4, 4] and math.isnan(data.loc[second, "load"])
    assert data["school"].fillna("").to_dict() == {
        first: pseudonym("S", "10"),
        second: pseudonym("S", "10"),
        last: "",
    }
    assert data["group"].to_dict() == {first: "participant", second: "control", last: "participant"}
    assert sorted(done.reasons.itertuples(index=False, name=None)) == [
        (second, "hours", "missing_code"),
        (second, "tense", "missing_code"),
    ]
    assert done.rows.set_index("teacher")["row"].to_dict() == {first: 2, second: 3, last: 6}
    assert done.ledger.astype("object").fillna("").values.tolist() == [
        ["survey.csv", 4, "", "row left out: no consent", "", "", 8],
        ["survey.csv", 5, "", "row left out: nothing answered", "", "", 3],
        ["survey.csv", "", "RUT", "ids replaced by pseudonyms", "", "", 3],
        ["survey.csv", "", "RBD", "ids replaced by pseudonyms", "", "", 2],
        ["survey.csv", "", "acepta", "column used and not kept", "", "", 3],
        ["survey.csv", "", "Comentario", "column not read", "", "", 1],
        ["survey.csv", 3, "tense", "missing code", "99", "", 1],
        ["survey.csv", 3, "Horas por semana", "missing code", "no sabe", "", 1],
    ]
    accounts = done.accounts.set_index("column")
    assert accounts["agrees"].all() and list(accounts.index) == HEADER
    assert accounts.loc["tense", ["cells_read", "cells_carried", "cells_ledger"]].tolist() == [4, 2, 2]
    assert accounts["used_as"].tolist() == [
        "person",
        "school",
        "consent",
        "column",
        "item",
        "item",
        "item",
        "",
    ]
    assert steps(done) == {
        "rows read": 5,
        "row left out: no consent": 1,
        "row left out: nothing answered": 1,
        "rows kept": 3,
    }


def test_tables_keep_their_contracts() -> None:
    """Of 5 rows in 8 columns 8 + 3 cells of rows, 3 + 2 ids, 3 + 1 of columns and 2 answers are in the ledger.

    The flow has 4 steps; that of participants 7 boxes for all, two groups and those of no known group.
    """
    done = clean(ROWS, **IDS, **CONSENT)
    place = {"study": "s", "source_id": "q"}
    frames = {
        "ledger": done.ledger.assign(**place),
        "flow": done.flow.assign(**place, source="real"),
        "accounts": done.accounts,
        "participant_flow": done.participant_flow,
    }
    checked = {name: CONTRACTS[name].check(frame) for name, frame in frames.items()}
    assert {name: len(table) for name, table in checked.items()} == {
        "ledger": 8,
        "flow": 4,
        "accounts": 8,
        "participant_flow": 28,
    }
    assert checked["ledger"]["cells"].sum() == checked["accounts"]["cells_ledger"].sum() == 22


def test_nothing_personal_leaves() -> None:
    done = clean(ROWS, **IDS, **CONSENT)
    text = "\n".join(
        frame.drop(columns=["n", "cells", "row", "step"], errors="ignore").to_csv()
        for frame in (done.data, done.rows, done.reasons, done.ledger, done.flow, done.accounts)
    ).lower()
    for secret in ("12.345.678", "12345678", "60803000", "12678579", "10-8", "secreto", "nada", "bien"):
        assert secret not in text


def test_every_fault_of_every_column_at_once_without_ids() -> None:
    bad = [
        ["12.345.678-6", "10-9", "sí", "X", "quizás", "1", "70", None],
        [None, "10", "sí", "P", "1", "2.5", "1e400", None],
        ["60803000-K", "10", "sí", "P", "1", "1", "60.803.000-K", None],
    ]
    assert faults_of(bad, **IDS, **CONSENT) == [
        ("2", "Grupo", "'X'"),
        ("2", "Horas por semana", "'70', out of range"),
        ("2", "RBD", "an RBD whose check digit does not fit"),
        ("2", "RUT", "a RUT whose check digit does not fit"),
        ("2", "calm", "'quizás'"),
        ("3", "Horas por semana", "'1e400'"),
        ("3", "RUT", "a blank"),
        ("3", "tense", "'2.5', between two answers"),
        ("4", "Horas por semana", "'(not shown: it may be an id)'"),
    ]


def test_columns_that_are_not_there_are_named_together() -> None:
    header = ["RUT", "x", "acepta", "Grupo", "calm", "tense", "y", "Comentario"]
    found = faults_of(ROWS, header=header, **IDS, **CONSENT)
    assert found == [("1", "hours", "no column 'Horas por semana'"), ("1", "school", "no column 'RBD'")]


def test_the_order_of_rows_and_columns_changes_no_byte() -> None:
    expected = clean(ROWS, **IDS, **CONSENT).data.to_csv()
    unnamed = clean(ROWS, **CONSENT).data.to_csv()
    places = list(range(len(HEADER)))
    for number, order in enumerate(itertools.islice(itertools.permutations(range(5)), 0, 120, 25)):
        turned = places[number % 8 :] + places[: number % 8]
        rows = [[ROWS[i][k] for k in turned] for i in order]
        header = [HEADER[k] for k in turned]
        assert clean(rows, header=header, **IDS, **CONSENT).data.to_csv() == expected
        assert clean(rows, header=header, **CONSENT).data.to_csv() == unnamed


def test_people_without_ids_are_numbered() -> None:
    done = clean(ROWS, **CONSENT)
    assert done.data["teacher"].tolist() == ["r001", "r002", "r003"]
    assert sorted(done.rows["row"]) == [2, 3, 6]
    assert done.accounts.set_index("column").loc["RUT", "used_as"] == ""


def test_made_people_keep_their_ids() -> None:
    header = ["id", "school", *HEADER[3:]]
    rows = [["t2", "A", "P", "1", "2", "3", None], ["t1", "B", "C", "2", "2", "4", None]]
    ids = {"person": {"from": "id", "type": "text"}, "school": {"from": "school", "type": "text"}}
    done = clean(rows, header=header, source="simulated", names=None, **ids)
    assert done.data[["teacher", "school"]].values.tolist() == [["t1", "B"], ["t2", "A"]]
    assert done.accounts["agrees"].all()
    assert done.accounts.set_index("column").loc[["id", "school"], "cells_carried"].tolist() == [2, 2]
    assert not done.participant_flow["suppressed"].any()


def test_a_file_of_made_people_is_not_read_as_real() -> None:
    rows = [[*r, "simulated"] for r in ROWS]
    assert ("2", "source", "'simulated'") in faults_of(rows, header=[*HEADER, "source"], **IDS, **CONSENT)


def test_eligibility_goes_by_text_number_and_case() -> None:
    rows = [[*r, year] for r, year in zip(ROWS, ["2019", 2019.0, "2018", None, "2019,0"], strict=True)]
    done = clean(rows, header=[*HEADER, "Año"], eligible=[{"from": "AÑO", "in": [2019]}], **IDS)
    assert steps(done)["row left out: not eligible"] == 3
    assert done.accounts["agrees"].all()


def test_rows_with_nothing_in_them_are_no_answers() -> None:
    done = clean([*ROWS, [None] * 8, [" "] * 8], **IDS, **CONSENT)
    assert steps(done)["row left out: nothing in the row"] == 2 and len(done.data) == 3


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"from": "Comentario", "type": "text"}, "type text, which may say who somebody is"),
        ({"from": "Comentario", "type": "id"}, "type id, which may say who somebody is"),
        ({"from": "Comentario"}, "no row in items.csv"),
    ],
)
def test_free_text_of_real_people_is_not_kept(how: dict[str, str], found: str) -> None:
    assert faults_of(ROWS, columns={**GROUP, "remark": how}, **CONSENT) == [("1", "remark", found)]


def test_official_columns_come_by_rbd_and_unknown_schools_are_counted() -> None:
    official = pd.DataFrame({"rbd": [10, 12], "dependency": ["municipal", "private"], "rural": [1.0, 0.0]})
    rows = [*ROWS, ["70000000-1", "77", "sí", "C", "1", "1", "1", None]]
    rows[-1][0] = "81698900-0"
    taken = {"official": {"source": "x", "year": 2018, "columns": ["dependency", "rural"]}}
    done = clean(rows, schools=official, **taken, **IDS, **CONSENT)
    data = done.data.set_index("teacher")
    assert list(done.data.columns[2:5]) == ["group", "dependency", "rural"]
    assert data.loc[pseudonym("P", "12345678-5"), ["dependency", "rural"]].tolist() == ["municipal", 1.0]
    assert data.loc[pseudonym("P", "12678579-8"), ["dependency", "rural"]].isna().all()
    assert steps(done)["school not in the official files: kept"] == 1


def test_published_scores_are_carried_unjudged_and_their_codes_are_missing() -> None:
    items = [{**r, "published": "Mood"} if r["item"] == "mood" else r for r in ITEMS]
    rows = [[*r[:-1], p] for r, p in zip(ROWS, ["3", "99", None, None, "7.25"], strict=True)]
    done = clean(rows, header=[*HEADER[:-1], "Mood"], items=items, **IDS, **CONSENT)
    published = done.data.set_index("teacher")["published_mood"]
    assert published[pseudonym("P", "12678579-8")] == 7.25 and published.isna().sum() == 1
    assert done.accounts["agrees"].all() and "published_mood" not in set(done.reasons["item"])


def test_the_time_taken_is_carried() -> None:
    rows = [[*r[:-1], s] for r, s in zip(ROWS, ["300", "1:00:05", None, None, None], strict=True)]
    header = [*HEADER[:-1], "Duración"]
    done = clean(rows, header=header, seconds="Duración", **IDS, **CONSENT)
    assert sorted(done.data["seconds"].dropna()) == [300.0, 3605.0] and done.accounts["agrees"].all()
    rows[0][-1] = "mucho"
    assert faults_of(rows, header=header, seconds="Duración", **IDS, **CONSENT) == [
        ("2", "Duración", "'mucho'")
    ]


def test_the_time_taken_has_the_decimal_mark_of_the_file() -> None:
    header = [*HEADER[:-1], "Duración"]
    rows = [[*r[:-1], s] for r, s in zip(ROWS, ["312,5", None, None, None, None], strict=True)]
    done = clean(rows, header=header, seconds="Duración", decimal=",", **IDS, **CONSENT)
    assert done.data["seconds"].dropna().tolist() == [312.5]
    assert faults_of(rows, header=header, seconds="Duración", **IDS, **CONSENT) == [
        ("2", "Duración", "'312,5'")
    ]


def test_two_versions_read_their_own_items() -> None:
    items = [
        row("plan", "lead", 1, 5, from_="Planifico|Mi director planifica"),
        row("visit", "lead", 1, 5, version="leader"),
        row("trust", "lead", 1, 5, version="teacher"),
        row("lead", "lead", 1, 5, score="mean"),
    ]
    leader = clean(
        [["4", "2"]], header=["planifico", "visit"], items=items, columns={}, group=None, version="leader"
    )
    teacher = clean(
        [["5", "3"]],
        header=["Mi director planifica", "trust"],
        items=items,
        columns={},
        group=None,
        version="teacher",
    )
    assert leader.data[["plan", "visit", "lead"]].values.tolist() == [[4, 2, 3]]
    assert teacher.data[["plan", "trust", "lead"]].values.tolist() == [[5, 3, 4]]
    assert set(leader.participant_flow["group"]) == {"all"}


def test_a_file_of_which_no_row_stays() -> None:
    done = clean([["60910000-1", "10", "no", "P", "1", "1", "1", None]], **IDS, **CONSENT)
    assert done.data.empty and steps(done) == {
        "rows read": 1,
        "row left out: no consent": 1,
        "rows kept": 0,
        "group: participant": 0,
        "group: control": 0,
    }
