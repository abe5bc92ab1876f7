"""The rules of school policy as data: read from rules/policy.yaml, with what a study sets in place of defaults."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.schema import schema_faults

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Parameter:
    """One number or choice of a rule, and where it comes from.

    ``source`` is the law or text that gives the value. Where the sources leave it open, ``source`` is blank and
    ``why`` says why the default is what it is. ``given`` is true when the study set the value itself.
    """

    value: Any
    description: str
    source: str
    open: bool
    why: str
    allowed: Mapping[str, Any]
    given: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule of policy; ``results`` is the closed list of what it can say, each with its meaning.

    ``not_considered`` names inputs of the rule that no official file holds: a result never rests on them.
    """

    name: str
    title: str
    law: str
    year: int | None
    source: str
    results: Mapping[str, str]
    not_considered: tuple[str, ...]
    parameters: Mapping[str, Parameter]

    def __getitem__(self, parameter: str) -> Any:
        """Value of a parameter."""
        return self.parameters[parameter].value


def load_rules(
    overrides: Mapping[str, Any] | None = None, *, file: str = "study.yaml", key: str = "policy"
) -> dict[str, Rule]:
    """All rules by name, with ``overrides`` (rule, parameter, value) in place of the defaults.

    ``file`` and ``key`` say in a fault where the user wrote the overrides. Raises ``InputFaults`` with all faults at
    once: an unknown rule or parameter, a value that is not allowed, values that contradict each other.
    """
    given = overrides or {}
    faults = [
        replace(fault, row=".".join(part for part in (key, fault.row) if part))
        for fault in schema_faults(given, overrides_schema(), file)
    ]
    faults += [
        Fault(file, f"{key}.{'.'.join(place)}", "", str(value), "a finite number")
        for place, value in _numbers(given)
        if not math.isfinite(value)
    ]
    if faults:
        raise InputFaults(faults)
    rules = {name: _with_values(rule, given.get(name, {})) for name, rule in _written().items()}
    faults = [Fault(file, f"{key}.{place}", "", *said) for place, *said in _contradictions(rules)]
    if faults:
        raise InputFaults(faults)
    return rules


def overrides_schema() -> dict[str, Any]:
    """JSON Schema of what a study may set: an object of rules, each an object of its parameters."""
    described = {
        name: {
            parameter: {
                "description": f"{p.description} {'Open in the sources.' if p.open else f'From {p.source}.'}",
                **({} if p.value is None else {"default": p.value}),
                **p.allowed,
            }
            for parameter, p in rule.parameters.items()
        }
        for name, rule in _written().items()
        if rule.parameters
    }
    return {
        "description": "Parameters of policy rules in place of those in src/trenza/official/rules/policy.yaml.",
        "type": "object",
        "additionalProperties": False,
        "default": {},
        "properties": {
            name: {
                "description": f"{_written()[name].title}.",
                "type": "object",
                "additionalProperties": False,
                "properties": properties,
            }
            for name, properties in described.items()
        },
    }


def parameter_table(rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Every parameter in use, one a row: rule, law, year, parameter, value (as text), source, open, why, given."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "rule": rule.name,
                "law": rule.law,
                "year": rule.year,
                "parameter": name,
                "value": ", ".join(map(str, p.value)) if isinstance(p.value, list) else str(p.value),
                "source": p.source,
                "open": p.open,
                "why": p.why,
                "given": p.given,
            }
            for rule in rules.values()
            for name, p in rule.parameters.items()
        ]
    ).astype({"year": "Int64"})


@cache
def _written() -> dict[str, Rule]:
    """The rules as rules/policy.yaml has them."""
    import yaml

    raw = yaml.safe_load((files("trenza.official") / "rules" / "policy.yaml").read_text(encoding="utf-8"))
    return {
        name: Rule(
            name=name,
            **{
                **body,
                "not_considered": tuple(body["not_considered"]),
                "parameters": {
                    parameter: Parameter(**{"source": "", "open": False, "why": "", **fields})
                    for parameter, fields in body["parameters"].items()
                },
            },
        )
        for name, body in raw.items()
    }


def _with_values(rule: Rule, given: Mapping[str, Any]) -> Rule:
    return replace(
        rule,
        parameters={
            name: replace(p, value=_whole(given[name], p), given=True) if name in given else p
            for name, p in rule.parameters.items()
        },
    )


def _whole(value: Any, parameter: Parameter) -> Any:
    """JSON Schema takes 3.0 for a whole number; what counts years must be an int."""
    return int(value) if parameter.allowed.get("type") == "integer" else value


def _numbers(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, float):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(inner, (*place, str(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _numbers(inner, (*place, str(number)))


def _contradictions(rules: Mapping[str, Rule]) -> Iterator[tuple[str, str, str]]:
    """Place, what was found, what is allowed."""
    sep = rules["sep_class"]
    years, required = sep["years"], sep["years_required"]
    if not years / 2 < required <= years:
        yield (
            "sep_class.years_required",
            str(required),
            f"more than half of the {years} years, at most all of them",
        )
    cutoffs = rules["sac_index"]["cutoffs"]
    if cutoffs is not None and cutoffs != sorted(cutoffs):
        yield "sac_index.cutoffs", str(cutoffs), "three rising numbers"
