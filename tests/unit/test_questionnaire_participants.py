"""People who answered twice, and the flow of participants: counts that add up, small groups withheld."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from clean_cases import CONSENT, HEADER, IDS, clean, faults_of, pseudonym, steps

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.clean import CleanQuestionnaire
from trenza.questionnaire.participant_flow import withheld

TWICE = [
    ["60803000-K", "10", "sí", "C", "1", "1", "10", "13/02/2019 10:00"],
    ["60.803.000-k", "10", "sí", "C", "2", None, "20", "14/02/2019 10:00"],
    ["12345678-5", "10", "sí", "P", "2", "3", "20", None],
    ["60803000K", "10", "sí", "C", "3", "99", None, "12/02/2019 10:00"],
]
TIMED = [*HEADER[:-1], "Enviado"]


def test_repeated_people_stop_the_run_unless_a_rule_is_declared() -> None:
    assert faults_of(TWICE, header=TIMED, **IDS) == [
        ("3", "RUT", "the same person as in row 2"),
        ("5", "RUT", "the same person as in row 2"),
    ]


@pytest.mark.parametrize(
    ("rule", "stays"), [("first_submitted", 3.0), ("last_submitted", 2.0), ("most_answered", 1.0)]
)
def test_one_row_a_person_is_kept_by_the_declared_rule(rule: str, stays: float) -> None:
    for rows in itertools.islice(itertools.permutations(TWICE), 0, 24, 5):
        done = clean(rows, header=TIMED, repeated=rule, submitted="Enviado", **IDS)
        twice = done.data.set_index("teacher").loc[pseudonym("P", "60803000-K")]
        assert len(done.data) == 2 and twice["calm"] == stays
        assert done.accounts["agrees"].all()
        assert steps(done)[f"row left out: same person again, {rule} stays"] == 2
    kept = done.rows.set_index("teacher").loc[pseudonym("P", "60803000-K"), "row"]
    assert set(done.ledger["rule"].iloc[:2]) == {
        f"row left out: same person again, {rule} stays; that is row {kept}"
    }


def test_an_empty_second_questionnaire_never_takes_the_place_of_a_full_one() -> None:
    empty = ["60803000-K", "10", "sí", "C", None, None, None, "20/02/2019 10:00"]
    done = clean([*TWICE[:1], empty], header=TIMED, repeated="last_submitted", submitted="Enviado", **IDS)
    assert done.data["calm"].tolist() == [1.0] and steps(done)["row left out: nothing answered"] == 1


@pytest.mark.parametrize(
    ("times", "settings", "found"),
    [
        (
            ["01/02/2019", "03/02/2019"],
            {"submitted": "Enviado"},
            ("2", "Enviado", "no date with a day above 12"),
        ),
        (["13/02/2019", None], {"submitted": "Enviado"}, ("3", "Enviado", "no time")),
        (["13/02/2019", "13/02/2019"], {}, ("1", "submitted", "no column with the time of sending")),
    ],
)
def test_a_time_that_decides_must_be_known(times: list[Any], settings: Any, found: Any) -> None:
    rows = [[*r[:-1], time] for r, time in zip(TWICE[:2], times, strict=True)]
    assert faults_of(rows, header=TIMED, repeated="first_submitted", **settings, **IDS) == [found]
    if settings and None not in times:
        assert (
            len(
                clean(
                    rows, header=TIMED, repeated="first_submitted", dates="day_first", **settings, **IDS
                ).data
            )
            == 1
        )


@pytest.mark.parametrize("dates", ["auto", "day_first", "month_first"])
def test_a_real_time_beside_times_as_text_does_not_decide_whatever_order_is_declared(dates: str) -> None:
    """4 March and 13 April, of which a spreadsheet turned the first: sent 3 April, it would still be the earlier one."""
    first = datetime.datetime(2019, 3, 4, 10)
    rows = [[*r[:-1], time] for r, time in zip(TWICE[:2], [first, "13/04/2019 10:00"], strict=True)]
    how = {"header": TIMED, "repeated": "first_submitted", "submitted": "Enviado", "dates": dates, **IDS}
    with pytest.raises(InputFaults) as caught:
        clean(rows, **how)
    fault = caught.value.faults[0]
    assert (fault.row, fault.column) == ("2", "Enviado")
    assert "a spreadsheet may have read the real ones in the wrong order" in fault.found
    assert fault.allowed.startswith("all of them real dates, or all as text")
    rows[0][-1] = "04/03/2019 10:00"
    if dates != "month_first":
        assert len(clean(rows, **how).data) == 1


def test_every_time_that_decides_and_is_not_known_is_listed() -> None:
    rows = [
        [*r[:-1], time] for r, time in zip([*TWICE[:2], TWICE[3]], ["01/02/2019", None, "ayer"], strict=True)
    ]
    rows[2][0] = rows[0][0]
    assert faults_of(rows, header=TIMED, repeated="first_submitted", submitted="Enviado", **IDS) == [
        ("2", "Enviado", "no date with a day above 12"),
        ("3", "Enviado", "no time"),
        ("4", "Enviado", "no time"),
    ]


def flow_table(done: CleanQuestionnaire) -> pd.DataFrame:
    return done.participant_flow.set_index(["box", "group"])["n"]


def many(*groups: tuple[str | None, int, int]) -> list[list[Any]]:
    """Rows of a group: so many who consent, so many who do not."""
    return [
        [None, None, answer, group, "1", "2", "3", None]
        for group, yes, no in groups
        for answer in ["sí"] * yes + ["no"] * no
    ]


def test_who_was_asked_and_sent_nothing_is_counted_and_withheld_where_few() -> None:
    rows = many(("P", 20, 6), ("C", 10, 7))
    n = flow_table(clean(rows, asked={"participant": 40, "control": 30}, **CONSENT))
    assert n["did_not_answer"].to_dict() == {"all": 27, "participant": 14, "control": 13}
    # The number asked of one group only: nothing is said of the other, or of all.
    n = flow_table(clean(rows, asked={"participant": 40}, **CONSENT))
    assert n["did_not_answer"].to_dict() == {"participant": 14}
    # Two people of 28 did not answer: the rows read would give them away, since 28 is known.
    done = clean(rows, asked={"participant": 28, "control": 30}, min_cell=5, **CONSENT)
    hidden = done.participant_flow[done.participant_flow["suppressed"]]
    assert {("did_not_answer", g) for g in ("participant", "control")} | {
        ("rows_read", "participant")
    } <= set(zip(hidden["box"], hidden["group"], strict=True))
    assert hidden["n"].isna().all()


def test_the_flow_of_participants_adds_up_and_shows_large_groups() -> None:
    done = clean(
        many(("P", 20, 6), ("C", 10, 7), (None, 8, 5)), asked={"participant": 40, "control": 30}, **CONSENT
    )
    n = flow_table(done)
    assert not done.participant_flow["suppressed"].any()
    for group in ("all", "participant", "control", "unknown"):
        assert n["rows_read", group] == sum(
            n[box, group] for box in ("no_consent", "nothing_answered", "kept")
        )
    assert n["asked"].to_dict() == {"all": 70, "participant": 40, "control": 30}
    assert n["kept"].to_dict() == {"all": 38, "participant": 20, "control": 10, "unknown": 8}
    assert done.participant_flow.drop_duplicates("box")[["box", "kind"]].values.tolist() == [
        ["asked", "entered"],
        ["rows_read", "entered"],
        ["no_consent", "left_out"],
        ["nothing_answered", "left_out"],
        ["kept", "stayed"],
        ["scored_mood", "part"],
        ["scored_load", "part"],
    ]
    assert (
        steps(done)["group: participant"] == 20 and steps(done)["group unknown: kept, in no comparison"] == 8
    )


def test_small_groups_are_withheld_with_what_would_tell_them() -> None:
    done = clean(many(("P", 20, 2), ("C", 10, 7)), **CONSENT)
    n = flow_table(done)
    # Two participants did not consent. Controls follow from all; those who came in or stayed tell each of the two.
    hidden = {key for key, value in n.items() if value is pd.NA}
    assert {("no_consent", "participant"), ("no_consent", "control")} < hidden
    assert {box for box, _ in hidden} == {"no_consent", "rows_read"}
    assert n["no_consent", "all"] == 9 and n["kept", "participant"] == 20
    assert (
        clean(many(("P", 20, 2), ("C", 10, 7)), source="published", **CONSENT)
        .participant_flow["n"]
        .notna()
        .all()
    )
    # Where a group of those who stayed is withheld, the flow does not list groups either.
    assert not any(
        rule.startswith("group") for rule in steps(clean(many(("P", 20, 0), ("C", 3, 0)), **CONSENT))
    )


def test_no_withheld_count_follows_from_the_others() -> None:
    # Independent check by least squares: two different completions of the equations exist for every withheld cell.
    made = np.random.default_rng(7)
    for _ in range(60):
        boxes, groups = ("left", "stayed"), ("a", "b", "c")
        counts = made.choice([0, 1, 3, 6, 12], size=(2, 3))
        cells = {(b, g): int(counts[i, j]) for i, b in enumerate(boxes) for j, g in enumerate(groups)}
        cells |= {("in", g): int(counts[:, j].sum()) for j, g in enumerate(groups)}
        sums = [[(b, g) for g in groups] for b in ("in", *boxes)] + [
            [(b, g) for b in ("in", *boxes)] for g in groups
        ]
        hidden = sorted(withheld(cells, sums=sums, min_cell=5))
        assert {c for c, n in cells.items() if 0 < n < 5} <= set(hidden)
        equations = [
            [(-1.0 if c[0] == "in" and len({b for b, _ in s}) > 1 else 1.0) * (c in s) for c in hidden]
            for s in sums
        ]
        if hidden:
            _, singular, rows = np.linalg.svd(np.array(equations))
            free = rows[int((singular > 1e-9).sum()) :]
            assert (np.abs(free).max(axis=0) > 1e-9).all()
