"""At which level a link joins the strands: what each level means for the join, and when it cannot be computed.

study: the finding beside every statement under the codes. role: the finding beside what people of the finding's own
roles say. school: beside what is said in schools that the finding has numbers of. person: refused, since no
difference between people with and without a code has an interval (docs/triangulation.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or

LEVELS = ("study", "role", "school", "person")


@dataclass(frozen=True)
class Joins:
    """What a study has to join by: ``roles`` that its segments name, the ``unit`` of its design, and the findings
    whose source names each unit's school (``with_schools``)."""

    roles: AbstractSet[str] = frozenset()
    unit: str = ""
    with_schools: AbstractSet[str] = frozenset()


def own_roles(roles: Sequence[str], unit: str) -> list[str]:
    """The roles that a link at the level of roles hears: those it names, else the unit of the design."""
    return [*roles] or [unit]


def level_faults(
    level: str,
    roles: Sequence[str],
    findings: Sequence[str],
    coded: bool,
    joins: Joins,
    file: str,
    line: str,
) -> list[Fault]:
    """Why a link cannot be joined at its level; nothing where it can. ``coded``: it names codes of a coded project."""

    def refused(why: str, column: str = "level", found: str = "") -> list[Fault]:
        allowed = f"study, or what this level needs: {why}" if column == "level" else why
        return [Fault(file, line, column, found or repr(level), allowed)]

    if roles and level != "role":
        return refused("blank: roles belong to level role", "roles", repr(";".join(roles)))
    if level == "person":
        return refused(
            "a difference, with its interval, between people who carry a code and people who do not. Segments name a "
            "school and a role, no person; the table code_scores has both means where the people of a coded project "
            "answered, but no interval, and without one no side can be told"
        )
    if level in ("role", "school") and coded:
        return refused(
            f"segments typed with their {level}. A coded project's cases are not told one by one in results"
        )
    if level == "role":
        if not joins.roles:
            return refused("a source that holds segments, which name the speaker's role")
        unknown = [r for r in roles if r not in joins.roles]
        if unknown:
            return refused(f"roles of the segments: {names_or(joins.roles)}", "roles", names_or(unknown))
        if not roles and joins.unit not in joins.roles:
            found = f"blank, and no segment has the role '{joins.unit}', the unit of the design"
            return refused(
                f"the roles whom the finding compares, joined by ;, of {names_or(joins.roles)}",
                "roles",
                found,
            )
    if level == "school":
        without = [f for f in findings if f and f not in joins.with_schools]
        if without:
            return refused(
                f"schools in the source of the finding. {names_or(without, 'and')}: no source of records or answers "
                "that names the school of each row"
            )
    return []
