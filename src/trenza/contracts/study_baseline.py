"""Checks of a study's table 1 (``baseline``) and of the intraclass correlations that it assumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or

Columns = Callable[[str], set[str]]


def check_baseline(
    study: Mapping[str, Any], columns: Columns, holding: tuple[str, ...], file: str
) -> list[Fault]:
    """Faults of ``baseline`` and ``design.assumed_icc``.

    ``columns`` gives the cleaned columns of a source, ``holding`` the kinds of sources that hold rows of units.
    """
    found: list[Fault] = []
    design, sources = study["design"], study["sources"]
    fitting = {s for s, v in sources.items() if v["holds"] in holding}
    for sid, variables in study["baseline"].items():
        place = f"baseline.{sid}"
        if sid not in fitting:
            allowed = f"a source that holds {' or '.join(holding)}: {names_or(fitting)}"
            found.append(Fault(file, place, "", f"source '{sid}'", allowed))
            continue
        if "group" not in design:
            found.append(Fault(file, place, "", "no design.group", "design.group, who took part"))
            continue
        ids = {n for n, c in sources[sid].get("columns", {}).items() if c.get("type") == "id"}
        there = columns(sid) - ids - {design["group"], design["unit"]}
        found += [
            Fault(file, place, "", f"column '{name}'", f"a column of {sid}: {names_or(there)}")
            for name in variables
            if name not in there
        ]
    if design["assumed_icc"] != sorted(design["assumed_icc"]):
        shown = ", ".join(map(str, design["assumed_icc"]))
        found.append(Fault(file, "design.assumed_icc", "", shown, "the same numbers, smallest first"))
    return found
