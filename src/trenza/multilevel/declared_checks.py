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


def groups_of(model: Mapping[str, Any]) -> set[str]:
    """What a model calls the groups over which its terms vary: those of its conditional modes."""
    if "formula" not in model:
        return {model["cluster"]}
    return {term.group_name for term in parse_formula(f"y ~ {model['formula']}").random}


def mode_faults(study: Mapping[str, Any], file: str) -> list[Fault]:
    """Groups that ``school_level`` and the outcomes of ``qca`` name, and that the model of their finding has not."""
    models = {f"{m['id']}_{outcome}": m for m in study["models"] for outcome in m["outcomes"]}
    asked = [(f"school_level.{i}.group", entry) for i, entry in enumerate(study["school_level"])]
    asked += [(f"qca.{i}.outcome.group", entry["outcome"]) for i, entry in enumerate(study["qca"])]
    found: list[Fault] = []
    for place, entry in asked:
        model = models.get(entry.get("finding", ""))
        if model is None or model.get("engine", "trenza") == "statsmodels":
            continue
        try:
            groups = groups_of(model)
        except TrenzaError:  # the formula's own check tells it
            continue
        if entry["group"] not in groups:
            allowed = f"a group of the model {model['id']}: {names_or(groups)}"
            found.append(Fault(file, place, "", f"'{entry['group']}'", allowed))
    return found
