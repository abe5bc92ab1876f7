"""Who answered and where they work: ids read, checked, and replaced by pseudonyms; people who answered twice."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.questionnaire.typed import as_text

if TYPE_CHECKING:
    import pandas as pd

# Signs without width that copying leaves in cells: soft hyphen, zero-width space, marks of direction, word joiner, byte order mark.
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_HYPHEN = "[-‐‑‒–−]"
_RUT = re.compile(rf"([0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,2}}|[0-9]{{6,9}}){_HYPHEN}?([0-9Kk])")
_RBD = re.compile(rf"([0-9]{{1,3}}\.[0-9]{{3}}|[0-9]{{1,5}})(?:{_HYPHEN}([0-9Kk]))?")
# A RUT with or without its check digit, whether it fits or not, and telephone numbers.
_RUT_INSIDE = re.compile(
    rf"(?<![0-9.,])[0-9]{{1,3}}[. ]?[0-9]{{3}}[. ]?[0-9]{{3}}(?:\s?{_HYPHEN}?\s?[0-9Kk])?(?![0-9])"
)
_LONG = 40
_NO_ID = {"na", "n/a", "#n/a", "nan", "null", "none", "s/i", "sin información", "no aplica"}
ALLOWED = {
    "rut": "a RUT with its check digit, such as 12.345.678-5 or 123456785",
    "rbd": "an RBD, with the check digit that fits or without one",
    "text": "some text",
}


def check_digit(number: int) -> str:
    """The check digit of a RUT (or RUN, or RBD): modulo 11.

    Digits from the right times 2, 3, 4, 5, 6, 7, 2, 3, ...; 11 minus the remainder of the sum by 11; 11 is written
    0 and 10 is written K (Servicio de Impuestos Internos, Chile). Official RBDs have the same digit but for some:
    of 16,768 schools in the directory of 2025, all but 50.
    """
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(str(number))))
    rest = 11 - total % 11
    return {11: "0", 10: "K"}.get(rest, str(rest))


def identifier(cell: Any, kind: str) -> tuple[str | None, str]:
    """The id in a cell (``kind``: rut, rbd or text) in its one way of writing, and what is wrong with it.

    RUT: ``12345678-5``. RBD: its number without check digit. Text: case, kinds of letter forms (NFKC), blanks
    and signs without width make no difference. A blank cell is None with nothing wrong. What is wrong never repeats the cell.
    """
    text = as_text(cell)
    if text is None:
        return None, ""
    if isinstance(cell, bool | datetime.date) or (isinstance(cell, float) and not cell.is_integer()):
        return None, "a cell that is no id"
    text = " ".join(unicodedata.normalize("NFKC", text.translate(UNSEEN)).split())
    if not text:
        return None, "a cell that is no id"
    if kind == "text":
        # One sign for all who left it away would make one person of them.
        nothing = not any(c.isalnum() for c in text) or text.casefold() in _NO_ID
        return (None, "a cell that is no id") if nothing else (text.casefold(), "")
    match = (_RUT if kind == "rut" else _RBD).fullmatch(text.replace(" ", ""))
    if not match:
        return None, f"a cell that is no {kind.upper()}"
    number, digit = int(match[1].replace(".", "")), (match[2] or "").upper()
    if number == 0 or (digit and digit != check_digit(number)):
        article = "a RUT" if kind == "rut" else "an RBD"
        return None, f"{article} whose check digit does not fit"
    return (f"{number}-{digit}" if kind == "rut" else str(number)), ""


@dataclass(frozen=True)
class Identifiers:
    """Ids of one column by row, None where blank, and every fault."""

    values: pd.Series[Any]
    faults: list[Fault]


def read_identifiers(cells: pd.Series[Any], kind: str, *, file: str, column: str, blank: bool) -> Identifiers:
    """Ids in a column; a blank is a fault unless ``blank`` allows it. No fault repeats a cell."""
    import pandas as pd

    values: list[str | None] = []
    faults = []
    for row, cell in cells.items():
        value, wrong = identifier(cell, kind)
        if value is None and not wrong and not blank:
            wrong = "a blank"
        if wrong:
            faults.append(Fault(file, str(row), column, wrong, ALLOWED[kind]))
        values.append(value)
    return Identifiers(pd.Series(values, index=cells.index, dtype="object"), faults)


def discreet(personal: Sequence[pd.Series[Any]]) -> Callable[[Any], str]:
    """A function that puts a cell into a message or the ledger, unless it may tell who somebody is.

    ``personal``: the columns of people's and schools' ids. What equals one of them (four signs or more), holds what
    looks like a RUT, a telephone number or an address of electronic mail, or is longer than 40 signs, is described and not shown.
    """
    hidden = {_bare(text) for cells in personal for cell in cells if (text := as_text(cell)) is not None}
    hidden |= {text[:-1] for text in hidden}
    hidden = {text for text in hidden if len(text) >= 4}

    def shown(cell: Any) -> str:
        text = as_text(cell) or ""
        if _RUT_INSIDE.search(text) or _bare(text) in hidden or re.search(r"\w@\w", text):
            return "(not shown: it may be an id)"
        text = text.translate({sign: f"(U+{sign:04X})" for sign in UNSEEN})
        return text if len(text) <= _LONG else f"(text of {len(text)} signs)"

    return shown


def repeated(
    people: pd.Series[Any],
    *,
    rule: str,
    answered: pd.Series[Any],
    times: Mapping[Any, datetime.datetime],
    content: Mapping[Any, str],
) -> dict[Any, Any]:
    """Rows that are left out because their person has another one: the row, and the row that stays.

    ``rule``: first_submitted, last_submitted or most_answered (the questionnaire with most answers). ``people``:
    id by row; ``answered``: number of answers by row; ``times``: time of sending by row. Rows that the rule does
    not tell apart go by what they say (``content``), so that the order of rows decides nothing.
    """
    left_out: dict[Any, Any] = {}
    for rows in _same(people).values():
        if rule == "most_answered":
            order = sorted(rows, key=lambda row: (-answered[row], content[row]))
        else:
            order = sorted(rows, key=lambda row: content[row])
            order.sort(key=lambda row: times[row], reverse=rule == "last_submitted")
        left_out |= dict.fromkeys(order[1:], order[0])
    return left_out


def repeated_rows(people: pd.Series[Any]) -> dict[Any, Any]:
    """Each row of a person who has an earlier one, and that first row."""
    return {row: rows[0] for rows in _same(people).values() for row in rows[1:]}


def _same(people: pd.Series[Any]) -> dict[Any, list[Any]]:
    rows: dict[Any, list[Any]] = {}
    for row, person in people.items():
        if person is not None:
            rows.setdefault(person, []).append(row)
    return {person: found for person, found in rows.items() if len(found) > 1}


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def holds_id(text: str) -> bool:
    """Whether a text is nothing but a RUT with its check digit, with dots or a hyphen, or an address of e-mail."""
    rut = re.search(r"[.\-‐‑‒–−]", text) is not None and identifier(text, "rut")[0] is not None
    return rut or re.fullmatch(r"\S+@\S+\.\S+", text.strip()) is not None
