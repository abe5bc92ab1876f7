"""A study of which some cells or keys break their rules: what can still be looked at, so that all faults come in one message."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trenza.contracts.faults import Fault

# Without these nothing that names a row can be looked up.
NAMES = {"items": "item", "codebook": "code", "links": "link"}
# Columns of items.csv that no other file asks for.
OWN = ("min", "max", "reverse", "unit", "stand_in", "min_answered")
# A cell that broke its rule is told once; what stands in for it gives no further fault.
STAND_INS = {
    "codebook": {"codable": "yes"},
    "links": {"level": "study", "code_expects": "enabling"},
}
# Keys of study.yaml that nothing else rests on: lists, of which the faulty entry is set aside, and whole parts.
LISTS = ("meta_inferences", "pillars", "process_tests", "qca", "school_level")
PARTS = ("case_comparison", "checklists", "convergence", "policy")
# Words alone; whoever looks for a label finds it by its id.
WORDS = ("title", "summary", "reference", "labels")


@dataclass(frozen=True)
class Sound:
    """The settings of a study without what broke its rules, the places of the entries that are left in each list, and
    whether anything that other parts rest on is broken (``core``)."""

    settings: dict[str, Any]
    places: dict[str, list[int]] = field(default_factory=dict)
    core: bool = False


def of_a_language(fault: Fault) -> bool:
    """Whether a fault is of words in one language, which leaves everything else to be looked at."""
    return (
        fault.row.startswith("labels.")
        or fault.column.endswith(("_en", "_es"))
        or fault.found in ("no key 'en'", "no key 'es'")
    )


def sound_settings(raw: Mapping[str, Any], faults: Iterable[Fault], known: Collection[str]) -> Sound:
    """What of study.yaml keeps its rules. ``faults``: those that its schema found; ``known``: the keys that there are."""
    settings = {key: value for key, value in raw.items() if key in known}
    bad: dict[str, set[int]] = {}
    core = False
    for fault in faults:
        key, _, rest = fault.row.partition(".")
        if of_a_language(fault) or key in WORDS or (fault.found.startswith("unknown key") and not key):
            continue
        if key in LISTS and rest:
            bad.setdefault(key, set()).add(int(rest.split(".")[0]))
        elif key in (*LISTS, *PARTS):
            settings.pop(key, None)
        else:
            core = True
    if not isinstance(settings.get("labels", {}), Mapping):
        settings["labels"] = {}
    places = {key: [i for i in range(len(raw[key])) if i not in out] for key, out in bad.items()}
    for key, kept in places.items():
        if key in settings:
            settings[key] = [raw[key][i] for i in kept]
    return Sound(settings, places, core)


def is_core(table: str, fault: Fault) -> bool:
    """Whether a fault of a table of config/ leaves open what other files may name."""
    if of_a_language(fault) or table == "overrides" or "unknown column" in fault.found:
        return False
    if table == "items":
        return fault.row in ("", "1") or fault.column not in OWN
    return not fault.column or (fault.row == "1" and fault.column == NAMES[table])


def sound_rows(
    table: str, rows: Sequence[Mapping[str, str]], rule: Mapping[str, Any], faults: Iterable[Fault]
) -> list[dict[str, str]]:
    """Rows of a table of config/ with something in place of columns that are missing and cells that broke their rule."""
    instead = STAND_INS.get(table, {})
    columns = [c for c in rule["required"] if not c.startswith("reason")]
    whole = [{**{c: instead.get(c, "") for c in columns}, **row} for row in rows]
    for fault in faults:
        if fault.column in instead and fault.row not in ("", "1"):
            whole[int(fault.row) - 2][fault.column] = instead[fault.column]
    return whole


def further(
    found: Iterable[Fault], told: Collection[Fault], places: Mapping[str, Sequence[int]]
) -> list[Fault]:
    """Faults of the cross-checks that are not told already, with the places of entries as they stand in study.yaml."""
    cells = {(f.file, f.row, f.column) for f in told}
    new = []
    for fault in found:
        key, _, rest = fault.row.partition(".")
        if key in places and (number := re.match("[0-9]+", rest)):
            place = places[key][int(number[0])]
            fault = Fault(
                fault.file, f"{key}.{place}{rest[number.end() :]}", fault.column, fault.found, fault.allowed
            )
        header = (fault.file, "1" if fault.column else fault.row, fault.column)
        if not {header, (fault.file, fault.row, fault.column)} & cells:
            new.append(fault)
    return new
