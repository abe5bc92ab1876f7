"""The columns that a study declares, read out of an export for the rows that stay, with every fault and ledger line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.questionnaire.answers import Question, is_blank, question_of, read_answers, read_number
from trenza.questionnaire.export import Column, Export
from trenza.questionnaire.headers import find_column
from trenza.questionnaire.instrument import Instrument, Item
from trenza.questionnaire.multi_select import chosen
from trenza.questionnaire.times import parse_seconds
from trenza.questionnaire.typed import as_text

if TYPE_CHECKING:
    import pandas as pd

_FEW = 10  # different words that any question with words may have


@dataclass
class Reading:
    """Values read so far, by name in the project, and what happened on the way.

    ``rows``: rows of the file that are read. ``reasons``: for answers, why each blank is blank. ``origin``: the
    file's column of each value. ``roles``: what each of the file's columns is used as. ``ledger``: cells that became
    missing, as (row, column, rule, value, cells); cells is 0 for a computed column. ``shown`` puts a cell into messages and ledger.
    """

    export: Export
    rows: pd.Index[Any]
    decimal: str
    out_of_range: str
    shown: Callable[[Any], str]
    values: dict[str, pd.Series[Any]] = field(default_factory=dict)
    reasons: dict[str, pd.Series[Any]] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    ledger: list[tuple[Any, str, str, str, int]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def column(self, headers: Sequence[str], wanted_by: str, role: str) -> Column | None:
        """The column that one of ``headers`` names, noted under its role; None, and a fault, where there is none."""
        try:
            column = find_column(self.export, headers, wanted_by=wanted_by)
        except InputFaults as error:
            self.faults += error.faults
            return None
        self.use(column.name, role)
        return column

    def use(self, column: str, role: str) -> None:
        """Note what a column is used as."""
        roles = self.roles.setdefault(column, [])
        if role not in roles:
            roles.append(role)

    def cells(self, column: str) -> pd.Series[Any]:
        """The cells of a column in the rows that are read."""
        return self.export.frame.loc[self.rows, column]

    def discreet(self, column: str) -> Callable[[Any], str]:
        """How cells of a column are shown: where most of them are words of their own, as names are, no words."""
        texts = [text for cell in self.cells(column) if (text := as_text(cell)) is not None]
        words = {plain(text) for text in texts if any(c.isalpha() for c in text)}
        if len(words) <= max(_FEW, len(texts) / 2):
            return self.shown

        def shown(cell: Any) -> str:
            text = as_text(cell) or ""
            worded = any(c.isalpha() for c in text)
            return f"(text of {len(text)} signs)" if worded else self.shown(cell)

        return shown

    def answers(self, name: str, column: Column, question: Question) -> None:
        """Read a column of numbers under ``name``."""
        read = read_answers(
            self.cells(column.name),
            question,
            file=self.export.file,
            column=column.name,
            out_of_range=self.out_of_range,
            shown=self.discreet(column.name),
        )
        self.values[name], self.reasons[name] = read.values, read.reasons
        self.origin[name] = column.name
        self.faults += read.faults
        self.ledger += [(row, column.name, rule, value, 1) for row, rule, value in read.ledger]

    def item(self, item: Item, instrument: Instrument) -> None:
        """Read the answers to an item of the instrument."""
        column = self.column(item.headers or (item.id,), item.id, "item")
        if column is None:
            return
        other = next((n for n in self.reasons if self.origin[n] == column.name), None)
        if other is not None:
            found, allowed = f"the column that {other} is read from", "a column of its own for each item"
            self.faults.append(Fault(self.export.file, "1", column.name, found, f"{allowed}, here {item.id}"))
        else:
            self.answers(item.id, column, question_of(item, column, instrument.words, self.decimal))

    def declared(self, name: str, how: Mapping[str, Any], item: Item | None, instrument: Instrument) -> None:
        """Read a column that study.yaml declares; ``item`` is its row of items.csv, where it has one."""
        column = self.column([how["from"]], name, "column")
        if column is None:
            return
        if "levels" in how:
            self._levels(name, column, how["levels"])
        elif "options" in how:
            self._options(name, column, how["options"])
        elif how.get("type", "number") == "number" and item is not None:
            self.answers(name, column, question_of(item, column, instrument.words, self.decimal))
        elif how.get("type") == "integer":
            whole = Question(-math.inf, math.inf, missing=column.missing, decimal=self.decimal)
            self.answers(name, column, whole)
            given = self.values[name].dropna()
            # Beyond 2^53 a number in a file is no longer told apart from its neighbour.
            parts = (given.mod(1) != 0) | (given.abs() > 2**53)
            shown = self.discreet(column.name)
            self.faults += [
                Fault(self.export.file, str(row), column.name, f"'{shown(cell)}'", "a whole number")
                for row, cell in self.cells(column.name)[parts.index[parts]].items()
            ]
            if not parts.any():
                self.values[name] = self.values[name].astype("Int64")
            del self.reasons[name]
        else:
            self._put(name, column.name, [as_text(cell) for cell in self.cells(column.name)])

    def seconds(self, column: str, *, declared: bool) -> None:
        """Read the time taken; what is no time is a fault, or missing where the tool itself wrote the column."""
        self.use(column, "seconds")
        cells = self.cells(column)
        allowed = f"a time in seconds with decimal mark '{self.decimal}', or hh:mm:ss"
        values, unreadable = parse_seconds(
            [None if is_blank(cell) else cell for cell in cells], decimal=self.decimal
        )
        for place, ((row, cell), value) in enumerate(zip(cells.items(), values, strict=True)):
            if place in unreadable and declared:
                found = f"'{self.shown(cell)}'"
                self.faults.append(Fault(self.export.file, str(row), column, found, allowed))
            elif value is None and not is_blank(cell):
                self.ledger.append((row, column, "no time in seconds: set to missing", self.shown(cell), 1))
        numbers = [math.nan if value is None else value for value in values]
        self._put("seconds", column, numbers, "float64")

    def _levels(self, name: str, column: Column, levels: Mapping[str, str]) -> None:
        found = [level_of(cell, column, levels) for cell in self.cells(column.name)]
        self._unread(column, [level is None for level in found], ", ".join(levels) + " or blank", levels)
        self._put(name, column.name, found)

    def _options(self, name: str, column: Column, options: Mapping[str, str]) -> None:
        picked = []
        for cell in self.cells(column.name):
            text = cell if isinstance(cell, str) else as_text(cell)
            picked.append(None if is_blank(cell) else chosen(text, options))
        self._unread(column, [ids is None for ids in picked], "these choices: " + ", ".join(options), {})
        for option in dict.fromkeys(options.values()):
            ticked = [math.nan if p is None else float(option in p) for p in picked]
            self._put(f"{name}_{option}", column.name, ticked, "float64")

    def _put(self, name: str, column: str, values: Sequence[Any], dtype: str = "object") -> None:
        import pandas as pd

        self.values[name] = pd.Series(list(values), index=self.rows, dtype=dtype)
        self.origin[name] = column

    def _unread(
        self, column: Column, unread: Sequence[bool], allowed: str, levels: Mapping[str, str]
    ) -> None:
        """Cells that are ``unread``: missing where the file says so, else faults; blank ones are neither.

        What stands for two ``levels`` is refused even where the file calls it missing.
        """
        question = Question(-math.inf, math.inf, missing=column.missing)
        shown = self.discreet(column.name)
        for (row, cell), wrong in zip(self.cells(column.name).items(), unread, strict=True):
            if not wrong or is_blank(cell):
                continue
            if _declared_missing(cell, question) and not levels_of(cell, column, levels):
                self.ledger.append((row, column.name, "missing code", shown(cell), 1))
            else:
                found = f"'{shown(cell)}'"
                self.faults.append(Fault(self.export.file, str(row), column.name, found, allowed))


def _declared_missing(cell: Any, question: Question) -> bool:
    """Whether the file itself says that a cell is missing: user-missing of SPSS, .a to .z of Stata."""
    if isinstance(cell, str):
        return question.is_missing_text(as_text(cell) or "")
    return isinstance(cell, float) and question.is_missing(cell)


def level_of(cell: Any, column: Column, levels: Mapping[str, str]) -> str | None:
    """The one level that a cell stands for; None for any other cell, and for one that stands for several."""
    found = levels_of(cell, column, levels)
    return found.pop() if len(found) == 1 else None


def levels_of(cell: Any, column: Column, levels: Mapping[str, str]) -> set[str]:
    """The levels that a cell stands for: by its text, the same number, or its value label; one, none or several."""
    text = as_text(cell)
    if text is None or isinstance(cell, bool):
        return set()
    label = column.labels.get(cell) if isinstance(cell, str | float) else None
    texts = [text] if label is None else [text, label]
    exact = {levels[t] for t in texts if t in levels}
    near = {level for key, level in levels.items() if plain(key) in map(plain, texts)}
    return exact or near


def fulfils(cell: Any, column: Column, allowed: Sequence[str | float], decimal: str) -> bool:
    """Whether a cell is one of ``allowed``, by its text, number or value label; case and accents do not matter."""
    text = as_text(cell)
    if text is None or isinstance(cell, bool):
        return False
    label = column.labels.get(cell) if isinstance(cell, str | float) else None
    texts = {plain(t) for t in (text, label) if t is not None}
    if texts & {plain(as_text(a) or "") for a in allowed}:
        return True
    number = read_number(text, decimal if isinstance(cell, str) else ".")
    numbers = {read_number(as_text(a) or "", ".") for a in allowed}
    return number is not None and number in numbers
