"""Checks of a simulated source of pupils against the design of its study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trenza.contracts.faults import Fault

PUPIL_COLUMNS = {"class", "before", "after", "gain"}
OTHER_KEYS = ("from", "strata", "icc", "ranges")


def check_pupils(source: Mapping[str, Any], design: Mapping[str, Any], place: str, file: str) -> list[Fault]:
    """Faults of ``simulate.pupils``, whose programme is that of whole schools."""
    how = source["simulate"]
    found = [
        Fault(file, f"{place}.{key}", "", "this key beside pupils", "one of the two ways to simulate")
        for key in OTHER_KEYS
        if key in how
    ]
    if source["holds"] != "records":
        found.append(Fault(file, place, "", f"pupils that hold {source['holds']}", "records"))
    if design.get("assignment") != "different_clusters":
        shown = repr(design.get("assignment", "nothing"))
        found.append(
            Fault(file, "design.assignment", "", shown, "different_clusters: whole schools take part")
        )
    groups = [design[k] for k in ("participants", "control") if k in design]
    if set(how["pupils"]["schools"]) != set(groups):
        shown = ", ".join(how["pupils"]["schools"])
        found.append(Fault(file, f"{place}.pupils.schools", "", shown, " and ".join(groups) or "two groups"))
    if sum(how["pupils"]["shares"].values()) >= 1:
        total = f"shares that add up to {sum(how['pupils']['shares'].values()):g}"
        found.append(Fault(file, f"{place}.pupils.shares", "", total, "less than 1"))
    return found
