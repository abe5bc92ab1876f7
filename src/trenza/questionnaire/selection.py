"""Which rows of a questionnaire count: answers, with consent, of eligible people, and one row a person."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.questionnaire.answers import is_blank
from trenza.questionnaire.people import repeated, repeated_rows
from trenza.questionnaire.reading import Reading, fulfils
from trenza.questionnaire.times import parse_times

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LeftOut:
    """Why a row is left out: its box in the flow of participants, and the rule in words."""

    box: str
    rule: str


def unsuitable(reading: Reading, settings: Mapping[str, Any]) -> dict[Any, LeftOut]:
    """Rows that are no answers, without consent, or of people who are not eligible; a blank is no consent."""
    empty = reading.export.frame.map(is_blank).all(axis=1)
    out = {row: LeftOut("no_answer", "nothing in the row") for row in empty.index[empty]}
    out |= {row: LeftOut("no_answer", rule) for row, rule in reading.export.left_out}
    choices = [("no_consent", "consent", "no consent", settings["consent"])] if "consent" in settings else []
    choices += [("not_eligible", "eligible", "not eligible", choice) for choice in settings["eligible"]]
    for box, role, rule, choice in choices:
        column = reading.column([choice["from"]], role, role)
        if column is not None:
            for row, cell in reading.export.frame[column.name].items():
                if row not in out and not fulfils(cell, column, choice["in"], reading.decimal):
                    out[row] = LeftOut(box, rule)
    return out


def without_answers(reading: Reading) -> dict[Any, LeftOut]:
    """Rows in which no question has an answer."""
    answered = answers_given(reading)
    return {row: LeftOut("nothing_answered", "nothing answered") for row in answered.index[answered == 0]}


def answers_given(reading: Reading) -> pd.Series[Any]:
    """Number of answers by row."""
    import pandas as pd

    reasons = pd.DataFrame(reading.reasons, index=reading.rows, dtype="object")
    return (reasons == "").sum(axis=1)


def same_person(
    reading: Reading, people: pd.Series[Any], settings: Mapping[str, Any], content: Mapping[Any, str]
) -> dict[Any, LeftOut]:
    """Rows of people who have another row that stays, by the declared rule; with ``stop`` each is a fault."""
    rule = settings["repeated"]
    earlier = repeated_rows(people)
    if not earlier:
        return {}
    if rule == "stop":
        column = next(name for name, roles in reading.roles.items() if "person" in roles)
        reading.faults += [
            Fault(
                reading.export.file,
                str(row),
                column,
                f"the same person as in row {first}",
                "each person once, or a rule in questionnaire.repeated",
            )
            for row, first in earlier.items()
        ]
        return {}
    times = {}
    if rule != "most_answered":
        times = _times(reading, settings, {*earlier, *earlier.values()})
        if not times:
            return {}
    kept = repeated(people, rule=rule, answered=answers_given(reading), times=times, content=content)
    return {
        row: LeftOut("repeated", f"same person again, {rule} stays; that is row {stays}")
        for row, stays in kept.items()
    }


def _times(reading: Reading, settings: Mapping[str, Any], needed: set[Any]) -> dict[Any, datetime.datetime]:
    """Times of sending by row; none, and faults, where one that is needed is not known."""
    export = reading.export
    if "submitted" in settings:
        column = reading.column([settings["submitted"]], "submitted", "submitted")
        name = column.name if column is not None else ""
    elif name := export.system.get("submitted", ""):
        reading.use(name, "submitted")
    else:
        what = "no column with the time of sending"
        reading.faults.append(Fault(export.file, "1", "submitted", what, "questionnaire.submitted"))
    if not name:
        return {}
    cells = export.frame[name]
    read = parse_times([None if is_blank(cell) else cell for cell in cells], order=settings["dates"])
    times = {row: value for row, value in zip(cells.index, read.values, strict=True) if value is not None}
    missing = sorted(needed - set(times))
    undecided = [row for row in missing if row in {cells.index[place] for place in read.open}]
    if undecided:
        reading.faults.append(Fault(export.file, str(undecided[0]), name, read.undecided, read.remedy))
    allowed = "the time of sending, since this person answered more than once"
    reading.faults += [
        Fault(export.file, str(row), name, "no time", allowed) for row in missing if row not in undecided
    ]
    return {} if missing else times
