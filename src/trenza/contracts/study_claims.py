"""Checks of ``selection_rules`` and ``claim_checks`` of study.yaml against its other parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or


def check_rules(study: Mapping[str, Any], file: str) -> list[Fault]:
    """Faults of both lists: ids that repeat, sources that hold something else, rules that are not declared."""
    found: list[Fault] = []
    sources = study["sources"]
    official = {s for s, v in sources.items() if v["holds"] == "official"}
    rules = [r["id"] for r in study["selection_rules"]]
    for kind in ("selection_rules", "claim_checks"):
        ids = [entry["id"] for entry in study[kind]]
        found += [
            Fault(file, f"{kind}.{i}.id", "", f"'{name}' a second time", "each id once")
            for i, name in enumerate(ids)
            if ids.index(name) < i
        ]
    for i, rule in enumerate(study["selection_rules"]):
        place = f"selection_rules.{i}"
        if rule["source"] not in official:
            allowed = f"a source that holds official files: {names_or(official)}"
            found.append(Fault(file, f"{place}.source", "", f"'{rule['source']}'", allowed))
        if rule["outcome_year"] <= max(rule["years"]):
            allowed = f"a year after {max(rule['years'])}, the last of the rule"
            found.append(Fault(file, f"{place}.outcome_year", "", str(rule["outcome_year"]), allowed))
    claims = any(v["holds"] == "claims" for v in sources.values())
    for i, check in enumerate(study["claim_checks"]):
        place = f"claim_checks.{i}"
        if not claims:
            found.append(
                Fault(file, place, "", "no source of claims", "a published source that holds claims")
            )
        if "rule" in check and check["rule"] not in rules:
            allowed = f"an entry of selection_rules: {names_or(set(rules))}"
            found.append(Fault(file, f"{place}.rule", "", f"'{check['rule']}'", allowed))
        if check["check"] == "sum" and len(check["claims"]) != 2:
            found.append(
                Fault(
                    file,
                    f"{place}.claims",
                    "",
                    str(len(check["claims"])),
                    "two: the whole and its later part",
                )
            )
    return found
