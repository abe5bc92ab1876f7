"""The columns that a formula reads from a table."""

from __future__ import annotations

from trenza.multilevel.coding import variables_of
from trenza.multilevel.formula import Formula


def used_columns(formula: Formula, weights: str | None) -> set[str]:
    """Outcome, variables of the fixed part, groups, columns of slopes, and the weights if there are any."""
    named = {formula.outcome, *variables_of(formula.fixed)[0], *([weights] if weights else [])}
    for term in formula.random:
        named |= {*term.group, *(c for c in term.columns if c != "1")}
    return named
