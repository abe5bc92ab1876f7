"""Which column of an export a header in the configuration means."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.questionnaire.export import Column, Export

_MANY = 12


def find_column(export: Export, headers: Sequence[str], *, wanted_by: str) -> Column:
    """The one column that ``headers`` (of which one must be there) name.

    A header is compared with names as they stand, then without case, accents and blanks, then with the text of
    the question; the first of these that fits any column decides. Raises ``InputFaults`` where no column or more
    than one fits; ``wanted_by`` says in the message whose column it is.
    """
    found = {column.name: column for header in headers for column in _fitting(export.columns, header)}
    shown = " or ".join(f"'{header}'" for header in headers)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        what, allowed = f"{shown} fits {', '.join(map(repr, found))}", "a header that fits one column"
    else:
        names = [c.name for c in export.columns]
        near = names if len(names) <= _MANY else get_close_matches(headers[0], names, _MANY, 0.0)
        what, allowed = f"no column {shown}", f"a column of the file, such as {', '.join(near)}"
    raise InputFaults([Fault(export.file, "1", wanted_by, what, allowed)])


def _fitting(columns: Sequence[Column], header: str) -> list[Column]:
    wanted = plain(header)
    return (
        [c for c in columns if c.name == header]
        or [c for c in columns if plain(c.name) == wanted]
        or [c for c in columns if c.text and plain(c.text) == wanted]
    )
