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
from trenza.triangulate.levels import LEVELS, Joins, level_faults

COLUMNS = (
    "link", "proposition_en", "proposition_es", "finding", "expects",
    "codes", "code_expects", "level", "rationale_en", "rationale_es",
)  # fmt: skip
# A column that a file may leave out.
ROLES = "roles"
OF_DIFFERENCES = ("higher", "lower", "no_difference")
OF_RATINGS = ("highest", "lowest", "at_least", "at_most")
# A claim has a direction and no interval: it can never show that there is no difference.
OF_CLAIMS = ("higher", "lower")
STAGES = {
    "compare": OF_DIFFERENCES,
    "model": OF_DIFFERENCES,
    "panel": OF_DIFFERENCES,
    "claims": OF_CLAIMS,
    "describe": OF_RATINGS,
}
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


@dataclass(frozen=True)
class NamedCode:
    """A code of a link. ``direction``: what its presence says; blank where segments have their own."""

    code: str
    direction: str = ""


@dataclass(frozen=True)
class Known:
    """Codes that a link may name: ``typed`` have directions of their own (segments, themes by case), ``coded`` are
    those of coded projects by id and by name, ``doubled`` names that several codes of a project share."""

    typed: AbstractSet[str]
    coded: AbstractSet[str] = frozenset()
    doubled: AbstractSet[str] = frozenset()


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
    """The cells of a list in a link, in their order."""
    return [code.strip() for code in text.split(";")]


def split_findings(finding: str, expects: str) -> list[tuple[str, str]]:
    """Each finding of a link with what it would have to show; one word stands for all of them.

    Where the numbers of both do not match, the missing side is blank.
    """
    findings, words = split_codes(finding), split_codes(expects)
    if len(words) == 1:
        words = words * len(findings)
    longest = max(len(findings), len(words))
    return [
        (findings[i] if i < len(findings) else "", words[i] if i < len(words) else "") for i in range(longest)
    ]


def parse_code(text: str) -> NamedCode:
    """``resistance`` or, of a coded project, ``resistance = hindering``."""
    code, equals, direction = text.rpartition("=")
    if equals and direction.strip() in DIRECTIONS:
        return NamedCode(code.strip(), direction.strip())
    return NamedCode(text.strip())


def check_links(
    links: Sequence[Row],
    findings: AbstractSet[str],
    codes: AbstractSet[str] | Known,
    file: str,
    joins: Joins | None = None,
) -> list[Fault]:
    """Everything wrong in links: one dict per line of links.csv, in the order of the file.

    ``findings`` are all ``stage:id`` that the study will compute, ``codes`` the codable codes of its codebook, and of
    its coded projects. ``joins`` says what the study has to join at the level of roles and schools; without it levels
    are not looked at. ``row`` of a fault is the line in a spreadsheet, the header being 1.
    """
    if not links:
        return []
    known = codes if isinstance(codes, Known) else Known(codes)
    missing = [c for c in COLUMNS if c not in links[0]]
    if missing:
        return [Fault(file, "1", c, "no such column", "a column of this name") for c in missing]
    faults: list[Fault] = []
    lines: dict[str, str] = {}
    for number, row in enumerate(links, 2):
        line = str(number)
        cell = {c: row.get(c) or "" for c in (*COLUMNS, ROLES)}
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
        named = split_findings(cell["finding"], cell["expects"])
        if ("" in {f for f, _ in named} and cell["finding"].strip()) or "" in {e for _, e in named[1:]}:
            faults.append(
                Fault(
                    file, line, "expects", f"{cell['expects']!r} for {cell['finding']!r}",
                    "one word for all findings, or as many words as findings, joined by ;",
                )
            )  # fmt: skip
        else:
            for finding, expects in named:
                faults += _check_finding(finding, expects, findings, file, line)
        twice = sorted({f for f, _ in named if f and [g for g, _ in named].count(f) > 1})
        faults += [Fault(file, line, "finding", f"{f!r} twice", "each finding once") for f in twice]
        faults += _check_codes(cell["codes"], known, file, line)
        if cell["code_expects"] not in DIRECTIONS:
            faults.append(
                Fault(file, line, "code_expects", repr(cell["code_expects"]), ", ".join(DIRECTIONS))
            )
        if cell["level"] not in LEVELS:
            faults.append(Fault(file, line, "level", repr(cell["level"]), ", ".join(LEVELS)))
        elif joins is not None:
            coded = [c for c in map(parse_code, split_codes(cell["codes"])) if c.code not in known.typed]
            faults += level_faults(
                cell["level"],
                split_codes(cell[ROLES]) if cell[ROLES].strip() else [],
                [f for f, _ in named],
                bool(coded),
                joins,
                file,
                line,
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
        allowed = ", ".join(known) or f"nothing: the study has no {stage} finding that is not simulated"
        faults.append(Fault(file, line, "finding", repr(finding), allowed))
    words = STAGES.get(stage, (*OF_DIFFERENCES, *OF_RATINGS))
    expected = parse_expects(expects)
    if expected is None or expected.word not in words:
        shown = ", ".join(f"{w} <number>" if w.startswith("at_") else w for w in words)
        with_stage = f" (for a {stage} finding)" if stage in STAGES else ""
        faults.append(Fault(file, line, "expects", repr(expects), shown + with_stage))
    return faults


def _check_codes(text: str, known: Known, file: str, line: str) -> list[Fault]:
    there = [*sorted(known.typed), *sorted(known.coded - known.typed)]
    allowed = "codable codes joined by ; of " + ", ".join(there)
    faults: list[Fault] = []
    cells = split_codes(text)
    named = [parse_code(cell) for cell in cells]
    for cell in dict.fromkeys(cells):
        code = parse_code(cell)
        if code.code in known.doubled:
            what = f"{code.code!r}, the name of several codes of the project"
            faults.append(Fault(file, line, "codes", what, "the id of one of them: see code_nodes"))
        elif code.code not in known.typed and code.code not in known.coded:
            faults.append(Fault(file, line, "codes", repr(cell), allowed))
        elif code.direction and code.code in known.typed:
            what = f"{cell!r}: the segments of this code have directions of their own"
            faults.append(Fault(file, line, "codes", what, code.code))
    only = [c.code for c in named]
    twice = sorted({c for c in only if c and only.count(c) > 1})
    return faults + [Fault(file, line, "codes", f"{c!r} twice", "each code once") for c in twice]
