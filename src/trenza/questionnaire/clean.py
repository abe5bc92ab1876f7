"""Cleaning of one questionnaire: from an export as it stands to answers, scores, and an account of every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.accounts import accounts_of, ledger_of
from trenza.questionnaire.clean_data import (
    contents,
    data_of,
    id_columns,
    identified,
    looked_up,
    named,
    numbered,
    read_columns,
)
from trenza.questionnaire.export import Export
from trenza.questionnaire.instrument import Scale, instrument_of, item_of, rows_of
from trenza.questionnaire.participant_flow import Box, flow_of, participant_flow
from trenza.questionnaire.people import discreet
from trenza.questionnaire.reading import Reading, level_of
from trenza.questionnaire.selection import LeftOut, same_person, unsuitable, without_answers

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CleanQuestionnaire:
    """Clean answers and scores, and what became of everything else.

    ``data``: one row a person, sorted by unit: unit, cluster, declared columns, official columns, answers as
    answered, scale scores, published scores, flags of careless answering, seconds, source. ``rows``: the row of the
    file of each person. ``reasons``: every blank answer, and why. ``ledger`` and ``flow``: their contracts without
    study and source. ``accounts`` and ``participant_flow``: their contracts.
    """

    data: pd.DataFrame
    rows: pd.DataFrame
    reasons: pd.DataFrame
    ledger: pd.DataFrame
    flow: pd.DataFrame
    accounts: pd.DataFrame
    participant_flow: pd.DataFrame


def clean_questionnaire(
    export: Export,
    *,
    study: str,
    source_id: str,
    source: str,
    settings: Mapping[str, Any],
    columns: Mapping[str, Mapping[str, Any]],
    decimal: str,
    out_of_range: str,
    items: pd.DataFrame,
    answer_words: Mapping[str, Any],
    unit: str,
    cluster: str | None,
    group: str | None,
    levels: Sequence[str],
    pseudonym: Callable[[str, str], str] | None,
    official: pd.DataFrame | None,
    min_cell: int,
) -> CleanQuestionnaire:
    """Clean one export by its settings in study.yaml and by items.csv.

    Rows are left out in this order: no answers, no consent, not eligible, nothing answered, repeated. Ids become
    pseudonyms (``pseudonym`` of prefix and id; with None the ids of made people stay). The order of the file's rows
    and columns has no influence on ``data``. ``official``: rbd, and what is taken over from official files. Small
    groups (below ``min_cell``) are withheld from the flow of real people.

    Raises ``InputFaults`` with everything that is wrong in any column.
    """
    import pandas as pd

    instrument = instrument_of(items, answer_words=answer_words, version=settings["version"])
    frame = export.frame
    reading = Reading(export, frame.index, decimal, out_of_range, lambda cell: "")
    ids = id_columns(reading, settings, cluster=cluster is not None)
    reading.shown = discreet([frame[column.name] for column in ids.values()])
    _refuse_made_people(reading, source)
    made = [unit, *([cluster] if cluster and "school" in settings else [])]
    made += [] if official is None else settings["official"]["columns"]
    made += [f"{name}_{o}" for name, how in columns.items() for o in how.get("options", {}).values()]
    answered = {item.id for item in instrument.items} | {scale.id for scale in instrument.scales}
    for name in made:
        if name in answered:
            allowed = "an id that no column made here has"
            reading.faults.append(Fault("items.csv", "", "item", f"'{name}'", allowed))
    left_out = unsuitable(reading, settings)
    reading.rows = frame.index[[row not in left_out for row in frame.index]]
    known = {role: identified(reading, c, role, settings[role]["type"]) for role, c in ids.items()}
    outcomes = {row["item"]: item_of(row) for row in rows_of(items) if not row["score"]}
    read_columns(reading, columns, outcomes, instrument, settings, personal=pseudonym is not None)
    left_out |= without_answers(reading)
    content = contents(reading, known)
    if "person" in known:
        persons = known["person"].loc[[row for row in reading.rows if row not in left_out]]
        left_out |= same_person(reading, persons, settings, content)
    if reading.faults:
        raise InputFaults(reading.faults)

    stayed = [row for row in frame.index if row not in left_out]
    names = {"person": unit, "school": cluster or ""}
    people = {names[role]: named(frame[c.name], known[role], role, pseudonym) for role, c in ids.items()}
    stayed.sort(key=lambda row: (people[unit][row] if unit in people else "", content[row]))
    people = {unit: people.get(unit, numbered(stayed)), **people}
    taken: pd.DataFrame | None = None
    unknown_schools: set[Any] = set()
    if official is not None and "school" in known:
        taken, unknown_schools = looked_up(known["school"], official, settings["official"]["columns"])
    data = data_of(
        reading,
        stayed,
        people=people,
        official=taken,
        columns=columns,
        outcomes=outcomes,
        instrument=instrument,
        settings=settings,
    ).assign(source=source)
    if reading.faults:
        raise InputFaults(reading.faults)

    origin = reading.origin | ({names[role]: c.name for role, c in ids.items()} if pseudonym is None else {})
    carried: dict[str, list[str]] = {}
    for name, column in origin.items():
        if name in data.columns:
            carried.setdefault(column, []).append(name)
    rules = {row: left_out[row].rule for row in frame.index if row in left_out}
    ledger = ledger_of(
        frame, file=export.file, left_out=rules, changed=reading.ledger, carried=carried, roles=reading.roles
    )
    accounts = accounts_of(
        frame, file=export.file, data=data, ledger=ledger, carried=carried, roles=reading.roles
    )
    groups = _groups(columns, group, levels)
    boxes = _boxes(_group_of_rows(reading, columns, group), left_out, data, instrument.scales, settings)
    asked = settings["asked"]
    flow = participant_flow(
        boxes, groups=groups, asked=asked, min_cell=min_cell if source == "real" else None
    )
    place = {"study": study, "source_id": source_id, "source": source}
    reasons = {name: reading.reasons[name].to_dict() for name in data.columns if name in reading.reasons}
    blanks = [
        (person, name, why[row])
        for row, person in data[unit].items()
        for name, why in reasons.items()
        if why[row]
    ]
    return CleanQuestionnaire(
        data=data.reset_index(drop=True),
        rows=pd.DataFrame({unit: data[unit].to_numpy(), "file": export.file, "row": stayed}),
        reasons=pd.DataFrame(blanks, columns=[unit, "item", "reason"], dtype="object"),
        ledger=ledger,
        flow=flow_of(rules, flow, unknown_schools=len(unknown_schools & set(stayed))),
        accounts=CONTRACTS["accounts"].check(accounts.assign(**place)),
        participant_flow=CONTRACTS["participant_flow"].check(flow.assign(**place)),
    )


def _refuse_made_people(reading: Reading, source: str) -> None:
    """A file of simulated people is not read as a real one."""
    if source == "simulated":
        return
    for column in reading.export.columns:
        if plain(column.name) == "source":
            cells = reading.export.frame[column.name]
            rows = [
                row for row, cell in cells.items() if isinstance(cell, str) and plain(cell) == "simulated"
            ]
            if rows:
                allowed = f"rows that are {source}, as the study says"
                fault = Fault(reading.export.file, str(rows[0]), column.name, "'simulated'", allowed)
                reading.faults.append(fault)


def _groups(columns: Mapping[str, Any], group: str | None, levels: Sequence[str]) -> list[str]:
    """The levels of the group in this file, those that are compared first; none where it has no groups."""
    declared = columns.get(group or "", {}).get("levels")
    return list(dict.fromkeys([*levels, *declared.values()])) if declared else []


def _group_of_rows(reading: Reading, columns: Mapping[str, Any], group: str | None) -> pd.Series[Any]:
    """The group of every row of the file, also of those left out; None where it is not known."""
    import pandas as pd

    frame = reading.export.frame
    if group not in reading.origin or "levels" not in columns.get(group or "", {}):
        return pd.Series(None, index=frame.index, dtype="object")
    column = next(c for c in reading.export.columns if c.name == reading.origin[group])
    known = [level_of(cell, column, columns[group]["levels"]) for cell in frame[column.name]]
    return pd.Series(known, index=frame.index, dtype="object")


def _boxes(
    groups: pd.Series[Any],
    left_out: Mapping[Any, LeftOut],
    data: pd.DataFrame,
    scales: Sequence[Scale],
    settings: Mapping[str, Any],
) -> list[Box]:
    """The boxes of the flow of participants, each with the groups of its people."""
    found = {why.box for why in left_out.values()}
    possible = {
        "no_answer": "no_answer" in found,
        "no_consent": "consent" in settings,
        "not_eligible": bool(settings["eligible"]),
        "nothing_answered": True,
        "repeated": "person" in settings,
    }
    boxes = [Box("rows_read", "entered", groups)]
    for box in (name for name, there in possible.items() if there):
        rows = [row for row, why in left_out.items() if why.box == box]
        boxes.append(Box(box, "left_out", groups.loc[rows]))
    boxes.append(Box("kept", "stayed", groups.loc[data.index]))
    for scale in scales:
        boxes.append(Box(f"scored_{scale.id}", "part", groups.loc[data.index[data[scale.id].notna()]]))
    return boxes
