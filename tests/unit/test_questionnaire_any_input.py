"""10,000 made inputs, good and bad: no traceback, no silent change, nothing personal, no influence of any order.

4,000 columns of four cells, 3,000 ids, 1,500 headers, 1,400 levels and 100 whole files, counted as they are tried. What a
cell means is read here a second time, by other code than the room's.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
from any_cells import AGREE, CELLS, bare, is_empty, second_reading
from clean_cases import CONSENT, HEADER, IDS, clean
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.answers import Question, read_answers
from trenza.questionnaire.export import Column, Export
from trenza.questionnaire.headers import find_column
from trenza.questionnaire.people import check_digit, identifier
from trenza.questionnaire.reading import fulfils, level_of
from trenza.questionnaire.words import known_sets


def tried(number: int, *made: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A test that tries a check on so many made inputs, the same in every run, and fails where they are fewer."""
    unchecked = [HealthCheck.too_slow, HealthCheck.data_too_large]

    def of(check: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            count = 0

            @settings(
                max_examples=number,
                derandomize=True,
                deadline=None,
                database=None,
                suppress_health_check=unchecked,
            )
            @given(st.tuples(*made))
            def one(inputs: tuple[Any, ...]) -> None:
                nonlocal count
                count += 1
                check(*inputs)

            one()
            assert count >= number

        test.__name__ = check.__name__
        return test

    return of


QUESTIONS = [
    (Question(1, 4, ("99", "N/A"), known_sets()["agree_4"]), AGREE),
    (Question(0, 60, ("-9", "99", "no sabe")), {}),
    (Question(0, 60, ("-9", "99", "no sabe"), decimal=","), {}),
    (
        Question(1, 4, (), None, {1.0: "Nunca", 4.0: "Siempre", 9.0: "Nulo"}, (9.0, (-3.0, -1.0))),
        {"nunca": 1.0, "siempre": 4.0},
    ),
]


@tried(
    4000,
    st.sampled_from(QUESTIONS),
    st.lists(CELLS, min_size=4, max_size=4),
    st.sampled_from(["stop", "set_missing"]),
)
def test_no_cell_is_changed_in_silence(asked: Any, cells: list[Any], out_of_range: str) -> None:
    question, table = asked
    column = pd.Series(cells, index=range(2, len(cells) + 2), dtype="object")
    read = read_answers(column, question, file="f.csv", column="Q", out_of_range=out_of_range)
    refused = {int(f.row) for f in read.faults}
    told = {row for row, _, _ in read.ledger}
    assert not refused & told
    for (row, cell), value, reason in zip(column.items(), read.values, read.reasons, strict=True):
        meant = second_reading(cell, question.decimal, table)
        if is_empty(cell):
            assert reason == "not_answered" and row not in refused | told
        elif row in refused:
            assert math.isnan(value)
        elif reason:
            assert math.isnan(value) and row in told and reason in ("missing_code", "out_of_range")
            if reason == "out_of_range":
                assert (
                    out_of_range == "set_missing"
                    and meant is not None
                    and not question.low <= meant <= question.high
                )
            else:
                codes = {bare(c) for c in question.codes} | {"nulo"}
                is_code = meant is not None and (meant in (99, -9, 9) or -3 <= meant <= -1)
                assert is_code or bare(str(cell)) in codes or re.fullmatch(r"\.[a-z]", str(cell).strip())
        else:
            assert meant is not None and value == meant and question.low <= value <= question.high


@tried(
    3000,
    st.one_of(CELLS, st.integers(0, 10**9).map(lambda n: f"{n}-{check_digit(n)}")),
    st.sampled_from(["rut", "rbd", "text"]),
)
def test_ids_are_read_in_one_way_or_refused_without_being_named(cell: Any, kind: str) -> None:
    value, wrong = identifier(cell, kind)
    assert value is None or not wrong
    assert wrong in ("", f"a cell that is no {kind.upper()}", "a cell that is no id") or wrong.endswith(
        "does not fit"
    )
    if value is not None:
        assert identifier(value, kind) == (value, "")  # its one way of writing is read as itself
        if kind == "rut":
            body, digit = value.split("-")
            assert check_digit(int(body)) == digit and set(str(cell)) & set("0123456789０１２３４５６７８９")
    elif not wrong:
        assert is_empty(cell)


@tried(
    1500,
    st.lists(st.text(max_size=6), min_size=1, max_size=6, unique=True),
    st.lists(st.text(max_size=6), min_size=1, max_size=2),
)
def test_any_header_finds_one_column_or_is_a_fault(names: list[str], wanted: list[str]) -> None:
    export = Export("f.csv", "plain", tuple(Column(n) for n in names), pd.DataFrame())
    try:
        found = find_column(export, wanted, wanted_by="item")
    except InputFaults as error:
        exact = [n for n in names if n in wanted]
        assert len(exact) != 1 or len(wanted) > 1
        assert str(error)
    else:
        assert any(bare(found.name) == bare(w) or found.name == w for w in wanted)


@tried(
    1400,
    CELLS,
    st.lists(st.sampled_from(["1", "Sí", "P", "Control", "2.0"]), min_size=1, max_size=3, unique=True),
)
def test_levels_and_choices_are_those_that_were_declared(cell: Any, declared: list[str]) -> None:
    column = Column("q", labels={1.0: "Sí"})
    level = level_of(cell, column, {d: f"level_{i}" for i, d in enumerate(declared)})
    chosen = fulfils(cell, column, declared, ".")
    text = bare(f"{cell:g}" if isinstance(cell, float) else str(cell))
    labelled = isinstance(cell, float) and cell == 1
    meant = [d for d in declared if bare(d) == text or (labelled and d == "Sí")]
    # A cell that stands for two levels, by its number and by its label, is refused.
    assert (level is not None) == (len(meant) == 1 and not isinstance(cell, bool | datetime.datetime))
    assert level is None or level == f"level_{declared.index(meant[0])}"
    assert chosen or level is None


RUTS = [f"{n}-{check_digit(n)}" for n in (13579246, 9876543, 60803000, 11222333, 15987654, 20111222)]
GOOD = {
    "RBD": st.sampled_from(["10234", "10234.0", "24680", None]).map(
        lambda c: float(c) if c and "." in c else c
    ),
    "acepta": st.sampled_from(["Sí", "si", "SI ", "no", None]),
    "Grupo": st.sampled_from(["P", "c", None]),
    "calm": st.sampled_from(
        ["1", 2.0, "De acuerdo", "4 - Muy de acuerdo", "99", None, " ", "strongly disagree"]
    ),
    "tense": st.sampled_from(["1", 2.0, "3.0", "AGREE", 99.0, ".b", None]),
    "Horas por semana": st.sampled_from(["0", "12.5", 60.0, "-9", "No sabe", None, "75", 1e6]),
    "Comentario": st.sampled_from(["comentario secreto", None, "4"]),
}
SECRETS = ("secreto", "10234", "24680", *(rut[:-2] for rut in RUTS))


@st.composite
def files(draw: st.DrawFn) -> tuple[list[dict[str, Any]], bool]:
    """Rows that may pass, and in half of the files (spoilt) cells that may not."""
    spoilt = draw(st.booleans())
    people = draw(st.permutations(RUTS))[: draw(st.integers(1, 6))]
    if draw(st.booleans()):
        people = [*people, people[0]]
    rows = []
    for rut in people:
        written = draw(st.sampled_from([rut, rut.replace("-", ""), rut.lower()]))
        cells = {"RUT": written, **{name: draw(good) for name, good in GOOD.items()}}
        if spoilt and draw(st.booleans()):
            cells[draw(st.sampled_from(HEADER))] = draw(st.one_of(CELLS, st.sampled_from(RUTS)))
        rows.append(cells)
    return rows, spoilt


def personal(text: str) -> bool:
    return any(secret in text.lower().replace(".", "") for secret in SECRETS)


def must_pass(rows: list[dict[str, Any]], out_of_range: str, repeated: str) -> bool:
    """Whether an unspoilt file has nothing that its settings refuse."""
    within = all(row["Horas por semana"] not in ("75", 1e6) for row in rows)
    once = len({row["RUT"].replace("-", "").upper() for row in rows}) == len(rows)
    return (within or out_of_range == "set_missing") and (once or repeated == "most_answered")


@tried(
    100,
    files(),
    st.data(),
    st.sampled_from(["stop", "set_missing"]),
    st.sampled_from(["stop", "most_answered"]),
)
def test_whole_files(
    made: tuple[list[dict[str, Any]], bool], data: st.DataObject, out_of_range: str, repeated: str
) -> None:
    rows, spoilt = made
    how = {"out_of_range": out_of_range, "repeated": repeated, **IDS, **CONSENT}
    cells = [[row[name] for name in HEADER] for row in rows]
    try:
        done = clean(cells, **how)
    except InputFaults as error:
        assert not personal(str(error))
        assert spoilt or not must_pass(rows, out_of_range, repeated)
        return
    accounts, ledger = done.accounts, done.ledger
    full = [[not is_empty(cell) for cell in row] for row in cells]
    assert accounts["agrees"].all()
    assert accounts["cells_read"].tolist() == [sum(column) for column in zip(*full, strict=True)]
    assert sum(map(sum, full)) == accounts["cells_carried"].sum() + ledger["cells"].sum()
    for row, column, count in zip(ledger["row"], ledger["column"], ledger["cells"], strict=True):
        assert pd.isna(row) or not pd.isna(column) or count == sum(full[int(row) - 2])
    reasons = {(unit, item): reason for unit, item, reason in done.reasons.itertuples(index=False)}
    ranges = {"calm": (1, 4), "tense": (1, 4), "hours": (0, 60)}
    headers = {"calm": "calm", "tense": "tense", "hours": "Horas por semana"}
    for unit, row in zip(done.rows["teacher"], done.rows["row"], strict=True):
        answers = done.data.set_index("teacher").loc[unit]
        for item, (low, high) in ranges.items():
            cell = rows[row - 2][headers[item]]
            if math.isnan(answers[item]):
                assert (reasons[unit, item] == "not_answered") == is_empty(cell)
            else:
                assert (unit, item) not in reasons and low <= answers[item] <= high
                assert answers[item] == second_reading(cell, ".", AGREE if item != "hours" else {})
    tables = (done.data, done.reasons, ledger.drop(columns=["row", "cells"]), done.flow, accounts)
    assert not any(personal(table.to_csv()) for table in tables)
    order = data.draw(st.permutations(range(len(rows))))
    names = data.draw(st.permutations(HEADER))
    again = clean([[rows[i][name] for name in names] for i in order], header=names, **how)
    assert again.data.to_csv() == done.data.to_csv()
    assert again.reasons.to_csv() == done.reasons.to_csv()
