"""The clean data of one questionnaire: every column read, people named, scores and flags beside the answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.questionnaire.answers import Question, read_number
from trenza.questionnaire.careless import flags
from trenza.questionnaire.people import read_identifiers
from trenza.questionnaire.scoring import score
from trenza.questionnaire.typed import as_text

if TYPE_CHECKING:
    import pandas as pd

    from trenza.questionnaire.export import Column
    from trenza.questionnaire.instrument import Instrument, Item, Scale
    from trenza.questionnaire.reading import Reading

Columns = Mapping[str, Mapping[str, Any]]
PREFIXES = {"person": "P", "school": "S"}


def id_columns(reading: Reading, settings: Mapping[str, Any], *, cluster: bool) -> dict[str, Column]:
    """The columns of ids by role: person, and school where the study has clusters."""
    roles = [role for role in PREFIXES if role in settings and (role == "person" or cluster)]
    found = {role: reading.column([settings[role]["from"]], role, role) for role in roles}
    return {role: column for role, column in found.items() if column is not None}


def identified(reading: Reading, column: Column, role: str, kind: str) -> pd.Series[Any]:
    """Ids by row, in their one way of writing; a person needs one, a school may be blank."""
    read = read_identifiers(
        reading.cells(column.name),
        kind,
        file=reading.export.file,
        column=column.name,
        blank=role == "school",
    )
    reading.faults += read.faults
    return read.values


def read_columns(
    reading: Reading,
    columns: Columns,
    outcomes: Mapping[str, Item],
    instrument: Instrument,
    settings: Mapping[str, Any],
    *,
    personal: bool,
) -> None:
    """Read declared columns, items, published scores and the time taken.

    ``outcomes``: items.csv by id. ``personal``: real people, of whom no free text and no further id is kept.
    """
    asked = {item.id for item in instrument.items}
    for name, how in columns.items():
        if "difference" in how:
            continue
        item = outcomes.get(name)
        kind = "levels" if {"levels", "options"} & set(how) else how.get("type", "number")
        wrong = ""
        if personal and kind in ("text", "id"):
            wrong = f"type {kind}, which may say who somebody is"
        elif kind == "number" and item is None:
            wrong = "no row in items.csv"
        elif kind == "number" and item is not None and item.reverse and name not in asked:
            wrong = "reverse: yes outside a scale"
        if wrong:
            reading.faults.append(
                Fault(reading.export.file, "1", name, wrong, "levels, options, integer or an item")
            )
        else:
            reading.declared(name, how, item, instrument)
    for item in instrument.items:
        if item.id not in columns:
            reading.item(item, instrument)
    for scale in instrument.scales:
        if scale.published:
            name = f"published_{scale.id}"
            column = reading.column([scale.published], name, "published")
            if column is not None:
                codes = tuple(dict.fromkeys(code for item in scale.items for code in item.missing_codes))
                # 9 is no answer from 1 to 5, but it may be the sum of three.
                codes = tuple(code for code in codes if not _within(code, scale))
                numbers = Question(
                    -math.inf, math.inf, codes, missing=column.missing, decimal=reading.decimal
                )
                reading.answers(name, column, numbers)
                reading.reasons.pop(name)
    taken = settings.get("seconds") or reading.export.system.get("seconds")
    if taken:
        column = reading.column([taken], "seconds", "seconds")
        if column is not None:
            reading.seconds(column.name, declared="seconds" in settings)


def _within(code: str, scale: Scale) -> bool:
    """Whether a missing code is a score that the scale may have."""
    number = read_number(code, ".")
    return number is not None and scale.low <= number <= scale.high


def contents(reading: Reading, known: Mapping[str, pd.Series[Any]]) -> dict[Any, str]:
    """What each row says, as one text: the order of rows that nothing else tells apart."""
    lists = [known[role].tolist() for role in sorted(known)]
    lists += [reading.values[name].tolist() for name in sorted(reading.values)]
    told = zip(*lists, strict=True) if lists else [()] * len(reading.rows)
    return {row: "\x1f".join(map(str, values)) for row, values in zip(reading.rows, told, strict=True)}


def named(
    cells: pd.Series[Any], known: pd.Series[Any], role: str, pseudonym: Callable[[str, str], str] | None
) -> pd.Series[Any]:
    """What people or schools are called in the data: pseudonyms, or the ids of made people as they stand."""
    if pseudonym is None:
        return cells.loc[known.index].map(as_text).astype("object")
    return known.map(lambda i: None if i is None else pseudonym(PREFIXES[role], i)).astype("object")


def numbered(rows: Sequence[Any]) -> pd.Series[Any]:
    """Names for people without ids, in the order of ``rows``: r001, r002, ..."""
    import pandas as pd

    width = max(3, len(str(len(rows))))
    return pd.Series({row: f"r{n:0{width}d}" for n, row in enumerate(rows, 1)}, dtype="object")


def looked_up(
    schools: pd.Series[Any], official: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, set[Any]]:
    """Official ``columns`` by row, and the rows whose school is not in the official files.

    ``schools``: RBD by row as text, None where blank. ``official``: one row a school.
    """
    table = official.set_index("rbd")
    numbers = schools.map(lambda rbd: None if rbd is None else int(rbd))
    found = table[[*columns]].reindex([-1 if n is None or n != n else int(n) for n in numbers])
    unknown = {row for row, n in numbers.items() if n == n and n is not None and int(n) not in table.index}
    return found.set_axis(schools.index), unknown


def data_of(
    reading: Reading,
    rows: Sequence[Any],
    *,
    people: Mapping[str, pd.Series[Any]],
    official: pd.DataFrame | None,
    columns: Columns,
    outcomes: Mapping[str, Item],
    instrument: Instrument,
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """The clean data without source, index = ``rows`` of the file in their order.

    ``people``: unit and cluster by row, under their names. Scores and flags are computed on rows in this order.
    """
    import pandas as pd

    values = {name: series.loc[[*rows]] for name, series in reading.values.items()}
    declared: list[str] = []
    for name, how in columns.items():
        declared += (
            [f"{name}_{o}" for o in dict.fromkeys(how["options"].values())] if "options" in how else [name]
        )
    answers = pd.DataFrame({item.id: values[item.id] for item in instrument.items}, index=[*rows])
    scores = {s.id: score(answers, s, min_answered=settings["min_answered"]) for s in instrument.scales}
    published = {name: values[name] for s in instrument.scales if (name := f"published_{s.id}") in values}
    for name, how in columns.items():
        if "difference" in how:
            later, earlier = ({**values, **scores}[column] for column in how["difference"])
            values[name] = held_to_range(reading, name, later - earlier, outcomes.get(name))
    out = {name: series.loc[[*rows]] for name, series in people.items()}
    out |= {name: values[name] for name in declared}
    out |= {} if official is None else dict(official.loc[[*rows]].items())
    out |= {name: answers[name] for name in answers.columns if name not in columns}
    out |= scores | published
    seconds = values.get("seconds")
    out |= dict(flags(answers, instrument.items, seconds=seconds, settings=settings["careless"]).items())
    out |= {} if seconds is None else {"seconds": seconds}
    return pd.DataFrame(out, index=[*rows])


def held_to_range(reading: Reading, name: str, values: pd.Series[Any], item: Item | None) -> pd.Series[Any]:
    """A computed column with values outside its range made missing, or, with ``stop``, each a fault."""
    if item is None:
        return values
    inside = values.between(item.low, item.high) | values.isna()
    for row in values.index[~inside]:
        if reading.out_of_range == "stop":
            found, allowed = f"{values[row]:g}", f"{item.low:g} to {item.high:g}"
            reading.faults.append(Fault(reading.export.file, str(row), name, found, allowed))
        else:
            rule = f"outside {item.low:g} to {item.high:g}: set to missing"
            reading.ledger.append((row, name, rule, as_text(float(values[row])) or "", 0))
    return values.where(inside)
