"""links.csv as rows of text: its grammar and its checks.

No pandas here, so that the workflow can check the links before any job starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from trenza.contracts.faults import Fault
from trenza.contracts.tables import DIRECTIONS

COLUMNS = (
    "link", "proposition_en", "proposition_es", "finding", "expects",
    "codes", "code_expects", "level", "rationale_en", "rationale_es",
)  # fmt: skip
LEVELS = ("study", "role", "school", "person")
OF_DIFFERENCES = ("higher", "lower", "no_difference")
OF_RATINGS = ("highest", "lowest", "at_least", "at_most")
STAGES = {"compare": OF_DIFFERENCES, "model": OF_DIFFERENCES, "describe": OF_RATINGS}
_ID = re.compile(r"[a-z][a-z0-9_]*")
_EXPECTS = re.compile(
    r"(?P<word>higher|lower|no_difference|highest|lowest)"
    r"|(?P<bound>at_least|at_most) (?P<number>-?[0-9]+([.][0-9]+)?)"
)

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Expectation:
    """What a finding would have to show. ``bound`` (in points of the scale) only with at_least and
    at_most."""

    word: str
    bound: float | None = None


def parse_expects(text: str) -> Expectation | None:
    """``higher``, ``lower``, ``no_difference``, ``highest``, ``lowest``, ``at_least 3``, ``at_most 2.5``.

    None where ``text`` is nothing of these.
    """
    found = _EXPECTS.fullmatch(text)
    if found is None:
        return None
    if found["bound"]:
        return Expectation(found["bound"], float(found["number"]))
    return Expectation(found["word"])


def split_codes(text: str) -> list[str]:
    """The codes of a link, in their order."""
    return [code.strip() for code in text.split(";")]


def check_links(
    links: Sequence[Row], findings: AbstractSet[str], codes: AbstractSet[str], file: str
) -> list[Fault]:
    """Everything wrong in links: one dict per line of links.csv, in the order of the file.

    ``findings`` are all ``stage:id`` that the study will compute, ``codes`` the codable codes of its
    codebook. ``row`` of a fault is the line in a spreadsheet, the header being 1.
    """
    if not links:
        return []
    missing = [c for c in COLUMNS if c not in links[0]]
    if missing:
        return [Fault(file, "1", c, "no such column", "a column of this name") for c in missing]
    faults: list[Fault] = []
    lines: dict[str, str] = {}
    for number, row in enumerate(links, 2):
        line = str(number)
        cell = {c: row[c] or "" for c in COLUMNS}
        link = cell["link"]
        if not _ID.fullmatch(link):
            faults.append(
                Fault(file, line, "link", repr(link), "small letters, digits and _, a letter first")
            )
        if link in lines:
            faults.append(Fault(file, line, "link", f"{link!r}, as in row {lines[link]}", "each link once"))
        lines.setdefault(link, line)
        for column in ("proposition_en", "proposition_es", "rationale_en", "rationale_es"):
            if not cell[column].strip():
                faults.append(Fault(file, line, column, "a blank cell", "a sentence"))
        if None in row:
            # csv.DictReader keeps what is longer than the header under the key None.
            faults.append(
                Fault(file, line, "", "more cells than the header", 'text with a comma in "quotes"')
            )
        faults += _check_finding(cell["finding"], cell["expects"], findings, file, line)
        faults += _check_codes(cell["codes"], codes, file, line)
        if cell["code_expects"] not in DIRECTIONS:
            faults.append(
                Fault(file, line, "code_expects", repr(cell["code_expects"]), ", ".join(DIRECTIONS))
            )
        if cell["level"] not in LEVELS:
            faults.append(Fault(file, line, "level", repr(cell["level"]), "study"))
        elif cell["level"] != "study":
            faults.append(
                Fault(file, line, "level", repr(cell["level"]), "study (only study is joined so far)")
            )
    return faults


def _check_finding(
    finding: str, expects: str, findings: AbstractSet[str], file: str, line: str
) -> list[Fault]:
    faults: list[Fault] = []
    stage, _, name = finding.partition(":")
    if stage not in STAGES or not name:
        allowed = ", ".join(f"{s}:<id>" for s in STAGES)
        faults.append(Fault(file, line, "finding", repr(finding), allowed))
    elif finding not in findings:
        known = sorted(f for f in findings if f.startswith(f"{stage}:"))
        allowed = ", ".join(known) or f"nothing: the study has no {stage} finding"
        faults.append(Fault(file, line, "finding", repr(finding), allowed))
    words = STAGES.get(stage, (*OF_DIFFERENCES, *OF_RATINGS))
    expected = parse_expects(expects)
    if expected is None or expected.word not in words:
        shown = ", ".join(f"{w} <number>" if w.startswith("at_") else w for w in words)
        with_stage = f" (for a {stage} finding)" if stage in STAGES else ""
        faults.append(Fault(file, line, "expects", repr(expects), shown + with_stage))
    return faults


def _check_codes(text: str, codes: AbstractSet[str], file: str, line: str) -> list[Fault]:
    allowed = "codable codes joined by ; of " + ", ".join(sorted(codes))
    named = split_codes(text)
    faults = [Fault(file, line, "codes", repr(c), allowed) for c in dict.fromkeys(named) if c not in codes]
    twice = sorted({c for c in named if c and named.count(c) > 1})
    return faults + [Fault(file, line, "codes", f"{c!r} twice", "each code once") for c in twice]
