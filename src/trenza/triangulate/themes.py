"""The qualitative side of a link: who says what under its codes, out of segments, themes by case and coded projects.

A statement is one coded segment, one theme of one case, or one case of a coded project that carries the code; what it
says is its direction. Gathering and judging are apart, so that a theme can be judged again at other thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from trenza.contracts.rehearsal import rows_read
from trenza.triangulate.levels import own_roles
from trenza.triangulate.links import NamedCode
from trenza.triangulate.places import codes_under
from trenza.triangulate.rules import Side, qualitative_side


@dataclass(frozen=True)
class Strand:
    """The tables of the qualitative stage that a link can name codes of.

    ``codes`` and ``segments``: typed segments; ``case_themes``: themes that a source tells by case; ``code_nodes`` and
    ``code_cases``: the coded project (``code_cases`` has columns source_id, source, code, view, coder, case; rows
    without a code are the cases looked at); ``agreement``: between coders;
    ``parents``: code -> the code above it in codebook.csv, which a study of themes by case has in no table;
    ``rehearsal``: see ``contracts.rehearsal``.
    """

    codes: pd.DataFrame
    segments: pd.DataFrame
    case_themes: pd.DataFrame
    code_nodes: pd.DataFrame
    code_cases: pd.DataFrame
    agreement: pd.DataFrame
    parents: Mapping[str, str] = field(default_factory=dict)
    rehearsal: bool = False

    def read(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``table`` that may be joined."""
        return rows_read(table, self.rehearsal)


class Voice(NamedTuple):
    """Whose codings of a coded project count: one coder's, the consensus, or the union of all."""

    view: str
    coder: str | None = None


UNION = Voice("union")


@dataclass(frozen=True)
class Theme:
    """What is said under a link's codes. ``agreement``: the lowest of its codes, nan where none is known."""

    expected: str
    directions: tuple[str, ...]
    n_cases: int
    n_cases_total: int
    agreement: float = math.nan
    absent: str = "no_segments"

    @property
    def share_expected(self) -> float:
        """Share of statements in the expected direction; nan where there is none."""
        return self.directions.count(self.expected) / len(self.directions) if self.directions else math.nan


def theme_of(
    named: Sequence[NamedCode],
    expected: str,
    strand: Strand,
    *,
    statistic: str = "alpha",
    roles: Sequence[str] | None = None,
    unit: str = "",
    schools: AbstractSet[str] | None = None,
    voice: Voice = UNION,
) -> Theme:
    """All that is said under the codes and every code below them; simulated rows say nothing, but in a rehearsal.

    ``roles``: of a link at the level of roles, whose speakers alone are heard (those of ``unit`` if the list is empty).
    ``schools``: of a link at the level of schools, those with a finding; cases are then counted among them.
    """
    codes = {c.code for c in named}
    typed = {*codes, *codes_under([*codes], strand.codes)["code"]}
    typed |= {c for c in strand.parents if codes & {*_line(c, strand.parents)}}
    heard = strand.read(strand.segments)
    if roles is not None:
        heard = heard[heard["role"].isin(own_roles(roles, unit))]
    if schools is not None:
        heard = heard[heard["case"].isin(schools)]
    own = heard[heard["code"].isin(typed)]
    statements = [
        ("typed", str(r["source_id"]), str(r["segment_id"]), str(r["case"]), str(r["direction"]))
        for r in own.to_dict("records")
    ]
    # A link that names codes of a coded project alone is heard among the cases of that project alone.
    known = {*strand.codes["code"], *strand.case_themes["code"], *strand.parents}
    cases = {("typed", str(c)) for c in heard["case"]} if codes & known else set()
    if roles is None and schools is None:
        told = strand.read(strand.case_themes)
        cases |= {("typed", str(c)) for c in told["case"]}
        statements += [
            ("typed", str(r["source_id"]), f"{r['code']}:{r['case']}", str(r["case"]), str(r["direction"]))
            for r in told[told["code"].isin(typed)].to_dict("records")
        ]
        more, looked_at = _coded(named, expected, strand, voice)
        statements += more
        cases |= looked_at
    by_statement: dict[tuple[str, str, str], set[str]] = {}
    for kind, source, statement, _, direction in statements:
        by_statement.setdefault((kind, source, statement), set()).add(direction)
    # A statement under several codes that give it different directions is ambivalent.
    directions = tuple(d.pop() if len(d) == 1 else "ambivalent" for d in by_statement.values())
    absent = "no_segments"
    simulated = [strand.segments["code"].isin(typed) & (strand.segments["source"] == "simulated")]
    made = strand.code_nodes[strand.code_nodes["source"] == "simulated"]
    # Simulated coders of typed segments are beside these; where the segments are silent they are.
    simulated.append(made["code"].isin(codes - set(strand.codes["code"])) & (made["n_segments"] > 0))
    if schools is not None and not len(heard):
        absent = "no_school_in_both"
    elif not strand.rehearsal and any(bool(s.any()) for s in simulated):
        absent = "only_simulated"
    used = {*typed, *project_codes(named, strand.code_nodes)}
    return Theme(
        expected,
        directions,
        len({(kind, case) for kind, _, _, case, _ in statements}),
        len(cases),
        agreement_of(used, strand.read(strand.agreement), statistic),
        absent,
    )


def judge_theme(
    theme: Theme,
    *,
    min_cases: int,
    min_share: float,
    min_case_share: float = 0.0,
    min_agreement: float | None = None,
) -> Side:
    """The side of a theme at the given thresholds."""
    if not theme.directions:
        return Side("absent", theme.absent)
    return qualitative_side(
        theme.expected,
        theme.directions,
        n_cases=theme.n_cases,
        min_cases=min_cases,
        min_share=min_share,
        share_cases=theme.n_cases / theme.n_cases_total,
        min_case_share=min_case_share,
        agreement=theme.agreement,
        min_agreement=min_agreement,
    )


def voices(strand: Strand) -> list[Voice]:
    """Each coder of the coded project, then the consensus and the union; none where there is one coder alone."""
    rows = strand.read(strand.code_cases)
    coders = sorted({str(c) for c in rows.loc[rows["view"] == "coder", "coder"].dropna()})
    if len(coders) < 2:
        return []
    return [*(Voice("coder", c) for c in coders), Voice("consensus"), UNION]


def project_codes(named: Sequence[NamedCode], nodes: pd.DataFrame) -> dict[str, str]:
    """Codes of the coded project that a link names, by id or by name, and all below them, each with its direction."""
    by_id = set(nodes["code"])
    by_name = dict(zip(nodes["name"], nodes["code"], strict=True))
    children: dict[str, list[str]] = {}
    for code, parent in zip(nodes["code"], nodes["parent"], strict=True):
        if not pd.isna(parent):
            children.setdefault(str(parent), []).append(str(code))
    found: dict[str, str] = {}
    for one in named:
        start = one.code if one.code in by_id else by_name.get(one.code)
        waiting = [start] if start is not None else []
        while waiting:
            code = waiting.pop()
            # A code that is named itself keeps its own direction.
            if code not in found or code == start:
                found[code] = one.direction
                waiting += children.get(code, [])
    return found


def agreement_of(codes: AbstractSet[str], agreement: pd.DataFrame, statistic: str) -> float:
    """The lowest agreement of these codes, of any pair of coders; nan where none is known."""
    rows = agreement[
        (agreement["part"] == "code") & (agreement["statistic"] == statistic) & agreement["code"].isin(codes)
    ]["estimate"].dropna()
    return float(rows.min()) if len(rows) else math.nan


def _coded(
    named: Sequence[NamedCode], expected: str, strand: Strand, voice: Voice
) -> tuple[list[tuple[str, str, str, str, str]], set[tuple[str, str]]]:
    """One statement a case and code of the coded project, and the cases that were looked at.

    A code without a direction says what the link expects where it is present. Codes of the codebook that have typed
    segments are taken from these alone, so that nothing is counted twice.
    """
    here = [c for c in named if c.code not in set(strand.codes["code"])]
    directions = project_codes(here, strand.read(strand.code_nodes))
    rows = strand.read(strand.code_cases)
    rows = rows[rows["view"] == voice.view]
    rows = rows[rows["coder"].isna() if voice.coder is None else rows["coder"].eq(voice.coder)]
    if not directions:
        return [], set()
    statements: list[tuple[str, str, str, str, str]] = []
    for r in rows[rows["code"].isin(directions)].to_dict("records"):
        direction = directions[str(r["code"])] or expected
        statements.append(("coded", str(r["source_id"]), str(r["case"]), str(r["case"]), direction))
    return statements, {("coded", str(c)) for c in rows["case"]}


def _line(code: str, parents: Mapping[str, str]) -> list[str]:
    """The code and all codes above it."""
    line = [code]
    while parents.get(line[-1]) and parents[line[-1]] not in line:
        line.append(parents[line[-1]])
    return line


def known_names(nodes: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Ids and names by which codes (id -> name) can be named, and names that several codes share."""
    names = [*nodes.values()]
    doubled = {n for n in names if names.count(n) > 1 and n not in nodes}
    return {*nodes, *names} - doubled, doubled
