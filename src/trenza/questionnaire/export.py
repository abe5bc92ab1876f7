"""What a survey tool's export says: one column a question, one row a person, whatever the tool's own habits.

Nothing is judged here: cells stay as the file has them, and rows that are no answers are named, not dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import Cell, SurveyFile
from trenza.questionnaire.export_tools import (
    LIMESURVEY,
    PLAIN,
    QUALTRICS,
    TOOLS,
    fits,
    limesurvey_parts,
    no_answer,
    own_columns,
    qualtrics_header,
    recognise,
)
from trenza.questionnaire.people import UNSEEN, holds_id

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("submitted", "started", "seconds", "finished", "person", "status")


@dataclass(frozen=True)
class Column:
    """One column of an export.

    ``name``: unique; the header or the question's code. ``text``: the question as people saw it (blank where the
    file does not have it; equal to ``name`` where the header is the question). ``labels``: what numbers of the
    column mean. ``missing``: the user-missing values of SPSS, single ones or (low, high).
    ``own``: the tool fills it in, it is no question.
    """

    name: str
    text: str = ""
    labels: Mapping[float | str, str] = field(default_factory=dict)
    missing: Sequence[float | str | tuple[float, float]] = ()
    own: bool = False


@dataclass(frozen=True)
class Export:
    """An export, its own columns told from the questions.

    ``file`` is the name in messages, ``tool`` what made it. ``frame``: cells as in the file (text, float, time or
    None), one column for each of ``columns`` under its name, index = row as a spreadsheet shows it. ``system``:
    the tool's own column for each role in ``ROLES`` that it has. ``left_out``: rows that are no answers, each with
    the rule that says so; they are still in ``frame``, so that whoever leaves them out can count their cells.
    """

    file: str
    tool: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    system: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[int, str], ...] = ()


def read_export(file: SurveyFile, *, tool: str = "auto") -> Export:
    """The export in ``file``; ``tool`` as in study.yaml, ``auto`` tells it by the header.

    Repeated headers become ``Comments (2)`` and so on, a blank one above cells ``column 7``; columns without name
    and cells are not there. Raises ``InputFaults`` for a header that is not of the tool, for a first row that is
    no header, and for no rows below it.
    """
    import pandas as pd

    header = list(file.names) or [_header_text(cell) for cell in file.rows[0]]
    body = list(file.rows) if file.names else list(file.rows[1:])
    first = file.first_row if file.names else file.first_row + 1
    if any(holds_id(name) for name in header):
        # Not quoted: it says who somebody is.
        raise _fault(
            file, str(file.first_row), "a first row that holds somebody's RUT or e-mail", "the header"
        )
    known = {t.name: t for t in TOOLS}
    used = recognise(header) if tool == "auto" else known[tool]
    if not fits(used, header) and used is not PLAIN:
        signs = " or ".join(", ".join(sorted(sign)) for sign in used.signs)
        raise _fault(file, "1", f"a header that is not one of {used.name}", f"columns such as {signs}")
    texts = dict(file.texts)
    if used is QUALTRICS and not file.names:
        questions, rows = qualtrics_header(file.rows)
        texts |= {i: " ".join(str(text).split()) for i, text in enumerate(questions) if text is not None}
        body, first = list(file.rows[rows:]), file.first_row + rows
    if used is LIMESURVEY:
        parts = [limesurvey_parts(name) for name in header]
        # Headings have codes where the tool's own columns have theirs; else a full stop is the question's.
        if any(text and code in ("submitdate", "lastpage", "startlanguage") for code, text in parts):
            texts |= {i: text for i, (_, text) in enumerate(parts) if text}
            header = [code for code, _ in parts]
    if not body:
        raise _fault(file, str(first), "no rows below the header", "at least one row")
    filled = [any(row[i] is not None for row in body) for i in range(len(header))]
    if sum(not name and full for name, full in zip(header, filled, strict=True)) * 2 > len(header):
        raise _fault(file, str(file.first_row), "a first row without names for most columns", "the header")
    kept = [i for i, name in enumerate(header) if name or filled[i]]
    names = _unique([header[i] or f"column {i + 1}" for i in kept])
    system, own = own_columns(used, names)
    columns = tuple(
        Column(
            name,
            # A header of several words is the question itself.
            texts.get(i, header[i] if len(header[i].split()) > 1 else ""),
            file.labels.get(i, {}),
            file.missing.get(i, ()),
            name in own,
        )
        for i, name in zip(kept, names, strict=True)
    )
    cells = {name: [row[i] for row in body] for i, name in zip(kept, names, strict=True)}
    index = pd.RangeIndex(first, first + len(body))
    frame = pd.DataFrame({n: pd.Series(v, index=index, dtype=object) for n, v in cells.items()})
    left_out: list[tuple[int, str]] = []
    if used is QUALTRICS and "status" in system:
        told = zip(index, cells[system["status"]], strict=True)
        left_out = [(row, rule) for row, status in told if (rule := no_answer(status))]
    if used is LIMESURVEY and "submitted" in system:
        sent = {cell for cell in cells[system["submitted"]] if cell is not None}
        # What LimeSurvey writes where a survey keeps no times.
        if all(str(cell).startswith("1980-01-01") for cell in sent):
            system = {role: name for role, name in system.items() if role != "submitted"}
    return Export(file.file, used.name, columns, frame, system, tuple(left_out))


def _header_text(cell: Cell) -> str:
    """A header as text; a number in it without needless decimals."""
    if cell is None:
        return ""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).translate(UNSEEN).strip()


def _unique(names: Sequence[str]) -> list[str]:
    """Names of which no two are equal: the first keeps its name, the next is ``name (2)``."""
    given: set[str] = set()
    reached: dict[str, int] = {}
    out: list[str] = []
    there = set(names)
    for name in names:
        new, number = name, reached.get(name, 1)
        while new in given or (number > 1 and new in there):
            number += 1
            new = f"{name} ({number})"
        given.add(new)
        reached[name] = number
        out.append(new)
    return out


def _fault(file: SurveyFile, row: str, found: str, allowed: str) -> InputFaults:
    return InputFaults([Fault(file.file, row, "", found, allowed)])
