"""How the SIMCE file of a grade and year is written: its columns, code lists and peculiarities, as tables of facts.

The tables are ``dialects/simce.csv`` (one row a grade and year: a new year is a new row) and
``dialects/simce_codes.csv`` (what each word or code means, and where that is documented).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.contracts.plain import plain
from trenza.contracts.school_tables import GRADES, SUBJECTS
from trenza.io.grid import Grid
from trenza.official.ledger import distinct_text
from trenza.official.values import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

STANDARDS = {"ins": "share_insufficient", "ele": "share_elementary", "ade": "share_adequate"}
# A column's name: what, of which subject, in which grade; the web layout of 2013 has no grade and MAT for mathematics.
RESULT = re.compile(
    r"(nalu|prom|dif|difgru|sigdif|siggru|marca|marcadif|marca_eda|palu_eda_(?:ins|ele|ade))"
    r"_(lect|mate?|nat|soc)(?:(2b|4b|6b|8b|2m)_rbd)?"
)
SCHOOL = {
    "rbd": "rbd",
    "agno": "year",
    "grado": "grade",
    "cod_depe1": "dependency",
    "cod_grupo": "ses_group",
    "cod_rural_rbd": "rural",
    "cod_reg_rbd": "region_code",
    "noaplica": "status_reason",
}
META = ("fecha_bbdd", "codigo_bbdd")
# Geography and check digit: read to be checked or not at all, never carried.
NOT_CARRIED = re.compile(
    r"dvrbd|dv|dv_rbd|dgv_rbd|cod_depe2|(cod|nom)_(reg|pro|com|deprov)_rbd(_\d{4})?|nom.*|marca_eda_.*"
)


@dataclass(frozen=True)
class Dialect:
    """How the file of one grade and year is written (one row of ``dialects/simce.csv``)."""

    grade: str
    year: int
    previous: int | None
    subjects: tuple[str, ...]
    changes: tuple[str, ...]
    change_marks: tuple[str, ...]
    standards: tuple[str, ...]
    standards_marks: bool
    score_list: str
    change_list: str
    absence_list: str
    wrong_version_mark: bool
    coverage: str
    preliminary: bool
    rows: int | None

    @property
    def web_layout(self) -> bool:
        """Whether this is the old layout of the Agencia's web page, whose other columns are free."""
        return self.score_list == "signs_2013"

    def columns(self) -> list[str]:
        """Columns of results that a file of this dialect must have."""
        kinds = {
            "nalu": self.subjects,
            "prom": self.subjects,
            "difgru": self.subjects,
            "siggru": self.subjects,
        }
        kinds |= {"marca": self.subjects, "dif": self.changes, "sigdif": self.changes}
        kinds |= {"marcadif": self.change_marks, **{f"palu_eda_{s}": self.standards for s in STANDARDS}}
        kinds |= {"marca_eda": self.standards if self.standards_marks else ()}
        return [f"{kind}_{s}{self.grade}_rbd" for kind, subjects in kinds.items() for s in subjects]


@cache
def dialects() -> dict[tuple[str, int], Dialect]:
    """All dialects by grade and year."""
    text = (files("trenza.official") / "dialects" / "simce.csv").read_text(encoding="utf-8")
    found = {}
    for r in csv.DictReader(StringIO(text)):
        made = Dialect(
            grade=r["grade"],
            year=int(r["year"]),
            previous=int(r["previous"]) if r["previous"] else None,
            subjects=tuple(r["subjects"].split()),
            changes=tuple(r["changes"].split()),
            change_marks=tuple(r["change_marks"].split()),
            standards=tuple(r["standards"].split()),
            standards_marks=r["standards_marks"] == "yes",
            score_list=r["score_list"],
            change_list=r["change_list"],
            absence_list=r["absence_list"],
            wrong_version_mark=r["wrong_version_mark"] == "yes",
            coverage=r["coverage"],
            preliminary=r["preliminary"] == "yes",
            rows=int(r["rows"]),
        )
        found[made.grade, made.year] = made
    return found


@cache
def _code_lists() -> dict[str, list[tuple[re.Pattern[str], str, str]]]:
    text = (files("trenza.official") / "dialects" / "simce_codes.csv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[re.Pattern[str], str, str]]] = {}
    for r in csv.DictReader(StringIO(text)):
        found.setdefault(r["list"], []).append((re.compile(r["pattern"]), r["value"], r["reason"]))
    return found


def meanings(raw: NDArray[Any], lists: Sequence[str]) -> dict[Any, tuple[str, str]]:
    """What each distinct cell of a column means by the first list that knows it; ('', '') where none does."""
    entries = [e for name in lists for e in _code_lists().get(name, [])]
    found: dict[Any, tuple[str, str]] = {}
    for cell in distinct_text(raw):
        key = re.sub(r"^(-?\d+)\.0+$", r"\1", plain(cell))
        found[cell] = next(((v, r) for p, v, r in entries if p.fullmatch(key)), ("", ""))
    return found


def canonical(grid: Grid) -> dict[str, str]:
    """The file's own column names by their canonical ones; a repeated canonical name keeps the first."""
    names: dict[str, str] = {}
    for header in grid.header:
        name = plain(header)
        match = RESULT.fullmatch(name)
        if match and match[2] == "mat":
            name = name.replace("_mat", "_mate", 1)
        name = {"ano": "agno", "ddcia": "cod_depe1", "grupo": "cod_grupo"}.get(name, name)
        names.setdefault(name, header)
    return names


def grade_and_year(grid: Grid, names: dict[str, str], faults: list[Fault]) -> tuple[str, int]:
    """Grade and year: from their own columns, the grade also from the names of the results."""
    found = {m[3] for n in names if (m := RESULT.fullmatch(n)) and m[3]}
    told: dict[str, set[str]] = {}
    for name in ("grado", "agno"):
        if name in names:
            column = grid.columns[names[name]]
            told[name] = {re.sub(r"\.0+$", "", plain(v)) for v in distinct_text(column)}
            if len(told[name]) > 1:
                seen = sorted(v if re.fullmatch(r"\w{1,4}", v) else "other text" for v in told[name])
                faults.append(
                    Fault(grid.file, "", names[name], ", ".join(dict.fromkeys(seen)), "one value a file")
                )
    if not found and "agno" not in told and "grado" not in told:
        # The web layout of 2013 says neither; it has its own words for dependency and group.
        if {"ddcia", "grupo"} <= {plain(h) for h in grid.header}:
            return "2m", 2013
        allowed = "columns agno and grado, or DDCIA and GRUPO (web page of 2013)"
        faults.append(Fault(grid.file, "1", "", "results without grade and year", allowed))
        return "", 0
    grade = next(iter(found), "") or next(iter(told.get("grado", ())), "")
    if len(found) > 1 or (told.get("grado") and found and told["grado"] != found):
        several = sorted(g for g in found | told.get("grado", set()) if re.fullmatch(r"\w{1,4}", g))
        faults.append(
            Fault(grid.file, "1", "", f"columns of the grades {', '.join(several)}", "results of one grade")
        )
    year = next(iter(told.get("agno", ())), "")
    if not re.fullmatch(r"(19|20)\d\d", year):
        faults.append(Fault(grid.file, "", names.get("agno", "agno"), quoted(year), "the year of the test"))
        return grade, 0
    return grade, int(year)


def find_dialect(
    grid: Grid, grade: str, year: int, names: dict[str, str], allow_unknown: bool, faults: list[Fault]
) -> tuple[Dialect | None, str]:
    """The dialect of the file and, for a year never seen, what was assumed."""
    there = dialects()
    if faults:
        return None, ""
    if (grade, year) in there:
        return there[grade, year], ""
    earlier = [y for g, y in there if g == grade and y < year]
    results = sorted({m[2] for n in names if (m := RESULT.fullmatch(n))})
    unknown = [h for n, h in names.items() if not known(n)]
    said = f"SIMCE {grade} {year}, subjects {', '.join(results)}" + (
        f"; columns that are not known: {', '.join(unknown)}" if unknown else "; all columns are known"
    )
    if not allow_unknown or not earlier or grade not in GRADES:
        have = ", ".join(f"{g} {y}" for g, y in there)
        how = (
            f"a file of {have}; to read it by the rules of {grade} {max(earlier)}, set allow_unknown_years: true"
            if earlier
            else f"a file of {have}"
        )
        faults.append(Fault(grid.file, "", "", f"a file never seen before: {said}", how))
        return None, ""
    base = there[grade, max(earlier)]
    subjects = tuple(s for s in SUBJECTS if f"prom_{s}{grade}_rbd" in names)

    def having(kind: str) -> tuple[str, ...]:
        return tuple(s for s in subjects if f"{kind}_{s}{grade}_rbd" in names)

    made = Dialect(
        grade, year, base.year, subjects, having("dif"), having("marcadif"), having("palu_eda_ins"), False,
        base.score_list, base.change_list, base.absence_list, False, base.coverage,
        False,
        None,
    )  # fmt: skip
    return made, f"read by the rules of {grade} {base.year}; {said}"


def known(name: str) -> bool:
    """Whether a column (by its canonical name) is one that SIMCE files are known to have."""
    return bool(name in SCHOOL or name in META or RESULT.fullmatch(name) or NOT_CARRIED.fullmatch(name))
