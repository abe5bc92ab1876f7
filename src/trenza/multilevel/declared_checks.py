"""Checks of the formulas that a study declares, before any row is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from trenza.contracts.faults import Fault, TrenzaError
from trenza.contracts.words import names_or
from trenza.multilevel.coding import variables_of
from trenza.multilevel.declared import formula_of
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.second_opinion import beyond_statsmodels


def formula_faults(
    model: Mapping[str, Any], group: str | None, columns: Collection[str], place: str, file: str
) -> list[Fault]:
    """What is wrong with the ``formula`` of a model, whose rows will have ``columns``; none in the short form.

    ``group`` is design.group, None where the study (or the source) has no groups to compare.
    """
    if "formula" not in model:
        return []
    found: list[Fault] = []
    where = f"{place}.formula"
    try:
        parsed = parse_formula(formula_of(model, model["outcomes"][0], group))
        named = set(variables_of(parsed.fixed)[0])
    except TrenzaError as error:
        allowed = "a formula such as group + before + (1 | school)"
        return [Fault(file, where, "", str(error), allowed)]
    if model.get("engine") == "statsmodels":
        wrong = beyond_statsmodels(parsed, bool(model.get("weights")))
        found += [
            Fault(file, f"{place}.engine", "", f"statsmodels with {what}", "engine: trenza") for what in wrong
        ]
    for term in parsed.random:
        named |= {*term.group, *(c for c in term.columns if c != "1")}
    for name in sorted(named - set(columns)):
        found.append(
            Fault(file, where, "", f"column '{name}'", f"a column of the source: {names_or(columns)}")
        )
    if group and group not in variables_of(parsed.fixed)[0]:
        allowed = f"'{group}' (design.group): without it the model says nothing of participants and control"
        found.append(Fault(file, where, "", f"a fixed part without '{group}'", allowed))
    return found
