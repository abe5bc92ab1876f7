"""The scales of items.csv as the simulation needs them: forms and items."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.items import is_asked, parts_of
from trenza.simulate.possible import Form

_ITEMS_FILE = "items.csv"


@dataclass(frozen=True)
class Item:
    """One question: its id, its header in the file, its range, and whether scoring turns it round."""

    id: str
    header: str
    low: int
    high: int
    reverse: bool

    def written(self, points: int) -> str:
        """The answer as given, from its points above the lowest after keying."""
        return str(self.high - points if self.reverse else self.low + points)


@dataclass(frozen=True)
class Scale:
    """One scale: its items, its form, and how many answers a person needs to have a score."""

    id: str
    items: tuple[Item, ...]
    form: Form
    needed: int


def scales_of(
    items: pd.DataFrame, wanted: Sequence[str], *, version: str = "", min_answered: float
) -> list[Scale]:
    """The scales in ``wanted`` that ``items`` (items.csv as text) declares, in the order of ``wanted``.

    Items of other versions are left out (blank: none are). Raises ``InputFaults`` that lists: scales without
    items, ranges that are not whole numbers, ranges of different width in one scale (of different ends, for mean
    and sum), items in several of these scales, whose two totals could not both be met.
    """
    rows = [{str(k): str(v).strip() for k, v in row.items()} for row in items.fillna("").to_dict("records")]
    scored = {row["item"]: row for row in rows if row.get("score")}
    asked = [
        row for row in rows if not row.get("score") and is_asked(parts_of(row.get("version", "")), version)
    ]
    faults: list[Fault] = []
    scales = []
    uses: Counter[str] = Counter()
    for name in [name for name in dict.fromkeys(wanted) if name in scored]:
        members = [row for row in asked if name in parts_of(row.get("scale", ""))]
        uses.update(row["item"] for row in members)
        told = _fault(name, scored[name]["score"], members)
        if told:
            faults.append(Fault(_ITEMS_FILE, "", name, *told))
        else:
            scales.append(_scale(scored[name], members, min_answered))
    faults += [
        Fault(_ITEMS_FILE, "", item, f"an item of {n} simulated scales", "items of one simulated scale each")
        for item, n in uses.items()
        if n > 1
    ]
    if faults:
        raise InputFaults(faults)
    return scales


def _fault(name: str, score: str, members: list[dict[str, str]]) -> tuple[str, str] | None:
    """What keeps a scale from being simulated, and what is allowed."""
    if not members:
        return f"scale '{name}' without items", "at least one item for each scale that is simulated"
    ranges = [(Fraction(row["min"]), Fraction(row["max"])) for row in members]
    if any(low.denominator > 1 or high.denominator > 1 or low >= high for low, high in ranges):
        return f"scale '{name}' with ends of ranges that are not whole numbers", "whole numbers, lowest first"
    if score != "percent" and len(set(ranges)) > 1:
        return f"scale '{name}' ({score}) with items of different ranges", "items of one range"
    if len({high - low for low, high in ranges}) > 1:
        return (
            f"scale '{name}' with items of different width",
            "items of one number of points, for a simulation",
        )
    return None


def _scale(row: dict[str, str], members: list[dict[str, str]], min_answered: float) -> Scale:
    items = tuple(
        Item(
            id=member["item"],
            header=member.get("from", "").split("|")[0].strip() or member["item"],
            low=int(Fraction(member["min"])),
            high=int(Fraction(member["max"])),
            reverse=member["reverse"] == "yes",
        )
        for member in members
    )
    k, low, high = len(items), Fraction(items[0].low), Fraction(items[0].high)
    ends = {"mean": (low, high), "sum": (k * low, k * high), "percent": (Fraction(0), Fraction(100))}
    share = float(row.get("min_answered") or min_answered)
    # 0.6 of 5 items are 3 items, though floating point makes it a little more.
    needed = max(1, math.ceil(share * k - 1e-9))
    form = Form(k, int(high - low), *ends[row["score"]], sums=row["score"] == "sum")
    return Scale(row["item"], items, form, needed)
