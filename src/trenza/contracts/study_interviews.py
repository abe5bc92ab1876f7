"""Checks of simulated interviews, and of means that a simulated source assumes, against the other parts of a study."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.study_analyses import RECORDS, Rows, available_columns
from trenza.contracts.words import names_or


def check_interviews(
    study: Mapping[str, Any], items: Rows, codable: Collection[str], file: str
) -> list[Fault]:
    """Faults of ``simulate.interviews`` and ``simulate.means``; ``codable``: codes that segments may carry."""
    found: list[Fault] = []
    for sid, source in study["sources"].items():
        how, place = source.get("simulate", {}), f"sources.{sid}.simulate"
        if "means" in how:
            found += _means(how["means"], {i["item"] for i in items}, f"{place}.means", file)
        interviews = "interviews" in how
        if interviews != (source["holds"] == "segments" and source["kind"] == "simulated"):
            what = f"interviews that hold {source['holds']}" if interviews else "no interviews"
            found.append(Fault(file, place, "", what, "interviews, for simulated segments and only for them"))
        elif interviews:
            found += _interviews(study, how["interviews"], items, codable, f"{place}.interviews", file)
    return found


def _means(means: Mapping[str, Any], items: Collection[str], place: str, file: str) -> list[Fault]:
    return [
        Fault(file, f"{place}.{outcome}", "", f"'{outcome}'", f"an item of items.csv: {names_or(set(items))}")
        for outcome in means
        if outcome not in items
    ]


def _interviews(
    study: Mapping[str, Any],
    how: Mapping[str, Any],
    items: Rows,
    codable: Collection[str],
    place: str,
    file: str,
) -> list[Fault]:
    found: list[Fault] = []

    def fault(key: str, what: str, allowed: str) -> None:
        found.append(Fault(file, f"{place}.{key}", "", what, allowed))

    sources = study["sources"]
    made = {
        s
        for s, v in sources.items()
        if v["kind"] == "simulated" and v["holds"] in RECORDS and "strata" in v.get("simulate", {})
    }
    if how["beside"] not in made:
        fault("beside", f"'{how['beside']}'", f"a simulated source of records or answers with strata: {names_or(made)}")  # fmt: skip
    else:
        columns = available_columns(study, how["beside"], items)
        if how["outcome"] not in columns:
            fault("outcome", f"'{how['outcome']}'", f"a score of {how['beside']}: {names_or(columns)}")
        schools = sum(sources[how["beside"]]["simulate"]["strata"].values())
        if how.get("visited", 1) > schools:
            fault("visited", str(how["visited"]), f"at most {schools}, the schools of {how['beside']}")
    for code in sorted(set(how["codes"]) - set(codable)):
        fault(f"codes.{code}", f"'{code}'", f"a codable code of codebook.csv: {names_or(set(codable))}")
    total = math.fsum(told["share"] for told in how["codes"].values())
    if abs(total - 1) > 1e-9:
        fault("codes", f"shares that add up to {total:g}", "1 in all")
    for code, told in how["codes"].items():
        if told["enabling"] + told["hindering"] > 1 + 1e-9:
            both = f"enabling and hindering add up to {told['enabling'] + told['hindering']:g}"
            fault(f"codes.{code}", both, "1 at most; the rest is ambivalent")
    return found
