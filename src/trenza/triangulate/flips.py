"""How calls hold when thresholds move over a declared range, and when one coder or the consensus is taken."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from trenza.contracts.strand_tables import MOVED
from trenza.contracts.tables import CONTRACTS, empty
from trenza.triangulate.convergence import Evidence, Rule, Study, evidence
from trenza.triangulate.themes import voices

Ranges = Mapping[str, Sequence[float]]
NO_FLOOR = -1.0  # no statistic of agreement is below it


def points(rule: Rule, ranges: Ranges, still: Collection[str] = ()) -> list[dict[str, float]]:
    """Every combination of the thresholds ``MOVED`` but those ``still``; what is declared is always among them."""
    own = declared(rule)
    sides = [
        sorted({own[name], *map(float, () if name in still else ranges.get(name, ()))}) for name in MOVED
    ]
    return [dict(zip(MOVED, values, strict=True)) for values in product(*sides)]


def declared(rule: Rule) -> dict[str, float]:
    """The rule's own thresholds, as ``points`` has them."""
    return {
        "alpha": rule.alpha,
        "min_cases": float(rule.min_cases),
        "min_share": rule.min_share,
        "min_agreement": NO_FLOOR if rule.min_agreement is None else rule.min_agreement,
        "sesoi_factor": 1.0,
    }


def call_grid(links: pd.DataFrame, study: Study, rule: Rule, ranges: Ranges) -> pd.DataFrame:
    """One row a link and combination of thresholds with the call there, keeping contract ``call_grid``.

    At an alpha other than the declared one a difference is told from zero by its p, and equivalence by its own; both
    at the same alpha. ``sesoi_factor``: multiple of the declared smallest effect of interest. The floor of agreement
    stays as declared where no link has codes whose agreement is known.
    """
    known = evidence(links, study, rule)
    agreed = any(not math.isnan(one.theme.agreement) for one in known)
    grid, own = points(rule, ranges, () if agreed else ("min_agreement",)), declared(rule)
    rows = [
        {
            "study": study.id, "link": one.link["link"], **point,
            "n_moved": sum(point[name] != own[name] for name in MOVED), "call": _call(one, rule, point),
        }
        for one in known
        for point in grid
    ]  # fmt: skip
    contract = CONTRACTS["call_grid"]
    return contract.check(pd.DataFrame(rows)) if rows else empty("call_grid")


def call_flips(grid: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """One row a link, keeping contract ``call_flips``: how much of the grid has its call, and what first changes it.

    What first changes it is the threshold that, moved alone, changes the call at the fewest steps of its range from
    the declared value; of equals the first in the order of ``MOVED``, and upwards before downwards.
    """
    own = declared(rule)
    rows: list[dict[str, Any]] = []
    for link, part in grid.groupby("link", sort=False):
        cells = part.to_dict("records")
        call = next(c["call"] for c in cells if not c["n_moved"])
        same = sum(c["call"] == call for c in cells)
        first = _first_change(cells, own, call)
        rows.append(
            {
                "study": part["study"].iloc[0], "link": link, "call": call, "n_grid": len(cells), "n_same": same,
                "share_same": same / len(cells), **first,
            }
        )  # fmt: skip
    contract = CONTRACTS["call_flips"]
    return contract.check(pd.DataFrame(rows, columns=contract.names)) if rows else empty("call_flips")


def call_coders(links: pd.DataFrame, study: Study, rule: Rule) -> pd.DataFrame:
    """One row a link and view of the coded project (each coder, the consensus, the union), keeping ``call_coders``.

    Empty unless two coders or more worked on a coded project that is not simulated, but in a rehearsal; of its links, those with a code of
    that project.
    """
    of_project = {*study.strand.code_nodes["code"], *study.strand.code_nodes["name"]}
    of_project -= set(study.strand.codes["code"])
    computed = {one.link["link"]: one.call(rule) for one in evidence(links, study, rule)}
    rows: list[dict[str, Any]] = []
    for voice in voices(study.strand):
        for one in evidence(links, study, rule, voice):
            if not of_project & {c.code for c in one.codes}:
                continue
            call = one.call(rule)
            rows.append(
                {
                    "study": study.id, "link": one.link["link"], "view": voice.view, "coder": voice.coder,
                    "n_segments": len(one.theme.directions), "n_cases": one.theme.n_cases,
                    "n_cases_total": one.theme.n_cases_total, "share_expected": one.theme.share_expected,
                    "qualitative_side": one.theme_side(rule).side, "call": call,
                    "same": call == computed[one.link["link"]],
                }
            )  # fmt: skip
    if not rows:
        return empty("call_coders")
    order = {link: i for i, link in enumerate(computed)}
    contract = CONTRACTS["call_coders"]
    return contract.check(pd.DataFrame(sorted(rows, key=lambda r: order[r["link"]])))


def _call(one: Evidence, rule: Rule, point: Mapping[str, float]) -> str:
    there = replace(
        rule,
        alpha=point["alpha"],
        min_cases=int(point["min_cases"]),
        min_share=point["min_share"],
        min_agreement=point["min_agreement"],
    )
    return one.call(there, declared=point["alpha"] == rule.alpha, factor=point["sesoi_factor"])


def _first_change(cells: Sequence[Mapping[Any, Any]], own: Mapping[str, float], call: str) -> dict[str, Any]:
    """The threshold, its value and the call there; nothing where no threshold changes the call by itself."""
    found: list[tuple[int, int, int, dict[str, Any]]] = []
    for place, name in enumerate(MOVED):
        alone = [c for c in cells if all(c[k] == v for k, v in own.items() if k != name)]
        values = sorted(c[name] for c in alone)
        here = values.index(own[name])
        for c in alone:
            if c["call"] != call:
                steps = values.index(c[name]) - here
                told = {"first_threshold": name, "first_value": c[name], "first_call": c["call"]}
                found.append((abs(steps), place, -steps, told))
    return min(found, key=lambda f: f[:3])[3] if found else {}
